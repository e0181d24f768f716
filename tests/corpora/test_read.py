from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from official_trees import OFFICIAL

from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import cache_folder, check_rows, find_folder, read_corpus
from affekt.errors import CorpusError, UnknownNameError


@pytest.fixture(autouse=True)
def _empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AFFEKT_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    yield


def test_a_split_in_the_official_order(tmp_path: Path) -> None:
    OFFICIAL["goemotions"](tmp_path)
    assert len(read_corpus("goemotions", folder=tmp_path, complete=False)) == 5
    test = read_corpus("goemotions", folder=tmp_path, split="test", complete=False)
    assert [record.id for record in test] == ["aaa4", "aaa5"]
    with pytest.raises(UnknownNameError, match=r"no split 'validation' here\. It has: train, dev, test"):
        read_corpus("goemotions", folder=tmp_path, split="validation", complete=False)


def test_a_part_of_a_corpus_is_refused_unless_asked_for(tmp_path: Path) -> None:
    OFFICIAL["goemotions"](tmp_path)
    with pytest.raises(CorpusError, match=r"found \{'train': 2, 'dev': 1, 'test': 2\}.*'train': 43410.*complete=False"):
        read_corpus("goemotions", folder=tmp_path)


def test_counting_rows_tells_official_from_known_copies(tmp_path: Path) -> None:
    OFFICIAL["emobank"](tmp_path)
    records = list(READERS["emobank"](tmp_path))
    card = replace(
        CORPORA["emobank"], rows={"train": 3, "dev": 1, "test": 1}, copies={"no test": {"train": 3, "dev": 1}}
    )
    assert check_rows(card, records) == "official"
    assert check_rows(card, [record for record in records if record.split != "test"]) == "no test"
    with pytest.raises(CorpusError, match="incomplete"):
        check_rows(card, records[1:])


def test_the_data_folder_comes_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = cache_folder() / "dair_emotion"
    OFFICIAL["dair_emotion"](cached)
    assert cached.is_relative_to(tmp_path / "cache")
    assert find_folder("dair_emotion") == cached
    flat = tmp_path / "data" / "dair_emotion"
    OFFICIAL["dair_emotion"](flat)
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path / "data"))
    assert find_folder("dair_emotion") == flat
    nested = tmp_path / "data" / "text" / "dair-emotion"
    OFFICIAL["dair_emotion"](nested)
    assert find_folder("dair_emotion") == nested
    records = read_corpus("dair_emotion", split="val", complete=False)
    assert [record.signal.text for record in records] == ["i feel cheated"]


@pytest.mark.parametrize(("name", "folder"), [("vader_icwsm", "vader"), ("edos", "edos-mturk")])
def test_folders_called_otherwise(name: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text" / folder).mkdir(parents=True)
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    assert find_folder(name) == tmp_path / "text" / folder


def test_an_absent_corpus_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path / "data"))
    with pytest.raises(CorpusError) as caught:
        read_corpus("emobank")
    message = str(caught.value)
    assert "The corpus emobank is not here" in message
    assert str(tmp_path / "data" / "text" / "emobank") in message
    assert "https://github.com/JULIELab/EmoBank" in message
    assert "python -m affekt.corpora.download emobank --accept-licence" in message
    with pytest.raises(CorpusError, match=r"get it from http://yanran\.li/dailydialog .*CC BY-NC-SA"):
        read_corpus("dailydialog", folder=tmp_path / "nowhere")
