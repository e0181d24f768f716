"""From what a user types to a subject that can be scored: a model, a baseline, a table, a function, an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.errors import InputError, unknown_name
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.evaluation.functions import called, function_subject
from affekt.evaluation.learners import Learner
from affekt.evaluation.loading import load_reader, needs_fitting, version_of
from affekt.evaluation.simple import SIMPLE, taught_answers
from affekt.evaluation.tables import SUFFIXES, table_subject
from affekt.inference.text import open_reader
from affekt.models.index import AUTO, MODELS, find_model
from affekt.models.plugins import plugin_models
from affekt.types import LabelSpace

if TYPE_CHECKING:
    from affekt.evaluation.endpoint import EndpointOptions

KINDS = (
    "a model of ours (`affekt models`), a baseline (" + ", ".join(SIMPLE) + "), a file of predictions (.csv, .tsv, "
    ".jsonl, .parquet), `module:callable`, `path/to/file.py:callable`, `hf:NAME_OR_PATH`, `endpoint:URL#MODEL`, or "
    "`endpoint:echo`"
)


def find_subject(
    name: str,
    *,
    space: LabelSpace | None = None,
    endpoint: EndpointOptions | None = None,
    names: Mapping[str, str] | None = None,
) -> Subject:
    """Return what `name` means: one of ours, a baseline, a table of predictions, a function, ``hf:`` or ``endpoint:``.

    `space` says what a table's or a function's labels are in, where that is neither the space that is scored nor
    the corpus's own. `endpoint` says how an endpoint is asked, `names` what a checkpoint's labels are called in the
    space. A file is one whose name ends in .csv, .tsv, .jsonl or .parquet. A function or an estimator is imported; one
    that is not fitted learns from the corpus's other records. Nothing else is opened before it is asked. Raises
    `UnknownNameError` and, for a file that is absent, `InputError`.

    >>> find_subject("prior").learns
    True
    >>> find_subject("text-nono")
    Traceback (most recent call last):
    affekt.errors.UnknownNameError: Unknown model 'text-nono'. Did you mean 'text-nano'? ...
    """
    if name in MODELS or name == AUTO.name:
        return _ours(find_model(name))
    if name in SIMPLE:
        return SIMPLE[name]
    if name.startswith("hf:"):
        from affekt.evaluation.hugging_face import hugging_face_subject

        return hugging_face_subject(name.removeprefix("hf:"), space=space, names=names)
    if name.startswith("endpoint:"):
        from affekt.evaluation.endpoint import endpoint_subject

        return endpoint_subject(name.removeprefix("endpoint:"), space=space, options=endpoint)
    path = Path(name)
    if path.suffix.lower() in SUFFIXES:
        return table_subject(path, space=space)
    if ":" in name:
        return _callable(name, space)
    if name in plugin_models().cards:
        return _ours(find_model(name))
    if path.suffix == ".py":
        raise InputError(f"Which function of {name}? Write {name}:callable.")
    if path.exists():
        raise InputError(f"{name} is no table of predictions. What can be scored: {KINDS}.")
    raise unknown_name("model", name, [*MODELS, AUTO.name, *SIMPLE], "affekt models")


def _callable(name: str, space: LabelSpace | None) -> Subject:
    """Return the subject that ``module:callable`` is; an estimator that is not fitted learns from the corpus."""
    reader = load_reader(name)
    if not needs_fitting(reader):
        return function_subject(name, space=space)
    from affekt.evaluation.learnable import teach_estimator

    if space is not None:
        raise InputError(f"{name} is not fitted: it learns the labels that are scored. Leave --answers-in out.")
    learner = Learner(called(name), version_of(name), partial(teach_estimator, lambda: reader))
    return Subject(learner.name, learner.version, partial(taught_answers, learner), learns=True)


def _ours(card: ModelCard) -> Subject:
    """Return the subject that is the model of `card`."""

    def answer(question: Question) -> Answers:
        reader = open_reader(card)
        texts = question.texts
        languages = [record.signal.language for record in question.records]
        count = len(texts)
        probabilities, vad = np.full((count, len(card.space)), np.nan), np.full((count, 3), np.nan)
        answered = np.zeros(count, np.bool_)
        thresholds: dict[str, Sequence[float] | NDArray[np.float64]] = dict(reader.thresholds)
        # The corpus says what language its texts are in; only where it does not has the model to find out.
        for language in dict.fromkeys(languages):
            rows = np.array([i for i, each in enumerate(languages) if each == language])
            said = reader.estimate([texts[i] for i in rows.tolist()], language=language)
            probabilities[rows], vad[rows] = said.probabilities, said.vad
            answered[rows] = said.supported & ~said.empty
            for space, limits in (said.limits or {}).items():
                own = thresholds.get(space)
                if not isinstance(own, np.ndarray):
                    own = thresholds[space] = np.full((count, limits.shape[1]), np.nan)
                own[rows] = limits
        return Answers(
            answered,
            card.space,
            probabilities,
            vad=vad if card.dimensions else None,
            thresholds=thresholds,
        )

    return Subject(card.name, card.version, answer, trained_on=card.trained_on)
