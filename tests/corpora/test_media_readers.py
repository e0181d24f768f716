"""The readers of speech, faces, music, bodies and films, on five made-up rows in their publishers' layouts."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import media_trees
import pytest
from media_trees import COMPACT, OFFICIAL
from official_trees import write

from affekt.affect.spaces import find_space
from affekt.corpora import ceap_360vr, pmemo
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.parquet import read_parquet
from affekt.errors import CorpusError
from affekt.ratings.records import ratings_of
from affekt.types import Record, Span


def records_of(name: str, folder: Path) -> dict[str, Record]:
    OFFICIAL[name](folder)
    return {record.id: record for record in READERS[name](folder)}


@pytest.mark.parametrize("layout", [OFFICIAL, COMPACT], ids=["official", "compact"])
@pytest.mark.parametrize("name", OFFICIAL)
def test_records_keep_the_cards_word(name: str, layout: dict[str, media_trees.Tree], tmp_path: Path) -> None:
    if name not in layout:
        pytest.skip(f"{name} has no such layout")
    layout[name](tmp_path)
    records, card = list(READERS[name](tmp_path)), CORPORA[name]
    assert len(records) >= 5
    assert len({record.id for record in records}) == len(records)
    known = set(card.space.labels) if card.space else set()
    for record in records:
        assert record.split in set(card.rows).union(*card.copies.values())
        assert set(record.labels) <= known
        assert record.signal.language in card.languages or record.signal.language is None
        assert record.group
        for signal in (record.signal, *record.further):
            assert signal.modality != "text"
            assert signal.source and list(tmp_path.rglob(signal.source))
            assert signal.path is None or signal.path.is_file()
            assert signal.member is None or signal.path is not None
        assert all(0 <= degree <= 1 for degree in record.intensities.values())
        assert not any(math.isnan(value) for value in record.values.values())


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_card_says_where_its_layout_was_checked(name: str) -> None:
    card = CORPORA[name]
    assert card.layout == "verified" and card.modality != "text"
    assert re.search(r"[0-9a-f]{40}", card.layout_source)
    assert card.speakers and card.raters


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_empty_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=str(tmp_path)):
        list(READERS[name](tmp_path))
    with pytest.raises(CorpusError, match="nowhere"):
        list(READERS[name](tmp_path / "nowhere"))


def bare(record: Record) -> Record:
    """The record without where it lies."""
    signal = replace(record.signal, source=None, path=None, member=None)
    return replace(record, signal=signal, further=())


@pytest.mark.parametrize("name", sorted(OFFICIAL.keys() - {"crema_d_votes", "pmemo", "stress_predict"}))
def test_the_copy_gives_the_same_records(name: str, tmp_path: Path) -> None:
    OFFICIAL[name](tmp_path / "official")
    COMPACT[name](tmp_path / "compact")
    official = [bare(record) for record in READERS[name](tmp_path / "official")]
    assert [bare(record) for record in READERS[name](tmp_path / "compact")] == official


@pytest.mark.parametrize(("name", "archive"), [("ravdess", "Audio_Speech_Actors_01-24.zip"), ("emodb", "download.zip")])
def test_the_publishers_archive_is_read_unopened(name: str, archive: str, tmp_path: Path) -> None:
    names = media_trees.RAVDESS if name == "ravdess" else media_trees.EMODB
    members = [f"Actor_{each[-2:]}/{each}.wav" if name == "ravdess" else f"wav/{each}.wav" for each in names]
    media_trees.packed(tmp_path, archive, *members, f"__MACOSX/._{names[0]}.wav", "readme.txt")
    records = list(READERS[name](tmp_path))
    assert [record.signal.member for record in records] == sorted(members, key=lambda member: Path(member).name)
    assert {record.signal.path for record in records} == {tmp_path / archive}
    (tmp_path / archive).write_bytes(b"no archive")
    with pytest.raises(CorpusError, match=rf"{archive} cannot be read"):
        list(READERS[name](tmp_path))


def test_a_clip_in_two_folders_is_read_once(tmp_path: Path) -> None:
    media_trees.ravdess(tmp_path)
    media_trees.ravdess(tmp_path / "audio_speech_actors_01-24")
    records = list(READERS["ravdess"](tmp_path))
    assert [record.id for record in records] == sorted(media_trees.RAVDESS)
    assert records[0].signal.source == "Actor_01/03-01-01-01-01-01-01.wav"


def test_ravdess_reads_its_names(tmp_path: Path) -> None:
    fearful = records_of("ravdess", tmp_path)["03-01-06-01-02-01-12"]
    # The publisher's own example of a name.
    assert fearful.labels == ("fearful",)
    assert fearful.signal.text == "Dogs are sitting by the door"
    assert fearful.speaker == fearful.group == "actor-12"
    assert fearful.conditions == {"intended": "fearful", "intensity": "normal", "take": "1", "sex": "female"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",calm,", ",fear,", r"line 3: emotion is 'fear', but the name '03-01-02-02-02-01-02\.wav' says 'calm'"),
        (",strong,", ",normal,", "intensity is 'normal', but .* says 'strong'"),
        ("03-01-02-02-02-01-02.wav", "calm.wav", r"original_file is 'calm\.wav', allowed are names like 03-01-05"),
    ],
)
def test_a_table_against_its_names_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.ravdess_compact(tmp_path)
    path = tmp_path / "metadata.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["ravdess"](tmp_path))


def test_a_copy_without_its_sound_has_no_paths(tmp_path: Path) -> None:
    media_trees.emodb_compact(tmp_path)
    (tmp_path / "audio_2s.tar").unlink()
    records = list(READERS["emodb"](tmp_path))
    assert all(record.signal.path is None and record.signal.member is None for record in records)
    assert [bool(record.further) for record in records] == [True, False, True, False, True]
    assert records[0].further[0].member == "03a01Fa.flac"


def test_emodb_tells_actor_text_and_what_listeners_heard(tmp_path: Path) -> None:
    records = records_of("emodb", tmp_path)
    happy = records["03a01Fa"]
    assert (happy.labels, happy.speaker, happy.signal.text) == (
        ("happiness",),
        "03",
        "Der Lappen liegt auf dem Eisschrank.",
    )
    assert happy.values == {"recognised": 0.805, "natural": 0.7025}
    assert happy.conditions == {"intended": "happiness", "take": "a", "sex": "male", "age": "31"}
    assert records["11a02Lc"].labels == ("boredom",)
    (tmp_path / "erkennung.txt").unlink()
    assert next(READERS["emodb"](tmp_path)).values == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("03a01Fa.wav\tviel\t1,0", "line 6: .* is no file name and shares"),
        ("03a01Fa.wav\t180,0\t1,0", "outside 0 to 100"),
    ],
)
def test_emodb_listeners_file_is_checked(line: str, message: str, tmp_path: Path) -> None:
    media_trees.emodb(tmp_path)
    path = tmp_path / "erkennung.txt"
    lines = path.read_text(encoding="latin-1").splitlines()
    path.write_text("\n".join([*lines[:5], line]), encoding="latin-1")
    with pytest.raises(CorpusError, match=message):
        list(READERS["emodb"](tmp_path))
    path.write_text("\n".join(lines[1:]), encoding="latin-1")
    with pytest.raises(CorpusError, match="does not begin with the columns Satz, erkannt"):
        list(READERS["emodb"](tmp_path))


def test_crema_d_keeps_every_vote_by_how_the_clip_was_shown(tmp_path: Path) -> None:
    records = records_of("crema_d_votes", tmp_path)
    voice, face = records["1001_IEO_NEU_XX.voice"], records["1001_IEO_NEU_XX.face"]
    assert Counter(rating.labels for rating in voice.ratings) == {("happy",): 1, ("neutral",): 10}
    assert {(rating.rater, rating.perspective) for rating in face.ratings} == {(None, "face")}
    assert (voice.labels, face.labels) == (("neutral",), ("happy",))
    assert (voice.signal.modality, face.signal.modality) == ("speech", "face")
    assert voice.signal.text == "It's eleven o'clock"
    tied = records["1002_DFA_FEA_HI.voice"]
    assert tied.labels == ("anger", "fear")
    assert tied.intensities == {"anger": 0.05, "fear": 0.25, "neutral": 0.45}
    assert tied.values == {"agreement": 0.375, "level": 0.5}
    assert tied.conditions == {
        **{"shown": "voice", "intended": "fear", "level": "high", "sex": "female", "age": "21"},
        **{"race": "asian", "ethnicity": "hispanic"},
    }
    assert records["1001_IEO_NEU_XX.audiovisual"].signal.modality == "video"
    assert {record.group for record in records.values()} == {"1001", "1002"}
    table = ratings_of(records.values(), "crema-d")
    assert (len(table), table.kind) == (44, "exclusive")
    assert len(ratings_of(records.values(), "crema-d", perspective="face")) == 10


def test_crema_d_names_raters_where_their_answers_are_there(tmp_path: Path) -> None:
    media_trees.crema_d_responses(tmp_path)
    records = records_of("crema_d_votes", tmp_path)
    voice = records["1001_IEO_NEU_XX.voice"]
    assert [(r.rater, r.labels, dict(r.values)) for r in voice.ratings] == [
        ("rater-0001", ("neutral",), {"level": 0.7}),
        ("rater-0002", ("happy",), {"level": 0.2}),
    ]
    # The other answer came after ten seconds, and practice is no clip.
    assert [r.rater for r in records["1002_DFA_FEA_HI.voice"].ratings] == ["rater-0001"]
    assert [r.perspective for r in records["1001_IEO_NEU_XX.audiovisual"].ratings] == ["audiovisual"]
    (tmp_path / "finishedEmoResponses.csv").unlink()
    with pytest.raises(CorpusError, match=r"finishedEmoResponses\.csv is not in"):
        list(READERS["crema_d_votes"](tmp_path))


def test_crema_d_copy_agrees_with_the_official_table(tmp_path: Path) -> None:
    official = {key: bare(record) for key, record in records_of("crema_d_votes", tmp_path / "official").items()}
    COMPACT["crema_d_votes"](tmp_path / "compact")
    copy = {record.id: bare(record) for record in READERS["crema_d_votes"](tmp_path / "compact")}
    first = copy["1001_IEO_NEU_XX.voice"]
    assert first.values["level_norm"] == 0.25
    copy[first.id] = replace(first, values={k: v for k, v in first.values.items() if k != "level_norm"})
    assert copy == official


def test_crema_d_finds_the_clips_that_are_there(tmp_path: Path) -> None:
    media_trees.media(tmp_path, "AudioWAV/1001_IEO_NEU_XX.wav", "VideoFlash/1002_DFA_FEA_HI.flv")
    records = records_of("crema_d_votes", tmp_path)
    found = {key: record.signal.path.name for key, record in records.items() if record.signal.path}
    assert found == {
        "1001_IEO_NEU_XX.voice": "1001_IEO_NEU_XX.wav",
        "1002_DFA_FEA_HI.audiovisual": "1002_DFA_FEA_HI.flv",
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"1001_IEO_NEU_XX",11', '"1001_IEO_NEU_XX",12', "line 2: 11 votes where numResponses is 12"),
        ('"A:F"', '"A:Q"', "emoVote is 'A:Q', allowed are A, D, F, H, N, S"),
        ('"200001"', '"400001"', "the row id is '400001'"),
        ("1002_DFA_FEA_HI", "1003_DFA_FEA_HI", r"VideoDemographics\.csv says nothing of actor 1003"),
        ("1002_DFA_FEA_HI", "1002_XXX_FEA_HI", "allowed are names like 1001_IEO_ANG_HI"),
        ("0.375", "37.5", "agreement is '37.5', allowed are numbers from 0 to 1"),
    ],
)
def test_crema_d_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.crema_d_votes(tmp_path)
    path = tmp_path / "processedResults/tabulatedVotes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["crema_d_votes"](tmp_path))


def test_ferplus_keeps_every_answer_and_knows_twins(tmp_path: Path) -> None:
    records = records_of("ferplus", tmp_path)
    # A row without a name and the second row of a name are left out.
    assert list(records) == ["fer0000000", "fer0000001", "fer0028638", "fer0032220", "fer0032222"]
    assert [record.labels for record in records.values()] == [(), ("happiness",), ("contempt",), (), ("surprise",)]
    assert [record.split for record in records.values()] == ["train", "train", "valid", "test", "test"]
    votes = Counter(rating.labels for rating in records["fer0032220"].ratings)
    assert votes == {("NF",): 6, ("contempt",): 2, ("disgust",): 1, ("unknown",): 1}
    assert len(records["fer0028638"].ratings) == 9
    assert records["fer0028638"].group == records["fer0000000"].group == "row-0"
    assert records["fer0000000"].conditions == {"fer2013": "anger", "usage": "Training"}
    assert (records["fer0000000"].signal.path, records["fer0000000"].signal.member) == (tmp_path / "fer2013.csv", "0")
    exported = records["fer0032222"].signal
    assert (exported.path, exported.member) == (tmp_path / "data/FER2013Test/fer0032222.png", None)
    table = ratings_of(records.values(), "ferplus", outside="unanswered")
    assert (len(table), table.kind, table.values[:, 0].size) == (49, "exclusive", 49)
    (tmp_path / "fer2013.csv").unlink()
    bare_votes = {record.id: record for record in READERS["ferplus"](tmp_path)}
    assert bare_votes["fer0000000"].conditions == {"usage": "Training"}
    assert bare_votes["fer0028638"].group == "row-4" and bare_votes["fer0000000"].signal.path is None


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("fer2013new.csv", "4,0,0,1,3,2,", "4,0,0,1,3,9,", "line 2: 17 votes, allowed are 1 to 10"),
        ("fer2013new.csv", "PublicTest", "Public", "the set is 'Public', where fer2013.csv has 'PublicTest'"),
        ("fer2013.csv", "5,8 8,PrivateTest\n", "", "the set is 'PrivateTest', where fer2013.csv ends there"),
        ("fer2013.csv", "6,0 0,", "7,0 0,", "emotion is '7', allowed are numbers from 0 to 6"),
        ("fer2013new.csv", ",NF", ",nothing", "has no column nf"),
    ],
)
def test_ferplus_names_what_is_wrong(file: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.ferplus(tmp_path)
    path = tmp_path / file
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    with pytest.raises(CorpusError, match=message):
        list(READERS["ferplus"](tmp_path))


def test_emogator_reads_its_names(tmp_path: Path) -> None:
    records = records_of("emogator", tmp_path)
    assert [record.labels[0] for record in records.values()] == [
        *("adoration", "neutral", "romantic love", "surprise (negative)", "triumph"),
    ]
    last = records["000357-30-3"]
    assert (last.speaker, last.conditions["take"], last.signal.text) == ("000357", "3", "")


def test_turev_reads_its_names_and_folders(tmp_path: Path) -> None:
    records = records_of("turev_db", tmp_path)
    sad = records["7895_hl_ogul1"]
    assert (sad.labels, sad.speaker, sad.signal.text) == (("sadness",), "7895", "ogul")
    (tmp_path / "Sound Source/Happy/1234_mt_turev.wav").rename(tmp_path / "Sound Source/Sad/1234_mt_turev.wav")
    with pytest.raises(CorpusError, match="lies in the folder Sad, but its name says happiness"):
        list(READERS["turev_db"](tmp_path))


def test_pmemo_moves_both_scales_to_one(tmp_path: Path) -> None:
    official = records_of("pmemo", tmp_path / "official")
    assert official["5"].values == {"valence": 1, "arousal": -1, "valence_sd": 0, "arousal_sd": 0}
    assert official["1"].values == pytest.approx(
        {"valence": 0.15, "arousal": -0.2, "valence_sd": 0.32, "arousal_sd": 0.3}
    )
    assert official["1"].signal.path == tmp_path / "official/chorus/1.mp3" and official["4"].signal.path is None
    assert official["1"].group == official["4"].group == "Nobody" and official["5"].group == "song-5"
    assert official["1"].conditions["title"] == "One, two" and "album" not in official["1"].conditions
    COMPACT["pmemo"](tmp_path / "compact")
    for record in READERS["pmemo"](tmp_path / "compact"):
        assert record.values == pytest.approx(official[record.id].values)
        assert record.conditions["music2emotion_split"] == "train"
    traces = list(pmemo.read_traces(tmp_path / "official"))
    assert traces[0] == ("1", 15.5, 0.5, 0, 0.25, 0.5) and len(traces) == 3
    assert list(pmemo.read_traces(tmp_path / "compact")) == traces


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "static_annotations_std.csv",
            "4,0.15",
            "44,0.15",
            r"\['4'\] stands beside \['44'\] in static_annotations_std",
        ),
        ("static_annotations_std.csv", "7,0.1,0.1\n", "", "stands beside the table of spreads, which ends"),
        ("static_annotations.csv", "0.575", "5.75", r"valence\(mean\) is '5.75', allowed are numbers from 0 to 1"),
    ],
)
def test_pmemo_names_what_is_wrong(file: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.pmemo(tmp_path)
    path = tmp_path / "annotations" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["pmemo"](tmp_path))


def test_mosi_joins_transcripts_with_splits(tmp_path: Path) -> None:
    records = records_of("mosi_features", tmp_path)
    assert [(record.split, record.labels[0], record.turn) for record in records.values()] == [
        ("test", "positive", 1),
        ("test", "negative", 10),
        ("train", "positive", 2),
        ("train", "negative", 1),
        ("train", "positive", 3),
    ]
    assert records["_dI--eQ6qVU_2"].signal.text == 'UM, "SO" YEAH'
    assert records["_dI--eQ6qVU_2"].speaker == "_dI--eQ6qVU"
    below = tmp_path / "whole"
    (below / "bc-LSTM").mkdir(parents=True)
    media_trees.mosi_features(below / "bc-LSTM/data")
    assert {record.id for record in READERS["mosi_features"](below)} == set(records)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("text_test.csv", '"1",', '"2",', "'2' is no row of transcripts.csv, or stands twice"),
        ("text_test.csv", '"1",', '"9",', "row 1 is neither in text_train.csv nor in text_test.csv"),
        ("text_test.csv", '"1",', '"5","1"\n"1",', "transcripts.csv has 5 rows, its splits 6"),
        ("transcripts.csv", '"93","0"', '"93","-1"', "its label '-1'"),
        ("transcripts.csv", ',"93","0"', ',"0"', "3 cells where utterance, text, a number and a label"),
    ],
)
def test_mosi_names_what_is_wrong(file: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.mosi_features(tmp_path)
    path = tmp_path / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["mosi_features"](tmp_path))


def test_stress_is_cut_where_labels_change(tmp_path: Path) -> None:
    records = records_of("stress_predict", tmp_path / "official")
    assert [(record.id, record.labels[0]) for record in records.values()] == [
        *(("S02.0", "no stress"), ("S02.1", "stress"), ("S02.2", "no stress")),
        *(("S03.0", "no stress"), ("S03.1", "stress")),
    ]
    rest, task = records["S02.0"], records["S02.1"]
    # The second without a heart rate does not count.
    assert rest.values == {"heart_rate": 101.5, "breaths_per_minute": 12.25, "seconds": 3}
    assert task.signal.path == tmp_path / "official/Raw_data/S02/EDA.csv"
    assert task.signal.part == Span(13, 15, "second")
    # The heart rate's file begins ten seconds later.
    parts = {signal.path.stem: signal.part for signal in task.further if signal.path}
    assert parts == {"HR": Span(3, 5, "second"), "ACC": Span(13, 15, "second"), "IBI": Span(13, 15, "second")}
    assert records["S03.1"].signal.path is None
    COMPACT["stress_predict"](tmp_path / "compact")
    copy = {record.id: record for record in READERS["stress_predict"](tmp_path / "compact")}
    assert {key: (r.labels, r.values, r.signal.part) for key, r in copy.items()} == {
        key: (r.labels, r.values, r.signal.part) for key, r in records.items()
    }
    assert copy["S02.1"].signal.member == "S02"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",1\r", ",2\r", "label is '2', allowed are 0 and 1"),
        ("1644227586", "1644227584", "the seconds of S02 from here on do not go forward"),
        ("1644227586", "12:30", r"time\(sec\) is '12:30'"),
    ],
)
def test_stress_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.stress_predict(tmp_path)
    path = tmp_path / "Processed_data/Improved_All_Combined_hr_rsp_binary.csv"
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    with pytest.raises(CorpusError, match=message):
        list(READERS["stress_predict"](tmp_path))


def test_jamendo_reads_as_many_tags_as_there_are(tmp_path: Path) -> None:
    records = records_of("mtg_jamendo_moodtheme", tmp_path)
    assert [(record.split, record.labels) for record in records.values()] == [
        (split, tags) for split, *_, tags in media_trees.JAMENDO
    ]
    first = records["track_0000948"]
    assert first.group == "artist_000087" and first.conditions == {"album": "album_000149", "duration_s": "212.7"}
    assert first.signal.path == tmp_path / "audio/48/948.mp3"
    assert records["track_0000950"].signal.path is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mood/theme---film", "mood/theme---bliss", "line 3: the tag 'bliss' is none of action, adventure"),
        ("mood/theme---film", "genre---film", "allowed are those that begin with mood/theme---"),
        ("ARTIST_ID\tALBUM_ID", "ALBUM_ID\tARTIST_ID", "the columns are"),
        ("212.7", "long", "duration_s is 'long'"),
    ],
)
def test_jamendo_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.mtg_jamendo_moodtheme(tmp_path)
    path = tmp_path / "data/splits/split-0/autotagging_moodtheme-train.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["mtg_jamendo_moodtheme"](tmp_path))


def test_ceap_keeps_every_viewer_and_moment(tmp_path: Path) -> None:
    records = records_of("ceap_360vr", tmp_path / "official")
    assert len(records) == 256
    one = records["P2.V8"]
    assert one.values == {"valence": -0.75, "arousal": 0.75}
    assert one.ratings[0].rater == one.speaker == "P2"
    assert one.conditions == {"film": "V8", "sex": "male", "age": "22", "vr_experience": "Never"}
    assert one.signal.path == tmp_path / "official/CEAP-360VR/5_PhysioData/Transformed/P2_Physio_TransData.json"
    films = ceap_360vr.of_films(records.values())
    table = ratings_of(films, ["valence", "arousal"])
    assert (len(table.items), len(table.raters), len(table)) == (8, 32, 256)
    points = list(ceap_360vr.read_traces(tmp_path / "official"))
    assert points[:2] == [("P1", "V1", 0.15, 0, 1), ("P1", "V1", 0.292, 0.5, -1)] and len(points) == 64
    COMPACT["ceap_360vr"](tmp_path / "compact")
    assert list(ceap_360vr.read_traces(tmp_path / "compact")) == points


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"ValenceValue": 3', '"ValenceValue": 0', "valence is '0', allowed are numbers from 1 to 9"),
        ('"VideoID": "V1"', '"VideoID": "V0"', "this is 'P1' in 'V0', expected is P1 in V1 to V8"),
        ('"ParticipantID": "P1"', '"ParticipantID": "P2"', "expected is P1"),
        ('"Gender"', '"Sex"', "nothing is said of gender"),
        ("Video_SAMRating_VideoTime_Data", "Video", "holds no list 'Video_SAMRating_VideoTime_Data'"),
        ("QuestionnaireData", "Data", "holds no list 'QuestionnaireData'"),
        ("[", "(", "cannot be read"),
    ],
)
def test_ceap_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    media_trees.ceap_360vr(tmp_path)
    path = tmp_path / "CEAP-360VR/2_QuestionnaireData/P1_Questionnaire_Data.json"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["ceap_360vr"](tmp_path))
    traces = tmp_path / "CEAP-360VR/3_AnnotationData/Transformed/P1_Annotation_TransData.json"
    traces.write_text(traces.read_text(encoding="utf-8").replace('"Arousal"', '"arous"'), encoding="utf-8")
    with pytest.raises(CorpusError, match="a moment lacks arousal"):
        list(ceap_360vr.read_traces(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sad-lonely", "sad", "attributes that end in .*, expected are 72 features and amazed-suprised"),
        ("0.034741,0,1,1", "0.034741,1,1", "77 cells where 78 are declared"),
        ("0.034741,0,1,1", "0.034741,0,1,2", "relaxing-calm is '2', allowed are 0 and 1"),
        ("@data", "data", "has no @data"),
    ],
)
def test_music_emotions_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    records = records_of("music_emotions", tmp_path)
    assert [len(record.labels) for record in records.values()] == [2, 2, 0, 2, 1]
    assert records["001"].labels == ("happy-pleased", "relaxing-calm") and records["004"].signal.member == "4"
    path = tmp_path / "emotions.arff"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        list(READERS["music_emotions"](tmp_path))


def test_parquet_that_is_none_is_refused(tmp_path: Path) -> None:
    media_trees.parquet(tmp_path / "t.parquet", {"A": [1, None], "b": ["x", "y"]})
    assert [(row.line, row.cells) for row in read_parquet(tmp_path / "t.parquet", columns=("A", "b"))] == [
        (1, {"a": "1", "b": "x"}),
        (2, {"a": "", "b": "y"}),
    ]
    with pytest.raises(CorpusError, match=r"t\.parquet has no column c; it has A, b"):
        list(read_parquet(tmp_path / "t.parquet", columns=("A", "c")))
    with pytest.raises(CorpusError, match=r"u\.parquet is not in"):
        list(read_parquet(tmp_path / "u.parquet", columns=("A",)))
    write(tmp_path, "v.parquet", "<html>")
    with pytest.raises(CorpusError, match=r"v\.parquet cannot be read as Parquet"):
        list(read_parquet(tmp_path / "v.parquet", columns=("A",)))
    assert find_space("crema-d").kind == "exclusive"
