"""Conversion of probabilities and readings: properties that must hold for any numbers, and cases by hand."""

from __future__ import annotations

import itertools
import time
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from affekt.affect.convert import (
    RULES,
    Conversion,
    Route,
    Rule,
    compose,
    conversion,
    convert_by,
    convert_probabilities,
    convert_reading,
    roll_up,
)
from affekt.affect.maps.published import MAPS, PATHS
from affekt.affect.spaces import SPACES
from affekt.errors import ConversionError, InputError
from affekt.types import VAD, Evidence, Reading, Span

NO_EMOTIONS = ("appraisals", "instrument", "wellness", "traits", "tags")
EMOTIONS = sorted(name for name, space in SPACES.items() if space.kind not in NO_EMOTIONS)
ROUTES: tuple[Route, ...] = ("cited", "vad", "vocabulary")
UNIT = st.floats(0.0, 1.0, width=32)


@cache
def targets(source: str, via: Route = "cited") -> list[str]:
    """The spaces that a source becomes."""
    found = []
    for target in EMOTIONS:
        try:
            conversion(source, target, via=via)
        except ConversionError:
            continue
        found.append(target)
    return found


def table(draw: st.DrawFn, space: str, rows: int = 3) -> NDArray[np.float64]:
    values = draw(arrays(np.float64, (rows, len(SPACES[space])), elements=UNIT))
    return as_probabilities(values, space)


def as_probabilities(values: NDArray[np.float64], space: str) -> NDArray[np.float64]:
    if SPACES[space].kind == "exclusive":
        values = (values + 0.01) / (values + 0.01).sum(axis=1, keepdims=True)
    return values


@st.composite
def sources(draw: st.DrawFn) -> tuple[str, NDArray[np.float64]]:
    source = draw(st.sampled_from(EMOTIONS))
    return source, table(draw, source)


def columns(source: str, labels: tuple[str, ...]) -> list[int]:
    return [SPACES[source].labels.index(label) for label in labels]


@pytest.mark.parametrize("source", EMOTIONS)
@pytest.mark.parametrize("via", ROUTES)
@settings(max_examples=2)
@given(st.data())
def test_probabilities_stay_probabilities(source: str, via: Route, data: st.DataObject) -> None:
    values = data.draw(st.composite(table)(source))
    for target in targets(source, via)[:: 1 if via == "cited" else 9]:
        found = convert_probabilities(values, source, target, via=via)
        assert found.shape == (len(values), len(SPACES[target]))
        assert (found >= 0).all()
        assert (found <= 1 + 1e-12).all()
        if SPACES[target].kind == "exclusive":
            np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-9)


@pytest.mark.parametrize("source", [name for name in EMOTIONS if SPACES[name].kind == "multi-label"])
@pytest.mark.parametrize("via", ROUTES)
@settings(max_examples=2)
@given(st.data(), st.sampled_from(RULES))
def test_evidence_lies_between_the_largest_part_and_the_sum(
    source: str, via: Route, data: st.DataObject, rule: Rule
) -> None:
    values = data.draw(st.composite(table)(source))
    reached = targets(source, via)[:: 1 if via == "cited" else 9]
    for target in (name for name in reached if SPACES[name].kind == "multi-label"):
        found, how = (
            convert_probabilities(values, source, target, rule=rule, via=via),
            conversion(source, target, via=via),
        )
        for place, parts in enumerate(how.members.values()):
            if parts:
                group = values[:, columns(source, parts)] * how.weights[columns(source, parts), place]
                assert (found[:, place] >= group.max(axis=1)).all()
                assert (found[:, place] <= np.minimum(1.0, group.sum(axis=1)) + 1e-12).all()


@given(arrays(np.float64, (4, 5), elements=UNIT))
def test_noisy_or_is_the_written_formula(values: NDArray[np.float64]) -> None:
    groups = [[0, 2, 4], [1], [], [1, 3]]
    found = roll_up(values, groups)
    for row, group in itertools.product(range(4), range(4)):
        none = 1.0
        for column in groups[group]:
            none *= 1.0 - values[row, column]
        assert found[row, group] == pytest.approx(1.0 - none, abs=1e-12)


@pytest.mark.parametrize("source", [name for name in EMOTIONS if SPACES[name].kind == "exclusive"])
@settings(max_examples=2)
@given(st.data())
def test_exclusive_sources_keep_their_mass(source: str, data: st.DataObject) -> None:
    values = data.draw(st.composite(table)(source))
    for target in targets(source):
        found, how = convert_probabilities(values, source, target), conversion(source, target)
        lost = values[:, columns(source, tuple(loss.label for loss in how.loses))].sum(axis=1)
        if SPACES[target].kind == "exclusive":
            # The lost mass is neutral's, or everybody's.
            np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-9)
        elif all(len(placement.targets) == 1 for placement in how.placements):
            kept = 1.0 if how.neutral_by_absence else 1.0 - lost
            np.testing.assert_allclose(found.sum(axis=1), kept, atol=1e-9)
        else:
            # What belongs to two labels counts in both.
            assert (found.sum(axis=1) >= 1.0 - lost - 1e-9).all()


