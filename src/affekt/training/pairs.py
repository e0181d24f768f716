"""Two texts read as one: what was said before, and what is to be judged."""

from __future__ import annotations

from collections.abc import Sequence

from affekt.errors import InputError
from affekt.training.starting import Start


def encode_pairs(start: Start, contexts: Sequence[str], texts: Sequence[str], *, longest: int = 128) -> list[list[int]]:
    """Return the piece ids of each text with its context before it, as BERT reads two sentences.

    ``[CLS] context [SEP] text [SEP]``, at most `longest` pieces: of a context too long the end is kept, since the last
    words are the nearest; the text loses its end only where it fills the room by itself. An empty context leaves the
    text alone. Raises `InputError` where there are not as many contexts as texts.

    >>> from affekt.training.starting import open_encoder
    >>> start = open_encoder("fresh", layers=1)
    >>> encode_pairs(start, ["Hello you."], ["Thanks!"], longest=7)
    [[101, 2017, 1012, 102, 4283, 999, 102]]
    """
    if len(contexts) != len(texts):
        raise InputError(f"There are {len(contexts)} contexts and {len(texts)} texts: give each text one.")
    found = []
    before = start.encode(contexts, longest=100_000)
    for context, text, own in zip(before, contexts, start.encode(texts, longest=longest), strict=True):
        room = longest - len(own) - 1
        # What marks the ends is counted off: [CLS] stands first, [SEP] last.
        inner = context[1:-1][-room:] if room > 0 and text.strip() else []
        found.append([own[0], *inner, own[-1], *own[1:]] if inner else list(own))
    return found
