"""Joined speech: a named synthetic set, real utterances of one corpus put together with silences between them.

Corpora of acted speech have an emotion, and a speaker, per clip. Joined, they have boundaries that are known to the
sample, for emotion diarization (`speakers=1`: one voice, many emotions) and speaker diarization (more). Zaion's
training set is made alike: Wang, Ravanelli & Yacoubi 2023, "Speech Emotion Diarization: Which Emotion Appears When?".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import RATE, Clips
from affekt.errors import InputError

Floats = NDArray[np.float32]
_FRAME = 160  # 10 ms
_AROUND = 0.05  # seconds kept before and after the speech of a clip


@dataclass(frozen=True, slots=True)
class JoinedPart:
    """An utterance in its new place: seconds from `start` to `end`, its label, its speaker, the clip it is."""

    start: float
    end: float
    label: str
    speaker: str
    clip: str


@dataclass(frozen=True, slots=True, eq=False)
class JoinedSpeech:
    """A recording made of several: `samples` float32 (time,) at 16 kHz, and what is in it from when to when."""

    name: str
    samples: Floats
    parts: tuple[JoinedPart, ...]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE


def join_speech(
    clips: Clips,
    *,
    recordings: int = 10,
    parts: int = 6,
    speakers: int = 1,
    pauses: tuple[float, float] = (0.3, 1.0),
    seed: int = 0,
) -> list[JoinedSpeech]:
    """Return `recordings` recordings of `parts` utterances each, joined from clips of `speakers` speakers.

    Speakers are drawn anew for each recording; each speaks at least once, and neighbours differ in their label, or,
    with several speakers, in label or speaker. No clip is twice in one recording. Silence around the speech of a clip
    is cut off, to 0.05 s (frames 35 dB under the clip's loudest); the pauses between, their lengths drawn evenly from
    `pauses` seconds, hold noise as quiet as the quietest tenth of the clips. Give clips whose speakers a model has not
    seen. The same seed makes the same recordings. Raises `InputError` where there are too few speakers or clips.
    """
    names = sorted(set(clips.speakers))
    if not 1 <= speakers <= min(len(names), parts) or recordings < 1:
        raise InputError(
            f"{recordings} recordings of {parts} parts by {speakers} speakers cannot be joined from {len(names)} "
            "speakers. Give at least one recording, and no more speakers than there are, or than parts."
        )
    low, high = pauses
    if not 0 <= low <= high:
        raise InputError(f"Pauses run from a length of at least 0 to a longer one, got {low:g} to {high:g} seconds.")
    random, waves = np.random.default_rng(seed), clips.view("wave")
    made = []
    for number in range(recordings):
        chosen = [names[place] for place in sorted(random.choice(len(names), speakers, replace=False).tolist())]
        picked = _pick(clips, chosen, parts, random)
        spoken = [spoken_part(np.asarray(waves[place], np.float32).reshape(-1)) for place in picked]
        quiet = float(np.median([_quietest(sound) for sound in spoken]))
        gaps = [round(gap * RATE) for gap in random.uniform(low, high, parts + 1)]
        pieces, found, at = [_noise(gaps[0], quiet, random)], [], gaps[0]
        for place, sound, gap in zip(picked, spoken, gaps[1:], strict=True):
            label = clips.space.labels[int(clips.labels[place])]
            end = at + len(sound)
            found.append(JoinedPart(at / RATE, end / RATE, label, clips.speakers[place], clips.ids[place]))
            pieces += [sound, _noise(gap, quiet, random)]
            at = end + gap
        made.append(JoinedSpeech(f"joined-{clips.corpus}-{number:04}", np.concatenate(pieces), tuple(found)))
    return made


def spoken_part(samples: Floats) -> Floats:
    """Return the samples without the silence before and after the speech; all of them where there is none.

    >>> sound = np.concatenate([np.zeros(8000), np.ones(1600), np.zeros(8000)]).astype("float32")
    >>> len(spoken_part(sound))
    3200
    """
    power = _levels(samples)
    loud = np.flatnonzero(power > power.max(initial=0) * 10 ** (-35 / 10))
    if not len(loud):
        return samples
    around = round(_AROUND * RATE)
    return samples[max(0, int(loud[0]) * _FRAME - around) : (int(loud[-1]) + 1) * _FRAME + around]


def _pick(clips: Clips, speakers: Sequence[str], parts: int, random: np.random.Generator) -> list[int]:
    """Return the places of clips by these speakers, in an order in which neighbours differ."""
    owners = np.asarray(clips.speakers)
    turns = [speakers[turn % len(speakers)] for turn in range(parts)]
    if len(speakers) > 1:  # the first turns stay, so that everybody speaks
        turns[len(speakers) :] = random.choice(list(speakers), parts - len(speakers)).tolist()
        random.shuffle(turns)
    picked: list[int] = []
    for turn, speaker in enumerate(turns):
        free = owners == speaker
        free[picked] = False
        if picked and speaker == turns[turn - 1]:
            free &= clips.labels != clips.labels[picked[-1]]
        places = np.flatnonzero(free)
        if not len(places):
            raise InputError(f"{speaker} has too few clips of different labels for {parts} parts.")
        label = random.choice(np.unique(clips.labels[places]))
        picked.append(int(random.choice(places[clips.labels[places] == label])))
    return picked


def _levels(samples: Floats) -> Floats:
    count = len(samples) // _FRAME
    power: Floats = np.square(samples[: count * _FRAME].reshape(count, _FRAME)).mean(1)
    return power


def _quietest(samples: Floats) -> float:
    """The root mean square of the quietest tenth of the frames."""
    power = np.sort(_levels(samples))
    return float(np.sqrt(power[: max(1, len(power) // 10)].mean())) if len(power) else 0.0


def _noise(count: int, level: float, random: np.random.Generator) -> Floats:
    return random.standard_normal(count).astype(np.float32) * np.float32(level)
