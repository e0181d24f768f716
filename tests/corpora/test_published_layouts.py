"""Readers of corpora that are not at hand, on small trees in the layout their cards cite."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from affekt.corpora import esd, goemotions_raters, iemocap, savee
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.read import read_corpus
from affekt.errors import CorpusError
from affekt.ratings.records import ratings_of
from affekt.ratings.views import majority, soft_labels
from affekt.types import Record, Span

GOEMOTIONS = goemotions_raters.SPACE.labels
RATER_HEADER = "text,id,author,subreddit,link_id,parent_id,created_utc,rater_id,example_very_unclear," + ",".join(
    GOEMOTIONS
)
TWEET_HEADER = "ID\tTweet\tanger\tanticipation\tdisgust\tfear\tjoy\tlove\toptimism\tpessimism\tsadness\tsurprise\ttrust"


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")


def answer(text: str, item: str, rater: int, *labels: str, unclear: bool = False, author: str = "ann") -> str:
    marks = ",".join(str(int(label in labels)) for label in GOEMOTIONS)
    return f"{text},{item},{author},pics,t3_{item},t1_{item},1548381039.0,{rater},{unclear},{marks}"


def goemotions_tree(folder: Path) -> None:
    quoted = '"He said ""no"", twice."'
    write(
        folder,
        "full_dataset/goemotions_1.csv",
        RATER_HEADER,
        answer("Thanks!", "a1", 7, "gratitude"),
        answer(quoted, "b2", 9, "anger", "annoyance"),
        answer('"Two\nlines, one comment"', "c3", 7, "joy"),
    )
    write(folder, "full_dataset/goemotions_2.csv", RATER_HEADER, answer("Thanks!", "a1", 9, unclear=True))
    write(
        folder,
        "full_dataset/goemotions_3.csv",
        RATER_HEADER,
        answer("Thanks!", "a1", 3, "gratitude", "admiration"),
        answer("Hm", "d4", 3, "neutral"),
        answer("Ok", "e5", 3, "neutral", author=""),
    )


def semeval_tree(folder: Path) -> None:
    write(
        folder,
        "2018-E-c-En-train.txt",
        TWEET_HEADER,
        '2017-En-1\tSo "happy today\t0\t0\t0\t0\t1\t1\t0\t0\t0\t0\t0',
        "2017-En-2\tIt is a chair\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0",
    )
    write(folder, "2018-E-c-En-dev.txt", TWEET_HEADER, "2018-En-3\tNo!\t1\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0")
    none = "\t".join(["NONE"] * 11)
    write(folder, "2018-E-c-En-test.txt", TWEET_HEADER, f"2018-En-4\tWho knows\t{none}")
    write(
        folder, "Spanish/E-c/2018-E-c-Es-train.txt", TWEET_HEADER, "2018-Es-1\t¡Qué!\t0\t0\t0\t0\t0\t0\t0\t0\t0\t1\t0"
    )


def emotionlines_tree(folder: Path) -> None:
    friends = [
        [
            {"speaker": "Joey", "utterance": "All right.", "emotion": "surprise", "annotation": "2000030"},
            {"speaker": "Ross", "utterance": "Hi.", "emotion": "neutral", "annotation": "5000000"},
        ],
        [{"speaker": "Joey", "utterance": "Hm.", "emotion": "non-neutral", "annotation": "1111100"}],
    ]
    push = [[{"speaker": "1", "utterance": "ok", "emotion": "joy", "annotation": "0500000"} for _ in range(2)]]
    write(folder, "friends.json", json.dumps(friends))
    write(folder, "emotionpush.json", json.dumps(push))


def iemocap_tree(folder: Path) -> None:
    root = folder / "IEMOCAP_full_release"
    for session in range(1, 6):
        dialogue = f"Ses0{session}F_impro01"
        write(
            root,
            f"Session{session}/dialog/EmoEvaluation/{dialogue}.txt",
            "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]",
            "",
            f"[12.5000 - 14.2500]\t{dialogue}_M000\txxx\t[2.0000, 3.5000, 5.5000]",
            "C-E2:\tNeutral state; Frustration;\t(puzzled (a bit)",
            "C-M1:\tAnger;\t()",
            "A-E3:\tval 2; act 4; dom  ;\t()",
            "",
            f"[6.2901 - 8.2357]\t{dialogue}_F000\tang\t[1.5000, 4.0000, 4.5000]",
            "C-E1:\tAnger;\t()",
            "A-E1:\tval 1; act 5; dom  5;\t(threatening, belligerent)",
        )
        write(
            root,
            f"Session{session}/dialog/transcriptions/{dialogue}.txt",
            f"{dialogue}_F000 [006.2901-008.2357]: Excuse me.",
            f"{dialogue}_M000 [012.5000-014.2500]: Do you have your forms?",
        )
        touch(root, f"Session{session}/dialog/wav/{dialogue}.wav")
    touch(root, "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav")


def savee_tree(folder: Path) -> None:
    for speaker in ("DC", "JE", "JK", "KL"):
        touch(folder, f"AudioData/{speaker}/a01.wav", f"AudioData/{speaker}/sa15.wav", f"AudioData/{speaker}/su03.wav")
    write(folder, "AudioData/Info.txt", "Speakers")


def esd_tree(folder: Path) -> None:
    touch(folder, "0011/Neutral/train/0011_000001.wav", "0011/Angry/evaluation/0011_000351.wav")
    touch(folder, "0011/Surprise/test/0011_001750.wav", "0001/Happy/train/0001_000701.wav")
    touch(folder, "0020/Sad/train/0020_001051.wav")
    write(folder, "0011/0011.txt", "not read")


def emov_tree(folder: Path) -> None:
    touch(folder, "bea_Amused/amused_1-15_0001.wav", "bea_Neutral/neutral_1-28_0001.wav")
    touch(folder, "sam_Angry/anger_1-28_0011.wav", "josh_Sleepy/sleepiness_1-28_0002.wav")
    touch(folder, "jenie_Disgust/disgust_29-56_0030.wav", "converted/x.wav")


def nemo_tree(folder: Path) -> None:
    rows = [
        f"EB0_{emotion}_{n}\t{emotion}\tJak się masz?\tjak się masz\tEB0\tfemale\t24"
        for n, emotion in enumerate(("anger", "fear", "happiness", "sadness", "surprised", "neutral"), 1)
    ]
    write(folder, "data.tsv", "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage", *rows)
    touch(folder, "samples/EB0_anger_1.wav")


def peld_tree(folder: Path) -> None:
    fields = ("Utterance", "Emotion", "Sentiment")
    header = ["Speaker_1", "Speaker_2", "Personality", *(f"{field}_{turn}" for field in fields for turn in (1, 2, 3))]
    traits = "[0.648, 0.375, 0.386, 0.58, 0.477]"
    first = ["Joey", "Ross", traits, "Hi.", "No!", '"So, ok"', "neutral", "anger", "joy", "neutral", "negative"]
    second = ["Ross", "Joey", traits, "A", "B", "C", "fear", "sadness", "disgust", "negative", "negative"]
    rows = ["\t".join(cells) for cells in (header, [*first, "positive"], [*second, "negative"])]
    write(folder, "Dyadic_PELD.tsv", *rows)


def vgmidi_tree(folder: Path) -> None:
    rows = [
        f"80{n},Zelda,N64,Zelda,Piece {n},labelled/phrases/Zelda_N64_Zelda_Piece {n}_0.mid,{valence},{arousal}"
        for n, (valence, arousal) in enumerate(((1, 1), (1, -1), (-1, 1), (-1, -1)))
    ]
    rows.append("803,Zelda,N64,Zelda,Piece 3,labelled/phrases/Zelda_N64_Zelda_Piece 3_1.mid,-1,1")
    write(folder, "vgmidi_labelled.csv", "id,series,console,game,piece,midi,valence,arousal", *rows)
    touch(folder, "labelled/phrases/Zelda_N64_Zelda_Piece 0_0.mid")


TREES: dict[str, Callable[[Path], None]] = {
    "goemotions_raters": goemotions_tree,
    "semeval_2018": semeval_tree,
    "emotionlines": emotionlines_tree,
    "peld": peld_tree,
    "iemocap": iemocap_tree,
    "savee": savee_tree,
    "esd": esd_tree,
    "emov_db": emov_tree,
    "nemo": nemo_tree,
    "vgmidi": vgmidi_tree,
}


def records_of(name: str, folder: Path) -> dict[str, Record]:
    TREES[name](folder)
    records = list(READERS[name](folder))
    assert len(records) == len({record.id for record in records})
    return {record.id: record for record in records}


@pytest.mark.parametrize("name", TREES)
def test_records_keep_the_cards_word(name: str, tmp_path: Path) -> None:
    card = CORPORA[name]
    records = records_of(name, tmp_path)
    assert len(records) >= 5
    assert card.layout == "verified" and card.layout_source
    assert name in PAGES or re.search(r", commits? [0-9a-f]{40}", card.layout_source)
    assert card.raters and card.speakers
    splits = set(card.rows).union(*card.copies.values())
    for record in records.values():
        assert record.split in splits
        assert record.signal.modality == card.modality
        assert record.signal.language in (card.languages or (None,))
        assert set(record.labels) <= set(card.space or ())
        assert all(set(rating.labels) <= set(card.space or ()) for rating in record.ratings)
        if card.modality == "text":
            assert record.signal.text
        elif record.signal.path is not None:
            assert record.signal.path.is_file()


# Layouts taken from the makers' own page or file, which has no commit.
PAGES = ("emotionlines", "savee")


@pytest.mark.parametrize("name", TREES)
def test_a_part_is_refused_and_an_empty_folder_says_what_is_missing(name: str, tmp_path: Path) -> None:
    TREES[name](tmp_path / "part")
    with pytest.raises(CorpusError, match="incomplete or another release"):
        read_corpus(name, folder=tmp_path / "part")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"(is not in|has no|is in|no recordings)"):
        list(READERS[name](tmp_path / "empty"))


def test_goemotions_raters_keep_every_answer(tmp_path: Path) -> None:
    records = records_of("goemotions_raters", tmp_path)
    assert list(records) == ["a1", "b2", "c3", "d4", "e5"]
    thanks = records["a1"]
    assert [(rating.rater, rating.labels, rating.values["unclear"]) for rating in thanks.ratings] == [
        ("7", ("gratitude",), 0.0),
        ("9", (), 1.0),
        ("3", ("admiration", "gratitude"), 0.0),
    ]
    assert (thanks.labels, thanks.speaker, thanks.group) == ((), "ann", "t3_a1")
    assert thanks.conditions == {"subreddit": "pics"}
    assert records["b2"].signal.text == 'He said "no", twice.'
    assert records["c3"].signal.text == "Two\nlines, one comment"
    assert records["e5"].speaker is None


def test_goemotions_raters_packed_and_crossed_by_windows(tmp_path: Path) -> None:
    plain = [(r.id, r.signal.text, r.ratings) for r in records_of("goemotions_raters", tmp_path / "plain").values()]
    goemotions_tree(tmp_path / "packed")
    for path in (tmp_path / "packed/full_dataset").glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n").replace("Two\r\n", "Two\n")
        Path(f"{path}.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
        path.unlink()
    assert [(r.id, r.signal.text, r.ratings) for r in goemotions_raters.read(tmp_path / "packed")] == plain


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (answer("Hm", "d4", 3, "joy")[:-2], "line 2: expected 9 cells and 28 answers"),
        (answer("Hm", "d4", 3, "joy")[:-1] + "2", "line 2: expected 9 cells and 28 answers"),
        (answer("Hm", "d4", 3, "joy").replace("False", "maybe"), "line 2: expected 9 cells"),
        (answer("Hm, unquoted", "d4", 3, "joy"), "line 2: expected 9 cells"),
        (answer("Hm", "", 3, "joy"), "line 2: expected 9 cells"),
        (answer('"never closed', "d4", 3, "joy"), "line 2: expected 9 cells"),
        ("", "full_dataset/goemotions_2.csv"),
    ],
)
def test_goemotions_raters_refuse_cut_rows(line: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, "full_dataset/goemotions_1.csv", RATER_HEADER, line)
    for part in (2, 3) if line else ():
        write(tmp_path, f"full_dataset/goemotions_{part}.csv", RATER_HEADER)
    with pytest.raises(CorpusError, match=message):
        list(goemotions_raters.read(tmp_path))


def test_goemotions_raters_name_the_line_behind_a_text_of_two_lines(tmp_path: Path) -> None:
    lines = [RATER_HEADER, answer('"One\n\ntwo, three"', "c3", 7, "joy"), answer('"So ""so"""', "b2", 7, "joy"), ""]
    for part in (1, 3):
        write(tmp_path, f"full_dataset/goemotions_{part}.csv", *lines)
    path = tmp_path / "full_dataset/goemotions_2.csv"
    for wrong in (answer("Hm", "d4", 3, "joy")[:-2].encode(), answer("H\xfcm", "d4", 3, "joy").encode("latin-1")):
        path.write_bytes("\n".join(lines).encode() + wrong)
        with pytest.raises(CorpusError, match=r"goemotions_2\.csv, line 6: expected 9 cells"):
            list(goemotions_raters.read(tmp_path))
    path.write_bytes("\n".join([*lines, answer('"So so"', "b2", 4, "fear")]).encode())  # other text, same comment
    records = {record.id: record for record in goemotions_raters.read(tmp_path)}
    assert [rating.rater for rating in records["b2"].ratings] == ["7", "7", "4", "7"]
    assert (records["b2"].signal.text, records["c3"].signal.text) == ('So "so"', "One\n\ntwo, three")


