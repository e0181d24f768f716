"""Scores of what language models say when they are asked to judge: parsing, refusals, yes-bias, overlap."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.distribution import as_distributions
from affekt.metrics.inputs import Floats, as_numbers

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w.]*\d)")
_OUT_OF = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(?:/|out of)\s*\d+", re.IGNORECASE)


class JudgedScores(NamedTuple):
    """The mean of the numbers that could be read, moved to [0, 1], and how many answers held one."""

    mean: float
    scores: Floats
    parsed: int
    unparsed: int


class StatementScores(NamedTuple):
    """Judgements of statements: accuracy, share of yes beyond the true share, answers that were neither."""

    accuracy: float
    yes_bias: float
    unanswered: float
    by_facet: Mapping[Hashable, float]


def read_score(answer: str, *, low: float, high: float) -> float:
    """Return the number a judge gave, on its own scale; NaN where there is none or it is off the scale.

    "8/10" and "8 out of 10" are 8; otherwise the last number counts, since judges reason before they
    answer.

    >>> read_score("Both mention the tears. Score: 7", low=0, high=10)
    7.0
    """
    fraction = _OUT_OF.findall(answer)
    found = fraction or _NUMBER.findall(answer)
    value = float(found[-1]) if found else float("nan")
    return value if low <= value <= high else float("nan")


def overlap_score(answers: Sequence[str], *, low: float = 0.0, high: float = 10.0) -> JudgedScores:
    """Return the mean clue overlap or label overlap that a judge gave, in [0, 1].

    answers: what the judge said for each item. Each number on [low, high] is moved to [0, 1]; answers
    without one are left out of the mean and counted, so that a judge that refuses does not pass for a low
    score. NaN mean where none could be read. Raises `InputError` for no answers. Lian et al. 2023,
    "Explainable Multimodal Emotion Reasoning".

    >>> overlap_score(["9", "I cannot tell.", "Overlap: 6/10"])[0]
    0.75
    """
    if not answers:
        raise InputError("There are no answers to score.")
    if not high > low:
        raise InputError(f"The scale runs from {low:g} to {high:g}: high must be above low.")
    read = np.array([read_score(answer, low=low, high=high) for answer in answers])
    scores: Floats = (read - low) / (high - low)
    known = scores[~np.isnan(scores)]
    mean = float(known.mean()) if known.size else float("nan")
    return JudgedScores(mean, scores, int(known.size), int(len(scores) - known.size))


def statement_scores(
    truth: Sequence[bool], answers: Sequence[bool | None], *, facets: Sequence[Hashable] | None = None
) -> StatementScores:
    """Return how well true/false statements about emotions were judged, over all and per facet.

    truth: whether each statement is true; answers: yes, no, or None where the answer was neither, which
    counts as wrong. `yes_bias` is the share of yes among the answers minus the share of true statements
    among them: 0 for a fair judge, above 0 for one that agrees too readily; NaN where nothing was answered.
    Raises `InputError` for different lengths or no statements. Wu et al. 2025, "Customizing Visual Emotion
    Evaluation for MLLMs" (MVEI).

    >>> statement_scores([True, False, False, True], [True, True, False, None])
    StatementScores(accuracy=0.5, yes_bias=0.3333333333333333, unanswered=0.25, by_facet={})
    """
    names = [] if facets is None else list(facets)
    if len(truth) != len(answers) or not truth or (names and len(names) != len(truth)):
        raise InputError("Statements need a truth, an answer and (if any do) a facet each; at least one statement.")
    right = np.array([said is not None and said == true for true, said in zip(truth, answers, strict=True)])
    given = np.array([said is not None for said in answers])
    said_yes = np.array([said is True for said in answers])
    bias = float(said_yes[given].mean() - np.array(truth)[given].mean()) if given.any() else float("nan")
    each = {facet: float(right[[name == facet for name in names]].mean()) for facet in dict.fromkeys(names)}
    return StatementScores(float(right.mean()), bias, float(1 - given.mean()), each)


def expected_rating(probabilities: ArrayLike, levels: ArrayLike) -> Floats:
    """Return the rating a model means when it spreads its probability over the numbers of a scale, (item,).

    probabilities: (item, level), of each number as the answer, rows adding up to one; levels: (level,), the
    numbers. The mean of the scale under the model, finer than its one most probable answer. Raises
    `InputError` for other shapes.

    >>> expected_rating([[0.5, 0.5, 0.0]], [1, 2, 3]).tolist()
    [1.5]
    """
    rows, scale = as_distributions("probabilities", probabilities), as_numbers("levels", levels)
    if scale.shape != (rows.shape[1],):
        raise InputError(f"levels must hold {rows.shape[1]} numbers, got shape {scale.shape}.")
    return rows @ scale