@given(sources(), st.permutations(range(3)), st.data())
def test_the_order_of_items_does_not_matter(
    case: tuple[str, NDArray[np.float64]], order: list[int], data: st.DataObject
) -> None:
    source, values = case
    target = data.draw(st.sampled_from(targets(source)))
    found = convert_probabilities(values, source, target)
    np.testing.assert_array_equal(convert_probabilities(values[order], source, target), found[order])
    np.testing.assert_array_equal(convert_probabilities(values[:1], source, target), found[:1])


@given(st.data(), st.sampled_from(sorted(SPACES)))
def test_the_same_space_is_the_identity(data: st.DataObject, name: str) -> None:
    values = data.draw(st.composite(table)(name))
    found = convert_probabilities(values, name, name)
    np.testing.assert_array_equal(found, values)
    assert found is not values


def follow(path: tuple[str, ...], label: str) -> set[str]:
    """The targets that a label reaches by walking the maps, written without the library's composing."""
    where = {label}
    for step in itertools.pairwise(path):
        onward = {placement.label: placement.targets for placement in MAPS[step].placements}
        where = {target for place in where for target in onward.get(place, ())}
    return where


@pytest.mark.parametrize("path", PATHS.values(), ids="-".join)
def test_a_composed_conversion_is_its_named_path(path: tuple[str, ...]) -> None:
    found = conversion(path[0], path[-1])
    assert found.path == path
    assert found.kind == "composed"
    reached = {placement.label: set(placement.targets) for placement in found.placements}
    for label in SPACES[path[0]]:
        assert reached.get(label, set()) == follow(path, label)


@settings(max_examples=50)
@given(st.data())
def test_walking_the_path_gives_the_same_numbers(data: st.DataObject) -> None:
    # Where every step before the last is multi-label and neutral is a label of the source or only of the target.
    paths = [
        ("goemotions", "goemotions-sentiment", "sentiment"),
        ("plutchik", "ekman", "ekman-neutral"),
        ("parrott", "ekman", "ekman-neutral"),
        ("parrott", "ekman", "goemotions-sentiment"),
    ]
    path = data.draw(st.sampled_from(paths))
    values = walked = data.draw(st.composite(table)(path[0]))
    for source, target in itertools.pairwise(path):
        walked = convert_probabilities(walked, source, target)
    np.testing.assert_allclose(convert_probabilities(values, path[0], path[-1]), walked, atol=1e-9)


@given(sources(), st.data())
def test_the_rules_are_ordered(case: tuple[str, NDArray[np.float64]], data: st.DataObject) -> None:
    source, values = case
    how = conversion(source, data.draw(st.sampled_from(targets(source))))
    groups = [columns(source, parts) for parts in how.members.values()]
    highest, either, total = (roll_up(values, groups, rule=rule) for rule in ("max", "noisy-or", "sum"))
    assert (highest <= either).all()
    assert (either <= total + 1e-15).all()


def row(space: str, **given: float) -> NDArray[np.float64]:
    names = SPACES[space].labels
    assert set(given) <= set(names)
    return np.array([[given.get(name, 0.0) for name in names]])


def converted(source: str, target: str, **given: float) -> dict[str, float]:
    return dict(zip(SPACES[target].labels, convert_probabilities(row(source, **given), source, target)[0], strict=True))


def test_sentiment_of_typical_readings() -> None:
    thanks = converted("goemotions", "sentiment", gratitude=0.95, admiration=0.2, neutral=0.05)
    assert max(thanks, key=thanks.__getitem__) == "positive"
    # Neither sign: neutral, not whichever of two small values is larger.
    what = converted("goemotions", "sentiment", surprise=0.9, curiosity=0.4, admiration=0.06, annoyance=0.04)
    assert what["neutral"] > 0.8
    # Surprise does not dilute a joy that is there.
    lovely = converted("goemotions", "sentiment", joy=0.9, surprise=0.9)
    assert lovely["positive"] > 0.85
    assert converted("goemotions", "sentiment") == {"negative": 0.0, "neutral": 1.0, "positive": 0.0}


def test_sentiment_by_hand() -> None:
    found = converted("goemotions", "sentiment", joy=0.5, love=0.5, fear=0.2, surprise=0.5, neutral=0.1)
    positive, negative = 1 - 0.5 * 0.5, 0.2
    neutral = 1 - 0.9 * (1 - 0.5 * (1 - positive) * (1 - negative))
    whole = positive + negative + neutral
    assert found == pytest.approx(
        {"positive": positive / whole, "negative": negative / whole, "neutral": neutral / whole}
    )


