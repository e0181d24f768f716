"""Tables from corpus records."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError, UnknownNameError
from affekt.ratings.records import ratings_of
from affekt.types import Rating, Record, Signal


def record(name: str, *ratings: Rating, unrated: tuple[str, ...] = ()) -> Record:
    return Record(name, Signal(name), "train", ratings=ratings, unrated=unrated)


def test_labels_in_an_exclusive_and_a_multi_label_space() -> None:
    records = [
        record("t", Rating("ann", ("joy",)), Rating("ben", ("neutral",))),
        record("alone"),
        record("u", Rating(None, ("fear",))),
    ]
    made = ratings_of(records, "ekman-neutral")
    assert (made.kind, made.items, made.raters) == ("exclusive", ("t", "alone", "u"), ("ann", "ben"))
    assert made.item.tolist() == [0, 0, 2]
    assert made.rater.tolist() == [0, 1, -1]
    multi = ratings_of([record("t", Rating("ann", ("joy", "fear")), Rating("ben", ()))], "ekman")
    assert multi.kind == "multi-label"
    assert multi.values.sum(1).tolist() == [2, 0]


def test_what_counts_as_no_answer() -> None:
    unclear = record("t", Rating("ann", (), {"unclear": 1.0}), Rating("ben", ("joy",), {"unclear": 0.0}))
    made = ratings_of([unclear], "ekman")
    assert np.isnan(made.values[0]).all()
    assert made.values[1].sum() == 1
    graded = record("t", Rating("ann", (), {"joy": 0.0, "fear": 0.0}))
    said = ratings_of([graded], "ekman").values[0]
    assert said[[2, 3]].tolist() == [0, 0]
    assert np.isnan(said[[0, 1, 4, 5]]).all()
    english = record("t", Rating("ann", ("joy",)), unrated=("disgust",))
    assert np.isnan(ratings_of([english], "ekman").values[0, 1])


def test_labels_outside_the_space_may_stay_as_no_answer() -> None:
    records = [record("t", Rating("a", ("forgetful",)), Rating("b", ("joy",)), Rating("c", ("joy", "wistful")))]
    made = ratings_of(records, "ekman-neutral", outside="unanswered")
    assert (len(made), made.kind) == (3, "exclusive")
    assert np.isnan(made.values[0]).all()
    assert made.values[1:].sum(1).tolist() == [1, 1]
    with pytest.raises(InputError, match="outside must be"):
        ratings_of(records, "ekman", outside="drop")  # type: ignore[arg-type]


def test_dimensions_and_perspectives() -> None:
    records = [
        record(
            "t",
            Rating("ann", (), {"valence": 0.5, "arousal": -1.0}, "writer"),
            Rating("ben", (), {"valence": 0.0}, "reader"),
        )
    ]
    made = ratings_of(records, ["valence", "arousal"])
    assert (made.kind, made.scale) == ("interval", (-1.0, 1.0))
    np.testing.assert_array_equal(made.values, np.array([[0.5, -1], [0, np.nan]], np.float32))
    reader = ratings_of(records, ["valence"], perspective="reader")
    assert reader.raters == ("ben",)
    with pytest.raises(InputError, match="perspective 'singer'"):
        ratings_of(records, ["valence"], perspective="singer")
    with pytest.raises(UnknownNameError, match="'valance'"):
        ratings_of(records, ["valance"])


def test_pseudonyms_at_the_door() -> None:
    made = ratings_of([record("t", Rating("someone@example.org", ("joy",)))], "ekman")
    assert made.raters == ("rater-001",)


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="None of the 1 records holds a single rating"):
        ratings_of([record("t")], "ekman")
    with pytest.raises(InputError, match="Two records have the id 't'"):
        ratings_of([record("t", Rating("a", ("joy",))), record("t")], "ekman")
    with pytest.raises(UnknownNameError, match="label of ekman"):
        ratings_of([record("t", Rating("a", ("joie",)))], "ekman")
    with pytest.raises(InputError, match="duplicated"):
        ratings_of([record("t", Rating("a", ("joy",)), Rating("a", ("fear",)))], "ekman")
    with pytest.raises(InputError, match="labels and no values"):
        ratings_of([record("t", Rating("a", ("joy",)))], ["valence"])
