"""Tokens and money: what was used, what it costs, what it would cost before it starts."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass

from affekt.errors import InputError

PRICE_VARIABLE = "AFFEKT_ENDPOINT_PRICE"
_BYTES_PER_TOKEN = 4
_TOKENS_PER_MESSAGE = 4


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that went in (`prompt`) and came out (`completion`); `estimated` of them were not told but reckoned."""

    prompt: int = 0
    completion: int = 0
    estimated: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt + other.prompt, self.completion + other.completion, self.estimated + other.estimated)


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in whatever currency the user thinks in."""

    prompt: float
    completion: float

    def __str__(self) -> str:
        return f"{self.prompt:g} in, {self.completion:g} out per million tokens"

    def of(self, usage: Usage) -> float:
        """Return what `usage` costs.

        >>> Price(0.15, 0.6).of(Usage(2_000_000, 500_000))
        0.6
        """
        return (usage.prompt * self.prompt + usage.completion * self.completion) / 1e6


def parse_price(text: str) -> Price:
    """Return the price that ``IN,OUT`` names, per million tokens; one number stands for both.

    Raises `InputError`.

    >>> parse_price("0.15,0.60")
    Price(prompt=0.15, completion=0.6)
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or not all(math.isfinite(n) and n >= 0 for n in numbers):
        raise InputError(f"{text!r} is no price. Write IN,OUT per million tokens, such as 0.15,0.60.")
    return Price(numbers[0], numbers[-1])


def known_price(text: str | None = None) -> Price | None:
    """Return the price given, else that of the variable AFFEKT_ENDPOINT_PRICE, None where there is neither."""
    told = text if text is not None else os.environ.get(PRICE_VARIABLE)
    return parse_price(told) if told else None


def estimate_tokens(contents: Iterable[str]) -> int:
    """Return about how many tokens messages of these contents are: a quarter of their UTF-8 bytes, and four each.

    Byte-pair vocabularies cut English into about four characters a token; scripts of two or three bytes a character
    are cut finer, which counting bytes allows for. Only a rough guide: the endpoint's own count goes before it.

    >>> estimate_tokens(["Thank you so much!"])
    9
    """
    return sum(
        _TOKENS_PER_MESSAGE + math.ceil(len(content.encode("utf-8", "surrogatepass")) / _BYTES_PER_TOKEN)
        for content in contents
    )
