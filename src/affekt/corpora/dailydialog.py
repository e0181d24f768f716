"""DailyDialog: everyday dialogues with an emotion and an act for every utterance.

Li et al. 2017, DailyDialog: A Manually Labelled Multi-turn Dialogue Dataset, IJCNLP.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import has_file, read_lines, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

# In the publisher's order: the number in the emotion files is the place here.
SPACE = find_space("dailydialog")
SPLITS = ("train", "validation", "test")
_SPEAKERS = {"user": "A", "system": "B"}

CARD = CorpusCard(
    name="dailydialog",
    summary="13k English everyday dialogues with one of six emotions, or none, for every utterance",
    modality="text",
    space=SPACE,
    licence="CC BY-NC-SA 4.0, research purposes only",
    permissive=False,
    homepage="http://yanran.li/dailydialog",
    citation=SPACE.source,
    files=tuple(
        SourceFile(f"{split}/dialogues_{kind}{split}.txt", None) for split in SPLITS for kind in ("", "emotion_")
    ),
    rows={"train": 87170, "validation": 8069, "test": 7740},
    languages=("en",),
    notes=(
        "An item is an utterance; the group is the dialogue, the speakers are A and B in turn. 83 % have no emotion. "
        "Dialogue acts and topics are not read. The publisher offers one zip archive."
    ),
    layout_source="ConvLab/ConvLab-3, 2a168fc9843e54a468ddec71e001b7559c36aff4",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the utterances; the id is ``<split>-<dialogue>-<utterance>``, both numbered from 0.

    Layout: ``train/dialogues_train.txt`` with ``train/dialogues_emotion_train.txt`` and so on (the
    publisher's), or one table ``train.csv`` per split with a row per utterance. Raises `CorpusError`.
    """
    for split in SPLITS:
        if has_file(folder, f"{split}/dialogues_{split}.txt") or not has_file(folder, f"{split}.csv"):
            yield from _official(folder, split)
        else:
            yield from _compact(folder, split)


def _official(folder: Path, split: str) -> Iterator[Record]:
    dialogues = list(read_lines(folder, f"{split}/dialogues_{split}.txt"))
    emotions = list(read_lines(folder, f"{split}/dialogues_emotion_{split}.txt"))
    if len(dialogues) != len(emotions):
        raise CorpusError(
            f"{folder / split}: dialogues_{split}.txt has {len(dialogues)} dialogues, dialogues_emotion_{split}.txt "
            f"has emotions of {len(emotions)}. Fetch both again from {CARD.homepage}."
        )
    for number, (dialogue, codes) in enumerate(zip(dialogues, emotions, strict=True)):
        utterances = [part.strip() for part in dialogue.text.split("__eou__")]
        if not utterances[-1]:
            utterances.pop()
        places = codes.text.split()
        if len(utterances) != len(places) or not set(places) <= set("0123456"):
            raise CorpusError(
                f"{dialogue.file}, line {dialogue.number}: {len(utterances)} utterances, emotions {codes.text!r}."
            )
        for turn, (text, place) in enumerate(zip(utterances, places, strict=True)):
            signal = Signal(text, source=dialogue.file, language="en")
            yield _record(signal, split, f"{split}-{number}", turn, SPACE.labels[int(place)])


def _compact(folder: Path, split: str) -> Iterator[Record]:
    for row in read_table(
        folder, f"{split}.csv", columns=("original_id", "utt_idx", "speaker", "utterance", "emotion")
    ):
        if row["emotion"] not in SPACE or row["speaker"] not in _SPEAKERS:
            raise row.error(f"emotion {row['emotion']!r} or speaker {row['speaker']!r} is unknown")
        signal = Signal(row["utterance"], source=row.file, language="en")
        turn = int(row.number("utt_idx", 0, 1000))
        yield _record(signal, split, row["original_id"], turn, row["emotion"], _SPEAKERS[row["speaker"]])


def _record(signal: Signal, split: str, dialogue: str, turn: int, emotion: str, speaker: str | None = None) -> Record:
    return Record(
        id=f"{dialogue}-{turn}",
        signal=signal,
        split=split,
        labels=(emotion,),
        speaker=speaker or "AB"[turn % 2],
        group=dialogue,
    )
