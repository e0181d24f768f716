"""Teachers: whatever can say something of items nobody has labelled, asked once, its answers kept as they come."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from affekt.corpora.targets import Flags, Floats
from affekt.errors import InputError, OutputError
from affekt.evaluation.answers import Answers, Question, decide
from affekt.evaluation.own_options import Step, Tell
from affekt.evaluation.sound_checkpoint import open_sound_checkpoint
from affekt.evaluation.sound_subject import answer_sounds
from affekt.evaluation.subjects import find_subject
from affekt.models.index import MODELS, find_model
from affekt.models.own import is_model_path
from affekt.models.plugins import plugin_models
from affekt.types import LabelSpace, Record

if TYPE_CHECKING:
    from affekt.cards import ModelCard
    from affekt.evaluation.endpoint import EndpointOptions

_CHUNK = 64  # items that are asked about, and then kept


@dataclass(frozen=True, slots=True)
class Teacher:
    """Something to learn from: what it is called, its version and licence, what it learned from, and how to ask it.

    `hears` says that it takes the sound of an item, else it reads the words; `at_once` that all items are asked about
    together.
    """

    name: str
    version: str
    licence: str
    answer: Callable[[Question], Answers]
    trained_on: tuple[str, ...] = ()
    hears: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a teacher said, a row per item of `ids`: shares float64 (item, label) over `space` (None: no labels), `vad`
    float64 (item, 3), NaN where it told none; `chosen` bool (item, label), what it decides for. `seconds` is how long
    it took for those answered now, `asked` how many these were."""

    ids: tuple[str, ...]
    space: LabelSpace | None
    shares: Floats
    chosen: Flags
    vad: Floats
    answered: Flags
    seconds: float
    asked: int


def open_teacher(
    name: str,
    *,
    sound: bool,
    space: LabelSpace | None = None,
    endpoint: EndpointOptions | None = None,
) -> Teacher:
    """Return the teacher called `name`, for items of sound or for texts.

    Of sound: a model of speech by name or folder, ``hf:NAME`` for a checkpoint of the Hugging Face hub that classifies
    or rates sound. A table of scores (.csv, .tsv, .jsonl, .parquet, by ``id`` or ``path``) and a function
    (``module:callable``) tell of anything; what reads text (a model of ours, ``endpoint:URL#MODEL``, ``entail:NAME``)
    is asked about the words of items, which of sound are their transcripts. `space` is that of a table, a function or
    an endpoint. Raises `UnknownNameError` and `InputError` for what cannot teach.
    """
    if sound and name.startswith("hf:"):
        opened = open_sound_checkpoint(name.removeprefix("hf:"))
        return Teacher(name, opened.version, opened.licence, opened.answer, hears=True)
    card = _card(name)
    if card is not None and card.modality == "speech":
        if not sound:
            raise InputError(f"The teacher {name} hears, and there are texts to label. Name a model that reads.")
        licence = card.licence
        return Teacher(
            card.name, card.version, licence, lambda asked: answer_sounds(card, asked), card.trained_on, hears=True
        )
    subject = find_subject(name, space=space, endpoint=endpoint)
    if subject.learns:
        raise InputError(f"{name} has to be taught itself. A teacher knows its answers: a model, a table, an endpoint.")
    licence = "yours to know" if card is None else card.licence
    reads = name.startswith(("endpoint:", "entail:", "hf:", "vote:", "weighted-vote:")) or card is not None
    # A table tells of items by their names, a function may look at anything of them.
    hears = not subject.reads or (":" in name and not reads)
    version, answer = subject.version, subject.answer
    return Teacher(subject.name, version, licence, answer, subject.trained_on, hears, at_once=not subject.reads)


def _card(name: str) -> ModelCard | None:
    if name in MODELS or name in plugin_models().cards or (is_model_path(name) and Path(name).is_dir()):
        return find_model(name)
    return None


