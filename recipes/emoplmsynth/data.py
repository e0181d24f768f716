"""Texts as people wrote them, and the same words put together so that the emotions do not agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.index import find_corpus
from affekt.corpora.parts import make_parts
from affekt.corpora.read import read_corpus
from affekt.types import Record


@dataclass(frozen=True, eq=False)
class Pairs:
    """Texts, whether each is as it was written, bool (item, 2): yes, no; and what resampling keeps whole."""

    texts: list[str]
    truth: NDArray[np.bool_]
    groups: NDArray[np.str_]


def chains(sentences: Mapping[str, Sequence[str]], count: int, *, length: int = 3, seed: int = 0) -> Pairs:
    """`count` texts of one emotion and as many of `length` emotions, of the very same sentences in the same places.

    Nothing but whether the emotions of a text's sentences agree tells the two apart: text i of the second kind has its
    n-th sentence from text i + n of the first, whose emotions take turns.
    """
    labels = sorted(label for label, own in sentences.items() if len(own) >= length)
    if len(labels) < length:
        raise ValueError(f"{length} sentences of different emotions need {length} emotions; there are {len(labels)}.")
    most = min(len(sentences[label]) // length for label in labels)
    rounds = min(most, -(-count // len(labels)))
    random = np.random.default_rng(seed)
    drawn = {label: [sentences[label][i] for i in random.permutation(len(sentences[label]))] for label in labels}
    same = [[drawn[label][turn * length + n] for n in range(length)] for turn in range(rounds) for label in labels]
    mixed = [[same[(i + n) % len(same)][n] for n in range(length)] for i in range(len(same))]
    return _pairs([" . ".join(text) for text in same], [" . ".join(text) for text in mixed])


def spliced(conversations: Sequence[tuple[str, Sequence[str]]], count: int, *, seed: int = 0) -> Pairs:
    """`count` conversations as they were, and as many of the first half of one and the second half of another.

    Each half stands in both kinds once; the two halves come from conversations about different emotions.
    """
    random = np.random.default_rng(seed)
    by_label: dict[str, list[Sequence[str]]] = {}
    for i in random.permutation(len(conversations)):
        label, turns = conversations[i]
        if len(turns) >= 2:
            by_label.setdefault(label, []).append(turns)
    labels = sorted(by_label)
    if len(labels) < 2:
        raise ValueError("Conversations about one emotion alone cannot be spliced with those about another.")
    # Emotions take turns, so that the neighbour of each is another; what is left over of the larger ones is not used.
    rounds = min(*(len(by_label[label]) for label in labels), -(-count // len(labels)))
    chosen = [by_label[label][turn] for turn in range(rounds) for label in labels]
    halves = [(turns[: len(turns) // 2], turns[len(turns) // 2 :]) for turns in chosen]
    whole = [" . ".join((*first, *second)) for first, second in halves]
    mixed = [" . ".join((*halves[i][0], *halves[(i + 1) % len(halves)][1])) for i in range(len(halves))]
    return _pairs(whole, mixed)


def _pairs(real: list[str], made: list[str]) -> Pairs:
    truth = np.zeros((len(real) + len(made), 2), np.bool_)
    truth[: len(real), 0], truth[len(real) :, 1] = True, True
    # Both texts that begin alike are drawn together.
    groups = np.array([str(i) for i in range(len(real))] * 2)
    return Pairs([*real, *made], truth, groups)


def emotion_chains(corpus: str, counts: tuple[int, int, int], *, read: int | None, seed: int = 0) -> list[Pairs]:
    """Chains of a corpus of exclusive emotions, to learn from, to tune on and to be scored on; no sentence in two."""
    records = list(read_corpus(corpus))[:read]
    parts = make_parts(corpus, records, find_corpus(corpus).space, seed=seed)
    found = []
    for part, count in zip(parts, counts, strict=True):
        sentences: dict[str, list[str]] = {}
        for record in part.records:
            if len(record.labels) == 1:
                sentences.setdefault(record.labels[0], []).append(record.signal.text)
        found.append(chains(sentences, count, seed=seed))
    return found


def conversations(records: Sequence[Record]) -> list[tuple[str, list[str]]]:
    """Each conversation's emotion and turns, in the file's order; as EmpatheticDialogues has it, what has labels is the
    situation and what has none are the turns."""
    turns: dict[str, list[str]] = {}
    label: dict[str, str] = {}
    for record in records:
        if record.group is not None and record.labels:
            label[record.group] = record.labels[0]
        elif record.group is not None:
            turns.setdefault(record.group, []).append(record.signal.text)
    return [(label[group], own) for group, own in turns.items() if group in label]
