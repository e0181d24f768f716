"""Small made-up trees of corpora that are not at hand, in the layouts that their makers' files or public loaders show.

Names of media files are in the publisher's naming; the files hold nothing, no reader decodes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from media_trees import media
from official_trees import write

from affekt.corpora.index import READERS
from affekt.types import Record

Tree = Callable[[Path], None]

_QUEST_END = ";" * 20


def wesad(folder: Path, *people: str) -> None:
    for person in people or ("S2", "S10"):
        fun_first = person == "S10"
        order = "Base;Fun;Medi 1;TSST;Medi 2" if fun_first else "Base;TSST;Medi 1;Fun;Medi 2"
        stress = 3 if fun_first else 1
        panas = ["1;2;3;4;5;1;2;3;4;5;1;2;3;4;5;1;2;3;4;5;1;2;3;4"] * 5
        panas[stress] = "5;4;3;2;1;5;4;3;2;1;5;4;3;2;1;5;4;3;2;1;5;4;3;2;1;5"
        dims = ["7;2", "5;4", "9;1", "8;1", "7;2"]
        write(
            folder,
            f"WESAD/{person}/{person}_quest.csv",
            f"# Subj{':' if fun_first else ''};{person};{_QUEST_END}",
            f"# ORDER;{order};sRead;fRead;{_QUEST_END}",
            f"# START;7.08;39.55;70.19;81.25;93.38;54.42;89.51;{_QUEST_END}",
            f"# END;26.32;50.3;77.1;87.47;100;56.07;91.15;{_QUEST_END}",
            ";;" + _QUEST_END,
            *(f"# PANAS;{answers};;" for answers in panas),
            ";;" + _QUEST_END,
            *("# STAI;3;2;1;4;Nan;3" + _QUEST_END for _ in range(5)),
            ";;" + _QUEST_END,
            *(f"# DIM;{dim};{_QUEST_END}" for dim in dims),
            ";;" + _QUEST_END,
            f"# SSSQ;5;5;4;4;3;5;{_QUEST_END}",
        )
        write(
            folder,
            f"WESAD/{person}/{person}_readme.txt",
            "### Personal information ###",
            *("Age: 27", "Height (cm): 175", "Weight (kg): 80", "Gender: male", "Dominant hand: right", ""),
            "### Study pre-requisites ###",
            "Did you drink coffee today? YES",
            "Are you a smoker? NO",
            "",
            "### Additional notes ###",
            "Stress condition / TSST interview part: made up.",
        )
    media(folder, "WESAD/S2/S2_respiban.txt", "WESAD/S2/S2.pkl", "WESAD/wesad_readme.pdf")


def deam(folder: Path) -> None:
    root = "DEAM_Annotations/annotations/annotations averaged per song"
    head = "song_id, valence_mean, valence_std, arousal_mean, arousal_std"
    write(
        folder,
        f"{root}/song_level/static_annotations_averaged_songs_1_2000.csv",
        head,
        *("2,3.1,0.94,3,0.63", "3,3.5,1.75,3.3,1.62", "4,9,1.42,1,1.63"),
    )
    write(
        folder,
        f"{root}/song_level/static_annotations_averaged_songs_2000_2058.csv",
        f"{head}, valence_max_mean",
        *("2001,5.5,1,4.5,1,7", "2058,5,0,5,0,6"),
    )
    for name, cells in (("valence", ("-0.25,0.5,", "0.1,0.2,0.3")), ("arousal", ("0.75,-1,", "-0.1,-0.2,-0.3"))):
        write(
            folder,
            f"{root}/dynamic (per second annotations)/{name}.csv",
            "song_id,sample_15000ms,sample_15500ms,sample_16000ms",
            *(f"{song},{cell}" for song, cell in zip((2, 3), cells, strict=True)),
        )
    media(folder, "DEAM_audio/MEMD_audio/2.mp3")


EMOPIA = ("Q1_abcdefghijk_0", "Q2_abcdefghijk_3", "Q3_-bcdefghij__0", "Q4_0123456789a_1", "Q4_0123456789a_2")


def emopia(folder: Path) -> None:
    write(
        folder,
        "label.csv",
        "ID,4Q,annotator",
        *(f"{name},{name[1]},{rater}" for name, rater in zip(EMOPIA, "DBCAA", strict=True)),
    )
    media(folder, *(f"midis/{name}.mid" for name in EMOPIA[:4]))


def emopia_split(folder: Path) -> None:
    """The makers' split of their classifier."""
    for split, names in (("train", EMOPIA[:2]), ("val", EMOPIA[2:3]), ("test", EMOPIA[3:4])):
        write(folder, f"split/{split}.csv", "fname,label", *(f"{name},{name[:2]}" for name in names))


