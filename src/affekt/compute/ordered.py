"""One way to say "do this to each of these, in order", wherever the work runs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

State = TypeVar("State")
Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    task: Callable[[State, Item], Result],
    items: Iterable[Item],
    *,
    opening: Callable[[], State],
    workers: int = 1,
    ahead: int = 2,
) -> Generator[Result, None, None]:
    """Return ``task(state, item)`` of every item, in the order of the items, as they get ready.

    `opening` makes the state (an opened model, a connection) once for each worker, when its first
    item comes. One worker is this process; more are processes of their own, and then `task`,
    `opening`, the items and the results have to be picklable, and a script has to start its work
    under ``if __name__ == "__main__":``. At most `workers` × `ahead` items are taken from `items`
    before their results are asked for, so an endless stream needs bounded memory.

    Raises what `task` or `opening` raises, and `WorkerError` if a worker process dies. Closing the
    iterator, Ctrl-C and the death of this process end the workers.

    >>> list(map_in_order(pow, [1, 2, 3], opening=lambda: 2))
    [2, 4, 8]
    """
    if workers <= 1:
        yield from _map_in_line(task, items, opening)
    else:
        from affekt.compute.processes import map_in_processes

        yield from map_in_processes(task, items, opening=opening, workers=workers, ahead=ahead)


def _map_in_line(
    task: Callable[[State, Item], Result], items: Iterable[Item], opening: Callable[[], State]
) -> Generator[Result, None, None]:
    opened: list[State] = []
    for item in items:
        if not opened:
            opened.append(opening())
        yield task(opened[0], item)
