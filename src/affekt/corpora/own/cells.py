"""What a cell of somebody's own table says: labels, votes, a number. Plain Python values in, plain values out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_NOTHING = ("none", "[]", "-")
_SIGNS = ("|", ";", ",")
_COUNT = re.compile(r"^(?P<label>.+?)\s*[:=]\s*(?P<count>\d+)$")


class Vote(NamedTuple):
    """The labels one rater gave, as written, and numbers by name; `rater` is None where no id is told."""

    rater: str | None
    labels: tuple[str, ...]
    values: Mapping[str, float] = {}


def text_of(cell: Any) -> str | None:
    """Return a cell as text without spaces around it, None where it is empty (NaN is, too).

    >>> text_of("  Oh! "), text_of(""), text_of(3.0), text_of(float("nan"))
    ('Oh!', None, '3', None)
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() or None


def number_of(cell: Any) -> float | None:
    """Return a cell as a number, None where it is empty. Raises `ValueError` where it holds something else.

    >>> number_of("4.5"), number_of("NA")
    (4.5, None)
    """
    text = text_of(cell)
    if text is None or text.lower() in ("nan", "na", "none", "null"):
        return None
    value = float({"true": "1", "false": "0"}.get(text.lower(), text))
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is no finite number")
    return value


def find_separator(cells: Iterable[Any]) -> str | None:
    """Return the sign that parts the labels of a cell, None where cells hold one label each.

    A bar or a semicolon parts; a comma does where nearly all its parts are labels of other cells too, since
    labels may hold one.

    >>> find_separator(["joy", "joy|love"]), find_separator(["sad, tired", "angry"])
    ('|', None)
    """
    texts = {text for cell in cells if isinstance(cell, str) and (text := cell.strip()) and not text.startswith("[")}
    for sign in _SIGNS:
        joined = [text for text in texts if sign in text]
        if not joined:
            continue
        if sign != ",":
            return sign
        alone = {text.lower() for text in texts if sign not in text}
        parts = [part.strip().lower() for text in joined for part in text.split(sign)]
        if sum(part in alone for part in parts) >= 0.9 * len(parts):
            return sign
    return None


def labels_of(cell: Any, separator: str | None, *, none_is_label: bool = False) -> tuple[str, ...] | None:
    """Return the labels of a cell as written, None where it is empty: nobody labelled that row.

    A list, or the text of one, is its parts. ``none``, ``-`` and an empty list say: looked at, and none found, unless
    `none_is_label`.

    >>> labels_of("joy|love", "|"), labels_of("['joy', 'fear']", None), labels_of("none", None), labels_of("", None)
    (('joy', 'love'), ('joy', 'fear'), (), None)
    """
    if isinstance(cell, (list, tuple)):
        return tuple(dict.fromkeys(text for each in cell if (text := text_of(each))))
    text = text_of(cell)
    if text is None:
        return None
    if text.lower() in _NOTHING and not (none_is_label and text.lower() == "none"):
        return ()
    if text.startswith("[") and text.endswith("]"):
        parts = re.split(r"[,;|]", re.sub(r"[\"']", "", text[1:-1]))
    else:
        parts = text.split(separator) if separator else [text]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def votes_of(cell: Any, separator: str | None) -> tuple[Vote, ...]:
    """Return the votes of a cell: counts by label, or a list of what each rater said. Empty: no votes.

    Counts are an object ``{"joy": 3, "anger": 1}`` or ``joy:3|anger:1``; lists hold labels, lists of labels, or objects
    with ``label`` or ``labels`` and ``rater``; an object of texts is labels by rater. Raises `ValueError`.

    >>> votes_of('{"joy": 2, "fear": 1}', None) == \\
    ...     votes_of("joy:2|fear:1", None) == votes_of(["joy", "joy", "fear"], None)
    True
    >>> votes_of('{"r1": "joy"}', None)
    (Vote(rater='r1', labels=('joy',), values={}),)
    """
    if isinstance(cell, str):
        text = cell.strip()
        if text[:1] in ("{", "["):
            try:
                cell = json.loads(text)
            except ValueError:
                cell = json.loads(text.replace("'", '"'))
        else:
            return _counted(text, separator)
    if cell is None:
        return ()
    if isinstance(cell, Mapping):
        return _by_name(cell)
    if not isinstance(cell, (list, tuple)):
        raise ValueError(f"{cell!r} is no counts by label and no list of votes")
    votes = []
    for one in cell:
        if isinstance(one, Mapping):
            said = one.get("labels", one.get("label"))
            rater = text_of(one.get("rater", one.get("annotator")))
            votes.append(Vote(rater, labels_of(said, separator) or (), by_name(one.get("values"))))
        else:
            votes.append(Vote(None, labels_of(one, separator) or ()))
    return tuple(votes)


def by_name(cell: Any) -> dict[str, Any]:
    """Return an object, or a list of names and values as affekt exports one to Parquet, without what is empty.

    >>> by_name({"sex": "f", "age": None}) == by_name([{"name": "sex", "value": "f"}])
    True
    """
    pairs = cell.items() if isinstance(cell, Mapping) else ((one["name"], one["value"]) for one in cell or ())
    return {str(name): value for name, value in pairs if value is not None}


def _by_name(cell: Mapping[str, Any]) -> tuple[Vote, ...]:
    votes: list[Vote] = []
    for name, said in cell.items():
        if said is None:
            continue  # JSON readers give every object all names of its column
        if isinstance(said, (int, float)):
            votes += [Vote(None, (str(name),))] * _count(said)
        else:
            votes.append(Vote(str(name), labels_of(said, "|") or ()))
    return tuple(votes)


def _counted(text: str, separator: str | None) -> tuple[Vote, ...]:
    votes: list[Vote] = []
    for part in filter(
        None, (part.strip() for part in re.split(re.escape(separator) if separator else r"[|;,]", text))
    ):
        found = _COUNT.match(part)
        votes += [Vote(None, (found["label"].strip(),))] * int(found["count"]) if found else [Vote(None, (part,))]
    return tuple(votes)


def _count(value: float) -> int:
    if value < 0 or value != int(value) or value > 10_000:
        raise ValueError(f"{value:g} is no number of votes")
    return int(value)
