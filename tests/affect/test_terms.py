"""The terms: every label of every emotion space has a definition, a sourced place, and placements or reasons."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from affekt.affect.norms import read_norms
from affekt.affect.spaces import DEMSZKY_2020, MIKELS_2005, SPACES, holds_emotions
from affekt.affect.terms import (
    METHODS,
    RELATIONS,
    TERMS,
    Term,
    TermPlacement,
    _read_terms,
    definition_of,
    find_term,
    terms_of,
)
from affekt.affect.vad import vad_of
from affekt.errors import UnknownNameError
from affekt.types import LabelSpace

EMOTIONS = [space for space in SPACES.values() if holds_emotions(space)]
LABELS = [(space.name, label) for space in EMOTIONS for label in space.labels]
KINDS = {"identity of names", "published roll-up", "hierarchy", "derived", "composed"}
FRAMES = ("ekman", "plutchik", "sentiment")


def placements(term: Term) -> dict[str, TermPlacement]:
    return {frame: getattr(term, frame) for frame in FRAMES}


@pytest.mark.parametrize("term", TERMS.values(), ids=TERMS)
def test_a_term_is_complete(term: Term) -> None:
    assert term.name == term.name.lower()
    assert term.definition[0].isupper() and term.definition.endswith(".") and len(term.definition) > 14
    assert term.method in METHODS
    assert term.words and set(term.words) <= set(read_norms())
    assert (len(term.words) > 1) == (term.method == "composed")
    own_headword = term.words[0] == term.name or term.words[0].startswith(f"{term.name} (")
    assert (own_headword and len(term.words) == 1) == (term.method == "norm")
    # A headword of that very name is never passed over, except for one of its senses.
    assert term.method == "norm" or term.name not in read_norms()
    for frame, placement in placements(term).items():
        assert placement.kind in KINDS
        assert set(placement.targets) <= set(SPACES[frame].labels)
        assert tuple(sorted(placement.targets, key=SPACES[frame].index)) == placement.targets
        assert len(placement.citation) > 8, (frame, placement)
        assert "[" not in placement.citation and "~" not in placement.citation
        if not placement.targets:
            assert len(placement.citation) > 20, (frame, placement)
    assert len(term.sentiment.targets) <= 1


@pytest.mark.parametrize(("space", "label"), LABELS, ids=[f"{space}.{label}" for space, label in LABELS])
def test_every_label_stands_for_terms(space: str, label: str) -> None:
    terms = terms_of(space, label)
    assert terms
    assert len(set(terms)) == len(terms)
    assert definition_of(space, label).endswith(".")
    place = next(place for place in vad_of(space) if place.label == label)
    words = [word for term in terms for word in term.words]
    assert place.words == tuple(dict.fromkeys(words))
    assert place.method in METHODS


def test_kin_are_terms_and_share_placements_unless_a_term_has_its_own() -> None:
    related = {term.name: term.kin for term in TERMS.values() if term.kin}
    for name, kin in related.items():
        assert kin.relation in RELATIONS
        assert kin.name in TERMS and kin.name != name
        for frame in FRAMES:
            own, other = getattr(TERMS[name], frame), getattr(TERMS[kin.name], frame)
            if own.citation.startswith(f"{kin.relation} {kin.name}"):
                assert own.targets == other.targets
    assert related["afraid"] == ("another form of", "fear")
    assert related["malice"] == ("close to", "spite")
    assert related["devastated"] == ("a kind of", "grief")
    assert TERMS["joy"].kin is None


def test_every_term_is_a_label_of_some_space() -> None:
    assert {term.name for space, label in LABELS for term in terms_of(space, label)} == set(TERMS)


def test_the_listed_labels_are_labels_of_their_spaces() -> None:
    table = Path(sys.modules["affekt.affect.terms"].__file__ or "").parent / "data" / "labels.tsv"
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line[0] != "#"][1:]
    assert len({(space, label) for space, label, _ in rows}) == len(rows)
    for space, label, terms in rows:
        assert label in SPACES[space]
        assert label not in TERMS or terms != label, "a label that is its term need not be listed"
        assert [term.name for term in terms_of(space, label)] == terms.split(" + ")


# The published roll-ups of GoEmotions, as in the authors' repository.
SIGNS = {
    "positive": "amusement excitement joy love desire optimism caring pride admiration gratitude relief approval",
    "negative": "fear nervousness remorse embarrassment disappointment sadness grief disgust anger annoyance "
    "disapproval",
}


def test_terms_agree_with_the_published_roll_ups_of_goemotions() -> None:
    signs = {label: sign for sign, labels in SIGNS.items() for label in labels.split()}
    for label in SPACES["goemotions"].labels:
        (term,) = terms_of("goemotions", label)
        if label == "neutral":
            assert (term.ekman.targets, term.sentiment.targets) == ((), ("neutral",))
        else:
            assert term.sentiment.targets == ((signs[label],) if label in signs else ())
            assert term.sentiment.kind == "published roll-up" or label not in signs
            assert DEMSZKY_2020 in term.sentiment.citation
            assert term.ekman.kind in ("published roll-up", "identity of names")


def test_terms_agree_with_the_ekman_mapping_in_the_corpus() -> None:
    if "AFFEKT_DATA" not in os.environ:
        pytest.skip("AFFEKT_DATA is not set, so the corpus's ekman_mapping.json cannot be read")
    path = Path(os.environ["AFFEKT_DATA"]) / "text" / "goemotions" / "ekman_mapping.json"
    for ekman, labels in json.loads(path.read_text(encoding="utf-8")).items():
        assert all(find_term(label).ekman.targets == (ekman,) for label in labels)


def test_plutchik_places_follow_the_wheel() -> None:
    wheel = SPACES["plutchik"].labels
    for place, label in enumerate(SPACES["plutchik-intensities"].labels):
        assert find_term(label).plutchik.targets == (wheel[place // 3],)
    for place, label in enumerate(SPACES["plutchik-dyads"].labels):
        petals = {wheel[place % 8], wheel[(place % 8 + place // 8 + 1) % 8]}
        assert set(find_term(label).plutchik.targets) == petals, label
        assert find_term(label).plutchik.kind == "hierarchy"


def test_ekman_places_follow_the_tree_where_goemotions_and_the_wheel_are_silent() -> None:
    elsewhere = set(SPACES["goemotions"].labels) | set(SPACES["plutchik-intensities"].labels)
    roots = {"affection": "joy", "rapture": "joy", "wrath": "anger", "woe": "sadness", "dread": "fear"}
    for label, root in roots.items():
        assert find_term(label).ekman.targets == (root,)
    assert find_term("contempt").ekman.targets == ("disgust",)
    assert "revulsion" not in elsewhere
    assert find_term("revulsion").ekman.targets == ("disgust",)


def test_mikels_signs_are_kept() -> None:
    for label in SPACES["mikels"].labels:
        pleasant = label in ("amusement", "awe", "contentment", "excitement")
        assert find_term(label).sentiment.targets == ("positive" if pleasant else "negative",)
    assert MIKELS_2005 in find_term("awe").sentiment.citation


def test_the_geneva_wheel_has_a_pleasant_and_an_unpleasant_half() -> None:
    labels = SPACES["geneva-emotion-wheel"].labels
    assert [find_term(label).sentiment.targets for label in labels] == [("positive",)] * 10 + [("negative",)] * 10


def test_a_sign_does_not_contradict_the_place_in_ekman() -> None:
    signs = {"joy": "positive", "anger": "negative", "disgust": "negative", "fear": "negative", "sadness": "negative"}
    mixed = {"awe", "wonder", "being moved"}
    for term in TERMS.values():
        expected = {signs[target] for target in term.ekman.targets if target in signs}
        if len(expected) == 1 and term.sentiment.targets and term.name not in mixed:
            assert term.sentiment.targets == tuple(expected), term


def test_a_sign_does_not_contradict_the_valence_of_its_words() -> None:
    # Words whose norm and whose published place disagree: the norm rates the word, not the feeling.
    known = {"longing", "yearning", "sympathy", "teasing"}
    found = set()
    for term in TERMS.values():
        valence = sum(read_norms()[word].valence for word in term.words) / len(term.words)
        against = {"positive": valence < -0.1, "negative": valence > 0.1, "neutral": abs(valence) > 0.2}
        found |= {term.name for sign in term.sentiment.targets if against[sign]}
    assert found == known


def test_compounds_are_each_of_their_parts() -> None:
    assert [term.name for term in terms_of("emotic", "doubt/confusion")] == ["doubt", "confusion"]
    assert [term.name for term in terms_of("c-expr", "happily surprised")] == ["happiness", "surprise"]
    assert [term.name for term in terms_of("kpoem", "안심/신뢰")] == ["relief", "trust"]
    assert definition_of("c-expr", "sadly angry").startswith("Sadness: low, heavy feeling")
    assert {term.name for label in ("no-emotion", "other") for term in terms_of("x-envent", label)} == {
        "neutral",
        "other emotion",
    }


def test_words_and_labels_that_are_none() -> None:
    assert find_term(" Being_Moved") == find_term("being moved")
    with pytest.raises(UnknownNameError, match=r"Unknown term 'joyy'\. Did you mean 'joy'"):
        find_term("joyy")
    with pytest.raises(UnknownNameError, match="Unknown label of ekman 'love'"):
        terms_of("ekman", "love")
    own = LabelSpace("own", ("Joy", "hope / fear", "xyzzy"), "multi-label", "us")
    assert [[term.name for term in terms_of(own, label)] for label in own.labels[:2]] == [["joy"], ["hope", "fear"]]
    with pytest.raises(UnknownNameError, match="term behind a label of own 'xyzzy'"):
        terms_of(own, "xyzzy")
    assert "joy" in TERMS and "joyy" not in TERMS and len(list(TERMS)) == len(TERMS)


def test_the_table_is_read_in_a_few_milliseconds() -> None:
    def seconds() -> float:
        _read_terms.cache_clear()
        start = time.perf_counter()
        assert len(TERMS) > 200
        return time.perf_counter() - start

    # The best of ten, on a machine that may be busy; about 3 ms on an idle one.
    assert min(seconds() for _ in range(10)) < 0.03
