"""Probabilities over time, made smooth: by median, exponentially, or by the best path of labels that last.

Each form takes rows as they come and gives rows as soon as they are final; pushed at once or one by one, they are the
same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError

Floats = NDArray[np.float64]
Method = Literal["none", "median", "exponential", "viterbi"]
_FLOOR = 1e-6  # no label is less probable than this at any time


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How probabilities over time are made smooth.

    ``median``: the median of `seconds` around each moment, label by label, made to add up to one. ``exponential``: the
    past fades with a time constant of `seconds`. ``viterbi``: the most probable path of labels that each last `seconds`
    or more, where a label that has lasted so long changes with the probability `change` from one row to the next.
    ``none``: as they are.
    """

    method: Method = "viterbi"
    seconds: float = 1.0
    change: float = 0.1

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise InputError(f"Smoothing is one of {', '.join(get_args(Method))}, not {self.method!r}.")
        if not self.seconds > 0 or not 0 < self.change < 1:
            raise InputError(
                f"Smoothing takes seconds above 0 and a change between 0 and 1, got {self.seconds} and {self.change}."
            )


class Smoother(Protocol):
    """Takes rows of probabilities and gives them back smooth, as soon as they are final."""

    def push(self, rows: ArrayLike) -> Floats:
        """Return the rows that have become final with these: float64 (row, label)."""

    def finish(self) -> Floats:
        """Return the rows that are left: there are no more."""


def open_smoother(smoothing: Smoothing, *, labels: int, hop_s: float) -> Smoother:
    """Return what smooths rows of `labels` probabilities that come every `hop_s` seconds.

    ``viterbi`` gives rows of 0 and a single 1.

    >>> smoother = open_smoother(Smoothing("exponential", seconds=1.0), labels=2, hop_s=0.5)
    >>> np.concatenate([smoother.push([[1, 0], [0, 1]]), smoother.finish()]).round(2).tolist()
    [[1.0, 0.0], [0.61, 0.39]]
    """
    if labels < 1 or not hop_s > 0:
        raise InputError(f"Smoothing takes a label or more and a hop above 0 seconds, got {labels} and {hop_s}.")
    makers: dict[str, Callable[[], Smoother]] = {
        "none": lambda: _Median(labels, 0),
        "median": lambda: _Median(labels, max(0, round(smoothing.seconds / hop_s / 2 - 0.5 + 1e-9))),
        "exponential": lambda: _Fading(labels, 1 - float(np.exp(-hop_s / smoothing.seconds))),
        "viterbi": lambda: _Path(labels, max(1, int(np.ceil(smoothing.seconds / hop_s - 1e-9))), smoothing.change),
    }
    return makers[smoothing.method]()


def smooth(rows: ArrayLike, smoothing: Smoothing, *, hop_s: float) -> Floats:
    """Return probabilities over time, smooth: float64 (row, label), from (row, label).

    >>> jumpy = [[0.9, 0.1], [0.2, 0.8], [0.9, 0.1], [0.8, 0.2]]
    >>> smooth(jumpy, Smoothing("median", seconds=1.5), hop_s=0.5)[:, 0].round(2).tolist()
    [0.55, 0.9, 0.8, 0.85]
    """
    table = np.atleast_2d(np.asarray(rows, np.float64))
    smoother = open_smoother(smoothing, labels=table.shape[1], hop_s=hop_s)
    return np.concatenate([smoother.push(table), smoother.finish()])


def _checked(rows: ArrayLike, labels: int) -> Floats:
    table = np.asarray(rows, np.float64)
    if table.size == 0:
        return np.zeros((0, labels))
    if table.ndim != 2 or table.shape[1] != labels:
        raise InputError(f"Rows of {labels} probabilities are expected, got an array of shape {table.shape}.")
    if not (np.isfinite(table).all() and table.min() >= 0):
        raise InputError("Probabilities over time must be numbers of at least 0, without NaN.")
    return table


class _Median:
    """The median of each row with `half` rows before and after it; of fewer at both ends."""

    def __init__(self, labels: int, half: int) -> None:
        self._labels, self._half = labels, half
        self._held: Floats = np.zeros((0, labels))  # the last rows given, then those that wait
        self._past = 0

    def push(self, rows: ArrayLike) -> Floats:
        self._held = np.concatenate([self._held, _checked(rows, self._labels)])
        return self._given(len(self._held) - self._half)

    def finish(self) -> Floats:
        given = self._given(len(self._held))
        self._held, self._past = self._held[:0], 0
        return given

    def _given(self, until: int) -> Floats:
        if until <= self._past:
            return np.zeros((0, self._labels))
        half, held = self._half, self._held
        given = np.stack([_middle(held[max(0, at - half) : at + half + 1]) for at in range(self._past, until)])
        kept = max(0, until - half)
        self._held, self._past = held[kept:], until - kept
        return given