def test_goemotions_raters_refuse_another_order_of_columns(tmp_path: Path) -> None:
    header = RATER_HEADER.replace("admiration,amusement", "amusement,admiration")
    write(tmp_path, "full_dataset/goemotions_1.csv", header, answer("Hm", "d4", 3, "joy"))
    with pytest.raises(CorpusError, match="first that differs is 'amusement', expected 'admiration'"):
        list(goemotions_raters.read(tmp_path))


def test_the_two_goemotions_readers_tell_the_same_of_a_comment(tmp_path: Path) -> None:
    goemotions_tree(tmp_path)
    write(tmp_path, "emotions.txt", *GOEMOTIONS)
    write(tmp_path, "train.tsv", "Thanks!\t15\ta1")
    write(tmp_path, "dev.tsv", "Hm\t27\td4")
    write(tmp_path, "test.tsv", "Ok\t27\te5")
    raters = {record.id: record.ratings for record in goemotions_raters.read(tmp_path)}
    for record in READERS["goemotions"](tmp_path):
        assert record.ratings == raters[record.id]
        assert [rating.values for rating in record.ratings] == [rating.values for rating in raters[record.id]]


def test_semeval_2018_reads_three_languages_and_marks_held_back_answers(tmp_path: Path) -> None:
    records = records_of("semeval_2018", tmp_path)
    assert [(r.id, r.split, r.signal.language, r.labels) for r in records.values()] == [
        ("2017-En-1", "train", "en", ("joy", "love")),
        ("2017-En-2", "train", "en", ()),
        ("2018-En-3", "dev", "en", ("anger", "disgust")),
        ("2018-En-4", "test", "en", ()),
        ("2018-Es-1", "train", "es", ("surprise",)),
    ]
    assert records["2017-En-1"].signal.text == 'So "happy today'
    assert records["2018-En-4"].unrated == CORPORA["semeval_2018"].space.labels and not records["2017-En-2"].unrated
    gold = "2018-En-4\tWho knows\t" + "\t".join("1" * 11)
    write(tmp_path, "2018-E-c-En-test-gold.txt", TWEET_HEADER, gold)
    assert len({r.id: r for r in READERS["semeval_2018"](tmp_path)}["2018-En-4"].labels) == 11
    write(tmp_path, "2018-E-c-En-dev.txt", TWEET_HEADER, "2018-En-3\tNo!\t" + "\t".join("x" * 11))
    with pytest.raises(CorpusError, match=r"2018-E-c-En-dev.txt, line 2: the eleven emotions are .* 0 and 1, or NONE"):
        list(READERS["semeval_2018"](tmp_path))


