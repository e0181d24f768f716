"""Functions and scikit-learn estimators, from modules and from files: fitted, unfitted, and what is none."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from affekt.affect.spaces import find_space
from affekt.cli import affekt
from affekt.errors import InputError
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.functions import answers_of
from affekt.evaluation.loading import load_callable
from affekt.evaluation.subjects import find_subject
from affekt.types import Record, Signal

SIGNS, EKMAN = find_space("sentiment"), find_space("ekman")
SKLEARN = """
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

unfitted = make_pipeline(TfidfVectorizer(), LogisticRegression())
decided = make_pipeline(TfidfVectorizer(), LinearSVC())


def made():
    return make_pipeline(TfidfVectorizer(), LogisticRegression())


def numbered():
    return make_pipeline(CountVectorizer(), LogisticRegression()).fit(["good", "bad"] * 3, [1, 0] * 3)


def fitted():
    return make_pipeline(CountVectorizer(), LogisticRegression()).fit(["good", "bad"] * 3, ["positive", "negative"] * 3)
"""
READERS = """
from dataclasses import dataclass

from lexicon import GOOD


@dataclass
class Word:
    word: str = GOOD

    def __call__(self, texts):
        return ["positive" if self.word in text else "negative" for text in texts]


word, other = Word(), Word("awful")
number = 7


def read(texts):
    return word(texts)


def needs(one):
    def reader(texts):
        return [one for _ in texts]

    return reader


class Needy:
    def __init__(self, path):
        pass
