"""What the splits of a corpus share that they should not: texts, nearly equal texts, media, speakers, groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations, permutations
from pathlib import Path

import numpy as np

from affekt.corpora.archives import Content, archive_members
from affekt.corpora.near_duplicates import THRESHOLD, normalised, similar_pairs
from affekt.types import Record

SHORT = 20  # characters: what people say the same without copying ("oh, okay", "thank you so much")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Items of `split` whose text also stands in the split `other`.

    `exact` of them but for spelling, `near` nearly so (and not exactly); `other_labels` of the exact
    ones carry labels that no twin has; `short` of all are shorter than 20 characters. `items` are ids.
    """

    split: str
    other: str
    of: int
    exact: int
    near: int
    other_labels: int
    short: int
    items: tuple[str, ...]

    @property
    def share(self) -> float:
        """The part of `split` that is found in `other`, in [0, 1]."""
        return (self.exact + self.near) / self.of if self.of else 0.0

    @property
    def long_share(self) -> float:
        """The part of `split` that is found in `other` and is 20 characters or longer, in [0, 1]."""
        return (self.exact + self.near - self.short) / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Shared:
    """Speakers, groups or media files that stand in two splits: how many, of how many in the one with fewer."""

    what: str
    first: str
    second: str
    count: int
    of: int


def text_overlaps(
    records: Sequence[Record], *, near: bool = True, threshold: float = THRESHOLD, listed: int = 5
) -> tuple[Overlap, ...]:
    """Return for each ordered pair of splits that share texts how many items of the first stand in the second.

    Texts are compared after `normalised`; `near` also by character 5-grams, Jaccard `threshold` or more
    (see `similar_pairs`). Items without text are left out. At most `listed` ids are named.

    >>> from affekt.types import Signal
    >>> records = [Record("a", Signal("The cat sat on the mat."), "train"), Record("b", Signal("So!"), "train")]
    >>> records += [Record("c", Signal("the cat sat on the mat"), "test"), Record("d", Signal("No."), "test")]
    >>> [(one.split, one.other, one.exact, one.of) for one in text_overlaps(records)]
    [('train', 'test', 1, 2), ('test', 'train', 1, 2)]
    """
    splits = list(dict.fromkeys(record.split for record in records))
    if len(splits) < 2:
        return ()
    bit = {split: 1 << i for i, split in enumerate(splits)}
    texts = [normalised(record.signal.text) for record in records]
    known = {text: i for i, text in enumerate(dict.fromkeys(text for text in texts if text))}
    bits = [0] * len(known)
    for record, text in zip(records, texts, strict=True):
        if text:
            bits[known[text]] |= bit[record.split]
    nearly = [0] * len(known)
    if near and len(splits) < 63:
        pairs = similar_pairs(list(known), threshold=threshold, parts=np.array(bits, np.int64))
        for one, other in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
            nearly[one] |= bits[other]
            nearly[other] |= bits[one]
    labels: dict[tuple[int, str], set[frozenset[str]]] = defaultdict(set)
    for record, text in zip(records, texts, strict=True):
        if text and bits[known[text]] & (bits[known[text]] - 1):
            labels[known[text], record.split].add(frozenset(record.labels))
    found: dict[tuple[str, str], list[int]] = {pair: [0, 0, 0, 0] for pair in permutations(splits, 2)}
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for record, text in zip(records, texts, strict=True):
        if not text:
            continue
        at = known[text]
        sizes[record.split] += 1
        for other in splits:
            exact, close = bool(bits[at] & bit[other]), bool(nearly[at] & bit[other])
            if other == record.split or not (exact or close):
                continue
            counts = found[record.split, other]
            counts[0 if exact else 1] += 1
            counts[2] += exact and frozenset(record.labels) not in labels[at, other]
            counts[3] += len(text) < SHORT
            if len(names[record.split, other]) < listed and len(text) >= SHORT:
                names[record.split, other].append(record.id)
    return tuple(
        Overlap(split, other, sizes[split], exact, close, differing, short, tuple(names[split, other]))
        for (split, other), (exact, close, differing, short) in found.items()
        if exact or close
    )


def shared_values(records: Sequence[Record], what: str) -> tuple[Shared, ...]:
    """Return for each two splits how many of the records' `what` ("speaker", "group") stand in both.

    >>> from affekt.types import Signal
    >>> records = [Record(str(n), Signal("…"), "train" if n < 3 else "test", speaker=f"s{n % 3}") for n in range(5)]
    >>> shared_values(records, "speaker")
    (Shared(what='speaker', first='train', second='test', count=2, of=2),)
    """
    return _shared(what, ((record.split, getattr(record, what)) for record in records))


def shared_media(records: Sequence[Record]) -> tuple[Shared, ...]:
    """Return for each two splits how many files of sound, pictures or signals are the same, byte for byte.

    Files of one archive are compared by the checksum and size that it keeps of them, others by sha256
    where their sizes are equal. A stretch (`part`) of a file is a file of its own.
    """
    signals = [(r.split, s) for r in records for s in (r.signal, *r.further) if s.path is not None]
    archives: dict[Path, dict[str, Content]] = {}
    sizes: dict[int, set[Path]] = defaultdict(set)
    for _, signal in signals:
        path = signal.path
        if path is None or not path.is_file():
            continue
        if signal.member is None:
            sizes[path.stat().st_size].add(path)
        elif path not in archives:
            archives[path] = archive_members(path)
    digest = {
        path: sha256(path.read_bytes()).hexdigest() for paths in sizes.values() if len(paths) > 1 for path in paths
    }
    values = []
    for split, signal in signals:
        if signal.path is None:
            continue
        content: object = digest.get(signal.path, str(signal.path))
        if signal.member is not None:
            content = archives.get(signal.path, {}).get(signal.member, (str(signal.path), signal.member))
        values.append((split, f"{content} {signal.part}"))
    return _shared("media file", values)


def _shared(what: str, values: Iterable[tuple[str, str | None]]) -> tuple[Shared, ...]:
    by_split: dict[str, set[str]] = defaultdict(set)
    for split, value in values:
        if value is not None:
            by_split[split].add(value)
    return tuple(
        Shared(what, first, second, len(one & other), min(len(one), len(other)))
        for (first, one), (second, other) in combinations(by_split.items(), 2)
        if one & other
    )
