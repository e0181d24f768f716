"""SemEval-2007 Task 14, Affective Text: news headlines with a degree of each of Ekman's six emotions, and valence.

Strapparava & Mihalcea 2007, SemEval-2007 Task 14: Affective Text, SemEval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Line, Row, read_lines
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("ekman")
SPLITS = ("trial", "test")
# The order of the columns behind the headline's number.
_EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
_HEADLINE = re.compile(r'<instance id="(\d+)">([^<]*)</instance>')
_AROUND = ('<corpus task="affective text">', "</corpus>")
# The task's coarse scoring: an emotion is there from half of the scale on.
_PRESENT = 50
_COMMIT = "b6d619a2ab2ff84091bf0d5b50117e689786077f"
_SHA256 = {
    "AffectiveText.trial/affectivetext_trial.xml": "b41b9910d6bd70b4b5f18e73b2e0e2c06bb1ab0ad3d638f498c89b5ee4992983",
    "AffectiveText.trial/affectivetext_trial.emotions.gold": (
        "232f3d75bc84a3cb5e67fd40d6331b2f2106d778ab0264856a70fda57a8f8bfb"
    ),
    "AffectiveText.trial/affectivetext_trial.valence.gold": (
        "1bb7eb17b5655333a121a6fcac379979db8b3e538f49f270eb46e914f4af2880"
    ),
    "AffectiveText.test/affectivetext_test.xml": "f860011a2a9f04acabca06b61aec7d37a8be6bf44a25617a946cd417fc08c2cd",
    "AffectiveText.test/affectivetext_test.emotions.gold": (
        "551dd5077fa3ffc0576db4f91a87b82824ae9b92b6d8fe48867ac958ee21f05c"
    ),
    "AffectiveText.test/affectivetext_test.valence.gold": (
        "f9e93adce0fa85d6edbc160d26abd812e667778a2303bcd0ebc0806ed5412a7c"
    ),
}

CARD = CorpusCard(
    name="semeval_2007",
    summary="1,250 news headlines with a degree of each of Ekman's six emotions, and valence",
    modality="text",
    space=SPACE,
    licence="not verified (free for research)",
    permissive=False,
    homepage="http://web.eecs.umich.edu/~mihalcea/affectivetext/",
    citation="Strapparava & Mihalcea 2007, SemEval-2007 Task 14: Affective Text, SemEval",
    files=tuple(SourceFile(name, None, sha256) for name, sha256 in _SHA256.items()),
    rows={"trial": 250, "test": 1000},
    languages=("en",),
    notes=(
        "Degrees of 0 to 100 are `intensities`, valence of -100 to 100 is in `values`, both divided by 100; arousal "
        "and dominance were not asked, so there is no vad. Labels are those of the task's coarse scoring, emotions of "
        "50 or more: most headlines have none. The task scores Pearson's r per emotion, and of valence. EmoBank holds "
        "these headlines: never test on the one what was trained on the other."
    ),
    layout_source=f"nakamura41/emotion_detection_notebooks, data/AffectiveText.{{trial,test}}/ with README, {_COMMIT}",
    raters="six annotators each headline, as the paper has it; only the mean is published",
    speakers="none: headlines of news sites",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the headlines in the file's order; the id is the task's number.

    Layout: ``AffectiveText.trial/affectivetext_trial.xml`` with ``.emotions.gold`` and ``.valence.gold`` beside it,
    and the same of ``test`` (the publisher's archive), or the six files right in `folder`. Raises `CorpusError`.
    """
    for split in SPLITS:
        stem = f"affectivetext_{split}"
        emotions = dict(_gold(folder, split, f"{stem}.emotions.gold", _EMOTIONS))
        valence = dict(_gold(folder, split, f"{stem}.valence.gold", ("valence",)))
        for line, number, text in _headlines(folder, split, f"{stem}.xml"):
            if number not in emotions or number not in valence:
                lacking = f"{stem}.{'emotions' if number not in emotions else 'valence'}.gold"
                raise CorpusError(
                    f"{line.file}, line {line.number}: {lacking} has no headline {number}. Fetch it again."
                )
            degrees = {label: emotions[number].share(label, 0, 100) for label in _EMOTIONS}
            yield Record(
                id=number,
                signal=Signal(text, source=line.file, language="en"),
                split=split,
                labels=tuple(label for label in SPACE if 100 * degrees[label] >= _PRESENT),
                intensities=degrees,
                values={"valence": valence[number].signed("valence", -100, 100)},
            )


def _places(split: str, name: str) -> tuple[str, str]:
    return f"AffectiveText.{split}/{name}", name


def _gold(folder: Path, split: str, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    for file, number, text in read_lines(folder, *_places(split, name)):
        cells = text.split()
        row = Row(file, number, dict(zip(("id", *columns), cells, strict=False)))
        if len(cells) != len(columns) + 1 or not cells[0].isdecimal():
            raise row.error(f"expected a number of a headline, then {', '.join(columns)}; found {text[:60]!r}")
        yield cells[0], row


def _headlines(folder: Path, split: str, name: str) -> Iterator[tuple[Line, str, str]]:
    for line in read_lines(folder, *_places(split, name)):
        match = _HEADLINE.fullmatch(line.text.strip())
        if match is not None:
            yield line, match[1], unescape(match[2]).strip()
        elif line.text.strip() not in _AROUND:
            raise CorpusError(
                f"{line.file}, line {line.number}: expected an instance with an id and a headline, found "
                f"{line.text[:60]!r}. Fetch the file again from the corpus's home."
            )
