"""RAVDESS: two statements spoken by 24 actors in eight emotions and two intensities, the audio-only speech.

Livingstone & Russo 2018, The Ryerson Audio-Visual Database of Emotional Speech and Song, PLoS ONE 13(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import agree, named_clips
from affekt.types import Record

SPACE = find_space("ravdess")
_NAME = re.compile(r"03-01-(0[1-8])-(0[12])-(0[12])-(0[12])-(0[1-9]|1\d|2[0-4])\.wav")
_INTENSITIES = {"01": "normal", "02": "strong"}
_STATEMENTS = {"01": "Kids are talking by the door", "02": "Dogs are sitting by the door"}
# What the compact copy calls the labels of the file names.
_COPIED = {"happy": "happiness", "sad": "sadness", "angry": "anger", "fearful": "fear", "surprised": "surprise"}
_ARCHIVE = "Audio_Speech_Actors_01-24.zip"

CARD = CorpusCard(
    name="ravdess",
    summary="1,440 spoken clips of 24 actors: two statements, eight emotions, two intensities, two takes",
    modality="speech",
    space=SPACE,
    licence="CC BY-NC-SA 4.0",
    permissive=False,
    homepage="https://zenodo.org/records/1188976",
    citation=SPACE.source,
    files=(SourceFile(_ARCHIVE, f"https://zenodo.org/records/1188976/files/{_ARCHIVE}"),),
    rows={"all": 1440},
    languages=("en",),
    notes=(
        "The audio-only speech (names that begin 03-01); song and video are not read. The label is the emotion "
        "asked for, as are `conditions`: intended, intensity (normal or strong; neutral is never strong), take, sex. "
        "The ten listeners' ratings of each clip are published with the paper and not read. No split is published, and "
        "each actor says everything: compare readers on folds that share no speaker."
    ),
    layout_source=(
        "the publisher's file naming convention, zenodo.org/records/1188976; the same in emo-box/EmoBox, "
        "EmoBox/preprocess/scripts/ravdess.py, commit fdc57b07574ee03ac9e6e952d51ce0df374e0303"
    ),
    raters="none read: the label is what the actor was asked to express",
    speakers="24 actors (12 women, 12 men), no published split: make folds by speaker",
    papers=("ravdess-feature-study",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the clips in the order of their names.

    Layout: ``Actor_01/03-01-01-01-01-01-01.wav`` and so on, unpacked or in
    ``Audio_Speech_Actors_01-24.zip``: modality, channel, emotion, intensity, statement, take, actor; or
    ``metadata.csv`` beside ``audio.tar``. Raises `CorpusError`.
    """
    columns = ("emotion", "intensity", "sex")
    for clip in named_clips(folder, _NAME, like="03-01-05-02-01-01-12.wav", columns=columns):
        _, _, emotion, intensity, statement, take, actor = clip.name.split("-")
        label = SPACE.labels[int(emotion) - 1]
        sex = "male" if int(actor) % 2 else "female"
        if clip.row is not None:
            agree(clip.row, "emotion", _COPIED.get(label, label))
            agree(clip.row, "intensity", _INTENSITIES[intensity])
            agree(clip.row, "sex", sex)
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=_STATEMENTS[statement], language="en", modality="speech"),
            split="all",
            labels=(label,),
            speaker=f"actor-{actor}",
            group=f"actor-{actor}",
            conditions={
                "intended": label,
                "intensity": _INTENSITIES[intensity],
                "take": str(int(take)),
                "sex": sex,
            },
        )
