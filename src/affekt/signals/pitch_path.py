"""The likeliest path through the pitch candidates of each frame, decided a fixed time after the frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Candidates(NamedTuple):
    """What each frame could be: `f0` (frame, candidate) Hz and `strength` (frame, candidate).

    The first candidate is "unvoiced", with an F0 of 0; where a frame has fewer, its strength is `NOTHING`.
    """

    f0: Floats
    strength: Floats


class Costs(NamedTuple):
    """What a step of the path costs, in strength, from one frame to the next.

    `octave_jump` per octave between voiced frames, `voicing_change` between voiced and unvoiced.
    """

    octave_jump: float = 0.35
    voicing_change: float = 0.14


NOTHING = np.float32(-1e9)


class PathFinder:
    """A Viterbi search whose decision for a frame is final once `lag` more frames are known.

    The decision for frame t is read back from the best state of frame t + lag, so it does not depend on how
    the frames arrive: fed frame by frame or all at once, the path is the same. Only the last `lag` frames of
    a signal, decided by `finish`, see fewer than `lag` frames after them.
    """

    def __init__(self, costs: Costs, lag: int) -> None:
        self._costs, self._lag = costs, lag
        self._score: Floats | None = None
        self._octaves: Floats | None = None
        self._back = np.zeros((0, 0), np.int8)
        self._best = np.zeros(0, np.int8)

    def extend(self, found: Candidates) -> NDArray[np.int8]:
        """Return the chosen candidate of each frame that is decided by now, after taking in further frames."""
        if not len(found.f0):
            return np.zeros(0, np.int8)
        voiced = found.f0 > 0
        octaves = np.log2(np.where(voiced, found.f0, np.float32(1)))
        if self._score is None or self._octaves is None:
            before = np.concatenate([octaves[:1], octaves[:-1]])
            voiced_before = np.concatenate([voiced[:1], voiced[:-1]])
        else:
            before = np.concatenate([self._octaves[None], octaves[:-1]])
            voiced_before = np.concatenate([self._octaves[None] > 0, voiced[:-1]])
        back, best = self._search(found.strength, self._steps(before, octaves, voiced_before, voiced))
        self._octaves = octaves[-1]
        self._back = np.concatenate([self._back.reshape(-1, back.shape[1]), back])
        self._best = np.concatenate([self._best, best])
        return self._decided(max(0, len(self._best) - self._lag))

    def finish(self) -> NDArray[np.int8]:
        """Return the chosen candidate of each frame that was not yet decided."""
        return self._decided(len(self._best))

    def _steps(
        self, before: Floats, after: Floats, voiced_before: NDArray[np.bool_], voiced: NDArray[np.bool_]
    ) -> Floats:
        """Return the cost of each step, (frame, candidate after, candidate before)."""
        jump = np.abs(after[:, :, None] - before[:, None, :]) * np.float32(self._costs.octave_jump)
        both = voiced[:, :, None] & voiced_before[:, None, :]
        change = voiced[:, :, None] != voiced_before[:, None, :]
        return np.where(both, jump, np.where(change, np.float32(self._costs.voicing_change), np.float32(0)))

    def _search(self, strength: Floats, steps: Floats) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        count, states = strength.shape
        back, best = np.empty((count, states), np.intp), np.empty(count, np.intp)
        every = np.arange(states)
        score = self._score
        for at in range(count):
            if score is None:
                score, back[at] = strength[at], every
            else:
                ways = score - steps[at]
                chosen = back[at] = ways.argmax(axis=1)
                score = ways[every, chosen] + strength[at]
            last = best[at] = score.argmax()
            # Kept near zero, else hours of frames would eat the digits.
            score = score - score[last]
        self._score = score
        return back.astype(np.int8), best.astype(np.int8)

    def _decided(self, count: int) -> NDArray[np.int8]:
        """Return the candidates of the first `count` frames held, and let those frames go."""
        end = len(self._best) - 1
        at = np.minimum(np.arange(count) + self._lag, end)
        state = self._best[at]
        for ahead in range(self._lag, 0, -1):
            # `at` is where each traceback stands; those near the end have fewer steps to walk.
            walking = at - np.arange(count) >= ahead
            state = np.where(walking, self._back[at, state], state)
            at = np.where(walking, at - 1, at)
        self._back, self._best = self._back[count:], self._best[count:]
        return state
