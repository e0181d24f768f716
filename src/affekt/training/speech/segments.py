"""Sounds as a few vectors each, for networks that fuse: parts of a clip, shares of its quantised pitch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import Clips
from affekt.signals.pitch import quantise_f0
from affekt.training.speech.windows import spoken

Tokens = NDArray[np.float32]
_REFERENCE_HZ = 27.5  # what the prosody view tells semitones above


def segments(clips: Clips, view: str, count: int) -> Tokens:
    """Return mean and deviation of a view over `count` equal parts of each clip's speech, (clip, part, 2 · feature).

    Silence at either end is left out: frames 45 dB below the loudest of the log-mel spectrum.
    """
    found = []
    for frames, (start, end) in zip(clips.view(view), spoken(clips), strict=True):
        x = np.asarray(frames[min(start, len(frames) - 1) : end], np.float64)
        edges = np.linspace(0, len(x), count + 1)
        first = np.minimum(edges[:-1].astype(np.int64), len(x) - 1)
        last = np.maximum(first + 1, edges[1:].astype(np.int64))
        parts = [x[a:b] for a, b in zip(first, last, strict=True)]
        found.append([np.concatenate([part.mean(0), part.std(0)]) for part in parts])
    return np.asarray(found, np.float32)


def f0_shares(clips: Clips, *, bins: int = 256) -> Tokens:
    """Return the share of a clip's speech in each bin of quantised pitch, float32 (clip, bins + 1), unvoiced first.

    Bins are equally wide in semitones (`quantise_f0`). A table of vectors, one for each bin, times these is the mean
    of the frames' vectors.
    """
    out = np.zeros((len(clips), bins + 1), np.float32)
    for row, frames, (start, end) in zip(out, clips.view("prosody"), spoken(clips), strict=True):
        x = frames[min(start, len(frames) - 1) : end]
        hertz = np.where(x[:, 1] > 0, _REFERENCE_HZ * 2 ** (x[:, 0] / 12), 0.0)
        row[:] = np.bincount(quantise_f0(hertz, bins=bins), minlength=bins + 1) / len(x)
    return out
