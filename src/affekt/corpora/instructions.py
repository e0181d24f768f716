"""Corpora as instructions: rows of a question and its answer, to teach or test a language model, read back losslessly.

What a corpus says of its items is cut into tasks, as EmoLLMs does (Liu et al. 2024, "EmoLLMs: A Series of Emotional
Large Language Models and Annotation Tools for Comprehensive Affective Analysis", KDD): one label, several labels, a
level, or a number. Words and forms are those of `affekt.language`, not the paper's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from affekt.corpora.targets import DIMENSIONS, Flags, Target, make_target
from affekt.errors import InputError
from affekt.language.answers import Parsed, label_schema, number_schema, parse_labels, parse_numbers, parse_object
from affekt.language.chat import Prompt, user
from affekt.language.forms import Form
from affekt.language.prompts import Template, ask_about
from affekt.types import LabelSpace, Record

TaskKind = Literal["label", "labels", "level", "number"]
Value = tuple[str, ...] | int | float
"""An answer: labels in the order of the space (one of a ``label`` task), a level, or a number."""
MOST_LEVELS = 10
_TEXT = "Text: "
_FEW = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that is asked of every item of a corpus.

    `name` is ``labels``, or the scale: ``valence``, ``intensity:joy``, ``value:distress``. Of `kind` ``label`` and
    ``labels`` the answer is in `space`; of ``level`` a whole number from 0 to `high`, of ``number`` one from `low` to
    `high`, in the corpus's units as its card gives them.
    """

    corpus: str
    name: str
    kind: TaskKind
    space: LabelSpace | None = None
    low: float = 0.0
    high: float = 1.0

    @property
    def title(self) -> str:
        """The corpus and what is asked."""
        return f"{self.corpus}/{self.name}"

    @property
    def metric(self) -> str:
        """The metric it is scored by: accuracy of one label, Jaccard of several, Pearson's r of levels and numbers.

        Those of SemEval-2018 Task 1 (Mohammad et al. 2018), whose tasks EmoLLMs' benchmark takes over.
        """
        return {"label": "accuracy", "labels": "jaccard"}.get(self.kind, "pearson")

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of an answer."""
        if self.space is not None:
            return label_schema(self.space)
        if self.kind == "level":
            whole = {"type": "integer", "minimum": 0, "maximum": int(self.high)}
            return {
                "type": "object",
                "properties": {"level": whole},
                "required": ["level"],
                "additionalProperties": False,
            }
        return number_schema({"number": (self.low, self.high)})


@dataclass(frozen=True, slots=True)
class InstructionRow:
    """An item as an instruction and the answer to it, which are what is taught; `id` is the record's."""

    id: str
    corpus: str
    split: str
    task: str
    kind: TaskKind
    instruction: str
    answer: str

    def to_json(self) -> str:
        """Return the row as one line of JSON."""
        return json.dumps({name: getattr(self, name) for name in InstructionRow.__slots__}, ensure_ascii=False)


@dataclass(frozen=True, slots=True, eq=False)
class TaskItems:
    """A task with the items that have an answer to it, and the `target` of a task of labels."""

    task: Task
    records: tuple[Record, ...]
    values: tuple[Value, ...]
    target: Target | None = None

    def __len__(self) -> int:
        return len(self.records)

    def rows(self) -> Iterator[InstructionRow]:
        """Yield the items as rows."""
        for record, value in zip(self.records, self.values, strict=True):
            yield InstructionRow(
                record.id,
                self.task.corpus,
                record.split,
                self.task.name,
                self.task.kind,
                instruction(record.signal.text, self.task)[0].content,
                answer_text(value, self.task),
            )

    def draw(self, most: int, *, seed: int = 0) -> TaskItems:
        """Return `most` of the items, drawn at random by `seed`, in their order; all where there are no more."""
        if len(self) <= most:
            return self
        kept = np.zeros(len(self), np.bool_)
        kept[np.random.default_rng(seed).permutation(len(self))[:most]] = True
        places = np.flatnonzero(kept).tolist()
        records, values = tuple(self.records[i] for i in places), tuple(self.values[i] for i in places)
        return TaskItems(self.task, records, values, None if self.target is None else self.target.take(kept))

    def prompts(self) -> list[Prompt]:
        """Return what is asked about each item."""
        return [instruction(record.signal.text, self.task) for record in self.records]


def tasks_of(corpus: str, records: Sequence[Record], own: LabelSpace | None) -> list[TaskItems]:
    """Return every task that the records of a corpus pose: its labels, dimensions, intensities and further scales.

    Texts alone are asked about. A scale is one of levels where all its values are steps of one k-th from 0 to 1, k at
    most 10 (BRIGHTER's intensities: 0 to 3), else of numbers, within the values that occur (dimensions: -1 to 1). A
    scale with fewer than three items, or with one value throughout, is no task.
    """
    texts = [record for record in records if record.signal.modality == "text" and record.signal.text.strip()]
    found: list[TaskItems] = []
    if own is not None and len(own) and texts:
        found += _of_labels(corpus, texts, own)
    for place, name in enumerate(DIMENSIONS):
        pairs = [(record, _dimension(record, place)) for record in texts]
        found += _of_scale(Task(corpus, name, "number", None, -1.0, 1.0), pairs)
    for name in dict.fromkeys(name for record in texts for name in record.intensities):
        pairs = [(record, record.intensities.get(name, math.nan)) for record in texts]
        found += _of_scale(Task(corpus, f"intensity:{name}", "level"), pairs)
    for name in dict.fromkeys(name for record in texts for name in record.values):
        pairs = [(record, record.values.get(name, math.nan)) for record in texts]
        known = [value for _, value in pairs if math.isfinite(value)]
        if known:
            found += _of_scale(Task(corpus, f"value:{name}", "number", None, min(known), max(known)), pairs)
    return found


