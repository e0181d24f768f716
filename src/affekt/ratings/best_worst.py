"""Best-worst scaling: which of four shows most of it, which least; and scores from such choices.

A judge sees small tuples of items and names two of each. That is easier than a number on a scale,
and two answers settle five of the six pairs of a 4-tuple. Louviere, Flynn & Marley 2015, Best-Worst
Scaling; Kiritchenko & Mohammad 2017, "Best-Worst Scaling More Reliable than Rating Scales", ACL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.ratings.building import coded

Floats = NDArray[np.float64]
Places = NDArray[np.int32]
Method = Literal["counting", "bradley-terry"]

_PASSES = 2000
_TOLERANCE = 1e-9
_TRIES, _PATIENCE = 40, 3
_STARTS, _SMALL = 3, 400
_BESIDE_ITSELF = 1000


class Choice(NamedTuple):
    """What a judge names of one tuple."""

    best: str
    worst: str


class SplitHalf(NamedTuple):
    """Mean correlation of the scores of two halves of the judgements."""

    spearman: float
    pearson: float


Judge = Callable[[tuple[str, ...]], Choice]


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Best-worst judgements: `shown` int32 (judgement, place) points at `items`; `best` and `worst` int32
    (judgement,) at the item named; `rater` int32 (judgement,) at `raters`, -1 anonymous.

    Raises `InputError` where a judge names an item that was not shown, or one as both.
    """

    items: tuple[str, ...]
    raters: tuple[str, ...]
    shown: Places
    best: Places
    worst: Places
    rater: Places

    def __post_init__(self) -> None:
        for name in ("shown", "best", "worst", "rater"):
            array = np.array(getattr(self, name), np.int32)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.shown.ndim != 2 or not self.best.shape == self.worst.shape == self.rater.shape == self.shown.shape[:1]:
            raise InputError(
                f"Judgements differ in number: shown {self.shown.shape}, best {self.best.shape}, worst "
                f"{self.worst.shape}, rater {self.rater.shape}."
            )
        for what, named in (("best", self.best), ("worst", self.worst)):
            absent = ~(self.shown == named[:, None]).any(1)
            if absent.any():
                row = int(np.flatnonzero(absent)[0])
                raise InputError(
                    f"Judgement {row} names {self.items[named[row]]!r} {what}, which is none of "
                    f"{', '.join(repr(self.items[place]) for place in self.shown[row])}."
                )
        same = self.best == self.worst
        if same.any():
            row = int(np.flatnonzero(same)[0])
            raise InputError(f"Judgement {row} names {self.items[self.best[row]]!r} best and worst.")

    def __len__(self) -> int:
        """Return the number of judgements."""
        return len(self.best)


