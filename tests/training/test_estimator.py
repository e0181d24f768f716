"""TextClassifier: a scikit-learn citizen that learns from a few examples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from affekt import TextClassifier
from affekt.errors import InputError

UP = ["great, thank you", "I love it", "so happy with this", "wonderful work", "what a joy", "best day ever"]
DOWN = ["this is awful", "I hate it", "so sad and disappointed", "terrible work", "what a mess", "worst day ever"]
TEXTS, LABELS = UP + DOWN, ["up"] * len(UP) + ["down"] * len(DOWN)


@pytest.mark.parametrize("model", ["text", "text-nano"])
def test_learns_from_six_examples_each(model):
    head = TextClassifier(model=model).fit(TEXTS, LABELS)
    assert head.predict(["how lovely", "how horrible"]).tolist() == ["up", "down"]
    probabilities = head.predict_proba(["fine", "mediocre"])
    assert probabilities.shape == (2, 2) and probabilities.sum(1) == pytest.approx(1)
    assert head.classes_.tolist() == ["down", "up"]


def test_is_a_scikit_learn_estimator():
    head = TextClassifier(model="text-nano", strength=0.1)
    assert clone(head).get_params() == {"model": "text-nano", "strength": 0.1, "seed": 0}
    assert cross_val_score(head, TEXTS, LABELS, cv=3).mean() > 0.8


def test_same_seed_same_head():
    first, second = (TextClassifier(model="text-nano").fit(TEXTS, LABELS).predict_proba(TEXTS) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        ("one text", ["a"], "list of texts"),
        (["a", "b"], ["x"], "2 texts but 1 labels"),
        (["a", "b"], ["x", "x"], "two classes"),
        (["a", None], ["x", "y"], "Item 1 is None"),
    ],
)
def test_clear_errors(texts, labels, message):
    with pytest.raises(InputError, match=message):
        TextClassifier(model="text-nano").fit(texts, labels)
