"""Readers of corpora that are not at hand: small made-up trees in the layout of public loaders and makers' files."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from pathlib import Path

import public_trees
import pytest
from public_trees import TREES, change, records_of

from affekt.corpora import aff_wild2
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import read_corpus
from affekt.errors import CorpusError
from affekt.ratings.records import ratings_of
from affekt.types import VAD, Mark, Span

# Corpora that tell the language of some clips only.
SOME_UNKNOWN = {"asvp_esd"}


@pytest.mark.parametrize("name", TREES)
def test_records_keep_the_cards_word(name: str, tmp_path: Path) -> None:
    TREES[name](tmp_path)
    records, card = list(READERS[name](tmp_path)), CORPORA[name]
    assert len(records) >= 5
    assert len({record.id for record in records}) == len(records)
    known = set(card.space.labels) if card.space else set()
    for record in records:
        assert record.split in set(card.rows).union(*card.copies.values())
        assert set(record.labels) <= known
        assert all(set(rating.labels) <= known for rating in record.ratings)
        assert record.signal.language in (card.languages or (None,)) or name in SOME_UNKNOWN
        assert record.group
        for signal in (record.signal, *record.further):
            assert signal.modality != "text"
            assert signal.source and list(tmp_path.rglob(Path(signal.source).name))
            assert signal.path is None or signal.path.is_file()
            assert signal.member is None or signal.path is not None
        assert all(0 <= degree <= 1 for degree in record.intensities.values())
        assert not any(math.isnan(value) for value in record.values.values())
        assert all(-1 <= record.values.get(name, 0) <= 1 for name in ("valence", "arousal", "dominance"))


@pytest.mark.parametrize("name", TREES)
def test_a_card_says_where_its_layout_was_checked(name: str) -> None:
    card = CORPORA[name]
    assert card.layout == "verified" and card.modality != "text"
    assert re.search(r"[0-9a-f]{40}", card.layout_source)
    assert card.speakers and card.raters


@pytest.mark.parametrize("name", TREES)
def test_a_part_is_refused_and_an_empty_folder_says_what_is_missing(name: str, tmp_path: Path) -> None:
    TREES[name](tmp_path / "part")
    with pytest.raises(CorpusError, match="incomplete or another release"):
        read_corpus(name, folder=tmp_path / "part")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=re.escape(str(tmp_path / "empty"))):
        list(READERS[name](tmp_path / "empty"))
    with pytest.raises(CorpusError, match="nowhere"):
        list(READERS[name](tmp_path / "nowhere"))


def test_tess_reads_its_names(tmp_path: Path) -> None:
    records = records_of("tess", tmp_path)
    surprised = records["OAF_back_ps"]
    assert (surprised.labels, surprised.speaker, surprised.signal.text) == (
        ("pleasant surprise",),
        "OAF",
        "Say the word back",
    )
    assert surprised.conditions == {"intended": "pleasant surprise", "word": "back", "sex": "female", "age": "64"}
    assert len(records) == 5


def test_msp_podcast_keeps_every_vote(tmp_path: Path) -> None:
    records = records_of("msp_podcast", tmp_path)
    first, unclear = records["MSP-PODCAST_0001_0008"], records["MSP-PODCAST_0001_0009"]
    assert (first.split, first.labels, first.speaker) == ("test1", ("neutral",), "speaker-30")
    assert first.vad is not None
    assert (first.vad.valence, first.vad.arousal, first.vad.dominance) == pytest.approx(
        (0, -0.6, 1.4 / 3 - 1 + 0.2 / 3)
    )
    assert [(rating.rater, rating.labels, dict(rating.values)) for rating in first.ratings] == [
        ("WORKER0000001", ("neutral",), {"arousal": -1, "valence": 0, "dominance": -1}),
        ("WORKER00000012", ("other",), {"arousal": 1, "valence": -1, "dominance": 0}),
    ]
    assert unclear.labels == () and len(unclear.ratings) == 2
    assert first.signal.text == "Well, I went there." and first.signal.path is not None
    unnamed = records["MSP-PODCAST_0002_0011"]
    assert (unnamed.speaker, unnamed.group, unnamed.conditions) == (
        None,
        "MSP-PODCAST_0002",
        {"podcast": "MSP-PODCAST_0002"},
    )
    assert unnamed.vad == VAD(-1, 1, pytest.approx(1 / 3))
    assert len(ratings_of(records.values(), CORPORA["msp_podcast"].space)) == 10


def test_msp_podcast_reads_older_names_and_votes_in_json(tmp_path: Path) -> None:
    public_trees.msp_podcast_json(tmp_path)
    records = list(READERS["msp_podcast"](tmp_path))
    assert Counter(rating.labels for record in records for rating in record.ratings) == {("angry",): 5}
    change(tmp_path / "Labels/labels_detailed.json", "EmoClass_Major", "EmoClass")
    with pytest.raises(CorpusError, match="is not workers by file name"):
        list(READERS["msp_podcast"](tmp_path))
    (tmp_path / "Labels/labels_detailed.json").unlink()
    with pytest.raises(CorpusError, match=r"labels_detailed\.csv .* is not in"):
        list(READERS["msp_podcast"](tmp_path))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("consensus", ",N,2.2", ",Q,2.2", "EmoClass is 'Q', allowed are A, S"),
        ("consensus", "Test2", "Test9", "Split_Set is 'Test9'"),
        ("consensus", ",7.0,1.0", ",7.5,1.0", "emoact is '7.5', allowed are numbers from 1 to 7"),
        ("consensus", "0001_0008.wav,", "0001_0008,", "FileName is 'MSP-PODCAST_0001_0008'"),
        ("consensus", "0003_0013", "0003_0014", "the table of votes has none for MSP-PODCAST_0003_0014"),
        ("consensus", "MSP-PODCAST_0003_0013.wav,O,3.0,3.75,3.166667,40,Male,Development\n", "", "votes on 1 turns"),
        ("detailed", "WORKER0000001; Neutral", "0000001; Neutral", "EmoDetail is '0000001; Neutral"),
        ("detailed", "A:7.000000", "A:9.000000", "A is '9.000000', allowed are numbers from 1 to 7"),
    ],
)
def test_msp_podcast_names_what_is_wrong(file: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    public_trees.msp_podcast(tmp_path)
    change(tmp_path / f"Labels/labels_{file}.csv", old, new)
    with pytest.raises(CorpusError, match=message):
        list(READERS["msp_podcast"](tmp_path))


def test_zed_draws_the_whole_timeline(tmp_path: Path) -> None:
    records = records_of("zed", tmp_path)
    assert records["ZED_0"].labels == ("happy",)
    assert records["ZED_0"].marks == (
        Mark("neutral", Span(0, 1.94, "second")),
        Mark("happy", Span(1.94, 4.48, "second")),
    )
    assert [mark.label for mark in records["ZED_1"].marks] == ["sad"]
    assert [mark.label for mark in records["ZED_3"].marks] == ["neutral", "happy", "neutral"]
    assert records["ZED_0"].signal.path == tmp_path / "wav/speaker0/0.wav"
    assert records["ZED_1"].signal.path is None
    assert records["ZED_1"].signal.text == "Made up."


@pytest.mark.parametrize(
    ("change_to", "message"),
    [
        ({"emotion": []}, "one stretch with emo, start, end"),
        ({"emotion": [{"emo": "glad", "start": 0, "end": 1}]}, "KeyError"),
        ({"emotion": [{"emo": "happy", "start": 3, "end": 9}]}, "does not lie in the 4.48 seconds"),
        ({"wav": "datafolder/../../secret.wav"}, "expected is a path below datafolder"),
        ({"duration": "long"}, "could not convert"),
    ],
)
def test_zed_names_the_utterance_that_is_wrong(change_to: dict[str, object], message: str, tmp_path: Path) -> None:
    public_trees.zed(tmp_path)
    path = tmp_path / "ZED.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["ZED_2"] |= change_to
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"'ZED_2': .*{message}"):
        list(READERS["zed"](tmp_path))


@pytest.mark.parametrize(
    ("name", "item", "labels", "speaker", "conditions"),
    [
        ("shemo", "M36S02", ("sadness",), "M36", {"sex": "male"}),
        (
            "jl_corpus",
            "male2_concerned_6b_1",
            ("concerned",),
            "male2",
            {"intended": "concerned", "sentence": "6b", "take": "1", "sex": "male", "kind": "secondary"},
        ),
        ("emovo", "gio-f2-b2", ("joy",), "f2", {"intended": "joy", "sentence": "b2", "sex": "female"}),
        (
            "cafe",
            "07-C-1-2",
            ("anger",),
            "actor-07",
            {"intended": "anger", "intensity": "weak", "sentence": "2", "sex": "male"},
        ),
        ("cafe", "02-N-1-1", ("neutral",), "actor-02", {"intended": "neutral", "sentence": "1", "sex": "female"}),
        (
            "subesco",
            "F02.2.surprise.3",
            ("surprise",),
            "F02",
            {"intended": "surprise", "sentence": "2", "take": "3", "sex": "female"},
        ),
        ("mesd", "Fear_M_A_basta_ya", ("fear",), None, {"intended": "fear", "voice": "male", "corpus": "A"}),
        ("aesdd", "s01 (5)b", ("sadness",), "actor-5", {"intended": "sadness", "utterance": "01"}),
        ("aesdd", "f10 (01)", ("fear",), "actor-1", {"intended": "fear", "utterance": "10"}),
        ("urdu_ser", "SF10_F1_S01", ("sad",), "SF10", {"file": "F1", "sex": "female"}),
        (
            "oreau",
            "07a01Ca",
            ("anger",),
            "speaker-07",
            {"intended": "anger", "utterance": "a01", "take": "a", "sex": "male"},
        ),
        ("oreau", "09a03Pa", ("fear",), "speaker-09", {"intended": "fear", "utterance": "a03", "take": "a"}),
        (
            "ased",
            "S4-04-02-01-29",
            ("sadness",),
            "speaker-29",
            {"intended": "sadness", "sentence": "04", "take": "02", "sex": "female"},
        ),
        (
            "asvp_esd",
            "03-01-09-01-06-36-02-02-01-39",
            ("excited",),
            "actor-36",
            {"channel": "speech", "sex": "male", "intensity": "normal", "age": "20 to 64", "source": "web"},
        ),
        (
            "asvp_esd",
            "03-02-17-07-21-150-55-02-02 -12",
            (),
            "actor-150",
            {"channel": "non-speech", "sex": "male", "source": "web"},
        ),
        ("enterface05", "subject-11.anger.1", ("anger",), "subject-11", {"intended": "anger", "sentence": "1"}),
        ("enterface05", "subject-6.fear", ("fear",), "subject-6", {"intended": "fear"}),
        (
            "enterface05",
            "subject-16.surprise.3",
            ("surprise",),
            "subject-16",
            {"intended": "surprise", "sentence": "3"},
        ),
    ],
)
def test_names_say_who_spoke_how(
    name: str, item: str, labels: tuple[str, ...], speaker: str | None, conditions: dict[str, str], tmp_path: Path
) -> None:
    record = records_of(name, tmp_path)[item]
    assert (record.labels, record.speaker, dict(record.conditions)) == (labels, speaker, conditions)
    assert record.signal.path is not None


def test_texts_beside_recordings_are_read(tmp_path: Path) -> None:
    public_trees.write(tmp_path, "transcript/final text/M36S02.ort", "\ufeff\u200fسلام")
    assert records_of("shemo", tmp_path)["M36S02"].signal.text == "سلام"
    folder = tmp_path / "jl"
    spoken = "Raw JL corpus (unchecked and unannotated)/JL(wav+txt)/male1_sad_1a_1.txt"
    public_trees.write(folder, spoken, "Made up.")
    assert records_of("jl_corpus", folder)["male1_sad_1a_1"].signal.text == "Made up."
    assert records_of("emovo", tmp_path / "emovo")["neu-m1-d1"].signal.text == "Sabato sera cosa farà?"
    assert records_of("mesd", tmp_path / "mesd")["Fear_M_A_basta_ya"].signal.text == "basta ya"


def test_enterface_refuses_a_film_in_anothers_folder(tmp_path: Path) -> None:
    public_trees.media(tmp_path, "subject 1/fear/sentence 1/s1_an_1.avi")
    with pytest.raises(CorpusError, match=r"expected a name like s1_fe_1\.avi in a folder of fear"):
        list(READERS["enterface05"](tmp_path))


def test_raf_db_reads_numbers_from_one(tmp_path: Path) -> None:
    records = records_of("raf_db", tmp_path)
    assert [record.labels[0] for record in records.values()] == [
        *("sadness", "surprise", "neutral", "happiness", "fear")
    ]
    found = [record.signal.path and record.signal.path.name for record in records.values()]
    assert found == ["train_00001_aligned.jpg", None, None, "test_0001.jpg", None]
    assert Counter(record.split for record in records.values()) == {"train": 3, "test": 2}
    change(tmp_path / "basic/EmoLabel/list_patition_label.txt", "test_0001.jpg 4", "test_0001.jpg 8")
    with pytest.raises(CorpusError, match=r"line 4: it is 'test_0001\.jpg 8'"):
        list(READERS["raf_db"](tmp_path))


def test_affectnet_keeps_why_a_face_has_no_expression(tmp_path: Path) -> None:
    records = records_of("affectnet", tmp_path)
    happy, no_face = records["689/737d0.JPG"], records["689/737d2.JPG"]
    assert (happy.labels, happy.values) == (("happiness",), {"valence": 0.785714, "arousal": -0.055556})
    assert (no_face.labels, no_face.values, no_face.conditions) == ((), {}, {"expression": "no face"})
    assert records["290/420.jpg"].labels == ("contempt",)
    assert happy.signal.path is not None and records["290/420.jpg"].signal.path is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",1,0.785714", ",11,0.785714", "expression is '11', allowed are numbers from 0 to 10"),
        ("0.785714", "1.785714", "valence is '1.785714'"),
        ("0.785714", "-1.5", "allowed are -1 to 1, and -2 for none"),
        ("689/737d0.JPG", "../../737d0.JPG", "expected is folder/name"),
    ],
)
def test_affectnet_names_what_is_wrong(old: str, new: str, message: str, tmp_path: Path) -> None:
    public_trees.affectnet(tmp_path)
    change(tmp_path / "Manually_Annotated_file_lists/training.csv", old, new)
    with pytest.raises(CorpusError, match=message):
        list(READERS["affectnet"](tmp_path))


def test_aff_wild2_leaves_out_frames_nobody_rated(tmp_path: Path) -> None:
    records = records_of("aff_wild2", tmp_path)
    video = records["va.1-30-1280x720"]
    assert video.values == {"frames": 3, "rated": 2, "valence": 0.125, "arousal": -0.25}
    assert records["expression.1-30-1280x720"].intensities == {"neutral": 0.25, "happiness": 0.5, "other": 0.25}
    assert records["action_units.1-30-1280x720"].values == {"frames": 3, "rated": 2, "au1": 0.5, "au2": 0, "au4": 0.5}
    assert records["va.video5_left"].values == {"frames": 1, "rated": 0}
    assert records["va.video5_left"].signal.path == tmp_path / "videos/video5.avi"
    frames = list(aff_wild2.read_frames(tmp_path))
    assert frames[1] == ("1-30-1280x720", "va", "train", 2, {"valence": -0.25, "arousal": 0.5})
    assert len(frames) == 9


def test_aff_wild2_reads_the_folders_of_2020(tmp_path: Path) -> None:
    public_trees.write(tmp_path, "VA_Set/Training_Set/a.txt", "valence,arousal", "0,1")
    seven = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise"
    public_trees.write(tmp_path, "EXPR_Set/Validation_Set/b.txt", seven, "6")
    records = list(READERS["aff_wild2"](tmp_path))
    assert [(record.id, record.split) for record in records] == [("va.a", "train"), ("expression.b", "validation")]


@pytest.mark.parametrize(
    ("task", "old", "new", "message"),
    [
        ("VA", "valence,arousal", "arousal,valence", "begins with arousal, valence, expected are the columns of va"),
        ("VA", "0.5,-1", "0.5,-3", "allowed are -1 to 1, and -5 for none"),
        ("VA", "0.5,-1", "0.5", "1 numbers under 2 columns"),
        ("EXPR", "Fear,Happiness", "Happiness,Fear", "expected are the columns of expression"),
        ("EXPR", "\n7", "\n8", "expression is '8', allowed are numbers from -1 to 7"),
        ("AU", "1,0,0", "2,0,0", "au1 is '2', allowed are numbers from -1 to 1"),
    ],
)
def test_aff_wild2_names_what_is_wrong(task: str, old: str, new: str, message: str, tmp_path: Path) -> None:
    public_trees.aff_wild2(tmp_path)
    (path,) = (tmp_path / "annotations").glob(f"{task}_*/Train_Set/*.txt")
    change(path, old, new)
    with pytest.raises(CorpusError, match=message):
        list(READERS["aff_wild2"](tmp_path))


def test_fer2013_groups_pictures_that_are_the_same(tmp_path: Path) -> None:
    records = records_of("fer2013", tmp_path)
    assert [record.group for record in records.values()] == [
        *("fer0000000", "fer0000001", "fer0000000", "fer0000003", "fer0000004")
    ]
    assert [record.split for record in records.values()] == ["train", "train", "valid", "test", "test"]
    assert records["fer0000002"].labels == ("happiness",) and records["fer0000002"].signal.member == "2"
    change(tmp_path / "fer2013.csv", "7 7,Training", "7,Training")
    with pytest.raises(CorpusError, match="pixels are 2303 numbers"):
        list(READERS["fer2013"](tmp_path))


def test_emov_db_reads_both_spellings_and_refuses_other_styles(tmp_path: Path) -> None:
    public_trees.media(tmp_path, "bea_Disgusted/disgust_1-28_0003.wav", "josh_Sleepy/sleepiness_113_140_0113.wav")
    records = list(READERS["emov_db"](tmp_path))
    assert [(record.id, record.labels) for record in records] == [
        ("bea_disgust_0003_1-28", ("disgust",)),
        ("josh_sleepy_0113_113-140", ("sleepy",)),
    ]
    public_trees.media(tmp_path, "sam_Furious/fury_1-28_0003.wav")
    with pytest.raises(CorpusError, match="sam_Furious is of no known style"):
        list(READERS["emov_db"](tmp_path))


@pytest.mark.parametrize(
    ("speaker", "encoding"), [("0001", "gb2312"), ("0003", "utf-16"), ("0011", "utf-8"), ("0016", "latin-1")]
)
def test_esd_reads_texts_in_the_encodings_of_the_release(speaker: str, encoding: str, tmp_path: Path) -> None:
    said = "打远一看" if int(speaker) <= 10 else "Caf\xe9 au lait."
    public_trees.media(tmp_path, f"{speaker}/Neutral/{speaker}_000001.wav", f"{speaker}/Neutral/{speaker}_000002.wav")
    lines = f"{speaker}_000001\t{said}\tx\n{speaker}_000002 no tabs\n"
    (tmp_path / speaker / f"{speaker}.txt").write_bytes(lines.encode(encoding))
    records = list(READERS["esd"](tmp_path))
    assert [record.signal.text for record in records] == [said, ""]


def test_esd_refuses_a_text_it_cannot_decode(tmp_path: Path) -> None:
    public_trees.media(tmp_path, "0001/Neutral/0001_000001.wav")
    (tmp_path / "0001/0001.txt").write_bytes(b"0001_000001\t\xff\xff\tx\n")
    with pytest.raises(CorpusError, match=r"0001\.txt is neither UTF-8 nor gb2312"):
        list(READERS["esd"](tmp_path))


def test_meld_finds_the_clips_that_are_unpacked(tmp_path: Path) -> None:
    head = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"
    row = '1,"Hey, you.",Joey,joy,positive,0,{},8,21,"00:16:16,059","00:16:21,731"'
    for split in ("train", "dev", "test"):
        public_trees.write(tmp_path, f"{split}_sent_emo.csv", head, row.format(0), row.format(1))
    public_trees.media(tmp_path, "MELD.Raw/train/train_splits/dia0_utt0.mp4", "dev_splits_complete/dia0_utt1.mp4")
    public_trees.media(tmp_path, "output_repeated_splits_test/dia0_utt0.mp4", "train_splits/dia0_utt2.mp4")
    found = {record.id: [signal.path for signal in record.further] for record in READERS["meld"](tmp_path)}
    assert found == {
        "train-0-0": [tmp_path / "MELD.Raw/train/train_splits/dia0_utt0.mp4"],
        "train-0-1": [],
        "dev-0-0": [],
        "dev-0-1": [tmp_path / "dev_splits_complete/dia0_utt1.mp4"],
        "test-0-0": [tmp_path / "output_repeated_splits_test/dia0_utt0.mp4"],
        "test-0-1": [],
    }
