"""The columnar table of judgements that everything in this room reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import ConversionError, InputError, unknown_name
from affekt.ratings.pseudonyms import pseudonyms, tells_who
from affekt.types import LabelSpace

if TYPE_CHECKING:
    from affekt.affect.maps.roll_up import Rule

RatingKind = Literal["exclusive", "multi-label", "ordinal", "interval"]
Duplicates = Literal["error", "keep", "last"]

KINDS = ("exclusive", "multi-label", "ordinal", "interval")
_SHOWN = 3


class Scale(NamedTuple):
    """The lowest and the highest answer a rater may give."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Every judgement of every rater; none is ever dropped.

    A judgement is one rater's answer on one item, a row. `item` and `rater`: int32 (judgement,),
    places in `items` and `raters`; a rater of -1 is anonymous. `items` may hold items nobody judged.
    `values`: float32 (judgement, column), what was said of each of `columns`; NaN where a rater was
    not asked or did not answer. `kind` says how to read them: ``"exclusive"``, one 1 per row among
    zeros; ``"multi-label"``, 0 or 1 each (a row of zeros: none of these); ``"ordinal"``, levels on
    `scale`; ``"interval"``, numbers on `scale` (valence, sliders, traces). `space` is the label space
    where the columns are labels. `time`: float64 (judgement,), seconds, or None. `attributes` maps
    the name of a rater attribute to its value for each of `raters`.

    Whatever makes a table checks it: shapes, places, labels of `space`, values against kind and
    scale (`InputError`, `UnknownNameError`), and puts pseudonyms where rater ids tell who somebody
    is (addresses, platform ids). The arrays are read-only. See `from_votes`, `from_values`,
    `from_counts`, `read_ratings` and `ratings_of` to make one.
    """

    items: tuple[str, ...]
    raters: tuple[str, ...]
    columns: tuple[str, ...]
    kind: RatingKind
    item: NDArray[np.int32]
    rater: NDArray[np.int32]
    values: NDArray[np.float32]
    scale: Scale | None = None
    space: LabelSpace | None = None
    time: NDArray[np.float64] | None = None
    attributes: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        for name in ("items", "raters", "columns"):
            put(name, tuple(getattr(self, name)))
        if any(tells_who(rater) for rater in self.raters):
            put("raters", pseudonyms(self.raters))
        put("attributes", {name: tuple(values) for name, values in self.attributes.items()})
        put("item", _frozen(self.item, np.int32))
        put("rater", _frozen(self.rater, np.int32))
        put("values", _frozen(self.values, np.float32))
        if self.time is not None:
            put("time", _frozen(self.time, np.float64))
        if self.scale is not None:
            put("scale", Scale(float(self.scale[0]), float(self.scale[1])))
        _check_names(self)
        _check_shapes(self)
        _check_values(self)

    def __len__(self) -> int:
        """Return the number of judgements."""
        return len(self.item)

    @staticmethod
    def from_votes(
        items: Sequence[str],
        raters: Sequence[str | None] | None,
        labels: Sequence[str | Collection[str] | None],
        *,
        space: str | LabelSpace | None = None,
        time: ArrayLike | None = None,
        duplicates: Duplicates = "error",
    ) -> Ratings:
        """Return the table of one vote per place; see `affekt.ratings.building.from_votes`."""
        from affekt.ratings.building import from_votes

        return from_votes(items, raters, labels, space=space, time=time, duplicates=duplicates)

    def column(self, name: str) -> int:
        """Return the place of a column. Raises `UnknownNameError` and offers the nearest."""
        if name not in self.columns:
            raise unknown_name("column of these ratings", name, self.columns, "ratings.columns")
        return self.columns.index(name)

    def select(self, *, items: Collection[str] | None = None, raters: Collection[str] | None = None) -> Ratings:
        """Return the judgements of the named items and raters; both lists keep the table's order.

        None stands for all (anonymous judgements too). A named item without judgements stays in
        `items`. Raises `UnknownNameError` for a name the table does not have.

        >>> table = Ratings.from_votes(["t1", "t1", "t2"], ["ann", "ben", "ann"], ["joy", "fear", "joy"])
        >>> len(table.select(items=["t1"])), len(table.select(raters=["ann"]))
        (2, 2)
        """
        kept_items = _kept("item", self.items, items)
        kept_raters = _kept("rater", self.raters, raters)
        # The last place answers for -1, the anonymous.
        rows = kept_items[self.item] & np.append(kept_raters, raters is None)[self.rater]
        item_place = np.cumsum(kept_items) - 1
        rater_place = np.append(np.cumsum(kept_raters) - 1, -1)
        return replace(
            self,
            items=tuple(np.array(self.items, object)[kept_items].tolist()),
            raters=tuple(np.array(self.raters, object)[kept_raters].tolist()),
            item=item_place[self.item[rows]],
            rater=rater_place[self.rater[rows]],
            values=self.values[rows],
            time=None if self.time is None else self.time[rows],
            attributes={
                name: tuple(np.array(values, object)[kept_raters].tolist()) for name, values in self.attributes.items()
            },
        )

    def keep(self, rows: NDArray[Any]) -> Ratings:
        """Return the table with some judgements only: `rows` are places, or booleans (judgement,)."""
        return replace(
            self,
            item=self.item[rows],
            rater=self.rater[rows],
            values=self.values[rows],
            time=None if self.time is None else self.time[rows],
        )

    def rescale(self, low: float, high: float) -> Ratings:
        """Return the table with its values moved linearly from `scale` to `low` … `high`.

        Raises `InputError` where the table has no scale or the new one is empty.

        >>> from affekt.ratings import from_values
        >>> table = from_values(["t1"], ["ann"], [[4.0]], columns=["valence"], scale=(1, 5))
        >>> table.rescale(-1, 1).values.tolist()
        [[0.5]]
        """
        if self.scale is None:
            raise InputError(
                f"These {self.kind} ratings have no scale to move from. Give one: replace(ratings, scale=Scale(1, 9))."
            )
        if not low < high:
            raise InputError(f"A scale runs from low to high, got {low:g} to {high:g}.")
        share = (self.values.astype(np.float64) - self.scale.low) / (self.scale.high - self.scale.low)
        return replace(self, values=np.clip(low + share * (high - low), low, high), scale=Scale(low, high))

    def convert(self, space: str | LabelSpace, *, rule: Rule | None = None) -> Ratings:
        """Return the table in another label space, each vote moved by itself through cited maps.

        A vote says every label its own labels are placed in; so a vote for love says joy and trust
        in Plutchik's wheel. The kind is exclusive where the target is and every vote still has one
        label, multi-label otherwise: no vote is split or dropped. A label placed nowhere becomes a
        row of zeros, or neutral where the target is exclusive and has it. A target label is NaN
        where the labels a rater was not asked decide it. Raises `InputError` for ratings that are
        no votes over a space, `ConversionError` where no map leads to `space`.
        """
        from affekt.affect.convert import convert_probabilities
        from affekt.affect.spaces import find_space

        target = find_space(space)
        source = self._source()
        votes = _over_space(self, source)

        def said(answers: NDArray[np.float32]) -> NDArray[np.bool_]:
            # An exclusive space takes probabilities that add up to one; a vote for two labels is both.
            shared = answers / np.maximum(answers.sum(1, keepdims=True), 1) if source.kind == "exclusive" else answers
            flags: NDArray[np.bool_] = convert_probabilities(shared, source, target, rule=rule) > _ROUNDING
            return flags

        unasked = np.isnan(votes)
        if self.kind == "exclusive":
            converted = said(np.eye(len(source), dtype=np.float32))[np.nan_to_num(votes).argmax(1)].astype(np.float32)
            converted[unasked.all(1)] = np.nan
        else:
            converted = said(np.nan_to_num(votes)).astype(np.float32)
            rows = np.flatnonzero(unasked.any(1))
            if len(rows):
                could = said(np.where(unasked[rows], np.float32(1), votes[rows]))
                converted[rows] = np.where(could == converted[rows], converted[rows], np.nan)
        unknown = np.isnan(converted)
        one_each = ((converted == 1).sum(1) == 1) | unknown.all(1)
        kind: RatingKind = "exclusive" if target.kind == "exclusive" and one_each.all() else "multi-label"
        return replace(self, columns=target.labels, values=converted, space=target, kind=kind)

    def _source(self) -> LabelSpace:
        if self.kind not in ("exclusive", "multi-label"):
            raise InputError(
                f"Only votes for labels move between spaces; these ratings are {self.kind}. "
                "Make votes of levels first: present(ratings, level=…)."
            )
        if self.space is None:
            raise ConversionError(
                f"These ratings name no label space; their columns are {', '.join(self.columns[:9])}. "
                "Say which: replace(ratings, space=find_space('ekman')), or read them with space='ekman'."
            )
        return self.space


_ROUNDING = 1e-6


def _frozen(values: ArrayLike, dtype: type[np.generic]) -> NDArray[Any]:
    try:
        array = np.array(values, dtype=dtype, order="C", copy=None)
    except (TypeError, ValueError) as error:
        raise InputError(f"Ratings hold numbers: {error}.") from error
    if array.flags.writeable:
        # A view of the caller's array would change with it.
        array = array.copy() if array is values or array.base is not None else array
        array.flags.writeable = False
    return array


def _kept(what: str, names: tuple[str, ...], wanted: Collection[str] | None) -> NDArray[np.bool_]:
    if wanted is None:
        return np.ones(len(names), np.bool_)
    chosen = {wanted} if isinstance(wanted, str) else set(wanted)
    for name in sorted(chosen.difference(names)):
        raise unknown_name(f"{what} of these ratings", name, names, f"ratings.{what}s")
    return np.fromiter((name in chosen for name in names), np.bool_, len(names))


def _over_space(ratings: Ratings, space: LabelSpace) -> NDArray[np.float32]:
    """The votes over all labels of the space; NaN where a label is no column."""
    if ratings.columns == space.labels:
        return ratings.values
    votes = np.full((len(ratings), len(space)), np.nan, np.float32)
    votes[:, [space.index(column) for column in ratings.columns]] = ratings.values
    return votes


def _check_names(ratings: Ratings) -> None:
    if ratings.kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}; got {ratings.kind!r}.")
    if not ratings.columns:
        raise InputError("Ratings need at least one column: a label, or a dimension such as valence.")
    for what in ("items", "raters", "columns"):
        names = getattr(ratings, what)
        if len(set(names)) != len(names):
            twice = Counter(names).most_common(1)[0][0]
            raise InputError(f"{what} names {twice!r} twice. Each name stands once; `item` and `rater` point at it.")
    if ratings.space is not None:
        for column in ratings.columns:
            ratings.space.index(column)
    for name, values in ratings.attributes.items():
        if len(values) != len(ratings.raters):
            raise InputError(
                f"The attribute {name!r} has {len(values)} values for {len(ratings.raters)} raters. "
                "Give one per rater, None where it is unknown."
            )
        if any(value is not None and tells_who(value) for value in values):
            raise InputError(
                f"The attribute {name!r} holds addresses or platform ids. Leave it out: it tells who rated."
            )
    scale = ratings.scale
    if ratings.kind == "ordinal" and scale is None:
        raise InputError("Ordinal ratings need their scale, such as Scale(1, 5): without it no vote can be outside.")
    if scale is not None and not (np.isfinite(scale.low) and np.isfinite(scale.high) and scale.low < scale.high):
        raise InputError(f"A scale runs from a low to a higher number, got {scale.low:g} to {scale.high:g}.")


def _check_shapes(ratings: Ratings) -> None:
    count = len(ratings.item)
    if (
        ratings.item.ndim != 1
        or ratings.rater.shape != (count,)
        or ratings.values.shape
        != (
            count,
            len(ratings.columns),
        )
    ):
        raise InputError(
            f"Judgements differ in number: item {ratings.item.shape}, rater {ratings.rater.shape}, values "
            f"{ratings.values.shape} for {len(ratings.columns)} columns. Expected (judgement,), (judgement,), "
            "(judgement, column)."
        )
    for what, places, lowest, names in (
        ("item", ratings.item, 0, ratings.items),
        ("rater", ratings.rater, -1, ratings.raters),
    ):
        if count and (places.min() < lowest or places.max() >= len(names)):
            row = int(np.flatnonzero((places < lowest) | (places >= len(names)))[0])
            raise InputError(
                f"Judgement {row} points at {what} {places[row]}, but there are {len(names)} {what}s "
                f"(places {lowest} to {len(names) - 1})."
            )
    if ratings.time is not None and ratings.time.shape != (count,):
        raise InputError(f"time has shape {ratings.time.shape} for {count} judgements. Give seconds for each, or None.")
    if ratings.time is not None and np.isinf(ratings.time).any():
        raise InputError("time holds infinite values. Give seconds, NaN where the time is unknown.")


def _check_values(ratings: Ratings) -> None:
    values = ratings.values
    if not values.size:
        return
    if ratings.kind in ("exclusive", "multi-label"):
        yes = values == 1
        wrong = ~(yes | (values == 0) | np.isnan(values))
        if wrong.any():
            _refuse(ratings, wrong, f"{ratings.kind} ratings are 0 or 1, NaN where nothing was answered")
        if ratings.kind == "exclusive":
            _check_one_each(ratings, yes)
        return
    if np.isinf(values).any():
        _refuse(ratings, np.isinf(values), "ratings are finite numbers, NaN where nothing was answered")
    if ratings.scale is not None:
        low, high = np.float32(ratings.scale.low), np.float32(ratings.scale.high)
        outside = (values < low) | (values > high)
        if outside.any():
            _refuse(
                ratings,
                outside,
                f"the scale runs from {low:g} to {high:g}; correct the votes, give the scale they were made on, or "
                "read tables with different scales one by one and join them after rescale()",
            )


def _check_one_each(ratings: Ratings, yes: NDArray[np.bool_]) -> None:
    count = yes @ np.ones(yes.shape[1], np.float32)
    wrong = count != 1
    if wrong.any():
        wrong &= ~np.isnan(ratings.values).all(1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        said = [ratings.columns[place] for place in np.flatnonzero(yes[row])]
        raise InputError(
            f"{int(wrong.sum())} judgements have no or several labels, but exclusive ratings have one each; the first "
            f"is {_who(ratings, row)}: {', '.join(said) or 'none'}. Several labels per vote are kind='multi-label'."
        )


def _who(ratings: Ratings, row: int) -> str:
    rater = ratings.rater[row]
    name = "an anonymous rater" if rater < 0 else f"rater {ratings.raters[rater]!r}"
    return f"{name} on item {ratings.items[ratings.item[row]]!r} (judgement {row})"


def _refuse(ratings: Ratings, wrong: NDArray[np.bool_], allowed: str) -> None:
    where = np.argwhere(wrong)
    shown = "; ".join(
        f"{ratings.columns[column]} = {ratings.values[row, column]:g} by {_who(ratings, row)}"
        for row, column in where[:_SHOWN].tolist()
    )
    raise InputError(f"{len(where)} votes are not allowed: {shown}. Allowed: {allowed}.")
