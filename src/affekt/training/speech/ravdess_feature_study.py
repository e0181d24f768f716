"""How the four models of the study are taught, each from any of the four features."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from affekt.corpora.clips import Clips
from affekt.models.ravdess_feature_study.hmm import GaussianHmm, fit_hmm
from affekt.models.ravdess_feature_study.net import StudyCnn, StudyDnn, StudyLstm
from affekt.signals.views import PROSODY
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import SpeechPlan, fit_temperature, train_network
from affekt.training.speech.windows import Frames, Variation
from affekt.types import LabelSpace

Model = Literal["cnn", "lstm", "dnn", "hmm"]
MODELS: tuple[Model, ...] = ("cnn", "lstm", "dnn", "hmm")
Feature = Literal["log-mel", "mfcc", "pitch", "energy"]
FEATURES: Mapping[Feature, tuple[str, tuple[str, ...]]] = {
    "log-mel": ("log-mel", ()),
    "mfcc": ("mfcc", ()),
    "pitch": ("prosody", ("f0_semitones", "voiced", "voicing")),
    "energy": ("prosody", ("energy_db",)),
}
"""The study's features: the view, and which of its columns; all of them where none is named."""

# The authors' frames of the spectrum are 23 ms apart: every second one of ours.
_NETS: Mapping[str, Callable[[int, int], nn.Module]] = {
    "cnn": partial(StudyCnn, stride=2),
    "lstm": StudyLstm,
    "dnn": StudyDnn,
}


@dataclass(frozen=True, slots=True)
class Config:
    """One cell of the grid. states, stride: of the hidden Markov models, which read every `stride`-th frame."""

    model: Model = "cnn"
    feature: Feature = "log-mel"
    states: int = 6
    stride: int = 3
    rounds: int = 12
    plan: SpeechPlan = field(
        default_factory=lambda: SpeechPlan(
            epochs=25,
            batch=32,
            learning_rate=2e-3,
            norm="train",
            patience=8,
            smoothing=0.0,
            vary=Variation(noise=0.1),
        )
    )


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return one model of one feature that has learned from the lesson. Venkataramanan & Rajamohan 2019."""
    view, columns = FEATURES[config.feature]
    places = [PROSODY.index(name) for name in columns]
    if config.model == "hmm":
        return _teach_chains(lesson, config, view, places)
    torch.manual_seed(lesson.seed)
    size = len(places) or lesson.train.view(view)[0].shape[1]
    net = _Columns(_NETS[config.model](size, lesson.labels), places)
    return train_network(net, lesson, config.plan, views=(view,))


def gender_and_emotion(clips: Clips) -> Clips:
    """Return clips labelled with the speaker's sex and the emotion: 14 labels of RAVDESS, calm being neutral.

    The sex is the condition ``sex``, which the reader has from the official file names: actors of even numbers are
    women. The authors take calm for neutral, which leaves seven emotions.
    """
    merged = ["neutral" if label == "calm" else label for label in clips.space.labels]
    emotions = tuple(dict.fromkeys(merged))
    sexes = ("female", "male")
    space = LabelSpace(
        "ravdess-sex-emotion",
        tuple(f"{sex} {emotion}" for sex in sexes for emotion in emotions),
        "exclusive",
        "Venkataramanan & Rajamohan 2019, arXiv:1912.10458",
    )
    sex = np.array([sexes.index(word) for word in clips.condition("sex").tolist()])
    emotion = np.array([emotions.index(merged[label]) for label in clips.labels.tolist()])
    return replace(clips, labels=(sex * len(emotions) + emotion).astype(np.int64), space=space)


class _Columns(nn.Module):
    """A network that reads some columns of a view; all of them where none is named."""

    def __init__(self, net: nn.Module, columns: list[int]) -> None:
        super().__init__()
        self.net, self.columns = net, columns

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        logits: Tensor = self.net(x[..., self.columns] if self.columns else x, present)
        return logits


def _teach_chains(lesson: Lesson, config: Config, view: str, columns: list[int]) -> Taught:
    """A chain for each label; the likeliest tells, its log-likelihood per frame being the logit."""
    started = time.monotonic()
    plan = config.plan
    fixed = Frames(lesson.train, view, plan.norm, trim=plan.trim).measure()

    def sequences(clips: Clips) -> list[NDArray[np.float64]]:
        frames = Frames(clips, view, plan.norm, trim=plan.trim, fixed=fixed)
        cut = [frames.clip(i)[:: config.stride] for i in range(len(frames))]
        return [np.asarray(each[:, columns] if columns else each, np.float64) for each in cut]

    heard = sequences(lesson.train)
    rounds = 2 if lesson.smoke else config.rounds
    chains: list[GaussianHmm | None] = []
    for label in range(lesson.labels):
        own = [each for each, truth in zip(heard, lesson.train.labels.tolist(), strict=True) if truth == label]
        chains.append(fit_hmm(own, states=config.states, rounds=rounds, seed=lesson.seed) if own else None)

    def logits(clips: Clips) -> Floats:
        given = sequences(clips)
        lengths = np.array([len(each) for each in given])
        never = np.full(len(given), -1e3)
        told = [never if chain is None else chain.log_likelihood(given) / lengths for chain in chains]
        found: Floats = np.stack(told, 1)
        return found

    temperature = fit_temperature(logits(lesson.valid), lesson.valid.labels)

    def answer(clips: Clips) -> Floats:
        said = logits(clips) / temperature
        raised = np.exp(said - said.max(1, keepdims=True))
        shares: Floats = raised / raised.sum(1, keepdims=True)
        return shares

    fitted = sum(c.start.size + c.moves.size + c.means.size + c.variances.size for c in chains if c is not None)
    return Taught(answer, fitted, {"learning-seconds": time.monotonic() - started})
