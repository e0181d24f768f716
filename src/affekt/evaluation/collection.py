"""A benchmark over a manifest of several corpora: macro-F1 by corpus and by language, for any model of speech.

Christop & Czajka 2025, "CAMEO: Collection of Multilingual Emotional Speech Corpora", arXiv:2505.11051.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import RATE, Clips
from affekt.corpora.collection import licences
from affekt.errors import InputError
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.functions import answers_of, called
from affekt.evaluation.listeners import find_listener
from affekt.evaluation.loading import load_reader, version_of
from affekt.evaluation.records import ResultRow, Scored, run_info
from affekt.evaluation.speech import Round, SpeechBench, common_label, fold_answers
from affekt.metrics.classification import macro_f1, unweighted_average_recall
from affekt.metrics.resampling import Estimate, bootstrap_values, percentile_interval
from affekt.training.speech.index import METHODS
from affekt.types import Record, Signal

_TABLES = (".csv", ".tsv")


class Said(NamedTuple):
    """What a model said of the clips: a label each, "" for none; how it is called, its version, and how it came to know
    them (``as-it-is``, or ``folds`` where it learned from other speakers of the same corpora)."""

    model: str
    version: str
    protocol: str
    labels: tuple[str, ...]


class CollectionScore(NamedTuple):
    """The score of a part of a collection. `part` is "corpus", "language" or "all"; `labels` how many it has;
    `answered` the share of clips that got a label of the collection."""

    part: str
    name: str
    clips: int
    labels: int
    macro_f1: Estimate
    uar: float
    answered: float
    licence: str


def ask(model: str, clips: Clips, *, bench: SpeechBench | None = None, seed: int = 0) -> Said:
    """Return what a model says of the clips of a collection.

    model: a method of the bench (``functionals-svm``), which learns from other speakers of the collection; a model of
    speech by its name (``card:NAME`` where a method is called alike) or folder, asked as it is; a function, as
    `affekt.evaluation.listeners` says, which may leave clips without an answer (None); a table (CSV, TSV) with columns
    ``id`` (CORPUS/ID) and ``label``. Labels are compared as the nouns they are: "angry" is "anger". What answers by
    probabilities says its likeliest label among those of the collection. Raises `InputError` and `UnknownNameError`.
    """
    if Path(model).suffix in _TABLES:
        return Said(Path(model).stem, "1", "as-it-is", _told(Path(model), clips))
    if model in METHODS:
        probabilities = fold_answers(model, clips, seed=seed, bench=bench or SpeechBench())
        return Said(model, "1", "folds", _likeliest(probabilities, clips.space.labels))
    if ":" in model and not model.startswith("card:") and not Path(model).is_dir():
        return Said(called(model), version_of(model), "as-it-is", _of_function(model, clips))
    listener = find_listener(model, clips)
    everything = Round("all", np.arange(0), np.arange(0), np.arange(len(clips)))
    heard = listener.opened(clips, everything)(clips).probabilities
    wanted = {common_label(label) for label in clips.space}
    places = [place for place, label in enumerate(listener.space) if common_label(label) in wanted]
    if heard is None or not places:
        raise InputError(
            f"{listener.name} answers in {', '.join(listener.space) or 'no labels'}; the labels of the collection are "
            f"{', '.join(clips.space)}."
        )
    labels = [listener.space.labels[place] for place in places]
    return Said(listener.name, listener.version, "as-it-is", _likeliest(heard[:, places], labels))


def collection_scores(
    clips: Clips, said: Sequence[str], *, resamples: int = 1000, seed: int = 0
) -> list[CollectionScore]:
    """Return the score of each corpus, of each language, and of all clips.

    Macro-F1 is the mean over the labels that the part has; another label, or none, is an error of the true one alone.
    Intervals are 95 %, and resample speakers.
    Raises `InputError` where there are not as many labels as clips.
    """
    if len(said) != len(clips):
        raise InputError(f"There are {len(said)} labels of {len(clips)} clips.")
    place = {common_label(label): number for number, label in enumerate(clips.space.labels)}
    answers = np.array([place.get(common_label(label), -1) for label in said], np.int64)
    found = []
    for part, values in (("corpus", clips.condition("corpus")), ("language", clips.condition("language"))):
        for name in sorted(set(values.tolist())):
            inside = values == name
            own = clips.take(inside)
            told = sorted({each for some in licences(own).values() for each in some})
            named = (part, name or "not said", "; ".join(told))
            found.append(_score(named, own, answers[inside], resamples, seed))
    every = "; ".join(sorted({each for some in licences(clips).values() for each in some}))
    return [*found, _score(("all", clips.corpus, every), clips, answers, resamples, seed)]


def mean_of(scores: Sequence[CollectionScore], part: str) -> float:
    """Return the mean macro-F1 of the corpora, or of the languages: each counts alike."""
    return float(np.mean([each.macro_f1.value for each in scores if each.part == part]))


def collection_rows(clips: Clips, said: Said, scores: Sequence[CollectionScore]) -> list[ResultRow]:
    """Return the scores as rows: a language's corpus is called COLLECTION@LANGUAGE, a corpus's COLLECTION/CORPUS."""
    run = run_info(said.model, said.version, seed=None)
    rows = []
    for each in scores:
        name = {"corpus": f"{clips.corpus}/{each.name}", "language": f"{clips.corpus}@{each.name}"}.get(each.part)
        where = Scored(name or clips.corpus, "all", said.protocol, each.clips, run)
        rows += [where.row("macro_f1", each.macro_f1), where.row("uar", each.uar)]
    where = Scored(clips.corpus, "all", said.protocol, len(clips), run)
    rows += [where.row(f"mean_over_{many}:macro_f1", mean_of(scores, part)) for part, many in _MANY.items()]
    return rows


_MANY = {"corpus": "corpora", "language": "languages"}


def _score(
    named: tuple[str, str, str], clips: Clips, answers: NDArray[np.int64], resamples: int, seed: int
) -> CollectionScore:
    part, name, licence = named
    there = np.unique(clips.labels)
    # Columns are the labels of this part: what is said besides is in none of them.
    truth, said = clips.labels[:, None] == there, answers[:, None] == there
    drawn = bootstrap_values(macro_f1, truth, said, resamples=resamples, seed=seed, groups=np.asarray(clips.speakers))
    value = percentile_interval(macro_f1(truth, said), drawn)
    uar = unweighted_average_recall(clips.labels, answers)
    return CollectionScore(part, name, len(clips), len(there), value, uar, float((answers >= 0).mean()), licence)


def _likeliest(probabilities: NDArray[np.float64], labels: Sequence[str]) -> tuple[str, ...]:
    asked = ~np.isnan(probabilities).any(1)
    places = np.where(asked, np.nan_to_num(probabilities).argmax(1), -1)
    return tuple(labels[place] if place >= 0 else "" for place in places.tolist())


def _told(path: Path, clips: Clips) -> tuple[str, ...]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"Cannot read {path}: {error}.") from error
    if not rows or not {"id", "label"} <= rows[0].keys():
        raise InputError(
            f"{path} needs columns id and label, of which ids are those of the collection: {clips.ids[0]}."
        )
    told = {row["id"]: row["label"] or "" for row in rows}
    if not told.keys() & set(clips.ids):
        raise InputError(f"No id in {path} is one of the collection, as in {clips.ids[0]!r}.")
    return tuple(told.get(name, "") for name in clips.ids)


def _of_function(name: str, clips: Clips) -> tuple[str, ...]:
    rows = load_reader(name)([np.ascontiguousarray(wave[:, 0], np.float32) for wave in clips.view("wave")], RATE)

    def told(texts: Sequence[str]) -> object:
        return rows

    told.__name__ = called(name)
    records = tuple(Record(each, Signal("…"), "all") for each in clips.ids)
    answers = answers_of(told, Question(records, clips.space), space=clips.space)
    decided = decide(answers, clips.space)
    if decided is None:
        raise InputError(f"{told.__name__} gave numbers and no labels; a collection is scored by its labels.")
    said = np.array(decided.decision if decided.probabilities is None else decided.probabilities, np.float64)
    said[~answers.answered] = np.nan
    return _likeliest(said, clips.space.labels)
