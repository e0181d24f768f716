"""Five made-up rows per dialogue and text corpus, written as its publisher lays them out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from official_trees import workbook, write

MELD_HEAD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"
CPED_HEAD = (
    "TV_ID,Dialogue_ID,Utterance_ID,Speaker,Gender,Age,Neuroticism,Extraversion,Openness,Agreeableness,"
    "Conscientiousness,Scene,FacePosition_LU,FacePosition_RD,Sentiment,Emotion,DA,Utterance"
)


def write_json(folder: Path, name: str, value: Any) -> None:
    write(folder, name, *json.dumps(value, indent=4, ensure_ascii=False).splitlines())


def meld(folder: Path, *, below: str = "data/MELD/") -> None:
    clock = '"00:01:02,250","00:01:03,000"'
    rows = {
        "train": [
            f'1,"Oh, he left.",Ann,sadness,negative,0,0,8,21,{clock}',
            f"2,Did he?,Ben,surprise,negative,0,2,8,21,{clock}",
            f"3,Fine by me.,Ann,neutral,neutral,1,0,9,1,{clock}",
        ],
        "dev": [f"1,Great!,Ben,joy,positive,0,0,1,1,{clock}"],
        "test": [f"1,It bites.,Cleo,fear,negative,0,0,2,3,{clock}"],
    }
    for split, lines in rows.items():
        write(folder, f"{below}{split}_sent_emo.csv", MELD_HEAD, *lines, end="\r\n")


def meld_compact(folder: Path) -> None:
    meld(folder, below="")


def _emory(split: str, scene: str, *utterances: tuple[str, list[str], str]) -> dict[str, Any]:
    said = [
        {
            "utterance_id": f"{scene}_u{number:03}",
            "speakers": speakers,
            "transcript": text,
            "tokens": [text.split()],
            "emotion": emotion,
        }
        for number, (text, speakers, emotion) in enumerate(utterances, 1)
    ]
    scenes = [{"scene_id": scene, "utterances": said}]
    return {"season_id": split, "episodes": [{"episode_id": scene[:7], "scenes": scenes}]}


def emorynlp(folder: Path) -> None:
    train = _emory(
        "trn",
        "s01_e02_c03",
        ("Soup again.", ["Ann Green"], "Neutral"),
        ("No!", ["Ben Gray", "Cleo Brown"], "Mad"),
        ("Oh, fine.", ["Ann Green"], "Peaceful"),
    )
    write_json(folder, "json/emotion-detection-trn.json", train)
    write_json(folder, "json/emotion-detection-dev.json", _emory("dev", "s01_e15_c01", ("I won.", ["Ann"], "Powerful")))
    write_json(folder, "json/emotion-detection-tst.json", _emory("tst", "s02_e08_c11", ("I lost.", ["Ben"], "Sad")))


def emorynlp_subset(folder: Path) -> None:
    head = "Utterance,Speaker,Emotion,Scene_ID,Utterance_ID,Season,Episode,Start_Time,End_Time"
    clock = "00:00:03.795,00:00:05.004"
    train = ["Soup again.,['Ann Green'],Neutral,3,1,1,2", "No!,\"['Ben Gray', 'Cleo Brown']\",Mad,3,2,1,2"]
    train += ["\"Oh, fine.\",['Ann Green'],Peaceful,3,3,1,2"]
    rows = {"train": train, "dev": ["I won.,['Ann'],Powerful,1,1,1,15"], "test": ["I lost.,['Ben'],Sad,11,1,2,8"]}
    for split, lines in rows.items():
        write(folder, f"emorynlp_{split}_final.csv", head, *[f"{line},{clock}" for line in lines])


def cped(folder: Path, *, below: str = "data/CPED/") -> None:
    young, unknown = "female,young,high,high,low,high,high", "unknown,unknown," + "unknown," * 4 + "unknown"
    faces = "335_103,493_312"
    train = [
        f"01,01_000,01_000_000,小雨,{young},car,{faces},negative,astonished,question,下雨了吗",
        f"01,01_000,01_000_001,其他,{unknown},car,{faces},neutral,neutral,answer,没事",
        f"01,01_001,01_001_000,小雨,{young},home,{faces},positive,positive-other,statement-opinion,好的",
    ]
    rows = {
        "train": train,
        "valid": [f"32,32_000,32_000_000,其他,{unknown},home,{faces},negative,worried,other,快走"],
        "test": [f"27,27_010,27_010_003,大山,{young},office,{faces},positive,grateful,thanking,谢谢你"],
    }
    for split, lines in rows.items():
        # The publisher's files begin with a byte-order mark.
        write(folder, f"{below}{split}_split.csv", f"\ufeff{CPED_HEAD}", *lines, end="\r\n")


def cped_compact(folder: Path) -> None:
    cped(folder, below="")


def ecf(folder: Path, *, names: str = "data/{}.txt") -> None:
    rows = {
        "train": [
            "5 3",
            "(1,3),(3,3)",
            "1 | Ann | joy | Hey , I found a key ! | Friends_S1E1: 00:16:45.504 - 00:16:46.672",
            "2 | All | neutral | Where ? | Friends_S1E1: 00:16:46.840 - 00:16:47.964",
            "3 | Ann | joy | Now we can open the box . | Friends_S1E1: 00:16:48.216 - 01:00:00.500",
        ],
        "dev": ["18 1", "(1,1)", "1 | Ben | anger | Get out ! | Friends_S10E4: 00:00:03.420 - 00:00:04.382"],
        "test": ["23 1", "(1,1)", "1 | Cleo | fear | A dog ! | Friends_S2E4: 00:00:03.420 - 00:00:04.382"],
    }
    for split, lines in rows.items():
        write(folder, names.format(split), *lines)


def ecf_compact(folder: Path) -> None:
    ecf(folder, names="ecf1_{}.txt")


def _ecf2(number: int, pairs: list[list[str]], *said: tuple[str, str, str]) -> dict[str, Any]:
    utterances = [
        {"utterance_ID": turn, "text": text, "speaker": speaker, "emotion": emotion}
        for turn, (text, speaker, emotion) in enumerate(said, 1)
    ]
    return {"conversation_ID": number, "conversation": utterances, "emotion-cause_pairs": pairs}


def ecf_semeval2024(folder: Path, *, below: str = "data/") -> None:
    train = [("You took my job .", "Ann", "neutral"), ("I did not .", "Ben", "surprise"), ("Yes !", "Ann", "anger")]
    test = [("There it is .", "Ben", "neutral"), ("A dog !", "Cleo", "fear")]
    spans = [["2_surprise", "1_took my job"], ["3_anger", "1_You took my job ."], ["3_anger", "2_not"]]
    write_json(folder, f"{below}Subtask_1_train.json", [_ecf2(4, spans, *train)])
    write_json(folder, f"{below}Subtask_1_test.json", [_ecf2(1375, [], *test)])
    write_json(folder, f"{below}Subtask_2_train.json", [_ecf2(4, [["2_surprise", "1"], ["3_anger", "1"]], *train)])
    write_json(folder, f"{below}Subtask_2_test.json", [_ecf2(1375, [["2_fear", "2"]], *test)])


def ecf_semeval2024_compact(folder: Path) -> None:
    ecf_semeval2024(folder, below="")


def reccon(folder: Path, *, below: str = "data/original_annotation/") -> None:
    def said(turn: int, text: str, emotion: str, causes: list[Any], spans: list[str], *kinds: str) -> dict[str, Any]:
        plain = {"turn": turn, "speaker": "BA"[turn % 2], "utterance": text, "emotion": emotion}
        found = {"expanded emotion cause evidence": causes, "expanded emotion cause span": spans, "type": list(kinds)}
        return plain | found if causes else plain

    train = [
        said(1, "The bus left , the bus is gone .", "neutral", [], []),
        said(2, "Oh no .", "sad", [1, "b"], ["the bus is gone", "b"], "inter-personal", "latent"),
        {
            **said(3, "A taxi , a taxi !", "happiness", [3], ["taxi"], "no-context"),
            "explanation": "They need not walk.",
        },
    ]
    write_json(folder, f"{below}dailydialog_train.json", {"tr_44": [train]})
    write_json(folder, f"{below}dailydialog_valid.json", {"va_9": [[said(1, "Hello .", "neutral", [], [])]]})
    odd = said(1, "We go !", "excited", [1], ["We go"], "no-context")
    write_json(folder, f"{below}dailydialog_test.json", {"tr_7": [[odd]]})


def reccon_compact(folder: Path) -> None:
    reccon(folder, below="")


def _support(speakers: tuple[str, str], survey: dict[str, str]) -> dict[str, Any]:
    seeker, supporter = speakers
    dialog = [
        {"speaker": supporter, "annotation": {"strategy": "Question"}, "content": "How are you?"},
        {"speaker": seeker, "annotation": {}, "content": "I lost my job.\n"},
        {"speaker": seeker, "annotation": {"feedback": "4"}, "content": "Again."},
    ]
    about = {"experience_type": "Previous Experience", "emotion_type": "fear", "problem_type": "job crisis"}
    return {
        **about,
        "situation": "They fired me.",
        "survey_score": {"seeker": survey, "supporter": {}},
        "dialog": dialog,
    }


def esconv(folder: Path) -> None:
    survey = {"initial_emotion_intensity": "5", "empathy": "4", "relevance": "3", "final_emotion_intensity": "2"}
    write_json(folder, "ESConv.json", [_support(("seeker", "supporter"), survey)])
    failed = _support(("speaker", "listener"), {"initial_emotion_intensity": "3"})
    write_json(folder, "FailedESConv.json", [failed])


def esconv_copied(folder: Path) -> None:
    esconv(folder)
    (folder / "ESConv.json").unlink()
    dialog = [
        {"text": "Hi .", "speaker": "sys", "strategy": "Greeting", "all_strategy": ["Greetings", "Question"]},
        {"text": "Hm .", "speaker": "usr", "vad": [0.6, 0.5, 0.4], "cause": "Hm .", "feedback": None},
        {"text": "No .", "speaker": "usr", "vad": [0.6, 0.5, 0.4], "cause": "No .", "feedback": "5"},
    ]
    about = {"emotion_type": "anger", "problem_type": "Sleep Problems", "situation": "I lie awake."}
    line = json.dumps({**about, "init_intensity": 4, "final_intensity": 1, "dialog": dialog})
    for split in ("valid", "test"):
        write(folder, f"multiesc_{split}.jsonl", line)


def cheer_ekman(folder: Path, *, below: str = "data/") -> None:
    def item(sentence: str, place: int, words: str, label: str, *context: str) -> dict[str, Any]:
        before = [line.split() for line in context]
        tokens = words.split()
        return {
            "body_part_token_idx": place,
            "sentence_id": sentence,
            "tokens": tokens,
            "lemmatized_tokens": tokens,
            "preceding_context_tokens": before,
            "preceding_context_lemmatized_tokens": before,
            "label": label,
        }

    hands = "His hands and knees shook ."
    train = [item("a1", 1, hands, "Fear", "It was late .", "A door fell shut ."), item("a1", 3, hands, "Surprise")]
    write_json(folder, f"{below}train.json", [*train, item("b2", 2, "She bit her lips .", "Anger")])
    write_json(folder, f"{below}dev.json", [item("c3", 1, "My heart sank .", "Sadness", "We lost .")])
    write_json(folder, f"{below}test.json", [item("d4", 1, "Her eyes shone .", "Joy")])


def cheer_ekman_compact(folder: Path) -> None:
    cheer_ekman(folder, below="")


def mahaemotions(folder: Path, *, names: str = "L3Cube-MahaEmotions/anger-disgust-separate/{}.csv") -> None:
    write(folder, names.format("train"), "Tweet,Label", '"छान, खूप छान",Happiness', "वाईट,Disgust", "गर्व,Pride")
    write(folder, names.format("validation"), "Tweet,Label,Unnamed: 2,Unnamed: 3", "आदर,respect,,")
    write(folder, names.format("test"), "Tweet,Label", "आज सोमवार,Neutral")


def mahaemotions_compact(folder: Path) -> None:
    mahaemotions(folder, names="anger-disgust-separate_{}.csv")


def armanemo(folder: Path, *, below: str = "dataset/") -> None:
    write(folder, f"{below}train.tsv", 'گفت "نه\tSAD', "چه روز خوبی\tHAPPY", "امروز دوشنبه است\tOTHER")
    write(folder, f"{below}test.tsv", "می‌ترسم\tFEAR", "واقعا؟\tSURPRISE")


def armanemo_compact(folder: Path) -> None:
    armanemo(folder, below="")


_FELT = (
    "worry",
    "chosen_emotion",
    "anger",
    "disgust",
    "fear",
    "anxiety",
    "sadness",
    "happiness",
    "relaxation",
    "desire",
)
_WROTE = ("text_long", "text_short", "self_rating_general", "self_rating_short", "self_rating_long", "eng_native")


def _worry(head: str, *rows: str, wave: str = "") -> list[str]:
    return [head + ",".join(f"{column}{wave}" for column in (*_FELT, *_WROTE)), *rows]


def covid19_worry(folder: Path) -> None:
    ann = '"I stay in, and worry.\nA lot.",Worried :(,9,5,7,Yes'
    ben = "I read all day.,All calm,5,5,5,No but fluent"
    rows = [f'"1",2020-04-06,4,Anxiety,1,2,3,9,5,4,3,1,{ann}', f'"2",2020-04-06,2,Relaxation,1,1,1,1,1,9,9,5,{ben}']
    first = _worry('"",startdate,', *rows)
    write(folder, "data_phase_1/files_clean/meta/rwwd_full.csv", *first)
    later = '3,Sadness,2,2,2,2,8,2,2,2,"Still in, still here.",Tired,7,7,7,No'
    head = ",".join(f"{column}_wave2" for column in (*_FELT, *_WROTE))
    again = f"prolific_id,text_long_wave1,text_short_wave1,{head}"
    repeated = [again, f"x9,I read all day.,All calm,{later}"]
    write(folder, "data_repeated_measures/meta/rwwd_phase1_phase2.csv", *repeated)


def covid19_worry_compact(folder: Path) -> None:
    covid19_worry(folder / "official")
    for old, new in (("rwwd_full", "rwwd_phase1"), ("rwwd_phase1_phase2", "rwwd_repeated")):
        (source,) = (folder / "official").rglob(f"{old}.csv")
        source.rename(folder / f"{new}.csv")


def emobench(folder: Path, *, below: str = "data/") -> None:
    ask = {"category": "Personal-Self", "question type": "Action", "subject": "Ann"}
    can = {"choices": ["Wait", "Go, now", "Ask", "Cry"], "label": "Go, now"}
    english = {"qid": "1", "language": "en", "scenario": "The bus is full."}
    chinese = {"qid": "1", "language": "zh", "scenario": "公交车满了。"}
    felt = {"emotion_choices": ["Joy", "Anger & Shame", "Pride", "Fear", "Hope", "Relief"], "emotion_label": "Joy"}
    why = {"cause_choices": ["She won", "He lost", "It rained", "They met"], "cause_label": "They met"}
    kind = {"coarse_category": "emotional_cues", "finegrained_category": "vocal_cues", "subject": "Ben"}
    applied = [{**item, **ask, **can} for item in (english, chinese)]
    understood = [{**item, **kind, **felt, **why} for item in (english, chinese, {**english, "qid": "2"})]
    for name, items in (("EA", applied), ("EU", understood)):
        write(folder, f"{below}{name}.jsonl", *[json.dumps(item, ensure_ascii=False) for item in items])


def emobench_compact(folder: Path) -> None:
    emobench(folder, below="")


def eq_bench(folder: Path, *, below: str = "data/") -> None:
    def ask(prompt: str, scores: list[int], full: list[int | str], *emotions: str) -> dict[str, Any]:
        names = {f"emotion{place}": emotion for place, emotion in enumerate(emotions, 1)}

        def answer(numbers: list[Any]) -> dict[str, Any]:
            return names | {f"emotion{place}_score": number for place, number in enumerate(numbers, 1)}

        return {"prompt": prompt, "reference_answer": answer(scores), "reference_answer_fullscale": answer(full)}

    four, vier = ("Glad", "Proud", "Angry", "Calm"), ("Froh", "Stolz", "Wütend", "Ruhig")
    shared = ask("\nAnn: I won!\n[End dialogue]", [5, 3, 0, 2], ["8", "5", 0, "3"], *four)
    other = ask("\nBen: I lost.", [1, 0, 8, 1], [1, 0, 9, 1], *four)
    older = {"1": shared, "2": ask("\nOld.", [1, 2, 3, 4], [1, 2, 3, 4], *four)}
    german = {"1": ask("\nAnn: Gewonnen!", [5, 3, 0, 2], ["8", "5", 0, "3"], *vier)}
    write_json(folder, f"{below}eq_bench_v2_questions_171.json", {"1": shared, "2": other})
    write_json(folder, f"{below}eq_bench_v2_questions_171_de.json", german)
    write_json(folder, f"{below}eq_bench_v1_questions_60.json", older)


def eq_bench_compact(folder: Path) -> None:
    eq_bench(folder, below="")


def emotionbench(folder: Path) -> None:
    anger = {"name": "Anger", "factors": [{"name": "Being Blamed", "scenarios": ["They blame you.", "You did not."]}]}
    factors = [{"name": "The Dark", "scenarios": ["It is dark."]}, {"name": "Dogs", "scenarios": ["It barks.", "Two."]}]
    write_json(folder, "situations.json", {"emotions": [anger, {"name": "Fear", "factors": factors}]})


def mpi_personality(folder: Path, *, below: str = "inventories/") -> None:
    head = "label_raw,text,label_ocean,key"
    write(folder, f"{below}mpi_120.csv", head, "Anxiety,Worry a lot,N,1", "Trust,Trust no one,A,-1")
    more = ["Anxiety,Worry a lot,N,1", "Depth,See the old,O,1", "Zest,Sing,E,0"]
    write(folder, f"{below}mpi_1k.csv", head, *more)


def mpi_personality_compact(folder: Path) -> None:
    mpi_personality(folder, below="")


def longemotion(folder: Path, *, below: str = "data/") -> None:
    texts = [{"index": place, "context": text} for place, text in enumerate(["All calm. ", "I fear it.", "At ease."])]
    odd = {"text": texts, "label": ["Relaxation", "Fear", "Relaxation"], "length": 9, "ground_truth": 1}
    said = [{"role": "Client", "context": "I am tired."}, {"role": "Counselor", "context": "Since when?"}]
    more = [{"role": "Client", "context": "Thank you."}]
    stages = [
        {"stage": "Reception and Inquiry Stage", "conversations": said},
        {"stage": "Consolidation and Ending Stage", "conversations": more},
    ]
    told = ("experience_and_reflection", "causes", "symptoms", "treatment_process", "characteristics_of_illness")
    case = {"id": 7, "case_description": ["A man, 30."], "consultation_process": ["He came.", "He spoke."]}
    case |= {key: f"Of {key}." for key in (*told, "treatment_effect")}
    files = {"Detection": odd, "Conversations": {"id": 3, "stages": stages}, "Summary_origin": case}
    for task, item in files.items():
        write(folder, f"{below}Emotion_{task}.jsonl", json.dumps(item))


def longemotion_compact(folder: Path) -> None:
    longemotion(folder, below="")


def eibench(folder: Path, *, basic: str = "EIBench/EI_Basic/", hard: str = "EIBench/EI_Complex/") -> None:
    images = [f"EmoSet-118k/image/sadness/sadness_{n}.jpg" for n in (1, 2)] + ["CAER-S/train/Angry/3.png"]
    write_json(folder, f"{basic}basic_ground_truth.json", {image: f"1. Rain.\n2. {image[-5]}." for image in images})
    asked = [json.dumps({image: "What made the man feel so?"}) for image in reversed(images)]
    write(folder, f"{basic}user.jsonl", *asked)
    hard_ones = [json.dumps({images[0]: {f"Why {word}?": "1. Rain."}}) for word in ("sad", "glad")]
    write(folder, f"{hard}ec_complex.jsonl", *hard_ones)


def eibench_compact(folder: Path) -> None:
    eibench(folder, basic="", hard="")


def warriner_vad(folder: Path, *, splits: str = "splits/crosslingual/") -> None:
    kinds, groups = ("Mean", "SD", "Rat"), (("M", "F"), ("Y", "O"), ("L", "H"))
    head = ["", "Word", *(f"{d}.{kind}.Sum" for d in "VAD" for kind in kinds)]
    head += [f"{d}.{kind}.{group}" for pair in groups for d in "VAD" for group in pair for kind in kinds]
    words = ["moth", "gala", "zinc", "sob", "nod"]
    rows = [",".join([str(n), word, *["9,2,20", "1,1,19", "5,4,18"], *["3,1,9"] * 18]) for n, word in enumerate(words)]
    write(folder, "Ratings_Warriner_et_al.csv", ",".join(head), *rows)
    for split, chosen in (("train", words[:2]), ("dev", words[2:3]), ("test", words[3:4])):
        write(folder, f"{splits}{split}.txt", *chosen)


def warriner_vad_compact(folder: Path) -> None:
    warriner_vad(folder, splits="splits_crosslingual_")


def depechemood(folder: Path, *, below: str = "DepecheMood/") -> None:
    head = "Lemma#PoS\tAFRAID\tAMUSED\tANGRY\tANNOYED\tDONT_CARE\tHAPPY\tINSPIRED\tSAD"
    moth, sob = "0.3\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1", "0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.3"
    write(folder, f"{below}DepecheMood_normfreq.txt", head, f"moth#n\t{moth}", f"sob#v\t{sob}", f"sob#n\t{sob}")
    write(folder, f"{below}DepecheMood_tfidf.txt", head, f"moth#n\t{sob}", f"sob#v\t{moth}")


def depechemood_compact(folder: Path) -> None:
    depechemood(folder, below="")


def emocontext(folder: Path) -> None:
    head = "id\tturn1\tturn2\tturn3\tlabel"
    write(folder, "train.txt", head, '0\tHi\tHello! "How are you?\tNot good\tsad', "1\tSo\tso what\tHaha\thappy")
    write(folder, "dev.txt", head, "0\tWhere\there\tOk \tothers")
    write(folder, "test.txt", head, "0\tGo\twhy?\tI hate you\tangry", "1\tYou\tme?\tYes\tothers")


def _task_turn(text: str, *votes: int, final: int | None = None) -> dict[str, Any]:
    if final is None:
        return {"text": text, "metadata": {}, "emotion": []}
    answers = [{"annotator": f"a1b2c3d{place}", "annotation": vote} for place, vote in enumerate(votes)]
    decided = {"emotion": final, "sentiment": (0, 1, 1, 1, 1, 2, 2)[final]}
    return {"text": text, "metadata": {}, "emotion": [*answers, decided]}


def emowoz(folder: Path) -> None:
    book = [
        _task_turn("A table for two.", 0, 0, 0, final=0),
        _task_turn("Booked."),
        _task_turn("Thanks!", 6, 6, 0, final=6),
    ]
    talk = {"MUL0001.json": {"goal": {}, "log": book}, "SNG0002.json": {"goal": {}, "log": book[:2]}}
    angry = [_task_turn("Useless machine.", 4, 2, 2, final=2), _task_turn("Sorry?")]
    write_json(folder, "emowoz-multiwoz.json", talk)
    write_json(folder, "emowoz-dialmage.json", {"DMAGE1.json": {"log": angry}, "DMAGE2.json": {"log": angry}})
    split = {
        "train": {"multiwoz": ["MUL0001.json"], "dialmage": []},
        "dev": {"multiwoz": [], "dialmage": ["DMAGE2.json"]},
    }
    write_json(
        folder, "data-split.json", {**split, "test": {"multiwoz": ["SNG0002.json"], "dialmage": ["DMAGE1.json"]}}
    )


def semeval_2007(folder: Path) -> None:
    headlines = {
        "trial": [
            ("1", "Cats &amp; dogs agree", "0 0 0 90 0 50", "75"),
            ("2", "Flood near Lyon", "5 0 49 0 60 20", "-100"),
        ],
        "test": [
            ("500", "Bus fares rise", "30 10 0 0 20 0", "-32"),
            ("501", "Team wins", "0 0 0 88 0 12", "100"),
            ("502", "Sky is blue", "0 0 0 0 0 0", "0"),
        ],
    }
    for split, rows in headlines.items():
        stem = f"AffectiveText.{split}/affectivetext_{split}"
        said = (f'<instance id="{number}">{text}</instance>' for number, text, _, _ in rows)
        write(folder, f"{stem}.xml", '<corpus task="affective text">', *said, "</corpus>")
        write(folder, f"{stem}.emotions.gold", *(f"{number} {degrees}" for number, _, degrees, _ in rows))
        write(folder, f"{stem}.valence.gold", *(f"{number} {valence}" for number, _, _, valence in rows))


GITHUB_HEAD = (
    "repo,type,id,created_at,user,comment,modified_comment,Anger,Love,Fear,Joy,Sadness,Surprise,Emotion 2,Emotion 3"
)


def github_emotion(folder: Path) -> None:
    rows = {
        "train": [
            "a/b,issue,11,2021-10-21,ann,Thanks @ben!,Thanks [USER]!,0,1,0,1,0,0,Affection,-",
            'a/b,pull_request,12,2021-10-22,ben,"No, it broke","No, it broke",1,0,0,0,0,0,Irritation,',
            "c/d,issue,13,2021-10-23,cleo,It is a list.,It is a list.,0,0,0,0,0,0,None,",
        ],
        "test": [
            "c/d,pull_request,14,2021-10-24,ann,I worry.,I worry.,0,0,1,0,0,0,Nervousness,",
            "a/b,issue,15,2021-10-25,ben,Wow?,Wow?,0,0,0,0,0,1,,",
        ],
    }
    for split, lines in rows.items():
        write(folder, f"dataset/experiment_dataset/ann-{split}.csv", GITHUB_HEAD, *lines)


def github_emotion_compact(folder: Path) -> None:
    github_emotion(folder / "whole")
    for path in (folder / "whole").rglob("*.csv"):
        path.rename(folder / path.name)
    shutil.rmtree(folder / "whole")


FLAT_HEAD = (
    *("TEXT", "split", "Emo", "Colère", "Dégoût", "Joie", "Peur", "Surprise", "Tristesse", "Admiration"),
    *("Culpabilité", "Embarras", "Fierté", "Jalousie", "Autre", "Comportementale", "Désignée", "Montrée", "Suggérée"),
    *("Base", "Complexe"),
)


def flat_row(text: str, split: str, *held: str) -> list[str]:
    return [text, split, *("1" if name in held else "0" for name in FLAT_HEAD[2:])]


def flat_sheet(path: Path, *rows: list[str]) -> None:
    workbook(path, {"Sheet1": [list(FLAT_HEAD), *rows]})


def french_emotion_modes(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    flat_sheet(
        folder / "emotexttokids_gold_flat.xlsx",
        flat_row("Il a peur du noir.", "train", "Emo", "Peur", "Désignée", "Base"),
        flat_row("Elle rougit.", "train", "Emo", "Embarras", "Fierté", "Comportementale", "Désignée", "Complexe"),
        flat_row("La Seine traverse Paris.", "train"),
        flat_row("Quelle histoire !", "validation", "Emo", "Autre"),
        flat_row("Il a perdu son chien.", "test", "Emo", "Tristesse", "Suggérée", "Base"),
    )


Tree = Callable[[Path], None]
OFFICIAL: dict[str, Tree] = {
    tree.__name__: tree
    for tree in (
        meld,
        emorynlp,
        cped,
        ecf,
        ecf_semeval2024,
        reccon,
        esconv,
        cheer_ekman,
        mahaemotions,
        armanemo,
        covid19_worry,
        emobench,
        eq_bench,
        emotionbench,
        mpi_personality,
        longemotion,
        eibench,
        warriner_vad,
        depechemood,
        emocontext,
        emowoz,
        semeval_2007,
        github_emotion,
        french_emotion_modes,
    )
}
COMPACT: dict[str, Tree] = {
    "meld": meld_compact,
    "cped": cped_compact,
    "ecf": ecf_compact,
    "ecf_semeval2024": ecf_semeval2024_compact,
    "reccon": reccon_compact,
    "cheer_ekman": cheer_ekman_compact,
    "mahaemotions": mahaemotions_compact,
    "armanemo": armanemo_compact,
    "covid19_worry": covid19_worry_compact,
    "emobench": emobench_compact,
    "eq_bench": eq_bench_compact,
    "mpi_personality": mpi_personality_compact,
    "longemotion": longemotion_compact,
    "eibench": eibench_compact,
    "warriner_vad": warriner_vad_compact,
    "depechemood": depechemood_compact,
    "github_emotion": github_emotion_compact,
}
