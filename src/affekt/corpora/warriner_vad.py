"""Warriner norms: valence, arousal and dominance of 13,915 English lemmas.

Warriner, Kuperman & Brysbaert 2013, Norms of valence, arousal, and dominance for 13,915 English lemmas,
Behavior Research Methods 45:1191-1207.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard
from affekt.corpora.files import Row, has_file, official_files, read_lines, read_table
from affekt.types import VAD, Record, Signal

SPLITS = ("train", "dev", "test")
_COMMIT = "87a6d970161accd70f8856ae3d8795d54c89938e"
_TABLE = "Ratings_Warriner_et_al.csv"
_DIMENSIONS = {"valence": "v", "arousal": "a", "dominance": "d"}
# Sex, age (younger, older) and education (lower, higher) of the raters.
_GROUPS = {"male": "m", "female": "f", "younger": "y", "older": "o", "lower_education": "l", "higher_education": "h"}

CARD = CorpusCard(
    name="warriner_vad",
    summary="Valence, arousal and dominance of 13,915 English lemmas, also by sex, age and education of raters",
    modality="text",
    space=None,
    licence="CC BY-NC-ND 3.0",
    permissive=False,
    homepage="https://github.com/JULIELab/XANEW",
    citation="Warriner, Kuperman & Brysbaert 2013, Norms of valence, arousal, and dominance for 13,915 English lemmas, "
    "Behavior Research Methods 45:1191-1207",
    files=official_files("warriner_vad", f"https://raw.githubusercontent.com/JULIELab/XANEW/{_COMMIT}"),
    rows={"train": 11463, "dev": 1296, "test": 1032, "unassigned": 124},
    languages=("en",),
    notes=(
        "An item is a lemma. Scales of 1-9 are moved to [-1, 1], deviations with them. `values` hold the number of "
        "raters of each dimension (valence_n …) and the means of groups of raters (valence_female …; their scale is "
        "moved too). The splits are those of JULIELab/XANEW, made for work across languages; 124 lemmas are in none, "
        "and are read as unassigned. The same table is `affekt.affect.norms.load_norms('warriner')`."
    ),
    copies={"without the lists of splits": {"all": 13915}},
    layout_source=f"JULIELab/XANEW, {_TABLE}, splits/crosslingual/ and README.md, {_COMMIT}",
    raters="crowd workers, about 20 for each lemma and dimension",
    speakers="single words",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the lemmas in the table's order; the id is the lemma.

    Layout: ``Ratings_Warriner_et_al.csv`` with ``splits/crosslingual/train.txt`` … (JULIELab's repository) or
    ``splits_crosslingual_train.txt`` … in `folder`; without lists the split is ``all``. Raises `CorpusError`.
    """
    places = {split: (f"splits/crosslingual/{split}.txt", f"splits_crosslingual_{split}.txt") for split in SPLITS}
    listed = any(has_file(folder, *names) for names in places.values())
    split_of = {line.text: split for split, names in places.items() if listed for line in read_lines(folder, *names)}
    columns = ["word"] + [f"{d}.{kind}.sum" for d in _DIMENSIONS.values() for kind in ("mean", "sd", "rat")]
    columns += [f"{d}.mean.{group}" for d in _DIMENSIONS.values() for group in _GROUPS.values()]
    for row in read_table(folder, _TABLE, columns=columns):
        word = row["word"]
        yield Record(
            id=word,
            signal=Signal(word, source=row.file, language="en"),
            split=split_of.get(word, "unassigned") if listed else "all",
            vad=_vad(row),
            values=_values(row),
        )


def _vad(row: Row) -> VAD:
    means = {name: row.signed(f"{letter}.mean.sum", 1, 9) for name, letter in _DIMENSIONS.items()}
    spread = {f"{name}_sd": row.number(f"{letter}.sd.sum", 0, 8) / 4 for name, letter in _DIMENSIONS.items()}
    return VAD(**means, **spread)


def _values(row: Row) -> dict[str, float]:
    values = {f"{name}_n": row.number(f"{letter}.rat.sum", 1, 10_000) for name, letter in _DIMENSIONS.items()}
    for name, letter in _DIMENSIONS.items():
        for group, end in _GROUPS.items():
            values[f"{name}_{group}"] = row.signed(f"{letter}.mean.{end}", 1, 9)
    return values
