"""How a table of ratings is laid out: guessed from its columns, and said."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NoReturn, TypedDict, get_args

from affekt.errors import InputError
from affekt.ratings.opening import Source
from affekt.ratings.pseudonyms import pseudonyms

Layout = Literal["long", "long by label", "columns", "wide", "wide by label", "counts"]
LAYOUTS: tuple[str, ...] = get_args(Layout)

_SHAPES = {
    "long": "a row per vote",
    "long by label": "a row per item, rater and label",
    "columns": "a row per judgement, a column per label or dimension",
    "wide": "a row per item, a column per rater",
    "wide by label": "a row per item and label, a column per rater",
    "counts": "a row per item with the number of votes for each label",
}
# Best name first; compared without case, spaces and punctuation.
_ITEM = (
    *("item", "itemid", "textid", "postid", "utteranceid", "sentenceid", "exampleid", "sampleid", "stimulusid"),
    *("clipid", "videoid", "songid", "imageid", "trackid", "docid", "tweetid", "commentid", "dialogid", "id"),
    *("stimulus", "clip", "video", "song", "image", "track", "filename", "file", "utterance", "text", "textcontent"),
    *("sentence", "dialog", "dialogue", "comment", "tweet", "post", "word", "phrase", "name"),
)
_RATER = (
    *("rater", "raterid", "annotator", "annotatorid", "worker", "workerid", "judge", "judgeid", "coder", "coderid"),
    *("participant", "participantid", "subject", "subjectid", "evaluator", "listener", "viewer", "respondent"),
    *("prolificid", "userid", "user", "annotatoremail"),
)
_LABEL = ("label", "labels", "emotion", "emotions", "vote", "votes", "category", "categories", "answer", "choice")
_VALUE = ("value", "rating", "score", "intensity", "strength", "level", "degree")
_TIME = ("time", "t", "seconds", "second", "sec", "timestamp", "timesec", "times")
_RATERS = re.compile(
    r"(?:rater|annotator|annotation|worker|coder|judge|evaluator|participant|listener|subject|user|vote|a|r)"
    r"[ _\-]*\d+(?:[ _\-]*(?:answer|label|vote|rating|score))?",
    re.IGNORECASE,
)
_DIMENSIONS = ("valence", "arousal", "dominance")
_AGGREGATE = re.compile(
    r"(?:^|[ _\-.])(?:mean|avg|average|std|sd|stdev|median|var|norm)(?:$|[ _\-.])|^(?:mean|std)[A-Z]"
)
_SEPARATORS = ("|", ";", ",")


class ColumnNames(TypedDict, total=False):
    """Which column is what; whatever is left out is guessed.

    `value` and `rater` may name several, and so may `item`: then they name an item together.
    """

    item: str | Sequence[str] | None
    rater: str | Sequence[str] | None
    label: str | None
    value: str | Sequence[str] | None
    time: str | None
    attributes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Guess:
    """How a table was, or will be, read: its layout, which column is what, and remarks.

    `raters` are the columns of raters of a wide table, `values` those that hold numbers; `separator` parts the
    labels of a cell; `further` are columns that name an item together with `item` (a clip and how it was shown).
    """

    layout: Layout
    item: str
    rater: str | None = None
    raters: tuple[str, ...] = ()
    label: str | None = None
    values: tuple[str, ...] = ()
    time: str | None = None
    attributes: tuple[str, ...] = ()
    separator: str | None = None
    notes: tuple[str, ...] = ()
    further: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the guess in words."""
        roles = {
            "item": " + ".join((self.item, *self.further)),
            "rater": self.rater or ", ".join(pseudonyms(self.raters)) or "anonymous",
            "label": self.label,
        }
        roles |= {"value": ", ".join(self.values) or None, "time": self.time}
        roles |= {"labels parted by": repr(self.separator) if self.separator else None}
        roles |= {"attributes": ", ".join(self.attributes) or None}
        said = "; ".join(f"{role} = {column}" for role, column in roles.items() if column)
        return " ".join((f"Read as {self.layout} ({_SHAPES[self.layout]}): {said}.", *self.notes))


