"""The baseline everyone starts from: TF-IDF of words and word pairs, a logistic regression per label.

Its settings are the usual ones: words and pairs of words seen at least twice, logarithmic counts,
weak regularisation, no class weights, so that its probabilities stay probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from affekt.types import Record

Predict = Callable[[Sequence[str]], np.ndarray]


def fit_tfidf(records: Sequence[Record], labels: Sequence[str], *, penalty: float = 10.0) -> Predict:
    """A function from texts to probabilities, float64 (text, label), fitted on the records' labels."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    features = vectorizer.fit_transform([record.signal.text for record in records])
    models = []
    for label in labels:
        present = np.array([label in record.labels for record in records])
        models.append(LogisticRegression(C=penalty, solver="liblinear").fit(features, present))

    def predict(texts: Sequence[str]) -> np.ndarray:
        rows = vectorizer.transform(texts)
        return np.stack([model.predict_proba(rows)[:, 1] for model in models], axis=1)

    return predict
