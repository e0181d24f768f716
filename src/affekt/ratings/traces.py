"""Continuous traces: several raters' valence (or anything) over time, on one grid, delays undone, fused.

Raters follow a stimulus late, each by their own reaction time, and use the scale in their own way.
The usual path is `resample`, `estimate_delays`, `align`, `standardise`, `fuse`; `consensus_trace`
walks it in one call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.ratings.table import Ratings

Floats = NDArray[np.float64]
Fusion = Literal["mean", "median", "ewe"]

_PASSES = 10
_AT_ONCE = 4_000_000
_OVERLAP = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Traces:
    """Raters' traces of one item on one grid of `times` (time,), seconds: values (rater, time), NaN in gaps."""

    raters: tuple[str, ...]
    times: Floats
    values: Floats

    @property
    def step(self) -> float:
        """The seconds between two points."""
        return float(self.times[1] - self.times[0])


class Fused(NamedTuple):
    """One trace made of several: its `times` and `values` (time,), and each rater's `weights` (rater,)."""

    times: Floats
    values: Floats
    weights: Floats


def resample(
    ratings: Ratings,
    item: str,
    column: str,
    *,
    rate_hz: float,
    longest_gap: float = 2.0,
    span: tuple[float, float] | None = None,
) -> Traces:
    """Return the traces of one item on an even grid, linear between a rater's points.

    The grid covers `span` (seconds; None: first to last point of anybody). NaN before a rater's
    first and after the last point, and inside gaps longer than `longest_gap` seconds. Points at the
    same time are averaged. Raises `InputError` where the ratings have no time, the item no
    named rater's points, or the grid would hold fewer than two.

    >>> from affekt.ratings import from_values
    >>> table = from_values(["clip"] * 2, ["ann"] * 2, [[0.0], [1.0]], columns=["valence"], time=[0.0, 1.0])
    >>> resample(table, "clip", "valence", rate_hz=2).values.tolist()
    [[0.0, 0.5, 1.0]]
    """
    if ratings.time is None:
        raise InputError(
            "Traces need the time of each judgement, and these ratings have none. Read them with time='…'."
        )
    if not rate_hz > 0 or not longest_gap > 0:
        raise InputError(f"rate_hz and longest_gap must be above 0, got {rate_hz:g} and {longest_gap:g}.")
    only = ratings.select(items=[item])
    assert only.time is not None
    answers = only.values[:, ratings.column(column)].astype(np.float64)
    kept = ~np.isnan(answers) & ~np.isnan(only.time) & (only.rater >= 0)
    if not kept.any():
        raise InputError(f"No named rater traced {column!r} of item {item!r}.")
    time, answers, rater = only.time[kept], answers[kept], only.rater[kept]
    start, end = span or (float(time.min()), float(time.max()))
    count = int(np.floor((end - start) * rate_hz + 1e-9)) + 1
    if count < 2:
        raise InputError(f"From {start:g} to {end:g} s a grid of {rate_hz:g} Hz has {count} points; it needs two.")
    times = start + np.arange(count) / rate_hz
    present = np.unique(rater)
    values = np.stack([_interpolated(times, time[rater == one], answers[rater == one], longest_gap) for one in present])
    return Traces(tuple(only.raters[one] for one in present), times, values)


def estimate_delays(
    traces: Traces, *, longest: float, reference: ArrayLike | None = None, least_overlap: float = _OVERLAP
) -> Floats:
    """Return how many seconds each rater lags, (rater,), within ± `longest`; NaN where nothing tells.

    The lag with the highest correlation to `reference` (time,): the stimulus, or a trace known to
    be in time; lags then count from it and are at least 0, as nobody reacts before. Without one,
    to the mean of the other raters, standardised and moved by their own lags, again until nothing
    changes: such lags are relative, and their median is put at 0. A lag is tried where at least
    `least_overlap` of the rater's points meet the other trace. Of equal correlations the shortest
    lag wins. A constant trace has none (NaN). Mariooryad & Busso 2015, "Correcting Time-Continuous Emotional
    Labels by Modeling the Reaction Lag of Evaluators", IEEE Trans. Affective Computing 6(2) (the delay); here by
    correlation.

    >>> wave = np.sin(np.arange(60) / 5)
    >>> late = Traces(("ann", "ben"), np.arange(60.0), np.stack([wave, np.roll(wave, 3)]))
    >>> estimate_delays(late, longest=5, reference=wave).tolist()
    [0.0, 3.0]
    """
    most = round(longest / traces.step)
    if most < 1:
        raise InputError(f"longest is {longest:g} s, but one step of the grid is {traces.step:g} s. Resample finer.")
    if reference is not None:
        other = np.asarray(reference, np.float64)
        if other.shape != traces.times.shape:
            raise InputError(f"reference has shape {other.shape}; expected one value for each of {traces.times.shape}.")
        found = [_best_lag(values, other, range(most + 1), least_overlap) for values in traces.values]
        return np.array(found) * traces.step
    if len(traces.raters) < 2:
        raise InputError("One rater's lag shows against others or a reference only. Give reference=….")
    scores = standardise(traces).values
    lags = np.zeros(len(scores))
    known = np.ones(len(scores), np.bool_)
    for _ in range(_PASSES):
        before = lags.copy()
        for place in range(len(scores)):
            others = [
                _shifted(scores[one], int(lags[one])) for one in range(len(scores)) if one != place and known[one]
            ]
            lag = _best_lag(scores[place], _mean(others), range(-most, most + 1), least_overlap) if others else np.nan
            known[place] = not np.isnan(lag)
            lags[place] = lag if known[place] else 0
        if known.any():
            lags[known] = np.clip(lags[known] - np.round(np.median(lags[known])), -most, most)
        if (lags == before).all():
            break
    return np.where(known, lags, np.nan) * traces.step


