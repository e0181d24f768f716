"""lanser: labels of speech guessed from what is said, learned first; then a few true ones.

Gong, Belanich, Somandepalli, Nagrani, Eoff & Jou 2023, "LanSER: Language-Model Supported Speech Emotion Recognition",
Interspeech.
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
from affekt.inference.entailment import NAME_TEMPLATES, Entails, entailment_scores, hypotheses_of
from affekt.layers.speech_classifier import SpeechClassifier
from affekt.layers.speech_encoder import States
from affekt.models.speech.net import SpeechConfig, SpeechNet
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.policies import apply_policy, find_policy
from affekt.training.speech.shipped import NANO
from affekt.training.speech.trunk_batches import TrunkReader, missed, pad_clips
from affekt.training.speech.upstreams import fresh_copy, open_upstream
from affekt.training.speech.wav2vec2_ptapt import few_labels
from affekt.training.speech.wavlm_adaptation import label_weights

TAXONOMY = (
    "admiration",
    "amusement",
    "anger",
    "disappointment",
    "disgust",
    "fear",
    "joy",
    "neutral",
    "sadness",
    "surprise",
)
"""A taxonomy to start from; any list of labels does."""
_RESIDUAL = {"resnet": SpeechConfig(), "resnet-nano": NANO}


@dataclass(frozen=True, slots=True, eq=False)
class WeakLabels:
    """Guessed labels: `places` int64 (clip,) in `taxonomy`, -1 where nothing is said or nothing is sure enough;
    `confidence` float64 (clip,), how far the best is ahead of the others: its share of all labels' entailment."""

    taxonomy: tuple[str, ...]
    places: NDArray[np.int64]
    confidence: Floats

    @property
    def known(self) -> NDArray[np.int64]:
        """The places of clips that have a label."""
        return np.flatnonzero(self.places >= 0)


def weak_labels(
    transcripts: Sequence[str],
    taxonomy: Sequence[str],
    entails: Entails,
    *,
    templates: Sequence[str] = NAME_TEMPLATES,
    least: float = 0.0,
) -> WeakLabels:
    """Return the label of a taxonomy that each transcript entails most, with how sure that is.

    entails: any model of entailment, as `affekt.inference.entailment.open_entailment` gives. Clips in which nothing is
    said, and those whose confidence is below `least`, have none. Raises `InputError` for fewer than two labels.
    """
    if len(set(taxonomy)) < 2:
        raise InputError(f"A taxonomy has two labels at least, got {list(taxonomy)}.")
    places = np.full(len(transcripts), -1, np.int64)
    confidence: Floats = np.zeros(len(transcripts))
    said = [i for i, text in enumerate(transcripts) if text.strip()]
    # The same words are asked about once.
    texts = sorted({transcripts[i] for i in said})
    asked = hypotheses_of([(label, "") for label in taxonomy], templates)
    scores = entailment_scores(entails, texts, asked)
    shares = scores / np.maximum(scores.sum(1, keepdims=True), 1e-12)
    row = {text: i for i, text in enumerate(texts)}
    for i in said:
        share = shares[row[transcripts[i]]]
        confidence[i] = share.max()
        if share.max() >= least:
            places[i] = int(share.argmax())
    return WeakLabels(tuple(taxonomy), places, confidence)


@dataclass(frozen=True, slots=True)
class Config:
    """upstream: ``resnet``, a small residual network over the spectrum, ``resnet-nano``, or any that `open_upstream`
    knows, which need many more clips where they start from nothing; weak_epochs: of learning the weak labels, 0 for
    none; labelled: the share of the clips whose true labels are known; weighed: whether surer weak labels weigh more;
    kept: how fast the encoder learns the true labels once it has learned the weak ones, beside how fast it would
    without; learning_rate: None is 2e-3 of a residual network, 5e-4 of another."""

    upstream: str = "resnet"
    labelled: float = 0.05
    weak_epochs: int = 8
    epochs: int = 30
    batch: int = 32
    learning_rate: float | None = None
    weighed: bool = True
    seconds: float = 3.0
    patience: int = 8
    kept: float = 0.1

    @property
    def rate(self) -> float:
        """The learning rate."""
        return self.learning_rate or (2e-3 if self.upstream in _RESIDUAL else 5e-4)


class ResidualTrunk(nn.Module):
    """A residual network from scratch as an encoder: a clip's spectrum, normalised by band, to states of its steps."""

    view = "log-mel"
    depth = 0

    def __init__(self, config: SpeechConfig) -> None:
        super().__init__()
        self.front = SpeechNet(1, config)
        self.width = 2 * config.hidden
        self.blocks = nn.ModuleList()

    def forward(
        self, x: Tensor, lengths: Tensor, *, mask: Tensor | None = None, tokens: Tensor | None = None
    ) -> States:
        """x: (clip, frame, band); lengths: int64 (clip,)."""
        present = torch.arange(x.shape[1])[None] < lengths[:, None]
        there = present.unsqueeze(2).to(x.dtype)
        count = there.sum(1, keepdim=True).clamp_min(1)
        mean = (x * there).sum(1, keepdim=True) / count
        spread = (((x - mean).square() * there).sum(1, keepdim=True) / count).sqrt().clamp_min(1e-2)
        states, left = self.front.steps((x - mean) / spread * there, present)
        assert left is not None
        said = states.transpose(1, 2)
        return States((said,), left[:, 0] > 0, said)