def test_neutral_by_absence() -> None:
    calm = converted("ekman", "ekman-neutral", joy=0.1, anger=0.1)
    none = 0.9 * 0.9
    assert calm["neutral"] == pytest.approx(none / (none + 0.2))
    assert converted("ekman", "goemotions-sentiment", joy=0.4, surprise=0.5)["neutral"] == pytest.approx(0.3)


def test_a_dyad_belongs_to_both_of_its_parts_in_full() -> None:
    found = converted("goemotions", "plutchik", love=0.8)
    assert found["joy"] == pytest.approx(0.8)
    assert found["trust"] == pytest.approx(0.8)
    assert sum(found.values()) == pytest.approx(1.6)


def test_between_exclusive_spaces_two_places_halve_the_mass() -> None:
    found = converted("c-expr", "ekman-neutral", **{"happily surprised": 0.6, "sadly angry": 0.4})
    expected = {"joy": 0.3, "surprise": 0.3, "sadness": 0.2, "anger": 0.2, "disgust": 0.0, "fear": 0.0, "neutral": 0.0}
    assert found == pytest.approx(expected)
    # A multi-label space takes both in full.
    both = converted("c-expr", "ekman", **{"happily surprised": 0.6, "sadly angry": 0.4})
    assert both["joy"] == both["surprise"] == pytest.approx(0.6)


def test_an_exclusive_space_without_neutral_shares_what_is_lost_evenly() -> None:
    # MELD's neutral and surprise have no place among Mikels' eight; its joy may be any of three.
    found = converted("meld", "mikels", anger=0.5, neutral=0.5)
    reached = [label for label in SPACES["mikels"] if label not in conversion("meld", "mikels").unreached]
    assert found["anger"] == pytest.approx(0.5 + 0.5 / len(reached))
    assert found["sadness"] == pytest.approx(0.5 / len(reached))
    assert sum(found.values()) == pytest.approx(1)
    assert all(found[label] == 0 for label in conversion("meld", "mikels").unreached)
    silent = converted("goemotions", "mikels")
    assert len(set(silent.values()) - {0.0}) == 1
    assert sum(silent.values()) == pytest.approx(1)


def test_neutral_by_absence_of_an_exclusive_source_is_what_is_lost() -> None:
    # Seven emotions, always one of them: shame and guilt are sadness for Ekman, nothing is neutral.
    assert converted("isear", "ekman-neutral", shame=0.4, joy=0.6)["neutral"] == 0
    assert converted("ravdess", "crema-d", surprised=0.3, happy=0.7)["neutral"] == pytest.approx(0.3)


def test_shared_maps_give_each_target_its_share() -> None:
    how = conversion("emotic", "ekman", via="vad")
    values = np.zeros((1, 26))
    values[0, 3] = 0.8
    expected = 0.8 * how.weights[3]
    np.testing.assert_allclose(convert_probabilities(values, "emotic", "ekman", via="vad")[0], expected, atol=1e-12)


def test_a_conversion_of_your_own_making() -> None:
    found = compose(conversion("goemotions", "ekman"), conversion("ekman", "plutchik"))
    values = row("goemotions", love=0.8, curiosity=0.5)
    by_hand = dict(zip(SPACES["plutchik"].labels, convert_by(found, values)[0], strict=True))
    assert by_hand["joy"] == pytest.approx(0.8)
    assert by_hand["trust"] == 0
    assert by_hand["surprise"] == pytest.approx(0.5)


@pytest.mark.parametrize("source", EMOTIONS)
def test_where_a_map_is_invertible_there_and_back_is_where_one_was(source: str) -> None:
    values = as_probabilities(np.random.default_rng(3).random((4, len(SPACES[source]))), source)
    for target in targets(source):
        there = conversion(source, target)
        if source not in targets(target) or SPACES[source].kind != SPACES[target].kind:
            continue
        back = compose(there, conversion(target, source))
        if not there.loses and all(p.targets == (p.label,) for p in back.placements) and not back.loses:
            found = convert_probabilities(convert_probabilities(values, source, target), target, source)
            np.testing.assert_allclose(found, values, atol=1e-9)


def test_some_maps_are_invertible() -> None:
    for source, target in (
        ("ekman", "plutchik"),
        ("brighter", "ekman"),
        ("meld", "dailydialog"),
        ("ferplus", "ferplus"),
    ):
        assert conversion(source, target).bits_lost() == pytest.approx(0, abs=1e-12)
        back = compose(conversion(source, target), conversion(target, source))
        assert all(placement.targets == (placement.label,) for placement in back.placements)


