"""Ways a text is written differently without meaning anything else: typing mistakes and punctuation."""

from __future__ import annotations

import random
import re
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
    letters are let be: one mistake often makes them another word.

    >>> mistype("delicious", "swap", random.Random(1))
    'deilcious'
    >>> mistype("bad", "drop", random.Random(1)) is None
    True
    """
    inside = range(1, len(word) - 1)
    if len(word) < _SHORTEST or not word.isalpha():
        return None
    if mistake == "swap":
        places = [i for i in inside[:-1] if word[i] != word[i + 1]]
        if not places:
            return None
        i = rng.choice(places)
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    i = rng.choice(inside)
    if mistake == "drop":
        return word[:i] + word[i + 1 :]
    return word[:i] + rng.choice(_BESIDE[word[i].lower()]) + word[i + 1 :]


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
