"""How dual attention is taught in some languages and brought to another one by a few labelled utterances."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from affekt.corpora.clips import Clips
from affekt.corpora.utterances import Utterances, join_utterances, of_clips
from affekt.errors import InputError
from affekt.models.mdat_cross_language.net import Mdat
from affekt.training.fused import Fused, FusedLesson, FusedPlan, teach_clips, teach_fused
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.segments import segments


@dataclass(frozen=True, slots=True)
class Config:
    """graph, co: the two attentions. adapting: how a network goes on with a few utterances of another language, among
    which `rehearsed` utterances of the old ones stand for each new one."""

    graph: bool = True
    co: bool = True
    width: int = 48
    pieces: int = 4
    dropout: float = 0.2
    rehearsed: float = 1.0
    plan: FusedPlan = field(default_factory=lambda: FusedPlan(epochs=12, batch=128, learning_rate=3e-3, patience=5))
    adapting: FusedPlan = field(
        default_factory=lambda: FusedPlan(epochs=12, batch=32, learning_rate=5e-4, stop="last", patience=12)
    )


def teach(lesson: FusedLesson, config: Config = Config()) -> Fused:
    """Return a network of dual attention that has learned from the lesson. Zaidi et al. 2023."""
    torch.manual_seed(lesson.seed)
    features = {name: values.shape[2] for name, values in lesson.train.tokens.items()}
    net = Mdat(
        features,
        len(lesson.train.space),
        width=config.width,
        pieces=config.pieces,
        dropout=config.dropout,
        graph=config.graph,
        co=config.co,
    )
    return teach_fused(net, lesson, config.plan)


def teach_speech(lesson: Lesson) -> Taught:
    """Return dual attention between cepstra and prosody of six parts of a clip, as a method of speech."""
    return teach_clips(lesson, spoken_parts, teach)


def spoken_parts(clips: Clips, *, parts: int = 6) -> Utterances:
    """Return clips as two modalities of `parts` tokens each: cepstra and prosody."""
    return of_clips(
        clips,
        {
            "cepstra": lambda each: segments(each, "mfcc", parts),
            "prosody": lambda each: segments(each, "prosody", parts),
        },
    )


def adapt(taught: Fused, lesson: FusedLesson, shots: Utterances, config: Config = Config()) -> Fused:
    """Return a copy of `taught` that went on with `shots` of another language, and as many of the lesson's; without
    shots it is `taught` itself. The lesson's held-out utterances set the temperature alone."""
    if not len(shots):
        return taught
    random = np.random.default_rng(lesson.seed)
    old = lesson.train.take(random.permutation(len(lesson.train))[: round(config.rehearsed * len(shots))])
    new = join_utterances([old, shots]) if len(old) else shots
    plan = replace(config.adapting, epochs=2 if lesson.smoke else config.adapting.epochs)
    return teach_fused(deepcopy(taught.net), replace(lesson, train=new), plan, scales=taught.scales)


def draw_shots(pool: Utterances, count: int, *, seed: int = 0) -> Utterances:
    """Return `count` utterances of each label, drawn evenly; fewer shots of one seed are among its more.

    Raises `InputError` where a label has fewer.
    """
    random = np.random.default_rng(seed)
    places = []
    for label, name in enumerate(pool.space.labels):
        own = random.permutation(np.flatnonzero(pool.labels == label))
        if len(own) < count:
            raise InputError(f"{name} has {len(own)} utterances to draw {count} shots from.")
        places.append(own[:count])
    return pool.take(np.sort(np.concatenate(places)))
