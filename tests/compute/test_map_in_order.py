"""Order, bounds and ends of work, in line and in processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from affekt.compute.ordered import map_in_order
from affekt.errors import InputError, WorkerError


class Opened:
    def __init__(self) -> None:
        self.calls = 0


def slow_first(state: Opened, item: int) -> tuple[int, int, int]:
    state.calls += 1
    if item == 0:
        time.sleep(0.3)
    return item * item, os.getpid(), state.calls


def fail_at_three(state: Opened, item: int) -> int:
    if item == 3:
        raise InputError("three is too many")
    return item


def die_at_three(state: Opened, item: int) -> int:
    if item == 3:
        os._exit(9)
    return item


def refuse() -> Opened:
    raise InputError("no such model")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_end(pids: set[int]) -> set[int]:
    end = time.monotonic() + 20
    while (left := {pid for pid in pids if is_alive(pid)}) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def test_in_line_keeps_one_state_and_takes_items_one_by_one() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(5):
            taken.append(item)
            yield item

    answers = map_in_order(slow_first, items(), opening=Opened)
    assert next(answers) == (0, os.getpid(), 1)
    assert taken == [0]
    assert [answer[2] for answer in answers] == [2, 3, 4, 5]


def test_nothing_is_opened_for_no_items() -> None:
    assert list(map_in_order(slow_first, [], opening=refuse)) == []


@pytest.mark.slow
def test_processes_answer_in_order_open_once_and_look_ahead_a_bounded_way() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(20):
            taken.append(item)
            yield item

    answers = map_in_order(slow_first, items(), opening=Opened, workers=2, ahead=2)
    first = next(answers)
    assert len(taken) == 4
    rest = list(answers)
    assert [answer[0] for answer in [first, *rest]] == [item * item for item in range(20)]
    calls: dict[int, list[int]] = {}
    for _, pid, call in [first, *rest]:
        calls.setdefault(pid, []).append(call)
    assert os.getpid() not in calls
    assert all(sorted(counted) == list(range(1, len(counted) + 1)) for counted in calls.values())
    assert wait_for_end(set(calls)) == set()


@pytest.mark.slow
def test_errors_of_task_and_opening_come_through_processes() -> None:
    answers = map_in_order(fail_at_three, range(9), opening=Opened, workers=2)
    assert [next(answers), next(answers), next(answers)] == [0, 1, 2]
    with pytest.raises(InputError, match="three is too many"):
        next(answers)
    with pytest.raises(InputError, match="no such model"):
        list(map_in_order(fail_at_three, range(3), opening=refuse, workers=2))


@pytest.mark.slow
def test_a_dead_worker_is_an_error_not_a_wait() -> None:
    with pytest.raises(WorkerError, match="ended without an answer"):
        list(map_in_order(die_at_three, range(9), opening=Opened, workers=2))


@pytest.mark.slow
def test_closing_ends_workers_in_the_middle_of_their_work() -> None:
    answers = map_in_order(sleep_long, range(9), opening=Opened, workers=2)
    pid = next(answers)
    before = time.monotonic()
    answers.close()
    assert time.monotonic() - before < 10
    assert wait_for_end({pid}) == set()


def sleep_long(state: Opened, item: int) -> int:
    if item > 0:
        time.sleep(60)
    return os.getpid()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_kill_9_of_the_parent_leaves_no_orphans() -> None:
    script = (
        "import os, test_map_in_order as t\n"
        "from affekt.compute.ordered import map_in_order\n"
        "if __name__ == '__main__':\n"
        "    for pid in map_in_order(t.sleep_long, [0] + [1] * 9, opening=t.Opened, workers=2):\n"
        "        print(pid, flush=True)\n"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert parent.stdout is not None
    with parent.stdout:
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    assert wait_for_end({worker}) == set()
