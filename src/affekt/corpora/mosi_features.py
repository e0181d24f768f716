"""CMU-MOSI as published with feature vectors: opinions of 93 speakers of films, positive or negative.

Zadeh, Zellers, Pincus & Morency 2016, MOSI: Multimodal Corpus of Sentiment Intensity and Subjectivity
Analysis in Online Opinion Videos, arXiv:1606.06259; Poria et al. 2017, Context-Dependent Sentiment Analysis
in User-Generated Videos, ACL (the features and the split).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, official_files, read_cells
from affekt.corpora.parquet import read_parquet
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("sentiment")
_COPY = "mosi_utterances.parquet"
_LABELS = {"0": "negative", "1": "positive"}
_RAW = (
    "https://raw.githubusercontent.com/declare-lab/multimodal-deep-learning/"
    "111b401d867c14a1dcd930fd2b2ab58a5eca3f70/bc-LSTM/data"
)

CARD = CorpusCard(
    name="mosi_features",
    summary="2,199 spoken opinions from 93 film reviews: transcript, sentiment, and where the feature vectors lie",
    modality="video",
    space=SPACE,
    licence="features and transcripts from an MIT repository; CMU-MOSI itself states none",
    permissive=False,
    homepage="https://github.com/declare-lab/multimodal-deep-learning",
    citation="Zadeh et al. 2016, MOSI, arXiv:1606.06259",
    files=official_files("mosi_features", _RAW),
    rows={"train": 1447, "test": 752},
    languages=("en",),
    notes=(
        "The label is positive or negative; neutral never holds here, the seven-point intensities of CMU-MOSI are not "
        "in this release. The transcript is in capitals without punctuation. Group and speaker are the video (one "
        "speaker each), `turn` the utterance's number in it. Film and sound are not here: `signal.path` is the copy's "
        "table, whose row named by `member` holds 100 text, 73 audio and 100 video numbers. These were extracted by "
        "networks fitted on train, so train looks easier than test: tune on a part of the training videos."
    ),
    layout_source=(
        "declare-lab/multimodal-deep-learning, bc-LSTM/create_data.py and bc-LSTM/data (transcripts.csv, "
        "text_train.csv, text_test.csv), commit 111b401d867c14a1dcd930fd2b2ab58a5eca3f70"
    ),
    raters="crowd workers, of whose seven-point answers this release has positive or negative alone",
    speakers="no video, and so no speaker, is in both splits",
    papers=("dawn-transformer-ser", "asr-transcript-ser"),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances in the order of the transcripts.

    Layout: ``transcripts.csv`` (utterance, text, a number, label; no header), ``text_train.csv`` and
    ``text_test.csv`` (whose first column counts its rows from 0), also under ``bc-LSTM/data``; or
    ``mosi_utterances.parquet``. Raises `CorpusError`.
    """
    path = folder / _COPY
    if path.is_file():
        for row in read_parquet(path, columns=("utterance", "split", "positive", "text")):
            signal = Signal(row["text"], row.file, "en", "video", path=path, member=row["utterance"])
            yield _record(row, row["utterance"], row["positive"], row["split"], signal)
        return
    splits = dict(_splits(folder))
    count = 0
    for file, line, cells in read_cells(folder, *_places("transcripts.csv")):
        row = Row(file, line, {})
        if len(cells) != 4:
            raise row.error(f"{len(cells)} cells where utterance, text, a number and a label are expected")
        if count not in splits:
            raise row.error(f"row {count} is neither in text_train.csv nor in text_test.csv")
        yield _record(row, cells[0], cells[3], splits[count], Signal(cells[1], file, "en", "video"))
        count += 1
    if count != len(splits):
        raise CorpusError(f"transcripts.csv has {count} rows, its splits {len(splits)}. Fetch them again.")


def _places(name: str) -> tuple[str, str]:
    return name, f"bc-LSTM/data/{name}"


def _splits(folder: Path) -> Iterator[tuple[int, str]]:
    seen: set[int] = set()
    for split in ("train", "test"):
        for file, line, cells in read_cells(folder, *_places(f"text_{split}.csv")):
            if not cells[0].isdigit() or int(cells[0]) in seen:
                raise Row(file, line, {}).error(f"{cells[0]!r} is no row of transcripts.csv, or stands twice")
            seen.add(int(cells[0]))
            yield int(cells[0]), split


def _record(row: Row, utterance: str, label: str, split: str, signal: Signal) -> Record:
    video, _, number = utterance.rpartition("_")
    if label not in _LABELS or split not in CARD.rows or not video or not number.isdigit():
        raise row.error(f"the utterance is {utterance!r}, its label {label!r}, its split {split!r}")
    return Record(
        id=utterance,
        signal=signal,
        split=split,
        labels=(_LABELS[label],),
        speaker=video,
        group=video,
        turn=int(number),
    )
