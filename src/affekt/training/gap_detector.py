"""A detector of texts whose writer and readers see different emotions, judged by cross-validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, MissingDependencyError
from affekt.metrics.verification import auroc
from affekt.ratings.perspectives import Phrase, characteristic_phrases

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GapDetection:
    """What cross-validation found.

    `auc`: the area under the ROC curve of all out-of-fold scores; `folds`: of each fold, (fold,);
    `scores`: float64 (item,), the out-of-fold probability that there is a gap; `phrases`: what is
    characteristic of the texts detected, most first.
    """

    auc: float
    folds: Floats
    scores: Floats
    phrases: tuple[Phrase, ...]


def detect_gap(
    texts: Sequence[str],
    gap: ArrayLike,
    *,
    features: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    folds: int = 5,
    ridge: float = 1.0,
    seed: int = 0,
) -> GapDetection:
    """Return how well texts with a gap are told from the others, and by which phrases.

    gap: bool (item,), such as `affekt.ratings.perspectives.hidden`; features: (item, width), a frozen
    encoder's, or None to see TF-IDF of words and pairs of words alone; groups: (item,), kept within a
    fold. A logistic regression of both, `ridge` the inverse of its C, weighed so that the rarer class
    counts as much; what scores a fold, and scales its features, never saw it. The phrases are those
    of the texts scored in the upper quarter against the rest, as the paper analyses detected
    sentences rather than labelled ones. Nakagawa, Kitada and Iyatomi 2022 (a fine-tuned encoder
    there). Raises `InputError` where a class has fewer texts than folds, `MissingDependencyError`
    without scikit-learn.
    """
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise MissingDependencyError(
            "detect_gap needs scikit-learn. Install it with: pip install 'affekt[train]'"
        ) from error
    truth = np.asarray(gap, np.bool_)
    if truth.shape != (len(texts),):
        raise InputError(f"gap must say for each of {len(texts)} texts, got shape {truth.shape}.")
    rarer = int(min(truth.sum(), (~truth).sum()))
    if folds < 2 or rarer < folds:
        raise InputError(
            f"{folds} folds need at least that many texts of each kind and two folds; the rarer has {rarer}."
        )
    named = np.arange(len(texts)) if groups is None else np.asarray(groups)
    frozen = None if features is None else np.asarray(features, np.float64)
    scores = np.full(len(texts), np.nan)
    areas = []
    parted = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(texts, truth, named)
    for train, test in parted:
        scores[test] = _scores(texts, truth, frozen, train, test, ridge)
        if truth[test].any() and not truth[test].all():
            areas.append(auroc(truth[test], scores[test]))
    detected = scores >= np.quantile(scores, 0.75)
    words = [_words(text) for text in texts]
    phrases = characteristic_phrases(words, detected) if detected.any() and not detected.all() else ()
    return GapDetection(auroc(truth, scores), np.array(areas), scores, phrases)


def _scores(
    texts: Sequence[str],
    truth: NDArray[np.bool_],
    frozen: Floats | None,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    ridge: float,
) -> Floats:
    """Return the probability of a gap for the test items."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    grams = TfidfVectorizer(tokenizer=_words, token_pattern=None, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    inputs = [grams.fit_transform([texts[i] for i in train]), grams.transform([texts[i] for i in test])]
    if frozen is not None:
        mean, spread = frozen[train].mean(0), frozen[train].std(0) + 1e-6
        # Rows of length about one, as those of TF-IDF are.
        scaled = (frozen - mean) / spread / np.sqrt(frozen.shape[1])
        inputs = [hstack([part, csr_matrix(scaled[rows])]) for part, rows in zip(inputs, (train, test), strict=True)]
    model = LogisticRegression(C=1 / ridge, class_weight="balanced", max_iter=1000).fit(inputs[0], truth[train])
    said: Floats = model.predict_proba(inputs[1])[:, 1]
    return said


def _words(text: str) -> list[str]:
    import re

    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.lower())