def ask_teacher(
    teacher: Teacher, records: Sequence[Record], kept: Path, *, space: LabelSpace | None = None, tell: Tell
) -> Told:
    """Return what a teacher says of records; its answers lie in the file `kept` as they come, and are asked for once.

    Items that it does not hear or read are not answered. Raises `InputError` where it answers none, `OutputError` where
    the file is of another teacher.
    """
    mark = {"teacher": teacher.name, "version": teacher.version, "space": None if space is None else space.name}
    found = _kept(kept, mark)
    left = [r for r in records if r.id not in found.rows and (teacher.hears or r.signal.text.strip())]
    size = len(left) if teacher.at_once else _CHUNK
    started = time.monotonic()
    with ExitStack() as stack:
        file = None
        for at in range(0, len(left), max(1, size)):
            part = tuple(left[at : at + size])
            said = teacher.answer(Question(part, space, space))
            if file is None:
                file = stack.enter_context(kept.open("a", encoding="utf-8"))
                if not found.space_known:
                    found.set_space(said.space)
                    file.write(json.dumps({**mark, **found.head()}) + "\n")
            for line in found.add(part, said):
                file.write(json.dumps(line) + "\n")
            file.flush()
            done = min(at + size, len(left))
            tell(Step("asking the teacher", done / len(left), (time.monotonic() - started) / done * (len(left) - done)))
    return found.told(records, time.monotonic() - started, len(left))


class _Kept:
    """The answers so far."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.space: LabelSpace | None = None
        self.space_known = False

    def set_space(self, space: LabelSpace | None) -> None:
        self.space, self.space_known = space, True

    def head(self) -> dict[str, Any]:
        space = self.space
        if space is None:
            return {"labels": None}
        return {
            "labels": {
                **{"name": space.name, "labels": list(space.labels), "kind": space.kind},
                **{"source": space.source, "neutral": space.neutral},
            }
        }

    def add(self, records: Sequence[Record], said: Answers) -> list[dict[str, Any]]:
        if self.space is not None and said.space != self.space:
            raise InputError(f"The teacher answers in {said.space and said.space.name} and in {self.space.name}.")
        decided = None if self.space is None else decide(said, self.space)
        lines = []
        for place, record in enumerate(records):
            line: dict[str, Any] = {"id": record.id}
            if said.answered[place]:
                if decided is not None:
                    shares = decided.decision[place] if decided.probabilities is None else decided.probabilities[place]
                    line["shares"] = np.round(np.asarray(shares, np.float64), 6).tolist()
                    line["chosen"] = np.flatnonzero(decided.decision[place]).tolist()
                if said.vad is not None and not np.isnan(said.vad[place]).all():
                    line["vad"] = [None if np.isnan(v) else round(float(v), 6) for v in said.vad[place]]
            self.rows[record.id] = line
            lines.append(line)
        return lines

    def told(self, records: Sequence[Record], seconds: float, asked: int) -> Told:
        width = 0 if self.space is None else len(self.space)
        shares, chosen = np.zeros((len(records), width)), np.zeros((len(records), width), np.bool_)
        vad, answered = np.full((len(records), 3), np.nan), np.zeros(len(records), np.bool_)
        for place, record in enumerate(records):
            line = self.rows.get(record.id, {})
            answered[place] = "shares" in line or "vad" in line
            if "shares" in line:
                shares[place], chosen[place, line["chosen"]] = line["shares"], True
            if "vad" in line:
                vad[place] = [np.nan if value is None else value for value in line["vad"]]
        if not answered.any():
            raise InputError("The teacher answers for none of the items. Does it read sound, or their words?")
        return Told(tuple(r.id for r in records), self.space, shares, chosen, vad, answered, seconds, asked)


def _kept(path: Path, mark: dict[str, Any]) -> _Kept:
    found = _Kept()
    if not path.is_file():
        return found
    lines = path.read_bytes().split(b"\n")
    # A kill may leave half a line at the end: it is cut off, and asked for again.
    whole, half = lines[:-1], lines[-1]
    if half:
        path.write_bytes(b"".join(line + b"\n" for line in whole))
    if not whole:
        return found
    head = json.loads(whole[0])
    if {name: head.get(name) for name in mark} != mark:
        raise OutputError(f"{path} holds the answers of another teacher. Begin anew with `--restart`.")
    told = head["labels"]
    found.set_space(None if told is None else LabelSpace(**{**told, "labels": tuple(told["labels"])}))
    for line in map(json.loads, whole[1:]):
        found.rows[line["id"]] = line
    return found
