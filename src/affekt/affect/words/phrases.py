"""From a free phrase ("a bit wistful but proud") to terms, and from those to any label space.

Words and multiword expressions are placed by `affekt.affect.words.vocabulary`, the longest first. Degree words
weigh the term after them, what is negated is reported and left out, and what cannot be placed is said to be
unplaced. This is a dictionary for what people call an emotion; to read the emotion of a text, use a
model (`affekt.analyze`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from affekt.affect.spaces import find_space
from affekt.affect.terms import TERMS, Term, terms_of
from affekt.affect.words.degrees import ADDITIVE, BREAKS, DEGREES, NEGATIONS, PLAIN
from affekt.affect.words.lexicon import read_lexicon
from affekt.affect.words.vocabulary import WordPlacement, place_word, plain_word, read_usages
from affekt.affect.words.wheels import group_word
from affekt.errors import ConversionError, InputError
from affekt.types import LabelProbability, LabelSpace, Span

_LONGEST = 5
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[.,;:!?()\u2014\u2013]")
_STRONGEST, _WEAKEST = 2.0, 0.25
# In a phrase most words say no emotion: one that has to come from further off (home, comfort) is left unplaced.
_FURTHEST = 3.75
# Spaces in which the table of terms itself says where a term goes.
_CITED = {
    "ekman": "ekman",
    "ekman-neutral": "ekman",
    "plutchik": "plutchik",
    "sentiment": "sentiment",
    "goemotions-sentiment": "sentiment",
}


@dataclass(frozen=True, slots=True)
class PhraseTerm:
    """A term found in a phrase. `degree` is 1 without degree words, `modifiers` are those before it.

    `negated` terms are denied by the phrase and count for nothing.
    """

    text: str
    span: Span
    term: str
    placement: WordPlacement
    degree: float = 1.0
    modifiers: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """A content word that reaches no term."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class LostTerm:
    """A term that has no place in a space, and why."""

    term: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhraseDistribution:
    """What a phrase says in one space: `probabilities` follow `space.labels` and add up to one.

    They are all 0 where nothing of the phrase has a place there; `lost` names those terms.
    """

    space: LabelSpace
    probabilities: tuple[float, ...]
    lost: tuple[LostTerm, ...]

    def __getitem__(self, label: str) -> float:
        """Return the probability of `label`."""
        return self.probabilities[self.space.index(label)]

    def top(self, k: int = 3) -> list[LabelProbability]:
        """Return the `k` most probable labels, highest first."""
        pairs = [LabelProbability(*pair) for pair in zip(self.space.labels, self.probabilities, strict=True)]
        return sorted(pairs, key=lambda pair: -pair.probability)[:k]


@dataclass(frozen=True, slots=True)
class Phrase:
    """What was found in a phrase: terms in the order of the text, and the content words without a place."""

    text: str
    terms: tuple[PhraseTerm, ...]
    unplaced: tuple[PhraseWord, ...]

    @property
    def affirmed(self) -> tuple[PhraseTerm, ...]:
        """The terms that the phrase does not deny."""
        return tuple(term for term in self.terms if not term.negated)

    def to(self, space: str | LabelSpace) -> PhraseDistribution:
        """Return the phrase as a distribution over the labels of a space, terms weighed by their degree.

        A term goes to the labels that stand for it; in `ekman`, `plutchik` and the spaces of signs to its
        cited place; elsewhere to the label it reaches in the vocabulary, or to the only one with its place
        among Ekman's six. A term with several places is split evenly. Raises `UnknownNameError`, and
        `ConversionError` for a space that holds no emotions.

        >>> read_phrase("a bit angry but very proud").to("ekman").top(2)
        [LabelProbability(label='joy', probability=0.75), LabelProbability(label='anger', probability=0.25)]
        """
        found = find_space(space)
        if found.kind in ("appraisals", "instrument", "wellness", "traits", "tags"):
            raise ConversionError(
                f"A phrase cannot become {found.name!r}: it holds {found.kind}, which are no emotions. "
                "Ask for a space of emotions; list them with `affekt spaces`."
            )
        mass = dict.fromkeys(found.labels, 0.0)
        lost = []
        for term in self.affirmed:
            labels = _labels(term.term, found)
            if isinstance(labels, LostTerm):
                lost.append(labels)
            else:
                for label in labels:
                    mass[label] += term.degree / len(labels)
        total = sum(mass.values())
        shares = tuple(value / total if total else 0.0 for value in mass.values())
        return PhraseDistribution(found, shares, tuple(dict.fromkeys(lost)))


