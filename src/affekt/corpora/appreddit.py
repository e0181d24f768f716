"""APPReddit: events in Reddit posts with five appraisals.

Stranisci, Frenda, Ceccaldi, Basile, Damiano & Patti 2022, APPReddit: a Corpus of Reddit Posts Annotated for
Appraisal, LREC.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.appraisals import APPREDDIT
from affekt.corpora.files import Row, read_table
from affekt.types import Record, Signal

# What the corpus puts where a dimension does not apply or was not answered.
_NONE = "-1"
# The guidelines' order of answers (self, other, both); the texts agree with it.
_RESPONSIBLE = {"0": (1.0, 0.0), "1": (0.0, 1.0), "2": (1.0, 1.0)}
_RAW = "https://raw.githubusercontent.com/marcostranisci/AppReddit/8d7bd27293bbbbb36a99894d791079cb071a8414"

CARD = CorpusCard(
    name="appreddit",
    summary="1,091 events in Reddit posts with unexpectedness, certainty, consistency, control and responsibility",
    modality="text",
    space=None,
    licence="none stated; the posts are their writers' and Reddit's",
    permissive=False,
    homepage="https://github.com/marcostranisci/AppReddit",
    citation="Stranisci et al. 2022, APPReddit: a Corpus of Reddit Posts Annotated for Appraisal, LREC",
    files=(
        SourceFile(
            *("AppReddit.csv", f"{_RAW}/AppReddit.csv"),
            "3787bc9fc9d083ca1b0d1fd85bacafea09ae10960846f4bcc373474253afd569",
        ),
    ),
    rows={"all": 1091},
    languages=("en",),
    notes=(
        "No train or test split and no single votes are published. `values` are the published answers of 1-4 (in "
        "halves) moved to [0, 1], under the names of `affekt.corpora.appraisals`: consistency with the writer's "
        "motives as pleasantness (the guidelines: a pleasant situation is consistent), control as self_control. A "
        "dimension that does not apply (-1) has no value; 114 events have none but responsibility, or none at all. "
        "Responsibility 0, 1, 2 is self, other, both, in the order of the guidelines: the file does not say; its texts "
        "agree, and writers have the most control over 0 and the least over 1. It becomes self_responsblt and "
        "other_responsblt, 0 or 1. The `group` is the post; the id is the line, since postid and groupid repeat."
    ),
    sensitive="people's own accounts of what troubles them",
    papers=("appreddit",),
    layout_source="marcostranisci/AppReddit, 8d7bd27293bbbbb36a99894d791079cb071a8414",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the events in the order of the table; answers of 1-4 are moved to [0, 1].

    Layout: ``AppReddit.csv`` (the publisher's). Raises `CorpusError`.
    """
    columns = ("postid", "groupid", "text", *APPREDDIT, "responsibility")
    for row in read_table(folder, "AppReddit.csv", columns=columns):
        yield Record(
            id=f"{row['postid']}-{row.line}",
            signal=Signal(row["text"], source=row.file, language="en"),
            split="all",
            group=row["postid"],
            values=_values(row),
        )


def _values(row: Row) -> dict[str, float]:
    # Decimals are written with a comma.
    point = Row(row.file, row.line, {name: row[name].replace(",", ".") for name in APPREDDIT})
    values = {shared: point.share(name, 1, 4) for name, shared in APPREDDIT.items() if row[name] != _NONE}
    answer = row["responsibility"]
    if answer == _NONE:
        return values
    if answer not in _RESPONSIBLE:
        raise row.error(f"responsibility is {answer!r}, allowed are -1, {', '.join(_RESPONSIBLE)}")
    own, other = _RESPONSIBLE[answer]
    return {**values, "self_responsblt": own, "other_responsblt": other}
