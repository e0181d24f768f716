"""EmoBench: multiple-choice questions on what somebody feels, why, and what would be wise to do.

Sabour et al. 2024, EmoBench: Evaluating the Emotional Intelligence of Large Language Models, ACL.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.documents import Node, read_json_lines
from affekt.corpora.files import official_files
from affekt.types import Record, Signal

SPLITS = ("EA", "EU")
LANGUAGES = ("en", "zh")
_COMMIT = "3b4f84312541f8469e909965e1fff3691ef85c62"
_ASKED = {"EA": ("",), "EU": ("emotion_", "cause_")}
_ABOUT = {"EA": ("category", "question type"), "EU": ("coarse_category", "finegrained_category")}

CARD = CorpusCard(
    name="emobench",
    summary="400 questions on applying and on understanding emotions, each in English and Chinese, with choices",
    modality="text",
    space=None,
    licence="MIT",
    permissive=True,
    homepage="https://github.com/Sahandfer/EmoBench",
    citation="Sabour et al. 2024, EmoBench: Evaluating the Emotional Intelligence of Large Language Models, ACL",
    files=official_files("emobench", f"https://raw.githubusercontent.com/Sahandfer/EmoBench/{_COMMIT}"),
    rows={"EA": 400, "EU": 400},
    languages=LANGUAGES,
    notes=(
        "A set to test on. An item is a scenario in one language; the group holds both languages of it. `conditions` "
        "have the subject, the category, and for EA (application) `choices` and `answer`, for EU (understanding) "
        "`emotion_choices`, `emotion_answer`, `cause_choices` and `cause_answer`; choices are a line each. Emotions "
        "are free words, often two at once: there is no label space."
    ),
    layout_source=f"Sahandfer/EmoBench, data/EA.jsonl and data/EU.jsonl, {_COMMIT}",
    raters="written and checked by people",
    speakers="made-up scenarios",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the questions; the id is ``<EA or EU>-<language>-<number>``.

    Layout: ``EA.jsonl`` and ``EU.jsonl`` in `folder` or in ``data/`` (the publisher's repository).
    Raises `CorpusError`, also where an answer is none of the choices.
    """
    for split in SPLITS:
        for item in read_json_lines(folder, f"data/{split}.jsonl", f"{split}.jsonl"):
            yield _record(item, split)


def _record(item: Node, split: str) -> Record:
    language, number = item["language"].one_of(LANGUAGES), item["qid"].text()
    conditions = {key.replace(" ", "_"): item[key].text() for key in ("subject", *_ABOUT[split])}
    for kind in _ASKED[split]:
        choices = tuple(choice.text() for choice in item[f"{kind}choices"])
        conditions[f"{kind}choices"] = "\n".join(choices)
        conditions[f"{kind}answer"] = item[f"{kind}label"].one_of(choices)
    return Record(
        id=f"{split}-{language}-{number}",
        signal=Signal(item["scenario"].text(), source=item.file, language=language),
        split=split,
        group=f"{split}-{number}",
        conditions=conditions,
    )