def read_phrase(text: str) -> Phrase:
    """Return the terms of a free phrase, with spans, degrees and negation, and what is unplaced.

    Raises `InputError` for a phrase without any word.

    >>> phrase = read_phrase("a bit wistful but proud, not angry")
    >>> [(term.text, term.degree, term.negated) for term in phrase.terms]
    [('wistful', 0.5, False), ('proud', 1.0, False), ('angry', 1.0, True)]
    >>> print(phrase.terms[0].placement)
    wistful -similar-> sad
    """
    tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    if not any(token[0][0].isalnum() for token in tokens):
        raise InputError(f"A phrase needs at least one word, got {text!r}.")
    terms: list[PhraseTerm] = []
    unplaced: list[PhraseWord] = []
    modifiers: list[str] = []
    denied = spent = False
    for kind, start, end, placement in _chunks(text, tokens):
        words = text[start:end]
        if kind == "degree":
            modifiers.append(plain_word(words))
        elif kind == "negation":
            denied, spent = True, False
        elif kind == "break":
            modifiers = []
            denied = denied and not spent and plain_word(words) in ("and", "just", "only", "still")
        elif kind == "word":
            modifiers = []
            unplaced.append(PhraseWord(words, Span(start, end)))
        elif placement is not None:
            degree = 1.0
            for modifier in modifiers:
                degree *= DEGREES[modifier]
            degree = min(max(degree, _WEAKEST), _STRONGEST)
            found = PhraseTerm(words, Span(start, end), placement.target, placement)
            terms.append(replace(found, degree=degree, modifiers=tuple(modifiers), negated=denied))
            modifiers, spent = [], True
    return Phrase(text, tuple(terms), tuple(unplaced))


def _chunks(text: str, tokens: list[tuple[str, int, int]]) -> Iterator[tuple[str, int, int, WordPlacement | None]]:
    """Yield what the phrase is made of, longest first: kind, start, end, placement."""
    place = 0
    while place < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - place), 0, -1):
            start, end = tokens[place][1], tokens[place + length - 1][2]
            last = place + length == len(tokens)
            kind, placement = _classify(plain_word(text[start:end]), length, last=last)
            if kind:
                if kind != "plain":
                    yield kind, start, end, placement
                place += length
                break


def _classify(words: str, length: int, *, last: bool) -> tuple[str, WordPlacement | None]:
    """Return what a stretch of tokens is, "" where it is nothing together."""
    if words in ADDITIVE:
        return "plain", None
    if words in NEGATIONS:
        return "negation", None
    if words in DEGREES and not last:
        return "degree", None
    if length == 1 and not words[0].isalnum():
        return "break", None
    if words in BREAKS:
        return "break", None
    if length > 1:
        spellings = {words, words.replace("-", " "), words.replace("-", "")}
        known = any(word in read_lexicon() or word in read_usages() or word in TERMS for word in spellings)
        placement = _near(words) if known else None
        return ("term", placement) if placement else ("", None)
    if words in PLAIN or words.isdigit() or words in DEGREES:
        return "plain", None
    placement = _near(words)
    return ("term", placement) if placement else ("word", None)


def _near(words: str) -> WordPlacement | None:
    placement = place_word(words)
    return placement if placement is not None and placement.distance <= _FURTHEST else None


def _labels(term: str, space: LabelSpace) -> tuple[str, ...] | LostTerm:
    """Return the labels of a space that a term goes to."""
    whole, part = _index(space)
    if term in whole or term in part:
        return whole.get(term) or part[term]
    if space.name in _CITED:
        placement = getattr(TERMS[term], _CITED[space.name])
        return placement.targets or LostTerm(term, placement.citation)
    if space.name == "parrott":
        group = group_word(term, "parrott")
        if group is not None:
            return (group,)
    reached = place_word(term, frozenset(whole))
    if reached is not None:
        return whole[reached.target]
    return _kin(term, space)


def _kin(term: str, space: LabelSpace) -> tuple[str, ...] | LostTerm:
    """Return the one label that has the term's place among Ekman's six; one of several would be a guess."""
    place = TERMS[term].ekman.targets
    kin = [
        label
        for label in space
        if place and {target for own in terms_of(space, label) for target in own.ekman.targets} == set(place)
    ]
    if len(kin) == 1:
        return (kin[0],)
    why = f"{', '.join(kin)} are equally near" if kin else "it reaches none in the vocabulary"
    return LostTerm(term, f"no label of {space.name} stands for it, and {why}")


@lru_cache(maxsize=128)
def _index(space: LabelSpace) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Return terms to the labels that are that term alone, and to those that hold it among others."""
    whole: dict[str, tuple[str, ...]] = {}
    part: dict[str, tuple[str, ...]] = {}
    for label in space:
        terms: tuple[Term, ...] = terms_of(space, label)
        for term in terms:
            where = whole if len(terms) == 1 else part
            where[term.name] = (*where.get(term.name, ()), label)
    return whole, part
