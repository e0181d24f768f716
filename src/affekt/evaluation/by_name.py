"""Subjects that know labels by their names alone: the open-vocabulary scorer of `text`, and models of entailment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from affekt.affect.terms import definition_of
from affekt.affect.words.own_labels import SPACE, OwnLabel, own_labels
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.inference.entailment import NAME_TEMPLATES, Entails, entailment_scores, hypotheses_of, open_entailment
from affekt.inference.text import open_reader
from affekt.models.text_open.card import NAME, TRAINED_ON, VERSION, card_of
from affekt.types import LabelSpace

ENTAIL = "entail:"
"""What stands before the checkpoint of a model of entailment."""


def open_subject(labels: Sequence[str] | None = None) -> Subject:
    """Return the subject that scores the labels asked about by their names and definitions, in the space of `text`.

    `labels` say it otherwise for some of them, each ``name: definition``; the rest are defined by affekt's terms.
    """
    told = _definitions(labels)

    def answer(question: Question) -> Answers:
        space = _space(question)
        given = named_labels(space, told)
        reader = open_reader(card_of(given))
        said = reader.estimate(question.texts)
        limits = reader.thresholds[SPACE]
        unknown = [label.name for label in given if label.how == "unknown"]
        notes = (f"Not understood, and never given: {', '.join(unknown)}.",) if unknown else ()
        return Answers(
            said.supported & ~said.empty,
            space,
            said.probabilities.astype(np.float64),
            vad=said.vad.astype(np.float64),
            thresholds={space.name: limits},
            notes=notes,
        )

    return Subject(
        NAME, VERSION, answer, trained_on=tuple(dict.fromkeys((*card_of(own_labels(["any"])).trained_on, *TRAINED_ON)))
    )


def entailment_subject(
    name: str,
    *,
    labels: Sequence[str] | None = None,
    templates: Sequence[str] = NAME_TEMPLATES,
    entails: Entails | None = None,
) -> Subject:
    """Return the subject that asks a model of entailment whether the text entails each label's hypotheses.

    `name` is the checkpoint (`affekt.inference.entailment.open_entailment`), `entails` the model itself where it is
    at hand. Of an exclusive space the shares of the labels' probabilities are the answer; elsewhere a label counts as
    present where it is more likely entailed than not. Yin, Hay & Roth 2019.
    """
    told = _definitions(labels)

    def answer(question: Question) -> Answers:
        space = _space(question)
        given = named_labels(space, told)
        asked = hypotheses_of([(label.name, label.definition) for label in given], templates)
        said = entailment_scores(entails or open_entailment(name), question.texts, asked)
        if space.kind == "exclusive":
            said = said / np.maximum(said.sum(1, keepdims=True), 1e-12)
        answered = np.fromiter((bool(text.strip()) for text in question.texts), bool, len(question.texts))
        return Answers(answered, space, said, notes=(f"Asked: {'; '.join(templates)} and by definition.",))

    return Subject(name.rstrip("/").rpartition("/")[2], "entailment", answer)


def named_labels(space: LabelSpace, told: Mapping[str, str] | None = None) -> tuple[OwnLabel, ...]:
    """Return the labels of a space by their names, with the definitions `told`, else those of affekt's terms.

    Raises `UnknownNameError` for a definition of something that is no label of the space.

    >>> from affekt.affect.spaces import find_space
    >>> named_labels(find_space("ekman"), {"joy": "great pleasure"})[3].definition
    'great pleasure'
    """
    known = {label.casefold(): label for label in space}
    said = dict(told or {})
    for name in said:
        if name.casefold() not in known:
            space.index(name)
    folded = {name.casefold(): definition for name, definition in said.items()}
    listed = []
    for label in space:
        definition = folded.get(label.casefold()) or _definition(space, label)
        # A colon parts a name from its definition, and a bar labels in a table.
        name = label.replace("|", "/").replace(":", " ").replace("_", " ")
        listed.append(f"{name}: {definition}")
    return own_labels(listed)


def _definition(space: LabelSpace, label: str) -> str:
    try:
        return definition_of(space, label)
    except UnknownNameError:
        return ""


def _definitions(labels: Sequence[str] | None) -> dict[str, str]:
    return {} if labels is None else {label.name: label.definition for label in own_labels(labels)}


def _space(question: Question) -> LabelSpace:
    if question.space is None:
        raise InputError("Labels are read by their names, and this corpus has dimensions only. Choose one with labels.")
    return question.space
