"""Machine Personality Inventory: statements of the IPIP, each keyed to one of the Big Five.

Jiang et al. 2023, Evaluating and Inducing Personality in Pre-trained Language Models, NeurIPS.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import official_files, read_table
from affekt.types import Record, Signal

SPACE = find_space("big-five")
_FILES = {"120": "mpi_120.csv", "1k": "mpi_1k.csv"}
_TRAITS = {label[0].upper(): label for label in SPACE}
_COMMIT = "0f44b56223d4a4308fdf69276a69d7ae053478c5"

CARD = CorpusCard(
    name="mpi_personality",
    summary="Statements of the IPIP, 120 and 989, each keyed to one of the Big Five traits",
    modality="text",
    space=SPACE,
    licence="MIT (the statements are IPIP items, in the public domain)",
    permissive=True,
    homepage="https://github.com/jianggy/MPI",
    citation="Jiang et al. 2023, Evaluating and Inducing Personality in Pre-trained Language Models, NeurIPS",
    files=official_files("mpi_personality", f"https://raw.githubusercontent.com/jianggy/MPI/{_COMMIT}"),
    rows={"120": 120, "1k": 989},
    languages=("en",),
    notes=(
        "A set to test on: an item is a statement to agree with, its label the trait it measures. `key` in `values` "
        "is 1 where agreeing speaks for the trait, -1 where it speaks against it (one statement of 1k has 0); `facet` "
        "in `conditions` is the narrower class. The group is the statement: 1k has 665 different ones, and 113 of "
        "the 120 are in it."
    ),
    layout_source=f"jianggy/MPI, inventories/ and README.md, {_COMMIT}",
    raters="keyed by the authors of the IPIP",
    speakers="no one's words",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the statements; the id is ``<split>-<number>``, from 1.

    Layout: ``mpi_120.csv`` and ``mpi_1k.csv`` in `folder` or in ``inventories/`` (the publisher's
    repository), with the columns ``label_raw, text, label_ocean, key``. Raises `CorpusError`.
    """
    columns = ("label_raw", "text", "label_ocean", "key")
    for split, name in _FILES.items():
        for number, row in enumerate(read_table(folder, f"inventories/{name}", name, columns=columns), 1):
            if row["label_ocean"] not in _TRAITS:
                raise row.error(f"label_ocean is {row['label_ocean']!r}, allowed are {', '.join(_TRAITS)}")
            yield Record(
                id=f"{split}-{number}",
                signal=Signal(row["text"], source=row.file, language="en"),
                split=split,
                labels=(_TRAITS[row["label_ocean"]],),
                group=row["text"].strip(),
                values={"key": row.number("key", -1, 1)},
                conditions={"facet": row["label_raw"]},
            )
