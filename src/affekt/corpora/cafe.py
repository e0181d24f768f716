"""CaFE: six Canadian French sentences by twelve actors in seven emotions and two intensities.

Gournay, Lahaie & Lefebvre 2018, A Canadian French Emotional Speech Dataset, ACM Multimedia Systems.
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
    **{"C": "anger", "D": "disgust", "J": "happiness", "N": "neutral"},
    **{"P": "fear", "S": "surprise", "T": "sadness"},
}
_INTENSITIES = {"1": "weak", "2": "strong"}
_SENTENCES = {
    "1": "Un cheval fou dans mon jardin",
    "2": "Deux ânes aigris au pelage brun",
    "3": "Trois cygnes aveugles au bord du lac",
    "4": "Quatre vieilles truies éléphantesques",
    "5": "Cinq pumas fiers et passionnés",
    "6": "Six ours aimants domestiqués",
}
_NAME = re.compile(rf"(0[1-9]|1[0-2])-([{''.join(_EMOTIONS)}])-([12])-([1-6])\.(?:wav|aiff?)")

SPACE = find_space("cafe")

CARD = CorpusCard(
    name="cafe",
    summary="936 recordings of six Canadian French sentences by twelve actors in seven emotions, two intensities",
    modality="speech",
    space=SPACE,
    licence="not verified (from memory: CC BY-NC-SA 4.0)",
    permissive=False,
    homepage="https://zenodo.org/records/1478765",
    citation=SPACE.source,
    files=(SourceFile("CaFE_48k.zip", None),),
    rows={"all": 936},
    languages=("fr",),
    notes=(
        "The label is the emotion asked for. `conditions` hold intended, intensity (neutral has one), sentence and "
        "sex: actors with odd numbers are men. Names alone count: the folders have accents that archives spoil."
    ),
    layout_source=(
        "emo-box/EmoBox, data/cafe/cafe.jsonl (the names of all 936 recordings, which the reader parses), commit "
        "08280f279d47fb55d2c614061c70523d0a338d6b; the same letters, the sentences and the sexes in "
        "Strong-AI-Lab/emotion, datasets/CaFE/process.py, commit de3e6055786b7fd224262c5fb4342fa2d1ee3648"
    ),
    raters="none: the label is the emotion asked for",
    speakers="twelve actors (six women, six men), no published split: leave one out",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the recordings in the order of their names.

    Layout: ``12-P-2-5.wav`` and so on, anywhere below `folder` or in an archive right in it.
    Raises `CorpusError`.
    """
    for clip in named_clips(folder, _NAME, like="12-P-2-5.wav", columns=()):
        speaker, emotion, intensity, sentence = clip.name.split("-")
        label = _EMOTIONS[emotion]
        yield Record(
            id=clip.name,
            signal=replace(clip.signal, text=_SENTENCES[sentence], language="fr", modality="speech"),
            split="all",
            labels=(label,),
            speaker=f"actor-{speaker}",
            group=f"actor-{speaker}",
            conditions={
                "intended": label,
                **({} if label == "neutral" else {"intensity": _INTENSITIES[intensity]}),
                "sentence": sentence,
                "sex": "male" if int(speaker) % 2 else "female",
            },
        )
