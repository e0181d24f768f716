"""Label-preserving perturbations of a text: what they are called, what they keep, how strong they are."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from affekt.errors import InputError, unknown_name
from affekt.evaluation import rewriting
from affekt.evaluation.mistyping import Mistake, mistype_words
from affekt.evaluation.speech_like import contracted, expanded, like_speech

Change = Callable[[str, float, random.Random], str]


@dataclass(frozen=True, slots=True)
class Perturbation:
    """A way to write a text differently: its `name`, what it does to `which` places, the `strength` it has unless
    another is asked for (a share of those places, in [0, 1]), the paper it comes from, and whether it is for `english`
    only. `change` says what it keeps."""

    name: str
    which: str
    strength: float
    source: str
    change: Change
    english: bool = False


def _mistyped(mistake: Mistake) -> Change:
    def change(text: str, share: float, rng: random.Random) -> str:
        return mistype_words(text, mistake, share, rng)

    return change


_CHECKLIST = "CheckList, Ribeiro et al. 2020"
_FLINT = "TextFlint, Wang et al. 2021"
_AUGLY = "AugLy, Papakipos and Bitton 2022"
_BAD = "Bad Characters, Boucher et al. 2022"

PERTURBATIONS: dict[str, Perturbation] = {
    each.name: each
    for each in (
        Perturbation("typos", "long words: a key beside the right one", 0.2, _FLINT, _mistyped("neighbour")),
        Perturbation("swapped", "long words: two letters swapped", 0.2, _CHECKLIST, _mistyped("swap")),
        Perturbation("dropped", "long words: a letter left out", 0.2, "Pruthi et al. 2019", _mistyped("drop")),
        Perturbation("lower", "words in lower case", 1.0, _FLINT, rewriting.lower),
        Perturbation("upper", "words in capitals", 1.0, _AUGLY, rewriting.upper),
        Perturbation("punctuation", "marks left out", 1.0, _CHECKLIST, rewriting.without_punctuation),
        Perturbation("emoji-removed", "emoji left out", 1.0, _AUGLY, rewriting.without_emoji),
        Perturbation("emoji-named", "emoji written as their names", 1.0, _AUGLY, rewriting.named_emoji),
        Perturbation("elongation", "words stretched", 0.2, "Brody and Diakopoulos 2011", rewriting.stretched),
        Perturbation("whitespace", "spaces doubled, tabs, line breaks", 0.2, _AUGLY, rewriting.spaced),
        Perturbation("joined", "spaces left out", 0.1, _FLINT, rewriting.joined),
        Perturbation("accents", "accents left out", 1.0, _FLINT, rewriting.without_accents),
        Perturbation("leet", "letters written as digits", 0.1, _AUGLY, rewriting.leet),
        Perturbation("homoglyphs", "letters replaced by look-alikes", 0.1, _BAD, rewriting.lookalikes),
        Perturbation("invisible", "characters of no width put in", 0.1, _BAD, rewriting.invisible),
        Perturbation("link", "a link or handle added", 1.0, _CHECKLIST, rewriting.with_link),
        Perturbation(
            "speech", "as recognised speech; words with fillers", 0.1, "LAUG, Liu et al. 2021", like_speech, True
        ),
        Perturbation("expanded", "contractions written out", 1.0, _CHECKLIST, expanded, True),
        Perturbation("contracted", "words contracted", 1.0, _CHECKLIST, contracted, True),
    )
}
"""Every perturbation by name.

- Wang et al. 2021, "TextFlint: Unified Multilingual Robustness Evaluation Toolkit for NLP", ACL demos.
- Ribeiro et al. 2020, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", ACL.
- Pruthi, Dhingra and Lipton 2019, "Combating Adversarial Misspellings with Robust Word Recognition", ACL.
- Papakipos and Bitton 2022, "AugLy: Data Augmentations for Robustness", arXiv 2201.06494.
- Boucher et al. 2022, "Bad Characters: Imperceptible NLP Attacks", IEEE S&P.
- Brody and Diakopoulos 2011, "Cooooooooooooooollllllllllllll!!!!!!!!!!!!!!", EMNLP.
- Liu et al. 2021, "Robustness Testing of Language Understanding in Task-Oriented Dialog", ACL.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A perturbation and the strength it is asked for with."""

    perturbation: Perturbation
    strength: float

    @property
    def name(self) -> str:
        """Its name, with the strength where that is not its usual one: ``typos``, ``typos=0.5``."""
        usual = self.strength == self.perturbation.strength
        return self.perturbation.name if usual else f"{self.perturbation.name}={self.strength:g}"


def parse_perturbations(names: str) -> tuple[Asked, ...]:
    """Return the perturbations named in ``typos,upper``, ``typos=0.5`` (at that strength) or ``all``.

    Raises `UnknownNameError`, which offers the nearest name, and `InputError` for a strength that is no number in
    [0, 1] or a name given twice.

    >>> [asked.name for asked in parse_perturbations("typos=0.5, upper")]
    ['typos=0.5', 'upper']
    """
    found: list[Asked] = []
    for part in filter(None, (part.strip() for part in names.split(","))):
        name, _, given = part.partition("=")
        if name == "all" and not given:
            found += [Asked(each, each.strength) for each in PERTURBATIONS.values()]
            continue
        if name not in PERTURBATIONS:
            raise unknown_name("perturbation", name, [*PERTURBATIONS, "all"], "affekt evaluate --help")
        found.append(Asked(PERTURBATIONS[name], _strength(part, given) if given else PERTURBATIONS[name].strength))
    if not found:
        raise InputError(f"--perturb names nothing. Choose from: {', '.join(PERTURBATIONS)}, or all.")
    named = [asked.name for asked in found]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"The perturbation {twice!r} is asked for twice. Name it once, or with another strength.")
    return tuple(found)


def _strength(part: str, given: str) -> float:
    try:
        strength = float(given)
    except ValueError:
        strength = float("nan")
    if not 0 <= strength <= 1:
        raise InputError(f"The strength in {part!r} must be a number from 0 to 1: the share of places to change.")
    return strength


def perturb(
    texts: Sequence[str],
    name: str,
    *,
    strength: float | None = None,
    languages: Sequence[str | None] | None = None,
    seed: int = 0,
) -> list[str]:
    """Return `texts` as the perturbation `name` writes them, in their order.

    `strength` is the share of places that are changed, in [0, 1] (None: the perturbation's own); at 0 the texts come
    back as they are, above it at least one place of each text that has one is changed. `languages` (ISO 639-1, by
    text) keep perturbations of English from texts in other languages; None counts as English. A text depends on
    itself and `seed` only, not on the others. One that would be left without a letter, digit, sign or emoji stays as
    it is. Raises `UnknownNameError`, and `InputError` for a strength out of range.

    >>> perturb(["I am so HAPPY!", "!"], "punctuation")
    ['I am so HAPPY', '!']
    """
    asked = parse_perturbations(name if strength is None else f"{name}={strength!r}")[0]
    change = partial(_changed, asked, seed=seed)
    spoken = [None] * len(texts) if languages is None else languages
    return [change(text, language) for text, language in zip(texts, spoken, strict=True)]


def _changed(asked: Asked, text: str, language: str | None, *, seed: int) -> str:
    kind = asked.perturbation
    if asked.strength <= 0 or (kind.english and language not in (None, "en")):
        return text
    changed = kind.change(text, asked.strength, random.Random(f"{seed} {kind.name} {text}"))
    return changed if any(not each.isspace() and each.isprintable() for each in changed) else text
