"""All that can be said of a table of ratings at a glance: size, labels, agreement, raters, what is disputed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.metrics.agreement import vote_entropy
from affekt.ratings.agreement import Agreement, agreement, column_agreements
from affekt.ratings.co_occurrence import CoOccurrence, co_occurrence
from affekt.ratings.raters import RaterRow, rater_rows
from affekt.ratings.table import Ratings, Scale
from affekt.ratings.views import answer_counts, majority, plurality, vote_counts

Floats = NDArray[np.float64]


class Spread(NamedTuple):
    """The lowest, middle and highest of some numbers."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label: votes, their share of all answers about it, items it is the majority or the plurality of."""

    label: str
    votes: int
    share: float
    majority: int
    plurality: int


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One column of numbers: answers, mean, standard deviation, range, and the mean spread within an item."""

    column: str
    answers: int
    mean: float
    sd: float
    low: float
    high: float
    sd_within: float


@dataclass(frozen=True, slots=True)
class DisputedItem:
    """An item raters differ about: its id, how much, and what they said of it, most votes first.

    `disagreement` is the probability that two of its raters answer differently, or for numbers the
    standard deviation of their answers over the length of the scale (or of the range seen).
    """

    item: str
    disagreement: float
    said: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What `summarize` finds in a table. Shares lie in [0, 1]; NaN is what cannot be said.

    `undecided_majority` and `undecided_plurality` are shares of the items somebody judged that the
    rule leaves without an answer. `disagreement` (item,) is that of `DisputedItem`, NaN for items with
    fewer than two judgements; `entropy` (item,) is of the votes, in bits. `remarks` are sentences about
    what is missing or odd.
    """

    kind: str
    columns: tuple[str, ...]
    space: str | None
    scale: Scale | None
    items: int
    raters: int
    anonymous: bool
    judgements: int
    per_item: Spread
    judgement_counts: NDArray[np.int64]
    without_votes: int
    labels: tuple[LabelRow, ...]
    levels: tuple[LevelRow, ...]
    undecided_majority: float
    undecided_plurality: float
    overall: Agreement | None
    by_column: tuple[Agreement, ...]
    entropy: Floats
    disagreement: Floats
    disputed: tuple[DisputedItem, ...]
    rater_rows: tuple[RaterRow, ...]
    together: CoOccurrence | None
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain JSON values: arrays as means, NaN as None."""
        record = {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name not in _ARRAYS}
        record["entropy_mean"] = _plain(_nanmean(self.entropy))
        record["disagreement_mean"] = _plain(_nanmean(self.disagreement))
        if self.together is not None:
            record["together"] = {
                "within": self.together.within,
                "counts": self.together.counts.astype(int).tolist(),
                "pairs": [[*pair] for pair in self.together.pairs() if pair[2]],
            }
        return record


_NAMED = 8
_ARRAYS = ("entropy", "disagreement", "judgement_counts", "together")


def summarize(ratings: Ratings, *, resamples: int = 1000, disputed: int = 10, seed: int = 0) -> Summary:
    """Return what can be said of a table of ratings, of any kind.

    `resamples` are for the intervals of agreement; `disputed` is how many items to name that raters
    differ about most. Nothing is refused: what cannot be said (agreement of one rater, alpha where
    all votes are equal) is None or NaN, and a remark says why.

    >>> votes = Ratings.from_votes(["t", "t", "u", "u"], ["ann", "ben"] * 2, ["joy", "joy", "fear", "joy"])
    >>> found = summarize(votes, resamples=99)
    >>> found.items, found.per_item.median, found.undecided_majority, found.disputed[0].item
    (2, 2.0, 0.5, 'u')
    """
    answered = ~np.asarray(np.isnan(ratings.values).all(1))
    blank = int((~answered).sum())
    ratings = ratings.keep(answered) if blank else ratings
    is_votes = ratings.kind in ("exclusive", "multi-label")
    counts = np.bincount(ratings.item, minlength=len(ratings.items))
    judged = answer_counts(ratings).max(1, initial=0) > 0
    comparable = bool((answer_counts(ratings) >= 2).any())
    overall = None
    by_column: tuple[Agreement, ...] = ()
    if comparable and (is_votes or len(ratings.columns) == 1) and _has_pairs(ratings):
        overall = agreement(ratings, resamples=resamples, seed=seed)
    if comparable and not (overall and overall.column):
        by_column = column_agreements(ratings, resamples=resamples, seed=seed)
    apart = _disagreement(ratings)
    strict, most = (majority(ratings), plurality(ratings)) if is_votes else (None, None)
    return Summary(
        kind=ratings.kind,
        columns=ratings.columns,
        space=ratings.space.name if ratings.space else None,
        scale=ratings.scale,
        items=len(ratings.items),
        raters=len(ratings.raters),
        anonymous=bool((ratings.rater < 0).any()),
        judgements=len(ratings),
        per_item=Spread(*(float(f(counts)) for f in (np.min, np.median, np.max))) if len(counts) else Spread(0, 0, 0),
        judgement_counts=counts,
        without_votes=int((~judged).sum()),
        labels=_label_rows(ratings) if is_votes else (),
        levels=() if is_votes else _level_rows(ratings),
        undecided_majority=_undecided(strict.decided, judged) if strict else float("nan"),
        undecided_plurality=_undecided(most.decided, judged) if most else float("nan"),
        overall=overall,
        by_column=by_column,
        entropy=_entropy(ratings) if is_votes else np.full(len(ratings.items), np.nan),
        disagreement=apart,
        disputed=_disputed(ratings, apart, disputed),
        rater_rows=rater_rows(ratings),
        together=None if ratings.kind == "interval" or len(ratings.columns) < 2 else co_occurrence(ratings),
        remarks=_remarks(ratings, judged, overall, by_column, blank=blank),
    )


def shown_agreements(summary: Summary, most: int) -> list[Agreement]:
    """Return the overall agreement, then that on each column with votes; of more than `most`, those with most.

    >>> votes = Ratings.from_votes(["t", "t"], ["ann", "ben"], ["joy", "fear"])
    >>> [one.column for one in shown_agreements(summarize(votes, resamples=9), 1)]
    [None, 'fear']
    """
    votes = {row.label: row.votes for row in summary.labels}
    kept = tuple(one for one in summary.by_column if votes.get(one.column or "", 1))
    if len(kept) > most:
        kept = tuple(sorted(kept, key=lambda one: -votes.get(one.column or "", 0))[:most])
    return [*([summary.overall] if summary.overall else []), *kept]


def disagreement_words(summary: Summary) -> str:
    """Return what the disagreement of this kind of table is measured in."""
    if summary.kind == "exclusive":
        return "probability that two raters differ"
    if summary.kind == "multi-label":
        return "probability that two raters differ on a label"
    return f"standard deviation over the {'length of the scale' if summary.scale else 'range seen'}"


def judged_words(summary: Summary) -> str:
    """Return the size of a table in a sentence: judgements, raters, items.

    >>> votes = Ratings.from_votes(["t", "t"], ["ann", "ben"], ["joy", "fear"])
    >>> judged_words(summarize(votes, resamples=9))
    '2 judgements of 1 item by 2 raters'
    """
    who = _count(summary.raters, "rater") if summary.raters else "anonymous raters"
    who += " and anonymous ones" if summary.anonymous and summary.raters else ""
    return f"{_count(summary.judgements, 'judgement')} of {_count(summary.items, 'item')} by {who}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _has_pairs(ratings: Ratings) -> bool:
    """Return whether an item has two answers that are whole."""
    whole = (ratings.values == 1).any(1) if ratings.kind == "exclusive" else ~np.isnan(ratings.values).any(1)
    item = ratings.item[whole]
    return bool(len(item)) and bool(np.bincount(item).max() >= 2)


def _undecided(decided: NDArray[np.bool_], judged: NDArray[np.bool_]) -> float:
    return float((~decided[judged]).mean()) if judged.any() else float("nan")


def _votes(ratings: Ratings) -> list[float]:
    """Return the votes of each label; of numbers the answers."""
    is_votes = ratings.kind in ("exclusive", "multi-label")
    totals: list[float] = (vote_counts(ratings) if is_votes else answer_counts(ratings)).sum(0).tolist()
    return totals


def _label_rows(ratings: Ratings) -> tuple[LabelRow, ...]:
    votes, answers = vote_counts(ratings).sum(0), answer_counts(ratings).sum(0)
    strict, most = majority(ratings).labels.sum(0), plurality(ratings).labels.sum(0)
    return tuple(
        LabelRow(label, int(votes[i]), _ratio(votes[i], answers[i]), int(strict[i]), int(most[i]))
        for i, label in enumerate(ratings.columns)
    )


def _level_rows(ratings: Ratings) -> tuple[LevelRow, ...]:
    rows = []
    for i, column in enumerate(ratings.columns):
        here = ~np.isnan(ratings.values[:, i])
        value, item = ratings.values[here, i].astype(np.float64), ratings.item[here]
        if not len(value):
            rows.append(LevelRow(column, 0, *(float("nan"),) * 5))
            continue
        within = _item_sd(item, value, len(ratings.items))
        rows.append(
            LevelRow(
                column,
                len(value),
                float(value.mean()),
                float(value.std()),
                float(value.min()),
                float(value.max()),
                _nanmean(within),
            )
        )
    return tuple(rows)


def _item_sd(item: NDArray[Any], value: Floats, items: int) -> Floats:
    """Return the sample standard deviation of each item's answers, NaN with fewer than two."""
    size = np.bincount(item, minlength=items)
    mean = np.bincount(item, value, minlength=items) / np.maximum(size, 1)
    squares = np.bincount(item, (value - mean[item]) ** 2, minlength=items)
    return np.where(size >= 2, np.sqrt(squares / np.maximum(size - 1, 1)), np.nan)


