"""Maps that are counted, guessed by nearness, or split by named shares: what they may and may not do."""

from __future__ import annotations

import itertools
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from affekt.affect.convert import conversion, convert_probabilities, convert_reading
from affekt.affect.maps.learned import (
    TABLES,
    CountTable,
    count_pairs,
    find_table,
    learned_conversion,
    read_table,
    write_table,
)
from affekt.affect.maps.nearness import nearest_in_vad, nearest_in_vocabulary
from affekt.affect.maps.refine import refine
from affekt.affect.spaces import SPACES
from affekt.affect.vad import vad_of
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.types import LabelSpace, Reading, Span

NO_EMOTIONS = ("appraisals", "instrument", "wellness", "traits", "tags")
EMOTIONS = sorted(name for name, space in SPACES.items() if space.kind not in NO_EMOTIONS)
UNIT = st.floats(0.0, 1.0, width=32)


@cache
def refinements() -> list[tuple[str, str]]:
    """All pairs of a coarse space and a finer one that becomes it."""
    found = []
    for coarse, fine in itertools.permutations(EMOTIONS, 2):
        try:
            conversion(fine, coarse)
        except ConversionError:
            continue
        try:
            conversion(coarse, fine)
        except ConversionError:
            found.append((coarse, fine))
    return found


