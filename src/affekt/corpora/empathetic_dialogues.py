"""EmpatheticDialogues: conversations of two about a situation that made one of them feel one of 32 emotions.

Rashkin et al. 2019, Towards Empathetic Open-domain Conversation Models, ACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, read_cells, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("empathetic-dialogues")
SPLITS = ("train", "valid", "test")
_OFFICIAL = ["conv_id", "utterance_idx", "context", "prompt", "speaker_idx", "utterance"]
_COMPACT = ("dialog_id", "emotion", "type", "actor", "text")

CARD = CorpusCard(
    name="empathetic_dialogues",
    summary="25k conversations of two people about a situation of one of 32 emotions",
    modality="text",
    space=SPACE,
    licence="CC BY-NC 4.0",
    permissive=False,
    homepage="https://github.com/facebookresearch/EmpatheticDialogues",
    citation=SPACE.source,
    files=tuple(SourceFile(f"{split}.csv", None) for split in SPLITS),
    rows={"train": 19533, "valid": 2770, "test": 2547},
    languages=("en",),
    notes=(
        "The label is of the situation, which is the item of train, valid and test; the turns of the conversation "
        "are in train-turns, valid-turns, test-turns, have no label of their own (all 32 are `unrated`) and share "
        "the situation's `group`. The official file is in an archive: "
        "https://dl.fbaipublicfiles.com/parlai/empatheticdialogues/empatheticdialogues.tar.gz. `_comma_` is written "
        "as a comma. Candidate responses and self-evaluations are not read."
    ),
    copies={
        "one table per split, split recovered from a mirror": {
            **{"train": 19538, "valid": 2771, "test": 2547},
            **{"train-turns": 84192, "valid-turns": 12082, "test-turns": 10973},
        }
    },
    papers=("empathetic-dialogues",),
    layout_source="anuradha1992/EmpatheticIntents, 0f7e51ac3796d5cd595c688489de2fea22c75041",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield each situation (id ``<conversation>/situation``), then its turns (``<conversation>/<n>``).

    Layout: the publisher's ``train.csv``, ``valid.csv``, ``test.csv`` (a row per turn, beginning with
    ``conv_id,utterance_idx,context,prompt``), in `folder` or in ``empatheticdialogues/``; or a table
    with the columns ``Dialog_ID, Emotion, Type, Actor, Text``. Raises `CorpusError`.
    """
    for split in SPLITS:
        names = (f"{split}.csv", f"empatheticdialogues/{split}.csv")
        head = next(read_cells(folder, *names), None)
        official = head is not None and [cell.lower() for cell in head.cells[: len(_OFFICIAL)]] == _OFFICIAL
        yield from _official(folder, split, names) if official else _compact(folder, split, names)


def _official(folder: Path, split: str, names: tuple[str, str]) -> Iterator[Record]:
    seen: set[str] = set()
    # The publisher writes commas as _comma_ and does not quote.
    for row in read_table(folder, *names, columns=_OFFICIAL, quoted=False):
        conversation = row["conv_id"]
        if conversation not in seen:
            seen.add(conversation)
            yield _situation(row, split, conversation, row["context"], _plain(row["prompt"]))
        turn = int(row.number("utterance_idx", 1, 1000))
        yield _turn(row, split, conversation, turn, _plain(row["utterance"]), row["speaker_idx"])


def _compact(folder: Path, split: str, names: tuple[str, str]) -> Iterator[Record]:
    turns: dict[str, int] = {}
    for row in read_table(folder, *names, columns=_COMPACT):
        conversation = row["dialog_id"]
        if row["type"] == "situation":
            yield _situation(row, split, conversation, row["emotion"], row["text"])
        elif row["type"] == "utterance":
            turns[conversation] = turns.get(conversation, 0) + 1
            yield _turn(row, split, conversation, turns[conversation], row["text"], row["actor"])
        else:
            raise row.error(f"type is {row['type']!r}, allowed are situation and utterance")


def _situation(row: Row, split: str, conversation: str, emotion: str, text: str) -> Record:
    if emotion not in SPACE:
        raise CorpusError(f"{row.file}, line {row.line}: {emotion!r} is none of the 32 emotions.")
    signal = Signal(text, source=row.file, language="en")
    return Record(f"{conversation}/situation", signal, split, (emotion,), group=conversation)


def _turn(row: Row, split: str, conversation: str, turn: int, text: str, speaker: str) -> Record:
    return Record(
        id=f"{conversation}/{turn}",
        signal=Signal(text, source=row.file, language="en"),
        split=f"{split}-turns",
        speaker=speaker,
        group=conversation,
        unrated=SPACE.labels,
    )


def _plain(text: str) -> str:
    return text.replace("_comma_", ",").strip()
