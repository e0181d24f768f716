"""Sound that comes when it comes: blocks taken in at once, with the moment each was there, so that none is lost."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Samples float32 (channel, time), and when they were there, in seconds of `time.perf_counter`."""

    samples: Samples
    at: float


class Arrivals:
    """What a source of blocks gives, taken in by a thread while something else works.

    At most `most_s` seconds wait; then the source does, which a pipe can. `close` lets go of it.

    >>> arrivals = Arrivals([np.zeros((1, 800), np.float32)] * 3, 16_000)
    >>> taken = []
    >>> while (some := arrivals.take()) is not None:
    ...     taken += some
    >>> len(taken)
    3
    """

    def __init__(self, blocks: Iterable[Samples], rate: int, *, most_s: float = 30.0) -> None:
        if not (rate > 0 and most_s > 0):
            raise InputError(f"Sound arrives at a rate above 0 Hz and waits a while, got {rate} Hz and {most_s} s.")
        self.rate = rate
        self._most = round(most_s * rate)
        self._waiting: deque[Block] = deque()
        self._held = 0
        self._ended = self._closed = False
        self._failed: BaseException | None = None
        self._change = threading.Condition()
        # A thread that waits for a pipe must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, args=(blocks,), name="sound arrives", daemon=True)
        self._thread.start()

    def take(self, timeout_s: float | None = None) -> list[Block] | None:
        """Return all blocks that wait, after waiting for one; [] where none came in time, None after the last one.

        Raises what the source raised, once all that came before is taken.
        """
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._ended, timeout_s)
            taken = list(self._waiting)
            self._waiting.clear()
            self._held = 0
            self._change.notify_all()
            if taken or not self._ended:
                return taken
            if self._failed is not None:
                raise self._failed
            return None

    def close(self) -> None:
        """Take in no more."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _run(self, blocks: Iterable[Samples]) -> None:
        try:
            for samples in blocks:
                block = Block(samples, perf_counter())
                with self._change:
                    self._change.wait_for(lambda: self._held < self._most or self._closed)
                    if self._closed:
                        break
                    self._waiting.append(block)
                    self._held += samples.shape[-1]
                    self._change.notify_all()
        except Exception as error:
            # It is raised again where blocks are taken.
            self._failed = error
        finally:
            # A microphone lets go of its device.
            close = getattr(blocks, "close", None)
            if close is not None:
                close()
            with self._change:
                self._ended = True
                self._change.notify_all()


def is_behind(blocks: Sequence[Block], rate: int, now: float, *, patience_s: float) -> bool:
    """Return whether the sound in these blocks came in as it was spoken and has waited longer than `patience_s`.

    Blocks of a file that is read through a pipe come as fast as they are taken: much sound in little time. Whoever
    reads them late has lost nothing.

    >>> spoken = [Block(np.zeros((1, 1600), np.float32), at / 10) for at in range(10)]
    >>> is_behind(spoken, 16_000, 1.0, patience_s=0.5), is_behind(spoken[-3:], 16_000, 1.0, patience_s=0.5)
    (True, False)
    """
    return bool(blocks) and now - blocks[0].at > patience_s and came_as_spoken(blocks, rate)


def came_as_spoken(blocks: Sequence[Block], rate: int) -> bool:
    """Return whether blocks came about as fast as their sound goes; so it is of a single one, and of none.

    >>> at_once = [Block(np.zeros((1, 1600), np.float32), 0.0)] * 10
    >>> came_as_spoken(at_once, 16_000), came_as_spoken(at_once[:1], 16_000)
    (False, True)
    """
    # The first block came at the end of its own sound.
    sound_s = sum(block.samples.shape[-1] for block in blocks[1:]) / rate
    return not blocks or blocks[-1].at - blocks[0].at >= 0.5 * sound_s
