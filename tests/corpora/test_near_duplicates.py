from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.corpora.near_duplicates import normalised, similar_pairs, twins
from affekt.errors import InputError

# Few letters, so that texts come near each other.
texts = st.lists(st.text("ab c", min_size=1, max_size=14), min_size=2, max_size=14, unique=True)
thresholds = st.sampled_from([0.3, 0.5, 0.8, 0.9, 1.0])


def jaccard(one: str, other: str, width: int) -> float:
    def grams(text: str) -> set[str]:
        padded = f" {text} ".ljust(width)
        return {padded[i : i + width] for i in range(len(padded) - width + 1)}

    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))


@given(texts, thresholds, st.integers(1, 6))
def test_every_pair_at_the_threshold_is_found_and_no_other(items: list[str], threshold: float, width: int) -> None:
    found = similar_pairs(items, threshold=threshold, shingle=width)
    expected = {
        (i, j): jaccard(items[i], items[j], width)
        for i, j in combinations(range(len(items)), 2)
        if jaccard(items[i], items[j], width) >= threshold - 1e-12
    }
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == sorted(expected)
    assert found.similarity.tolist() == pytest.approx([expected[pair] for pair in sorted(expected)])


@given(texts, thresholds, st.data())
def test_parts_drop_the_pairs_within_one_part_alone(items: list[str], threshold: float, data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.sampled_from([1, 2, 3, 4]), min_size=len(items), max_size=len(items)))
    every = similar_pairs(items, threshold=threshold, shingle=2)
    some = similar_pairs(items, threshold=threshold, shingle=2, parts=parts)
    crossing = [
        (i, j)
        for i, j in zip(every.first.tolist(), every.second.tolist(), strict=True)
        if parts[i] != parts[j] or parts[i] == 3
    ]
    assert list(zip(some.first.tolist(), some.second.tolist(), strict=True)) == crossing


@given(st.lists(st.text("ab cA!", max_size=12), max_size=10), st.lists(st.text("ab cA!", max_size=12), max_size=10))
def test_a_twin_is_the_most_alike_and_the_earliest(mine: list[str], theirs: list[str]) -> None:
    found = twins(mine, theirs, threshold=0.5, shingle=3)
    assert len(found.place) == len(mine)
    for i, text in enumerate(map(normalised, mine)):
        scores = [
            0.0 if not (text and other) else 2.0 if text == other else jaccard(text, other, 3)
            for other in map(normalised, theirs)
        ]
        best = max(scores, default=0.0)
        assert found.place[i] == (scores.index(best) if best >= 0.5 else -1)
        assert found.exact[i] == (best == 2.0)
        assert found.similarity[i] == pytest.approx(min(best, 1.0) if best >= 0.5 else 0.0)


def test_thousands_of_texts_with_planted_copies() -> None:
    random = np.random.default_rng(3)
    words = np.array(["".join(random.choice(list("abcdefghijklmnop"), 6)) for _ in range(2000)])
    items = [" ".join(random.choice(words, 14)) for _ in range(6000)]
    planted = [text[:-1] + "z" for text in items[:50]]
    found = similar_pairs([*items, *planted])
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(i, 6000 + i) for i in range(50)]


def test_spelling_does_not_count() -> None:
    assert normalised("ﬁne,  THANKS\n") == "fine thanks"
    assert normalised("हिन्दी!") == "हिन्दी"
    assert normalised("😀 !") == "😀 !"
    assert normalised("  ") == ""


@pytest.mark.parametrize("options", [{"threshold": 0}, {"threshold": 1.1}, {"shingle": 0}, {"parts": [1]}])
def test_what_cannot_be_asked(options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        similar_pairs(["a", "b"], **options)  # type: ignore[arg-type]


def test_nothing_to_compare() -> None:
    assert len(similar_pairs([])) == len(similar_pairs(["a"])) == 0
    assert twins([], ["a"]).place.tolist() == []
    assert twins(["", "a"], []).place.tolist() == [-1, -1]
