"""dawn-transformer-ser: valence, arousal and dominance by concordance, on cached features of any upstream.

Wagner et al. 2023, "Dawn of the transformer era in speech emotion recognition: closing the valence gap". Ratings are
those of the corpus; where it has labels alone, they are mapped from these (`affekt.training.speech.rated`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from affekt.affect.vad import vad_of
from affekt.corpora.clips import UNLABELLED, Clips
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.metrics.regression import ccc
from affekt.models.dawn_transformer_ser.net import RatingHead
from affekt.training.concordance import concordance_loss
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.lesson import Floats, Lesson, Taught
from affekt.training.speech.loop import softmax
from affekt.training.speech.probe import Probing, vectors
from affekt.training.speech.rated import rated
from affekt.training.speech.upstreams import PLAIN, open_upstream
from affekt.types import LabelSpace

Loss = Literal["concordance", "squared-error"]
_SHARP = 4.0  # how fast a label becomes unlikely with the distance from its place


@dataclass(frozen=True, slots=True)
class Config:
    """upstream: as `open_upstream` names it; cache: where its frames are kept, "" for nowhere; loss: the mean over
    dimensions of 1 - CCC, or the squared error that it is held to; batches are large, as concordance is of a batch."""

    upstream: str = "functionals"
    cache: str = "runs/views"
    loss: Loss = "concordance"
    hidden: int = 128
    dropout: float = 0.5
    plan: Plan = field(
        default_factory=lambda: Plan(epochs=60, batch=128, learning_rate=1e-3, patience=15, bfloat16=False, cosine=True)
    )


def teach(lesson: Lesson, config: Config = Config()) -> Taught:
    """Return a head that rates clips (`Taught.rate`), left where the ratings of `valid` were met best.

    It answers with labels too: the likelier, the nearer affekt places them to what it rates. measured: ``valid-ccc``,
    the mean over dimensions. Raises `InputError` where fewer than two clips are rated, or an unknown upstream or loss.
    """
    if config.loss not in ("concordance", "squared-error"):
        raise InputError(f"Unknown loss {config.loss!r}. Use concordance or squared-error.")
    started = time.monotonic()
    told = rated(lesson.train)
    if np.isfinite(told.values).sum(0).max() < 2:
        raise InputError(f"Fewer than two clips of {lesson.train.corpus} are rated: there is nothing to learn from.")
    known = torch.from_numpy(np.isfinite(told.values))
    truth = torch.from_numpy(np.nan_to_num(told.values)).float()
    given, valid = (_statistics(clips, config) for clips in (lesson.train, lesson.valid))
    torch.manual_seed(lesson.seed)
    net = RatingHead(*given.shape[1:], hidden=config.hidden, dropout=config.dropout)
    net.fit_scale(given)

    def loss(rows: NDArray[np.int64]) -> Tensor:
        said = net(given[rows])
        if config.loss == "concordance":
            return concordance_loss(said, truth[rows], known[rows])
        here = known[rows].float()
        return ((said - truth[rows]).square() * here).sum() / here.sum().clamp_min(1)

    epochs, batch = 3 if lesson.smoke else config.plan.epochs, min(config.plan.batch, len(lesson.train))
    plan = replace(config.plan, epochs=epochs, batch=batch, seed=lesson.seed)
    held_out = rated(lesson.valid).values
    fine_tune(
        *(net, loss, lambda: -mean_concordance(held_out, _rate(net, valid))),
        lengths=np.ones(len(lesson.train), np.int64),
        plan=plan,
    )

    def rate(clips: Clips) -> Floats:
        return _rate(net, _statistics(clips, config))

    def answer(clips: Clips) -> Floats:
        return nearest_labels(rate(clips), lesson.train.space)

    found = _rate(net, valid)
    guessed = nearest_labels(found, lesson.train.space).argmax(1)
    measured = {
        "valid-uar": float(unweighted_average_recall(lesson.valid.labels, guessed)),
        "valid-ccc": mean_concordance(held_out, found),
        "learning-seconds": time.monotonic() - started,
    }
    parameters = sum(each.numel() for each in net.parameters())
    return Taught(answer, parameters, measured, net=net, rate=rate)


def _statistics(clips: Clips, config: Config) -> Tensor:
    """What the upstream says of each clip, (clip, layer, number): the frames' mean and deviation, or the one row."""
    statistics = "mean" if config.upstream == "functionals" else "mean+std"
    upstream = open_upstream(config.upstream)
    cache = "" if config.upstream in PLAIN else config.cache
    return torch.from_numpy(vectors(upstream, clips, Probing(statistics=statistics, cache=cache))).float()


def _rate(net: RatingHead, given: Tensor) -> Floats:
    was = net.training
    net.eval()
    with torch.no_grad():
        found: Floats = net(given).double().numpy()
    net.train(was)
    return found


def mean_concordance(truth: Floats, said: Floats) -> float:
    """Return the mean of the dimensions' concordance, each over the clips that were rated; (clip, 3) both.

    A dimension that fewer than two clips have, or all alike, does not count; -1 where none does.
    """
    found = []
    for one, other in zip(truth.T, said.T, strict=True):
        known = np.isfinite(one)
        if known.sum() > 1 and np.ptp(one[known]) > 0:
            found.append(ccc(one[known], other[known]))
    return float(np.mean(found)) if found else -1.0


def nearest_labels(ratings: Floats, space: LabelSpace) -> Floats:
    """Return how likely each label of a space is, by how near it lies to the ratings: float64 (clip, label)."""
    if space == UNLABELLED:
        return np.ones((len(ratings), 1))
    places = np.array([[p.vad.valence, p.vad.arousal, p.vad.dominance] for p in vad_of(space)])
    return softmax(-_SHARP * np.square(ratings[:, None] - places).sum(2))
