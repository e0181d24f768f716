"""MSP-Podcast: speaking turns cut from podcasts, every worker's categories and valence, activation, dominance.

Lotfian & Busso 2019, Building Naturalistic Emotionally Balanced Speech Corpus by Retrieving Emotional Speech from
Existing Podcast Recordings, IEEE TAC 10(4).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, find_file, has_file, read_lines, read_table
from affekt.errors import CorpusError
from affekt.types import VAD, Rating, Record, Signal

# The codes of the consensus, and what workers chose.
_CODES = {
    **{"A": "angry", "S": "sad", "H": "happy", "U": "surprise", "F": "fear", "D": "disgust"},
    **{"C": "contempt", "N": "neutral", "O": "other"},
}
_NO_AGREEMENT = "X"
_SPLITS = {
    **{"Train": "train", "Development": "development", "Validation": "development"},
    **{"Test1": "test1", "Test2": "test2", "Test3": "test3"},
}
# Releases before 1.10 misspell the name, and two of them the folder.
_FOLDERS = ("Labels", "labels", "label", ".")
_CONSENSUS = tuple(f"{place}/labels_{name}.csv" for place in _FOLDERS for name in ("consensus", "concensus"))
_DETAILED = tuple(f"{place}/labels_detailed.csv" for place in _FOLDERS)
_DETAILED_JSON = tuple(f"{place}/labels_detailed.json" for place in _FOLDERS)
_AUDIO = ("Audios", "Audio")
_ATTRIBUTES = {"A": "arousal", "V": "valence", "D": "dominance"}
_FILE = re.compile(r"MSP-PODCAST_[\w]+\.wav")
_DETAIL = re.compile(r"(WORKER\d+);\s*(.+);\s*A:([\d.]+);\s*V:([\d.]+);\s*D:([\d.]+);?\s*")

SPACE = find_space("msp-podcast")

CARD = CorpusCard(
    name="msp_podcast",
    summary="speaking turns cut from podcasts, each with categories and valence, arousal, dominance of 5+ raters",
    modality="speech",
    space=SPACE,
    licence="own academic or commercial licence, signed by an institution",
    permissive=False,
    homepage="http://ecs.utdallas.edu/research/researchlabs/msp-lab/MSP-Podcast.html",
    citation="Lotfian & Busso 2019, Building Naturalistic Emotionally Balanced Speech Corpus by Retrieving "
    "Emotional Speech from Existing Podcast Recordings, IEEE TAC; Busso et al. 2025, The MSP-Podcast Corpus",
    files=(SourceFile("Labels/labels_consensus.csv", None), SourceFile("Labels/labels_detailed.csv", None)),
    rows={"train": 84030, "development": 19815, "test1": 30647, "test2": 14815},
    copies={"the labels of November 2024, without test sets": {"train": 84260, "development": 31961}},
    languages=("en",),
    notes=(
        "Rows are those of release 1.11; read others with complete=False. Activation (here arousal), valence and "
        "dominance are moved from 1-7 to [-1, 1]. A turn without agreement (X) has no label and keeps its votes. A "
        "worker's first choice is a rating's label, other where they wrote their own word; secondary choices are not "
        "read, and a vote on another scale than 1-7 is refused. Workers' ids are the corpus's (WORKER…). The third "
        "test set has no public labels. Speakers that nobody could name are absent (Unknown), and their group is the "
        "podcast; else it is the speaker. Transcripts come along where Transcripts/ holds one per turn."
    ),
    access="agreement",
    layout_source=(
        "msplabresearch/MSP-Podcast_Challenge (the makers' own), process_labels_for_categorical.py and "
        "utils/data/podcast.py, commit 3f60a423b1d3d16c907f1b52e195cbbe32d21976 (columns, codes, splits); "
        "wasef-c/Contrastive_Prototypical_SER, scripts/build_mspp_dataset.py, commit "
        "dcde499d0342f0ef8a00e557a63dd757b76bdc09 (labels_detailed.csv); Strong-AI-Lab/emotion, "
        "datasets/MSP-PODCAST/process.py, commit e37edec919a7685e55d08d2f4428176e9888a18c (folders, "
        "labels_detailed.json). Never run on the corpus itself"
    ),
    raters="crowd workers, at least 5 each turn; labels_detailed keeps every one",
    speakers="train, development and test are disjoint; the three test sets share speakers",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the turns in the order of the consensus table.

    Layout: ``Labels/labels_consensus.csv`` (``labels_concensus.csv`` before 1.10) with FileName, EmoClass, EmoAct,
    EmoVal, EmoDom, SpkrID, Gender, Split_Set, and ``labels_detailed.csv`` (FileName, EmoDetail) or
    ``labels_detailed.json``; ``Audios/`` and ``Transcripts/``, if they are there. Raises `CorpusError`.
    """
    columns = ("filename", "emoclass", "emoact", "emoval", "emodom", "spkrid", "gender", "split_set")
    ratings = _ratings(folder)
    seen = set()
    for row in read_table(folder, *_CONSENSUS, columns=columns):
        name, code, split = row["filename"], row["emoclass"], row["split_set"]
        if not _FILE.fullmatch(name):
            raise row.error(f"FileName is {name!r}, allowed are names like MSP-PODCAST_0001_0008.wav")
        if code not in _CODES and code != _NO_AGREEMENT:
            raise row.error(f"EmoClass is {code!r}, allowed are {', '.join(_CODES)} and {_NO_AGREEMENT}")
        if split not in _SPLITS:
            raise row.error(f"Split_Set is {split!r}, allowed are {', '.join(_SPLITS)}")
        if name not in ratings:
            raise row.error(f"the table of votes has none for {name}. Are both of one release?")
        seen.add(name)
        stem = name.removesuffix(".wav")
        podcast = "_".join(stem.split("_")[:2])
        speaker = None if row["spkrid"] in ("Unknown", "") else f"speaker-{row['spkrid']}"
        gender = row["gender"].lower()
        yield Record(
            id=stem,
            signal=_signal(folder, row, stem),
            split=_SPLITS[split],
            labels=() if code == _NO_AGREEMENT else (_CODES[code],),
            vad=VAD(row.signed("emoval", 1, 7), row.signed("emoact", 1, 7), row.signed("emodom", 1, 7)),
            ratings=tuple(ratings[name]),
            speaker=speaker,
            group=speaker or podcast,
            conditions={"podcast": podcast, **({"sex": gender} if gender in ("female", "male") else {})},
        )
    lost = sorted(set(ratings) - seen)
    if lost:
        raise CorpusError(
            f"{folder} has votes on {len(lost)} turns that labels_consensus.csv lacks, as {lost[0]}. Are both of one "
            "release?"
        )


