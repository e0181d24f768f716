"""The table: what it refuses, what it hides, what it keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.ratings import Ratings, Scale, concatenate, from_counts, from_values, from_votes
from affekt.ratings.building import duplicated

VOTES = (["t1", "t1", "t2", "t3"], ["ann", "ben", "ann", None], ["joy", "fear", "joy", "sadness"])


def table(**changes: object) -> Ratings:
    fields: dict[str, object] = {
        **{"items": ("t1", "t2"), "raters": ("ann", "ben"), "columns": ("fear", "joy"), "kind": "exclusive"},
        **{"item": [0, 0, 1], "rater": [0, 1, -1], "values": [[0, 1], [1, 0], [0, 1]]},
    }
    return Ratings(**(fields | changes))  # type: ignore[arg-type]


def test_a_table_keeps_what_it_is_given() -> None:
    made = table(values=[[0, 1], [1, 0], [np.nan, np.nan]])
    assert len(made) == 3
    assert made.item.dtype == made.rater.dtype == np.int32
    assert made.values.dtype == np.float32
    assert np.isnan(made.values[2]).all()


def test_arrays_are_read_only_and_no_window_on_the_callers() -> None:
    values = np.array([[0, 1], [1, 0], [0, 1]], np.float32)
    made = table(values=values)
    values[0] = 7
    assert made.values[0].tolist() == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        made.values[0, 0] = 1
    half = np.zeros((6, 2), np.float32)
    half[:, 0] = 1
    view = table(values=half[::2])
    half[:] = 5
    assert view.values.max() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "ranked"}, "kind must be one of"),
        ({"columns": ()}, "at least one column"),
        ({"items": ("t1", "t1")}, "items names 't1' twice"),
        ({"raters": ("ann", "ann")}, "raters names 'ann' twice"),
        ({"columns": ("joy", "joy")}, "columns names 'joy' twice"),
        ({"item": [0, 0, 2]}, "points at item 2, but there are 2"),
        ({"rater": [0, -2, 1]}, "points at rater -2"),
        ({"rater": [0, 1]}, "differ in number"),
        ({"values": [[0, 1, 0]] * 3}, "differ in number"),
        ({"values": [[0, 1], [1, 0], [1, 1]]}, "several labels, but exclusive"),
        ({"values": [[0, 1], [1, 0], [0, 0]]}, "joy|none"),
        ({"values": [[0, 2], [1, 0], [0, 1]]}, r"joy = 2 by rater 'ann' on item 't1' \(judgement 0\)"),
        ({"kind": "ordinal"}, "need their scale"),
        ({"kind": "ordinal", "scale": (5, 1)}, "from a low to a higher"),
        ({"kind": "ordinal", "scale": (1, 5), "values": [[1, 2], [3, 9], [5, 5]]}, "1 votes are not allowed: joy = 9"),
        ({"kind": "interval", "values": [[1, np.inf], [3, 9], [5, 5]]}, "finite"),
        ({"time": [0.0]}, "time has shape"),
        ({"time": [0.0, np.inf, 1.0]}, "infinite"),
        ({"attributes": {"age": ("20",)}}, "1 values for 2 raters"),
        ({"attributes": {"mail": ("someone@example.org", None)}}, "Leave it out"),
        ({"values": [["a", "b"]] * 3}, "hold numbers"),
    ],
)
def test_what_a_table_refuses(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        table(**changes)


def test_labels_outside_the_space_are_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'joy'"):
        table(columns=("fear", "joyy"), space=find_space("ekman"))
    with pytest.raises(UnknownNameError, match="'happyness'"):
        from_votes(["t"], None, ["happyness"], space="ekman")


def test_votes_off_the_scale_are_counted_and_shown() -> None:
    with pytest.raises(
        InputError, match=r"2 votes are not allowed: valence = 0 by rater 'ann'.*scale runs from 1 to 9"
    ):
        from_values(["t", "u"], ["ann", "ben"], [[0], [10]], columns=["valence"], scale=(1, 9))


@pytest.mark.parametrize(
    "name",
    ["someone@example.org", "0123456789abcdef0123456789abcdef", "5f0e8a3c9b1d2e4f6a7b8c9d", "A1B2C3D4E5F6G7"],
)
def test_ids_that_tell_who_somebody_is_become_pseudonyms(name: str) -> None:
    made = from_votes(["t", "u", "v"], ["annotator_1", name, name], ["joy", "fear", "joy"])
    assert made.raters == ("annotator_1", "rater-001")
    assert made.rater.tolist() == [0, 1, 1]
    assert name not in repr(made)
    assert table(raters=(name, "rater-001")).raters == ("rater-002", "rater-001")


def test_pseudonyms_follow_the_order_of_appearance() -> None:
    made = from_votes(["t"] * 3, [f"{name}@example.org" for name in "cab"], ["joy"] * 3)
    assert made.raters == ("rater-001", "rater-002", "rater-003")


def test_an_error_about_a_duplicate_does_not_name_an_address() -> None:
    with pytest.raises(InputError, match="rater-001") as caught:
        from_votes(["t", "t"], ["someone@example.org"] * 2, ["joy", "fear"])
    assert "@" not in str(caught.value)


def test_duplicates_are_refused_kept_or_settled() -> None:
    items, raters, labels = ["t", "t", "u"], ["ann", "ann", "ann"], ["joy", "fear", "joy"]
    with pytest.raises(InputError, match=r"1 votes are duplicated.*duplicates='last'"):
        from_votes(items, raters, labels)
    assert len(from_votes(items, raters, labels, duplicates="keep")) == 3
    last = from_votes(items, raters, labels, duplicates="last")
    assert [last.columns[place] for place in last.values.argmax(1)] == ["fear", "joy"]
    with pytest.raises(InputError, match="must be 'error'"):
        from_votes(items, raters, labels, duplicates="first")  # type: ignore[arg-type]


def test_anonymous_votes_and_votes_at_other_times_are_no_duplicates() -> None:
    assert len(from_votes(["t", "t"], None, ["joy", "joy"])) == 2
    assert len(from_votes(["t", "t"], ["ann", "ann"], ["joy", "joy"], time=[0.0, 1.0])) == 2
    with pytest.raises(InputError, match="duplicated"):
        from_votes(["t", "t"], ["ann", "ann"], ["joy", "joy"], time=[1.0, 1.0])
    with pytest.raises(InputError, match="duplicated"):
        from_votes(["t", "t"], ["ann", "ann"], ["joy", "joy"], time=[np.nan, np.nan])


@given(st.lists(st.tuples(st.sampled_from("tuv"), st.sampled_from(["ann", "ben", None])), min_size=1, max_size=30))
def test_duplicated_against_a_loop(pairs: list[tuple[str, str | None]]) -> None:
    items, raters = [item for item, _ in pairs], [rater for _, rater in pairs]
    made = from_votes(items, raters, ["joy"] * len(pairs), duplicates="keep")
    later = [pair[1] is not None and pair in pairs[place + 1 :] for place, pair in enumerate(pairs)]
    assert duplicated(made).tolist() == later


def test_select_keeps_items_raters_and_attributes_together() -> None:
    made = replace(from_votes(*VOTES), attributes={"age": ("20", "30")})
    ben = made.select(raters=["ben"])
    assert (ben.raters, ben.attributes["age"], len(ben), ben.items) == (("ben",), ("30",), 1, ("t1", "t2", "t3"))
    some = made.select(items=["t3", "t1"])
    assert some.items == ("t1", "t3")
    assert some.rater.tolist() == [0, 1, -1]
    assert len(made.select(items=[])) == 0
    with pytest.raises(UnknownNameError, match="rater of these ratings 'annn'"):
        made.select(raters=["annn"])


def test_lists_of_different_length_and_items_without_a_name_are_refused() -> None:
    with pytest.raises(InputError, match="items 2, labels 1"):
        from_votes(["t", "u"], None, ["joy"])
    with pytest.raises(InputError, match="Judgement 1 names no item"):
        from_votes(["t", ""], None, ["joy", "joy"])


def test_an_unanswered_vote_is_kept_as_nan() -> None:
    made = from_votes(["t", "t"], ["ann", "ben"], ["joy", None])
    assert np.isnan(made.values[1]).all()
    several = from_votes(["t", "u", "v"], None, [["joy", "fear"], [], None])
    assert several.kind == "multi-label"
    assert several.values[1].tolist() == [0, 0]
    assert np.isnan(several.values[2]).all()


def test_counts_become_as_many_anonymous_votes() -> None:
    counts = np.array([[3, 0, 2], [0, 0, 0]])
    made = from_counts(["t", "u"], counts, labels=["joy", "fear", "anger"])
    assert made.values.sum(0).tolist() == [3, 0, 2]
    assert made.items == ("t", "u")
    assert (made.rater == -1).all()
    spaced = from_counts(["t", "u"], counts, labels=["joy", "fear", "anger"], space="ekman")
    assert spaced.columns == find_space("ekman").labels
    assert spaced.values.sum(0)[spaced.column("joy")] == 3
    for wrong in (-1, 0.5, np.nan):
        with pytest.raises(InputError, match=r"whole numbers from 0; 't' has .* for 'joy'"):
            from_counts(["t"], [[wrong]], labels=["joy"])


def test_concatenating_tables() -> None:
    one = replace(from_votes(["t"], ["ann"], ["joy"], space="ekman"), attributes={"age": ("20",)})
    two = from_votes(["u", "t"], ["ann", None], ["fear", "joy"], space="ekman")
    both = concatenate([one, two])
    assert (both.items, both.raters, both.attributes["age"]) == (("t", "u"), ("ann",), ("20",))
    assert both.item.tolist() == [0, 1, 0]
    assert both.rater.tolist() == [0, 0, -1]
    apart = concatenate([one, two], raters="apart")
    assert apart.raters == ("ann", "ann-2")
    assert apart.attributes["age"] == ("20", None)
    with pytest.raises(InputError, match="duplicated"):
        concatenate([one, one])
    assert len(concatenate([one, one], duplicates="last")) == 1
    with pytest.raises(InputError, match="contradict: age"):
        concatenate([one, replace(two, attributes={"age": ("30",)})])
    with pytest.raises(InputError, match="different columns"):
        concatenate([one, from_votes(["u"], None, ["joy"])])
    with pytest.raises(InputError, match="no tables"):
        concatenate([])


def test_concatenating_mixed_scales_is_refused_and_mended_by_rescale() -> None:
    nine = from_values(["t"], ["ann"], [[9.0]], columns=["valence"], scale=(1, 9))
    five = from_values(["u"], ["ann"], [[3.0]], columns=["valence"], scale=(1, 5))
    with pytest.raises(InputError, match=r"different scale.*rescale\(\)"):
        concatenate([nine, five])
    both = concatenate([nine.rescale(-1, 1), five.rescale(-1, 1)])
    assert both.values.ravel().tolist() == [1.0, 0.0]
    assert both.scale == Scale(-1, 1)


def test_pseudonyms_of_two_tables_are_not_taken_for_the_same_person() -> None:
    one, two = (from_votes([item], [f"{item}@example.org"], ["joy"]) for item in "tu")
    with pytest.raises(InputError, match="raters='apart'"):
        concatenate([one, two])
    assert len(concatenate([one, two], raters="apart").raters) == 2
    assert len(concatenate([one, two], raters="shared").raters) == 1


def test_votes_move_between_spaces_one_by_one() -> None:
    made = from_votes(["t", "t", "u"], ["ann", "ben", "ann"], ["annoyance", "joy", "neutral"], space="goemotions")
    ekman = made.convert("ekman-neutral")
    assert ekman.kind == "exclusive"
    assert [ekman.columns[place] for place in ekman.values.argmax(1)] == ["anger", "joy", "neutral"]
    assert ekman.item is not None
    assert ekman.rater.tolist() == made.rater.tolist()
    several = from_votes(["t"], ["ann"], [["joy", "anger", "love"]], space="goemotions").convert("ekman")
    assert several.kind == "multi-label"
    assert {name for name, value in zip(several.columns, several.values[0], strict=True) if value} == {"joy", "anger"}


def test_conversion_keeps_unanswered_votes_and_every_judgement() -> None:
    made = from_votes(["t", "u"], ["ann", "ann"], ["joy", None], space="goemotions")
    moved = made.convert("ekman")
    assert len(moved) == 2
    assert np.isnan(moved.values[1]).all()
    asked = np.zeros((1, 28), np.float32)
    space = find_space("goemotions")
    asked[0, space.index("anger")] = 1
    asked[0, space.index("joy")] = np.nan
    partly = Ratings(("t",), ("ann",), space.labels, "multi-label", [0], [0], asked, space=space).convert("ekman")  # type: ignore[arg-type]
    assert partly.values[0, partly.column("anger")] == 1
    assert np.isnan(partly.values[0, partly.column("joy")])
    assert partly.values[0, partly.column("fear")] == 0


def test_only_votes_with_a_space_convert() -> None:
    with pytest.raises(ConversionError, match="name no label space"):
        from_votes(["t"], None, ["joy"]).convert("ekman")
    with pytest.raises(InputError, match="Only votes for labels"):
        from_values(["t"], None, [[1.0]], columns=["valence"]).convert("ekman")


def test_a_table_without_votes_stands() -> None:
    empty = from_counts(["t"], [[0, 0]], labels=["joy", "fear"])
    assert len(empty) == 0
    assert len(empty.select(items=["t"])) == 0
    assert len(concatenate([empty, empty])) == 0
    assert empty.items == ("t",)
