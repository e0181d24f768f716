"""Whether probabilities mean what they say: reliability, calibration error, Brier score and skill.

Truth and probability are flat sets of (outcome, probability) pairs of any shape: a matrix
(item, label) counts every cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.classification import ratio
from affekt.metrics.inputs import Floats, as_probabilities, check_shapes, outcome_matrix, outcome_pair

Binning = Literal["equal-mass", "equal-width"]


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityCurve:
    """What was said against what happened, per bin that holds anything, lowest first.

    `probability` is the mean probability in the bin, `frequency` the share of positive outcomes,
    `count` how many pairs; each (bin,).
    """

    probability: Floats
    frequency: Floats
    count: NDArray[np.int64]


def reliability_curve(
    truth: ArrayLike,
    probability: ArrayLike,
    *,
    bins: int = 15,
    binning: Binning = "equal-mass",
    minimum: float = 0.0,
) -> ReliabilityCurve:
    """Return mean probability against observed frequency in `bins` bins.

    truth: 0/1; probability: [0, 1], of one shape. Equal-mass bins hold equally many pairs (up to
    ties: equal probabilities are never parted, so the order of items does not matter and a constant
    predictor has one bin); equal-width bins cut [`minimum`, 1] evenly. Pairs whose probability is below
    `minimum` are left out: with many rare labels nearly all of them sit near 0 and would hide the
    rest. The curve is empty where no pair is left. Raises `InputError` for different shapes, NaN,
    values outside, no items, or fewer than one bin. Nguyen and O'Connor 2015, "Posterior Calibration
    and Exploratory Analysis for NLP Models" (equal mass); Murphy and Winkler 1977 (the diagram).

    >>> curve = reliability_curve([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8], bins=2)
    >>> curve.probability.round(3).tolist(), curve.frequency.tolist(), curve.count.tolist()
    ([0.2, 0.7], [0.0, 1.0], [2, 2])
    """
    pair = outcome_pair(truth, probability)
    if bins < 1:
        raise InputError(f"bins must be at least 1, got {bins}.")
    if binning not in ("equal-mass", "equal-width"):
        raise InputError(f"binning must be 'equal-mass' or 'equal-width', got {binning!r}.")
    if not 0 <= minimum < 1:
        raise InputError(f"minimum must lie in [0, 1), got {minimum}.")
    kept = pair.probability >= minimum
    said, happened = pair.probability[kept], pair.truth[kept]
    if binning == "equal-mass":
        order = np.argsort(said, kind="stable")
        said, happened = said[order], happened[order]
        place = (_tied_middle(said) * bins // max(1, len(said))).astype(np.int64)
    else:
        place = np.minimum((said - minimum) * (bins / (1 - minimum)), bins - 1).astype(np.int64)
    count = np.bincount(place, minlength=bins)
    filled = count > 0
    mean, share = (ratio(np.bincount(place, of, minlength=bins), count)[filled] for of in (said, happened))
    return ReliabilityCurve(mean, share, count[filled].astype(np.int64))


def expected_calibration_error(
    truth: ArrayLike,
    probability: ArrayLike,
    *,
    bins: int = 15,
    binning: Binning = "equal-mass",
    minimum: float = 0.0,
) -> float:
    r"""Return the expected calibration error, in [0, 1]; 0 is calibrated.

    .. math:: ECE = \sum_b \frac{n_b}{n} \left| \bar p_b - \bar y_b \right|

    over the bins of `reliability_curve`, which see for the options and `Raises`. NaN where no
    probability reaches `minimum`. Equal-mass bins make it the adaptive one. It is biased upwards by
    about :math:`\sqrt{2 b \bar y (1 - \bar y) / (\pi n)}` for a calibrated predictor, and a constant
    predictor at the base rate gets 0: print it beside a skill score. Naeini, Cooper and Hauskrecht
    2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning"; Nixon et al. 2019,
    "Measuring Calibration in Deep Learning".

    >>> round(expected_calibration_error([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8], bins=2), 3)
    0.25
    """
    curve = reliability_curve(truth, probability, bins=bins, binning=binning, minimum=minimum)
    total = curve.count.sum()
    return float((curve.count * np.abs(curve.probability - curve.frequency)).sum() / total) if total else float("nan")


def debiased_calibration_error(
    truth: ArrayLike, probability: ArrayLike, *, bins: int = 10, binning: Binning = "equal-mass", minimum: float = 0.0
) -> float:
    r"""Return the expected calibration error with less of what chance adds to it, in [0, 1].

    .. math:: \sum_b \frac{n_b}{n} \left( 2 |d_b| - \mathbb{E} |d_b + \varepsilon_b| \right), \quad
        d_b = \bar p_b - \bar y_b, \quad \varepsilon_b \sim N(0, \bar y_b (1 - \bar y_b) / n_b)

    A sum below 0 is 0; a calibrated predictor keeps about 60 % of what the plain error would be. Kumar, Liang & Ma
    2019, "Verified Uncertainty Calibration", whose samples of the error are here its folded normal mean; options and
    `Raises` are those of `reliability_curve`.

    >>> random = np.random.default_rng(0)
    >>> said = random.uniform(size=500)
    >>> truth = random.uniform(size=500) < said
    >>> debiased_calibration_error(truth, said) < expected_calibration_error(truth, said, bins=10) < 0.05
    True
    """
    curve = reliability_curve(truth, probability, bins=bins, binning=binning, minimum=minimum)
    total = curve.count.sum()
    if not total:
        return float("nan")
    distance = np.abs(curve.probability - curve.frequency)
    spread = np.sqrt(curve.frequency * (1 - curve.frequency) / curve.count)
    certain = np.maximum(spread, 1e-12)
    erf = np.array([math.erf(each) for each in distance / (certain * math.sqrt(2))])
    folded = certain * math.sqrt(2 / math.pi) * np.exp(-(distance**2) / (2 * certain**2)) + distance * erf
    return max(0.0, float((curve.count * (2 * distance - folded)).sum() / total))


def brier_score(truth: ArrayLike, probability: ArrayLike) -> float:
    r"""Return the mean squared error of probabilities, in [0, 1]; 0 is best.

    .. math:: BS = \tfrac{1}{n} \sum (p - y)^2

    truth: 0/1; probability: [0, 1], of one shape. Raises `InputError` for different shapes, NaN,
    values outside, or no items. Brier 1950, "Verification of Forecasts Expressed in Terms of Probability".

    >>> round(brier_score([1, 0], [0.8, 0.4]), 3)
    0.1
    """
    pair = outcome_pair(truth, probability)
    return float(np.square(pair.probability - pair.truth).mean())


def brier_skill(truth: ArrayLike, probability: ArrayLike, reference: ArrayLike) -> float:
    r"""Return how much of the reference's Brier score the prediction takes away, at most 1.

    .. math:: BSS = 1 - \frac{BS}{BS_{\text{reference}}}

    1 is perfect, 0 no better than the reference, below 0 worse. `reference`: another prediction that
    NumPy can spread over the shape of `probability`; usually the base rate seen in training. Where the
    reference is perfect: 0 if the prediction is too, minus infinity otherwise. Raises `InputError` as
    `brier_score` does. Murphy 1973, "Hedging and Skill Scores for Probability Forecasts".

    >>> round(brier_skill([1, 0], [0.8, 0.4], 0.5), 3)
    0.6
    """
    pair = outcome_pair(truth, probability)
    ours, theirs = (
        np.square(pair.probability - pair.truth),
        np.square(_spread(reference, pair.probability) - pair.truth),
    )
    return float(skill(ours.mean(), theirs.mean()))


def label_brier_skill(truth: ArrayLike, probability: ArrayLike, reference: ArrayLike) -> Floats:
    """Return the Brier skill of each label, (label,); see `brier_skill`.

    truth: 0/1 (item, label); probability: (item, label); reference: (label,) or (item, label).

    >>> label_brier_skill([[1, 0], [0, 0]], [[0.9, 0.1], [0.1, 0.1]], [0.5, 0.1]).round(3).tolist()
    [0.96, 0.0]
    """
    pair = outcome_matrix(truth, probability)
    ours, theirs = (
        np.square(pair.probability - pair.truth),
        np.square(_spread(reference, pair.probability) - pair.truth),
    )
    return skill(ours.mean(0), theirs.mean(0))


def skill(score: ArrayLike, reference: ArrayLike) -> Floats:
    """Return 1 - score / reference for scores whose best is 0; see `brier_skill` where that is 0.

    >>> skill([0.1, 0.0, 0.1], [0.2, 0.0, 0.0]).tolist()
    [0.5, 0.0, -inf]
    """
    score, reference = np.asarray(score, np.float64), np.asarray(reference, np.float64)
    perfect = reference == 0
    skills: Floats = np.where(
        perfect, np.where(score == 0, 0.0, -np.inf), 1 - score / np.where(perfect, 1.0, reference)
    )
    return skills


def _spread(reference: ArrayLike, probability: Floats) -> Floats:
    given = as_probabilities("reference", reference)
    try:
        spread: Floats = np.broadcast_to(given, probability.shape)
    except ValueError:
        check_shapes(probability, given, names=("probability", "reference"))
        raise
    return spread


def _tied_middle(ranked: Floats) -> Floats:
    """Return the rank of each sorted value from 0, equal values sharing the middle one."""
    _, place, count = np.unique(ranked, return_inverse=True, return_counts=True)
    middle: Floats = (np.cumsum(count) - (count + 1) / 2)[place]
    return middle
