"""What the readers of GitHub comments and of EmoTextToKids make of made-up rows."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from text_trees import OFFICIAL, flat_row, flat_sheet

from affekt.corpora.index import READERS
from affekt.errors import CorpusError


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_github_comments_keep_their_parts_and_lose_their_writers(tmp_path: Path) -> None:
    OFFICIAL["github_emotion"](tmp_path)
    records = {record.id: record for record in READERS["github_emotion"](tmp_path)}
    assert [(name, record.split) for name, record in records.items()][2:4] == [("13", "train"), ("14", "test")]
    assert (records["11"].signal.text, records["11"].labels) == ("Thanks [USER]!", ("love", "joy"))
    assert records["11"].conditions == {"repository": "a/b", "place": "issue", "secondary": "affection"}
    assert records["13"].labels == () and "secondary" not in records["13"].conditions
    assert all(record.speaker is None for record in records.values())


@pytest.mark.parametrize(
    ("old", "new", "problem"), [(",issue,13", ",wiki,13", "type is 'wiki'"), (",0,1,0,1,", ",0,2,0,1,", "love is '2'")]
)
def test_github_rows_that_are_none_are_refused(old: str, new: str, problem: str, tmp_path: Path) -> None:
    OFFICIAL["github_emotion"](tmp_path)
    change(tmp_path, "dataset/experiment_dataset/ann-train.csv", old, new)
    with pytest.raises(CorpusError, match=problem):
        list(READERS["github_emotion"](tmp_path))


def published_french(folder: Path) -> None:
    rows: dict[str, list[tuple[str, bool, list[str], list[str], list[str]]]] = {
        "train": [
            ("Il a peur du noir.", True, ["labeled"], ["basic"], ["fear"]),
            ("Elle rougit.", True, ["behavioral", "labeled"], ["complex"], ["embarassement", "pride"]),
            ("La Seine traverse Paris.", False, [], [], []),
        ],
        "validation": [("Quelle histoire !", True, [], [], ["other"])],
        "test": [("Il a perdu son chien.", True, ["suggested"], ["basic"], ["sadness"])],
    }
    for split, lines in rows.items():
        columns = {
            "previous_sentence": ["Avant."] * len(lines),
            "types": [line[3] for line in lines],
            "modes": [line[2] for line in lines],
            "categories": [line[4] for line in lines],
            "next_sentence": [""] * len(lines),
            "target_sentence": [line[0] for line in lines],
            "is_emotional": [line[1] for line in lines],
        }
        (folder / "data").mkdir(parents=True, exist_ok=True)
        strings = pyarrow.list_(pyarrow.string())
        table = pyarrow.table(
            {
                name: pyarrow.array(cells, strings) if name in ("types", "modes", "categories") else cells
                for name, cells in columns.items()
            }
        )
        pyarrow.parquet.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")


def test_french_sentences_with_modes_and_types(tmp_path: Path) -> None:
    published_french(tmp_path)
    records = {record.id: record for record in READERS["french_emotion_modes"](tmp_path)}
    assert list(records) == ["train-1", "train-2", "train-3", "validation-1", "test-1"]
    assert records["train-2"].labels == ("embarrassment", "pride")
    told = {"emotional": "yes", "modes": "labeled behavioral", "types": "complex", "before": "Avant."}
    assert records["train-2"].conditions == told
    assert records["train-3"].conditions == {"emotional": "no", "before": "Avant."}
    assert records["validation-1"].labels == ("other",) and records["test-1"].signal.language == "fr"


def test_the_flat_copy_gives_the_same_answers(tmp_path: Path) -> None:
    published_french(tmp_path / "published")
    OFFICIAL["french_emotion_modes"](tmp_path / "flat")
    flat, published = (list(READERS["french_emotion_modes"](tmp_path / name)) for name in ("flat", "published"))
    assert [(r.id, r.labels) for r in flat] == [(r.id, r.labels) for r in published]
    for one, other in zip(flat, published, strict=True):
        assert one.conditions == {key: value for key, value in other.conditions.items() if key != "before"}


def test_a_part_that_is_not_there_is_named(tmp_path: Path) -> None:
    published_french(tmp_path)
    (tmp_path / "data" / "test-00000-of-00001.parquet").unlink()
    with pytest.raises(CorpusError, match=r"No test-\*.parquet"):
        list(READERS["french_emotion_modes"](tmp_path))


@pytest.mark.parametrize("held", [("Peur",), ("Emo",)])
def test_a_sentence_that_contradicts_itself_is_refused(held: tuple[str, ...], tmp_path: Path) -> None:
    flat_sheet(tmp_path / "emotexttokids_gold_flat.xlsx", flat_row("Il a peur.", "train", *held))
    with pytest.raises(CorpusError, match="emotional where it has a category"):
        list(READERS["french_emotion_modes"](tmp_path))
