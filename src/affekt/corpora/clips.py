"""A corpus of speech as learners take it: labels, speakers, folds, and views of the sound that are computed once.

`read_clips` reads one; `make_clips` takes samples that are in memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.archives import media_reader
from affekt.corpora.index import find_corpus
from affekt.corpora.opening import is_own, open_corpus
from affekt.corpora.sound_views import Change, FileViews, MemoryViews, Rows, Samples, Views
from affekt.errors import CorpusError, InputError
from affekt.types import LabelSpace, Rating, Record, Signal

if TYPE_CHECKING:
    from affekt.signals.audio import Sound

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
RATE = 16_000
_EMODB_COMPLETE = ("anger", "happiness", "sadness", "neutral")
_FEW_SPEAKERS = 12  # up to so many are left out one by one, more in folds
_FOLDS = {"ravdess": 6}  # else five
UNLABELLED = LabelSpace("unlabelled", ("speech",), "exclusive", "of clips that have ratings and no labels")


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """Recordings of one emotion each.

    labels: int64 (clip,), places in `space`; folds: int64 (clip,), those of one fold share no speaker with those of
    another; `conditions` by name, a word per clip ("" where none is told): sex, intensity, language, corpus …
    `sentences` are what was said ("" where it is no language). `views` has the sounds. `ratings` are what people rated
    them at: valence, arousal, dominance, float64 (clip, 3) in [-1, 1], NaN where nobody did; None for a corpus of
    labels alone. `votes` are what each rater said of each clip, empty where the corpus publishes none.
    """

    corpus: str
    ids: tuple[str, ...]
    labels: Ints
    space: LabelSpace
    speakers: tuple[str, ...]
    sentences: tuple[str, ...]
    folds: Ints
    conditions: Mapping[str, tuple[str, ...]]
    views: Views = field(repr=False)
    rows: Ints = field(repr=False)
    ratings: Floats | None = None
    votes: tuple[tuple[Rating, ...], ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def view(self, name: str, change: Change | None = None, *, draw: int = 0) -> Sequence[Samples]:
        """Return float32 (frame, feature) per clip: "wave", "log-mel", "mfcc", "prosody", "functionals" …

        Taken of all clips of the corpus when it is first asked for, and kept in a file. With a `change` it is that of
        changed sounds, another for each `draw`. Raises `UnknownNameError` for a view that is not known.
        """
        return Rows(self.views.view(name, change, draw), self.rows)

    def take(self, where: ArrayLike) -> Clips:
        """Return the clips at these places, int64 or bool (clip,), in that order; all views stay what they are."""
        chosen = np.asarray(where)
        places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        return replace(
            self,
            ids=tuple(self.ids[i] for i in places),
            labels=self.labels[places],
            speakers=tuple(self.speakers[i] for i in places),
            sentences=tuple(self.sentences[i] for i in places),
            folds=self.folds[places],
            conditions={name: tuple(values[i] for i in places) for name, values in self.conditions.items()},
            rows=self.rows[places],
            ratings=None if self.ratings is None else self.ratings[places],
            votes=tuple(self.votes[i] for i in places) if self.votes else (),
        )

    def condition(self, name: str) -> NDArray[np.str_]:
        """Return what a condition is for each clip. Raises `InputError` where the corpus does not tell it."""
        if name not in self.conditions:
            told = ", ".join(self.conditions) or "none"
            raise InputError(f"The clips of {self.corpus} have no condition {name!r}. They have: {told}.")
        return np.asarray(self.conditions[name])

    def speaker_places(self) -> Ints:
        """Return int64 (clip,): the place of each clip's speaker among the speakers sorted by name."""
        return np.unique(np.asarray(self.speakers), return_inverse=True)[1].astype(np.int64)