def rows_of(space: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return (values + 0.01) / (values + 0.01).sum(axis=1, keepdims=True) if SPACES[space].kind == "exclusive" else values


# ---------------------------------------------------------------- tables of counts


@pytest.mark.parametrize("name", TABLES)
def test_shipped_tables_say_where_they_come_from_and_may_be_passed_on(name: str) -> None:
    table = find_table(name)
    assert table.counts.shape == (len(table.rows), len(table.columns))
    assert (table.counts >= 0).all()
    assert table.counts.sum() > 1000
    assert any(licence in table.licence for licence in ("Apache-2.0", "CC BY 4.0", "MIT"))
    assert len(table.counted) > 20
    assert len(table.citation) > 20
    for source, target in ((table.rows, table.columns), (table.columns, table.rows)):
        found = conversion(source, target, via="learned")
        assert found.kind == "learned"
        assert table.corpus in found.citation
        assert 0 <= found.bits_lost() < math.log2(len(source))


def test_chances_by_hand() -> None:
    seen = [("joy", "positive", 3.0), ("joy", "neutral", 1.0), ("fear", "negative", 2.0)]
    table = count_pairs(seen, SPACES["ekman"], SPACES["sentiment"])
    chances = table.chances()
    np.testing.assert_allclose(chances[3], [0.5 / 5.5, 1.5 / 5.5, 3.5 / 5.5])
    np.testing.assert_allclose(chances[0], [1 / 3] * 3)
    np.testing.assert_allclose(table.chances(smoothing=0)[2], [1, 0, 0])
    np.testing.assert_allclose(table.turned().chances()[2], (table.counts[:, 2] + 0.5) / 6)


def test_a_learned_map_shares_by_the_counts_and_loses_what_was_never_met() -> None:
    seen = [("joy", "positive", 3.0), ("joy", "neutral", 1.0), ("fear", "negative", 2.0)]
    table = count_pairs(seen, SPACES["ekman-neutral"], SPACES["sentiment"], corpus="ours")
    found = learned_conversion(SPACES["ekman-neutral"], SPACES["sentiment"], table=table, smoothing=0)
    assert {p.label: dict(zip(p.targets, p.shares, strict=True)) for p in found.placements} == {
        "fear": {"negative": 1.0},
        "joy": {"positive": 0.75, "neutral": 0.25},
    }
    assert {loss.label for loss in found.loses} == {"anger", "disgust", "sadness", "surprise", "neutral"}
    assert "never met in ours" in found.loses[0].reason


@given(arrays(np.float64, (13, 3), elements=st.integers(0, 50).map(float)), st.floats(0.0, 3.0))
def test_chances_add_up(counts: NDArray[np.float64], smoothing: float) -> None:
    table = CountTable(SPACES["cped"], SPACES["sentiment"], counts, "a", "b", "c", "d")
    for found in (table.chances(smoothing=smoothing), table.turned().chances(smoothing=smoothing)):
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
        assert (found >= 0).all()


def test_tables_are_written_and_read_back(tmp_path: Path) -> None:
    own = LabelSpace("own", ("good", "bad"), "exclusive", "us | you", neutral=None)
    table = count_pairs(
        [("good", "joy", 2.5), ("bad", "fear", 1.0)], own, SPACES["ekman"], corpus="ours", licence="MIT"
    )
    write_table(table, tmp_path / "new" / "own.tsv")
    found = read_table(tmp_path / "new" / "own.tsv")
    assert (found.rows, found.columns) == (own, SPACES["ekman"])
    assert (found.corpus, found.licence, found.citation) == ("ours", "MIT", "unstated")
    np.testing.assert_array_equal(found.counts, table.counts)
    assert learned_conversion(own, SPACES["ekman"], table=found).placements[0].targets[0] == "joy"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("label\ta\nb\t1\n", "does not say corpus"),
        ("{head}label\ta\tb\nc\t1\n", "rows differ in length"),
        ("{head}label\ta\nb\tmany\n", "could not convert"),
    ],
)
def test_what_is_no_table(text: str, message: str, tmp_path: Path) -> None:
    fields = ("corpus", "counted", "licence", "citation")
    head = "".join(f"# {field}: x\n" for field in fields)
    head += "# rows: r | exclusive | - | us\n# columns: c | exclusive | - | us\n"
    path = tmp_path / "table.tsv"
    path.write_text(text.replace("{head}", head), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_table(path)


def test_bad_pairs_and_pairs_of_spaces_that_nobody_counted() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'joy'"):
        count_pairs([("joyy", "positive", 1.0)], SPACES["ekman"], SPACES["sentiment"])
    for weight in (-1.0, math.nan, math.inf):
        with pytest.raises(InputError, match="finite and at least 0"):
            count_pairs([("joy", "positive", weight)], SPACES["ekman"], SPACES["sentiment"])
    with pytest.raises(InputError, match="got colour"):
        count_pairs([], SPACES["ekman"], SPACES["sentiment"], colour="red")
    with pytest.raises(ConversionError, match=r"There are tables for cped and sentiment; .*count_pairs"):
        conversion("goemotions", "ekman", via="learned")
    with pytest.raises(ConversionError, match=r"holds 'cped' and 'sentiment', not 'ekman'"):
        learned_conversion(SPACES["ekman"], SPACES["sentiment"], table=find_table("cped"))
    with pytest.raises(InputError, match="at least 0"):
        learned_conversion(SPACES["cped"], SPACES["sentiment"], smoothing=-1)
    with pytest.raises(ConversionError, match="Allowed: cped, x-envent"):
        find_table("isear")


@given(arrays(np.float64, (4, 3), elements=UNIT))
def test_a_learned_refinement_never_raises_a_child_above_its_parent(values: NDArray[np.float64]) -> None:
    values = rows_of("sentiment", values)
    found = convert_probabilities(values, "sentiment", "cped", via="learned")
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    for sign, children in conversion("cped", "sentiment").members.items():
        for child in children:
            parent = values[:, SPACES["sentiment"].index(sign)]
            assert (found[:, SPACES["cped"].index(child)] <= parent + 1e-12).all()


def test_a_learned_refinement_adds_no_information() -> None:
    # Back again is where we were.
    values = np.array([[0.2, 0.3, 0.5]])
    fine = convert_probabilities(values, "sentiment", "cped", via="learned")
    np.testing.assert_allclose(convert_probabilities(fine, "cped", "sentiment"), values)


def test_readers_take_shame_for_guilt() -> None:
    chances = find_table("x-envent").chances()
    rows, columns = SPACES["isear"].index, SPACES["x-envent"].index
    assert chances[rows("shame"), columns("guilt")] > 0.3
    assert chances[rows("disgust"), columns("anger")] > 0.25


# ---------------------------------------------------------------- refining by named shares


@pytest.mark.parametrize("part", range(6))
@settings(max_examples=2)
@given(arrays(np.float64, (2, 150), elements=UNIT))
def test_refining_never_raises_a_child_above_its_parent(part: int, drawn: NDArray[np.float64]) -> None:
    for coarse, fine in refinements()[part::6]:
        back = conversion(fine, coarse)
        both = SPACES[coarse].kind == SPACES[fine].kind == "exclusive"
        values = rows_of(coarse, drawn[:, : len(SPACES[coarse])])
        try:
            found = refine(values, coarse, fine, shares="even")
        except ConversionError as error:
            assert both
            assert "mass would vanish" in str(error) or "exclude" in str(error)
            continue
        assert ((found >= 0) & (found <= 1 + 1e-12)).all()
        for placement in back.placements:
            parents = values[:, [SPACES[coarse].index(parent) for parent in placement.targets]]
            assert (found[:, SPACES[fine].index(placement.label)] <= parents.min(axis=1) + 1e-12).all()
        if both:
            np.testing.assert_allclose(found.sum(axis=1), values.sum(axis=1))


@given(
    arrays(np.float64, (3, 6), elements=UNIT),
    st.lists(st.floats(0.001, 9.0), min_size=27, max_size=27),
)
def test_rolling_up_again_gives_the_coarse_probabilities_back(
    values: NDArray[np.float64], weights: list[float]
) -> None:
    shares = dict(zip(SPACES["goemotions"].labels, weights, strict=False))
    fine = refine(values, "ekman", "goemotions", shares=shares)
    np.testing.assert_allclose(convert_probabilities(fine, "goemotions", "ekman", rule="sum"), values, atol=1e-9)


def test_refining_by_hand() -> None:
    found = refine([[0.6, 0, 0, 0, 0, 0]], "ekman", "goemotions", shares={"anger": 1, "annoyance": 2, "disapproval": 3})
    cells = dict(zip(SPACES["goemotions"].labels, found[0], strict=True))
    assert cells["anger"] == pytest.approx(0.1)
    assert cells["annoyance"] == pytest.approx(0.2)
    assert cells["disapproval"] == pytest.approx(0.3)
    assert sum(cells.values()) == pytest.approx(0.6)
    # A dyad gets its share of the weaker of its two parents.
    wheel = np.zeros((1, 8), dtype=np.float32)
    wheel[0, :2] = (0.8, 0.2)
    dyads = refine(wheel, "plutchik", "plutchik-dyads", shares={"love": 1})
    assert dyads.dtype == np.float32
    assert dyads[0, SPACES["plutchik-dyads"].index("love")] == pytest.approx(0.2)


def test_refining_refuses_vanishing_mass_and_bad_shares() -> None:
    with pytest.raises(ConversionError, match="falls under negative"):
        refine([[0.5, 0.25, 0.25]], "sentiment", "cped", shares={"happy": 1, "neutral": 1})
    with pytest.raises(InputError, match="joy has -1"):
        refine(np.zeros((1, 6)), "ekman", "goemotions", shares={"joy": -1})
    with pytest.raises(InputError, match="'even' or a weight"):
        refine(np.zeros((1, 6)), "ekman", "goemotions", shares="odd")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        refine(np.zeros((1, 6)), "ekman", "goemotions", shares={"glee": 1})
    with pytest.raises(ConversionError, match="which is finer"):
        refine(np.zeros((1, 28)), "goemotions", "ekman", shares="even")
    assert np.isnan(refine([[math.nan] * 6], "ekman", "goemotions", shares="even")[0, :27]).all()


# ---------------------------------------------------------------- nearness


@pytest.mark.parametrize("source", EMOTIONS)
def test_the_nearest_labels_are_the_nearest(source: str) -> None:
    target = "goemotions" if source == "ekman" else "ekman"
    found = nearest_in_vad(SPACES[source], SPACES[target], labels=2)
    there = {place.label: place.vad for place in vad_of(target)}
    for place in vad_of(source):
        if place.label == SPACES[source].neutral:
            continue
        here = (place.vad.valence, place.vad.arousal, place.vad.dominance)
        gaps = {
            label: math.dist(here, (vad.valence, vad.arousal, vad.dominance))
            for label, vad in there.items()
            if label != SPACES[target].neutral
        }
        placement = next(p for p in found.placements if p.label == place.label)
        two = sorted(gaps, key=gaps.__getitem__)[:2]
        assert set(placement.targets) <= set(two)
        assert sum(placement.shares) == pytest.approx(1)
        assert placement.distances == pytest.approx([gaps[label] for label in placement.targets])
        assert list(placement.shares) == sorted(placement.shares, reverse=True)


def test_shares_follow_the_likelihood_of_the_place_under_each_label() -> None:
    found = nearest_in_vad(SPACES["emotic"], SPACES["ekman"], labels=3, width=0.5)
    places = {place.label: place.vad for place in vad_of("emotic")}
    there = {place.label: place.vad for place in vad_of("ekman")}
    placement = next(p for p in found.placements if len(p.targets) == 3)

    def likelihood(label: str) -> float:
        product = 1.0
        for name in ("valence", "arousal", "dominance"):
            sd = 0.5 * getattr(there[label], f"{name}_sd")
            gap = getattr(places[placement.label], name) - getattr(there[label], name)
            product *= math.exp(-0.5 * (gap / sd) ** 2) / sd
        return product

    weights = [likelihood(label) for label in placement.targets]
    assert placement.shares == pytest.approx([weight / sum(weights) for weight in weights])


def test_a_narrow_width_takes_the_nearest_alone_and_a_label_stays_where_it_is() -> None:
    narrow = nearest_in_vad(SPACES["goemotions"], SPACES["ekman"], width=0.02)
    assert all(placement.shares[0] > 0.9 for placement in narrow.placements if len(placement.targets) > 1)
    same = next(p for p in narrow.placements if p.label == "joy")
    assert (same.targets, same.shares, same.distances) == (("joy",), (1.0,), (0.0,))


@pytest.mark.parametrize("source", EMOTIONS)
def test_any_emotion_space_reaches_any_other_by_vad(source: str) -> None:
    for target in EMOTIONS:
        found = conversion(source, target, via="vad")
        assert {p.label for p in found.placements} | {loss.label for loss in found.loses} == set(SPACES[source])
        assert all(loss.label == SPACES[source].neutral for loss in found.loses)


def test_vocabulary_finds_the_word_it_shares() -> None:
    found = {p.label: p for p in nearest_in_vocabulary(SPACES["empathetic-dialogues"], SPACES["ekman"]).placements}
    assert found["joyful"].targets[0] == "joy"
    assert found["terrified"].targets[0] == "fear"
    assert found["joyful"].distances[0] < found["terrified"].distances[0] + 1
    assert all(0 <= distance <= 1 for p in found.values() for distance in p.distances)
    lost = {loss.label: loss.reason for loss in nearest_in_vocabulary(SPACES["emotic"], SPACES["ekman"]).loses}
    assert all("related to no label of ekman" in reason for reason in lost.values())


@pytest.mark.parametrize(("labels", "width"), [(0, 1.0), (1, 0.0), (1, -1.0), (1, math.inf), (1, math.nan)])
def test_bad_nearness(labels: int, width: float) -> None:
    with pytest.raises(InputError):
        nearest_in_vad(SPACES["ekman"], SPACES["plutchik"], labels=labels, width=width)


def test_a_reading_can_take_another_route() -> None:
    space = SPACES["sentiment"]
    reading = Reading(space, (0.1, 0.2, 0.7), Span(0, 4))
    with pytest.raises(ConversionError, match="via='vad'"):
        reading.to("cped")
    assert reading.to("cped", via="learned").labels == ("positive-other",)
    assert convert_reading(reading, "ekman", via="vad").labels == ("joy",)
