"""Texts that are the same but for spelling: exactly after normalisation, nearly by their character n-grams.

The search is exact, not sampled: every pair at or over the threshold is found. It filters by prefix and
length, so that only texts which share one of their rarest n-grams are compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

THRESHOLD, SHINGLE = 0.8, 5
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd and of high weight, so that n-grams rarely share a hash
_AT_ONCE = 4_000_000  # n-grams looked up at a time: 100 MB
_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(1, dtype=np.uint8)
_NO_LETTERS = {code: " " for code in range(128) if not chr(code).isalnum()}
_PER_CHUNK = 2_000_000  # pairs held before doubles are dropped


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of texts that are alike: their places, `first` < `second`, and Jaccard `similarity` in [0, 1]."""

    first: Ints
    second: Ints
    similarity: Floats

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True, slots=True, eq=False)
class Twins:
    """For each text the text of another list that is most like it: its `place` there and the `similarity`.

    A text without a twin at or over the threshold has place -1 and similarity 0. 1 is the same text
    after `normalised`.
    """

    place: Ints
    similarity: Floats

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Whether a text stands in the other list as it is, spelling aside: bool (text,)."""
        return np.equal(self.similarity, 1)

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether a text has a twin, exact or near: bool (text,)."""
        return self.place >= 0


class _Shingles(NamedTuple):
    """The n-grams of all texts: `token` within a text is sorted from the rarest; text t has [start[t], start[t+1])."""

    token: Ints
    start: Ints
    size: Ints
    kinds: int


def normalised(text: str) -> str:
    """Return `text` as it is compared: compatible characters unified (NFKC), case folded, letters and digits alone.

    A text without letters or digits (an emoji, "?!") keeps its other characters.

    >>> normalised("Don’t  WORRY — be happy!"), normalised(" ?! ")
    ('don t worry be happy', '?!')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return " ".join(folded.translate(_NO_LETTERS).split()) or " ".join(folded.split())
    # Combining marks (category M) are part of the letters of Hindi, Arabic or Thai.
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return " ".join(kept.split()) or " ".join(folded.split())


def similar_pairs(
    texts: Sequence[str],
    *,
    threshold: float = THRESHOLD,
    shingle: int = SHINGLE,
    parts: Sequence[int] | Ints | None = None,
) -> Pairs:
    """Return the pairs of `texts` whose sets of character n-grams have a Jaccard similarity of `threshold` or more.

    J(a, b) = |A ∩ B| / |A ∪ B| over n-grams of `shingle` characters of the text with a space on either
    side; a shorter text is one n-gram. Texts are compared as given: normalise them first, and drop
    exact doubles, whose pairs are quadratic. `parts` has a set of bits per text, the parts of a corpus it
    stands in: pairs within one and the same part are left out. Pairs come sorted by place.

    By prefix filtering (Bayardo, Ma & Srikant 2007, "Scaling up all pairs similarity search"): two
    sets with J ≥ t share an element among the first |A| - ⌈t|A|⌉ + 1 of each, in any common order; here
    rarest first. Raises `InputError` for a threshold outside (0, 1] or n-grams below 1.

    >>> found = similar_pairs(["the cat sat on the mat", "a dog", "the cat sat on the mats"])
    >>> found.first.tolist(), found.second.tolist(), found.similarity.round(2).tolist()
    ([0], [2], [0.86])
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold must be over 0 and at most 1, got {threshold}.")
    if shingle < 1:
        raise InputError(f"shingle must be 1 character or more, got {shingle}.")
    if len(texts) < 2:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    grams = _shingles(texts, shingle)
    bits = None if parts is None else np.asarray(parts, np.int64)
    if bits is not None and len(bits) != len(texts):
        raise InputError(f"There are {len(texts)} texts but {len(bits)} parts. Give each text one.")
    sketch = _sketches(grams)
    chunks = [
        _possible(grams, sketch, _distinct(np.minimum(*pairs) * len(texts) + np.maximum(*pairs)), threshold)
        for pairs in _candidates(grams, threshold, len(texts), bits)
    ]
    keys = _distinct(np.concatenate(chunks)) if chunks else np.zeros(0, np.int64)
    first, second = np.divmod(keys, len(texts))
    similarity = _jaccard(grams, first, second)
    near = similarity >= threshold - 1e-12
    return Pairs(first[near], second[near], similarity[near])


