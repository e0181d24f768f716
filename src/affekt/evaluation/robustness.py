"""Does a subject say the same of the same texts, written differently: scores, drops and flips by perturbation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.corpora.targets import DIMENSIONS, Flags, Floats, Target
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Decided, Question, Subject, decide
from affekt.evaluation.perturbation import Asked, parse_perturbations, perturb
from affekt.evaluation.scores import Measure, Score, measures, primary
from affekt.metrics.resampling import Estimate, bootstrap_interval, bootstrap_values, percentile_interval
from affekt.types import Record

AT_ONCE = 100_000
"""About so many rewritten texts are asked about at once; what learns is asked once for all."""
_UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Flip:
    """An item whose answer changed: its id, the text before and after, the labels before and after."""

    item: str
    before: str
    after: str
    said_before: tuple[str, ...]
    said_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Perturbed:
    """What became of a subject's answers under one perturbation (`name`, with its strength where unusual).

    `changed`: the share of all items whose text the perturbation changes at all. `metric`: the score that is looked
    at, on all items, `score`: what it is now, `drop`: how much lower than on the unperturbed texts, paired. `flipped`:
    of the changed items that had an answer, the share whose most probable label is another one, or none any more; of
    answers without probabilities, whose set of labels is another one. `moved`: of the changed items, how far each
    dimension moved, on average, in either direction. `example`: one item that flipped. A score's n is the items behind.
    """

    name: str
    metric: str
    changed: Score
    score: Score
    drop: Score
    flipped: Score | None = None
    moved: dict[str, Score] = field(default_factory=dict)
    example: Flip | None = None

    @property
    def told(self) -> Score | None:
        """How many answers flipped, or, of dimensions only, how far valence moved."""
        return self.moved.get("valence") if self.flipped is None else self.flipped

    def scores(self) -> dict[str, Score]:
        """Return all numbers by name: ``perturbed:typos/macro_f1``, ``…/macro_f1_drop``, ``…/changed`` and so on."""
        found = {self.metric: self.score, f"{self.metric}_drop": self.drop, "changed": self.changed}
        if self.flipped is not None:
            found["flipped"] = self.flipped
        found |= {f"moved:{name}": score for name, score in self.moved.items()}
        return {f"perturbed:{self.name}/{name}": score for name, score in found.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Unperturbed:
    """A subject's answers to the unperturbed texts of a target, and what was decided of them."""

    subject: Subject
    question: Question
    target: Target
    answers: Answers
    decided: Decided | None


@dataclass(frozen=True, slots=True, eq=False)
class _Variant:
    """One perturbation of all texts: which items it changes (item,), and those items rewritten."""

    asked: Asked
    changed: Flags
    records: tuple[Record, ...]


def asked_of(subject: Subject, names: str) -> tuple[Asked, ...]:
    """Return the perturbations named, for a subject that reads texts. Raises as `robustness` does."""
    asked = parse_perturbations(names)
    if not subject.reads:
        raise InputError(
            f"The answers of {subject.name} stand in a file, so it cannot be asked about perturbed texts. Score the "
            "model itself: `affekt models`, module:callable, hf: or endpoint:."
        )
    return asked


def robustness(before: Unperturbed, names: str, *, resamples: int = 1000, seed: int = 0) -> dict[str, Perturbed]:
    """Return how the answers hold up to each perturbation in `names` (``typos,upper=0.5`` or ``all``), by its name.

    Only items that a perturbation changes are asked about again; the rest keep their answer, so a drop is of the
    texts as the corpus has them, most of which may have no emoji or accent to lose. A subject that learns from the
    corpus learns from the unperturbed texts. Drops are unperturbed minus perturbed, with a 95 % interval that
    resamples groups of items and scores both on the same draw. Raises `UnknownNameError` and
    `InputError` as `parse_perturbations` does, and `InputError` for a subject whose answers stand in a file.
    """
    asked = asked_of(before.subject, names)
    texts = before.question.texts
    languages = [record.signal.language for record in before.question.records]
    variants = []
    for each in asked:
        rewritten = perturb(texts, each.perturbation.name, strength=each.strength, languages=languages, seed=seed)
        changed = np.array([new != old for new, old in zip(rewritten, texts, strict=True)], np.bool_)
        records = tuple(
            replace(record, signal=replace(record.signal, text=new))
            for record, new, keep in zip(before.question.records, rewritten, changed.tolist(), strict=True)
            if keep
        )
        variants.append(_Variant(each, changed, records))
    scorer = _Scorer.of(before, resamples, seed)
    found = {}
    for variant, answers, decided in _answered(before, variants):
        found[variant.asked.name] = scorer.perturbed(variant, answers, decided)
    return found


