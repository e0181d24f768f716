"""A scikit-learn-shaped classifier of texts: one's own labels from a few examples per class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from affekt.errors import InputError
from affekt.inference.text import AnyReader, open_reader
from affekt.models.index import find_model

_STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)


class TextClassifier(ClassifierMixin, BaseEstimator):
    """Fits a new head, a logistic regression, on what a shipped model sees in a text.

    The encoder stays as it is; the head learns from its pooled encoding, which already tells
    emotions apart, so that eight examples per class are worth something. `strength` is the inverse
    regularisation C of the head; None chooses it by cross-validated log loss among the examples
    themselves (with at least three per class; below that 0.01).

    Works wherever a scikit-learn classifier of texts does: `cross_val_score`, `GridSearchCV`,
    `Pipeline`, `clone`. `X` is a sequence of str.

    >>> texts = ["great, thank you", "love it", "so happy", "awful", "I hate this", "terrible and sad"]
    >>> head = TextClassifier(model="text-nano").fit(texts, ["up"] * 3 + ["down"] * 3)
    >>> head.predict(["what a lovely day"]).tolist()
    ['up']
    """

    def __init__(self, *, model: str = "text", strength: float | None = None, seed: int = 0) -> None:
        self.model = model
        self.strength = strength
        self.seed = seed

    def fit(self, X: Sequence[str], y: Sequence[Any]) -> TextClassifier:  # noqa: N803
        """Fit the head on texts and their labels. Raises `InputError` unless there are two classes."""
        texts, labels = _texts(X), np.asarray(y)
        if len(texts) != len(labels):
            raise InputError(f"There are {len(texts)} texts but {len(labels)} labels: give one label per text.")
        classes, counts = np.unique(labels, return_counts=True)
        if len(classes) < 2:
            raise InputError(f"A classifier needs examples of at least two classes, got {classes.tolist()}.")
        head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000, C=self.strength or 0.01))
        if self.strength is None and counts.min() >= 3:
            folds = StratifiedKFold(int(min(5, counts.min())), shuffle=True, random_state=self.seed)
            grid = {"logisticregression__C": _STRENGTHS}
            head = GridSearchCV(head, grid, scoring="neg_log_loss", cv=folds)
        self.head_ = head.fit(self._reader().features(texts), labels)
        self.classes_ = classes
        return self

    def predict_proba(self, X: Sequence[str]) -> NDArray[np.float64]:  # noqa: N803
        """Return float64 (text, class), rows sum to 1, in the order of `classes_`."""
        check_is_fitted(self, "head_")
        probabilities: NDArray[np.float64] = self.head_.predict_proba(self._reader().features(_texts(X)))
        return probabilities

    def predict(self, X: Sequence[str]) -> NDArray[Any]:  # noqa: N803
        """Return the most probable class of each text."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(1)]
        return best

    def _reader(self) -> AnyReader:
        return open_reader(find_model(self.model))


def _texts(values: Sequence[str]) -> list[str]:
    if isinstance(values, str):
        raise InputError("Give a list of texts, not one text.")
    texts = list(values)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"Item {i} is {text!r}, not a text.")
    return texts
