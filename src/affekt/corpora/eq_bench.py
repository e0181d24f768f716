"""EQ-Bench: dialogues after which the intensity of four emotions of one speaker is to be told.

Paech 2023, EQ-Bench: An Emotional Intelligence Benchmark for Large Language Models, arXiv:2312.06281.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.documents import Node, read_json
from affekt.corpora.files import official_files
from affekt.types import Record, Signal

# File and language of each split. v2 first: v1 is grouped with the questions it shares with it.
_FILES = {
    "v2": ("eq_bench_v2_questions_171.json", "en"),
    "v2-de": ("eq_bench_v2_questions_171_de.json", "de"),
    "v1": ("eq_bench_v1_questions_60.json", "en"),
}
_COMMIT = "d28c60c514fe6667dc5818114ed10088f91f09f3"

CARD = CorpusCard(
    name="eq_bench",
    summary="171 dialogues, in English and German, with the intensity of four emotions of one speaker at the end",
    modality="text",
    space=None,
    licence="MIT",
    permissive=True,
    homepage="https://github.com/EQ-bench/EQ-Bench",
    citation="Paech 2023, EQ-Bench: An Emotional Intelligence Benchmark for Large Language Models, arXiv:2312.06281",
    files=official_files("eq_bench", f"https://raw.githubusercontent.com/EQ-bench/EQ-Bench/{_COMMIT}"),
    rows={"v2": 171, "v2-de": 171, "v1": 60},
    languages=("de", "en"),
    notes=(
        "A set to test on. An item is a question: the text is the whole prompt, dialogue and task. `intensities` are "
        "the reference on the full scale, 0-10 moved to [0, 1], of the four emotions asked for; `values` the same "
        "four in the reference of v1, which is made to add up to 10 (one question of v2 adds up to 9). Emotions are "
        "free words, in the question's language: there is no label space. v2-de is a translation by GPT-4. 55 of the "
        "60 questions of v1 are in v2: the group keeps them and their translation together. The scenarios and rubrics "
        "of EQ-Bench 3 are prompts without answers and not read."
    ),
    layout_source=f"EQ-bench/EQ-Bench, data/eq_bench_*.json and README.md, {_COMMIT}",
    raters="the author",
    speakers="made-up dialogues",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the questions; the id is ``<split>-<number>``.

    Layout: ``eq_bench_v2_questions_171.json``, ``eq_bench_v2_questions_171_de.json`` and
    ``eq_bench_v1_questions_60.json`` in `folder` or in ``data/`` (the publisher's repository).
    Raises `CorpusError`.
    """
    asked: dict[str, str] = {}
    for split, (name, language) in _FILES.items():
        for number, question in read_json(folder, f"data/{name}", name).members():
            prompt = question["prompt"].text().strip()
            group = f"v2-{number}" if split != "v1" else asked.get(prompt, f"v1-{number}")
            asked.setdefault(prompt, group)
            first, full = (_scores(question[f"reference_answer{end}"]) for end in ("", "_fullscale"))
            if set(first) != set(full):
                raise question.error(f"the two answers are about other emotions: {[*first]} and {[*full]}")
            yield Record(
                id=f"{split}-{number}",
                signal=Signal(prompt, source=question.file, language=language),
                split=split,
                intensities={name: n / 10 for name, n in full.items()},
                group=group,
                values={name: float(n) for name, n in first.items()},
            )


def _scores(answer: Node) -> dict[str, int]:
    return {
        answer[f"emotion{place}"].text().lower(): answer[f"emotion{place}_score"].whole(0, 10) for place in range(1, 5)
    }
