"""Which recordings of a corpus stand in it twice, in two splits or in one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from affekt.corpora.archives import media_reader
from affekt.corpora.recordings import is_sound, read_recording
from affekt.corpora.sounds import Fingerprint, fingerprint, same_sounds
from affekt.errors import InputError
from affekt.types import Record

_LISTED = 5


@dataclass(frozen=True, slots=True)
class SoundOverlap:
    """Pairs of recordings of `split` and `other` (the same split: within it) that are the same.

    `exact` of them sample by sample, `near` by their fingerprint alone; `items` are some pairs of ids.
    """

    split: str
    other: str
    exact: int
    near: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was found of `recordings` that could be read; `broken` are the ids of those that could not."""

    recordings: int
    overlaps: tuple[SoundOverlap, ...]
    broken: tuple[str, ...] = ()


def sound_overlaps(records: Iterable[Record], *, near: bool = True) -> Heard:
    """Return which recordings are the same as others, by pair of splits in the order they come.

    The first recording of a record is compared, wherever it stands (a file, a member of an archive); stretches of
    one (`Signal.part`) are not. `near` takes in other levels, codecs and trims (`affekt.corpora.sounds`), else samples
    have to be equal.
    """
    ids, splits, prints, broken = [], [], [], []
    with ExitStack() as stack:
        read = media_reader(stack)
        for record in records:
            signal = next(
                (one for one in (record.signal, *record.further) if one.modality in ("speech", "music")), None
            )
            if signal is None or signal.part is not None:
                continue
            media = read(signal)
            if media is None or not is_sound(media):
                continue
            try:
                prints.append(fingerprint(read_recording(media)))
            except InputError:
                broken.append(record.id)
                continue
            ids.append(record.id)
            splits.append(record.split)
    return Heard(len(prints), _overlaps(ids, splits, prints, near=near), tuple(broken))


def _overlaps(ids: list[str], splits: list[str], prints: list[Fingerprint], *, near: bool) -> tuple[SoundOverlap, ...]:
    order = {name: place for place, name in enumerate(dict.fromkeys(splits))}
    pairs: dict[tuple[str, str], list[tuple[bool, str]]] = defaultdict(list)
    found = same_sounds(prints)
    for i, j, exact in zip(found.first.tolist(), found.second.tolist(), found.exact.tolist(), strict=True):
        if exact or near:
            first, second = sorted((i, j), key=lambda place: order[splits[place]])
            pairs[splits[first], splits[second]].append((exact, f"{ids[first]} = {ids[second]}"))
    return tuple(
        SoundOverlap(
            one, other, sum(e for e, _ in some), sum(not e for e, _ in some), tuple(t for _, t in some[:_LISTED])
        )
        for (one, other), some in pairs.items()
    )
