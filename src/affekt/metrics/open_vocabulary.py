"""How well sets of free emotion words match: precision, recall and F through wheels, hit rate, a reward.

After MER-UniBench (Lian et al. 2025, "AffectGPT: A New Dataset, Model, and Benchmark for Emotion
Understanding with Multimodal Large Language Models", ICML) and the open-vocabulary track of MER2025
(Lian et al. 2025), whose rules were checked against their published code: words are brought to a group of
an emotion wheel, a word that reaches none is left out, and so is an item none of whose true words
reaches one. The wheels and the way words reach them are affekt's own (`affekt.affect.words.wheels` says
why), so a score here compares only with scores from here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from affekt.affect.words.phrases import read_phrase
from affekt.affect.words.vocabulary import plain_word
from affekt.affect.words.wheels import WHEELS, Level, find_wheel, group_word
from affekt.errors import InputError
from affekt.metrics.inputs import Floats

WordSets = Sequence[Collection[str]]
_LONGEST_ENTRY = 4
_FORMAT = re.compile(r"\s*<think>.+?</think>\s*<answer>.+?</answer>\s*", re.DOTALL)
_ANSWER_ONLY = re.compile(r"\s*<answer>.+?</answer>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SetScores:
    """Agreement of sets of words, each in [0, 1]; `items` is how many counted. NaN where none did.

    `f` is the harmonic mean of `precision` and `recall`, themselves means over items.
    """

    precision: float
    recall: float
    f: float
    items: int

    @property
    def average(self) -> float:
        """The mean of precision and recall, the score of MER2024's open-vocabulary track."""
        return (self.precision + self.recall) / 2


@dataclass(frozen=True, slots=True)
class WheelScores:
    """Means over wheels of `SetScores`, and those of each wheel. A wheel without items does not count."""

    precision: float
    recall: float
    f: float
    level: Level
    wheels: dict[str, SetScores]


@dataclass(frozen=True, slots=True)
class HitRate:
    """How often the one true word is among the predicted ones, and that divided among the guesses, in [0, 1]."""

    hit_rate: float
    precise_hit_rate: float
    items: int


@dataclass(frozen=True, slots=True)
class WheelReward:
    """The reward of one answer, and its parts: `total` is accuracy + weighted format - weighted excess.

    `accuracy` in [0, 1]; `format` 0 or 1; `excess` is how many emotions too many, as a share of those allowed.
    """

    total: float
    accuracy: float
    format: float
    excess: float
    emotions: tuple[str, ...]


def emotion_words(answer: str) -> tuple[str, ...]:
    """Return the emotion words of a free-form answer, in order, each as often as it is said.

    A list ("happy, very sad", "['angry', 'tired']", one per line) gives its entries; anything
    longer is read as a phrase (`affekt.affect.words.phrases`), and gives the words it affirms. An answer in
    ``<answer>`` tags is taken out of them. Empty for an answer without words.

    >>> emotion_words("<think>Hm.</think><answer>joyful, proud</answer>")
    ('joyful', 'proud')
    >>> emotion_words("The man is not angry; he sounds quite sad, and a little hopeful about it.")
    ('sad', 'hopeful')
    """
    tagged = re.search(r"<answer>(.*?)</answer>", answer, re.DOTALL)
    text = (tagged[1] if tagged else answer).strip().strip("[](){}")
    entries = [entry.strip().strip("'\"`*-.").strip() for entry in re.split(r"[,;\n|]", text)]
    entries = [entry for entry in entries if any(letter.isalpha() for letter in entry)]
    if all(len(entry.split()) <= _LONGEST_ENTRY for entry in entries):
        return tuple(plain_word(entry) for entry in entries)
    return tuple(plain_word(term.text) for term in read_phrase(text).affirmed)


def set_scores(truth: WordSets, prediction: WordSets, *, group: Callable[[str], str | None] | None = None) -> SetScores:
    r"""Return precision, recall and F of sets of words, each in [0, 1].

    .. math:: P = \frac{1}{n} \sum_i \frac{|Y_i \cap \hat Y_i|}{|\hat Y_i|} \qquad
              R = \frac{1}{n} \sum_i \frac{|Y_i \cap \hat Y_i|}{|Y_i|} \qquad F = \frac{2PR}{P + R}

    truth, prediction: a collection of words per item. `group` names the group of a word and gives None for
    one to leave out; without it words are compared as they are, up to capitals and spaces. Items
    without a true word (after grouping) are left out; an empty prediction scores 0. F is 0 where
    both are 0. Raises `InputError` for different lengths, no items, or an item that is a bare string.
    Lian et al. 2025, AffectGPT, ICML (their F is that of the means, as here).

    >>> set_scores([{"happy", "proud"}, {"sad"}], [{"happy"}, {"sad", "angry"}]).precision
    0.75
    """
    return _means(_overlaps(truth, prediction, group or plain_word))


