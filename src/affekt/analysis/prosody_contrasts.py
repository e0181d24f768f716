"""What a condition does to the voice: pitch, energy and duration of the same sentence said in different ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.metrics.resampling import Estimate, percentile_interval
from affekt.signals.pitch import pitch, semitones
from affekt.signals.speech_rate import intensity, speech_rate

if TYPE_CHECKING:
    from affekt.corpora.clips import Clips

_BELOW_LOUDEST_DB = 25.0


class Prosody(NamedTuple):
    """The prosody of one take, each measure NaN where it has none.

    `f0_semitones` the median pitch above 27.5 Hz and `f0_range_semitones` from its 10th to its 90th percentile;
    `level_db` the mean power of what sounds, dB of full scale; `seconds` from the first to the last sound;
    `syllables_per_s` as `speech_rate` counts them.
    """

    f0_semitones: float
    f0_range_semitones: float
    level_db: float
    seconds: float
    syllables_per_s: float


MEASURES: tuple[str, ...] = Prosody._fields


@dataclass(frozen=True, slots=True)
class Take:
    """One saying of a `sentence` by a `speaker` in a `condition` (an emotion, an attitude), and its prosody."""

    speaker: str
    sentence: str
    condition: str
    prosody: Prosody


@dataclass(frozen=True, slots=True)
class ProsodyContrast:
    """How much more of a measure one condition has than another, for one sentence (None: over all of them).

    `difference` is the mean over speakers with its bootstrap interval over speakers; `speakers` how many said
    the sentence in both.
    """

    measure: str
    condition: str
    against: str
    sentence: str | None
    difference: Estimate
    speakers: int


def prosody(samples: ArrayLike, rate: int = 16_000) -> Prosody:
    """Return the prosody of one take. samples: float (time,), full scale 1. Raises `InputError` as `pitch` does.

    >>> time = np.arange(16_000) / 16_000
    >>> found = prosody(0.1 * sum(np.sin(2 * np.pi * 110 * n * time) for n in range(1, 6)))
    >>> round(found.f0_semitones, 1), round(found.level_db, 1)
    (24.0, -16.0)
    """
    track = pitch(samples, rate)
    counted = speech_rate(samples, rate, tracked=track)
    level = intensity(samples, rate)
    seconds = counted.speaking_s + counted.paused_s
    if not seconds:
        return Prosody(*(float("nan"),) * len(MEASURES))
    sounding = level[level >= np.percentile(level, 99) - _BELOW_LOUDEST_DB]
    voiced = semitones(track.f0[np.isfinite(track.f0)])
    low, middle, high = np.percentile(voiced, [10, 50, 90]) if len(voiced) else np.full(3, np.nan)
    return Prosody(
        float(middle), float(high - low), float(10 * np.log10(np.mean(10 ** (sounding / 10)))), seconds,
        counted.speech_rate,
    )  # fmt: skip


def takes_of(clips: Clips, *, by: str | None = None) -> list[Take]:
    """Return a take for each clip of a corpus, its condition the emotion or, with `by`, a condition of that name.

    What is the same sentence is told by its words, else by the condition ``sentence``, a number.
    """
    named = clips.condition(by) if by else np.array([clips.space.labels[label] for label in clips.labels])
    numbers = clips.conditions.get("sentence", ("",) * len(clips))
    said = [words or number for words, number in zip(clips.sentences, numbers, strict=True)]
    rows = zip(clips.speakers, said, named.tolist(), clips.view("wave"), strict=True)
    return [Take(who, what, how, prosody(np.ravel(wave))) for who, what, how, wave in rows]


def prosody_contrasts(
    takes: Iterable[Take],
    *,
    against: str | None = None,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> list[ProsodyContrast]:
    """Return the contrasts of each pair of conditions: per measure, per sentence and over all sentences.

    With `against` only the others against that condition. Takes of one speaker, sentence and condition are averaged,
    and conditions compared within a speaker and a sentence, so neither voices nor words make a difference of their
    own; over all sentences a speaker's differences are averaged first. The interval draws speakers with replacement
    (`percentile_interval`); with one speaker it is that speaker's value. Pairs that no speaker said are left out.
    Raises `InputError` with fewer than two conditions, and for an `against` that is none of them.

    The contrasts that Att-HACK was recorded for: Le Moine and Obin 2020, "Att-HACK: An Expressive Speech Database
    with Social Attitudes", Speech Prosody.

    >>> calm, angry = Prosody(20.0, 4.0, -30.0, 1.5, 4.0), Prosody(24.0, 9.0, -20.0, 1.2, 5.0)
    >>> takes = [Take(who, "hello", how, said) for who in "ab" for how, said in (("angry", angry), ("calm", calm))]
    >>> for contrast in prosody_contrasts(takes)[:1]:
    ...     print(contrast.measure, contrast.condition, contrast.against, contrast.difference.value)
    f0_semitones angry calm 4.0
    """
    given = list(takes)
    conditions = list(dict.fromkeys(take.condition for take in given))
    if len(conditions) < 2:
        raise InputError(f"A contrast needs takes in two conditions or more, got {conditions}.")
    if against is not None and against not in conditions:
        raise InputError(f"No take is {against!r}. The conditions are: {', '.join(conditions)}.")
    pairs = (
        list(combinations(conditions, 2))
        if against is None
        else [(one, against) for one in conditions if one != against]
    )
    means = _means(given)
    sentences = list(dict.fromkeys(take.sentence for take in given))
    generator = np.random.default_rng(seed)
    found = []
    for one, other in pairs:
        each = {sentence: _differences(means, sentence, one, other) for sentence in sentences}
        overall: dict[str, list[NDArray[np.float64]]] = {}
        for by_speaker in each.values():
            for speaker, difference in by_speaker.items():
                overall.setdefault(speaker, []).append(difference)
        groups: list[tuple[str | None, list[NDArray[np.float64]]]] = [
            (None, [_known_mean(np.array(rows)) for rows in overall.values()])
        ]
        if len(sentences) > 1:
            groups += [(sentence, list(by_speaker.values())) for sentence, by_speaker in each.items()]
        for sentence, rows in groups:
            if rows:
                table = np.array(rows)
                for column, measure in enumerate(MEASURES):
                    values = table[np.isfinite(table[:, column]), column]
                    if len(values):
                        drawn = values[generator.integers(len(values), size=(resamples, len(values)))].mean(axis=1)
                        estimate = percentile_interval(float(values.mean()), drawn, level=level)
                        found.append(ProsodyContrast(measure, one, other, sentence, estimate, len(values)))
    return found


def contrast_table(contrasts: Sequence[ProsodyContrast]) -> str:
    """Return the contrasts as lines of text: sentence, pair, measure, difference, interval, speakers.

    >>> one = ProsodyContrast("level_db", "angry", "calm", None, Estimate(9.5, 7.25, 12.0), 24)
    >>> print(contrast_table([one]))
    (all sentences)  angry - calm  level_db  +9.50  [+7.25, +12.00]  24
    """
    rows = [
        (
            contrast.sentence or "(all sentences)",
            f"{contrast.condition} - {contrast.against}",
            contrast.measure,
            f"{contrast.difference.value:+.2f}",
            f"[{contrast.difference.low:+.2f}, {contrast.difference.high:+.2f}]",
            str(contrast.speakers),
        )
        for contrast in contrasts
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _means(takes: Sequence[Take]) -> dict[tuple[str, str, str], NDArray[np.float64]]:
    """Return the mean of each speaker's takes of each sentence in each condition, (measure,)."""
    said: dict[tuple[str, str, str], list[Prosody]] = {}
    for take in takes:
        said.setdefault((take.sentence, take.condition, take.speaker), []).append(take.prosody)
    return {key: _known_mean(np.array(rows, np.float64)) for key, rows in said.items()}


def _known_mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each column without NaN; NaN where there is nothing else."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    mean = np.where(known, rows, 0).sum(axis=0) / np.maximum(count, 1)
    return np.asarray(np.where(count > 0, mean, np.nan), np.float64)


def _differences(
    means: dict[tuple[str, str, str], NDArray[np.float64]], sentence: str, one: str, other: str
) -> dict[str, NDArray[np.float64]]:
    """Return one condition less the other for each speaker who said the sentence in both, (measure,)."""
    speakers = [who for said, how, who in means if (said, how) == (sentence, one)]
    return {
        who: means[sentence, one, who] - means[sentence, other, who]
        for who in speakers
        if (sentence, other, who) in means
    }
