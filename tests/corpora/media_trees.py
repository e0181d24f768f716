"""Five made-up rows per corpus of sound, faces, bodies and films, written as its publisher lays them out.

Names of media files are in the publisher's naming; the files hold nothing, no reader decodes them.
"""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from official_trees import write

RAVDESS = (
    "03-01-01-01-01-01-01",
    "03-01-02-02-02-01-02",
    "03-01-05-02-01-02-12",
    "03-01-06-01-02-01-12",
    "03-01-08-01-01-01-24",
)
EMODB = ("03a01Fa", "03a05Aa", "08b02Tc", "11a02Lc", "16b10Wb")
CREMA_D = (
    '"100001",0,0,0,1,10,0,"1001_IEO_NEU_XX",11,0.9090909,"N"',
    '"100005",3,0,3,0,2,0,"1002_DFA_FEA_HI",8,0.375,"A:F"',
    '"200001",0,0,0,9,1,0,"1001_IEO_NEU_XX",10,0.9,"H"',
    '"300001",0,0,0,8,1,0,"1001_IEO_NEU_XX",9,0.8888889,"H"',
    '"300005",0,0,6,0,0,0,"1002_DFA_FEA_HI",6,1,"F"',
)
_CREMA_D_MEANS = (
    ("Anger", 0),
    ("Disgust", 1),
    ("Fear", 2),
    ("Happy", 3),
    ("Neutral", 4),
    ("Sad", 5),
)


def media(folder: Path, *names: str) -> None:
    for name in names:
        write(folder, name)


