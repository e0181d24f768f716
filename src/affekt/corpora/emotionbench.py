"""EmotionBench: situations that make people feel one of eight negative emotions, sorted by what does it.

Huang et al. 2024, Apathetic or Empathetic? Evaluating LLMs' Emotional Alignments with Humans, NeurIPS.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.documents import read_json
from affekt.corpora.files import official_files
from affekt.types import Record, Signal

SPACE = find_space("emotionbench")
_COMMIT = "48f6e1b01c449c213374172b24e6a461b59cd088"

CARD = CorpusCard(
    name="emotionbench",
    summary="428 situations that make people feel one of eight negative emotions, sorted by 36 factors",
    modality="text",
    space=SPACE,
    licence='GPL-3.0, "research use only, no commercial use allowed"',
    permissive=False,
    homepage="https://github.com/CUHK-ARISE/EmotionBench",
    citation=SPACE.source,
    files=official_files("emotionbench", f"https://raw.githubusercontent.com/CUHK-ARISE/EmotionBench/{_COMMIT}"),
    rows={"all": 428},
    languages=("en",),
    notes=(
        "An item is a situation; the label is the emotion it is to evoke, the group and `factor` in `conditions` what "
        "evokes it. Three situations are there twice. The answers of 1,266 people to PANAS before and after (in "
        "results/) are not read: which situation their codes (Angry_F1S1) mean is not documented. The publisher's "
        "copies of clinical scales are not read either. The situations depict distress."
    ),
    layout_source=f"CUHK-ARISE/EmotionBench, situations.json and README.md, {_COMMIT}",
    raters="collected by the authors from psychological studies",
    speakers="made-up situations",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the situations; the id is ``<emotion>-<factor>-<situation>``, both numbered from 1.

    Layout: ``situations.json`` (the publisher's): emotions, their factors, their scenarios. Raises `CorpusError`.
    """
    names = tuple(label.capitalize() for label in SPACE)
    for emotion in read_json(folder, "situations.json")["emotions"]:
        label = emotion["name"].one_of(names).lower()
        for number, factor in enumerate(emotion["factors"], 1):
            for place, situation in enumerate(factor["scenarios"], 1):
                yield Record(
                    id=f"{label}-{number}-{place}",
                    signal=Signal(situation.text(), source=situation.file, language="en"),
                    split="all",
                    labels=(label,),
                    group=f"{label}-{number}",
                    conditions={"factor": factor["name"].text()},
                )
