"""ASVP-ESD: emotional speech and voices without words, cut from films, shows and the web.

Dejoli, He & Xie 2021, ASVP-ESD: A dataset and its benchmark for emotion recognition using both speech and non-speech
utterances, Zenodo 7132783.
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

_EMOTIONS = {
    **{"01": "boredom", "02": "neutral", "03": "happy", "04": "sad", "05": "angry", "06": "fear", "07": "disgust"},
    **{"08": "surprise", "09": "excited", "10": "pleasure", "11": "pain", "12": "disappointment", "13": "breath"},
}
_CHANNELS = {"01": "speech", "02": "non-speech"}
_INTENSITIES = {"01": "normal", "02": "high"}
_AGES = {"01": "above 65", "02": "20 to 64", "03": "under 20", "04": "baby"}
_SOURCES = {"01": "web", "02": "web", "03": "film"}
_LANGUAGES = {"01": "zh", "02": "en", "04": "fr"}
_NAME = re.compile(r"03-(0[12])-(\d\d)(?:-\d+){5,9}(?: -\d+)?\.wav")

SPACE = find_space("asvp-esd")

CARD = CorpusCard(
    name="asvp_esd",
    summary="13,964 clips of emotional speech and voices without words from films, shows and the web",
    modality="speech",
    space=SPACE,
    licence="not verified (from memory: CC BY 4.0 on Zenodo; clips are their owners')",
    permissive=False,
    homepage="https://zenodo.org/records/7132783",
    citation=SPACE.source,
    files=(SourceFile("ASVP-ESD.zip", None),),
    rows={"all": 13964},
    languages=("en", "fr", "zh"),
    notes=(
        "The label is what the makers heard; pain counts groans, disappointment disapproval. `conditions` hold "
        "channel (speech or non-speech), and where the file name has one of the known numbers there: intensity, sex "
        "(actors with even numbers are men), age, source. A clip of another emotion than the 13 has no label. The "
        "language is known for some (Chinese, English, French). Numbers of actors are those of the names; several "
        "may be one person, and Bonus/actor_150 holds many. The rows are those that EmoBox lists; read other "
        "releases with complete=False. The home is from memory."
    ),
    layout_source=(
        "emo-box/EmoBox, data/asvpesd/asvpesd.jsonl (the names of all 13,964 recordings, which the reader parses), "
        "commit 08280f279d47fb55d2c614061c70523d0a338d6b; EmoBox/preprocess/scripts/asvpesd.py and "
        "data/asvpesd/label_map.json (what the numbers mean)"
    ),
    raters="the makers; number of annotators not verified",
    speakers="actors by number, not reliable; no published split",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``03-01-09-01-06-36-02-02-01-39.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="03-01-09-01-06-36-02-02-01-39.wav", columns=()):
        parts = clip.name.replace(" ", "").split("-")
        _, channel, emotion, intensity, _, actor, age, source, *rest = parts
        speaker = f"actor-{int(actor)}"
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, language=_LANGUAGES.get(rest[0]) if rest else None, modality="speech"),
            split="all",
            labels=(_EMOTIONS[emotion],) if emotion in _EMOTIONS else (),
            speaker=speaker,
            group=speaker,
            conditions={
                "channel": _CHANNELS[channel],
                "sex": "female" if int(actor) % 2 else "male",
                **_known("intensity", _INTENSITIES, intensity),
                **_known("age", _AGES, age),
                **_known("source", _SOURCES, source),
            },
        )


def _known(name: str, codes: dict[str, str], code: str) -> dict[str, str]:
    """The condition, where the name has a number that has a meaning."""
    return {name: codes[code]} if code in codes else {}