def instruction(text: str, task: Task) -> Prompt:
    """Return the prompt that poses `task` about `text`; the text stands in it as a JSON string.

    >>> print(instruction("Hm.", Task("toy", "intensity:joy", "level", high=3))[0].content)
    How strong is joy in what the writer of the text feels? Answer with a level from 0 (none) to 3 (the most).
    Answer with one JSON object and nothing else, in this form: {"level": <number>}
    <BLANKLINE>
    Text: "Hm."
    Answer:
    """
    if task.space is not None:
        return ask_about(text, Template(task.space, definitions=False))
    scale, _, name = task.name.rpartition(":")
    if scale == "intensity":
        how = f"How strong is {name} in what the writer of the text feels?"
    else:
        how = f"How much {name} does the text show?"
    if task.kind == "level":
        range_, form = f"a level from 0 (none) to {int(task.high)} (the most)", '{"level": <number>}'
    else:
        range_, form = f"a number from {task.low:g} to {task.high:g}", '{"number": <number>}'
    asked = f"Answer with one JSON object and nothing else, in this form: {form}"
    return user(f"{how} Answer with {range_}.\n{asked}\n\n{_TEXT}{json.dumps(text, ensure_ascii=False)}\nAnswer:")


def asked_text(content: str) -> str:
    """Return the text that an instruction asks about. Raises `InputError` where it is none of ours.

    >>> asked_text(instruction('He said: "no".', Task("toy", "valence", "number", low=-1))[0].content)
    'He said: "no".'
    """
    line = content.rpartition(f"\n{_TEXT}")[2].rpartition("\n")[0]
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, str):
        raise InputError(f"{content[:40]!r} is no instruction of ours: it has no line with a text.")
    return found


def answer_text(value: Value, task: Task) -> str:
    """Return an answer as it is taught.

    >>> answer_text(2, Task("toy", "intensity:joy", "level", high=3))
    '{"level": 2}'
    """
    if isinstance(value, tuple):
        return Form(task.space).answer(value)
    return json.dumps({task.kind: value})


def parse_answer(content: str, task: Task) -> Parsed[Value]:
    """Return what a reply says: what `answer_text` wrote comes back as it was; what is no answer has a reason.

    >>> task = Task("toy", "intensity:joy", "level", high=3)
    >>> parse_answer(answer_text(2, task), task).value, parse_answer('{"level": 2.5}', task).reason
    (2, 'wrong form')
    """
    if task.space is not None:
        labels = parse_labels(content, task.space)
        return Parsed(labels.value, labels.reason)
    if task.kind == "number":
        numbers = parse_numbers(content, {"number": (task.low, task.high)})
        return Parsed(None if numbers.value is None else numbers.value["number"], numbers.reason)
    found = parse_object(content)
    if found.value is None:
        return Parsed(reason=found.reason)
    level = found.value.get("level")
    if isinstance(level, bool) or not isinstance(level, int):
        return Parsed(reason="wrong form")
    return Parsed(level) if 0 <= level <= task.high else Parsed(reason="out of range")


def parser_of(task: Task) -> partial[Parsed[Value]]:
    """Return what reads a reply to `task`."""
    return partial(parse_answer, task=task)


def write_rows(path: Path, rows: Iterable[InstructionRow]) -> int:
    """Write rows as JSON Lines; return how many. Raises `OSError`."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(row.to_json() + "\n")
            count += 1
    return count


def _of_labels(corpus: str, records: list[Record], own: LabelSpace) -> list[TaskItems]:
    try:
        target = make_target(corpus, records, own, split="asked")
    except InputError:
        return []
    kept: Flags = np.asarray(target.rated.any(1), np.bool_)
    if target.space is None or not kept.any():
        return []
    target = target.take(kept)
    # Where several labels hold of an item, a space of one label is asked about as if several may.
    space = own if target.exclusive else replace(own, kind="multi-label")
    task = Task(corpus, "labels", "label" if target.exclusive else "labels", space)
    truth = (target.truth & target.rated).tolist()
    values = [tuple(label for label, holds in zip(own, row, strict=True) if holds) for row in truth]
    return [TaskItems(task, target.records, tuple(values), target)]


def _of_scale(task: Task, pairs: list[tuple[Record, float]]) -> list[TaskItems]:
    known = [(record, value) for record, value in pairs if math.isfinite(value)]
    values = [value for _, value in known]
    if len(known) < _FEW or min(values) == max(values):
        return []
    records = tuple(record for record, _ in known)
    if task.kind == "level":
        steps = _steps(values)
        if steps is not None:
            levels = tuple(round(value * steps) for value in values)
            return [TaskItems(replace(task, high=float(steps)), records, levels)]
        task = replace(task, kind="number", low=min(0.0, *values), high=max(1.0, *values))
    return [TaskItems(task, records, tuple(values))]


def _steps(values: list[float]) -> int | None:
    """Return the least k, up to 10, so that all values are whole multiples of one k-th within [0, 1]; else None."""
    if min(values) < 0 or max(values) > 1:
        return None
    different = set(values)
    for steps in range(1, MOST_LEVELS + 1):
        if all(round(value * steps) / steps == value for value in different):
            return steps
    return None


def _dimension(record: Record, place: int) -> float:
    if record.vad is None:
        return math.nan
    return (record.vad.valence, record.vad.arousal, record.vad.dominance)[place]