def guess_from(source: Source, *, layout: Layout | None = None, **columns: object) -> Guess:
    """Return the layout of an opened table; what `columns` (see `ColumnNames`) name is taken as said.

    Raises `InputError`, naming the argument that settles it, where the columns allow two readings or none.
    """
    if layout is not None and layout not in LAYOUTS:
        raise InputError(f"layout must be one of {', '.join(map(repr, LAYOUTS))}; got {layout!r}.")
    notes: list[str] = []
    raters = _wide_raters(source, columns.get("rater"), layout)
    rater = None if raters else _role(source, "rater", _RATER, columns.get("rater"))
    time = _role(source, "time", _TIME, columns.get("time"), fits=lambda name: source.columns[name].numeric)
    attributes = tuple(source.check(name) for name in _several(columns.get("attributes")))
    values = tuple(source.check(name) for name in _several(columns.get("value"))) if not raters else ()
    label = _label(source, columns.get("label"), (rater, *raters, *values))
    taken = {rater, time, label, *raters, *attributes, *values} - {None}
    item, *further = _item(source, columns.get("item"), taken)
    taken |= {item, *further}
    said = layout is not None
    layout = layout or _layout(source, raters, label, values)
    if layout == "long by label" and not values:
        values = (_role(source, "value", _VALUE, None) or _missing(source, "value"),)
    if layout in ("columns", "counts") and not values:
        values = _value_columns(source, {*taken, label}, notes)
        if not said and rater is None:
            _check_not_counts(source, item, values)
    if layout in ("long", "long by label", "wide by label") and label is None:
        _missing(source, "label")
    if layout in ("wide", "wide by label") and not raters:
        raise InputError(
            f"{source.path.name} has no columns of raters (rater 1, annotator_2 …). Name them: rater=('A', 'B')."
        )
    if layout in ("columns", "counts", "wide"):
        label = None
    separator = _separator(source, (label,) if layout == "long" else raters if layout == "wide" else ())
    if rater is None and not raters and layout != "counts":
        notes.append("No column names raters: the votes are anonymous.")
    return Guess(
        *(layout, item, rater, raters, label, values, time, attributes, separator, tuple(notes), tuple(further))
    )


def plain(name: str) -> str:
    """Return a name without case, spaces and punctuation, as columns and labels are compared.

    >>> plain("Text_ID"), plain("no emotion") == plain("No-Emotion")
    ('textid', True)
    """
    return re.sub(r"[\W_]+", "", name).lower()


@cache
def known_labels() -> dict[str, str]:
    """Return every label of the emotion spaces by its plain name."""
    from affekt.affect.spaces import SPACES

    kinds = ("exclusive", "multi-label", "ordinal", "open")
    return {plain(label): label for space in SPACES.values() if space.kind in kinds for label in space.labels}


def _several(named: object) -> tuple[str, ...]:
    if named is None:
        return ()
    return (named,) if isinstance(named, str) else tuple(named)  # type: ignore[arg-type]


def _role(
    source: Source,
    role: str,
    names: Sequence[str],
    said: object,
    *,
    fits: Callable[[str], bool] | None = None,
) -> str | None:
    if said is not None:
        return source.check(str(said))
    found = [name for wanted in names for name in source.columns if plain(name) == wanted]
    found = [name for name in found if fits is None or fits(name)]
    if len(found) > 1 and role != "item":
        shown = " or ".join(repr(name) for name in found)
        raise InputError(f"Which column of {source.path.name} is the {role}: {shown}? Say {role}={found[0]!r}.")
    return found[0] if found else None


def _item(source: Source, said: object, taken: set[str | None]) -> tuple[str, ...]:
    named = tuple(source.check(name) for name in _several(said))
    if named:
        return named
    found = [name for wanted in _ITEM for name in source.columns if plain(name) == wanted and name not in taken]
    return (found[0],) if found else _missing(source, "item")


