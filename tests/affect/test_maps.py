"""Every map against an independent listing, and totality over all pairs of spaces."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import math
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.affect.convert import Conversion, compose, conversion
from affekt.affect.maps import Loss, Placement
from affekt.affect.maps.kinship import groups_of, kin_of
from affekt.affect.maps.placing import place_label, terms_behind
from affekt.affect.maps.published import MAPS, PATHS
from affekt.affect.spaces import NO_EMOTION, SPACES
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.types import LabelSpace

NO_EMOTIONS = ("appraisals", "instrument", "wellness", "traits", "tags")
EMOTIONS = sorted(name for name, space in SPACES.items() if space.kind not in NO_EMOTIONS)
OTHERS = sorted(set(SPACES) - set(EMOTIONS))
SEVEN = ("goemotions", "ekman", "ekman-neutral", "sentiment", "goemotions-sentiment", "plutchik", "parrott")
REFUSED = {(name, "goemotions") for name in SEVEN if name != "goemotions"} | {
    (coarse, fine)
    for coarse in ("sentiment", "goemotions-sentiment")
    for fine in ("ekman", "ekman-neutral", "plutchik", "parrott")
}


@cache
def found_or_none(source: str, target: str) -> Conversion | None:
    try:
        return conversion(source, target)
    except ConversionError:
        return None


def convertible(source: str) -> list[Conversion]:
    return [found for target in EMOTIONS if (found := found_or_none(source, target)) is not None]


# Label by label, from figure 2 and appendix of the paper (signs; Ekman groups).
GOEMOTIONS = {
    "admiration": ("joy", "positive"),
    "amusement": ("joy", "positive"),
    "anger": ("anger", "negative"),
    "annoyance": ("anger", "negative"),
    "approval": ("joy", "positive"),
    "caring": ("joy", "positive"),
    "confusion": ("surprise", "ambiguous"),
    "curiosity": ("surprise", "ambiguous"),
    "desire": ("joy", "positive"),
    "disappointment": ("sadness", "negative"),
    "disapproval": ("anger", "negative"),
    "disgust": ("disgust", "negative"),
    "embarrassment": ("sadness", "negative"),
    "excitement": ("joy", "positive"),
    "fear": ("fear", "negative"),
    "gratitude": ("joy", "positive"),
    "grief": ("sadness", "negative"),
    "joy": ("joy", "positive"),
    "love": ("joy", "positive"),
    "nervousness": ("fear", "negative"),
    "optimism": ("joy", "positive"),
    "pride": ("joy", "positive"),
    "realization": ("surprise", "ambiguous"),
    "relief": ("joy", "positive"),
    "remorse": ("sadness", "negative"),
    "sadness": ("sadness", "negative"),
    "surprise": ("surprise", "ambiguous"),
}
# Plutchik's wheel, whole: petals from mild to strong, and the three rings of dyads.
PETALS = {
    "joy": "serenity joy ecstasy",
    "trust": "acceptance trust admiration",
    "fear": "apprehension fear terror",
    "surprise": "distraction surprise amazement",
    "sadness": "pensiveness sadness grief",
    "disgust": "boredom disgust loathing",
    "anger": "annoyance anger rage",
    "anticipation": "interest anticipation vigilance",
}
DYADS = [
    "love submission awe disapproval remorse contempt aggressiveness optimism",
    "guilt curiosity despair unbelief envy cynicism pride hope",
    "delight sentimentality shame outrage pessimism morbidness dominance anxiety",
]
# Parrott's tree: the words under each primary emotion.
PARROTT = {
    "love": "adoration affection love fondness liking attraction caring tenderness compassion sentimentality arousal "
    "desire lust passion infatuation longing",
    "joy": "amusement bliss cheerfulness gaiety glee jolliness joviality joy delight enjoyment gladness happiness "
    "jubilation elation satisfaction ecstasy euphoria enthusiasm zeal zest excitement thrill exhilaration contentment "
    "pleasure pride triumph eagerness hope optimism enthrallment rapture relief",
    "surprise": "amazement surprise astonishment",
    "anger": "aggravation irritation agitation annoyance grouchiness grumpiness exasperation frustration anger rage "
    "outrage fury wrath hostility ferocity bitterness hate loathing scorn spite vengefulness dislike resentment "
    "disgust revulsion contempt envy jealousy torment",
    "sadness": "agony suffering hurt anguish depression despair hopelessness gloom glumness sadness unhappiness grief "
    "sorrow woe misery melancholy dismay disappointment displeasure guilt shame regret remorse alienation isolation "
    "neglect loneliness rejection homesickness defeat dejection insecurity embarrassment humiliation insult pity "
    "sympathy",
    "fear": "alarm shock fear fright horror terror panic hysteria mortification anxiety nervousness tenseness "
    "uneasiness apprehension worry distress dread",
}


def placed(source: str, target: str) -> dict[str, tuple[str, ...]]:
    return {placement.label: placement.targets for placement in conversion(source, target).placements}


@pytest.mark.parametrize("source", EMOTIONS)
def test_every_pair_places_or_lists_every_label_or_says_why_not(source: str) -> None:
    for target in EMOTIONS:
        try:
            found = conversion(source, target)
        except ConversionError as error:
            assert "which is finer: " in str(error) or "none of its labels has a place" in str(error)
            assert "via='vad'" in str(error)
            continue
        assert (source, target) not in REFUSED
        where = [placement.label for placement in found.placements]
        lost = [loss.label for loss in found.loses]
        assert Counter(where + lost) == Counter(SPACES[source].labels)
        for placement in found.placements:
            assert placement.targets
            assert len(set(placement.targets)) == len(placement.targets)
            assert set(placement.targets) <= set(SPACES[target].labels)
            assert placement.citation
            assert not placement.shares
        assert all(len(loss.reason) > 20 for loss in found.loses)
        assert found.citation
        assert (found.path[0], found.path[-1]) == (source, target)
        assert found.rule == ("sum" if SPACES[source].kind == "exclusive" else "noisy-or")
        assert (found.kind == "identity") == (source == target)


def test_the_seven_first_spaces_convert_and_refuse_as_they_always_did() -> None:
    for source, target in itertools.product(SEVEN, SEVEN):
        known = (source, target) in MAPS or (source, target) in PATHS or source == target
        assert known != ((source, target) in REFUSED)
        if not known:
            with pytest.raises(ConversionError, match=r"which is finer: \w+ would have to be split into .+ Read the "):
                conversion(source, target)


def test_no_pair_has_both_a_map_and_a_path_and_paths_run_over_maps() -> None:
    assert not set(MAPS) & set(PATHS)
    assert all(step in MAPS for path in PATHS.values() for step in itertools.pairwise(path))


@pytest.mark.parametrize("source", EMOTIONS)
@pytest.mark.parametrize("hub", ["ekman", "sentiment", "plutchik"])
def test_every_label_has_a_place_in_the_hubs_or_a_reason_for_none(source: str, hub: str) -> None:
    for label in SPACES[source]:
        place = place_label(SPACES[source], label, SPACES[hub])
        if isinstance(place, Placement):
            assert place.targets
            assert set(place.targets) <= set(SPACES[hub].labels)
            assert place.citation
        else:
            assert len(place.reason) > 20
        found = found_or_none(source, hub)
        if found is not None and source not in SEVEN and (source, hub) not in MAPS:
            lost = {loss.label for loss in found.loses}
            assert (label in lost) if isinstance(place, Loss) else (place in found.placements)


def test_the_tree_of_emotions_takes_every_goemotion_to_one_primary_emotion() -> None:
    # TONE: conversion through the ontology is a total function on the 27.
    found = placed("goemotions", "parrott")
    assert set(found) == set(SPACES["goemotions"]) - {"neutral"}
    assert all(len(primaries) == 1 for primaries in found.values())


def test_goemotions_roll_ups_are_the_published_ones() -> None:
    assert placed("goemotions", "ekman") == {label: (ekman,) for label, (ekman, _) in GOEMOTIONS.items()}
    signs = {label: (sign,) for label, (_, sign) in GOEMOTIONS.items()}
    assert placed("goemotions", "goemotions-sentiment") == signs | {"neutral": ("neutral",)}
    assert placed("goemotions", "ekman-neutral")["neutral"] == ("neutral",)
    signed = {label: sign for label, sign in signs.items() if sign != ("ambiguous",)}
    assert placed("goemotions", "sentiment") == signed | {"neutral": ("neutral",)}


def test_the_ekman_roll_up_is_the_one_in_the_corpus() -> None:
    if "AFFEKT_DATA" not in os.environ:
        pytest.skip("AFFEKT_DATA is not set, so the corpus's ekman_mapping.json cannot be read")
    path = Path(os.environ["AFFEKT_DATA"]) / "text" / "goemotions" / "ekman_mapping.json"
    groups = json.loads(path.read_text(encoding="utf-8"))
    assert placed("goemotions", "ekman") == {label: (ekman,) for ekman, labels in groups.items() for label in labels}


def on_the_wheel(label: str) -> tuple[str, ...] | None:
    wheel = SPACES["plutchik"].labels
    for petal, words in PETALS.items():
        if label in words.split():
            return (petal,)
    for apart, ring in enumerate(DYADS, start=1):
        if label in ring.split():
            start = ring.split().index(label)
            return (wheel[start], wheel[(start + apart) % 8])
    return None


def test_goemotions_to_plutchik_follows_the_wheel_and_else_the_ekman_roll_up() -> None:
    found = placed("goemotions", "plutchik")
    for label, (ekman, _) in GOEMOTIONS.items():
        assert set(found[label]) == set(on_the_wheel(label) or (ekman,)), label
    assert on_the_wheel("love") == ("joy", "trust")
    assert on_the_wheel("pride") == ("anger", "joy") or on_the_wheel("pride") == ("joy", "anger")


def test_goemotions_to_parrott_follows_the_tree_and_else_the_ekman_roll_up() -> None:
    found = placed("goemotions", "parrott")
    tree = {word: primary for primary, words in PARROTT.items() for word in words.split()}
    for label, (ekman, _) in GOEMOTIONS.items():
        assert found[label] == (tree.get(label, ekman),), label
    off = {p.label for p in conversion("goemotions", "parrott").placements if p.kind == "composed"}
    assert off == set(GOEMOTIONS) - set(tree)


def test_each_ekman_group_lies_in_one_sentiment_group() -> None:
    for label, (ekman, sign) in GOEMOTIONS.items():
        assert placed("ekman", "goemotions-sentiment")[ekman] == (sign,), label


@pytest.mark.parametrize("source", [name for name in EMOTIONS if name != "goemotions"])
def test_shared_names_keep_their_names(source: str) -> None:
    for found in convertible(source):
        for placement in found.placements:
            if placement.label in found.target:
                assert placement.label in placement.targets, (source, found.target.name, placement)


def test_other_forms_of_a_word_meet() -> None:
    assert placed("meld", "emorynlp")["anger"] == ("mad",)
    assert placed("emorynlp", "meld")["scared"] == ("fear",)
    assert placed("ravdess", "ferplus")["happy"] == ("happiness",)
    assert placed("empathetic-dialogues", "goemotions")["grateful"] == ("gratitude",)
    assert [kin.name for kin in kin_of("furious")] == ["furious", "fury"]
    assert [name for name, _ in groups_of("furious")][:2] == ["rage", "anger"]


def test_compound_expressions_are_both_of_their_parts() -> None:
    found = placed("c-expr", "ekman")
    assert set(found["happily surprised"]) == {"joy", "surprise"}
    assert set(found["sadly angry"]) == {"sadness", "anger"}
    # One emotion cannot say which compound it was part of.
    with pytest.raises(ConversionError, match="which is finer"):
        conversion("ekman", "c-expr")


def test_the_only_narrower_label_is_no_place_for_a_wider_one() -> None:
    reasons = {loss.label: loss.reason for loss in conversion("goemotions", "mikels").loses}
    assert "says less than contentment, the only label of mikels that falls under it" in reasons["joy"]


def test_split_labels_are_named_with_what_they_may_have_meant() -> None:
    found = conversion("ekman", "semeval-2018")
    assert found.splits["joy"] == ("joy", "love", "optimism")
    assert placed("ekman", "semeval-2018")["joy"] == ("joy",)
    assert not conversion("semeval-2018", "ekman").splits


@pytest.mark.parametrize("source", EMOTIONS)
def test_a_refused_pair_splits_more_labels_than_it_keeps(source: str) -> None:
    # The way back of a refused pair merges: that is what would have to be made up. Or nothing is placed: a wider label
    # (happy) does not become the one that falls under it (amusement).
    for target in EMOTIONS:
        back = found_or_none(target, source)
        if found_or_none(source, target) is None and back is not None:
            with pytest.raises(ConversionError) as refused:
                conversion(source, target)
            assert back.merges or "none of its labels has a place there" in str(refused.value), (source, target)


def test_cped_s_roll_up_is_the_one_in_the_corpus() -> None:
    if "AFFEKT_DATA" not in os.environ:
        pytest.skip("AFFEKT_DATA is not set, so CPED's columns cannot be read")
    seen = set()
    for split in ("valid", "test"):
        path = Path(os.environ["AFFEKT_DATA"]) / "text" / "cped" / f"{split}_split.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8-sig") as file:
            seen |= {(row["Emotion"], (row["Sentiment"],)) for row in csv.DictReader(file)}
    assert seen == set(placed("cped", "sentiment").items())


def test_what_is_lost_is_what_the_target_cannot_say() -> None:
    def lost(source: str, target: str) -> set[str]:
        return {loss.label for loss in conversion(source, target).loses}

    assert lost("goemotions", "ekman") == {"neutral"}
    assert lost("goemotions", "goemotions-sentiment") == set()
    assert lost("goemotions", "sentiment") == {"surprise", "realization", "confusion", "curiosity"}
    assert lost("plutchik", "parrott") == {"trust", "anticipation"}
    assert lost("plutchik", "sentiment") == {"surprise", "anticipation"}
    assert conversion("ekman", "plutchik").unreached == ("trust", "anticipation")
    assert conversion("parrott", "ekman").unreached == ("disgust",)
    assert conversion("ekman", "ekman-neutral").unreached == ()
    assert conversion("ekman", "ekman-neutral").neutral_by_absence


def test_merges_name_what_is_no_longer_told_apart() -> None:
    merges = conversion("ekman", "goemotions-sentiment").merges
    assert merges == {"negative": ("anger", "disgust", "fear", "sadness")}


def test_unknown_and_foreign_spaces() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'plutchik'"):
        conversion("goemotions", "plutchick")
    own = LabelSpace("own", ("a", "b"), "exclusive", "us")
    with pytest.raises(ConversionError, match="no cited map for 'own'"):
        conversion(own, "ekman")
    assert conversion(own, own).kind == "identity"
    false = LabelSpace("ekman", ("anger", "joy"), "exclusive", "us")
    with pytest.raises(ConversionError, match="has other labels or another kind"):
        conversion(false, "parrott")


@pytest.mark.parametrize("name", OTHERS)
def test_what_holds_no_emotions_refuses_with_its_kind_and_a_way_out(name: str) -> None:
    kind = SPACES[name].kind
    for pair in ((name, "ekman"), ("goemotions", name)):
        for route in ("cited", "vad", "vocabulary", "learned"):
            with pytest.raises(ConversionError, match=re.escape(f"{name!r} holds {NO_EMOTION[kind]}")) as caught:
                conversion(*pair, via=route)
            assert any(word in str(caught.value) for word in ("model", "key", "column"))
    assert conversion(name, name).kind == "identity"


def test_your_own_space_goes_by_the_terms_its_labels_are_named_after() -> None:
    own = LabelSpace("own", ("joyful", "fury", "xyzzy"), "multi-label", "us")
    found = conversion(own, "ekman")
    assert {p.label: p.targets for p in found.placements} == {"joyful": ("joy",), "fury": ("anger",)}
    assert [loss.label for loss in found.loses] == ["xyzzy"]
    assert "no term of that name" in found.loses[0].reason


def test_unknown_routes() -> None:
    with pytest.raises(ConversionError, match=r"Unknown route 'magic'.*cited, vad, vocabulary, learned"):
        conversion("goemotions", "ekman", via="magic")  # type: ignore[arg-type]


def entropy(counts: list[float]) -> float:
    total = sum(counts)
    return -sum(n / total * math.log2(n / total) for n in counts if n)


def test_bits_lost_by_hand() -> None:
    # 1, 4 and 1 labels end up together: H(S|T) is the mean of log2 of the group sizes.
    assert conversion("ekman", "goemotions-sentiment").bits_lost() == pytest.approx(4 / 6 * 2)
    assert conversion("ekman", "plutchik").bits_lost() == 0
    # With all weight on joy and anger, which stay apart, nothing is lost; with all on anger and fear, one bit.
    assert conversion("ekman", "sentiment").bits_lost({"joy": 1, "anger": 1}) == 0
    assert conversion("ekman", "sentiment").bits_lost({"fear": 2, "anger": 2}) == pytest.approx(1)
    # Everything lost: nothing is known.
    assert conversion("goemotions", "ekman").bits_lost({"neutral": 1}) == 0
    assert conversion("ekman", "crema-d").bits_lost({"surprise": 1, "joy": 1}) == pytest.approx(1)
    uniform = conversion("goemotions", "goemotions-sentiment")
    sizes = [12, 11, 4, 1]
    assert uniform.bits_lost() == pytest.approx(sum(n / 28 * math.log2(n) for n in sizes))
    assert uniform.bits_lost() == pytest.approx(math.log2(28) - entropy([float(n) for n in sizes]))
    assert uniform.bits_lost([1] * 28) == pytest.approx(uniform.bits_lost())


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ({"joy": -1.0}, "at least 0"),
        ({"joy": 0.0}, "not all 0"),
        ([1.0, 2.0], r"has 6 weights, got the shape \(2,\)"),
        ({"joy": float("nan")}, "finite"),
    ],
)
def test_bad_priors(prior: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        conversion("ekman", "sentiment").bits_lost(prior)
    with pytest.raises(UnknownNameError):
        conversion("ekman", "sentiment").bits_lost({"joi": 1.0})


PRIOR = st.lists(st.floats(0.01, 1.0), min_size=200, max_size=200)


@pytest.mark.parametrize("source", EMOTIONS)
@settings(max_examples=2)
@given(PRIOR, st.integers(0, 5))
def test_nothing_is_won_by_going_on(source: str, prior: list[float], salt: int) -> None:
    # The data-processing inequality, for any prior: after S > M > T no more is known of S than after S > M.
    weights = prior[: len(SPACES[source])]
    most = math.log2(len(SPACES[source]))
    for number, first in enumerate(convertible(source)):
        lost = first.bits_lost(weights)
        assert -1e-12 <= lost <= most + 1e-9
        onward = convertible(first.target.name)
        second = onward[(number * 7 + salt) % len(onward)]
        assert compose(first, second).bits_lost(weights) >= lost - 1e-9, (source, first.target.name, second.target.name)


@pytest.mark.parametrize("source", EMOTIONS)
def test_composing_through_ekman_never_beats_the_direct_map(source: str) -> None:
    first = found_or_none(source, "ekman")
    if first is None or source == "ekman":
        pytest.skip("there is no way through ekman")
    for direct in convertible(source):
        target = direct.target.name
        second = found_or_none("ekman", target)
        if second is None or target in ("ekman", source):
            continue
        through = compose(first, second)
        # Only signs can go another way than through the six: awe is positive itself, but fear and surprise for Ekman.
        if "sentiment" not in target or (source, target) in MAPS or (source, target) in PATHS:
            assert through.bits_lost() >= direct.bits_lost() - 1e-9, (source, target)
            assert {p.label for p in through.placements} <= {p.label for p in direct.placements}


def test_composing_is_walking() -> None:
    # Written without the library's composing, for each label of every pair of steps from three spaces.
    for source, middle in itertools.product(("emonet-voice", "plutchik-dyads", "cped"), EMOTIONS):
        first = found_or_none(source, middle)
        for second in convertible(middle) if first is not None and middle != source else []:
            if second.kind == "identity":
                continue
            assert first is not None
            both = compose(first, second)
            here = {p.label: p.targets for p in first.placements}
            there = {p.label: set(p.targets) for p in second.placements}
            reached = {p.label: set(p.targets) for p in both.placements}
            for label in SPACES[source]:
                walked = set().union(*(there.get(stop, set()) for stop in here.get(label, ())))
                assert reached.get(label, set()) == walked
            assert both.path == (*first.path, *second.path[1:])


def test_composing_shares_multiplies_them() -> None:
    first, second = conversion("emotic", "goemotions", via="vad"), conversion("goemotions", "plutchik")
    both = compose(first, second)
    assert both.shared
    halves = second.weights / np.maximum(second.weights.sum(axis=1, keepdims=True), 1)
    np.testing.assert_allclose(both.weights, first.weights @ halves, atol=1e-12)
    assert both.bits_lost() >= first.bits_lost() - 1e-9


def test_what_does_not_meet_cannot_be_composed() -> None:
    with pytest.raises(ConversionError, match=r"to 'ekman' cannot be followed by one from 'plutchik'"):
        compose(conversion("goemotions", "ekman"), conversion("plutchik", "sentiment"))


def test_a_space_that_differs_in_its_citation_alone_is_affekt_s_own() -> None:
    ekman = SPACES["ekman"]
    other = LabelSpace("ekman", ekman.labels, ekman.kind, "cited elsewhere", ekman.neutral)
    assert conversion(other, "plutchik") is conversion("ekman", "plutchik")
    assert conversion("goemotions", other).target is ekman


def test_terms_stand_behind_every_label() -> None:
    assert all(terms_behind(SPACES[name], label) for name in EMOTIONS for label in SPACES[name])
