"""Every reader on five made-up rows in its publisher's layout, plain, gzipped and in compact tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from official_trees import goemotions_raters, squeeze
from trees import COMPACT, OFFICIAL

from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.isear import is_answered
from affekt.errors import CorpusError
from affekt.types import Record

# Splits whose rows the card gives no number for: the files are larger than what could be fetched to count.
UNCOUNTED = {"esconv": ("all",), "emowoz": ("train", "dev", "test")}


def records_of(name: str, folder: Path) -> dict[str, Record]:
    OFFICIAL[name](folder)
    return {record.id: record for record in READERS[name](folder)}


def bare(record: Record) -> Record:
    """The record without what may differ between two copies of it: the file's name, who is called what."""
    return replace(record, signal=replace(record.signal, source=None), speaker=None)


@pytest.mark.parametrize("name", OFFICIAL)
def test_records_keep_the_cards_word(name: str, tmp_path: Path) -> None:
    OFFICIAL[name](tmp_path)
    records = list(READERS[name](tmp_path))
    card = CORPORA[name]
    assert len(records) >= 5
    assert len({record.id for record in records}) == len(records)
    splits = set(card.rows).union(*card.copies.values(), UNCOUNTED.get(name, ()))
    for record in records:
        assert record.split in splits
        assert record.signal.text
        assert record.signal.language in card.languages
        assert record.signal.source is not None
        assert list(tmp_path.rglob(record.signal.source))
        known = set(card.space.labels) if card.space else set()
        assert set(record.labels) <= known
        assert set(record.unrated) <= known
        assert not set(record.labels) & set(record.unrated)
        assert all(0 <= degree <= 1 for degree in record.intensities.values())
        if record.vad is not None:
            assert all(-1 <= value <= 1 for value in (record.vad.valence, record.vad.arousal, record.vad.dominance))


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_gzipped_copy_reads_the_same_and_says_so(name: str, tmp_path: Path) -> None:
    OFFICIAL[name](tmp_path)
    plain = list(READERS[name](tmp_path))
    squeeze(tmp_path)
    packed = list(READERS[name](tmp_path))
    assert [bare(record) for record in packed] == [bare(record) for record in plain]
    assert all(str(record.signal.source).endswith(".gz") for record in packed)


