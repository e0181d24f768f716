"""Answers, cause pairs, generated text: by hand, by loops, beside nltk."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.metrics import generation as g
from affekt.metrics import spans as s
from affekt.metrics.single_label import class_f1
from affekt.metrics.spans import CausePair

WORDS = st.lists(st.sampled_from(["she", "left", "him", "rain", "fell"]), max_size=6).map(" ".join)
PAIRS = st.lists(
    st.builds(
        lambda dialogue, emotion, cause, start, length: CausePair(dialogue, 1, emotion, cause, start, start + length),
        st.sampled_from("ab"),
        st.sampled_from(["joy", "fear"]),
        st.integers(0, 1),
        st.integers(0, 3),
        st.integers(1, 4),
    ),
    max_size=6,
)


@given(WORDS, WORDS)
def test_answer_f1_equals_counting(truth: str, said: str) -> None:
    left, right = truth.split(), said.split()
    shared, rest = 0, list(right)
    for word in left:
        if word in rest:
            rest.remove(word)
            shared += 1
    value = s.answer_f1(truth, said)
    if not left or not right:
        assert value == (left == right)
    elif shared:
        precision, recall = shared / len(right), shared / len(left)
        assert math.isclose(value, 2 * precision * recall / (precision + recall))
    else:
        assert value == 0
    assert value == s.answer_f1(said, truth) and (value == 1 if sorted(left) == sorted(right) else value < 1)


def test_squad_by_hand() -> None:
    scores = s.squad_scores([["The rain!", "rain fell"], "", "she left"], ["rain", "", "left him"])
    assert scores.exact_match == pytest.approx(2 / 3)
    assert scores.f1 == pytest.approx((1 + 1 + 0.5) / 3)
    assert s.squad_scores([""], ["something"]).f1 == 0


@given(PAIRS, PAIRS)
def test_pairs_equal_the_task_s_definition(truth: list[CausePair], said: list[CausePair]) -> None:
    found, given_pairs = set(truth), set(said)
    strict = s.cause_pair_scores(truth, said)
    if found and given_pairs:
        hits = len(found & given_pairs)
        assert strict.precision == hits / len(given_pairs) and strict.recall == hits / len(found)
    overlap = 0
    for pair in given_pairs:
        tokens = set(range(pair.start, pair.end))
        candidates = [set(range(true.start, true.end)) for true in found if true[:4] == pair[:4]]
        if candidates:
            best = max(len(tokens & true) / len(true) for true in candidates)
            overlap += max(len(tokens & true) for true in candidates if len(tokens & true) / len(true) == best)
    loose = s.cause_pair_scores(truth, said, proportional=True)
    lengths = [sum(p.end - p.start for p in side) for side in (given_pairs, found)]
    assert loose.precision == pytest.approx(overlap / lengths[0] if lengths[0] else 0)
    assert loose.recall == pytest.approx(overlap / lengths[1] if lengths[1] else 0)
    weighted = s.weighted_cause_pair_f1(truth, said)
    expected = sum(
        len({p for p in found if p.emotion == emotion})
        * s.cause_pair_scores(
            [p for p in found if p.emotion == emotion], [p for p in given_pairs if p.emotion == emotion]
        ).f1
        for emotion in ("joy", "fear")
    )
    assert weighted == pytest.approx(expected / len(found) if found else 0)
    assert s.weighted_cause_pair_f1(truth, truth) == (1 if truth else 0)
    assert s.weighted_cause_pair_f1(truth, truth, proportional=True) == (1 if truth else 0)


def test_recognizing_emotion_cause_entailment() -> None:
    """RECCON scores entailment by the F1 of the positive and the negative class, and their mean."""
    truth, said = [1, 1, 0, 0, 0], [1, 0, 0, 0, 1]
    positive = class_f1(truth, said, classes=[1])
    negative = class_f1(truth, said, classes=[0])
    assert positive == pytest.approx(0.5) and negative == pytest.approx(2 / 3)
    assert class_f1(truth, said) == pytest.approx((positive + negative) / 2)


def test_sets() -> None:
    assert s.set_f1([], []) == (1, 1, 1) and s.set_f1([1], []) == (0, 0, 0)
    assert s.set_f1([1, 2, 2], [2, 3]) == (0.5, 0.5, 0.5)


# Of texts shorter than n nltk counts one n-gram, which sacrebleu does not.
LONGER = st.lists(st.sampled_from(["she", "left", "him", "rain", "fell"]), min_size=4, max_size=8).map(" ".join)


@given(st.lists(st.tuples(LONGER, LONGER), min_size=1, max_size=4), st.integers(1, 4))
def test_bleu_equals_nltk(items: list[tuple[str, str]], n: int) -> None:
    from nltk.translate.bleu_score import corpus_bleu

    truth, said = [[one] for one, _ in items], [other for _, other in items]
    value = g.bleu(truth, said, n=n)
    assert 0 <= value <= 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nltk warns of n-grams without a match
        expected = corpus_bleu([[one.split()] for one, _ in items], [one.split() for one in said], weights=[1 / n] * n)
    # Where some order has no match nltk puts a tiny number for 0, sacrebleu gives 0.
    assert value == pytest.approx(expected, abs=1e-6) or (value == 0 and expected < 1e-3)


def test_bleu_and_rouge_take_several_references() -> None:
    assert g.bleu([["so sad", "so very happy for you"]], ["so very happy for you"]) == pytest.approx(1)
    assert g.rouge([["so sad", "very happy"]], ["very happy"]).rouge_l == 1
    scores = g.rouge(["she felt very proud"], ["she felt proud"], stem=False)
    assert scores.rouge1 == pytest.approx(6 / 7) and scores.rouge2 == pytest.approx(2 / 5)
    assert scores.rouge_l == pytest.approx(6 / 7)


def test_distinct() -> None:
    assert g.distinct(["a b a", "b c"], n=1) == 3 / 5 and g.distinct(["a b a", "b c"], n=2) == 1
    assert math.isnan(g.distinct(["a"], n=2))


def test_bad_input() -> None:
    with pytest.raises(InputError, match="as many"):
        s.squad_scores(["a"], [])
    with pytest.raises(InputError, match="no span"):
        s.cause_pair_scores([CausePair("a", 1, "joy", 1)], [CausePair("a", 1, "joy", 1)], proportional=True)
    with pytest.raises(InputError, match="as many"):
        g.bleu([], [])
    with pytest.raises(InputError, match="n must be"):
        g.bleu(["a"], ["a"], n=5)
    with pytest.raises(InputError, match="no reference"):
        g.rouge([[]], ["a"])
    with pytest.raises(InputError, match="list of at least one"):
        g.distinct("a b")
