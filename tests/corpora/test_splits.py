from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.corpora.splits import check_disjoint, group_of, hold_out
from affekt.errors import CorpusError
from affekt.types import Record, Signal


def corpus(groups: list[int | None]) -> list[Record]:
    return [
        Record(f"item{n}", Signal("…"), "train", group=None if group is None else f"doc{group}")
        for n, group in enumerate(groups)
    ]


groupings = st.lists(st.none() | st.integers(0, 12), min_size=2, max_size=60).filter(
    lambda groups: None in groups or len(set(groups)) > 1
)
fractions = st.floats(0.01, 0.99)
seeds = st.integers(0, 2**32)


def n_groups(groups: list[int | None]) -> int:
    return groups.count(None) + len(set(groups) - {None})


@settings(deadline=None)
@given(groupings.filter(lambda groups: n_groups(groups) > 1), fractions, seeds)
def test_parts_are_disjoint_whole_and_in_order(groups: list[int | None], fraction: float, seed: int) -> None:
    records = corpus(groups)
    split = hold_out(records, fraction=fraction, seed=seed)
    check_disjoint(split.kept, split.held)
    assert split.held and split.kept
    places = {record.id: place for place, record in enumerate(records)}
    for part in (split.kept, split.held):
        assert [places[record.id] for record in part] == sorted(places[record.id] for record in part)
    assert sorted(places[record.id] for record in (*split.kept, *split.held)) == list(range(len(records)))


@settings(deadline=None)
@given(groupings.filter(lambda groups: n_groups(groups) > 1), fractions, seeds, st.randoms(use_true_random=False))
def test_the_draw_does_not_depend_on_the_order(
    groups: list[int | None], fraction: float, seed: int, shuffler: random.Random
) -> None:
    records = corpus(groups)
    held = {record.id for record in hold_out(records, fraction=fraction, seed=seed).held}
    shuffler.shuffle(records)
    assert {record.id for record in hold_out(records, fraction=fraction, seed=seed).held} == held


@settings(deadline=None)
@given(groupings.filter(lambda groups: n_groups(groups) > 1), fractions, seeds)
def test_no_further_group_would_have_fitted(groups: list[int | None], fraction: float, seed: int) -> None:
    records = corpus(groups)
    split = hold_out(records, fraction=fraction, seed=seed)
    sizes = [sum(group_of(r) == group for r in records) for group in {group_of(r) for r in split.kept}]
    room = fraction * len(records) - len(split.held)
    held_groups = {group_of(record) for record in split.held}
    assert room >= 0 or len(held_groups) == 1
    assert min(sizes) > room - 1e-9


def test_single_records_are_held_to_the_fraction_and_seeds_differ() -> None:
    records = corpus([None] * 1000)
    one, other = (hold_out(records, fraction=0.1, seed=seed).held for seed in (1, 2))
    assert len(one) == len(other) == 100
    assert {record.id for record in one} != {record.id for record in other}


def test_the_draw_is_the_same_tomorrow() -> None:
    # The three of twelve groups whose sha256("7\0group\0<name>") is lowest.
    held = hold_out(corpus(list(range(12))), fraction=0.25, seed=7).held
    assert [record.group for record in held] == ["doc0", "doc1", "doc4"]


def test_holding_out_speakers() -> None:
    records = [Record(f"i{n}", Signal("…"), "train", speaker=f"s{n % 3}", group=f"g{n}") for n in range(9)]
    split = hold_out(records, fraction=0.4, seed=0, by="speaker")
    assert len(split.held) == 3
    check_disjoint(split.kept, split.held, by="speaker")


def test_shared_groups_are_named() -> None:
    records = corpus([1, 1, 2])
    with pytest.raises(CorpusError, match="Parts 0 and 2 share 1 of group: doc1"):
        check_disjoint(records[:1], records[2:], records[1:2])


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, float("nan")])
def test_a_fraction_that_is_none(fraction: float) -> None:
    with pytest.raises(ValueError, match="fraction must lie between 0 and 1"):
        hold_out(corpus([1, 2]), fraction=fraction, seed=0)


def test_one_group_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="at least two groups, got 1"):
        hold_out(corpus([4, 4, 4]), fraction=0.5, seed=0)