@pytest.mark.parametrize("name", COMPACT)
def test_a_compact_table_gives_the_same_records(name: str, tmp_path: Path) -> None:
    OFFICIAL[name](tmp_path / "official")
    COMPACT[name](tmp_path / "compact")
    official = {record.id: bare(record) for record in READERS[name](tmp_path / "official")}
    compact = {record.id: bare(record) for record in READERS[name](tmp_path / "compact")}
    if name == "crowd_envent":  # the copy lacks the readers' part; splits of five texts are not the authors'
        official = {i: replace(r, split="") for i, r in official.items() if r.split != "validated"}
        compact = {i: replace(compact[i], split="") for i in official}
    assert compact == official


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_absent_file_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"is not in .* \(nor with \.gz or \.zip added\)"):
        list(READERS[name](tmp_path))


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_file_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    OFFICIAL[name](tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_text("<!DOCTYPE html>\n<p>Page not found</p>\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"html|expected|no column"):
        list(READERS[name](tmp_path))


def test_goemotions_labels_and_raters(tmp_path: Path) -> None:
    records = records_of("goemotions", tmp_path)
    assert records["aaa1"].labels == ("admiration", "gratitude")
    assert records["aaa1"].ratings == ()
    assert records["aaa2"].signal.text == 'She said "no"\x85 to me.'
    goemotions_raters(tmp_path)
    rated = {record.id: record for record in READERS["goemotions"](tmp_path)}
    assert set(rated) == set(records)
    assert [(r.rater, r.labels, r.values["unclear"]) for r in rated["aaa1"].ratings] == [
        ("7", ("admiration", "gratitude"), 0),
        ("9", (), 1),
    ]


def test_emobank_scales_groups_and_every_rating(tmp_path: Path) -> None:
    records = records_of("emobank", tmp_path)
    first = records["a_0_9"]
    assert first.signal.text == "Never, ever again."
    assert first.vad is not None
    assert (first.vad.valence, first.vad.arousal, first.vad.dominance) == (-1, 0, -0.25)
    assert first.group == records["a_9_20"].group == "doc-a"
    assert first.values["writer.valence"] == 0.25
    assert [(r.perspective, r.values["valence"], r.rater) for r in first.ratings] == [
        ("reader", 1, None),
        ("reader", -0.5, None),
        ("writer", 1, None),
        ("writer", -0.5, None),
    ]
    assert records["c_0_5"].split == "test"


def test_emobank_outside_its_scale_is_refused(tmp_path: Path) -> None:
    OFFICIAL["emobank"](tmp_path)
    path = tmp_path / "corpus/emobank.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("4.0,3.0", "6.0,3.0"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"emobank\.csv, line 5: v is '6\.0', allowed are numbers from 1 to 5"):
        list(READERS["emobank"](tmp_path))


def test_glasgow_scales_senses_and_one_header_row(tmp_path: Path) -> None:
    records = records_of("glasgow_norms", tmp_path)
    vad = records["moth"].vad
    assert vad is not None
    assert (vad.valence, vad.arousal, vad.dominance) == (-1, 0.5, 1)
    assert (vad.valence_sd, vad.arousal_sd) == (pytest.approx(0.2), pytest.approx(0.4))
    assert records["moth"].values["concreteness"] == 0
    assert records["moth"].values["valence_n"] == 31
    assert records["bank (river)"].group == records["bank"].group == "bank"
    official = tmp_path / "13428_2018_1099_MOESM2_ESM.csv"
    _, _, *rows = official.read_text(encoding="utf-8").splitlines()
    scales = ("Arousal", "Valence", "Dominance", "Concreteness", "Imageability", "Familiarity", "AOA", "Size", "Gender")
    header = "Word,Length," + ",".join(f"{s},{s}SD,{s}N" for s in scales)
    official.unlink()
    (tmp_path / "glasgow_norms.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    again = [bare(record) for record in READERS["glasgow_norms"](tmp_path)]
    assert again == [bare(record) for record in records.values()]


def test_brighter_intensities_and_what_nobody_judged(tmp_path: Path) -> None:
    records = records_of("brighter", tmp_path)
    strong = records["eng_train_track_b_00001"]
    assert strong.intensities == {"anger": 0, "fear": 1, "joy": 0, "sadness": 0, "surprise": pytest.approx(1 / 3)}
    assert strong.labels == ("fear", "surprise")
    assert strong.unrated == ("disgust",)
    assert strong.group == records["eng_train_track_a_00001"].group
    assert records["eng_train_track_a_00001"].intensities == {}
    assert len(records["eng_test_track_a_00001"].unrated) == 6
    assert records["ptbr_dev_track_a_00001"].signal.language == "pt"
    assert records["zul_test_track_c_00001"].labels == ("joy",)
    assert "eng_test_track_c_00001" not in records
    assert not any("stray" in record.signal.text for record in records.values())


def test_xed_numbers_neutral_and_raw_alignments(tmp_path: Path) -> None:
    records = records_of("xed", tmp_path)
    assert records["en-annotated-1"].labels == ("anger", "fear", "surprise")
    assert records["en-neutral-1"].labels == records["en-neutral-1"].unrated == ()
    assert records["fi-neutral-1"].signal.text == "On tiistai."
    assert records["br-projected-1"].signal.language == "pt"
    assert records["tr-projected-2"].labels == ("anger",)
    assert "tr-projected-1" not in records
    alignment = records["sv-projected-1"]
    assert (alignment.signal.text, alignment.labels, len(alignment.unrated)) == ("Kom hit.", (), 8)


def test_edos_keeps_three_votes_and_the_agreement(tmp_path: Path) -> None:
    records = records_of("edos", tmp_path)
    assert records["1"].labels == ("questioning",)
    assert records["1"].signal.text == "Who is it ?\nOnly me , love ."
    assert records["3"].labels == records["5"].labels == ()
    assert [r.labels for r in records["3"].ratings] == [("ashamed",), ("denying",), ("guilty",)]
    assert {r.rater for record in records.values() for r in record.ratings} == {None}
    assert records["4"].labels == ("neutral",)
    assert records["2"].group == records["3"].group


def test_crowd_envent_writers_readers_and_privacy(tmp_path: Path) -> None:
    records = records_of("crowd_envent", tmp_path)
    told = records["100"]
    assert told.signal.text == 'I said "joy", and\tleft.'
    assert told.intensities["trust"] == 1 and told.intensities["anger"] == 0
    assert told.ratings[0].values["effort"] == 0.5 and told.ratings[0].values["intensity"] == 0.75
    assert "age" not in told.ratings[0].values
    assert told.group == records["102"].group == "writer0"
    judged = records["101"]
    assert judged.split == "validated"
    assert [(r.rater, r.perspective, r.labels) for r in judged.ratings] == [
        ("writer1", "writer", ("fear",)),
        ("reader0", "reader", ("relief",)),
        ("reader1", "reader", ("relief",)),
    ]


def test_empathic_reactions_scales(tmp_path: Path) -> None:
    record = records_of("empathic_reactions", tmp_path)["R_0_0"]
    assert record.intensities == {"empathy": 0.75, "distress": 0}
    assert (record.speaker, record.group) == ("R_0", "0")


def test_empathetic_dialogues_labels_the_situation(tmp_path: Path) -> None:
    records = records_of("empathetic_dialogues", tmp_path)
    situation = records["hit:0_conv:1/situation"]
    assert (situation.signal.text, situation.labels) == ("My girl, at last, can swim.", ("proud",))
    turn = records["hit:0_conv:1/2"]
    assert (turn.signal.text, turn.labels, turn.speaker) == ('How "big" is she?', (), "41")
    assert (turn.split, len(turn.unrated)) == ("train-turns", 32)
    assert turn.group == situation.group


def test_dailydialog_speakers_take_turns(tmp_path: Path) -> None:
    records = records_of("dailydialog", tmp_path)
    assert [(r.speaker, r.labels) for r in records.values()][:2] == [("A", ("no emotion",)), ("B", ("anger",))]
    (tmp_path / "train/dialogues_emotion_train.txt").write_text("0\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="2 utterances, emotions '0'"):
        list(READERS["dailydialog"](tmp_path))


def test_isear_text_and_answers(tmp_path: Path) -> None:
    records = list(records_of("isear", tmp_path).values())
    assert records[0].signal.text == "When the train left without me."
    assert records[1].signal.text == "A wasp in Málaga."
    assert [is_answered(record) for record in records] == [True, True, False, True, False]
    assert records[0].speaker == records[1].speaker != records[2].speaker
    assert records[0].ratings[0].values["ints"] == 3


def test_vader_votes(tmp_path: Path) -> None:
    records = records_of("vader_icwsm", tmp_path)
    tweet = records["tweets-1"]
    assert tweet.values == {"valence": 0.125}
    assert [rating.values["valence"] for rating in tweet.ratings] == [0.5, -1, 1, 0]
    assert tweet.group is None
    assert records["editorials-1_1"].group == records["editorials-1_2"].group == "editorials-1"
