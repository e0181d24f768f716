"""EmotionLines: dialogues of Friends and of Facebook Messenger with five votes on each utterance.

Chen, Hsu, Kuo, Huang & Ku 2018, EmotionLines: An Emotion Corpus of Multi-Party Conversations, LREC.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.documents import Node, read_json
from affekt.corpora.files import has_file
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

# In the order of the seven counts.
_FILES = {"friends.json": "friends", "emotionpush.json": "emotionpush"}

SPACE = find_space("emotionlines")
_VOTED = tuple(label for label in SPACE if label != "non-neutral")

CARD = CorpusCard(
    name="emotionlines",
    summary="2,000 dialogues of Friends and of Facebook Messenger, five votes on each of 29,245 utterances",
    modality="text",
    space=SPACE,
    licence="not stated; had by registering with the EmotionX task",
    permissive=False,
    homepage="https://sites.google.com/view/emotionx2019/datasets",
    citation="Chen et al. 2018, EmotionLines: An Emotion Corpus of Multi-Party Conversations, LREC",
    files=tuple(SourceFile(name, None) for name in _FILES),
    rows={"all": 29245},
    copies={"Friends only": {"all": 14503}, "EmotionPush only": {"all": 14742}},
    languages=("en",),
    notes=(
        "The two files of the EmotionX 2019 task, which has no splits (the LREC release has some; its files were not "
        "seen). Where votes scatter the label is non-neutral. `ratings` are the five votes, which have no rater ids. "
        "An item is an utterance, the group its dialogue, `conditions` the source. The numbers of utterances per file "
        "are from memory of the paper; their sum is the published one. MELD, EmoryNLP, ECF and PELD hold the same "
        "series: never test on one what was trained on another."
    ),
    access="request",
    layout_source="the makers' page sites.google.com/view/emotionx2019/datasets (form of the original files, example)",
    sensitive="private conversations (a messenger's, half of it)",
    raters="five workers of Amazon Mechanical Turk each utterance, counts published",
    speakers="the cast of Friends recurs in all dialogues; no splits",
    papers=("emotionlines",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances of Friends, then of EmotionPush, in the order of the files.

    Layout: ``friends.json`` and ``emotionpush.json`` (one is enough): lists of dialogues, each a list of objects
    with speaker, utterance, emotion and annotation, a string of seven counts. Raises `CorpusError`.
    """
    found = [name for name in _FILES if has_file(folder, name)]
    if not found:
        raise CorpusError(f"Neither {' nor '.join(_FILES)} is in {folder}. Put the task's original files there.")
    for name in found:
        for place, dialogue in enumerate(read_json(folder, name)):
            for turn, line in enumerate(dialogue):
                yield _record(line, _FILES[name], place, turn)


def _record(line: Node, source: str, dialogue: int, turn: int) -> Record:
    counts = line["annotation"].text()
    if len(counts) != len(_VOTED) or not counts.isdecimal():
        raise line.error(f"annotation is {counts!r}, expected a string of {len(_VOTED)} counts")
    votes = (label for label, count in zip(_VOTED, counts, strict=True) for _ in range(int(count)))
    return Record(
        id=f"{source}-{dialogue}-{turn}",
        signal=Signal(line["utterance"].text(), source=line.file, language="en"),
        split="all",
        labels=(line["emotion"].one_of(SPACE.labels),),
        ratings=tuple(Rating(None, (label,), {}, "reader") for label in votes),
        speaker=line["speaker"].text(),
        group=f"{source}-{dialogue}",
        turn=turn,
        conditions={"source": source},
    )
