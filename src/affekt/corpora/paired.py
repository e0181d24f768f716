"""What was said beside how it was said: words in their order, with how sure they are, and the frames of the sound.

`make_paired` takes any; `mosi_paired` reads CMU-MOSI's published vectors. Where a modality is a fixed number of tokens,
`affekt.corpora.utterances` has it; here utterances are as long as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.utterances import read_utterances
from affekt.errors import InputError
from affekt.types import LabelSpace

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Sequences = tuple[Floats, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """Utterances of which words and sound are known as vectors.

    words: per utterance float32 (word, width), one word at least; sounds: float32 (step, width), frames of the sound,
    or one step where a single vector says all of it. confidence: per utterance float32 (word,), how sure the words
    are, in [0, 1]: 1 where somebody wrote them down. labels: int64 (utterance,), places in `space`. ratings: float32
    (utterance, dimension) in [-1, 1], NaN where unknown. texts: what was said.
    """

    name: str
    ids: tuple[str, ...]
    words: Sequences = field(repr=False)
    sounds: Sequences = field(repr=False)
    confidence: Sequences = field(repr=False)
    labels: Ints
    space: LabelSpace
    ratings: Floats
    speakers: tuple[str, ...]
    texts: tuple[str, ...]
    splits: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, where: ArrayLike) -> Paired:
        """Return the utterances at these places, int64 or bool (utterance,), in that order."""
        chosen = np.asarray(where)
        places: list[int] = (np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)).tolist()
        return replace(
            self,
            ids=tuple(self.ids[i] for i in places),
            words=tuple(self.words[i] for i in places),
            sounds=tuple(self.sounds[i] for i in places),
            confidence=tuple(self.confidence[i] for i in places),
            labels=self.labels[places],
            ratings=self.ratings[places],
            speakers=tuple(self.speakers[i] for i in places),
            texts=tuple(self.texts[i] for i in places),
            splits=tuple(self.splits[i] for i in places),
        )

    def with_words(self, words: Sequence[Floats], texts: Sequence[str], confidence: Sequence[Floats]) -> Paired:
        """Return the same utterances with other words: as recognised, say. Raises `InputError` where sizes differ."""
        changed = replace(self, words=tuple(words), texts=tuple(texts), confidence=tuple(confidence))
        _check(changed)
        return changed

    def part(self, split: str) -> Paired:
        """Return the utterances of a split."""
        return self.take(np.array([each == split for each in self.splits]))

    def fold(self, count: int, place: int) -> Paired:
        """Return the utterances of a fold, of `count` that share no speaker: speakers are dealt in turn, most first."""
        return self.take(speaker_fold(self.speakers, count) == place)


def speaker_fold(speakers: Sequence[str], count: int) -> Ints:
    """Return the fold of each utterance, int64 (utterance,): those of one speaker are in one.

    The speaker with most utterances goes first, each to the smallest fold. Raises `InputError` where there are fewer
    speakers than folds.

    >>> speaker_fold(["a", "a", "b", "c"], 2).tolist()
    [0, 0, 1, 1]
    """
    names, owners, sizes = np.unique(np.asarray(speakers), return_inverse=True, return_counts=True)
    if not 1 <= count <= len(names):
        raise InputError(f"{len(names)} speakers do not make {count} folds. Ask for at most {len(names)}.")
    filled, dealt = [0] * count, np.zeros(len(names), np.int64)
    for place in sorted(range(len(names)), key=lambda place: (-sizes[place], names[place])):
        smallest = min(range(count), key=lambda fold: (filled[fold], fold))
        dealt[place] = smallest
        filled[smallest] += int(sizes[place])
    return dealt[owners].astype(np.int64)


def make_paired(
    words: Sequence[NDArray[np.floating]],
    sounds: Sequence[NDArray[np.floating]],
    labels: ArrayLike,
    space: LabelSpace,
    *,
    speakers: Sequence[str],
    name: str = "own",
) -> Paired:
    """Return utterances of vectors in memory, all in the split ``"all"``; see `Paired` for their shapes.

    Raises `InputError` where sizes differ or an utterance has no words or no sound.

    >>> space = LabelSpace("two", ("down", "up"), "exclusive", "example")
    >>> one = make_paired([np.zeros((3, 2))], [np.zeros((5, 4))], [1], space, speakers=["a"])
    >>> len(one), one.words[0].shape, one.confidence[0].tolist()
    (1, (3, 2), [1.0, 1.0, 1.0])
    """
    count = len(words)
    paired = Paired(
        name=name,
        ids=tuple(f"{name}-{place:05}" for place in range(count)),
        words=tuple(np.asarray(each, np.float32) for each in words),
        sounds=tuple(np.asarray(each, np.float32) for each in sounds),
        confidence=tuple(np.ones(len(each), np.float32) for each in words),
        labels=np.asarray(labels, np.int64),
        space=space,
        ratings=np.full((count, 3), np.nan, np.float32),
        speakers=tuple(speakers),
        texts=("",) * count,
        splits=("all",) * count,
    )
    _check(paired)
    return paired


def mosi_paired(*, folder: Path | None = None, encode: Callable[[Sequence[str]], Floats] | None = None) -> Paired:
    """Return CMU-MOSI: words beside 73 numbers of the sound, positive or negative, splits ``train`` and ``test``.

    The words are one step of 100 published numbers, or, with `encode` (texts to float32 (text, width): an opened text
    model's `features`), what that says of the whole transcript and then of each word by itself. Raises `CorpusError`
    where the copy with vectors is absent.
    """
    found = read_utterances("mosi_features", folder=folder)
    texts = tuple(text.lower() for text in found.texts)
    words = list(found.tokens["text"]) if encode is None else spoken_words(texts, encode)
    sounds = list(found.tokens["audio"])
    paired = make_paired(words, sounds, found.labels, found.space, speakers=found.speakers, name="mosi_features")
    return replace(paired, ids=found.ids, texts=texts, splits=found.parts)


def spoken_words(texts: Sequence[str], encode: Callable[[Sequence[str]], Floats]) -> list[Floats]:
    """Return for each text what `encode` says of the whole and then of each of its words, float32 (1 + word, width).

    A word is encoded once, whatever text it is in.
    """
    known = list(dict.fromkeys(word for text in texts for word in text.split()))
    places = {word: place for place, word in enumerate(known)}
    whole = encode(texts)
    each = encode(known) if known else np.zeros((0, whole.shape[1]), np.float32)
    return [
        np.concatenate([whole[at, None], each[[places[word] for word in text.split()]]]).astype(np.float32)
        for at, text in enumerate(texts)
    ]


def even(train: Paired, *others: Paired) -> list[Paired]:
    """Return the utterances with every number of words and sound at mean 0 and deviation 1 over those of `train`.

    A number that never changes there becomes 0.
    """
    scales = []
    for kind in ("words", "sounds"):
        rows = np.concatenate(getattr(train, kind))
        spread = rows.std(0)
        scales.append((rows.mean(0), np.where(spread > 1e-6, spread, np.inf)))

    def scaled(rows: Sequence[Floats], scale: tuple[Floats, Floats]) -> Sequences:
        return tuple(np.clip((each - scale[0]) / scale[1], -10, 10).astype(np.float32) for each in rows)

    return [
        replace(each, words=scaled(each.words, scales[0]), sounds=scaled(each.sounds, scales[1]))
        for each in (train, *others)
    ]


def _check(paired: Paired) -> None:
    sizes = {len(getattr(paired, name)) for name in ("words", "sounds", "confidence", "labels", "speakers", "texts")}
    if sizes != {len(paired.ids)}:
        raise InputError(f"Words, sounds, labels and speakers differ in number: {sorted(sizes)} of {len(paired.ids)}.")
    for kind in ("words", "sounds"):
        for place, each in enumerate(getattr(paired, kind)):
            if each.ndim != 2 or not len(each):
                raise InputError(f"The {kind} of {paired.ids[place]} are (step, width), a step at least: {each.shape}.")
    if any(len(one) != len(other) for one, other in zip(paired.words, paired.confidence, strict=True)):
        raise InputError("Every word has a confidence, and only words do.")
