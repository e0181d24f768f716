"""Reader profiles: each score against its formula, and what holds for any two profiles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.errors import InputError
from affekt.metrics.profiles import document_correlation, emotion_correlation, profile_rmse, top_agreement

SCORES = (profile_rmse, document_correlation, emotion_correlation, top_agreement)
TABLES = arrays(np.float64, (5, 3), elements=st.floats(0, 1, width=16))


def r(one: list[float], other: list[float]) -> float:
    """Pearson's r, written out; 0 where either is constant."""
    a, b = sum(one) / len(one), sum(other) / len(other)
    top = sum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    low = math.sqrt(sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other))
    return top / low if low else 0.0


@given(TABLES, TABLES)
@settings(max_examples=100, deadline=None)
def test_scores_are_their_formulas(told, said) -> None:
    assert profile_rmse(told, said) == pytest.approx(
        math.sqrt(sum((x - y) ** 2 for x, y in zip(told.flat, said.flat, strict=True)) / told.size)
    )
    rows = [r(one, other) for one, other in zip(told.tolist(), said.tolist(), strict=True)]
    assert document_correlation(told, said) == pytest.approx(sum(rows) / len(rows), abs=1e-6)
    columns = [r(one, other) for one, other in zip(told.T.tolist(), said.T.tolist(), strict=True)]
    assert emotion_correlation(told, said) == pytest.approx(sum(columns) / len(columns), abs=1e-6)
    hits = [told[i, max(range(3), key=lambda k: (said[i, k], -k))] == told[i].max() for i in range(5)]
    assert top_agreement(told, said) == pytest.approx(sum(hits) / 5)


@given(TABLES, TABLES, st.permutations(range(5)))
@settings(max_examples=50, deadline=None)
def test_the_order_of_items_is_no_matter(told, said, order) -> None:
    for score in SCORES:
        assert score(told, said) == pytest.approx(score(told[order], said[order]), abs=1e-9)


def test_the_best_and_the_worst() -> None:
    told = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert [score(told, told) for score in SCORES] == pytest.approx([0, 1, 1, 1])
    assert [score(told, 1 - told) for score in SCORES] == pytest.approx([1, -1, -1, 0])
    assert top_agreement([[0.5, 0.5, 0]], [[0, 1, 0]]) == 1


def test_wrong_shapes_and_values_are_refused() -> None:
    for score in SCORES:
        with pytest.raises(InputError, match="item, emotion"):
            score([[1.0, 0.0]], [[1.0]])
        with pytest.raises(InputError, match="finite"):
            score([[1.0, math.nan]], [[1.0, 0.0]])
