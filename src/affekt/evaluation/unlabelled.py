"""A folder of sound as items to be labelled: short files as they are, long ones where someone speaks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from affekt.analysis.sound_files import sound_files
from affekt.errors import AffektError
from affekt.signals.audio import sound_blocks, sound_facts
from affekt.signals.speech_activity import SpeechActivity
from affekt.types import Record, Signal, Span

RATE = 16_000
_WHOLE = 12.0  # seconds, up to which a file is one item
_MOST, _LEAST = 6.0, 0.6  # seconds of an item of a longer one


def sound_records(folder: Path) -> tuple[Record, ...]:
    """Return an item for each file of sound below `folder`, of long files one for each stretch of speech.

    Stretches are six seconds long at most; what is shorter than 0.6 is left out. The id is the path below the folder,
    with the seconds of a stretch; items of one file are one group. Raises `InputError` for a folder without sound.
    """
    records: list[Record] = []
    for path in sound_files(folder):
        name = path.relative_to(folder).as_posix()
        for part in _parts(path):
            where = "" if part is None else f"#{part.start:.2f}-{part.end:.2f}"
            signal = Signal(source=name, modality="speech", path=path, part=part)
            records.append(Record(f"{name}{where}", signal, "all", group=name))
    return tuple(records)


def _parts(path: Path) -> list[Span | None]:
    """Return the stretches of a file to label, None for all of it; of one that cannot be opened all, to be told of."""
    try:
        seconds = sound_facts(path).seconds
        if seconds is not None and seconds <= _WHOLE:
            return [None]
        activity = SpeechActivity(RATE)
        spans: list[Span] = []
        for block in sound_blocks(path, rate=RATE):
            spans += activity.push(block.mono())
        spans += activity.finish()
    except (AffektError, OSError, RuntimeError, ValueError):
        return [None]
    found: list[Span | None] = []
    for span in spans:
        count = max(1, int(np.ceil((span.end - span.start) / _MOST)))
        edges = np.linspace(span.start, span.end, count + 1).round(3).tolist()
        found += [Span(start, end, "second") for start, end in pairwise(edges) if end - start >= _LEAST]
    return found
