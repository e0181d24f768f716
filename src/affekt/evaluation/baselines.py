"""The baselines our models stand beside: TF-IDF with logistic regression, and VADER."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, MissingDependencyError
from affekt.metrics.classification import mean_average_precision
from affekt.metrics.inputs import as_flags

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledTexts:
    """Texts and their labels; truth: 0/1 (text, label)."""

    texts: Sequence[str]
    truth: ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class TfidfProbabilities:
    """What the TF-IDF baseline says: `dev` and `test` (text, label), and the inverse penalty chosen on dev."""

    dev: Probabilities
    test: Probabilities
    inverse_penalty: float


@dataclass(frozen=True, slots=True, eq=False)
class VaderScores:
    """What VADER says, each (text,): shares of `negative`, `neutral` and `positive` words in [0, 1],
    and `compound` in [-1, 1]."""

    negative: Probabilities
    neutral: Probabilities
    positive: Probabilities
    compound: Probabilities


def tfidf_goemotions(
    train: LabelledTexts,
    dev: LabelledTexts,
    test_texts: Sequence[str],
    *,
    inverse_penalties: Sequence[float] = (1.0, 2.0, 4.0, 8.0),
) -> TfidfProbabilities:
    """Return the dev and test probabilities of TF-IDF with one logistic regression per label.

    Words and pairs of words seen in two texts or more, term counts taken by their logarithm, rows of
    length 1; a regression per label with L2 penalty, its inverse strength (scikit-learn's C) the one
    with the best mean average precision on dev. Thresholds are the caller's:
    `affekt.training.thresholds.fit_thresholds` on `dev`. A label that no text of `train` has gets 0,
    one that all have gets 1. Takes minutes on GoEmotions.
    Raises `InputError` where texts and truth differ in number, `MissingDependencyError` without
    scikit-learn. Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval".

    >>> train = LabelledTexts(["so happy", "very happy", "so sad", "very sad"], [[1], [1], [0], [0]])
    >>> said = tfidf_goemotions(train, train, ["happy now", "sad now"], inverse_penalties=[1.0])
    >>> bool(said.test[0, 0] > 0.5 > said.test[1, 0])
    True
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingDependencyError(
            "The TF-IDF baseline needs scikit-learn. Install it with: pip install 'affekt[train]'"
        ) from error
    for name, part in (("train", train), ("dev", dev)):
        if len(part.texts) != len(np.asarray(part.truth)):
            raise InputError(f"{name} holds {len(part.texts)} texts and labels for {len(np.asarray(part.truth))}.")
    if not inverse_penalties:
        raise InputError("inverse_penalties is empty. Give at least one, such as 4.0.")
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"(?u)\b\w+\b|[^\w\s]")
    seen = vectorizer.fit_transform(train.texts)
    asked = vectorizer.transform([*dev.texts, *test_texts])
    truth = as_flags("train truth", train.truth)
    count = len(dev.texts)
    said = [_regressions(seen, truth, asked, strength) for strength in inverse_penalties]
    best = int(np.argmax([mean_average_precision(dev.truth, probabilities[:count]) for probabilities in said]))
    return TfidfProbabilities(said[best][:count], said[best][count:], inverse_penalties[best])


def _regressions(seen: object, truth: NDArray[np.bool_], asked: object, inverse_penalty: float) -> Probabilities:
    """Return the probability of each label for the rows of `asked`, (text, label)."""
    from sklearn.linear_model import LogisticRegression

    columns = []
    for outcome in truth.T:
        if outcome.all() or not outcome.any():
            columns.append(np.full(asked.shape[0], float(outcome[0])))  # type: ignore[attr-defined]
            continue
        regression = LogisticRegression(C=inverse_penalty, solver="liblinear", random_state=0).fit(seen, outcome)
        columns.append(regression.predict_proba(asked)[:, 1])
    return np.column_stack(columns)


def vader_scores(texts: Sequence[str]) -> VaderScores:
    """Return VADER's scores of `texts`.

    Raises `MissingDependencyError` where the package vaderSentiment is not installed. Hutto and
    Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text".

    >>> scores = vader_scores(["I love it!", "I hate it."])
    >>> bool(scores.compound[0] > 0.5 > -0.5 > scores.compound[1])
    True
    """
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise MissingDependencyError("vader_scores needs VADER. Install it with: pip install vaderSentiment") from error
    analyzer = SentimentIntensityAnalyzer()
    found = [analyzer.polarity_scores(text) for text in texts]
    columns = (np.array([scores[name] for scores in found], np.float64) for name in ("neg", "neu", "pos", "compound"))
    return VaderScores(*columns)
