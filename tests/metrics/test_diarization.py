"""Diarization error: drawn by hand, sampled at every second over all pairings, and beside scipy."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.metrics.diarization import (
    assignment,
    diarization_error,
    jaccard_error,
    pooled_diarization_error_rate,
)
from affekt.metrics.timeline import Segment

LENGTH = 10


def segments(names: str, most: int = 6) -> st.SearchStrategy[list[Segment]]:
    whole = st.integers(0, LENGTH)
    one = st.tuples(whole, whole, st.sampled_from(names)).map(lambda s: Segment(min(s[:2]), max(s[:2]), s[2]))
    return st.lists(one, max_size=most)


def at(side: list[Segment], second: int) -> set[str]:
    return {s.label for s in side if s.start < second + 0.5 < s.end}


def by_seconds(truth: list[Segment], said: list[Segment], kept: list[int]) -> tuple[float, float, float, float]:
    """False alarm, missed, confusion and total, from every second and every way to pair speakers."""
    true_names, names = sorted({s.label for s in truth}), sorted({s.label for s in said})
    best = 0
    wide = max(len(true_names), len(names))
    for order in permutations([*names, *[None] * (wide - len(names))], len(true_names)):
        pairs = dict(zip(true_names, order, strict=True))
        best = max(best, sum(pairs[name] in at(said, second) for second in kept for name in at(truth, second)))
    counts = [(len(at(truth, second)), len(at(said, second))) for second in kept]
    return (
        sum(max(0, m - n) for n, m in counts),
        sum(max(0, n - m) for n, m in counts),
        sum(min(n, m) for n, m in counts) - best,
        sum(n for n, _ in counts),
    )


@given(segments("abc"), segments("xyzw"))
def test_equals_looking_at_every_second_and_pairing(truth: list[Segment], said: list[Segment]) -> None:
    error = diarization_error(truth, said)
    expected = by_seconds(truth, said, list(range(LENGTH)))
    assert error[1:5] == pytest.approx(expected)
    if expected[3]:
        assert error.rate == pytest.approx(sum(expected[:3]) / expected[3])
    else:
        assert error.rate == float(expected[0] > 0)
    assert diarization_error(truth, [s._replace(label=s.label * 2) for s in truth]).rate == 0


@given(segments("abc"), segments("xyz"))
def test_overlap_can_be_left_out(truth: list[Segment], said: list[Segment]) -> None:
    kept = [second for second in range(LENGTH) if len(at(truth, second)) < 2]
    assert diarization_error(truth, said, skip_overlap=True)[1:5] == pytest.approx(by_seconds(truth, said, kept))


@given(segments("abc"), segments("xyz"))
def test_collar_of_a_second_hides_the_seconds_beside_true_edges(truth: list[Segment], said: list[Segment]) -> None:
    edges = {edge for s in truth if s.start < s.end for edge in (s.start, s.end)}
    kept = [second for second in range(LENGTH) if not {second, second + 1} & edges]
    assert diarization_error(truth, said, collar=1)[1:5] == pytest.approx(by_seconds(truth, said, kept))


@given(segments("abc"), segments("wxyz"))
def test_jaccard_error_from_every_second_and_pairing(truth: list[Segment], said: list[Segment]) -> None:
    def seconds(side: list[Segment], name: str | None) -> set[int]:
        return {second for second in range(LENGTH) if name in at(side, second)}

    true_names = [name for name in sorted({s.label for s in truth}) if seconds(truth, name)]
    names = sorted({s.label for s in said})
    if not true_names:
        assert jaccard_error(truth, said) == float(any(seconds(said, name) for name in names))
        return
    best = min(
        sum(
            1.0
            if name is None
            else 1 - len(seconds(truth, one) & seconds(said, name)) / len(seconds(truth, one) | seconds(said, name))
            for one, name in zip(true_names, order, strict=True)
        )
        for order in permutations([*names, *[None] * len(true_names)], len(true_names))
    )
    assert jaccard_error(truth, said) == pytest.approx(best / len(true_names))


def test_three_drawn_diarizations() -> None:
    ann, ben = Segment(0, 10, "ann"), Segment(10, 16, "ben")
    # ben is cut in two: the longer half is his.
    split = [Segment(0, 10, "a"), Segment(10, 14, "b"), Segment(14, 16, "c")]
    assert diarization_error([ann, ben], split)[:5] == (2 / 16, 0, 0, 2, 16)
    assert jaccard_error([ann, ben], split) == pytest.approx((0 + 2 / 6) / 2)
    # Both are found as one: 6 s of confusion.
    assert diarization_error([ann, ben], [Segment(0, 16, "a")])[:5] == (6 / 16, 0, 0, 6, 16)
    assert jaccard_error([ann, ben], [Segment(0, 16, "a")]) == pytest.approx((6 / 16 + 1) / 2)
    # Two talk at once for 2 s and one is heard; 1 s of silence is taken for speech.
    both = [Segment(0, 10, "ann"), Segment(8, 12, "ben")]
    heard = [Segment(0, 10, "x"), Segment(10, 13, "y")]
    assert diarization_error(both, heard)[:5] == (3 / 14, 1, 2, 0, 14)
    assert diarization_error(both, heard).pairs == {"ann": "x", "ben": "y"}
    pooled = pooled_diarization_error_rate([diarization_error(both, heard), diarization_error([ann, ben], split)])
    assert pooled[:5] == (5 / 30, 1, 2, 2, 30)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10**6))
def test_assignment_costs_what_scipy_finds(rows: int, columns: int, seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    costs = np.random.default_rng(seed).integers(-9, 10, (rows, columns))
    pairs = assignment(costs)
    assert len(pairs) == min(rows, columns) == len({row for row, _ in pairs}) == len({column for _, column in pairs})
    one, other = optimize.linear_sum_assignment(costs)
    assert sum(costs[pair] for pair in pairs) == costs[one, other].sum()


def test_wrong_input_is_said() -> None:
    with pytest.raises(InputError, match="prediction holds"):
        diarization_error([], [Segment(2, 1, "a")])
    with pytest.raises(InputError, match="collar"):
        diarization_error([], [], collar=-1)
    with pytest.raises(InputError, match="no recording"):
        pooled_diarization_error_rate([])
    with pytest.raises(InputError, match="finite"):
        assignment([[float("nan")]])
    assert diarization_error([], []).rate == 0 == jaccard_error([], [])
    assert diarization_error([], [Segment(0, 1, "a")]).rate == 1 == jaccard_error([], [Segment(0, 1, "a")])