def _entropy(ratings: Ratings) -> Floats:
    """Return the entropy of each item's votes; of multi-label ones the mean over labels of yes and no."""
    votes = vote_counts(ratings)
    if ratings.kind == "exclusive":
        return vote_entropy(votes)
    answers = answer_counts(ratings)
    each = np.stack(
        [vote_entropy(np.column_stack([votes[:, i], answers[:, i] - votes[:, i]])) for i in range(votes.shape[1])], 1
    )
    return _row_mean(each)


def _disagreement(ratings: Ratings) -> Floats:
    if ratings.kind in ("exclusive", "multi-label"):
        votes, answers = vote_counts(ratings), answer_counts(ratings)
        if ratings.kind == "exclusive":
            total = votes.sum(1)
            same, pairs = (votes * (votes - 1)).sum(1), total * (total - 1)
            differ: Floats = 1 - np.divide(same, pairs, out=np.full(len(votes), np.nan), where=pairs > 0)
            return differ
        pairs = answers * (answers - 1)
        apart = np.divide(2 * votes * (answers - votes), pairs, out=np.full(votes.shape, np.nan), where=pairs > 0)
        return _row_mean(apart)
    values = ratings.values.astype(np.float64)
    width = (
        ratings.scale.high - ratings.scale.low
        if ratings.scale
        else (float(np.ptp(values[~np.isnan(values)])) if (~np.isnan(values)).any() else 1.0)
    )
    each = []
    for i in range(values.shape[1]):
        here = ~np.isnan(values[:, i])
        each.append(_item_sd(ratings.item[here], values[here, i], len(ratings.items)) / (width or 1.0))
    return _row_mean(np.stack(each, 1))


