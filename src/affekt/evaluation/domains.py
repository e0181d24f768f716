"""Domains: a corpus, one of its splits, or its items in one language, as something to learn from and be scored on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from affekt.affect.conversion import conversion
from affekt.affect.spaces import SPACES, find_space
from affekt.corpora.opening import OpenCorpus, open_corpus, part_split
from affekt.corpora.splits import hold_out
from affekt.corpora.targets import choose_split
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.evaluation.runner import attribute
from affekt.types import LabelSpace, Record

HELD = 0.25
"""The share that is held out for scoring where a domain has no test split of its own."""
_LEARNED, _TESTED = ("train", "training"), ("test", "validation", "dev", "val", "valid")


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """Items that are alike: those to learn from (`learning`, a development split among them) and those to be scored
    on (`scored`, called `split`), which share no group. `own` is the space of their labels, None where they have
    dimensions alone; `value` the language (or what else it was told by), ``""`` where it is all.

    `expected` says that the user named it, so that it may not be left out where it lacks something.
    """

    name: str
    corpus: str
    own: LabelSpace | None
    split: str
    learning: tuple[Record, ...]
    scored: tuple[Record, ...]
    value: str = ""
    part: str = ""
    expected: bool = True

    def is_home_of(self, other: Domain) -> bool:
        """Return whether items of `other` are of this domain: of its corpus, language and, unless it is train, dev or
        test, split; what holds another in whole is its home."""
        return self.corpus == other.corpus and all(
            mine == theirs or not mine or not theirs
            for mine, theirs in ((self.value, other.value), (self.part, other.part))
        )


def domain_of(
    name: str,
    records: Iterable[Record],
    own: LabelSpace | None,
    *,
    split: str | None = None,
    divided: bool = False,
    seed: int = 0,
) -> Domain:
    """Return records of your own as a domain; `name` is ``corpus``, ``corpus:split`` or either with ``@language``.

    Without `split`, what is scored is the test split, else the development split, and what is learned from is
    train (with a development split beside it), else all the rest. Records of one split only are divided by groups, a
    quarter held out to be scored on. With `split` its records are both, and with `divided` they are divided
    likewise. Items without text are left out. Raises `UnknownNameError` for a split they do not have.

    >>> from affekt.types import Signal
    >>> some = [Record(str(n), Signal(f"text {n}"), "all", ("joy",)) for n in range(40)]
    >>> mine = domain_of("mine", some, find_space("ekman"))
    >>> len(mine.learning), len(mine.scored)
    (30, 10)
    """
    texts = [record for record in records if record.signal.text.strip()]
    place, _, value = name.partition("@")
    corpus = place.partition(":")[0]
    part = "" if split is None or split in (*_LEARNED, *_TESTED) else split
    if split is not None:
        choose_split(texts, split)
        learning = scored = [record for record in texts if record.split == split]
        called = split
    else:
        tested = choose_split(texts, None)
        scored = [record for record in texts if record.split in tested]
        others = [record for record in texts if record.split not in tested]
        taught = [record for record in others if record.split in (*_LEARNED, *_TESTED[1:])]
        named = any(record.split in _LEARNED for record in others)
        learning, called = (taught if named else others), "+".join(tested)
        # Nothing but a test or a development split is there: it is not ours to divide.
        divided = not learning and not set(tested) <= set(_TESTED)
        learning = scored if divided else learning
    if divided and len({record.group or record.id for record in scored}) > 1:
        parts = hold_out(scored, fraction=HELD, seed=seed)
        learning, scored, called = list(parts.kept), list(parts.held), f"{called}-quarter"
    return Domain(name, corpus, own, called, tuple(learning), tuple(scored), value, part)


def read_domains(
    names: Sequence[str], *, both: Collection[str] = (), by: str | None = None, seed: int = 0
) -> dict[str, tuple[Domain, ...]]:
    """Return the domains that each of `names` stands for: ``corpus[:split][@value]``.

    A corpus is whatever `affekt.corpora.opening` opens. `by` says what values are of, by default the language; with it
    a name without a value stands for each value that its items have (its languages, say), in order. `both` are the
    names that will be learned from and scored on: a split among them is divided. Raises `UnknownNameError`
    (corpus, split), `CorpusError` (absent), `InputError` where nothing has the value.
    """
    opened: dict[str, OpenCorpus] = {}
    found: dict[str, tuple[Domain, ...]] = {}
    for name in dict.fromkeys(names):
        place, _, value = name.partition("@")
        corpus, split = part_split(place)
        if corpus not in opened:
            opened[corpus] = open_corpus(corpus)
        card, records = opened[corpus].card, opened[corpus].records
        if split:
            choose_split(records, split)  # raises where there is none of that name
        named = f"{card.name}:{split}" if split else card.name
        make = partial(domain_of, own=card.space, split=split or None, divided=name in both, seed=seed)
        if not value and by is None:
            found[name] = (make(named, records),)
            continue
        parts: dict[str, list[Record]] = {}
        for record in records:
            told = attribute(record, by or "language")
            if told is not None and (not split or record.split == split):
                parts.setdefault(told, []).append(record)
        if not parts or (value and value not in parts):
            known = ", ".join(sorted(parts)) or "none"
            raise InputError(f"{named} holds nothing whose {by or 'language'} is {value or 'known'}. It has: {known}.")
        if value:
            found[name] = (make(f"{named}@{value}", parts[value]),)
        else:
            each = (make(f"{named}@{part}", parts[part]) for part in sorted(parts))
            found[name] = tuple(replace(domain, expected=False) for domain in each)
    return found


def common_space(domains: Sequence[Domain], asked: str | None = None) -> LabelSpace | None:
    """Return the label space that all domains are learned and scored in; None where all have dimensions alone.

    That is the one `asked` for, else the one that all have. Raises `UnknownNameError`, `ConversionError` where some
    cannot become the space, and `InputError` that names spaces which would do where they have different ones.
    """
    owns = {domain.corpus: domain.own for domain in domains}
    if asked is not None:
        mine = (own for own in owns.values() if own is not None and own.name == asked)
        space = next(mine, None) or find_space(asked)
        for corpus, own in owns.items():
            if own is None:
                raise InputError(f"{corpus} has no labels, so it has no place in a grid over {space.name}.")
            conversion(own, space)
        return space
    first, *others = dict.fromkeys(owns.values())
    if not others:
        return first
    if None in owns.values():
        lacking = ", ".join(corpus for corpus, own in owns.items() if own is None)
        raise InputError(f"{lacking} has no labels, and the others have. Score it in a grid of dimensions by itself.")
    known = [own for own in owns.values() if own is not None]
    offered = [name for name, space in SPACES.items() if all(_becomes(own, space) for own in known)]
    ways = ", ".join(f"--space {name}" for name in offered[:6]) if offered else "none does, so take fewer of them"
    has = ", ".join(f"{corpus} {own.name}" for corpus, own in owns.items() if own is not None)
    raise InputError(f"The corpora have different label spaces: {has}. One that all can become: {ways}.")


def _becomes(own: LabelSpace, space: LabelSpace) -> bool:
    try:
        found = conversion(own, space)
    except (ConversionError, UnknownNameError):
        return False
    return len(found.unreached) < len(space) / 2
