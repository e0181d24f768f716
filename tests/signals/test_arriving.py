"""Sound that arrives while something else works: nothing is lost, a pipe waits, and what is late is known."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.signals.arriving import Arrivals, Block, came_as_spoken, is_behind


def block(seconds: float = 0.1) -> np.ndarray:
    return np.zeros((1, round(16_000 * seconds)), np.float32)


def taken(arrivals: Arrivals) -> list[Block]:
    found: list[Block] = []
    while (some := arrivals.take()) is not None:
        found += some
    return found


def test_all_that_comes_is_taken_in_order() -> None:
    blocks = [np.full((1, 10), number, np.float32) for number in range(200)]
    found = taken(Arrivals(iter(blocks), 16_000, most_s=0.01))
    assert [each.samples[0, 0] for each in found] == list(range(200))
    assert all(one.at <= other.at for one, other in itertools.pairwise(found))


def test_the_source_waits_when_much_is_held() -> None:
    asked = 0

    def endless() -> Iterator[np.ndarray]:
        nonlocal asked
        while True:
            asked += 1
            yield block()

    arrivals = Arrivals(endless(), 16_000, most_s=1.0)
    time.sleep(0.3)
    assert asked <= 12
    assert 1 <= len(arrivals.take() or []) <= 11
    arrivals.close()
    time.sleep(0.2)
    assert asked <= 24


def test_nothing_in_time_is_told_apart_from_the_end() -> None:
    def slow() -> Iterator[np.ndarray]:
        time.sleep(0.4)
        yield block()

    arrivals = Arrivals(slow(), 16_000)
    assert arrivals.take(0.05) == []
    assert len(taken(arrivals)) == 1
    assert arrivals.take(0.05) is None


def test_what_the_source_raises_comes_after_its_blocks() -> None:
    def broken() -> Iterator[np.ndarray]:
        yield block()
        raise InputError("unplugged")

    arrivals = Arrivals(broken(), 16_000)
    time.sleep(0.2)
    assert len(arrivals.take() or []) == 1
    with pytest.raises(InputError, match="unplugged"):
        arrivals.take()
    for wrong in ({"rate": 0}, {"rate": 16_000, "most_s": 0}):
        with pytest.raises(InputError):
            Arrivals([], **wrong)  # type: ignore[arg-type]


def test_late_is_what_was_spoken_and_waited() -> None:
    spoken = [Block(block(), 10 + number / 10) for number in range(10)]
    assert is_behind(spoken, 16_000, 11.0, patience_s=0.5)
    assert not is_behind(spoken, 16_000, 10.9, patience_s=1.5)
    piped = [Block(block(), 10 + number / 1000) for number in range(10)]
    assert not is_behind(piped, 16_000, 20.0, patience_s=0.5)
    assert came_as_spoken([], 16_000)
    assert not is_behind([], 16_000, 1.0, patience_s=0.5)