def tess(folder: Path) -> None:
    media(folder, "OAF_angry/OAF_back_angry.wav", "OAF_Pleasant_surprise/OAF_back_ps.wav", "YAF_fear/YAF_dog_fear.wav")
    media(folder, "YAF_neutral/YAF_bar_neutral.wav", "YAF_sad/YAF_five_sad.wav", "YAF_sad/._YAF_five_sad.wav")


MSP_CONSENSUS = (
    "MSP-PODCAST_0001_0008.wav,N,2.2,4.0,2.6,30,Male,Test1",
    "MSP-PODCAST_0001_0009.wav,X,3.777778,3.555556,3.777778,39,Female,Test2",
    "MSP-PODCAST_0002_0011.wav,A,7.0,1.0,5.0,Unknown,Unknown,Train",
    "MSP-PODCAST_0003_0013.wav,O,3.0,3.75,3.166667,40,Male,Development",
    "MSP-PODCAST_0003_0016_0001.wav,H,2.4,4.2,2.8,41,Male,Train",
)


def msp_podcast(folder: Path) -> None:
    write(
        folder,
        "Labels/labels_consensus.csv",
        "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set",
        *MSP_CONSENSUS,
    )
    votes = []
    for row in MSP_CONSENSUS:
        name = row.partition(",")[0]
        votes += [
            f'{name},"WORKER0000001; Neutral; Neutral,Confused; A:1.000000; V:4.000000; D:1.000000;"',
            f'{name},"WORKER00000012; Other-Not sure, really; ; A:7.000000; V:1.000000; D:4.000000;"',
        ]
    write(folder, "Labels/labels_detailed.csv", "FileName,EmoDetail", *votes)
    write(folder, "Transcripts/MSP-PODCAST_0001_0008.txt", "Well, I went there.")
    media(folder, "Audios/MSP-PODCAST_0001_0008.wav")


def msp_podcast_json(folder: Path) -> None:
    """The older release: the name misspelled, the votes in JSON."""
    msp_podcast(folder)
    labels = folder / "Labels"
    (labels / "labels_consensus.csv").rename(labels / "labels_concensus.csv")
    (labels / "labels_detailed.csv").unlink()
    answer = {"EmoClass_Major": "Angry", "EmoClass_Second": "Angry", "EmoAct": "7.0", "EmoVal": "1.0", "EmoDom": "4.0"}
    votes = {row.partition(",")[0]: {"WORKER0000001": answer} for row in MSP_CONSENSUS}
    write(folder, "Labels/labels_detailed.json", json.dumps(votes))


def zed(folder: Path) -> None:
    stretches = (("happy", 1.94, 4.48), ("sad", 0, 4.48), ("angry", 0, 2), ("happy", 1, 2), ("angry", 0.5, 4.48))
    entries = {
        f"ZED_{number}": {
            "wav": f"datafolder/wav/speaker{number}/{number}.wav",
            "duration": 4.48,
            "emotion": [{"emo": emotion, "start": start, "end": end}],
            "transcription": "Made up.",
        }
        for number, (emotion, start, end) in enumerate(stretches)
    }
    write(folder, "ZED.json", json.dumps(entries))
    media(folder, "wav/speaker0/0.wav")


def deap(folder: Path) -> None:
    write(
        folder,
        "metadata_csv/participant_ratings.csv",
        "Participant_id,Trial,Experiment_id,Start_time,Valence,Arousal,Dominance,Liking,Familiarity",
        *("1,1,5,1695918,6.96,3.92,7.19,6.05,4", "1,2,18,2714905,9,1,5,8.01,5", "2,1,40,3586768,1,9,5,5,"),
        *("2,2,5,4493800,5,5,5,5,1", "32,40,1,6362292,3.05,3.01,4.05,5.05,3"),
    )
    write(
        folder,
        "metadata_csv/participant_questionnaire.csv",
        '"Participant_id","Age","Gender","Handedness","Alcohol consumption"',
        '"S01",31,"Male","Right","Nen\nitver"',
        '"S02",27,"Female","Left",""',
        '"S32",25,"Female","Right",""',
    )
    videos = (f'{60 + n},{n},"tag {n}","Artist {n} ","Title {n} ",x' for n in range(1, 41))
    head = '"Online_id","Experiment_id","Lastfm_tag","Artist","Title","Youtube_link"'
    write(folder, "metadata_csv/video_list.csv", head, '1,,"happy","Nobody","Not shown",x', *videos)
    media(folder, "data_preprocessed_matlab/s01.mat", "data_preprocessed_python/s02.dat", "data_original/s32.bdf")


