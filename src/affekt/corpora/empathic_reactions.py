"""Empathic Reactions: what people wrote after reading a news story, with their own empathy and distress.

Buechel et al. 2018, Modeling Empathy and Distress in Reaction to News Stories, EMNLP.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.files import official_files, read_table
from affekt.types import Record, Signal

_CITATION = "Buechel et al. 2018, Modeling Empathy and Distress in Reaction to News Stories, EMNLP"
_RAW = (
    "https://raw.githubusercontent.com/wwbp/empathic_reactions/3ddbf6b35c789f99c930a349f3fc26b4b2d9ae2e/"
    "data/responses/data"
)

CARD = CorpusCard(
    name="empathic_reactions",
    summary="1,860 reactions to news stories with the writers' own empathy and distress",
    modality="text",
    space=None,
    sensitive="people's own distress, with their age, income and personality",
    licence="CC BY 4.0",
    permissive=True,
    homepage="https://github.com/wwbp/empathic_reactions",
    citation=_CITATION,
    files=official_files("empathic_reactions", _RAW),
    rows={"all": 1860},
    languages=("en",),
    notes=(
        "`intensities` hold empathy and distress, each the mean of several items on 1-7, moved to [0, 1]; `values` "
        "their published binary forms. The writer (speaker) wrote up to five texts; the group is the article. No "
        "split is published; the WASSA shared tasks' additions need registration and are not read."
    ),
    layout_source="wwbp/empathic_reactions, 3ddbf6b35c789f99c930a349f3fc26b4b2d9ae2e",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the reactions in the file's order, empathy and distress moved from 1-7 to [0, 1].

    Layout: ``messages.csv``, in `folder` or where the repository has it. Raises `CorpusError`.
    """
    columns = ("message_id", "response_id", "article_id", "empathy", "distress", "empathy_bin", "distress_bin", "essay")
    for row in read_table(folder, "messages.csv", "data/responses/data/messages.csv", columns=columns):
        yield Record(
            id=row["message_id"],
            signal=Signal(row["essay"], source=row.file, language="en"),
            split="all",
            intensities={name: row.share(name, 1, 7) for name in ("empathy", "distress")},
            speaker=row["response_id"],
            group=row["article_id"],
            values={name: row.number(name, 0, 1) for name in ("empathy_bin", "distress_bin")},
        )
