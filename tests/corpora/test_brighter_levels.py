"""BRIGHTER as levels: what is known of each text, the tracks joined without a text in two parts, kin."""

from __future__ import annotations

from pathlib import Path

import pytest

from affekt.corpora.brighter import LANGUAGES
from affekt.corpora.brighter_levels import kin_of, read_levels

HEAD = "id,text,anger,disgust,fear,joy,sadness,surprise"


def put(folder: Path, track: str, split: str, code: str, *rows: str, head: str = HEAD) -> None:
    path = folder / f"track_{track}/{split}/{code}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    named = [f"{code}_{split}_track_{track}_{n},{row}" for n, row in enumerate(rows)]
    path.write_text("\n".join([head, *named]) + "\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path, "a", "train", "deu", "froh,0,0,0,1,0,0", "geteilt,1,0,0,0,0,0")
    put(tmp_path, "a", "test", "deu", "böse,1,0,0,0,0,0")
    put(tmp_path, "b", "train", "deu", "froh,0,0,0,3,0,0", "Geteilt!,1,0,0,0,0,0")
    put(tmp_path, "b", "dev", "deu", "traurig,0,0,0,0,2,0", "geteilt,1,0,0,0,0,0")
    put(tmp_path, "b", "test", "deu", "geteilt,2,0,0,0,0,1")
    put(tmp_path, "a", "train", "ron", "vesel,0,0,0,1,0,0", "rău,1,0,0,0,0,0")
    put(tmp_path, "b", "test", "ron", "rău,3,0,0,0,0,0")
    english = "id,text,anger,fear,joy,sadness,surprise"
    put(tmp_path, "a", "train", "eng", "glad,0,0,1,0,0", head=english)
    put(tmp_path, "a", "test", "eng", "cross,,,,,", head=english)
    put(tmp_path, "b", "test", "eng", "cross,2,0,0,0,0", head=english)
    put(tmp_path, "c", "test", "zul", "jabula,0,0,0,1,0,0")
    return tmp_path


def test_intensities_where_there_are_any_and_no_text_in_two_parts(folder: Path) -> None:
    parts = read_levels(folder)
    assert set(parts) == {"deu", "ron", "eng"}
    german = parts["deu"]
    assert german.test.low.tolist() == [[2, 0, 0, 0, 0, 1]] and german.test.rated.all()
    # "geteilt" stands in the test part: once in dev and once, written otherwise, in train.
    assert german.dev.texts == ("traurig",) and german.train.texts == ("froh",)
    assert german.train.ids == ("deu_train_track_b_0",)


def test_labels_leave_the_intensity_open_and_unasked_emotions_all(folder: Path) -> None:
    parts = read_levels(folder)
    romanian, english = parts["ron"], parts["eng"]
    # Romanian has no intensities to learn from; its second text stands in the test part.
    assert romanian.train.texts == ("vesel",)
    assert romanian.train.low.tolist() == [[0, 0, 0, 1, 0, 0]] and romanian.train.high.tolist() == [[0, 0, 0, 3, 0, 0]]
    assert romanian.train.judged.all() and not romanian.train.rated.all()
    assert english.train.judged[0].tolist() == [True, False, True, True, True, True]
    assert (english.test.low[0, 1], english.test.high[0, 1]) == (0, 3)


def test_the_tracks_by_themselves(folder: Path) -> None:
    labels = read_levels(folder, track="a")
    assert labels["deu"].test.texts == ("böse",) and labels["eng"].test.ids == ("eng_test_track_b_0",)
    assert set(read_levels(folder, track="b", languages=("deu",))) == {"deu"}
    zulu = read_levels(folder, track="c")
    assert set(zulu) == {"zul"} and not len(zulu["zul"].train) and zulu["zul"].test.take([0]).texts == ("jabula",)


def test_kin_are_others_of_the_family_or_script() -> None:
    for code in LANGUAGES:
        kin = kin_of(code)
        assert (
            code not in kin and all(LANGUAGES[each] != LANGUAGES[code] for each in kin) and set(kin) <= set(LANGUAGES)
        )
    assert kin_of("amh") == ("tir",) and kin_of("rus") == ("ukr",) and "deu" in kin_of("afr")