def _signal(folder: Path, row: Row, stem: str) -> Signal:
    sounds = (folder / place / f"{stem}.wav" for place in _AUDIO)
    text = folder / "Transcripts" / f"{stem}.txt"
    return Signal(
        text=" ".join(line.text for line in read_lines(text.parent, text.name)).strip() if text.is_file() else "",
        source=row.file,
        language="en",
        modality="speech",
        path=next((sound for sound in sounds if sound.is_file()), None),
    )


def _ratings(folder: Path) -> Mapping[str, list[Rating]]:
    """Every worker's answer by file name."""
    if has_file(folder, *_DETAILED_JSON) and not has_file(folder, *_DETAILED):
        return _from_json(find_file(folder, *_DETAILED_JSON))
    return _from_table(folder)


def _from_table(folder: Path) -> Mapping[str, list[Rating]]:
    found: dict[str, list[Rating]] = defaultdict(list)
    for row in read_table(folder, *_DETAILED, columns=("filename", "emodetail")):
        match = _DETAIL.fullmatch(row["emodetail"])
        if match is None:
            raise row.error(
                f"EmoDetail is {row['emodetail']!r}, expected is WORKER0000001; Neutral; Neutral,Confused; A:1.0; "
                "V:4.0; D:1.0;"
            )
        worker, chosen, *numbers = match.groups()
        cells = dict(zip("AVD", numbers, strict=True))
        found[row["filename"]].append(_rating(Row(row.file, row.line, cells), worker, chosen.partition(";")[0]))
    return found


def _from_json(path: Path) -> Mapping[str, list[Rating]]:
    try:
        whole: Any = json.loads(path.read_text(encoding="utf-8-sig"))
        return {
            name: [
                _rating(
                    Row(path.name, 1, {letter: str(answer[f"Emo{long}"]) for letter, long in _LONG}),
                    worker,
                    answer["EmoClass_Major"],
                )
                for worker, answer in workers.items()
            ]
            for name, workers in whole.items()
        }
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CorpusError(
            f"{path} is not workers by file name, each with EmoClass_Major, EmoAct, EmoVal, EmoDom ({error!r}). Is it "
            "the official file?"
        ) from error


_LONG = (("A", "Act"), ("V", "Val"), ("D", "Dom"))


def _rating(row: Row, worker: str, chosen: str) -> Rating:
    # Whoever chose none of the eight wrote a word of their own: Other-Curious and the like.
    label = chosen.strip().lower()
    return Rating(
        worker,
        (label if label in _CODES.values() else "other",),
        {name: row.signed(letter, 1, 7) for letter, name in _ATTRIBUTES.items()},
        "reader",
    )
