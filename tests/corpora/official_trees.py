"""Five made-up rows per corpus, written as its publisher lays them out."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from affekt.corpora.crowd_envent import APPRAISALS, RATED
from affekt.corpora.goemotions import SPACE as GOEMOTIONS
from affekt.corpora.isear import ITEMS
from affekt.corpora.x_envent import APPRAISALS as X_ENVENT_APPRAISALS


def write(folder: Path, name: str, *lines: str, end: str = "\n") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + end for line in lines).encode())


def squeeze(folder: Path) -> None:
    """Turn every file of a tree into its gzipped twin."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def goemotions(folder: Path) -> None:
    write(folder, "data/emotions.txt", *GOEMOTIONS.labels)
    write(folder, "data/train.tsv", "What a kind thing to do!\t0,15\taaa1", 'She said "no"\x85 to me.\t10\taaa2')
    write(folder, "data/dev.tsv", "The bus left at nine.\t27\taaa3")
    write(folder, "data/test.tsv", "I miss him.\t25\taaa4", "Wow 😮\t26\taaa5")


def goemotions_raters(folder: Path) -> None:
    goemotions(folder)
    header = "text,id,author,subreddit,link_id,parent_id,created_utc,rater_id,example_very_unclear"
    meta = "someone,pics,t3_1,t1_1,1548381039.0"

    def row(item: str, rater: int, unclear: bool, *labels: str) -> str:
        marks = ",".join(str(int(label in labels)) for label in GOEMOTIONS)
        return f'"A text, with a comma",{item},{meta},{rater},{unclear},{marks}'

    head = f"{header},{','.join(GOEMOTIONS)}"
    folder = folder / "data"
    write(folder, "full_dataset/goemotions_1.csv", head, row("aaa1", 7, False, "gratitude", "admiration"))
    write(folder, "full_dataset/goemotions_2.csv", head, row("aaa1", 9, True), row("zzz9", 9, False, "joy"))
    write(folder, "full_dataset/goemotions_3.csv", head, row("aaa4", 7, False, "sadness"))


def emobank(folder: Path) -> None:
    items = [("a_0_9", "train", "doc-a"), ("a_9_20", "train", "doc-a"), ("b_0_7", "train", "doc-b")]
    items += [("b_7_19", "dev", "doc-b"), ("c_0_5", "test", "doc-c")]
    texts = ['"Never, ever again."', "It rained.", "We won!", "He waited.", "Nothing moved."]
    rows = [f"{item},{split},{1 + n}.0,3.0,2.5,{texts[n]}" for n, (item, split, _) in enumerate(items)]
    write(folder, "corpus/emobank.csv", "id,split,V,A,D,text", *rows)
    for perspective in ("reader", "writer"):
        means = [f"{item},3.5,3.0,1.0,0.5,0.0,0.0,2" for item, _, _ in items]
        write(folder, f"corpus/{perspective}.csv", "id,V,A,D,stdV,stdA,stdD,N", *means)
        votes = [f"{item},{vote},3,1" for item, _, _ in items for vote in (5, 2)]
        write(folder, f"corpus/individual_{perspective}_ratings.csv", "id,V,A,D", *votes)
    rows = [f"{item}\t{document}\tfiction\t " for item, _, document in items]
    write(folder, "corpus/meta.tsv", "id\tdocument\tcategory\tsubcategory", *rows)


def glasgow_norms(folder: Path) -> None:
    heads = ("AROU", "VAL", "DOM", "CNC", "IMAG", "FAM", "AOA", "SIZE", "GEND")
    words = ["bank", "bank (river)", "moth", "gala", "zinc"]
    values = "7,1.6,30," + ",".join(["1,0.8,31", "9,2.4,32", *["4,1.2,33"] * 6])
    rows = [f"{word},{len(word)},{values}" for word in words]
    write(
        folder,
        "13428_2018_1099_MOESM2_ESM.csv",
        "Words,Length," + ",,,".join(heads) + ",,",
        ",," + ",".join(["M,SD,N"] * 9),
        *rows,
        end="\r\n",
    )


def dair_emotion(folder: Path) -> None:
    write(folder, "train.txt", "i feel fine; really;joy", "i feel small;sadness", "i feel warm to him;love")
    write(folder, "val.txt", "i feel cheated;anger")
    write(folder, "test.txt", "i feel watched;fear")


