"""The detector of writer-reader gaps: what it can tell and what it cannot, and that no fold sees itself."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.ratings.perspectives import hidden, perspectives_of
from affekt.training.gap_detector import detect_gap
from affekt.types import LabelSpace, Rating, Record, Signal

SPACE = LabelSpace("two", ("anger", "joy"), "exclusive", "us")


def corpus(items=150, seed=0):
    """One writer and three readers a text; hidden anger says "no worries at all", open anger does not."""
    random = np.random.default_rng(seed)
    words = [f"w{chr(97 + a)}{chr(97 + b)}" for a in range(7) for b in range(7)]
    records = []
    for place in range(items):
        text = list(random.choice(words, 7))
        secret = place % 3 == 0
        if secret:
            at = int(random.integers(0, 7))
            text[at:at] = ["no", "worries", "at", "all"]
        seen = "joy" if secret else "anger"
        ratings = (
            Rating(None, ("anger",), perspective="writer"),
            *(Rating(None, (seen,), perspective="reader") for _ in range(3)),
        )
        records.append(Record(str(place), Signal(" ".join(text)), "all", ratings=ratings))
    return records


def test_from_a_table_of_writers_and_readers_to_the_planted_phrase():
    records = corpus()
    target = hidden(perspectives_of(records, SPACE, fewest=3), label="anger")
    assert target.sum() == 50
    found = detect_gap([record.signal.text for record in records], target)
    assert found.auc > 0.95
    assert found.folds.shape == (5,)
    assert found.phrases[0].text == "worries at all" or found.phrases[0].text == "no worries at"


def test_what_no_word_tells_is_chance_and_features_may_tell_it():
    random = np.random.default_rng(1)
    texts = [" ".join(random.choice(list("abcdefgh"), 6)) for _ in range(200)]
    gap = random.random(200) < 0.3
    assert abs(detect_gap(texts, gap).auc - 0.5) < 0.15
    features = random.normal(size=(200, 5))
    features[:, 0] += 3 * gap
    assert detect_gap(texts, gap, features=features).auc > 0.9


def test_groups_stay_within_a_fold():
    # Each text occurs twice with the answer of its group: without groups its twin gives it away.
    random = np.random.default_rng(2)
    base = [" ".join(random.choice([f"q{chr(97 + n)}" for n in range(25)], 8)) for _ in range(100)]
    texts = [text for text in base for _ in range(2)]
    gap = np.repeat(random.random(100) < 0.4, 2)
    together = detect_gap(texts, gap, groups=np.repeat(np.arange(100), 2)).auc
    assert together < 0.7 < detect_gap(texts, gap).auc


def test_too_few_of_a_kind_is_an_error():
    with pytest.raises(InputError, match="the rarer has 1"):
        detect_gap(["a", "b", "c"], [True, False, False])
    with pytest.raises(InputError, match="each of 2 texts"):
        detect_gap(["a", "b"], [True])
