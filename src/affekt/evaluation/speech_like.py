"""Writing an English text as it would be said or spelled out: recognised speech, contractions long and short."""

from __future__ import annotations

import random
import re
import unicodedata

from affekt.evaluation.mistyping import chosen
from affekt.evaluation.rewriting import replace_some, without_emoji

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_STEPS = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_NUMBER = re.compile(r"(?<![\w.,/:-])([$£€])?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%)?(?![\w/:-]|[.,]\d)")
_MONEY = {"$": " dollars", "£": " pounds", "€": " euros"}
_LINK = re.compile(r"https?://\S+|www\.\S+")
_FILLERS = ("uh", "um", "you know", "like", "i mean", "er")

_NOT = {
    **{f"{verb}n't": f"{verb} not" for verb in ("are", "could", "did", "does", "do", "had", "has", "have", "is")},
    **{f"{verb}n't": f"{verb} not" for verb in ("must", "need", "should", "was", "were", "would")},
    **{"can't": "cannot", "won't": "will not", "shan't": "shall not"},
}
_ENDINGS = {"'re": " are", "'ll": " will", "'ve": " have", "'m": " am"}
# 's is "is" after these; after others it is mostly a possessive.
_IS = ("it", "that", "there", "here", "what", "who", "where", "how", "he", "she")
_HAS = re.compile(r"(?:been|got|gotten|had|gone|done|become|made|taken|seen|left|lost|\w+ed)\b", re.IGNORECASE)
_SHORT = re.compile(
    rf"\b(?:(?P<no>{'|'.join(_NOT)})|(?P<who>i|you|we|they|he|she|it|that|there|who|what|where)(?P<end>'re|'ll|'ve|'m)"
    rf"|(?P<one>{'|'.join(_IS)})'s|(?P<let>let)'s)\b",
    re.IGNORECASE,
)
_LONG_NOT = {long: short for short, long in _NOT.items()} | {"can not": "can't"}
_LONG_BE = {
    **{f"{who} are": f"{who}'re" for who in ("you", "we", "they")},
    **{f"{who} is": f"{who}'s" for who in _IS},
    **{f"{who} will": f"{who}'ll" for who in ("i", "you", "we", "they", "he", "she", "it")},
    **{f"{who} have": f"{who}'ve" for who in ("i", "you", "we", "they")},
    "i am": "i'm",
}
# "who they are." keeps its full form: a contraction needs a word after it. "I have a dog" is no auxiliary.
_LONG = re.compile(
    rf"\b(?:(?P<no>{'|'.join(_LONG_NOT)})\b|(?P<be>i am|(?:{'|'.join(_LONG_BE)})(?!\s+not\b))(?=\s+(?P<next>\w+)))",
    re.IGNORECASE,
)


def number_in_words(number: int) -> str:
    """Return a whole number in English words, digit by digit from a trillion on.

    >>> number_in_words(1_342), number_in_words(90), number_in_words(0)
    ('one thousand three hundred forty two', 'ninety', 'zero')
    """
    if number >= 10**12:
        return " ".join(_SMALL[int(digit)] for digit in str(number))
    if number < 20:
        return _SMALL[number]
    for step, name in _STEPS:
        if number >= step:
            whole, rest = divmod(number, step)
            return f"{number_in_words(whole)} {name}" + (f" {number_in_words(rest)}" if rest else "")
    tens, rest = divmod(number, 10)
    return _TENS[tens - 2] + (f" {_SMALL[rest]}" if rest else "")


def like_speech(text: str, share: float, rng: random.Random) -> str:
    """Return the text as a speech recogniser would write it: lower case, no marks or emoji, numbers in words, fillers.

    Fillers ("uh", "you know") stand before `share` of the words; the rest happens at any share above 0. Keeps the
    words and their order; links are not read out. After LAUG (Liu et al. 2021: speech recognition, disfluencies),
    without words heard wrongly.

    >>> like_speech("I paid $20, and LOVED it!", 0.2, random.Random(3))
    'i i mean paid twenty dollars and loved it'
    """
    if share <= 0:
        return text
    said = without_emoji(_NUMBER.sub(_spoken, _LINK.sub(" ", text)), 1, rng).lower().replace("\u2019", "'")
    heard = "".join(each if each in "'-" or each.isspace() or _is_heard(each) else " " for each in said)
    words = [word for word in (word.strip("'-") for word in heard.split()) if word]
    filled = chosen(len(words), share, rng)
    return " ".join(f"{rng.choice(_FILLERS)} {word}" if place in filled else word for place, word in enumerate(words))


def _is_heard(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _spoken(match: re.Match[str]) -> str:
    digits = match[2].replace(",", "")
    plain = len(digits) == 1 or digits[0] != "0"
    words = number_in_words(int(digits)) if plain else " ".join(_SMALL[int(digit)] for digit in digits)
    if match[3]:
        words += " point " + " ".join(_SMALL[int(digit)] for digit in match[3][1:])
    return words + (" percent" if match[4] else "") + _MONEY.get(match[1] or "", "")


def expanded(text: str, share: float, rng: random.Random) -> str:
    """Return the text with contractions written out ("don't" as "do not"). Keeps the meaning.

    Ribeiro et al. 2020 (CheckList). 's is written out after pronouns and question words only, 'd never, as it may be
    "had" or "would".

    >>> expanded("I can't, it's late", 1, random.Random(0))
    'I cannot, it is late'
    """
    plain = text.replace("\u2019", "'")
    places = (m for m in _SHORT.finditer(plain) if _long_form(m, plain) is not None)
    changed = replace_some(plain, places, share, rng, lambda m: _cased(m[0], _long_form(m, plain) or m[0]))
    return text if changed == plain else changed


def _long_form(match: re.Match[str], text: str) -> str | None:
    if match["no"]:
        return _NOT[match["no"].lower()]
    if match["let"]:
        return "let us"
    if match["one"]:
        after = text[match.end() :].lstrip()
        return f"{match['one'].lower()} {'has' if _HAS.match(after) else 'is'}"
    return match["who"].lower() + _ENDINGS[match["end"].lower()]


def contracted(text: str, share: float, rng: random.Random) -> str:
    """Return the text with "do not", "I am" and the like contracted. Keeps the meaning.

    Ribeiro et al. 2020 (CheckList). Nothing is contracted before a mark or the end, "have" only before a participle.

    >>> contracted("I am sure it is not late. Yes I am.", 1, random.Random(0))
    "I'm sure it isn't late. Yes I am."
    """
    places = (m for m in _LONG.finditer(text) if _short_form(m) is not None)
    return replace_some(text, places, share, rng, lambda m: _cased(m[0], _short_form(m) or m[0]))


def _short_form(match: re.Match[str]) -> str | None:
    if match["no"]:
        return _LONG_NOT[match["no"].lower()]
    said = match["be"].lower()
    if said.endswith("have") and not _HAS.match(match["next"]):
        return None
    return _LONG_BE[said]


def _cased(old: str, new: str) -> str:
    """Return `new` in capitals where `old` was, or with its first letter as in `old`; "I" stays a capital."""
    letters = [character for character in old if character.isalpha()]
    if len(letters) > 1 and all(character.isupper() for character in letters):
        return new.upper()
    first = new[0].upper() if old[0].isupper() else new[0]
    return first + new[1:]
