"""GoEmotions: Reddit comments with 27 emotions and neutral, several labels each.

Demszky et al. 2020, GoEmotions: A Dataset of Fine-Grained Emotions, ACL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from affekt.affect.spaces import find_space
from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import checksums, has_file, read_lines, read_table
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

SPACE = find_space("goemotions")
SPLITS = ("train", "dev", "test")

_RAW = "https://raw.githubusercontent.com/google-research/google-research"
_COMMITS = {
    "train.tsv": "2adf640a14f11025ae5a9d0ec493b78530d276d3",
    "dev.tsv": "2adf640a14f11025ae5a9d0ec493b78530d276d3",
    "test.tsv": "b91598b43297db06cca27a29fe2d0442dffea029",
    "emotions.txt": "018cbe7892d848bc871d482fd2868089037e375f",
}
_RATERS = tuple(f"full_dataset/goemotions_{part}.csv" for part in (1, 2, 3))

CARD = CorpusCard(
    name="goemotions",
    summary="58k English Reddit comments labelled by 3 or 5 raters with 27 emotions and neutral",
    modality="text",
    space=SPACE,
    licence="Apache-2.0",
    permissive=True,
    homepage="https://github.com/google-research/google-research/tree/master/goemotions",
    citation="Demszky et al. 2020, GoEmotions: A Dataset of Fine-Grained Emotions, ACL",
    files=(
        *(SourceFile(n, f"{_RAW}/{c}/goemotions/data/{n}", checksums("goemotions")[n]) for n, c in _COMMITS.items()),
        *(SourceFile(n, f"https://storage.googleapis.com/gresearch/goemotions/data/{n}") for n in _RATERS),
    ),
    rows={"train": 43410, "dev": 5426, "test": 5427},
    languages=("en",),
    notes=(
        "The filtered release: labels that at least two raters gave. The raters' own labels come along where "
        "full_dataset/goemotions_1.csv to _3.csv are there too; their comments outside the three splits are left "
        "out. Names and religions are masked as [NAME], [RELIGION]."
    ),
    papers=("goemotions",),
    layout_source="monologg/GoEmotions-pytorch, data/original/, b75f9d3a8b76bc1060687925b04ca98a1b8ea66b",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the comments in the official order; the id is Reddit's, labels are those of the release.

    Layout: ``train.tsv``, ``dev.tsv``, ``test.tsv``, ``emotions.txt`` in `folder` or in its ``data/``.
    Raises `CorpusError`.
    """
    names = [text for _, _, text in read_lines(folder, "emotions.txt", "data/emotions.txt")]
    if set(names) != set(SPACE.labels):
        raise CorpusError(f"emotions.txt in {folder} lists {names[:30]}, expected are the 28 of GoEmotions.")
    ratings = _ratings(folder)
    for split in SPLITS:
        for file, number, line in read_lines(folder, f"{split}.tsv", f"data/{split}.tsv"):
            try:
                text, places, comment = line.split("\t")
                labels = tuple(names[int(place)] for place in places.split(","))
            except (ValueError, IndexError) as error:
                raise CorpusError(
                    f"{file}, line {number}: expected text, label numbers 0-27 and an id between tabs, got {line!r}."
                ) from error
            yield Record(
                id=comment,
                signal=Signal(text, source=file, language="en"),
                split=split,
                labels=labels,
                ratings=tuple(ratings.get(comment, ())),
            )


def _ratings(folder: Path) -> dict[str, list[Rating]]:
    """Each rater's labels by comment id; ``unclear`` is 1 where a rater could not tell."""
    ratings: dict[str, list[Rating]] = defaultdict(list)
    for part in _RATERS:
        if not has_file(folder, part, f"data/{part}"):
            continue
        columns = ("id", "rater_id", "example_very_unclear", *SPACE.labels)
        for row in read_table(folder, part, f"data/{part}", columns=columns):
            labels = tuple(label for label in SPACE.labels if row[label] == "1")
            unclear = float(row["example_very_unclear"].lower() == "true")
            ratings[row["id"]].append(Rating(row["rater_id"], labels, {"unclear": unclear}, "reader"))
    return ratings
