"""Files of ratings: every layout, what is guessed, what is refused."""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from affekt.errors import InputError, UnknownNameError
from affekt.ratings import Scale
from affekt.ratings.layouts import Guess
from affekt.ratings.reading import guess_layout, read_ratings
from affekt.ratings.views import vote_counts

DATA = os.environ.get("AFFEKT_DATA")


def write(folder: Path, text: str, name: str = "votes.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_per_vote(tmp_path: Path) -> None:
    path = write(tmp_path, "id,annotator,emotion,time\n007,ann,joy,1.5\n007,ben,fear,2\n8,ann,joy,3\n")
    made = read_ratings(path)
    assert (made.items, made.raters, made.columns) == (("007", "8"), ("ann", "ben"), ("fear", "joy"))
    assert made.kind == "exclusive"
    assert made.time is not None
    assert made.time.tolist() == [1.5, 2.0, 3.0]
    assert made.values.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert str(guess_layout(path)) == (
        "Read as long (a row per vote): item = id; rater = annotator; label = emotion; time = time."
    )


def test_cells_of_several_labels_and_an_empty_one(tmp_path: Path) -> None:
    made = read_ratings(write(tmp_path, "item,rater,label\na,x,joy|fear\nb,x,joy\na,y,\n"))
    assert (made.kind, made.columns) == ("multi-label", ("fear", "joy"))
    assert made.values[:2].tolist() == [[1, 1], [0, 1]]
    assert np.isnan(made.values[2]).all()
    assert guess_layout(tmp_path / "votes.csv").separator == "|"


def test_a_comma_inside_a_label_does_not_part_it(tmp_path: Path) -> None:
    path = write(tmp_path, 'item,rater,label\na,x,"sad, in a way"\nb,x,joy\n')
    assert read_ratings(path).columns == ("joy", "sad, in a way")


def test_labels_meet_their_space_whatever_the_case(tmp_path: Path) -> None:
    path = write(tmp_path, "item,rater,label\na,x,Joy\nb,x,FEAR\nb,y,joy\n")
    made = read_ratings(path, space="ekman")
    assert made.columns == ("anger", "disgust", "fear", "joy", "sadness", "surprise")
    assert made.values.argmax(1).tolist() == [3, 2, 3]
    assert read_ratings(path).columns == ("FEAR", "joy")
    with pytest.raises(UnknownNameError, match="label of ekman 'nostalgia'"):
        read_ratings(write(tmp_path, "item,rater,label\na,x,nostalgia\n", "odd.csv"), space="ekman")


def test_a_space_that_has_just_these_labels_is_found(tmp_path: Path) -> None:
    labels = ["Fear", "Anger", "Joy", "Disgust", "Surprise", "Sadness"]
    rows = "".join(f"t{place},x,{label}\n" for place, label in enumerate(labels))
    made = read_ratings(write(tmp_path, "item,rater,label\n" + rows))
    assert made.space is not None
    assert made.space.name == "ekman"


def test_a_row_per_item_rater_and_label(tmp_path: Path) -> None:
    rows = "id,emotion,annotator,intensity\nt,joy,ann,3\nt,fear,ann,0\nt,joy,ben,1\nu,fear,ann,2\n"
    made = read_ratings(write(tmp_path, rows))
    assert (made.kind, made.scale, made.columns) == ("ordinal", Scale(0, 3), ("fear", "joy"))
    np.testing.assert_array_equal(made.values, np.array([[0, 3], [np.nan, 1], [2, np.nan]], np.float32))
    assert [(made.items[i], made.raters[r]) for i, r in zip(made.item, made.rater, strict=True)] == [
        ("t", "ann"),
        ("t", "ben"),
        ("u", "ann"),
    ]
    assert read_ratings(tmp_path / "votes.csv", scale=(0, 5)).scale == Scale(0, 5)
    with pytest.raises(InputError, match=r"1 votes are not allowed: joy = 3 .*scale runs from 0 to 2"):
        read_ratings(tmp_path / "votes.csv", scale=(0, 2))


def test_repeated_rows_by_label(tmp_path: Path) -> None:
    path = write(tmp_path, "id,emotion,annotator,intensity\nt,joy,ann,3\nt,fear,ann,0\nt,joy,ann,1\n")
    with pytest.raises(InputError, match=r"1 votes are duplicated.*item 't'"):
        read_ratings(path)
    np.testing.assert_array_equal(read_ratings(path, duplicates="last").values, [[0, 1]])
    np.testing.assert_array_equal(read_ratings(path, duplicates="keep").values, [[0, 3], [np.nan, 1]])


def test_lines_of_nobody_are_not_put_together(tmp_path: Path) -> None:
    made = read_ratings(write(tmp_path, "id,emotion,intensity\nt,joy,3\nt,fear,0\nt,joy,1\n"))
    assert len(made) == 3
    assert (made.rater == -1).all()
    assert int((~np.isnan(made.values)).sum()) == 3


def test_a_column_per_rater(tmp_path: Path) -> None:
    path = write(tmp_path, "text,rater 1,rater 2,rater 3\nHi,joy,joy,fear\nBoo,fear,,fear\n")
    made = read_ratings(path)
    assert (len(made), made.raters) == (5, ("rater 1", "rater 2", "rater 3"))
    assert vote_counts(made).tolist() == [[1, 2], [2, 0]]
    assert guess_layout(path).layout == "wide"


def test_a_column_of_numbers_per_rater(tmp_path: Path) -> None:
    path = write(tmp_path, "id,A,B\nt,1,5\nu,,3\n")
    made = read_ratings(path, rater=("A", "B"), value="valence", scale=(1, 9))
    assert (made.kind, made.columns) == ("ordinal", ("rating",))
    assert made.values.ravel().tolist() == [1, 5, 3]


def test_a_row_per_item_and_label_with_a_column_per_rater(tmp_path: Path) -> None:
    rows = "text_id,text,emotion,Annotator-1,Annotator-2\n1,Hi,Joy,1,0\n1,Hi,Fear,0,\n2,Boo,Joy,,0\n2,Boo,Fear,,1\n"
    path = write(tmp_path, rows)
    made = read_ratings(path)
    assert (made.kind, made.columns, made.items) == ("multi-label", ("Fear", "Joy"), ("1", "2"))
    np.testing.assert_array_equal(made.values, [[0, 1], [np.nan, 0], [1, 0]])
    assert [made.raters[r] for r in made.rater] == ["Annotator-1", "Annotator-2", "Annotator-2"]
    assert guess_layout(path).layout == "wide by label"


def test_valence_arousal_dominance(tmp_path: Path) -> None:
    made = read_ratings(write(tmp_path, "id,V,A,D\nt,3,4,3\nt,2,5,1\n"))
    assert (made.columns, made.kind, made.scale) == (("valence", "arousal", "dominance"), "ordinal", Scale(1, 5))
    assert (made.rater == -1).all()
    points = read_ratings(write(tmp_path, "song,listener,valence,arousal,t\na,x,.5,.25,0\na,x,.75,.5,1\n", "v.csv"))
    assert (points.kind, points.raters) == ("interval", ("x",))
    assert points.time is not None


def test_a_column_per_label(tmp_path: Path) -> None:
    rows = "text,id,created_utc,rater_id,joy,fear,anger\nHi,a,1.5e9,1,1,0,0\nHi,a,1.5e9,2,1,1,0\nBoo,b,1.5e9,2,0,0,0\n"
    path = write(tmp_path, rows)
    made = read_ratings(path)
    assert (made.kind, made.columns, made.raters) == ("multi-label", ("joy", "fear", "anger"), ("1", "2"))
    assert "created_utc" in str(guess_layout(path))
    one_each = write(tmp_path, "id,rater,joy,fear\na,x,1,0\na,y,0,1\n", "one.csv")
    assert read_ratings(one_each).kind == "exclusive"
    spaced = read_ratings(path, space="ekman")
    assert np.isnan(spaced.values[:, spaced.column("disgust")]).all()


def test_counts(tmp_path: Path) -> None:
    path = write(tmp_path, "image,joy,fear,anger\na,3,0,7\nb,0,9,1\n")
    with pytest.raises(InputError, match="counts of votes, or levels"):
        read_ratings(path)
    made = read_ratings(path, layout="counts")
    assert vote_counts(made).tolist() == [[3, 0, 7], [0, 9, 1]]
    assert (made.rater == -1).all()
    assert read_ratings(path, layout="columns").kind == "ordinal"


def test_every_kind_of_file_says_the_same(tmp_path: Path) -> None:
    rows = [("a", "x", "joy"), ("a", "y", "fear"), ("b", "x", "joy")]
    text = "item,rater,label\n" + "".join(",".join(row) + "\n" for row in rows)
    paths = [write(tmp_path, text), write(tmp_path, text.replace(",", "\t"), "votes.tsv")]
    paths.append(write(tmp_path, text.replace(",", ";"), "semicolon.csv"))
    paths.append(write(tmp_path, "\ufeff" + text, "marked.csv"))
    lines = "".join(json.dumps(dict(zip(("item", "rater", "label"), row, strict=True))) + "\n" for row in rows)
    paths.append(write(tmp_path, lines, "votes.jsonl"))
    packed = tmp_path / "votes.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    paths.append(packed)
    import duckdb

    parquet = tmp_path / "votes.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{paths[0]}')) TO '{parquet}'")
    for path in [*paths, parquet]:
        made = read_ratings(path)
        assert (made.items, made.raters, made.columns) == (("a", "b"), ("x", "y"), ("fear", "joy")), path
        assert made.values.tolist() == [[0, 1], [1, 0], [0, 1]]


