"""Spans of text and pairs of utterances: answers as in SQuAD, emotion-cause pairs as in ECAC."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from affekt.errors import InputError
from affekt.metrics.classification import ratio

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


class PairScores(NamedTuple):
    """Precision, recall and F1, each in [0, 1]."""

    precision: float
    recall: float
    f1: float


class SpanScores(NamedTuple):
    """Exact match and token F1 of answers, each in [0, 1]."""

    exact_match: float
    f1: float


class CausePair(NamedTuple):
    """An emotion and its cause: the utterance that has it, which emotion, the utterance that causes it.

    `start` and `end` are the cause's tokens within that utterance, end excluded; None for a pair of
    whole utterances. `dialogue` keeps pairs of several dialogues apart.
    """

    dialogue: Hashable
    utterance: int
    emotion: str
    cause: int
    start: int | None = None
    end: int | None = None


def normalise_answer(text: str) -> str:
    """Return an answer as SQuAD compares it: lower case, without punctuation, articles and double spaces.

    >>> normalise_answer("The  news, that she left!")
    'news that she left'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(truth: str, prediction: str) -> bool:
    """Return whether two answers are the same after `normalise_answer`.

    >>> exact_match("the news", "News!")
    True
    """
    return normalise_answer(truth) == normalise_answer(prediction)


def answer_f1(truth: str, prediction: str) -> float:
    """Return the F1 of the words two answers share, in [0, 1], each word as often as it occurs.

    1 where both are empty after `normalise_answer`, 0 where one is. Rajpurkar et al. 2016, "SQuAD".

    >>> round(answer_f1("she left him", "left him alone"), 3)
    0.667
    """
    found, said = normalise_answer(truth).split(), normalise_answer(prediction).split()
    if not found or not said:
        return float(found == said)
    shared = (Counter(found) & Counter(said)).total()
    return 2 * shared / (len(found) + len(said))


def squad_scores(truth: Sequence[str | Collection[str]], prediction: Sequence[str]) -> SpanScores:
    """Return mean exact match and mean token F1 of answers, in [0, 1].

    truth: an answer for each item, or several of which the best counts; an empty string means that there is no
    answer. Raises `InputError` for different lengths or no items. Rajpurkar, Jia and Liang 2018, "Know What
    You Don't Know"; for emotion causes: Poria et al. 2021, "Recognizing Emotion Cause in Conversations".

    >>> squad_scores([["she left", "she left him"], ""], ["She left.", "rain"])
    SpanScores(exact_match=0.5, f1=0.5)
    """
    _same_length(truth, prediction)
    answers = [[item] if isinstance(item, str) else list(item) or [""] for item in truth]
    exact = [max(exact_match(one, said) for one in item) for item, said in zip(answers, prediction, strict=True)]
    shared = [max(answer_f1(one, said) for one in item) for item, said in zip(answers, prediction, strict=True)]
    return SpanScores(float(np.mean(exact)), float(np.mean(shared)))


def set_f1(truth: Iterable[Hashable], prediction: Iterable[Hashable]) -> PairScores:
    """Return precision, recall and F1 of a set of predicted things, such as (emotion, cause) pairs.

    Doubles count once. Nothing predicted has precision 0, and F1 0 unless the truth is empty too (then all
    are 1).

    >>> set_f1({(1, 2), (3, 3)}, {(1, 2), (3, 1)})
    PairScores(precision=0.5, recall=0.5, f1=0.5)
    """
    found, said = set(truth), set(prediction)
    if not found and not said:
        return PairScores(1.0, 1.0, 1.0)
    hits = len(found & said)
    return _scores(hits, len(said), len(found))


def cause_pair_scores(
    truth: Iterable[CausePair], prediction: Iterable[CausePair], *, proportional: bool = False
) -> PairScores:
    r"""Return precision, recall and F1 of emotion-cause pairs over all dialogues.

    Strict: a pair counts where all its elements are those of a true pair. Proportional: where dialogue, utterance,
    emotion and cause agree, what counts are the tokens shared with the true span of which the largest part is covered,

    .. math:: P = \frac{\sum overlap}{\sum |predicted\ span|} \qquad R = \frac{\sum overlap}{\sum |true\ span|}

    Doubles count once. Raises `InputError` for a proportional score of pairs without spans. Wang et al.
    2024, "SemEval-2024 Task 3: Multimodal Emotion Cause Analysis in Conversations".

    >>> said, true = CausePair("a", 3, "joy", 2, 0, 4), CausePair("a", 3, "joy", 2, 1, 4)
    >>> cause_pair_scores([true], [said]).f1, round(cause_pair_scores([true], [said], proportional=True).f1, 3)
    (0.0, 0.857)
    """
    found, said = set(truth), set(prediction)
    if not proportional:
        return _scores(len(found & said), len(said), len(found))
    overlap = 0
    for pair in said:
        same = [true for true in found if true[:4] == pair[:4]]
        shares = [(_shared(true, pair) / max(1, _length(true)), _shared(true, pair)) for true in same]
        overlap += max(shares, default=(0.0, 0))[1]
    return _scores(overlap, sum(map(_length, said)), sum(map(_length, found)))


def weighted_cause_pair_f1(
    truth: Iterable[CausePair], prediction: Iterable[CausePair], *, proportional: bool = False
) -> float:
    """Return the F1 of emotion-cause pairs per emotion, weighted by the true pairs of each, in [0, 1].

    The main score of SemEval-2024 Task 3 (strict) and of MECPE (pairs without spans). For `proportional` and
    the paper see `cause_pair_scores`; 0 where there are no true pairs.

    >>> true = [CausePair("a", 1, "joy", 1), CausePair("a", 2, "fear", 1)]
    >>> weighted_cause_pair_f1(true, true[:1])
    0.5
    """
    found, said = set(truth), set(prediction)
    counts = Counter(pair.emotion for pair in found)
    total = 0.0
    for emotion, count in counts.items():
        sides = [[pair for pair in side if pair.emotion == emotion] for side in (found, said)]
        total += count * cause_pair_scores(*sides, proportional=proportional).f1
    return float(ratio(total, counts.total()))


def _length(pair: CausePair) -> int:
    if pair.start is None or pair.end is None:
        raise InputError(f"{pair} has no span: proportional scores need start and end tokens.")
    return max(0, pair.end - pair.start)


def _shared(one: CausePair, other: CausePair) -> int:
    _length(one), _length(other)
    return max(0, min(one.end or 0, other.end or 0) - max(one.start or 0, other.start or 0))


def _scores(hits: int, predicted: int, actual: int) -> PairScores:
    return PairScores(
        float(ratio(hits, predicted)), float(ratio(hits, actual)), float(ratio(2 * hits, predicted + actual))
    )


def _same_length(truth: Sequence[object], prediction: Sequence[object]) -> None:
    if len(truth) != len(prediction) or not truth:
        raise InputError(
            f"Truth and prediction hold {len(truth)} and {len(prediction)} items. They need as many, at least 1."
        )
