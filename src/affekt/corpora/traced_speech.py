"""Traced speech: a named synthetic set, traces of valence and arousal over real utterances joined into recordings.

No corpus at hand has traces of emotion in conversations. Here utterances of one acting speaker follow each other
(`affekt.corpora.joined_speech`), and the trace is where their labels lie in the plane, as a rater would follow them who
reacts late. What a model reaches on it says that it follows acted emotions over time, and nothing of real calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.affect.geometry import felt_states
from affekt.affect.vad import vad_of
from affekt.corpora.clips import Clips
from affekt.corpora.joined_speech import JoinedSpeech, join_speech
from affekt.types import LabelSpace

Floats = NDArray[np.float64]
DIMENSIONS = ("valence", "arousal")
LEVELS = ("low", "middle", "high")
"""Levels of the context, which stands for empathy: how pleasant the recording is on the whole."""


@dataclass(frozen=True, slots=True, eq=False)
class TracedSpeech:
    """A recording with its trace: `times` float64 (point,), seconds; `values` float64 (point, dimension) in [-1, 1], in
    the order of `DIMENSIONS`; `level` the place of its context in `LEVELS`; `speaker` who speaks."""

    name: str
    samples: NDArray[np.float32]
    times: Floats
    values: Floats
    level: int
    speaker: str

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / 16_000


def trace_speech(
    clips: Clips,
    *,
    recordings: int = 10,
    parts: int = 4,
    reaction: float = 0.4,
    noise: float = 0.03,
    rate_hz: float = 20.0,
    seed: int = 0,
) -> list[TracedSpeech]:
    """Return recordings of `parts` utterances of one speaker each, with their traces; the same seed, the same set.

    The trace goes towards where the label of what is spoken lies (neutral where nothing is), with a time constant of
    `reaction` seconds, and trembles by `noise`; it has `rate_hz` points a second. The level is the third that the mean
    valence of a recording's utterances falls in, of what `parts` labels drawn at random have. Raises as `join_speech`.
    """
    places = label_places(clips.space)
    random = np.random.default_rng(seed)
    joined = join_speech(clips, recordings=recordings, parts=parts, pauses=(0.1, 0.4), seed=seed)
    # Thirds of a normal distribution lie 0.43 standard deviations from its mean.
    borders = places[:, 0].mean() + np.array([-0.43, 0.43]) * places[:, 0].std() / np.sqrt(parts)
    made = []
    for each in joined:
        times = np.arange(int(each.seconds * rate_hz) + 1) / rate_hz
        wanted = _wanted(each, times, clips.space, places)
        fade = np.exp(-1 / (rate_hz * reaction))
        values = np.empty_like(wanted)
        last = wanted[0]
        for place, row in enumerate(wanted):
            last = fade * last + (1 - fade) * row
            values[place] = last
        values = np.clip(values + noise * random.standard_normal(values.shape), -1, 1)
        pleasant = float(np.mean([places[clips.space.index(part.label), 0] for part in each.parts]))
        level = int(np.searchsorted(borders, pleasant))
        name = each.name.replace("joined", "traced")
        made.append(TracedSpeech(name, each.samples, times, values, level, each.parts[0].speaker))
    return made


def label_places(space: LabelSpace) -> Floats:
    """Return float64 (label, dimension): valence and arousal of each label, as people report who feel it, or by the
    norms of its words.

    >>> from affekt.affect.spaces import find_space
    >>> places = label_places(find_space("ravdess"))
    >>> places.shape, bool(places[find_space("ravdess").index("angry"), 1] > 0)
    ((8, 2), True)
    """
    felt, norms = felt_states(), {place.label: place.vad for place in vad_of(space)}
    points = [felt.get(label) or norms[label] for label in space.labels]
    return np.array([(point.valence, point.arousal) for point in points], np.float64)


def _wanted(each: JoinedSpeech, times: Floats, space: LabelSpace, places: Floats) -> Floats:
    found = np.zeros((len(times), len(DIMENSIONS)))
    for part in each.parts:
        if part.label != space.neutral:
            found[(part.start <= times) & (times < part.end)] = places[space.index(part.label)]
    return found


def levels_of(recordings: Sequence[TracedSpeech]) -> NDArray[np.int64]:
    """Return int64 (recording,): the level of each."""
    return np.array([each.level for each in recordings], np.int64)
