"""EIBench: questions on what made somebody in a picture feel as they do, and the triggers to name.

Lin et al. 2025, Why We Feel: Breaking Boundaries in Emotional Reasoning with Multimodal Large Language Models.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.documents import Node, read_json, read_json_lines
from affekt.corpora.files import official_files
from affekt.types import Record, Signal

_COMMIT = "aff98d088367e60ac412905dd534f0cf062386b7"
_BASIC = "EIBench/EI_Basic"
_COMPLEX = "EIBench/EI_Complex"

CARD = CorpusCard(
    name="eibench",
    summary="1,665 questions on what triggers an emotion in a picture, with the triggers to name: the texts",
    modality="text",
    space=None,
    licence="Apache-2.0 (the pictures, of EmoSet-118k and CAER-S, have terms of their own)",
    permissive=True,
    homepage="https://github.com/Lum1104/EIBench",
    citation="Lin et al. 2025, Why We Feel: Breaking Boundaries in Emotional Reasoning with Multimodal Large "
    "Language Models",
    files=official_files("eibench", f"https://raw.githubusercontent.com/Lum1104/EIBench/{_COMMIT}"),
    rows={"basic": 1615, "complex": 50},
    languages=("en",),
    notes=(
        "A set to test on. An item is a question; `conditions` hold the picture's place (`image`), the triggers (a "
        "line each, as numbered by the publisher) and the emotion that the picture's folder is called after, in lower "
        "case (in complex the question may be after another one). The group is the picture. Where the pictures lie "
        "in the folder, each is in `further`."
    ),
    layout_source=f"Lum1104/EIBench, EIBench/EI_Basic and EIBench/EI_Complex, {_COMMIT}",
    raters="not said in the repository",
    speakers="people in pictures, not named",
    papers=("eibench",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the questions; the id is ``<split>-<number>``, from 1.

    Layout: ``user.jsonl`` and ``basic_ground_truth.json`` of ``EIBench/EI_Basic``, ``ec_complex.jsonl`` of
    ``EIBench/EI_Complex`` (the publisher's repository), or the three in `folder`. Raises `CorpusError`.
    """
    answers = dict(read_json(folder, f"{_BASIC}/basic_ground_truth.json", "basic_ground_truth.json").members())
    number = 0
    for line in read_json_lines(folder, f"{_BASIC}/user.jsonl", "user.jsonl"):
        for image, question in line.members():
            number += 1
            if image not in answers:
                raise question.error(f"expected triggers for {image} in basic_ground_truth.json")
            yield _record(folder, f"basic-{number}", image, question.text(), answers[image])
    number = 0
    for line in read_json_lines(folder, f"{_COMPLEX}/ec_complex.jsonl", "ec_complex.jsonl"):
        for image, asked in line.members():
            for question_text, triggers in asked.members():
                number += 1
                yield _record(folder, f"complex-{number}", image, question_text, triggers)


def _record(folder: Path, name: str, image: str, question: str, triggers: Node) -> Record:
    path = folder / image
    shown = (Signal(source=path.name, modality="image", path=path),) if path.is_file() else ()
    return Record(
        id=name,
        signal=Signal(question, source=triggers.file, language="en"),
        split=name.partition("-")[0],
        group=image,
        further=shown,
        conditions={"image": image, "emotion": Path(image).parent.name.lower(), "triggers": triggers.text()},
    )
