"""x-enVENT: events as four readers see them through the eyes of everybody in them: emotions and 22 appraisals.

Troiano, Oberländer, Wegge & Klinger 2022, x-enVENT, LREC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.appraisals import X_ENVENT
from affekt.corpora.files import find_file, has_file, open_text, read_lines
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

_CITATION = "Troiano, Oberländer, Wegge & Klinger 2022, x-enVENT, LREC"
SPACE = find_space("x-envent")
APPRAISALS = find_space("x-envent-appraisals").labels
_PAPER = "x-enVENT-TroianoOberlaenderWeggeKlinger-LREC2022-corpus.json"
_MORE = "x-enVENT-additional-180.json"

CARD = CorpusCard(
    name="x_envent",
    summary="900 events with the emotion and 22 appraisals of everybody in them, by four readers, and of the writer",
    modality="text",
    space=SPACE,
    licence="annotations CC BY 4.0; texts by the terms of enISEAR, ISEAR, EmpatheticDialogues and Event2Mind",
    permissive=False,
    homepage="https://www.ims.uni-stuttgart.de/data/appraisalemotion",
    citation=_CITATION,
    files=(
        SourceFile(_PAPER, None, "ee54878308f5498265033ccee858cdeb985432b10b10394c3395dc0c00a64ba9"),
        SourceFile(_MORE, None, "1f450864f12743fda6dda69e6e24bbecb4bf13e5844015f3adaaa5824c388a0c"),
    ),
    rows={"corpus": 720, "additional": 180},
    languages=("en",),
    notes=(
        "In https://www.romanklinger.de/data-sets/x-enVENT.zip. The splits are its two files: no train or test part "
        "is published. Ratings with perspective `reader` are what an annotator takes to be the writer's emotion and "
        "appraisals; `about 16-23` is the same for the person at these characters. A to D are four students, the same "
        "in every text of `corpus`; `additional` was read by A and D only. Their appraisals of 1-5 are moved to [0, 1] "
        "under the names of `affekt.corpora.appraisals`; the few left empty have no value. The rating with perspective "
        "`writer` is the emotion the text's source gives: what its writer was asked to tell of, or reports. `labels` "
        "are what any annotator gave the writer; a text without the writer as experiencer has none."
    ),
    copies={"without the texts that a redistribution holds back": {"corpus": 501, "additional": 130}},
    layout_source="alokdebnath/appraise-PLM, data/x-enVENT.zip, 4297ee3f4083fc679a71102e2685663f9858b6b6",
)


class _Item(NamedTuple):
    file: str
    line: int | None
    content: Mapping[str, Any]

    def error(self, problem: str) -> CorpusError:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return CorpusError(f"{place}: {problem}. Fetch the file again from the corpus's home.")


def read(folder: Path) -> Iterator[Record]:
    """Yield the events, those of the paper first; appraisals of 1-5 are moved to [0, 1].

    Layout: the publisher's two ``.json`` files (one array each), or ``x-enVENT-corpus.jsonl`` and
    ``x-enVENT-additional-180.jsonl`` with an event per line. Raises `CorpusError`.
    """
    for split, name, lines in (
        ("corpus", _PAPER, "x-enVENT-corpus.jsonl"),
        ("additional", _MORE, "x-enVENT-additional-180.jsonl"),
    ):
        for item in _lines(folder, lines) if has_file(folder, lines) else _array(folder, name):
            try:
                yield _record(item, split)
            except (KeyError, TypeError, IndexError, AttributeError) as error:
                raise item.error(f"an event misses {error} or has it in another form") from error


def _lines(folder: Path, name: str) -> Iterator[_Item]:
    for file, number, text in read_lines(folder, name):
        try:
            yield _Item(file, number, json.loads(text))
        except ValueError as error:
            raise _Item(file, number, {}).error(f"no JSON ({error})") from error


def _array(folder: Path, name: str) -> Iterator[_Item]:
    file = find_file(folder, name).name
    with open_text(folder, name) as stream:
        try:
            events = json.load(stream)
        except (ValueError, OSError, EOFError) as error:
            raise _Item(file, None, {}).error(f"a JSON array is expected ({error})") from error
    yield from (_Item(file, None, event) for event in events)


def _record(item: _Item, split: str) -> Record:
    event = item.content
    said = event["original_emotion"]
    writer = () if said is None else (Rating(None, (_emotion(item, said),), perspective="writer"),)
    readers = tuple(
        _rating(item, experiencer, raw["id"].removeprefix(event["id"]))
        for raw in event["annotations"]["raw"]
        for experiencer in raw["experiencers"]
    )
    seen = {label for rating in readers if rating.perspective == "reader" for label in rating.labels}
    return Record(
        id=event["id"],
        signal=Signal(event["text"], source=item.file, language="en"),
        split=split,
        labels=tuple(label for label in SPACE if label in seen),
        ratings=(*writer, *readers),
    )


def _rating(item: _Item, experiencer: Mapping[str, Any], rater: str) -> Rating:
    values: dict[str, float] = {}
    for name in APPRAISALS:
        answer = experiencer["appraisals"][name]
        if answer is None:
            continue
        if answer not in (1, 2, 3, 4, 5):
            raise item.error(f"{name} is {answer!r}, allowed are 1 to 5")
        values[X_ENVENT.get(name, name)] = (answer - 1) / 4
    about = "reader" if experiencer["text"] == "WRITER" else f"about {experiencer['begin']}-{experiencer['end']}"
    return Rating(rater, tuple(_emotion(item, name) for name in experiencer["emotion"]), values, about)


def _emotion(item: _Item, name: str) -> str:
    emotion = name.replace(" ", "-")
    if emotion not in SPACE:
        raise item.error(f"the emotion {name!r} is none of {', '.join(SPACE)}")
    return emotion
