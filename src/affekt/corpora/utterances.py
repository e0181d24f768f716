"""Utterances as features of several modalities: what networks that fuse words, voice and face learn from.

`read_utterances` reads CMU-MOSI's; `of_clips` takes views of sounds; `make_utterances` takes arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.clips import Clips, speaker_folds
from affekt.corpora.index import find_corpus
from affekt.corpora.parquet import read_parquet
from affekt.corpora.read import find_folder
from affekt.errors import CorpusError, InputError
from affekt.types import LabelSpace

Ints = NDArray[np.int64]
Tokens = NDArray[np.float32]
_MOSI = {"text": 100, "audio": 73, "video": 100}
_TABLE = "mosi_utterances.parquet"


@dataclass(frozen=True, slots=True, eq=False)
class Utterances:
    """Utterances of one label each, of which every modality tells something.

    labels: int64 (utterance,), places in `space`; tokens by modality: float32 (utterance, token, feature), one token
    where a modality is told by one vector; folds: int64 (utterance,), no speaker in two; `parts` (such as the official
    split), `languages` and `texts` (what was said) are "" where nothing is told.
    """

    corpus: str
    ids: tuple[str, ...]
    labels: Ints
    space: LabelSpace
    speakers: tuple[str, ...]
    folds: Ints
    parts: tuple[str, ...]
    languages: tuple[str, ...]
    texts: tuple[str, ...]
    tokens: Mapping[str, Tokens]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, where: ArrayLike) -> Utterances:
        """Return the utterances at these places, int64 or bool (utterance,), in that order."""
        chosen = np.asarray(where)
        places = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        return replace(
            self,
            ids=tuple(self.ids[i] for i in places),
            labels=self.labels[places],
            speakers=tuple(self.speakers[i] for i in places),
            folds=self.folds[places],
            parts=tuple(self.parts[i] for i in places),
            languages=tuple(self.languages[i] for i in places),
            texts=tuple(self.texts[i] for i in places),
            tokens={name: values[places] for name, values in self.tokens.items()},
        )

    def only(self, *modalities: str) -> Utterances:
        """Return the utterances with these modalities alone. Raises `InputError` for one that is not there."""
        missing = next((name for name in modalities if name not in self.tokens), None)
        if missing is not None or not modalities:
            raise InputError(f"There is no modality {missing!r}. There are: {', '.join(self.tokens)}.")
        return replace(self, tokens={name: self.tokens[name] for name in modalities})


def read_utterances(corpus: str = "mosi_features", *, folder: Path | None = None) -> Utterances:
    """Return CMU-MOSI's utterances with the published vectors of text, audio and video, one token each.

    `parts` is the official split (train, test), `folds` are five of whole videos. The vectors come of networks fitted
    on train: tune on a part of its videos. Raises `CorpusError` where the table of vectors is missing, or the corpus
    is another.
    """
    card = find_corpus(corpus)
    if card.name != "mosi_features" or card.space is None:
        raise CorpusError(f"{card.name} has no vectors of several modalities. Allowed: mosi_features.")
    path = find_folder(card.name, folder=folder) / _TABLE
    columns = {name: [f"{name}_{i:03}" for i in range(width)] for name, width in _MOSI.items()}
    told = ("utterance", "video", "split", "positive", "text")
    # Neutral never holds in this release.
    space = replace(
        card.space, name="mosi-two", labels=tuple(x for x in card.space.labels if x != "neutral"), neutral=None
    )
    rows = list(read_parquet(path, columns=(*told, *(each for names in columns.values() for each in names))))
    found = make_utterances(
        {name: np.array([[float(row[each]) for each in names] for row in rows]) for name, names in columns.items()},
        [space.index("positive" if row["positive"] == "1" else "negative") for row in rows],
        space,
        speakers=[row["video"] for row in rows],
        parts=[row["split"] for row in rows],
        languages=["en"] * len(rows),
        corpus=corpus,
    )
    ids, texts = (tuple(row[name] for row in rows) for name in ("utterance", "text"))
    return replace(found, ids=ids, texts=texts)


def make_utterances(
    tokens: Mapping[str, ArrayLike],
    labels: ArrayLike,
    space: LabelSpace,
    *,
    speakers: Sequence[str],
    parts: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    corpus: str = "own",
) -> Utterances:
    """Return utterances of arrays, (utterance, feature) or (utterance, token, feature) for each modality.

    Raises `InputError` where sizes differ or a number is not finite.

    >>> space = LabelSpace("two", ("calm", "loud"), "exclusive", "example")
    >>> made = make_utterances({"voice": np.ones((2, 3))}, [0, 1], space, speakers=["a", "b"])
    >>> made.tokens["voice"].shape, made.take([1]).speakers
    ((2, 1, 3), ('b',))
    """
    count = len(speakers)
    given = {name: np.asarray(values, np.float32) for name, values in tokens.items()}
    given = {name: values[:, None] if values.ndim == 2 else values for name, values in given.items()}
    told = {"labels": len(np.asarray(labels)), "parts": len(parts or speakers)}
    told |= {"languages": len(languages or speakers)} | {name: len(values) for name, values in given.items()}
    wrong = next((f"{size} of {name}" for name, size in told.items() if size != count), None)
    if wrong or not count or not given:
        raise InputError(f"There are {count} speakers and {wrong or 'nothing to learn from'}: one of each utterance.")
    for name, values in given.items():
        if values.ndim != 3 or not np.isfinite(values).all():
            raise InputError(f"{name} has the shape {values.shape}, or numbers that are not finite.")
    return Utterances(
        corpus=corpus,
        ids=tuple(f"{corpus}-{i:05}" for i in range(count)),
        labels=np.asarray(labels, np.int64),
        space=space,
        speakers=tuple(speakers),
        folds=speaker_folds(speakers),
        parts=tuple(parts or ("",) * count),
        languages=tuple(languages or ("",) * count),
        texts=("",) * count,
        tokens=given,
    )


def of_clips(clips: Clips, take: Mapping[str, Callable[[Clips], ArrayLike]]) -> Utterances:
    """Return clips as utterances; `take` makes each modality, (clip, feature) or (clip, token, feature), of them."""
    made = make_utterances(
        {name: make(clips) for name, make in take.items()},
        clips.labels,
        clips.space,
        speakers=clips.speakers,
        languages=clips.conditions.get("language"),
        corpus=clips.corpus,
    )
    return replace(made, ids=clips.ids, folds=clips.folds, texts=clips.sentences)


def join_utterances(parts: Sequence[Utterances], *, corpus: str = "") -> Utterances:
    """Return utterances of several corpora one after another; speakers are called CORPUS/SPEAKER, folds are kept.

    Raises `InputError` where their labels or modalities differ, or there are none.
    """
    if not parts or any(
        each.space.labels != parts[0].space.labels or set(each.tokens) != set(parts[0].tokens) for each in parts
    ):
        raise InputError("Utterances are joined where they have the same labels and modalities.")
    return replace(
        parts[0],
        corpus=corpus or "+".join(each.corpus for each in parts),
        ids=tuple(f"{each.corpus}/{name}" for each in parts for name in each.ids),
        labels=np.concatenate([each.labels for each in parts]),
        speakers=tuple(f"{each.corpus}/{name}" for each in parts for name in each.speakers),
        folds=np.concatenate([each.folds for each in parts]),
        parts=tuple(name for each in parts for name in each.parts),
        languages=tuple(name for each in parts for name in each.languages),
        texts=tuple(text for each in parts for text in each.texts),
        tokens={name: np.concatenate([each.tokens[name] for each in parts]) for name in parts[0].tokens},
    )
