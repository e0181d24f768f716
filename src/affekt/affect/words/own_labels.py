"""Label names that somebody made up: what each is known to mean, from its name and its definition, if it has one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from affekt.affect.norms import vad_of_word
from affekt.affect.terms import TERMS
from affekt.affect.words.phrases import read_phrase
from affekt.affect.words.vocabulary import place_word, plain_word
from affekt.errors import InputError, UnknownNameError
from affekt.types import VAD, LabelSpace

Understanding = Literal["term", "vocabulary", "words", "definition", "unknown"]
UNDERSTANDINGS: tuple[Understanding, ...] = get_args(Understanding)
SPACE = "asked"
"""What the space of labels that were made up for one question is called."""
MOST = 200


@dataclass(frozen=True, slots=True)
class OwnLabel:
    """A label as it was given, and what it is known to mean.

    `definition` is the one given, else that of its term, else empty. `terms` are the emotion terms it reaches, and
    `how`: it is one (``term``), its whole name reaches one over WordNet's links (``vocabulary``), some words of the
    name (``words``) or of the definition (``definition``) do, or nothing does (``unknown``). `vad` is the middle of
    its terms in the Glasgow norms, None where it has none.
    """

    name: str
    definition: str
    terms: tuple[str, ...]
    how: Understanding
    vad: VAD | None = None


def parse_labels(written: str) -> tuple[OwnLabel, ...]:
    """Return the labels of a list as people write it: names between commas, each perhaps with ``: definition``.

    Where the list holds a semicolon or several lines, those part the labels, and commas may stand in definitions.
    Raises as `own_labels` does.

    >>> [(label.name, label.terms, label.how) for label in parse_labels("proud, let down, table")]
    [('proud', ('proud',), 'term'), ('let down', ('disappointed',), 'vocabulary'), ('table', (), 'unknown')]
    >>> parse_labels("smug: pleased with oneself, and showing it; bored")[0].definition
    'pleased with oneself, and showing it'
    """
    parts = re.split(r"[;\n]+" if re.search(r"[;\n]", written.strip(" ;\n")) else r",", written)
    return own_labels(part for part in parts if part.strip(" \t\r,"))


def own_labels(given: Iterable[str]) -> tuple[OwnLabel, ...]:
    """Return what each of the labels `given`, ``name`` or ``name: definition``, is known to mean, in order.

    Raises `InputError` where there is none, more than 200, one without a letter, or two of one name (capitals
    forgiven).
    """
    if isinstance(given, str):
        return parse_labels(given)
    found: list[OwnLabel] = []
    seen: dict[str, str] = {}
    for each in given:
        if not isinstance(each, str):
            raise InputError(f"A label is a str, 'name' or 'name: definition', got {type(each).__name__}: {each!r}.")
        name, _, definition = (part.strip() for part in each.partition(":"))
        if not any(letter.isalnum() for letter in name):
            raise InputError(f"A label needs a name, got {each!r}. Write 'name' or 'name: definition'.")
        if "|" in name or "\t" in name:
            raise InputError(f"The label {name!r} holds a character that parts labels in tables (| or tab). Rename it.")
        name = re.sub(r"\s+", " ", name)
        other = seen.setdefault(name.casefold(), name)
        if any(name.casefold() == label.name.casefold() for label in found):
            raise InputError(f"The label {other!r} is given twice. Give each label once.")
        found.append(_understand(name, re.sub(r"\s+", " ", definition)))
    if not found:
        raise InputError("There are no labels. Give some, as in: proud, let down, amused.")
    if len(found) > MOST:
        raise InputError(f"{len(found)} labels are too many at once: give at most {MOST}.")
    return tuple(found)


def own_space(labels: tuple[OwnLabel, ...]) -> LabelSpace:
    """Return the space of the labels: any number of them may hold, or none."""
    return LabelSpace(SPACE, tuple(label.name for label in labels), "multi-label", "labels given by the user")


def fingerprint(labels: tuple[OwnLabel, ...]) -> str:
    """Return eight characters that are the same for the same names and definitions in the same order."""
    told = "\n".join(f"{label.name}\t{label.definition}" for label in labels)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def unknown_sentence(labels: Iterable[OwnLabel]) -> str | None:
    """Return what to tell the user of labels that are not understood, None where all are.

    >>> unknown_sentence(parse_labels("proud, xqzt")).partition(",")[0]
    "Not understood: 'xqzt' is no word for an emotion that affekt knows"
    """
    names = [repr(label.name) for label in labels if label.how == "unknown"]
    if not names:
        return None
    several = len(names) > 1
    return (
        f"Not understood: {', '.join(names)} {'are no words for emotions' if several else 'is no word for an emotion'} "
        f"that affekt knows, so {'their scores are' if several else 'its score is'} the same for every text. Give a "
        f"definition, as in '{names[0][1:-1]}: feeling cheated by a friend'."
    )


def _understand(name: str, definition: str) -> OwnLabel:
    plain = plain_word(name)
    if plain in TERMS:
        return _placed(name, definition or TERMS[plain].definition, (plain,), "term")
    placement = place_word(name)
    if placement is not None:
        return _placed(name, definition or TERMS[placement.target].definition, (placement.target,), "vocabulary")
    for words, how in ((name, "words"), (definition, "definition")):
        if any(letter.isalnum() for letter in words):
            terms = tuple(dict.fromkeys(term.term for term in read_phrase(words).affirmed))
            if terms:
                return _placed(name, definition, terms, "words" if how == "words" else "definition")
    return OwnLabel(name, definition, (), "unknown")


def _placed(name: str, definition: str, terms: tuple[str, ...], how: Understanding) -> OwnLabel:
    places = [place for term in terms for word in TERMS[term].words if (place := _place(word)) is not None]
    vad = None
    if places:
        count = len(places)
        vad = VAD(*(sum(getattr(p, axis) for p in places) / count for axis in ("valence", "arousal", "dominance")))
    return OwnLabel(name, definition, terms, how, vad)


def _place(word: str) -> VAD | None:
    try:
        return vad_of_word(word)
    except UnknownNameError:
        return None
