import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.answers import Question
from affekt.evaluation.by_name import entailment_subject, named_labels, open_subject
from affekt.evaluation.runner import EvaluationOptions, prepare_records
from affekt.evaluation.subjects import find_subject
from affekt.evaluation.zero_shot import (
    alternating_split,
    decide_fully_unseen,
    decide_partially_unseen,
    zero_shot_scores,
)
from affekt.types import LabelSpace, Record, Signal

TEXTS = {
    "joy": ["what a joy this is", "pure joy"],
    "fear": ["I live in fear", "there is fear in the air"],
    "anger": ["they shout in anger", "anger everywhere"],
    "sadness": ["such sadness", "sadness without end"],
}
SPACE = LabelSpace("four", tuple(TEXTS), "exclusive", "this test")
RECORDS = tuple(
    Record(f"{label}-{i}", Signal(text, language="en"), "test", (label,))
    for label, texts in TEXTS.items()
    for i, text in enumerate(texts)
)
QUESTION = Question(RECORDS, SPACE, SPACE)


def entails(premises, hypotheses):
    """An entailment scorer that looks for a label's word in the premise."""
    words = ("joy", "fear", "anger", "sadness")
    return np.array(
        [0.95 if any(w in p and w in h for w in words) else 0.1 for p, h in zip(premises, hypotheses, strict=True)]
    )


def test_an_injected_entailment_scorer_answers_any_label_list():
    said = entailment_subject("injected", entails=entails).answer(QUESTION)
    assert said.probabilities.argmax(1).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    np.testing.assert_allclose(said.probabilities.sum(1), 1)


def test_both_protocols_run_on_it():
    said = entailment_subject("injected", entails=entails).answer(QUESTION).probabilities
    truth, labels = [record.labels[0] for record in RECORDS], SPACE.labels
    fully = zero_shot_scores(truth, decide_fully_unseen(said, limit=None), labels)
    assert fully.overall == 1.0
    for version in (0, 1):
        seen = alternating_split(labels, version)
        chosen = decide_partially_unseen(said, [label in seen for label in labels], limit=0.3)
        found = zero_shot_scores(truth, chosen, labels, seen=seen)
        assert (found.seen, found.unseen, found.harmonic) == (1.0, 1.0, 1.0)


def test_the_open_vocabulary_scorer_is_the_offline_default():
    said = open_subject().answer(QUESTION)
    assert (said.probabilities.argmax(1) == np.repeat(np.arange(4), 2)).mean() >= 0.75
    assert set(said.thresholds) == {"four"}


def test_it_is_scored_like_any_model():
    prepared = prepare_records("four", RECORDS, SPACE, split="test", options=EvaluationOptions(contamination=False))
    assert find_subject("text-open").answer(prepared.question).answered.all()


def test_definitions_are_taken_and_others_refused():
    assert named_labels(find_space("ekman"), {"Joy": "great pleasure"})[3].definition == "great pleasure"
    with pytest.raises(UnknownNameError):
        named_labels(find_space("ekman"), {"joi": "great pleasure"})
    with pytest.raises(InputError, match="--labels"):
        find_subject("text", labels=("joy: great pleasure",))


def test_a_corpus_without_labels_is_refused():
    with pytest.raises(InputError, match="dimensions only"):
        open_subject().answer(Question(RECORDS, None))
