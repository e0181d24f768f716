"""The cases of the behaviour tests: templates of `behaviour.toml` filled with its words.

After CheckList (Ribeiro et al. 2020, ACL): a minimum functionality test (MFT) states what one text
must read as, an invariance test (INV) that two texts read the same, a directional test (DIR) which
way the second text moves from the first.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, product
from typing import Any, Literal

from affekt.errors import unknown_name
from affekt.evaluation.mistyping import mistype, mistype_elsewhere

Kind = Literal["MFT", "INV", "DIR"]
Expectation = Literal[
    "positive",
    "negative",
    "neutral",
    "not positive",
    "not negative",
    "rises",
    "falls",
    "not lower",
    "not higher",
    "same",
]
EXPECTATIONS: dict[Expectation, Kind] = {
    "positive": "MFT",
    "negative": "MFT",
    "neutral": "MFT",
    "not positive": "MFT",
    "not negative": "MFT",
    "rises": "DIR",
    "falls": "DIR",
    "not lower": "DIR",
    "not higher": "DIR",
    "same": "INV",
}
_OPPOSITE: dict[Expectation, Expectation] = {
    "positive": "negative",
    "not positive": "not negative",
    "rises": "falls",
    "not lower": "not higher",
    "same": "same",
}
_OPPOSITE |= {after: before for before, after in _OPPOSITE.items()}
_SLOT = re.compile(r"\{(\w+)\}")

Words = Mapping[str, str]
Suite = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One text, or two, and what a reader of valence should make of them.

    `template` is what the case was filled from: cases of one template fail together, so intervals
    resample templates. `id` stays the same as long as the data file and the seed do.
    """

    id: str
    capability: str
    test: str
    template: str
    texts: tuple[str, ...]
    expectation: Expectation

    @property
    def kind(self) -> Kind:
        """MFT, INV or DIR."""
        return EXPECTATIONS[self.expectation]


def behaviour_cases(*, capabilities: Sequence[str] | None = None, fills: int = 8, seed: int = 0) -> tuple[Case, ...]:
    """Return the cases of `capabilities` (default all), at most `fills` per template, drawn with `seed`.

    The same arguments give the same cases. Raises `UnknownNameError` for a capability there is not.

    >>> cases = behaviour_cases(capabilities=["contrast"], fills=1)
    >>> cases[0].kind, cases[0].expectation, len(cases[0].texts)
    ('DIR', 'rises', 2)
    """
    suite = _suite()
    known = capability_names()
    wanted = tuple(known if capabilities is None else capabilities)
    for name in wanted:
        if name not in known:
            raise unknown_name("behaviour capability", name, known, "python recipes/text/behaviour.py --help")
    parts = (_template_cases(suite, fills, seed), _name_cases(suite, seed), _sarcasm_cases())
    return tuple(case for case in chain.from_iterable(parts) if case.capability in wanted)


def capability_names() -> tuple[str, ...]:
    """Return the names of the capabilities, in the order they are reported.

    >>> "negation" in capability_names()
    True
    """
    tested = dict.fromkeys(test["capability"] for test in _suite()["test"])
    return (*tested, "names", "sarcasm", "sarcasm-literal")