def test_emotionlines_turns_counts_into_votes(tmp_path: Path) -> None:
    records = records_of("emotionlines", tmp_path)
    first = records["friends-0-0"]
    assert [rating.labels for rating in first.ratings] == [("neutral",)] * 2 + [("surprise",)] * 3
    assert (first.labels, first.speaker, first.group, first.turn) == (("surprise",), "Joey", "friends-0", 0)
    assert records["friends-0-1"].turn == 1 and records["friends-1-0"].labels == ("non-neutral",)
    assert records["emotionpush-0-1"].conditions == {"source": "emotionpush"}
    for wrong, message in (("200003", "annotation is '200003'"), ("2000x30", "string of 7 counts")):
        line = {"speaker": "Joey", "utterance": "Hm.", "emotion": "joy", "annotation": wrong}
        write(tmp_path, "friends.json", json.dumps([[line]]))
        with pytest.raises(CorpusError, match=rf"friends.json, at \[0\]\[0\]: {message}|{message}"):
            list(READERS["emotionlines"](tmp_path))


def test_emotionlines_votes_give_majority_non_neutral_and_soft_labels(tmp_path: Path) -> None:
    records = list(records_of("emotionlines", tmp_path).values())
    table = ratings_of(records, "emotionlines")
    shares = {
        item: dict(zip(table.columns, row, strict=True))
        for item, row in zip(table.items, soft_labels(table), strict=True)
    }
    assert shares["friends-0-0"] == pytest.approx({**dict.fromkeys(table.columns, 0), "neutral": 0.4, "surprise": 0.6})
    decided = majority(table)
    for record in records:
        place = table.items.index(record.id)
        chosen = tuple(name for name, given in zip(table.columns, decided.labels[place], strict=True) if given)
        # More than half of the five votes are the published label; where they scatter it is non-neutral.
        assert (chosen or ("non-neutral",)) == record.labels
        assert bool(decided.decided[place]) == (record.labels != ("non-neutral",))
    assert sum(record.labels == ("non-neutral",) for record in records) == 1


