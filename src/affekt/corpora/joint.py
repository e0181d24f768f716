"""Several corpora through one label space, each item with what its corpus says and a gap where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.index import find_corpus
from affekt.errors import CorpusError, InputError
from affekt.types import LabelSpace, Record, Route, Signal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class JointView:
    """Items of several corpora, in one label space.

    `labels` (item, label) in [0, 1] follow `space.labels`; NaN is what a corpus does not say: a label of
    the space that none of its own becomes, one nobody judged for the item, or all of them where the
    item has no published label. `corpora`, `ids`, `splits` and `signals` have an entry per item.
    """

    space: LabelSpace
    ids: tuple[str, ...]
    corpora: tuple[str, ...]
    splits: tuple[str, ...]
    signals: tuple[Signal, ...]
    labels: Floats

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each item, of sound or video its transcript."""
        return tuple(signal.text for signal in self.signals)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where a label was judged: bool (item, label), the mask of a loss."""
        return ~np.isnan(self.labels)


def joint(records: Mapping[str, Sequence[Record]], space: str | LabelSpace, *, via: Route = "cited") -> JointView:
    """Return the records of several corpora, called by their names, with their labels in `space`.

    Labels become those of `space` by `affekt.affect.conversion` (`via` says on whose authority). An item of
    an exclusive corpus with several labels is shared evenly between them. A label nobody judged leaves NaN in every
    label of `space` that would differ if it held. An item without labels is "none of these" in a
    multi-label corpus, and unknown in an exclusive one or where its whole split has none.

    Raises `UnknownNameError`, `ConversionError` where a corpus's space has no way to `space`, and
    `CorpusError` for a corpus without labels.

    >>> items = {"isear": [Record("1", Signal("…"), "all", labels=("guilt",))],
    ...          "dair_emotion": [Record("7", Signal("…"), "train", labels=("joy",))]}
    >>> view = joint(items, "sentiment")
    >>> view.corpora, view.space.labels, view.labels.tolist()
    (('isear', 'dair_emotion'), ('negative', 'neutral', 'positive'), [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    """
    from affekt.affect.conversion import conversion
    from affekt.affect.convert import convert_by
    from affekt.affect.spaces import find_space

    target = find_space(space)
    parts = []
    for name, some in records.items():
        source = find_corpus(name).space
        if source is None:
            raise CorpusError(f"{name} has dimensions and no labels, so it has no part in a view over {target.name}.")
        found = conversion(source, target, via=via)
        given, open_ = _given(some, source)
        low = convert_by(found, given)
        values = np.where(np.isclose(low, convert_by(found, open_)), low, np.nan) if open_ is not given else low
        if found.kind != "identity":
            values[:, [target.index(label) for label in found.unreached]] = np.nan
        values[_unlabelled(some, source)] = np.nan
        parts.append(values)
    return JointView(
        target,
        tuple(record.id for some in records.values() for record in some),
        tuple(name for name, some in records.items() for _ in some),
        tuple(record.split for some in records.values() for record in some),
        tuple(record.signal for some in records.values() for record in some),
        np.concatenate(parts) if parts else np.zeros((0, len(target))),
    )


def balanced_weights(corpora: Sequence[str], labels: ArrayLike | None = None, *, temperature: float = 0.0) -> Floats:
    """Return how likely each item is to be drawn, (item,), adding up to 1, so that no corpus swamps the others.

    A corpus of n items is drawn in proportion to n^`temperature`: 0 draws all equally often, 1 as they
    are. With `labels` (item, label; NaN unknown) items of a corpus are drawn so that each of its labels, and
    having none, comes equally often: an item weighs the mean over its labels of one over their number.
    Raises `InputError` for a temperature outside [0, 1] or lengths that differ.

    >>> balanced_weights(["a", "a", "a", "b"]).round(3).tolist()
    [0.167, 0.167, 0.167, 0.5]
    >>> balanced_weights(["a", "a", "a"], [[1, 0], [1, 0], [0, 1]]).tolist()
    [0.25, 0.25, 0.5]
    """
    if not 0 <= temperature <= 1:
        raise InputError(f"temperature must lie in [0, 1], got {temperature}.")
    names, place, size = np.unique(np.asarray(corpora, dtype=str), return_inverse=True, return_counts=True)
    weights = np.ones(len(place))
    if labels is not None:
        table = np.nan_to_num(np.asarray(labels, np.float64))
        if table.ndim != 2 or len(table) != len(place):
            raise InputError(f"labels must be (item, label) with {len(place)} rows, got the shape {table.shape}.")
        table = np.column_stack([table, table.sum(1) <= 0])
        for corpus in range(len(names)):
            rows = place == corpus
            total = table[rows].sum(0)
            each = table[rows] / np.where(total > 0, total, 1.0)
            weights[rows] = each.sum(1) / table[rows].sum(1)
    share = size**temperature / (size**temperature).sum()
    mass = np.bincount(place, weights, minlength=len(names))
    balanced: Floats = weights / mass[place] * share[place]
    return balanced


def _given(records: Sequence[Record], space: LabelSpace) -> tuple[Floats, Floats]:
    """Return the labels as (item, label), with what nobody judged at 0, and the same with it at 1."""
    place = {label: i for i, label in enumerate(space.labels)}
    given = np.zeros((len(records), len(space)))
    for row, record in enumerate(records):
        for label in record.labels:
            given[row, place[label] if label in place else space.index(label)] = 1
    if space.kind == "exclusive":
        given /= np.maximum(1, given.sum(1, keepdims=True))
    if not any(record.unrated for record in records):
        return given, given
    open_ = given.copy()
    for row, record in enumerate(records):
        open_[row, [place[label] for label in record.unrated if label not in record.labels]] = 1
    return given, open_


def _unlabelled(records: Sequence[Record], space: LabelSpace) -> NDArray[np.bool_]:
    """Return which items have no published label, as against having none of them."""
    labelled = {record.split for record in records if record.labels}
    hidden = [not r.labels and (space.kind == "exclusive" or r.split not in labelled) for r in records]
    return np.array(hidden, np.bool_)