@cache
def _suite() -> Suite:
    text = resources.files("affekt.evaluation").joinpath("behaviour.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _template_cases(suite: Suite, fills: int, seed: int) -> Iterator[Case]:
    counts: dict[str, int] = {}
    mirror = suite["mirror"] | {after: before for before, after in suite["mirror"].items()}
    for test in suite["test"]:
        twins = [(test["templates"], test["expect"], test.get("on"))]
        if test.get("mirror"):
            templates = [_mirrored(t, mirror) for t in test["templates"]]
            twins.append((templates, _OPPOSITE[test["expect"]], mirror.get(test.get("on"))))
        for templates, expectation, on in twins:
            pair = len(templates[0]) == 2 and not isinstance(templates[0], str)
            two = EXPECTATIONS[expectation] != "MFT"
            for template in templates:
                name = " / ".join(template) if pair else template
                rng = random.Random(f"{seed}/{test['capability']}/{test['name']}/{name}")
                for words in _draws(suite, test, name, fills, rng):
                    for texts in _texts(test, template, words, on, rng, two=two):
                        stem = f"{test['capability']}/{test['name']}"
                        counts[stem] = counts.get(stem, -1) + 1
                        # A slot alone is a list of finished items: each is a template of its own.
                        alone = re.fullmatch(r"\{(\w+)\}\W?", name)
                        cluster = f"{name}={words[alone[1]]}" if alone else name
                        yield Case(
                            f"{stem}/{counts[stem]:04d}", test["capability"], test["name"], cluster, texts, expectation
                        )


def _draws(suite: Suite, test: Suite, template: str, fills: int, rng: random.Random) -> Iterator[Words]:
    """Yield up to `fills` different fillings of the slots, or every one where the test asks for it."""
    slots = [slot.lower() for slot in _SLOT.findall(template)]
    lists: dict[str, list[str]] = suite["words"] | suite["pronouns"] | {"women_men": suite["people"]["women_men"]}
    if test.get("every"):
        free = [slot for slot in dict.fromkeys(slots) if len(lists[slot]) > 1] or slots[:1]
        fixed = {slot: lists[slot][0] for slot in slots}
        for values in product(*(lists[slot] for slot in free)):
            yield fixed | dict(zip(free, values, strict=True))
        return
    group = test.get("domains", "things" if set(suite["things_only"]) & set(slots) else "all")
    seen: set[tuple[str, ...]] = set()
    for _ in range(40 * fills):
        if len(seen) == fills:
            return
        domain = suite["domain"][rng.choice(suite["groups"][group])]
        the, other = rng.sample(domain["the"], 2)
        words = {"the": the, "other": other}
        for slot in slots:
            words.setdefault(slot, rng.choice(domain.get(slot) or lists.get(slot) or [""]))
        key = tuple(words[slot] for slot in slots)
        if key not in seen:
            seen.add(key)
            yield words


def _texts(
    test: Suite, template: str | list[str], words: Words, on: str | None, rng: random.Random, *, two: bool
) -> Iterator[tuple[str, ...]]:
    """Yield the text or texts of one filling; none where the change does not apply."""
    if not isinstance(template, str):
        yield (_render(template[0], words, 0), _render(template[1], words, 1))
        return
    plain = _render(template, words, test.get("side", 0))
    change = test.get("transform")
    if change == "emoji":
        company = "😞😢" if "gloom" in template else "😁😀"
        partner = company[0] if plain != company[0] else company[1]
        yield from ((plain,), (plain * 2,), (plain * 3,), (plain + partner,))
    elif not two:
        yield (plain,)
    elif change is None:
        yield (plain, _render(template, words, 1))
    else:
        changed = _changed(plain, change, words[on] if on else "", rng)
        if changed is not None and changed != plain and not _is_word(plain, changed):
            yield (plain, changed)


def _is_word(plain: str, changed: str) -> bool:
    """Whether the change made another English word ("flight", "fight"): that is no slip a reader sees past."""
    new = set(changed.lower().rstrip(".!").split()) - set(plain.lower().rstrip(".!").split())
    return bool(new & set(_suite()["mistakes"]["words"]))


def _changed(text: str, change: str, word: str, rng: random.Random) -> str | None:
    if change == "elsewhere":
        return mistype_elsewhere(text, word, rng)
    if change in ("swap", "drop", "neighbour"):
        mistyped = mistype(word, change, rng)  # type: ignore[arg-type]
        return None if mistyped is None else text.replace(word, mistyped)
    if change == "exclaim":
        return text.rstrip(".!") + "!!!"
    if change == "no-stop":
        return text.rstrip(".")
    if change == "spaces":
        return "  " + text.replace(" ", "  ") + " \n"
    return {"upper": text.upper(), "lower": text.lower()}[change]


def _render(template: str, words: Words, side: int) -> str:
    def word(match: re.Match[str]) -> str:
        slot = match[1]
        sides = words[slot.lower()].split("|")
        value = sides[min(side, len(sides) - 1)]
        if slot.isupper():
            return value.upper()
        return value[0].upper() + value[1:] if slot[0].isupper() else value

    text = _SLOT.sub(word, template)
    return text[0].upper() + text[1:] if text[0].isascii() and text[0].isalpha() and " " in text else text


def _mirrored(template: str | list[str], mirror: Mapping[str, str]) -> str | list[str]:
    """Return the template with every slot replaced by its opposite."""
    if not isinstance(template, str):
        return [str(_mirrored(part, mirror)) for part in template]

    def opposite(match: re.Match[str]) -> str:
        slot = match[1]
        other = mirror.get(slot.lower(), slot.lower())
        return "{" + (other.upper() if slot.isupper() else other.capitalize() if slot[0].isupper() else other) + "}"

    return _SLOT.sub(opposite, template)


def _name_cases(suite: Suite, seed: int) -> Iterator[Case]:
    """Yield every sentence about people with every pair of names: groups of one comparison, name by name."""
    for pair, (left, right) in suite["pairs"].items():
        sides = [list(chain.from_iterable(suite["names"][name] for name in group)) for group in (left, right)]
        surnames = left[0].endswith("surnames")
        names = list(zip(*sides, strict=True))
        count = 0
        for template in suite["people"]["names_templates"]:
            for name in names:
                # A first name that fits women and men, so that only the surname differs.
                texts = tuple(template.replace("{name}", f"Alex {n}" if surnames else n) for n in name)
                yield Case(f"names/{pair}/{count:04d}", "names", pair, template, texts, "same")
                count += 1


def _sarcasm_cases() -> Iterator[Case]:
    """Yield the sarcastic texts and their literal twins; both mean something bad."""
    text = resources.files("affekt.evaluation").joinpath("sarcasm.tsv").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()[1:]):
        sarcastic, literal = line.split("\t")
        yield Case(f"sarcasm/{number:04d}", "sarcasm", "all", str(number), (sarcastic,), "negative")
        yield Case(f"sarcasm-literal/{number:04d}", "sarcasm-literal", "all", str(number), (literal,), "negative")
