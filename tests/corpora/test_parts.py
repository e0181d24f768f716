"""Three parts share no group and no text, whatever the corpus publishes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.corpora.near_duplicates import normalised
from affekt.corpora.parts import make_parts
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SENTIMENT = find_space("sentiment")
WORDS = ["river", "stone", "lamp", "paper", "cloud", "engine", "winter", "garden", "copper", "violin", "quay", "sky"]


def record(number: int, split: str = "all", *, text: str | None = None, group: str | None = None) -> Record:
    digits = [WORDS[int(d)] for d in f"{number:04d}"]
    said = " ".join([*digits, WORDS[number % 12], "by the", *reversed(digits)]) if text is None else text
    return Record(f"i{number}", Signal(said, language="en"), split, (SENTIMENT.labels[number % 3],), group=group)


def ids(part) -> set[str]:
    return {one.id for one in part.records}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), min_size=40, max_size=80), st.integers(0, 5))
def test_drawn_parts_share_nothing(items, seed) -> None:
    records = [replace(record(text), id=f"i{place}", group=f"g{group}") for place, (group, text) in enumerate(items)]
    try:
        parts = make_parts("toy", records, SENTIMENT, seed=seed)
    except CorpusError as error:
        assert "cannot be parted" in str(error)
        return
    for one, other in ((parts.train, parts.dev), (parts.train, parts.test), (parts.dev, parts.test)):
        assert not {r.group for r in one.records} & {r.group for r in other.records}
        assert not {normalised(r.signal.text) for r in one.records} & {normalised(r.signal.text) for r in other.records}
    assert sum(map(len, parts)) == len(records)


def test_published_splits_are_kept_and_doubles_go() -> None:
    records = [record(i, ("train", "dev", "test")[i % 3]) for i in range(60)]
    doubled = record(900, "train", text=records[2].signal.text.upper() + "!")
    parts = make_parts("toy", [*records, doubled], SENTIMENT)
    assert ids(parts.test) == {r.id for r in records if r.split == "test"}
    assert ids(parts.dev) == {r.id for r in records if r.split == "dev"}
    assert "i900" not in ids(parts.train)
    assert any("1 items to learn from and 0 to tune on" in note for note in parts.notes)


def test_where_only_dev_is_published_it_is_the_test() -> None:
    parts = make_parts("toy", [record(i, "dev" if i % 4 == 0 else "train") for i in range(80)], SENTIMENT)
    assert {r.split for r in parts.test.records} == {"dev"}
    assert {r.split for r in (*parts.train.records, *parts.dev.records)} == {"train"}
    assert len(parts.dev) == 7


def test_one_split_is_drawn_the_same_whatever_the_order() -> None:
    records = [record(i) for i in range(100)]
    one, other = make_parts("toy", records, SENTIMENT), make_parts("toy", records[::-1], SENTIMENT)
    assert ids(one.test) == ids(other.test) and ids(one.dev) == ids(other.dev)
    assert len(one.test) == 20 and len(one.dev) == 10
    assert ids(make_parts("toy", records, SENTIMENT, seed=1).test) != ids(one.test)


def test_at_most_so_many_are_learned_from() -> None:
    parts = make_parts("toy", [record(i) for i in range(200)], SENTIMENT, most=40)
    assert (len(parts.train), len(parts.dev), len(parts.test)) == (40, 10, 40)


def test_refusals() -> None:
    with pytest.raises(CorpusError, match="nothing to learn from"):
        make_parts("toy", [record(i, "test") for i in range(9)], SENTIMENT)
    with pytest.raises(CorpusError, match="cannot be parted: its 5 items are one group"):
        make_parts("toy", [record(i, group="one") for i in range(5)], SENTIMENT)
