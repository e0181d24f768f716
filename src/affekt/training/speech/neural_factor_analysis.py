"""neural-factor-analysis as a method: latents of clips on an upstream's frames, and a linear layer on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.layers.speech_encoder import SpeechEncoder, span_mask
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.factor_analysis import FactorModel, align, bound_of_frames, fit_factors, infer
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import softmax
from affekt.training.speech.probe import fit_linear
from affekt.training.speech.trunk_batches import pad_clips
from affekt.training.speech.upstreams import Upstream, fresh_copy, of_trunk, open_upstream, upstream_frames


@dataclass(frozen=True, slots=True)
class Config:
    """upstream: as `open_upstream` names it; layer: whose frames, -1 for the last; units, latents, rounds: of the
    model; joint_epochs: of training the encoder by the bound and masked units before, for encoders of our own."""

    upstream: str = "log-mel"
    layer: int = -1
    units: int = 32
    latents: int = 64
    rounds: int = 12
    joint_epochs: int = 0
    bound_weight: float = 0.05
    costs: tuple[float, ...] = (0.003, 0.03, 0.3)
    pooled: bool = False
    cache: str = "runs/views"


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a linear layer on the latents, or on the frames' mean where `config.pooled` is set, the baseline."""
    started = time.monotonic()
    upstream = open_upstream(config.upstream, seed=lesson.seed)
    measured: dict[str, float] = {}
    cache: Path | None = Path(config.cache) if config.cache else None
    if config.joint_epochs and not config.pooled:
        upstream = train_jointly(upstream, lesson, config)
        cache = None

    def frames(clips: Clips) -> list[NDArray[np.float32]]:
        return [each[config.layer] for each in upstream_frames(upstream, clips, cache=cache)]

    if config.pooled:
        vectors: Callable[[Clips], Floats] = lambda clips: np.stack(  # noqa: E731
            [each.mean(0) for each in frames(clips)]
        ).astype(np.float64)
    else:
        rounds = 2 if lesson.smoke else config.rounds
        heard = frames(lesson.train)
        model = fit_factors(heard, units=config.units, latents=config.latents, rounds=rounds, seed=lesson.seed)
        measured = {"bound-first": model.bounds[0], "bound-last": model.bounds[-1]}
        vectors = lambda clips: infer(model, frames(clips))  # noqa: E731
    train, valid = vectors(lesson.train), vectors(lesson.valid)
    best = None
    for cost in config.costs:
        made = fit_linear(train, lesson.train.labels, lesson.labels, cost=cost)
        recall = float(unweighted_average_recall(lesson.valid.labels, made(valid).argmax(1)))
        if best is None or recall > best[0]:
            best = (recall, made)
    if best is None:
        raise InputError("The linear layer needs a cost to try at least.")
    measured |= {"valid-uar": best[0], "learning-seconds": time.monotonic() - started}
    layer = best[1]
    return Taught(lambda clips: softmax(layer(vectors(clips))), layer.weight.size + lesson.labels, measured)


def train_jointly(upstream: Upstream, lesson: Lesson, config: Config) -> Upstream:
    """Return the upstream trained by both: hidden frames predict their units, and the states' bound rises.

    Units and factors are fitted to the states before, once, and again by whoever reads the result. The states are
    brought to mean 0 and deviation 1 over the batch before the bound is taken, as it would else rise by shrinking them.
    """
    trunk = fresh_copy(upstream)
    if not isinstance(trunk, SpeechEncoder):
        raise InputError("Training by the bound is for encoders of our own: fresh:SIZE or a folder.")
    heard = lesson.train.view(trunk.view)
    states = [each[config.layer] for each in upstream.read(heard)]
    every = np.concatenate(states)
    centre, scale = every.mean(0), np.maximum(every.std(0), 1e-3)
    brought = [((each - centre) / scale).astype(np.float32) for each in states]
    model = fit_factors(brought, units=config.units, latents=config.latents, rounds=4, seed=lesson.seed)
    units = [align(each, model.centres) for each in brought]
    head = nn.Linear(trunk.width, config.units)
    whole = nn.ModuleDict({"trunk": trunk, "head": head})

    def loss(rows: NDArray[np.int64]) -> Tensor:
        x, present = pad_clips([heard[int(i)] for i in rows], seconds=1e6)
        lengths = present.sum(1)
        there = trunk.hear(x, lengths)[1]
        hidden = span_mask(there)
        truth = torch.zeros(there.shape, dtype=torch.int64)
        for row, clip in enumerate(rows):
            truth[row, : len(units[clip])] = torch.from_numpy(units[clip])
        masked = F.cross_entropy(head(trunk(x, lengths, mask=hidden).last[hidden]), truth[hidden])
        said = trunk(x, lengths).layers[config.layer]
        owners = torch.arange(len(rows))[:, None].expand(there.shape)[there]
        return masked - config.bound_weight * state_bound(said[there], truth[there], owners, model)

    plan = Plan(
        epochs=1 if lesson.smoke else config.joint_epochs,
        batch=16,
        learning_rate=3e-4,
        patience=config.joint_epochs + 2,
        seed=lesson.seed,
        bfloat16=False,
    )
    epochs = iter(range(10**6))
    fine_tune(whole, loss, lambda: -float(next(epochs)), lengths=np.ones(len(heard), np.int64), plan=plan)
    return of_trunk(trunk, f"{upstream.name}+bound", upstream.licence)


def state_bound(states: Tensor, units: Tensor, owners: Tensor, model: FactorModel) -> Tensor:
    """Return the bound per frame and number of states, (frame, width), brought to mean 0 and deviation 1."""
    brought = (states - states.mean(0)) / states.std(0).clamp_min(1e-3)
    return bound_of_frames(brought, units, model, owners=owners) / states.shape[1]
