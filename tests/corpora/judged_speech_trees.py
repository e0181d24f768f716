"""Made-up trees of corpora of speech that several people judged: EmoNet-Voice Bench and THAI-SER."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from affekt.corpora.index import READERS
from affekt.types import Record

Tree = Callable[[Path], None]


def parquet_rows(path: Path, rows: list[dict[str, object]]) -> None:
    import pyarrow
    import pyarrow.parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def emonet_row(name: str, category: str, *grades: int) -> dict[str, object]:
    """A row as in the release: what each expert said, written as Python writes it."""
    told = [{f"human-{place + 1}": {category: grade}} for place, grade in enumerate(grades)]
    return {"audioId": {"bytes": f"ID3 {name}".encode(), "path": f"{name}.mp3"}, "label": str(told)}


def emonet_voice(folder: Path) -> None:
    first = [
        emonet_row("0a1b2c3d_1", "Fear", 2, 1),
        emonet_row("0a1b2c3d_2", "Impatience%20and%20Irritability", 2, 0, 1),
        emonet_row("1122aabb_1", "Jealousy%20%26%20Envy", 0, 0),
    ]
    second = [
        emonet_row("5566ccdd_1", "Pleasure/Ecstasy", 1, 1, 2, 1),
        emonet_row("5566ccdd_2", "Pleasure", 2, 2),
        emonet_row("5566ccdd_3", "Authenticity", 1, 2),
    ]
    parquet_rows(folder / "data/train-00000-of-00002.parquet", first)
    parquet_rows(folder / "data/train-00001-of-00002.parquet", second)


def thai_entry(assigned: str, majority: str, agreement: float, *annotated: str) -> list[dict[str, object]]:
    """What the file of labels says of an utterance; each rater's emotions are given with + between."""
    votes = [one.split("+") for one in annotated]
    return [{"assigned_emo": assigned, "majority_emo": majority, "annotated": votes, "agreement": agreement}]


THAI = {
    "s001_con_actor001_impro1_1.flac": thai_entry("Angry", "Angry", 0.75, "Angry", "Angry", "Angry", "Frustrated"),
    "s001_con_actor002_script2_1a.flac": thai_entry("Sad", "Sad", 0.625, "Sad", "Sad+Frustrated", "Sad", "Other"),
    "s019_con_actor037_script1_2b.flac": thai_entry("Happy", "None", 0.5, "Happy", "Neutral", "Happy", "Neutral"),
    "s080_con_actor160_impro3_4.flac": thai_entry("Neutral", "Neutral", 1.0, "Neutral", "Neutral", "Neutral"),
    "z011_mic_actor181_impro2_3.flac": thai_entry("Frustrated", "Angry", 0.67, "Angry", "Angry", "Frustrated"),
}


def thai_ser(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "emotion_label.json").write_text(json.dumps(THAI), encoding="utf-8")
    actors = [{"Actor's ID": f"{number:03}", "Sex": "Female", "Age": 23} for number in (1, 2, 37, 160, 181)]
    (folder / "actor_demography.json").write_text(json.dumps({"data": actors}), encoding="utf-8")
    for name in THAI:
        recording, microphone = name.split("_")[:2]
        long = {"s": "studio", "z": "zoom"}[recording[0]] + recording[1:]
        # One of them as the release's archives are called, with ten recordings each.
        place = folder / ("zoom11-20" if long == "zoom011" else "") / long / microphone
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(b"fLaC")


TREES: dict[str, Tree] = {tree.__name__: tree for tree in (emonet_voice, thai_ser)}


def records_of(name: str, folder: Path) -> dict[str, Record]:
    """Make the tree of a corpus and return what its reader finds, by id."""
    TREES[name](folder)
    return {record.id: record for record in READERS[name](folder)}
