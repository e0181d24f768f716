"""Every recipe's turn comes, and what a change touches does not wait for it."""

from __future__ import annotations

import pytest
import rotation


@pytest.fixture(autouse=True)
def not_all(monkeypatch):
    monkeypatch.delenv("AFFEKT_TEST_ALL", raising=False)
    monkeypatch.setattr(rotation, "_changed", lambda: ("recipes/dens/run.py", "src/affekt/models/leia/net.py"))


def test_every_turn_comes(monkeypatch):
    ran = set()
    for turn in range(rotation.PARTS):
        monkeypatch.setattr(rotation, "_commits", lambda turn=turn: turn)
        due = {place for place in range(20) if rotation.is_due("some", place)}
        assert not due & ran and len(due) <= 4
        ran |= due
    assert ran == set(range(20))


def test_what_changed_runs(monkeypatch):
    monkeypatch.setattr(rotation, "_commits", lambda: 1)
    assert rotation.is_due("dens", 0) and rotation.is_due("leia", 0) and not rotation.is_due("den", 0)


def test_all_run_where_asked_or_nothing_is_known(monkeypatch):
    monkeypatch.setattr(rotation, "_commits", lambda: None)
    assert rotation.is_due("some", 3)
    monkeypatch.setattr(rotation, "_commits", lambda: 1)
    monkeypatch.setenv("AFFEKT_TEST_ALL", "1")
    assert rotation.is_due("some", 3)
