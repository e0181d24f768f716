"""TF-IDF with logistic regression, the baseline that is taught: words, or characters, or what the language asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import numpy as np

from affekt.corpora.targets import Flags, Floats
from affekt.errors import InputError, MissingDependencyError
from affekt.evaluation.answers import Answers
from affekt.evaluation.learners import Learner, Lesson, Taught
from affekt.training.thresholds import fit_thresholds
from affekt.types import Record

Features = Literal["words", "characters"]


def teach_tfidf(lesson: Lesson, features: Features | None = None) -> Taught:
    """Return TF-IDF with one L2-regularised logistic regression per label (C = 4), ridge regression for dimensions.

    `features` are words and pairs of words, or characters 1–5 inside words; by default words where all that is
    learned and asked is English, characters elsewhere. Of multi-label spaces thresholds are fitted on `held`; of
    exclusive ones the probabilities are made to add up to one. Raises `InputError` where no feature occurs twice,
    `MissingDependencyError` without scikit-learn. Salton and Buckley 1988, "Term-weighting approaches in automatic
    text retrieval"; characters: McNamee and Mayfield 2004, "Character N-Gram Tokenization for European Language
    Text Retrieval".
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingDependencyError(
            "The TF-IDF baseline needs scikit-learn. Install it with: pip install 'affekt[train]'"
        ) from error
    train, held = lesson.train, lesson.held
    features = features or ("words" if lesson.languages <= {None, "en"} else "characters")
    words = {"ngram_range": (1, 2), "min_df": 2, "token_pattern": r"(?u)\b\w+\b|[^\w\s]"}
    characters = {"analyzer": "char_wb", "ngram_range": (1, 5), "min_df": 2, "max_features": 200_000}
    vectorizer = TfidfVectorizer(sublinear_tf=True, **(words if features == "words" else characters))
    try:
        seen = vectorizer.fit_transform(_texts(train.records))
    except ValueError as error:
        raise InputError(f"TF-IDF finds nothing to learn from in {len(train)} texts: no word occurs twice.") from error
    ridges = [] if train.vad is None else [_ridge(seen, told) for told in train.vad.T]
    regressions = [_regression(seen, truth, rated) for truth, rated in zip(train.truth.T, train.rated.T, strict=True)]
    space, limits = train.space, {}
    if space is not None and space.kind != "exclusive" and len(held):
        said = _said(regressions, vectorizer.transform(_texts(held.records)))
        limits = {space.name: fitted_limits(held.truth, held.rated, said)}

    def answer(records: Sequence[Record]) -> Answers:
        asked = vectorizer.transform(_texts(records))
        answered = np.ones(len(records), np.bool_)
        vad = np.column_stack([_valued(ridge, asked) for ridge in ridges]) if ridges else None
        if space is None:
            return Answers(answered, vad=vad)
        probabilities = _said(regressions, asked)
        if space.kind == "exclusive":
            sums = probabilities.sum(axis=1, keepdims=True)
            probabilities = np.where(sums > 0, probabilities / np.where(sums > 0, sums, 1.0), 1.0 / len(space))
        return Answers(answered, space, probabilities, vad=vad, thresholds=limits)

    return answer


def fitted_limits(truth: Flags, rated: Flags, said: Floats) -> tuple[float, ...]:
    """Return the threshold of each label that suits held-out items best, over those where it was judged; else 0.5."""
    judged = ((truth[rows, k], said[rows, k]) for k, rows in enumerate(rated.T))
    return tuple(
        float(fit_thresholds(true[:, None], column[:, None])[0]) if true.any() else 0.5 for true, column in judged
    )


TFIDF = {
    "tfidf": Learner("tfidf", "1", teach_tfidf),
    "tfidf-words": Learner("tfidf-words", "1", partial(teach_tfidf, features="words")),
    "tfidf-characters": Learner("tfidf-characters", "1", partial(teach_tfidf, features="characters")),
}


def _texts(records: Sequence[Record]) -> list[str]:
    return [record.signal.text for record in records]


def _regression(seen: Any, truth: Flags, rated: Flags) -> Any:
    """Return the regression of one label, or its one probability where nothing tells two sides; unrated items teach
    nothing."""
    from sklearn.linear_model import LogisticRegression

    taught = truth[rated]
    if not taught.any() or taught.all():
        return float(bool(taught.size and taught.all()))
    return LogisticRegression(C=4.0, solver="liblinear", random_state=0).fit(seen[rated], taught)


def _said(regressions: Sequence[Any], asked: Any) -> Floats:
    """Return the probabilities (item, label)."""
    columns = [
        np.full(asked.shape[0], each) if isinstance(each, float) else each.predict_proba(asked)[:, 1]
        for each in regressions
    ]
    return np.column_stack(columns)


def _ridge(seen: Any, told: Floats) -> Any:
    from sklearn.linear_model import Ridge

    known = ~np.isnan(told)
    return Ridge(alpha=1.0).fit(seen[known], told[known]) if known.any() else None


def _valued(ridge: Any, asked: Any) -> Floats:
    values: Floats = np.full(asked.shape[0], np.nan) if ridge is None else np.clip(ridge.predict(asked), -1.0, 1.0)
    return values
