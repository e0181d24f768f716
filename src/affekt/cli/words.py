"""Text made fit for a screen: nothing in it may steer the terminal, and offsets stay what they were."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from affekt.types import Evidence

# Text comes from strangers. An escape character could move the cursor or set the window title, and
# a bidirectional override could show words in an order in which they do not stand.
_BLANK = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_STEERING = [*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_TABLE = {**dict.fromkeys(_STEERING, "\ufffd"), **{ord(character): " " for character in _BLANK}}
# What is worth a mark: this much change in probability, and this share of the strongest change.
_MARKED, _MARKED_SHARE = 0.05, 0.25
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of shown text to mark: character offsets, sign and strength in [-1, 1] (1 = the strongest here)."""

    start: int
    end: int
    strength: float


def shown(text: str) -> str:
    """Return `text` for a screen: one character for each, line breaks as spaces, control characters as U+FFFD.

    >>> shown("two\\nlines \\x1b[31mred")
    'two lines �[31mred'
    """
    return _SURROGATE.sub("\ufffd", text.translate(_TABLE))


def marks(evidence: Iterable[Evidence], start: int, end: int) -> list[Mark]:
    """Return what to mark in the characters `start` to `end` of a text, with offsets from `start`.

    Of several weights on the same characters the strongest counts; weights are scaled so that the
    strongest of all `evidence` has strength 1. Weak ones, next to it or in themselves, are left
    unmarked: where every word is marked none is.
    """
    evidence = list(evidence)
    most = max((abs(e.weight) for e in evidence), default=0.0)
    strongest: dict[tuple[int, int], float] = {}
    for e in evidence:
        low, high = max(int(e.span.start), start), min(int(e.span.end), end)
        if low < high and e.weight and abs(e.weight) > abs(strongest.get((low, high), 0.0)):
            strongest[low, high] = e.weight
    return [
        Mark(low - start, high - start, weight / most)
        for (low, high), weight in sorted(strongest.items())
        if abs(weight) >= max(_MARKED, _MARKED_SHARE * most)
    ]


def bracketed(text: str, marked: Iterable[Mark]) -> str:
    """Return `text` with its marks as brackets and signs, for where styles cannot be shown.

    >>> bracketed("I love it", [Mark(2, 6, 1.0)])
    'I [+love] it'
    """
    parts, place = [], 0
    for mark in marked:
        if mark.start < place:
            continue
        sign = "+" if mark.strength > 0 else "-"
        parts += [text[place : mark.start], f"[{sign}{text[mark.start : mark.end]}]"]
        place = mark.end
    return "".join(parts) + text[place:]


def signed(value: float) -> str:
    """Return a number of [-1, 1] with its sign and two decimals; nothing is a negative zero.

    >>> signed(0.614), signed(-0.001)
    ('+0.61', '+0.00')
    """
    return f"{round(value, 2) + 0.0:+.2f}"
