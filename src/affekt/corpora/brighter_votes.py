"""BRIGHTER's single annotators: who saw which emotion in a text, and how strong, in nine languages.

Muhammad et al. 2025, BRIGHTER, ACL.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Literal, NamedTuple

from affekt.cards import CorpusCard
from affekt.corpora import brighter
from affekt.corpora.files import Row, official_files, read_table
from affekt.types import Rating, Record, Signal

SPACE = brighter.SPACE


class VoteFile(NamedTuple):
    """One annotator file: whose votes it holds and how it names them.

    `raters` says what a vote's owner is: ``"named"`` has a column of addresses, one stable person each;
    ``"columns"`` has a column per person; ``"slots"`` fills columns left to right or by turns, so that one
    column is several people. `top` is the highest answer; `text` the column with the text; `columns` those
    with the votes.
    """

    language: str
    name: str
    raters: Literal["named", "columns", "slots"]
    prefix: str
    columns: tuple[str, ...]
    top: int = 3
    text: str = "text"


def _numbered(sign: str, *numbers: int) -> tuple[str, ...]:
    return tuple(f"annotator{sign}{number}" for number in numbers)


_NAMED = ("annotator", "intensity")
_THREE, _FOUR = _numbered("-", 1, 2, 3), _numbered("-", 1, 2, 3, 4)

FILES = (
    VoteFile("afr", "afr_individuals.csv", "columns", "afr", _numbered("_", 1, 2, 3), top=1, text="text_content"),
    VoteFile("arq", "arq_individuals.csv", "slots", "arq", _numbered("-", *range(1, 11))),
    VoteFile("deu", "deu_individual_intensities.csv", "named", "deu", _NAMED),
    VoteFile("hin", "hin_train_dev.csv", "columns", "hin", _numbered("-", 1, 2, 3, 4, 5)),
    VoteFile("hin", "hin_test_individuals.csv", "columns", "hin-test", _FOUR),
    VoteFile("mar", "mar_all_train-dev_individuals.csv", "columns", "mar", _FOUR),
    VoteFile("mar", "mar_all_test_individuals.csv", "columns", "mar-test", _FOUR),
    VoteFile("ptbr", "ptbr_individual_intensities.csv", "named", "ptbr", _NAMED),
    VoteFile("ron", "ron_individuals.csv", "columns", "ron", _numbered("_", 1, 2, 3, 5, 6, 8, 9)),
    VoteFile("swe", "swe_individuals.csv", "slots", "swe", _THREE),
    VoteFile("ukr", "ukr_individuals.csv", "slots", "ukr", _THREE),
)
LANGUAGES = tuple(dict.fromkeys(file.language for file in FILES))
# What the files call the six emotions, where it is not the task's word: Romanian, Afrikaans, Ukrainian.
_EMOTIONS = {
    **{label: label for label in (*SPACE, "neutral")},
    **{"happy": "joy", "sad": "sadness", "bucurie": "joy", "tristete": "sadness", "furie": "anger"},
    **{"frica": "fear", "surpriza": "surprise", "dezgust": "disgust"},
}
_RAW = (
    "https://raw.githubusercontent.com/emotion-analysis-project/SemEval2025-Task11/"
    "513a7e8bef7ef6370ac416ced97efba338c47c97"
)
# A text that stands in two splits counts as the one that must not be trained on.
_PROTECTED = ("test", "dev", "train")

CARD = CorpusCard(
    name="brighter_votes",
    summary="31,434 texts in nine languages with every annotator's emotions and, in eight, their intensities",
    modality="text",
    space=SPACE,
    licence="CC BY 4.0",
    permissive=True,
    homepage=brighter.CARD.homepage,
    citation="Muhammad et al. 2025, BRIGHTER, ACL",
    files=(
        *official_files("brighter_votes", _RAW),
        *(
            file
            for file in brighter.CARD.files
            if file.name.startswith(("track_a", "track_b")) and Path(file.name).stem in LANGUAGES
        ),
    ),
    rows={"train": 16441, "dev": 1329, "test": 13040, "unassigned": 624},
    languages=tuple(sorted(brighter.LANGUAGES[code] for code in LANGUAGES)),
    notes=(
        "One record per text of an annotator file; labels, intensities, split and group are those of the same text in "
        "`brighter` (compared without case, spaces and punctuation, which the two releases write differently); where "
        "it stands in two splits, the one that must not be trained on. `unassigned` texts are in no track, and "
        "Afrikaans has no gold for surprise: there the absence of a label says nothing. A rating's labels are what the "
        "rater gave an intensity of 1 or more; its values are the intensities 0-3 divided by 3 (Afrikaans: 0 or 1, "
        "with `neutral` as a seventh), and an emotion without a value was not answered. German (10) and Brazilian "
        "Portuguese (6 where the paper counts 5) name stable annotators by address; they become deu-01 and so on in "
        "order of appearance. Afrikaans, Hindi, Marathi and Romanian have 3, 5, 4 and 7 numbered columns where the "
        "paper counts 3, 5, 4 and 8 people, and most columns keep their habits along the file: taken as persons, "
        "though nobody says so; Hindi's test file numbers its four of the five anew. Algerian Arabic fills its columns "
        "from the left, Ukrainian puts 106 crowd workers in three, Swedish raters trade places: these ratings are "
        "anonymous. The single votes of English, Spanish and Chinese are published too and are not read."
    ),
    layout_source="emotion-analysis-project/SemEval2025-Task11, 513a7e8bef7ef6370ac416ced97efba338c47c97",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield every text that has annotator rows, language by language, with all its ratings.

    Layout: ``individual_labels/deu/deu_individual_intensities.csv.zip`` and so on beside ``track_a/`` and
    ``track_b/`` (the publisher's), or ``individual/deu_individual_intensities.csv`` beside the compact
    tables of `brighter`. Raises `CorpusError`.
    """
    gold: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for language, record in brighter.read_tracks(folder, tracks="ab", languages=LANGUAGES):
        gold[language, match_key(record.signal.text)].append(record)
    for file in FILES:
        pseudonyms: dict[str, str] = {}
        for item, rows in _items(folder, file).items():
            same = gold[file.language, match_key(rows[0][file.text])]
            yield _record(file, item, rows[0], _ratings(file, rows, pseudonyms), same)