def save_mat(path: Path, variables: dict[str, object]) -> None:
    import scipy.io

    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, variables)


def dreamer(folder: Path, *, score: float = 5) -> None:
    import numpy

    def cells(values: list[object]) -> object:
        column = numpy.empty((len(values), 1), dtype=object)
        column[:, 0] = values
        return column

    def person(clips: int) -> dict[str, object]:
        stimuli = cells([numpy.zeros((128 * (clip + 2), 14)) for clip in range(clips)])
        scores = {f"Score{name}": numpy.full((clips, 1), 3.0) for name in ("Valence", "Arousal", "Dominance")}
        scores["ScoreValence"][0] = score
        scores["ScoreArousal"][-1] = 1
        return {"Age": "22", "Gender": "male", "EEG": {"baseline": stimuli, "stimuli": stimuli}, **scores}

    people = numpy.empty((1, 2), dtype=object)
    people[0, :] = [person(3), person(2)]
    save_mat(folder / "DREAMER.mat", {"DREAMER": {"Data": people, "EEG_SamplingRate": 128}})


SEED_CODES = (1, 0, -1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 0, 1, -1)


def seed(folder: Path) -> None:
    import numpy

    root = folder / "Preprocessed_EEG"
    save_mat(root / "label.mat", {"label": numpy.array([SEED_CODES])})
    for name in ("10_20131204", "10_20131130", "9_20140704"):
        trials = {f"ww_eeg{clip}": numpy.zeros((62, 200 * clip)) for clip in range(1, 16)}
        save_mat(root / f"{name}.mat", trials)


def seed_iv(folder: Path) -> None:
    import numpy

    for session in (1, 2, 3):
        trials = {f"cz_eeg{clip}": numpy.zeros((62, 400)) for clip in range(1, 25)}
        save_mat(folder / f"eeg_raw_data/{session}/1_2016051{session}.mat", trials)


def raf_db(folder: Path) -> None:
    lines = ("train_00001.jpg 5", "train_00002.jpg 1", "train_12271.jpg 7", "test_0001.jpg 4", "test_3068.jpg 2")
    write(folder, "basic/EmoLabel/list_patition_label.txt", *lines)
    media(folder, "basic/Image/aligned/train_00001_aligned.jpg", "basic/Image/original/test_0001.jpg")


def affectnet(folder: Path) -> None:
    head = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
    box = "134,134,899,899,181.64;530.91;188.32"
    rows = (f"689/737d{n}.JPG,{box},{code}" for n, code in enumerate(("1,0.785714,-0.055556", "0,0,0", "10,-2,-2")))
    write(folder, "Manually_Annotated_file_lists/training.csv", head, *rows)
    rows = (f"290/42{n}.jpg,{box},{code}" for n, code in enumerate(("7,-0.6,0.7", "9,-2,-2")))
    write(folder, "Manually_Annotated_file_lists/validation.csv", head, *rows)
    media(folder, "Manually_Annotated_Images/689/737d0.JPG")


def aff_wild2(folder: Path) -> None:
    root = "annotations"
    va, expression, units = "VA_Estimation_Challenge", "EXPR_Classification_Challenge", "AU_Detection_Challenge"
    write(folder, f"{root}/{va}/Train_Set/1-30-1280x720.txt", "valence,arousal", "0.5,-1", "-5,-5", "-0.25,0.5")
    write(folder, f"{root}/{va}/Validation_Set/video5_left.txt", "valence,arousal", "-5,-5")
    labels = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other"
    write(folder, f"{root}/{expression}/Train_Set/1-30-1280x720.txt", labels, "0", "-1", "4", "4", "7")
    write(folder, f"{root}/{expression}/Validation_Set/video9.txt", labels, "6")
    write(folder, f"{root}/{units}/Train_Set/1-30-1280x720.txt", "AU1,AU2,AU4", "1,0,0", "-1,-1,-1", "0,0,1")
    media(folder, "videos/1-30-1280x720.mp4", "videos/video5.avi")


