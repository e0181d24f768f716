"""PELD: dyadic triples of Friends with emotions and the Big Five of the six main roles.

Wen, Cao, Yang, Liu & Shen 2021, Automatically Select Emotion for Response via Personality-affected Emotion
Transition, Findings of ACL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_table
from affekt.types import Record, Signal

SPACE = find_space("meld")
_SENTIMENTS = ("positive", "neutral", "negative")
_COLUMNS = (
    *("speaker_1", "speaker_2", "personality"),
    *(f"{name}_{turn}" for name in ("utterance", "emotion", "sentiment") for turn in (1, 2, 3)),
)
TRAITS = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
_RAW = "https://raw.githubusercontent.com/preke/PELD/69d39ad86d77f833adb0a32e85ccc3ddad17308d/data"

CARD = CorpusCard(
    name="peld",
    summary="6,510 dyadic triples of Friends, an emotion per utterance and the Big Five of the one who answers last",
    modality="text",
    space=SPACE,
    licence="not stated in its repository (joined from MELD, EmoryNLP and FriendsPersona)",
    permissive=False,
    homepage="https://github.com/preke/PELD",
    citation="Wen et al. 2021, Automatically Select Emotion for Response via Personality-affected Emotion Transition, "
    "Findings of ACL",
    files=(
        SourceFile(
            "Dyadic_PELD.tsv",
            f"{_RAW}/Dyadic_PELD.tsv",
            "e7885800f3e2611108d06af33c1df7c9c8184a28d663df7deb5b559ba5ac8c1f",
        ),
    ),
    rows={"all": 19530},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its triple, the turn 0, 1 or 2; the last is the response whose emotion is "
        "to be chosen. `conditions` hold the sentiment. Turns 0 and 2 are one of the six main roles, whose Big Five "
        "are in `values` (0 to 1, means over FriendsPersona). The file has no splits: the makers draw 5,273 triples to "
        "train, 586 to validate, 651 to test at random, and one utterance is in several triples. Same series as MELD, "
        "EmoryNLP, ECF and EmotionLines: never test on one what was trained on another."
    ),
    layout_source=(
        "preke/PELD, data/Dyadic_PELD.tsv, commit 69d39ad86d77f833adb0a32e85ccc3ddad17308d: the reader was run on it "
        "and its counts per emotion are those of README.md"
    ),
    raters="those of MELD and EmoryNLP; traits are means over FriendsPersona's annotations",
    speakers="six main roles recur everywhere; no official split",
    papers=("personality-emotion-transition",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the three utterances of each triple in the file's order.

    Layout: ``Dyadic_PELD.tsv``, tab-separated, in `folder` or in its ``data/``, with Speaker_1, Speaker_2,
    Personality, Utterance_1 to _3, Emotion_1 to _3, Sentiment_1 to _3. Raises `CorpusError`.
    """
    names = ("Dyadic_PELD.tsv", "data/Dyadic_PELD.tsv")
    for place, row in enumerate(read_table(folder, *names, columns=_COLUMNS, delimiter="\t")):
        traits = _traits(row)
        for turn in range(3):
            answers = turn == 1
            yield Record(
                id=f"{place}-{turn}",
                signal=Signal(row[f"utterance_{turn + 1}"], source=row.file, language="en"),
                split="all",
                labels=(_one_of(row, f"emotion_{turn + 1}", SPACE.labels),),
                speaker=row["speaker_2" if answers else "speaker_1"],
                group=str(place),
                turn=turn,
                values={} if answers else traits,
                conditions={"sentiment": _one_of(row, f"sentiment_{turn + 1}", _SENTIMENTS)},
            )


def _one_of(row: Row, column: str, allowed: tuple[str, ...]) -> str:
    if row[column] not in allowed:
        raise row.error(f"{column} is {row[column]!r}, allowed are {', '.join(allowed)}")
    return row[column]


def _traits(row: Row) -> dict[str, float]:
    try:
        numbers = [float(number) for number in json.loads(row["personality"])]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != len(TRAITS) or not all(0 <= number <= 1 for number in numbers):
        raise row.error(f"personality is {row['personality']!r:.60}, expected five numbers from 0 to 1 in brackets")
    return dict(zip(TRAITS, numbers, strict=True))