def align(traces: Traces, delays: ArrayLike) -> Traces:
    """Return the traces with each rater moved earlier by their delay, (rater,), in seconds; NaN: not moved.

    The grid stays; what moves in from beyond it is NaN. Delays are rounded to whole steps.

    >>> align(Traces(("ann",), np.arange(3.0), np.array([[1.0, 2.0, 3.0]])), [1.0]).values.tolist()
    [[2.0, 3.0, nan]]
    """
    given = np.asarray(delays, np.float64)
    if given.shape != (len(traces.raters),) or np.isinf(given).any():
        raise InputError(f"delays has shape {given.shape}; expected seconds for each of {len(traces.raters)} raters.")
    steps = np.round(np.nan_to_num(given) / traces.step).astype(np.int64)
    return replace(
        traces, values=np.stack([_shifted(one, int(lag)) for one, lag in zip(traces.values, steps, strict=True)])
    )


def standardise(traces: Traces) -> Traces:
    """Return each rater's trace with mean 0 and standard deviation 1; a constant one becomes zeros.

    >>> standardise(Traces(("ann",), np.arange(3.0), np.array([[1.0, 2.0, np.nan]]))).values.tolist()
    [[-1.0, 1.0, nan]]
    """
    values = np.empty_like(traces.values)
    for place, one in enumerate(traces.values):
        seen = one[~np.isnan(one)]
        if not len(seen):
            values[place] = np.nan
            continue
        spread = seen.std()
        flat = spread <= 1e-12 * max(1.0, float(np.abs(seen).max()))
        values[place] = np.where(np.isnan(one), np.nan, 0.0) if flat else (one - seen.mean()) / spread
    return replace(traces, values=values)


def fuse(traces: Traces, *, method: Fusion = "ewe", leave_out: bool = False) -> Fused:
    r"""Return one trace: the raters' mean, median, or evaluator-weighted mean at each time.

    .. math:: r_k = \max\bigl(0, \operatorname{corr}(x_k, \bar x)\bigr),\qquad
              \hat x(t) = \frac{\sum_k r_k x_k(t)}{\sum_k r_k}

    ``"ewe"`` (Grimm & Kroschel 2005) weighs a rater by the correlation with the mean of all, with
    `leave_out` of the others. Weights add up to one over the raters; at each time over those who are there.
    Where every weight would be 0, raters weigh the same. NaN where nobody is there.

    >>> two = Traces(("ann", "ben"), np.arange(2.0), np.array([[1.0, 2.0], [3.0, np.nan]]))
    >>> fuse(two, method="mean").values.tolist()
    [2.0, 2.0]
    """
    if method not in ("mean", "median", "ewe"):
        raise InputError(f"method must be 'mean', 'median' or 'ewe', got {method!r}.")
    values, count = traces.values, len(traces.raters)
    weights = np.full(count, 1 / count)
    if method == "ewe":
        found = np.array(
            [
                max(0.0, _correlation(values[place], _mean(np.delete(values, place, 0) if leave_out else values)))
                for place in range(count)
            ]
        )
        weights = found / found.sum() if found.sum() > 0 else weights
    there = ~np.isnan(values)
    if method == "median":
        fused = np.full(values.shape[1], np.nan)
        fused[there.any(0)] = np.nanmedian(values[:, there.any(0)], axis=0)
        return Fused(traces.times, fused, weights)
    mass = weights @ there
    summed = weights @ np.nan_to_num(values)
    return Fused(traces.times, np.divide(summed, mass, out=np.full(len(mass), np.nan), where=mass > 0), weights)


