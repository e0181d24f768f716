"""Calibration and thresholds of a model of one's own, fitted on the part to tune on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from affekt.errors import InputError
from affekt.inference.own import OwnFit
from affekt.training.calibration import fit_interval_scale, fit_platt
from affekt.training.frozen_head import Floats, HeadTargets
from affekt.training.own_targets import Task
from affekt.training.thresholds import choose_smoothing, fit_thresholds

_RIDGE = 2.0
_ENOUGH = 30  # items, from which on more than leaving the answers alone can be fitted


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was fitted: the calibration, the thresholds of the task's labels, and sentences about it."""

    fit: OwnFit
    thresholds: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self, task: Task, reading: dict[str, Any] | None) -> dict[str, Any]:
        """Return the content of ``fit.json``."""
        space = task.space
        return {
            "kind": self.fit.kind,
            "scale": np.round(self.fit.scale, 6).tolist(),
            "shift": np.round(self.fit.shift, 6).tolist(),
            "outputs": list(self.fit.outputs),
            "sd": None if self.fit.sd is None else np.round(self.fit.sd, 6).tolist(),
            "sd_factor": [1.0, 1.0, 1.0],
            "thresholds": {} if space is None else {space.name: np.round(self.thresholds, 6).tolist()},
            "reading": reading,
        }


def fit_answers(raw: Floats, targets: HeadTargets, task: Task, *, seed: int = 0) -> Fitted:
    """Return the calibration of raw answers (item, output) to the targets of the same items, held out from training.

    Exclusive labels get one temperature and a shift each (Guo et al. 2017, "On Calibration of Modern Neural Networks",
    vector scaling with a common scale), multi-label ones Platt scaling and the thresholds of the best macro-F1,
    levels one scale and one shift, numbers a standard deviation whose central interval covers nine of ten. All are
    held to leaving the answers alone, and left alone below thirty items.
    """
    outputs, notes = raw.shape[1], list[str]()
    labels = 0 if task.space is None else len(task.space)
    halves, alone = (0.5,) * labels, OwnFit(task.kind, np.ones(outputs), np.zeros(outputs), task.outputs)
    if task.kind == "dimensional":
        sd = np.array([_deviation(raw[known, k], targets.values[known, k]) for k, known in enumerate(targets.known.T)])
        return Fitted(OwnFit(task.kind, np.ones(outputs), np.zeros(outputs), task.outputs, sd), halves)
    if len(raw) < _ENOUGH:
        notes.append(f"Only {len(raw)} items to tune on: probabilities and thresholds were left as they came.")
        return Fitted(alone, halves, tuple(notes))
    if task.kind == "multi-label":
        return _multi_label(raw, targets, task, seed)
    scale, shift = _exclusive(raw, targets.values) if task.kind == "exclusive" else _levels(raw, targets.values)
    return Fitted(OwnFit(task.kind, scale, shift, task.outputs), halves)


def _multi_label(raw: Floats, targets: HeadTargets, task: Task, seed: int) -> Fitted:
    """Platt scaling of each label over the items where it was judged, then thresholds."""
    scale, shift = np.ones(raw.shape[1]), np.zeros(raw.shape[1])
    limits = np.full(raw.shape[1], 0.5)
    for k, known in enumerate(targets.known.T):
        if known.any():
            found = fit_platt(targets.values[known, k][:, None], raw[known, k][:, None])
            scale[k], shift[k] = found.scale[0], found.shift[0]
    fit = OwnFit("multi-label", scale, shift)
    said, truth = fit.probabilities(raw), targets.values >= 0.5
    if targets.known.all() and truth.any():
        limits = fit_thresholds(truth, said, **choose_smoothing(truth, said, seed=seed)._asdict())
    else:
        for k, known in enumerate(targets.known.T):
            if truth[known, k].any():
                limits[k] = fit_thresholds(truth[known, k][:, None], said[known, k][:, None])[0]
    return Fitted(fit, tuple(np.clip(limits, 0.01, 0.99).tolist()))


def _exclusive(raw: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the scale, alike for all labels, and the shifts of a softmax."""
    labels = raw.shape[1]

    def loss(free: Floats) -> tuple[float, Floats]:
        moved = raw * np.exp(free[0]) + free[1:]
        moved = moved - moved.max(1, keepdims=True)
        logs = moved - np.log(np.exp(moved).sum(1, keepdims=True))
        gradient = np.exp(logs) * values.sum(1, keepdims=True) - values
        penalty = _RIDGE * float(np.square(free).sum())
        down = np.concatenate([[(gradient * raw).sum() * np.exp(free[0])], gradient.sum(0)])
        return -float((values * logs).sum()) + penalty, down + 2 * _RIDGE * free

    free = _least(loss, labels + 1)
    return np.full(labels, np.exp(free[0])), free[1:]


def _levels(raw: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return one scale and one shift of all cuts, which keep their order."""

    def loss(free: Floats) -> tuple[float, Floats]:
        moved = raw * np.exp(free[0]) + free[1]
        gradient = 0.5 * (1 + np.tanh(0.5 * moved)) - values
        data = float((np.logaddexp(0, moved) - values * moved).sum())
        down = np.array([(gradient * raw).sum() * np.exp(free[0]), gradient.sum()])
        return data + _RIDGE * float(np.square(free).sum()), down + 2 * _RIDGE * free

    free = _least(loss, 2)
    return np.full(raw.shape[1], np.exp(free[0])), np.full(raw.shape[1], free[1])


def _least(loss: Any, size: int) -> Floats:
    from scipy.optimize import minimize

    found: Floats = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B").x
    return found


def _deviation(said: Floats, told: Floats) -> float:
    """Return the standard deviation of the errors, widened until its 90 % interval covers nine of ten."""
    if len(said) < 2:
        return float("nan")
    plain = max(float(np.sqrt(np.square(said - told).mean())), 1e-6)
    try:
        return plain * fit_interval_scale(told, said, np.full(len(said), plain))
    except InputError:
        return plain
