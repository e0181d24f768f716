"""LongEmotion: long texts to find an odd emotion in, and counselling talks and cases.

Liu et al. 2025, LongEmotion: Measuring Emotional Intelligence of LLMs in Long-Context Interaction, arXiv:2509.07403.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.covid19_worry import SPACE as WORRY
from affekt.corpora.documents import Node, read_json_lines
from affekt.corpora.files import official_files
from affekt.types import Mark, Record, Signal, Span

STAGES = (
    "Reception and Inquiry Stage",
    "Diagnostic Stage",
    "Consultation Stage",
    "Consolidation and Ending Stage",
)
_TOLD = ("causes", "symptoms", "treatment_process", "characteristics_of_illness", "treatment_effect")
_COMMIT = "7149110920c83589e979a0f1615d2661af884594"

CARD = CorpusCard(
    name="longemotion",
    summary="Long texts: find the one odd emotion (136), counselling talks (100), case reports to sum up (150)",
    modality="text",
    space=None,
    licence="MIT (Hugging Face card LongEmotion/LongEmotion; the GitHub repository states none)",
    permissive=True,
    homepage="https://github.com/LongEmotion/LongEmotion",
    citation="Liu et al. 2025, LongEmotion: Measuring Emotional Intelligence of Large Language Models in Long-Context "
    "Interaction, arXiv:2509.07403",
    files=official_files("longemotion", f"https://raw.githubusercontent.com/LongEmotion/LongEmotion/{_COMMIT}"),
    rows={"detection": 136, "conversations": 13262, "summary": 150},
    languages=("en",),
    notes=(
        "A set to test on. detection: an item is a row of 26 to 36 texts, a blank line between them; each is a mark "
        "with its emotion and characters, and `odd` in `conditions` is the number (from 0) of the one whose emotion is "
        "not that of the others. The texts are of covid19_worry: do not test here what was trained there. "
        "conversations: an item is a turn, the group its talk, `stage` in `conditions`; nothing is labelled. summary: "
        "an item is a case with its consultation; what a summary is to say is in `conditions` (causes, symptoms, "
        "treatment_process, characteristics_of_illness, treatment_effect). Not read: classification, question "
        "answering and the newer summaries (larger than what we could check), expression (situations of emotionbench)."
    ),
    layout_source=f"LongEmotion/LongEmotion, data/ and README_DATASET.md, {_COMMIT}",
    sensitive="counselling talks and case reports of patients",
    raters="detection: the writers of the texts; the rest was made by the authors",
    speakers="Client and Counselor of a talk: no person is known across talks",
    papers=("longemotion",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the items; the ids are ``detection-<line>``, ``conversations-<talk>-<turn>``, ``summary-<case>``.

    Layout: ``Emotion_Detection.jsonl``, ``Emotion_Conversations.jsonl``, ``Emotion_Summary_origin.jsonl`` in
    `folder` or in ``data/`` (the publisher's repository). Raises `CorpusError`.
    """
    for number, row in enumerate(_lines(folder, "Detection"), 1):
        yield _detection(row, number)
    for talk in _lines(folder, "Conversations"):
        yield from _conversation(talk)
    for case in _lines(folder, "Summary_origin"):
        yield _case(case)


def _lines(folder: Path, task: str) -> Iterator[Node]:
    return read_json_lines(folder, f"data/Emotion_{task}.jsonl", f"Emotion_{task}.jsonl")


def _detection(row: Node, number: int) -> Record:
    names = tuple(label.capitalize() for label in WORRY)
    texts = [part["context"].text().strip() for part in row["text"]]
    labels = [label.one_of(names).lower() for label in row["label"]]
    odd = row["ground_truth"].whole(0, len(texts) - 1)
    if len(labels) != len(texts) or labels.count(labels[odd]) != 1:
        raise row.error(f"expected a label for each of {len(texts)} texts, and the one at {odd} only once")
    marks, start = [], 0
    for text, label in zip(texts, labels, strict=True):
        marks.append(Mark(label, Span(start, start + len(text))))
        start += len(text) + 2
    return Record(
        id=f"detection-{number}",
        signal=Signal("\n\n".join(texts), source=row.file, language="en"),
        split="detection",
        conditions={"odd": str(odd)},
        marks=tuple(marks),
    )


def _conversation(talk: Node) -> Iterator[Record]:
    group = f"conversations-{talk['id'].whole(0, 100_000)}"
    turn = 0
    for stage in talk["stages"]:
        name = stage["stage"].one_of(STAGES)
        for said in stage["conversations"]:
            turn += 1
            yield Record(
                id=f"{group}-{turn}",
                signal=Signal(said["context"].text(), source=said.file, language="en"),
                split="conversations",
                speaker=said["role"].one_of(("Client", "Counselor")),
                group=group,
                turn=turn,
                conditions={"stage": name},
            )


def _case(case: Node) -> Record:
    parts = [part.text() for key in ("case_description", "consultation_process") for part in case[key]]
    return Record(
        id=f"summary-{case['id'].whole(0, 100_000)}",
        signal=Signal("\n\n".join(parts), source=case.file, language="en"),
        split="summary",
        conditions={key: case[key].text() for key in _TOLD},
    )
