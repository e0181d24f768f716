"""How emotion and words are recognised under each condition: UA and WER by position, loudness, emotion …

Tuttösí et al. 2025, "BERSting at the Screams: A Benchmark for Distanced, Emotional and Shouted Speech Recognition".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.metrics.resampling import Estimate, bootstrap_values, percentile_interval
from affekt.metrics.transcripts import plain_words, word_error


class ConditionScores(NamedTuple):
    """The scores of the clips of one condition: `ua` of emotions, `wer` of words; None where there are none to score.

    `condition` and `value` say which: "position" and "other room", or both "all".
    """

    condition: str
    value: str
    clips: int
    ua: Estimate | None
    wer: Estimate | None


def condition_scores(
    conditions: Mapping[str, Sequence[str]],
    *,
    emotions: tuple[Sequence[str], Sequence[str]] | None = None,
    transcripts: tuple[Sequence[str], Sequence[str]] | None = None,
    speakers: Sequence[str] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> list[ConditionScores]:
    """Return UA and WER of all clips, then of each value of each condition, with 95 % intervals.

    conditions: by name, a value for each clip; emotions and transcripts: what is true and what was recognised, clip by
    clip. UA is the mean recall of the emotions that occur under the condition; of one emotion alone it is its recall.
    WER is over all words of the clips together, lower case and without punctuation. Intervals resample speakers where
    they are given, else clips. Raises `InputError` for sides of different lengths, and for neither.

    >>> words = (["go home", "go home"], ["Go home!", "go"])
    >>> found = condition_scores({"distance": ["near", "far"]}, transcripts=words)
    >>> [(each.value, each.wer.value) for each in found]
    [('all', 0.25), ('near', 0.0), ('far', 0.5)]
    """
    sides = [side for pair in (emotions, transcripts) if pair is not None for side in pair]
    sides += list(conditions.values()) + ([speakers] if speakers is not None else [])
    count = len(sides[0]) if sides else 0
    if (emotions is None and transcripts is None) or not count or any(len(side) != count for side in sides):
        raise InputError(
            f"Conditions are scored on emotions or transcripts of the same clips; got lengths {[*map(len, sides)]}."
        )
    told = None
    if transcripts is not None:
        pairs = zip(*transcripts, strict=True)
        told = [word_error(plain_words(truth), plain_words(said)) for truth, said in pairs]
    units = None if speakers is None else np.asarray(speakers)
    everything = [("all", "all", np.ones(count, np.bool_))]
    for name, values in conditions.items():
        array = np.asarray(values)
        everything += [(name, value, array == value) for value in dict.fromkeys(values)]
    found = []
    for place, (name, value, inside) in enumerate(everything):
        within = None if units is None else units[inside]
        ua = wer = None
        if emotions is not None:
            truth, said = (np.asarray(side)[inside] for side in emotions)
            drawn = bootstrap_values(
                unweighted_average_recall, truth, said, resamples=resamples, seed=seed + place, groups=within
            )
            ua = percentile_interval(float(unweighted_average_recall(truth, said)), drawn)
        if told is not None:
            rows = np.array(told, np.float64)[inside]
            drawn = bootstrap_values(_wer, rows, rows, resamples=resamples, seed=seed + place, groups=within)
            wer = percentile_interval(_wer(rows, rows), drawn)
        found.append(ConditionScores(name, value, int(inside.sum()), ua, wer))
    return found


def condition_table(scores: Sequence[ConditionScores]) -> str:
    """Return the scores as a table of Markdown, in per cent.

    >>> print(condition_table([ConditionScores("all", "all", 2, None, Estimate(0.25, 0.0, 0.5))]))
    | Condition | Value | Clips | UA % | WER % |
    |---|---|---|---|---|
    | all | all | 2 | - | 25.0 (0.0 to 50.0) |
    """
    lines = ["| Condition | Value | Clips | UA % | WER % |", "|---|---|---|---|---|"]
    for each in scores:
        cells = (each.condition, each.value, f"{each.clips:,}", _per_cent(each.ua), _per_cent(each.wer))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _wer(counts: ArrayLike, _same: ArrayLike) -> float:
    """The error of all clips together, from the rows of `WordError`."""
    _, substitutions, deletions, insertions, _, words = np.asarray(counts, np.float64).sum(0).tolist()
    return float((substitutions + deletions + insertions) / max(1.0, words))


def _per_cent(score: Estimate | None) -> str:
    return "-" if score is None else f"{100 * score.value:.1f} ({100 * score.low:.1f} to {100 * score.high:.1f})"
