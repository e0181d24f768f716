"""Readers of corpora that are scored by condition: what says how an item came about is kept as a field."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from condition_trees import BERST, BERST_HEADER, TREES, berst_row, records_of, table

from affekt.corpora.berst import position_group
from affekt.corpora.clips import read_clips
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import read_corpus
from affekt.errors import CorpusError


@pytest.mark.parametrize("name", TREES)
def test_records_keep_the_cards_word(name: str, tmp_path: Path) -> None:
    card = CORPORA[name]
    records = records_of(name, tmp_path)
    assert len(records) >= 5
    for record in records.values():
        assert record.split in (card.rows or {"all"})
        assert record.signal.modality == card.modality == "speech"
        assert {record.signal.language, *(each.language for each in record.further)} <= set(card.languages)
        assert record.speaker and record.group and card.space
        assert set(record.labels) <= set(card.space)
    assert any(record.signal.path is not None for record in records.values())
    with pytest.raises(CorpusError, match=str(tmp_path / "empty")):
        (tmp_path / "empty").mkdir()
        list(READERS[name](tmp_path / "empty"))
    if card.rows:
        with pytest.raises(CorpusError, match="incomplete"):
            read_corpus(name, folder=tmp_path)


def test_berst_tells_emotion_shout_position_and_script(tmp_path: Path) -> None:
    records = records_of("berst", tmp_path)
    first = records["train-shout_data_00a5-final-0"]
    assert (first.labels, first.speaker, first.split) == (("anger",), "u1", "train")
    assert first.signal.text == "Vegetable green, I wash yellow."
    assert first.signal.path == tmp_path / "train/audio/shout_data_00a5/final/0.wav"
    assert {name: first.conditions[name] for name in ("shout", "position", "position_group", "sex", "phone")} == {
        "shout": "shout",
        "position": "In a backpack",
        "position_group": "covered",
        "sex": "female",
        "phone": "Pixel 4",
    }
    assert [record.conditions["shout"] for record in records.values()] == [
        *("shout", "no-shout", "n/a", "no-shout", "shout")
    ]
    assert [record.conditions["position_group"] for record in records.values()] == [
        *("covered", "near", "across the room", "some steps away", "another room")
    ]
    assert [record.split for record in records.values()] == ["train"] * 3 + ["validation", "test"]


def test_a_position_that_no_word_tells_is_a_group_of_its_own() -> None:
    assert position_group("On the  Ceiling") == "on the ceiling"


def test_berst_is_read_where_its_first_home_put_it(tmp_path: Path) -> None:
    header = ["path" if name == "file_name" else name for name in BERST_HEADER]
    table(tmp_path / "berst-data" / "test" / "metadata.csv", header, BERST["test"])
    (record,) = READERS["berst"](tmp_path)
    assert (record.id, record.labels) == ("test-shout_data_02c1-final-0", ("sadness",))


def test_berst_is_read_from_the_parquet_files_of_its_home(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    sounds = []
    for seconds in (0.2, 0.3, 0.4):
        content = io.BytesIO()
        soundfile.write(content, np.zeros(int(16_000 * seconds)), 16_000, format="WAV")
        sounds.append({"bytes": content.getvalue(), "path": "0.wav"})
    for split, rows in BERST.items():
        columns = {name: [row[place] for row in rows] for place, name in enumerate(BERST_HEADER) if name != "file_name"}
        columns |= {"audio": sounds[: len(rows)]}
        (tmp_path / "data").mkdir(exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / f"data/{split}-00000-of-00001.parquet")
    records = {record.id: record for record in READERS["berst"](tmp_path)}
    assert list(records)[:2] == ["train-shout_data_00a5-0", "train-shout_data_00a6-0"]
    assert [record.split for record in records.values()] == ["train"] * 3 + ["validation", "test"]
    assert records["test-shout_data_02c1-0"].conditions["position_group"] == "another room"
    clips = read_clips("berst", cache=None, folder=tmp_path)
    assert [len(wave) for wave in clips.view("wave")] == [3200, 4800, 6400, 3200, 3200]
    assert clips.speakers == ("u1", "u1", "u2", "u3", "u4")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (berst_row("x", "u9", "bliss", "shout", "Near"), "affect is 'bliss'"),
        (berst_row("x", "u9", "joy", "loud", "Near"), "shout_level is 'loud'"),
        (berst_row("x", "", "joy", "shout", "Near"), "user_id or phone_position is empty"),
        (("../x.wav", *berst_row("x", "u9", "joy", "shout", "Near")[1:]), "expected one below test/"),
    ],
)
def test_berst_refuses_what_the_release_has_not(row: tuple[str, ...], message: str, tmp_path: Path) -> None:
    table(tmp_path / "test" / "metadata.csv", BERST_HEADER, [row])
    with pytest.raises(CorpusError, match=rf"metadata\.csv, line 2: .*{message}"):
        list(READERS["berst"](tmp_path))


def test_att_hack_tells_speaker_sentence_attitude_and_take(tmp_path: Path) -> None:
    records = records_of("att_hack", tmp_path)
    assert list(records) == [
        *("F01_a1_s001_v01", "F01_a1_s001_v02", "F01_a3_s001_v01", "M04_a4_s100_v05", "M07_a2_s055_v03")
    ]
    second, last = records["F01_a1_s001_v02"], records["M04_a4_s100_v05"]
    assert (second.speaker, second.labels, second.signal.text) == ("F01", ("friendly",), "bien-sûr")
    assert second.conditions == {
        "attitude": "friendly", "code": "a1", "sentence": "001", "take": "2", "sex": "female"
    }  # fmt: skip
    assert (last.labels, last.conditions["sentence"], last.conditions["take"]) == (("distant",), "100", "5")
    assert (last.conditions["sex"], last.signal.text) == ("male", "")
    assert CORPORA["att_hack"].layout == "unverified" and "assumes" in CORPORA["att_hack"].notes
    (tmp_path / "txt" / "F01_a1_s001_v01.txt").write_bytes(b"bien-s\xfbr")
    with pytest.raises(CorpusError, match=r"F01_a1_s001_v01\.txt is no UTF-8 text"):
        list(READERS["att_hack"](tmp_path))


def test_meld_st_joins_both_languages_with_the_emotion(tmp_path: Path) -> None:
    records = records_of("meld_st", tmp_path)
    assert list(records) == [
        *("de-train-0", "de-train-1", "de-valid-0", "de-test-0", "ja-train-0", "ja-valid-0", "ja-test-4")
    ]
    first, german = records["de-train-0"], records["de-train-0"].further[0]
    assert (first.labels, first.signal.text, first.signal.language) == (("surprise",), "Oh my God!", "en")
    assert (german.text, german.language) == ("Oh mein Gott!", "de")
    assert first.signal.path == tmp_path / "ENG_DEU/ENG/train/train_0.wav"
    assert german.path == tmp_path / "ENG_DEU/DEU/train/train_0.wav"
    valid = records["de-valid-0"]
    assert valid.signal.path == tmp_path / "ENG_DEU/ENG/dev/dev_0.wav" and valid.further[0].path is None
    assert (first.group, first.turn, records["de-train-1"].group) == ("4-7-3", 0, "4-7-3")
    japanese = records["ja-test-4"]
    assert (japanese.further[0].text, japanese.further[0].language) == ("うわっ", "ja")
    assert japanese.conditions == {"target": "ja", "sentiment": "negative", "season": "1", "episode": "1"}


def test_meld_st_is_read_with_one_pair_and_refuses_a_split_too_few(tmp_path: Path) -> None:
    records_of("meld_st", tmp_path / "MELD-ST")
    assert len(list(READERS["meld_st"](tmp_path))) == 7
    for name in ("jpn_train", "jpn_valid", "jpn_test"):
        (tmp_path / "MELD-ST" / "ENG_JPN" / f"{name}.csv").unlink()
    assert len(list(READERS["meld_st"](tmp_path))) == 4
    (tmp_path / "MELD-ST" / "ENG_DEU" / "deu_valid.csv").unlink()
    with pytest.raises(CorpusError, match=r"deu_valid\.csv is not in"):
        list(READERS["meld_st"](tmp_path))


def test_ser_ampel_keeps_the_protocol(tmp_path: Path) -> None:
    records = records_of("ser_ampel", tmp_path)
    assert [record.conditions["protocol"] for record in records.values()] == ["acted"] * 3 + ["natural"] * 2
    first = records["film/a1"]
    assert (first.labels, first.speaker, first.signal.text) == (("anger",), "actor-1", "Basta!")
    assert first.conditions == {"protocol": "acted", "sex": "male", "age": "70"}
    assert first.signal.path == tmp_path / "film/a1.wav" and records["film/a2"].signal.path is None
    path = tmp_path / "labels.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("natural", "elicited"), encoding="utf-8")
    with pytest.raises(
        CorpusError, match=r"labels\.csv, line 5: protocol is 'elicited', allowed are acted and natural"
    ):
        list(READERS["ser_ampel"](tmp_path))
