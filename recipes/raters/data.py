"""The corpora with votes, each as one `Task`: texts, every judgement, and a split that keeps like texts together.

EDOS (CC BY 4.0), the Stack Overflow posts of MSR'18 (no formal licence: nothing trained on them ships), x-enVENT (CC
BY 4.0) and BRIGHTER's single annotators (CC BY 4.0). Splits: BRIGHTER's official ones; the others have none, so
theirs are drawn by seed, groups and near-duplicate texts (equal letters and digits) kept together.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np

from affekt.corpora.read import read_corpus
from affekt.ratings.table import Ratings
from affekt.ratings.views import answer_counts, vote_counts
from affekt.types import LabelSpace, Rating, Record

SEED = 4
BRIGHTER = {"af": "afr", "arq": "arq", "de": "deu", "hi": "hin", "mr": "mar", "pt": "ptbr", "ro": "ron", "sv": "swe"}
BRIGHTER["uk"] = "ukr"
TASKS = ("edos", "stackoverflow_emotion", "x_envent", *(f"brighter_votes:{code}" for code in BRIGHTER))


@dataclass(frozen=True)
class Task:
    """One corpus or one language of it.

    `part` is train, dev or test for each item; `groups` are what a resample draws. `ratings` holds every judgement,
    items in the order of `texts`.
    """

    name: str
    texts: list[str]
    language: str
    space: LabelSpace
    ratings: Ratings
    groups: np.ndarray
    part: np.ndarray
    records: list[Record]

    @property
    def exclusive(self) -> bool:
        """Whether a rater chose one label."""
        return self.ratings.kind == "exclusive"

    @cached_property
    def asked(self) -> np.ndarray:
        """float64 (item, label): how many raters answered about a label; of an exclusive space, how many voted."""
        return answer_counts(self.ratings)

    @cached_property
    def counts(self) -> np.ndarray:
        """float64 (item, label): how many chose a label."""
        return vote_counts(self.ratings)

    @cached_property
    def shares(self) -> np.ndarray:
        """float64 (item, label): the share of votes; 0 where nobody was asked."""
        return self.counts / np.maximum(self.asked, 1)

    def rows(self, *parts: str) -> np.ndarray:
        """Places of the items of these parts that have votes."""
        return np.flatnonzero(np.isin(self.part, parts) & (self.asked > 0).any(1))


@lru_cache(maxsize=16)
def load_task(name: str) -> Task:
    """One of `TASKS`."""
    corpus, _, language = name.partition(":")
    records = list(corpus_records(corpus))
    if language:
        records = [r for r in records if r.signal.language == language and r.split in ("train", "dev", "test")]
    records = [record for record in records if readers(record)][: 150 if "--smoke" in sys.argv else None]
    ratings = task_ratings(corpus, records)
    groups = like_groups(records)
    if language:
        part = np.array([record.split for record in records])
        # A text whose like stands in a split that must stay unseen is not trained on.
        held = {group: rank for rank in ("dev", "test") for group in groups[part == rank]}
        part = np.array([held.get(group, split) for group, split in zip(groups, part, strict=True)])
    else:
        part = drawn_parts(groups, seed=SEED)
    texts = [record.signal.text for record in records]
    return Task(name, texts, records[0].signal.language or "", ratings.space, ratings, groups, part, records)


@lru_cache(maxsize=4)
def corpus_records(corpus: str) -> tuple[Record, ...]:
    """A corpus, read once."""
    return tuple(read_corpus(corpus))


def task_ratings(corpus: str, records: list[Record]) -> Ratings:
    """Every judgement of the task's labels. An answer in words the space lacks is an answer not given."""
    from affekt.corpora.index import find_corpus

    space = find_corpus(corpus).space
    given = [(record.id, rating) for record in records for rating in readers(record)]
    items, raters = [item for item, _ in given], [rating.rater for _, rating in given]
    if space.kind == "exclusive":
        single = [next((label for label in rating.labels if label in space), None) for _, rating in given]
        return Ratings.from_votes(items, raters, single, space=space, duplicates="keep")
    table = Ratings.from_votes(items, raters, [rating.labels for _, rating in given], space=space, duplicates="keep")
    if not any(rating.values for _, rating in given):
        return table
    answered = np.array([[label in rating.values for label in space] for _, rating in given])
    return replace(table, values=np.where(answered, table.values, np.nan).astype(np.float32))


def readers(record: Record) -> list[Rating]:
    """What readers said of the whole text; x-enVENT also holds the writer's word and the people in the text."""
    return [rating for rating in record.ratings if rating.perspective in (None, "reader")]


def like_groups(records: list[Record]) -> np.ndarray:
    """int64 (record,): equal for records of one group, or of one text but for case, spaces and punctuation."""
    parent = list(range(len(records)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    seen: dict[str, int] = {}
    for place, record in enumerate(records):
        for key in (
            f"text {letters(record.signal.text)}",
            f"group {record.group}" if record.group else f"id {record.id}",
        ):
            parent[root(place)] = root(seen.setdefault(key, place))
    return np.array([root(place) for place in range(len(records))])


def letters(text: str) -> str:
    """The text without case, spaces and punctuation; a text of signs alone stays as it is."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMN") or text.strip()


def drawn_parts(groups: np.ndarray, *, seed: int, dev: float = 0.1, test: float = 0.2) -> np.ndarray:
    """str (item,): test, dev or train, by a hash of seed and group."""
    place = np.array([int.from_bytes(blake2b(f"{seed}/{g}".encode(), digest_size=4).digest()) / 2**32 for g in groups])
    return np.where(place < test, "test", np.where(place < test + dev, "dev", "train"))


def folds(groups: np.ndarray, *, seed: int, count: int = 5) -> np.ndarray:
    """int64 (item,): a fold for each item, groups kept together, sizes even."""
    names = np.unique(groups)
    order = np.random.default_rng(seed).permutation(len(names))
    fold = np.empty(len(names), np.int64)
    fold[order] = np.arange(len(names)) % count
    return fold[np.searchsorted(names, groups)]


@dataclass(frozen=True)
class View:
    """One way to part a task: places of training, dev and test items."""

    train: np.ndarray
    dev: np.ndarray
    test: np.ndarray


def views(task: Task, *, seed: int) -> list[View]:
    """The official or drawn split; of a corpus with under 1,000 items, five folds drawn by `seed`, each tested once."""
    if len(task.texts) >= 1000:
        return [View(task.rows("train"), task.rows("dev"), task.rows("test"))]
    fold, inner = folds(task.groups, seed=seed), folds(task.groups, seed=seed + 1000, count=6)
    known = (task.asked > 0).any(1)
    return [
        View(
            *(
                np.flatnonzero(known & mask)
                for mask in ((fold != f) & (inner != 0), (fold != f) & (inner == 0), fold == f)
            )
        )
        for f in range(5)
    ]


def words(text: str) -> list[str]:
    """Lower-case words of a text."""
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower())
