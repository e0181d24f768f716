"""EmoGator: laughs, sighs, groans and other bursts of voice in thirty emotions, by 357 contributors.

Buhl 2023, EmoGator: A New Open Source Vocal Burst Dataset with Baseline Machine Learning Classification
Methodologies, arXiv:2301.00508.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import agree, named_clips
from affekt.types import Record

SPACE = find_space("emogator")
_NAME = re.compile(r"(\d{6})-(0[1-9]|[12]\d|30)-([123])\.mp3")

CARD = CorpusCard(
    name="emogator",
    summary="32,130 bursts of voice without words: 357 contributors, thirty emotions, three takes of each",
    modality="speech",
    space=SPACE,
    licence="Apache-2.0",
    permissive=True,
    homepage="https://github.com/fredbuhl/EmoGator",
    citation=SPACE.source,
    files=(SourceFile("data/mp3/000001-01-1.mp3", None),),
    rows={"all": 32130},
    languages=(),
    notes=(
        "The label is the emotion the contributor was asked to express; nobody rated the recordings. Contributors "
        "recorded themselves, by their own microphones at their own rates; sex and age are not published. The files "
        "are 32,130 mp3 in data/mp3 of the publisher's Git. No split is published: make folds by contributor."
    ),
    copies={"40 contributors, the first take of each emotion": {"all": 1200}},
    layout_source=(
        "fredbuhl/EmoGator, README.md (names and categories) and data/mp3, commit "
        "0339361a15afd32be41e986cd9380aa1bcac4468"
    ),
    raters="none: the label is what the contributor was asked to express",
    speakers="357 contributors, no published split: make folds by speaker",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``data/mp3/000001-01-1.mp3`` and so on: contributor, emotion, take; or ``metadata.csv`` beside
    ``audio.tar``. Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="000001-01-1.mp3", columns=("emotion",)):
        contributor, category, take = clip.name.split("-")
        label = SPACE.labels[int(category) - 1]
        if clip.row is not None:
            agree(clip.row, "emotion", label)
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, modality="speech"),
            split="all",
            labels=(label,),
            speaker=contributor,
            group=contributor,
            conditions={"intended": label, "take": take},
        )