def _middle(rows: Floats) -> Floats:
    if len(rows) == 1:
        only: Floats = rows[0]
        return only
    middle = np.median(rows, axis=0)
    # One-hot rows of many labels may have no median over 0.
    middle = middle if middle.sum() > 0 else rows.mean(0)
    return np.asarray(middle * (rows.sum(1).mean() / middle.sum()) if middle.sum() > 0 else middle)


class _Fading:
    """Each row mixed with what came before it."""

    def __init__(self, labels: int, share: float) -> None:
        self._labels, self._share = labels, share
        self._last: Floats | None = None

    def push(self, rows: ArrayLike) -> Floats:
        table = _checked(rows, self._labels).copy()
        for place, row in enumerate(table):
            self._last = row.copy() if self._last is None else self._last + self._share * (row - self._last)
            table[place] = self._last
        return table

    def finish(self) -> Floats:
        self._last = None
        return np.zeros((0, self._labels))


class _Path:
    """The best path through states (label, rows it has lasted, counted up to `least`).

    A state before the last of its label must go on to the next; only the last may stay or change, so every label lasts
    `least` rows or more. Rows are final once all paths that may still win agree on them.
    """

    def __init__(self, labels: int, least: int, change: float) -> None:
        self._labels, self._least = labels, least
        self._stay = float(np.log1p(-change)) if labels > 1 else 0.0
        self._leave = float(np.log(change / max(1, labels - 1)))
        self._clear()

    def _clear(self) -> None:
        self._scores: Floats | None = None  # (label, lasted)
        self._back: list[NDArray[np.int64]] = []  # for each row that waits, the state before each state
        self._sums: Floats = np.zeros(self._labels)
        self._rows = 0

    def push(self, rows: ArrayLike) -> Floats:
        for row in np.log(np.maximum(_checked(rows, self._labels), _FLOOR)):
            self._step(row)
        return self._agreed()

    def _step(self, row: Floats) -> None:
        labels, least = self._labels, self._least
        self._rows += 1
        if self._rows < least:
            self._sums += row  # for a stretch too short for any change
        states = np.arange(labels * least).reshape(labels, least)
        if self._scores is None:
            scores = np.full((labels, least), -np.inf)
            scores[:, 0] = row
            self._scores, self._back = scores, [states.ravel()]
            return
        before, scores, back = self._scores, np.full((labels, least), -np.inf), states.copy()
        old = before[:, -1]
        # The best other label to come from: the best of all, and for that one the second best.
        ranked = np.argsort(-old, kind="stable")
        source = np.where(np.arange(labels) == ranked[0], ranked[min(1, labels - 1)], ranked[0])
        entering = old[source] + self._leave if labels > 1 else np.full(labels, -np.inf)
        staying = old + self._stay
        scores[:, 0], back[:, 0] = entering, states[source, -1]
        if least > 1:
            scores[:, 1:], back[:, 1:] = before[:, :-1], states[:, :-1]
            better = staying >= scores[:, -1]
            scores[better, -1], back[better, -1] = staying[better], states[better, -1]
        else:
            better = staying >= entering
            scores[better, 0], back[better, 0] = staying[better], states[better, 0]
        self._scores = scores + row[:, None]
        self._back.append(back.ravel())

    def _agreed(self) -> Floats:
        """Return the rows before the moment from which on paths differ."""
        if self._scores is None or self._rows < self._least:
            return self._told([])
        alive = np.flatnonzero(np.isfinite(self._scores.ravel()))
        for place in range(len(self._back) - 1, 0, -1):
            alive = np.unique(self._back[place][alive])
            if len(alive) == 1:
                path = self._traced(int(alive[0]), place - 1)
                self._back = self._back[place - 1 :]
                # The row at which paths meet stays, as what the others look back to.
                return self._told(path[:-1])
        return self._told([])

    def _traced(self, state: int, place: int) -> list[int]:
        path = [state]
        for at in range(place, 0, -1):
            state = int(self._back[at][state])
            path.append(state)
        return path[::-1]

    def finish(self) -> Floats:
        if self._scores is None:
            return self._told([])
        if self._rows < self._least:
            path = [int(self._sums.argmax()) * self._least] * self._rows
        else:
            ends = self._scores[:, -1]
            path = self._traced(int(ends.argmax()) * self._least + self._least - 1, len(self._back) - 1)
        self._clear()
        return self._told(path)

    def _told(self, path: list[int]) -> Floats:
        rows = np.zeros((len(path), self._labels))
        rows[np.arange(len(path)), np.array(path, np.int64) // self._least] = 1.0
        return rows
