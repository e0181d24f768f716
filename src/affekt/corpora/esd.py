"""ESD: 350 parallel utterances by ten English and ten Mandarin speakers in five emotions.

Zhou, Sisman, Liu & Li 2022, Emotional voice conversion: Theory, databases and ESD, Speech Communication 137:1-18.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import files_in
from affekt.errors import CorpusError
from affekt.types import Record, Signal

# In this order: of a speaker's 1,750 numbers each emotion has 350.
_SPLITS = ("train", "evaluation", "test")
_FILE = re.compile(r"(00(?:0[1-9]|1\d|20))_(\d{6})\.wav")

SPACE = find_space("esd")
_EMOTIONS = SPACE.labels

CARD = CorpusCard(
    name="esd",
    summary="35,000 recordings: 350 parallel utterances by 10 English and 10 Mandarin speakers in five emotions",
    modality="speech",
    space=SPACE,
    licence="own licence, to be signed; for research only",
    permissive=False,
    homepage="https://github.com/HLTSingapore/Emotional-Speech-Data",
    citation="Zhou et al. 2022, Emotional voice conversion: Theory, databases and ESD, Speech Communication 137:1-18",
    files=(SourceFile("Emotion Speech Dataset.zip", None),),
    rows={"all": 35000},
    copies={"the older release, in splits": {"train": 30000, "evaluation": 2000, "test": 3000}},
    languages=("en", "zh"),
    notes=(
        "The label is the emotion asked for. `conditions` hold intended and sentence, the number that the same words "
        "have in all five emotions (1 to 350) and for all speakers of a language. Two releases: an older one with "
        "train, evaluation and test folders, a newer one without. Those splits hold different sentences of the same "
        "speakers; their sizes (300, 20 and 30 of 350) are from memory of the paper, not verified. The text comes "
        "along where a speaker's 0011.txt is there, in whichever of UTF-8, UTF-16, GB 2312 and Latin-1 it is; some "
        "fifteen of its lines are broken in the release, and their recordings have no text."
    ),
    access="agreement",
    layout_source=(
        "speechbrain/speechbrain, recipes/ZaionEmotionDataset/emotion_diarization/datasets/prepare_ESD.py, commit "
        "10b528680f0da8600e3aa47282c6af34c58836e5 (folders, numbers); HLTSingapore/Emotional-Speech-Data, README.md, "
        "commit 03e4b70860054ef37f2aa10d43cc2bd612e32450 (speakers, emotions, licence); Strong-AI-Lab/emotion, "
        "datasets/ESD/process.py, commit 4da48d5445ecd37ea97aa89e37fa429c5008afa3 (texts and their encodings); the "
        "names of all 35,000 recordings as in emo-box/EmoBox, data/esd, commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b, which the reader parses"
    ),
    raters="none: the label is the emotion asked for",
    speakers="all 20 speakers are in train, evaluation and test; those hold different sentences",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings by speaker, emotion, split and number.

    Layout: ``0011/Angry/train/0011_000351.wav`` (older) or ``0011/Angry/0011_000351.wav`` (newer) in `folder`.
    Raises `CorpusError` where no speaker is there, or a number does not belong to its folder's emotion.
    """
    speakers = [each for each in sorted(folder.glob("00*")) if each.is_dir()]
    if not speakers:
        raise CorpusError(f"{folder} has no folder named like 0011. Unpack the publisher's archive there.")
    for speaker in speakers:
        texts = _texts(speaker / f"{speaker.name}.txt")
        for emotion in _EMOTIONS:
            place = speaker / emotion.capitalize()
            for split in ("", *_SPLITS):
                for path in files_in(place / split, "*.wav"):
                    yield _record(path, texts.get(path.stem, ""), speaker.name, emotion, split or "all")


def _texts(path: Path) -> dict[str, str]:
    """What is said in each recording of a speaker; nothing where the file is not there."""
    if not path.is_file():
        return {}
    content = path.read_bytes()
    # UTF-16 of the release begins with its mark; Latin-1, which any bytes are, is English speakers' only.
    last = "gb2312" if int(path.stem) <= 10 else "latin-1"
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else last
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{path} is neither UTF-8 nor {encoding}. Fetch it again from {CARD.homepage}."
            ) from error
    lines = (line.split("\t") for line in text.splitlines())
    return {cells[0].strip(): cells[1].strip() for cells in lines if len(cells) == 3}


def _record(path: Path, text: str, speaker: str, emotion: str, split: str) -> Record:
    match = _FILE.fullmatch(path.name)
    number = int(match[2]) if match else 0
    if match is None or match[1] != speaker or not 1 <= number <= 1750 or _EMOTIONS[(number - 1) // 350] != emotion:
        first = 350 * _EMOTIONS.index(emotion) + 1
        raise CorpusError(
            f"{path}: expected {speaker}_NUMBER.wav with a number from {first:06} to {first + 349:06} in a folder of "
            f"{emotion} speech. Is it the official release?"
        )
    return Record(
        id=path.stem,
        signal=Signal(
            text=text,
            source=f"{speaker}/{emotion}",
            language="zh" if int(speaker) <= 10 else "en",
            modality="speech",
            path=path,
        ),
        split=split,
        labels=(emotion,),
        speaker=speaker,
        group=speaker,
        conditions={"intended": emotion, "sentence": str((number - 1) % 350 + 1)},
    )