def teach(lesson: Lesson, weak: WeakLabels | None, config: Config = Config()) -> Taught:
    """Return a network that learned the weak labels of `lesson.train` first, where there are any, and then a share of
    the true ones."""
    started = time.monotonic()
    torch.manual_seed(lesson.seed)
    trunk: nn.Module
    if config.upstream in _RESIDUAL:
        trunk = ResidualTrunk(_RESIDUAL[config.upstream])
    else:
        trunk = fresh_copy(open_upstream(config.upstream, seed=lesson.seed))
        apply_policy(trunk, find_policy("everything"))
        torch.manual_seed(lesson.seed)
    net = SpeechClassifier(trunk, lesson.labels, pooling="mean+std", weighed=False)
    measured: dict[str, float] = {}
    if weak is not None and config.weak_epochs and len(weak.known):
        measured["weak-clips"] = float(len(weak.known))
        measured["weak-loss"] = _learn_weak(net, lesson, weak, config)
    told = replace(lesson, train=lesson.train.take(few_labels(lesson.train, config.labelled, seed=lesson.seed)))
    frames = told.train.view(trunk.view)  # type: ignore[arg-type]
    labels, weights = torch.from_numpy(told.train.labels), label_weights(told.train)

    def loss(rows: NDArray[np.int64]) -> Tensor:
        said = net(*pad_clips([frames[int(i)] for i in rows], seconds=config.seconds, draw=True))
        return F.cross_entropy(said, labels[rows], weight=weights, label_smoothing=0.05)

    reader = TrunkReader(net, lesson.labels)
    slower = config.kept if "weak-clips" in measured else 1.0
    items = len(labels)
    batch = min(config.batch, items)
    # A pass over few clips is a step or two: more passes then, so that there are 60 steps at least.
    epochs = max(config.epochs, -(-60 // -(-items // batch)))
    plan = Plan(
        epochs=1 if lesson.smoke else epochs,
        batch=batch,
        # A few labels would undo what many weak ones taught: the head learns as fast as it would, the rest slower.
        learning_rate=config.rate * slower,
        head_factor=4.0 / slower,
        patience=config.patience * max(1, epochs // config.epochs),
        seed=lesson.seed,
        bfloat16=False,
        cosine=True,
    )
    fine_tune(net, loss, lambda: missed(reader, lesson.valid), lengths=np.ones(items, np.int64), plan=plan)
    reader.fit_temperature(lesson.valid)
    measured |= {"labelled-clips": float(items), "learning-seconds": time.monotonic() - started}
    return Taught(reader.answer, sum(each.numel() for each in net.parameters()), measured, None, net)


def _learn_weak(net: SpeechClassifier, lesson: Lesson, weak: WeakLabels, config: Config) -> float:
    """Teach the encoder the weak labels, through a head of their own; nothing true is looked at."""
    known = weak.known
    frames = lesson.train.view(net.trunk.view)  # type: ignore[arg-type]
    head = nn.Linear(net.pool.width, len(weak.taxonomy))
    whole = nn.ModuleDict({"net": net, "head": head})
    truth = torch.from_numpy(weak.places)
    counts = np.bincount(weak.places[known], minlength=len(weak.taxonomy))
    rare = torch.from_numpy((len(known) / np.maximum(counts, 1) / max(1, (counts > 0).sum())).astype(np.float32))
    sure = torch.from_numpy(weak.confidence.astype(np.float32)) if config.weighed else torch.ones(len(truth))
    late: list[float] = []

    def loss(rows: NDArray[np.int64]) -> Tensor:
        clips = known[rows]
        pooled = net.pooled(*pad_clips([frames[int(i)] for i in clips], seconds=config.seconds, draw=True))
        each = F.cross_entropy(head(pooled), truth[clips], weight=rare, reduction="none")
        found = (each * sure[clips]).sum() / sure[clips].sum().clamp_min(1e-6)
        late.append(float(found.detach()))
        return found

    epochs = iter(range(10**6))
    plan = Plan(
        epochs=1 if lesson.smoke else config.weak_epochs,
        batch=config.batch,
        learning_rate=config.rate,
        patience=config.weak_epochs + 1,
        seed=lesson.seed,
        bfloat16=False,
        cosine=True,
    )
    fine_tune(whole, loss, lambda: -float(next(epochs)), lengths=np.ones(len(known), np.int64), plan=plan)
    return float(np.mean(late[-10:]))


def weak_clips(clips: Clips, entails: Entails, taxonomy: Sequence[str] = TAXONOMY, *, least: float = 0.0) -> WeakLabels:
    """Return the weak labels of clips, from what is said in them."""
    return weak_labels(clips.sentences, taxonomy, entails, least=least)
