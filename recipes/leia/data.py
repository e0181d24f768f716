"""What LEIA is taught and scored on: self-annotated texts by user and time, and corpora from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import find_space
from affekt.corpora.folds import prefixed, user_time_parts
from affekt.corpora.index import find_corpus
from affekt.corpora.near_duplicates import twins
from affekt.corpora.parts import NEAR
from affekt.corpora.read import read_corpus
from affekt.corpora.splits import hold_out
from affekt.corpora.targets import make_target
from affekt.types import Record

LABELS = ("anger", "disgust", "fear", "joy", "sadness")
"""What both self-annotated corpora tell of Ekman's six; nobody was asked for surprise."""
WHEN = "wave"


@dataclass(frozen=True, eq=False)
class Labelled:
    """Texts with one of `LABELS` each; groups (item,) are what resampling keeps whole."""

    texts: list[str]
    truth: NDArray[np.bool_]
    groups: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, eq=False)
class Data:
    """What is learned from and tuned on, and what is scored: (corpus, split) to texts."""

    train: Labelled
    dev: Labelled
    tests: dict[tuple[str, str], Labelled]


def labelled(corpus: str, records: Sequence[Record], limit: int | None = None, *, seed: int = 0) -> Labelled:
    """The items whose one emotion, by the cited map to Ekman's six, is among `LABELS`; at most `limit`, drawn."""
    space = find_space("ekman")
    target = make_target(corpus, records, find_corpus(corpus).space, split="all", space=space)
    columns = [space.index(label) for label in LABELS]
    kept = np.flatnonzero((target.truth.sum(1) == 1) & target.truth[:, columns].any(1))
    kept = np.sort(np.random.default_rng(seed).permutation(kept)[:limit])
    texts = [target.records[i].signal.text for i in kept]
    return Labelled(texts, target.truth[np.ix_(kept, columns)], target.groups[kept])


def in_domain(
    respondents: Sequence[Record], waves: Sequence[Record], *, seed: int = 0
) -> tuple[list[Record], dict[str, list[Record]]]:
    """What is learned from, and the tests by name, of a corpus with users and one with users and a time.

    Other users' tests share no user with what is learned from, later ones no time, the last neither.
    """
    other = hold_out(respondents, fraction=0.25, seed=seed, by="group")
    timed = [replace(r, conditions={**r.conditions, WHEN: r.split.removeprefix("phase")}) for r in waves]
    parts = user_time_parts(timed, time=WHEN, fraction=0.3, seed=seed)
    tests = {
        **{"isear:other-users": list(other.held), "covid19_worry:other-users": list(parts.users)},
        **{"covid19_worry:later": list(parts.later), "covid19_worry:other-users-later": list(parts.both)},
    }
    return [*(prefixed(r, "isear") for r in other.kept), *(prefixed(r, "covid19_worry") for r in parts.learned)], tests


def load(out_of_domain: Sequence[str], *, train: int, scored: int, read: int | None = None, seed: int = 0) -> Data:
    """Everything, at most `train` texts of each corpus to learn from and `scored` of each test; `read` cuts corpora."""
    respondents = list(read_corpus("isear"))[:read]
    # The tweet-size form: each person wrote of the same in a long one too.
    waves = [r for r in read_corpus("covid19_worry") if r.conditions["form"] == "short"]
    if read:
        waves = [r for r in waves if int((r.speaker or "0").rpartition("-")[2]) <= read]
    learned, tests = in_domain(respondents, waves, seed=seed)
    parts = []
    for corpus in ("isear", "covid19_worry"):
        own = [r for r in learned if r.id.startswith(f"{corpus}/")]
        split = hold_out(own, fraction=0.15, seed=seed, by="group")
        parts.append((labelled(corpus, split.kept, train, seed=seed), labelled(corpus, split.held, train, seed=seed)))
    data = Data(_joined([kept for kept, _ in parts]), _joined([held for _, held in parts]), {})
    for name, records in tests.items():
        corpus, _, split_name = name.partition(":")
        data.tests[corpus, split_name] = labelled(corpus, records, scored, seed=seed)
    for corpus in out_of_domain:
        records = [r for r in read_corpus(corpus) if r.signal.language in (None, "en")]
        held = [r for r in records if r.split == "test"] or records
        data.tests[corpus, "out-of-domain"] = labelled(corpus, held, scored, seed=seed)
    return Data(*(_without(part, data.tests) for part in (data.train, data.dev)), data.tests)


def _joined(parts: Sequence[Labelled]) -> Labelled:
    return Labelled(
        [text for part in parts for text in part.texts],
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.groups for part in parts]),
    )


def _without(part: Labelled, tests: dict[tuple[str, str], Labelled]) -> Labelled:
    """What stands in no test, word for word or nearly."""
    scored = [text for test in tests.values() for text in test.texts]
    kept = np.flatnonzero(~twins(part.texts, scored, threshold=NEAR).found)
    return Labelled([part.texts[i] for i in kept], part.truth[kept], part.groups[kept])