def brighter(folder: Path) -> None:
    full = "id,text,anger,disgust,fear,joy,sadness,surprise"
    english = "id,text,anger,fear,joy,sadness,surprise"
    write(folder, "track_a/train/eng.csv", english, 'eng_train_track_a_00001,"Well, I jumped.",0,1,0,0,1', end="\r\n")
    write(folder, "track_a/dev/ptbr.csv", full, "ptbr_dev_track_a_00001,Que dia!,0,0,0,1,0,0")
    write(folder, "track_a/test/eng.csv", english, "eng_test_track_a_00001,He left.,,,,,")
    write(folder, "track_a/train/ron_track1_test.csv", full, "ron_x,a stray file,0,0,0,0,0,0")
    write(folder, "track_b/train/eng.csv", english, 'eng_train_track_b_00001,"Well, I jumped.",0,3,0,0,1')
    capitals = "id,text,Joy,Fear,Anger,Sadness,Disgust,Surprise"
    write(folder, "track_c/test/zul.csv", capitals, "zul_test_track_c_00001,Sawubona,1,0,0,0,0,0")
    write(folder, "track_c/test/eng.csv", english, "eng_test_track_c_00001,He left.,0,0,0,1,0")


def brighter_compact(folder: Path) -> None:
    head = "lang,split,id,text,anger,disgust,fear,joy,sadness,surprise"
    tables = {f"track_{track}_{split}": [head] for track in "ab" for split in ("train", "dev", "test")}
    tables["track_c_extra"] = [head]
    tables["track_a_train"].append('eng,train,eng_train_track_a_00001,"Well, I jumped.",0,,1,0,0,1')
    tables["track_a_dev"].append("ptbr,dev,ptbr_dev_track_a_00001,Que dia!,0,0,0,1,0,0")
    tables["track_a_test"].append("eng,test,eng_test_track_a_00001,He left.,,,,,,")
    tables["track_b_train"].append('eng,train,eng_train_track_b_00001,"Well, I jumped.",0,,3,0,0,1')
    tables["track_c_extra"].append("zul,test,zul_test_track_c_00001,Sawubona,0,0,0,1,0,0")
    tables["track_c_extra"].append("eng,test,eng_test_track_c_00001,He left.,0,,0,0,1,0")
    for name, lines in tables.items():
        write(folder, f"{name}.csv", *lines)
    squeeze(folder)


def annotators(sign: str, *numbers: int) -> str:
    """The columns of people: ``Annotator-1`` in most files, ``annotator_1`` in two."""
    name = "Annotator" if sign == "-" else "annotator"
    return ",".join(f"{name}{sign}{number}" for number in numbers)


# The annotator files that five rows are not written for.
three, four = annotators("-", 1, 2, 3), annotators("-", 1, 2, 3, 4)
OTHER_VOTES = {
    "hin/hin_test_individuals.csv": (f"text_id,text,emotion,{four}", "1,यह।,Joy,0,,,"),
    "mar/mar_all_train-dev_individuals.csv": (f"text_id,text,emotion,{four}", "1,हे।,Joy,3,,,"),
    "mar/mar_all_test_individuals.csv": (f"text_id,text,emotion,{four}", "2,ते।,Joy,0,,,"),
    "swe/swe_individuals.csv": (f"text_id,text,emotion,{three}", "1,😀,Joy,2,,"),
    "ukr/ukr_individuals.csv": (f"text_id,text,emotion,{three}", "0,Так!,Sad,0.0,2.0,"),
}


