"""EmoContext, SemEval-2019 Task 3: three turns between a person and a chat bot; what does the person feel in the last?

Chatterjee, Narahari, Joshi & Agrawal 2019, SemEval-2019 Task 3: EmoContext Contextual Emotion Detection in Text,
SemEval.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import has_file, read_table
from affekt.types import Record, Signal

_COMMIT = "2d4042208d04d878c6c10130e316c4929884d68b"
_FILES = {"train": ("train.txt",), "dev": ("dev.txt",), "test": ("test.txt", "testwithoutlabels.txt")}
_TURNS = ("turn1", "turn2", "turn3")
_SPEAKERS = ("person", "bot", "person")

SPACE = find_space("emocontext")

CARD = CorpusCard(
    name="emocontext",
    summary="38k chats of three turns whose last is happy, sad, angry or others",
    modality="text",
    space=SPACE,
    licence="by registration with the task (wording not verified)",
    permissive=False,
    homepage="https://www.humanizing-ai.com/emocontext.html",
    citation=SPACE.source,
    files=(
        SourceFile("train.txt", None, "5eff625f13e776b03545731507227b8199874c965b9dc7b58b32b51b6dc4099c"),
        SourceFile("dev.txt", None, "b5131ebf90a9772ea86db121d421cbe26b04a779947ad38239c91870b004b208"),
        SourceFile("test.txt", None),
    ),
    # Three turns each of 30,160, 2,755 and 5,509 chats.
    rows={"train": 90480, "dev": 8265, "test": 16527},
    languages=("en",),
    notes=(
        "An item is a turn, the group its chat of three; only the last turn has a label, the others have all four "
        "`unrated`. `others` is any other emotion, or none. Half of train's chats are emotional and a seventh of dev's "
        "and test's (the task's Test1 and Test2), so the task scores micro-F1 over happy, sad and angry. The test "
        "part's answers came later: where test.txt is absent, testwithoutlabels.txt is read and nothing of it is "
        "rated. What the file with the answers is called was not verified; a file under the name test.txt with the "
        "columns of train.txt is read. Chats are coarse, some obscene."
    ),
    access="request",
    layout_source=(
        f"DhruvDh/emocontext, data/{{train,dev,testwithoutlabels}}.txt, commit {_COMMIT} (copies of the files, whose "
        "sha256 the card has); numbers of chats: huggingface/datasets, datasets/emo/emo.py, commit "
        "0ef9642b73f35e38a87563f663d690f6d9c01963"
    ),
    sensitive="private conversations with a chat agent",
    raters="seven judges each chat, as the paper has it; only the label is published",
    speakers="people without ids and one chat bot: no speaker is known across chats",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the turns; the id is ``<split>-<chat>-<turn>``, the chat by its own number.

    Layout: ``train.txt``, ``dev.txt`` and ``test.txt`` (or ``testwithoutlabels.txt``) in `folder` or in ``data/``:
    columns id, turn1, turn2, turn3, label between tabs; quotes mean nothing. Raises `CorpusError`.
    """
    for split, names in _FILES.items():
        there = tuple(name for name in names if has_file(folder, name, f"data/{name}")) or names
        labelled = there[0] != "testwithoutlabels.txt"
        columns = ("id", *_TURNS, "label") if labelled else ("id", *_TURNS)
        for row in read_table(folder, there[0], f"data/{there[0]}", columns=columns, delimiter="\t", quoted=False):
            label = row["label"].strip() if labelled else None
            if label is not None and label not in SPACE:
                raise row.error(f"label is {label!r}, allowed are {', '.join(SPACE)}")
            chat = f"{split}-{int(row.number('id', 0, 1e9))}"
            for turn, (column, speaker) in enumerate(zip(_TURNS, _SPEAKERS, strict=True), 1):
                last = column == _TURNS[-1] and label is not None
                yield Record(
                    id=f"{chat}-{turn}",
                    signal=Signal(row[column].strip(), source=row.file, language="en"),
                    split=split,
                    labels=(label,) if last and label is not None else (),
                    speaker=speaker,
                    group=chat,
                    unrated=() if last else SPACE.labels,
                    turn=turn,
                )
