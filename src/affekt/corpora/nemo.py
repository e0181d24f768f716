"""nEMO: Polish sentences acted by nine actors in six emotional states.

Christop 2024, nEMO: Dataset of Emotional Speech in Polish, LREC-COLING.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import read_table
from affekt.types import Record, Signal

SPACE = find_space("nemo")
_RAW = "https://raw.githubusercontent.com/amu-cai/nEMO/06f1f83dde8f1a780443a57d53b2af3971af34ab"
_NAME = re.compile(rf"([A-Z]+\d+)_({'|'.join(SPACE.labels)})_(\d+)(?:\.wav)?")

CARD = CorpusCard(
    name="nemo",
    summary="4,481 Polish recordings of nine actors in six emotional states, over three hours",
    modality="speech",
    space=SPACE,
    licence="CC BY-NC-SA 4.0",
    permissive=False,
    homepage="https://github.com/amu-cai/nEMO",
    citation=SPACE.source.partition(";")[0],
    files=(SourceFile("data.tsv", f"{_RAW}/data.tsv"), SourceFile("samples", None)),
    rows={"all": 4481},
    languages=("pl",),
    notes=(
        "The label is the state the actor was asked for, as is `conditions`: intended, sentence, sex, age. The same "
        "sentences recur over actors and states. The clips are in samples/ and come with a clone of the home."
    ),
    layout_source=(
        "amu-cai/nEMO, README.md (columns, names of files) and samples/ (4,481 files), commit "
        "06f1f83dde8f1a780443a57d53b2af3971af34ab"
    ),
    raters="none: the label is the one the actor was asked for",
    speakers="nine actors, no published split: make folds by speaker",
    papers=("nemo-polish",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of ``data.tsv``.

    Layout: ``data.tsv`` with file_id, emotion, raw_text, normalized_text, speaker_id, gender, age; beside it
    ``samples/{file_id}.wav``. Raises `CorpusError` where a row and its file's name disagree.
    """
    columns = ("file_id", "emotion", "raw_text", "speaker_id", "gender", "age")
    for row in read_table(folder, "data.tsv", columns=columns, delimiter="\t"):
        match = _NAME.fullmatch(row["file_id"])
        if match is None or (match[1], match[2]) != (row["speaker_id"], row["emotion"]):
            raise row.error(
                f"file_id is {row['file_id']!r}, expected {row['speaker_id']}_{row['emotion']}_NUMBER with one of "
                f"{', '.join(SPACE.labels)}"
            )
        name = row["file_id"].removesuffix(".wav")
        path = folder / "samples" / f"{name}.wav"
        yield Record(
            id=name,
            signal=Signal(
                row["raw_text"], row.file, language="pl", modality="speech", path=path if path.is_file() else None
            ),
            split="all",
            labels=(row["emotion"],),
            speaker=row["speaker_id"],
            group=row["speaker_id"],
            conditions={
                "intended": row["emotion"],
                "sentence": match[3],
                "sex": row["gender"].lower(),
                "age": row["age"],
            },
        )
