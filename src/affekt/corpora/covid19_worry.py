"""COVID-19 Real World Worry Dataset: what people wrote of the pandemic, and how they felt by their own rating.

Kleinberg, van der Vegt & Mozes 2020, Measuring Emotions in the COVID-19 Real World Worry Dataset, NLP-COVID19;
Mozes, van der Vegt & Kleinberg 2021, A repeated-measures study on emotional responses after a year in the pandemic.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard
from affekt.corpora.files import Row, official_files, read_table
from affekt.types import Record, Signal

SPACE = find_space("covid19-worry")
FORMS = ("long", "short")
_COMMIT = "7324d50869578589a47781bc1d26123ca48e27c8"
_PHASE1 = "data_phase_1/files_clean/meta/rwwd_full.csv"
_REPEATED = "data_repeated_measures/meta/rwwd_phase1_phase2.csv"
_COLUMNS = (
    *("worry", "chosen_emotion", *SPACE.labels, "eng_native", "text_long", "text_short"),
    *("self_rating_general", "self_rating_long", "self_rating_short"),
)

CARD = CorpusCard(
    name="covid19_worry",
    summary="8.4k texts on the pandemic, long and tweet-size, rated for eight emotions by who wrote them",
    modality="text",
    space=SPACE,
    licence="GPL-3.0",
    permissive=False,
    homepage="https://github.com/ben-aaron188/covid19worry",
    citation="Kleinberg, van der Vegt & Mozes 2020, Measuring Emotions in the COVID-19 Real World Worry Dataset, "
    "NLP-COVID19 Workshop at ACL; Mozes et al. 2021, arXiv:2107.03466",
    files=official_files("covid19_worry", f"https://raw.githubusercontent.com/ben-aaron188/covid19worry/{_COMMIT}"),
    rows={"phase1": 4982, "phase2": 3396},
    languages=("en",),
    notes=(
        "An item is a text: each person wrote a long and a short one (`form` in `conditions`), in April 2020 (phase1) "
        "and, 1,698 of 2,491 of them, a year later (phase2). The group is the person, so that both texts and both "
        "years stay together. The label is the emotion the person chose as the nearest; intensities are their ratings "
        "from 1-9 moved to [0, 1]; `values` hold worry (1-9) and how well they could say what they felt "
        "(self_rating_general, and self_rating of this form; 1-9). Splits are the two phases: none was published. "
        "Ids, times and demography of the publisher's files are not read. Personal texts."
    ),
    layout_source=f"ben-aaron188/covid19worry, README.md, {_PHASE1} and {_REPEATED}, {_COMMIT}",
    sensitive="what people said of their fears in the pandemic",
    raters="the writer of each text",
    speakers="who is in phase2 is in phase1 too",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the texts; the id is ``<phase>-<number>-<form>``, people numbered from 1 in each phase.

    Layout: ``data_phase_1/files_clean/meta/rwwd_full.csv`` and
    ``data_repeated_measures/meta/rwwd_phase1_phase2.csv`` (the publisher's repository), or
    ``rwwd_phase1.csv`` and ``rwwd_repeated.csv`` with fewer columns. Raises `CorpusError`.
    """
    people: dict[str, str] = {}
    for number, row in enumerate(read_table(folder, _PHASE1, "rwwd_phase1.csv", columns=_COLUMNS), 1):
        people[_key(row, "")] = person = f"person-{number}"
        yield from _texts(row, f"phase1-{number}", person, "")
    columns = [f"{column}_wave2" for column in _COLUMNS] + ["text_long_wave1", "text_short_wave1"]
    for number, row in enumerate(read_table(folder, _REPEATED, "rwwd_repeated.csv", columns=columns), 1):
        # What they wrote first says who they are: the ids of the publisher stay unread.
        person = people.get(_key(row, "_wave1"), f"person-of-phase2-{number}")
        yield from _texts(row, f"phase2-{number}", person, "_wave2")


def _key(row: Row, wave: str) -> str:
    return "\0".join(" ".join(row[f"text_{form}{wave}"].split()) for form in FORMS)


def _texts(row: Row, name: str, person: str, wave: str) -> Iterator[Record]:
    chosen = row[f"chosen_emotion{wave}"].lower()
    if chosen not in SPACE:
        raise row.error(f"chosen_emotion{wave} is {chosen!r}, allowed are {', '.join(SPACE)}")
    values = {key: row.number(f"{key}{wave}", 1, 9) for key in ("worry", "self_rating_general")}
    for form in FORMS:
        yield Record(
            id=f"{name}-{form}",
            signal=Signal(row[f"text_{form}{wave}"], source=row.file, language="en"),
            split=name.partition("-")[0],
            labels=(chosen,),
            intensities={label: row.share(f"{label}{wave}", 1, 9) for label in SPACE},
            speaker=person,
            group=person,
            values={**values, "self_rating": row.number(f"self_rating_{form}{wave}", 1, 9)},
            conditions={"form": form, "eng_native": row[f"eng_native{wave}"]},
        )
