import numpy as np
import pytest

from affekt.errors import InputError
from affekt.inference.entailment import (
    entailment_place,
    entailment_scores,
    hypotheses_of,
    open_entailment,
)
from onnx_checkpoint import WORDS, embedding, make_checkpoint, weights


def by_words(premises, hypotheses):
    """A scorer that finds the premise's last word in the hypothesis."""
    return np.array([0.9 if p.split()[-1] in h else 0.2 for p, h in zip(premises, hypotheses, strict=True)])


def test_each_label_is_asked_in_every_template_and_by_its_definition():
    asked = hypotheses_of([("joy", "Great pleasure."), ("rage", "")], ["They feel {}.", "It says {}."])
    assert asked.sentences == (
        "They feel joy.",
        "It says joy.",
        "This text expresses joy, that is: great pleasure.",
        "They feel rage.",
        "It says rage.",
    )
    assert asked.labels == (0, 0, 0, 1, 1)


def test_any_label_list_is_scored_by_the_mean_over_its_hypotheses():
    asked = hypotheses_of([("joy", "a song in the heart"), ("rage", "")], ["This text expresses {}."])
    scores = entailment_scores(by_words, ["I feel joy", "what a song", "so much rage"], asked)
    np.testing.assert_allclose(scores, [[0.9, 0.2], [(0.2 + 0.9) / 2, 0.2], [0.2, 0.9]])


def test_no_text_gives_no_scores():
    assert entailment_scores(by_words, [], hypotheses_of([("joy", "")])).shape == (0, 1)


@pytest.mark.parametrize(
    ("labels", "templates", "told"),
    [
        ([], ["{}"], "no labels"),
        ([("joy", "")], ["no place"], "once"),
        ([("joy", "")], ["{} and {}"], "once"),
        ([("joy", "")], [], "no template"),
        ([("joy", ""), ("rage", "fury")], [], "'joy'"),
    ],
)
def test_what_cannot_be_asked_is_refused(labels, templates, told):
    with pytest.raises(InputError, match=told):
        hypotheses_of(labels, templates)


@pytest.mark.parametrize(("answer", "told"), [([0.5], "pairs"), ([0.5, 2.0], "probabilities"), ([0.5, np.nan], "prob")])
def test_a_scorer_that_answers_amiss_is_refused(answer, told):
    asked = hypotheses_of([("joy", ""), ("rage", "")], ["{}"])
    with pytest.raises(InputError, match=told):
        entailment_scores(lambda premises, hypotheses: np.array(answer), ["x"], asked)


def test_entailment_is_found_by_its_name_only():
    assert entailment_place(["entailment", "neutral", "contradiction"]) == 0
    assert entailment_place(["not_entailment", "entailment"]) == 1
    for labels in (["LABEL_0", "LABEL_1"], ["joy", "fear"], ["entails", "entailment"]):
        with pytest.raises(InputError, match="which is entailment"):
            entailment_place(labels)


def test_an_onnx_checkpoint_reads_premise_and_hypothesis_together(tmp_path):
    make_checkpoint(tmp_path, ["contradiction", "neutral", "entailment"])
    entails = open_entailment(str(tmp_path))
    pairs = (["so happy", "sad"], ["happy", "angry so"])
    said = entails(*pairs)
    for premise, hypothesis, value in zip(*pairs, said, strict=True):
        # The tokenizer has no template for pairs: words of both, in a row.
        ids = [WORDS.index(word) for word in f"{premise} {hypothesis}".split()]
        logits = embedding(len(WORDS))[ids].mean(axis=0) @ weights(3)
        assert value == pytest.approx((np.exp(logits) / np.exp(logits).sum())[2], abs=1e-5)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    make_checkpoint(tmp_path, ["joy", "fear", "anger"])
    with pytest.raises(InputError, match="which is entailment"):
        open_entailment(str(tmp_path))
    with pytest.raises(InputError, match="no folder"):
        open_entailment(str(tmp_path / "nowhere") + "@model.onnx")