def brighter_votes(folder: Path, *, votes: str = "individual_labels") -> None:
    full = "id,text,anger,disgust,fear,joy,sadness,surprise"
    no_surprise = "id,text,anger,disgust,fear,joy,sadness"
    write(folder, "track_a/train/deu.csv", full, "deu_train_track_a_00001,Wie schön!,0,0,0,1,0,1")
    write(folder, "track_b/train/deu.csv", full, "deu_train_track_b_00001,Wie schön!,0,0,0,2,0,1")
    write(folder, "track_a/train/ron.csv", full, "ron_train_track_a_00001,Wow ce bucurie,0,0,0,1,0,0")
    write(folder, "track_a/dev/ron.csv", full, "ron_dev_track_a_00001,Wow ce bucurie,0,0,0,0,0,0")
    write(folder, "track_a/test/afr.csv", no_surprise, "afr_test_track_a_00001,Nee wat.,1,0,0,0,0")
    write(folder, "track_a/test/eng.csv", full, "eng_test_track_a_00001,Not of these.,1,0,0,0,0,0")

    def put(name: str, *lines: str) -> None:
        write(folder, f"{votes}/{name if votes == 'individual_labels' else Path(name).name}", *lines)

    long = [
        f"651,Wie schön!,{emotion},{rater}@example.org,{answer}"
        for emotion, answers in {"Joy": ("3", "", "1"), "Anger": ("0", "", "2")}.items()
        for rater, answer in zip(("zoe", "kim", "ann"), answers, strict=True)
    ]
    more = ["652,Nirgends.,Joy,kim@example.org,0", "652,Nirgends.,Joy,ann@example.org,1"]
    put("deu/deu_individual_intensities.csv", "id,text,emotion,annotator,intensity", *long, *more)
    put("ptbr/ptbr_individual_intensities.csv", "id,text,emotion,annotator,intensity", "p1,Ai!,Fear,eva@example.org,2")
    wide = f"text,emotion,{annotators('_', 1, 2, 3, 5, 6, 8, 9)}"
    put("ron/ron_individuals.csv", wide, "Wow! Ce bucurie!!,bucurie,3,,1,,,,", "Wow! Ce bucurie!!,frica,,,0,,,,")
    binary = f",text_content,emotion,{annotators('_', 1, 2, 3)},majority_vote"
    put(
        "afr/afr_individuals.csv",
        binary,
        "0,Nee wat.,anger,1,0,,0",
        "1,Nee wat.,surprise,1,0,,0",
        "2,Nee wat.,neutral,0,1,,0",
    )
    slots = f"text_id,text,emotion,{annotators('-', *range(1, 11))}"
    put("arq/arq_individuals.csv", slots, "7,واش,Joy,1,0,,,,,,,,", "7,واش,Fear,0,0,,,,,,,,")
    twice = ["h1,नहीं,Joy,0,2,,,", "h1,नहीं,Fear,0,0,,,", "h1,नहीं,Joy,1,2,,,", "h1,नहीं,Fear,0,0,,,"]
    put("hin/hin_train_dev.csv", f"text_id,text,emotion,{annotators('-', 1, 2, 3, 4, 5)}", *twice)
    for name, lines in OTHER_VOTES.items():
        put(name, *lines)


def brighter_votes_compact(folder: Path) -> None:
    brighter_votes(folder, votes="individual")
    full = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
    for track in "ab":
        for split in ("train", "dev", "test"):
            lines = [f"lang,split,id,text,{','.join(full)}"]
            for path in sorted((folder / f"track_{track}/{split}").glob("*.csv")):
                header, *rows = path.read_text(encoding="utf-8").splitlines()
                short = len(full) - (header.count(",") - 1)
                lines += [f"{path.stem},{split},{row}{',' * short}" for row in rows]
            write(folder, f"track_{track}_{split}.csv", *lines)
        for path in (folder / f"track_{track}").rglob("*.csv"):
            path.unlink()
        for path in sorted((folder / f"track_{track}").rglob("*"), reverse=True):
            path.rmdir()
        (folder / f"track_{track}").rmdir()
    write(folder, "track_c_extra.csv", f"lang,split,id,text,{','.join(full)}")
    squeeze(folder)


def xed(folder: Path) -> None:
    write(folder, "AnnotatedData/en-annotated.tsv", "Stay back!\t4, 1, 7", "I trust you.\t8", end="\r\n")
    write(folder, "AnnotatedData/fi-annotated.tsv", "Hyvä!\t5")
    write(folder, "AnnotatedData/neu_en.txt", "9\tIt is Tuesday.")
    write(folder, "AnnotatedData/neu_fi.txt", "12\tOn tiistai.\t2\t4\tfi/1965/1/1.xml.gz")
    from affekt.corpora.xed import CARD

    for name in (file.name for file in CARD.files if file.name.startswith("Projections/")):
        write(folder, name)
    write(folder, "Projections/br-projections.tsv", "Fique longe!\t4")
    write(folder, "Projections/tr-projections2.tsv", "phrase\temotion", "Dur!\t1")
    write(folder, "Projections/sv-projections.tsv", "en/1.xml.gz\tsv/1.xml.gz\t3\t4\tCome here.\tKom hit.")


