"""From what a user types to a subject that can be scored: a model, a baseline, a table, a function, an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.corpora.own.description import OWN
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

OPEN, ENTAIL = "text-open", "entail:"
KINDS = (
    "a model of ours (`affekt models`), a folder of `affekt train`, a baseline ("
    + ", ".join(SIMPLE)
    + "), a file of predictions (.csv, .tsv, "
    ".jsonl, .parquet), `module:callable`, `path/to/file.py:callable`, `hf:NAME_OR_PATH`, "
    "`entail:NAME_OR_PATH` (a model of entailment), `text-open` (labels by name), "
    "`endpoint:URL#MODEL`, or "
    "`endpoint:echo`, `vote:A,B,C` or `weighted-vote:A,B,C` of any of these"
)


def find_subject(
    name: str,
    *,
    space: LabelSpace | None = None,
    endpoint: EndpointOptions | None = None,
    names: Mapping[str, str] | None = None,
    labels: Sequence[str] | None = None,
) -> Subject:
    """Return what `name` means: one of ours, a baseline, a table of predictions, a function, ``hf:`` or ``endpoint:``,
    or, after ``vote:`` or ``weighted-vote:``, several of these, which vote.

    `space` says what a table's or a function's labels are in, where that is neither the space that is scored nor
    the corpus's own. `text-open` and ``entail:CHECKPOINT`` know labels by their names, or as `labels` define them.
    `endpoint` says how an endpoint is asked, `names` what a checkpoint's labels are called in the
    space. A file is one whose name ends in .csv, .tsv, .jsonl or .parquet. A function or an estimator is imported; one
    that is not fitted learns from the corpus's other records. Nothing else is opened before it is asked. Raises
    `UnknownNameError` and, for a file that is absent, `InputError`.

    >>> find_subject("prior").learns
    True
    >>> find_subject("text-nono")
    Traceback (most recent call last):
    affekt.errors.UnknownNameError: Unknown model 'text-nono'. Did you mean 'text-nano'? ...
    """
    if name == OPEN or name.startswith(ENTAIL):
        from affekt.evaluation.by_name import entailment_subject, open_subject

        return open_subject(labels) if name == OPEN else entailment_subject(name.removeprefix(ENTAIL), labels=labels)
    if labels is not None:
        raise InputError(
            f"--labels define labels for {OPEN} and {ENTAIL}CHECKPOINT, which know labels by name; not for {name}."
        )
    if name in MODELS or name == AUTO.name:
        return _ours(find_model(name))
    if name in SIMPLE:
        return SIMPLE[name]
    if name.startswith("hf:"):
        from affekt.evaluation.hugging_face import hugging_face_subject

        return hugging_face_subject(name.removeprefix("hf:"), space=space, names=names)
    for kind in ("vote:", "weighted-vote:"):
        if name.startswith(kind):
            from affekt.evaluation.ensemble import ensemble_subject

            named = [part.strip() for part in name.removeprefix(kind).split(",") if part.strip()]
            members = [find_subject(part, space=space, endpoint=endpoint, names=names) for part in named]
            return ensemble_subject(members, weighted=kind == "weighted-vote:")
    if name.startswith("endpoint:"):
        from affekt.evaluation.endpoint import endpoint_subject

        return endpoint_subject(name.removeprefix("endpoint:"), space=space, options=endpoint)
    path = Path(name)
    if path.suffix.lower() in SUFFIXES:
        return table_subject(path, space=space)
    if ":" in name and not path.is_dir():
        return _callable(name, space)
    if name in plugin_models().cards:
        return _ours(find_model(name))
    if path.suffix == ".py":
        raise InputError(f"Which function of {name}? Write {name}:callable.")
    if path.is_dir():
        return _ours(find_model(path))
    if path.exists():
        raise InputError(f"{name} is no table of predictions. What can be scored: {KINDS}.")
    raise unknown_name("model", name, [*MODELS, AUTO.name, OPEN, *SIMPLE], "affekt models")


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


def _by_name(said: Answers, own: LabelSpace, asked: LabelSpace) -> Answers:
    """Return answers over the labels of one table as answers over those of another that are called the same.

    Labels of tables need not be emotions, so no map has them; a label that the model did not learn gets nothing.
    """
    known = [own.labels.index(label) if label in own else None for label in asked]
    if said.probabilities is None or all(place is None for place in known):
        return said
    limits = np.asarray(said.thresholds.get(own.name, (0.5,) * len(own)), np.float64)
    probabilities, chosen = np.zeros((len(said.answered), len(asked))), None
    bounds = np.full(len(asked), 1.1)
    for place, source in enumerate(known):
        if source is not None:
            probabilities[:, place], bounds[place] = said.probabilities[:, source], limits[source]
    if own.kind == "exclusive" and asked.kind == "exclusive":
        # Decided among all that it knows: an item given a label that this table lacks is a miss.
        best = np.nan_to_num(said.probabilities, nan=-1.0).argmax(axis=1)
        chosen = np.array([[place == source for source in known] for place in best.tolist()], np.bool_)
        chosen[~said.answered] = False
    new = [label for label, source in zip(asked, known, strict=True) if source is None]
    notes = (f"Labels it did not learn: {', '.join(new)}.",) if new else ()
    return replace(
        said, space=asked, probabilities=probabilities, chosen=chosen, thresholds={asked.name: bounds}, notes=notes
    )


def _ours(card: ModelCard) -> Subject:
    """Return the subject that is the model of `card`."""

    def answer(question: Question) -> Answers:
        if card.modality == "speech":
            from affekt.evaluation.sound_subject import answer_sounds

            return in_asked(answer_sounds(card, question), question)
        reader = open_reader(card)
        texts = question.texts
        if len(texts) and not any(text.strip() for text in texts):
            raise InputError(f"{card.name} reads text, and there is none. Name a model that hears for files of sound.")
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
        found = Answers(
            answered,
            card.space,
            probabilities,
            vad=vad if card.dimensions else None,
            thresholds=thresholds,
        )
        return in_asked(found, question)

    def in_asked(found: Answers, question: Question) -> Answers:
        asked = question.space
        if asked is None or asked == card.space or {asked.source, card.space.source} != {OWN}:
            return found
        return _by_name(found, card.space, asked)

    return Subject(card.name, card.version, answer, trained_on=card.trained_on)
