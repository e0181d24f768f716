"""Made-up trees of corpora that are scored by condition: BERSt, Att-HACK, MELD-ST, and a table like SER_AMPEL's."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from media_trees import media

from affekt.corpora.index import READERS
from affekt.types import Record

Tree = Callable[[Path], None]

BERST_HEADER = (
    *("file_name", "user_id", "age", "current_language", "first_language", "gender", "phone_model", "audio_id"),
    *("affect", "last_modified", "phone_position", "script", "shout_level"),
)
MELD_ST_HEADER = ("id", "dia_id", "utt_id", "speaker", "emotion", "sentiment", "season", "episode", "English")


def table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def berst_row(name: str, who: str, emotion: str, shout: str, position: str) -> tuple[str, ...]:
    script = "Vegetable green, I wash yellow."
    return (
        *(f"audio/{name}/final/0.wav", who, "25-40", "English", "French", "Female", "Pixel 4", f"{name}.m4a"),
        *(emotion, "2023-02-01", position, script, shout),
    )


BERST: Mapping[str, Sequence[tuple[str, ...]]] = {
    "train": (
        berst_row("shout_data_00a5", "u1", "anger", "shout", "In a backpack"),
        berst_row("shout_data_00a6", "u1", "anger", "no-shout", "Near body"),
        berst_row("shout_data_00a7", "u2", "joy", "n/a", "Other side of the room"),
    ),
    "validation": (berst_row("shout_data_01b1", "u3", "neutral", "no-shout", "1-2 m away"),),
    "test": (berst_row("shout_data_02c1", "u4", "sadness", "shout", "Different room"),),
}


def berst(folder: Path) -> None:
    for split, rows in BERST.items():
        table(folder / split / "metadata.csv", BERST_HEADER, rows)
    media(folder, "train/audio/shout_data_00a5/final/0.wav")


def att_hack(folder: Path) -> None:
    names = ("F01_a1_s001_v01", "F01_a1_s001_v02", "F01_a3_s001_v01", "M04_a4_s100_v05", "M07_a2_s055_v03")
    media(folder, *(f"wav/{name}.wav" for name in names), "wav/readme.wav")
    for name in names[:2]:
        path = folder / "txt" / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("bien-sûr\n", encoding="utf-8")


def meld_st(folder: Path) -> None:
    german = {
        "train": (
            (0, 3, 0, "Joey", "surprise", "negative", 4, 7, "Oh my God!", "Oh mein Gott!"),
            (1, 3, 1, "Chandler", "neutral", "neutral", 4, 7, "What is it?", "Was ist denn?"),
        ),
        "valid": ((0, 9, 2, "Monica", "joy", "positive", 2, 1, "I won, I won!", "Ich hab gewonnen!"),),
        "test": ((0, 5, 0, "Ross", "anger", "negative", 8, 3, "We were on a break!", "Wir hatten eine Auszeit!"),),
    }
    japanese = {
        "train": ((0, 3, 0, "Joey", "surprise", "negative", 4, 7, "Oh my God!", "なんてこった"),),
        "valid": ((0, 2, 0, "Rachel", "sadness", "negative", 1, 1, "I miss him.", "彼が恋しい"),),
        "test": ((4, 2, 3, "Phoebe", "disgust", "negative", 1, 1, "Ew!", "うわっ"),),
    }
    for place, code, language, splits in (
        ("ENG_DEU", "deu", "German", german),
        ("ENG_JPN", "jpn", "Japanese", japanese),
    ):
        for split, rows in splits.items():
            table(folder / place / f"{code}_{split}.csv", (*MELD_ST_HEADER, language), rows)
    media(folder, "ENG_DEU/ENG/train/train_0.wav", "ENG_DEU/DEU/train/train_0.wav", "ENG_DEU/ENG/dev/dev_0.wav")


def ser_ampel(folder: Path) -> None:
    rows = (
        ("film/a1.wav", "actor-1", "acted", "anger", "male", "70", "Basta!"),
        ("film/a2.wav", "actor-2", "acted", "joy", "female", "68", ""),
        ("film/a3.wav", "actor-2", "acted", "neutral", "female", "68", ""),
        ("talk/n1.wav", "person-1", "natural", "joy", "female", "74", "Che bello."),
        ("talk/n2.wav", "person-1", "natural", "sadness", "female", "74", ""),
    )
    table(folder / "labels.csv", ("file", "speaker", "protocol", "emotion", "sex", "age", "text"), rows)
    media(folder, "film/a1.wav", "talk/n1.wav")


TREES: dict[str, Tree] = {tree.__name__: tree for tree in (berst, att_hack, meld_st, ser_ampel)}


def records_of(name: str, folder: Path) -> dict[str, Record]:
    """Make the tree of a corpus and return what its reader finds, by id."""
    TREES[name](folder)
    return {record.id: record for record in READERS[name](folder)}