def packed(folder: Path, archive: str, *names: str) -> None:
    """An archive whose members hold nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    if archive.endswith(".zip"):
        with zipfile.ZipFile(folder / archive, "w") as opened:
            for name in names:
                opened.writestr(name, b"")
        return
    with tarfile.open(folder / archive, "w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())


def parquet(path: Path, columns: Mapping[str, list[object]]) -> None:
    import pyarrow
    import pyarrow.parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.table(dict(columns)), path)


def ravdess(folder: Path) -> None:
    media(folder, *(f"Actor_{name[-2:]}/{name}.wav" for name in RAVDESS))
    # Song and video of the same actors, which are not the audio-only speech.
    media(folder, "Actor_01/03-02-03-01-01-01-01.wav", "Actor_01/01-01-01-01-01-01-01.mp4", "Actor_01/readme.txt")


def ravdess_compact(folder: Path) -> None:
    words = {"01": "neutral", "02": "calm", "05": "anger", "06": "fear", "08": "surprise"}
    rows = []
    for name in RAVDESS:
        _, _, emotion, intensity, statement, take, actor = name.split("-")
        sex = "male" if int(actor) % 2 else "female"
        strength = {"01": "normal", "02": "strong"}[intensity]
        rows.append(
            f"{name}.opus,{name}.wav,actor_{actor},{sex},en,{words[emotion]},{strength},{statement},x,{take},3,0"
        )
    head = "file,original_file,speaker,sex,language,emotion,intensity,statement,text,repetition,duration_s,fold"
    write(folder, "metadata.csv", head, *rows)
    packed(folder, "audio.tar", *(f"{name}.opus" for name in RAVDESS))


def emodb(folder: Path) -> None:
    media(folder, *(f"wav/{name}.wav" for name in EMODB), "lablaut/03a01Faxx.lablaut")
    lines = ["Satz\terkannt\tnatürlich", *(f"{name}.wav\t{80 + n},5\t7{n},25\xa0" for n, name in enumerate(EMODB))]
    (folder / "erkennung.txt").write_bytes("\r\n".join([*lines, ""]).encode("latin-1"))


def emodb_compact(folder: Path) -> None:
    words = {"F": "happiness", "A": "fear", "T": "sadness", "L": "boredom", "W": "anger"}
    head = (
        "file,file_2s,original_file,speaker,sex,age,language,emotion,emotion_code,text_code,text,version,"
        "listener_recognition_pct,listener_naturalness_pct,complete,duration_s,fold"
    )
    rows = []
    for n, name in enumerate(EMODB):
        emotion = words[name[5]]
        whole = f"{name}.flac" if emotion in ("happiness", "sadness", "anger") else ""
        rows.append(
            f"{whole},{name}.opus,{name}.wav,{name[:2]},x,1,de,{emotion},{name[5]},{name[2:5]},x,{name[6]},"
            f"{80 + n}.5,7{n}.25,{bool(whole)},1,0"
        )
    write(folder, "metadata.csv", head, *rows)
    packed(folder, "audio_2s.tar", *(f"{name}.opus" for name in EMODB))
    packed(folder, "audio.tar", *(f"{name}.flac" for name in EMODB))


def _crema_d_tail(row: str) -> str:
    """What follows the vote: means of all and per emotion, median, and the same normalised per rater."""
    counts = [int(cell) for cell in row.split(",")[1:7]]
    means = [10 * at + 5 if counts[at] else -1 for _, at in _CREMA_D_MEANS]
    return ",".join(str(value) for value in (50, *means, 49, "NA", *means, 48))


def crema_d_votes(folder: Path) -> None:
    names = [name for name, _ in _CREMA_D_MEANS]
    head = ["", *"ADFHNS", "fileName", "numResponses", "agreement", "emoVote", "meanEmoResp"]
    head += [*(f"mean{name}Resp" for name in names), "medianEmoResp", "meanEmoRespNorm"]
    head += [*(f"mean{name}RespNorm" for name in names), "medianEmoRespNorm"]
    rows = (f"{row},{_crema_d_tail(row)}" for row in CREMA_D)
    write(folder, "processedResults/tabulatedVotes.csv", ",".join(f'"{column}"' for column in head), *rows)
    write(
        folder,
        "VideoDemographics.csv",
        '"ActorID","Age","Sex","Race","Ethnicity"',
        '1001,51,"Male","Caucasian","Not Hispanic"',
        '1002,21,"Female","Asian","Hispanic"',
    )


def crema_d_responses(folder: Path) -> None:
    """The two files that name the raters."""
    head = "localid,pos,ans,ttr,queryType,numTries,clipNum,questNum,subType,clipName,sessionNums,respEmo,respLevel"
    rows = (
        "w-7,1,N_70,900,1,0,1,1,4,1001_IEO_NEU_XX,31,N,70",
        "w-2,2,H_20,900,1,0,1,1,4,1001_IEO_NEU_XX,32,H,20",
        "w-7,3,A_55,900,1,0,5,2,4,1002_DFA_FEA_HI,31,A,55",
        "w-9,4,S_55,900,1,0,5,2,4,1002_DFA_FEA_HI,33,S,55",
        "w-7,5,H_90,900,3,0,1,9,4,1001_IEO_NEU_XX,31,H,90",
        "w-7,6,A_90,900,3,0,7443,10,4,ANG_HI_practice,31,A,90",
    )
    tail = ",A,hi,80"
    write(
        folder,
        "finishedResponses.csv",
        f'"",{head},dispEmo,dispVal,dispLevel',
        *(f"{r}{tail}" for r in _numbered(rows)),
    )
    clicks = "localid,sessionNums,queryType,questNum,pos,ttr,numTries,clipNum,clipName"
    late = ("w-7,31,1,1,1,2500,0,1,1001_IEO_NEU_XX", "w-9,33,1,2,4,10001,0,5,1002_DFA_FEA_HI")
    write(folder, "finishedEmoResponses.csv", f'"",{clicks}', *_numbered(late))


def _numbered(rows: tuple[str, ...]) -> list[str]:
    return [f'"{n}",{row}' for n, row in enumerate(rows, 1)]


def crema_d_votes_compact(folder: Path) -> None:
    people = {"1001": ("Male", 51, "Caucasian", "Not Hispanic"), "1002": ("Female", 21, "Asian", "Hispanic")}
    columns: dict[str, list[object]] = {}

    def add(**cells: object) -> None:
        for name, cell in cells.items():
            columns.setdefault(name, []).append(cell)

    for row in CREMA_D:
        cells = [cell.strip('"') for cell in row.split(",")]
        tail = _crema_d_tail(row).split(",")
        sex, age, race, ethnicity = people[cells[7][:4]]
        add(fileName=cells[7], query_type={"1": "voice", "2": "face", "3": "audiovisual"}[cells[0][0]])
        add(sex=sex, age=age, race=race, ethnicity=ethnicity)
        add(**{letter: int(count) for letter, count in zip("ADFHNS", cells[1:7], strict=True)})
        add(numResponses=int(cells[8]), agreement=float(cells[9]), emoVote=cells[10], meanEmoResp=float(tail[0]))
        add(**{f"mean{name}Resp": float(tail[1 + at]) for name, at in _CREMA_D_MEANS}, meanEmoRespNorm=None)
    columns["meanEmoRespNorm"][0] = 25.0
    parquet(folder / "votes.parquet", columns)


FERPLUS = (
    "Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0",
    "Training,fer0000001.png,0,8,1,0,0,0,0,0,1,0",
    "Training,,0,0,0,0,0,0,0,0,0,10",
    "Training,fer0000001.png,0,9,1,0,0,0,0,0,0,0",
    "PublicTest,fer0028638.png,0,0,0,0,0,0,0,6,3,0",
    "PrivateTest,fer0032220.png,0,0,0,0,0,1,0,2,1,6",
    "PrivateTest,fer0032222.png,1,0,9,0,0,0,0,0,0,0",
)
_FER_HEAD = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
# Of row 4 the picture is that of row 0.
_FER2013 = ((0, "70 80"), (3, "1 2"), (6, "0 0"), (3, "1 3"), (1, "70 80"), (2, "9 9"), (5, "8 8"))


def ferplus(folder: Path) -> None:
    write(folder, "fer2013new.csv", _FER_HEAD, *FERPLUS, end="\r\n")
    rows = (f"{label},{pixels},{row.split(',')[0]}" for row, (label, pixels) in zip(FERPLUS, _FER2013, strict=True))
    write(folder, "fer2013.csv", "emotion,pixels,Usage", *rows)
    media(folder, "data/FER2013Test/fer0032222.png")


def ferplus_compact(folder: Path) -> None:
    words = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    for usage, split in (("Training", "train"), ("PublicTest", "valid"), ("PrivateTest", "test")):
        columns: dict[str, list[object]] = {}
        for place, (line, (label, _)) in enumerate(zip(FERPLUS, _FER2013, strict=True)):
            cells = line.split(",")
            if cells[0] != usage or place in (2, 3):
                continue
            values = dict(zip(_FER_HEAD.split(",")[2:], map(int, cells[2:]), strict=True))
            values |= {"image": cells[1], "row": place, "usage": usage, "fer2013_label": words[label]}
            for name, value in (values | {"duplicate_of": 0 if place == 4 else None}).items():
                columns.setdefault(name, []).append(value)
        parquet(folder / f"{split}.parquet", columns)


EMOGATOR = ("000001-01-1", "000001-18-2", "000002-23-3", "000357-27-1", "000357-30-3")
TUREV_DB = ("1157_kz_acik", "1234_kz_acik", "1234_mt_turev", "6783_sk_dil", "7895_hl_ogul1")


def emogator(folder: Path) -> None:
    media(folder, *(f"data/mp3/{name}.mp3" for name in EMOGATOR), "data/category_names.pt")


def emogator_compact(folder: Path) -> None:
    words = ("adoration", "neutral", "romantic love", "surprise (negative)", "triumph")
    head = "file,original_file,speaker,language,emotion,category_id,instance,duration_s,fold"
    rows = (f"{n}.opus,{n}.mp3,{n[:6]},none,{word},1,1,2,0" for n, word in zip(EMOGATOR, words, strict=True))
    write(folder, "metadata.csv", head, *rows)
    packed(folder, "audio.tar", *(f"{name}.opus" for name in EMOGATOR))


def turev_db(folder: Path) -> None:
    folders = {"kz": "Angry", "mt": "Happy", "sk": "Calm", "hl": "Sad"}
    media(folder, *(f"Sound Source/{folders[name[5:7]]}/{name}.wav" for name in TUREV_DB))
    media(folder, "Spectrograms/Angry/1157_kz_acik.jpg")


def turev_db_compact(folder: Path) -> None:
    words = {"kz": ("anger", "Angry"), "mt": ("happiness", "Happy"), "sk": ("calm", "Calm"), "hl": ("sadness", "Sad")}
    rows = (f"{n}.opus,{n}.wav,{n[:4]},tr,{','.join(words[n[5:7]])},{n[8:]},1.0" for n in TUREV_DB)
    write(folder, "metadata.csv", "file,original_file,speaker,language,emotion,folder,word,duration_s", *rows)
    packed(folder, "audio.tar", *(f"{name}.opus" for name in TUREV_DB))


# Number, arousal, valence, and their spreads, all on 0-1.
PMEMO = (
    ("1", 0.4, 0.575, 0.15, 0.16),
    ("4", 0.2625, 0.2875, 0.15, 0.16),
    ("5", 0, 1, 0, 0),
    ("6", 1, 0, 0.5, 0.25),
    ("7", 0.5, 0.5, 0.1, 0.1),
)


def pmemo(folder: Path) -> None:
    means = (f"{song},{arousal},{valence}" for song, arousal, valence, _, _ in PMEMO)
    write(folder, "annotations/static_annotations.csv", "musicId,Arousal(mean),Valence(mean)", *means)
    spreads = (f"{song},{arousal},{valence}" for song, _, _, arousal, valence in PMEMO)
    write(folder, "annotations/static_annotations_std.csv", "musicId,Arousal(std),Valence(std)", *spreads)
    moments = ("1,15.5,0.5,0.75", "1,16.0,0.25,1", "4,15.5,0,0")
    write(folder, "annotations/dynamic_annotations.csv", "musicId,frameTime,Arousal(mean),Valence(mean)", *moments)
    write(
        folder,
        "annotations/dynamic_annotations_std.csv",
        "musicId,frameTime,Arousal(std),Valence(std)",
        *("1,15.5,0.25,0.125", "1,16.0,0,0", "4,15.5,0.5,0"),
    )
    _songs(folder, "metadata.csv")
    media(folder, "chorus/1.mp3")


def _songs(folder: Path, name: str) -> None:
    head = "musicId,fileName,title,artist,album,duration,chorus_start_time,chorus_end_time"
    songs = (f'{song},{song}.mp3,"One, two",Nobody,,32.1,02:35,03:05' for song in ("1", "4"))
    write(folder, name, head, *songs)


def pmemo_compact(folder: Path) -> None:
    rows = (
        f"{song},{1 + 8 * valence},{valence_sd},{1 + 8 * arousal},{arousal_sd},train"
        for song, arousal, valence, arousal_sd, valence_sd in PMEMO
    )
    head = "song_id,valence_mean,valence_std,arousal_mean,arousal_std,split"
    write(folder, "static_annotations.csv", head, *rows)
    _songs(folder, "songs.csv")
    points: dict[str, list[object]] = {
        **{"song_id": [1, 1, 4], "t": [15.5, 16.0, 15.5]},
        **{"arousal_mean": [0.5, 0.25, 0.0], "valence_mean": [0.75, 1.0, 0.0]},
        **{"arousal_std": [0.25, 0.0, 0.5], "valence_std": [0.125, 0.0, 0.0]},
    }
    parquet(folder / "dynamic_annotations.parquet", points)


# The texts stand in another order than the splits name them.
MOSI = (
    '"03bSnISJMiM_1","ANYHOW IT WAS REALLY GOOD","93","1"',
    '"03bSnISJMiM_10","THERE IS SAD PART","93","0"',
    '"_dI--eQ6qVU_2","UM, ""SO"" YEAH","93","1"',
    '"_dI--eQ6qVU_1","NO","93","0"',
    '"_dI--eQ6qVU_3","I LIKED IT","93","1"',
)


def mosi_features(folder: Path) -> None:
    write(folder, "transcripts.csv", *MOSI)
    write(folder, "text_train.csv", *(f'"{n}","-1.13522","0.887156"' for n in (3, 2, 4)))
    write(folder, "text_test.csv", *(f'"{n}","-0.5","0.25"' for n in (0, 1)))


def mosi_features_compact(folder: Path) -> None:
    names = ["03bSnISJMiM_1", "03bSnISJMiM_10", "_dI--eQ6qVU_2", "_dI--eQ6qVU_1", "_dI--eQ6qVU_3"]
    texts = ["ANYHOW IT WAS REALLY GOOD", "THERE IS SAD PART", 'UM, "SO" YEAH', "NO", "I LIKED IT"]
    columns: dict[str, list[object]] = {"utterance": [*names], "text": [*texts], "positive": [1, 0, 1, 0, 1]}
    columns["split"] = ["test", "test", "train", "train", "train"]
    parquet(folder / "mosi_utterances.parquet", columns)


_BEGAN = 1_644_227_574


def _stress_seconds() -> list[tuple[int, str, str, int, int]]:
    """Participant, heart rate, breaths, Unix seconds, label: 2 rests, is stressed and rests; 3 rests, is stressed."""
    labels = {2: (0, 0, 0, 1, 1, 0), 3: (0, 1, 1)}
    return [
        (who, "" if at == 1 else f"{100 + at}.5", "12.25", _BEGAN + 10 + at, label)
        for who, of_person in labels.items()
        for at, label in enumerate(of_person)
    ]


def stress_predict(folder: Path) -> None:
    rows = (f"{who},{rate},{breaths},{time},{label}" for who, rate, breaths, time, label in _stress_seconds())
    name = "Processed_data/Improved_All_Combined_hr_rsp_binary.csv"
    write(folder, name, "Participant,HR,respr,Time(sec),Label", *rows, end="\r\n")
    write(folder, "Raw_data/S02/EDA.csv", f"{_BEGAN}.000000", "4.000000", "0.000000", "0.112750")
    write(folder, "Raw_data/S02/HR.csv", f"{_BEGAN + 10}.000000", "1.000000", "83.00")
    write(folder, "Raw_data/S02/ACC.csv", *(", ".join(3 * [value]) for value in (f"{_BEGAN}.0", "32.0", "-12")))
    write(folder, "Raw_data/S02/IBI.csv", f"{_BEGAN}.000000, IBI", "35.484375,0.890625")


def stress_predict_compact(folder: Path) -> None:
    seconds = _stress_seconds()
    columns: dict[str, list[object]] = {
        "participant": [f"S{who:02d}" for who, *_ in seconds],
        "HR": [float(rate) if rate else None for _, rate, *_ in seconds],
        "respr": [float(breaths) for _, _, breaths, *_ in seconds],
        "unix": [time for *_, time, _ in seconds],
        "stress": [label for *_, label in seconds],
    }
    parquet(folder / "per_second_labels.parquet", columns)
    for channel, began in (("EDA", _BEGAN), ("HR", _BEGAN + 10), ("ACC", _BEGAN)):
        parquet(folder / f"{channel}.parquet", {"participant": ["S02"], "start_unix": [float(began)], "n": [1]})


JAMENDO = (
    ("train", "track_0000948", "artist_000087", "48/948.mp3", ("background",)),
    ("train", "track_0000950", "artist_000087", "50/950.mp3", ("film", "sad")),
    ("validation", "track_0003346", "artist_000517", "46/3346.mp3", ("calm", "melodic")),
    ("test", "track_0003524", "artist_000530", "24/3524.mp3", ("melodic",)),
    ("test", "track_0003525", "artist_000530", "25/3525.mp3", ("dark", "epic", "trailer")),
)


def mtg_jamendo_moodtheme(folder: Path) -> None:
    for split in ("train", "validation", "test"):
        rows = (
            "\t".join((track, artist, "album_000149", path, "212.7", *(f"mood/theme---{tag}" for tag in tags)))
            for of, track, artist, path, tags in JAMENDO
            if of == split
        )
        head = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS"
        write(folder, f"data/splits/split-0/autotagging_moodtheme-{split}.tsv", head, *rows)
    media(folder, "audio/48/948.mp3")


def mtg_jamendo_moodtheme_compact(folder: Path) -> None:
    rows = (
        f"{track},{artist},album_000149,212.7,{'|'.join(tags)},{split}" for split, track, artist, _, tags in JAMENDO
    )
    write(folder, "tracks.csv", "track_id,artist_id,album_id,duration_s,tags,split", *rows)


def _sam(viewer: int, film: int) -> tuple[int, int]:
    return 1 + (viewer + film) % 9, 1 + viewer * film % 9


def ceap_360vr(folder: Path) -> None:
    folder = folder / "CEAP-360VR"
    for viewer in range(1, 33):
        films = []
        for film in range(1, 9):
            valence, arousal = _sam(viewer, film)
            films.append({"VideoID": f"V{film}", "ValenceValue": valence, "ArousalValue": arousal})
        person = {"ParticipantID": f"P{viewer}", "Age": 22, "Gender": "Male", "VR Experience": "Never"}
        asked = {"QuestionnaireData": [{**person, "Video_SAMRating_VideoTime_Data": films}]}
        write(folder, f"2_QuestionnaireData/P{viewer}_Questionnaire_Data.json", json.dumps(asked, indent=4))
        moments = [{"TimeStamp": 0.15, "Valence": 5.0, "Arousal": 9}, {"TimeStamp": 0.292, "Valence": 7, "Arousal": 1}]
        films = [{"VideoID": "V1", "TimeStamp_Valence_Arousal": moments}]
        traced = [{"ParticipantID": f"P{viewer}", "Video_Annotation_TransData": films}]
        name = f"3_AnnotationData/Transformed/P{viewer}_Annotation_TransData.json"
        write(folder, name, json.dumps({"ContinuousAnnotation_TransData": traced}, indent=4))
    media(folder, "5_PhysioData/Transformed/P2_Physio_TransData.json")


def ceap_360vr_compact(folder: Path) -> None:
    people = (f"P{viewer},22,Male,Never,Student" for viewer in range(1, 33))
    write(folder, "participants.csv", "ParticipantID,Age,Gender,VR Experience,Profession", *people)
    answers = [(viewer, film, *_sam(viewer, film)) for viewer in range(1, 33) for film in range(1, 9)]
    rows = (f"{viewer},V{film},{valence},{arousal}" for viewer, film, valence, arousal in answers)
    write(folder, "post_video_ratings.csv", "participant,video,sam_valence,sam_arousal", *rows)
    viewers = [viewer for viewer in range(1, 33) for _ in range(2)]
    points: dict[str, list[object]] = {"participant": [*viewers], "video": ["V1"] * 64, "t": [0.15, 0.292] * 32}
    points |= {"valence": [5.0, 7.0] * 32, "arousal": [9.0, 1.0] * 32}
    parquet(folder / "continuous_annotations.parquet", points)


MOODS = ((0, 1, 1, 0, 0, 0), (1, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 0), (0, 0, 0, 1, 1, 0), (0, 1, 0, 0, 0, 0))
_MOODS = ("amazed-suprised", "happy-pleased", "relaxing-calm", "quiet-still", "sad-lonely", "angry-aggresive")
_MUSIC_FEATURES = tuple(f"Mean_Acc1298_Mean_Mem40_MFCC_{number}" for number in range(72))


def _music_rows() -> list[str]:
    return [",".join((*("0.034741" for _ in _MUSIC_FEATURES), *map(str, marks))) for marks in MOODS]


def music_emotions(folder: Path) -> None:
    declared = [f"@attribute {name} numeric" for name in _MUSIC_FEATURES]
    declared += [f"@attribute {name} {{0,1}}" for name in _MOODS]
    write(folder, "emotions.arff", "@relation musicout", "", *declared, "", "@data", *_music_rows())


def music_emotions_compact(folder: Path) -> None:
    write(folder, "emotions.csv", ",".join((*_MUSIC_FEATURES, *_MOODS)), *_music_rows())


Tree = Callable[[Path], None]
OFFICIAL: dict[str, Tree] = {
    tree.__name__: tree
    for tree in (
        ravdess,
        emodb,
        crema_d_votes,
        ferplus,
        emogator,
        turev_db,
        pmemo,
        mosi_features,
        stress_predict,
        mtg_jamendo_moodtheme,
        ceap_360vr,
        music_emotions,
    )
}
COMPACT: dict[str, Tree] = {
    "ravdess": ravdess_compact,
    "emodb": emodb_compact,
    "crema_d_votes": crema_d_votes_compact,
    "ferplus": ferplus_compact,
    "emogator": emogator_compact,
    "turev_db": turev_db_compact,
    "pmemo": pmemo_compact,
    "mosi_features": mosi_features_compact,
    "stress_predict": stress_predict_compact,
    "mtg_jamendo_moodtheme": mtg_jamendo_moodtheme_compact,
    "ceap_360vr": ceap_360vr_compact,
    "music_emotions": music_emotions_compact,
}
