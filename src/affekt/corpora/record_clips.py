"""Records with a sound as clips to learn from, whatever their labels are; what cannot be read is put aside."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.archives import Media, media_reader
from affekt.corpora.clips import RATE, UNLABELLED, Clips
from affekt.corpora.sound_views import FileViews, MemoryViews, Samples, Views
from affekt.errors import AffektError
from affekt.types import LabelSpace, Record, Signal

_LEAST = 0.1  # seconds; what is shorter says nothing


class Unread(NamedTuple):
    """A record whose sound cannot be learned from, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sounds:
    """What sounds of records are: `marks`, a fingerprint of each sound that can be read, by id; and the others."""

    marks: dict[str, str]
    unread: tuple[Unread, ...]


def has_sound(record: Record) -> bool:
    """Return whether a record is of sound in a file."""
    return record.signal.modality == "speech" and record.signal.path is not None


def check_sounds(records: Sequence[Record], tell: Callable[[int], None] | None = None) -> Sounds:
    """Return which sounds can be read, and a fingerprint of each; `tell` hears how many are done."""
    marks: dict[str, str] = {}
    unread: list[Unread] = []
    with ExitStack() as stack:
        read = media_reader(stack)
        for place, record in enumerate(records):
            try:
                samples = _samples(record.signal, read)
            except (AffektError, OSError, RuntimeError, ValueError) as error:
                unread.append(Unread(record.id, str(error)))
            else:
                if len(samples) < _LEAST * RATE:
                    unread.append(Unread(record.id, f"its sound is {len(samples) / RATE:.2f} s long"))
                elif not np.ptp(samples) > 0:
                    unread.append(Unread(record.id, "it is silent"))
                else:
                    marks[record.id] = blake2b(samples.tobytes(), digest_size=16).hexdigest()
            if tell is not None:
                tell(place + 1)
    return Sounds(marks, tuple(unread))


def record_clips(
    records: Sequence[Record],
    *,
    labels: ArrayLike | None = None,
    space: LabelSpace = UNLABELLED,
    cache: Path | None = None,
    name: str = "own",
) -> Clips:
    """Return records as clips, in their order, at 16 kHz and one channel; views are kept in `cache`, None in memory.

    labels: int64 (clip,), places in `space`; None: none. Speakers are those that are told, ``""`` where none is.
    """
    signals = [record.signal for record in records]
    sounds = MemoryViews(lambda: _waves(signals), len(signals))
    views: Views = sounds
    if cache is not None:
        told = [(str(s.path), s.member, str(s.part), s.path.stat().st_size if s.path else 0) for s in signals]
        key = blake2b(repr(told).encode(), digest_size=6).hexdigest()
        views = FileViews(sounds, cache, name, key)
    places: NDArray[np.int64] = np.zeros(len(records), np.int64) if labels is None else np.asarray(labels, np.int64)
    return Clips(
        corpus=name,
        ids=tuple(record.id for record in records),
        labels=places,
        space=space,
        speakers=tuple(record.speaker or "" for record in records),
        sentences=tuple(record.signal.text for record in records),
        folds=np.zeros(len(records), np.int64),
        conditions={},
        views=views,
        rows=np.arange(len(records)),
    )


def _waves(signals: Sequence[Signal]) -> Iterator[Samples]:
    with ExitStack() as stack:
        read = media_reader(stack)
        for signal in signals:
            yield _samples(signal, read)


def _samples(signal: Signal, read: Callable[[Signal], Media | None]) -> Samples:
    from affekt.signals.audio import open_sound

    if signal.member is None and signal.path is not None:
        sound = open_sound(signal.path, rate=RATE, part=signal.part)
    else:
        media = read(signal)
        if media is None:
            raise OSError(f"the recording {signal.member} of {signal.path} is not there")
        sound = open_sound(io.BytesIO(media.content), rate=RATE, part=signal.part)
    return np.ascontiguousarray(sound.mono(), np.float32)
