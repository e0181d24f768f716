"""Whether two splits of a corpus have the same labels, in the same shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.types import Record

NO_LABEL = "(none)"


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the labels of two splits lie apart.

    `divergence` is that of Jensen and Shannon in bits, in [0, 1]; `p` how often splits drawn at random
    from both lie as far apart; `label` the one whose share differs most, by `change` (second less first).
    """

    first: str
    second: str
    divergence: float
    p: float
    label: str
    change: float


def label_drift(first: Sequence[Record], second: Sequence[Record], *, permutations: int = 999, seed: int = 0) -> Drift:
    """Return how far the shares of labels in two lists of records lie apart, and how likely that is by chance.

    JSD = H((p + q) / 2) - (H(p) + H(q)) / 2, base 2 (Lin 1991, "Divergence measures based on the Shannon
    entropy"), over the share of each label among all labels given; a record without any counts as one of
    its own. p = (1 + permutations as far apart) / (1 + permutations), where whole groups (documents,
    dialogues) change sides, as items of one group are alike. Raises `InputError` where a list has no label.

    >>> from affekt.types import Signal
    >>> one = [Record(str(n), Signal("…"), "train", labels=("joy",)) for n in range(30)]
    >>> two = [Record(str(n), Signal("…"), "test", labels=("fear" if n < 15 else "joy",)) for n in range(30)]
    >>> found = label_drift(one, two)
    >>> round(found.divergence, 2), found.p, found.label, found.change
    (0.31, 0.001, 'fear', 0.5)
    """
    if not (any(r.labels for r in first) and any(r.labels for r in second)):
        raise InputError("Drift of labels needs labels in both splits; one has none (hidden, or dimensions alone).")
    names = sorted({label for record in (*first, *second) for label in record.labels or (NO_LABEL,)})
    place = {name: i for i, name in enumerate(names)}
    one, other = _by_group(first, place), _by_group(second, place)
    kinds, kind = np.unique(np.concatenate([one, other]), axis=0, return_inverse=True)
    kind = kind.ravel()
    total = np.bincount(kind, minlength=len(kinds))
    in_second = np.bincount(kind[len(one) :], minlength=len(kinds))
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(
        total, len(other), size=permutations, method="marginals"
    )
    sums = np.concatenate([in_second[None, :], drawn]) @ kinds
    rest = (total @ kinds)[None, :] - sums
    apart = _divergence(rest, sums)
    p = (1 + int((apart[1:] >= apart[0] - 1e-12).sum())) / (1 + permutations)
    change = sums[0] / max(1, sums[0].sum()) - rest[0] / max(1, rest[0].sum())
    widest = int(np.abs(change).argmax())
    return Drift(first[0].split, second[0].split, float(apart[0]), p, names[widest], float(change[widest]))


def _by_group(records: Iterable[Record], place: dict[str, int]) -> NDArray[np.int64]:
    """Return how often each label is given in each group (a record without a group is one), (group, label)."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, record in enumerate(records):
        key = ("group", record.group) if record.group is not None else ("item", str(at))
        groups[key] += [place[label] for label in record.labels or (NO_LABEL,)]
    counts = np.zeros((len(groups), len(place)), np.int64)
    for row, labels in enumerate(groups.values()):
        np.add.at(counts[row], labels, 1)
    return counts


def _divergence(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the Jensen-Shannon divergence of each row's counts, in bits."""
    p = one / np.maximum(1, one.sum(1, keepdims=True))
    q = other / np.maximum(1, other.sum(1, keepdims=True))
    found: NDArray[np.float64] = np.maximum(0.0, _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2)
    return found


def _entropy(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = -(shares * np.log2(np.where(shares > 0, shares, 1.0))).sum(1)
    return found
