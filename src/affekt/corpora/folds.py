"""Splits that researchers of emotion use, and `check_split`, which holds each to what it says is disjoint."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from affekt.corpora.near_duplicates import normalised
from affekt.corpora.splits import Split
from affekt.errors import CorpusError, UnknownNameError
from affekt.types import Record

_PLAIN = ("id", "group", "speaker", "text", "language", "corpus")
_NO_LABEL = "(none)"


def official_split(records: Sequence[Record], *, kept: str = "train", held: str = "test") -> Split:
    """Return two of the publisher's splits; `disjoint` is what they really share none of.

    Raises `UnknownNameError` where there is no split of that name.

    >>> from affekt.types import Signal
    >>> records = [Record("a", Signal("One."), "train", speaker="s"), Record("b", Signal("Two."), "test", speaker="s")]
    >>> official_split(records).disjoint
    ('id', 'text')
    """
    splits: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        splits[record.split].append(record)
    for name in (kept, held):
        if name not in splits:
            raise UnknownNameError(f"There is no split {name!r} here. There are: {', '.join(splits) or 'none'}.")
    parts = tuple(splits[kept]), tuple(splits[held])
    disjoint = tuple(
        key
        for key in ("id", "group", "speaker", "text")
        if (one := _values(parts[0], key)) and (other := _values(parts[1], key)) and not one & other
    )
    return Split(*parts, disjoint, f"{kept} / {held}")


def k_folds(records: Sequence[Record], *, k: int, by: str = "speaker", seed: int = 0) -> tuple[Split, ...]:
    """Return `k` splits, each holding out other speakers (or what `by` names), of about equal sizes.

    The largest speakers are dealt first, each to the smallest fold; equal ones in the order of
    sha256(seed, name), so the draw does not depend on the order of the records. A record that has no
    value is one by itself. Raises `CorpusError` where there are fewer values than folds.

    >>> from affekt.types import Signal
    >>> records = [Record(str(n), Signal("…"), "all", speaker=f"s{n % 4}") for n in range(12)]
    >>> [len(split.held) for split in k_folds(records, k=2)], k_folds(records, k=2)[0].disjoint
    ([6, 6], ('id', 'speaker'))
    """
    units = [_unit(record, by) for record in records]
    sizes = Counter(units)
    _enough(len(sizes), k, by)
    load, fold = [0] * k, {}
    for unit in sorted(sizes, key=lambda unit: (-sizes[unit], _draw(seed, unit))):
        smallest = min(range(k), key=lambda i: (load[i], i))
        fold[unit] = smallest
        load[smallest] += sizes[unit]
    return _splits(records, [fold[unit] for unit in units], k, by)


def leave_one_out(records: Sequence[Record], *, by: str = "speaker") -> tuple[Split, ...]:
    """Return a split per speaker, session ("condition:session"), language or whatever `by` names, which it holds out.

    Records without a value stay in every `kept`. Raises `CorpusError` where there are not two values.

    >>> from affekt.types import Signal
    >>> records = [Record(str(n), Signal("…"), "all", conditions={"session": str(n % 2)}) for n in range(4)]
    >>> [(split.name, len(split.held)) for split in leave_one_out(records, by="condition:session")]
    [('0', 2), ('1', 2)]
    """
    values = [_value(record, by) for record in records]
    names = sorted({value for value in values if value is not None})
    _enough(len(names), 2, by)
    disjoint = ("id", by) if by != "id" else ("id",)
    return tuple(
        Split(
            tuple(r for r, value in zip(records, values, strict=True) if value != name),
            tuple(r for r, value in zip(records, values, strict=True) if value == name),
            disjoint,
            name,
        )
        for name in names
    )


def stratified_folds(records: Sequence[Record], *, k: int, by: str = "group", seed: int = 0) -> tuple[Split, ...]:
    """Return `k` splits with each label in like shares, that keep dialogues (or what `by` names) whole.

    Iterative stratification: the label with the fewest unplaced items goes first, each of its dialogues to
    the fold that still lacks most of that label, then most items (Sechidis, Tsoumakas & Vlahavas 2011, "On
    the stratification of multi-label data"). Items without a label count as a label of their own.
    Dialogues richest in the label are placed first. Raises `CorpusError` where there are fewer dialogues than folds.

    >>> from affekt.types import Signal
    >>> records = [
    ...     Record(str(n), Signal("…"), "all", labels=("grief" if n < 4 else "joy",), group=str(n)) for n in range(40)
    ... ]
    >>> [sum("grief" in r.labels for r in split.held) for split in stratified_folds(records, k=4)]
    [1, 1, 1, 1]
    """
    units = [_unit(record, by) for record in records]
    names = sorted(set(units), key=lambda unit: (_draw(seed, unit), unit))
    _enough(len(names), k, by)
    place = {unit: i for i, unit in enumerate(names)}
    labels = sorted({label for record in records for label in record.labels or (_NO_LABEL,)})
    column = {label: j for j, label in enumerate(labels)}
    counts = np.zeros((len(names), len(labels)))
    sizes = np.zeros(len(names))
    for record, unit in zip(records, units, strict=True):
        sizes[place[unit]] += 1
        for label in record.labels or (_NO_LABEL,):
            counts[place[unit], column[label]] += 1
    lacking, room = np.tile(counts.sum(0) / k, (k, 1)), np.full(k, sizes.sum() / k)
    fold = np.full(len(names), -1)
    remaining = counts.sum(0)
    while (fold < 0).any():
        rarest = int(np.where(remaining > 0.5, remaining, np.inf).argmin())
        bearers = np.flatnonzero((fold < 0) & (counts[:, rarest] > 0))
        for unit in bearers[np.argsort(-counts[bearers, rarest], kind="stable")]:
            best = max(range(k), key=lambda i: (lacking[i, rarest], room[i], -i))
            fold[unit] = best
            lacking[best] -= counts[unit]
            room[best] -= sizes[unit]
            remaining -= counts[unit]
    return _splits(records, [int(fold[place[unit]]) for unit in units], k, by)


def later_users(records: Sequence[Record], *, time: str, fraction: float, seed: int = 0) -> Split:
    """Return a split that is disjoint in time and in users: the held users' late items against the others' early ones.

    About `fraction` of the users (speakers) are held; the border in time leaves as large a part of the held
    users' items behind it as `fraction` leaves of all. What lies on the wrong side, a held user's early items and
    another's late ones, is in neither part. `time` is the name of a condition that sorts: numbers or ISO dates. As LEIA
    (Aroyehun, Malik, Metzler et al. 2023) holds out unseen users and a later time.

    Raises `CorpusError` where a record lacks a speaker or the time, or a part would be empty; `ValueError` unless
    0 < fraction < 1.

    >>> from affekt.types import Signal
    >>> records = [
    ...     Record(str(n), Signal("…"), "all", speaker=f"u{n % 5}", conditions={"time": f"2020-01-{1 + n:02}"})
    ...     for n in range(20)
    ... ]
    >>> split = later_users(records, time="time", fraction=0.4)
    >>> split.disjoint, len(split.kept), len(split.held)
    (('id', 'speaker', 'after:time'), 8, 4)
    """
    parts = user_time_parts(records, time=time, fraction=fraction, seed=seed)
    return Split(parts.learned, parts.both, ("id", "speaker", f"after:{time}"), f"{time}, users")


class UserTimeParts(NamedTuple):
    """Records by whether their user and their time are those learned from.

    `learned`: the kept users' early items; `users`: the held users' early items; `later`: the kept users' late items;
    `both`: the held users' late items. `users` and `later` may be empty.
    """

    learned: tuple[Record, ...]
    users: tuple[Record, ...]
    later: tuple[Record, ...]
    both: tuple[Record, ...]


def user_time_parts(records: Sequence[Record], *, time: str, fraction: float, seed: int = 0) -> UserTimeParts:
    """Return records to learn from and three parts to be scored on: other users, a later time, both at once.

    Users are held, and the border in time is drawn, as `later_users` says, whose two parts are `learned` and `both`.
    As LEIA (Aroyehun, Malik, Metzler et al. 2023) tests on unseen users and on a later time. Raises what `later_users`
    raises.

    >>> from affekt.types import Signal
    >>> records = [
    ...     Record(str(n), Signal("…"), "all", speaker=f"u{n % 5}", conditions={"time": str(n)}) for n in range(20)
    ... ]
    >>> [len(part) for part in user_time_parts(records, time="time", fraction=0.4)]
    [8, 4, 4, 4]
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must lie between 0 and 1, got {fraction}.")
    lacking = next((r.id for r in records if r.speaker is None or time not in r.conditions), None)
    if lacking is not None:
        raise CorpusError(f"Record {lacking!r} has no speaker or no condition {time!r}; this split needs both of all.")
    users = sorted({r.speaker or "" for r in records}, key=lambda user: (_draw(seed, user), user))
    held_users = set(users[: max(1, round(fraction * len(users)))])
    stamps = sorted(_stamp(record, time) for record in records)
    border = stamps[min(len(stamps) - 1, int((1 - fraction) * len(stamps)))] if stamps else (0.0, "")
    parts: dict[tuple[bool, bool], list[Record]] = {
        (held, late): [] for held in (False, True) for late in (False, True)
    }
    for record in records:
        parts[record.speaker in held_users, _stamp(record, time) >= border].append(record)
    if not parts[False, False] or not parts[True, True]:
        raise CorpusError("No split of these users and this time leaves items on both sides. Try another fraction.")
    return UserTimeParts(*(tuple(parts[key]) for key in ((False, False), (True, False), (False, True), (True, True))))


def cross_corpus(records: Mapping[str, Sequence[Record]], *, target: str) -> Split:
    """Return all other corpora against `target`, less the texts of theirs that `target` holds too.

    Ids, speakers and groups are prefixed with the corpus ("meld/…"), as several corpora share names.
    Raises `UnknownNameError` where `target` is none of them, `CorpusError` where it is the only one.

    >>> from affekt.types import Signal
    >>> split = cross_corpus(
    ...     {"a": [Record("1", Signal("Oh!"), "all"), Record("2", Signal("No."), "all")],
    ...      "b": [Record("1", Signal("OH"), "all")]}, target="b")
    >>> [record.id for record in split.kept], [record.id for record in split.held]
    (['a/2'], ['b/1'])
    """
    if target not in records:
        raise UnknownNameError(f"There is no corpus {target!r} among these: {', '.join(records)}.")
    held = tuple(prefixed(record, target) for record in records[target])
    texts = _values(held, "text")
    kept = tuple(
        prefixed(record, corpus)
        for corpus, some in records.items()
        if corpus != target
        for record in some
        if not record.signal.text or normalised(record.signal.text) not in texts
    )
    if not kept:
        raise CorpusError(f"Nothing is left to train on beside {target!r}. Give records of another corpus.")
    return Split(kept, held, ("id", "corpus", "text"), target)


def cross_language(records: Sequence[Record], *, target: str) -> Split:
    """Return the records of all other languages against those of `target`; groups that stand in both are not kept.

    Raises `CorpusError` where either part is empty.

    >>> from affekt.types import Signal
    >>> records = [Record(str(n), Signal("…", language=code), "all") for n, code in enumerate(["en", "de", "en"])]
    >>> [record.id for record in cross_language(records, target="de").kept]
    ['0', '2']
    """
    held = tuple(record for record in records if record.signal.language == target)
    groups = _values(held, "group")
    kept = tuple(
        record
        for record in records
        if record.signal.language != target and (record.group is None or record.group not in groups)
    )
    if not kept or not held:
        known = ", ".join(sorted(_values(records, "language")))
        raise CorpusError(f"A split by the language {target!r} leaves a part empty. Languages here: {known or 'none'}.")
    return Split(kept, held, ("id", "language", "group"), target)


def check_split(split: Split, records: Iterable[Record] | None = None) -> None:
    """Return nothing if a split keeps its word; raise `CorpusError` that says where it does not.

    Neither part is empty, no record stands in it twice, nothing that `disjoint` names is shared, and, where
    `records` are given, every record of the split is one of them.

    >>> from affekt.types import Signal
    >>> one = Record("a", Signal("Oh!"), "train", speaker="ann")
    >>> check_split(Split((one,), (replace(one, id="b"),), ("id", "speaker")))
    Traceback (most recent call last):
    affekt.errors.CorpusError: The split says it is disjoint in speaker, but both parts hold 1: ann.
    """
    for name, part in (("kept", split.kept), ("held", split.held)):
        if not part:
            raise CorpusError(f"The part {name!r} of the split {split.name!r} is empty.")
        if len(_values(part, "id")) < len(part):
            raise CorpusError(f"The part {name!r} of the split {split.name!r} holds a record twice.")
    if records is not None:
        known = {record.id for record in records}
        strange = [record.id for record in (*split.kept, *split.held) if record.id not in known]
        if strange:
            raise CorpusError(f"The split holds {len(strange)} records that the corpus lacks: {strange[0]!r} …")
    for key in split.disjoint:
        if key.startswith("after:"):
            name = key.partition(":")[2]
            if max(_stamp(r, name) for r in split.kept) >= min(_stamp(r, name) for r in split.held):
                raise CorpusError(f"The split says that held comes after kept by {name}, but they overlap.")
            continue
        shared = sorted(_values(split.kept, key) & _values(split.held, key))
        if shared:
            listed = ", ".join(shared[:5])
            raise CorpusError(f"The split says it is disjoint in {key}, but both parts hold {len(shared)}: {listed}.")


def prefixed(record: Record, corpus: str) -> Record:
    """Return the record with its id, speaker and group called by their corpus: "meld/…"."""
    return replace(
        record,
        id=f"{corpus}/{record.id}",
        speaker=None if record.speaker is None else f"{corpus}/{record.speaker}",
        group=None if record.group is None else f"{corpus}/{record.group}",
    )


def _value(record: Record, key: str) -> str | None:
    if key in ("id", "group", "speaker"):
        found: str | None = getattr(record, key)
        return found
    if key == "text":
        return normalised(record.signal.text) or None
    if key == "language":
        return record.signal.language
    if key == "corpus":
        return record.id.partition("/")[0]
    if key.startswith("condition:"):
        return record.conditions.get(key.partition(":")[2])
    raise UnknownNameError(f"Records cannot be split by {key!r}. Allowed: {', '.join(_PLAIN)}, condition:NAME.")


def _values(records: Iterable[Record], key: str) -> set[str]:
    return {value for record in records if (value := _value(record, key)) is not None}


def _unit(record: Record, by: str) -> str:
    """Return what a record moves together with; where it has no such value, a name for it alone."""
    value = _value(record, by)
    return f"\0{record.id}" if value is None else value


def _splits(records: Sequence[Record], fold: Sequence[int], k: int, by: str) -> tuple[Split, ...]:
    disjoint = ("id", by) if by != "id" else ("id",)
    return tuple(
        Split(
            tuple(record for record, place in zip(records, fold, strict=True) if place != i),
            tuple(record for record, place in zip(records, fold, strict=True) if place == i),
            disjoint,
            f"fold {i + 1} of {k}",
        )
        for i in range(k)
    )


def _enough(found: int, needed: int, by: str) -> None:
    if needed < 2:
        raise CorpusError(f"A split in folds needs 2 or more, got {needed}.")
    if found < needed:
        raise CorpusError(f"{needed} parts by {by} need as many values of it; the records have {found}.")


def _draw(seed: int, unit: str) -> str:
    return sha256(f"{seed}\0{unit}".encode()).hexdigest()


def _stamp(record: Record, name: str) -> tuple[float, str]:
    """Return what sorts a record in time: a number, or the words of an ISO date."""
    value = record.conditions[name]
    try:
        return float(value), ""
    except ValueError:
        return 0.0, value
