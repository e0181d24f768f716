"""What a corpus holds, as plain values: items, labels, dimensions, people, agreement, and a few examples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import fmean, median, pstdev
from typing import NamedTuple

from affekt.cards import CorpusCard
from affekt.corpora.dimension_drift import DimensionDrift, dimension_drifts
from affekt.errors import InputError, UnknownNameError
from affekt.types import Record

_DIMENSIONS = ("valence", "arousal", "dominance")
_RATED = 20_000  # items that agreement is computed over; of more, as many are taken evenly
_RESAMPLES = 200
_ORDER = {split: place for place, split in enumerate(("train", "dev", "val", "valid", "validation", "test"))}
_LONGEST = 200  # characters of an example
_MOST_SPLITS = 6  # of more, not every two are compared
# What the examples of a corpus could tell about its people, by what its records speak of.
_PERSONAL = re.compile(r"\bage\b|gender|\bsex\b|religio|income|ethnic|\brace\b|education|personalit|country|occupation")
_ADDRESS = re.compile(r"\S@\S|@\w|https?://|www\.|\d{5,}")


class LabelCount(NamedTuple):
    """How many items carry a label: in each split (as `CorpusView.rows` lists them), and their share of all items."""

    label: str
    counts: tuple[int, ...]
    share: float


class Dimension(NamedTuple):
    """Published values on one scale: how many, mean, standard deviation, lowest, highest."""

    name: str
    items: int
    mean: float
    sd: float
    low: float
    high: float


class Agreed(NamedTuple):
    """How far raters agree on one thing: Krippendorff's alpha with its 95 % interval, over `items` with two answers."""

    of: str
    level: str
    items: int
    alpha: float
    low: float
    high: float


class Example(NamedTuple):
    """An item to look at: its split, labels and text, nothing of who wrote it."""

    split: str
    labels: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class CorpusView:
    """What a corpus holds. `rows` are items per split, `unlabelled` those of them without a label.

    `speakers` and `groups` are how many there are, `in_several` how many speakers stand in several
    splits; `words` the shortest, middle and longest text in words; `judgements` and `raters` count the
    votes (raters 0: no ids published). Where `examples` is empty `withheld` says why.
    `drifts` is how far each two splits, of at most six, lie apart in each dimension.
    """

    corpus: str
    rows: dict[str, int]
    unlabelled: tuple[int, ...]
    labels: tuple[LabelCount, ...]
    dimensions: tuple[Dimension, ...]
    languages: dict[str, int]
    speakers: int
    in_several: int
    groups: int
    words: tuple[int, float, int] | None
    judgements: int
    raters: int
    agreement: tuple[Agreed, ...]
    examples: tuple[Example, ...]
    withheld: str = ""
    drifts: tuple[DimensionDrift, ...] = ()


def corpus_view(
    card: CorpusCard, records: Sequence[Record], *, examples: int = 5, own: bool = False, asked: bool = False
) -> CorpusView:
    """Return what the records of a corpus hold.

    Labels come in the order of their space, those outside it last. Examples are one of each of the most
    frequent labels, of middling length, always the same ones; none where `examples_withheld` says why, save of a
    table of one's `own`, and but for access where somebody `asked` for them. Agreement is that of the published
    votes, where there are any.

    >>> from affekt.corpora.index import CORPORA
    >>> from affekt.types import Signal
    >>> one = Record("a", Signal("What a day that was!", language="en"), "train", labels=("joy",))
    >>> found = corpus_view(CORPORA["goemotions"], [one])
    >>> found.rows, [count for count in found.labels if count.share], found.examples[0].text
    ({'train': 1}, [LabelCount(label='joy', counts=(1,), share=1.0)], 'What a day that was!')
    """
    counted = Counter(record.split for record in records)
    rows = {split: counted[split] for split in sorted(counted, key=lambda split: _ORDER.get(split, len(_ORDER)))}
    withheld = "" if own else examples_withheld(card, records, asked=asked)
    lengths = [len(record.signal.text.split()) for record in records if record.signal.text]
    speakers: dict[str, set[str]] = {}
    for record in records:
        if record.speaker is not None:
            speakers.setdefault(record.speaker, set()).add(record.split)
    labelled = Counter(record.split for record in records if record.labels)
    raters = {rating.rater for record in records for rating in record.ratings if rating.rater is not None}
    return CorpusView(
        corpus=card.name,
        rows=rows,
        unlabelled=tuple(size - labelled[split] for split, size in rows.items()),
        labels=_label_counts(card, records, tuple(rows)),
        dimensions=_dimensions(records),
        languages=dict(Counter(r.signal.language for r in records if r.signal.language is not None).most_common()),
        speakers=len(speakers),
        in_several=sum(len(splits) > 1 for splits in speakers.values()),
        groups=len({record.group for record in records if record.group is not None}),
        words=(min(lengths), median(lengths), max(lengths)) if lengths else None,
        judgements=sum(len(record.ratings) for record in records),
        raters=len(raters),
        agreement=_agreement(card, records),
        examples=() if withheld else _examples(records, examples),
        withheld=withheld if examples else "none were asked for",
        drifts=dimension_drifts(_by_split(records)) if len(rows) <= _MOST_SPLITS else (),
    )


