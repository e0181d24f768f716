"""dair-ai/emotion: English tweets whose hashtag named one of six emotions.

Saravia et al. 2018, CARER: Contextualized Affect Representations for Emotion Recognition, EMNLP.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import read_lines
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("dair-emotion")
_FILES = {"train": "train.txt", "val": "val.txt", "test": "test.txt"}

CARD = CorpusCard(
    name="dair_emotion",
    summary="20k English tweets, lower-cased, with one of six emotions taken from their hashtag",
    modality="text",
    space=SPACE,
    licence="educational and research purposes only",
    permissive=False,
    homepage="https://github.com/dair-ai/emotion_dataset",
    citation=SPACE.source,
    files=tuple(SourceFile(name, None) for name in _FILES.values()),
    rows={"train": 16000, "val": 2000, "test": 2000},
    languages=("en",),
    notes=(
        "The 16k/2k/2k release (train.txt, val.txt, test.txt). Labels come from hashtags, no person rated a text. "
        "The authors' own addresses of these three files went dead in 2022, so there is nothing to download by itself."
    ),
    layout_source="NamLe0609/intext-emotion-detector, archive/, 788e944cc1c671f98afe75d8a070a776769b718c",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the tweets in the file's order; the id is ``<split>-<line>``.

    Layout: ``train.txt``, ``val.txt``, ``test.txt`` with ``text;emotion``. Raises `CorpusError`.
    """
    for split, name in _FILES.items():
        for file, number, line in read_lines(folder, name):
            text, _, label = line.rpartition(";")
            if label not in SPACE:
                raise CorpusError(f"{file}, line {number}: {label!r} is none of {', '.join(SPACE)}.")
            yield Record(f"{split}-{number}", Signal(text, source=file, language="en"), split, (label,))
