"""Where the labels lie: complete, sourced, in range, and with the signs that everybody agrees on."""

from __future__ import annotations

import csv
import gzip
import math
import os
from pathlib import Path

import pytest

from affekt.affect.spaces import SPACES, holds_emotions
from affekt.affect.vad import METHODS, LabelVAD, nearest, read_norms, vad_of, vad_of_word
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.types import VAD, LabelSpace

EMOTIONS = [name for name, space in SPACES.items() if holds_emotions(space)]
EVERY = [(space, place) for space in EMOTIONS for place in vad_of(space)]
OF = {place.label: place.vad for _, place in EVERY}
PLEASANT = (
    *("admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism"),
    *("pride", "relief", "trust", "positive"),
)
UNPLEASANT = (
    *("anger", "annoyance", "confusion", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief"),
    *("nervousness", "remorse", "sadness", "negative"),
)


@pytest.mark.parametrize(("space", "place"), EVERY, ids=[f"{space}.{place.label}" for space, place in EVERY])
def test_every_label_has_a_sourced_place(space: str, place: LabelVAD) -> None:
    assert place.method in METHODS
    assert "Glasgow" in place.source
    assert place.formula
    values = [getattr(place.vad, name) for name in ("valence", "arousal", "dominance")]
    spreads = [getattr(place.vad, f"{name}_sd") for name in ("valence", "arousal", "dominance")]
    assert all(math.isfinite(value) and -1 <= value <= 1 for value in values)
    assert all(math.isfinite(spread) and 0 < spread <= 1 for spread in spreads)
    assert set(place.words) <= set(read_norms())
    assert (len(place.words) > 1) == (place.method == "composed")
    own_headword = place.words[0] == place.label or place.words[0].startswith(f"{place.label} (")
    assert (place.method == "norm") or not own_headword or len(place.words) > 1


@pytest.mark.parametrize("space", EMOTIONS)
def test_places_follow_the_order_of_the_space(space: str) -> None:
    assert tuple(place.label for place in vad_of(space)) == SPACES[space].labels


@pytest.mark.parametrize("label", PLEASANT)
def test_pleasant_labels_are_pleasant(label: str) -> None:
    assert OF[label].valence > 0.25


@pytest.mark.parametrize("label", UNPLEASANT)
def test_unpleasant_labels_are_unpleasant(label: str) -> None:
    assert OF[label].valence < -0.25


def test_facts_that_the_literature_agrees_on() -> None:
    assert OF["anger"].arousal > OF["sadness"].arousal
    assert OF["excitement"].arousal > OF["relief"].arousal
    assert OF["fear"].arousal > OF["sadness"].arousal
    assert OF["anger"].dominance > OF["fear"].dominance
    assert OF["pride"].dominance > OF["embarrassment"].dominance
    assert abs(OF["neutral"].valence) < 0.1
    assert OF["neutral"].arousal < 0


def test_composed_places_are_their_formula() -> None:
    place = next(place for place in vad_of("goemotions") if place.label == "disapproval")
    first, second = (vad_of_word(word) for word in ("condemn", "criticize"))
    assert place.words == ("condemn", "criticize")
    assert place.vad.arousal == pytest.approx((first.arousal + second.arousal) / 2)
    assert first.arousal_sd is not None
    assert second.arousal_sd is not None
    # The variance of two equal groups pooled: mean variance plus a quarter of the squared difference.
    variance = (first.arousal_sd**2 + second.arousal_sd**2) / 2 + (first.arousal - second.arousal) ** 2 / 4
    assert place.vad.arousal_sd == pytest.approx(math.sqrt(variance))


def test_ambiguous_is_composed_of_the_words_of_its_four_labels() -> None:
    words = {place.label: place.words for place in vad_of("goemotions")}
    place = next(place for place in vad_of("goemotions-sentiment") if place.label == "ambiguous")
    four = ("confusion", "curiosity", "realization", "surprise")
    assert place.words == tuple(word for label in four for word in words[label])


def test_the_norms_are_whole_and_in_range() -> None:
    norms = read_norms()
    assert len(norms) == 5553
    for word, vad in norms.items():
        values = (vad.valence, vad.arousal, vad.dominance)
        assert all(-1 <= value <= 1 for value in values), word
    assert norms["joy"].valence == pytest.approx((8.061 - 5) / 4)
    assert norms["joy"].arousal == pytest.approx((6.941 - 5) / 4)
    assert norms["joy"].dominance == pytest.approx((6.588 - 5) / 4)
    assert norms["joy"].valence_sd == pytest.approx(1.071 / 4)


def test_the_bundled_norms_are_the_published_file() -> None:
    if "AFFEKT_DATA" not in os.environ:
        pytest.skip("AFFEKT_DATA is not set, so the published norms cannot be read")
    path = Path(os.environ["AFFEKT_DATA"]) / "text" / "glasgow-norms" / "glasgow_norms.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["Word"] for row in rows} == set(read_norms())
    for row in rows:
        vad = read_norms()[row["Word"]]
        assert vad.dominance == pytest.approx((float(row["Dominance"]) - 5) / 4)
        assert vad.arousal_sd == pytest.approx(float(row["ArousalSD"]) / 4)


def test_words() -> None:
    assert vad_of_word(" JOY ") == vad_of_word("joy")
    assert vad_of_word("bank (money)") != vad_of_word("bank (river)")
    with pytest.raises(UnknownNameError, match="Did you mean 'gratitude'"):
        vad_of_word("gratitudee")


def test_your_own_space_has_places_where_its_labels_are_headwords() -> None:
    own = LabelSpace("moods", ("happy", "bored"), "exclusive", "us")
    assert [place.method for place in vad_of(own)] == ["norm", "norm"]
    # Terms, and several of them between slashes, work too.
    mixed = vad_of(LabelSpace("mixed", ("nostalgic", "hope/fear"), "exclusive", "us"))
    assert [place.words for place in mixed] == [("wistful",), ("hope", "fear")]
    with pytest.raises(UnknownNameError):
        vad_of(LabelSpace("odd", ("zzyzx",), "exclusive", "us"))


@pytest.mark.parametrize("space", [name for name in SPACES if name not in EMOTIONS])
def test_what_is_no_emotion_has_no_place(space: str) -> None:
    with pytest.raises(ConversionError, match="Its labels are no emotions"):
        vad_of(space)
    with pytest.raises(ConversionError, match="Its labels are no emotions"):
        nearest(VAD(0, 0, 0), space)


def test_a_label_of_several_terms_lies_in_their_middle() -> None:
    place = next(place for place in vad_of("c-expr") if place.label == "sadly angry")
    assert (place.method, place.words) == ("composed", ("sadness", "anger"))
    assert place.vad.valence == pytest.approx((OF["sadness"].valence + OF["anger"].valence) / 2)


@pytest.mark.parametrize("space", EMOTIONS)
def test_the_nearest_label_of_a_label_is_itself(space: str) -> None:
    for place in vad_of(space):
        near = nearest(place.vad, space, len(SPACES[space]))
        assert near[0] == (place.label, 0.0)
        assert [found.distance for found in near] == sorted(found.distance for found in near)
        assert {found.label for found in near} == set(SPACES[space].labels)


def test_nearest_refuses_what_has_no_answer() -> None:
    with pytest.raises(InputError, match="at least 1, got 0"):
        nearest(VAD(0, 0, 0), "ekman", 0)
    with pytest.raises(InputError, match="finite"):
        nearest(VAD(math.nan, 0, 0), "ekman")
