from __future__ import annotations

import csv
import json
import tarfile
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from affekt.corpora.archives import Content, Media, archive_members, media_reader
from affekt.corpora.exporting import COLUMNS, FORMATS, export_corpus, rows_of
from affekt.corpora.index import CORPORA
from affekt.corpora.manifest import CAMEO, manifest_rows, write_manifest
from affekt.errors import InputError, OutputError
from affekt.types import VAD, Rating, Record, Signal, Span

CARD = CORPORA["goemotions"]
RECORDS = [
    Record(
        "a.1",
        Signal('Über\'s "Ziel",\nja!', language="de"),
        "train",
        labels=("joy", "pride"),
        ratings=(Rating("ann@example.org", ("joy",), {"valence": 0.5}, "reader"), Rating("7", ("pride",))),
        speaker="s1",
        group="g1",
        turn=2,
        conditions={"scene": "3"},
    ),
    Record("b", Signal("Hm."), "train", vad=VAD(0.25, float("nan"), -1.0), intensities={"fear": 0.5}),
    Record("c", Signal("No."), "dev/x", unrated=("fear",), values={"trust": 2.0}),
]


def named(value):  # type: ignore[no-untyped-def]
    """Lists of names and values as objects again, in votes too."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return value
    if set(value[0]) == {"name", "value"}:
        return {part["name"]: part["value"] for part in value}
    return [{**vote, "values": named(vote["values"]) or {}} for vote in value]


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def test_jsonl_holds_every_vote_and_no_address(tmp_path: Path) -> None:
    paths = export_corpus(CARD, RECORDS, tmp_path / "out", to="jsonl")
    assert [path.name for path in paths] == ["train.jsonl", "dev_x.jsonl", "card.json"]
    lines = paths[0].read_text(encoding="utf-8").splitlines()
    first, second = map(json.loads, lines)
    assert list(first) == list(COLUMNS)
    assert first["text"] == RECORDS[0].signal.text and first["labels"] == ["joy", "pride"]
    assert [vote["rater"] for vote in first["ratings"]] == ["rater-001", "7"]
    assert "@" not in lines[0]
    assert (second["valence"], second["arousal"], second["dominance"]) == (0.25, None, -1.0)
    assert json.loads(paths[-1].read_text())["licence"] == CARD.licence


def test_parquet_holds_the_same_in_fixed_columns(tmp_path: Path) -> None:
    import duckdb

    export_corpus(CARD, RECORDS, tmp_path / "out", to="parquet")
    export_corpus(CARD, RECORDS[1:2], tmp_path / "poor", to="parquet")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["card.json", "dev_x.parquet", "train.parquet"]
    with duckdb.connect() as connection:

        def table(path: Path):  # type: ignore[no-untyped-def]
            return connection.execute(f"SELECT * FROM '{path}'")

        kinds = [(column[0], str(column[1])) for column in table(tmp_path / "out/train.parquet").description]
        assert kinds == [(c[0], str(c[1])) for c in table(tmp_path / "poor/train.parquet").description]
        rows = table(tmp_path / "out/train.parquet").fetchall()
    found = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for row, expected in zip(found, rows_of(CARD, RECORDS[:2]), strict=True):
        for name in COLUMNS:
            assert (named(row[name]) or None) == (expected[name] or None), name


def test_a_hugging_face_folder_names_its_splits_and_licence(tmp_path: Path) -> None:
    export_corpus(CARD, RECORDS, tmp_path / "out", to="hf")
    readme = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    head = readme.split("---\n")[1]
    assert "license: apache-2.0\n" in head
    assert "  - split: train\n    path: data/train.parquet\n  - split: dev_x\n    path: data/dev_x.parquet\n" in head
    assert (tmp_path / "out/data/dev_x.parquet").is_file()


def test_a_hugging_face_folder_is_read_by_datasets(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    export_corpus(CARD, RECORDS, tmp_path / "out", to="hf")
    found = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert found["train"]["id"] == ["a.1", "b"] and found["dev_x"]["id"] == ["c"]


def test_webdataset_shards_hold_text_and_media(tmp_path: Path) -> None:
    (tmp_path / "one.WAV").write_bytes(b"RIFF1")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("x/two.wav", b"RIFF2")
    with tarfile.open(tmp_path / "all.tar", "w") as packed:
        packed.add(tmp_path / "one.WAV", "x/three.wav")
    tarred = Record("3", Signal(modality="speech", path=tmp_path / "all.tar", member="x/three.wav"), "all")
    with ExitStack() as stack:
        read = media_reader(stack)
        assert read(tarred.signal) == Media(".wav", b"RIFF1")
        assert read(replace(tarred.signal, member="no.wav")) is None and read(Signal("text")) is None
    assert archive_members(tmp_path / "all.tar")["x/three.wav"] == Content(5, zlib.crc32(b"RIFF1"))
    assert archive_members(tmp_path / "all.zip")["x/two.wav"] == Content(5, zlib.crc32(b"RIFF2"))
    assert archive_members(tmp_path / "one.WAV") == {}
    clips = [
        Record("one", Signal("Oh!", modality="speech", path=tmp_path / "one.WAV", part=Span(0, 1.5, "second")), "all"),
        Record("two", Signal(modality="speech", path=tmp_path / "all.zip", member="x/two.wav"), "all"),
    ]
    (path, _) = export_corpus(CARD, clips * 501, tmp_path / "out", to="webdataset")[:2]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["all-000000.tar", "all-000001.tar", "card.json"]
    with tarfile.open(path) as tar:
        names = tar.getnames()
        assert names[:5] == [
            *(f"all-00000000.{ending}" for ending in ("json", "txt", "wav")),
            *(f"all-00000001.{ending}" for ending in ("json", "wav")),
        ]
        told = json.load(tar.extractfile(names[0]))  # type: ignore[arg-type]
        assert (told["id"], told["start"], told["end"]) == ("one", 0, 1.5) and "path" not in told
        assert tar.extractfile(names[4]).read() == b"RIFF2"  # type: ignore[union-attr]


def test_an_audformat_database_has_a_header_and_tables(tmp_path: Path) -> None:
    (tmp_path / "one.wav").write_bytes(b"RIFF1")
    clip = Signal("Oh!", modality="speech", path=tmp_path / "one.wav", language="de")
    part = Signal(modality="speech", path=tmp_path / "one.wav", part=Span(61.5, 62, "second"), language="de")
    records = [
        Record("one", clip, "train", labels=("joy",), speaker="s1", vad=VAD(0.5, float("nan"), 0)),
        Record("two", part, "train", labels=("joy", "fear"), unrated=("anger",)),
        Record("three", Signal("A, text", language="de"), "x/y", labels=("fear",)),
    ]
    paths = export_corpus(CARD, records, tmp_path / "out", to="audformat")
    assert [path.name for path in paths] == [
        *("db.yaml", "db.train.csv", "db.train.segments.csv", "db.x_y.texts.csv", "card.json")
    ]
    header = json.loads(paths[0].read_text(encoding="utf-8"))
    assert (header["name"], header["usage"], header["languages"]) == ("goemotions", "unrestricted", ["de"])
    assert header["splits"] == {"train": {"type": "train"}, "x/y": {"type": "undefined"}}
    assert header["schemes"]["joy"] == {"dtype": "bool"} and header["schemes"]["valence"]["minimum"] == -1.0
    assert header["tables"]["train"]["type"] == "filewise" and header["misc_tables"]["x_y.texts"]["levels"]
    files, segments, texts = (
        [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for rows in (table(path) for path in paths[1:4])
    )
    assert files[0]["file"] == segments[0]["file"] == "media/00000000.wav"
    assert (tmp_path / "out" / files[0]["file"]).read_bytes() == b"RIFF1"
    assert (files[0]["joy"], files[0]["fear"], files[0]["valence"], files[0]["speaker"]) == (
        "True",
        "False",
        "0.5",
        "s1",
    )
    assert "arousal" not in files[0]
    assert (segments[0]["start"], segments[0]["end"]) == ("0 days 00:01:01.500000", "0 days 00:01:02.000000")
    assert (segments[0]["anger"], segments[0]["fear"]) == ("", "True")
    assert (texts[0]["id"], texts[0]["text"]) == ("three", "A, text")


def test_an_exclusive_corpus_has_one_column_in_audformat(tmp_path: Path) -> None:
    records = [Record(str(i), Signal("Oh."), "all", labels=labels) for i, labels in enumerate([("joy",), ()])]
    paths = export_corpus(CORPORA["dair_emotion"], records, tmp_path / "out", to="audformat")
    rows = table(paths[1])
    assert rows == [["id", "emotion", "text"], ["0", "joy", "Oh."], ["1", "", "Oh."]]


def test_one_manifest_for_several_corpora(tmp_path: Path) -> None:
    clip = Record("x", Signal(modality="speech", path=tmp_path / "speech/x.wav", language="de"), "all", labels=("joy",))
    path = tmp_path / "manifest.jsonl"
    assert write_manifest({"goemotions": RECORDS, "isear": [clip]}, path, root=tmp_path) == (4, 0)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["corpus"] for row in rows] == ["goemotions"] * 3 + ["isear"]
    assert rows[3]["path"] == "speech/x.wav" and rows[3]["space"] == CORPORA["isear"].space.name  # type: ignore[union-attr]
    assert rows[0]["licence"] == CARD.licence and "ratings" not in rows[0]


@pytest.mark.parametrize("to", FORMATS)
def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, to: str) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="not empty"):
        export_corpus(CARD, RECORDS, tmp_path, to=to)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_cannot_be_exported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Unknown format"):
        export_corpus(CARD, RECORDS, tmp_path / "out", to="xlsx")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no record"):
        export_corpus(CARD, [], tmp_path / "out", to="jsonl")
    twice = [Record("a", Signal("…"), "dev/x"), Record("b", Signal("…"), "dev_x")]
    with pytest.raises(InputError, match="same file"):
        export_corpus(CARD, twice, tmp_path / "twice", to="jsonl")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        export_corpus(CARD, RECORDS, tmp_path / "file" / "out", to="jsonl")


def test_a_manifest_in_the_columns_of_cameo() -> None:
    speech = Signal("Der Lappen liegt.", language="de", modality="speech", path=Path("audio.tar"), member="03a.wav")
    records = {
        "emodb": [
            Record("1", speech, "all", labels=("happiness",), speaker="03", conditions={"sex": "female", "age": "31"}),
            Record("2", speech, "all", labels=("boredom",)),
        ],
        "ravdess": [
            Record("3", Signal(modality="speech"), "all", labels=("angry",), conditions={"gender": "M"}),
            Record("4", Signal(modality="speech"), "all"),
        ],
    }
    rows = manifest_rows(records, columns="cameo", space="ekman-neutral")
    assert [tuple(row)[: len(CAMEO)] for row in rows] == [CAMEO] * 3
    assert [row["emotion"] for row in rows] == ["joy", "disgust", "anger"]
    assert rows[0] == {
        "file_id": "1",
        "audio": "audio.tar::03a.wav",
        "emotion": "joy",
        "transcription": "Der Lappen liegt.",
        "speaker_id": "03",
        "gender": "female",
        "age": "31",
        "dataset": "emodb",
        "language": "de",
        "license": CORPORA["emodb"].licence,
        "split": "all",
    }
    assert (rows[2]["gender"], rows[2]["age"], rows[2]["transcription"]) == ("male", None, None)
    assert [row["emotion"] for row in manifest_rows(records, columns="cameo")] == ["happiness", "boredom", "angry"]
    assert [row["labels"] for row in manifest_rows(records)] == [["happiness"], ["boredom"], ["angry"], []]
    with pytest.raises(InputError, match="Allowed: affekt, cameo"):
        manifest_rows(records, columns="camel")  # type: ignore[arg-type]
