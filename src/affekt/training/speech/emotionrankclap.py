"""emotionrankclap: speech and words about it in one space, by rank in valence and arousal. Chandra et al. 2025."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from affekt.affect.geometry import felt_states
from affekt.affect.vad import vad_of
from affekt.corpora.clips import Clips
from affekt.errors import InputError
from affekt.models.emotionrankclap.net import RankTowers, clip_loss, cross_modal_rank_loss
from affekt.training.fine_tuning import Plan, fine_tune

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Config:
    """loss: "rank" for Rank-N-Contrast, "clip" for the loss it is held to."""

    loss: Literal["rank", "clip"] = "rank"
    epochs: int = 40
    batch: int = 128
    learning_rate: float = 1e-3
    temperature: float = 0.1
    patience: int = 10
    seed: int = 0


class Paired(NamedTuple):
    """Clips and texts about them: vectors float32 (clip, number) each; `places` float32 (clip, 2), their valence and
    arousal."""

    sound: Vectors
    words: Vectors
    places: Vectors


class Towers(NamedTuple):
    """The trained towers, how long that took, and the held-out tau that they were stopped by."""

    net: RankTowers
    seconds: float
    tau: float


def train_towers(train: Paired, valid: Paired, config: Config = Config()) -> Towers:
    """Return towers trained on pairs, left where the order of `valid` was met best."""
    if config.loss not in ("rank", "clip"):
        raise InputError(f"Unknown loss {config.loss!r}. Use rank or clip.")
    started = time.monotonic()
    torch.manual_seed(config.seed)
    net = RankTowers(train.sound.shape[1], train.words.shape[1])
    given = [torch.from_numpy(np.ascontiguousarray(each, np.float32)) for each in train]
    net.fit_scale(given[0])

    def loss(rows: NDArray[np.int64]) -> Tensor:
        found = net(given[0][rows], given[1][rows])
        if config.loss == "clip":
            return clip_loss(found, net.sharpness)
        return cross_modal_rank_loss(found, given[2][rows], temperature=config.temperature)

    plan = Plan(
        epochs=config.epochs,
        batch=min(config.batch, len(train.sound)),
        learning_rate=config.learning_rate,
        patience=config.patience,
        seed=config.seed,
        bfloat16=False,
        cosine=True,
    )
    fitted = fine_tune(
        net, loss, lambda: -ordinality(net, valid), lengths=np.ones(len(train.sound), np.int64), plan=plan
    )
    return Towers(net, time.monotonic() - started, -fitted.loss)


def similarities(net: RankTowers, pairs: Paired) -> NDArray[np.float64]:
    """Return the cosine of each clip with each text, float64 (clip, text)."""
    was = net.training
    net.eval()
    with torch.no_grad():
        found = net(torch.from_numpy(np.asarray(pairs.sound)), torch.from_numpy(np.asarray(pairs.words)))
        out: NDArray[np.float64] = (found.sound @ found.words.T).double().numpy()
    net.train(was)
    return out


def ordinality(net: RankTowers, pairs: Paired) -> float:
    """Return Kendall's tau-b between how alike a clip and a text are and how near in valence and arousal.

    The mean over clips of the tau over all texts, in [-1, 1]: 1 where the nearest is always the most alike.
    """
    alike = similarities(net, pairs)
    places = np.asarray(pairs.places, np.float64)
    far = np.linalg.norm(places[:, None] - places[None], axis=2).round(9)
    return mean_tau(alike, -far)


def mean_tau(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the mean over rows of Kendall's tau-b; rows in which nothing is ordered do not count.

    >>> round(mean_tau(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 3.0, 2.0]])), 3)
    0.333
    """
    from scipy.stats import kendalltau

    taus = []
    for a, b in zip(first, second, strict=True):
        if len(np.unique(a)) > 1 and len(np.unique(b)) > 1:
            taus.append(float(kendalltau(a, b).statistic))
    return float(np.mean(taus)) if taus else 0.0


def clip_places(clips: Clips, *, weak: float = 0.6) -> Vectors:
    """Return float32 (clip, 2): valence and arousal of each clip's label, as those who feel it report, or by the norms
    of its words.

    Mapped from categories, not rated: a clip whose condition "intensity" is "normal" lies at `weak` of the way. Raises
    `UnknownNameError` for a label that is no known word.
    """
    felt, norms = felt_states(), {each.label: each.vad for each in vad_of(clips.space)}
    table = []
    for label in clips.space.labels:
        vad = felt.get(label) or norms[label]
        table.append((vad.valence, vad.arousal))
    found = np.array(table, np.float32)[clips.labels]
    if "intensity" in clips.conditions:
        found[clips.condition("intensity") == "normal"] *= weak
    return found


def speaking_styles(clips: Clips, *, seed: int = 0) -> list[str]:
    """Return a sentence about how each clip is spoken, from its label, intensity and sex: templates, drawn by `seed`.

    The paper asks a language model for them.
    """
    random = np.random.default_rng(seed)
    ways = (
        "A {who} speaks in a {how}{label} voice.",
        "The {who} sounds {how}{label}.",
        "{How}{label} speech of a {who}.",
        "Someone, a {who}, talks as if {how}{label}.",
    )
    sexes = clips.conditions.get("sex", ("",) * len(clips))
    levels = clips.conditions.get("intensity", ("",) * len(clips))
    out = []
    for label, sex, level in zip(clips.labels, sexes, levels, strict=True):
        how = {"strong": "very ", "normal": "slightly "}.get(level, "")
        who = {"female": "woman", "male": "man"}.get(sex, "person")
        name = clips.space.labels[label]
        out.append(ways[random.integers(len(ways))].format(who=who, how=how, How=how.capitalize(), label=name))
    return out
