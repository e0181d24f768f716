"""multiview-contrastive-ser: views of unlabelled clips drawn together, then a few labels. Khaertdinov et al. 2024."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.multiview_contrastive_ser.net import MultiviewNet
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import softmax
from affekt.training.speech.trunk_batches import pad_clips
from affekt.training.speech.upstreams import PLAIN, open_upstream, upstream_frames
from affekt.training.speech.wav2vec2_ptapt import few_labels
from affekt.training.speech.wavlm_adaptation import label_weights

Inputs = Mapping[str, tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True)
class Config:
    """views: any upstreams by name, two at least; read: those the head reads; labelled: the share of the training clips
    whose labels are known; pretraining: epochs of drawing views together on all training clips, 0 for none."""

    views: tuple[str, ...] = ("log-mel", "functionals")
    read: tuple[str, ...] = ("log-mel",)
    labelled: float = 0.01
    pretraining: int = 40
    epochs: int = 60
    batch: int = 64
    learning_rate: float = 1e-3
    temperature: float = 0.1
    seconds: float = 3.0
    patience: int = 60
    frozen: int = 0
    cache: str = "runs/views"


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return the network after both stages, or after the second alone."""
    started = time.monotonic()
    kept = {name: view_frames(name, lesson.train, config) for name in config.views}
    torch.manual_seed(lesson.seed)
    sizes = {name: (each[0].shape[1], len(each[0]) == 1) for name, each in kept.items()}
    net = MultiviewNet(sizes, lesson.labels, read=config.read)
    for encoder, name in zip(net.encoders, config.views, strict=True):
        every = np.concatenate([each[:: max(1, len(each) // 50)] for each in kept[name]])
        encoder.fit_scale(torch.from_numpy(every))  # type: ignore[operator]
    measured: dict[str, float] = {}
    if config.pretraining:
        late: list[float] = []

        def contrast(rows: NDArray[np.int64]) -> Tensor:
            # Both views of a batch of clips; one clip alone has nothing to be told from.
            found = net.contrast(_inputs(kept, rows, config, draw=True), temperature=config.temperature)
            late.append(float(found.detach()))
            return found

        epochs = iter(range(10**6))
        how = _plan(config, lesson, 1 if lesson.smoke else config.pretraining, config.batch)
        fine_tune(net, contrast, lambda: -float(next(epochs)), lengths=np.ones(len(lesson.train), np.int64), plan=how)
        measured["contrast"] = float(np.mean(late[-5:]))
    told = few_labels(lesson.train, config.labelled, seed=lesson.seed)
    labels = torch.from_numpy(lesson.train.labels)
    weights = label_weights(lesson.train.take(told))

    def loss(rows: NDArray[np.int64]) -> Tensor:
        said = net(_inputs({name: kept[name] for name in config.read}, told[rows], config, draw=True))
        return F.cross_entropy(said, labels[told[rows]], weight=weights, label_smoothing=0.05)

    def missed() -> float:
        logits = _logits(net, lesson.valid, config)
        truth = lesson.valid.labels
        entropy = float(-np.log(softmax(logits)[np.arange(len(truth)), truth] + 1e-9).mean())
        return 1 - float(unweighted_average_recall(truth, logits.argmax(1))) + 1e-3 * min(entropy, 10.0)

    how = _plan(config, lesson, 2 if lesson.smoke else config.epochs, min(config.batch, max(2, len(told))))
    fitted = fine_tune(net, loss, missed, lengths=np.ones(len(told), np.int64), plan=how)
    measured |= {"valid-uar": 1 - fitted.loss, "labelled-clips": float(len(told))}
    measured["learning-seconds"] = time.monotonic() - started
    trained = sum(each.numel() for each in net.parameters())
    return Taught(lambda clips: softmax(_logits(net, clips, config)), trained, measured, None, net)


def teach_all(lesson: Lesson) -> Taught:
    """Return the network after both stages, every training label known to the second."""
    return teach(lesson, Config(labelled=1.0, epochs=25, patience=8))


def without_pretraining(config: Config) -> Config:
    """Return the same without the contrastive stage: what the method is held to."""
    return replace(config, pretraining=0)


def view_frames(name: str, clips: Clips, config: Config) -> list[NDArray[np.float32]]:
    """Return float32 (frame, feature) of each clip: a view of the sound, or the last layer of any other upstream."""
    upstream = open_upstream(name)
    cache = None if name in PLAIN or not config.cache else Path(config.cache)
    return [each[-1] for each in upstream_frames(upstream, clips, cache=cache)]


def _inputs(
    kept: Mapping[str, list[NDArray[np.float32]]], rows: NDArray[np.int64], config: Config, *, draw: bool = False
) -> Inputs:
    return {
        name: pad_clips(
            [frames[int(i)] for i in rows], seconds=config.seconds if len(frames[0]) > 1 else 1.0, draw=draw
        )
        for name, frames in kept.items()
    }


def _plan(config: Config, lesson: Lesson, epochs: int, batch: int) -> Plan:
    return Plan(
        epochs=epochs,
        batch=batch,
        learning_rate=config.learning_rate,
        patience=config.patience,
        seed=lesson.seed,
        bfloat16=False,
        cosine=True,
    )


def _logits(net: MultiviewNet, clips: Clips, config: Config) -> Floats:
    kept = {name: view_frames(name, clips, config) for name in config.read}
    was, out = net.training, []
    net.eval()
    with torch.no_grad():
        for rows in np.array_split(np.arange(len(clips)), -(-len(clips) // 64)):
            out.append(net(_inputs(kept, rows, replace(config, seconds=6.0))).double().numpy())
    net.train(was)
    return np.concatenate(out)
