"""Writing a text another way: case, marks, emoji, length of vowels, spaces, accents, look-alikes.

Every function takes a text, the share of places to change in [0, 1], and where chance comes from. At share 0 the text
comes back as it is; from there on one place at least is changed, where there is one.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator

from affekt.evaluation.mistyping import chosen

_WORD = re.compile(r"\S+")
_GAP = re.compile(r"(?<=\S) (?=\S)")
# Two words next to each other: digits are left out, since 2 joined with 3 is 23.
_BETWEEN_WORDS = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
_EMOTICON = re.compile(
    r"(?<!\w)(?:[<>]?[:;=8xX][-o*'^]?[()\[\]dDpP/\\|{}@3*oO$]+|<3+|</3|\^_*\^|-_+-|[oO]_[oO]|T_T|:'[()])(?!\w)"
)
_MARK = re.compile(r"(?<!\w)[^\w\s]|[^\w\s](?!\w)")
_PICTURE = "\U0001f000-\U0001f0ff\U0001f170-\U0001f1e5\U0001f200-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a\u231b"
_CHANGE = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u20e3]*"
_EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[{_PICTURE}\u23e9-\u23fa]{_CHANGE}(?:\u200d[{_PICTURE}\u2640\u2642]{_CHANGE})*"
)
# The last vowel that is heard: an e at the end is mostly mute ("please" is stretched in its a).
_VOWEL = re.compile(r"[aeiouy](?=[^aeiouy]*e?$)", re.IGNORECASE)
_LATIN_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{2,}(?![^\W\d_])")
# Words that nobody stretches.
_PLAIN_WORDS = frozenset(
    [
        *("a", "am", "an", "and", "are", "as", "at", "be", "but", "by", "do", "for", "had", "has", "he", "her", "his"),
        *("if", "in", "is", "it", "its", "me", "my", "not", "of", "on", "or", "the", "to", "up", "was", "we"),
    ]
)
_SPACES = ("  ", "   ", "\t", "\n", "\u00a0")
_INVISIBLE = ("\u200b", "\u200c", "\u200d", "\u2060")
_LOOKALIKE = str.maketrans("acehiopsxyABCEHIJKMOPSTXjI", "асеһіорѕхуАВСЕНІЈКМОРЅТХјІ")
_LEET = str.maketrans("aeiostAEIOST", "4310$74310$7")


def replace_some(
    text: str, places: Iterator[re.Match[str]], share: float, rng: random.Random, new: Callable[[re.Match[str]], str]
) -> str:
    """Return `text` with `share` of the places replaced by what `new` makes of each; see `chosen`."""
    found = list(places)
    taken = chosen(len(found), share, rng)
    parts, end = [], 0
    for place, match in enumerate(found):
        if place in taken:
            parts += [text[end : match.start()], new(match)]
            end = match.end()
    return "".join([*parts, text[end:]])


def lower(text: str, share: float, rng: random.Random) -> str:
    """Return the words in lower case. Keeps every letter; loses shouting and names.

    >>> lower("I LOVE Paris", 1, random.Random(0))
    'i love paris'
    """
    return replace_some(text, _WORD.finditer(text), share, rng, lambda m: m[0].lower())


def upper(text: str, share: float, rng: random.Random) -> str:
    """Return the words in capitals. Keeps every letter; people read capitals as louder, not as another emotion.

    >>> upper("I love Paris", 1, random.Random(0))
    'I LOVE PARIS'
    """
    return replace_some(text, _WORD.finditer(text), share, rng, lambda m: m[0].upper())


def without_punctuation(text: str, share: float, rng: random.Random) -> str:
    """Return the text without punctuation marks. Keeps words, apostrophes and hyphens inside them, emoji, emoticons.

    >>> without_punctuation("Well, I don't know... :)", 1, random.Random(0))
    "Well I don't know :)"
    """
    kept = [match.span() for match in _EMOTICON.finditer(text)]
    marks = (
        match
        for match in _MARK.finditer(text)
        if unicodedata.category(match[0])[0] == "P"
        and not any(start <= match.start() < end for start, end in kept)
        and match[0] not in "#@"
    )
    return replace_some(text, marks, share, rng, lambda m: "")


def without_emoji(text: str, share: float, rng: random.Random) -> str:
    """Return the text without emoji. Keeps the words; where only an emoji says what is felt, that is gone.

    >>> without_emoji("So good 😂👍🏽 thanks", 1, random.Random(0))
    'So good  thanks'
    """
    return replace_some(text, _EMOJI.finditer(text), share, rng, lambda m: "")


def named_emoji(text: str, share: float, rng: random.Random) -> str:
    """Return the text with emoji written as the names Unicode gives them. Keeps what they say.

    >>> named_emoji("So good 😂", 1, random.Random(0))
    'So good face with tears of joy'
    """

    def named(match: re.Match[str]) -> str:
        names = [
            unicodedata.name(character, "").lower().replace("-", " ")
            for character in match[0]
            if unicodedata.category(character) == "So" and not 0x1F3FB <= ord(character) <= 0x1F3FF
        ]
        said = " ".join(name for name in names if name) or match[0]
        said = said.replace("regional indicator symbol letter ", "").replace("heavy black heart", "red heart")
        before = " " if match.start() and not text[match.start() - 1].isspace() else ""
        after = " " if match.end() < len(text) and not text[match.end()].isspace() else ""
        return f"{before}{said}{after}"

    return replace_some(text, _EMOJI.finditer(text), share, rng, named)


def stretched(text: str, share: float, rng: random.Random) -> str:
    """Return words with their last vowel stretched to four to six ("soooo"). Keeps the word; adds emphasis.

    Brody and Diakopoulos 2011: words that carry sentiment are the ones people stretch.

    >>> stretched("so good", 1, random.Random(0))
    'soooo gooooood'
    """
    places = (m for m in _LATIN_WORD.finditer(text) if m[0].lower() not in _PLAIN_WORDS)

    def longer(match: re.Match[str]) -> str:
        word = match[0]
        vowel = _VOWEL.search(word)
        at = vowel.start() if vowel else len(word) - 1
        return word[:at] + word[at] * rng.randint(4, 6) + word[at + 1 :]

    return replace_some(text, places, share, rng, longer)


def spaced(text: str, share: float, rng: random.Random) -> str:
    """Return the text with single spaces made two or three, a tab, a line break, or one that does not break.

    Keeps every word.

    >>> spaced("one two", 1, random.Random(1)).split()
    ['one', 'two']
    """
    return replace_some(text, _GAP.finditer(text), share, rng, lambda m: rng.choice(_SPACES))


def joined(text: str, share: float, rng: random.Random) -> str:
    """Return the text with spaces between words left out, as in hasty typing. Keeps every letter in its order.

    >>> joined("one two", 1, random.Random(0))
    'onetwo'
    """
    return replace_some(text, _BETWEEN_WORDS.finditer(text), share, rng, lambda m: "")


def without_accents(text: str, share: float, rng: random.Random) -> str:
    """Return the text with Latin and Greek letters freed of their accents, as on a foreign keyboard.

    Keeps base letters; in some languages another word may come out (Spanish "año"). Marks of other scripts are
    vowels or letters of their own and stay.

    >>> without_accents("Ça va très bien", 1, random.Random(0))
    'Ca va tres bien'
    """
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    places = (m for m in re.finditer(r"[^\W\d_]", composed) if _plain(m[0]) != m[0])
    changed = replace_some(composed, places, share, rng, lambda m: _plain(m[0]))
    return text if changed == composed else changed


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    parts = unicodedata.normalize("NFD", letter)
    plain = len(parts) > 1 and unicodedata.name(parts[0], "").startswith(("LATIN", "GREEK"))
    return parts[0] if plain else letter


def lookalikes(text: str, share: float, rng: random.Random) -> str:
    """Return the text with Latin letters replaced by Cyrillic ones that look the same. Looks the same to people.

    Boucher et al. 2022 (homoglyphs).

    >>> lookalikes("peace", 1, random.Random(0)) == "peace"
    False
    """
    places = (m for m in re.finditer(r"[A-Za-z]", text) if m[0].translate(_LOOKALIKE) != m[0])
    return replace_some(text, places, share, rng, lambda m: m[0].translate(_LOOKALIKE))


def invisible(text: str, share: float, rng: random.Random) -> str:
    """Return the text with characters of no width put inside words. Looks the same to people.

    Boucher et al. 2022 (invisible characters).

    >>> len(invisible("ab", 1, random.Random(0)))
    3
    """
    return replace_some(
        text, re.finditer(r"(?<=[A-Za-z])(?=[A-Za-z])", text), share, rng, lambda m: rng.choice(_INVISIBLE)
    )


def leet(text: str, share: float, rng: random.Random) -> str:
    """Return the text with letters replaced by digits and signs of their shape ("h4ppy"). Readable to people.

    >>> leet("happiest", 1, random.Random(0))
    'h4pp13$7'
    """
    return replace_some(text, re.finditer(r"[aeiostAEIOST]", text), share, rng, lambda m: m[0].translate(_LEET))


def with_link(text: str, share: float, rng: random.Random) -> str:
    """Return the text with a made-up link or handle before or after it. Says nothing about what is felt.

    Ribeiro et al. 2020, CheckList's invariance test for sentiment; any share above 0 adds one.

    >>> with_link("So good", 1, random.Random(0)).replace("So good", "").strip()[:13]
    'https://t.co/'
    """
    if share <= 0:
        return text
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    name = "".join(rng.choice(letters) for _ in range(10))
    added = f"https://t.co/{name}" if rng.random() < 0.5 else f"@{name[:6].lower()}"
    return f"{added} {text}" if rng.random() < 0.5 else f"{text} {added}"
