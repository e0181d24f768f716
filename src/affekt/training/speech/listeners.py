"""Who heard what in clips: votes as counts and by listener, and simulated listeners where a corpus has no votes.

Simulated listeners hear real sounds by rules that are known, so that what a model learns of people who differ can be
checked; nothing they say is what people said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.affect.vad import vad_of
from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.training.speech.lesson import Floats
from affekt.types import Rating

# How far off a listener hears, in the space of valence, arousal and dominance: about three in five hear what was played
# in RAVDESS, seven in ten where it was played strongly.
_SPREAD = {"normal": 0.50}
_PLAIN = 0.35  # of a strong one, and where no intensity is told


class Listeners(NamedTuple):
    """names: of the raters; votes: float32 (rater, clip, label), what each says of each clip, NaN where not asked."""

    names: tuple[str, ...]
    votes: NDArray[np.float32]


def vote_counts(clips: Clips) -> Floats:
    """Return how many votes each label has, float64 (clip, label); who names several gives each a part of one vote.

    Raises `InputError` where the clips have no votes, `UnknownNameError` for a vote outside their space.
    """
    counts: Floats = np.zeros((len(clips), len(clips.space)))
    for row, said in zip(counts, _votes(clips), strict=True):
        for vote in said:
            for label in vote.labels:
                row[clips.space.index(label)] += 1 / len(vote.labels)
    return counts


def listeners(clips: Clips, *, fewest: int = 1) -> Listeners:
    """Return the raters who are told apart and judged at least `fewest` clips. Raises as `vote_counts` does.

    Who is asked again about a clip is taken at the later word.
    """
    said = _votes(clips)
    times: dict[str, int] = {}
    for votes in said:
        for name in {vote.rater for vote in votes if vote.rater is not None}:
            times[name] = times.get(name, 0) + 1
    names = tuple(name for name in sorted(times) if times[name] >= fewest)
    place = {name: i for i, name in enumerate(names)}
    found = np.full((len(names), len(clips), len(clips.space)), np.nan, np.float32)
    for clip, votes in enumerate(said):
        for vote in votes:
            if vote.rater in place and vote.labels:
                found[place[vote.rater], clip] = 0
                found[place[vote.rater], clip, [clips.space.index(label) for label in vote.labels]] = 1
    return Listeners(names, found)


def heard_as(clips: Clips) -> Floats:
    r"""Return how likely a simulated listener is to hear each label, float64 (clip, label), adding up to one.

    .. math:: p_j \propto \exp(-\lVert v_j - v_i \rVert^2 / 2 s^2)

    v are the labels' places in valence, arousal and dominance (`vad_of`), i the label that was played, s .50 for a
    normal intensity, else .35. Raises `UnknownNameError` for a label without a place.
    """
    places = np.array([[at.vad.valence, at.vad.arousal, at.vad.dominance] for at in vad_of(clips.space)])
    told = clips.condition("intensity") if "intensity" in clips.conditions else np.full(len(clips), "")
    spread = np.array([_SPREAD.get(str(each), _PLAIN) for each in told])
    away = np.square(places[clips.labels][:, None] - places[None]).sum(2)
    raised = np.exp(-away / (2 * spread[:, None] ** 2))
    found: Floats = raised / raised.sum(1, keepdims=True)
    return found


def simulate_votes(clips: Clips, *, least: int = 3, most: int = 5, seed: int = 0) -> Clips:
    """Return the clips with `least` to `most` anonymous votes each, drawn from `heard_as`."""
    random = np.random.default_rng(seed)
    labels = np.asarray(clips.space.labels)
    votes = []
    for chance in heard_as(clips):
        drawn = random.choice(labels, random.integers(least, most + 1), p=chance)
        votes.append(tuple(Rating(None, (str(label),)) for label in drawn))
    return replace(clips, votes=tuple(votes))


def simulate_relabelling(clips: Clips, turns: Sequence[int]) -> Clips:
    """Return the clips with a vote of every simulated listener: the n-th calls each label the one `turns[n]` after it.

    So the listeners agree on what sounds alike, and differ in its name. They are called ``listener-000`` and so on.
    """
    labels, count = clips.space.labels, len(clips.space)
    votes = tuple(
        tuple(Rating(f"listener-{n:03}", (labels[(int(label) + turn) % count],)) for n, turn in enumerate(turns))
        for label in clips.labels
    )
    return replace(clips, votes=votes)


def _votes(clips: Clips) -> tuple[tuple[Rating, ...], ...]:
    if not clips.votes:
        raise InputError(f"The clips of {clips.corpus} have no votes. Simulate listeners, or read a corpus with votes.")
    return clips.votes