def read_clips(corpus: str, *, cache: Path | None = Path("runs/views"), folder: Path | None = None) -> Clips:
    """Return the clips of a corpus of speech, with folds that share no speaker.

    corpus: ``ravdess`` (six folds of four actors), ``emodb`` (the four emotions whose recordings are complete, each
    speaker a fold), ``emodb:2s`` (all seven, the first two seconds of each), ``emogator`` (five folds), ``turev_db``
    (each speaker a fold), or any other that has a reader, or a table of your own with sound files: up to twelve
    speakers are a fold each, more are dealt out in five in the order of their names. Of a corpus that has ratings and
    no labels all clips have the one label of `UNLABELLED`. Views are kept in `cache`; None keeps them in memory. Raises
    `CorpusError` where recordings, labels or speakers are missing, `UnknownNameError`.
    """
    name, _, variant = corpus.partition(":")
    if not is_own(corpus) and variant not in (("", "2s") if find_corpus(name).name == "emodb" else ("",)):
        raise CorpusError(f"{name} is not read as {corpus!r}. Allowed: {name}, and emodb:2s.")
    opened = open_corpus(corpus if is_own(corpus) else name, folder=folder)
    records, space = list(opened.records), opened.card.space
    if space is None and not any(record.vad is not None for record in records):
        raise CorpusError(f"{corpus} has no label space: its clips have no one emotion each.")
    if opened.card.name == "emodb" and space is not None:
        records, space = _emodb(records, space, cut=bool(variant))
    if space is None:
        records, space = [replace(r, labels=UNLABELLED.labels) for r in records if r.vad is not None], UNLABELLED
    records = [record for record in records if len(record.labels) == 1]
    _check(corpus, records)
    folds = speaker_folds([str(record.speaker) for record in records], _FOLDS.get(opened.card.name))
    return clips_of(corpus, records, space, folds=folds, cache=cache)


def clips_of(
    corpus: str, records: Sequence[Record], space: LabelSpace, *, folds: Ints, cache: Path | None = None
) -> Clips:
    """Return the clips of records that have a sound, one label and a speaker each.

    folds: int64 (record,), those of one share no speaker with those of another. Views are kept in `cache`, None for
    memory. Raises `CorpusError` where a recording is not there, once it is looked at.
    """
    signals = [record.signal for record in records]
    sounds = MemoryViews(lambda: _waves(signals), len(signals))
    views: Views = sounds
    if cache is not None:
        views = FileViews(sounds, cache, corpus.replace(":", "-").replace("/", "_"), _key(signals))
    names = tuple(dict.fromkeys(name for record in records for name in record.conditions))
    conditions = {name: tuple(record.conditions.get(name, "") for record in records) for name in names}
    conditions["language"] = tuple(record.signal.language or "" for record in records)
    conditions.setdefault("corpus", (corpus,) * len(records))
    return Clips(
        corpus=corpus,
        ids=tuple(record.id for record in records),
        labels=np.array([space.index(record.labels[0]) for record in records], np.int64),
        space=space,
        speakers=tuple(str(record.speaker) for record in records),
        sentences=tuple(record.signal.text for record in records),
        folds=folds,
        conditions=conditions,
        views=views,
        rows=np.arange(len(records)),
        ratings=_ratings(records),
        votes=tuple(record.ratings for record in records) if any(record.ratings for record in records) else (),
    )


def _ratings(records: Sequence[Record]) -> Floats | None:
    if all(record.vad is None for record in records):
        return None
    none = (np.nan,) * 3
    rated = [none if (vad := r.vad) is None else (vad.valence, vad.arousal, vad.dominance) for r in records]
    return np.array(rated, np.float64)


def make_clips(
    sounds: Sequence[Samples],
    labels: ArrayLike,
    space: LabelSpace,
    *,
    speakers: Sequence[str],
    sentences: Sequence[str] | None = None,
    conditions: Mapping[str, Sequence[str]] | None = None,
    corpus: str = "own",
) -> Clips:
    """Return clips of samples in memory, float32 (time,) each, 16 kHz. Raises `InputError` where sizes differ.

    >>> space = LabelSpace("two", ("calm", "loud"), "exclusive", "example")
    >>> clips = make_clips([np.zeros(8000, "float32")] * 4, [0, 1, 0, 1], space, speakers=["a", "a", "b", "b"])
    >>> clips.folds.tolist(), clips.take(clips.folds == 1).speakers
    ([0, 0, 1, 1], ('b', 'b'))
    """
    count = len(sounds)
    told = {"labels": len(np.asarray(labels)), "speakers": len(speakers)}
    told |= {} if sentences is None else {"sentences": len(sentences)}
    told |= {name: len(values) for name, values in (conditions or {}).items()}
    wrong = next((f"{size} {name}" for name, size in told.items() if size != count), None)
    if wrong or not count:
        raise InputError(f"There are {count} sounds and {wrong or 'nothing to learn from'}: give each sound its own.")
    kept = [np.ascontiguousarray(sound, np.float32) for sound in sounds]
    return Clips(
        corpus=corpus,
        ids=tuple(f"{corpus}-{i:05}" for i in range(count)),
        labels=np.asarray(labels, np.int64),
        space=space,
        speakers=tuple(speakers),
        sentences=tuple(sentences or ("",) * count),
        folds=speaker_folds(speakers),
        conditions={name: tuple(values) for name, values in (conditions or {}).items()},
        views=MemoryViews(lambda: iter(kept), count),
        rows=np.arange(count),
    )


