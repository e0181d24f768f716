"""Labels and intensities scored in one evaluation: macro-F1 of the labels, Pearson of each emotion's levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from affekt.language.asking import Asked, AskOptions, ask_all
from affekt.language.chat import ChatModel, Settings
from affekt.language.intensities import ShownLevels, ask_levels, level_schema, parse_levels
from affekt.metrics.classification import macro_f1, micro_f1
from affekt.metrics.inputs import Floats
from affekt.metrics.regression import pearson
from affekt.metrics.weighing import Metric
from affekt.types import LabelSpace


def level_metrics(labels: Sequence[str], *, intensities: bool = True) -> dict[str, tuple[Metric, str]]:
    """Return the metrics by name, each with the answer that it takes: ``decided`` or ``level``, both (item, emotion).

    ``macro_f1`` and ``micro_f1`` of labels, and with `intensities` ``mean_pearson`` and ``pearson:EMOTION``.

    >>> list(level_metrics(["joy"]))
    ['macro_f1', 'micro_f1', 'mean_pearson', 'pearson:joy']
    """
    found: dict[str, tuple[Metric, str]] = {"macro_f1": (macro_f1, "decided"), "micro_f1": (micro_f1, "decided")}
    if intensities:
        found["mean_pearson"] = (mean_pearson, "level")
        found |= {f"pearson:{label}": (_at(place), "level") for place, label in enumerate(labels)}
    return found


def mean_pearson(truth: ArrayLike, levels: ArrayLike) -> float:
    """Return the mean over emotions of Pearson's correlation, in [-1, 1]; truth, levels: (item, emotion).

    Answers that never vary correlate by nothing: 0. An emotion whose truth never varies is left out (a resample may
    hold none of a rare one); NaN where that is all of them. The scorer of SemEval-2025 Task 11 has NaN in both cases.

    >>> mean_pearson([[0, 1], [3, 1]], [[0.5, 0], [0.7, 2]])
    1.0
    """
    t, p = np.asarray(truth, np.float64), np.asarray(levels, np.float64)
    each = np.array([_pearson(t[:, place], p[:, place]) for place in range(t.shape[1])])
    known = each[~np.isnan(each)]
    return float(known.mean()) if known.size else float("nan")


def ask_for_levels(
    model: ChatModel,
    texts: Sequence[str],
    space: LabelSpace,
    *,
    examples: Sequence[ShownLevels] = (),
    options: AskOptions | None = None,
    tokens: int = 200,
) -> Asked[tuple[int, ...]]:
    """Return the levels a chat model gives each text, in the order of `space`. Raises `EndpointError` as `ask_all`."""
    settings = Settings(tokens=tokens, schema=level_schema(space))
    prompts = [ask_levels(text, space, examples=examples) for text in texts]
    return ask_all(model, prompts, partial(parse_levels, space=space), settings=settings, options=options)


def levels_of(asked: Asked[tuple[int, ...]], space: LabelSpace) -> Floats:
    """Return the levels answered, (text, emotion); 0 where there was no answer: it is counted in the tally."""
    return np.array([each.value or (0,) * len(space) for each in asked.answers], np.float64).reshape(-1, len(space))


def _at(place: int) -> Callable[[ArrayLike, ArrayLike], float]:
    return lambda truth, levels: _pearson(np.asarray(truth)[:, place], np.asarray(levels)[:, place])


def _pearson(truth: Floats, levels: Floats) -> float:
    if (truth == truth[0]).all():
        return float("nan")
    found = pearson(truth, levels)
    return 0.0 if np.isnan(found) else found
