"""What the shipped models say of every English labelled corpus that is not Reddit, and what people said."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np

from affekt.affect.convert import conversion, convert_probabilities
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import read_corpus
from affekt.errors import ConversionError, CorpusError
from affekt.inference.text import open_reader
from affekt.models.index import find_model
from affekt.types import LabelSpace, Record

FOLDER = Path("runs/shift")
# GoEmotions and what else was taken from Reddit: no shift, or not much of one. BRIGHTER's English is from AskReddit.
REDDIT = ("goemotions", "goemotions_raters", "brighter", "brighter_votes", "appreddit")
# Corpora that were made of others here, or are the same texts with other labels.
REPEATED = ("appraisals",)


class Said(NamedTuple):
    """truth: bool (item, label); probability: float32 (item, label), the shipped model's, in the corpus's space."""

    space: LabelSpace
    truth: np.ndarray
    probability: np.ndarray


def corpora_under_shift() -> list[str]:
    """English text corpora with labels that the models' labels become, Reddit left out, in the order of the index."""
    chosen = []
    for name, card in CORPORA.items():
        if name not in READERS or name in REDDIT + REPEATED or card.space is None:
            continue
        if card.modality != "text" or not {"en", "eng"} & set(card.languages):
            continue
        try:
            conversion("goemotions", card.space)
        except ConversionError:
            continue
        chosen.append(name)
    return chosen


def said_of(name: str, model: str = "text", *, limit: int = 3000, split: str | None = None) -> Said:
    """Truth and answers for up to `limit` items of a corpus, drawn once by a fixed seed; kept under `runs/`."""
    card, space = find_model(model), CORPORA[name].space
    assert space is not None
    path = FOLDER / f"{name}-{split or 'all'}-{limit}-{card.name}-{card.version}.npz"
    if path.exists():
        with np.load(path) as kept:
            return Said(space, kept["truth"], kept["probability"])
    records = usable(read_corpus(name, split=split, complete=False), space)
    if len(records) > limit:
        drawn = np.random.default_rng(0).permutation(len(records))[:limit]
        records = [records[i] for i in np.sort(drawn)]
    truth = np.array([[label in record.labels for label in space] for record in records], bool)
    found = open_reader(card).estimate([record.signal.text for record in records], language="en")
    read = ~found.empty
    own = found.probabilities[read]
    probability = own if space == card.space else convert_probabilities(own, card.space, space)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, truth=truth[read], probability=probability)
    return Said(space, truth[read], probability)


def usable(records: list[Record], space: LabelSpace) -> list[Record]:
    """English records, each text once, with labels of the space: exactly one where they exclude each other."""
    kept: dict[str, Record] = {}
    for record in records:
        text = record.signal.text.strip()
        english = record.signal.language in (None, "en", "eng")
        known = set(record.labels) <= set(space.labels) and not record.unrated
        one = len(record.labels) == 1 if space.kind == "exclusive" else True
        if text and english and known and one:
            kept.setdefault(text, record)
    return list(kept.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="text")
    parser.add_argument("--limit", type=int, default=3000)
    asked = parser.parse_args()
    for name in corpora_under_shift():
        try:
            said = said_of(name, asked.model, limit=asked.limit)
        except CorpusError as error:
            print(f"{name}: {error}")
            continue
        print(f"{name}: {len(said.truth)} items, {len(said.space)} labels of {said.space.name}", flush=True)


if __name__ == "__main__":
    main()
