"""ECF 2.0, of SemEval-2024 Task 3: emotions in conversations of Friends, with the words that caused them.

Wang et al. 2024, SemEval-2024 Task 3: Multimodal Emotion Cause Analysis in Conversations, SemEval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.documents import Node, read_json
from affekt.corpora.files import checksums, has_file
from affekt.types import Mark, Record, Signal, Span

# The seven of MELD, on whose utterances ECF was annotated.
SPACE = find_space("meld")
SPLITS = ("train", "test")
_COMMIT = "f6054366e358a9803fcd1ab92ae9921132816eb5"
_RAW = f"https://raw.githubusercontent.com/NUSTM/SemEval-2024_ECAC/{_COMMIT}"
_NAMES = tuple(f"data/Subtask_{task}_{split}.json" for task in (1, 2) for split in SPLITS)

CARD = CorpusCard(
    name="ecf_semeval2024",
    summary="ECF 2.0: 16.7k utterances of Friends with seven emotions, and the words that caused each",
    modality="text",
    space=SPACE,
    licence='GPL-3.0, "exclusively for research purposes"',
    permissive=False,
    homepage="https://github.com/NUSTM/SemEval-2024_ECAC",
    citation="Wang et al. 2024, SemEval-2024 Task 3: Multimodal Emotion Cause Analysis in Conversations, SemEval",
    # Subtask_2_train.json is larger than what we could fetch: it has no checksum here.
    files=tuple(SourceFile(name, f"{_RAW}/{name}", checksums("ecf_semeval2024").get(name)) for name in _NAMES),
    rows={"train": 13619, "test": 3101},
    languages=("en",),
    notes=(
        "An item is an utterance, the group its conversation. On an utterance with an emotion, a mark `cause` is a "
        "pair of Subtask 1: its `about` is the id of the utterance with the cause, its span counts characters of that "
        "utterance's text (where the words stand there twice, the first place). A mark `cause utterance` is a pair of "
        "Subtask 2, which also counts causes that are seen or heard: no span; it is absent where the file of Subtask 2 "
        "is. The training part is all of ecf, with the same ids; in a few texts and pairs the releases differ."
    ),
    layout_source=f"NUSTM/SemEval-2024_ECAC, data/Subtask_{{1,2}}_*.json and data/README.md, {_COMMIT}",
    raters="several people; not published one by one",
    speakers="the six leads are in both splits",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is ``<conversation>-<utterance>``.

    Layout: ``Subtask_1_train.json``, ``Subtask_1_test.json`` and, if they are there, those of Subtask 2,
    in `folder` or in ``data/`` (the publisher's repository). Raises `CorpusError`.
    """
    for split in SPLITS:
        seen = _seen(folder, split)
        name = f"Subtask_1_{split}.json"
        for conversation in read_json(folder, f"data/{name}", name):
            number = str(conversation["conversation_ID"].whole(1, 100_000))
            utterances = list(conversation["conversation"])
            marks = _spans(conversation["emotion-cause_pairs"], number, [item["text"].text() for item in utterances])
            for turn, utterance in enumerate(utterances, 1):
                yield _record(utterance, split, number, turn, (*marks[turn], *seen[number, turn]))


def _record(utterance: Node, split: str, conversation: str, turn: int, marks: tuple[Mark, ...]) -> Record:
    utterance["utterance_ID"].whole(turn, turn)
    return Record(
        id=f"{conversation}-{turn}",
        signal=Signal(utterance["text"].text(), source=utterance.file, language="en"),
        split=split,
        labels=(utterance["emotion"].one_of(SPACE.labels),),
        speaker=utterance["speaker"].text(),
        group=conversation,
        turn=turn,
        marks=marks,
    )


def _spans(pairs: Node, conversation: str, texts: list[str]) -> dict[int, list[Mark]]:
    """The pairs of Subtask 1, ``["3_surprise", "1_I realize I am naked ."]``, by the turn with the emotion."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for pair in pairs:
        felt, said = pair
        turn = _place(felt, len(texts))
        cause = _place(said, len(texts))
        words = said.text().partition("_")[2]
        start = texts[cause - 1].find(words)
        if start < 0 or not words:
            raise said.error(f"expected words of utterance {cause}, found {words!r:.60}")
        marks[turn].append(Mark("cause", Span(start, start + len(words)), f"{conversation}-{cause}"))
    return marks


def _seen(folder: Path, split: str) -> dict[tuple[str, int], list[Mark]]:
    """The pairs of Subtask 2, ``["3_surprise", "1"]``, by conversation and the turn with the emotion."""
    marks: dict[tuple[str, int], list[Mark]] = defaultdict(list)
    name = f"Subtask_2_{split}.json"
    if has_file(folder, f"data/{name}", name):
        for conversation in read_json(folder, f"data/{name}", name):
            number = str(conversation["conversation_ID"].whole(1, 100_000))
            length = len(list(conversation["conversation"]))
            for felt, caused in map(tuple, conversation["emotion-cause_pairs"]):
                about = f"{number}-{caused.whole(1, length)}"
                marks[number, _place(felt, length)].append(Mark("cause utterance", about=about))
    return marks


def _place(node: Node, length: int) -> int:
    """The utterance's number before the underscore."""
    return Node(node.file, node.where, node.text().partition("_")[0]).whole(1, length)
