"""K-EmoCon: pairs debate, and every five seconds themselves, their partner and outsiders rate what each felt.

Park, Cha, Kang, Kim, Khandoker, Hadjileontiadis, Oh, Jeong & Lee 2020, K-EmoCon, a multimodal sensor dataset for
continuous emotion recognition in naturalistic conversations, Scientific Data 7:293.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import Row, has_file, read_table
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

_ROOT = "emotion_annotations"
# Who rates: the folder, the end of the file name, and our perspective.
_RATERS = (
    ("self_annotations", "self", "writer"),
    ("partner_annotations", "partner", "reader"),
    ("aggregated_external_annotations", "external", "reader"),
)
_SCALES = ("valence", "arousal")
_PEOPLE = range(1, 33)

CARD = CorpusCard(
    name="k_emocon",
    summary="32 people debate in pairs; every 5 s they, their partner and outsiders rate what each felt",
    modality="physiology",
    space=None,
    licence="not verified (by request through Zenodo, as far as is known)",
    permissive=False,
    homepage="https://zenodo.org/records/3931963",
    citation="Park et al. 2020, K-EmoCon, a multimodal sensor dataset for continuous emotion recognition in "
    "naturalistic conversations, Scientific Data 7:293",
    files=(SourceFile(f"{_ROOT}.tar.gz", None), SourceFile("metadata.tar.gz", None)),
    rows={"all": 32},
    languages=("ko",),
    notes=(
        "A record is a person; `values` are the means of what the person rated. `affekt.corpora.k_emocon.read_moments` "
        "gives a record per five seconds with the rating of each who was asked: self (writer), partner and external "
        "(reader; the published aggregate of five outsiders). Valence and arousal are moved from 1-5 to [-1, 1]. "
        "Tracks of the three differ in length: the makers cut the longer ones at their beginning, which is left to the "
        "user; `values` seconds is the time as the file has it. Other scales of the files (cheerful, happy and so on) "
        "are not read, nor are sensors: their clocks are in milliseconds, the debate's start in metadata/subjects.csv. "
        "The group is the person, for pairs could not be checked. Language and number of people are from memory; the "
        "home is the one of the makers' code."
    ),
    access="request",
    layout_source=(
        "Kaist-ICLab/K-EmoCon_SupplementaryCodes (the makers' own), scripts/preprocess.py and README.md, commit "
        "6507a2f99b5766edad954196035e6e4b7063d8b9 (folders, file names, columns, five seconds, scale). Never run on "
        "the corpus itself"
    ),
    raters="each person, their partner and five outsiders (published as one) every five seconds",
    speakers="32 people in 16 pairs; who debated with whom is in metadata/subjects.csv and not read",
    sensitive="signals of people's bodies in private talks",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the people in the order of their numbers.

    Layout: ``emotion_annotations/self_annotations/P1.self.csv``, ``partner_annotations/P1.partner.csv`` and
    ``aggregated_external_annotations/P1.external.csv`` with seconds, arousal, valence, in `folder` or in its ``raw/``.
    Raises `CorpusError`.
    """
    for person in _people(folder):
        own = [row for rater, row in _rows(folder, person) if rater == "self"]
        values = {name: sum(row.signed(name, 1, 5) for row in own) / len(own) for name in _SCALES}
        yield Record(
            id=f"P{person}",
            signal=Signal(source=own[0].file, language="ko", modality="physiology"),
            split="all",
            speaker=f"P{person}",
            group=f"P{person}",
            values={**values, "moments": float(len(own))},
        )


def read_moments(folder: Path) -> Iterator[Record]:
    """Yield a record per person and five seconds, as far as the longest of the three tracks goes."""
    perspectives = {rater: perspective for _, rater, perspective in _RATERS}
    for person in _people(folder):
        moments: dict[float, list[Rating]] = {}
        file = ""
        for rater, row in _rows(folder, person):
            file = row.file
            values = {name: row.signed(name, 1, 5) for name in _SCALES}
            moments.setdefault(row.number("seconds", 0, 1e5), []).append(Rating(rater, (), values, perspectives[rater]))
        for turn, (seconds, ratings) in enumerate(sorted(moments.items())):
            own = next((dict(rating.values) for rating in ratings if rating.rater == "self"), {})
            yield Record(
                id=f"P{person}.{seconds:g}",
                signal=Signal(source=file, language="ko", modality="physiology"),
                split="all",
                ratings=tuple(ratings),
                speaker=f"P{person}",
                group=f"P{person}",
                values={**own, "seconds": seconds},
                turn=turn,
            )


def _people(folder: Path) -> list[int]:
    root = _root(folder)
    found = [person for person in _PEOPLE if has_file(root, f"self_annotations/P{person}.self.csv")]
    if not found:
        raise CorpusError(
            f"{root} has no self_annotations/P1.self.csv to P32.self.csv. Put the corpus's {_ROOT} in {folder}."
        )
    return found


def _rows(folder: Path, person: int) -> Iterator[tuple[str, Row]]:
    """Every row of the person's three tracks, and whose it is."""
    for place, rater, _ in _RATERS:
        name = f"{place}/P{person}.{rater}.csv"
        last = -1.0
        for row in read_table(_root(folder), name, columns=("seconds", *_SCALES)):
            seconds = row.number("seconds", 0, 1e5)
            if seconds <= last:
                raise row.error(f"seconds is {row['seconds']}, after {last:g}: time does not go forward")
            last = seconds
            yield rater, row
        if last < 0:
            raise CorpusError(f"{_root(folder) / name} has no rows. Fetch it again from {CARD.homepage}.")


def _root(folder: Path) -> Path:
    return next((base for base in (folder / "raw" / _ROOT, folder / _ROOT) if base.is_dir()), folder / _ROOT)
