"""Intensities of many emotions: emotions by how much arousal they go with, and tables of what a model reached."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from affekt.affect.geometry import felt_states
from affekt.affect.vad import vad_of
from affekt.metrics.intensity import IntensityReport, IntensityScores, intensity_report
from affekt.types import LabelSpace

GROUPS = ("low", "moderate", "high")


def arousal_groups(space: str | LabelSpace) -> tuple[str, ...]:
    """Return for each emotion of a space "low", "moderate" or "high": thirds of its emotions by their arousal.

    Arousal is what people report who feel it (`affekt.affect.geometry.felt_states`), of a label of several words that
    of the first that is known, else that of the norms of its words. The paper groups by hand, and its list was not to
    be had; emotions near a border may lie in another group there. Raises as `affekt.affect.vad.vad_of`.

    >>> from affekt.affect.spaces import find_space
    >>> groups = dict(zip(find_space("emonet-voice").labels, arousal_groups("emonet-voice")))
    >>> groups["anger"], groups["shame"], groups["fatigue/exhaustion"]
    ('high', 'low', 'low')
    """
    felt, arousal = felt_states(), []
    for place in vad_of(space):
        known = [felt[word] for word in (place.label, *place.label.split("/")) if word in felt]
        arousal.append((known[0] if known else place.vad).arousal)
    ranks = np.argsort(np.argsort(arousal, kind="stable"), kind="stable")
    return tuple(GROUPS[int(rank * len(GROUPS) // len(arousal))] for rank in ranks)


def intensity_lines(report: IntensityReport) -> str:
    """Return a report as a table of Markdown: each emotion, each group, the mean.

    >>> print(intensity_lines(intensity_report([[0.0], [1.0]], [[0.2], [0.7]], ["joy"], groups=["high"])))
    | Emotion | Pearson | Spearman | RMSE | Refused |
    |---|---|---|---|---|
    | joy | 1.00 | 1.00 | 0.25 | 0 % |
    | *high arousal* | 1.00 | 1.00 | 0.25 | 0 % |
    | *mean* | 1.00 | 1.00 | 0.25 | 0 % |
    """
    lines = ["| Emotion | Pearson | Spearman | RMSE | Refused |", "|---|---|---|---|---|"]
    named = [*report.emotions.items(), *((f"*{name} arousal*", each) for name, each in report.groups.items())]
    for name, each in [*named, ("*mean*", report.mean)]:
        lines.append(f"| {name} | {' | '.join(_cells(each))} |")
    return "\n".join(lines)


def mean_metric(score: str, where: ArrayLike) -> Callable[[ArrayLike, ArrayLike], float]:
    """Return a metric of tables (item, emotion): the mean of a score over the emotions at `where`, bool (emotion,).

    score: "pearson", "spearman" or "rmse". A correlation that is not defined, as that of a constant, counts as 0; an
    emotion that nobody judged, or that was refused, is left out. NaN in the truth is not scored.
    """
    places = np.flatnonzero(np.asarray(where))

    def metric(truth: ArrayLike, said: ArrayLike) -> float:
        true, told = np.asarray(truth, np.float64), np.asarray(said, np.float64)
        values = []
        for place in places:
            known = ~np.isnan(true[:, place]) & ~np.isnan(told[:, place])
            if known.sum() >= 2:
                one = intensity_report(true[known, place][:, None], told[known, place][:, None], ["one"]).mean
                values.append(np.nan_to_num(getattr(one, score)))
        return float(np.mean(values)) if values else float("nan")

    return metric


def _cells(each: IntensityScores) -> tuple[str, ...]:
    shown = tuple("-" if np.isnan(value) else f"{value:.2f}" for value in (each.pearson, each.spearman, each.rmse))
    return (*shown, f"{100 * each.refused:.0f} %")