def _disputed(ratings: Ratings, apart: Floats, count: int) -> tuple[DisputedItem, ...]:
    size = np.bincount(ratings.item, minlength=len(ratings.items))
    # Of items disputed alike, the one more raters judged says more.
    order = np.lexsort((-size, -np.nan_to_num(apart, nan=-1.0)))
    is_votes = ratings.kind in ("exclusive", "multi-label")
    votes = vote_counts(ratings) if is_votes else np.zeros((0, 0))
    found = []
    for place in order[:count]:
        if not apart[place] > 0:
            break
        if is_votes:
            said = [(c, float(v)) for c, v in zip(ratings.columns, votes[place], strict=True) if v]
            said.sort(key=lambda pair: -pair[1])
        else:
            values = ratings.values[ratings.item == place].astype(np.float64)
            said = [
                (column, float(np.nanmean(values[:, i])))
                for i, column in enumerate(ratings.columns)
                if not np.isnan(values[:, i]).all()
            ]
        found.append(DisputedItem(ratings.items[place], float(apart[place]), tuple(said)))
    return tuple(found)


def _remarks(
    ratings: Ratings,
    judged: NDArray[np.bool_],
    overall: Agreement | None,
    by_column: tuple[Agreement, ...],
    *,
    blank: int,
) -> tuple[str, ...]:
    said = []
    if blank:
        said.append(f"Rows without an answer, not counted: {blank:,}.")
    if not len(ratings):
        said.append("The table holds no judgement.")
    elif np.bincount(ratings.item).max() < 2:
        said.append("No item was judged twice: agreement cannot be measured.")
    elif len(ratings.raters) == 1 and not (ratings.rater < 0).any():
        said.append("There is one rater only: what looks like agreement is theirs with themselves.")
    if len(ratings) and not judged.all():
        said.append(f"Items without a vote: {int((~judged).sum()):,}. They are kept, and no view decides them.")
    if (ratings.rater < 0).any():
        whose = "Some judgements" if ratings.raters else "Raters"
        said.append(
            f"{whose} are anonymous: nothing can be said of who made them, and alpha takes each for another person's."
        )
    unused = [label for label, votes in zip(ratings.columns, _votes(ratings), strict=True) if not votes]
    if unused and len(ratings):
        shown = ", ".join(unused[:_NAMED]) + (f" and {len(unused) - _NAMED} more" if len(unused) > _NAMED else "")
        said.append(f"Nobody gave: {shown}.")
    undefined = [
        found.column or "all labels"
        for found in (overall, *by_column)
        if found and math.isnan(found.alpha.value) and found.column not in unused
    ]
    if undefined:
        said.append(
            f"Alpha is undefined for {', '.join(undefined)}: every answer is the same, so nothing shows whether raters "
            "can tell items apart."
        )
    return tuple(said)


def _row_mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(1)
    mean: Floats = np.divide(total, known.sum(1), out=np.full(len(values), np.nan), where=known.any(1))
    return mean


def _nanmean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value
