"""The baselines every score should stand beside: drawn from the prior, everything, TF-IDF, a lexicon."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from affekt.affect.spaces import find_space
from affekt.corpora.targets import Target, make_target
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Question, Subject, decide
from affekt.evaluation.baselines import vader_scores
from affekt.evaluation.learners import Learner, Lesson, lesson_of, teach_everything, teach_prior
from affekt.evaluation.tfidf import TFIDF
from affekt.types import Record

FOLDS = 5
"""A corpus with one split only is learned from in this many parts, each answered by what the others taught."""


def prior_answers(question: Question) -> Answers:
    """Return labels drawn at random with the frequencies of the corpus's other splits, and those frequencies.

    Without other splits the frequencies are those of the items themselves, which flatters; see
    `affekt.evaluation.learners.teach_prior`.
    """
    learned = _learned(question) or _target(question, question.originals or question.records)
    return teach_prior(Lesson(learned, learned, seed=question.seed))(question.records)


def positive_answers(question: Question) -> Answers:
    """Return every label for every item; in an exclusive space, where only one can be said, the most frequent."""
    learned = _learned(question) or _target(question, question.originals or question.records)
    return teach_everything(Lesson(learned, learned, seed=question.seed))(question.records)


def taught_answers(learner: Learner, question: Question) -> Answers:
    """Return what a learner answers after it was taught the corpus's other splits.

    Thresholds are fitted on the development split, else on an eighth of what is learned from. A corpus with one split
    is answered in five parts, groups kept together, each by what the others taught.
    """
    languages = frozenset(record.signal.language for record in question.records)

    def taught(learned: Target, asked: Sequence[Record]) -> Answers:
        return learner.teach(lesson_of(learned, languages=languages, seed=question.seed))(asked)

    rows = _learned(question)
    if rows is not None:
        return taught(rows, question.records)
    everything = question.originals or question.records
    groups = sorted({record.group or record.id for record in everything})
    random.Random(question.seed).shuffle(groups)
    fold = {group: place % FOLDS for place, group in enumerate(groups)}
    places = np.array([fold[record.group or record.id] for record in question.records])
    parts: list[tuple[Any, Answers]] = []
    for part in range(FOLDS):
        asked = np.flatnonzero(places == part)
        if not len(asked):
            continue
        others = tuple(record for record in everything if fold[record.group or record.id] != part)
        if not others:
            raise InputError(f"{learner.name} needs items of two groups: some to learn from, others to answer for.")
        inside = tuple(question.records[i] for i in asked.tolist())
        parts.append((asked, taught(_target(question, others), inside)))
    return _joined(len(question.records), parts)


def vader_answers(question: Question) -> Answers:
    """Return VADER's answers: its compound as valence; negative, neutral, positive by its limits of ±0.05.

    Raises `MissingDependencyError` where vaderSentiment is not installed. Hutto and Gilbert 2014.
    """
    said = vader_scores(question.texts)
    compound = said.compound
    vad = np.full((len(compound), 3), np.nan)
    vad[:, 0] = compound
    space = find_space("sentiment")
    named = {"negative": compound <= -0.05, "positive": compound >= 0.05}
    named["neutral"] = ~named["negative"] & ~named["positive"]
    chosen = np.column_stack([named[label] for label in space])
    answered = np.ones(len(compound), np.bool_)
    if question.space is None:
        return Answers(answered, vad=vad)
    if question.space.name != space.name:
        raise InputError("VADER answers with sentiment only. Add --space sentiment.")
    return Answers(answered, space, chosen=chosen, vad=vad)


SIMPLE: dict[str, Subject] = {
    "prior": Subject("prior", "1", prior_answers, learns=True),
    "all-positive": Subject("all-positive", "1", positive_answers, learns=True),
    **{name: Subject(name, each.version, partial(taught_answers, each), learns=True) for name, each in TFIDF.items()},
    "vader": Subject("vader", "3.3.2", vader_answers),
}


def _target(question: Question, records: Sequence[Record]) -> Target:
    name = "what is learned from"
    return make_target(name, records, question.corpus_space, split="other splits", space=question.space)


def _learned(question: Question) -> Target | None:
    """Return the other records of the corpus that have a target, None where there are none."""
    if not question.learning:
        return None
    try:
        return _target(question, question.learning)
    except InputError:
        return None


def _joined(count: int, parts: list[tuple[Any, Answers]]) -> Answers:
    """Return the answers of all parts in one; each part's labels are decided by its own thresholds."""
    first = parts[0][1]
    answered = np.zeros(count, np.bool_)
    vad = None if first.vad is None else np.full((count, 3), np.nan)
    width = 0 if first.space is None else len(first.space)
    probabilities, chosen = np.full((count, width), np.nan), np.zeros((count, width), np.bool_)
    for rows, said in parts:
        answered[rows] = said.answered
        if vad is not None and said.vad is not None:
            vad[rows] = said.vad
        if said.space is not None and said.probabilities is not None:
            decided = decide(said, said.space)
            assert decided is not None
            probabilities[rows], chosen[rows] = said.probabilities, decided.decision
    if first.space is None:
        return Answers(answered, vad=vad)
    return Answers(answered, first.space, probabilities, chosen, vad)
