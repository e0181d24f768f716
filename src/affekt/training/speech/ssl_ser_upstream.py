"""ssl-ser-upstream: an upstream, an aggregator of its frames and a back-end, each swappable, on frames read once.

Morais, Hoory, Zhu, Gat, Damasceno & Aronowitz 2022, "Speech Emotion Recognition using Self-Supervised Features",
ICASSP.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.errors import unknown_name
from affekt.layers.pooling import FRAME_POOLINGS, FramePool, FramePooling, LayerWeights
from affekt.metrics.classification import unweighted_average_recall
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import fit_temperature, softmax
from affekt.training.speech.upstreams import Upstream, open_upstream, upstream_frames
from affekt.training.speech.wavlm_adaptation import label_weights

AGGREGATORS = FRAME_POOLINGS
BACK_ENDS: Mapping[str, Callable[[int, int], nn.Module]] = {
    "linear": nn.Linear,
    "mlp": lambda inputs, labels: nn.Sequential(
        nn.Linear(inputs, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, labels)
    ),
    "deep": lambda inputs, labels: nn.Sequential(
        *(nn.Linear(inputs, 128), nn.LayerNorm(128), nn.ReLU(), nn.Dropout(0.3)),
        *(nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, labels)),
    ),
}
"""Back-ends by name: from the width of the aggregate and the number of labels to a network."""


@dataclass(frozen=True, slots=True)
class Config:
    """upstream: as `open_upstream` names it; aggregator: one of `AGGREGATORS`; back_end: one of `BACK_ENDS`."""

    upstream: str = "functionals"
    aggregator: FramePooling = "mean+std"
    back_end: str = "mlp"
    epochs: int = 40
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    patience: int = 8
    cache: str = "runs/views"


class FrameNet(nn.Module):
    """Frames of an upstream to logits: layers weighed, features brought to 0 and 1, aggregated, answered."""

    centre: Tensor
    scale: Tensor

    def __init__(self, layers: int, width: int, labels: int, *, aggregator: FramePooling, back_end: str) -> None:
        super().__init__()
        if back_end not in BACK_ENDS:
            raise unknown_name("back-end", back_end, BACK_ENDS, "affekt.training.speech.ssl_ser_upstream.BACK_ENDS")
        self.weigh = LayerWeights(layers)
        self.register_buffer("centre", torch.zeros(layers, 1, width))
        self.register_buffer("scale", torch.ones(layers, 1, width))
        heads = 4 if width % 4 == 0 else 1
        self.pool = FramePool(width, aggregator, heads=heads)
        # The spread of a single frame is nothing; no number then dwarfs the others.
        self.norm = nn.LayerNorm(self.pool.width)
        self.answer = BACK_ENDS[back_end](self.pool.width, labels)

    def fit_scale(self, frames: Sequence[NDArray[np.float32]]) -> None:
        """Set what features are brought to 0 and 1 by, from (layer, frame, width) of the clips to learn from."""
        every = np.concatenate([each[:, :: max(1, each.shape[1] // 50)] for each in frames], 1)
        self.centre = torch.from_numpy(every.mean(1, keepdims=True).astype(np.float32))
        self.scale = torch.from_numpy(np.maximum(every.std(1, keepdims=True), 1e-3).astype(np.float32))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x: float (clip, layer, frame, width); present: bool (clip, frame). Returns logits (clip, label)."""
        weighed = self.weigh((x - self.centre) / self.scale)
        pooled = F.dropout(self.norm(self.pool(weighed, present)), 0.2, self.training)
        logits: Tensor = self.answer(pooled)
        return logits


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return the back-end that was trained on the upstream's frames."""
    upstream = open_upstream(config.upstream, seed=0)
    return teach_frames(lesson, upstream, config)


def teach_frames(lesson: Lesson, upstream: Upstream, config: Config = Config()) -> Taught:
    """Return the same of an upstream that is open, for grids of many back-ends."""
    started = time.monotonic()
    torch.manual_seed(lesson.seed)
    cache = Path(config.cache) if config.cache else None
    frames = upstream_frames(upstream, lesson.train, cache=cache)
    valid = upstream_frames(upstream, lesson.valid, cache=cache)
    net = FrameNet(
        upstream.layers, upstream.width, lesson.labels, aggregator=config.aggregator, back_end=config.back_end
    )
    net.fit_scale(frames)
    labels, weights = torch.from_numpy(lesson.train.labels), label_weights(lesson.train)

    def loss(rows: NDArray[np.int64]) -> Tensor:
        said = net(*pad_layers([frames[int(i)] for i in rows]))
        return F.cross_entropy(said, labels[rows], weight=weights, label_smoothing=0.05)

    def held_out() -> float:
        logits = frame_logits(net, valid, lesson.labels)
        log_loss = float(-np.log(softmax(logits)[np.arange(len(valid)), lesson.valid.labels] + 1e-9).mean())
        return 1 - float(unweighted_average_recall(lesson.valid.labels, logits.argmax(1))) + 1e-3 * min(log_loss, 10)

    plan = Plan(
        epochs=2 if lesson.smoke else config.epochs,
        batch=config.batch,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        patience=config.patience,
        seed=lesson.seed,
        bfloat16=False,
        cosine=True,
    )
    fitted = fine_tune(net, loss, held_out, lengths=np.array([f.shape[1] for f in frames], np.int64), plan=plan)
    temperature = fit_temperature(frame_logits(net, valid, lesson.labels), lesson.valid.labels)

    def answer(clips: Clips) -> Floats:
        found = upstream_frames(upstream, clips, cache=cache)
        return softmax(frame_logits(net, found, lesson.labels) / temperature)

    measured = {"valid-uar": 1 - fitted.loss, "learning-seconds": time.monotonic() - started}
    return Taught(answer, sum(each.numel() for each in net.parameters()), measured, None, net)


def pad_layers(frames: Sequence[NDArray[np.float32]]) -> tuple[Tensor, Tensor]:
    """Return (clip, layer, frame, width) with zeros behind each clip, and bool (clip, frame)."""
    longest = max(each.shape[1] for each in frames)
    x = np.zeros((len(frames), frames[0].shape[0], longest, frames[0].shape[2]), np.float32)
    present = np.zeros((len(frames), longest), np.bool_)
    for row, each in enumerate(frames):
        x[row, :, : each.shape[1]], present[row, : each.shape[1]] = each, True
    return torch.from_numpy(x), torch.from_numpy(present)


def frame_logits(net: nn.Module, frames: Sequence[NDArray[np.float32]], labels: int, *, batch: int = 64) -> Floats:
    """Return logits float64 (clip, label) of (layer, frame, width) of each clip."""
    order = np.argsort([each.shape[1] for each in frames], kind="stable")
    out: Floats = np.zeros((len(frames), labels))
    was = net.training
    net.eval()
    with torch.no_grad():
        for rows in np.array_split(order, -(-len(order) // batch)):
            out[rows] = net(*pad_layers([frames[int(i)] for i in rows])).float().numpy()
    net.train(was)
    return out
