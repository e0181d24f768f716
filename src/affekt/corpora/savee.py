"""SAVEE: four English men read sentences in seven emotions.

Haq & Jackson 2010, Multimodal Emotion Recognition, in Machine Audition, IGI Global.
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

_EMOTIONS = {
    **{"a": "anger", "d": "disgust", "f": "fear", "h": "happiness"},
    **{"n": "neutral", "sa": "sadness", "su": "surprise"},
}
_SPEAKERS = ("DC", "JE", "JK", "KL")
_FILE = re.compile(r"(sa|su|[adfhn])(\d{2})\.wav")

SPACE = find_space("savee")

CARD = CorpusCard(
    name="savee",
    summary="480 English sentences by four men in seven emotions",
    modality="speech",
    space=SPACE,
    licence="free for research after registration (wording not verified)",
    permissive=False,
    homepage="http://kahlan.eps.surrey.ac.uk/savee/",
    citation=SPACE.source,
    files=(SourceFile("AudioData.zip", None),),
    rows={"all": 480},
    languages=("en",),
    notes=(
        "The label is the emotion asked for. Of each speaker 15 sentences per emotion and 30 neutral; the number is "
        "that of the sentence within the emotion (`conditions`). Face videos are a download of their own and not read."
    ),
    access="request",
    layout_source=(
        "SAVEE's own AudioData/Info.txt (speakers, letters, numbers; as copied in the public repository lzc/yuyinfenxi "
        "at gitea.tonaspace.com, SAVEE/AudioData/Info.txt, branch main; commit not recorded); the same folders and "
        "letters in Strong-AI-Lab/emotion, datasets/SAVEE/process.py, commit 66ecd34876af9cc28188b6d8a1882a73f4c0ac55, "
        "and letters and numbers of all 480 recordings in emo-box/EmoBox, data/savee/savee.jsonl, commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b, which the reader parses"
    ),
    raters="none: the label is the emotion asked for",
    speakers="four men, no published split: leave one speaker out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings by speaker and name.

    Layout: ``AudioData/DC/a01.wav`` and so on, in `folder` or with the speakers' folders right in it. Raises
    `CorpusError` where a speaker is missing or a recording is not named so.
    """
    root = folder / "AudioData" if (folder / "AudioData").is_dir() else folder
    for speaker in _SPEAKERS:
        paths = files_in(root / speaker, "*.wav")
        if not paths:
            raise CorpusError(f"{root / speaker} has no recordings. Unpack the publisher's AudioData.zip there.")
        for path in paths:
            match = _FILE.fullmatch(path.name)
            if match is None:
                raise CorpusError(f"{path} is not named like a01.wav or sa07.wav. Is it one of the official files?")
            label = _EMOTIONS[match[1]]
            yield Record(
                id=f"{speaker}_{path.stem}",
                signal=Signal(source=f"AudioData/{speaker}", language="en", modality="speech", path=path),
                split="all",
                labels=(label,),
                speaker=speaker,
                group=speaker,
                conditions={"intended": label, "sentence": match[2], "sex": "male"},
            )
