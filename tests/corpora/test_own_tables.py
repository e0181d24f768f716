"""A table or folder of one's own as a corpus: columns, labels, votes, scales, splits, bad rows."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from affekt.affect.spaces import find_space
from affekt.corpora.check import check_opened
from affekt.corpora.exporting import export_corpus
from affekt.corpora.opening import describe, is_own, open_corpus, part_split
from affekt.corpora.own.description import Description, read_description, read_mapping, write_description
from affekt.errors import InputError, UnknownNameError

ROWS = [
    {"id": "1", "text": "I am so happy", "emotion": "joy", "speaker": "a", "sex": "f"},
    {"id": "2", "text": "What a sad day", "emotion": "Sadness", "speaker": "b", "sex": "m"},
    {"id": "3", "text": "This is furious", "emotion": "anger", "speaker": "c", "sex": "f"},
]


def write(path, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_every_format_gives_the_same_records(tmp_path, ending):
    path = tmp_path / f"mine.{ending}"
    if ending == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    elif ending == "parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    else:
        write(path, ROWS)
        if ending == "tsv":
            path.write_text(path.read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8")
    found = open_corpus(path)
    assert [record.id for record in found.records] == ["1", "2", "3"]
    assert [record.labels[0].lower() for record in found.records] == ["joy", "sadness", "anger"]
    assert [record.speaker for record in found.records] == ["a", "b", "c"]
    assert found.records[0].conditions == {"sex": "f"}
    assert found.card.name == "mine" and found.card.space.kind == "exclusive"
    assert dict(found.columns)["labels"] == "emotion"
    assert not found.rejected


def test_columns_can_be_told_and_a_wrong_name_is_answered(tmp_path):
    path = write(tmp_path / "mine.csv", [{"what": "Oh no!", "felt": "fear"}, {"what": "Yes!", "felt": "joy"}])
    with pytest.raises(InputError, match=r"No column of mine.csv is known to hold text.*--column text=NAME"):
        open_corpus(path)
    found = open_corpus(path, Description(columns={"text": ("what",), "labels": ("felt",)}))
    assert [record.labels for record in found.records] == [("fear",), ("joy",)]
    with pytest.raises(InputError, match="Did you mean 'felt'"):
        open_corpus(path, Description(columns={"text": ("what",), "labels": ("fel",)}))
    with pytest.raises(InputError, match=r"Unknown role of a column 'txt'\. Did you mean 'text'"):
        Description(columns={"txt": ("what",)})


@pytest.mark.parametrize("cell", ['{"joy": 2, "fear": 1}', "joy:2|fear:1", '["joy", "joy", "fear"]'])
def test_votes_in_a_cell_are_counted_and_make_the_label(tmp_path, cell):
    path = tmp_path / "votes.tsv"
    path.write_text(f"text\tvotes\nOh!\t{cell}\nAh!\tfear:1|joy:1\n", encoding="utf-8")
    found = open_corpus(path)
    first, second = found.records
    assert first.labels == ("joy",)
    assert sorted(vote.labels[0] for vote in first.ratings) == ["fear", "joy", "joy"]
    assert second.labels == () and len(second.ratings) == 2
    assert any("1 items are tied" in note or "tied" in note for note in found.notes)


def test_rows_of_raters_are_votes_of_one_item(tmp_path):
    rows = [
        *(
            {"id": "1", "text": "Oh!", "rater": r, "label": label}
            for r, label in zip("abc", ("joy", "joy", "fear"), strict=True)
        ),
        *(
            {"id": "2", "text": "Ah!", "rater": r, "label": label}
            for r, label in zip("ab", ("fear", "fear"), strict=True)
        ),
    ]
    found = open_corpus(write(tmp_path / "long.csv", rows))
    assert [(record.id, record.labels, len(record.ratings)) for record in found.records] == [
        ("1", ("joy",), 3),
        ("2", ("fear",), 2),
    ]
    assert [vote.rater for vote in found.records[0].ratings] == ["a", "b", "c"]
    twice = open_corpus(write(tmp_path / "twice.csv", [*rows, rows[0]]))
    assert "rater judged the item '1' twice" in str(twice.rejected[0])
    assert "row 6" in str(twice.rejected[0])


def test_a_column_per_label(tmp_path):
    rows = [
        {"text": "Oh!", "joy": 1, "fear": 1},
        {"text": "Ah!", "joy": 0, "fear": ""},
        {"text": "So", "joy": "", "fear": ""},
    ]
    found = open_corpus(write(tmp_path / "flags.csv", rows))
    one, two, three = found.records
    assert set(one.labels) == {"joy", "fear"} and one.unrated == ()
    assert two.labels == () and two.unrated == ("fear",)
    assert set(three.unrated) == {"joy", "fear"}
    assert found.card.space.kind == "multi-label"


def test_several_labels_of_a_cell_and_none(tmp_path):
    rows = [{"text": "a b", "labels": "joy|love"}, {"text": "c d", "labels": "none"}, {"text": "e f", "labels": ""}]
    one, two, three = open_corpus(write(tmp_path / "several.csv", rows)).records
    assert one.labels == ("joy", "love")
    assert two.labels == () and two.unrated == ()
    assert set(three.unrated) == {"joy", "love"}


def test_a_scale_has_to_be_told_and_is_kept(tmp_path):
    path = write(
        tmp_path / "vad.csv", [{"text": "Oh", "valence": 1, "arousal": 5}, {"text": "Ah", "valence": 9, "arousal": 9}]
    )
    with pytest.raises(InputError, match=r"valence of vad runs from 1 to 9.*--scale 1,9"):
        open_corpus(path)
    scale = dict.fromkeys(("valence", "arousal", "dominance"), (1.0, 9.0))
    one, two = open_corpus(path, Description(scale=scale)).records
    assert (one.vad.valence, one.vad.arousal, two.vad.valence) == (-1, 0, 1)
    assert one.vad.dominance != one.vad.dominance
    found = open_corpus(path, Description(scale={**scale, "valence": (1, 5)}))
    assert "valence is 9, off its scale of 1 to 5" in found.rejected[0].reason
    assert len(found.records) == 1


def test_numbers_between_zero_and_one_are_not_taken_for_granted(tmp_path):
    path = write(tmp_path / "vad.csv", [{"text": "Oh", "valence": 0.1}, {"text": "Ah", "valence": 0.9}])
    with pytest.raises(InputError, match="nothing says on what scale"):
        open_corpus(path)
    write(path, [{"text": "Oh", "valence": -0.5}, {"text": "Ah", "valence": 0.9}])
    assert open_corpus(path).records[0].vad.valence == -0.5


def test_labels_outside_a_space_are_named_with_close_ones_and_a_map_mends_it(tmp_path):
    rows = [{"text": "a b", "label": "happy"}, {"text": "c d", "label": "angry"}, {"text": "e f", "label": "n/a"}]
    path = write(tmp_path / "mine.csv", rows)
    ekman = find_space("ekman")
    with pytest.raises(UnknownNameError, match=r"3 labels of mine are not in ekman.*close: joy.*--map FILE"):
        open_corpus(path, Description(space=ekman))
    table = tmp_path / "map.tsv"
    table.write_text("own\tlabel\nhappy\tjoy\nangry\tanger\nn/a\t\n", encoding="utf-8")
    found = open_corpus(path, Description(space=ekman, mapping=read_mapping(table)))
    assert [record.labels for record in found.records] == [("joy",), ("anger",), ()]
    assert any("Dropped by the map: n/a" in note for note in found.notes)
    table.write_text("happy\tjoy\nangry\tangre\nn/a\t\n", encoding="utf-8")
    with pytest.raises(UnknownNameError, match="'angry' mapped to 'angre'"):
        open_corpus(path, Description(space=ekman, mapping=read_mapping(table)))
    table.write_text("happy joy\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"map.tsv, line 1: 'happy joy'"):
        read_mapping(table)


def test_a_known_space_of_just_these_labels_is_taken_and_said(tmp_path):
    rows = [{"text": f"text {label}", "label": label.upper()} for label in find_space("sentiment")]
    found = open_corpus(write(tmp_path / "mine.csv", rows))
    assert found.card.space == find_space("sentiment")
    assert any("labels of sentiment" in note for note in found.notes)


def test_bad_rows_are_counted_and_named_never_dropped_in_silence(tmp_path):
    rows = [*ROWS, {"id": "4", "emotion": "joy"}, {"id": "", "text": "no id", "emotion": "joy"}]
    found = open_corpus(write(tmp_path / "mine.csv", rows))
    assert len(found.records) + len(found.rejected) == len(rows)
    assert [str(one) for one in found.rejected] == ["mine.csv, row 4: no text", "mine.csv, row 5: no id in column 'id'"]
    assert any("2 rows were left out" in note for note in found.notes)
    checked = check_opened(found)
    assert [finding.message for finding in checked.errors] == [
        "1 row was left out: no text.",
        "1 row was left out: no id in column 'id'.",
    ]
    again = check_opened(open_corpus(write(tmp_path / "same.csv", [*ROWS, ROWS[0]])))
    assert [finding.what for finding in again.errors] == ["id twice"]


@pytest.mark.parametrize("by", ["speaker", "group", "random"])
def test_drawn_splits_share_what_they_say(tmp_path, by):
    rows = [
        {
            "id": n,
            "text": f"text number {n}",
            "label": ("joy", "fear")[n % 2],
            "speaker": f"s{n % 10}",
            "dialogue": n // 5,
        }
        for n in range(100)
    ]
    found = open_corpus(write(tmp_path / "mine.csv", rows), Description(split_by=by))
    parts = {split: [r for r in found.records if r.split == split] for split in ("train", "dev", "test")}
    assert sum(map(len, parts.values())) == 100
    assert 10 <= len(parts["test"]) <= 20 and 5 <= len(parts["dev"]) <= 10
    (note,) = [note for note in found.notes if note.startswith("Split by")]
    for key in ("speaker", "group"):
        shared = {getattr(r, key) for r in parts["train"]} & {getattr(r, key) for r in parts["test"]}
        assert (f"no {key}" in note) == (not shared)
        assert not shared or key != by
    if by != "random":
        unknown = write(tmp_path / "other.csv", [{"text": f"a {n}", "label": "joy"} for n in range(9)])
        with pytest.raises(InputError, match=f"have no {by}"):
            open_corpus(unknown, Description(split_by=by))


def test_splits_of_their_own_and_no_splits(tmp_path):
    rows = [{**row, "split": split} for row, split in zip(ROWS, ("Train", "dev", "TEST"), strict=True)]
    found = open_corpus(write(tmp_path / "mine.csv", rows))
    assert found.card.rows == {"train": 1, "dev": 1, "test": 1}
    alone = open_corpus(write(tmp_path / "alone.csv", ROWS))
    assert alone.card.rows == {"all": 3}
    assert any("--split-by speaker" in note for note in alone.notes)


def test_the_file_beside_a_table_is_read_and_options_go_before_it(tmp_path):
    path = write(tmp_path / "mine.csv", [{"body": "Oh no", "felt": "fear"}, {"body": "Yes", "felt": "joy"}])
    told = Description(columns={"text": ("body",), "labels": ("felt",)}, language="en", licence="CC0-1.0")
    found, description = describe(path, told)
    write_description(description, tmp_path / "mine.corpus.json")
    again = open_corpus(path)
    assert again.records == found.records
    assert again.card.licence == "CC0-1.0" and again.records[0].signal.language == "en"
    assert read_description(tmp_path / "mine.corpus.json") == description
    other = open_corpus(path, Description(language="de", space=find_space("ekman")))
    assert other.card.space.name == "ekman" and other.records[0].signal.language == "de"
    (tmp_path / "mine.corpus.json").unlink()
    (tmp_path / "mine.corpus.toml").write_text(
        'language = "en"\nspace = "ekman"\n[columns]\ntext = "body"\nlabels = "felt"\n', encoding="utf-8"
    )
    assert open_corpus(path).card.space.name == "ekman"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('{"colums": {}}', "unknown key 'colums'. Did you mean 'columns'"),
        ("{", "cannot be read"),
        ("[]", "a description is a table"),
        ('{"scale": 3}', "another kind"),
        ('{"scale": [9, 1]}', "lowest and a highest"),
        ('{"space": {"name": "x"}}', "name, labels, kind and neutral"),
        ('{"split_by": "magic"}', "Unknown way to split 'magic'"),
    ],
)
def test_a_description_that_is_wrong_says_where(tmp_path, said, message):
    path = tmp_path / "mine.corpus.json"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_description(path)


def test_a_folder_of_splits_and_a_hugging_face_one_with_class_labels(tmp_path):
    import pyarrow
    import pyarrow.parquet

    plain = tmp_path / "plain"
    plain.mkdir()
    for split, row in zip(("train", "validation", "test"), ROWS, strict=True):
        write(plain / f"{split}.csv", [row])
    assert open_corpus(plain).card.rows == {"train": 1, "validation": 1, "test": 1}
    hub = tmp_path / "hub"
    (hub / "data").mkdir(parents=True)
    names = {"names": ["sadness", "joy"], "_type": "ClassLabel"}
    features = {"info": {"features": {"text": {"dtype": "string", "_type": "Value"}, "label": names}}}
    for split in ("train", "test"):
        table = pyarrow.table({"text": [f"{split} one", f"{split} two"], "label": [1, 0]})
        table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
        pyarrow.parquet.write_table(table, hub / "data" / f"{split}-00000-of-00001.parquet")
    found = open_corpus(hub)
    assert [record.labels for record in found.records if record.split == "train"] == [("joy",), ("sadness",)]
    assert len({record.id for record in found.records}) == 4
    write(plain / "speakers.csv", [{"text": "x", "label": "joy"}])
    with pytest.raises(InputError, match=r"no splits of one corpus by their names: speakers.csv"):
        open_corpus(plain)
    with pytest.raises(InputError, match="holds no table"):
        (tmp_path / "empty").mkdir()
        open_corpus(tmp_path / "empty")


@pytest.mark.parametrize("target", ["jsonl", "parquet", "hf", "audformat"])
def test_what_was_exported_is_read_again(tmp_path, target):
    rows = [{**row, "split": split} for row, split in zip(ROWS, ("train", "train", "test"), strict=True)]
    found = open_corpus(write(tmp_path / "mine.csv", rows))
    export_corpus(found.card, found.records, tmp_path / "out", to=target)
    again = open_corpus(tmp_path / "out")
    assert [(r.id, r.split, r.signal.text, r.labels, r.speaker) for r in again.records] == [
        (r.id, r.split, r.signal.text, r.labels, r.speaker) for r in found.records
    ]
    assert again.card.space.labels == found.card.space.labels


def test_an_audformat_database_of_media(tmp_path):
    pytest.importorskip("yaml")
    (tmp_path / "db.yaml").write_text(
        "name: voices\nlicense: CC0-1.0\nlanguages: [de]\nschemes:\n  emotion: {dtype: str, labels: [anger, joy]}\n"
        "  valence: {dtype: float, minimum: 1, maximum: 5}\ntables:\n  emotion.test:\n    type: segmented\n"
        "    split_id: test\n    columns:\n      emotion: {scheme_id: emotion}\n      valence: {scheme_id: valence}\n",
        encoding="utf-8",
    )
    (tmp_path / "db.emotion.test.csv").write_text(
        "file,start,end,emotion,valence\na.wav,0 days 00:00:01.500000,0 days 00:00:03,anger,1\nb.wav,,,joy,5\n",
        encoding="utf-8",
    )
    found = open_corpus(tmp_path)
    one, two = found.records
    assert (one.signal.modality, one.signal.path, one.signal.part.start) == ("speech", tmp_path / "a.wav", 1.5)
    assert (one.labels, one.vad.valence, two.vad.valence, one.split) == (("anger",), -1, 1, "test")
    assert two.signal.part is None and one.signal.language == "de"
    assert found.card.name == "voices" and found.card.licence == "CC0-1.0"
    assert {finding.what for finding in check_opened(found).errors} == {"media missing"}


def test_which_words_mean_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "isear").mkdir()
    (tmp_path / "my data").mkdir()
    assert not is_own("isear") and is_own("my data") and is_own("mine.csv") and not is_own("no-such-corpus")
    (tmp_path / "odd:name.csv").write_text("text\nOh\n", encoding="utf-8")
    assert part_split("odd:name.csv") == ("odd:name.csv", None)
    assert part_split("mine.csv:test") == ("mine.csv", "test")
    with pytest.raises(InputError, match="There is no file"):
        open_corpus("mine.csv")
    with pytest.raises(InputError, match="has a reader, which knows its columns"):
        open_corpus("isear", Description(language="en"))


@pytest.mark.parametrize("target", ["jsonl", "parquet"])
def test_an_export_of_ours_keeps_votes_conditions_and_what_nobody_judged(tmp_path, target):
    from affekt.corpora.index import CORPORA
    from affekt.types import VAD, Rating, Record, Signal

    votes = (Rating("r1", ("joy",), {"valence": 0.5}), Rating("r2", ("joy", "love")))
    record = Record(
        *("x", Signal("Oh", language="en", source="f"), "dev", ("joy",), VAD(0.5, 0.25, 0.0)),
        intensities={"joy": 0.75},
        ratings=votes,
        unrated=("fear",),
        conditions={"sex": "f"},
        turn=3,
    )
    export_corpus(CORPORA["goemotions"], [record], tmp_path / "out", to=target)
    (again,) = open_corpus(tmp_path / "out").records
    for key in ("id", "split", "labels", "vad", "intensities", "ratings", "unrated", "conditions", "turn"):
        assert getattr(again, key) == getattr(record, key), key
    assert open_corpus(tmp_path / "out").card.space.name == "goemotions"


def test_a_text_with_a_comma_and_no_quotes_is_named_by_its_line(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("id,text,label\n1,Oh my,joy\n2,Oh, no,fear\n3,Ah, so, what,joy\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"has 3 columns, and 2 with .*line 3 has 4, line 4 has 5.*double quotes"):
        open_corpus(path)
    path.write_text('id,text,label\n1,Oh my,joy\n2,"Oh, no",fear\n3,"Ah,\nso",joy\n', encoding="utf-8")
    assert [record.signal.text for record in open_corpus(path).records] == ["Oh my", "Oh, no", "Ah,\nso"]


def test_ids_that_start_anew_in_each_dialogue(tmp_path):
    folder = tmp_path / "talks"
    folder.mkdir()
    rows = [
        {"Utterance": f"say {d}{u}", "Dialogue_ID": d, "Utterance_ID": u, "Emotion": "joy"} for d in "ab" for u in "01"
    ]
    for split in ("train", "dev", "test"):
        write(folder / f"{split}_sent_emo.csv", rows)
    found = open_corpus(folder)
    assert found.card.rows == {"train": 4, "dev": 4, "test": 4}
    assert len({record.id for record in found.records}) == 12
    assert found.records[0].id == "train / a / 0" and found.records[0].group == "train / a"
    assert any("start anew" in note for note in found.notes)


def test_a_column_called_like_text_is_offered(tmp_path):
    path = write(tmp_path / "mine.csv", [{"nr": 1, "hidden_emo_text": "Oh my"}, {"nr": 2, "hidden_emo_text": "Ah"}])
    with pytest.raises(InputError, match="Did you mean 'hidden_emo_text'"):
        open_corpus(path)


def test_a_column_per_rater(tmp_path):
    rows = [
        {"text": "Oh", "w1": "joy", "w2": "joy", "w3": "fear"},
        {"text": "Ah", "w1": "fear", "w2": "", "w3": "fear"},
    ]
    told = Description(columns={"votes": ("w1", "w2", "w3")})
    one, two = open_corpus(write(tmp_path / "wide.csv", rows), told).records
    assert (one.labels, [vote.rater for vote in one.ratings]) == (("joy",), ["w1", "w2", "w3"])
    assert (two.labels, [vote.rater for vote in two.ratings]) == (("fear",), ["w1", "w3"])


def test_a_cell_that_is_no_number_does_not_hide_its_column(tmp_path):
    rows = [{"text": "Oh", "valence": 1}, {"text": "Ah", "valence": "x"}, {"text": "Eh", "valence": 9}]
    found = open_corpus(write(tmp_path / "v.csv", rows), Description(scale={"valence": (1, 9)}))
    assert [str(one) for one in found.rejected] == ["v.csv, row 2: valence is 'x', which is no number"]
    assert len(found.records) == 2


def test_nothing_judged_is_said_with_the_columns_it_may_be(tmp_path):
    path = write(tmp_path / "two.csv", [{"text": "Oh", "joy": 3, "fear": 0}, {"text": "Ah", "joy": 0, "fear": 0}])
    assert any("labels=joy,fear" in note for note in open_corpus(path).notes)
    told = open_corpus(path, Description(columns={"labels": ("joy", "fear")}))
    assert told.card.space.labels == ("fear", "joy")
    assert told.rejected[0].reason.startswith("joy is 3; labels in a column each are 0 or 1")


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA does not say where corpora lie")
def test_real_tables_read_as_a_strangers_agree_with_their_readers():
    data = Path(os.environ["AFFEKT_DATA"]) / "text"
    if not (data / "meld").is_dir() or not (data / "emobank").is_dir():
        pytest.skip("meld and emobank are not below AFFEKT_DATA")
    plain, known = open_corpus(data / "meld"), open_corpus("meld")
    # The reader takes its own way with typography; labels and dialogues are the same, turn by turn.
    assert plain.card.rows == dict(Counter(record.split for record in known.records))
    assert [record.labels for record in plain.records] == [record.labels for record in known.records]
    dimensions = dict.fromkeys(("valence", "arousal", "dominance"), (1.0, 5.0))
    told = {r.id: r.vad for r in open_corpus("emobank").records}
    bank = open_corpus(data / "emobank" / "emobank.csv.gz", Description(scale=dimensions))
    shared = [record for record in bank.records if record.id in told]
    assert len(shared) > 5000
    assert max(abs(record.vad.valence - told[record.id].valence) for record in shared) < 1e-6