def _answered(before: Unperturbed, variants: Sequence[_Variant]) -> Iterator[tuple[_Variant, Answers, Decided | None]]:
    """Yield the answers to each variant, the unperturbed ones where it changes nothing."""
    # What learns is taught once, and is asked about every item first: what it draws is then drawn for the same items.
    first = before.question.records if before.subject.learns else ()
    batches: list[list[_Variant]] = [[]]
    for variant in variants:
        waiting = sum(len(each.records) for each in batches[-1])
        if not before.subject.learns and waiting and waiting + len(variant.records) > AT_ONCE:
            batches.append([])
        batches[-1].append(variant)
    for batch in batches:
        records = (*first, *(record for variant in batch for record in variant.records))
        if len(records) == len(first):
            yield from ((variant, before.answers, before.decided) for variant in batch)
            continue
        question = replace(before.question, records=records, originals=before.question.records)
        said = before.subject.answer(question)
        decided = None if before.target.space is None else decide(said, before.target.space)
        start = len(first)
        for variant in batch:
            part = np.zeros(len(records), np.bool_)
            part[start : start + len(variant.records)] = True
            start += len(variant.records)
            new = None if decided is None else decided.take(part)
            yield variant, *_merged(before, variant.changed, said.take(part), new)


def _merged(
    before: Unperturbed, changed: Flags, new: Answers, decided: Decided | None
) -> tuple[Answers, Decided | None]:
    """Return the unperturbed answers with those of the changed items in their place."""
    answered = before.answers.answered.copy()
    answered[changed] = new.answered
    answers = replace(before.answers, answered=answered, vad=_put(before.answers.vad, changed, new.vad))
    if before.decided is None:
        return answers, None
    decision = before.decided.decision.copy()
    decision[changed] = False if decided is None else decided.decision
    probabilities = _put(before.decided.probabilities, changed, None if decided is None else decided.probabilities)
    return answers, replace(before.decided, probabilities=probabilities, decision=decision)


def _put(old: Floats | None, rows: Flags, new: Floats | None) -> Floats | None:
    """Return `old` with `new` in some rows; NaN there where nothing new was said."""
    if old is None:
        return None
    merged = old.copy()
    merged[rows] = np.nan if new is None else new
    return merged


