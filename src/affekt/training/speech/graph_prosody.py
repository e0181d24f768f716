"""How the graph of modalities is taught, and the ensemble of several fusions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from affekt.corpora.clips import Clips
from affekt.corpora.utterances import Utterances, of_clips
from affekt.models.is2025_graph_prosody.net import Fusion, GraphProsody
from affekt.training.fused import Floats, Fused, FusedLesson, FusedPlan, teach_clips, teach_fused
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.segments import f0_shares, segments


@dataclass(frozen=True, slots=True)
class Config:
    """fusion: one of `FUSIONS`; the plan's `balance` is how classes are balanced."""

    fusion: Fusion = "graph"
    width: int = 64
    layers: int = 2
    dropout: float = 0.3
    plan: FusedPlan = field(
        default_factory=lambda: FusedPlan(epochs=40, batch=64, balance="scheduled", raw=("f0",), stop="macro-f1")
    )


def teach(lesson: FusedLesson, config: Config = Config()) -> Fused:
    """Return a graph of modalities (or another fusion) that has learned from the lesson. Ferreira et al. 2025."""
    torch.manual_seed(lesson.seed)
    features = {name: values.shape[2] for name, values in lesson.train.tokens.items()}
    net = GraphProsody(
        features,
        len(lesson.train.space),
        fusion=config.fusion,
        width=config.width,
        layers=config.layers,
        dropout=config.dropout,
    )
    return teach_fused(net, lesson, config.plan)


def teach_speech(lesson: Lesson) -> Taught:
    """Return the graph of cepstra, spectrum and quantised pitch, as a method of speech."""
    return teach_clips(lesson, prosodic, teach)


def prosodic(clips: Clips, *, bins: int = 256, parts: int = 4) -> Utterances:
    """Return clips as nodes: cepstra of `parts` parts, spectral balance and energy likewise, and quantised pitch."""
    return of_clips(
        clips,
        {
            "cepstra": lambda each: segments(each, "mfcc", parts),
            # Pitch itself, and whether there is one, is the third node's.
            "spectrum": lambda each: segments(each, "prosody", parts)[..., [*range(3, 10), *range(13, 20)]],
            "f0": lambda each: f0_shares(each, bins=bins),
        },
    )


def majority(answers: Sequence[Floats]) -> tuple[np.ndarray, Floats]:
    """Return what most of several models decide, int64 (utterance,), and the mean of their probabilities.

    Of labels with as many votes the one with the highest mean is taken.

    >>> said = [np.array([[0.6, 0.4]]), np.array([[0.6, 0.4]]), np.array([[0.0, 1.0]])]
    >>> majority(said)[0].tolist(), majority(said)[1].round(1).tolist()
    ([0], [[0.4, 0.6]])
    """
    stacked = np.stack(answers)
    mean: Floats = stacked.mean(0)
    votes = np.eye(mean.shape[1])[stacked.argmax(2)].sum(0)
    return (votes + mean / 2).argmax(1), mean


def with_balance(config: Config, balance: str) -> Config:
    """Return the config with another way to balance classes."""
    return replace(config, plan=replace(config.plan, balance=balance))  # type: ignore[arg-type]