def fer2013(folder: Path) -> None:
    grey = " ".join(["7"] * 2304)
    other = " ".join(["8"] * 2304)
    rows = (f"0,{grey},Training", f"6,{other},Training", f"3,{grey},PublicTest")
    rows += (f"5,{grey[:-1]}9,PrivateTest", f"2,{other[:-1]}9,PrivateTest")
    write(folder, "fer2013.csv", "emotion,pixels,Usage", *rows)


def k_emocon(folder: Path) -> None:
    root = "raw/emotion_annotations"
    for person in (1, 2, 4, 5, 32):
        head = "seconds,arousal,valence,cheerful,happy"
        write(folder, f"{root}/self_annotations/P{person}.self.csv", head, "5,1,5,1,1", "10,3,3,1,1")
        write(folder, f"{root}/partner_annotations/P{person}.partner.csv", head, "5,2,4,1,1", "10,3,3,1,1")
        rows = ("5,3,3,1,1", "10,4,2,1,1", "15,5,1,1,1")
        write(folder, f"{root}/aggregated_external_annotations/P{person}.external.csv", head, *rows)


def daic_woz(folder: Path) -> None:
    items = ("NoInterest", "Depressed", "Sleep", "Tired", "Appetite", "Failure", "Concentrating", "Moving")
    head = "Participant_ID,PHQ8_Binary,PHQ8_Score,Gender," + ",".join(f"PHQ8_{item}" for item in items)
    rows = ("900,0,3,1,0,1,1,1,0,0,0,0", "901,1,13,0,2,2,,2,2,2,2,1", "902,1,24,1,3,3,3,3,3,3,3,3")
    write(folder, "train_split_Depression_AVEC2017.csv", head, *rows)
    rows = ("903,0,0,0,0,0,0,0,0,0,0,0", "904,0,9,1,2,1,1,1,1,1,1,1")
    write(folder, "dev_split_Depression_AVEC2017.csv", head, *rows)
    said = ("0.5\t1.5\tEllie\thow are you", '2\t3\tParticipant\tmade "up"', "4\t5\tParticipant\tindeed")
    write(folder, "900_P/900_TRANSCRIPT.csv", "start_time\tstop_time\tspeaker\tvalue", *said)
    media(folder, "900_P/900_AUDIO.wav")


MAHNOB = (
    '<session sessionId="{0}" isStim="1" cutLenSec="81.4" mediaFile="53.avi" feltArsl="7" feltCtrl="5" feltEmo="4" '
    'feltPred="1" feltVlnc="9"><subject id="{1}"/></session>'
)


def mahnob_hci(folder: Path) -> None:
    for session, person in ((10, 1), (2, 1), (130, 2), (132, 2), (3810, 30)):
        write(folder, f"Sessions/{session}/session.xml", MAHNOB.format(session, person))
        media(folder, f"Sessions/{session}/Part_{person}_N_Trial1_emotion.bdf")
    # A session of another part of the corpus, and one that nobody rated.
    write(folder, "Sessions/4/session.xml", '<session isStim="0"><subject id="1"/></session>')
    write(folder, "Sessions/5/session.xml", '<session isStim="1" cutLenSec="8"><subject id="1"/></session>')


def amigos(folder: Path, *, liking: float = 1) -> None:
    import numpy

    for person in ("01", "08"):
        cells = numpy.empty((1, 20), dtype=object)
        for film in range(20):
            rated = film in (0, 15, 16) or person == "08"
            cells[0, film] = [[7.0, 3, 5, liking, 9, 0, 1, 0, 0, 1, 0, 0]] if rated else numpy.zeros((0, 0))
        variables = {"labels_selfassessment": cells, "joined_data": numpy.zeros((1, 2))}
        save_mat(folder / f"data_preprocessed/Data_Preprocessed_P{person}.mat", variables)


