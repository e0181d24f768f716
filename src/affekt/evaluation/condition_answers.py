"""A model's answers about a corpus, by the conditions of its items: labels and words, from a table or by asking."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from affekt.corpora.clips import Clips, read_clips
from affekt.corpora.opening import of_split, open_corpus, part_split
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.speech import common_label
from affekt.evaluation.speech_conditions import ConditionScores, condition_scores
from affekt.ratings.opening import open_table
from affekt.types import Record

_KNOWN = ("emotion", "speaker", "split", "language")
_LISTED = 5


@dataclass(frozen=True, slots=True)
class ConditionAnswers:
    """What was answered, by the item's id: a label, the words recognised, or both; {} where that was not asked."""

    labels: Mapping[str, str]
    transcripts: Mapping[str, str]


def read_condition_answers(path: Path, *, label: str | None = None, transcript: str | None = None) -> ConditionAnswers:
    """Return the answers in a table (CSV, TSV, JSONL, Parquet) with a column ``id``.

    `label` and `transcript` name the columns, by default those called so. Empty cells are empty answers. Raises
    `InputError` for a table without ids or answers, or that names an item twice, and `UnknownNameError` for a column
    that is not there.
    """
    source = open_table(path)
    for name in (label, transcript):
        if name is not None and name not in source.columns:
            raise UnknownNameError(f"{path} has no column {name!r}. It has: {', '.join(source.columns)}.")
    columns = {
        "label": label or ("label" if "label" in source.columns else None),
        "transcript": transcript or ("transcript" if "transcript" in source.columns else None),
    }
    taken = {role: name for role, name in columns.items() if name is not None}
    if "id" not in source.columns or not taken:
        raise InputError(
            f"{path} has the columns {', '.join(source.columns)}. Answers need id, and label or transcript; name other "
            "columns by --label and --transcript."
        )
    ids, *cells = source.texts(["id", *taken.values()])
    names = ["" if each is None else str(each).strip() for each in ids]
    if not names:
        raise InputError(f"{path} has no rows.")
    if "" in names:
        raise InputError(f"{path}, row {names.index('') + 1}: there is no id.")
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise InputError(f"{path} has {', '.join(twice[:_LISTED])} twice. Keep one answer per item.")
    found = {
        role: dict(zip(names, ("" if cell is None else str(cell) for cell in column), strict=True))
        for role, column in zip(taken, cells, strict=True)
    }
    return ConditionAnswers(found.get("label", {}), found.get("transcript", {}))


def ask_about_conditions(
    corpus: str,
    *,
    label: Callable[[Clips], Sequence[str]] | None = None,
    recognize: Callable[[np.ndarray], str] | None = None,
    folder: Path | None = None,
    cache: Path | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> ConditionAnswers:
    """Return what a model and a recogniser say of the recordings of a corpus, ``CORPUS`` or ``CORPUS:SPLIT``.

    label: from clips to a label each; recognize: from samples float32 (time,) at 16 kHz to words. Views of the sound
    are kept in `cache`, None for memory. Raises `CorpusError` where recordings are missing.
    """
    name, _ = part_split(corpus)
    records = _records(corpus, folder)
    clips = read_clips(name, cache=cache, folder=folder)
    wanted = {record.id for record in records}
    clips = clips.take(np.array([each in wanted for each in clips.ids]))
    labels: dict[str, str] = {}
    transcripts: dict[str, str] = {}
    if label is not None:
        labels = dict(zip(clips.ids, label(clips), strict=True))
    if recognize is not None:
        for place, (each, samples) in enumerate(zip(clips.ids, clips.view("wave"), strict=True), 1):
            transcripts[each] = recognize(np.asarray(samples).reshape(-1))
            if tell is not None:
                tell(place, len(clips))
    return ConditionAnswers(labels, transcripts)


def score_by_condition(
    corpus: str,
    answers: ConditionAnswers,
    *,
    by: Sequence[str] = ("emotion",),
    folder: Path | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> list[ConditionScores]:
    """Return UA and WER over all items of a corpus and under each value of each condition, as `condition_scores` does.

    by: names of conditions that the items have, or emotion (the true label), speaker, split, language. Labels are
    compared as the nouns they are ("angry" is "anger"). An item without an answer is wrong, all its words left out; of
    words those items are scored whose true words the corpus has. Items of several labels or none are left out. Raises
    `InputError` for answers about items that are not there, `UnknownNameError` for a condition that none has.
    """
    records = [record for record in _records(corpus, folder) if len(record.labels) == 1]
    if not records:
        raise InputError(f"{corpus} has no item with exactly one label.")
    ids = {record.id for record in records}
    strange = [each for each in (*answers.labels, *answers.transcripts) if each not in ids]
    if strange:
        raise InputError(
            f"{len(strange)} answers are about items that {corpus} does not have: {', '.join(strange[:_LISTED])}. "
            f"Its ids are like {records[0].id}."
        )
    if not answers.labels and not answers.transcripts:
        raise InputError("There is no label and no transcript among the answers.")
    values = {name: _values(records, name, corpus) for name in by}
    emotions = transcripts = None
    if answers.labels:
        truth = [common_label(record.labels[0]) for record in records]
        emotions = (truth, [common_label(answers.labels.get(record.id, "")) for record in records])
    if answers.transcripts:
        said = [answers.transcripts.get(record.id, "") for record in records]
        transcripts = ([record.signal.text for record in records], said)
        if not any(transcripts[0]):
            raise InputError(f"{corpus} does not tell what is said: transcripts cannot be scored on it.")
    people = [str(record.speaker) for record in records]
    return condition_scores(
        values,
        emotions=emotions,
        transcripts=transcripts,
        speakers=people if all(record.speaker for record in records) else None,
        resamples=resamples,
        seed=seed,
    )


def write_condition_answers(path: Path, answers: ConditionAnswers) -> None:
    """Write answers as a table of id, label and transcript (CSV), which `read_condition_answers` reads again."""
    columns = [name for name, told in (("label", answers.labels), ("transcript", answers.transcripts)) if told]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["id", *columns])
        for each in dict.fromkeys((*answers.labels, *answers.transcripts)):
            said = {"label": answers.labels.get(each, ""), "transcript": answers.transcripts.get(each, "")}
            writer.writerow([each, *(said[name] for name in columns)])


def joined(one: ConditionAnswers, other: ConditionAnswers) -> ConditionAnswers:
    """Return the answers of both; those of the second where both have some."""
    return replace(one, labels={**one.labels, **other.labels}, transcripts={**one.transcripts, **other.transcripts})


def _records(corpus: str, folder: Path | None) -> tuple[Record, ...]:
    name, split = part_split(corpus)
    return of_split(open_corpus(name, folder=folder), split)


def _values(records: Sequence[Record], name: str, corpus: str) -> list[str]:
    known: dict[str, Callable[[Record], str]] = {
        "emotion": lambda record: record.labels[0],
        "speaker": lambda record: str(record.speaker or ""),
        "split": lambda record: record.split,
        "language": lambda record: record.signal.language or "",
    }
    own = list(dict.fromkeys(each for record in records for each in record.conditions))
    if name in own:
        return [record.conditions.get(name, "") or "unknown" for record in records]
    if name in known:
        return [known[name](record) or "unknown" for record in records]
    raise UnknownNameError(
        f"The items of {corpus} have no condition {name!r}. They have: {', '.join((*own, *_KNOWN))}."
    )
