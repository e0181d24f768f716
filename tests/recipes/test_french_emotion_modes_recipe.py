"""What the recipe of the emotion modes asks, of gold, of workers and of a language model."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.corpora.parts import Parts
from affekt.corpora.targets import make_target
from affekt.language.echo import Scripted
from affekt.layers.hierarchical_head import contradictions
from affekt.types import LabelSpace, Rating, Record, Signal

FOLDER = Path(__file__).parents[2] / "recipes" / "french_emotion_modes"


@pytest.fixture(scope="module")
def questions() -> ModuleType:
    spec = importlib.util.spec_from_file_location("french_questions", FOLDER / "questions.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["french_questions"] = module
    spec.loader.exec_module(module)
    return module


def sentence(name: str, text: str, *labels: str, modes: str = "", votes: tuple[str, ...] = ()) -> Record:
    conditions = {"emotional": "yes" if labels else "no"} | ({"modes": modes} if modes else {})
    ratings = tuple(Rating(None, (vote,)) for vote in votes)
    return Record(name, Signal(text, language="fr"), "all", labels, conditions=conditions, ratings=ratings)


FRENCH = [
    sentence("1", "Il a peur.", "fear", modes="labeled"),
    sentence("2", "Elle est fière et rit.", "pride", "joy", modes="labeled behavioral"),
    sentence("3", "Paris est grand."),
    sentence("4", "Quelle histoire !", "other"),
]


def test_gold_answers_of_french_follow_the_scheme(questions: ModuleType) -> None:
    asked = questions.french()
    found = questions.truth_of(FRENCH, asked)
    assert found.emotional.tolist() == [True, True, False, True]
    assert found.types.tolist() == [[True, False], [True, True], [False, False], [False, False]]
    assert not contradictions(found, asked.hierarchy).any()


def test_edos_has_thirty_two_emotions_in_groups(questions: ModuleType) -> None:
    asked = questions.edos()
    hierarchy = asked.hierarchy
    assert len(hierarchy.categories) == 32 and "consoling" not in hierarchy.categories and hierarchy.modes == ()
    of = dict(zip(hierarchy.categories, hierarchy.type_of, strict=True))
    assert hierarchy.types[of["furious"]] == "anger" and hierarchy.types[of["terrified"]] == "fear"
    told = questions.truth_of([sentence("1", "x", "furious"), sentence("2", "y", "consoling")], asked)
    assert told.emotional.tolist() == [True, False]


def test_workers_are_read_where_they_are_published(questions: ModuleType) -> None:
    asked = questions.edos()
    records = [
        sentence("1", "x", "furious", votes=("furious", "angry", "furious")),
        sentence("2", "y", "neutral", votes=("sad", "neutral", "neutral")),
    ]
    found = questions.worker_answers(records, asked)
    assert found.emotional.tolist() == [True, True]
    assert questions.worker_answers([sentence("1", "x", "furious")], asked) is None
    assert set(questions.agreements(records, asked)) == {"alpha:A", "alpha:D"}


def test_a_language_model_is_asked_about_the_same_sentences(
    questions: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = questions.french()
    own = find_space("emotexttokids")
    train = make_target("toy", FRENCH, own, split="train")
    test = make_target("toy", [sentence("5", "Il a très peur."), sentence("6", "Rome.")], own, split="test")
    replies = ['{"labels": ["fear"]}', "no idea", "no idea", '{"labels": ["labeled"]}', '{"labels": ["labeled"]}']
    model = Scripted(replies)
    monkeypatch.setattr(questions, "open_endpoint", lambda address: model)
    kept = np.array([True, True])
    options = questions.AskOptions(workers=1)
    monkeypatch.setattr(questions, "HOW", options)
    found, tally = questions.few_shot(Parts(train, train, test, ()), kept, asked, "http://here/v1#toy", 2)
    # What has no emotion, as the second reply was none, has no mode though one was named.
    assert found.emotional.tolist() == [True, False]
    assert found.modes[:, 0].tolist() == [True, False]
    assert not contradictions(found, asked.hierarchy).any()
    assert tally.prompts == 4 and tally.unparseable == 1
    assert "Il a peur." in model.asked[0][0].content and "Il a très peur." in model.asked[0][0].content


def test_examples_are_emotional_and_not_in_turn(questions: ModuleType) -> None:
    shown = questions.examples(FRENCH, questions.french(), 4)
    assert [bool(record.labels) for record in shown] == [True, False, True, True]
    assert isinstance(questions.french().modes, LabelSpace)
