"""Abstaining so that what is answered is wrong no more often than promised."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.inputs import Floats, as_numbers, check_shapes, outcome_matrix

_STEPS = 20


@dataclass(frozen=True, slots=True, eq=False)
class TopLabelOutcomes:
    """Whether the most probable label of each item is none that people gave it (`wrong`, bool), and its probability."""

    wrong: NDArray[np.bool_]
    confidence: Floats


def top_label_outcomes(truth: ArrayLike, probability: ArrayLike) -> TopLabelOutcomes:
    """Return for each item whether its most probable label is wrong, and how probable it was said to be; (item,).

    truth: 0/1 (item, label); probability: (item, label) in [0, 1]. An item without any true label is always wrong.
    Raises `InputError` for different shapes, NaN or values outside.

    >>> found = top_label_outcomes([[1, 0], [1, 0]], [[0.9, 0.2], [0.1, 0.4]])
    >>> found.wrong.tolist(), found.confidence.tolist()
    ([False, True], [0.9, 0.4])
    """
    pair = outcome_matrix(truth, probability)
    rows, top = np.arange(len(pair.truth)), pair.probability.argmax(1)
    return TopLabelOutcomes(~pair.truth[rows, top], pair.probability[rows, top])


def guaranteed_confidence(wrong: ArrayLike, confidence: ArrayLike, *, risk: float, level: float = 0.9) -> float:
    r"""Return the lowest confidence from which answers are wrong at most `risk` of the time, with probability `level`.

    Among new items like these, answering those whose confidence is at least the returned one, the share of wrong
    answers is at most `risk`; over draws of the labelled items that holds in `level` of cases, whatever the
    distribution. Confidences are tried in four chains, from a start downwards a twentieth of the items at a time, each
    ended by the first that fails: one from twice the fewest items that could show the risk at all, which may err in
    half of the cases allowed, and one each from a quarter, a half and three quarters of the items, which share the
    rest. So an error among the very surest does not end everything. With m items above a confidence and w of them
    wrong, an exact binomial test (Clopper and Pearson 1934) passes where

    .. math:: P(\mathrm{Bin}(m, \text{risk}) \le w) \le \alpha

    wrong: 0/1 (item,); confidence: (item,), any scale. Raises `InputError` for different shapes, NaN, values outside,
    and where no confidence passes, saying what would help. Angelopoulos et al. 2021, "Learn then Test"; Geifman and
    El-Yaniv 2017, "Selective Classification for Deep Neural Networks".

    >>> sure = np.arange(100) / 100
    >>> guaranteed_confidence(sure < 0.4, sure, risk=0.2)
    0.33
    """
    outcomes, sure = as_numbers("wrong", wrong), as_numbers("confidence", confidence)
    check_shapes(outcomes, sure, names=("wrong", "confidence"))
    if outcomes.ndim != 1:
        raise InputError(f"wrong must be (item,), got shape {outcomes.shape}.")
    if not np.isin(outcomes, (0, 1)).all():
        raise InputError("wrong must hold 0 and 1 only: whether each answer is wrong.")
    for name, value in (("risk", risk), ("level", level)):
        if not 0 < value < 1:
            raise InputError(f"{name} must lie between 0 and 1, got {value}. Use 0.1 for one in ten.")
    ranked = np.sort(sure)[::-1]
    fewest = math.ceil(math.log(1 - level) / math.log(1 - risk))
    step, count = max(1, len(ranked) // _STEPS), len(ranked)
    starts = {2 * fewest: 0.5, count // 4: 1 / 6, count // 2: 1 / 6, 3 * count // 4: 1 / 6}
    found, tried = math.nan, ""
    for start, part in starts.items():
        for size in range(max(start, fewest), count, step):
            # The items strictly surer than a ranked one are a sample of all that are, whatever its place.
            above = sure > ranked[size]
            many, errors = int(above.sum()), int(outcomes[above].sum())
            # Ties may leave fewer than could pass.
            if many < fewest:
                continue
            tried = tried or f"{errors} of the {many} surest answers are wrong"
            if binomial_below(errors, many, risk) > part * (1 - level):
                break
            found = float(np.fmin(found, sure[above].min()))
    if math.isnan(found):
        raise InputError(
            f"No confidence shows a risk of {risk:g} in {len(ranked)} labelled rows: "
            f"{tried or f'at least {fewest + 1} rows are needed'}. Allow more risk, or label more rows."
        )
    return found


def binomial_below(count: int, trials: int, probability: float) -> float:
    """Return the probability of at most `count` successes in `trials`, each of `probability` in (0, 1).

    >>> round(binomial_below(1, 10, 0.1), 4)
    0.7361
    """
    if count >= trials:
        return 1.0
    log, rest = math.log(probability), math.log1p(-probability)
    whole = math.lgamma(trials + 1)
    terms = (
        whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log + (trials - k) * rest
        for k in range(count + 1)
    )
    return min(1.0, math.fsum(map(math.exp, terms)))
