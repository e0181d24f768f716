"""What a chat model wrote for many tasks, as rows of a JSON Lines file: a run that dies goes on from what is there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from affekt.errors import InputError, OutputError
from affekt.language.answers import Parsed
from affekt.language.asking import FAILED, AskOptions, ask_all
from affekt.language.chat import ChatModel, Prompt, Settings
from affekt.language.tally import Tally

Row = dict[str, Any]
REFUSED = "refused"


class Task(NamedTuple):
    """Something to be written: its `id`, how it is asked for, and what stands in its row besides the answer."""

    id: str
    prompt: Prompt
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Collected:
    """The `rows` of the tasks that were answered, in order; how many tasks got no usable answer, by reason
    (`refused`); how many were in the file already (`kept`); what asking took."""

    rows: tuple[Row, ...]
    refused: Mapping[str, int] = field(default_factory=dict, hash=False)
    kept: int = 0
    tally: Tally = field(default_factory=Tally)


def collect_rows(
    path: Path,
    model: ChatModel,
    tasks: Sequence[Task],
    parse: Callable[[str], Parsed[Row]],
    *,
    settings: Settings | None = None,
    options: AskOptions | None = None,
    at_once: int = 64,
) -> Collected:
    """Return a row per task: its id, what was given, what `model` wrote as `parse` reads it; and keep it in `path`.

    Rows are added to the file `at_once` at a time, so that a run that was killed, or whose endpoint died, goes on
    with the same call. A row is asked for again where its prompt has changed; half a line at the end, as a kill leaves
    it, is taken off. A task whose reply is no answer is kept as ``{"id": …, "refused": reason}`` and counted; one that
    got no reply at all is counted, and asked again next time. Raises `InputError` where two tasks have one id or
    the file is no such file, `OutputError` where it cannot be written, and what `ask_all` raises.
    """
    if doubled := [name for name, count in Counter(task.id for task in tasks).items() if count > 1]:
        raise InputError(f"{len(doubled)} ids stand for several tasks, such as {doubled[0]!r}. Give each its own.")
    asked = {task.id: _hash(model.name, task.prompt) for task in tasks}
    there = {row["id"]: row for row in read_rows(path) if asked.get(row["id"]) == row["asked"]}
    kept, failed, tally = len(there), 0, Tally()
    left = [task for task in tasks if task.id not in there]
    for start in range(0, len(left), max(1, at_once)):
        some = left[start : start + max(1, at_once)]
        done = ask_all(model, [task.prompt for task in some], parse, settings=settings, options=options)
        tally += done.tally
        new: list[Row] = []
        for task, answer in zip(some, done.answers, strict=True):
            if answer.reason == FAILED:
                failed += 1
                continue
            told = {REFUSED: answer.reason} if answer.value is None else {**task.given, **answer.value}
            new.append({"id": task.id, "asked": asked[task.id], **told})
        _add(path, new)
        there |= {row["id"]: row for row in new}
    rows = [there[task.id] for task in tasks if task.id in there]
    refused = Counter(row[REFUSED] for row in rows if REFUSED in row)
    refused.update({FAILED: failed} if failed else {})
    return Collected(tuple(row for row in rows if REFUSED not in row), dict(refused), kept, tally)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file that `collect_rows` wrote, none where there is none; of an id's rows the last.

    Half a last line, as a kill leaves it, is taken off the file. Raises `InputError` where it is no such file.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    whole, newline, half = content.rpartition(b"\n")
    if half:
        with path.open("r+b") as file:
            file.truncate(len(whole) + len(newline))
    found: dict[str, Row] = {}
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            row = json.loads(line)
            found[row["id"]] = row
            row["asked"]
        except (ValueError, TypeError, KeyError):
            raise InputError(f"Line {number} of {path} is no row that was collected. Choose another file.") from None
    return list(found.values())


def _add(path: Path, rows: Iterable[Row]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Free the disk or choose another file; the same call "
            "goes on from what is there."
        ) from error


def _hash(model: str, prompt: Prompt) -> str:
    told = json.dumps([model, [list(message) for message in prompt]], ensure_ascii=True)
    return sha256(told.encode()).hexdigest()[:16]