def speaker_folds(speakers: Sequence[str], folds: int | None = None) -> Ints:
    """Return int64 (clip,): each speaker wholly in one fold; neighbours in the order of names lie together.

    Without a number of folds up to twelve speakers have one each, more are dealt out in five. RAVDESS in six folds so
    has two women and two men in each, as actors of even numbers are women.

    >>> speaker_folds(["a", "b", "c", "d", "a"], 2).tolist()
    [0, 0, 1, 1, 0]
    """
    names, place = np.unique(np.asarray(speakers), return_inverse=True)
    folds = folds or (len(names) if len(names) <= _FEW_SPEAKERS else 5)
    return (place * min(folds, len(names)) // len(names)).astype(np.int64)


def mixed_folds(clips: Clips, folds: int, *, seed: int = 0) -> Ints:
    """Return int64 (clip,): folds drawn label by label, whose speakers are the same: what inflates scores.

    >>> space = LabelSpace("two", ("calm", "loud"), "exclusive", "example")
    >>> clips = make_clips([np.zeros(80, "float32")] * 8, [0, 1] * 4, space, speakers=["a"] * 4 + ["b"] * 4)
    >>> np.bincount(mixed_folds(clips, 4)).tolist()
    [2, 2, 2, 2]
    """
    random, out = np.random.default_rng(seed), np.zeros(len(clips), np.int64)
    at = 0
    for label in np.unique(clips.labels):
        places = random.permutation(np.flatnonzero(clips.labels == label))
        out[places] = (at + np.arange(len(places))) % folds
        at += len(places)
    return out


def _emodb(records: list[Record], space: LabelSpace, *, cut: bool) -> tuple[list[Record], LabelSpace]:
    """All seven emotions cut to two seconds, or the four whose recordings are complete; the official files are both."""
    if cut:
        return records, space
    four = replace(space, name="emodb-complete", labels=tuple(x for x in space.labels if x in _EMODB_COMPLETE))
    kept = [record for record in records if record.labels[0] in four]
    return [replace(r, signal=r.further[0], further=()) if r.further else r for r in kept], four


def _check(corpus: str, records: Sequence[Record]) -> None:
    if not records:
        raise CorpusError(f"{corpus} has no recording with exactly one label here.")
    for record in records:
        if record.signal.path is None:
            raise CorpusError(f"The recording of {record.id} of {corpus} is not here. `affekt corpora {corpus}` helps.")
        if record.speaker is None:
            raise CorpusError(f"Nobody is told to speak {record.id} of {corpus}: clips need speakers, for the folds.")


def _key(signals: Iterable[Signal]) -> str:
    """A name for the sounds: which there are, and how large the files that hold them."""
    signals = list(signals)
    told = sorted({(path.name, path.stat().st_size) for signal in signals if (path := signal.path) is not None})
    members = [f"{signal.member or signal.source} {signal.part}" for signal in signals]
    return blake2b(repr((told, members)).encode(), digest_size=4).hexdigest()


def _waves(signals: Sequence[Signal]) -> Iterator[Samples]:
    from affekt.signals.audio import open_sound

    with ExitStack() as stack:
        read = media_reader(stack)
        for signal in signals:
            media = read(signal)
            if media is None:
                raise CorpusError(f"The recording {signal.member or signal.path} of {signal.source} is not there.")
            sound: Sound = open_sound(io.BytesIO(media.content), rate=RATE, part=signal.part)
            yield np.ascontiguousarray(sound.mono(), np.float32)
