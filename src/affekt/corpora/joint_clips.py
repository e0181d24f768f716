"""Clips of several corpora of speech as one, in one label space: what a network for all of them learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.affect.geometry import felt_states
from affekt.affect.vad import vad_of
from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.joint import joint
from affekt.corpora.sound_views import JoinedViews
from affekt.errors import CorpusError
from affekt.types import LabelSpace, Record, Signal

AROUSAL_VALENCE = LabelSpace(
    "arousal-valence-6",
    tuple(
        f"{arousal} arousal, {valence}"
        for arousal in ("low", "high")
        for valence in ("negative", "neutral", "positive")
    ),
    "exclusive",
    "the six classes of Amiriparian et al. 2024, ExHuBERT: low or high arousal, negative, neutral or positive valence",
)
NEUTRAL = 1 / 3
"""Valence within so much of 0 is neutral."""


def arousal_valence(space: LabelSpace) -> NDArray[np.int64]:
    """Return int64 (label,): the place of each label in `AROUSAL_VALENCE`, by what people who feel it report, or by the
    norms of its words. Raises `UnknownNameError` for a label that is no known word.

    The paper lists by hand which emotion of each of its 37 corpora is which class; its list was not to be had, so that
    a label that lies near a border (disgust, surprise) may be another there.

    >>> from affekt.affect.spaces import find_space
    >>> [AROUSAL_VALENCE.labels[i] for i in arousal_valence(find_space("emodb"))][:3]
    ['high arousal, negative', 'low arousal, negative', 'high arousal, negative']
    """
    felt, norms = felt_states(), {place.label: place.vad for place in vad_of(space)}
    found = []
    for label in space.labels:
        vad = felt.get(label) or norms[label]
        valence = 0 if vad.valence < -NEUTRAL else 2 if vad.valence > NEUTRAL else 1
        found.append(3 * int(vad.arousal > 0) + valence)
    return np.array(found, np.int64)


def joint_clips(parts: Mapping[str, Clips], space: str | LabelSpace = AROUSAL_VALENCE) -> Clips:
    """Return the clips of several corpora, by their names, with their labels in one space.

    `AROUSAL_VALENCE` places every label in the plane; any other space is reached by `affekt.corpora.joint`, and clips
    that have no label in it, or are shared between several, are left out. Speakers are called CORPUS/SPEAKER; each
    corpus keeps its folds; conditions that not every corpus tells are "" elsewhere. Raises `CorpusError` where nothing
    is left.
    """
    if not parts:
        raise CorpusError("There are no corpora to join.")
    target, places = _labels(parts, space)
    kept = {name: np.flatnonzero(places[name] >= 0) for name in parts}
    chosen = {name: clips.take(kept[name]) for name, clips in parts.items() if len(kept[name])}
    if not chosen:
        raise CorpusError(f"No clip of {', '.join(parts)} has a label of {target.name}.")
    starts = np.cumsum([0, *(_sounds(clips) for clips in chosen.values())])
    conditions = sorted({name for clips in chosen.values() for name in clips.conditions} | {"corpus"})
    first = next(iter(chosen.values()))
    return replace(
        first,
        corpus="+".join(chosen),
        ids=tuple(f"{name}/{each}" for name, clips in chosen.items() for each in clips.ids),
        labels=np.concatenate([places[name][kept[name]] for name in chosen]),
        space=target,
        speakers=tuple(f"{name}/{each}" for name, clips in chosen.items() for each in clips.speakers),
        sentences=tuple(each for clips in chosen.values() for each in clips.sentences),
        folds=np.concatenate([clips.folds for clips in chosen.values()]),
        conditions={
            told: tuple(
                each
                for name, clips in chosen.items()
                for each in (
                    (name,) * len(clips) if told == "corpus" else clips.conditions.get(told, ("",) * len(clips))
                )
            )
            for told in conditions
        },
        views=JoinedViews([clips.views for clips in chosen.values()]),
        rows=np.concatenate([clips.rows + start for clips, start in zip(chosen.values(), starts, strict=False)]),
        ratings=_joint_ratings(list(chosen.values())),
        # Votes are in the corpora's own labels.
        votes=(),
    )


def _joint_ratings(parts: Sequence[Clips]) -> NDArray[np.float64] | None:
    """What people rated the clips at, NaN for those of corpora without ratings."""
    if all(clips.ratings is None for clips in parts):
        return None
    return np.concatenate([np.full((len(c), 3), np.nan) if c.ratings is None else c.ratings for c in parts])


def read_joint_clips(corpora: str, *, cache: Path | None = Path("runs/views")) -> Clips:
    """Return the clips of one corpus, or of several with plus signs between, "ravdess+emodb", in the labels of the
    first.

    Folds are as many as the corpus with fewest has, each with some speakers of every corpus; where a corpus has more,
    they are dealt round. Raises what `read_clips` does, and `CorpusError` for a corpus named twice.
    """
    names = corpora.split("+")
    if len({name.partition(":")[0] for name in names}) < len(names):
        raise CorpusError(f"{corpora} names a corpus twice.")
    parts = {name: read_clips(name, cache=cache) for name in names}
    if len(names) == 1:
        return parts[corpora]
    count = min(int(clips.folds.max()) for clips in parts.values()) + 1
    joined = joint_clips(parts, parts[names[0]].space)
    return replace(joined, corpus=corpora, folds=joined.folds % count)


def _labels(parts: Mapping[str, Clips], space: str | LabelSpace) -> tuple[LabelSpace, dict[str, NDArray[np.int64]]]:
    """Return the space, and by corpus the place of each clip's label in it, -1 where it has none."""
    if space is AROUSAL_VALENCE:
        return AROUSAL_VALENCE, {name: arousal_valence(clips.space)[clips.labels] for name, clips in parts.items()}
    # A part of a corpus, "emodb:2s", has the labels of the whole.
    view = joint({name.partition(":")[0]: _records(clips) for name, clips in parts.items()}, space)
    certain = np.nan_to_num(view.labels).max(1) > 0.5
    places = np.where(certain, np.nan_to_num(view.labels).argmax(1), -1).astype(np.int64)
    ends = np.cumsum([len(clips) for clips in parts.values()])[:-1]
    return view.space, dict(zip(parts, np.split(places, ends), strict=True))


def _records(clips: Clips) -> Sequence[Record]:
    return [
        Record(name, Signal(sentence or "…"), "all", labels=(clips.space.labels[label],))
        for name, sentence, label in zip(clips.ids, clips.sentences, clips.labels, strict=True)
    ]


def _sounds(clips: Clips) -> int:
    """How many sounds a corpus's views hold, of which some may have been left out."""
    return len(clips.views.view("wave"))
