"""wavlm-adaptation: fine-tuning an encoder by a policy, with the speaker's sex and what is said.

Diatlova, Udalov, Shutov & Spirin 2024, "Adapting WavLM for Speech Emotion Recognition", Odyssey.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.layers.pooling import FramePooling
from affekt.models.wavlm_adaptation.net import AdaptedNet
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.policies import apply_policy, find_policy
from affekt.training.speech.trunk_batches import TrunkReader, missed, pad_clips
from affekt.training.speech.upstreams import fresh_copy, open_upstream

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Config:
    """upstream: as `open_upstream` names it; policy: as `find_policy` does; text: which of our text models reads what
    is said, for the policies that ask for it."""

    upstream: str = "fresh:small"
    policy: str = "full"
    pooling: FramePooling = "mean+std"
    text: str = "text"
    epochs: int = 20
    batch: int = 32
    learning_rate: float = 5e-4
    patience: int = 5
    seconds: float = 3.0


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return the network that the policy made of the upstream."""
    started = time.monotonic()
    policy = find_policy(config.policy)
    trunk = fresh_copy(open_upstream(config.upstream, seed=lesson.seed))
    apply_policy(trunk, policy)
    torch.manual_seed(lesson.seed)
    texts = sentence_vectors(lesson.train.sentences, config.text) if policy.text else None
    width = 0 if texts is None else texts.shape[1]
    net = AdaptedNet(trunk, lesson.labels, pooling=config.pooling, sex=policy.sex, text_width=width)
    sexes = sex_places(lesson.train) if policy.sex else None
    frames = lesson.train.view(trunk.view)  # type: ignore[arg-type]
    labels = torch.from_numpy(lesson.train.labels)
    weights = label_weights(lesson.train)

    def loss(rows: NDArray[np.int64]) -> Tensor:
        x, present = pad_clips([frames[int(i)] for i in rows], seconds=config.seconds, draw=True)
        said = net.told(x, present, None if texts is None else torch.from_numpy(texts[rows]))
        found = F.cross_entropy(said.labels, labels[rows], weight=weights, label_smoothing=0.05)
        if said.sex is not None and sexes is not None:
            truth = torch.from_numpy(sexes[rows])
            if (truth >= 0).any():
                found = found + policy.sex_weight * F.cross_entropy(said.sex, truth, ignore_index=-1)
        return found

    extra = None if texts is None else (lambda clips: sentence_vectors(clips.sentences, config.text))
    reader = TrunkReader(net, lesson.labels, extra=extra)
    plan = Plan(
        epochs=2 if lesson.smoke else config.epochs,
        batch=config.batch,
        learning_rate=config.learning_rate,
        layer_decay=policy.layer_decay,
        head_factor=policy.head_factor,
        patience=config.patience,
        seed=lesson.seed,
        bfloat16=False,
        cosine=True,
    )
    fitted = fine_tune(net, loss, lambda: missed(reader, lesson.valid), lengths=_sizes(frames), plan=plan)
    reader.fit_temperature(lesson.valid)
    measured = {"epoch": float(fitted.epoch), "learning-seconds": time.monotonic() - started}
    return Taught(reader.answer, _trained(net), measured, None, net)


def teach_policy(policy: str, config: Config = Config()) -> _Teach:
    """Return the method with another policy."""
    return _Teach(replace(config, policy=policy))


@dataclass(frozen=True, slots=True)
class _Teach:
    config: Config

    def __call__(self, lesson: Lesson) -> Taught:
        return teach(lesson, self.config)


def sex_places(clips: Clips) -> NDArray[np.int64]:
    """Return int64 (clip,): 0 for female, 1 for male, -1 where it is not told.

    Raises `InputError` where it is told of nobody.
    """
    told = clips.condition("sex")
    found = np.select([told == "female", told == "male"], [0, 1], -1).astype(np.int64)
    if (found < 0).all():
        raise InputError(f"The clips of {clips.corpus} do not tell who is female and who is male.")
    return found


def sentence_vectors(sentences: Sequence[str], model: str = "text") -> Vectors:
    """Return float32 (sentence, width), features of one of our text models of length 1; zeros where nothing is said."""
    from affekt.inference.text import open_reader
    from affekt.models.index import find_model

    told = sorted({sentence for sentence in sentences if sentence.strip()})
    if not told:
        raise InputError("Nothing is known of what is said in these clips, so no text can condition the answer.")
    found = np.asarray(open_reader(find_model(model)).features(told), np.float32)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    place = {sentence: row for row, sentence in enumerate(told)}
    out = np.zeros((len(sentences), found.shape[1]), np.float32)
    for row, sentence in enumerate(sentences):
        if sentence in place:
            out[row] = found[place[sentence]]
    return out


def label_weights(clips: Clips) -> Tensor:
    """Return float32 (label,): rare labels weigh more, so that all count alike."""
    counts = np.bincount(clips.labels, minlength=len(clips.space))
    weights: Floats = len(clips) / np.maximum(counts, 1) / max(1, int((counts > 0).sum()))
    return torch.from_numpy(weights.astype(np.float32))


def _sizes(frames: Sequence[Vectors]) -> NDArray[np.int64]:
    return np.array([len(each) for each in frames], np.int64)


def _trained(net: nn.Module) -> int:
    return sum(each.numel() for each in net.parameters() if each.requires_grad)
