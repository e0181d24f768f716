"""Typing mistakes, as people make them on a keyboard: one in a word, in another word, in a share of the words."""

from __future__ import annotations

import random
import re
import unicodedata
from functools import cache
from typing import Literal

Mistake = Literal["swap", "drop", "neighbour"]

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Half a key to the left and right on the rows above and below: the shape of an ANSI keyboard.
_BESIDE = {
    letter: "".join(
        _ROWS[r][c]
        for r, c in ((row, column - 1), (row, column + 1), (row - 1, column), (row - 1, column + 1), (row + 1, column))
        if 0 <= r < len(_ROWS) and 0 <= c < len(_ROWS[r])
    )
    for row, letters in enumerate(_ROWS)
    for column, letter in enumerate(letters)
}
_SHORTEST = 5
_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")


def mistype(word: str, mistake: Mistake, rng: random.Random) -> str | None:
    """Return `word` with one typing mistake, or None where it has no room for one.

    ``swap`` exchanges two neighbouring letters, ``drop`` leaves one out, ``neighbour`` hits the key
    beside it. The first and the last letter stay, as people read by them, and words under five
    letters are let be: one mistake often makes them another word. Keys lie beside each other for a to z only.

    >>> mistype("delicious", "swap", random.Random(1))
    'deilcious'
    >>> mistype("bad", "drop", random.Random(1)) is None
    True
    """
    if not word.isalpha():
        return None
    mistyped = _mistyped(list(word), mistake, rng)
    return None if mistyped is None else "".join(mistyped)


def _mistyped(letters: list[str], mistake: Mistake, rng: random.Random) -> list[str] | None:
    """Return the letters of a word, each with its marks, with one mistake; see `mistype`."""
    inside = range(1, len(letters) - 1)
    if len(letters) < _SHORTEST:
        return None
    if mistake == "swap":
        places = [i for i in inside[:-1] if letters[i] != letters[i + 1]]
        if not places:
            return None
        i = rng.choice(places)
        return [*letters[:i], letters[i + 1], letters[i], *letters[i + 2 :]]
    if mistake == "drop":
        i = rng.choice(inside)
        return letters[:i] + letters[i + 1 :]
    places = [i for i in inside if letters[i].lower() in _BESIDE]
    if not places:
        return None
    i = rng.choice(places)
    hit = rng.choice(_BESIDE[letters[i].lower()])
    return [*letters[:i], hit.upper() if letters[i].isupper() else hit, *letters[i + 1 :]]


def mistype_elsewhere(text: str, word: str, rng: random.Random) -> str | None:
    """Return `text` with one mistake in a word other than `word`, or None where no other is long enough.

    >>> mistype_elsewhere("Yesterday it was awful.", "awful", random.Random(2))
    'Yseterday it was awful.'
    """
    places = [m for m in _WORD.finditer(text) if m[0] not in word.split() and len(m[0]) >= _SHORTEST]
    mistakes: tuple[Mistake, ...] = ("swap", "drop", "neighbour")
    rng.shuffle(places)
    for place in places:
        mistyped = mistype(place[0], rng.choice(mistakes), rng)
        if mistyped is not None:
            return text[: place.start()] + mistyped + text[place.end() :]
    return None


def chosen(count: int, share: float, rng: random.Random) -> set[int]:
    """Return which of `count` places are taken: `share` of them, rounded, but one at least where the share is not 0.

    >>> len(chosen(10, 0.25, random.Random(0))), len(chosen(3, 0.1, random.Random(0))), chosen(3, 0, random.Random(0))
    (2, 1, set())
    """
    if not count or share <= 0:
        return set()
    return set(rng.sample(range(count), min(count, max(1, round(share * count)))))


def mistype_words(text: str, mistake: Mistake, share: float, rng: random.Random) -> str:
    """Return `text` with one mistake in `share` of the words that have room for one, of any alphabet.

    A letter keeps its marks (the vowel signs of Hindi, an accent written by itself). Chinese, Japanese and Korean are
    let be: their characters are syllables or words.

    >>> mistype_words("Yesterday everything was wonderful", "swap", 0.5, random.Random(4))
    'Yesterday eveyrthing was wnoderful'
    """
    letter, word = _spelling()
    found = []
    for match in word.finditer(text):
        if match[0].isascii() or not any(unicodedata.east_asian_width(each) in "WF" for each in match[0]):
            mistyped = _mistyped(letter.findall(match[0]), mistake, rng)
            if mistyped is not None:
                found.append((match, "".join(mistyped)))
    taken = chosen(len(found), share, rng)
    parts, end = [], 0
    for place, (match, new) in enumerate(found):
        if place in taken:
            parts += [text[end : match.start()], new]
            end = match.end()
    return "".join([*parts, text[end:]])


@cache
def _spelling() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a letter with its marks, and a word long enough for a mistake."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    letter = rf"[^\W\d_][{re.escape(marks)}]*"
    return re.compile(letter), re.compile(rf"(?:{letter}){{{_SHORTEST},}}")
