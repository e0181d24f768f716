"""exhubert: an encoder fine-tuned on several corpora, then extended, its second layers alone trained on.

Amiriparian, Packań, Gerczuk & Schuller 2024, "ExHuBERT: Enhancing HuBERT Through Block Extension and Fine-Tuning on 37
Emotion Datasets", Interspeech.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from affekt.layers.block_extension import extend_blocks
from affekt.layers.speech_classifier import SpeechClassifier, trainable
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.policies import apply_policy, find_policy
from affekt.training.speech.trunk_batches import TrunkReader, missed, pad_clips
from affekt.training.speech.upstreams import fresh_copy, open_upstream
from affekt.training.speech.wavlm_adaptation import label_weights


@dataclass(frozen=True, slots=True)
class Config:
    """How it learns. `before` epochs fine-tune the encoder as it is; then its blocks are extended where `extend` is
    set, else the last `epochs` go on fine-tuning, which is what the extension is held to."""

    upstream: str = "fresh:small"
    extend: bool = True
    before: int = 12
    epochs: int = 12
    batch: int = 32
    learning_rate: float = 5e-4
    patience: int = 5
    seconds: float = 3.0


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return the network after both stages."""
    started = time.monotonic()
    trunk = fresh_copy(open_upstream(config.upstream, seed=lesson.seed))
    torch.manual_seed(lesson.seed)
    net = SpeechClassifier(trunk, lesson.labels, pooling="mean", weighed=False)
    apply_policy(trunk, find_policy("full"))
    before = _stage(net, lesson, config, config.before)
    if config.extend:
        extend_blocks(trunk)
    after = _stage(net, lesson, config, config.epochs)
    reader = TrunkReader(net, lesson.labels)
    reader.fit_temperature(lesson.valid)
    sizes = dict(net.named_parameters())
    measured = {
        **{"valid-missed-before": before, "valid-missed": after, "learning-seconds": time.monotonic() - started},
    }
    return Taught(reader.answer, sum(sizes[name].numel() for name in trainable(net)), measured, None, net)


def _stage(net: SpeechClassifier, lesson: Lesson, config: Config, epochs: int) -> float:
    """Train what is to be trained, leave it at its best, and return what it missed of `valid`."""
    frames = lesson.train.view(net.trunk.view)  # type: ignore[arg-type]
    labels, weights = torch.from_numpy(lesson.train.labels), label_weights(lesson.train)
    reader = TrunkReader(net, lesson.labels)

    def loss(rows: NDArray[np.int64]) -> Tensor:
        said = net(*pad_clips([frames[int(i)] for i in rows], seconds=config.seconds, draw=True))
        return F.cross_entropy(said, labels[rows], weight=weights, label_smoothing=0.05)

    plan = Plan(
        epochs=1 if lesson.smoke else epochs,
        batch=config.batch,
        learning_rate=config.learning_rate,
        head_factor=4.0,
        patience=config.patience,
        seed=lesson.seed,
        bfloat16=False,
        cosine=True,
    )
    sizes = np.array([len(each) for each in frames], np.int64)
    return fine_tune(net, loss, lambda: missed(reader, lesson.valid), lengths=sizes, plan=plan).loss
