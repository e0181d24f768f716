"""What the dialogue and text readers make of made-up rows: speakers, turns, causes, conditions, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from text_trees import (
    OFFICIAL,
    armanemo,
    cheer_ekman,
    covid19_worry,
    cped,
    depechemood,
    ecf,
    ecf_semeval2024,
    eibench,
    emobench,
    emorynlp,
    emorynlp_subset,
    emotionbench,
    eq_bench,
    esconv,
    esconv_copied,
    longemotion,
    mahaemotions,
    mpi_personality,
    reccon,
    warriner_vad,
    write_json,
)

from affekt.corpora.documents import read_json, read_json_lines
from affekt.corpora.index import READERS
from affekt.errors import CorpusError
from affekt.types import Mark, Record, Span


def records_of(name: str, folder: Path) -> dict[str, Record]:
    OFFICIAL[name](folder)
    return {record.id: record for record in READERS[name](folder)}


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_meld_turns_times_and_sentiment(tmp_path: Path) -> None:
    records = records_of("meld", tmp_path)
    assert list(records) == ["train-0-0", "train-0-2", "train-1-0", "dev-0-0", "test-0-0"]
    second = records["train-0-2"]
    assert (second.speaker, second.group, second.turn, second.labels) == ("Ben", "train-0", 2, ("surprise",))
    assert second.conditions == {"sentiment": "negative", "season": "8", "episode": "21"}
    assert second.values == {"start": 62.25, "end": 63.0}
    # Dialogues are numbered anew in every split.
    assert len({record.group for record in records.values()}) == 4


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("surprise", "surprised", r"train_sent_emo\.csv, line 3: emotion is 'surprised', allowed are neutral"),
        ("positive", "pos", r"dev_sent_emo\.csv, line 2: sentiment is 'pos', allowed are positive"),
        ("00:01:03,000", "soon", r"endtime is 'soon', expected hours:minutes"),
        (",1,0,9,1,", ",one,0,9,1,", r"dialogue_id is 'one', allowed are numbers"),
        ("Sentiment,", "Feeling,", r"has no column sentiment"),
    ],
)
def test_meld_refuses_what_it_does_not_know(tmp_path: Path, old: str, new: str, problem: str) -> None:
    OFFICIAL["meld"](tmp_path)
    name = "dev" if old == "positive" else "train"
    change(tmp_path, f"data/MELD/{name}_sent_emo.csv", old, new)
    with pytest.raises(CorpusError, match=problem):
        list(READERS["meld"](tmp_path))


def test_emorynlp_scenes_and_who_speak_at_once(tmp_path: Path) -> None:
    records = records_of("emorynlp", tmp_path)
    both = records["s01_e02_c03_u002"]
    assert (both.speaker, both.group, both.turn, both.labels) == (
        *("Ben Gray & Cleo Brown", "s01_e02_c03", 2),
        ("mad",),
    )
    assert both.conditions == {"season": "1", "episode": "2"}
    assert both.values == {}
    assert records["s02_e08_c11_u001"].split == "test"


def test_emorynlps_subset_is_the_same_with_times_and_gives_way_to_the_whole(tmp_path: Path) -> None:
    emorynlp_subset(tmp_path)
    subset = {record.id: record for record in READERS["emorynlp"](tmp_path)}
    assert subset["s01_e02_c03_u001"].values == {"start": 3.795, "end": 5.004}
    assert {str(record.signal.source) for record in subset.values()} >= {"emorynlp_train_final.csv"}
    whole = records_of("emorynlp", tmp_path)
    assert {str(record.signal.source)[-5:] for record in whole.values()} == {".json"}
    for name, record in whole.items():
        other = subset[name]
        assert (record.signal.text, record.labels, record.speaker, record.group, record.turn, record.split) == (
            *(other.signal.text, other.labels, other.speaker, other.group, other.turn),
            other.split,
        )


def test_emorynlp_refuses_other_names(tmp_path: Path) -> None:
    emorynlp(tmp_path)
    change(tmp_path, "json/emotion-detection-tst.json", '"Sad"', '"Blue"')
    with pytest.raises(CorpusError, match="s02_e08_c11_u001 has the emotion 'Blue'; allowed are neutral, joyful"):
        list(READERS["emorynlp"](tmp_path))
    change(tmp_path, "json/emotion-detection-tst.json", '"emotion": "Blue"', '"mood": "Sad"')
    with pytest.raises(
        CorpusError, match=r"tst\.json, at \.episodes\[0\].*utterances\[0\]: expected an object with 'em"
    ):
        list(READERS["emorynlp"](tmp_path))
    emorynlp_subset(tmp_path / "subset")
    change(tmp_path / "subset", "emorynlp_dev_final.csv", "['Ann']", "Ann")
    with pytest.raises(CorpusError, match=r"speaker is 'Ann', expected a list"):
        list(READERS["emorynlp"](tmp_path / "subset"))


def test_cped_keeps_who_speaks_and_what_they_are_like(tmp_path: Path) -> None:
    records = records_of("cped", tmp_path)
    first = records["01_000_000"]
    assert (first.labels, first.group, first.turn, first.speaker) == (("astonished",), "01_000", 0, "01/小雨")
    assert first.signal.language == "zh"
    assert first.conditions["neuroticism"] == "high" and first.conditions["openness"] == "low"
    assert (first.conditions["gender"], first.conditions["da"], first.conditions["scene"]) == (
        *("female", "question"),
        "car",
    )
    # The same word for strangers in two series is two speakers.
    assert records["01_000_001"].speaker != records["32_000_000"].speaker
    assert records["27_010_003"].turn == 3


def test_cped_reads_what_is_there_and_refuses_other_values(tmp_path: Path) -> None:
    cped(tmp_path)
    (tmp_path / "data/CPED/train_split.csv").unlink()
    assert [record.split for record in READERS["cped"](tmp_path)] == ["valid", "test"]
    change(tmp_path, "data/CPED/test_split.csv", "young,high", "young,rather")
    with pytest.raises(CorpusError, match="neuroticism is 'rather', allowed are high, low, unknown"):
        list(READERS["cped"](tmp_path))
    change(tmp_path, "data/CPED/valid_split.csv", "32_000_000", "33_000_000")
    with pytest.raises(CorpusError, match="utterance_id is '33_000_000', dialogue_id '32_000'"):
        list(READERS["cped"](tmp_path))


def test_ecfs_pairs_name_the_utterance_with_the_cause(tmp_path: Path) -> None:
    records = records_of("ecf", tmp_path)
    assert list(records) == ["5-1", "5-2", "5-3", "18-1", "23-1"]
    assert records["5-1"].marks == records["5-3"].marks == (Mark("cause", about="5-3"),)
    assert records["5-2"].marks == ()
    third = records["5-3"]
    assert (third.speaker, third.group, third.turn, third.labels) == ("Ann", "5", 3, ("joy",))
    assert third.values == {"start": 1008.216, "end": 3600.5}
    assert records["18-1"].conditions == {"season": "10", "episode": "4"}
    # The publisher leaves the line of pairs empty where there are none.
    change(tmp_path, "data/train.txt", "(1,3),(3,3)", "")
    assert [len(record.marks) for record in READERS["ecf"](tmp_path)] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("(3,3)", "(3,4)", r"train\.txt, line 2: a pair names an utterance that the conversation of 3 does not have"),
        ("(3,3)", "(3;3)", r"line 2: expected emotion-cause pairs"),
        ("5 3", "5 4", r"expected utterance 4"),
        ("5 3", "5 2", r"line 2: a pair names an utterance that the conversation of 2"),
        ("| neutral |", "| none |", r"line 4: emotion is 'none', allowed are neutral"),
        ("2 | All", "2 , All", r"line 4: expected utterance 2"),
        ("Friends_S1E1: 00:16:46", "Friends_S1E1: now", r"line 4: expected utterance 2"),
    ],
)
def test_ecf_refuses_broken_conversations(tmp_path: Path, old: str, new: str, problem: str) -> None:
    ecf(tmp_path)
    change(tmp_path, "data/train.txt", old, new)
    with pytest.raises(CorpusError, match=problem):
        list(READERS["ecf"](tmp_path))


def test_ecf2_keeps_the_words_and_what_was_seen(tmp_path: Path) -> None:
    records = records_of("ecf_semeval2024", tmp_path)
    assert records["4-2"].marks == (Mark("cause", Span(4, 15), "4-1"), Mark("cause utterance", about="4-1"))
    assert records["4-3"].marks == (
        Mark("cause", Span(0, 17), "4-1"),
        Mark("cause", Span(6, 9), "4-2"),
        Mark("cause utterance", about="4-1"),
    )
    assert records["4-1"].signal.text[4:15] == "took my job"
    assert records["1375-2"].marks == (Mark("cause utterance", about="1375-2"),)
    (tmp_path / "data/Subtask_2_train.json").unlink()
    assert [len(record.marks) for record in READERS["ecf_semeval2024"](tmp_path)] == [0, 1, 2, 0, 1]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "1_took my job",
            "1_gave my job",
            r"emotion-cause_pairs\[0\]\[1\]: expected words of utterance 1, found 'gave",
        ),
        ("1_took my job", "9_took my job", r"expected a whole number from 1 to 3, found '9'"),
        ('"anger"', '"angry"', r"expected one of neutral, .*; found 'angry'"),
        ('"utterance_ID": 2', '"utterance_ID": 7', r"expected a whole number from 2 to 2, found 7"),
    ],
)
def test_ecf2_refuses_what_does_not_fit(tmp_path: Path, old: str, new: str, problem: str) -> None:
    ecf_semeval2024(tmp_path)
    change(tmp_path, "data/Subtask_1_train.json", old, new)
    with pytest.raises(CorpusError, match=problem):
        list(READERS["ecf_semeval2024"](tmp_path))


def test_reccons_causes_types_and_mended_spellings(tmp_path: Path) -> None:
    records = records_of("reccon", tmp_path)
    first, sad, glad = (records[f"tr_44-{turn}"] for turn in (1, 2, 3))
    assert (first.labels, first.marks, first.speaker) == (("no emotion",), (), "A")
    # The words are in the second half only.
    assert sad.marks == (Mark("cause", Span(15, 30), "tr_44-1"), Mark("background cause"))
    assert first.signal.text[15:30] == "the bus is gone"
    assert (sad.labels, sad.conditions) == (("sadness",), {"cause_types": "inter-personal|latent"})
    # Said twice: the first place.
    assert glad.marks == (Mark("cause", Span(2, 6), "tr_44-3"),)
    assert glad.conditions == {"cause_types": "no-context", "explanation": "They need not walk."}
    excited = records["tr_7-1"]
    assert (excited.labels, len(excited.unrated), excited.conditions["emotion"]) == ((), 7, "excited")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"the bus is gone"', '"the train is gone"', r"expected words of turn 1, found 'the train is gone'"),
        ('"latent"', '"late"', r"\.type\[1\]: expected one of no-context"),
        ('"turn": 2', '"turn": 3', r"expected a whole number from 2 to 2, found 3"),
        ('"sad"', '"no emotion"', r"expected one of .*found 'no emotion'"),
        ('"the bus is gone",', "", r"expected a span for each cause, found 1 for 2"),
    ],
)
def test_reccon_refuses_what_does_not_fit(tmp_path: Path, old: str, new: str, problem: str) -> None:
    reccon(tmp_path)
    change(tmp_path, "data/original_annotation/dailydialog_train.json", old, new)
    with pytest.raises(CorpusError, match=problem):
        list(READERS["reccon"](tmp_path))


def test_esconv_keeps_strategies_survey_and_feedback(tmp_path: Path) -> None:
    records = records_of("esconv", tmp_path)
    assert list(records) == [f"{split}-0-{turn}" for split in ("all", "failed") for turn in range(3)]
    asked, lost, again = (records[f"all-0-{turn}"] for turn in range(3))
    assert (asked.speaker, asked.conditions["strategy"], asked.conditions["emotion_type"]) == (
        *("supporter", "Question"),
        "fear",
    )
    assert (lost.speaker, lost.signal.text, "strategy" in lost.conditions) == ("seeker", "I lost my job.", False)
    survey = {"initial_intensity": 5, "empathy": 4, "relevance": 3, "final_intensity": 2}
    assert (lost.values, again.values) == (survey, survey | {"feedback": 4})
    failed = records["failed-0-1"]
    assert (failed.speaker, failed.split, failed.group, failed.turn) == ("seeker", "failed", "failed-0", 1)
    assert failed.values == {"initial_intensity": 3}


def test_esconvs_copy_is_read_where_the_whole_is_absent(tmp_path: Path) -> None:
    esconv_copied(tmp_path)
    records = {record.id: record for record in READERS["esconv"](tmp_path)}
    assert [record.split for record in records.values()] == ["valid"] * 3 + ["test"] * 3 + ["failed"] * 3
    assert records["valid-0-0"].conditions["strategy"] == "Greetings|Question"
    assert records["valid-0-2"].values == {"initial_intensity": 4, "final_intensity": 1, "feedback": 5}
    assert records["valid-0-1"].vad is None
    esconv(tmp_path)
    assert {record.split for record in READERS["esconv"](tmp_path)} == {"all", "failed"}
    change(tmp_path, "ESConv.json", '"feedback": "4"', '"feedback": "7"')
    with pytest.raises(
        CorpusError, match=r"ESConv\.json, at .*feedback: expected a whole number from 1 to 5, found '7'"
    ):
        list(READERS["esconv"](tmp_path))


def test_cheer_ekman_marks_the_body_part(tmp_path: Path) -> None:
    records = records_of("cheer_ekman", tmp_path)
    hands, knees = records["a1-1"], records["a1-3"]
    assert (hands.labels, hands.marks) == (("fear",), (Mark("body part", Span(4, 9)),))
    assert [
        record.signal.text[int(m.span.start) : int(m.span.end)]
        for record in (hands, knees)
        for m in record.marks
        if m.span
    ] == ["hands", "knees"]
    assert hands.group == knees.group == "a1"
    assert hands.conditions == {"context": "It was late .\nA door fell shut ."}
    assert knees.conditions == {}
    (tmp_path / "data/test.json").unlink()
    assert {record.split for record in READERS["cheer_ekman"](tmp_path)} == {"train", "dev"}
    cheer_ekman(tmp_path)
    change(tmp_path, "data/dev.json", '"body_part_token_idx": 1', '"body_part_token_idx": 4')
    with pytest.raises(CorpusError, match=r"expected a whole number from 0 to 3, found 4"):
        list(READERS["cheer_ekman"](tmp_path))


def test_mahaemotions_spellings_and_who_labelled(tmp_path: Path) -> None:
    records = records_of("mahaemotions", tmp_path)
    assert records["train-1"].signal.text == "छान, खूप छान"
    assert records["validation-1"].labels == ("respect",)
    assert [record.conditions["labelled_by"] for record in records.values()] == ["GPT-4"] * 3 + ["people"] * 2
    # The joint form is not this label space's.
    mahaemotions(tmp_path)
    change(tmp_path, "L3Cube-MahaEmotions/anger-disgust-separate/train.csv", "Disgust", "Anger/Disgust")
    with pytest.raises(CorpusError, match=r"train\.csv, line 3: label is 'Anger/Disgust', allowed are neutral"):
        list(READERS["mahaemotions"](tmp_path))


def test_armanemo_quotes_mean_nothing(tmp_path: Path) -> None:
    records = records_of("armanemo", tmp_path)
    assert list(records) == ["train-1", "train-2", "train-3", "test-1", "test-2"]
    assert (records["train-1"].signal.text, records["train-1"].labels) == ('گفت "نه', ("sad",))
    armanemo(tmp_path)
    change(tmp_path, "dataset/test.tsv", "\tFEAR", "\tAWE")
    with pytest.raises(CorpusError, match=r"test\.tsv, line 1: expected a text, a tab and a label \(happy, sad"):
        list(READERS["armanemo"](tmp_path))


def test_covid19_worry_keeps_a_persons_texts_and_years_together(tmp_path: Path) -> None:
    records = records_of("covid19_worry", tmp_path)
    assert list(records) == [
        *("phase1-1-long", "phase1-1-short", "phase1-2-long", "phase1-2-short"),
        *("phase2-1-long", "phase2-1-short"),
    ]
    first = records["phase1-1-long"]
    assert (first.signal.text, first.labels) == ("I stay in, and worry.\nA lot.", ("anxiety",))
    assert first.intensities["anxiety"] == 1 and first.intensities["disgust"] == 0.125
    assert first.values == {"worry": 4, "self_rating_general": 9, "self_rating": 7}
    assert records["phase1-1-short"].values["self_rating"] == 5
    later = records["phase2-1-short"]
    assert (later.group, later.labels) == ("person-2", ("sadness",))
    assert later.conditions == {"form": "short", "eng_native": "No"}
    assert "x9" not in repr(records)
    covid19_worry(tmp_path)
    change(tmp_path, "data_phase_1/files_clean/meta/rwwd_full.csv", "Anxiety,1", "Anxiety,10")
    with pytest.raises(CorpusError, match=r"rwwd_full\.csv, line 3: anger is '10', allowed are numbers from 1 to 9"):
        list(READERS["covid19_worry"](tmp_path))


def test_emobench_choices_answers_and_languages(tmp_path: Path) -> None:
    records = records_of("emobench", tmp_path)
    applied = records["EA-en-1"]
    assert applied.conditions["choices"].split("\n") == ["Wait", "Go, now", "Ask", "Cry"]
    assert (applied.conditions["answer"], applied.conditions["question_type"]) == ("Go, now", "Action")
    assert applied.group == records["EA-zh-1"].group != records["EU-en-1"].group
    assert records["EU-zh-1"].signal.language == "zh"
    understood = records["EU-en-2"].conditions
    assert (understood["emotion_answer"], understood["cause_answer"]) == ("Joy", "They met")
    emobench(tmp_path)
    change(tmp_path, "data/EU.jsonl", '"cause_label": "They met"', '"cause_label": "They ate"')
    with pytest.raises(CorpusError, match=r"EU\.jsonl, at line 1\.cause_label: expected one of She won, .*'They ate'"):
        list(READERS["emobench"](tmp_path))


def test_eq_bench_scales_and_what_stays_together(tmp_path: Path) -> None:
    records = records_of("eq_bench", tmp_path)
    first = records["v2-1"]
    assert first.intensities == {"glad": 0.8, "proud": 0.5, "angry": 0, "calm": 0.3}
    assert first.values == {"glad": 5, "proud": 3, "angry": 0, "calm": 2}
    assert first.signal.text.startswith("Ann: I won!")
    assert first.group == records["v2-de-1"].group == records["v1-1"].group == "v2-1"
    assert records["v1-2"].group == "v1-2" != records["v2-2"].group
    assert (records["v2-de-1"].signal.language, "froh" in records["v2-de-1"].intensities) == ("de", True)
    eq_bench(tmp_path)
    change(tmp_path, "data/eq_bench_v1_questions_60.json", '"emotion4_score": 4', '"emotion4_score": 14')
    with pytest.raises(CorpusError, match=r"emotion4_score: expected a whole number from 0 to 10, found 14"):
        list(READERS["eq_bench"](tmp_path))


def test_emotionbench_factors(tmp_path: Path) -> None:
    records = records_of("emotionbench", tmp_path)
    assert list(records) == ["anger-1-1", "anger-1-2", "fear-1-1", "fear-2-1", "fear-2-2"]
    last = records["fear-2-2"]
    assert (last.labels, last.group, last.conditions) == (("fear",), "fear-2", {"factor": "Dogs"})
    emotionbench(tmp_path)
    change(tmp_path, "situations.json", '"Fear"', '"Awe"')
    with pytest.raises(CorpusError, match=r"emotions\[1\]\.name: expected one of Anger, .*; found 'Awe'"):
        list(READERS["emotionbench"](tmp_path))


def test_mpi_traits_and_keys(tmp_path: Path) -> None:
    records = records_of("mpi_personality", tmp_path)
    trust = records["120-2"]
    assert (trust.labels, trust.values, trust.conditions) == (("agreeableness",), {"key": -1}, {"facet": "Trust"})
    assert records["120-1"].group == records["1k-1"].group
    assert [record.labels for record in records.values()][3:] == [("openness",), ("extraversion",)]
    mpi_personality(tmp_path)
    change(tmp_path, "inventories/mpi_1k.csv", ",E,0", ",X,0")
    with pytest.raises(CorpusError, match=r"mpi_1k\.csv, line 4: label_ocean is 'X', allowed are O, C, E, A, N"):
        list(READERS["mpi_personality"](tmp_path))


def test_longemotion_marks_every_text_and_the_odd_one(tmp_path: Path) -> None:
    records = records_of("longemotion", tmp_path)
    found = records["detection-1"]
    assert found.signal.text == "All calm.\n\nI fear it.\n\nAt ease."
    assert found.conditions == {"odd": "1"}
    assert found.marks[1] == Mark("fear", Span(11, 21)) and found.signal.text[11:21] == "I fear it."
    assert [record.id for record in records.values()][1:] == [
        *(f"conversations-3-{turn}" for turn in (1, 2, 3)),
        "summary-7",
    ]
    last = records["conversations-3-3"]
    assert (last.speaker, last.turn, last.conditions) == ("Client", 3, {"stage": "Consolidation and Ending Stage"})
    case = records["summary-7"]
    assert case.signal.text == "A man, 30.\n\nHe came.\n\nHe spoke."
    assert case.conditions["causes"] == "Of causes." and len(case.conditions) == 5
    longemotion(tmp_path)
    change(tmp_path, "data/Emotion_Detection.jsonl", '"ground_truth": 1', '"ground_truth": 0')
    with pytest.raises(
        CorpusError, match=r"at line 1: expected a label for each of 3 texts, and the one at 0 only once"
    ):
        list(READERS["longemotion"](tmp_path))


def test_eibench_triggers_and_pictures_that_are_there(tmp_path: Path) -> None:
    records = records_of("eibench", tmp_path)
    assert list(records) == ["basic-1", "basic-2", "basic-3", "complex-1", "complex-2"]
    angry = records["basic-1"]
    assert (angry.conditions["emotion"], angry.conditions["triggers"], angry.further) == (
        "angry",
        "1. Rain.\n2. 3.",
        (),
    )
    assert records["complex-1"].group == records["complex-2"].group == records["basic-3"].group
    picture = tmp_path / "CAER-S/train/Angry/3.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"")
    (shown,) = next(READERS["eibench"](tmp_path)).further
    assert (shown.modality, shown.path) == ("image", picture)
    eibench(tmp_path)
    change(tmp_path, "EIBench/EI_Basic/user.jsonl", "Angry/3.png", "Angry/4.png")
    with pytest.raises(CorpusError, match=r"expected triggers for CAER-S/train/Angry/4\.png in basic_ground_truth"):
        list(READERS["eibench"](tmp_path))


def test_warriner_scales_groups_of_raters_and_splits(tmp_path: Path) -> None:
    records = records_of("warriner_vad", tmp_path)
    assert [record.split for record in records.values()] == ["train", "train", "dev", "test", "unassigned"]
    vad = records["moth"].vad
    assert vad is not None
    assert (vad.valence, vad.arousal, vad.dominance) == (1, -1, 0)
    assert (vad.valence_sd, vad.arousal_sd, vad.dominance_sd) == (0.5, 0.25, 1)
    assert records["moth"].values["valence_n"] == 20 and records["moth"].values["arousal_female"] == -0.5
    for split in ("train", "dev", "test"):
        (tmp_path / f"splits/crosslingual/{split}.txt").unlink()
    assert {record.split for record in READERS["warriner_vad"](tmp_path)} == {"all"}
    warriner_vad(tmp_path)
    change(tmp_path, "Ratings_Warriner_et_al.csv", "9,2,20,1", "10,2,20,1")
    with pytest.raises(CorpusError, match=r"v\.mean\.sum is '10', allowed are numbers from 1 to 9"):
        list(READERS["warriner_vad"](tmp_path))


def test_depechemood_shares_and_parts_of_speech(tmp_path: Path) -> None:
    records = records_of("depechemood", tmp_path)
    sob = records["normfreq-sob#v"]
    assert (sob.signal.text, sob.conditions, sob.group) == ("sob", {"pos": "v"}, "sob#v")
    assert (sob.intensities["sad"], sob.labels, len(sob.unrated)) == (0.3, (), 8)
    assert records["tfidf-sob#v"].group == sob.group
    depechemood(tmp_path)
    change(tmp_path, "DepecheMood/DepecheMood_tfidf.txt", "0.3", "0.9")
    with pytest.raises(CorpusError, match=r"tfidf\.txt, line 2: 'moth#n' with shares that add up to 1\.6000"):
        list(READERS["depechemood"](tmp_path))


def test_semeval_2007_degrees_valence_and_coarse_labels(tmp_path: Path) -> None:
    records = records_of("semeval_2007", tmp_path)
    assert [record.split for record in records.values()] == ["trial", "trial", "test", "test", "test"]
    cats = records["1"]
    assert (cats.signal.text, cats.labels, cats.intensities["joy"]) == ("Cats & dogs agree", ("joy", "surprise"), 0.9)
    assert (cats.vad, cats.values) == (None, {"valence": 0.75})
    assert records["2"].labels == ("sadness",) and records["502"].labels == ()
    change(tmp_path, "AffectiveText.test/affectivetext_test.valence.gold", "501 100", "501 101")
    with pytest.raises(CorpusError, match=r"valence\.gold, line 2: valence is '101', allowed are numbers from -100"):
        list(READERS["semeval_2007"](tmp_path))
    change(tmp_path, "AffectiveText.test/affectivetext_test.valence.gold", "501 101\n", "")
    with pytest.raises(CorpusError, match=r"xml, line 3: affectivetext_test\.valence\.gold has no headline 501"):
        list(READERS["semeval_2007"](tmp_path))


def test_documents_say_where_they_are_wrong(tmp_path: Path) -> None:
    write_json(tmp_path, "a.json", {"turns": [{"n": "4", "text": "Hi."}], "on": True})
    top = read_json(tmp_path, "a.json")
    (turn,) = top["turns"]
    assert (turn["n"].whole(0, 9), turn["text"].text(), turn.where) == (4, "Hi.", ".turns[0]")
    assert [name for name, _ in top.members()] == ["turns", "on"]
    for wrong, problem in (
        (lambda: turn["n"].whole(0, 3), r"a\.json, at \.turns\[0\]\.n: expected a whole number from 0 to 3, found '4'"),
        (lambda: top["on"].whole(0, 3), r"expected a whole number from 0 to 3, found True"),
        (lambda: turn["gone"], r"expected an object with 'gone'"),
        (lambda: list(turn), r"expected a list, found dict"),
        (lambda: list(top["turns"].members()), r"expected an object, found list"),
        (top["on"].text, r"expected a text, found True"),
        (lambda: turn["text"].one_of(("a", "b")), r"expected one of a, b; found 'Hi\.'"),
    ):
        with pytest.raises(CorpusError, match=problem):
            wrong()
    (tmp_path / "b.jsonl").write_text('{"a": 1}\n\n{"a": \n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"b\.jsonl, line 3: expected JSON"):
        list(read_json_lines(tmp_path, "b.jsonl"))
