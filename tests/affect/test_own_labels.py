import pytest

from affekt.affect.words.own_labels import (
    SPACE,
    fingerprint,
    own_labels,
    own_space,
    parse_labels,
    unknown_sentence,
)
from affekt.errors import InputError


def names(written):
    return [label.name for label in parse_labels(written)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("proud, let down, amused", ["proud", "let down", "amused"]),
        ("proud", ["proud"]),
        ("proud,,let down,", ["proud", "let down"]),
        ("proud; let down: hoped for more, got less", ["proud", "let down"]),
        ("proud\nlet down\n\namused\n", ["proud", "let down", "amused"]),
        ("in  good\tspirits".replace("\t", " "), ["in good spirits"]),
    ],
)
def test_labels_are_parted_as_people_write_them(written, expected):
    assert names(written) == expected


def test_a_definition_may_hold_commas_where_semicolons_part():
    label, other = parse_labels("let down: hoped for more, got less; amused")
    assert label.definition == "hoped for more, got less"
    assert other.definition.endswith(".")  # that of the table of terms


@pytest.mark.parametrize(
    ("written", "how", "terms"),
    [
        ("Proud", "term", ("proud",)),
        ("let down", "vocabulary", ("disappointed",)),
        ("relieved about the exam", "words", ("relief",)),
        ("zubu: angry at a machine", "definition", ("angry",)),
        ("xqzt", "unknown", ()),
        ("table", "unknown", ()),
    ],
)
def test_what_a_label_means_is_found_where_it_can_be(written, how, terms):
    (label,) = own_labels([written])
    assert (label.how, label.terms) == (how, terms)
    assert (label.vad is None) == (how == "unknown")


def test_a_label_lies_where_its_terms_lie():
    joyful, sad = own_labels(["joyful", "sad"])
    assert joyful.vad.valence > 0.5 > -0.5 > sad.vad.valence


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "no labels"),
        ([" "], "needs a name"),
        (["..."], "needs a name"),
        (["joy", "JOY"], "given twice"),
        (["a|b"], "parts labels"),
        ([3], "is a str"),
        ([f"label {i}" for i in range(201)], "at most 200"),
    ],
)
def test_bad_lists_are_refused(given, told):
    with pytest.raises(InputError, match=told):
        own_labels(given)


def test_only_what_is_not_understood_is_told():
    assert unknown_sentence(parse_labels("proud, amused")) is None
    assert "'xqzt', 'qwv' are no words" in unknown_sentence(parse_labels("proud, xqzt, qwv"))


def test_the_space_holds_any_number_and_the_fingerprint_every_word():
    labels = parse_labels("proud, amused")
    space = own_space(labels)
    assert (space.name, space.kind, space.labels) == (SPACE, "multi-label", ("proud", "amused"))
    others = [parse_labels(written) for written in ("amused, proud", "proud, amuse", "proud: so, amused")]
    assert len({fingerprint(each) for each in (labels, *others)}) == 4
    assert fingerprint(labels) == fingerprint(parse_labels("proud,amused"))
