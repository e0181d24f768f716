from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.corpora.folds import (
    check_split,
    cross_corpus,
    cross_language,
    k_folds,
    later_users,
    leave_one_out,
    official_split,
    stratified_folds,
)
from affekt.corpora.splits import Split, hold_out
from affekt.errors import CorpusError, UnknownNameError
from affekt.types import Record, Signal

NAMES = ("joy", "fear", "grief")


@st.composite
def corpora(draw: st.DrawFn) -> list[Record]:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 6), st.integers(0, 5), st.sets(st.sampled_from(NAMES), max_size=2), st.integers(0, 90)
            ),
            min_size=8,
            max_size=50,
        )
    )
    return [
        Record(
            f"i{n}",
            Signal(f"text {n % 17}", language="en" if n % 3 else "de"),
            "train" if n % 4 else "test",
            labels=tuple(sorted(labels)),
            speaker=f"s{speaker}",
            group=f"g{group}",
            conditions={"time": str(time), "session": str(group % 2)},
        )
        for n, (speaker, group, labels, time) in enumerate(rows)
    ]


def whole(splits: tuple[Split, ...], records: list[Record]) -> None:
    """Every record is held exactly once, and each split keeps its word and loses nothing."""
    assert Counter(r.id for split in splits for r in split.held) == Counter(r.id for r in records)
    for split in splits:
        check_split(split, records)
        assert len(split.kept) + len(split.held) == len(records)


@given(corpora(), st.integers(2, 4), st.sampled_from(["speaker", "group", "id"]), st.integers(0, 9))
def test_folds_are_disjoint_and_whole(records: list[Record], k: int, by: str, seed: int) -> None:
    values = {getattr(r, by) for r in records}
    for make in (k_folds, stratified_folds):
        if len(values) < k:
            with pytest.raises(CorpusError, match="need as many values"):
                make(records, k=k, by=by, seed=seed)
            continue
        splits = make(records, k=k, by=by, seed=seed)
        if all(split.held for split in splits):
            whole(splits, records)
        shuffled = make(records[::-1], k=k, by=by, seed=seed)
        assert [{r.id for r in s.held} for s in splits] == [{r.id for r in s.held} for s in shuffled]


@given(corpora(), st.sampled_from(["speaker", "language", "condition:session"]))
def test_leaving_one_out_leaves_one_out(records: list[Record], by: str) -> None:
    try:
        splits = leave_one_out(records, by=by)
    except CorpusError:
        return
    whole(splits, records)
    if by == "speaker":
        assert all({r.speaker for r in split.held} == {split.name} for split in splits)


@given(corpora(), st.floats(0.1, 0.6), st.integers(0, 5))
def test_later_users_are_later_and_other_users(records: list[Record], fraction: float, seed: int) -> None:
    try:
        split = later_users(records, time="time", fraction=fraction, seed=seed)
    except CorpusError:
        return
    check_split(split, records)
    assert max(float(r.conditions["time"]) for r in split.kept) < min(float(r.conditions["time"]) for r in split.held)
    assert not {r.speaker for r in split.kept} & {r.speaker for r in split.held}


@given(corpora())
def test_what_an_official_split_says_is_true_and_all_of_it(records: list[Record]) -> None:
    split = official_split(records)
    check_split(split, records)
    for key in ("speaker", "group"):
        shared = {getattr(r, key) for r in split.kept} & {getattr(r, key) for r in split.held}
        assert (key in split.disjoint) == (not shared)


@given(corpora())
def test_across_languages_and_corpora(records: list[Record]) -> None:
    try:
        check_split(cross_language(records, target="de"), records)
    except CorpusError as error:
        assert "leaves a part empty" in str(error)
    other = [replace(r, signal=Signal(f"other {r.signal.text}")) for r in records[3:]] + records[:1]
    split = cross_corpus({"one": records, "two": other}, target="one")
    check_split(split)
    assert len(split.kept) == len(records[3:]) and len(split.held) == len(records)


def test_rare_labels_are_shared_out_and_dialogues_stay_whole() -> None:
    records = [
        Record(f"{d}.{t}", Signal("…"), "all", labels=("grief",) if d % 10 == 0 and t == 0 else ("joy",), group=f"d{d}")
        for d in range(200)
        for t in range(1 + d % 5)
    ]
    splits = stratified_folds(records, k=5, seed=3)
    whole(splits, records)
    assert [sum("grief" in r.labels for r in split.held) for split in splits] == [4] * 5
    sizes = [len(split.held) for split in splits]
    assert max(sizes) - min(sizes) <= 5


def test_a_split_that_breaks_its_word_is_caught() -> None:
    a = Record("a", Signal("Oh!"), "train", speaker="s", group="g", conditions={"time": "2"})
    b = Record("b", Signal("oh"), "test", speaker="t", group="h", conditions={"time": "1"})
    check_split(Split((a,), (b,), ("id", "speaker", "group")))
    for broken, message in (
        (Split((a,), (b,), ("text",)), "disjoint in text"),
        (Split((a,), (b,), ("after:time",)), "overlap"),
        (Split((a, a), (b,)), "twice"),
        (Split((a,), ()), "empty"),
        (Split((a,), (a,), ("id",)), "disjoint in id"),
    ):
        with pytest.raises(CorpusError, match=message):
            check_split(broken)
    with pytest.raises(CorpusError, match="the corpus lacks"):
        check_split(Split((a,), (b,)), [a])


def test_holding_out_says_what_is_disjoint() -> None:
    records = [Record(str(n), Signal("…"), "all", speaker=f"s{n % 4}") for n in range(16)]
    split = hold_out(records, fraction=0.3, seed=1, by="speaker")
    assert split.disjoint == ("id", "speaker")
    check_split(split, records)


def test_what_cannot_be_split() -> None:
    record = Record("a", Signal("…"), "train")
    with pytest.raises(UnknownNameError, match="no split 'test'"):
        official_split([record])
    with pytest.raises(UnknownNameError, match="condition:NAME"):
        leave_one_out([record], by="mood")
    with pytest.raises(CorpusError, match="2 or more"):
        k_folds([record], k=1)
    with pytest.raises(CorpusError, match="no speaker"):
        later_users([record], time="time", fraction=0.5)
    with pytest.raises(UnknownNameError):
        cross_corpus({"a": [record]}, target="b")
    with pytest.raises(CorpusError, match="another corpus"):
        cross_corpus({"a": [record]}, target="a")
