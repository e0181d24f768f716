"""Calibration to one's own texts: a hundred to five hundred labelled rows correct a model's probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.calibration import Calibration, from_scores, scores
from affekt.metrics.calibration import expected_calibration_error
from affekt.metrics.inputs import outcome_matrix
from affekt.training.calibration import fit_platt
from affekt.training.thresholds import fit_thresholds
from affekt.types import LabelSpace

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 100
# Probabilities below this are left out of the calibration error: with many rare labels they would be all there is.
SAID = 0.1

# How strongly a label is held to the correction of all labels; infinite: it has none of its own.
_RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0, float("inf"))
_FOLDS = 5
_STEPS = 60
_SLOPE_RIDGE = 2.0
_GROUP_RIDGE = 0.05


class Correction(NamedTuple):
    """What acts on the scores of `affekt.inference.calibration.scores`, scale * score + shift; each (label,)."""

    scale: Floats
    shift: Floats


def calibrate_model(
    card: ModelCard,
    texts: Sequence[str],
    labels: Sequence[Sequence[str]],
    *,
    space: LabelSpace | None = None,
    language: str | None = None,
    seed: int = 0,
) -> Calibration:
    """Return the calibration of a model to labelled texts, for the labels of `space` (None: the model's own).

    `labels` are those that people gave each text: exactly one where the labels of the space exclude each other, any
    number else. Texts that the model does not read (empty, another language) are left out; `language` replaces the
    language check. Raises `InputError` for labels that do not fit and for fewer than 100 texts read,
    `UnknownNameError` for a label the space lacks, `ConversionError` where the model's labels cannot become the space.

    >>> from affekt.models.index import find_model
    >>> calibrate_model(find_model("text-nano"), ["So happy!"] * 20, [["joy"]] * 20)
    Traceback (most recent call last):
    affekt.errors.InputError: Calibration needs at least 100 labelled rows, got 20. Label 80 more, ...
    """
    from affekt.inference.text import open_reader

    target = card.space if space is None else space
    truth = label_matrix(labels, target)
    if len(texts) != len(truth):
        raise InputError(f"There are {len(texts)} texts but labels for {len(truth)}: give each text its labels.")
    _check_rows(len(truth))
    found = open_reader(card).estimate(texts, language=language)
    read = found.supported & ~found.empty
    said = found.probabilities[read].astype(np.float64)
    if target != card.space:
        from affekt.affect.convert import convert_probabilities

        said = convert_probabilities(said, card.space, target)
    return fit_calibration(truth[read], said, space=target, model=(card.name, card.version), seed=seed)


def label_matrix(labels: Sequence[Sequence[str]], space: LabelSpace) -> Flags:
    """Return which labels each row has, bool (row, label). Raises `UnknownNameError`, and `InputError` where labels
    that exclude each other do not come singly.

    >>> label_matrix([["joy"], []], LabelSpace("toy", ("joy", "fear"), "multi-label", "none")).tolist()
    [[True, False], [False, False]]
    """
    truth = np.zeros((len(labels), len(space)), np.bool_)
    for row, names in enumerate(labels):
        truth[row, [space.index(name) for name in names]] = True
    several = truth.sum(1)
    if space.kind == "exclusive" and (several != 1).any():
        row = int(np.flatnonzero(several != 1)[0])
        raise InputError(
            f"The labels of {space.name} exclude each other, but labelled row {row + 1} has {int(several[row])} of "
            "them. Give each row one label, or choose a space whose labels may come together."
        )
    return truth


def fit_calibration(
    truth: ArrayLike,
    probability: ArrayLike,
    *,
    space: LabelSpace,
    model: tuple[str, str] = ("", ""),
    seed: int = 0,
) -> Calibration:
    """Return the calibration that makes `probability` fit `truth`, with what it says of rows it was not fitted on.

    truth: 0/1 (row, label); probability: (row, label) in [0, 1], the shipped model's over `space`. Labels that may
    come together get Platt scaling; labels that exclude each other a temperature and a bias each, in a softmax.
    Both are hierarchical: one correction of all labels, held lightly to "leave it alone", and one per label held to
    the common one, so that a label with few or no rows does as the others do. How strongly is chosen by five-fold
    cross-validated log loss. Thresholds are fitted to the held-out answers. `model` is its name and version.

    The held-out answers are those of the five folds; choosing the strength on the same folds makes them a little
    better than new rows will be. Raises `InputError` for different shapes, values outside [0, 1], fewer than 100 rows
    or rows that all say the same. Platt 1999; vector scaling: Guo et al. 2017, "On Calibration of Modern Neural
    Networks"; partial pooling: Gelman and Hill 2007, chapter 12.

    >>> space = LabelSpace("toy", ("joy", "fear"), "multi-label", "none")
    >>> random = np.random.default_rng(0)
    >>> said = random.uniform(0.01, 0.99, (400, 2))
    >>> found = fit_calibration(random.random((400, 2)) < said / 3, said, space=space)
    >>> bool(found.before > 0.25 and found.after < 0.08)
    True
    """
    pair = outcome_matrix(truth, probability)
    if pair.truth.shape[1] != len(space):
        raise InputError(f"{space.name} has {len(space)} labels, but there are {pair.truth.shape[1]} columns.")
    _check_rows(len(pair.truth))
    if (pair.truth == pair.truth[0]).all():
        raise InputError("All labelled rows have the same labels: nothing can be learned from them. Label others too.")
    score = scores(pair.probability, space)
    far = (pair.probability == 0).all(0)
    fold = np.random.default_rng(seed).permutation(len(score)) % _FOLDS
    held_out = {ridge: np.empty_like(score) for ridge in _RIDGES}
    for place in range(_FOLDS):
        kept, held = fold != place, fold == place
        for ridge, found in _fits(pair.truth[kept], score[kept], far, space).items():
            held_out[ridge][held] = from_scores(found.scale * score[held] + found.shift, space)
    best = min(_RIDGES, key=lambda ridge: _log_loss(pair.truth, held_out[ridge], space))
    final = _fits(pair.truth, score, far, space, (best,))[best]
    answers = held_out[best]
    limits = np.full(len(space), 0.5) if space.kind == "exclusive" else fit_thresholds(pair.truth, answers)
    before, after = (row_calibration_error(pair.truth, said) for said in (pair.probability, answers))
    return Calibration(*model, space, *final, limits, pair.truth, answers, before, after)


def row_calibration_error(truth: ArrayLike, probability: ArrayLike) -> float:
    """Return the equal-mass calibration error over probabilities of at least 0.1, in [0, 1], with no more bins (at
    most 15) than there are forties of such probabilities; NaN where there are none.

    >>> row_calibration_error([[1], [0]] * 40, [[0.75], [0.25]] * 40)
    0.25
    """
    many = int((np.asarray(probability) >= SAID).sum())
    return expected_calibration_error(truth, probability, bins=min(15, max(1, many // 40)), minimum=SAID)


def _check_rows(rows: int) -> None:
    if rows < FEWEST:
        raise InputError(
            f"Calibration needs at least {FEWEST} labelled rows, got {rows}. Label {FEWEST - rows} more, drawn at "
            "random from the texts you want to read; 200 to 500 do better."
        )


def _fits(
    truth: Flags, score: Floats, far: Flags, space: LabelSpace, ridges: Sequence[float] = _RIDGES
) -> dict[float, Correction]:
    """Return the correction for each strength."""
    if space.kind == "exclusive":
        return {ridge: _fit_softmax(truth, score, far, ridge) for ridge in ridges}
    common = fit_platt(truth.reshape(-1, 1), score.reshape(-1, 1), ridge=_SLOPE_RIDGE)
    moved = common.scale * score + common.shift
    found = {}
    for ridge in ridges:
        own = fit_platt(truth, moved, ridge=min(ridge, 1e9))
        found[ridge] = Correction(own.scale * common.scale, own.scale * common.shift + own.shift)
    return found


def _fit_softmax(truth: Flags, score: Floats, far: Flags, ridge: float) -> Correction:
    """Return the temperature and biases of a softmax by Newton steps: the parameters are one scale, one shift of the
    labels that the model never gives (`far`), and a shift of each label."""
    count = score.shape[1]
    ridges = np.array([_SLOPE_RIDGE, _GROUP_RIDGE, *[min(ridge, 1e9)] * count])
    start = np.array([1.0, *np.zeros(count + 1)])
    group = far.astype(np.float64)

    def said(parameters: Floats) -> Floats:
        moved = parameters[0] * score + parameters[1] * group + parameters[2:]
        moved -= moved.max(1, keepdims=True)
        return moved - np.log(np.exp(moved).sum(1, keepdims=True))

    def loss(parameters: Floats) -> float:
        return float(-said(parameters)[truth].sum() + 0.5 * (ridges * np.square(parameters - start)).sum())

    now = start.copy()
    reached = loss(now)
    for _ in range(_STEPS):
        shares = np.exp(said(now))
        error = shares - truth
        gradient = np.array([(error * score).sum(), (error @ group).sum(), *error.sum(0)]) + ridges * (now - start)
        mean = np.column_stack([(shares * score).sum(1), shares @ group, shares])
        hessian = np.diag(ridges) - mean.T @ mean
        by_score, total = (shares * score).sum(0), shares.sum(0)
        hessian[0, 0] += (shares * score**2).sum()
        hessian[0, 1:] += [by_score @ group, *by_score]
        hessian[1:, 0] = hessian[0, 1:]
        hessian[1, 1] += total @ group
        hessian[1, 2:] += total * group
        hessian[2:, 1] = hessian[1, 2:]
        hessian[2:, 2:] += np.diag(total)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while loss(now - size * step) > reached + 1e-9 * abs(reached) and size > 1e-6:
            size /= 2
        now = now - size * step
        reached = loss(now)
        if np.abs(size * step).max() < 1e-7:
            break
    return Correction(np.full(count, now[0]), now[1] * group + now[2:])


def _log_loss(truth: Flags, probability: Floats, space: LabelSpace) -> float:
    inside = np.clip(probability, 1e-12, 1 - 1e-12)
    if space.kind == "exclusive":
        return float(-np.log(inside[truth]).mean())
    return float(-np.where(truth, np.log(inside), np.log1p(-inside)).mean())
