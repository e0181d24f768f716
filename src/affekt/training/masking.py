"""Which pieces of a text are hidden in masked language modelling, and with what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from affekt.errors import InputError
from affekt.layers.masked_words import UNASKED
from affekt.signals.text import normalise
from affekt.training.batches import pad
from affekt.training.starting import Start

HIDDEN, REPLACED = 0.8, 0.1
"""Of the pieces asked for: how many become the mask, and how many another piece; the rest stays as it is."""


class Masked(NamedTuple):
    """Piece ids as the network sees them, and what it is asked for, `UNASKED` elsewhere; both (batch, token)."""

    ids: Tensor
    asked: Tensor


def mask_pieces(
    ids: Tensor,
    rates: Tensor,
    *,
    mask_id: int,
    pieces: int,
    generator: torch.Generator,
    words: Tensor | None = None,
) -> Masked:
    """Return a batch with pieces hidden: of those asked for 80 % are the mask, 10 % another piece, 10 % left.

    ids: int64 (batch, token), 0 where padded; rates: float (batch, token), how probably each is asked for, 0 for what
    never is (ends, padding); words: int64 (batch, token), the place of the first piece of the word each is of, so that
    a word is asked for whole (its first piece's rate counts); pieces: how many there are to draw another from. What is
    drawn depends on `generator` alone. Devlin et al. 2019, "BERT"; whole words: Cui et al. 2019, "Pre-Training with
    Whole Word Masking for Chinese BERT".
    """
    drawn = torch.rand(ids.shape, generator=generator)
    chosen = drawn < rates
    if words is not None:
        chosen = chosen.gather(1, words) & (rates > 0)
    fate = torch.rand(ids.shape, generator=generator)
    others = torch.randint(1, pieces, ids.shape, generator=generator)
    seen = torch.where(chosen & (fate < HIDDEN), torch.full_like(ids, mask_id), ids)
    seen = torch.where(chosen & (fate >= HIDDEN) & (fate < HIDDEN + REPLACED), others, seen)
    return Masked(seen, torch.where(chosen, ids, torch.full_like(ids, UNASKED)))


def uniform_rates(ids: Tensor, rate: float, ends: Sequence[int]) -> Tensor:
    """Return `rate` for every piece of a text and 0 for padding and what marks its ends; (batch, token)."""
    never = torch.isin(ids, torch.tensor([0, *ends]))
    return torch.full(ids.shape, rate).masked_fill(never, 0.0)


class WordPieces(NamedTuple):
    """A text in pieces: their ids, the place of the first piece of each one's word, whether that is a word meant.

    What marks the ends is a word of its own and never meant. `words` are as many as there are whole words.
    """

    ids: list[int]
    first: list[int]
    meant: list[bool]
    words: int


def word_pieces(
    start: Start, texts: Sequence[str], meant: Callable[[str], bool], *, longest: int = 128
) -> list[WordPieces]:
    """Return each text in pieces, with its words and which of them `meant` says yes to.

    A word is what the tokenizer does not part further before it makes pieces; `meant` is asked once for each spelling,
    in lower case. A longer text is cut to its first `longest` pieces, less the words that would be cut in two.
    """
    kept = [normalise(text) if start.lower else text for text in texts]
    known: dict[str, bool] = {}
    found = []
    for text, encoding in zip(kept, start.tokenizer.encode_batch(kept), strict=True):
        spans: dict[int, tuple[int, int]] = {}
        for word, (begin, end) in zip(encoding.word_ids, encoding.offsets, strict=True):
            if word is not None:
                low, high = spans.get(word, (begin, end))
                spans[word] = (min(low, begin), max(high, end))
        for begin, end in spans.values():
            spelt = text[begin:end].strip().lower()
            if spelt not in known:
                known[spelt] = meant(spelt)
        words = list(encoding.word_ids)
        ids = [piece + start.shift for piece in encoding.ids]
        if len(ids) > longest:
            # The last place is for what marks the end; a word that the cut would part goes whole.
            cut = words.index(words[longest - 1]) if words[longest - 1] == words[longest - 2] else longest - 1
            ids, words = [*ids[:cut], ids[-1]], [*words[:cut], None]
        first = [place if word is None else words.index(word) for place, word in enumerate(words)]
        told = [word is not None and known[text[slice(*spans[word])].strip().lower()] for word in words]
        found.append(WordPieces(ids, first, told, len({word for word in words if word is not None})))
    return found


class Rates(NamedTuple):
    """How probably a word meant is asked for, and any other."""

    meant: float
    other: float


def biased_rates(meant: float, share: float, overall: float) -> Rates:
    """Return the rates under which words meant are asked for at `meant` and all words together at `overall`.

    share: how many of the words (or pieces) are meant, in [0, 1]. Raises `InputError` where no rate of the others
    does it.

    >>> biased_rates(0.5, 0.05, 0.15)
    Rates(meant=0.5, other=0.13157894736842105)
    """
    for name, value in {"meant": meant, "share": share, "overall": overall}.items():
        if not 0 <= value <= 1:
            raise InputError(f"{name} must lie in [0, 1], got {value}.")
    other = (overall - meant * share) / (1 - share) if share < 1 else overall
    if not 0 <= other <= 1:
        raise InputError(
            f"With {share:.1%} of words asked for at {meant:.0%} no rate of the others makes {overall:.0%} of all. "
            f"Lower the rate of the words meant to {overall / share if share else 1:.1%} at most."
        )
    return Rates(meant, other)


def mask_batch(texts: Sequence[WordPieces], rates: Rates, start: Start, generator: torch.Generator) -> Masked:
    """Return texts as a batch with whole words hidden, those meant at one rate and the others at another.

    Raises `InputError` where the tokenizer has no mask.
    """
    if start.mask_id is None:
        raise InputError(f"{start.name} has no mask to hide words with. Choose an encoder trained by masking.")
    ids = torch.from_numpy(pad([text.ids for text in texts]))
    words = torch.from_numpy(pad([text.first for text in texts]))
    meant = torch.from_numpy(pad([[int(told) for told in text.meant] for text in texts])).bool()
    rate = torch.where(meant, torch.tensor(rates.meant), torch.tensor(rates.other))
    rate = rate.masked_fill(torch.isin(ids, torch.tensor([0, *ends_of(start)])), 0.0)
    pieces = start.tokenizer.get_vocab_size() + start.shift
    return mask_pieces(ids, rate, mask_id=start.mask_id, pieces=pieces, generator=generator, words=words)


def ends_of(start: Start) -> list[int]:
    """Return the ids that mark a text's ends."""
    return sorted(set(start.encode([""])[0]))
