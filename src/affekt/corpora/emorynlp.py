"""EmoryNLP: utterances of the television series Friends, seasons 1 to 4, with the feeling wheel's six emotions.

Zahiri & Choi 2018, Emotion Detection on TV Show Transcripts with Sequence-based CNNs, AAAI Workshops.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.documents import read_json
from affekt.corpora.files import Row, checksums, has_file, read_table
from affekt.corpora.meld import seconds
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("emorynlp")
# The official files' name of each split.
SPLITS = {"train": "trn", "dev": "dev", "test": "tst"}
_COMMIT = "289b967a34556f0d86b52ea36571c2a0c90740ae"
_MELD = "2d2011b409d3ca2d7e94460cd007d434b1d0a102"
_RAW = f"https://raw.githubusercontent.com/emorynlp/emotion-detection/{_COMMIT}"
_COLUMNS = ("utterance", "speaker", "emotion", "scene_id", "utterance_id", "season", "episode")
_NAME = re.compile(r"s\d+_e\d+_c\d+_u\d+")
_NAMES = tuple(f"json/emotion-detection-{short}.json" for short in SPLITS.values())

CARD = CorpusCard(
    name="emorynlp",
    summary="12.6k utterances of Friends, seasons 1-4, with six emotions of the feeling wheel or neutral",
    modality="text",
    space=SPACE,
    licence="Apache-2.0",
    permissive=True,
    homepage="https://github.com/emorynlp/emotion-detection",
    citation=SPACE.source,
    # The training file is larger than what we could fetch: it has no checksum here.
    files=tuple(SourceFile(name, f"{_RAW}/{name}", checksums("emorynlp").get(name)) for name in _NAMES),
    rows={"train": 9934, "dev": 1344, "test": 1328},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its scene; `conditions` hold season and episode. Several people who speak "
        "at once are joined by ` & `. Papers on emotion in conversation mostly use the declare-lab subset with time "
        "stamps (9,489 utterances): it is read where one of the official files is absent, and has start and end (in "
        "seconds of the episode) in `values`. Its ids, texts and labels are those of the official files. The "
        "publisher warns that raters agreed little. The dialogue belongs to a television series. Same series as meld."
    ),
    copies={"declare-lab subset with time stamps": {"train": 7551, "dev": 954, "test": 984}},
    layout_source=(
        f"emorynlp/emotion-detection, json/ and README.md, {_COMMIT}; subset: declare-lab/MELD, data/emorynlp/, {_MELD}"
    ),
    raters="four crowd workers per utterance; not published one by one",
    speakers="the six leads are in every split",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is the publisher's, such as ``s01_e15_c01_u001``.

    Layout: ``emotion-detection-{trn,dev,tst}.json`` in `folder` or ``json/`` (the publisher's), or, where
    one of them is absent, ``emorynlp_{train,dev,test}_final.csv`` in `folder` or ``data/emorynlp/``.
    Raises `CorpusError`.
    """
    official = all(has_file(folder, name, Path(name).name) for name in _NAMES)
    subset = has_file(folder, "data/emorynlp/emorynlp_train_final.csv", "emorynlp_train_final.csv")
    for split in SPLITS:
        yield from read_official(folder, split) if official or not subset else _subset(folder, split)


def read_official(folder: Path, split: str) -> Iterator[Record]:
    """Yield the utterances of one official JSON file. Raises `CorpusError`."""
    name = f"emotion-detection-{SPLITS[split]}.json"
    for episode in read_json(folder, f"json/{name}", name)["episodes"]:
        for scene in episode["scenes"]:
            for turn, utterance in enumerate(scene["utterances"], 1):
                yield _record(
                    Signal(utterance["transcript"].text(), source=utterance.file, language="en"),
                    split,
                    utterance["utterance_id"].text(),
                    turn,
                    utterance["emotion"].text(),
                    [speaker.text() for speaker in utterance["speakers"]],
                )


def _subset(folder: Path, split: str) -> Iterator[Record]:
    name = f"emorynlp_{split}_final.csv"
    for row in read_table(folder, f"data/emorynlp/{name}", name, columns=(*_COLUMNS, "start_time", "end_time")):
        season, episode, scene, turn = (
            int(row.number(column, 0, 1000)) for column in ("season", "episode", "scene_id", "utterance_id")
        )
        yield _record(
            Signal(row["utterance"], source=row.file, language="en"),
            split,
            f"s{season:02}_e{episode:02}_c{scene:02}_u{turn:03}",
            turn,
            row["emotion"],
            _speakers(row),
            {"start": seconds(row, "start_time"), "end": seconds(row, "end_time")},
        )


def _speakers(row: Row) -> list[str]:
    """The cell is a Python list of names."""
    try:
        names = ast.literal_eval(row["speaker"])
    except (SyntaxError, ValueError):
        names = None
    if not isinstance(names, list):
        raise row.error(f"speaker is {row['speaker']!r}, expected a list such as ['Joey Tribbiani']")
    return [str(name) for name in names]


def _record(
    signal: Signal,
    split: str,
    name: str,
    turn: int,
    emotion: str,
    speakers: list[str],
    times: dict[str, float] | None = None,
) -> Record:
    if _NAME.fullmatch(name) is None:
        raise CorpusError(f"{signal.source}: the utterance {name!r} is not called like s01_e15_c01_u001.")
    season, episode, scene, _ = name.split("_")
    if emotion.lower() not in SPACE:
        raise CorpusError(f"{signal.source}: {name} has the emotion {emotion!r}; allowed are {', '.join(SPACE)}.")
    return Record(
        id=name,
        signal=signal,
        split=split,
        labels=(emotion.lower(),),
        speaker=" & ".join(speakers),
        group=f"{season}_{episode}_{scene}",
        values=times or {},
        turn=turn,
        conditions={"season": str(int(season[1:])), "episode": str(int(episode[1:]))},
    )
