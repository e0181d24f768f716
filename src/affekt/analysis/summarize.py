"""How many of each group: from an annotated table to the share of each label, corrected for the model's errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import SPACES
from affekt.errors import InputError
from affekt.inference.calibration import Calibration
from affekt.metrics.prevalence import DEFAULT_METHOD, Known, Method, estimate_prevalence
from affekt.types import LabelSpace

if TYPE_CHECKING:
    from affekt.ratings.opening import Source

Period = Literal["day", "week", "month", "quarter", "year"]

# Under this many rows read, a group's interval is so wide that a remark says so.
FEW = 50


@dataclass(frozen=True, slots=True)
class Share:
    """The share of a group's items that have a label: counted plainly, and estimated, with its interval."""

    label: str
    counted: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """One group, in one period if time was asked for: its rows, those of them that were read, the share of each label.

    `shares` is empty where nothing was read.
    """

    group: str
    time: str | None
    rows: int
    read: int
    shares: tuple[Share, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as JSON types."""
        return {
            "group": self.group,
            "time": self.time,
            "rows": self.rows,
            "read": self.read,
            "labels": {
                share.label: {
                    name: round(float(getattr(share, name)), 6) for name in ("counted", "value", "low", "high")
                }
                for share in self.shares
            },
        }


@dataclass(frozen=True, slots=True, eq=False)
class Annotated:
    """What an annotated table says, a row each: the probabilities, float64 (row, label), NaN where nothing was read;
    the labels it counts, bool (row, label); and the fingerprint of the calibration it was made with, if any."""

    space: LabelSpace
    probability: NDArray[np.float64]
    counted: NDArray[np.bool_]
    fingerprint: str | None

    @property
    def read(self) -> NDArray[np.bool_]:
        """Which rows were read, bool (row,)."""
        return np.asarray(~np.isnan(self.probability).any(axis=1), np.bool_)


def annotated_columns(source: Source, space: LabelSpace | None = None) -> Annotated:
    """Return the columns that `affekt annotate` added to a table, with or without a prefix.

    `space` is needed only where there are several. Raises `InputError` where the table was not annotated, holds several
    spaces, or two calibrations.
    """
    prefix, found = _find_space(source, space)
    names = [f"{prefix}{found.name}.{label}" for label in found]
    probability = source.numbers(names)
    read = ~np.isnan(probability).any(1)
    inside = probability[read]
    if inside.size and (inside.min() < 0 or inside.max() > 1):
        raise InputError(f"{source.path.name}: the columns {names[0]} … hold values outside [0, 1], not probabilities.")
    counted = np.zeros(probability.shape, np.bool_)
    if prefix + "labels" in source.columns:
        (cells,) = source.texts([prefix + "labels"])
        places = {label: place for place, label in enumerate(found)}
        for row, cell in enumerate(cells):
            if cell is not None:
                counted[row, [places[name] for name in str(cell).split("|") if name in places]] = True
    else:
        counted[read] = decisions(inside, found, None)
    fingerprint = None
    if prefix + "calibration" in source.columns:
        (cells,) = source.texts([prefix + "calibration"])
        marks = sorted({str(cell) for cell in cells if cell is not None})
        if len(marks) > 1:
            raise InputError(f"{source.path.name} was annotated with several calibrations: {', '.join(marks[:5])}.")
        fingerprint = marks[0] if marks else None
    return Annotated(found, probability, counted, fingerprint)


def summarize(
    annotated: Annotated,
    calibration: Calibration,
    groups: Sequence[str | None],
    times: Sequence[str | None] | None = None,
    *,
    method: Method = DEFAULT_METHOD,
    resamples: int = 200,
    seed: int = 0,
) -> list[GroupSummary]:
    """Return the share of each label in each group (and period), estimated by `method`, beside the plain count.

    `calibration` corrects the probabilities, unless the table was annotated with it, and its held-out rows tell how
    often the model errs. Groups come in the order of their names, periods in time; rows without a group or time are
    left out. Raises `InputError` where the calibration is for another space or not the one the table was made with,
    and for groups that are not as many as the rows. See `affekt.metrics.prevalence.estimate_prevalence`.
    """
    if calibration.space != annotated.space:
        raise InputError(
            f"The table holds labels of {annotated.space.name}, the calibration is for {calibration.space.name}. "
            "Annotate with that calibration, or calibrate for the table's labels."
        )
    if annotated.fingerprint not in (None, calibration.fingerprint):
        raise InputError(
            f"The table was annotated with another calibration ({annotated.fingerprint}) than this one "
            f"({calibration.fingerprint}). Give that file, or annotate again."
        )
    if len(groups) != len(annotated.probability) or (times is not None and len(times) != len(groups)):
        raise InputError(f"There are {len(annotated.probability)} rows but {len(groups)} groups: give one per row.")
    read = annotated.read
    probability = annotated.probability.copy()
    if annotated.fingerprint is None and read.any():
        probability[read] = calibration.apply(probability[read])
    space = calibration.space
    decided = decisions(calibration.held_out, space, calibration.thresholds)
    known = Known(calibration.truth, decided, calibration.held_out, space.kind == "exclusive")
    summaries = []
    for (group, time), rows in _places(groups, times).items():
        kept = rows[read[rows]]
        shares: tuple[Share, ...] = ()
        if len(kept):
            said = probability[kept]
            decision = decisions(said, space, calibration.thresholds)
            found = estimate_prevalence(said, decision, known, method=method, resamples=resamples, seed=seed)
            counts = annotated.counted[kept].mean(0)
            columns = zip(space, counts, found.value, found.low, found.high, strict=True)
            shares = tuple(Share(label, *map(float, numbers)) for label, *numbers in columns)
        summaries.append(GroupSummary(group, time, len(rows), len(kept), shares))
    return summaries


def decisions(
    probability: NDArray[np.float64], space: LabelSpace, thresholds: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    """Return the labels each row gets, bool (row, label): the most probable one where labels exclude each other, else
    those at or over their threshold (None: 0.5)."""
    if space.kind != "exclusive":
        return np.asarray(probability >= (0.5 if thresholds is None else thresholds))
    chosen = np.zeros(probability.shape, np.bool_)
    chosen[np.arange(len(chosen)), probability.argmax(1)] = True
    return chosen


def periods(source: Source, column: str, period: Period) -> list[str | None]:
    """Return the period of each row, as its first day: ``2026-01-01``; None where the cell is empty.

    Cells are dates, or seconds since 1970. Raises `InputError` for a cell that is neither.
    """
    seconds = source.seconds(source.check(column))
    days = np.full(len(seconds), np.datetime64("NaT"), "datetime64[D]")
    known = ~np.isnan(seconds)
    days[known] = seconds[known].astype("int64").astype("datetime64[s]").astype("datetime64[D]")
    if period == "week":
        # The epoch was a Thursday: weeks begin on Monday.
        numbers = days.astype(np.int64)
        days = np.where(known, days - ((numbers + 3) % 7).astype("timedelta64[D]"), days)
    elif period == "quarter":
        months = days.astype("datetime64[M]")
        days = (months - (months.astype(np.int64) % 3).astype("timedelta64[M]")).astype("datetime64[D]")
    elif period in ("month", "year"):
        days = days.astype("datetime64[M]" if period == "month" else "datetime64[Y]").astype("datetime64[D]")
    return [str(day) if there else None for day, there in zip(days, known.tolist(), strict=True)]


def _find_space(source: Source, space: LabelSpace | None) -> tuple[str, LabelSpace]:
    """Return the prefix and the space of the probability columns."""
    found: list[tuple[str, LabelSpace]] = []
    for known in SPACES.values() if space is None else (space,):
        end = f"{known.name}.{known.labels[0]}"
        for name in source.columns:
            # "my-ekman.joy" ends with "ekman.joy" as well; a name of more letters is another space.
            prefix = name[: -len(end)] if name.endswith(end) else None
            if prefix is None or (prefix and any(name == f"{other}.{known.labels[0]}" for other in SPACES)):
                continue
            if prefix.endswith("votes."):
                continue
            if all(f"{prefix}{known.name}.{label}" in source.columns for label in known):
                found.append((prefix, known))
    if len(found) > 1:
        listed = ", ".join(each.name for _, each in found)
        raise InputError(f"{source.path.name} holds several sets of labels: {listed}. Choose one with `--space`.")
    if not found:
        what = "no probabilities" if space is None else f"no probabilities of {space.name}"
        raise InputError(
            f"{source.path.name} holds {what}, such as a column ekman.joy. Make them with `affekt annotate`."
        )
    return found[0]


def _places(
    groups: Sequence[str | None], times: Sequence[str | None] | None
) -> dict[tuple[str, str | None], NDArray[np.int64]]:
    """Return the rows of each group and period, both sorted."""
    rows: dict[tuple[str, str | None], list[int]] = {}
    for row, group in enumerate(groups):
        time = None if times is None else times[row]
        if group is not None and (times is None or time is not None):
            rows.setdefault((group, time), []).append(row)
    if not rows:
        raise InputError("No row has a group. Choose a column that holds something.")
    return {key: np.array(rows[key], np.int64) for key in sorted(rows, key=lambda key: (key[0], key[1] or ""))}
