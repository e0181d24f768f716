"""MELD: utterances of the television series Friends with speaker, one of seven emotions, and sentiment.

Poria et al. 2019, MELD: A Multimodal Multi-Party Dataset for Emotion Recognition in Conversations, ACL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, official_files, read_table
from affekt.types import Record, Signal

SPACE = find_space("meld")
SPLITS = ("train", "dev", "test")
SENTIMENTS = ("positive", "neutral", "negative")
_COMMIT = "2d2011b409d3ca2d7e94460cd007d434b1d0a102"
_COLUMNS = ("utterance", "speaker", "emotion", "sentiment", "dialogue_id", "utterance_id", "season", "episode")
# Folders of the clips, as the publisher's archives unpack and as loaders put them, in MELD.Raw or not.
_CLIPS = {
    "train": ("train_splits", "train/train_splits"),
    "dev": ("dev_splits_complete", "dev/dev_splits_complete"),
    "test": ("output_repeated_splits_test", "test/output_repeated_splits_test"),
}
_CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d)[,.](\d{1,3})")

CARD = CorpusCard(
    name="meld",
    summary="13.7k utterances of Friends in dialogues of several people, with seven emotions and three sentiments",
    modality="text",
    space=SPACE,
    licence="GPL-3.0 (the dialogue belongs to a television series: keep to research)",
    permissive=False,
    homepage="https://github.com/declare-lab/MELD",
    citation=SPACE.source,
    files=official_files("meld", f"https://raw.githubusercontent.com/declare-lab/MELD/{_COMMIT}"),
    rows={"train": 9989, "dev": 1109, "test": 2610},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its dialogue (numbered anew in every split), the turn its Utterance_ID. "
        "`conditions` hold sentiment, season and episode; `values` start and end, in seconds of the episode. Twelve "
        "starting times in an episode are in two splits (10 in train and test, 2 in train and dev), and episodes are "
        "shared by all. The text is as published. Voice and face are in the publisher's raw archive: where its clips "
        "are unpacked in `folder` or in its MELD.Raw/, each is the utterance's further signal; a few clips of the "
        "archive are broken or missing. Same series as emorynlp, ecf and ecf_semeval2024."
    ),
    layout_source=(
        f"declare-lab/MELD, data/MELD/*_sent_emo.csv and README.md (names of clips), {_COMMIT}; folders of clips: "
        "emo-box/EmoBox, EmoBox/preprocess/scripts/meld.py, commit 08280f279d47fb55d2c614061c70523d0a338d6b, and "
        "Strong-AI-Lab/emotion, datasets/MELD/process.py, commit 30815b104356146498a067627425be845c03591a"
    ),
    raters="three per utterance, majority; not published one by one",
    speakers="the six leads are in every split",
    papers=("meld",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is ``<split>-<dialogue>-<utterance>``, both as MELD numbers them.

    Layout: ``train_sent_emo.csv``, ``dev_sent_emo.csv``, ``test_sent_emo.csv`` in `folder` or in
    ``data/MELD/`` (the publisher's repository); ``train_splits/dia0_utt0.mp4``, ``dev_splits_complete/``,
    ``output_repeated_splits_test/``, if they are there. Raises `CorpusError`.
    """
    for split in SPLITS:
        name = f"{split}_sent_emo.csv"
        places = (root / place for root in (folder, folder / "MELD.Raw") for place in _CLIPS[split])
        clips = [place for place in places if place.is_dir()]
        for row in read_table(folder, f"data/MELD/{name}", name, columns=(*_COLUMNS, "starttime", "endtime")):
            yield _record(row, split, clips)


def _record(row: Row, split: str, clips: list[Path]) -> Record:
    if row["emotion"] not in SPACE:
        raise row.error(f"emotion is {row['emotion']!r}, allowed are {', '.join(SPACE)}")
    if row["sentiment"] not in SENTIMENTS:
        raise row.error(f"sentiment is {row['sentiment']!r}, allowed are {', '.join(SENTIMENTS)}")
    dialogue, turn = (int(row.number(column, 0, 10_000)) for column in ("dialogue_id", "utterance_id"))
    films = (place / f"dia{dialogue}_utt{turn}.mp4" for place in clips)
    film = next((path for path in films if path.is_file()), None)
    return Record(
        id=f"{split}-{dialogue}-{turn}",
        signal=Signal(row["utterance"], source=row.file, language="en"),
        split=split,
        labels=(row["emotion"],),
        speaker=row["speaker"],
        group=f"{split}-{dialogue}",
        values={"start": seconds(row, "starttime"), "end": seconds(row, "endtime")},
        further=() if film is None else (Signal(source=film.name, language="en", modality="video", path=film),),
        turn=turn,
        conditions={column: row[column] for column in ("sentiment", "season", "episode")},
    )


def seconds(row: Row, column: str) -> float:
    """Return a time such as ``00:20:57,256`` (or with a point) in seconds. Raises `CorpusError`."""
    found = _CLOCK.fullmatch(row[column].strip())
    if found is None:
        raise row.error(f"{column} is {row[column]!r}, expected hours:minutes:seconds,milliseconds")
    hours, minutes, whole, thousandths = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + int(whole) + int(thousandths.ljust(3, "0")) / 1000