class _Kept(dict[int, str | None]):
    """A table for `str.translate` that fills itself: letters, marks and numbers stay, the rest goes."""

    def __missing__(self, code: int) -> str | None:
        sign = chr(code)
        self[code] = sign if unicodedata.category(sign)[0] in "LMN" else None
        return self[code]


_KEPT = _Kept()


def match_key(text: str) -> str:
    """Return what two releases of one text have in common: letters, marks and digits, without case.

    >>> match_key("Wo, ce bucurie!!!") == match_key("wo ce bucurie")
    True
    """
    return unicodedata.normalize("NFKC", text).casefold().translate(_KEPT) or text.strip()


def _items(folder: Path, file: VoteFile) -> dict[str, list[Row]]:
    """The rows of each text, by its id in the file, or by its place where the file has no ids."""
    items: dict[str, list[Row]] = defaultdict(list)
    places: dict[str, str] = {}
    columns = (file.text, "emotion", *file.columns)
    names = (f"individual_labels/{file.language}/{file.name}", f"individual/{file.name}")
    for row in read_table(folder, *names, columns=columns):
        item = row.cells.get("id") or row.cells.get("text_id")
        items[item or places.setdefault(row[file.text], f"{len(places) + 1:05d}")].append(row)
    return items


def _ratings(file: VoteFile, rows: Sequence[Row], pseudonyms: dict[str, str]) -> tuple[Rating, ...]:
    answers: dict[str, list[dict[str, float]]] = defaultdict(list)
    for row in rows:
        emotion = _EMOTIONS.get(row["emotion"].lower())
        if emotion is None:
            raise row.error(f"emotion is {row['emotion']!r}, allowed are {', '.join(_EMOTIONS)}")
        cells = [(column, column) for column in file.columns]
        if file.raters == "named":
            rater = pseudonyms.setdefault(row["annotator"], f"{file.prefix}-{len(pseudonyms) + 1:02d}")
            cells = [(rater, "intensity")]
        for rater, column in cells:
            if not row[column]:
                continue
            # Who meets an emotion again has been shown the text twice: another rating.
            if not answers[rater] or emotion in answers[rater][-1]:
                answers[rater].append({})
            answers[rater][-1][emotion] = row.share(column, 0, file.top)
    return tuple(
        Rating(_name(file, rater), tuple(label for label in SPACE if answer.get(label)), answer)
        for rater, given in answers.items()
        for answer in given
    )


def _name(file: VoteFile, rater: str) -> str | None:
    if file.raters == "slots":
        return None
    if file.raters == "named":
        return rater
    person = "mar" if file.language == "mar" else file.prefix
    return f"{person}-{int(re.split('[-_]', rater)[1]):02d}"


def _record(file: VoteFile, item: str, row: Row, ratings: tuple[Rating, ...], same: list[Record]) -> Record:
    text = row[file.text]
    digest = blake2b(match_key(text).encode(), digest_size=8).hexdigest()
    split = next((split for split in _PROTECTED if any(record.split == split for record in same)), "unassigned")
    # The very same text first, then Track A, whose records come first.
    same = sorted((record for record in same if record.split == split), key=lambda record: record.signal.text != text)
    gold = next((record.labels for record in same if len(record.unrated) < len(SPACE)), ())
    judged = {*gold, *(label for rating in ratings for label in rating.values)}
    return Record(
        id=f"{file.prefix}_{item}",
        signal=Signal(text, source=row.file, language=brighter.LANGUAGES[file.language]),
        split=split,
        labels=gold,
        intensities=next((record.intensities for record in same if record.intensities), {}),
        ratings=ratings,
        group=same[0].group if same else f"{file.language}-{digest}",
        unrated=tuple(label for label in SPACE if label not in judged),
    )