def twins(
    texts: Sequence[str], others: Sequence[str], *, threshold: float = THRESHOLD, shingle: int = SHINGLE
) -> Twins:
    """Return for each of `texts` the text of `others` most like it, where one is as like as `threshold`.

    Both are normalised. Of several equally like the earliest is named. An empty text has no twin.

    >>> found = twins(["Oh, the cat sat on the mat", "Hm."], ["hm", "Oh the cat sat on the mats!"])
    >>> found.place.tolist(), found.exact.tolist()
    ([1, 0], [False, True])
    """
    mine, theirs = [normalised(text) for text in texts], [normalised(text) for text in others]
    known: dict[str, int] = {}
    for place, text in enumerate(theirs):
        if text:
            known.setdefault(text, place)
    distinct = list(dict.fromkeys([*(text for text in mine if text), *known]))
    at = {text: i for i, text in enumerate(distinct)}
    bits = np.zeros(len(distinct), np.int64)
    bits[[at[text] for text in mine if text]] |= 1
    bits[[at[text] for text in known]] |= 2
    pairs = similar_pairs(distinct, threshold=threshold, shingle=shingle, parts=bits)
    best, score = np.full(len(distinct), -1, np.int64), np.zeros(len(distinct))
    where = np.array([known.get(text, -1) for text in distinct], np.int64)
    best[where >= 0], score[where >= 0] = where[where >= 0], 1.0
    source = np.concatenate([pairs.first, pairs.second])
    target = np.concatenate([pairs.second, pairs.first])
    like = np.concatenate([pairs.similarity, pairs.similarity])
    usable = (where[target] >= 0) & (where[source] < 0)
    source, target, like = source[usable], where[target[usable]], like[usable]
    order = np.lexsort((target, -like, source))
    unique, leading = np.unique(source[order], return_index=True)
    # Sets of n-grams can be equal where texts are not ("aaaaaa", "aaaaaaa"): near, not exact.
    best[unique], score[unique] = target[order][leading], np.minimum(like[order][leading], np.nextafter(1.0, 0.0))
    chosen = np.array([at[text] if text else -1 for text in mine], np.int64)
    some = chosen >= 0
    return Twins(np.where(some, best[chosen], -1), np.where(some, score[chosen], 0.0)) if distinct else _none(len(mine))


def _none(size: int) -> Twins:
    return Twins(np.full(size, -1, np.int64), np.zeros(size))


def _shingles(texts: Sequence[str], width: int) -> _Shingles:
    """Return the distinct n-grams of each text, rarest first."""
    padded = [f" {text} ".ljust(width) for text in texts]
    length = np.array([len(text) for text in padded], np.int64)
    points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), length)
    within = np.arange(len(points), dtype=np.int64) - np.repeat(np.cumsum(length) - length, length)
    whole = within <= np.repeat(length, length) - width
    hashes = np.zeros(len(points), np.uint64)
    with np.errstate(over="ignore"):  # arithmetic modulo 2^64 is what is meant
        for step in range(width):
            hashes = hashes * _MULTIPLIER
            hashes[: len(points) - step] += points[step:]
        hashes = hashes[whole]
        hashes = (hashes ^ (hashes >> np.uint64(32))) * _MULTIPLIER
    known, count = np.unique(hashes, return_counts=True)
    rank = np.empty(len(count), np.int64)
    rank[np.argsort(count, kind="stable")] = np.arange(len(count))
    place = _places(hashes, known)
    key = _distinct(owner[whole] * len(count) + rank[place])
    text, token = np.divmod(key, len(count))
    size = np.bincount(text, minlength=len(texts)).astype(np.int64)
    return _Shingles(token, np.concatenate([[0], np.cumsum(size)]), size, len(count))


def _distinct(values: Ints) -> Ints:
    """Return the distinct values, sorted: for millions of numbers faster than `np.unique`, which hashes."""
    values = np.sort(values)
    fresh = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return values[fresh]


def _places(hashes: NDArray[np.uint64], known: NDArray[np.uint64]) -> Ints:
    """Return where in the sorted `known` each hash stands: a table of leading bits, then a few steps."""
    shift = np.uint64(64 - min(24, len(known).bit_length() + 2))
    leading = (known >> shift).astype(np.int64)
    first = np.zeros(1 << int(64 - int(shift)), np.int64)
    first[leading[::-1]] = np.arange(len(known))[::-1]
    place = first[(hashes >> shift).astype(np.int64)]
    wrong = np.flatnonzero(known[place] != hashes)
    while len(wrong):
        place[wrong] += 1
        wrong = wrong[known[place[wrong]] != hashes[wrong]]
    return place