def test_lists_in_json_lines(tmp_path: Path) -> None:
    lines = '{"id": 1, "rater": "x", "labels": ["joy", "pride"]}\n{"id": 2, "rater": "x", "labels": []}\n'
    made = read_ratings(write(tmp_path, lines, "votes.jsonl"))
    assert (made.kind, made.columns) == ("multi-label", ("joy", "pride"))
    assert made.values.tolist() == [[1, 1], [0, 0]]


def test_attributes_belong_to_raters(tmp_path: Path) -> None:
    rows = "item,rater,label,age,mood\na,x@example.org,joy,20,good\nb,x@example.org,joy,20,bad\na,y,fear,30,good\n"
    path = write(tmp_path, rows)
    made = read_ratings(path, attributes=("age",))
    assert (made.raters, made.attributes) == (("rater-001", "y"), {"age": ("20", "30")})
    with pytest.raises(InputError, match="two values of 'mood'"):
        read_ratings(path, attributes=("mood",))


def test_dates_become_seconds(tmp_path: Path) -> None:
    path = write(tmp_path, "item,rater,label,when\na,x,joy,1970-01-02 00:00:00\nb,x,joy,\n")
    made = read_ratings(path, time="when")
    assert made.time is not None
    np.testing.assert_array_equal(made.time, [86400, np.nan])
    with pytest.raises(InputError, match="'soon' in data row 1"):
        read_ratings(write(tmp_path, "item,rater,label,when\na,x,joy,soon\n", "odd.csv"), time="when")


