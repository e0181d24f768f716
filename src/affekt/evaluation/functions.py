"""A subject that is a function, or a fitted scikit-learn estimator, named as `module:callable`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from affekt.corpora.targets import DIMENSIONS
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.evaluation.loading import load_reader, needs_fitting, version_of
from affekt.types import LabelSpace


def function_subject(name: str, *, space: LabelSpace | None = None) -> Subject:
    """Return the subject that calls ``module:callable`` or ``path/to/file.py:callable`` with a list of texts.

    A module is looked for where Python looks, and in the current folder. What may come back, a value per text:
    a label, a sequence of labels, a mapping of labels to probabilities (and of valence, arousal, dominance to numbers
    in [-1, 1]), None for no answer; or an array of probabilities (text, label) in the order of `space`, by default the
    space that is scored. An object with ``predict_proba`` or ``predict`` is taken as a fitted scikit-learn estimator:
    its ``classes_`` are labels; a class, or a function without parameters, makes one. Files of pickles are
    never opened. Raises `InputError`.
    """
    reader = load_reader(name)

    def answer(question: Question) -> Answers:
        return answers_of(reader, question, space=space)

    return Subject(called(name), version_of(name), answer)


def called(name: str) -> str:
    """Return what results call ``module:callable``: of a file its name without folders.

    >>> called("my_models:read"), called("some/where/mine.py:read")
    ('my_models.read', 'mine.read')
    """
    module, _, attribute = name.rpartition(":")
    return f"{Path(module).stem if module.endswith('.py') else module}.{attribute}"


def answers_of(function: Any, question: Question, *, space: LabelSpace | None = None) -> Answers:
    """Return what `function` or an estimator answers to `question`; see `function_subject`."""
    space = space or question.space
    name = getattr(function, "__name__", type(function).__name__)
    if hasattr(function, "predict_proba") or hasattr(function, "predict"):
        if needs_fitting(function):
            raise InputError(f"{name} is not fitted. Fit it, or name it by module:callable to have it taught.")
        rows: Any = _estimated(name, function, question, space)
    else:
        rows = function(question.texts)
    if not isinstance(rows, Sequence | np.ndarray) or isinstance(rows, str):
        raise InputError(f"{name} returned {type(rows).__name__}. It must return a list with a value per text.")
    if len(rows) != len(question.records):
        raise InputError(f"{name} returned {len(rows)} values for {len(question.records)} texts.")
    if isinstance(rows, np.ndarray) and rows.ndim == 2:
        if space is None or rows.shape[1] != len(space):
            wanted = "none" if space is None else f"{len(space)} ({space.name})"
            raise InputError(f"{name} returned {rows.shape[1]} columns; the labels are {wanted}.")
        answered = np.asarray(~np.isnan(rows).any(axis=1), np.bool_)
        return Answers(answered, space, _in_range(name, rows.astype(np.float64)))
    return _from_values(name, list(rows), space)


def _estimated(name: str, estimator: Any, question: Question, space: LabelSpace | None) -> list[Any]:
    """Return a value per text: probabilities by label, or the label, as a fitted estimator gives them."""
    if space is None:
        raise InputError(f"{name} gives labels, but the corpus has none. Score it on another corpus, or wrap it.")
    if hasattr(estimator, "predict_proba"):
        classes = [str(label) for label in getattr(estimator, "classes_", ())]
        strange = [label for label in classes if label not in space]
        if strange or not classes:
            raise InputError(
                f"The classes of {name} are {', '.join(classes[:6]) or 'unknown'}, not labels of {space.name}. Fit it "
                "on the labels' names, say what they are in with --answers-in SPACE, or wrap it in a function that "
                "returns {label: probability} for each text."
            )
        said = estimator.predict_proba(question.texts)
        shape = np.shape(said) if isinstance(said, np.ndarray) else (type(said).__name__,)
        if shape != (len(question.records), len(classes)):
            raise InputError(
                f"{name}.predict_proba returned shape {shape}, expected (text, {len(classes)}). Wrap it in a function "
                "that returns {label: probability} for each text."
            )
        return [dict(zip(classes, row, strict=True)) for row in np.asarray(said, np.float64).tolist()]
    labels = np.asarray(estimator.predict(question.texts))
    if labels.ndim != 1:
        raise InputError(
            f"{name}.predict returned shape {labels.shape}. Wrap it in a function that returns a list of labels for "
            "each text."
        )
    return [str(label) for label in labels.tolist()]


def _from_values(name: str, rows: list[Any], space: LabelSpace | None) -> Answers:
    labels = () if space is None else space.labels
    probabilities, vad = np.full((len(rows), len(labels)), np.nan), np.full((len(rows), 3), np.nan)
    chosen = np.zeros((len(rows), len(labels)), np.bool_)
    answered, certain = np.zeros(len(rows), np.bool_), False
    for place, value in enumerate(rows):
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        answered[place] = True
        if isinstance(value, Mapping):
            rest = {str(key): float(number) for key, number in value.items() if key not in DIMENSIONS}
            vad[place] = [float(value.get(dimension, math.nan)) for dimension in DIMENSIONS]
            _check(name, rest, space)
            if rest:
                probabilities[place] = [rest.get(label, 0.0) for label in labels]
            continue
        certain = True
        given = [value] if isinstance(value, str) else [str(label) for label in value]
        _check(name, given, space)
        chosen[place] = [label in given for label in labels]
    if certain and not (np.isnan(probabilities).all() and np.isnan(vad).all()):
        raise InputError(f"{name} returned labels for some texts and mappings for others. Return one of the two.")
    if certain or (space is not None and not answered.any()):
        return Answers(answered, space, chosen=chosen)
    told = None if np.isnan(vad).all() else vad
    if not labels or np.isnan(probabilities).all():
        return Answers(answered, vad=told)
    return Answers(answered, space, _in_range(name, probabilities), vad=told)


def _check(name: str, given: Any, space: LabelSpace | None) -> None:
    for label in given:
        if space is None or label not in space:
            raise InputError(
                f"{name} answered {label!r}, which is no label of {'the corpus' if space is None else space.name}. "
                "Say what its labels are in with --answers-in SPACE (`affekt spaces`)."
            )


def _in_range(name: str, values: Any) -> Any:
    if np.nanmin(values, initial=0.0) < -1e-6 or np.nanmax(values, initial=1.0) > 1 + 1e-6:
        raise InputError(f"{name} returned values outside [0, 1]. Turn logits into probabilities first.")
    return np.clip(values, 0.0, 1.0)
