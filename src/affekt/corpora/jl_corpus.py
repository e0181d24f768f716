"""JL-Corpus: New Zealand English by four actors in five primary and five secondary emotions.

James, Tian & Watson 2018, An Open Source Emotional Speech Corpus for Human Robot Interaction Applications,
Interspeech.
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

_PRIMARY = ("neutral", "happy", "sad", "angry", "excited")
_SECONDARY = ("anxious", "apologetic", "assertive", "concerned", "encouraging")
_NAME = re.compile(rf"((?:fe)?male[12])_({'|'.join(_PRIMARY + _SECONDARY)})_(\d+[ab])_([12])\.wav")

SPACE = find_space("jl-corpus")

CARD = CorpusCard(
    name="jl_corpus",
    summary="2,400 New Zealand English utterances by four actors in five primary and five secondary emotions",
    modality="speech",
    space=SPACE,
    licence="not verified (from memory: CC0 on Kaggle)",
    permissive=False,
    homepage="https://github.com/tli725/JL-Corpus",
    citation=SPACE.source,
    files=(SourceFile("JL-Corpus.zip", None),),
    rows={"all": 2400},
    languages=("en",),
    notes=(
        "The label is the emotion asked for. `conditions` hold intended, sentence (1a to 15b: the same number, other "
        "wording), take, sex and whether the emotion is primary. The text comes along from the .txt beside a "
        "recording."
    ),
    layout_source=(
        "emo-box/EmoBox, data/jlcorpus/jlcorpus.jsonl (the names of all 2,400 recordings, which the reader parses), "
        "commit 08280f279d47fb55d2c614061c70523d0a338d6b; the same, and the texts, in Strong-AI-Lab/emotion, "
        "datasets/JL/process.py, commit 30815b104356146498a067627425be845c03591a"
    ),
    raters="none: the label is the emotion asked for",
    speakers="four actors (two women, two men), no published split: leave one out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``female1_angry_1a_1.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="female1_angry_1a_1.wav", columns=()):
        speaker, emotion, sentence, take = clip.name.split("_")
        text = clip.signal.path.with_suffix(".txt") if clip.signal.path and not clip.signal.member else None
        said = text.read_text(encoding="utf-8-sig").strip() if text is not None and text.is_file() else ""
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=said, language="en", modality="speech"),
            split="all",
            labels=(emotion,),
            speaker=speaker,
            group=speaker,
            conditions={
                "intended": emotion,
                "sentence": sentence,
                "take": take,
                "sex": speaker[:-1],
                "kind": "primary" if emotion in _PRIMARY else "secondary",
            },
        )