def test_peld_gives_the_answering_one_traits(tmp_path: Path) -> None:
    records = records_of("peld", tmp_path)
    assert [(r.signal.text, r.labels, r.turn) for r in list(records.values())[:3]] == [
        ("Hi.", ("neutral",), 0),
        ("No!", ("anger",), 1),
        ("So, ok", ("joy",), 2),
    ]
    assert records["1-2"].values["agreeableness"] == 0.58 and not records["1-1"].values
    assert [record.speaker for record in records.values()] == ["Joey", "Ross", "Joey", "Ross", "Joey", "Ross"]
    assert records["0-1"].conditions == {"sentiment": "negative"}
    table = tmp_path / "Dyadic_PELD.tsv"
    good = table.read_text(encoding="utf-8")
    table.write_text(good.replace("disgust", "bliss"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 3: emotion_3 is 'bliss', allowed are"):
        list(READERS["peld"](tmp_path))
    table.write_text(good.replace("0.58, 0.477]", "0.58]"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"line 2: personality is .* expected five numbers"):
        list(READERS["peld"](tmp_path))
    table.write_text(good.replace("Emotion_2", "other"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"has no column emotion_2"):
        list(READERS["peld"](tmp_path))


def test_iemocap_keeps_votes_dimensions_words_and_order(tmp_path: Path) -> None:
    records = records_of("iemocap", tmp_path)
    assert len(records) == 10
    first, second = (records[f"Ses01F_impro01_{name}"] for name in ("F000", "M000"))
    assert (first.turn, second.turn, first.group) == (0, 1, "Ses01F_impro01")
    assert (first.labels, second.labels) == (("angry",), ())
    assert (first.speaker, second.speaker, records["Ses05F_impro01_M000"].speaker) == ("Ses01F", "Ses01M", "Ses05M")
    assert first.signal.text == "Excuse me."
    assert first.vad is not None and (first.vad.valence, first.vad.arousal, first.vad.dominance) == (-0.75, 0.5, 0.75)
    assert second.vad is not None and second.vad.dominance == 1.0  # 5.5 is cut to the scale
    assert first.signal.path is not None and first.signal.path.name == "Ses01F_impro01_F000.wav"
    assert first.signal.part is None
    assert second.signal.path is not None and second.signal.path.name == "Ses01F_impro01.wav"
    assert second.signal.part == Span(12.5, 14.25, "second")
    (vote,) = first.ratings
    assert (vote.rater, vote.labels, vote.perspective) == ("E1", ("angry",), "reader")
    assert vote.values == {"valence": -1.0, "arousal": 1.0, "dominance": 1.0}
    by_rater = {rating.rater: rating for rating in second.ratings}
    assert by_rater["E2"].labels == ("neutral", "frustrated")
    assert by_rater["M1"].perspective == "writer"
    assert by_rater["E3"].labels == () and by_rater["E3"].values == {"valence": -0.5, "arousal": 0.5}
    assert first.conditions == {"session": "1", "sex": "female", "elicitation": "improvised"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\tang\t", "\tmad\t", "line 8: expected one of ang, hap"),
        ("[6.2901 - 8.2357]", "[6.2901 8.2357]", r"line 8: expected \[START - END\] NAME LABEL"),
        ("C-E1:\tAnger;", "C-E1:\tBliss;", "line 9: expected categories that begin with ang"),
        ("val 1; act 5", "val 7; act 5", "line 10: expected val, act and dom with 1 to 5"),
        ("C-E1:", "C-:", "line 9: expected a vote under its utterance"),
    ],
)
def test_iemocap_refuses_what_the_release_has_not(old: str, new: str, message: str, tmp_path: Path) -> None:
    iemocap_tree(tmp_path)
    path = tmp_path / "IEMOCAP_full_release/Session2/dialog/EmoEvaluation/Ses02F_impro01.txt"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"Ses02F_impro01.txt, {message}"):
        list(iemocap.read(tmp_path))
    path.unlink()
    with pytest.raises(CorpusError, match=r"has no Ses02….txt"):
        list(iemocap.read(tmp_path))


def test_savee_by_speaker(tmp_path: Path) -> None:
    records = records_of("savee", tmp_path)
    assert list(records)[:3] == ["DC_a01", "DC_sa15", "DC_su03"]
    assert [records[f"KL_{name}"].labels for name in ("a01", "sa15", "su03")] == [
        ("anger",),
        ("sadness",),
        ("surprise",),
    ]
    assert {record.speaker for record in records.values()} == {"DC", "JE", "JK", "KL"}
    touch(tmp_path, "AudioData/JE/x01.wav")
    with pytest.raises(CorpusError, match=r"x01.wav is not named like a01.wav"):
        list(savee.read(tmp_path))


def test_esd_numbers_and_folders_agree(tmp_path: Path) -> None:
    records = records_of("esd", tmp_path)
    assert [(r.id, r.split, r.labels[0], r.signal.language, r.conditions["sentence"]) for r in records.values()] == [
        ("0001_000701", "train", "happy", "zh", "1"),
        ("0011_000001", "train", "neutral", "en", "1"),
        ("0011_000351", "evaluation", "angry", "en", "1"),
        ("0011_001750", "test", "surprise", "en", "350"),
        ("0020_001051", "train", "sad", "en", "1"),
    ]
    touch(tmp_path, "0012/Angry/0012_000351.wav")
    assert {r.id: r for r in esd.read(tmp_path)}["0012_000351"].split == "all"
    touch(tmp_path, "0012/Angry/0012_000350.wav")
    with pytest.raises(CorpusError, match=r"expected 0012_NUMBER.wav with a number from 000351 to 000700"):
        list(esd.read(tmp_path))


def test_emov_db_pairs_takes_of_a_sentence_over_styles(tmp_path: Path) -> None:
    records = records_of("emov_db", tmp_path)
    takes: dict[tuple[str | None, str], set[str]] = {}
    for record in records.values():
        takes.setdefault((record.speaker, record.conditions["sentence"]), set()).update(record.labels)
    assert takes[("bea", "0001")] == {"amused", "neutral"}
    assert records["sam_angry_0011_1-28"].conditions == {"style": "angry", "sentence": "0011", "sex": "male"}
    touch(tmp_path, "bea_Amused/one.wav")
    with pytest.raises(CorpusError, match=r"one.wav is not named like amused_1-15_0001.wav"):
        list(READERS["emov_db"](tmp_path))


def test_nemo_rows_and_names_agree(tmp_path: Path) -> None:
    records = records_of("nemo", tmp_path)
    anger = records["EB0_anger_1"]
    assert (anger.labels, anger.speaker, anger.signal.text) == (("anger",), "EB0", "Jak się masz?")
    assert anger.signal.path is not None and records["EB0_fear_2"].signal.path is None
    assert anger.conditions == {"intended": "anger", "sentence": "1", "sex": "female", "age": "24"}
    table = tmp_path / "data.tsv"
    table.write_text(table.read_text(encoding="utf-8").replace("EB0_fear_2\tfear", "EB0_fear_2\tjoy"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"data.tsv, line 3: file_id is 'EB0_fear_2', expected EB0_joy_NUMBER"):
        list(READERS["nemo"](tmp_path))


def test_vgmidi_has_signs_and_pieces(tmp_path: Path) -> None:
    records = list(records_of("vgmidi", tmp_path).values())
    assert [record.values["arousal"] for record in records] == [1, -1, 1, -1, 1]
    assert records[3].group == records[4].group == "803" and records[3].id != records[4].id
    assert [record.signal.path is not None for record in records] == [True, False, False, False, False]
    with zipfile.ZipFile(tmp_path / "labelled/phrases.zip", "w") as archive:
        archive.writestr("phrases/Zelda_N64_Zelda_Piece 1_0.mid", b"MThd")
    packed = list(READERS["vgmidi"](tmp_path))[1].signal
    assert packed.path == tmp_path / "labelled/phrases.zip" and packed.member == "phrases/Zelda_N64_Zelda_Piece 1_0.mid"
    write(tmp_path, "labelled/phrases.zip", "torn")
    with pytest.raises(CorpusError, match=r"phrases.zip cannot be read"):
        list(READERS["vgmidi"](tmp_path))
    (tmp_path / "labelled/phrases.zip").unlink()
    table = tmp_path / "vgmidi_labelled.csv"
    good = table.read_text(encoding="utf-8")
    for old, new, message in (
        ("mid,1,-1", "mid,1,0.5", "line 3: arousal is '0.5', allowed are -1 and 1"),
        ("labelled/phrases/Zelda_N64_Zelda_Piece 1", "../x", "line 3: midi is"),
    ):
        table.write_text(good.replace(old, new), encoding="utf-8")
        with pytest.raises(CorpusError, match=message):
            list(READERS["vgmidi"](tmp_path))


@pytest.mark.slow
def test_two_hundred_thousand_answers_are_read_in_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "bench"))
    # The bench is called as its corpus is: load it under a name of its own.
    bench = __import__("goemotions_raters")
    try:
        bench.write_files(tmp_path)
        started = time.process_time()
        assert bench.read_with_affekt(tmp_path) == bench.ROWS == 211_225
        assert time.process_time() - started < 5  # about one second on a quiet machine; see bench/
    finally:
        sys.modules.pop("goemotions_raters", None)