def exact_match(truth: WordSets, prediction: WordSets) -> float:
    """Return the share of items whose words are just the true ones, in [0, 1], up to capitals and spaces.

    Raises as `set_scores` does; items without true words count, and match an empty prediction.

    >>> exact_match([{"happy"}, {"sad", "tired"}], [{"Happy"}, {"sad"}])
    0.5
    """
    _check(truth, prediction)
    pairs = zip(truth, prediction, strict=True)
    return float(np.mean([{plain_word(w) for w in true} == {plain_word(w) for w in said} for true, said in pairs]))


def wheel_scores(
    truth: WordSets, prediction: WordSets, *, level: Level = 1, wheels: Collection[str] | None = None
) -> WheelScores:
    """Return `set_scores` through emotion wheels: the means over wheels, and each wheel's own.

    `wheels` names them, all five by default; `level` is 1 (coarse) or 2. Raises `UnknownNameError`
    for an unknown wheel, and as `set_scores` does. Lian et al. 2025, AffectGPT, ICML.

    >>> scores = wheel_scores([{"joyful"}], [{"happiness", "angry"}])
    >>> scores.precision, scores.recall, round(scores.f, 3)
    (0.5, 1.0, 0.667)
    """
    chosen = _chosen(wheels)
    found = {
        name: set_scores(truth, prediction, group=lambda word, name=name: group_word(word, name, level=level))  # type: ignore[misc]
        for name in chosen
    }
    counted = [scores for scores in found.values() if scores.items]
    precision, recall, f = (
        float(np.mean([getattr(scores, name) for scores in counted])) if counted else math.nan
        for name in ("precision", "recall", "f")
    )
    return WheelScores(precision, recall, f, level, found)