def balanced_tuples(
    items: Sequence[str], *, size: int = 4, appearances: int = 8, seed: int = 0
) -> tuple[tuple[str, ...], ...]:
    """Return tuples to judge: every item in `appearances` of them, or one more where the sum does not divide.

    No item stands twice in a tuple, and pairs meet as evenly as can be found: tuples are cut from
    shuffled rounds of all items, then items change places as long as that parts a pair which meets
    more often than the average one must. Two appearances per item and place (8 for 4-tuples, 2N
    tuples in all) are what Kiritchenko & Mohammad use. The same seed gives the same tuples. Raises
    `InputError` for fewer items than `size`, repeated items, `size` below 2 or no appearances.

    >>> tuples = balanced_tuples([f"t{n}" for n in range(8)], appearances=4)
    >>> len(tuples), sum("t0" in one for one in tuples)
    (8, 4)
    """
    count = len(items)
    if size < 2 or appearances < 1:
        raise InputError(f"Tuples hold two items at least, each once at least; got size {size}, {appearances} times.")
    if count < size or len(set(items)) != count:
        raise InputError(f"Tuples of {size} need as many different items; got {len(set(items))} of {count}.")
    random = np.random.default_rng(seed)
    total = -(-count * appearances // size)
    design, excess = None, np.inf
    for _ in range(_STARTS if total <= _SMALL else 1):
        rounds = [random.permutation(count) for _ in range(-(-total * size // count))]
        drawn = _Design(np.concatenate(rounds)[: total * size].reshape(total, size), count)
        drawn.repair(random)
        left = sum(map(drawn.cost, range(total)))
        if left < excess:
            design, excess = drawn, left
        if not left:
            break
    assert design is not None
    return tuple(tuple(items[place] for place in random.permutation(one).tolist()) for one in design.tuples)


class _Design:
    """Tuples under repair: how often each pair meets, and swaps that lower the excess."""

    def __init__(self, tuples: NDArray[np.int64], count: int):
        self.tuples: list[list[int]] = tuples.tolist()
        self.together: Counter[tuple[int, int]] = Counter()
        for one in self.tuples:
            self._add(one, 1)
        pairs = len(tuples) * tuples.shape[1] * (tuples.shape[1] - 1) / 2
        # As often as the average pair must meet, rounded up.
        self.allowed = int(np.ceil(pairs / (count * (count - 1) / 2)))

    def _add(self, one: list[int], by: int) -> None:
        for pair in combinations(sorted(one), 2):
            self.together[pair] += by

    def cost(self, row: int) -> int:
        """How much the pairs of a tuple meet too often; an item beside itself weighs most."""
        return sum(
            _BESIDE_ITSELF if first == second else max(0, self.together[first, second] - self.allowed)
            for first, second in combinations(sorted(self.tuples[row]), 2)
        )

    def repair(self, random: np.random.Generator) -> None:
        """Swap items between tuples while that helps, until no tuple is at fault or nothing helps."""
        number, least, waited = len(self.tuples), np.inf, 0
        while True:
            faulty = {row: cost for row in range(number) if (cost := self.cost(row))}
            total = sum(faulty.values())
            waited = 0 if total < least else waited + 1
            least = min(least, total)
            # A tuple that holds an item twice must be mended, and there is always one to swap with; the rest may stay.
            if not faulty or (waited >= _PATIENCE and total < _BESIDE_ITSELF):
                return
            for row in faulty:
                self._mend(row, random)

    def _mend(self, row: int, random: np.random.Generator) -> None:
        size = len(self.tuples[row])
        tries = random.integers((len(self.tuples), size, size), size=(_TRIES, 3)).tolist()
        for other, place, seat in tries:
            if other != row and self._try(row, place, other, seat) and not self.cost(row):
                return

    def _try(self, row: int, place: int, other: int, seat: int) -> bool:
        before = self.cost(row) + self.cost(other)
        self._swap(row, place, other, seat)
        if self.cost(row) + self.cost(other) < before:
            return True
        self._swap(row, place, other, seat)
        return False

    def _swap(self, row: int, place: int, other: int, seat: int) -> None:
        ours, theirs = self.tuples[row], self.tuples[other]
        self._add(ours, -1)
        self._add(theirs, -1)
        ours[place], theirs[seat] = theirs[seat], ours[place]
        self._add(ours, 1)
        self._add(theirs, 1)


def judge_tuples(
    tuples: Sequence[tuple[str, ...]], judge: Judge | Sequence[Judge], *, names: Sequence[str] | None = None
) -> Choices:
    """Return what one judge, or each of several, chooses of every tuple.

    A judge is called with the items of a tuple and answers `Choice(best, worst)`: a person's front
    end, a language model's client, a script. `names` are the judges' ids. Raises `InputError` for
    an answer that was not shown.

    >>> longest = judge_tuples([("a", "abc", "ab")], lambda shown: Choice(max(shown, key=len), min(shown, key=len)))
    >>> longest.items[longest.best[0]], longest.items[longest.worst[0]]
    ('abc', 'a')
    """
    judges = list(judge) if isinstance(judge, Sequence) else [judge]
    if names is not None and len(names) != len(judges):
        raise InputError(f"There are {len(judges)} judges and {len(names)} names.")
    answers = [Choice(*one(shown)) for one in judges for shown in tuples]
    return choices_of(
        list(tuples) * len(judges),
        answers,
        raters=None if names is None else [name for name in names for _ in tuples],
    )


def choices_of(
    tuples: Sequence[tuple[str, ...]], answers: Sequence[tuple[str, str]], *, raters: Sequence[str] | None = None
) -> Choices:
    """Return the table of best-worst judgements given by name: a tuple, (best, worst) and a rater each.

    >>> len(choices_of([("a", "b", "c")], [("a", "c")]))
    1
    """
    from affekt.ratings.pseudonyms import pseudonyms

    if len(tuples) != len(answers):
        raise InputError(f"There are {len(tuples)} tuples and {len(answers)} answers. Each tuple needs one.")
    sizes = {len(one) for one in tuples}
    if len(sizes) != 1:
        raise InputError(f"Tuples have different sizes: {sorted(sizes) or 'none at all'}. Score each size by itself.")
    items = coded(name for one in tuples for name in one)
    place = {name: at for at, name in enumerate(items.names)}
    for row, answer in enumerate(answers):
        for name in answer:
            if name not in tuples[row]:
                raise InputError(
                    f"Judgement {row} names {name!r}, which is none of {', '.join(map(repr, tuples[row]))}."
                )
    who = coded(raters if raters is not None else [None] * len(tuples))
    named = np.array([[place[best], place[worst]] for best, worst in answers], np.int32)
    shown = items.place.reshape(len(tuples), -1)
    return Choices(items.names, pseudonyms(who.names), shown, named[:, 0], named[:, 1], who.place)


def counting_scores(choices: Choices) -> Floats:
    """Return how often an item is best less how often it is worst, per showing: (item,), in [-1, 1].

    NaN for an item never shown. Orme 2009, "MaxDiff Analysis: Simple Counting, Individual-Level
    Logit, and HB".

    >>> counting_scores(choices_of([("a", "b", "c"), ("a", "b", "c")], [("a", "c"), ("a", "b")])).tolist()
    [1.0, -0.5, -0.5]
    """
    number = len(choices.items)
    shown = np.bincount(choices.shown.ravel(), minlength=number)
    won = np.bincount(choices.best, minlength=number) - np.bincount(choices.worst, minlength=number)
    found: Floats = np.where(shown > 0, won / np.maximum(shown, 1), np.nan)
    return found


def bradley_terry_scores(choices: Choices, *, prior: float = 0.5) -> Floats:
    r"""Return the log strength of each item, (item,), 0 for an average one; NaN for an item never shown.

    .. math:: P(i \succ j) = \frac{e^{s_i}}{e^{s_i} + e^{s_j}}

    fitted to the pairs that choices settle: best before all others shown, all others before worst.
    Unlike counting, a win over a strong item counts for more. Each item also wins and loses `prior`
    comparisons with an average one, which keeps the score of an item that always wins finite. The
    fit is Hunter's minorise-maximise iteration (2004, "MM Algorithms for Generalized Bradley-Terry
    Models", Annals of Statistics 32(1)). Raises `InputError` where `prior` is not above 0.

    >>> scores = bradley_terry_scores(choices_of([("a", "b", "c"), ("b", "c", "d")], [("a", "c"), ("b", "d")]))
    >>> np.argsort(-scores).tolist()
    [0, 1, 2, 3]
    """
    if not prior > 0:
        raise InputError(f"prior must be above 0, got {prior:g}: an item that always wins would be infinitely strong.")
    winner, loser = _pairs(choices)
    number = len(choices.items)
    shown = np.bincount(choices.shown.ravel(), minlength=number) > 0
    wins = np.bincount(winner, minlength=number) + prior
    strength = np.ones(number)
    for _ in range(_PASSES):
        share = 1 / (strength[winner] + strength[loser])
        mass = np.bincount(winner, share, number) + np.bincount(loser, share, number)
        new = wins / (mass + 2 * prior / (strength + 1))
        done = float(np.abs(np.log(new) - np.log(strength)).max()) < _TOLERANCE
        strength = new
        if done:
            break
    found: Floats = np.where(shown, np.log(strength), np.nan)
    return found


def split_half_reliability(
    choices: Choices, *, trials: int = 100, method: Method = "counting", seed: int = 0
) -> SplitHalf:
    """Return how alike the scores of two random halves of the judgements are, the mean over `trials`.

    The judgements of each tuple are dealt to two halves at random, evenly (an odd one to either);
    each half is scored by itself, and the scores of items in both are correlated. Kiritchenko & Mohammad 2017. Raises
    `InputError` where no tuple was judged twice: halves of different tuples would measure the design.

    >>> tuples = balanced_tuples(["a", "ab", "abc", "abcd", "abcde", "abcdef"], size=3, appearances=4)
    >>> def length(shown):
    ...     return Choice(max(shown, key=len), min(shown, key=len))
    >>> round(split_half_reliability(judge_tuples(tuples, [length, length]), trials=5).spearman, 6)
    1.0
    """
    from affekt.metrics.regression import pearson, spearman

    if trials < 1:
        raise InputError(f"trials must be at least 1, got {trials}.")
    if method not in ("counting", "bradley-terry"):
        raise InputError(f"method must be 'counting' or 'bradley-terry', got {method!r}.")
    score = counting_scores if method == "counting" else bradley_terry_scores
    _, tuple_of = np.unique(np.sort(choices.shown, axis=1), axis=0, return_inverse=True)
    tuple_of = tuple_of.ravel()
    if np.bincount(tuple_of).max(initial=0) < 2:
        raise InputError("No tuple was judged twice, so there are no halves to compare. Ask a second judge.")
    random = np.random.default_rng(seed)
    found = []
    for _ in range(trials):
        order = np.lexsort((random.random(len(choices)), tuple_of))
        ranked = tuple_of[order]
        first = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
        rank = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
        offset = random.integers(2, size=len(first))[np.cumsum(np.append(True, ranked[1:] != ranked[:-1])) - 1]
        half = (rank + offset) % 2
        scores = [score(_some(choices, order[half == side])) for side in (0, 1)]
        both = ~np.isnan(scores[0]) & ~np.isnan(scores[1])
        found.append((spearman(scores[0][both], scores[1][both]), pearson(scores[0][both], scores[1][both])))
    rank_mean, product_mean = np.array(found).mean(0)
    return SplitHalf(float(rank_mean), float(product_mean))


def _some(choices: Choices, rows: NDArray[np.int64]) -> Choices:
    kept = (getattr(choices, name)[rows] for name in ("shown", "best", "worst", "rater"))
    return Choices(choices.items, choices.raters, *kept)


def _pairs(choices: Choices) -> tuple[Places, Places]:
    """Winner and loser of every pair a choice settles; best before worst counted once."""
    middle = (choices.shown != choices.best[:, None]) & (choices.shown != choices.worst[:, None])
    row, place = np.nonzero(middle)
    other = choices.shown[row, place]
    winner = np.concatenate([choices.best, choices.best[row], other])
    loser = np.concatenate([choices.worst, other, choices.worst[row]])
    return winner, loser