def _candidates(grams: _Shingles, threshold: float, texts: int, bits: Ints | None) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of texts that share an n-gram of their prefixes and whose sizes allow the threshold."""
    owner = np.repeat(np.arange(texts, dtype=np.int64), grams.size)
    within = np.arange(len(owner), dtype=np.int64) - grams.start[owner]
    prefix = grams.size - np.ceil(threshold * grams.size - 1e-9).astype(np.int64) + 1
    kept = within < prefix[owner]
    text, token, place = owner[kept], grams.token[kept], within[kept]
    order = np.lexsort((text, grams.size[text], token))
    text, token, place = text[order], token[order], place[order]
    size = grams.size[text]
    here = np.arange(len(text) - 1, dtype=np.int64)
    step, held, found = 1, 0, []
    while len(here):
        here = here[here + step < len(text)]
        there = here + step
        # Within one n-gram sizes rise: once the partner is too long, every further one is.
        go = (token[here] == token[there]) & (size[here] >= threshold * size[there] - 1e-9)
        here, there = here[go], there[go]
        # Positional filter: what is left of both sets after this n-gram has to suffice.
        need = threshold / (1 + threshold) * (size[here] + size[there])
        room = (
            1 + np.minimum(place[here], place[there]) + np.minimum(size[here] - place[here], size[there] - place[there])
        )
        possible = room >= need - 1e-9
        if bits is not None:
            mine, theirs = bits[text[here]], bits[text[there]]
            possible &= (mine != theirs) | ((mine & (mine - 1)) != 0)
        found.append((text[here[possible]], text[there[possible]]))
        held += int(possible.sum())
        if held > _PER_CHUNK:
            yield _joined(found)
            held, found = 0, []
        step += 1
    if found:
        yield _joined(found)


def _joined(found: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def _sketches(grams: _Shingles) -> NDArray[np.uint8]:
    """Return 256 bits per text, one set for each n-gram (several may share one): uint8 (text, byte)."""
    bits = np.zeros((len(grams.size), 256), np.bool_)
    bits[np.repeat(np.arange(len(grams.size)), grams.size), grams.token % 256] = True
    return np.packbits(bits, axis=1)


def _possible(grams: _Shingles, sketch: NDArray[np.uint8], keys: Ints, threshold: float) -> Ints:
    """Return the pairs that their sketches do not rule out: sets differ in at least as many n-grams as bits."""
    kept = []
    for start in range(0, len(keys), _AT_ONCE // 8):
        some = keys[start : start + _AT_ONCE // 8]
        first, second = np.divmod(some, len(grams.size))
        both = grams.size[first] + grams.size[second]
        differing = _ONES[sketch[first] ^ sketch[second]].sum(1, dtype=np.int64)
        kept.append(some[differing <= both * (1 - threshold) / (1 + threshold) + 1e-9])
    return np.concatenate(kept) if kept else keys


def _jaccard(grams: _Shingles, first: Ints, second: Ints) -> Floats:
    """Return the similarity of each pair, looking up the shorter text's n-grams in the longer's."""
    keys = np.repeat(np.arange(len(grams.size), dtype=np.int64), grams.size) * grams.kinds + grams.token
    shorter = np.where(grams.size[first] <= grams.size[second], first, second)
    longer = first + second - shorter
    ends = np.cumsum(grams.size[shorter])
    shared = np.zeros(len(first), np.int64)
    start = 0
    while start < len(first):
        stop = int(np.searchsorted(ends, (ends[start - 1] if start else 0) + _AT_ONCE, "right"))
        stop = max(stop, start + 1)
        size = grams.size[shorter[start:stop]]
        pair = np.repeat(np.arange(start, stop, dtype=np.int64), size)
        within = np.arange(len(pair), dtype=np.int64) - np.repeat(np.cumsum(size) - size, size)
        wanted = longer[pair] * grams.kinds + grams.token[grams.start[shorter[pair]] + within]
        at = np.searchsorted(keys, wanted)
        hit = keys[np.minimum(at, len(keys) - 1)] == wanted
        shared[start:stop] = np.bincount(pair[hit] - start, minlength=stop - start)
        start = stop
    return shared / (grams.size[first] + grams.size[second] - shared)
