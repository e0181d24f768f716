from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.corpora.joint import JointView, joint
from affekt.corpora.sampling import balanced, corpus_weights, draw, imbalance, label_weights, lp_ros, ml_ros
from affekt.errors import InputError
from affekt.types import Record, Signal

TABLES = st.integers(1, 30).flatmap(lambda rows: arrays(np.int64, (rows, 4), elements=st.integers(0, 1)))


def item(name: str, label: str, split: str = "train", modality: str = "text") -> Record:
    return Record(name, Signal(name, modality=modality), split, labels=(label,))  # type: ignore[arg-type]


def view() -> JointView:
    one = [item(f"a{n}", "joy" if n < 12 else "fear", modality="speech") for n in range(14)]
    other = [item(f"b{n}", "joy", "train" if n < 3 else "test") for n in range(6)]
    return joint({"isear": one, "dair_emotion": other}, "ekman-neutral")


@given(arrays(np.float64, 7, elements=st.floats(0.01, 1)), st.integers(0, 200), st.integers(0, 9))
def test_an_item_comes_as_often_as_its_weight_says_give_or_take_one(weights, size, seed):
    counts = np.bincount(draw(weights, size, seed=seed), minlength=7)
    assert counts.sum() == size
    assert (np.abs(counts - size * weights / weights.sum()) < 1 + 1e-6).all()


def test_draws_repeat_with_the_seed_and_differ_without():
    weights = np.linspace(0.1, 1, 50)
    assert (draw(weights, 40, seed=3) == draw(weights, 40, seed=3)).all()
    assert (draw(weights, 40, seed=3) != draw(weights, 40, seed=4)).any()
    with pytest.raises(InputError, match="not all 0"):
        draw([0, 0], 3)
    with pytest.raises(InputError, match="at least 0"):
        draw([1.0], -1)


@pytest.mark.parametrize(("temperature", "expected"), [(1, 0.9), (2, 0.75), (math.inf, 0.5)])
def test_a_corpus_is_drawn_by_a_root_of_its_size(temperature: float, expected: float) -> None:
    weights = corpus_weights(["a"] * 90 + ["b"] * 10, temperature=temperature)
    assert weights[:90].sum() == pytest.approx(expected)
    by_label = label_weights([[1, 0]] * 90 + [[0, 1]] * 10, temperature=temperature)
    np.testing.assert_allclose(by_label, weights)
    with pytest.raises(InputError, match="1 \\(as they are\\) or more"):
        corpus_weights(["a"], temperature=0.5)


@given(TABLES)
def test_weights_of_labels_add_up_and_none_is_a_label(table):
    weights = label_weights(table)
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    kinds = table.any(0).sum() + (~table.any(1)).any()
    for row, weight in zip(table, weights, strict=True):
        total = sum(1 / table[:, y].sum() for y in range(4) if row[y]) if row.any() else 1 / (~table.any(1)).sum()
        assert weight == pytest.approx(total / kinds)


def test_imbalance_as_in_the_paper() -> None:
    found = imbalance([[1, 0, 0]] * 6 + [[1, 1, 0]] * 2)
    assert found.per_label.tolist() == [1, 4, math.inf] and found.mean == 2.5
    with pytest.raises(InputError, match="No item has a label"):
        imbalance([[0, 0]])


@given(TABLES, st.floats(0, 1), st.integers(0, 5))
def test_oversampling_keeps_all_and_adds_rare_ones_alone(table, share, seed):
    for method in (ml_ros, lp_ros):
        if method is ml_ros and not table.any():
            continue
        places = method(table, share=share, seed=seed)
        assert places[: len(table)].tolist() == list(range(len(table)))
        added = places[len(table) :]
        assert len(added) <= math.floor(len(table) * share + 1e-9)
        assert (places == method(table, share=share, seed=seed)).all()
        if method is ml_ros:
            rare = imbalance(table).per_label > imbalance(table).mean
            assert all((table[place] > 0)[rare].any() for place in added)
        else:
            sets = Counter(map(tuple, table.tolist()))
            mean = len(table) / len(sets)
            after = Counter(tuple(table[place].tolist()) for place in places)
            assert all(sets[tuple(table[place].tolist())] < mean for place in added)
            assert all(after[kind] <= max(mean, count) for kind, count in sets.items())


def test_oversampling_lowers_the_imbalance() -> None:
    table = np.zeros((200, 3), int)
    table[:180, 0], table[170:195, 1], table[195:, 2] = 1, 1, 1
    assert imbalance(table[ml_ros(table)]).mean < imbalance(table).mean
    assert imbalance(table[lp_ros(table)]).mean < imbalance(table).mean
    with pytest.raises(InputError, match="share"):
        ml_ros(table, share=-1)


def test_balanced_fills_up_with_copies_and_leaves_the_test_alone() -> None:
    found = balanced(view())
    labels = np.nan_to_num(found.view.labels[found.place]).argmax(1)
    names = Counter(found.view.space.labels[y] for y in labels)
    assert names == {"joy": 15, "fear": 15}
    assert {found.view.splits[place] for place in found.place} == {"train"}
    assert [found.view.ids[place] for place in found.untouched] == ["b3", "b4", "b5"]
    fear = Counter(found.place[labels == found.view.space.index("fear")].tolist())
    assert sorted(fear.values()) == [7, 8]
    assert (found.copy > 0).sum() == 13
    again = balanced(view())
    assert (again.place == found.place).all() and (again.copy == found.copy).all()


def test_a_frequent_label_takes_from_every_corpus_alike() -> None:
    found = balanced(view(), per_label=6)
    names = Counter(
        (found.view.space.labels[np.nan_to_num(found.view.labels[place]).argmax()], found.view.corpora[place])
        for place in found.place
    )
    assert names == {("joy", "isear"): 3, ("joy", "dair_emotion"): 3, ("fear", "isear"): 6}
    joys = [place for place in found.place if found.view.labels[place][found.view.space.index("joy")] == 1]
    assert len(set(joys)) == len(joys)


def test_copies_are_changed_by_the_function_of_their_modality() -> None:
    found = balanced(view())

    def change(content: str, generator: np.random.Generator) -> str:
        return f"{content}~{generator.integers(1000)}"

    contents = list(found.contents(lambda signal: signal.text, {"speech": change}))
    assert sum(one.changed for one in contents) == 13 == sum("~" in one.content for one in contents)
    assert [one.content for one in contents] == [
        one.content for one in found.contents(lambda signal: signal.text, {"speech": change})
    ]
    assert len({one.content for one in contents if one.changed}) == 13
    assert not any(one.changed for one in found.contents(lambda signal: signal.text, {"text": change}))
    assert not any(one.changed for one in found.contents(lambda signal: signal.text))


def test_balanced_refusals() -> None:
    with pytest.raises(InputError, match="the splits are train, test"):
        balanced(view(), split="dev")
    with pytest.raises(InputError, match="at least 1"):
        balanced(view(), per_label=0)
