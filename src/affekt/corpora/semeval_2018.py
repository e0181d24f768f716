"""SemEval-2018 Task 1 E-c: tweets in English, Arabic and Spanish with several of eleven emotions each.

Mohammad, Bravo-Marquez, Salameh & Kiritchenko 2018, SemEval-2018 Task 1: Affect in Tweets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("semeval-2018")
_LANGUAGES = {"En": "English", "Ar": "Arabic", "Es": "Spanish"}
_SPLITS = ("train", "dev", "test")
_ENGLISH = {"train": 6838, "dev": 886, "test": 3259}
_ARABIC = {"train": 2278, "dev": 585, "test": 1518}
_SPANISH = {"train": 3561, "dev": 679, "test": 2854}

CARD = CorpusCard(
    name="semeval_2018",
    summary="tweets in English, Arabic and Spanish, several of eleven emotions each (SemEval-2018 Task 1 E-c)",
    modality="text",
    space=SPACE,
    licence="free to use with citation; do not redistribute (terms of the task's README)",
    permissive=False,
    homepage="https://competitions.codalab.org/competitions/17751",
    citation="Mohammad et al. 2018, SemEval-2018 Task 1: Affect in Tweets",
    files=tuple(SourceFile(f"2018-E-c-{tag}-{split}.txt", None) for tag in _LANGUAGES for split in _SPLITS),
    rows={split: _ENGLISH[split] + _ARABIC[split] + _SPANISH[split] for split in _SPLITS},
    copies={"English only": _ENGLISH, "Arabic only": _ARABIC, "Spanish only": _SPANISH},
    languages=("ar", "en", "es"),
    notes=(
        "A tweet without any label is neutral or without emotion. In the files that participants were given the test "
        "tweets say NONE: they are read with no label and all labels `unrated`; the later gold files are read before "
        "them. Numbers of rows are the paper's. Intensities (EI-reg, V-reg and their ordinal kin) are other files and "
        "not read."
    ),
    layout_source=(
        "huggingface/datasets, datasets/sem_eval_2018_task_1/sem_eval_2018_task_1.py, commit "
        "16a466fa1d189c8f34426e09355f30ca854cfeee (addresses, names, columns, NONE)"
    ),
    raters="crowd workers, several each tweet; only the aggregate is published",
    speakers="no authors are published",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the tweets by language and split in the official order, of every language that is there.

    Layout: ``2018-E-c-En-train.txt`` and so on in `folder`, in ``English/E-c/`` or in ``E-c/English/``, plain or
    gzipped; a language needs its training file. Raises `CorpusError`.
    """
    found = [tag for tag in _LANGUAGES if has_file(folder, *_names(tag, "train"))]
    if not found:
        raise CorpusError(f"2018-E-c-En-train.txt (or Ar, Es) is not in {folder}. Put the task's E-c files there.")
    for tag in found:
        for split in _SPLITS:
            names = _names(tag, split)
            if split != "train" and not has_file(folder, *names):
                continue
            for row in read_table(folder, *names, columns=("id", "tweet", *SPACE.labels), delimiter="\t", quoted=False):
                labels = _labels(row)
                yield Record(
                    id=row["id"],
                    signal=Signal(row["tweet"], source=row.file, language=tag.lower()),
                    split=split,
                    labels=labels or (),
                    unrated=SPACE.labels if labels is None else (),
                )


def _labels(row: Row) -> tuple[str, ...] | None:
    """The labels with a 1; None where the answers are held back."""
    cells = [row[label].strip() for label in SPACE.labels]
    if set(cells) == {"NONE"}:
        return None
    if not set(cells) <= {"0", "1"}:
        raise row.error(f"the eleven emotions are {cells}, allowed are 0 and 1, or NONE for all")
    return tuple(label for label, cell in zip(SPACE.labels, cells, strict=True) if cell == "1")


def _names(tag: str, split: str) -> tuple[str, ...]:
    """Where a file may lie, the one with the answers first."""
    files = [f"2018-E-c-{tag}-{split}{end}.txt" for end in (("-gold", "") if split == "test" else ("",))]
    places = ("", f"{_LANGUAGES[tag]}/E-c/", f"E-c/{_LANGUAGES[tag]}/")
    return tuple(f"{place}{file}" for file in files for place in places)