def _missing(source: Source, role: str) -> NoReturn:
    shown = ", ".join(pseudonyms(list(source.columns)[:25]))
    raise InputError(f"Which column of {source.path.name} holds the {role}? It has {shown}. Say {role}='…'.")


def _wide_raters(source: Source, said: object, layout: Layout | None) -> tuple[str, ...]:
    if said is not None:
        named = _several(said)
        for name in named:
            source.check(name)
        return named if not isinstance(said, str) or layout in ("wide", "wide by label") else ()
    if layout is not None and not layout.startswith("wide"):
        return ()
    found = tuple(name for name in source.columns if _RATERS.fullmatch(name.strip()))
    return found if len(found) > 1 else ()


def _label(source: Source, said: object, taken: Sequence[str | None]) -> str | None:
    if said is not None:
        return source.check(str(said))
    found = [
        name
        for wanted in _LABEL
        for name in source.columns
        if plain(name) == wanted and name not in taken and not source.columns[name].numeric
    ]
    if len(found) > 1:
        shown = " or ".join(repr(name) for name in found)
        raise InputError(f"Which column of {source.path.name} is the label: {shown}? Say label={found[0]!r}.")
    return found[0] if found else None


def _layout(source: Source, raters: tuple[str, ...], label: str | None, values: tuple[str, ...]) -> Layout:
    if raters:
        numbers = all(source.columns[name].numeric or not source.columns[name].filled for name in raters)
        return "wide by label" if label is not None and numbers else "wide"
    if label is None:
        return "columns"
    if values:
        return "long by label"
    return "long by label" if _role(source, "value", _VALUE, None) else "long"


def _value_columns(source: Source, taken: set[str | None], notes: list[str]) -> tuple[str, ...]:
    numeric = [name for name in source.columns if name not in taken and source.columns[name].numeric]
    single = [name for name in numeric if not _AGGREGATE.search(name)]
    dimensions = [name for name in single if any(word in name.lower() for word in _DIMENSIONS)]
    letters = [name for name in single if name.lower() in ("v", "a", "d")]
    labels = [name for name in single if plain(name) in known_labels()]
    if dimensions:
        found = dimensions
    elif len(labels) > 1:
        found = labels
    elif {"v", "a"} <= {name.lower() for name in letters}:
        found = letters
    else:
        found = single
    if not found:
        _missing(source, "value")
    rest = [name for name in numeric if name not in found]
    if rest:
        notes.append(f"Numbers left out: {', '.join(rest)}; name all that count with value=(…).")
    return tuple(found)


def _check_not_counts(source: Source, item: str, values: tuple[str, ...]) -> None:
    """Refuse to choose: whole numbers over labels, of nobody, may be counts of votes, or levels."""
    held = [source.columns[name] for name in values]
    if (
        len(values) > 1
        and all(plain(name) in known_labels() for name in values)
        and all(column.whole and column.low >= 0 for column in held)
        and max(column.high for column in held) > 1
        and source.columns[item].distinct == source.sampled
    ):
        raise InputError(
            f"{source.path.name} has whole numbers for {', '.join(values[:6])} and no raters: are they counts of "
            "votes, or levels? Say layout='counts' or layout='columns'."
        )


def _separator(source: Source, columns: Sequence[str | None]) -> str | None:
    """The sign that parts labels in a cell: one whose parts are labels that other cells hold, too."""
    cells: set[str] = set()
    for name in columns:
        if name is not None and not source.columns[name].is_list:
            (texts,) = source.texts([name])
            cells.update(text for text in texts[:200_000] if text is not None)
    for sign in _SEPARATORS:
        joined = [cell for cell in cells if sign in cell]
        if not joined:
            continue
        parts = [part.strip() for cell in joined for part in cell.split(sign)]
        alone = {plain(cell) for cell in cells if sign not in cell} | set(known_labels())
        known = sum(plain(part) in alone for part in parts)
        if known >= 0.9 * len(parts) or (sign == "|" and len(set(parts)) < len(parts)):
            return sign
    return None
