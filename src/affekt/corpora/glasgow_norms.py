"""The Glasgow Norms: 5,553 English words (homographs by sense) on nine scales.

Scott, Keitel, Becirspahic, Yao & Sereno 2019, The Glasgow Norms, Behavior Research Methods 51.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_cells
from affekt.errors import CorpusError
from affekt.types import VAD, Record, Signal

_OFFICIAL = "13428_2018_1099_MOESM2_ESM.csv"
_COMPACT = "glasgow_norms.csv"
# The order of both layouts, three columns each: mean, standard deviation, number of raters.
_SCALES = {
    "arousal": 9,
    "valence": 9,
    "dominance": 9,
    "concreteness": 7,
    "imageability": 7,
    "familiarity": 7,
    "age_of_acquisition": 7,
    "size": 7,
    "gender": 7,
}

CARD = CorpusCard(
    name="glasgow_norms",
    summary="5,553 English words rated for valence, arousal, dominance and six more scales",
    modality="text",
    space=None,
    licence="CC BY 4.0",
    permissive=True,
    homepage="https://doi.org/10.3758/s13428-018-1099-3",
    citation="Scott et al. 2019, The Glasgow Norms: Ratings of 5,500 words on nine scales, Behav. Res. Methods 51",
    files=(
        SourceFile(
            _OFFICIAL,
            "https://static-content.springer.com/esm/art%3A10.3758%2Fs13428-018-1099-3/MediaObjects/" + _OFFICIAL,
        ),
    ),
    rows={"all": 5553},
    languages=("en",),
    notes=(
        "Valence, arousal, dominance are moved linearly from 1-9 to [-1, 1], the other six scales from 1-7 to "
        "[-1, 1]; standard deviations (of raters, not of the mean) are scaled along; <scale>_n in `values` counts "
        "raters. A homograph has a row per sense, 'bank (river)'; the group is the bare word. No split is published."
    ),
    layout_source="bodowinter/size_sound_symbolism, f87b8d08aead13a106d8e0c351f6714315203a3d",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the words with valence, arousal, dominance moved from 1-9 to [-1, 1], six scales from 1-7.

    Layout: ``13428_2018_1099_MOESM2_ESM.csv`` (the journal's supplement, two header rows) or
    ``glasgow_norms.csv`` (one). Raises `CorpusError`.
    """
    for row in _rows(folder):
        values = {}
        for scale, top in _SCALES.items():
            values[scale] = row.signed(scale, 1, top)
            values[f"{scale}_sd"] = 2 * row.number(f"{scale}_sd", 0, top) / (top - 1)
            values[f"{scale}_n"] = row.number(f"{scale}_n", 1, 10_000)
        vad = VAD(
            **{name: values.pop(name) for name in ("valence", "arousal", "dominance")},
            **{f"{name}_sd": values.pop(f"{name}_sd") for name in ("valence", "arousal", "dominance")},
        )
        word = row["word"]
        yield Record(
            id=word,
            signal=Signal(word, source=row.file, language="en"),
            split="all",
            vad=vad,
            group=re.sub(r" \(.*\)$", "", word),
            values=values,
        )


def _rows(folder: Path) -> Iterator[Row]:
    """Rows with the same column names from either layout: the columns stand in the same order in both."""
    columns = ["word", "length", *(f"{s}{end}" for s in _SCALES for end in ("", "_sd", "_n"))]
    official = has_file(folder, _OFFICIAL)
    rows = read_cells(folder, *((_OFFICIAL,) if official else (_COMPACT, _OFFICIAL)))
    header = next(rows, None)
    if header is None:
        raise CorpusError(f"{_OFFICIAL if official else _COMPACT} in {folder} is empty. Fetch it again.")
    heads = [cell.strip().lower()[:3] for cell in header.cells[2::3]]
    if heads[:3] != ["aro", "val", "dom"] or len(header.cells) != len(columns):
        raise CorpusError(f"{header.file} does not begin with arousal, valence, dominance …: {header.cells[:12]}.")
    if official:
        next(rows, None)
    for file, line, cells in rows:
        if len(cells) != len(columns):
            raise CorpusError(f"{file}, line {line}: {len(cells)} cells, expected {len(columns)}.")
        yield Row(file, line, dict(zip(columns, cells, strict=True)))
