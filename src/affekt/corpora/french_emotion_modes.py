"""EmoTextToKids: sentences of French texts for children, whether they carry emotion, how it shows, and which.

Étienne, Battistelli & Lecorvé 2024, Emotion Identification for French in Written Texts: Considering their Modes of
Expression as a Step Towards Text Complexity Analysis, WASSA.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, find_file
from affekt.corpora.parquet import read_parquet
from affekt.corpora.sheets import read_sheets
from affekt.errors import CorpusError
from affekt.types import Record, Signal

SPACE = find_space("emotexttokids")
MODES = ("labeled", "behavioral", "displayed", "suggested")
TYPES = ("basic", "complex")
BASIC = ("anger", "disgust", "joy", "fear", "surprise", "sadness")
COMPLEX = ("admiration", "guilt", "embarrassment", "pride", "jealousy")
SPLITS = ("train", "validation", "test")
_FLAT = "emotexttokids_gold_flat.xlsx"
_COLUMNS = ("previous_sentence", "target_sentence", "next_sentence", "is_emotional", "modes", "types", "categories")
_SPELLINGS = {"embarassement": "embarrassment", "embarassment": "embarrassment"}
_FRENCH = {
    **{"colère": "anger", "dégoût": "disgust", "joie": "joy", "peur": "fear", "surprise": "surprise"},
    **{"tristesse": "sadness", "admiration": "admiration", "culpabilité": "guilt", "embarras": "embarrassment"},
    **{"fierté": "pride", "jalousie": "jealousy", "autre": "other"},
    **{"comportementale": "behavioral", "désignée": "labeled", "montrée": "displayed", "suggérée": "suggested"},
    **{"base": "basic", "complexe": "complex"},
}

CARD = CorpusCard(
    name="french_emotion_modes",
    summary="EmoTextToKids: 28k sentences of French texts for children, their emotions and the modes these show in",
    modality="text",
    space=SPACE,
    licence="CC BY-SA 4.0",
    permissive=True,
    homepage="https://huggingface.co/datasets/TextToKids/EmoTextToKids-sentences",
    citation="Étienne, Battistelli & Lecorvé 2024, Emotion Identification for French in Written Texts: Considering "
    "their Modes of Expression as a Step Towards Text Complexity Analysis, WASSA",
    files=(SourceFile(_FLAT, None, "1aa8a22c02c6e1a27366c9076c7b382438ec8185dec77379c61172389f1b48c5"),),
    rows={"train": 19560, "validation": 2781, "test": 5570},
    languages=("fr",),
    notes=(
        "The publisher's files are data/{train,validation,test}-*.parquet; their sha256 were not taken. The flat sheet "
        "named here is a copy of all sentences in GwenTsang/EMOTYC, Documentation/, at 8ef021af1c89dd942e5414f770c34e"
        "513e871531, without the sentences before and after. `conditions` hold `emotional` (yes, no), `modes` and "
        "`types` (names with blanks between), and `before` and `after` where they are there. A sentence without "
        "emotion has nothing else; one whose only category is `other` has neither mode nor type; all others have both, "
        "`basic` and `complex` following from the categories. How the publisher spells embarrassment was not seen: "
        "three spellings are read."
    ),
    layout_source="huggingface.co TextToKids/EmoTextToKids-sentences README.md at "
    "2940889b4b95fa6cc1e3901b59d792aa19fc8e18 (columns, splits) and TextToKids/EmoTextToKids README.md at "
    "5b355d26449acb20439b00a84b1e26fb563035c0 (values); GwenTsang/EMOTYC (the flat copy)",
    raters="trained annotators; only the gold is published",
    speakers="newspapers, encyclopedias and novels for children; the documents are not named",
    papers=("french-emotion-modes",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the sentences in the order of the files; the id is ``<split>-<number>``, numbered from 1.

    Layout: the publisher's Parquet files, in `folder` or in ``data/``; or the flat sheet of the card's notes. Raises
    `CorpusError`.
    """
    tables = {split: _tables(folder, split) for split in SPLITS}
    if not any(tables.values()):
        yield from _flat(find_file(folder, _FLAT))
        return
    for split, files in tables.items():
        if not files:
            raise CorpusError(f"No {split}-*.parquet in {folder}. Put all three of the corpus's files there.")
        rows = (row for file in files for row in read_parquet(file, columns=_COLUMNS))
        for number, row in enumerate(rows, 1):
            yield _published(row, f"{split}-{number}")