def examples_withheld(card: CorpusCard, records: Sequence[Record], *, asked: bool = False) -> str:
    """Return why no items of a corpus are shown, or "" where they may be.

    None are shown of a corpus that one has to ask for, of one whose card calls it sensitive, or where records say
    personal things of those in them; of the latter two they are where somebody `asked` for them. The rule errs on the
    side of not showing.
    """
    if card.access != "open":
        return f"its access is: {card.access}"
    if card.sensitive and not asked:
        return f"it holds {card.sensitive}"
    named = {key.casefold() for r in records for key in (*r.conditions, *r.values)}
    personal = sorted(key for key in named if _PERSONAL.search(key.replace("_", " ")))
    if personal and not asked:
        return f"its records say personal things ({', '.join(personal[:3])})"
    if not any(record.signal.text for record in records):
        return "its items are no text"
    return ""


def _by_split(records: Sequence[Record]) -> dict[str, list[Record]]:
    splits: dict[str, list[Record]] = {}
    for record in records:
        splits.setdefault(record.split, []).append(record)
    return splits


def _label_counts(card: CorpusCard, records: Sequence[Record], splits: Sequence[str]) -> tuple[LabelCount, ...]:
    counts = Counter((label, record.split) for record in records for label in set(record.labels))
    seen = {label for label, _ in counts}
    if not seen:
        return ()
    known = card.space.labels if card.space is not None else ()
    names = [*known, *sorted(seen - set(known))]
    rows = [(name, tuple(counts[name, split] for split in splits)) for name in names]
    return tuple(LabelCount(name, row, sum(row) / len(records)) for name, row in rows)


def _dimensions(records: Sequence[Record]) -> tuple[Dimension, ...]:
    found = []
    for name in _DIMENSIONS:
        values = [value for r in records if r.vad is not None and (value := getattr(r.vad, name)) == value]
        if values:
            found.append(Dimension(name, len(values), fmean(values), pstdev(values), min(values), max(values)))
    return tuple(found)


def _agreement(card: CorpusCard, records: Sequence[Record]) -> tuple[Agreed, ...]:
    """Return the agreement on all labels at once and on each dimension, of writers and readers by themselves."""
    from affekt.ratings.agreement import agreement, column_agreements
    from affekt.ratings.records import ratings_of

    rated = [record for record in records if record.ratings]
    rated = rated[:: max(1, len(rated) // _RATED)]
    found = []
    for perspective in sorted({rating.perspective or "" for record in rated for rating in record.ratings}):
        votes = [r for record in rated for r in record.ratings if (r.perspective or "") == perspective]
        whose = f" ({perspective})" if perspective else ""
        try:
            if card.space is not None and any(vote.labels for vote in votes):
                # A few raters met an item twice; their last word counts.
                table = ratings_of(
                    rated, card.space, perspective=perspective or None, outside="unanswered", duplicates="last"
                )
                all_at_once = agreement(table, resamples=_RESAMPLES)
                found.append(
                    Agreed(f"labels{whose}", all_at_once.level, all_at_once.items, *_estimate(all_at_once.alpha))
                )
            named = [name for name in _DIMENSIONS if any(name in vote.values for vote in votes)]
            if named:
                table = ratings_of(rated, named, perspective=perspective or None, duplicates="keep")
                found += [
                    Agreed(f"{one.column}{whose}", one.level, one.items, *_estimate(one.alpha))
                    for one in column_agreements(table, resamples=_RESAMPLES)
                ]
        except (InputError, UnknownNameError):  # no item with two answers, or ids that repeat over tasks
            continue
    return tuple(found)


def _estimate(alpha: object) -> tuple[float, float, float]:
    return tuple(float(getattr(alpha, name)) for name in ("value", "low", "high"))  # type: ignore[return-value]


def _examples(records: Sequence[Record], most: int) -> tuple[Example, ...]:
    """Return one item of each of the most frequent labels: of middling length, without addresses or numbers."""
    usable = [
        r
        for r in records
        if 15 <= len(r.signal.text) <= _LONGEST and r.signal.text.isprintable() and not _ADDRESS.search(r.signal.text)
    ]
    usable.sort(key=lambda r: sha256(r.id.encode()).hexdigest())
    frequent = Counter(label for record in usable for label in record.labels)
    chosen: dict[str, Record] = {}
    for label in [label for label, _ in frequent.most_common(most)] or [""] * bool(usable):
        for record in usable:
            if (label in record.labels or not label) and record.id not in chosen:
                chosen[record.id] = record
                break
    return tuple(Example(r.split, r.labels, r.signal.text) for r in list(chosen.values())[:most])
