"""Raters made up: known confusion, leniency, spread and carelessness, to test what claims to find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.ratings.best_worst import Choice, Judge
from affekt.ratings.table import Ratings, Scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Votes, and what made them.

    `truth` int64 (item,), the true label's place; `confusions` float64 (rater, true label, label
    said); `spammers` bool (rater,).
    """

    ratings: Ratings
    truth: NDArray[np.int64]
    confusions: Floats
    spammers: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Numbers, and what made them: `truth` (item,), and each rater's `shift`, `stretch`, `noise` (rater,)."""

    ratings: Ratings
    truth: Floats
    shift: Floats
    stretch: Floats
    noise: Floats


def confusion_matrices(
    labels: int, raters: int, *, accuracy: tuple[float, float] = (0.6, 0.9), seed: int = 0
) -> Floats:
    """Return a confusion matrix per rater, (rater, true label, label said); rows add up to one.

    A rater's chance to say the true label is drawn evenly from `accuracy`; the rest falls on the
    other labels unevenly (Dirichlet), each rater's own way.

    >>> confusion_matrices(3, 2).sum(2).round(6).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    if labels < 2 or raters < 1 or not 0 <= accuracy[0] <= accuracy[1] <= 1:
        raise InputError(
            f"Two labels and a rater at least, accuracy within [0, 1]; got {labels}, {raters}, {accuracy}."
        )
    random = np.random.default_rng(seed)
    right = random.uniform(*accuracy, size=raters)
    wrong = random.dirichlet(np.ones(labels - 1), size=(raters, labels)) * (1 - right)[:, None, None]
    found = np.empty((raters, labels, labels))
    for label in range(labels):
        found[:, label] = np.insert(wrong[:, label], label, right, axis=1)
    return found


def simulate_votes(
    truth: ArrayLike,
    confusions: ArrayLike,
    *,
    labels: Sequence[str],
    votes_per_item: int | None = None,
    spammers: float = 0.0,
    seed: int = 0,
) -> Crowd:
    """Return exclusive votes of raters who confuse labels in known ways.

    truth: whole numbers (item,), places in `labels`; confusions: (rater, true label, label said).
    `votes_per_item` raters, drawn at random, judge each item (None: all). The share `spammers` of
    the raters, at least one if above 0, drawn at random, say one label they like whatever the truth. The same seed
    gives the same votes. Raises `InputError` for rows that do not add up to one.

    >>> crowd = simulate_votes([0, 1], [[[1, 0], [0, 1]]], labels=["joy", "fear"])
    >>> crowd.ratings.values.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    right, matrices = np.asarray(truth, np.int64), np.array(confusions, np.float64)
    width = len(labels)
    if matrices.ndim != 3 or matrices.shape[1:] != (width, width) or not np.allclose(matrices.sum(2), 1):
        raise InputError(
            f"confusions must be (rater, {width}, {width}) with rows that add up to one; got {matrices.shape}."
        )
    if right.ndim != 1 or (right.size and not 0 <= right.min() <= right.max() < width):
        raise InputError(f"truth must hold places 0 to {width - 1}, (item,).")
    raters, items = len(matrices), len(right)
    each = raters if votes_per_item is None else votes_per_item
    if not 1 <= each <= raters:
        raise InputError(f"votes_per_item must lie between 1 and the {raters} raters, got {each}.")
    if not 0 <= spammers <= 1:
        raise InputError(f"spammers is a share of the raters in [0, 1], got {spammers:g}.")
    random = np.random.default_rng(seed)
    careless = np.zeros(raters, np.bool_)
    careless[random.permutation(raters)[: int(np.ceil(spammers * raters))]] = True
    for rater in np.flatnonzero(careless):
        # Nine votes in ten for the label they like; the rest anything.
        matrices[rater] = np.full(width, 0.1 / width)
        matrices[rater, :, random.integers(width)] += 0.9
    drawn_raters = np.argsort(random.random((items, raters)), axis=1)[:, :each]
    who = np.sort(drawn_raters, axis=1).ravel()
    item = np.repeat(np.arange(items), each)
    run = np.cumsum(matrices, axis=2)
    drawn = random.random(len(item))
    said = np.minimum((drawn[:, None] >= run[who, right[item]]).sum(1), width - 1)
    values = np.zeros((len(item), width), np.float32)
    values[np.arange(len(item)), said] = 1
    ratings = Ratings(
        *(_names("item", items), _names("simulated", raters), tuple(labels), "exclusive"),
        *(item.astype(np.int32), who.astype(np.int32), values),
    )
    return Crowd(ratings, right, matrices, careless)


