"""bridge-token-mtl: categories by cross entropy and dimensions by concordance, learned together or one alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.paired import Paired
from affekt.layers.pair import Pair
from affekt.models.bridge_token_mtl.net import BridgeNet
from affekt.training.concordance import concordance_loss
from affekt.training.fine_tuning import Plan
from affekt.training.paired import PairedTaught, probabilities, read_pairs, teach_paired

Floats = NDArray[np.float64]
Objective = Literal["joint", "categories", "ratings"]


@dataclass(frozen=True, slots=True)
class Config:
    """objective: ``joint``, or one of the two losses alone; rating_weight: of the loss of dimensions beside the other;
    tokens: bridge tokens, 0 for none."""

    objective: Objective = "joint"
    rating_weight: float = 1.0
    tokens: int = 4
    width: int = 32
    plan: Plan = field(
        default_factory=lambda: Plan(
            epochs=20, batch=32, learning_rate=2e-3, weight_decay=0.01, patience=6, bfloat16=False, cosine=True
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Probabilities float64 (utterance, label) and dimensions float64 (utterance, dimension) in [-1, 1]."""

    categories: Floats
    ratings: Floats


def teach(train: Paired, valid: Paired, config: Config = Config()) -> PairedTaught:
    """Return a `BridgeNet` that has learned from utterances whose `ratings` are NaN where unknown.

    What is not learned of the two is told by the other (`answers`). It stops by the loss on `valid`.
    """
    torch.manual_seed(config.plan.seed)
    net = BridgeNet(
        train.words[0].shape[1],
        train.sounds[0].shape[1],
        len(train.space),
        train.ratings.shape[1],
        width=config.width,
        tokens=config.tokens,
    )
    labels, ratings = torch.from_numpy(train.labels), torch.from_numpy(train.ratings)

    def loss(_: nn.Module, pair: Pair, rows: NDArray[np.int64]) -> Tensor:
        return _lost(net, pair, labels[rows], ratings[rows], config)

    def missed(_: nn.Module) -> float:
        said = answers(net, valid, train, config)
        entropy = -np.log(said.categories[np.arange(len(valid)), valid.labels].clip(1e-9)).mean()
        lost = concordance_loss(torch.from_numpy(said.ratings), *_known(torch.from_numpy(valid.ratings)))
        category = 0.0 if config.objective == "ratings" else float(entropy)
        return category + (0.0 if config.objective == "categories" else config.rating_weight * float(lost))

    return teach_paired(net, train, valid, plan=config.plan, loss=loss, missed=missed)


def answers(net: BridgeNet, paired: Paired, train: Paired, config: Config) -> Answers:
    """Return both answers. Of a network of one objective the other comes by where the labels lie on average in `train`:
    dimensions are the mean of the places by probability, the category that whose place is nearest."""
    places = np.array(
        [np.nan_to_num(_mean(train.ratings[train.labels == label])) for label in range(len(train.space))], np.float64
    )
    if config.objective == "ratings":
        rated = np.asarray(read_pairs(net, paired, lambda _, pair: net.both(pair).ratings), np.float64)
        told = ~np.isnan(_mean(train.ratings))
        near = -8 * np.square(rated[:, None, told] - places[:, told]).sum(-1)
        powers = np.exp(near - near.max(1, keepdims=True))
        return Answers(powers / powers.sum(1, keepdims=True), rated)
    said = probabilities(net, paired)
    if config.objective == "categories":
        return Answers(said, said @ places)
    return Answers(said, np.asarray(read_pairs(net, paired, lambda _, pair: net.both(pair).ratings), np.float64))


def _lost(net: BridgeNet, pair: Pair, labels: Tensor, ratings: Tensor, config: Config) -> Tensor:
    said = net.both(pair)
    entropy = F.cross_entropy(said.categories, labels)
    if config.objective == "categories":
        return entropy
    rated = concordance_loss(said.ratings, *_known(ratings))
    return rated if config.objective == "ratings" else entropy + config.rating_weight * rated


def _known(ratings: Tensor) -> tuple[Tensor, Tensor]:
    known = ~torch.isnan(ratings)
    return torch.where(known, ratings, torch.zeros_like(ratings)), known


def _mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of what is known of each dimension, NaN where nothing is."""
    known = ~np.isnan(rows)
    count = known.sum(0)
    total = np.where(known, rows, 0).sum(0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