def xed_compact(folder: Path) -> None:
    xed(folder)
    (folder / "AnnotatedData").rename(folder / "annotated")
    for path in (folder / "Projections").iterdir():
        path.unlink()
    (folder / "Projections").rmdir()
    aligned = "sv,en/1.xml.gz\tsv/1.xml.gz\t3\t4\tCome here.,Kom hit."
    write(folder, "projections.csv", "lang,sentence,labels", "br,Fique longe!,4", aligned, 'tr,phrase,"emotion\r"')
    with (folder / "projections.csv").open("ab") as stream:
        stream.write(b'tr,Dur!,"1\r"\n')
    squeeze(folder)


def edos(folder: Path) -> None:
    name = "1. MTurk_groundtruth_labels_9K.csv"
    head = "Count,Index,DialogID,Dialog,Agreed emotion (2/3 vote),Worker 1 answer,Worker 2 answer,Worker 3 answer"
    write(
        folder,
        name,
        head,
        '1,0.9-1,77,"Who is it ?\nOnly me , love .",Questioning,Questioning,Questioning,Caring',
        "2,0.9-2,78,Get out !,Furious,Furious,Angry,Furious",
        "3,0.9-3,78,I never said so .,-,Ashamed,denying (Other),Guilty",
        "4,0.8-4,79,It is noon .,Neutral (Other),Neutral (Other),neutral  (Other),Content",
        "5,0.8-5,80,No .,Disagreeing (Other),Disagreeing (Other),disagreeing (Other),Sad",
    )


def crowd_envent(folder: Path) -> None:
    generation, validation = [], []
    columns = ["round_number", "emotion", "text_id", "prolific_id", *RATED, "generated_text"]
    columns += ["intensity", "confidence", *APPRAISALS, "age"]
    for n, emotion in enumerate(["joy", "fear", "no-emotion", "guilt", "pride"]):
        told = [f"round-{n}", emotion, f"10{n}", f"writer{n % 2}", *["1"] * 11, "5"]
        told += [f'"I said ""{emotion}"", and\tleft."', "4", "5", *["3"] * 21, "30"]
        generation.append("\t".join(told))
    for n in range(2):
        validation.append("\t".join([f"round-{n}", "relief", "101", f"reader{n}", "2", "3", *["5"] * 21]))
    write(folder, "corpus/crowd-enVent_generation.tsv", "\t".join(columns), *generation)
    head = ["round_number", "emotion", "text_id", "prolific_id", "intensity", "confidence", *APPRAISALS]
    write(folder, "corpus/crowd-enVent_validation.tsv", "\t".join(head), *validation)


def crowd_envent_compact(folder: Path) -> None:
    crowd_envent(folder)
    head, *rows = (folder / "corpus/crowd-enVent_generation.tsv").read_text(encoding="utf-8").splitlines()
    for path in (folder / "corpus").iterdir():
        path.unlink()
    for split, chosen in (("train", rows[2:]), ("val", rows[:1]), ("test", rows[1:2])):
        lines = (f"{n}\t{row}" for n, row in enumerate(chosen))
        write(folder, f"crowd-enVent-{split}.tsv", f"\t{head}", *lines)
    squeeze(folder)