# Recordings whose names say all: the layouts that EmoBox lists.
NAMED: dict[str, tuple[str, ...]] = {
    "shemo": (
        "male/M36S02.wav",
        "female/F19N33.wav",
        "female/F22H03.wav",
        "male/M01A01.wav",
        "female/F02W01.wav",
    ),
    "jl_corpus": (
        "Raw JL corpus (unchecked and unannotated)/JL(wav+txt)/male2_concerned_6b_1.wav",
        "Raw JL corpus (unchecked and unannotated)/JL(wav+txt)/female2_happy_6b_1.wav",
        "Raw JL corpus (unchecked and unannotated)/JL(wav+txt)/male1_sad_1a_1.wav",
        "Raw JL corpus (unchecked and unannotated)/JL(wav+txt)/female1_angry_10a_2.wav",
        "Raw JL corpus (unchecked and unannotated)/JL(wav+txt)/male1_neutral_15b_1.wav",
    ),
    "emovo": (
        "f2/gio-f2-b2.wav",
        "f2/dis-f2-n5.wav",
        "m1/neu-m1-d1.wav",
        "m3/sor-m3-l3.wav",
        "f1/pau-f1-b1.wav",
    ),
    "cafe": (
        "CaFE_48k/Peur/Fort/12-P-2-5.wav",
        "CaFE_48k/Col/Faible/07-C-1-2.wav",
        "CaFE_48k/Neutre/02-N-1-1.wav",
        "CaFE_48k/Joie/Fort/01-J-2-6.wav",
        "CaFE_48k/T/Fort/03-T-2-3.aiff",
    ),
    "subesco": (
        "F_10_FAHMEE_S_6_FEAR_5.wav",
        "M_10_EVAN_S_10_SURPRISE_3.wav",
        "F_06_SIMI_S_6_ANGRY_1.wav",
        "F_02_MONIKA_S_2_SURPRISE_3].wav",
        "M_01_A_S_1_NEUTRAL_1.wav",
    ),
    "mesd": (
        "Anger_F_A_tarde.wav",
        "Fear_M_A_basta_ya.wav",
        "Disgust_C_B_cucaracha.wav",
        "Neutral_C_A_abajo.wav",
        "Sadness_F_B_x.wav",
    ),
    "aesdd": (
        "anger/a03 (3).wav",
        "anger/a13 (2).wav",
        "fear/f10 (01).wav",
        "sadness/s01 (5)b.wav",
        "happiness/h05 (6).wav",
    ),
    "urdu_ser": (
        "Neutral/SM20_F8_N012.wav",
        "Neutral/SM5_F24_N052.wav",
        "Sad/SF10_F1_S01.wav",
        "Angry/SM1_F1_A01.wav",
        "Happy/SF2_F3_H09.wav",
    ),
    "oreau": (
        "OréauFR_02/f/sessj/10a02Ja.wav",
        "OréauFR_02/f/sessn/42a01Na.wav",
        "OréauFR_02/m/sessc/07a01Ca.wav",
        "OréauFR_02/m/sesst/08a12Ta.wav",
        "09a03Pa.wav",
    ),
    "ased": (
        "05Angry/a5-02-01-01-33.wav",
        "05Angry/a5-04-01-02-45.wav",
        "01Neutral/n1-07-02-02-41.wav",
        "04Sad/S4-04-02-01-29.wav",
        "03Happy/h3-01-01-02-01.wav",
    ),
    "asvp_esd": (
        "Audio/actor_36/03-01-09-01-06-36-02-02-01-39.wav",
        "Audio/actor_101/03-02-06-02-21-101-02-01-00-16.wav",
        "Audio/actor_96/03-02-08-01-14-96-02-02-04-28.wav",
        "Bonus/actor_150/03-02-17-07-21-150-55-02-02 -12.wav",
        "Audio/actor_1/03-01-01-01-04-01-01-03.wav",
    ),
    "enterface05": (
        "subject 19/anger/sentence 4/s19_an_4.avi",
        "subject 6/fear/s6_fe.avi",
        "subject 3/surprise/sentence 4/s_3_su_4.avi",
        "subject 16/surprise/sentence 3/s16_su_3avi.avi",
        "subject 11/anger/sentence 1/s12_an_1.avi",
        "subject 12/anger/sentence 1/s12_an_1.avi",
    ),
}


def _named(name: str) -> Tree:
    def tree(folder: Path) -> None:
        media(folder, *NAMED[name])

    return tree


TREES: dict[str, Tree] = {
    tree.__name__: tree
    for tree in (
        *(wesad, deam, emopia, tess, msp_podcast, zed, deap, dreamer, seed, seed_iv, raf_db, affectnet),
        *(aff_wild2, fer2013, k_emocon, daic_woz, mahnob_hci, amigos),
    )
} | {name: _named(name) for name in NAMED}


def records_of(name: str, folder: Path) -> dict[str, Record]:
    """Make the tree of a corpus and return what its reader finds, by id."""
    TREES[name](folder)
    return {record.id: record for record in READERS[name](folder)}


def change(path: Path, old: str, new: str) -> None:
    """Replace a text in a file that holds it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
