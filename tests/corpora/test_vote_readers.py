"""The readers that keep every vote: annotators of BRIGHTER, x-enVENT, Stack Overflow, and appraisals."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from official_trees import OFFICIAL, write

from affekt.corpora import appreddit, crowd_envent, enisear_appraisal, x_envent
from affekt.corpora.appraisals import APPREDDIT, ENISEAR, QUESTIONS, X_ENVENT
from affekt.corpora.index import READERS
from affekt.corpora.sheets import read_sheets
from affekt.errors import CorpusError
from affekt.types import Record


def records_of(name: str, folder: Path) -> dict[str, Record]:
    OFFICIAL[name](folder)
    return {record.id: record for record in READERS[name](folder)}


def said(record: Record) -> list[tuple[str | None, tuple[str, ...], dict[str, float]]]:
    return [(rating.rater, rating.labels, dict(rating.values)) for rating in record.ratings]


def test_addresses_become_pseudonyms_that_stay_the_same(tmp_path: Path) -> None:
    records = records_of("brighter_votes", tmp_path)
    # Kim did not answer the first text, but is the second to appear in the file.
    assert said(records["deu_651"]) == [
        ("deu-01", ("joy",), {"joy": 1, "anger": 0}),
        ("deu-03", ("anger", "joy"), {"joy": pytest.approx(1 / 3), "anger": pytest.approx(2 / 3)}),
    ]
    assert [rating.rater for rating in records["deu_652"].ratings] == ["deu-02", "deu-03"]
    assert records["ptbr_p1"].ratings[0].rater == "ptbr-01"
    shown = repr(records)
    assert "@" not in shown and "example" not in shown


def test_votes_carry_the_gold_and_the_split_of_the_same_text(tmp_path: Path) -> None:
    records = records_of("brighter_votes", tmp_path)
    german = records["deu_651"]
    assert (german.split, german.labels) == ("train", ("joy", "surprise"))
    assert german.intensities["joy"] == pytest.approx(2 / 3)
    tracks = {record.id: record for record in READERS["brighter"](complete(tmp_path))}
    assert german.group == tracks["deu_train_track_a_00001"].group
    # In train and in dev, and written with other punctuation: dev it is, and dev's gold.
    romanian = records["ron_00001"]
    assert (romanian.split, romanian.labels) == ("dev", ())
    # Two of the six were asked about in these five rows.
    assert romanian.unrated == ("anger", "disgust", "sadness", "surprise")
    assert said(romanian) == [
        ("ron-01", ("joy",), {"joy": 1}),
        ("ron-03", ("joy",), {"joy": pytest.approx(1 / 3), "fear": 0}),
    ]
    assert records["deu_652"].split == "unassigned"
    # Surprise was voted on, but no gold for it was published.
    afrikaans = records["afr_00001"]
    assert (afrikaans.split, afrikaans.labels) == ("test", ("anger",))
    assert afrikaans.unrated == ("disgust", "fear", "joy", "sadness")
    assert said(afrikaans)[0] == ("afr-01", ("anger", "surprise"), {"anger": 1, "surprise": 1, "neutral": 0})


def complete(folder: Path) -> Path:
    """The folder with what Track C has, which the votes do without."""
    write(folder, "track_c_extra.csv", "lang,split,id,text,anger,disgust,fear,joy,sadness,surprise")
    return folder


def test_slots_are_anonymous_and_a_second_answer_is_a_second_rating(tmp_path: Path) -> None:
    records = records_of("brighter_votes", tmp_path)
    for item in ("arq_7", "swe_1", "ukr_0"):
        assert {rating.rater for rating in records[item].ratings} == {None}
    assert len(records["arq_7"].ratings) == 2
    assert said(records["hin_h1"]) == [
        ("hin-01", (), {"joy": 0, "fear": 0}),
        ("hin-01", ("joy",), {"joy": pytest.approx(1 / 3), "fear": 0}),
        ("hin-02", ("joy",), {"joy": pytest.approx(2 / 3), "fear": 0}),
        ("hin-02", ("joy",), {"joy": pytest.approx(2 / 3), "fear": 0}),
    ]
    assert records["hin-test_1"].ratings[0].rater == "hin-test-01"
    # Marathi's two files were read by the same four.
    assert records["mar_1"].ratings[0].rater == records["mar-test_2"].ratings[0].rater == "mar-01"
    assert records["ukr_0"].ratings[1].labels == ("sadness",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",Joy,zoe@example.org,3", ",Joy,zoe@example.org,4", r"intensity is '4', allowed are numbers from 0 to 3"),
        (",Joy,zoe@example.org,3", ",Bliss,zoe@example.org,3", r"line 2: emotion is 'Bliss', allowed are"),
    ],
)
def test_votes_off_the_scale_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    OFFICIAL["brighter_votes"](tmp_path)
    path = tmp_path / "individual_labels/deu/deu_individual_intensities.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message) as caught:
        list(READERS["brighter_votes"](tmp_path))
    assert "@" not in str(caught.value)


def test_the_publishers_zip_is_read_as_it_is(tmp_path: Path) -> None:
    plain = records_of("brighter_votes", tmp_path)
    path = tmp_path / "individual_labels/deu/deu_individual_intensities.csv"
    with zipfile.ZipFile(f"{path}.zip", "w") as archive:
        archive.writestr(f"__MACOSX/._{path.name}", b"\x00\x05\x16")
        archive.writestr(path.name, path.read_bytes())
    path.unlink()
    assert {record.id: record for record in READERS["brighter_votes"](tmp_path)} == plain
    Path(f"{path}.zip").write_bytes(b"no archive")
    with pytest.raises(CorpusError, match=r"deu_individual_intensities\.csv\.zip cannot be read"):
        list(READERS["brighter_votes"](tmp_path))
    with zipfile.ZipFile(f"{path}.zip", "w") as archive:
        archive.writestr("other.csv", b"")
    with pytest.raises(CorpusError, match=r"holds no file deu_individual_intensities\.csv"):
        list(READERS["brighter_votes"](tmp_path))


def test_x_envent_keeps_the_writer_the_readers_and_everybody_in_the_text(tmp_path: Path) -> None:
    records = records_of("x_envent", tmp_path)
    first = records["1"]
    assert [(r.rater, r.perspective, r.labels) for r in first.ratings] == [
        (None, "writer", ("fear",)),
        ("A", "reader", ("sadness",)),
        ("A", "about 5-8", ("no-emotion",)),
        ("B", "reader", ("fear",)),
    ]
    assert first.signal.text[5:8] == "she"
    assert first.labels == ("sadness", "fear")
    assert first.ratings[0].values == {}
    assert first.ratings[1].values["suddenness"] == 1 and first.ratings[1].values["certainty"] == 1
    assert first.ratings[2].values["suddenness"] == 0.25 and first.ratings[2].values["effort"] == 0.5
    assert "suddenness" not in first.ratings[3].values and len(first.ratings[3].values) == 21
    assert (records["2"].labels, records["4"].split) == ((), "additional")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"suddenness": 5', '"suddenness": 6', "suddenness is 6, allowed are 1 to 5"),
        ('"no emotion"', '"ennui"', "the emotion 'ennui' is none of joy"),
        ('"original_emotion"', '"original"', "misses 'original_emotion'"),
    ],
)
def test_x_envent_names_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    OFFICIAL["x_envent"](tmp_path)
    path = tmp_path / x_envent.CARD.files[0].name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["x_envent"](tmp_path))


def test_stack_overflow_votes_and_gold(tmp_path: Path) -> None:
    records = records_of("stackoverflow_emotion", tmp_path)
    first = records["A-second-1"]
    assert first.signal.text == "Thanks, works & helps!"
    assert first.labels == ("love",)
    assert [(r.rater, r.labels) for r in first.ratings] == [("A-1", ("love",)), ("A-2", ("love", "joy")), ("A-3", ())]
    assert records["B-pilot-1"].split == "pilot" and records["B-pilot-1"].labels == ("anger",)
    assert records["D-third-3"].labels == () and records["D-third-3"].ratings[0].labels == ("surprise",)
    assert records["A-second-2"].group == records["C-third-9"].group


def test_a_post_missing_from_a_sheet_is_refused(tmp_path: Path) -> None:
    OFFICIAL["stackoverflow_emotion"](tmp_path)
    write(
        tmp_path,
        "annotations.csv",
        "sheet,Group,Set,No,Text,rater 1,rater 2,rater 3,Gold Label",
        "Love_all,A,Second,1,Thanks,,,,",
    )
    with pytest.raises(CorpusError, match="post A-second-1 is not in each of the six sheets once"):
        list(READERS["stackoverflow_emotion"](tmp_path))


def test_sheets_give_numbers_text_runs_and_saved_formulas(tmp_path: Path) -> None:
    OFFICIAL["stackoverflow_emotion"](tmp_path)
    path = tmp_path / "Emotions_GoldSandard_andAnnotation.xlsx"
    rows = list(read_sheets(path))
    assert rows[1] == (
        "Love_all",
        2,
        {
            **{"A": "A", "B": "Second", "C": "1", "D": "Thanks, works & helps!"},
            **{"E": "X", "F": "x", "H": "LOVE"},
        },
    )
    assert [row.sheet for row in rows[::6]] == [
        *("Love_all", "Joy_all", "Surprise_all", "Anger_all", "Sadness_all", "Fear_all"),
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(CorpusError, match=r"an \.xlsx workbook is expected"):
        list(read_sheets(path))


def test_enisear_appraisals_and_the_authors_folds(tmp_path: Path) -> None:
    records = records_of("enisear_appraisal", tmp_path)
    first = records["10"]
    assert first.signal.text == 'I felt ... when "it" rained.'
    assert first.labels == ("fear",)
    assert [(r.rater, r.perspective) for r in first.ratings] == [
        (None, "writer"),
        *((rater, "reader") for rater in ("a1", "a2", "a3")),
    ]
    assert first.ratings[1].values["self_responsblt"] == 1 and first.values["self_responsblt"] == 0
    assert first.ratings[1].values["pleasantness"] == 0 and first.values["pleasantness"] == 1
    folds = enisear_appraisal.read_folds(tmp_path)
    assert [(fold.round, fold.fold) for fold in folds[:2]] == [(1, 1), (1, 2)]
    assert len(folds) == 100
    for number in range(1, 11):
        tested = [item for fold in folds if fold.round == number for item in fold.ids]
        assert sorted(tested) == sorted(records)


def test_appreddit_scales_what_is_missing_and_who_is_responsible(tmp_path: Path) -> None:
    records = list(records_of("appreddit", tmp_path).values())
    assert records[0].signal.text == "Well, she left."
    assert records[0].values == {
        **{"unexpectedness": 1, "certainty": pytest.approx(5 / 6), "pleasantness": 0, "self_control": 0.5},
        **{"self_responsblt": 0, "other_responsblt": 1},
    }
    assert "unexpectedness" not in records[1].values and records[1].values["self_responsblt"] == 1
    assert records[2].values["self_responsblt"] == records[2].values["other_responsblt"] == 1
    assert records[3].values == {}
    assert records[0].group == records[1].group == "11a"


def test_appreddit_off_its_scale_is_refused(tmp_path: Path) -> None:
    OFFICIAL["appreddit"](tmp_path)
    path = tmp_path / "AppReddit.csv"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("2,2,2,2,2", "2,2,5,2,2"), encoding="utf-8")
    with pytest.raises(CorpusError, match="consistency is '5', allowed are numbers from 1 to 4"):
        list(appreddit.read(tmp_path))
    path.write_text(whole.replace("2,2,2,2,2", "2,2,2,2,3"), encoding="utf-8")
    with pytest.raises(CorpusError, match="responsibility is '3', allowed are -1, 0, 1, 2"):
        list(appreddit.read(tmp_path))


def test_appraisals_of_four_corpora_share_one_vocabulary() -> None:
    assert set(crowd_envent.APPRAISALS) <= set(QUESTIONS)
    assert set(X_ENVENT) <= set(x_envent.APPRAISALS)
    shared = [X_ENVENT.get(name, name) for name in x_envent.APPRAISALS]
    assert len(set(shared)) == 22 and set(shared) <= set(QUESTIONS)
    assert set(ENISEAR.values()) <= set(QUESTIONS) and set(APPREDDIT.values()) <= set(QUESTIONS)
    # Nothing in the vocabulary that no corpus asks.
    asked = {*crowd_envent.APPRAISALS, *shared, *ENISEAR.values(), *APPREDDIT.values()}
    assert asked == set(QUESTIONS)