def test_a_guess_may_be_given_back(tmp_path: Path) -> None:
    path = write(tmp_path, "item,rater,label\na,x,joy\nb,x,fear\n")
    guess = guess_layout(path, item="item")
    assert isinstance(guess, Guess)
    assert read_ratings(path, layout=guess).columns == read_ratings(path).columns


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("rater,label\nx,joy\n", {}, "Which column of votes.csv holds the item"),
        ("item,rater,annotator,label\na,x,y,joy\n", {}, "is the rater: 'rater' or 'annotator'.*rater='rater'"),
        ("item,label,emotion\na,joy,fear\n", {}, "is the label: 'label' or 'emotion'.*label='label'"),
        ("item,rater,text\na,x,hello\n", {}, "holds the value"),
        ("item,rater,label\n,x,joy\n", {}, "1 rows have no item in column 'item'"),
        ("item,rater,label\na,x,joy\n", {"item": "itme"}, "Unknown column 'itme'. Did you mean 'item'"),
        ("item,rater,label\na,x,joy\n", {"layout": "tall"}, "layout must be one of"),
        ("item,rater,label\na,x,joy\na,x,fear\n", {}, "1 votes are duplicated"),
        ("item,rater,label\n", {}, "no rows"),
        ("item,rater,emotion,value\na,x,joy,high\n", {}, "no number in data row 1"),
        ("item,rater,valence,arousal\na,x,0.5,7\nb,x,0.25,2\n", {}, "mixes scales: valence within 1, arousal beyond 2"),
        ("item,rater,label\na,x,joy,1,2\nb\n", {}, "cannot be read as a table"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_ratings(write(tmp_path, text), **options)  # type: ignore[arg-type]


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        read_ratings(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is empty"):
        read_ratings(write(tmp_path, ""))
    with pytest.raises(InputError, match="no table of ratings affekt reads"):
        read_ratings(write(tmp_path, "a", "votes.xlsx"))
    (tmp_path / "latin.csv").write_bytes("item,rater,label\nä,x,joy\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.csv"):
        read_ratings(tmp_path / "latin.csv")


@pytest.mark.slow
def test_a_million_votes_are_read_in_seconds(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    labels = np.array(["joy", "fear", "anger", "disgust", "sadness", "surprise"])[random.integers(6, size=1_000_000)]
    path = tmp_path / "votes.csv"
    with path.open("w") as file:
        file.write("item,rater,label\n")
        file.writelines(f"t{row // 5},r{row % 5},{label}\n" for row, label in enumerate(labels.tolist()))
    start = time.process_time()
    made = read_ratings(path)
    assert time.process_time() - start < 10
    assert len(made) == 1_000_000
    assert vote_counts(made).sum(0).tolist() == [int((labels == label).sum()) for label in made.columns]


@pytest.mark.skipif(not DATA, reason="needs the corpora: set AFFEKT_DATA")
def test_real_tables_are_read_without_a_word() -> None:
    assert DATA is not None
    votes = Path(DATA) / "text/brighter/individual"
    german = read_ratings(votes / "deu_individual_intensities.csv.gz")
    assert (german.kind, german.scale, german.space and german.space.name) == ("ordinal", Scale(0, 3), "ekman")
    assert int((~np.isnan(german.values)).sum()) <= 324_420
    assert len(german) * 6 == 324_420
    portuguese = read_ratings(votes / "ptbr_individual_intensities.csv.gz")
    assert not any("@" in rater for rater in portuguese.raters)
    assert len(read_ratings(votes / "swe_individuals.csv.gz").raters) == 3
    viewers = read_ratings(Path(DATA) / "physio/ceap-360vr-annotations/continuous_annotations.parquet")
    assert (len(viewers), len(viewers.raters), viewers.columns) == (127_948, 32, ("valence", "arousal"))
    readers = read_ratings(Path(DATA) / "text/emobank/individual_reader_ratings.csv.gz")
    assert readers.columns == ("valence", "arousal", "dominance")


def test_several_columns_may_name_an_item_together(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("clip,shown,anger,fear\na,voice,3,1\na,face,0,4\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"clip 'a' has 2 rows of counts.*item=\('clip', …\)"):
        read_ratings(path, layout="counts", item="clip", value=("anger", "fear"))
    ratings = read_ratings(path, layout="counts", item=("clip", "shown"), value=("anger", "fear"))
    assert ratings.items == ("a / voice", "a / face") and len(ratings) == 8
    assert "item = clip + shown" in str(guess_layout(path, layout="counts", item=("clip", "shown")))
