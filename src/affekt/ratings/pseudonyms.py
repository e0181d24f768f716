"""Names for raters whose ids would give them away."""

from __future__ import annotations

import re
from collections.abc import Sequence

# An e-mail address; the hexadecimal ids of survey platforms (24 digits and more, UUIDs); an
# Amazon worker id, which leads to a public profile.
_TELLING = re.compile(
    r"[^@\s]+@[^@\s]+"
    r"|[0-9a-f]{24,}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_WORKER = re.compile(r"A[0-9][0-9A-Z]{10,12}")
_PSEUDONYM = re.compile(r"rater-\d{3,}")


def tells_who(rater: str) -> bool:
    """Return whether a rater id may lead to a person: an address, a platform's id.

    >>> [tells_who(name) for name in ("someone@example.org", "0123456789abcdef0123456789abcdef", "annotator_3")]
    [True, True, False]
    """
    text = rater.strip()
    return bool(_TELLING.fullmatch(text) or _WORKER.fullmatch(text))


def is_pseudonym(rater: str) -> bool:
    """Return whether `rater` is a name that `pseudonyms` gave."""
    return bool(_PSEUDONYM.fullmatch(rater))


def pseudonyms(raters: Sequence[str]) -> tuple[str, ...]:
    """Return `raters` with every id that tells who it is replaced by ``rater-001``, ``rater-002`` …

    Numbers go by order of first appearance and pass over names that are taken; the same id gets the
    same name. Other ids stay. No key back is kept.

    >>> pseudonyms(["b@example.org", "annotator_3", "a@example.org", "b@example.org"])
    ('rater-001', 'annotator_3', 'rater-002', 'rater-001')
    """
    taken = {rater for rater in raters if not tells_who(rater)}
    given: dict[str, str] = {}
    number = 0
    for rater in raters:
        if rater in taken or rater in given:
            continue
        number += 1
        while f"rater-{number:03d}" in taken:
            number += 1
        given[rater] = f"rater-{number:03d}"
    return tuple(given.get(rater, rater) for rater in raters)