def item_wheel_scores(
    truth: WordSets, prediction: WordSets, *, level: Level = 1, wheels: Collection[str] | None = None
) -> Floats:
    """Return float64 (item,): each item's F, in [0, 1], as the mean over the wheels its true words reach.

    NaN where they reach none. For intervals and for rewards; the mean over items is not the F of
    `wheel_scores`, which is that of the mean precision and recall. Raises as `wheel_scores` does.

    >>> item_wheel_scores([{"joyful"}, {"angry"}], [{"delighted"}, {"sad"}]).tolist()
    [1.0, 0.0]
    """
    chosen = _chosen(wheels)
    _check(truth, prediction)
    scores = np.full((len(truth), len(chosen)), math.nan)
    for place, name in enumerate(chosen):
        for item, (true, said) in enumerate(zip(truth, prediction, strict=True)):
            overlap = _overlap(true, said, lambda word, name=name: group_word(word, name, level=level))  # type: ignore[misc]
            if overlap is not None:
                scores[item, place] = _harmonic(*overlap)
    counted = np.isfinite(scores)
    total = np.where(counted, scores, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore"):
        mean: Floats = total / counted.sum(axis=1)
    return mean


def hit_rate(
    truth: Sequence[str],
    prediction: WordSets,
    *,
    level: Level = 1,
    wheels: Collection[str] | None = None,
    labels: Collection[str] | None = None,
) -> HitRate:
    """Return how often the true label is among the predicted words, through the wheels, in [0, 1].

    For corpora with one basic emotion per item. `precise_hit_rate` divides a hit by how many groups
    of `labels` (by default those in `truth`) the prediction names, so listing every emotion does not pay.
    Means over items, then over wheels; items whose label reaches no group (neutral) are left out of a
    wheel. `items` counts those that counted for some wheel. Raises as `set_scores` does. Lian et al.
    2025, AffectGPT, ICML.

    >>> rate = hit_rate(["anger", "joy"], [["furious", "sad"], ["gloomy"]])
    >>> rate.hit_rate, rate.items
    (0.5, 2)
    """
    if isinstance(truth, str):
        raise InputError(f"Truth must be a label per item, got the string {truth!r}.")
    _check([[label] for label in truth], prediction)
    candidates = set(truth) if labels is None else set(labels)
    rates, precise, counted = [], [], set()
    for name in _chosen(wheels):
        named = {group_word(label, name, level=level) for label in candidates} - {None}
        hits, shares = [], []
        for item, (label, words) in enumerate(zip(truth, prediction, strict=True)):
            group = group_word(label, name, level=level)
            if group is None:
                continue
            counted.add(item)
            said = {group_word(word, name, level=level) for word in words}
            hits.append(float(group in said))
            shares.append(hits[-1] / len(said & named) if group in said & named else 0.0)
        if hits:
            rates.append(np.mean(hits))
            precise.append(np.mean(shares))
    if not rates:
        return HitRate(math.nan, math.nan, 0)
    return HitRate(float(np.mean(rates)), float(np.mean(precise)), len(counted))


def wheel_reward(
    answer: str,
    truth: Collection[str],
    *,
    level: Level = 1,
    format_weight: float = 1.0,
    length_weight: float = 0.1,
    allowed: int = 6,
    thinking: bool = True,
) -> WheelReward:
    r"""Return the reward of one generated answer: a pure function of the text and the true words.

    .. math:: r = F + \beta \cdot \text{format} - \lambda \cdot \max(0, k - k_0) / k_0

    F: `item_wheel_scores` over all wheels (0 where the true words reach no wheel); format: 1 if
    the whole answer is ``<think>…</think><answer>…</answer>`` (only the answer's tags if `thinking`
    is off), 0 otherwise; k: how many emotions it lists, repetitions too; :math:`k_0`: `allowed`; :math:`\beta`,
    :math:`\lambda`: the weights. Raises `InputError` for `allowed` below 1, a negative weight or
    no true words. Lian et al. 2025, "AffectGPT-R1: Leveraging Reinforcement Learning for
    Open-Vocabulary Multimodal Emotion Recognition", arXiv:2508.01318, adds accuracy and format, and penalises
    length because listing many emotions raises the score; the linear form and the weights here are affekt's.

    >>> wheel_reward("<think>He smiles.</think><answer>happy</answer>", {"joyful"}).total
    2.0
    >>> round(wheel_reward("happy, sad, angry", {"joyful"}, allowed=2, length_weight=0.2).total, 3)
    0.4
    """
    if allowed < 1:
        raise InputError(f"allowed must be at least 1, got {allowed}.")
    if format_weight < 0 or length_weight < 0:
        raise InputError(f"Weights must be at least 0, got {format_weight} and {length_weight}.")
    if isinstance(truth, str) or not truth:
        raise InputError(f"Truth must be a collection of at least one word, got {truth!r}.")
    emotions = emotion_words(answer)
    score = float(item_wheel_scores([truth], [emotions], level=level)[0])
    accuracy = score if math.isfinite(score) else 0.0
    wanted = _FORMAT if thinking else _ANSWER_ONLY
    formed = float(wanted.fullmatch(answer) is not None and answer.count("<answer>") == 1)
    excess = max(0, len(emotions) - allowed) / allowed
    total = accuracy + format_weight * formed - length_weight * excess
    return WheelReward(total, accuracy, formed, excess, emotions)


def _chosen(wheels: Collection[str] | None) -> tuple[str, ...]:
    if isinstance(wheels, str):
        raise InputError(f"wheels must be a collection of names, got the string {wheels!r}.")
    chosen = tuple(WHEELS) if wheels is None else tuple(wheels)
    if not chosen:
        raise InputError("wheels is empty. Name at least one, or leave it out for all.")
    for name in chosen:
        find_wheel(name)
    return chosen


def _check(truth: WordSets, prediction: WordSets) -> None:
    for name, items in (("Truth", truth), ("Prediction", prediction)):
        if isinstance(items, str) or any(isinstance(item, str) for item in items):
            raise InputError(
                f"{name} must be a collection of words per item; take words out of text with emotion_words."
            )
    if len(truth) != len(prediction):
        raise InputError(f"Truth and prediction differ in length: {len(truth)} and {len(prediction)}.")
    if not len(truth):
        raise InputError("Truth is empty. A metric needs at least one item.")


def _overlap(
    true: Collection[str], said: Collection[str], group: Callable[[str], str | None]
) -> tuple[float, float] | None:
    """Return an item's precision and recall, None where no true word has a group."""
    wanted = {group(word) for word in true} - {None, ""}
    named = {group(word) for word in said} - {None, ""}
    if not wanted:
        return None
    both = len(wanted & named)
    return (both / len(named) if named else 0.0), both / len(wanted)


def _overlaps(truth: WordSets, prediction: WordSets, group: Callable[[str], str | None]) -> list[tuple[float, float]]:
    _check(truth, prediction)
    found = (_overlap(true, said, group) for true, said in zip(truth, prediction, strict=True))
    return [overlap for overlap in found if overlap is not None]


def _means(overlaps: list[tuple[float, float]]) -> SetScores:
    if not overlaps:
        return SetScores(math.nan, math.nan, math.nan, 0)
    precision, recall = (float(mean) for mean in np.mean(overlaps, axis=0))
    return SetScores(precision, recall, _harmonic(precision, recall), len(overlaps))


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
