"""A progress bar with rate and time left, on stderr and only for a person."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from affekt.cli.terminal import is_terminal, screen

if TYPE_CHECKING:
    from affekt.analysis.bulk import Progress


@dataclass(frozen=True, slots=True)
class _First:
    """The first sign of progress: rows done, and when."""

    rows: int
    time: float


def duration(seconds: float) -> str:
    """Return a length of time in words that fit a line.

    >>> duration(0.42), duration(75), duration(8000)
    ('0.4 s', '1 min 15 s', '2 h 13 min')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def rate(rows: int, seconds: float) -> str:
    """Return rows per second, for a line.

    >>> rate(1000, 0.5), rate(1, 3)
    ('2,000 rows/s', '0.3 rows/s')
    """
    per_second = rows / max(seconds, 1e-9)
    return f"{per_second:,.0f} rows/s" if per_second >= 10 else f"{per_second:.1f} rows/s"


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """Give a function of `affekt.analysis.bulk.Progress` that draws how far the work is.

    The rate and the time left count from the first call on, so that neither the opening of the
    model nor the rows of an earlier run are in them. Nothing is drawn if `quiet`, or where stderr is no terminal.
    """
    if quiet or not is_terminal(sys.stderr):
        yield lambda progress: None
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    first: list[_First] = []
    with Bar(
        BarColumn(bar_width=24),
        TextColumn("{task.fields[words]}"),
        console=screen(sys.stderr),
        transient=True,
        refresh_per_second=4,
    ) as bar:
        task = bar.add_task("", total=None, words="opening the model")

        def draw(progress: Progress) -> None:
            now = monotonic()
            if not first:
                first.append(_First(progress.rows, now))
            words = state(progress.rows, progress.total, progress.rows - first[0].rows, now - first[0].time)
            bar.update(task, completed=progress.rows, total=progress.total, words=words)

        yield draw


def state(done: int, total: int | None, new: int, seconds: float) -> str:
    """Return how far the work is: `new` of the `done` rows were read in the last `seconds`.

    >>> state(250_000, 1_000_000, 150_000, 75.0)
    '25 %  250,000 of 1,000,000 rows  2,000 rows/s  6 min 15 s left'
    """
    if total is None:
        words = [f"{done:,} rows"]
    else:
        words = [f"{min(100, round(100 * done / max(total, 1)))} %", f"{done:,} of {max(total, done):,} rows"]
    if new and seconds > 0.5:
        words.append(rate(new, seconds))
        if total is not None:
            words.append(f"{duration(max(0, total - done) * seconds / new)} left")
    return "  ".join(words)
