"""Judgements added beside the labels of a table: polarity, subjectivity, one of seven emotions, VADER's sentiment.

These are the three ways in which Thakur et al. (2024), A Labelled Dataset for Sentiment Analysis of Videos on YouTube,
TikTok, and Other Sources about the 2024 Outbreak of Measles, labelled the titles of videos, with VADER, TextBlob and a
classifier of seven emotions. Here the classifier is ours, and subjectivity is the mean of the lexicon that TextBlob
reads too (`affekt.affect.words.opinions`); where one of its three classes ends is ours (equal thirds).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from affekt.affect.convert import convert_probabilities
from affekt.affect.spaces import find_space
from affekt.affect.words.opinions import polarity_class, read_opinion
from affekt.errors import InputError, MissingDependencyError, unknown_name
from affekt.types import LabelSpace

Addition = Literal["polarity", "subjectivity", "emotions", "vader"]
ADDITIONS: tuple[Addition, ...] = get_args(Addition)
_COLUMNS: dict[Addition, tuple[str, ...]] = {
    "polarity": ("polarity", "polarity_lexicon", "polarity_lexicon_score"),
    "subjectivity": ("subjectivity", "subjectivity_score"),
    "emotions": ("emotion",),
    "vader": ("polarity_vader", "polarity_vader_score"),
}
# What our models tell, and in which space.
_SPACES: dict[Addition, str] = {"polarity": "sentiment", "emotions": "ekman-neutral"}


def parse_additions(given: str | Iterable[str]) -> tuple[Addition, ...]:
    """Return the additions that a list names, each once. Raises `UnknownNameError`, `InputError` where it names none.

    >>> parse_additions("polarity, emotions")
    ('polarity', 'emotions')
    """
    named = [part.strip() for part in (given.split(",") if isinstance(given, str) else given)]
    found: dict[Addition, None] = {}
    for name in filter(None, named):
        known = next((each for each in ADDITIONS if each == name), None)
        if known is None:
            raise unknown_name("addition", name, ADDITIONS, "affekt annotate --help")
        found[known] = None
    if not found:
        raise InputError(f"There is nothing to add. Choose of {', '.join(ADDITIONS)}.")
    return tuple(found)


def addition_names(additions: Iterable[Addition]) -> tuple[str, ...]:
    """Return the names of the columns that additions make, in order.

    >>> addition_names(["subjectivity", "emotions"])
    ('subjectivity', 'subjectivity_score', 'emotion')
    """
    return tuple(name for each in additions for name in _COLUMNS[each])


def check_additions(additions: Iterable[Addition], space: LabelSpace) -> None:
    """Raise `ConversionError` where a model that answers in `space` cannot tell an addition, and
    `MissingDependencyError` where VADER is asked for and not installed."""
    from affekt.affect.convert import conversion

    for each in additions:
        if each in _SPACES:
            conversion(space, find_space(_SPACES[each]))
        if each == "vader":
            _vader()


def addition_columns(
    additions: Iterable[Addition], texts: Sequence[str], probabilities: NDArray[Any], space: LabelSpace
) -> list[NDArray[Any]]:
    """Return the values of the columns of `addition_names`, an array (text,) each.

    probabilities: (text, label) over `space`, NaN where a text was not read: then ours are None. Lexicon and VADER look
    at the words alone and answer for every text. Classes are str objects, scores float32.
    """
    columns: list[NDArray[Any]] = []
    opinions = [read_opinion(text) for text in texts]
    for each in additions:
        if each in _SPACES:
            columns.append(_most_probable(probabilities, space, find_space(_SPACES[each])))
        if each == "polarity":
            columns.append(_objects([opinion.sign for opinion in opinions]))
            columns.append(np.array([opinion.polarity for opinion in opinions], np.float32))
        elif each == "subjectivity":
            columns.append(_objects([opinion.degree for opinion in opinions]))
            columns.append(np.array([opinion.subjectivity for opinion in opinions], np.float32))
        elif each == "vader":
            analyzer = _vader()
            compound = [float(analyzer.polarity_scores(text)["compound"]) for text in texts]
            columns.append(_objects([polarity_class(value) for value in compound]))
            columns.append(np.array(compound, np.float32))
    return columns


def _most_probable(probabilities: NDArray[Any], source: LabelSpace, target: LabelSpace) -> NDArray[Any]:
    chosen = np.full(len(probabilities), None, object)
    read = ~np.isnan(probabilities).any(axis=1)
    if read.any():
        inside = probabilities[read]
        converted = inside if source == target else convert_probabilities(inside, source, target)
        chosen[read] = np.array(target.labels, object)[np.asarray(converted).argmax(1)]
    return chosen


def _objects(values: Sequence[str]) -> NDArray[Any]:
    found = np.full(len(values), None, object)
    found[:] = values
    return found


def _vader() -> Any:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise MissingDependencyError("Adding vader needs VADER. Install it with: pip install vaderSentiment") from error
    return SentimentIntensityAnalyzer()
