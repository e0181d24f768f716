"""What can be scored: tables, functions, estimators, baselines, and what they may not answer."""

from __future__ import annotations

import json

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.evaluation.answers import Answers, Question, decide
from affekt.evaluation.functions import answers_of, function_subject
from affekt.evaluation.simple import SIMPLE
from affekt.evaluation.subjects import find_subject
from affekt.evaluation.tables import table_subject
from affekt.types import VAD, Rating, Record, Signal

SIGNS = find_space("sentiment")
EKMAN = find_space("ekman")


def records(*labels, split="test", language="en"):
    return tuple(
        Record(f"{split}-{i}", Signal(f"text {i} {label}", language=language), split, (label,))
        for i, label in enumerate(labels)
    )


def ask(*labels, space=SIGNS, learning=(), **options):
    return Question(records(*labels), space, space, learning, **options)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_labels_is_joined_by_id_and_a_missing_row_is_no_answer(tmp_path):
    path = write(tmp_path / "said.csv", "id,label\ntest-1,positive\ntest-0,negative\n")
    said = table_subject(path).answer(ask("negative", "positive", "neutral"))
    assert said.answered.tolist() == [True, True, False]
    assert [[SIGNS.labels[i] for i in np.flatnonzero(row)] for row in said.chosen] == [["negative"], ["positive"], []]


def test_a_table_of_probabilities_may_be_what_annotate_writes(tmp_path):
    columns = ",".join(f"ekman.{label}" for label in EKMAN)
    path = write(
        tmp_path / "said.csv",
        f"id,{columns},labels,valence,arousal,dominance,status\n"
        "test-0,0.1,0.2,0.3,0.9,0.1,0.0,joy,0.5,0.1,0,ok\ntest-1,,,,,,,,,,,unsupported_language\n",
    )
    said = table_subject(path).answer(ask("positive", "negative"))
    assert said.space.name == "ekman"
    assert said.answered.tolist() == [True, False]
    assert said.probabilities[0].tolist() == [0.1, 0.2, 0.3, 0.9, 0.1, 0.0]
    assert said.vad[0].tolist() == [0.5, 0.1, 0.0]


