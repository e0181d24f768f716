"""Five made-up rows per corpus, written as its publisher lays them out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

from affekt.corpora.crowd_envent import APPRAISALS, RATED
from affekt.corpora.goemotions import SPACE as GOEMOTIONS
from affekt.corpora.isear import ITEMS


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
    )
}
COMPACT: dict[str, Tree] = {
    "brighter": brighter_compact,
    "xed": xed_compact,
    "crowd_envent": crowd_envent_compact,
    "empathetic_dialogues": empathetic_dialogues_compact,
    "dailydialog": dailydialog_compact,
    "isear": isear_compact,
}
