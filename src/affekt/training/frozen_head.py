"""A linear head on frozen features, by a penalised likelihood: labels, soft labels, levels, or numbers.

Everything a head is fitted from is in `HeadTargets`, everything about how in `HeadSettings`, and what comes out is a
`Head`: two arrays to scale by, two to multiply with. Any other way to fit one has the same three.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError

_CURVATURE = {"exclusive": 0.1, "multi-label": 0.1, "ordinal": 0.4, "dimensional": 1.0}
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
HeadKind = Literal["exclusive", "multi-label", "ordinal", "dimensional"]


@dataclass(frozen=True, slots=True, eq=False)
class HeadTargets:
    """What a head learns, item first.

    values: float64 (item, output): of ``exclusive`` labels the probability of each, rows adding up to one (one-hot, or
    the shares of votes); of ``multi-label`` ones each label's in [0, 1]; of ``ordinal`` levels whether (or how
    probably) the item is above each level but the highest; of ``dimensional`` ones numbers. known: bool (item,
    output), False where nobody judged: such a cell teaches nothing.
    """

    kind: HeadKind
    values: Floats
    known: Flags

    def take(self, rows: NDArray[np.int64]) -> HeadTargets:
        """Return the targets of some items."""
        return HeadTargets(self.kind, self.values[rows], self.known[rows])


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """How a head is fitted. `strengths` of the ridge are tried by `folds`-fold cross-validation among the items to
    learn from; `fallback` is taken where there are too few for that. `balance` lies between 0, items weigh alike, and
    1, classes do."""

    strengths: tuple[float, ...] = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0)
    folds: int = 5
    fallback: float = 100.0
    balance: float = 0.0
    seed: int = 0
    steps: int = 100


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A fitted head: raw answers are ``(features - mean) / spread @ weight + bias``, float64 (text, output).

    mean, spread: (feature,); weight: (feature, output); bias: (output,). `strength` is the ridge that was chosen,
    `held_out` the loss of each strength on items it was not fitted on, empty where that could not be measured.
    """

    mean: Floats
    spread: Floats
    weight: Floats
    bias: Floats
    strength: float
    held_out: tuple[float, ...] = field(default=())

    def answer(self, features: NDArray[np.floating]) -> Floats:
        """Return the raw answers, float64 (text, output), of features (text, feature)."""
        raw: Floats = (features - self.mean) / self.spread @ self.weight + self.bias
        return raw


def fit_head(features: NDArray[np.floating], targets: HeadTargets, settings: HeadSettings = HeadSettings()) -> Head:
    r"""Return the head that fits the targets, its ridge chosen by cross-validation among these items alone.

    .. math:: \min_{W, b} \; \frac1n \sum_i w_i \, \ell(W^\top x_i + b, y_i) + \tfrac{\lambda}{2 d} \lVert W \rVert^2

    features: (item, feature), standardised here; d: their number. ℓ is the cross-entropy of a softmax (exclusive),
    the binary cross-entropies of all labels (multi-label) or of "above level k" with one common weight vector
    (ordinal: Cao, Mirjalili and Raschka 2020, "Rank consistent ordinal regression for neural networks", whose biases
    come out in order, and McCullagh 1980), half the squared error (dimensional). Convex, solved by L-BFGS. Raises
    `InputError` where shapes differ, nothing is known, or a feature is not a number.

    >>> x = np.array([[-2.0], [-1.0], [1.0], [2.0]] * 5)
    >>> y = np.eye(2)[(x[:, 0] > 0).astype(int)]
    >>> fit_head(x, HeadTargets("exclusive", y, y >= 0)).answer(np.array([[3.0]])).argmax().item()
    1
    """
    given = np.asarray(features, np.float64)
    if given.ndim != 2 or targets.values.shape != targets.known.shape or len(given) != len(targets.values):
        raise InputError(f"Features are {given.shape}, targets {targets.values.shape}: an item needs a row of each.")
    if not targets.known.any() or not np.isfinite(given).all():
        raise InputError("There is nothing to fit: no target is known, or a feature is not a number.")
    from threadpoolctl import threadpool_limits

    # The products are small: on a machine with other work, threads that wait for each other cost ten times the sums.
    with threadpool_limits(1, user_api="blas"):
        held_out = _held_out(given, targets, settings)
        told = settings.strengths[0] if len(settings.strengths) == 1 else settings.fallback
        strength = settings.strengths[int(np.argmin(held_out))] if held_out else told
        fitted = next(_path(given, targets, (strength,), settings))
    return Head(*fitted, strength, held_out)


def head_loss(raw: Floats, targets: HeadTargets) -> float:
    """Return the mean loss of raw answers (item, output), over what is known: nats, or half squared errors."""
    loss, _ = _loss(raw, targets, np.ones(len(raw)))
    return loss


def item_weights(targets: HeadTargets, balance: float) -> Floats:
    """Return the weight of each item, (item,), mean 1: its class's frequency to the power of minus `balance`.

    Of soft labels the mean over its classes; of other kinds than exclusive all items weigh 1.
    """
    if targets.kind != "exclusive" or not balance:
        return np.ones(len(targets.values))
    share = targets.values.mean(0)
    each = targets.values @ np.where(share > 0, np.maximum(share, 1e-12) ** -balance, 0.0)
    weights: Floats = each / each.mean()
    return weights