def seconds_for(found: Conversion) -> float:
    values = np.random.default_rng(0).random((100_000, len(found.source)), dtype=np.float32)
    start = time.perf_counter()
    convert_by(found, values)
    return time.perf_counter() - start


@pytest.mark.slow
def test_tables_convert_without_a_loop_over_items() -> None:
    # A loop over 100,000 items would take seconds; sums over columns take a fraction of one.
    assert seconds_for(conversion("goemotions", "ekman")) < 2
    assert seconds_for(conversion("goemotions", "plutchik", via="vad")) < 2


def test_exclusive_to_exclusive_gives_lost_mass_to_neutral() -> None:
    found = converted("ekman-neutral", "sentiment", joy=0.2, surprise=0.5, fear=0.1, sadness=0.1, neutral=0.1)
    assert found == pytest.approx({"negative": 0.2, "neutral": 0.6, "positive": 0.2})


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_the_floating_type_is_kept_and_nan_rows_stay_nan(kind: type[Any]) -> None:
    values = np.vstack([row("goemotions", joy=0.5), np.full((1, 28), np.nan)]).astype(kind)
    for target in targets("goemotions"):
        found = convert_probabilities(values, "goemotions", target)
        assert found.dtype == kind
        assert np.isfinite(found[0]).all()
        assert np.isnan(found[1]).all()


def test_empty_tables_and_lists_are_fine() -> None:
    assert convert_probabilities(np.empty((0, 28)), "goemotions", "sentiment").shape == (0, 3)
    assert convert_probabilities([[1, 0, 0]], "sentiment", "goemotions-sentiment").tolist() == [[0, 1, 0, 0]]


def test_rounding_at_the_ends_is_forgiven() -> None:
    found = convert_probabilities([[1 + 1e-7, -1e-7, 0, 0, 0, 0]], "ekman", "plutchik")
    assert found.max() == 1.0
    assert found.min() == 0.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(28), r"shape \(item, 28\), got \(28,\)"),
        (np.zeros((2, 27)), r"shape \(item, 28\), got \(2, 27\)"),
        (np.full((1, 28), 1.5), r"row 0 holds 1\.5"),
        (np.vstack([np.zeros(28), np.full(28, -3.0)]), r"row 1 holds -3"),
        (np.full((1, 28), "joy"), "are numbers"),
    ],
)
def test_bad_probabilities(values: NDArray[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        convert_probabilities(values, "goemotions", "ekman")


def test_bad_rules() -> None:
    with pytest.raises(ConversionError, match=r"Unknown rule 'mean'.*noisy-or, max, sum"):
        convert_probabilities(np.zeros((1, 28)), "goemotions", "ekman", rule="mean")  # type: ignore[arg-type]
    with pytest.raises(ConversionError, match=r"exclude each other.*rule='sum'"):
        convert_probabilities([[0.2, 0.3, 0.5]], "sentiment", "goemotions-sentiment", rule="max")


READING = Reading(
    SPACES["goemotions"],
    tuple(row("goemotions", gratitude=0.9, joy=0.5, surprise=0.3)[0].tolist()),
    Span(3, 20),
    thresholds={"goemotions": (0.4,) * 28, "ekman": (0.1, 0.1, 0.1, 0.99, 0.1, 0.2)},
    vad=VAD(0.5, 0.1, 0.2, 0.1, 0.1, 0.1),
    intensity=0.6,
    evidence=(Evidence(Span(3, 9), "thanks", "gratitude", 0.4),),
    about="speaker",
)


def test_a_reading_carries_everything_else_along() -> None:
    found = READING.to("ekman")
    assert found.space is SPACES["ekman"]
    assert found["joy"] == pytest.approx(1 - 0.1 * 0.5)
    assert all(type(value) is float for value in found.probabilities)
    for name in ("span", "thresholds", "vad", "intensity", "evidence", "about", "modality", "status"):
        assert getattr(found, name) == getattr(READING, name)
    # The thresholds fitted for the target space decide: joy is just below its own.
    assert found.labels == ("surprise",)
    assert READING.to("sentiment").labels == ("positive",)
    assert READING.to("goemotions") is READING


def test_a_reading_without_an_estimate_stays_without_one() -> None:
    silent = Reading(SPACES["goemotions"], (), Span(0, 4), status="unsupported_language")
    found = convert_reading(silent, "sentiment")
    assert (found.space.name, found.probabilities, found.status) == ("sentiment", (), "unsupported_language")
    assert found.labels == ()
    with pytest.raises(ConversionError):
        convert_reading(found, "goemotions")


def test_a_reading_of_nan_stays_nan() -> None:
    unknown = Reading(SPACES["goemotions"], (float("nan"),) * 28, Span(0, 4))
    assert np.isnan(convert_reading(unknown, "ekman-neutral").probabilities).all()
