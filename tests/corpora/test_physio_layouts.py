"""Readers of physiology and music that are not at hand: small made-up trees in the layout of public files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import public_trees
import pytest
from public_trees import change, records_of

from affekt.corpora import deam, k_emocon
from affekt.corpora.index import READERS
from affekt.errors import CorpusError
from affekt.types import VAD, Span


def test_wesad_reads_times_as_minutes_and_seconds(tmp_path: Path) -> None:
    records = records_of("wesad", tmp_path)
    assert [record.signal.part for record in records.values() if record.speaker == "S2"] == [
        Span(428, 1592, "second"),
        # The file writes 50.3 for 50 minutes and 30 seconds, 77.1 for 77:10, 100 for 100:00.
        Span(2395, 3030, "second"),
        Span(4219, 4630, "second"),
        Span(4885, 5267, "second"),
        Span(5618, 6000, "second"),
    ]
    assert list(records)[:5] == ["S2.base", "S2.tsst", "S2.medi1", "S2.fun", "S2.medi2"]
    assert [record.labels[0] for record in records.values() if record.speaker == "S10"] == [
        *("baseline", "amusement", "meditation", "stress", "meditation")
    ]
    assert records["S2.base"].signal.path == tmp_path / "WESAD/S2/S2_respiban.txt"
    assert records["S10.base"].signal.path is None


def test_wesad_keeps_what_each_person_answered(tmp_path: Path) -> None:
    records = records_of("wesad", tmp_path)
    rest, stress = records["S2.base"], records["S2.tsst"]
    assert (rest.values["valence"], rest.values["arousal"]) == (0.5, -0.75)
    assert (stress.values["valence"], stress.values["arousal"]) == (0.0, -0.25)
    # Two more were asked after stress, in front of the last.
    assert (rest.values["panas_happy"], rest.values["panas_sad"]) == (3, 4)
    assert [stress.values[f"panas_{name}"] for name in ("happy", "angry", "irritated", "sad")] == [3, 2, 1, 5]
    assert "panas_angry" not in rest.values and "sssq_motivated" not in rest.values
    assert stress.values["sssq_motivated"] == 4
    # An answer left out is absent.
    assert "stai_worried" not in rest.values and rest.values["stai_pleasant"] == 3
    assert [(r.rater, r.perspective) for r in rest.ratings] == [("S2", "writer")]
    assert rest.conditions == {
        **{"condition": "Base", "order": "Base, TSST, Medi 1, Fun, Medi 2", "age": "27", "height_cm": "175"},
        **{"weight_kg": "80", "sex": "male", "dominant_hand": "right", "coffee_today": "yes", "smoker": "no"},
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("50.3;", "50.75;", r"S2_quest\.csv, line 4: '50.75' is no time"),
        ("50.3;", "30.3;", "line 4: condition 2 ends at 30.3, before it starts"),
        ("TSST", "Stress", "line 2: the conditions are Base, Stress"),
        ("# PANAS;5;", "# PANAS;6;", "active is '6', allowed are numbers from 1 to 5"),
        ("# DIM;5;4", "# DIM;5", "# DIM has 1 answers, expected are 2"),
        ("# SSSQ", "# SSQ", "has 0 lines # SSSQ"),
        ("# Subj;S2", "# Subj;S3", "does not say that it is of S2"),
        ("# START", "# BEGIN", "has 0 lines # START"),
    ],
)
def test_wesad_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    public_trees.wesad(tmp_path, "S2")
    change(tmp_path / "WESAD/S2/S2_quest.csv", old, new)
    with pytest.raises(CorpusError, match=message):
        list(READERS["wesad"](tmp_path))
    (tmp_path / "WESAD/S2/S2_quest.csv").unlink()
    with pytest.raises(CorpusError, match=r"S2_quest\.csv is not in"):
        list(READERS["wesad"](tmp_path))


def test_deam_moves_the_scale_and_keeps_the_spread(tmp_path: Path) -> None:
    records = records_of("deam", tmp_path)
    assert list(records) == ["2", "3", "4", "2001", "2058"]
    assert records["2"].values == pytest.approx(
        {"valence": -0.475, "arousal": -0.5, "valence_sd": 0.235, "arousal_sd": 0.1575}
    )
    assert (records["4"].values["valence"], records["4"].values["arousal"]) == (1, -1)
    assert [record.conditions["songs"] for record in records.values()] == ["1_2000"] * 3 + ["2000_2058"] * 2
    assert records["2"].signal.path == tmp_path / "DEAM_audio/MEMD_audio/2.mp3"
    assert records["3"].signal.path is None


def test_deam_traces_end_where_a_song_ends(tmp_path: Path) -> None:
    public_trees.deam(tmp_path)
    points = list(deam.read_traces(tmp_path))
    assert points[:2] == [("2", 15.0, -0.25, 0.75), ("2", 15.5, 0.5, -1.0)]
    assert [point.song for point in points] == ["2", "2", "3", "3", "3"]
    dynamic = tmp_path / "DEAM_Annotations/annotations/annotations averaged per song/dynamic (per second annotations)"
    change(dynamic / "arousal.csv", "3,-0.1,-0.2,-0.3", "3,-0.1,-0.2,")
    with pytest.raises(CorpusError, match="song 3 has other moments here than in arousal"):
        list(deam.read_traces(tmp_path))
    change(dynamic / "arousal.csv", "\n3,-0.1,-0.2,", "")
    with pytest.raises(CorpusError, match="has no song 3 at this place"):
        list(deam.read_traces(tmp_path))


def test_deam_reads_the_joined_table(tmp_path: Path) -> None:
    public_trees.write(
        tmp_path,
        "static_annotations.csv",
        "song_id,valence_mean,valence_std,arousal_mean,arousal_std",
        "2,3.1,0.94,3,0.63",
        "2058,5,0,5,0",
    )
    found = {record.id: record.conditions["songs"] for record in READERS["deam"](tmp_path)}
    assert found == {"2": "1_2000", "2058": "2000_2058"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2,3.1,", "2,9.1,", r"line 2: valence_mean is '9.1', allowed are numbers from 1 to 9"),
        ("valence_std", "valence_dev", "has no column valence_std"),
        ("3,3.5", "x,3.5", "song_id is 'x'"),
    ],
)
def test_deam_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    public_trees.deam(tmp_path)
    (path,) = tmp_path.rglob("*_1_2000.csv")
    change(path, old, new)
    with pytest.raises(CorpusError, match=message):
        list(READERS["deam"](tmp_path))


def test_emopia_tells_quadrant_piece_and_annotator(tmp_path: Path) -> None:
    records = records_of("emopia", tmp_path)
    sad = records["Q3_-bcdefghij__0"]
    assert (sad.labels, sad.group, sad.values) == (("q3",), "-bcdefghij_", {"valence": -1, "arousal": -1})
    assert [(rating.rater, rating.labels) for rating in sad.ratings] == [("C", ("q3",))]
    assert sad.signal.path == tmp_path / "midis/Q3_-bcdefghij__0.mid"
    assert records["Q4_0123456789a_2"].signal.path is None
    assert records["Q1_abcdefghijk_0"].group == records["Q2_abcdefghijk_3"].group


def test_emopia_takes_the_makers_split_where_it_is(tmp_path: Path) -> None:
    public_trees.emopia_split(tmp_path)
    splits = [record.split for record in records_of("emopia", tmp_path).values()]
    assert splits == ["train", "train", "val", "test", "none"]
    change(tmp_path / "split/val.csv", public_trees.EMOPIA[2], public_trees.EMOPIA[0])
    with pytest.raises(CorpusError, match="is labelled 'Q3', but its name says otherwise"):
        list(READERS["emopia"](tmp_path))
    change(tmp_path / "split/val.csv", ",Q3", ",Q1")
    with pytest.raises(CorpusError, match="Q1_abcdefghijk_0 is in train as well"):
        list(READERS["emopia"](tmp_path))


def test_emopia_refuses_a_label_against_its_name(tmp_path: Path) -> None:
    public_trees.emopia(tmp_path)
    change(tmp_path / "label.csv", "Q2_abcdefghijk_3,2", "Q2_abcdefghijk_3,4")
    with pytest.raises(CorpusError, match="line 3: ID is 'Q2_abcdefghijk_3' and 4Q '4'"):
        list(READERS["emopia"](tmp_path))


def test_deap_keeps_who_rated_what(tmp_path: Path) -> None:
    records = records_of("deap", tmp_path)
    first, last = records["s01.05"], records["s32.01"]
    assert first.vad == VAD(pytest.approx(0.49), pytest.approx(-0.27), pytest.approx(0.5475))
    assert (first.values["liking"], first.values["familiarity"]) == (pytest.approx(0.2625), 0.5)
    assert first.conditions == {
        **{"trial": "1", "video": "5", "title": "Title 5", "artist": "Artist 5", "tag": "tag 5", "sex": "male"},
        "age": "31",
    }
    assert "familiarity" not in records["s02.40"].values
    # The pickles beside are never a record's signal.
    assert [record.signal.path and record.signal.path.name for record in records.values()] == [
        *("s01.mat", "s01.mat", None, None, "s32.bdf")
    ]
    assert [(rating.rater, rating.perspective) for rating in last.ratings] == [("s32", "writer")]
    for name in ("participant_questionnaire.csv", "video_list.csv"):
        (tmp_path / "metadata_csv" / name).unlink()
    assert next(READERS["deap"](tmp_path)).conditions == {"trial": "1", "video": "5"}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("ratings", "6.96", "9.96", "valence is '9.96', allowed are numbers from 1 to 9"),
        ("ratings", "1,1,5,", "33,1,5,", "participant_id is '33'"),
        ("questionnaire", "S32", "S31", "the questionnaires say nothing of s32"),
        ("video", "100,40,", "100,,", "a list of 39 videos that were shown"),
    ],
)
def test_deap_names_what_is_wrong(file: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    public_trees.deap(tmp_path)
    (path,) = (tmp_path / "metadata_csv").glob(f"*{file}*.csv")
    change(path, old, new)
    with pytest.raises(CorpusError, match=message):
        list(READERS["deap"](tmp_path))


def test_dreamer_finds_each_persons_clips(tmp_path: Path) -> None:
    records = records_of("dreamer", tmp_path)
    assert list(records) == ["person-01.01", "person-01.02", "person-01.03", "person-02.01", "person-02.02"]
    assert records["person-01.01"].vad == VAD(1, 0, 0)
    assert records["person-02.02"].vad == VAD(0, -1, 0)
    assert records["person-01.03"].values["seconds"] == 4
    assert records["person-02.02"].signal.member == "DREAMER.Data{2}.EEG.stimuli{2}"
    public_trees.dreamer(tmp_path, score=7)
    with pytest.raises(CorpusError, match="person 1 gave clip 1 a score of 7"):
        list(READERS["dreamer"](tmp_path))


def test_seed_takes_sessions_by_date_and_labels_by_clip(tmp_path: Path) -> None:
    records = records_of("seed", tmp_path)
    assert len(records) == 45
    second = records["person-10.2.03"]
    assert (second.labels, second.conditions["date"], second.signal.member) == (("negative",), "20131204", "ww_eeg3")
    assert second.values == {"seconds": 3}
    assert [record.labels[0] for record in records.values() if record.speaker == "person-09"] == [
        ("negative", "neutral", "positive")[code + 1] for code in public_trees.SEED_CODES
    ]


def test_seed_refuses_what_is_not_the_release(tmp_path: Path) -> None:
    public_trees.seed(tmp_path)
    root = tmp_path / "Preprocessed_EEG"
    (root / "readme.mat").write_bytes(b"no MATLAB file")
    with pytest.raises(CorpusError, match=r"readme\.mat is not named like 1_20131027\.mat"):
        list(READERS["seed"](tmp_path))
    (root / "readme.mat").rename(root / "9_20140704.mat")
    with pytest.raises(CorpusError, match=r"9_20140704\.mat cannot be read"):
        list(READERS["seed"](tmp_path))
    public_trees.save_mat(root / "9_20140704.mat", {"ww_eeg1": [[0.0]]})
    with pytest.raises(CorpusError, match=r"has the trials \[1\], expected are 1 to 15"):
        list(READERS["seed"](tmp_path))
    public_trees.save_mat(root / "label.mat", {"label": [[1, 2]]})
    with pytest.raises(CorpusError, match=r"holds \[1, 2\], expected are 15"):
        list(READERS["seed"](tmp_path))
    public_trees.save_mat(root / "label.mat", {"labels": [[1, 2]]})
    with pytest.raises(CorpusError, match="has no variable label"):
        list(READERS["seed"](tmp_path))


def test_seed_iv_has_other_clips_in_each_session(tmp_path: Path) -> None:
    records = records_of("seed_iv", tmp_path)
    assert Counter(record.labels[0] for record in records.values()) == dict.fromkeys(
        ("neutral", "sad", "fear", "happy"), 18
    )
    assert [records[f"person-01.{session}.01"].labels[0] for session in (1, 2, 3)] == ["sad", "fear", "sad"]
    (tmp_path / "eeg_raw_data/3/1_20160513.mat").unlink()
    with pytest.raises(CorpusError, match="has no file named like"):
        list(READERS["seed_iv"](tmp_path))


def test_k_emocon_keeps_the_three_views(tmp_path: Path) -> None:
    records = records_of("k_emocon", tmp_path)
    assert records["P1"].values == {"valence": 0.5, "arousal": -0.5, "moments": 2}
    moments = list(k_emocon.read_moments(tmp_path))
    first, last = moments[0], moments[2]
    assert [(rating.rater, rating.perspective, dict(rating.values)) for rating in first.ratings] == [
        ("self", "writer", {"valence": 1, "arousal": -1}),
        ("partner", "reader", {"valence": 0.5, "arousal": -0.5}),
        ("external", "reader", {"valence": 0, "arousal": 0}),
    ]
    assert first.values == {"valence": 1, "arousal": -1, "seconds": 5}
    assert ([rating.rater for rating in last.ratings], last.values) == (["external"], {"seconds": 15})
    path = tmp_path / "raw/emotion_annotations/self_annotations/P1.self.csv"
    change(path, "\n10,", "\n5,")
    with pytest.raises(CorpusError, match="time does not go forward"):
        list(READERS["k_emocon"](tmp_path))
    path.write_text("seconds,arousal,valence\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"P1\.self\.csv has no rows"):
        list(READERS["k_emocon"](tmp_path))
    (path.parent.parent / "partner_annotations/P1.partner.csv").unlink()
    path.write_text("seconds,arousal,valence\n5,1,1\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"partner_annotations/P1\.partner\.csv is not in"):
        list(READERS["k_emocon"](tmp_path))


def test_daic_woz_reads_scores_and_the_participants_words(tmp_path: Path) -> None:
    records = records_of("daic_woz", tmp_path)
    assert [record.values["phq8_binary"] for record in records.values()] == [0, 1, 1, 0, 0]
    first, second = records["900"], records["901"]
    assert first.signal.text == 'made "up" indeed' and first.signal.path is not None
    assert second.values["phq8_score"] == 13 and "phq8_sleep" not in second.values
    assert Counter(record.split for record in records.values()) == {"train": 3, "dev": 2}
    path = tmp_path / "train_split_Depression_AVEC2017.csv"
    change(path, "901,1,13", "901,1,25")
    with pytest.raises(CorpusError, match="phq8_score is '25', allowed are numbers from 0 to 24"):
        list(READERS["daic_woz"](tmp_path))
    change(path, "900,0,3", "900,2,3")
    with pytest.raises(CorpusError, match="PHQ8_Binary is '2'"):
        list(READERS["daic_woz"](tmp_path))


def test_mahnob_hci_passes_over_what_is_no_rated_clip(tmp_path: Path) -> None:
    records = records_of("mahnob_hci", tmp_path)
    assert list(records) == ["2", "10", "130", "132", "3810"]
    first = records["2"]
    assert first.vad == VAD(1, 0.5, 0)
    assert first.values == {"valence": 1, "arousal": 0.5, "dominance": 0, "predictability": -1, "seconds": 81.4}
    assert (first.speaker, first.conditions) == ("subject-1", {"clip": "53.avi", "emotion_code": "4"})
    assert first.signal.path is not None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('feltVlnc="9"', 'feltVlnc="10"', "feltVlnc is '10', allowed are numbers from 1 to 9"),
        ('feltCtrl="5" ', "", "the session has no feltCtrl"),
        ('<subject id="1"/>', "", "is no session with isStim and a subject"),
        ("</session>", "", "cannot be read"),
        ("<session", '<!DOCTYPE x [<!ENTITY a "a">]><session', "it declares a document type"),
    ],
)
def test_mahnob_hci_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    public_trees.mahnob_hci(tmp_path)
    change(tmp_path / "Sessions/2/session.xml", old, new)
    with pytest.raises(CorpusError, match=message):
        list(READERS["mahnob_hci"](tmp_path))


def test_amigos_leaves_out_trials_nobody_rated(tmp_path: Path) -> None:
    records = records_of("amigos", tmp_path)
    assert [record.conditions["film"] for record in records.values()][:4] == ["1", "16", "17", "1"]
    assert len(records) == 23
    trial = records["person-01.17"]
    assert (trial.labels, trial.vad, trial.conditions["length"]) == (("disgust", "anger"), VAD(-0.5, 0.5, 0), "long")
    assert (trial.values["liking"], trial.values["familiarity"]) == (-1, 1)
    assert trial.signal.member == "joined_data{17}"
    public_trees.amigos(tmp_path, liking=0)
    with pytest.raises(CorpusError, match=r"film 1 is rated .* expected are five from 1 to 9"):
        list(READERS["amigos"](tmp_path))