def test_jsonl_and_parquet_say_the_same_as_csv(tmp_path):
    rows = [{"id": "test-0", "labels": ["joy", "fear"]}, {"id": "test-1", "labels": []}]
    lines = write(tmp_path / "said.jsonl", "\n".join(map(json.dumps, rows)))
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "said.parquet")
    for path in (lines, tmp_path / "said.parquet"):
        said = table_subject(path).answer(ask("joy", "anger", space=EKMAN))
        # An empty list is an answer, "none of them"; an empty CSV cell may be anything.
        assert said.answered.tolist() == [True, True]
        assert said.chosen.sum(axis=1).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,label\ntest-0,joyful\n", "'joyful'"),
        ("id,label\ntest-0,positive\ntest-0,negative\n", "two rows"),
        ("id,label\nother,positive\n", "No id"),
        ("name,label\ntest-0,positive\n", "no 'id'"),
        ("id,negative,neutral,positive\ntest-0,0.1,0.2,1.7\n", "1.7"),
        ("id,negative,neutral,positive\ntest-0,0.1,,0.7\n", "some labels"),
        ("id,negative,neutral,positive\ntest-0,0.1,x,0.7\n", "no number"),
        ("id,mood\ntest-0,fine\n", "nothing that can be scored"),
        ("id,label\ntest-0\n", "as many cells"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        table_subject(write(tmp_path / "said.csv", text)).answer(ask("positive"))


def test_a_table_may_be_in_another_space_that_is_named(tmp_path):
    path = write(tmp_path / "said.csv", "id,label\ntest-0,joy\ntest-1,anger\n")
    said = table_subject(path, space=EKMAN).answer(ask("positive", "negative"))
    decided = decide(said, SIGNS)
    assert [SIGNS.labels[row.argmax()] for row in decided.decision] == ["positive", "negative"]


def test_functions_may_return_labels_mappings_and_arrays(tmp_path, monkeypatch):
    write(
        tmp_path / "my_readers.py",
        "def label(texts): return ['positive' if 'positive' in t else None for t in texts]\n"
        "def mapping(texts): return [{'joy': 0.7, 'valence': 0.4} for _ in texts]\n"
        "def wrong(texts): return ['happy' for _ in texts]\n"
        "def short(texts): return []\n",
    )
    monkeypatch.chdir(tmp_path)
    question = ask("positive", "negative")
    said = function_subject("my_readers:label").answer(question)
    assert said.answered.tolist() == [True, False]
    said = function_subject("my_readers:mapping", space=EKMAN).answer(question)
    assert said.probabilities[0, EKMAN.index("joy")] == 0.7
    assert said.vad[0, 0] == 0.4
    for name, told in (("wrong", "'happy'"), ("short", "0 values"), ("absent", "Cannot load")):
        with pytest.raises(InputError, match=told):
            function_subject(f"my_readers:{name}").answer(question)
    with pytest.raises(InputError, match="one of the two"):
        answers_of(lambda texts: ["positive", {"negative": 0.5}], question)
    silent = answers_of(lambda texts: [None, None], question)
    assert (silent.answered.any(), silent.chosen.any()) == (False, False)
    array = answers_of(lambda texts: np.full((len(texts), 3), 0.2), question)
    assert array.probabilities.shape == (2, 3)
    with pytest.raises(InputError, match="outside"):
        answers_of(lambda texts: np.full((len(texts), 3), 2.0), question)


def test_a_fitted_estimator_is_asked_by_its_classes():
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    taught = records("negative", "positive", "positive", split="train")
    model = make_pipeline(CountVectorizer(), MultinomialNB())
    model.fit([r.signal.text for r in taught], [r.labels[0] for r in taught])
    said = answers_of(model, ask("positive", "negative"))
    decided = decide(said, SIGNS)
    assert [SIGNS.labels[row.argmax()] for row in decided.decision] == ["positive", "negative"]
    assert said.probabilities[:, SIGNS.index("neutral")].tolist() == [0.0, 0.0]


def test_prior_draws_with_the_frequencies_of_the_other_splits():
    learning = records(*["negative"] * 80, *["positive"] * 20, split="train")
    said = SIMPLE["prior"].answer(ask(*["positive"] * 4000, learning=learning))
    assert said.probabilities[0].tolist() == [0.8, 0.0, 0.2]
    assert abs(said.chosen.mean(0)[0] - 0.8) < 0.03
    assert (said.chosen.sum(1) == 1).all()
    again = SIMPLE["prior"].answer(ask(*["positive"] * 4000, learning=learning))
    assert (said.chosen == again.chosen).all()


def test_all_positive_says_everything_or_the_most_frequent():
    learning = records("negative", "negative", "positive", split="train")
    assert SIMPLE["all-positive"].answer(ask("positive", learning=learning)).chosen.tolist() == [[True, False, False]]
    several = SIMPLE["all-positive"].answer(ask("joy", space=EKMAN))
    assert several.chosen.all()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("several", [False, True])
def test_tfidf_learns_from_the_other_splits_or_from_other_parts(language, several):
    space = EKMAN if several else SIGNS
    labels = ("joy", "anger") if several else ("positive", "negative")
    taught = records(*labels * 30, split="train", language=language)
    asked = records(*labels * 10, language=language)
    for learning, question in ((taught, asked), ((), taught)):
        said = SIMPLE["tfidf"].answer(Question(question, space, space, learning))
        decided = decide(said, space)
        truth = [[label in r.labels for label in space] for r in question]
        assert (decided.decision == np.array(truth)).all(axis=1).mean() > 0.9


def test_tfidf_answers_dimensions_by_ridge():
    taught = tuple(
        Record(
            str(i),
            Signal(f"{'good' if i % 2 else 'bad'} day {i % 5}", language="en"),
            "train",
            vad=VAD(0.5 * (-1) ** (i + 1), 0, 0),
        )
        for i in range(60)
    )
    said = SIMPLE["tfidf"].answer(Question(taught[:10], None, None, taught[10:]))
    assert said.space is None
    assert (np.sign(said.vad[:, 0]) == [-1, 1] * 5).all()


def test_prior_answers_the_mean_of_the_dimensions_that_are_rated():
    taught = tuple(
        Record(str(i), Signal("x"), "train", ratings=(Rating(None, values={"valence": value}),))
        for i, value in enumerate((0.2, 0.6))
    )
    said = SIMPLE["prior"].answer(Question(taught[:1], None, None, taught))
    assert said.vad[0, 0] == pytest.approx(0.4)
    assert np.isnan(said.vad[0, 1:]).all()


def test_vader_gives_signs_and_nothing_finer():
    texts = tuple(Record(str(i), Signal(t, language="en"), "test") for i, t in enumerate(("I love it!", "I hate it.")))
    said = SIMPLE["vader"].answer(Question(texts, SIGNS))
    assert [SIGNS.labels[row.argmax()] for row in said.chosen] == ["positive", "negative"]
    with pytest.raises(InputError, match="sentiment"):
        SIMPLE["vader"].answer(Question(texts, EKMAN))


def test_ours_is_asked_in_the_language_the_corpus_states():
    mixed = (
        Record("1", Signal("Thank you so much!", language="en"), "test"),
        Record("2", Signal("Vielen Dank!", language="de"), "test"),
    )
    said = find_subject("text-nano").answer(Question(mixed, SIGNS))
    assert said.answered.tolist() == [True, False]
    assert np.isnan(said.probabilities[1]).all()
    decided = decide(said, SIGNS)
    assert decided.decision.tolist() == [[False, False, True], [False, False, False]]


def test_decisions_follow_thresholds_and_say_what_cannot_be_reached():
    said = Answers(
        np.array([True]), EKMAN, np.array([[0.3, 0.0, 0.0, 0.45, 0.1, 0.0]]), thresholds={"ekman": (0.2,) * 6}
    )
    found = decide(said, EKMAN)
    assert (found.rule, found.decision.sum()) == ("own-thresholds", 2)
    plain = decide(Answers(said.answered, EKMAN, said.probabilities), EKMAN)
    assert (plain.rule, plain.decision.sum()) == ("threshold-0.5", 0)
    fine = decide(said, find_space("isear"))
    assert fine.rule == "most-probable"
    assert "guilt" in fine.unreached
    with pytest.raises(ConversionError):
        decide(Answers(np.array([True]), SIGNS, np.array([[0.2, 0.3, 0.5]])), EKMAN)


def test_what_names_nothing_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownNameError, match="text-nano"):
        find_subject("text-nan")
    with pytest.raises(InputError, match="no file"):
        find_subject("absent.csv")
    with pytest.raises(InputError, match="no endpoint"):
        find_subject("endpoint:localhost")
    write(tmp_path / "model.pkl", "")
    with pytest.raises(InputError, match="no table"):
        find_subject("model.pkl")