def simulate_numbers(
    truth: ArrayLike,
    *,
    shift: ArrayLike,
    stretch: ArrayLike = 1.0,
    noise: ArrayLike = 0.0,
    scale: tuple[float, float] = (1.0, 9.0),
    levels: bool = True,
    seed: int = 0,
) -> Panel:
    r"""Return ratings of one quality by raters who lean, stretch and err in known ways.

    .. math:: x_{ki} = \bar t + b_k + a_k (t_i - \bar t) + \varepsilon_{ki}

    truth: (item,) on `scale`; `shift` b, `stretch` a, `noise` (standard deviation of ε), each
    (rater,) or one number (`shift` says how many raters). Answers are cut to the scale and, with
    `levels`, rounded to whole levels (ordinal ratings; interval otherwise). Column: ``"rating"``.

    >>> simulate_numbers([2.0, 5.0], shift=[0.0, 1.0]).ratings.values.ravel().tolist()
    [2.0, 3.0, 5.0, 6.0]
    """
    right = np.asarray(truth, np.float64)
    lean = np.atleast_1d(np.asarray(shift, np.float64))
    gain, spread = (np.broadcast_to(np.asarray(given, np.float64), lean.shape) for given in (stretch, noise))
    if right.ndim != 1 or not len(right) or (right < scale[0]).any() or (right > scale[1]).any():
        raise InputError(f"truth must be (item,) on the scale {scale[0]:g} to {scale[1]:g}.")
    if (spread < 0).any():
        raise InputError("noise is a standard deviation, at least 0.")
    random = np.random.default_rng(seed)
    middle = right.mean()
    said = middle + lean + gain * (right[:, None] - middle) + spread * random.standard_normal((len(right), len(lean)))
    said = np.clip(np.round(said) if levels else said, *scale)
    item, rater = np.divmod(np.arange(said.size), len(lean))
    ratings = Ratings(
        *(_names("item", len(right)), _names("simulated", len(lean)), ("rating",), "ordinal" if levels else "interval"),
        *(item.astype(np.int32), rater.astype(np.int32), said.reshape(-1, 1).astype(np.float32), Scale(*scale)),
    )
    return Panel(ratings, right, lean, np.array(gain), np.array(spread))


def leave_out(ratings: Ratings, share: float, *, seed: int = 0) -> Ratings:
    """Return the ratings without a random `share` of the judgements; items and raters stay.

    >>> table = Ratings.from_votes(["t"] * 4, None, ["joy"] * 4)
    >>> len(leave_out(table, 0.5))
    2
    """
    if not 0 <= share <= 1:
        raise InputError(f"share must lie in [0, 1], got {share:g}.")
    kept = np.random.default_rng(seed).permutation(len(ratings))[round(share * len(ratings)) :]
    return ratings.keep(np.sort(kept))


def leave_empty(ratings: Ratings, share: float, *, seed: int = 0) -> Ratings:
    """Return the ratings with a random `share` of the answers NaN; an exclusive judgement is emptied whole.

    >>> table = Ratings.from_votes(["t"] * 4, None, ["joy"] * 4)
    >>> int(np.isnan(leave_empty(table, 0.25).values).sum())
    1
    """
    if not 0 <= share <= 1:
        raise InputError(f"share must lie in [0, 1], got {share:g}.")
    random = np.random.default_rng(seed)
    values = ratings.values.copy()
    if ratings.kind == "exclusive":
        values[random.permutation(len(values))[: round(share * len(values))]] = np.nan
    else:
        values.ravel()[random.permutation(values.size)[: round(share * values.size)]] = np.nan
    return replace(ratings, values=values)


def noisy_judge(strength: Mapping[str, float], *, noise: float, seed: int = 0) -> Judge:
    """Return a judge of best-worst tuples who sees each item's strength with Gaussian error at every look.

    >>> noisy_judge({"a": 2.0, "b": 0.0, "c": 1.0}, noise=0.0)(("a", "b", "c"))
    Choice(best='a', worst='b')
    """
    if noise < 0:
        raise InputError(f"noise is a standard deviation, at least 0, got {noise:g}.")
    random = np.random.default_rng(seed)

    def judge(shown: tuple[str, ...]) -> Choice:
        seen = np.array([strength[name] for name in shown]) + noise * random.standard_normal(len(shown))
        return Choice(shown[int(seen.argmax())], shown[int(seen.argmin())])

    return judge


def _names(what: str, count: int) -> tuple[str, ...]:
    return tuple(f"{what}-{place + 1:03d}" for place in range(count))
