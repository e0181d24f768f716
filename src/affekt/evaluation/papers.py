"""The 200 papers affekt sets out to cover: how much of each works today, where, and what shows it.

The table is `papers.tsv` beside this file, a line a paper. A paper `works` when all that is asked of
it is shown by tests or by rows of `results/`; it works `partly` when some of it is, and the line says
what; `off-topic` papers are not about affect. Every test and row that a line names is checked to exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, cast, get_args

from affekt.errors import UnknownNameError, unknown_name

if TYPE_CHECKING:
    from affekt.cards import CorpusCard

Status = Literal["works", "partly", "not yet", "off-topic"]
STATUSES: tuple[Status, ...] = get_args(Status)

FAMILIES = {
    "A": "Affect representation, label spaces and annotator subjectivity",
    "B": "Text emotion: fine-grained, multilingual, domain corpora, LLM annotation",
    "C": "Emotion recognition in conversation",
    "D": "Emotion cause and interpretation",
    "E": "Empathy, emotional support and affective dialogue generation",
    "F": "Speech emotion recognition",
    "G": "Speech corpora, emotion diarization and continuous annotation",
    "H": "Facial expression, valence-arousal and action units",
    "I": "Visual-evoked emotion and context in images",
    "J": "Video and multimodal fusion with discriminative models",
    "K": "Multimodal LLM emotion understanding and reasoning",
    "L": "Physiology: EEG, EDA and eye tracking",
    "M": "Music emotion: recognition and affect-controlled generation",
    "N": "Emotional speech synthesis and voice conversion",
    "O": "Talking faces, avatars, and image and video generation",
    "P": "LLM affect: internals, steering, stimuli and evaluation",
    "Q": "Mental health and clinical affect",
    "S": "Surveys, neighbours and off-topic entries",
}

_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: what of it works in affekt, in which modules, shown by which tests and result rows.

    `works`, `where`, `shown_by` and `command` are empty for what does not work yet. `shown_by` holds
    tests as ``FILE::FUNCTION`` and result rows as ``results/FILE.csv::CORPUS::METRIC``; `command` is
    run in a checkout. `code` is the authors' own, empty where they name none.
    """

    id: str
    family: str
    title: str
    status: Status
    works: str
    where: tuple[str, ...]
    shown_by: tuple[str, ...]
    command: str
    code: str


@cache
def all_papers() -> tuple[Paper, ...]:
    """Return every paper, by family and within a family in the order of the table.

    >>> len(all_papers())
    200
    """
    lines = resources.files("affekt.evaluation").joinpath("papers.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(_paper(*line.split("\t")) for line in lines[1:])


def find_paper(name: str) -> Paper:
    """Return the paper of an id. Raises `UnknownNameError`, which offers the nearest.

    >>> find_paper("tone").title
    'TONE: A 3-Tiered ONtology for Emotion analysis'
    """
    known = {paper.id: paper for paper in all_papers()}
    if name not in known:
        raise unknown_name("paper", name, known, "affekt papers")
    return known[name]


def select_papers(*, family: str | None = None, status: str | None = None) -> tuple[Paper, ...]:
    """Return the papers of a family, of a status, or of both; all of them for neither.

    family: a letter of `FAMILIES`; status: one of `STATUSES`; in either case, ``not-yet`` being ``not yet``.
    Raises `UnknownNameError` for others.

    >>> {paper.status for paper in select_papers(family="a")}
    {'works'}
    """
    letter = None if family is None else family.upper()
    if letter is not None and letter not in FAMILIES:
        raise UnknownNameError(f"There is no family {family!r}. Families are the letters {', '.join(FAMILIES)}.")
    word = None if status is None else status.lower().replace("not-yet", "not yet")
    if word is not None and word not in STATUSES:
        raise UnknownNameError(f"There is no status {status!r}. Statuses are {', '.join(STATUSES)}.")
    return tuple(
        paper
        for paper in all_papers()
        if (letter is None or paper.family == letter) and (word is None or paper.status == word)
    )


def corpora_of(paper: Paper) -> tuple[CorpusCard, ...]:
    """Return the cards of the corpora that serve a paper: its own, and those it trains or is scored on.

    >>> "meld" in {card.name for card in corpora_of(find_paper("meld"))}
    True
    """
    from affekt.corpora.index import CORPORA

    return tuple(card for card in CORPORA.values() if paper.id in card.papers)


def count_by_status(papers: Iterable[Paper]) -> dict[Status, int]:
    """Return how many papers have each status, every status named.

    >>> count_by_status([find_paper("tone")])
    {'works': 1, 'partly': 0, 'not yet': 0, 'off-topic': 0}
    """
    counts: dict[Status, int] = dict.fromkeys(STATUSES, 0)
    for paper in papers:
        counts[paper.status] += 1
    return counts


def _paper(*cells: str) -> Paper:
    name, family, title, status, works, where, shown_by, command, code = (
        "" if cell == _NOTHING else cell for cell in cells
    )
    return Paper(
        *(name, family, title, cast(Status, status), works),
        *(tuple(where.split()), tuple(shown_by.split()), command, code),
    )
