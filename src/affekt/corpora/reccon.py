"""RECCON-DD: dialogues of DailyDialog with the words that caused each emotion, and how they caused it.

Poria et al. 2021, Recognizing Emotion Cause in Conversations, Cognitive Computation 13:1317-1332.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.documents import Node, read_json
from affekt.corpora.files import official_files
from affekt.types import Mark, Record, Signal, Span

SPACE = find_space("dailydialog")
SPLITS = ("train", "valid", "test")
TYPES = ("no-context", "inter-personal", "self-contagion", "hybrid", "latent")
# Stray spellings of a dozen utterances; "excited" is none of the seven.
_SPELLINGS = {
    **{"neutral": "no emotion", "happy": "happiness", "happines": "happiness", "sad": "sadness", "angry": "anger"},
    "surprised": "surprise",
}
_COMMIT = "579ea8a726f6705f7a3a02f7535b8f5595ec35aa"
_PLACE = "data/original_annotation"

CARD = CorpusCard(
    name="reccon",
    summary="11.1k utterances of DailyDialog with an emotion, the words that caused it, and how they did",
    modality="text",
    space=SPACE,
    licence="CC BY-NC-SA 4.0 for the dialogues; the annotation is MIT in declare-lab/conv-emotion",
    permissive=False,
    homepage="https://github.com/declare-lab/RECCON",
    citation="Poria et al. 2021, Recognizing Emotion Cause in Conversations, Cognitive Computation 13:1317-1332",
    files=official_files("reccon", f"https://raw.githubusercontent.com/declare-lab/RECCON/{_COMMIT}"),
    rows={"train": 8206, "valid": 493, "test": 2405},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its dialogue. A mark `cause` on an utterance with an emotion has the id of "
        "the utterance with the cause in `about`, and its span counts characters of that utterance's text (where the "
        "words stand there twice, the first place); a mark `background cause` says that the cause is not in the "
        "dialogue. `conditions` hold the types of cause (`cause_types`, joined by |) and the annotators' explanation. "
        "The seven labels are DailyDialog's, `neutral` being `no emotion`; stray spellings are mended, and three "
        "utterances marked `excited` have no label (`emotion` in `conditions`, all seven `unrated`). "
        "More than half of the test dialogues (121 of 225) and 9 of 47 of valid are of DailyDialog's training "
        "part: do not test here what was trained on dailydialog. RECCON-IE (IEMOCAP) is not read."
    ),
    layout_source=f"declare-lab/RECCON, {_PLACE}/dailydialog_*.json and README.md, {_COMMIT}",
    raters="several people, merged; not published one by one",
    speakers="A and B of a dialogue: no speaker is known across dialogues",
    papers=("reccon",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is ``<dialogue>-<turn>``, such as ``tr_4466-3``.

    Layout: ``dailydialog_train.json``, ``dailydialog_valid.json``, ``dailydialog_test.json`` in `folder`
    or in ``data/original_annotation/`` (the publisher's repository). Raises `CorpusError`.
    """
    for split in SPLITS:
        name = f"dailydialog_{split}.json"
        for dialogue, parts in read_json(folder, f"{_PLACE}/{name}", name).members():
            turns = [turn for part in parts for turn in part]
            texts = [turn["utterance"].text() for turn in turns]
            for number, turn in enumerate(turns, 1):
                turn["turn"].whole(number, number)
                yield _record(turn, split, dialogue, number, texts)


def _record(turn: Node, split: str, dialogue: str, number: int, texts: list[str]) -> Record:
    written = turn["emotion"].one_of((*SPACE.labels[1:], *_SPELLINGS, "excited"))
    emotion = _SPELLINGS.get(written, written)
    known = emotion in SPACE
    conditions = {} if known else {"emotion": written}
    if "type" in turn:
        conditions["cause_types"] = "|".join(kind.one_of(TYPES) for kind in turn["type"])
    if "explanation" in turn:
        conditions["explanation"] = turn["explanation"].text()
    return Record(
        id=f"{dialogue}-{number}",
        signal=Signal(texts[number - 1], source=turn.file, language="en"),
        split=split,
        labels=(emotion,) if known else (),
        speaker=turn["speaker"].one_of(("A", "B")),
        group=dialogue,
        unrated=() if known else SPACE.labels,
        turn=number,
        conditions=conditions,
        marks=tuple(_causes(turn, dialogue, texts)) if "expanded emotion cause evidence" in turn else (),
    )


def _causes(turn: Node, dialogue: str, texts: list[str]) -> Iterator[Mark]:
    evidence, spans = list(turn["expanded emotion cause evidence"]), list(turn["expanded emotion cause span"])
    if len(evidence) != len(spans):
        raise turn.error(f"expected a span for each cause, found {len(spans)} for {len(evidence)}")
    for place, span in zip(evidence, spans, strict=True):
        if place.value == "b":
            yield Mark("background cause")
            continue
        cause, words = place.whole(1, len(texts)), span.text()
        start = texts[cause - 1].find(words)
        if start < 0 or not words:
            raise span.error(f"expected words of turn {cause}, found {words!r:.60}")
        yield Mark("cause", Span(start, start + len(words)), f"{dialogue}-{cause}")
