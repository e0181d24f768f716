"""Four corpora with appraisals as one kind of `Task`: texts, a yes or no per dimension, folds without shared texts.

A dimension holds where its value, under the shared name of `affekt.corpora.appraisals` and moved to [0, 1], is above
the middle of the scale: enISEAR's majority vote, APPReddit's published answer, the mean of x-enVENT's readers about the
writer, the writer's own answer in crowd-enVENT. A dimension nobody answered is no part of a text's score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from affekt.corpora.brighter_votes import match_key
from affekt.corpora.enisear_appraisal import read_folds
from affekt.corpora.read import find_folder, read_corpus
from affekt.types import Record

CORPORA = ("enisear_appraisal", "appreddit", "x_envent", "crowd_envent")
MIDDLE = 0.5


@dataclass(frozen=True)
class Task:
    """One corpus. `answers` maps a dimension to 1, 0 or NaN per text; `keys` are equal where texts are the same.

    `folds[round][item]` is the fold in which an item is tested; `groups` is what a fold and a resample keep together.
    """

    name: str
    protocol: str
    texts: list[str]
    answers: dict[str, np.ndarray]
    keys: np.ndarray
    groups: np.ndarray
    folds: np.ndarray


def load(name: str, *, rounds: int, complete: bool = True) -> Task:
    """The corpus of that name with `rounds` rounds of ten folds. Raises `CorpusError` where it is not here."""
    records = [record for record in read_corpus(name, complete=complete) if _values(record)]
    keys = np.array([match_key(record.signal.text) for record in records])
    # A writer or a post stays in one fold, and so does a text that is there twice.
    groups = _joined([record.group or f"{record.id}" for record in records], keys)
    found = [_values(record) for record in records]
    dimensions = sorted({dimension for values in found for dimension in values})
    answers = {
        dimension: np.array([_above(values.get(dimension)) for values in found], np.float64) for dimension in dimensions
    }
    if name == "enisear_appraisal":
        folds, protocol = _official_folds([record.id for record in records], rounds), "authors-folds"
    else:
        folds, protocol = np.stack([_drawn_folds(groups, seed) for seed in range(rounds)]), "drawn-folds"
    texts = [record.signal.text for record in records]
    return Task(name, protocol, texts, answers, keys, groups, folds)


def _values(record: Record) -> dict[str, float]:
    if record.values:
        return dict(record.values)
    perspective = "writer" if record.speaker else "reader"
    ratings = [rating.values for rating in record.ratings if rating.perspective == perspective]
    names = {name for values in ratings for name in values} - {"intensity", "confidence"}
    return {name: float(np.mean([values[name] for values in ratings if name in values])) for name in names}


def _above(value: float | None) -> float:
    return np.nan if value is None else float(value > MIDDLE)


def _joined(groups: Sequence[str], keys: np.ndarray) -> np.ndarray:
    """A number per item, equal for items that share a group or a text, directly or through others."""
    leader: dict[str, str] = {}

    def first(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for group, key in zip(groups, keys, strict=True):
        leader[first(f"group {group}")] = first(f"text {key}")
    return np.unique([first(f"group {group}") for group in groups], return_inverse=True)[1]


def _drawn_folds(groups: np.ndarray, seed: int, count: int = 10) -> np.ndarray:
    """A fold per item: whole groups in random order, dealt to the folds in turn."""
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[groups] % count


def _official_folds(ids: list[str], rounds: int) -> np.ndarray:
    folds = np.full((rounds, len(ids)), -1)
    place = {item: n for n, item in enumerate(ids)}
    for number, fold, tested in read_folds(find_folder("enisear_appraisal")):
        for item in tested:
            if number <= rounds and item in place:
                folds[number - 1, place[item]] = fold
    return folds
