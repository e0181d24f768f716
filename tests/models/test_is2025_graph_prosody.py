"""is2025-graph-prosody: quantised pitch as a node, and fusions that hear what no modality says alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from affekt.corpora.clips import make_clips
from affekt.corpora.utterances import Utterances, make_utterances
from affekt.errors import InputError
from affekt.metrics.classification import macro_f1
from affekt.models.is2025_graph_prosody.net import FUSIONS, Fusion, GraphProsody
from affekt.training.fused import FusedLesson, FusedPlan, teach_fused
from affekt.training.speech.graph_prosody import Config, majority, prosodic, teach
from affekt.training.speech.index import find_method
from affekt.training.speech.lesson import Lesson
from affekt.training.speech.segments import f0_shares
from affekt.types import LabelSpace

SPACE = LabelSpace("two", ("calm", "loud"), "exclusive", "example")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def planted(count: int, seed: int, *, rare: float = 0.5) -> Utterances:
    """Two modalities (synthetic) of which the label is whether they agree: neither tells anything alone."""
    random = np.random.default_rng(seed)
    labels = (random.random(count) < rare).astype(np.int64)
    first = random.integers(0, 2, count)
    second = np.where(labels == 1, first, 1 - first)
    tokens = {
        name: np.stack([which * 2.0 - 1, random.normal(size=count)], 1) + random.normal(0, 0.2, (count, 2))
        for name, which in (("audio", first), ("text", second))
    }
    return make_utterances(tokens, labels, SPACE, speakers=[str(i % 12) for i in range(count)])


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_hears_what_no_modality_says_alone(fusion: Fusion) -> None:
    plan = FusedPlan(epochs=12, batch=32, learning_rate=1e-2, patience=12, noise=0.0, balance="none")
    lesson = FusedLesson(planted(160, 0), planted(60, 1))
    taught = teach(lesson, Config(fusion=fusion, width=16, layers=1, dropout=0.0, plan=plan))
    unseen = planted(120, 2)
    matrix = np.eye(2, dtype=bool)
    score = macro_f1(matrix[unseen.labels], matrix[taught.answer(unseen).argmax(1)])
    assert score > 0.9


def test_a_glide_falls_into_neighbouring_bins_of_the_pitch_node() -> None:
    """A voice that glides from 110 to 220 Hz fills the bins of that octave and hardly others; noise is unvoiced."""
    time = np.arange(16_000) / 16_000
    turns = np.cumsum(110 * 2**time) / 16_000
    glide = sum(np.sin(2 * np.pi * k * turns) / k for k in range(1, 12)).astype(np.float32) * 0.1
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    shares = f0_shares(make_clips([glide, noise], [0, 1], SPACE, speakers=["a", "b"]), bins=48)
    assert shares.shape == (2, 49) and np.allclose(shares.sum(1), 1, atol=1e-5)
    low, high = (1 + 48 * np.log2(f / 55) / np.log2(600 / 55) for f in (110, 220))
    inside = np.arange(49)[None] >= low - 1
    inside &= np.arange(49)[None] <= high + 1
    assert (shares[0] * inside[0]).sum() > 0.8
    assert shares[1, 0] > 0.7


def test_prosodic_nodes_of_sounds() -> None:
    sounds = [np.random.default_rng(i).normal(0, 0.1, 8000 + 1000 * i).astype(np.float32) for i in range(3)]
    found = prosodic(make_clips(sounds, [0, 1, 0], SPACE, speakers=list("abc")), bins=16, parts=3)
    assert {name: values.shape for name, values in found.tokens.items()} == {
        "cepstra": (3, 3, 78),
        "spectrum": (3, 3, 14),
        "f0": (3, 1, 17),
    }


@pytest.mark.parametrize("method", ["is2025-graph-prosody", "mdat-cross-language", "emoq"])
def test_methods_of_fusion_take_lessons_of_clips_alone(method: str) -> None:
    random = np.random.default_rng(0)
    sounds = [random.normal(0, 0.1, 6000 + 500 * (i % 3)).astype(np.float32) for i in range(12)]
    told = ["one two", "three"] * 6
    clips = make_clips(sounds, np.arange(12) % 2, SPACE, speakers=[str(i // 4) for i in range(12)], sentences=told)
    lesson = Lesson(clips.take(clips.folds == 0), clips.take(clips.folds == 1), smoke=True)
    taught = find_method(method)(lesson)
    said = taught.answer(clips.take(clips.folds == 2))
    assert said.shape == (4, 2) and np.allclose(said.sum(1), 1) and taught.parameters > 0


def test_balanced_classes_recall_the_rare_one_more_often() -> None:
    """A tenth of the utterances is of one class and both overlap: unbalanced learning hardly ever says it."""
    random, space = np.random.default_rng(0), SPACE

    def drawn(count: int) -> Utterances:
        labels = (random.random(count) < 0.1).astype(np.int64)
        return make_utterances(
            {"audio": random.normal(size=(count, 2)) + labels[:, None]},
            labels,
            space,
            speakers=[str(i % 9) for i in range(count)],
        )

    train, valid, test = drawn(400), drawn(200), drawn(400)
    said = {}
    for balance in ("none", "weights", "sampling", "scheduled"):
        torch.manual_seed(0)
        plan = FusedPlan(epochs=6, batch=64, learning_rate=1e-2, noise=0.0, balance=balance, stop="last")
        net = GraphProsody({"audio": 2}, 2, width=8, layers=1, dropout=0.0)
        answer = teach_fused(net, FusedLesson(train, valid), plan).answer(test).argmax(1)
        said[balance] = (answer[test.labels == 1] == 1).mean()
    assert said["weights"] > said["none"] + 0.2
    assert said["sampling"] > said["none"] + 0.2
    assert said["sampling"] >= said["scheduled"] >= said["none"]


def test_the_majority_decides_and_the_mean_settles_ties() -> None:
    answers = [np.array([[0.9, 0.1, 0.0]]), np.array([[0.2, 0.7, 0.1]]), np.array([[0.1, 0.2, 0.7]])]
    assert majority(answers)[0].tolist() == [0]
    assert majority([*answers, answers[2]])[0].tolist() == [2]


def test_what_cannot_be_fused_is_refused() -> None:
    with pytest.raises(InputError, match="two modalities"):
        GraphProsody({"audio": 2}, 2, fusion="cross-attention")
    with pytest.raises(InputError, match="Unknown fusion"):
        GraphProsody({"audio": 2}, 2, fusion="sum")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="balance"):
        teach_fused(
            GraphProsody({"audio": 2, "text": 2}, 2),
            FusedLesson(planted(8, 0), planted(8, 1)),
            FusedPlan(balance="evenly"),  # type: ignore[arg-type]
        )
