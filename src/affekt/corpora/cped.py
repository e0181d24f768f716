"""CPED: dialogues of 40 Chinese television series with emotion, sentiment, dialogue act and speakers' personality.

Chen et al. 2022, CPED: A Large-Scale Chinese Personalized and Emotional Dialogue Dataset, arXiv:2205.14727.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, checksums, has_file, read_table
from affekt.types import Record, Signal

SPACE = find_space("cped")
SPLITS = ("train", "valid", "test")
TRAITS = ("neuroticism", "extraversion", "openness", "agreeableness", "conscientiousness")
_COMMIT = "1e4b81c28a123f22387e06664f37e5dc9322380f"
_RAW = f"https://raw.githubusercontent.com/scutcyr/CPED/{_COMMIT}"
_NAMES = tuple(f"data/CPED/{split}_split.csv" for split in SPLITS)
_CONDITIONS = ("gender", "age", *TRAITS, "scene", "sentiment", "da")
_COLUMNS = ("tv_id", "dialogue_id", "utterance_id", "speaker", "emotion", "utterance", *_CONDITIONS)
_ALLOWED = {
    "gender": ("female", "male", "unknown"),
    "sentiment": ("positive", "neutral", "negative"),
    **dict.fromkeys(TRAITS, ("high", "low", "unknown")),
}

CARD = CorpusCard(
    name="cped",
    summary="133k utterances of Chinese television series: 13 emotions, 19 dialogue acts, speakers' Big Five",
    modality="text",
    space=SPACE,
    licence="Apache-2.0",
    permissive=True,
    homepage="https://github.com/scutcyr/CPED",
    citation=SPACE.source,
    # The training file is larger than what we could fetch: it has no checksum here.
    files=tuple(SourceFile(name, f"{_RAW}/{name}", checksums("cped").get(name)) for name in _NAMES),
    rows={"train": 94187, "valid": 11137, "test": 27438},
    languages=("zh",),
    notes=(
        "An item is an utterance, the group its dialogue. `conditions` hold the speaker's gender, age and Big Five "
        "(high, low or unknown, as judged of the character), the scene, the sentiment and the dialogue act (`da`), "
        "and the series (`tv`). Where a face is in the picture is not read. Splits are of different series. Without "
        "the training file what is there is read. The dialogue belongs to television series."
    ),
    copies={"valid and test of the publisher": {"valid": 11137, "test": 27438}},
    layout_source=f"scutcyr/CPED, data/CPED/{{valid,test}}_split.csv and README.md, {_COMMIT}",
    raters="people; how many per utterance is not said in the repository",
    speakers="series of a split are in no other; a name for strangers may be in several",
    papers=("cped",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is the publisher's, ``<series>_<dialogue>_<utterance>``.

    Layout: ``train_split.csv``, ``valid_split.csv``, ``test_split.csv`` in `folder` or in ``data/CPED/``
    (the publisher's repository); those that are there are read. Raises `CorpusError`.
    """
    places = {split: (f"data/CPED/{split}_split.csv", f"{split}_split.csv") for split in SPLITS}
    here = [split for split in SPLITS if has_file(folder, *places[split])]
    for split in here or SPLITS:
        for row in read_table(folder, *places[split], columns=_COLUMNS):
            yield _record(row, split)


def _record(row: Row, split: str) -> Record:
    if row["emotion"] not in SPACE:
        raise row.error(f"emotion is {row['emotion']!r}, allowed are {', '.join(SPACE)}")
    for column, allowed in _ALLOWED.items():
        if row[column] not in allowed:
            raise row.error(f"{column} is {row[column]!r}, allowed are {', '.join(allowed)}")
    return Record(
        id=row["utterance_id"],
        signal=Signal(row["utterance"], source=row.file, language="zh"),
        split=split,
        labels=(row["emotion"],),
        speaker=f"{row['tv_id']}/{row['speaker']}",
        group=row["dialogue_id"],
        turn=_turn(row),
        conditions={"tv": row["tv_id"], **{column: row[column] for column in _CONDITIONS}},
    )


def _turn(row: Row) -> int:
    """The utterance's number in its dialogue, from 0: the last part of its id."""
    dialogue, _, number = row["utterance_id"].rpartition("_")
    if dialogue != row["dialogue_id"] or not number.isdecimal():
        raise row.error(f"utterance_id is {row['utterance_id']!r}, dialogue_id {row['dialogue_id']!r}")
    return int(number)