def _held_out(features: Floats, targets: HeadTargets, settings: HeadSettings) -> tuple[float, ...]:
    """Return the held-out loss of each strength; empty where the items are too few to cross-validate."""
    folds = _folds(targets, settings)
    if folds is None or len(settings.strengths) < 2:
        return ()
    losses = np.zeros(len(settings.strengths))
    for fold in range(int(folds.max()) + 1):
        kept, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        said = targets.take(held)
        for place, fitted in enumerate(_path(features[kept], targets.take(kept), settings.strengths, settings)):
            losses[place] += len(held) * head_loss(Head(*fitted, 0.0).answer(features[held]), said)
    return tuple((losses / len(features)).tolist())


def _folds(targets: HeadTargets, settings: HeadSettings) -> NDArray[np.int64] | None:
    """Return the fold of each item, classes spread evenly; None where a class or all are too few."""
    random = np.random.default_rng(settings.seed)
    count = len(targets.values)
    if targets.kind == "exclusive":
        classes = targets.values.argmax(1)
        fewest = int(np.bincount(classes)[np.unique(classes)].min())
        folds = min(settings.folds, max(fewest, 2 if count >= 40 else 0))
    else:
        classes = np.zeros(count, np.int64)
        folds = min(settings.folds, count // 4)
    if folds < 2:
        return None
    order = random.permutation(count)
    order = order[np.argsort(classes[order], kind="stable")]
    fold = np.empty(count, np.int64)
    fold[order] = np.arange(count) % folds
    return fold


def _path(
    features: Floats, targets: HeadTargets, strengths: tuple[float, ...], settings: HeadSettings
) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
    """Yield mean, spread, weight and bias for each strength, each begun where the one before ended."""
    from scipy.optimize import minimize

    mean, spread = features.mean(0), features.std(0)
    spread = np.where(spread > 1e-8, spread, 1.0)
    x = (features - mean) / spread
    width, outputs = x.shape[1], targets.values.shape[1]
    columns = 1 if targets.kind == "ordinal" else outputs
    weights = item_weights(targets, settings.balance)
    # In the basis of the features' own spread, scaled by what the curvature then is, L-BFGS needs a tenth of the steps.
    spreads, basis = np.linalg.eigh(x.T @ x / len(x))
    turned = x @ basis
    weight, bias = np.zeros((width, columns)), _first_bias(targets)
    for strength in strengths:
        ridge = strength / width
        scale = 1 / np.sqrt(_CURVATURE[targets.kind] * np.maximum(spreads, 0) + ridge)[:, None]
        scaled, penalty = turned * scale[:, 0], ridge * np.square(scale)

        def objective(flat: Floats, scaled: Floats = scaled, penalty: Floats = penalty) -> tuple[float, Floats]:
            free, shift = flat[: width * columns].reshape(width, columns), flat[width * columns :]
            loss, gradient = _loss(scaled @ free + shift, targets, weights)
            by_output = gradient.sum(1, keepdims=True) if columns < outputs else gradient
            down = scaled.T @ by_output + penalty * free
            loss += 0.5 * float((penalty * np.square(free)).sum())
            return loss, np.concatenate([down.ravel(), gradient.sum(0)])

        begun = np.concatenate([(weight / scale).ravel(), bias])
        options = {"maxiter": settings.steps, "ftol": 1e-6, "gtol": 1e-4}
        flat = minimize(objective, begun, jac=True, method="L-BFGS-B", options=options).x
        weight, bias = flat[: width * columns].reshape(width, columns) * scale, flat[width * columns :].copy()
        yield mean, spread, np.repeat(basis @ weight, outputs // columns, axis=1), bias


def _first_bias(targets: HeadTargets) -> Floats:
    """Return the bias that answers the base rates: where every fit begins."""
    known = np.maximum(targets.known.sum(0), 1)
    share = np.where(targets.known, targets.values, 0.0).sum(0) / known
    if targets.kind == "dimensional":
        return share
    inside = np.clip(share, 1e-3, 1 - 1e-3)
    bias: Floats = np.log(inside) if targets.kind == "exclusive" else np.log(inside) - np.log1p(-inside)
    return bias


def _loss(raw: Floats, targets: HeadTargets, weights: Floats) -> tuple[float, Floats]:
    """Return the mean loss and its gradient by the raw answers, (item, output)."""
    count, values, known = len(raw), targets.values, targets.known
    if targets.kind == "exclusive":
        shifted = raw - raw.max(1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        each = -(values * logs).sum(1)
        gradient = np.exp(logs) * values.sum(1, keepdims=True) - values
    elif targets.kind == "dimensional":
        error = np.where(known, raw - np.where(known, values, 0.0), 0.0)
        each, gradient = 0.5 * np.square(error).sum(1), error
    else:
        each = np.where(known, np.logaddexp(0, raw) - values * raw, 0.0).sum(1)
        gradient = np.where(known, 0.5 * (1 + np.tanh(0.5 * raw)) - values, 0.0)
    return float((weights * each).sum() / count), weights[:, None] * gradient / count
