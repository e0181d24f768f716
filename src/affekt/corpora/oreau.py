"""Oréau: French utterances by 32 speakers in seven emotions.

Kerkeni, Cleder, Serrestou & Raoof 2020, French Emotional Speech Database - Oréau, Zenodo 4405783.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.finding import named_clips
from affekt.types import Record

_EMOTIONS = {
    **{"C": "anger", "D": "disgust", "J": "joy", "N": "neutral"},
    **{"P": "fear", "S": "surprise", "T": "sadness"},
}
_SEXES = {"f": "female", "m": "male"}
_NAME = re.compile(rf"(\d\d)([a-z]\d\d)([{''.join(_EMOTIONS)}])([a-z])\.wav")

SPACE = find_space("oreau")

CARD = CorpusCard(
    name="oreau",
    summary="434 French utterances by 32 speakers in seven emotions",
    modality="speech",
    space=SPACE,
    licence="not verified (from memory: CC BY 4.0)",
    permissive=False,
    homepage="https://zenodo.org/records/4405783",
    citation=SPACE.source,
    files=(SourceFile("OreauFR_02.zip", None),),
    rows={"all": 434},
    languages=("fr",),
    notes=(
        "The label is the emotion asked for. `conditions` hold intended, utterance, take and, where the publisher's "
        "folders f and m are kept, sex. Text is not read. The home is from memory."
    ),
    layout_source=(
        "emo-box/EmoBox, data/oreau/oreau.jsonl (the names of all 434 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; EmoBox/preprocess/scripts/oreau.py (parts of the name)"
    ),
    raters="none: the label is the emotion asked for",
    speakers="32 speakers, no published split: make folds by speaker",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``10a02Ja.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="10a02Ja.wav", columns=()):
        speaker, utterance, emotion, take = clip.name[:2], clip.name[2:5], clip.name[5], clip.name[6]
        label = _EMOTIONS[emotion]
        folders = PurePosixPath(clip.signal.member or clip.signal.source or "").parts[:-1]
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, language="fr", modality="speech"),
            split="all",
            labels=(label,),
            speaker=f"speaker-{speaker}",
            group=f"speaker-{speaker}",
            conditions={
                "intended": label,
                "utterance": utterance,
                "take": take,
                **({"sex": _SEXES[folders[-2]]} if len(folders) > 1 and folders[-2] in _SEXES else {}),
            },
        )
