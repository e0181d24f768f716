"""From what a user types to a learner: a baseline, or an unfitted scikit-learn estimator as `module:callable`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from affekt.errors import InputError, unknown_name
from affekt.evaluation.answers import Answers, Question
from affekt.evaluation.functions import answers_of, called
from affekt.evaluation.learners import Learner, Lesson, Taught, teach_everything, teach_prior
from affekt.evaluation.loading import load_callable, version_of
from affekt.evaluation.tfidf import TFIDF, fitted_limits
from affekt.models.index import AUTO, MODELS
from affekt.types import Record

LEARNERS: dict[str, Learner] = {
    **TFIDF,
    "prior": Learner("prior", "1", teach_prior),
    "all-positive": Learner("all-positive", "1", teach_everything),
}


def find_learner(name: str) -> Learner:
    """Return the learner of that name: a baseline, or ``module:callable``, an estimator or what makes one.

    Raises `UnknownNameError`, and `InputError` for what cannot be taught: a model that is trained already.

    >>> find_learner("tfidf-characters").name
    'tfidf-characters'
    >>> find_learner("text")
    Traceback (most recent call last):
    affekt.errors.InputError: 'text' has learned already, and a grid teaches. Teach one of tfidf, tfidf-words, ...
    """
    if name in LEARNERS:
        return LEARNERS[name]
    if name in MODELS or name == AUTO.name or name.startswith(("hf:", "endpoint:")):
        raise InputError(
            f"{name!r} has learned already, and a grid teaches. Teach one of {', '.join(LEARNERS)}, or an unfitted "
            "scikit-learn estimator module:callable. `affekt evaluate` scores what has learned."
        )
    if ":" in name:
        made = partial(load_callable, name)
        return Learner(called(name), version_of(name), partial(teach_estimator, made))
    raise unknown_name("learner", name, LEARNERS, "affekt grid --help")


def teach_estimator(make: Callable[[], Any], lesson: Lesson) -> Taught:
    """Return a scikit-learn estimator after it was fitted; `make` returns it unfitted, or a function that makes it.

    It is cloned and given texts. In an exclusive space it learns a label per text from the items that have one; in
    others a clone per label learns whether it holds, from the items where that was judged, and where it tells
    probabilities thresholds are fitted on `held`. Raises `InputError` where it has no ``fit``, or there are no labels.
    """
    from sklearn.base import clone

    made = make()
    if isinstance(made, type) or not hasattr(made, "fit"):
        try:
            made = made()
        except TypeError as error:
            raise InputError(
                f"{made} is no estimator, and makes none when called without arguments: {error}."
            ) from error
    if not hasattr(made, "fit"):
        raise InputError(f"{type(made).__name__} has no fit, so it cannot be taught. Name an unfitted estimator.")
    train, held, space = lesson.train, lesson.held, lesson.train.space
    if space is None:
        raise InputError("An estimator is taught labels, and this corpus has dimensions only. Use tfidf.")
    texts = np.array([record.signal.text for record in train.records], object)
    if space.kind == "exclusive":
        one = train.truth.sum(axis=1) == 1
        labels = np.array(space.labels, object)[train.truth[one].argmax(axis=1)]
        fitted = clone(made).fit(texts[one].tolist(), labels.tolist())

        def answer_one(records: Sequence[Record]) -> Answers:
            return answers_of(fitted, Question(tuple(records), space, seed=lesson.seed))

        return answer_one
    several = [
        clone(made).fit(texts[rated].tolist(), truth[rated].astype(int).tolist())
        if len(set(truth[rated].tolist())) == 2
        else bool(truth[rated].size and truth[rated].all())
        for truth, rated in zip(train.truth.T, train.rated.T, strict=True)
    ]
    sure = not any(hasattr(each, "predict_proba") for each in several)
    limits = {}
    if not sure and len(held):
        limits = {space.name: fitted_limits(held.truth, held.rated, _said(several, held.records))}

    def answer(records: Sequence[Record]) -> Answers:
        said = _said(several, records)
        everything = np.ones(len(records), np.bool_)
        if sure:
            return Answers(everything, space, chosen=said > 0.5)
        return Answers(everything, space, said, thresholds=limits)

    return answer


def _said(several: Sequence[Any], records: Sequence[Record]) -> Any:
    """Return the probability of each label, 0 or 1 where only a decision is told, (item, label)."""
    texts = [record.signal.text for record in records]
    columns = []
    for each in several:
        if isinstance(each, bool):
            columns.append(np.full(len(texts), float(each)))
        elif hasattr(each, "predict_proba"):
            columns.append(np.asarray(each.predict_proba(texts), np.float64)[:, 1])
        else:
            columns.append(np.asarray(each.predict(texts), np.float64))
    return np.column_stack(columns)