@dataclass(frozen=True, slots=True, eq=False)
class _Scorer:
    """Scores variants against the unperturbed answers; `measure` and `draws` are those of the unperturbed ones."""

    before: Unperturbed
    measure: Measure
    draws: Floats
    resamples: int
    seed: int

    @classmethod
    def of(cls, before: Unperturbed, resamples: int, seed: int) -> _Scorer:
        known = {each.name: each for each in measures(before.target, before.answers, before.decided)}
        none = Score(_UNKNOWN, _UNKNOWN, _UNKNOWN, 0)
        measure = known[primary(dict.fromkeys(known, none))]
        scorer = cls(before, measure, np.empty(0), resamples, seed)
        return replace(scorer, draws=scorer._drawn(measure.arrays, measure.groups))

    def perturbed(self, variant: _Variant, answers: Answers, decided: Decided | None) -> Perturbed:
        """Return what became of the answers under one perturbation."""
        target, changed = self.before.target, variant.changed
        value, drop = self._score(answers, decided)
        share = float(changed.mean()), _UNKNOWN, _UNKNOWN, len(changed)
        flipped, example = None, None
        if self.before.decided is not None and decided is not None and target.space is not None:
            flips = _flips(self.before, answers, decided)
            asked = changed & self.before.answers.answered
            flipped = self._mean(flips, asked)
            example = self._example(variant, flips & asked, decided)
        moved = {}
        if self.before.answers.vad is not None and answers.vad is not None and target.vad is not None:
            for place, name in enumerate(DIMENSIONS):
                distance = np.abs(answers.vad[:, place] - self.before.answers.vad[:, place])
                if not np.isnan(self.before.answers.vad[:, place]).all():
                    moved[name] = self._mean(distance, changed & ~np.isnan(distance))
        return Perturbed(variant.asked.name, self.measure.name, Score(*share), value, drop, flipped, moved, example)

    def _score(self, answers: Answers, decided: Decided | None) -> tuple[Score, Score]:
        """Return the score and its drop, over the items that both have an answer that the metric can take."""
        old = self.measure
        new = next((m for m in measures(self.before.target, answers, decided) if m.name == old.name), None)
        if new is None:
            none = Score(_UNKNOWN, _UNKNOWN, _UNKNOWN, 0)
            return none, none
        _, ours, theirs = np.intersect1d(old.rows, new.rows, assume_unique=True, return_indices=True)
        groups = old.groups[ours]
        whole = len(ours) == len(old.rows)
        arrays = [array[ours] for array in old.arrays]
        again = [new.arrays[0][theirs], new.arrays[1][theirs]]
        drawn = self._drawn((again[0], again[1]), groups)
        base = self.draws if whole else self._drawn((arrays[0], arrays[1]), groups)
        value, was = float(old.metric(*again)), float(old.metric(*arrays))
        drop = percentile_interval(was - value, base - drawn)
        return Score(*percentile_interval(value, drawn), len(ours)), Score(*drop, len(ours))

    def _drawn(self, arrays: Sequence[ArrayLike], groups: NDArray[np.str_]) -> Floats:
        return bootstrap_values(self.measure.metric, *arrays, resamples=self.resamples, seed=self.seed, groups=groups)

    def _mean(self, values: NDArray[np.generic], rows: Flags) -> Score:
        """Return the mean over some items with its interval, NaN where there are none."""
        if not rows.any():
            return Score(_UNKNOWN, _UNKNOWN, _UNKNOWN, 0)
        groups = self.before.target.groups[rows]
        estimate: Estimate = bootstrap_interval(
            _average, values[rows].astype(np.float64), resamples=self.resamples, seed=self.seed, groups=groups
        )
        return Score(*estimate, int(rows.sum()))

    def _example(self, variant: _Variant, flips: Flags, decided: Decided) -> Flip | None:
        """Return the flipped item with the shortest text of those longer than a few words, if any."""
        rows = np.flatnonzero(flips).tolist()
        if not rows or self.before.target.space is None or self.before.decided is None:
            return None
        records = self.before.question.records
        row = min(rows, key=lambda i: (len(records[i].signal.text.split()) < 4, len(records[i].signal.text)))
        after = variant.records[int(variant.changed[:row].sum())].signal.text
        labels = np.array(self.before.target.space.labels, object)
        was, now = labels[self.before.decided.decision[row]], labels[decided.decision[row]]
        return Flip(records[row].id, records[row].signal.text, after, tuple(was), tuple(now))


def _average(values: ArrayLike) -> float:
    return float(np.mean(np.asarray(values, np.float64)))


def _flips(before: Unperturbed, answers: Answers, decided: Decided) -> Flags:
    """Return which items have another most probable label, or set of labels, than before."""
    old = before.decided
    assert old is not None
    if old.probabilities is None or decided.probabilities is None:
        other: Flags = (old.decision != decided.decision).any(axis=1)
    else:
        tops = [np.nan_to_num(each, nan=-1.0).argmax(axis=1) for each in (old.probabilities, decided.probabilities)]
        other = tops[0] != tops[1]
    flips: Flags = other | (before.answers.answered & ~answers.answered)
    return flips
