"""Drawing the items to learn from: by corpus, by label, with rare labels more often, and with changed copies of them.

Whatever is drawn is drawn from what one learns from. `balanced` leaves every other split as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.joint import JointView, balanced_weights
from affekt.errors import InputError
from affekt.types import Modality, Signal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Augment = Callable[[Any, np.random.Generator], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Imbalance:
    """How unevenly the labels of a multi-label corpus come: `per_label` is IRLbl, `mean` MeanIR (Charte et al. 2015).

    IRLbl of a label is how often the most frequent label comes for each time that it does: 1 for that, infinite for
    one that never comes, which `mean` leaves out.
    """

    per_label: Floats
    mean: float


class Content(NamedTuple):
    """One drawn item: its place in the view, what of it is to be read, its labels, and whether it was changed."""

    place: int
    content: Any
    labels: Floats
    changed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Balanced:
    """Items drawn from a view: `place` (draw,) of each there, and `copy`, 0 for the item itself, else the how manieth
    further copy of it. `untouched` are the places of all other splits, as they are.
    """

    view: JointView
    place: Ints
    copy: Ints
    untouched: Ints
    seed: int

    def __len__(self) -> int:
        return len(self.place)

    def contents(
        self, read: Callable[[Signal], Any], augment: Mapping[Modality, Augment] | None = None
    ) -> Iterator[Content]:
        """Yield what was drawn, in turn: `read` gives what a signal holds, `augment` changes it in further copies.

        `augment` has a function for each modality that is to be changed, from what `read` gave and a random generator
        of its own (seeded by the seed, the item and the copy) to the like. Copies of another modality are repeats.
        """
        for place, copy in zip(self.place.tolist(), self.copy.tolist(), strict=True):
            signal = self.view.signals[place]
            content, change = read(signal), (augment or {}).get(signal.modality)
            changed = copy > 0 and change is not None
            if changed:
                assert change is not None
                content = change(content, np.random.default_rng((self.seed, place, copy)))
            yield Content(place, content, self.view.labels[place], changed)


def draw(weights: ArrayLike, size: int, *, seed: int = 0) -> Ints:
    """Return `size` places drawn with replacement in proportion to `weights`, int64 (draw,).

    Systematic: one random number, then equal steps along the summed weights, so that an item of weight w comes
    ⌊size·w⌋ or ⌈size·w⌉ times (w summing to 1); then shuffled. Raises `InputError` for weights that
    are negative, not finite or all 0, and for a size below 0.

    >>> np.bincount(draw([0.5, 0.25, 0.25], 8)).tolist()
    [4, 2, 2]
    """
    given = np.asarray(weights, np.float64)
    if given.ndim != 1 or not np.isfinite(given).all() or (given < 0).any() or given.sum() <= 0:
        raise InputError("Weights are numbers, at least 0 and not all 0, one for each item.")
    if size < 0:
        raise InputError(f"size is how many to draw, at least 0, got {size}.")
    generator = np.random.default_rng(seed)
    edges = np.cumsum(given) / given.sum()
    edges[-1] = 1.0
    steps = (generator.random() + np.arange(size)) / max(1, size)
    found: Ints = np.searchsorted(edges, steps, side="right").astype(np.int64)
    return generator.permutation(found)


def corpus_weights(corpora: Sequence[str], *, temperature: float = math.inf) -> Floats:
    """Return how likely each item is to be drawn, (item,), summing to 1: a corpus of n items in proportion to n^(1/T).

    `temperature` T is 1 or more: 1 draws corpora as large as they are, 2 by the square root of their size, 5 as
    multilingual models do (Arivazhagan et al. 2019, "Massively Multilingual Neural Machine Translation in the Wild",
    arXiv:1907.05019), infinite all alike. Raises `InputError` for a lower one.

    >>> corpus_weights(["a"] * 9 + ["b"], temperature=2).round(3).tolist()[-2:]
    [0.083, 0.25]
    """
    return balanced_weights(corpora, temperature=1 / _temperature(temperature))


def label_weights(labels: ArrayLike, *, temperature: float = math.inf) -> Floats:
    """Return how likely each item is to be drawn, (item,), summing to 1: a label of n items in proportion to n^(1/T).

    `labels` is (item, label), NaN unknown; an item without any counts as one more label, "none". Each item gets
    the sum, over its labels, of the label's share divided by the label's mass. With T infinite every label has the
    same mass; an item of several labels has a part in each, so that rare labels that come along with frequent ones
    still leave some unevenness. Raises `InputError` for another shape or a temperature below 1.

    >>> label_weights([[1, 0], [1, 0], [1, 0], [0, 1]]).round(3).tolist()
    [0.167, 0.167, 0.167, 0.5]
    """
    power = 1 / _temperature(temperature)
    table = _table(labels)
    table = np.column_stack([table, table.sum(1) <= 0])
    mass = table.sum(0)
    share = np.where(mass > 0, np.where(mass > 0, mass, 1.0) ** power, 0.0)
    weights: Floats = table @ (share / np.where(mass > 0, mass, 1.0))
    return weights / weights.sum() if len(weights) else weights


def imbalance(labels: ArrayLike) -> Imbalance:
    """Return how unevenly the labels of (item, label) come.

    IRLbl(y) = max over labels of the count / count(y); MeanIR its mean: Charte, Rivera, del Jesus & Herrera
    2015, "Addressing imbalance in multilabel classification", Neurocomputing 163:3-16, equations 4 and 5.
    Raises `InputError` for another shape or no label at all.

    >>> found = imbalance([[1, 0], [1, 0], [1, 1], [1, 0]])
    >>> found.per_label.tolist(), found.mean
    ([1.0, 4.0], 2.5)
    """
    counts = (_table(labels) > 0).sum(0).astype(np.float64)
    if not counts.any():
        raise InputError("No item has a label, so labels come neither evenly nor unevenly.")
    ratios = np.divide(counts.max(), counts, out=np.full(len(counts), np.inf), where=counts > 0)
    return Imbalance(ratios, float(ratios[np.isfinite(ratios)].mean()))


def ml_ros(labels: ArrayLike, *, share: float = 0.25, seed: int = 0) -> Ints:
    """Return all items and copies of those with rare labels, as places: ML-ROS (Charte et al. 2015, algorithm 3).

    While copies are left (`share` of the items, rounded down), each label with IRLbl over the MeanIR of the start
    gives one of its items at random; a label that is no longer over it has no further turn. Ends early
    where none is. Raises `InputError` for a share below 0 or no label.

    >>> places = ml_ros([[1, 0]] * 8 + [[0, 1]] * 2, share=0.2)
    >>> len(places), set(places[10:].tolist()) <= {8, 9}
    (12, True)
    """
    table = _table(labels) > 0
    left = _copies(share, len(table))
    start = imbalance(table)
    counts = table.sum(0).astype(np.float64)
    bags = {y: np.flatnonzero(table[:, y]) for y in np.flatnonzero(start.per_label > start.mean) if counts[y]}
    generator = np.random.default_rng(seed)
    chosen: list[int] = []
    while left > 0 and bags:
        for label in list(bags):
            if left == 0:
                break
            item = int(generator.choice(bags[label]))
            chosen.append(item)
            counts += table[item]
            left -= 1
            if counts.max() / counts[label] <= start.mean:
                del bags[label]
    return np.concatenate([np.arange(len(table)), np.array(chosen, np.int64)])


def lp_ros(labels: ArrayLike, *, share: float = 0.25, seed: int = 0) -> Ints:
    """Return all items and copies of those with a rare set of labels, as places: LP-ROS (Charte et al. 2015).

    Sets of labels are taken as classes (their algorithm 2). Those with fewer items than the mean get copies until the
    mean, as far as copies (`share` of the items) go round: each its even part, what one does not need goes to the
    smaller ones after it. Raises `InputError` for a share below 0.

    >>> places = lp_ros([[1, 0]] * 8 + [[1, 1]] * 2, share=0.3)
    >>> len(places), set(places[10:].tolist()) <= {8, 9}
    (13, True)
    """
    table = _table(labels) > 0
    left = _copies(share, len(table))
    _, kind = np.unique(table, axis=0, return_inverse=True)
    kind = kind.ravel()
    size = np.bincount(kind) if len(kind) else np.zeros(0, np.int64)
    mean = size.mean() if len(size) else 0.0
    rare = [int(k) for k in np.argsort(-size, kind="stable") if size[k] < mean]
    generator = np.random.default_rng(seed)
    chosen = []
    for turn, k in enumerate(rare):
        copies = min(math.floor(mean - size[k]), math.ceil(left / (len(rare) - turn)))
        chosen.append(generator.choice(np.flatnonzero(kind == k), copies))
        left -= copies
    return np.concatenate([np.arange(len(table)), *chosen]).astype(np.int64)


def balanced(
    view: JointView, *, per_label: int | None = None, split: str | Sequence[str] = "train", seed: int = 0
) -> Balanced:
    """Return items of `split` drawn so that every label comes `per_label` times (None: as often as the first).

    The first is the most frequent. For corpora with one label an item, as Sharma 2023 builds them ("Speech and
    Text-Based Emotion Recognizer", arXiv:2312.11503): several corpora combined, rare labels filled up with augmented
    copies. A label with more items gives each corpus's even part of them, without replacement; one with fewer gives all
    of them, then copies of each in turn. Labels without an item stay without. Items of no known label, or of several,
    are left out; all other splits stand in `untouched`, whole. Raises `InputError` where no item of `split` has just
    one label.

    >>> from affekt.types import Record
    >>> from affekt.corpora.joint import joint
    >>> items = [Record(str(n), Signal("…"), "train" if n < 5 else "test", labels=("joy" if n % 5 else "fear",))
    ...          for n in range(10)]
    >>> found = balanced(joint({"isear": items}, "isear"))
    >>> sorted(found.place.tolist()), found.copy.tolist().count(0), found.untouched.tolist()
    ([0, 0, 0, 0, 1, 2, 3, 4], 5, [5, 6, 7, 8, 9])
    """
    wanted = {split} if isinstance(split, str) else set(split)
    mine = np.array([name in wanted for name in view.splits], np.bool_)
    said = np.nan_to_num(view.labels)
    single = mine & (np.isclose(said, 1).sum(1) == 1) & (np.isclose(said, 0).sum(1) == said.shape[1] - 1)
    if not single.any():
        raise InputError(
            f"No item of {' and '.join(sorted(wanted))} has just one label of {view.space.name}; the splits are "
            f"{', '.join(dict.fromkeys(view.splits))}. For items with several labels use ml_ros or label_weights."
        )
    label = said.argmax(1)
    size = np.bincount(label[single], minlength=said.shape[1])
    count = int(size.max()) if per_label is None else per_label
    if count < 1:
        raise InputError(f"per_label is how often each label comes, at least 1, got {per_label}.")
    generator = np.random.default_rng(seed)
    corpora = np.array(view.corpora)
    places, copies = [], []
    for y in np.flatnonzero(size):
        items = generator.permutation(np.flatnonzero(single & (label == y)))
        if len(items) > count:
            items = _even(items, corpora, count)
        places.append(np.resize(items, count))
        copies.append(np.arange(count) // len(items))
    order = generator.permutation(count * len(places))
    drawn = Balanced(view, np.concatenate(places)[order], np.concatenate(copies)[order], np.flatnonzero(~mine), seed)
    assert not np.isin(drawn.place, drawn.untouched).any()
    return drawn


def _even(items: Ints, corpora: NDArray[np.str_], count: int) -> Ints:
    """Return `count` of the items, as evenly from every corpus as their numbers allow, in the order given."""
    turn = np.zeros(len(items), np.int64)
    for name in np.unique(corpora[items]):
        mine = corpora[items] == name
        turn[mine] = np.arange(mine.sum())
    return items[np.sort(np.argsort(turn, kind="stable")[:count])]


def _temperature(temperature: float) -> float:
    if not temperature >= 1:
        raise InputError(
            f"temperature is 1 (as they are) or more, 2 the square root, inf all alike; got {temperature}."
        )
    return temperature


def _copies(share: float, items: int) -> int:
    if not 0 <= share < math.inf:
        raise InputError(f"share is how many copies for each item, at least 0, got {share}.")
    return math.floor(items * share + 1e-9)


def _table(labels: ArrayLike) -> Floats:
    table = np.nan_to_num(np.asarray(labels, np.float64))
    if table.ndim != 2:
        raise InputError(f"labels must be (item, label), got the shape {table.shape}.")
    return table
