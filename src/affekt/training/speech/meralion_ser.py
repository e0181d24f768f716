"""How the two heads are taught together: weighted cross entropy and one minus concordance, of what is labelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.affect.vad import vad_of
from affekt.corpora.clips import Clips
from affekt.models.meralion_ser.net import Both, Meralion
from affekt.training.concordance import concordance_loss
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import Batch, SpeechPlan, train_network
from affekt.training.speech.windows import HOP_S, Frames, Variation, cut

Objective = Literal["joint", "categories", "ratings"]
_MILDER = 0.6  # what a normal intensity is of a strong one


class Labelled(NamedTuple):
    """What is known of clips: whether the category is, bool (clip,); valence, arousal, dominance, (clip, 3), NaN
    where they are not."""

    category_known: NDArray[np.bool_]
    ratings: Floats


def mapped(clips: Clips) -> Labelled:
    """Return ratings that are where affekt places the clip's label, nearer to neutral for a normal intensity.

    No corpus here has ratings of the sound: these are mapped from categories and stand in for them.
    """
    ratings = _places(clips)[clips.labels]
    if "intensity" in clips.conditions:
        ratings = ratings * np.where(clips.condition("intensity") == "normal", _MILDER, 1.0)[:, None]
    return Labelled(np.ones(len(clips), np.bool_), ratings)


def partly(clips: Clips, *, missing: float = 0.5, seed: int = 0) -> Labelled:
    """Return `mapped`, but each clip has lost one of the two kinds of label with probability `missing`."""
    random, whole = np.random.default_rng(seed), mapped(clips)
    lost, which = random.random(len(clips)) < missing, random.random(len(clips)) < 0.5
    ratings = np.where((lost & ~which)[:, None], np.nan, whole.ratings)
    return Labelled(~(lost & which), ratings)


@dataclass(frozen=True, slots=True)
class Config:
    """objective: ``joint``, or one of the two losses alone. labelled: what is known of the training clips."""

    objective: Objective = "joint"
    category_weight: float = 1.0
    rating_weight: float = 1.0
    width: int = 64
    dropout: float = 0.3
    labelled: Callable[[Clips], Labelled] = mapped
    plan: SpeechPlan = field(
        default_factory=lambda: SpeechPlan(
            epochs=30,
            batch=48,
            learning_rate=2e-3,
            norm="clip",
            patience=10,
            vary=Variation(time_masks=1, frequency_masks=1, noise=0.1),
        )
    )


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a network of two heads that has learned from the lesson; `net` of it rates (`ratings_of`).

    Taught on ratings alone it answers with the labels whose places are nearest to what it rates. MERaLiON 2025.
    """
    torch.manual_seed(lesson.seed)
    net = Meralion(
        *(lesson.train.view("log-mel")[0].shape[1], lesson.labels),
        width=config.width,
        dropout=config.dropout,
        places=torch.as_tensor(_places(lesson.train)).float() if config.objective == "ratings" else None,
    )
    known, ratings = config.labelled(lesson.train)
    category_known = torch.from_numpy(known)
    rated = torch.as_tensor(ratings, dtype=torch.float32)

    def loss(_: nn.Module, batch: Batch) -> Tensor:
        rows = torch.from_numpy(batch.rows)
        said = net.both(batch.inputs[0], batch.present[0])
        return hybrid_loss(
            *(said, batch.targets, rated[rows]),
            weights=batch.weights * category_known[rows],
            category_weight=0.0 if config.objective == "ratings" else config.category_weight,
            rating_weight=0.0 if config.objective == "categories" else config.rating_weight,
        )

    return train_network(net, lesson, config.plan, batch_loss=loss, views=("log-mel",))


def hybrid_loss(
    said: Both,
    targets: Tensor,
    ratings: Tensor,
    *,
    weights: Tensor,
    category_weight: float = 1.0,
    rating_weight: float = 1.0,
) -> Tensor:
    """Return λ · weighted cross entropy + λ · mean (1 - CCC), each over the clips that have such a label.

    targets: (clip, label) adding up to one; weights: (clip,), 0 where the category is not known; ratings: (clip, 3),
    NaN where not known. A batch without one kind of label is learned from by the other.
    """
    losses = -(targets * F.log_softmax(said.categories, 1)).sum(1)
    entropy = (losses * weights).sum() / weights.sum().clamp_min(1e-6)
    known = ~torch.isnan(ratings)
    return category_weight * entropy + rating_weight * concordance_loss(said.ratings, ratings, known)


def ratings_of(net: Meralion, clips: Clips, plan: SpeechPlan = Config().plan) -> Floats:
    """Return what a network rates clips at: valence, arousal, dominance, float64 (clip, 3) in [-1, 1].

    Each clip is read as in the plan it learned by, whose norm has to be the clip's own.
    """
    frames, size = Frames(clips, "log-mel", plan.norm, trim=plan.trim), round(plan.longest / HOP_S)
    net.eval()
    found = []
    with torch.no_grad():
        for place in range(len(frames)):
            clip = frames.clip(place)
            x, present = cut([clip], min(size, max(len(clip), round(plan.seconds / HOP_S))))
            found.append(net.both(x, present).ratings[0].numpy())
    return np.asarray(found, np.float64)


def _places(clips: Clips) -> Floats:
    """Where affekt places each label of the clips' space, (label, 3)."""
    return np.array([[p.vad.valence, p.vad.arousal, p.vad.dominance] for p in vad_of(clips.space)])
