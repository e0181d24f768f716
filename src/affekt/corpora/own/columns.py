"""Which column of somebody's own table is what: as told, else by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from affekt.errors import InputError
from affekt.ratings.layouts import known_labels, plain
from affekt.ratings.opening import Source, open_table

# Best name first; compared without case, spaces and punctuation.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("text", "sentence", "utterance", "tweet", "comment", "post", "message", "review", "transcript"),
        *("transcription", "content", "body", "headline", "title"),
    ),
    "path": ("path", "file", "filename", "filepath", "audio", "wav", "image", "img", "video", "clip"),
    "id": (
        *("id", "itemid", "textid", "exampleid", "sampleid", "sentenceid", "utteranceid", "postid", "tweetid"),
        *("commentid", "docid", "uid", "key"),
    ),
    "labels": ("labels", "label", "emotions", "emotion", "sentiment", "category", "class", "target", "gold"),
    "votes": ("votes", "annotations", "annotatorlabels", "ratings", "votecounts", "labelcounts"),
    "rater": (
        *("rater", "raterid", "annotator", "annotatorid", "worker", "workerid", "coder", "coderid", "judge", "judgeid"),
        *("evaluator", "respondent", "prolificid"),
    ),
    "valence": ("valence", "val", "v"),
    "arousal": ("arousal", "aro", "a"),
    "dominance": ("dominance", "dom", "d"),
    "speaker": (
        *("speaker", "speakerid", "actor", "actorid", "author", "authorid", "writer", "subject", "subjectid"),
        *("participant", "participantid", "user", "userid"),
    ),
    "group": (
        *("group", "groupid", "dialogue", "dialogueid", "dialog", "dialogid", "conversation", "conversationid"),
        *("thread", "threadid", "document", "documentid", "session", "sessionid"),
    ),
    "turn": ("turn", "turnid", "turnnumber", "uttindex"),
    "split": ("split", "partition", "fold", "subset", "set", "usage"),
    "language": ("language", "lang", "locale"),
    "start": ("start", "startsec", "startseconds", "starttime", "onset"),
    "end": ("end", "endsec", "endseconds", "endtime", "offset"),
}
_LIKE_TEXT = re.compile(r"text|utter|sentence|tweet|comment|post|essay|situation|descri|statement", re.IGNORECASE)
_LETTERS = ("v", "a", "d")
_KINDS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet")


def open_own(path: Path) -> Source:
    """Return an opened table of somebody's own. Raises `InputError` where it cannot be read."""
    try:
        return open_table(path)
    except InputError as error:
        told = str(error).replace("no table of ratings affekt reads", "no table affekt reads")
        raise InputError(_ragged(path) or told) from error


def _ragged(path: Path) -> str | None:
    """Return which lines of a CSV have other numbers of cells than its header, None where none has."""
    import csv
    import gzip

    if not path.is_file() or not set(path.suffixes) & {".csv", ".tsv", ".txt"}:
        return None
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig", newline="") as stream
        ):
            header = stream.readline()
            sign = "\t" if ".tsv" in path.suffixes else max((",", ";", "\t"), key=header.count)
            wanted = len(next(csv.reader([header], delimiter=sign), []))
            lines = csv.reader(stream, delimiter=sign)
            wrong = [(lines.line_num + 1, len(cells)) for cells in lines if cells and len(cells) != wanted]
    except (OSError, EOFError, UnicodeError, csv.Error):
        return None
    if not wrong:
        return None
    shown = ", ".join(f"line {line} has {count}" for line, count in wrong[:5])
    return (
        f"{path} has {wanted} columns, and {len(wrong):,} with another number of cells: {shown}. Put texts that "
        "hold "
        f"{sign!r} or a line end in double quotes, or save it as .tsv, .jsonl or .parquet."
    )


def is_table(path: Path) -> bool:
    """Return whether a file is called as a table affekt reads.

    >>> is_table(Path("mine.csv")), is_table(Path("mine.jsonl.gz")), is_table(Path("mine.xlsx"))
    (True, True, False)
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return bool(suffixes) and suffixes[-1] in _KINDS


def find_columns(source: Source, told: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each role: those `told`, else found by their names.

    Where no column holds labels or votes, columns named after emotions that hold 0 and 1 alone are labels, a column
    each. Raises `InputError` for a column that is not there, and where none holds text or paths.
    """
    found = {role: tuple(source.check(name) for name in names) for role, names in told.items()}
    taken = {name for names in found.values() for name in names}
    by_name: dict[str, str] = {}
    for name in source.columns:
        by_name.setdefault(plain(name), name)
    letters = {"v", "a"} <= set(by_name)
    for role, names in _NAMES.items():
        if role in found:
            continue
        for wanted in names:
            name = by_name.get(wanted, "")
            if not name or name in taken or (wanted in _LETTERS and not letters):
                continue
            # Most cells have to be numbers; those that are not are told, row by row.
            column = source.columns[name]
            if role in ("valence", "arousal", "dominance") and 2 * column.numbers < max(column.filled, 1):
                continue
            found[role] = (name,)
            taken.add(name)
            break
    if "path" not in found:
        for role in {"start", "end"} - set(told):
            found.pop(role, None)  # of a text they are characters, which no role is for
    if "labels" not in found and "votes" not in found:
        flags = [name for name in source.columns if name not in taken and plain(name) in known_labels()]
        flags = [name for name in flags if _is_flag(source, name)]
        if len(flags) > 1:
            found["labels"] = tuple(flags)
    if "text" not in found and "path" not in found:
        raise InputError(
            f"No column of {source.path.name} is known to hold text or files.{_perhaps(source, taken)} It has: "
            f"{', '.join(list(source.columns)[:25])}. "
            "Say which: --column text=NAME (or path=NAME). The first row has to name the columns."
        )
    return found


def _perhaps(source: Source, taken: set[str]) -> str:
    """Return a guess at the column of texts: the one called like it whose cells differ most."""
    named = [name for name in source.columns if name not in taken and _LIKE_TEXT.search(name)]
    named = [name for name in named if not source.columns[name].numeric and source.columns[name].distinct > 1]
    if not named:
        return ""
    best = max(named, key=lambda name: source.columns[name].distinct)
    return f" Did you mean {best!r}?"


def _is_flag(source: Source, name: str) -> bool:
    column = source.columns[name]
    return column.numeric and column.whole and column.low >= 0 and column.high <= 1
