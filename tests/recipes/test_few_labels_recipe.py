"""recipes/few_labels: draws of eight per class, paired gains, and the mean over corpora."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affekt.models.index import find_model

RECIPE = Path(__file__).parents[2] / "recipes/few_labels"
LABELS = ("anger", "joy", "sadness")


@pytest.fixture
def run(recipe):
    return recipe("run")


def task(run, name: str = "toy", seed: int = 0):
    random = np.random.default_rng(seed)
    pool, test = np.arange(36) % 3, random.integers(0, 3, 90)
    pool_texts, test_texts = [f"p{i}" for i in range(36)], [f"t{i}" for i in range(90)]
    return run.Task(name, LABELS, pool_texts, pool, test_texts, test, np.array(test_texts))


def test_each_draw_has_as_many_of_each_class_and_no_text_twice(run):
    toy = task(run)
    one, other = toy.draw(0, 8), toy.draw(1, 8)
    assert np.bincount(toy.pool_classes[one]).tolist() == [8, 8, 8]
    assert len(set(one.tolist())) == 24 and set(one.tolist()) != set(other.tolist())
    assert np.array_equal(one, toy.draw(0, 8))


def test_gains_are_paired_and_averaged_over_corpora(run):
    config = run.Config(seeds=4, resamples=200)
    whole, drawn, rows = {}, {}, []
    for seed, name in enumerate(("one", "two")):
        toy = task(run, name, seed)
        random = np.random.default_rng(seed)
        weak = np.stack([np.where(random.random(90) < 0.5, toy.test_classes, 0) for _ in range(4)])
        # Ours is right wherever the other is, and on all of the first thirty: what pairing sees.
        ours = weak.copy()
        ours[:, :30] = toy.test_classes[:30]
        said = {"text-classifier": ours, "minilm-lr": weak, "minilm-same-head": weak}
        rows += run.scored(toy, said, config, whole, drawn)
    rows += run.averaged(whole, drawn, config, count=180)
    found = {(row.corpus, row.model, row.metric): row for row in rows}
    gain = found["one", "text-classifier", "accuracy:minus:minilm-lr"]
    values = [found["one", arm, "accuracy"].value for arm in ("text-classifier", "minilm-lr")]
    assert gain.value == pytest.approx(values[0] - values[1]) and gain.low > 0
    assert found["one", "text-classifier", "macro_f1:minus:minilm-lr"].value > 0
    mean = found["mean-of-2", "text-classifier", "accuracy:minus:minilm-lr"]
    both = [found[name, "text-classifier", "accuracy:minus:minilm-lr"] for name in ("one", "two")]
    assert mean.value == pytest.approx(np.mean([row.value for row in both])) and mean.n == 180
    # Corpora are independent: the mean of two is surer than either.
    assert mean.high - mean.low < min(row.high - row.low for row in both)


def test_the_head_is_the_shipped_one_on_whatever_features(run):
    texts = ["a", "b", "c", "d", "e", "f"]
    table = {text: np.array([float(i < 3), float(i >= 3)], np.float32) for i, text in enumerate(texts)}
    head = run.Remembered(table).fit(texts, [0, 0, 0, 1, 1, 1])
    assert head.predict(["b", "e"]).tolist() == [0, 1]
    assert issubclass(run.Remembered, run.TextClassifier)


def test_no_scored_corpus_is_one_the_encoder_learned_from(run):
    """EDOS trained the votes of `text` alone, which no head here reads; the README says so."""
    assert set(run.Config().corpora.split(",")) & set(find_model("text").trained_on) == {"edos"}