"""


def records(space, *pairs, split="test"):
    return tuple(Record(f"{split}-{i}", Signal(text), split, labels) for i, (text, labels) in enumerate(pairs))


def signs(split, count=20):
    pairs = [("good day", ("positive",)), ("bad night", ("negative",))] * count
    return records(SIGNS, *((f"{text} {i}", labels) for i, (text, labels) in enumerate(pairs)), split=split)


def ask(*texts, learning=(), space=SIGNS):
    return Question(tuple(Record(str(i), Signal(t), "test") for i, t in enumerate(texts)), space, space, learning)


def said(subject, question):
    decided = decide(subject.answer(question), question.space)
    return [[question.space.labels[i] for i in np.flatnonzero(row)] for row in decided.decision]


@pytest.fixture
def files(tmp_path, monkeypatch):
    folder = tmp_path / "own work"
    folder.mkdir()
    (folder / "readers.py").write_text(READERS, encoding="utf-8")
    (folder / "lexicon.py").write_text("GOOD = 'good'\n", encoding="utf-8")
    (folder / "estimators.py").write_text(SKLEARN, encoding="utf-8")
    (folder / "broken.py").write_text("def read(texts:\n", encoding="utf-8")
    (folder / "raises.py").write_text("1 / 0\n", encoding="utf-8")
    (folder / "needs_more.py").write_text("import a_module_nobody_has\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "lexicon", raising=False)
    yield folder
    sys.modules.pop("lexicon", None)


@pytest.mark.parametrize("name", ["read", "word", "Word"])
def test_a_file_is_loaded_with_its_neighbours(files, name):
    before = list(sys.path)
    subject = find_subject(f"{files}/readers.py:{name}")
    assert subject.name == f"readers.{name}"
    assert subject.version.startswith("sha256-")
    assert said(subject, ask("good", "awful")) == [["positive"], ["negative"]]
    assert said(find_subject(f"own work/readers.py:{name}"), ask("good")) == [["positive"]]
    assert sys.path == before


def test_a_changed_file_is_another_version_and_is_read_anew(files):
    first = find_subject("own work/readers.py:read")
    text = (files / "readers.py").read_text(encoding="utf-8").replace('"positive"', '"neutral"')
    (files / "readers.py").write_text(text, encoding="utf-8")
    second = find_subject("own work/readers.py:read")
    assert first.version != second.version
    assert said(second, ask("good")) == [["neutral"]]
    assert load_callable("own work/readers.py:word") is load_callable("own work/readers.py:word")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("own work/absent.py:read", "no file"),
        ("own work/readers.py", "Which function"),
        ("own work/readers.py:raed", "there is no 'raed' in it. It has: .*read"),
        ("own work/readers.py:number", "neither a function nor an estimator"),
        ("own work/readers.py:Needy", "without arguments"),
        ("own work/broken.py:read", "SyntaxError"),
        ("own work/raises.py:read", "ZeroDivisionError"),
        ("own work/needs_more.py:read", "a_module_nobody_has"),
        ("nowhere_at_all:read", "nowhere_at_all"),
        ("own work/readers.py:", "names no function"),
    ],
)
def test_what_cannot_be_loaded_is_told(files, name, told):
    with pytest.raises(InputError, match=told):
        find_subject(name)


@pytest.mark.parametrize("name", ["unfitted", "made", "decided"])
def test_an_unfitted_pipeline_learns_from_the_other_splits(files, name):
    subject = find_subject(f"own work/estimators.py:{name}")
    assert subject.learns
    assert said(subject, ask("good thing", "bad thing", learning=signs("train"))) == [["positive"], ["negative"]]


def test_without_other_splits_it_is_taught_in_parts(files):
    subject = find_subject("own work/estimators.py:unfitted")
    alone = Question(signs("test"), SIGNS, SIGNS)
    assert said(subject, alone) == [list(record.labels) for record in alone.records]


def test_where_several_labels_hold_a_clone_learns_each(files):
    pairs = [("glad", ("joy",)), ("scared", ("fear",)), ("glad and scared", ("joy", "fear")), ("box", ())] * 8
    learning = records(EKMAN, *pairs, split="train")
    subject = find_subject("own work/estimators.py:unfitted")
    found = said(subject, ask("glad", "glad scared", learning=learning, space=EKMAN))
    assert found == [["joy"], ["fear", "joy"]]


def test_a_fitted_pipeline_is_asked_as_it_is(files):
    subject = find_subject("own work/estimators.py:fitted")
    assert not subject.learns
    assert said(subject, ask("good", "bad")) == [["positive"], ["negative"]]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("numbered", r"classes of Pipeline are 0, 1, not labels of sentiment. Fit it.*--answers-in"),
        ("unfitted", "is not fitted"),
    ],
)
def test_what_an_estimator_cannot_answer_names_the_fix(files, made, told):
    estimator = load_callable(f"own work/estimators.py:{made}")
    with pytest.raises(InputError, match=told):
        answers_of(estimator() if made == "numbered" else estimator, ask("good"))
    with pytest.raises(InputError, match="Leave --answers-in out"):
        find_subject("own work/estimators.py:unfitted", space=EKMAN)


def test_estimators_of_several_labels_are_sent_to_a_function():
    from sklearn.multioutput import MultiOutputClassifier
    from sklearn.naive_bayes import BernoulliNB

    class Texts(MultiOutputClassifier):
        def _numbers(self, texts):
            return np.array([[len(text), 1] for text in texts])

        def fit(self, texts, truth):
            return super().fit(self._numbers(texts), truth)

        def predict_proba(self, texts):
            return super().predict_proba(self._numbers(texts))

    model = Texts(BernoulliNB()).fit(["a", "bb", "a"], np.array([[0, 1], [1, 0], [0, 0]]))
    with pytest.raises(InputError, match="wrap it in a function that returns"):
        answers_of(model, ask("good"))

    class Decides:
        def predict(self, texts):
            return np.zeros((len(texts), 2), int)

    with pytest.raises(InputError, match="returns a list of labels"):
        answers_of(Decides(), ask("good"))


def test_the_verb_teaches_and_scores_a_pipeline(files, monkeypatch):
    folder = files.parent / "dair_emotion"
    folder.mkdir()
    for split in ("train", "val", "test"):
        lines = [
            f"i feel {word} {i};{label}" for word, label in (("happy", "joy"), ("sad", "sadness")) for i in "abcdef"
        ]
        (folder / f"{split}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("AFFEKT_DATA", str(files.parent))
    arguments = [
        "evaluate",
        "own work/estimators.py:unfitted",
        "--on",
        "dair_emotion:test",
        "--resamples",
        "20",
        "--json",
    ]
    done = CliRunner().invoke(affekt, arguments)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["model"], found["metrics"]["accuracy"]["value"]) == ("estimators.unfitted", 1.0)
