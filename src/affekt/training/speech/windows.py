"""Clips as batches of windows: speech cut out, normalised, cropped or padded, and varied to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from affekt.corpora.clips import Clips
from affekt.corpora.sound_views import Change
from affekt.errors import InputError

Samples = NDArray[np.float32]
Ints = NDArray[np.int64]
Norm = Literal["clip", "clip-mean", "level", "speaker", "train", "none"]
HOP_S = 0.010
QUIET_DB = 45.0  # so far below the loudest frame is silence, at either end of a clip
_SPREAD = 1e-2  # a feature that varies less is divided by this
_LEAST = 8  # frames that are kept at least


@dataclass(frozen=True, slots=True)
class Variation:
    """How windows of features are varied while learning; 0 leaves each out. Meant for a spectrum in logarithms.

    speed: the most that time is stretched by, ±; warp: the most that the frequency axis is, ±, another length of the
    vocal tract (Jaitly & Hinton 2013, VTLP); gain: standard deviation added to a whole clip, in standard deviations;
    time_masks, frequency_masks: how many stripes are blanked, each up to `time_share` of the window, `frequency_share`
    of the features (Park et al. 2019, SpecAugment); noise: standard deviation of noise added to every number; babble:
    how many of the clips have other clips behind them (`Frames.among`), `babble_db` weaker.
    """

    speed: float = 0.0
    warp: float = 0.0
    gain: float = 0.0
    time_masks: int = 0
    time_share: float = 0.1
    frequency_masks: int = 0
    frequency_share: float = 0.15
    noise: float = 0.0
    babble: float = 0.0
    babble_db: tuple[float, float] = (5.0, 20.0)


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """What features are normalised by: mean and standard deviation, float32 (feature,)."""

    mean: Samples
    deviation: Samples


class Frames:
    """One view of clips, trimmed and normalised, of which windows are cut.

    `fixed` are the statistics of the clips that are learned from; `known` those of each speaker, by name.
    """

    def __init__(
        self,
        clips: Clips,
        view: str,
        norm: Norm,
        *,
        trim: bool = True,
        fixed: Statistics | None = None,
        known: Clips | None = None,
        changed: tuple[Change | None, int] = (None, 0),
    ) -> None:
        change, draw = changed
        self.items: Sequence[Samples] = clips.view(view, change, draw=draw)
        first = self.items[0]
        self.features = first.shape[1]
        self.ends = spoken(clips, change=change, draw=draw) if trim and len(first) > 1 and view != "wave" else None
        self.norm, self.fixed = norm, fixed
        self.speakers = clips.speakers
        self.known: dict[str, Statistics] = {}
        if norm == "speaker":
            told = known or clips
            missing = set(clips.speakers) - set(told.speakers)
            if missing:
                raise InputError(f"No clip tells how {min(missing)} speaks: give some of each speaker to normalise by.")
            of_others = Frames(told, view, "none", trim=trim) if known is not None else self
            for speaker in sorted(set(clips.speakers)):
                places = [i for i, each in enumerate(told.speakers) if each == speaker]
                self.known[speaker] = _statistics([of_others.raw(i) for i in places])

    def __len__(self) -> int:
        return len(self.items)

    def raw(self, place: int) -> Samples:
        """Return a clip's frames between its ends, float32 (frame, feature)."""
        frames = self.items[place]
        if self.ends is None:
            return frames
        start, end = self.ends[place]
        # A view of longer frames ends a few frames earlier.
        return frames[min(start, max(0, len(frames) - _LEAST)) : end]

    def clip(self, place: int) -> Samples:
        """Return a clip's normalised frames, float32 (frame, feature)."""
        return self._normalised(self.raw(place), place)

    def among(self, place: int, others: Sequence[int], snr_db: float) -> Samples:
        """Return a clip's normalised frames with other clips talking behind it, of a log-mel spectrum.

        Powers add up, as they do on average where phases are unrelated; each of the others is as loud as the next, and
        all of them `snr_db` weaker than the clip where that is loud. Nothing is cut off, since its ends are not silent.
        """
        frames = self.items[place]
        behind = np.zeros(frames.shape, np.float32)
        for other in others:
            power = np.exp(self.raw(other))
            behind += np.resize(power / power.mean(), frames.shape)
        own = np.exp(frames)
        level = own.sum(1)
        loud = own[level > level.max() * 1e-3].mean()
        mixed: Samples = np.log(own + behind * (loud / behind.mean() * 10 ** (-snr_db / 10)))
        return self._normalised(mixed, place)

    def _normalised(self, frames: Samples, place: int) -> Samples:
        if self.norm == "clip":
            own = _statistics([frames])
            return (frames - own.mean) / own.deviation
        if self.norm == "speaker":
            own = self.known[self.speakers[place]]
            return (frames - own.mean) / own.deviation
        if self.norm == "clip-mean":
            frames = frames - frames.mean(0)
        elif self.norm == "level":
            frames = frames - frames.mean()
        return frames if self.fixed is None else (frames - self.fixed.mean) / self.fixed.deviation

    def measure(self) -> Statistics | None:
        """Return the statistics to fix for these clips and others: None where the norm needs none."""
        if self.norm in ("clip", "speaker", "none"):
            return None
        fixed, self.fixed = self.fixed, None
        step = max(1, len(self) // 2000)
        found = _statistics([self.clip(i) for i in range(0, len(self), step)])
        self.fixed = fixed
        return found


def _statistics(parts: Sequence[Samples]) -> Statistics:
    frames = np.concatenate([np.asarray(part, np.float64) for part in parts])
    deviation = np.maximum(frames.std(0), _SPREAD)
    return Statistics(frames.mean(0).astype(np.float32), deviation.astype(np.float32))


def spoken(clips: Clips, *, change: Change | None = None, draw: int = 0) -> list[tuple[int, int]]:
    """Return the first frame and the end (excluded) of what is louder than silence, for each clip.

    A frame is silent where the log-mel spectrum's energy lies 45 dB below the clip's loudest. Eight frames are left
    at least.
    """
    found = []
    for frames in clips.view("log-mel", change, draw=draw):
        level = np.log(np.exp(frames.astype(np.float64)).sum(1) + 1e-30) * (10 / np.log(10))
        loud = np.flatnonzero(level > level.max() - QUIET_DB)
        start, end = int(loud[0]), int(loud[-1]) + 1
        if end - start < _LEAST:
            start, end = max(0, end - _LEAST), min(len(frames), start + _LEAST)
        found.append((start, end))
    return found


def cut(
    frames: Sequence[Samples], size: int, *, generator: torch.Generator | None = None, speed: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Return windows float32 (clip, size, feature) and which of their frames are there, bool (clip, size).

    With a generator a longer clip is cut anywhere, at another speed; without, its middle is taken.
    """
    out = np.zeros((len(frames), size, frames[0].shape[1]), np.float32)
    present = np.zeros((len(frames), size), np.bool_)
    drawn = np.full((len(frames), 2), 0.5) if generator is None else torch.rand(len(frames), 2, generator=generator)
    for row, (clip, (where, how)) in enumerate(zip(frames, drawn.tolist(), strict=True)):
        fast = 1 + speed * (2 * how - 1)
        length = max(1, round(len(clip) / fast))
        start = int(where * (length - size + 1)) if length > size else 0
        taken = np.arange(start, min(length, start + size))
        kept = clip[np.minimum((taken * fast).astype(np.int64), len(clip) - 1)]
        out[row, : len(kept)], present[row, : len(kept)] = kept, True
    return torch.from_numpy(out), torch.from_numpy(present)


def vary(x: Tensor, present: Tensor, how: Variation, generator: torch.Generator) -> Tensor:
    """Return windows varied, each clip in its own way: warped, louder or weaker, noisy, with stripes of zeros.

    x: (clip, frame, feature), normalised; present: bool (clip, frame).
    """
    clips, size, features = x.shape

    def draw() -> Tensor:
        return torch.rand(clips, generator=generator)

    if how.warp and features > 1:
        x = torch.bmm(x, warping(1 + how.warp * (2 * draw() - 1), features))
    if how.gain:
        x = x + how.gain * torch.randn(clips, 1, 1, generator=generator)
    if how.noise:
        x = x + how.noise * torch.randn(x.shape, generator=generator)
    # Stripes of a length and a place drawn for each clip, as masks over the axis.
    for count, axis, most in (
        (how.time_masks, 1, max(1, int(how.time_share * size))),
        (how.frequency_masks, 2, max(1, int(how.frequency_share * features))),
    ):
        total = x.shape[axis]
        for _ in range(count if total > 1 else 0):
            length = draw() * most
            start = draw() * (total - length)
            place = torch.arange(total)
            hidden = (place >= start[:, None]) & (place < (start + length)[:, None])
            x = x.masked_fill(hidden.unsqueeze(2 if axis == 1 else 1), 0.0)
    return x * present.unsqueeze(-1)


def warping(factors: Tensor, features: int) -> Tensor:
    """Return matrices (clip, feature, feature) that stretch a spectrum of mel bands by factors (clip,) in mel.

    Column j mixes the two bands around place j · factor; what lies beyond the last is the last.

    >>> warping(torch.tensor([1.0]), 3)[0].tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    place = (torch.arange(features)[None] * factors[:, None]).clamp(0, features - 1)
    return (1 - (torch.arange(features)[None, :, None] - place[:, None, :]).abs()).clamp_min(0)
