"""Ranking systems by their saved free-form answers through emotion wheels: no model runs, nothing is asked again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from affekt.affect.words.wheels import WHEELS, Level, find_wheel, group_word
from affekt.errors import InputError, UnknownNameError
from affekt.metrics.inputs import Floats
from affekt.metrics.open_vocabulary import emotion_words, hit_rate, set_scores
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.ratings.opening import open_table

_LISTED = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """One system's scores, each in [0, 1]: `score` is what it is ranked by, with its bootstrap interval.

    Of sets of words `score` is F, beside `precision` and `recall`. Of one label per item it is the hit rate;
    `precision` is then the hit rate divided among the groups that an answer names, and `recall` the hit rate. `items`
    counts those that counted, `unanswered` the items without an answer and `wordless` the answers in which no emotion
    word was found; all of them score 0.
    """

    system: str
    score: Estimate
    precision: float
    recall: float
    items: int
    unanswered: int
    wordless: int


def read_answers(path: Path, *, item: str, answer: str) -> dict[str, str]:
    """Return the answer of each item in a table (CSV, TSV, JSONL, Parquet); an empty cell is an empty answer.

    Raises `InputError` where the file is no table or names an item twice or not at all, and `UnknownNameError` for a
    column that is not there.
    """
    source = open_table(path)
    for column in (item, answer):
        if column not in source.columns:
            there = ", ".join(source.columns)
            raise UnknownNameError(
                f"{path} has no column {column!r}. It has: {there}. Name them with --item, --answer."
            )
    items, answers = source.texts([item, answer])
    found: dict[str, str] = {}
    for row, (name, said) in enumerate(zip(items, answers, strict=True), 1):
        if name is None or not str(name).strip():
            raise InputError(f"{path}, row {row}: no item in the column {item!r}.")
        if str(name) in found:
            raise InputError(f"{path}, row {row}: the item {name!r} is there twice. Keep one answer per item.")
        found[str(name)] = "" if said is None else str(said)
    if not found:
        raise InputError(f"{path} has no rows.")
    return found


def rank_answers(
    truth: Mapping[str, str],
    answers: Mapping[str, Mapping[str, str]],
    *,
    single: bool | None = None,
    level: Level = 1,
    wheels: Collection[str] | None = None,
    resamples: int = 1000,
) -> tuple[Ranked, ...]:
    """Return the systems, the best first, by how their saved answers match the true words.

    truth: the true words of each item, a list in one text (``"happy, proud"``) or one label. answers: for each
    system, the answer of each item, free text whose affirmed emotion words are taken
    (`affekt.metrics.open_vocabulary.emotion_words`). An item that a system did not answer counts against it; an answer
    to an item that is not in `truth` is refused. `single` says that an item has one true label, which is scored by hit
    rate (by default so where every item has one word); otherwise sets are scored by F. Words are compared through
    the emotion wheels of that `level` (1 coarse, 2 fine), all five by default. Ties keep the order given. The
    interval is a percentile bootstrap over items.

    Raises `InputError` for no items, no systems, items that no wheel reaches, or unknown items;
    `UnknownNameError` for an unknown wheel. Lian et al. 2025, AffectGPT: A New Dataset, Model, and Benchmark for
    Emotion Understanding with Multimodal Large Language Models, ICML.

    >>> said = {"a": {"1": "She looks really delighted today.", "2": "sad"}, "b": {"1": "happy, angry"}}
    >>> for one in rank_answers({"1": "joyful, proud", "2": "gloomy"}, said, resamples=50):
    ...     print(one.system, round(one.score.value, 2), one.unanswered)
    a 1.0 0
    b 0.33 1
    """
    if not truth or not answers:
        raise InputError("Ranking needs at least one item with its true words, and one system's answers.")
    words = {item: emotion_words(said) for item, said in truth.items()}
    one_each = all(len(said) == 1 for said in words.values()) if single is None else single
    chosen = tuple(WHEELS) if wheels is None else tuple(wheels)
    for name in chosen:
        find_wheel(name)
    ranked = []
    for system, said in answers.items():
        strange = [item for item in said if item not in truth]
        if strange:
            raise InputError(
                f"{system} answers {len(strange)} items that the true words do not have: "
                f"{', '.join(strange[:_LISTED])}. Is the item column the same in both?"
            )
        given = [emotion_words(said.get(item, "")) for item in truth]
        pairs = _pairs(list(words.values()), given, chosen, level, single=one_each)
        score, precision, recall = _scores(pairs, resamples, single=one_each)
        ranked.append(
            Ranked(
                system,
                score,
                precision,
                recall,
                int(np.isfinite(pairs[..., 0]).any(1).sum()),
                sum(not said.get(item, "").strip() for item in truth),
                sum(bool(said.get(item, "").strip()) and not found for item, found in zip(truth, given, strict=True)),
            )
        )
    return tuple(sorted(ranked, key=lambda one: -one.score.value))


def _pairs(
    truth: Sequence[Sequence[str]], given: Sequence[Sequence[str]], wheels: Sequence[str], level: Level, *, single: bool
) -> Floats:
    """Return (item, wheel, 2): precision and recall, or precise hit and hit; NaN where no true word is on the wheel."""
    found = np.full((len(truth), len(wheels), 2), np.nan)
    labels = {word for said in truth for word in said}
    for i, (true, said) in enumerate(zip(truth, given, strict=True)):
        for j, wheel in enumerate(wheels):
            if single and len(true) == 1:
                hit = hit_rate(true, [said], level=level, wheels=[wheel], labels=labels)
                found[i, j] = hit.precise_hit_rate, hit.hit_rate
            elif true:
                scores = set_scores([true], [said], group=partial(group_word, wheel=wheel, level=level))
                found[i, j] = scores.precision, scores.recall
    if not np.isfinite(found).any():
        raise InputError("No true word is on any of the emotion wheels. Are the true words emotions, in English?")
    return found


def _scores(pairs: Floats, resamples: int, *, single: bool) -> tuple[Estimate, float, float]:
    """Return what ranks, and the means over items and then over wheels of both columns."""

    def means(places: Floats) -> Floats:
        drawn = pairs[places.astype(np.intp)]
        counted = np.isfinite(drawn).sum(0)
        reached = counted[:, 0] > 0
        wheel: Floats = np.where(np.isfinite(drawn), drawn, 0).sum(0)[reached] / counted[reached]
        both: Floats = wheel.mean(0) if len(wheel) else np.full(2, np.nan)
        return both

    def metric(places: Floats) -> float:
        drawn = pairs[places.astype(np.intp)]
        if single:
            return float(means(places)[1])
        counted = np.isfinite(drawn).sum(0)
        reached = counted[:, 0] > 0
        p, r = (np.where(np.isfinite(drawn), drawn, 0).sum(0)[reached] / counted[reached]).T
        # F of each wheel, then their mean, as `wheel_scores` has it.
        total = p + r
        return (
            float(np.mean(np.divide(2 * p * r, total, out=np.zeros_like(total), where=total > 0))) if len(p) else np.nan
        )

    everyone = np.arange(len(pairs), dtype=np.float64)
    precision, recall = (float(value) for value in means(everyone))
    return bootstrap_interval(metric, everyone, resamples=resamples), precision, recall
