from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.corpora.joint import balanced_weights, joint
from affekt.errors import AffektError, InputError
from affekt.types import Record, Signal


def record(item: str, *labels: str, split: str = "train", unrated: tuple[str, ...] = ()) -> Record:
    return Record(item, Signal(f"text {item}"), split, labels=labels, unrated=unrated)


def test_labels_come_in_the_joint_space_with_gaps_where_a_corpus_is_silent() -> None:
    view = joint(
        {"goemotions": [record("a", "admiration", "grief"), record("b")], "isear": [record("c", "shame")]}, "ekman"
    )
    assert view.space == find_space("ekman")
    assert view.corpora == ("goemotions", "goemotions", "isear") and view.ids == ("a", "b", "c")
    assert view.texts == ("text a", "text b", "text c")
    row = dict(zip(view.space.labels, view.labels[0], strict=True))
    assert row["joy"] == row["sadness"] == 1 and row["anger"] == 0
    isear = dict(zip(view.space.labels, view.labels[2], strict=True))
    assert np.isnan(isear["surprise"])  # ISEAR did not ask for it
    assert view.known.shape == view.labels.shape and view.known[0].all()


def test_what_nobody_judged_and_what_is_hidden_is_unknown() -> None:
    view = joint(
        {
            "goemotions": [
                record("a", "joy", unrated=("fear", "nervousness")),
                record("b", split="test"),
                record("c", split="test"),
            ],
            "dair_emotion": [record("d")],
        },
        "ekman",
    )
    row = dict(zip(view.space.labels, view.labels[0], strict=True))
    assert row["joy"] == 1 and row["anger"] == 0 and np.isnan(row["fear"])
    assert np.isnan(view.labels[1:]).all()


def test_the_own_space_comes_back_as_it_is() -> None:
    view = joint({"goemotions": [record("a", "joy", "love")]}, "goemotions")
    assert {label for label, value in zip(view.space, view.labels[0], strict=True) if value} == {"joy", "love"}


def test_what_has_no_way_is_refused() -> None:
    with pytest.raises(AffektError):
        joint({"dair_emotion": [record("a", "joy")]}, "goemotions")
    with pytest.raises(AffektError, match="no labels"):
        joint({"emobank": [record("a")]}, "ekman")


rows = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30)


@given(rows, st.floats(0, 1))
def test_weights_are_probabilities_and_corpora_get_their_share(
    items: list[tuple[str, int, int]], temperature: float
) -> None:
    corpora = [name for name, *_ in items]
    for labels in (None, [list(marks) for _, *marks in items]):
        weights = balanced_weights(corpora, labels, temperature=temperature)
        assert weights.min() > 0 and weights.sum() == pytest.approx(1)
        sizes = {name: corpora.count(name) ** temperature for name in set(corpora)}
        for name, size in sizes.items():
            share = sum(w for w, corpus in zip(weights, corpora, strict=True) if corpus == name)
            assert share == pytest.approx(size / sum(sizes.values()))


def test_single_labels_come_equally_often() -> None:
    labels = np.eye(3)[[0] * 7 + [1] * 2 + [2]]
    weights = balanced_weights(["a"] * 10, labels)
    assert (weights @ labels).tolist() == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("options", [{"temperature": 2.0}, {"labels": [[1.0]]}])
def test_what_cannot_be_weighed(options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        balanced_weights(["a", "b"], **options)  # type: ignore[arg-type]
