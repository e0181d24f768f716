"""EmoNet-Voice Bench: synthetic speech in which experts judged how strongly one of forty emotions is heard.

Schuhmann et al. 2025, EmoNet-Voice: A Fine-Grained, Expert-Verified Benchmark for Speech Emotion Detection.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row
from affekt.corpora.parquet import read_parquet
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

SPACE = find_space("emonet-voice")
# A category is called by the first of the words that its label joins with a slash.
_LABELS = {label.partition("/")[0]: label for label in SPACE} | {label: label for label in SPACE}
_LABELS |= {"jealousy and envy": "jealousy & envy", "jealousy / envy": "jealousy & envy", "jealousy": "jealousy & envy"}
_BESIDES = {"authenticity": "authenticity", "arousal": "arousal_heard"}
_GRADES = (0, 1, 2)

CARD = CorpusCard(
    name="emonet_voice",
    summary="EmoNet-Voice Bench: 12,600 synthetic clips, each judged by experts for the intensity of one emotion",
    modality="speech",
    space=SPACE,
    licence="not verified",
    permissive=False,
    homepage="https://huggingface.co/datasets/t1a5anu-anon/emonet-voice-bench",
    citation=SPACE.source.partition(",")[0],
    files=(SourceFile("data", None),),
    rows={"all": 12600},
    languages=(),
    notes=(
        "Each row asks experts for one emotion: not heard (0), mildly (1), intensely (2). `intensities` hold its mean, "
        "divided by 2, `unrated` are the other thirty-nine; `labels` is the emotion where every expert "
        "heard it, which is how the paper chose its 4,692 verified clips. `values`: experts, agreeing (how many gave "
        "the commonest grade), hearing (how many heard it). `intensity_table` makes forty columns of it. Rows about "
        "authenticity or arousal have no label; their mean grade is in `values` (authenticity, arousal_heard). The "
        "voices are synthetic and not named, so there is no speaker; `group` is the take a clip was cut from, by the "
        "start of its file name. EmoNet-Voice Big (over 4,500 hours) has no reader. Which language a clip is in is not "
        "told; the licence was not verified (a user's note says CC BY)."
    ),
    layout_source=(
        "robflynnyh/SLLM-Understanding, scripts/prepare_emonet.py, commit 5c8fecff56b284f630514a06878146c25eb603fc "
        "(columns audioId and label, the cell of the label, the forty names and two more), and "
        "yashleell11-ship-it/neiro, scripts/extract_emonet.py, commit 72b7580ce3e1341f166c35785fcd525d976750eb (data/, "
        "12,600 rows, names of the clips), both users' loaders. Never run on the corpus itself"
    ),
    raters="two to four psychology experts each clip",
    speakers="synthetic voices that are not named: folds can only keep takes together",
    papers=("emonet-voice",),
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the rows of all Parquet files in the order of their names.

    Layout: ``data/*.parquet`` (or the files themselves) with audioId, a struct of bytes and path, and label, a list of
    ``{rater: {category: grade}}`` for each expert, written as Python writes it. Raises `CorpusError`.
    """
    # macOS puts files of its own beside them, whose names begin with a dot.
    files = sorted(file for place in ("data", ".") for file in (folder / place).glob("[!.]*.parquet"))
    if not files:
        raise CorpusError(f"data/*.parquet is not in {folder}. Put the corpus's official files there.")
    for file in files:
        for row in read_parquet(file, columns=("audioId.path", "label")):
            yield _record(file, row)


@dataclass(frozen=True, slots=True, eq=False)
class IntensityTable:
    """Forty intensities per clip: `intensities` float64 (item, label) in [0, 1], NaN where nobody judged; `agreeing`
    int64 (item,): how many experts gave the commonest grade, of `experts`, int64 (item,)."""

    intensities: NDArray[np.float64]
    agreeing: NDArray[np.int64]
    experts: NDArray[np.int64]


def intensity_table(records: Sequence[Record]) -> IntensityTable:
    """Return the judgements of records as a table, labels in the order of `SPACE`.

    >>> said = Record("a", Signal(modality="speech"), "all", intensities={"fear": 0.75},
    ...               values={"experts": 2, "agreeing": 1, "hearing": 2})
    >>> table = intensity_table([said])
    >>> table.intensities.shape, float(table.intensities[0, SPACE.index("fear")]), table.agreeing.tolist()
    ((1, 40), 0.75, [1])
    """
    table = np.full((len(records), len(SPACE)), np.nan)
    for row, record in enumerate(records):
        for label, intensity in record.intensities.items():
            table[row, SPACE.index(label)] = intensity
    agreeing, experts = (
        np.array([int(record.values[name]) for record in records], np.int64) for name in ("agreeing", "experts")
    )
    return IntensityTable(table, agreeing, experts)


def _record(file: Path, row: Row) -> Record:
    category, grades = _judged(row)
    mean = sum(grades.values()) / len(grades)
    values = {
        "experts": float(len(grades)),
        "agreeing": float(max(Counter(grades.values()).values())),
        "hearing": float(sum(grade > 0 for grade in grades.values())),
    }
    name = Path(row["audioid.path"] or f"{file.stem}-{row.line - 1:05}")
    signal = Signal(
        source=file.name, modality="speech", path=file, member=f"audioId/{row.line - 1}{name.suffix or '.mp3'}"
    )
    known = _LABELS.get(category)
    if known is None:
        values[_BESIDES[category]] = mean / 2
    return Record(
        id=f"{file.stem}-{row.line - 1:05}",
        signal=signal,
        split="all",
        labels=() if known is None or not all(grades.values()) else (known,),
        intensities={} if known is None else {known: mean / 2},
        ratings=tuple(
            Rating(rater, () if known is None or not grade else (known,), {known or _BESIDES[category]: grade / 2})
            for rater, grade in grades.items()
        ),
        group=name.stem.partition("_")[0],
        values=values,
        unrated=tuple(label for label in SPACE if label != known),
    )


def _judged(row: Row) -> tuple[str, dict[str, int]]:
    """The category that was asked for, in lower case, and what each expert said."""
    try:
        told = ast.literal_eval(row["label"])
        pairs = [
            (rater, category, grade) for each in told for rater, one in each.items() for category, grade in one.items()
        ]
    except (ValueError, SyntaxError, TypeError, AttributeError, MemoryError, RecursionError):
        raise row.error(f"label is no list of what experts said: {row['label'][:80]!r}") from None
    categories = {" ".join(unquote(str(category)).lower().split()) for _, category, _ in pairs}
    raters = [str(rater) for rater, _, _ in pairs]
    if len(categories) != 1 or len(set(raters)) < len(raters):
        raise row.error(f"one emotion judged once by each expert is expected: {row['label'][:80]!r}")
    category = next(iter(categories))
    if category not in _LABELS and category not in _BESIDES:
        raise row.error(f"the emotion is {category!r}, none of the forty")
    if any(isinstance(grade, bool) or grade not in _GRADES for _, _, grade in pairs):
        raise row.error(f"grades are 0, 1 or 2: {row['label'][:80]!r}")
    return category, {str(rater): int(grade) for rater, _, grade in pairs}
