"""A head that says how intense each of many emotions is, on features of clips that are computed once.

Schuhmann et al. 2025, "EmoNet-Voice", put such heads on the frozen encoder of Whisper ("Empathic Insight Voice"); here
they lie on any upstream, or on functionals. One head gives all outputs, so that emotions with few judgements share what
the others taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from affekt.errors import InputError
from affekt.training.fine_tuning import Plan, fine_tune

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """hidden: width of the layer between, 0 for none; least: judgements that an emotion needs to be answered at all."""

    hidden: int = 64
    dropout: float = 0.3
    least: int = 5
    plan: Plan = field(
        default_factory=lambda: Plan(epochs=60, batch=64, learning_rate=2e-3, weight_decay=0.05, patience=10)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Clips to learn from: features float64 (clip, feature); intensities float64 (clip, emotion) in [0, 1], NaN where
    nobody judged."""

    features: Floats
    intensities: Floats


class IntensityHead:
    """A trained head. `taught` bool (emotion,): which emotions it was taught enough of to answer."""

    def __init__(self, net: nn.Module, scale: tuple[Floats, Floats], taught: NDArray[np.bool_]) -> None:
        self.net, self.taught = net.eval(), taught
        self._mean, self._deviation = scale

    def answer(self, features: ArrayLike) -> Floats:
        """Return intensities float64 (clip, emotion) in [0, 1] of features (clip, feature); NaN for an emotion that it
        was not taught, which it refuses to answer."""
        with torch.no_grad():
            found = self.net(self.prepared(features))
        answered = torch.sigmoid(found).numpy().astype(np.float64)
        return np.where(self.taught, answered, np.nan)

    def prepared(self, features: ArrayLike) -> Tensor:
        """Return features as the network takes them: float32 (clip, feature), normalised, the mean where missing."""
        given = (np.asarray(features, np.float64) - self._mean) / self._deviation
        return torch.from_numpy(np.clip(np.nan_to_num(given), -8, 8).astype(np.float32))


def teach_intensities(
    train: Judged, valid: Judged, config: HeadConfig = HeadConfig(), *, seed: int = 0
) -> IntensityHead:
    """Return a head taught by squared errors of the intensities that were judged, at its best epoch on `valid`.

    Each emotion counts alike, however often it was judged. Raises `InputError` where sizes differ, an intensity lies
    outside [0, 1], or no emotion has `least` judgements.
    """
    for name, part in (("train", train), ("valid", valid)):
        _check(name, part, train)
    counts = (~np.isnan(train.intensities)).sum(0)
    taught = counts >= config.least
    if not taught.any() or np.isnan(valid.intensities[:, taught]).all():
        raise InputError(f"No emotion has {config.least} judgements to learn from and one to stop by.")
    torch.manual_seed(seed)
    finite = np.nan_to_num(train.features)
    mean, deviation = finite.mean(0), np.maximum(finite.std(0), 1e-6)
    head = IntensityHead(_net(train, config), (mean, deviation), taught)
    net = head.net
    features, wanted, there = _tensors(head, train)
    weight = torch.from_numpy(np.where(taught, 1 / np.maximum(counts, 1), 0.0).astype(np.float32))
    weight = weight / weight.sum() * weight.count_nonzero()
    held, told, known_there = _tensors(head, valid)

    def squared(features: Tensor, wanted: Tensor, there: Tensor) -> Tensor:
        errors = (torch.sigmoid(net(features)) - wanted).square() * there * weight
        return errors.sum() / (there * weight).sum().clamp_min(1e-9)

    def loss(rows: Ints) -> Tensor:
        return squared(features[rows], wanted[rows], there[rows])

    def missed() -> float:
        return float(squared(held, told, known_there))

    plan = Plan(**{name: getattr(config.plan, name) for name in config.plan.__dataclass_fields__} | {"seed": seed})
    fine_tune(net, loss, missed, lengths=np.ones(len(features), np.int64), plan=plan)
    return head


def mean_intensities(train: Judged) -> Floats:
    """Return float64 (emotion,): the mean intensity of each, what there is to beat; NaN for one that nobody judged."""
    there = ~np.isnan(train.intensities)
    sums = np.where(there, train.intensities, 0.0).sum(0)
    return np.where(there.any(0), sums / np.maximum(1, there.sum(0)), np.nan)


def _net(train: Judged, config: HeadConfig) -> nn.Module:
    width, outputs = train.features.shape[1], train.intensities.shape[1]
    last = nn.Linear(config.hidden or width, outputs)
    with torch.no_grad():
        # It starts by saying the mean of each emotion.
        start = np.clip(np.nan_to_num(mean_intensities(train), nan=0.5), 0.02, 0.98)
        last.bias.copy_(torch.from_numpy(np.log(start / (1 - start)).astype(np.float32)))
        last.weight.mul_(0.1)
    if not config.hidden:
        return nn.Sequential(nn.Dropout(config.dropout), last)
    return nn.Sequential(nn.Linear(width, config.hidden), nn.GELU(), nn.Dropout(config.dropout), last)


def _tensors(head: IntensityHead, part: Judged) -> tuple[Tensor, Tensor, Tensor]:
    there = ~np.isnan(part.intensities)
    wanted = torch.from_numpy(np.nan_to_num(part.intensities).astype(np.float32))
    return head.prepared(part.features), wanted, torch.from_numpy(there.astype(np.float32))


def _check(name: str, part: Judged, train: Judged) -> None:
    shapes: Sequence[tuple[int, ...]] = (part.features.shape, part.intensities.shape)
    fits = len(shapes[0]) == len(shapes[1]) == 2 and shapes[0][0] == shapes[1][0] > 0
    if not fits or (shapes[0][1], shapes[1][1]) != (train.features.shape[1], train.intensities.shape[1]):
        raise InputError(f"{name} has features of shape {shapes[0]} and intensities of shape {shapes[1]}.")
    outside = np.nan_to_num(part.intensities)
    if outside.min() < 0 or outside.max() > 1:
        raise InputError(f"Intensities of {name} lie in [0, 1]; got {outside.min():g} to {outside.max():g}.")
