"""ZED: real-life utterances with one emotional stretch each, and where it begins and ends.

Wang, Ravanelli & Yacoubi 2023, Speech Emotion Diarization: Which Emotion Appears When?, ASRU.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.errors import CorpusError
from affekt.types import Mark, Record, Signal, Span

# A label is known by its first letter.
_LABELS = {"n": "neutral", "h": "happy", "s": "sad", "a": "angry"}
_FILE = "ZED.json"

SPACE = find_space("zed")

CARD = CorpusCard(
    name="zed",
    summary="Zaion Emotion Dataset: real-life utterances with the boundaries of the emotional stretch in each",
    modality="speech",
    space=SPACE,
    licence="not verified (the paper calls it openly accessible)",
    permissive=False,
    homepage="https://github.com/BenoitWang/Speech_Emotion_Diarization",
    citation="Wang, Ravanelli & Yacoubi 2023, Speech Emotion Diarization: Which Emotion Appears When?, ASRU",
    files=(SourceFile(_FILE, None),),
    rows={"all": 180},
    languages=("en",),
    notes=(
        "The label is the emotion of the one stretch that is not neutral; `marks` are the whole timeline in seconds as "
        "the makers' recipe draws it: neutral, the stretch, neutral. Made as a test set for models that train on other "
        "corpora; score it with the emotion diarization error rate. `values` hold seconds. The number of rows is that "
        "of a copy at huggingface.co/datasets/on1onmangoes/ZED3; the language is from memory. The text comes along "
        "where the file has a transcription. Speakers are not read, for how the file names them could not be checked, "
        "so the group is the utterance."
    ),
    layout_source=(
        "speechbrain/speechbrain, recipes/ZaionEmotionDataset/emotion_diarization/zed_prepare.py, commit "
        "10b528680f0da8600e3aa47282c6af34c58836e5 (ZED.json, its keys, datafolder; the key of the transcription is in "
        "a docstring only). Never run on the corpus itself"
    ),
    raters="boundaries set by hand; number of annotators not verified",
    speakers="not read; no splits, the whole is a test set",
    papers=("sed-zed",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances in the order of the file.

    Layout: ``ZED.json``, by utterance wav (below ``datafolder/``), duration and emotion, a list of one stretch with
    emo, start, end in seconds. Raises `CorpusError`.
    """
    path = folder / _FILE
    if not path.is_file():
        raise CorpusError(f"{_FILE} is not in {folder}. Put the corpus's official files there.")
    try:
        whole: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path} cannot be read ({error}). Fetch the file again from {CARD.homepage}.") from error
    if not isinstance(whole, dict) or not whole:
        raise CorpusError(f"{path} holds no utterances by name. Is it the official file?")
    for name, entry in whole.items():
        yield _record(folder, name, entry)


def _record(folder: Path, name: str, entry: Any) -> Record:
    try:
        (stretch,) = entry["emotion"]
        duration, start, end = (float(value) for value in (entry["duration"], stretch["start"], stretch["end"]))
        sound, label = PurePosixPath(entry["wav"]), _LABELS[stretch["emo"][0].lower()]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _wrong(name, f"wav, duration and one stretch with emo, start, end are expected ({error!r})") from error
    if not (0 <= start < end <= duration and math.isfinite(duration)):
        raise _wrong(name, f"the stretch from {start} to {end} does not lie in the {duration} seconds")
    if ".." in sound.parts:
        raise _wrong(name, f"wav is {str(sound)!r}, expected is a path below datafolder")
    parts = sound.parts[sound.parts.index("datafolder") + 1 :] if "datafolder" in sound.parts else (sound.name,)
    path = folder.joinpath(*parts)
    said = entry.get("transcription")
    timeline = (("neutral", 0.0, start), (label, start, end), ("neutral", end, duration))
    return Record(
        id=name,
        signal=Signal(
            said if isinstance(said, str) else "",
            source=_FILE,
            language="en",
            modality="speech",
            path=path if path.is_file() else None,
        ),
        split="all",
        labels=(label,),
        group=name,
        values={"seconds": duration},
        marks=tuple(Mark(each, Span(first, last, "second")) for each, first, last in timeline if first < last),
    )


def _wrong(name: str, problem: str) -> CorpusError:
    return CorpusError(f"{_FILE}, utterance {name!r}: {problem}. Fetch the file again from {CARD.homepage}.")
