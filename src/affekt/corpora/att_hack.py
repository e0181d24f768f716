"""Att-HACK: a hundred French sentences said by actors in four social attitudes, three to five takes each.

Le Moine & Obin 2020, Att-HACK: An Expressive Speech Database with Social Attitudes, Speech Prosody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import named_clips
from affekt.errors import CorpusError
from affekt.types import Record

_NAME = re.compile(r"([FM]\d\d)_a([1-4])_s(0(?!00)\d\d|100)_v(\d\d)\.wav")

SPACE = find_space("att-hack")

CARD = CorpusCard(
    name="att_hack",
    summary="Att-HACK: 100 French sentences by 25 speakers in four social attitudes, 3 to 5 takes each",
    modality="speech",
    space=SPACE,
    licence="CC BY-NC-ND 4.0",
    permissive=False,
    homepage="https://www.openslr.org/88/",
    citation=SPACE.source,
    files=(SourceFile("wav.tgz", None), SourceFile("txt.tgz", None)),
    rows={},
    languages=("fr",),
    notes=(
        "These are attitudes, not emotions: the label is the one the actor was asked for. `conditions` hold attitude, "
        "code (a1 to a4), sentence (001 to 100), take (from 1) and sex. Which code is which attitude is nowhere "
        "written: affekt assumes the order of the paper, a1 friendly, a2 seductive, a3 dominant, a4 distant; "
        "contrasts between codes do not rest on it. About 30 hours. The number of files per split is not published; "
        "the README lists 20 of the paper's 25 speakers."
    ),
    layout="unverified",
    layout_source=(
        "names of files: DagsHub/audio-datasets, Att-HACK/README.md (the publisher's README), commit "
        "3897c0c10bfa3b2de2bf2bb4c2056280655f3de2; what the codes a1 to a4 stand for is assumed"
    ),
    raters="none: the label is the attitude asked for",
    speakers="25 speakers, no published split: make folds by speaker",
    papers=("att-hack",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``wav/F01_a1_s001_v01.wav`` and so on, anywhere below `folder` or in an archive right in it, as zip or
    tar; the words in ``txt/F01_a1_s001_v01.txt`` beside the folder of recordings, if they are there. Raises
    `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="F01_a1_s001_v01.wav", columns=()):
        speaker, code, sentence, take = clip.name.split("_")
        path = clip.signal.path if clip.signal.member is None else None
        attitude = SPACE.labels[int(code[1:]) - 1]
        yield Record(
            id=clip.name,
            signal=replace(
                clip.signal,
                text="" if path is None else _text(path.parent.parent / "txt" / f"{clip.name}.txt"),
                language="fr",
                modality="speech",
            ),
            split="all",
            labels=(attitude,),
            speaker=speaker,
            group=speaker,
            conditions={
                "attitude": attitude,
                "code": code,
                "sentence": sentence[1:],
                "take": str(int(take[1:])),
                "sex": "female" if speaker[0] == "F" else "male",
            },
        )


def _text(path: Path) -> str:
    """What was said; nothing where the file is not there."""
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is no UTF-8 text. Fetch it again from {CARD.homepage}.") from error
