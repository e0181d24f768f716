"""MESD: Mexican Spanish words by adults and children in six emotions.

Duville, Alonso-Valerdi & Ibarra-Zarate 2021, The Mexican Emotional Speech Database (MESD): elaboration and assessment
based on machine learning, EMBC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import named_clips
from affekt.types import Record

_EMOTIONS = {name.capitalize(): name for name in ("anger", "disgust", "fear", "happiness", "neutral", "sadness")}
_VOICES = {"C": "child", "F": "female", "M": "male"}
_NAME = re.compile(rf"({'|'.join(_EMOTIONS)})_([{''.join(_VOICES)}])_([AB])_(\w+)\.wav")

SPACE = find_space("mesd")

CARD = CorpusCard(
    name="mesd",
    summary="864 Mexican Spanish words by women, men and children in six emotions",
    modality="speech",
    space=SPACE,
    licence="not verified (from memory: CC BY 4.0)",
    permissive=False,
    homepage="https://data.mendeley.com/datasets/cy34mh68j9",
    citation=SPACE.source,
    files=(SourceFile("MESD.zip", None),),
    rows={"all": 864},
    copies={"the one that EmoBox read": {"all": 862}},
    languages=("es",),
    notes=(
        "The label is the emotion asked for. `conditions` hold intended, voice (female, male, child) and corpus: A "
        "has words that recur over emotions, B words that do not (the latter from memory). Names do not tell "
        "speakers apart, so the group is the voice: folds by group share no speaker, and there are three. The home "
        "is from memory."
    ),
    layout_source=(
        "emo-box/EmoBox, data/mesd/mesd.jsonl (the names of all 862 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; Strong-AI-Lab/emotion, datasets/MESD/process.py, commit "
        "de3e6055786b7fd224262c5fb4342fa2d1ee3648"
    ),
    raters="none: the label is the emotion asked for",
    speakers="not told apart by name; three voices (women, men, children), no published split",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``Anger_F_A_tarde.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="Anger_F_A_tarde.wav", columns=()):
        emotion, voice, corpus, words = clip.name.split("_", 3)
        label = _EMOTIONS[emotion]
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=words.replace("_", " "), language="es", modality="speech"),
            split="all",
            labels=(label,),
            group=f"voice-{_VOICES[voice]}",
            conditions={"intended": label, "voice": _VOICES[voice], "corpus": corpus},
        )