def consensus_trace(
    ratings: Ratings,
    item: str,
    column: str,
    *,
    rate_hz: float,
    longest_delay: float = 0.0,
    method: Fusion = "ewe",
    normalise: bool = False,
) -> Fused:
    """Return one trace of an item from all raters' traces, resampled, aligned and fused.

    `longest_delay`: seconds by which raters may lag each other (0: no alignment). `normalise`: each rater
    to mean 0 and standard deviation 1 first, so that the answer has no unit. With both this is the
    gold standard of rater aligned annotation weighting (RAAW, Stappen et al. 2021, "MuSe-Toolbox"), with a
    constant lag per rater in the place of dynamic time warping.

    >>> from affekt.ratings import from_values
    >>> said = [[0.0], [1.0], [0.5], [0.2], [0.8], [0.6]]
    >>> table = from_values(["c"] * 6, ["ann"] * 3 + ["ben"] * 3, said, columns=["valence"], time=[0, 1, 2, 0, 1, 2])
    >>> consensus_trace(table, "c", "valence", rate_hz=1, method="mean").values.round(2).tolist()
    [0.1, 0.9, 0.55]
    """
    traces = resample(ratings, item, column, rate_hz=rate_hz)
    if longest_delay and len(traces.raters) > 1:
        traces = align(traces, estimate_delays(traces, longest=longest_delay))
    return fuse(standardise(traces) if normalise else traces, method=method)


def _interpolated(times: Floats, time: Floats, answers: Floats, longest_gap: float) -> Floats:
    points, place = np.unique(time, return_inverse=True)
    held = np.bincount(place, answers) / np.bincount(place)
    found = np.interp(times, points, held)
    after = np.searchsorted(points, times, side="left")
    inside = (times >= points[0] - 1e-9) & (times <= points[-1] + 1e-9)
    after = np.clip(after, 0, len(points) - 1)
    gap = points[after] - points[np.maximum(after - 1, 0)]
    on_point = np.abs(points[after] - times) <= 1e-9
    found[~inside | ((gap > longest_gap) & ~on_point)] = np.nan
    return found


def _shifted(values: Floats, lag: int) -> Floats:
    """The trace `lag` steps earlier."""
    moved = np.full(len(values), np.nan)
    if abs(lag) < len(values):
        if lag >= 0:
            moved[: len(values) - lag] = values[lag:]
        else:
            moved[-lag:] = values[:lag]
    return moved


def _mean(values: ArrayLike) -> Floats:
    held = np.asarray(values, np.float64)
    there = ~np.isnan(held)
    number = there.sum(0)
    summed = np.nan_to_num(held).sum(0)
    found: Floats = np.divide(summed, number, out=np.full(held.shape[1], np.nan), where=number > 0)
    return found


def _correlation(first: Floats, second: Floats) -> float:
    """Pearson over the times both have; 0 where it is undefined."""
    both = ~np.isnan(first) & ~np.isnan(second)
    if both.sum() < 2:
        return 0.0
    a, b = first[both] - first[both].mean(), second[both] - second[both].mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    large = float(np.abs(first[both]).max() * np.abs(second[both]).max()) * both.sum()
    return float(a @ b) / spread if spread > 1e-12 * large else 0.0


def _best_lag(values: Floats, other: Floats, lags: range, least_overlap: float) -> float:
    least = max(2.0, least_overlap * int((~np.isnan(values)).sum()))
    # Shortest lag first, so that among equals it wins.
    order = np.array(sorted(lags, key=lambda step: (abs(step), step)))
    agreement = _lagged_correlations(values, other, order, least)
    if np.isnan(agreement).all():
        return float("nan")
    return float(order[int(np.argmax(agreement >= np.nanmax(agreement) - 1e-12))])


def _lagged_correlations(values: Floats, other: Floats, lags: NDArray[np.int64], least: float) -> Floats:
    """Pearson of `values` moved earlier by each lag with `other`; NaN where few points meet or it is undefined."""
    count, most = len(values), int(np.abs(lags).max())
    empty = np.full(most, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([empty, values, empty]), count)
    found = np.full(len(lags), np.nan)
    for start in range(0, len(lags), max(1, _AT_ONCE // count)):
        some = slice(start, start + max(1, _AT_ONCE // count))
        moved = windows[most + lags[some]]
        both = ~np.isnan(moved) & ~np.isnan(other)
        number = both.sum(1)
        a, b = np.where(both, moved, 0.0), np.where(both, other, 0.0)
        large = np.abs(a).max(1) * np.abs(b).max(1) * number
        a = np.where(both, a - (a.sum(1) / np.maximum(number, 1))[:, None], 0.0)
        b = np.where(both, b - (b.sum(1) / np.maximum(number, 1))[:, None], 0.0)
        spread = np.sqrt((a * a).sum(1) * (b * b).sum(1))
        known = (number >= least) & (spread > 1e-12 * large)
        found[some] = np.divide((a * b).sum(1), spread, out=np.full(len(a), np.nan), where=known)
    return found
