"""The four test sets of VADER: tweets, film reviews, product reviews, editorials with some 20 raters' valence.

Hutto & Gilbert 2014, VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text, ICWSM.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from affekt.cards import CorpusCard, SourceFile
from affekt.corpora.files import read_lines
from affekt.errors import CorpusError
from affekt.types import Rating, Record, Signal

_ARCHIVE = "hutto_ICWSM_2014"
DOMAINS = {
    "tweets": "tweets",
    "movies": "movieReviewSnippets",
    "amazon": "amazonReviewSnippets",
    "editorials": "nytEditorialSnippets",
}

CARD = CorpusCard(
    name="vader_icwsm",
    summary="Tweets and sentences of film reviews, product reviews and editorials, valence by some 20 raters each",
    modality="text",
    space=None,
    licence="MIT",
    permissive=True,
    homepage="https://github.com/cjhutto/vaderSentiment",
    citation="Hutto & Gilbert 2014, VADER: A Parsimonious Rule-based Model for Sentiment Analysis, ICWSM",
    files=tuple(
        SourceFile(f"{_ARCHIVE}/{stem}_{part}.txt", None)
        for stem in DOMAINS.values()
        for part in ("GroundTruth", "anonDataRatings")
    ),
    rows={"tweets": 4200, "movies": 10605, "amazon": 3708, "editorials": 5190},
    languages=("en",),
    notes=(
        "In additional_resources/hutto_ICWSM_2014.tar.gz of the homepage. A split here is a domain. "
        "`values['valence']` is the published mean, -4 to 4 divided by 4; the single ratings (no rater ids) are "
        "divided likewise. The published mean is not always the mean of the ratings beside it (216 differ). The group "
        "is the review or article that a sentence is from; the ids of tweets and film reviews name none."
    ),
    layout_source="cjhutto/vaderSentiment, 44fc044cd877310ee8278a0eadf34bcd50d41d06",
)


def read(folder: Path) -> Iterator[Record]:
    """Yield the texts domain by domain, valence moved from -4..4 to [-1, 1]; the id is ``<domain>-<id>``.

    Layout: ``tweets_GroundTruth.txt`` and ``tweets_anonDataRatings.txt`` and so on, in `folder`, in
    ``hutto_ICWSM_2014/`` (the archive's folder) or in ``icwsm2014/``. Raises `CorpusError`.
    """
    votes_seen: dict[float, Rating] = {}  # half a million ratings take nine values
    for domain, stem in DOMAINS.items():
        ratings: dict[str, tuple[Rating, ...]] = {}
        for file, number, line in read_lines(folder, *_places(f"{stem}_anonDataRatings.txt")):
            item, _, _, votes = _cells(line, 4, file, number)
            valences = [_valence(vote, file, number) for vote in _votes(votes, file, number)]
            for valence in valences:
                if valence not in votes_seen:
                    votes_seen[valence] = Rating(None, (), {"valence": valence}, "reader")
            ratings[item] = tuple(votes_seen[valence] for valence in valences)
        for file, number, line in read_lines(folder, *_places(f"{stem}_GroundTruth.txt")):
            item, mean, text = _cells(line, 3, file, number)
            if item not in ratings:
                raise CorpusError(f"{file}, line {number}: no ratings of {item!r} in {stem}_anonDataRatings.txt.")
            source, _, sentence = item.partition("_")
            yield Record(
                id=f"{domain}-{item}",
                signal=Signal(text, source=file, language="en"),
                split=domain,
                ratings=ratings[item],
                group=f"{domain}-{source}" if sentence else None,
                values={"valence": _valence(mean, file, number)},
            )


def _places(name: str) -> tuple[str, str, str]:
    return f"{_ARCHIVE}/{name}", f"icwsm2014/{name}", name


def _cells(line: str, count: int, file: str, number: int) -> list[str]:
    cells = line.split("\t")
    if len(cells) != count:
        raise CorpusError(f"{file}, line {number}: {len(cells)} cells between tabs, expected {count}.")
    return cells


def _votes(text: str, file: str, number: int) -> list[float]:
    try:
        return list(json.loads(text))
    except (TypeError, ValueError) as error:
        raise CorpusError(f"{file}, line {number}: expected a list of ratings, got {text[:60]!r}.") from error


def _valence(rating: str | float, file: str, number: int) -> float:
    try:
        value = float(rating)
    except (TypeError, ValueError):
        value = float("nan")
    if not -4 <= value <= 4:
        raise CorpusError(f"{file}, line {number}: the rating is {rating!r}, allowed is -4 to 4.")
    return value / 4