def _tables(folder: Path, split: str) -> list[Path]:
    return sorted([*folder.glob(f"data/{split}-*.parquet"), *folder.glob(f"{split}-*.parquet")])


def _published(row: Row, name: str) -> Record:
    told = {key: tuple(_named(cell) for cell in re.findall(r"[\w-]+", row[key])) for key in _COLUMNS[4:]}
    emotional = row["is_emotional"].lower()
    if emotional not in ("true", "false"):
        raise row.error(f"is_emotional is {row['is_emotional']!r}, allowed are true and false")
    around = {"before": row["previous_sentence"].strip(), "after": row["next_sentence"].strip()}
    signal = Signal(row["target_sentence"].strip(), source=row.file, language="fr")
    record = _record(name, signal, emotional == "true", told, {key: text for key, text in around.items() if text})
    if isinstance(record, str):
        raise row.error(record)
    return record


def _flat(path: Path) -> Iterator[Record]:
    columns: dict[str, str] = {}
    numbers = dict.fromkeys(SPLITS, 0)
    for _, number, cells in read_sheets(path):
        if number == 1:
            columns = {letter: name.strip().lower() for letter, name in cells.items()}
            missing = {"text", "split", "emo", *_FRENCH} - set(columns.values())
            if missing:
                raise CorpusError(f"{path.name} has no column {', '.join(sorted(missing))}. Is it the flat copy?")
            continue
        row = {columns[letter]: cell for letter, cell in cells.items() if letter in columns}
        split, marks = row.get("split", ""), {row.get(name, "") for name in ("emo", *_FRENCH)}
        if split not in SPLITS or marks - {"0", "1"}:
            raise CorpusError(f"{path.name}, row {number}: {split!r} is no split, or a mark is neither 0 nor 1.")
        numbers[split] += 1
        held = [_FRENCH[name] for name in _FRENCH if row[name] == "1"]
        told = {
            "modes": tuple(name for name in held if name in MODES),
            "types": tuple(name for name in held if name in TYPES),
            "categories": tuple(name for name in held if name in SPACE),
        }
        signal = Signal(row.get("text", ""), source=path.name, language="fr")
        record = _record(f"{split}-{numbers[split]}", signal, row["emo"] == "1", told, {})
        if isinstance(record, str):
            raise CorpusError(f"{path.name}, row {number}: {record}.")
        yield record


def _named(cell: str) -> str:
    return _SPELLINGS.get(cell.lower(), cell.lower())


def _record(
    name: str,
    signal: Signal,
    emotional: bool,
    told: Mapping[str, tuple[str, ...]],
    around: Mapping[str, str],
) -> Record | str:
    """The record, or what is wrong with it."""
    for key, allowed in (("modes", MODES), ("types", TYPES), ("categories", SPACE.labels)):
        if wrong := [value for value in told[key] if value not in allowed]:
            return f"{key} names {', '.join(wrong)}, allowed are {', '.join(allowed)}"
    if emotional != bool(told["categories"]):
        return "a sentence is emotional where it has a category, and only there"
    kept = {key: " ".join(value for value in order if value in told[key]) for key, order in _ORDERS.items()}
    conditions = {"emotional": "yes" if emotional else "no", **{key: v for key, v in kept.items() if v}, **around}
    return Record(
        id=name,
        signal=signal,
        split=name.partition("-")[0],
        labels=tuple(label for label in SPACE if label in told["categories"]),
        conditions=conditions,
    )


_ORDERS = {"modes": MODES, "types": TYPES}
