"""EMOPIA: clips of pop piano music, each in one quadrant of valence and arousal.

Hung, Ching, Doh, Kim, Nam & Yang 2021, EMOPIA: A Multi-Modal Pop Piano Dataset For Emotion Recognition and
Emotion-based Music Generation, ISMIR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import has_file, read_table
from affekt.types import Rating, Record, Signal

# High valence and arousal; low valence, high arousal; both low; high valence, low arousal.
_QUADRANTS = {"1": (1.0, 1.0), "2": (-1.0, 1.0), "3": (-1.0, -1.0), "4": (1.0, -1.0)}
_NAME = re.compile(r"Q([1-4])_([\w-]{11})_(\d+)")
_SPLITS = ("train", "val", "test")

SPACE = find_space("emopia")

CARD = CorpusCard(
    name="emopia",
    summary="1,078 clips of 387 pop piano pieces as MIDI, each in one quadrant of valence and arousal",
    modality="music",
    space=SPACE,
    licence="CC BY-NC-SA 4.0 by the makers' README, CC BY 4.0 by MusPy's loader of the Zenodo archive",
    permissive=False,
    homepage="https://annahung31.github.io/EMOPIA/",
    citation=SPACE.source.partition(";")[0],
    files=(SourceFile("EMOPIA_1.0.zip", None),),
    rows={"all": 1078},
    copies={"the makers' split of their classifier": {"train": 767, "val": 198, "test": 86, "none": 27}},
    languages=(),
    notes=(
        "Q1 is high valence and high arousal, Q2 low valence and high arousal, Q3 both low, Q4 high valence and low "
        "arousal; `values` hold the signs. The one annotator of a clip (A to D) is its rating. The group is the piece, "
        "a YouTube id; several clips are of one piece. `conditions` clip is its number there. Release 1.0 has these "
        "1,078 rows (the paper counts 1,087 clips); later ones may differ: read those with complete=False. The sound "
        "is not published. Where the makers' split lies in split/train.csv, val.csv and test.csv (no piece is in two), "
        "it is read; clips in none of them are called none and are of pieces that the three have."
    ),
    layout_source=(
        "label.csv and the 1,078 files of midis/ as kept in AstrosiosaurQ7/CS2470_final_project, data/EMOPIA, commit "
        "6ee5bfe7181b3a27a12d93cdd9e0a08e821b5d90, on which the reader was run; salu133445/muspy, "
        "muspy/datasets/emopia.py, commit 2e1dc660dde6974c1693147f528d7437019d9580 (names); the split: "
        "seungheondoh/EMOPIA_cls, dataset/split, commit a1fff7c9392d38c4fe0ad3405c9c511f1728bdc0"
    ),
    raters="one of four annotators each clip",
    speakers="several clips of one piece: split by group, the piece; the makers' split does",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the clips in the order of the table.

    Layout: ``label.csv`` with ID, 4Q, annotator; ``midis/Q1_0vLPYiPN7qY_0.mid`` … and ``split/train.csv``,
    ``val.csv``, ``test.csv`` (fname, label), if they are there. Raises `CorpusError`.
    """
    splits = _splits(folder)
    for row in read_table(folder, "label.csv", columns=("id", "4q", "annotator")):
        match = _NAME.fullmatch(row["id"])
        if match is None or match[1] != row["4q"]:
            raise row.error(f"ID is {row['id']!r} and 4Q {row['4q']!r}, expected are Q1_0vLPYiPN7qY_0 and 1, or so")
        quadrant, piece, clip = match.groups()
        valence, arousal = _QUADRANTS[quadrant]
        label = f"q{quadrant}"
        midi = folder / "midis" / f"{row['id']}.mid"
        yield Record(
            id=row["id"],
            signal=Signal(source=row.file, modality="music", path=midi if midi.is_file() else None),
            split=splits.get(row["id"], "none") if splits else "all",
            labels=(label,),
            ratings=(Rating(row["annotator"], (label,)),),
            group=piece,
            values={"valence": valence, "arousal": arousal},
            conditions={"clip": clip},
        )


def _splits(folder: Path) -> dict[str, str]:
    """The split of every clip the makers put in one; nothing where their files are not there."""
    if not has_file(folder, "split/train.csv"):
        return {}
    splits: dict[str, str] = {}
    for split in _SPLITS:
        for row in read_table(folder, f"split/{split}.csv", columns=("fname", "label")):
            match = _NAME.fullmatch(row["fname"])
            if match is None or row["label"] != f"Q{match[1]}":
                raise row.error(f"{row['fname']!r} is labelled {row['label']!r}, but its name says otherwise")
            if splits.setdefault(row["fname"], split) != split:
                raise row.error(f"{row['fname']} is in {splits[row['fname']]} as well")
    return splits