def empathic_reactions(folder: Path) -> None:
    head = ("message_id", "response_id", "article_id", "empathy", "distress", "empathy_bin", "distress_bin", "essay")
    lines = [",".join(f'"{name}"' for name in head)]
    for n in range(5):
        cells = (f"R_{n % 2}_{n}", f"R_{n % 2}", str(n // 2), "5.5", "1.0", "1", "0", f"I feel for them {n}.")
        lines.append(",".join(f'"{cell}"' for cell in cells))
    write(folder, "data/responses/data/messages.csv", *lines)


def empathetic_dialogues(folder: Path) -> None:
    head = "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags"
    conversation = "hit:0_conv:1,{},proud,My girl_comma_ at last_comma_ can swim.,{},{},5|5|5_5|5|5,"
    write(
        folder,
        "empatheticdialogues/train.csv",
        head,
        conversation.format(1, 40, "She swam alone_comma_ today!"),
        conversation.format(2, 41, 'How "big" is she?'),
        conversation.format(3, 40, "She is six."),
    )
    write(folder, "empatheticdialogues/valid.csv", head, "hit:1_conv:2,1,lonely,The flat is empty.,3,Too quiet.,,")
    write(folder, "empatheticdialogues/test.csv", head, "hit:2_conv:3,1,afraid,A dog ran at me.,4,It was huge.,,")


def empathetic_dialogues_compact(folder: Path) -> None:
    head = "Split,Dialog_ID,Emotion,Type,Actor,Text"
    row = "train,hit:0_conv:1,proud,{},{},{}"
    write(
        folder,
        "train.csv",
        head,
        row.format("situation", "none", '"My girl, at last, can swim."'),
        row.format("utterance", "speaker", '"She swam alone, today!"'),
        row.format("utterance", "listener", '"How ""big"" is she?"'),
        row.format("utterance", "speaker", "She is six."),
    )
    lonely, afraid = "hit:1_conv:2,lonely", "hit:2_conv:3,afraid"
    write(
        folder,
        "valid.csv",
        head,
        f"valid,{lonely},situation,none,The flat is empty.",
        f"valid,{lonely},utterance,speaker,Too quiet.",
    )
    write(
        folder,
        "test.csv",
        head,
        f"test,{afraid},situation,none,A dog ran at me.",
        f"test,{afraid},utterance,speaker,It was huge.",
    )
    squeeze(folder)


def dailydialog(folder: Path) -> None:
    write(folder, "train/dialogues_train.txt", "Good morning . __eou__ You are late ! __eou__")
    write(folder, "train/dialogues_emotion_train.txt", "0 1 ")
    write(folder, "validation/dialogues_validation.txt", "We won ! __eou__")
    write(folder, "validation/dialogues_emotion_validation.txt", "4")
    write(folder, "test/dialogues_test.txt", "Is it far ? __eou__ Five miles . __eou__")
    write(folder, "test/dialogues_emotion_test.txt", "0 0")


def dailydialog_compact(folder: Path) -> None:
    head = "data_split,dialogue_id,original_id,domains,utt_idx,speaker,utterance,intent,emotion"
    row = "{0},dailydialog-{0}-0,{0}-0,Work,{1},{2},{3},inform,{4}"
    write(
        folder,
        "train.csv",
        head,
        row.format("train", 0, "user", "Good morning .", "no emotion"),
        row.format("train", 1, "system", "You are late !", "anger"),
    )
    write(folder, "validation.csv", head, row.format("validation", 0, "user", "We won !", "happiness"))
    write(
        folder,
        "test.csv",
        head,
        row.format("test", 0, "user", "Is it far ?", "no emotion"),
        row.format("test", 1, "system", "Five miles .", "no emotion"),
    )
    squeeze(folder)


def isear(folder: Path, delimiter: str = "|") -> None:
    columns = ["ID", "CITY", "COUN", "SUBJ", "EMOT", *(item.upper() for item in ITEMS)]
    columns += ["Field1", "MYKEY", "SIT", "STATE"]
    texts = [
        "When the train á left without me.",
        "A wasp in Málaga.",
        "[ No response.]",
        "None of them called.",
        "Blank.",
    ]
    lines = [delimiter.join(columns)]
    for n, (emotion, text) in enumerate(zip(["sadness", "fear", "joy", "anger", "guilt"], texts, strict=True)):
        cells = [str(1000 + n), "1", "2", str(n // 2), "1", *["3"] * len(ITEMS), emotion, f"01{n}", text, "1"]
        lines.append(delimiter.join(cells))
    write(folder, "isear.csv", *lines)


def isear_compact(folder: Path) -> None:
    isear(folder, delimiter=",")
    squeeze(folder)


def vader_icwsm(folder: Path) -> None:
    for n, stem in enumerate(("tweets", "movieReviewSnippets", "amazonReviewSnippets", "nytEditorialSnippets")):
        items = ["1_1", "1_2"] if n > 2 else [str(n + 1)]
        votes = json.dumps([2, -4, 4, 0])
        truth = [f"{item}\t0.5\tA sentence, number {item}." for item in items]
        write(folder, f"hutto_ICWSM_2014/{stem}_GroundTruth.txt", *truth, end="\r\n")
        raters = [f"{item}\t0.5\t2.9\t{votes}" for item in items]
        raters[0] = "\ufeff" + raters[0]
        write(folder, f"hutto_ICWSM_2014/{stem}_anonDataRatings.txt", *raters, end="\r\n")


def x_envent_events() -> dict[str, list[dict[str, object]]]:
    def experiencer(text: str, emotion: str, score: int | None, begin: int = -1, end: int = -1) -> dict[str, object]:
        appraisals = dict.fromkeys(X_ENVENT_APPRAISALS, 3) | {"suddenness": score, "understand": 5}
        return {"id": "?", "text": text, "begin": begin, "end": end, "emotion": [emotion], "appraisals": appraisals}

    def event(number: int, said: str | None, *raw: tuple[str, list[dict[str, object]]]) -> dict[str, object]:
        return {
            "id": str(number),
            "text": "When she shouted at me.",
            "tokens": ["When"],
            "annotations": {
                "aggregated": [],
                "raw": [{"id": f"{number}{rater}", "experiencers": people, "events": []} for rater, people in raw],
            },
            "original_dataset": "enISEAR",
            "original_emotion": said,
        }

    def writer(emotion: str, score: int | None = 1) -> dict[str, object]:
        return experiencer("WRITER", emotion, score)

    she = experiencer("she", "no emotion", 2, 5, 8)
    paper = [event(1, "fear", ("A", [writer("sadness", 5), she]), ("B", [writer("fear", None)]))]
    paper += [event(n, None, ("A", [she])) for n in (2, 3)]
    return {"corpus": paper, "additional": [event(n, "joy", ("D", [writer("joy")])) for n in (4, 5)]}


def x_envent(folder: Path) -> None:
    events = x_envent_events()
    paper = "x-enVENT-TroianoOberlaenderWeggeKlinger-LREC2022-corpus.json"
    write(folder, paper, json.dumps(events["corpus"], indent=5))
    write(folder, "x-enVENT-additional-180.json", json.dumps(events["additional"], indent=5))


def x_envent_compact(folder: Path) -> None:
    events = x_envent_events()
    write(folder, "x-enVENT-corpus.jsonl", *map(json.dumps, events["corpus"]))
    write(folder, "x-enVENT-additional-180.jsonl", *map(json.dumps, events["additional"]))
    squeeze(folder)


POSTS = [
    *(("A", "Second", "1", "Thanks, works & helps!", {"Love_all": "Xx ", "Joy_all": " x "}),),
    *(("A", "Second", "2", "Use a loop.", {}), ("B", "Pilot", "1", "I hate it.", {"Anger_all": "xxX"})),
    *(("C", "Third", "9", "Use a loop.", {}), ("D", "Third", "3", "Why?", {"Surprise_all": "x  "})),
]
EMOTION_SHEETS = ("Love_all", "Joy_all", "Surprise_all", "Anger_all", "Sadness_all", "Fear_all")


def post_rows(sheet: str) -> list[list[str]]:
    rows = []
    for group, part, number, text, given in POSTS:
        marks = [mark.strip() for mark in given.get(sheet, "   ")]
        gold = sheet.removesuffix("_all").upper() if sum(map(bool, marks)) > 1 else ""
        rows.append([group, part, number, text, *marks, gold])
    return rows


def workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """Write an .xlsx as spreadsheet programs do: text shared, numbers bare, formulas with their value."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    shared = sorted({cell for rows in sheets.values() for row in rows for cell in row if cell})
    items = "".join(f"<si><r><t>{escape(text[:2])}</t></r><r><t>{escape(text[2:])}</t></r></si>" for text in shared)
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets))
    links = "".join(f'<Relationship Id="r{n}" Target="worksheets/s{n}.xml"/>' for n in range(len(sheets)))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{space}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>'
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{items}</sst>')
        for n, rows in enumerate(sheets.values()):
            lines = []
            for number, row in enumerate(rows, 1):
                cells = []
                for letter, text in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", row, strict=False):
                    place = f'r="{letter}{number}"'
                    if letter == "H" and number > 1:
                        cells.append(f'<c {place} t="str"><f>IF(A1,B1)</f><v>{text}</v></c>')
                    elif text.isdigit():
                        cells.append(f"<c {place}><v>{text}</v></c>")
                    else:
                        cells.append(f'<c {place} t="s"><v>{shared.index(text)}</v></c>' if text else f"<c {place}/>")
                lines.append(f'<row r="{number}">{"".join(cells)}</row>')
            body = f'<worksheet xmlns="{space}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
            archive.writestr(f"xl/worksheets/s{n}.xml", body)


def stackoverflow_emotion(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    header = ["Group", "Set", "", "Text", "rater 1", "rater 2", "rater 3", "Gold Label"]
    path = folder / "Emotions_GoldSandard_andAnnotation.xlsx"
    workbook(path, {sheet: [header, *post_rows(sheet)] for sheet in EMOTION_SHEETS})


def stackoverflow_emotion_compact(folder: Path) -> None:
    rows = [
        f"{sheet},{','.join(f'{q}{c}{q}' for c in row)}"
        for q in ['"']
        for sheet in EMOTION_SHEETS
        for row in post_rows(sheet)
    ]
    write(folder, "annotations.csv", "sheet,Group,Set,No,Text,rater 1,rater 2,rater 3,Gold Label", *rows)
    squeeze(folder)


def enisear_rows() -> list[str]:
    names = ("Attention", "Certainty", "Effort", "Pleasant", "Responsibility", "Control", "Circumstance")
    header = ["Sentence_id", "Prior_Emotion", "Sentence"] + [
        f"{n}_{w}" for n in names for w in ("a1", "a2", "a3", "majority")
    ]
    marks = {"Attention": "1 1 1 1", "Pleasant": "0 1 1 1", "Responsibility": "1 0 0 0"}
    answers = [mark for name in names for mark in marks.get(name, "0 0 0 0").split()]
    texts = [
        'I felt ... when "it" rained.',
        "I felt ... at 9.",
        'I felt ... " again.',
        "I felt ... .",
        "I felt ..., too.",
    ]
    emotions = ("Fear", "Shame", "Joy", "Guilt", "Anger")
    rows = [
        [str(n + 10), emotion, text, *answers] for n, (emotion, text) in enumerate(zip(emotions, texts, strict=True))
    ]
    return ["\t".join(row) for row in [header, *rows]]


def enisear_appraisal(folder: Path) -> None:
    write(folder, "enISEAR-appraisal-V1/enISEAR_appraisal.tsv", *enisear_rows(), end="\r\n")
    for number in range(1, 11):
        for fold in range(1, 11):
            write(
                folder, f"cv_splits/round{number}/testset{fold}", "Sentence_id", *([str(fold + 9)] if fold < 6 else [])
            )


def enisear_appraisal_compact(folder: Path) -> None:
    write(folder, "enISEAR_appraisal.tsv", *enisear_rows())
    rows = [f"{number},{fold},{fold + 9}" for number in range(1, 11) for fold in (3, 1, 2, 4, 5)]
    write(folder, "cv_splits.csv", "round,testset,Sentence_id", *rows)
    squeeze(folder)


def appreddit(folder: Path) -> None:
    write(
        folder,
        "AppReddit.csv",
        "postid,groupid,text,Unexpectedness,Certainty,Consistency,Control,Responsibility",
        '11a,1,"Well, she left.",4,"3,5",1,"2,5",1',
        "11a,1,Then I left.,-1,4,4,4,0",
        "22b,-1,We both left.,2,2,2,2,2",
        "22b,0,Thanks all.,-1,-1,-1,-1,-1",
        "33c,0,I hope.,-1,1,3,2,0",
    )


Tree = Callable[[Path], None]
OFFICIAL: dict[str, Tree] = {
    tree.__name__: tree
    for tree in (
        goemotions,
        emobank,
        glasgow_norms,
        brighter,
        xed,
        edos,
        empathic_reactions,
        vader_icwsm,
        crowd_envent,
        dair_emotion,
        empathetic_dialogues,
        dailydialog,
        isear,
        brighter_votes,
        x_envent,
        stackoverflow_emotion,
        enisear_appraisal,
        appreddit,
    )
}
COMPACT: dict[str, Tree] = {
    "brighter": brighter_compact,
    "xed": xed_compact,
    "crowd_envent": crowd_envent_compact,
    "empathetic_dialogues": empathetic_dialogues_compact,
    "dailydialog": dailydialog_compact,
    "isear": isear_compact,
    "brighter_votes": brighter_votes_compact,
    "x_envent": x_envent_compact,
    "stackoverflow_emotion": stackoverflow_emotion_compact,
    "enisear_appraisal": enisear_appraisal_compact,
}
