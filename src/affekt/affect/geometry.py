"""Emotions as Gaussians in valence-arousal-dominance: from a point to a mixture of labels, and back.

A label is no point: people who rate a word differ, and a state of feeling has room. Here it is a
normal distribution N(μ, Σ) in the space. A point is as likely under each label as its density says,
and Bayes' rule makes that a distribution over the labels: the emotion mixture of Cardia Neto, Ferrari
& Berretti (2026), Revisiting Emotions Representation for Recognition in the Wild, arXiv:2602.06778.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.affect.scales import DIMENSIONS, vad_points, vad_spreads
from affekt.affect.spaces import find_space
from affekt.affect.vad import GLASGOW, vad_of
from affekt.errors import InputError, UnknownNameError
from affekt.types import VAD, LabelSpace

Floats = NDArray[np.float64]
Table = Literal["glasgow", "russell-mehrabian"]

RUSSELL_MEHRABIAN_1977 = (
    "Russell & Mehrabian (1977), Evidence for a three-factor theory of emotions, "
    "Journal of Research in Personality 11(3), 273-294"
)
_SMALLEST = 1e-10
_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class EmotionGaussians:
    """A normal distribution in [-1, 1]³ for every label of a space.

    means: float64 (label, 3), valence, arousal, dominance; covariances: float64 (label, 3, 3),
    symmetric and positive definite. `source` is where the numbers come from.
    """

    space: LabelSpace
    means: Floats
    covariances: Floats
    source: str

    def __post_init__(self) -> None:
        labels = len(self.space)
        if self.means.shape != (labels, 3) or self.covariances.shape != (labels, 3, 3):
            raise InputError(
                f"{self.space.name} has {labels} labels: means must be ({labels}, 3) and covariances ({labels}, 3, 3), "
                f"got {self.means.shape} and {self.covariances.shape}."
            )
        if not np.isfinite(self.means).all():
            raise InputError(f"The means of {self.space.name} hold NaN or infinite values. Give every label a place.")
        for label, covariance in zip(self.space, self.covariances, strict=True):
            _check_covariance(label, covariance)

    def __getitem__(self, label: str) -> VAD:
        """Return the mean of a label, with its standard deviations."""
        place = self.space.index(label)
        spreads = np.sqrt(np.diagonal(self.covariances[place]))
        return VAD(*self.means[place].tolist(), *spreads.tolist())


class PointEstimate(NamedTuple):
    """Points, and how sure they are: mean float64 (..., 3), covariance float64 (..., 3, 3)."""

    mean: Floats
    covariance: Floats


def gaussians_of(
    space: str | LabelSpace, *, table: Table = "glasgow", pooling: float = 0.0, neutral_sd: float | None = None
) -> EmotionGaussians:
    """Return the Gaussian of every label of a space, from one table of means and standard deviations.

    ``"glasgow"``: the words' norms, for every emotion space; the deviation is that of the raters, and
    dimensions are taken as independent, since the norms publish no covariance.
    ``"russell-mehrabian"``: how people rated *states* of feeling, the study the emotion mixtures were
    made with; a label that it has no row for raises `UnknownNameError`, but for the space's neutral,
    which lies at the origin with `neutral_sd` where that is given. `pooling`: see `pool`. Spaces that are
    not of emotions raise `ConversionError`.

    >>> round(gaussians_of("ekman")["joy"].valence, 2), gaussians_of("ekman", table="russell-mehrabian")["joy"].valence
    (0.77, 0.76)
    """
    found = find_space(space)
    if table == "glasgow":
        places = [place.vad for place in vad_of(found)]
        source = GLASGOW
    elif table == "russell-mehrabian":
        places = [_felt(found, label, neutral_sd) for label in found]
        source = RUSSELL_MEHRABIAN_1977
    else:
        raise InputError(f"Unknown table {table!r}. Choose 'glasgow' or 'russell-mehrabian'.")
    spreads = vad_spreads(places)
    covariances = np.zeros((len(found), 3, 3))
    covariances[:, range(3), range(3)] = spreads**2
    return pool(EmotionGaussians(found, vad_points(places), covariances, source), pooling)


def fit_gaussians(
    points: ArrayLike, shares: ArrayLike, space: str | LabelSpace, *, pooling: float = 0.1, ridge: float = 1e-4
) -> EmotionGaussians:
    """Return Gaussians fitted to points whose labels are known: weighted means and covariances.

    points: (item, 3) in [-1, 1], without NaN; shares: (item, label), how much of a label an item is:
    0 and 1, or people's votes. The variance that votes leave over goes into the covariance. `pooling`
    steadies rare labels (see `pool`), `ridge` is added to every variance. Raises `InputError` where a
    label has no item.

    >>> fitted = fit_gaussians([[0.5, 0, 0], [0.7, 0, 0], [-1, 0, 0]], [[1, 0], [1, 0], [0, 1]],
    ...                        LabelSpace("two", ("good", "bad"), "exclusive", "us"))
    >>> round(fitted["good"].valence, 2)
    0.6
    """
    found = find_space(space)
    x, weights = np.asarray(points, np.float64), np.asarray(shares, np.float64)
    if x.ndim != 2 or x.shape[1] != 3 or weights.shape != (len(x), len(found)):
        raise InputError(f"Points are (item, 3) and shares (item, {len(found)}), got {x.shape} and {weights.shape}.")
    if not (np.isfinite(x).all() and np.isfinite(weights).all()) or (weights < 0).any():
        raise InputError("Points and shares must be finite, and shares not negative. Leave such items out.")
    totals = weights.sum(0)
    if not totals.all():
        raise InputError(f"No item is labelled {found.labels[int(np.argmin(totals))]!r}. Merge or leave out the label.")
    means = weights.T @ x / totals[:, None]
    away = x[None] - means[:, None]
    covariances = np.einsum("ik,kid,kie->kde", weights, away, away) / totals[:, None, None]
    fitted = EmotionGaussians(found, means, covariances + ridge * np.eye(3), f"fitted to {len(x)} points")
    return pool(fitted, pooling, weights=totals)


def pool(gaussians: EmotionGaussians, amount: float = 1.0, *, weights: ArrayLike | None = None) -> EmotionGaussians:
    """Return the Gaussians with their covariances drawn together: 0 keeps each label's own, 1 makes all equal.

    Σ_k(α) = (1 - α) Σ_k + α Σ_j w_j Σ_j / Σ_j w_j. With equal covariances the most likely label of a
    point is the one nearest to it (in Mahalanobis distance), so at every mean that label itself;
    with its own, a wide label may win far from all of them. Friedman 1989, "Regularized Discriminant
    Analysis", equation 6. Raises `InputError` for an amount outside [0, 1].
    """
    if not 0 <= amount <= 1:
        raise InputError(f"pooling lies between 0 (own covariances) and 1 (equal ones), got {amount}.")
    share = _priors(gaussians, weights)
    mean = np.einsum("k,kde->de", share, gaussians.covariances)
    covariances = (1 - amount) * gaussians.covariances + amount * mean
    return EmotionGaussians(gaussians.space, gaussians.means, covariances, gaussians.source)


def log_likelihoods(
    points: ArrayLike, gaussians: EmotionGaussians | LabelSpace | str, *, spread: ArrayLike | None = None
) -> Floats:
    """Return the log density of points under every label, float64 (..., label), in nats.

    points: (..., 3); `spread`: what is not known about the points themselves, as standard deviations
    (..., 3) or covariances (..., 3, 3): ∫ N(y; μ, Σ) N(y; x, S) dy = N(x; μ, Σ + S), exactly. A
    coordinate that is NaN is left out (the marginal density over the others); a point without any is
    NaN. Raises `InputError` for shapes that do not fit, infinite points and negative deviations.
    """
    model = gaussians if isinstance(gaussians, EmotionGaussians) else gaussians_of(gaussians)
    x = np.asarray(points, np.float64)
    if x.ndim == 0 or x.shape[-1] != 3:
        raise InputError(f"Points are (..., 3): valence, arousal, dominance. Got shape {x.shape}.")
    if np.isinf(x).any():
        raise InputError("Points must be finite or NaN, got an infinite coordinate.")
    flat = x.reshape(-1, 3)
    added = None if spread is None else _covariances(spread, x.shape).reshape(-1, 3, 3)
    result = np.full((len(flat), len(model.space)), np.nan)
    known = ~np.isnan(flat)
    for pattern in np.unique(known, axis=0):
        if not pattern.any():
            continue
        rows, seen = np.flatnonzero((known == pattern).all(1)), np.flatnonzero(pattern)
        square = np.ix_(seen, seen)
        centres = model.means[:, seen]
        own = model.covariances[:, square[0], square[1]]
        step = max(1, _AT_ONCE // max(1, len(own) * len(seen) ** 2))
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            wide = own[None] if added is None else own[None] + added[part][:, None, square[0], square[1]]
            result[part] = _log_density(flat[part][:, seen], centres, wide)
    return result.reshape(*x.shape[:-1], len(model.space))


def label_probabilities(
    points: ArrayLike | VAD,
    gaussians: EmotionGaussians | LabelSpace | str,
    *,
    spread: ArrayLike | None = None,
    priors: ArrayLike | None = None,
    temperature: float = 1.0,
) -> Floats:
    r"""Return how likely each label is at a point: float64 (..., label), rows adding up to 1.

    .. math:: p_k(x) = \frac{\pi_k N(x; \mu_k, \Sigma_k + S)^{1/T}}{\sum_j \pi_j N(x; \mu_j, \Sigma_j + S)^{1/T}}

    Computed in logarithms, so that points far from every label have an answer. `points` is one `VAD`
    or (..., 3); a `VAD` brings its standard deviations along as `spread` (S, see `log_likelihoods`).
    `priors`: (label,), any positive numbers, equal by default. A `temperature` above 1 flattens. A
    space or its name stands for `gaussians_of` it. A point of NaN alone gives NaN.
    Raises `InputError`, also for priors that are not positive and a temperature of 0 or less.

    >>> shares = label_probabilities(VAD(0.7, 0.5, 0.3), "ekman")
    >>> find_space("ekman").labels[shares.argmax()], round(float(shares.sum()), 6)
    ('joy', 1.0)
    """
    model = gaussians if isinstance(gaussians, EmotionGaussians) else gaussians_of(gaussians)
    if isinstance(points, VAD):
        spread = vad_spreads([points])[0] if spread is None else spread
        where: ArrayLike = vad_points([points])[0]
    else:
        where = points
    if not temperature > 0 or not np.isfinite(temperature):
        raise InputError(f"A temperature is a positive number, got {temperature}.")
    scores = np.log(_priors(model, priors)) + log_likelihoods(where, model, spread=spread) / temperature
    scores -= scores.max(-1, keepdims=True)
    shares = np.exp(scores)
    result: Floats = shares / shares.sum(-1, keepdims=True)
    return result


def point_of(probabilities: ArrayLike, gaussians: EmotionGaussians | LabelSpace | str) -> PointEstimate:
    r"""Return where a distribution over labels lies, and how widely: the mean and covariance of the mixture.

    .. math:: m = \sum_k p_k \mu_k, \quad C = \sum_k p_k \left(\Sigma_k + (\mu_k - m)(\mu_k - m)^\top\right)

    the laws of total expectation and total covariance. probabilities: (..., label), rows adding up to
    1; rows of NaN give NaN. Raises `InputError` for rows that do not: of a multi-label answer, divide
    by the sum first if its labels are to be read as shares.

    >>> point, covariance = point_of([0, 0, 0, 1, 0, 0], "ekman")
    >>> point.round(2).tolist()
    [0.77, 0.49, 0.4]
    """
    model = gaussians if isinstance(gaussians, EmotionGaussians) else gaussians_of(gaussians)
    p = np.asarray(probabilities, np.float64)
    if p.ndim == 0 or p.shape[-1] != len(model.space):
        raise InputError(f"Probabilities over {model.space.name} are (..., {len(model.space)}), got shape {p.shape}.")
    if (p < 0).any() or (np.abs(p.sum(-1) - 1) > 1e-6).any():
        raise InputError("Probabilities must not be negative and must add up to 1. Divide each row by its sum.")
    mean = p @ model.means
    away = model.means - mean[..., None, :]
    between = np.einsum("...k,...kd,...ke->...de", p, away, away)
    return PointEstimate(mean, between + np.einsum("...k,kde->...de", p, model.covariances))


def vad_of_mixture(shares: Mapping[str, float], space: str | LabelSpace | EmotionGaussians) -> VAD:
    """Return the point of a mixture named label by label, with its standard deviations.

    Shares are divided by their sum. Raises `UnknownNameError` for a label of another space, `InputError`
    for shares that are negative or all 0.

    >>> vad = vad_of_mixture({"joy": 1, "surprise": 1}, "ekman")
    >>> round(vad.valence, 2), round(vad.arousal, 2)
    (0.64, 0.54)
    """
    model = space if isinstance(space, EmotionGaussians) else gaussians_of(space)
    row = np.zeros(len(model.space))
    for label, share in shares.items():
        row[model.space.index(label)] = share
    if (row < 0).any() or not row.sum() > 0:
        raise InputError(f"Shares are not negative and not all 0, got {dict(shares)}.")
    mean, covariance = point_of(row / row.sum(), model)
    return VAD(*mean.tolist(), *np.sqrt(np.diagonal(covariance)).tolist())


@lru_cache(maxsize=1)
def felt_states() -> Mapping[str, VAD]:
    """Return states of feeling and the place Russell & Mehrabian's (1977) raters gave them, with deviations.

    A part of the study's 151 terms, with the labels that spaces use for them.

    >>> felt_states()["angry"] == felt_states()["anger"]
    True
    """
    text = (Path(__file__).parent / "data" / "russell_mehrabian_1977.tsv").read_text(encoding="utf-8")
    states: dict[str, VAD] = {}
    for line in [line for line in text.splitlines() if not line.startswith("#")][1:]:
        term, labels, v, v_sd, a, a_sd, d, d_sd = line.split("\t")
        place = VAD(float(v), float(a), float(d), float(v_sd), float(a_sd), float(d_sd))
        states |= dict.fromkeys([term, *filter(None, labels.split(","))], place)
    return MappingProxyType(states)


def _felt(space: LabelSpace, label: str, neutral_sd: float | None) -> VAD:
    if label == space.neutral and neutral_sd is not None:
        return VAD(0.0, 0.0, 0.0, neutral_sd, neutral_sd, neutral_sd)
    states = felt_states()
    if label.lower() not in states:
        hint = "Give neutral_sd to place it at the origin" if label == space.neutral else "Use the table 'glasgow'"
        raise UnknownNameError(f"Russell & Mehrabian (1977) has no row for {label!r} of {space.name}. {hint}.")
    return states[label.lower()]


def _check_covariance(label: str, covariance: Floats) -> None:
    if not np.isfinite(covariance).all() or not np.allclose(covariance, covariance.T, rtol=1e-9, atol=1e-12):
        raise InputError(f"The covariance of {label!r} is not finite and symmetric. Average it with its transpose.")
    smallest = float(np.linalg.eigvalsh(covariance)[0])
    if smallest < _SMALLEST:
        raise InputError(
            f"The covariance of {label!r} is not positive definite: its smallest eigenvalue is {smallest:.3g}. "
            "Add a small number to the variances (ridge) or pool it with the others."
        )


def _priors(gaussians: EmotionGaussians, priors: ArrayLike | None) -> Floats:
    labels = len(gaussians.space)
    weights = np.ones(labels) if priors is None else np.asarray(priors, np.float64)
    if weights.shape != (labels,) or not (weights > 0).all() or not np.isfinite(weights).all():
        raise InputError(f"Priors are {labels} positive numbers, one for each label of {gaussians.space.name}.")
    return np.asarray(weights / weights.sum())


def _covariances(spread: ArrayLike, shape: Sequence[int]) -> Floats:
    """Return what is not known about points as covariances (..., 3, 3), from deviations or covariances."""
    given = np.asarray(spread, np.float64)
    full = (*shape, 3)
    # A full array of the points' own shape is deviations, also where there are three points.
    if given.shape == full or (given.shape == (3, 3) and tuple(shape) != (3, 3)):
        matrices = np.broadcast_to(given, full)
        if not np.isfinite(matrices).all() or not np.allclose(matrices, np.swapaxes(matrices, -1, -2)):
            raise InputError("The covariances of points must be finite and symmetric.")
        if float(np.linalg.eigvalsh(matrices).min(initial=0.0)) < -1e-9:
            raise InputError("A covariance of points has a negative eigenvalue. Give standard deviations instead.")
        return np.asarray(matrices)
    try:
        deviations = np.broadcast_to(given, tuple(shape))
    except ValueError:
        raise InputError(
            f"The spread of points {tuple(shape)} is (..., 3) or (..., 3, 3), got {given.shape}."
        ) from None
    deviations = np.nan_to_num(deviations, nan=0.0)
    if (deviations < 0).any() or not np.isfinite(deviations).all():
        raise InputError("Standard deviations of points must be finite and not negative.")
    return np.asarray(deviations[..., None] ** 2 * np.eye(len(DIMENSIONS)))


def _log_density(points: Floats, means: Floats, covariances: Floats) -> Floats:
    """Return log N (point, label); covariances (1 or point, label, d, d)."""
    factor = np.linalg.cholesky(covariances)
    away = points[:, None] - means[None]
    whitened = (np.linalg.inv(factor) @ away[..., None])[..., 0]
    log_root = np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(-1)
    dimensions = points.shape[1]
    density: Floats = -0.5 * (whitened**2).sum(-1) - log_root - 0.5 * dimensions * np.log(2 * np.pi)
    return density
