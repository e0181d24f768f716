"""What the text-method recipes are scored on: users and times kept apart, and made texts that differ as they are meant
to and in nothing else."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from affekt.types import Record, Signal

RECIPES = Path(__file__).parents[2] / "recipes"


def module_of(recipe: str) -> ModuleType:
    """The data.py of a recipe, under a name of its own."""
    name = f"{recipe}_data"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, RECIPES / recipe / "data.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def test_leia_is_tested_on_other_users_and_a_later_time() -> None:
    respondents = [
        Record(f"r{n}", Signal(f"I felt {n}."), "all", labels=("joy",), speaker=f"s{n % 9}", group=f"s{n % 9}")
        for n in range(90)
    ]
    waves = [
        Record(f"w{n}", Signal(f"Today {n}."), f"phase{1 + n % 2}", speaker=f"p{n // 2 % 12}", group=f"p{n // 2 % 12}")
        for n in range(96)
    ]
    learned, tests = module_of("leia").in_domain(respondents, waves)
    assert set(tests) == {
        *("isear:other-users", "covid19_worry:other-users"),
        *("covid19_worry:later", "covid19_worry:other-users-later"),
    }
    people = {record.speaker for record in learned}
    known = {record.speaker for record in learned if record.id.startswith("covid19_worry/")}
    assert all(tests.values())
    for name, records in tests.items():
        corpus, _, kind = name.partition(":")
        speakers = {f"{corpus}/{record.speaker}" for record in records}
        assert (not speakers & people) if kind.startswith("other-users") else speakers <= known
        if corpus == "covid19_worry":
            assert {record.conditions["wave"] for record in records} == {"2" if "later" in kind else "1"}
    assert {r.conditions["wave"] for r in learned if "wave" in r.conditions} == {"1"}
    ids = [record.id for records in tests.values() for record in records]
    assert len(ids) == len(set(ids))


def test_chains_differ_in_nothing_but_whether_emotions_agree() -> None:
    sentences = {label: [f"{label}{n}" for n in range(12)] for label in ("anger", "fear", "joy", "sadness")}
    made = module_of("emoplmsynth").chains(sentences, 16, length=3, seed=1)
    texts = [text.split(" . ") for text in made.texts]
    real = [text for text, truth in zip(texts, made.truth, strict=True) if truth[0]]
    mixed = [text for text, truth in zip(texts, made.truth, strict=True) if truth[1]]
    assert len(real) == len(mixed) == 16
    assert all(len({sentence.rstrip("0123456789") for sentence in text}) == 1 for text in real)
    assert all(len({sentence.rstrip("0123456789") for sentence in text}) == 3 for text in mixed)
    # The same sentences in the same places, each once: no word and no place tells.
    for place in range(3):
        assert Counter(text[place] for text in real) == Counter(text[place] for text in mixed)
    assert max(Counter(sentence for text in real for sentence in text).values()) == 1


def test_spliced_conversations_hold_every_half_once_in_each_kind() -> None:
    talks = [(label, [f"{label}{n}a", f"{label}{n}b", f"{label}{n}c"]) for label in ("joy", "fear") for n in range(5)]
    made = module_of("emoplmsynth").spliced([*talks, ("joy", ["alone"])], 8)
    texts = [text.split(" . ") for text in made.texts]
    real = [text for text, truth in zip(texts, made.truth, strict=True) if truth[0]]
    mixed = [text for text, truth in zip(texts, made.truth, strict=True) if truth[1]]
    assert Counter(text[0] for text in real) == Counter(text[0] for text in mixed)
    assert Counter(text[-1] for text in real) == Counter(text[-1] for text in mixed)
    assert all(text[0][:3] == text[-1][:3] for text in real)
    assert all(text[0][:3] != text[-1][:3] for text in mixed)


def test_a_conversation_is_its_turns_and_the_emotion_of_its_situation() -> None:
    records = [
        Record("a/situation", Signal("It rained."), "train", labels=("sad",), group="a"),
        Record("a/1", Signal("Oh no."), "train-turns", group="a"),
        Record("a/2", Signal("Yes."), "train-turns", group="a"),
        Record("b/1", Signal("Nothing is told of this one."), "train-turns", group="b"),
    ]
    assert module_of("emoplmsynth").conversations(records) == [("sad", ["Oh no.", "Yes."])]


def test_too_few_emotions_are_refused() -> None:
    data = module_of("emoplmsynth")
    with pytest.raises(ValueError, match="there are 2"):
        data.chains({"joy": ["a"] * 3, "fear": ["b"] * 3}, 2)
    with pytest.raises(ValueError, match="one emotion alone"):
        data.spliced([("joy", ["a", "b"])], 2)
