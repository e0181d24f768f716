"""Work in processes of this machine: ordered answers, a bounded number under way, no orphans."""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any, TypeVar

from affekt.errors import WorkerError

State = TypeVar("State")
Item = TypeVar("Item")
Result = TypeVar("Result")


class _Worker:
    """What one worker process keeps between its items."""

    task: Callable[[Any, Any], Any]
    opening: Callable[[], Any]
    opened: tuple[Any, ...] = ()


def map_in_processes(
    task: Callable[[State, Item], Result],
    items: Iterable[Item],
    *,
    opening: Callable[[], State],
    workers: int,
    ahead: int = 2,
) -> Generator[Result, None, None]:
    """Return ``task(state, item)`` of every item, in order, worked out in `workers` processes.

    See `affekt.compute.ordered.map_in_order` for what is asked of the arguments. Processes are
    spawned, not forked: threads of ONNX Runtime and DuckDB do not survive a fork.
    """
    context = multiprocessing.get_context("spawn")
    # Only this process holds `leash`. When it is closed, by us or because we were killed, every
    # worker sees the end of `collar` and ends too.
    collar, leash = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(task, opening, collar))
    # Waiting in future.result(), Ctrl-C can come as "cannot release un-acquired lock"; in a queue it comes as itself.
    under_way: deque[SimpleQueue[Future[Result]]] = deque()
    try:
        for item in items:
            under_way.append(SimpleQueue())
            executor.submit(_work, item).add_done_callback(under_way[-1].put)
            if len(under_way) >= workers * ahead:
                yield under_way.popleft().get().result()
        while under_way:
            yield under_way.popleft().get().result()
        executor.shutdown()
    except BrokenProcessPool as error:
        raise WorkerError(
            "A worker process ended without an answer: it was killed, ran out of memory, or belongs to a script that "
            'does not start its work under `if __name__ == "__main__":`. Try fewer workers.'
        ) from error
    finally:
        leash.close()
        executor.shutdown(cancel_futures=True)
        collar.close()


def _begin(task: Callable[[Any, Any], Any], opening: Callable[[], Any], collar: Connection) -> None:
    # Ctrl-C goes to the whole process group; the parent answers it and lets go of the leash.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(collar,), daemon=True).start()
    atexit.register(_close)
    _Worker.task, _Worker.opening = staticmethod(task), staticmethod(opening)


def _close() -> None:
    # What is still open when the interpreter is torn down, DuckDB reports as a leak on stderr.
    _Worker.opened = ()
    gc.collect()


def _end_with_parent(collar: Connection) -> None:
    wait([collar])
    os._exit(1)


def _work(item: Any) -> Any:
    # Opened here and not in _begin: an error in an initializer is lost, one in a task is answered.
    if not _Worker.opened:
        _Worker.opened = (_Worker.opening(),)
    return _Worker.task(_Worker.opened[0], item)
