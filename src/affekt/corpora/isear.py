"""ISEAR: situations in which people of 37 countries felt seven emotions, told by themselves.

Scherer & Wallbott 1994, Evidence for universality and cultural variation of differential emotion
response patterning, Journal of Personality and Social Psychology 66(2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import read_lines, read_table
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

SPACE = find_space("isear")
# What respondents said of the emotion, in the file's own codes.
ITEMS = (
    *("when", "long", "ints", "ergo", "tropho", "temper", "expres", "move", "exp1", "exp2", "exp10"),
    *("paral", "con", "expc", "plea", "plan", "fair", "caus", "coping", "morl", "self", "rela", "verbal"),
    *("neutro",),
)
# What the database export left of a line break.
_BREAK = re.compile(r"\s*(?<!\w)á(?!\w)\s*")
_EMPTY = {"", "no response", "blank", "none", "nothing", "not applicable"}
# In brackets stand the coders' summaries: some tell a situation, others that there is none.
_NONE_TOLD = re.compile(
    r"\[\W*(?:i )?(?:do(?:es)? not (?:know|remember)|(?:can ?not|can't) (?:think|remember|recall)"
    r"|never felt|normally i do not|have (?:not|never) felt|(?:the )?same as|no (?:response|answer))\b",
    re.IGNORECASE,
)

CARD = CorpusCard(
    name="isear",
    summary="7.7k self-told situations of seven emotions by some 1,100 respondents, with appraisal items",
    modality="text",
    space=SPACE,
    licence="GPL-3.0 (a mirror's; the databank was published for research)",
    permissive=False,
    homepage="https://www.unige.ch/cisa/research/materials-and-online-research/research-material/",
    citation=SPACE.source,
    files=(SourceFile("isear.csv", None),),
    rows={"all": 7666},
    languages=("en",),
    notes=(
        "The databank is published as a database; its usual text form is isear.csv, with | between the columns. "
        "`ratings` hold the respondent's answers in the file's codes (0 may mean no answer). Some texts are no "
        "situation ('[ No response.]'): `affekt.corpora.isear.is_answered` tells. The speaker and group is the "
        "respondent. No split is published."
    ),
    copies={"6,219 reports of 889 respondents": {"all": 6219}},
    layout_source="sinmaniphel/py_isear_dataset, isear.csv, 948f4cf80161ea28e6dc5bfb4ad729f21ff47723",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the reports in the file's order; the remains of line breaks in the text become spaces.

    Layout: ``isear.csv``, columns separated by ``|`` or by commas. Raises `CorpusError`.
    """
    first = next(read_lines(folder, "isear.csv"), None)
    delimiter = "|" if first is not None and "|" in first.text else ","
    columns = ("coun", "city", "subj", "mykey", "field1", "sit", *ITEMS)
    for row in read_table(folder, "isear.csv", columns=columns, delimiter=delimiter, quoted=delimiter == ","):
        emotion = row["field1"].strip().lower()
        if emotion not in SPACE:
            raise CorpusError(f"{row.file}, line {row.line}: {emotion!r} is none of {', '.join(SPACE)}.")
        respondent = f"{row['coun']}-{row['city']}-{row['subj']}"
        answers = {item: row.number(item, -1e6, 1e6) for item in ITEMS}
        yield Record(
            id=row["mykey"],
            signal=Signal(_BREAK.sub(" ", row["sit"]).strip(), source=row.file, language="en"),
            split="all",
            labels=(emotion,),
            ratings=(Rating(respondent, (emotion,), answers, "writer"),),
            speaker=respondent,
            group=respondent,
        )


def is_answered(record: Record) -> bool:
    """Return whether the text tells a situation rather than that there is none.

    >>> situation = Record("1", Signal("When my dog died."), "all", ("sadness",))
    >>> is_answered(situation), is_answered(Record("2", Signal("[ No response.]"), "all", ("guilt",)))
    (True, False)
    """
    text = record.signal.text
    return text.strip(" [].").lower() not in _EMPTY and _NONE_TOLD.match(text) is None
