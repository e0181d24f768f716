"""evaluate(): from a subject and a corpus to scores with intervals. The whole path is on this page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import find_space
from affekt.corpora.opening import OpenCorpus, open_corpus, part_split
from affekt.corpora.own.description import Description
from affekt.corpora.record_clips import has_sound
from affekt.corpora.targets import Flags, Target, choose_split, draw, make_target
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Decided, Question, Subject, decide
from affekt.evaluation.contamination import Overlap, find_overlap, overlap_sentence
from affekt.evaluation.predictions import Predictions
from affekt.evaluation.records import ResultRow, Scored, run_info
from affekt.evaluation.robustness import Perturbed, Unperturbed, asked_of, robustness
from affekt.evaluation.scores import Score, measures, primary, score
from affekt.metrics.fairness import GroupScores, by_group
from affekt.metrics.resampling import Estimate
from affekt.types import LabelSpace, Record

FEWEST = 10
"""A subgroup with fewer items is told of, not scored."""


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """How to evaluate: the `space` to score in (None: the corpus's own), subgroups `by` attributes of records
    (``language``, ``speaker``, ``split``, ``modality`` or a name in `conditions`), items of one `language`
    only, only items `where` such attributes have these values, at most `limit` items drawn by `seed`, `resamples` for
    intervals, whether to look for `contamination`, the `folder` of the corpus if it lies elsewhere, what to `perturb`
    the texts by (``all``, or names as in ``typos,upper=0.5``; None: not at all), of a table of your own its
    `description`."""

    space: str | None = None
    by: tuple[str, ...] = ()
    language: str | None = None
    limit: int | None = None
    seed: int = 0
    resamples: int = 1000
    contamination: bool = True
    folder: Path | None = None
    perturb: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    description: Description | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What a subject scored: `scores` by name, `subgroups` of the first score by attribute, the `overlap` with what
    it learned from, the scores `without_overlap`, what became of the answers where texts were `perturbed`, and
    sentences that say how all this was done."""

    subject: Subject
    target: Target
    answers: Answers
    decided: Decided | None
    scores: Mapping[str, Score]
    protocol: str
    subgroups: Mapping[str, GroupScores] = field(default_factory=dict)
    overlap: Overlap | None = None
    without_overlap: Mapping[str, Score] = field(default_factory=dict)
    perturbed: Mapping[str, Perturbed] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def primary(self) -> str:
        """The score to look at first."""
        return primary(self.scores)

    @property
    def all_scores(self) -> dict[str, Score]:
        """The scores, and those under every perturbation."""
        return {**self.scores, **{name: s for each in self.perturbed.values() for name, s in each.scores().items()}}


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A corpus ready to be asked about: the target and the question."""

    target: Target
    question: Question


def prepare(corpus: str, options: EvaluationOptions | None = None) -> Prepared:
    """Return the target of ``CORPUS`` or ``CORPUS:split``, and the question that goes with it.

    A corpus is one that affekt or a plugin reads, or a table or folder of your own (`affekt.corpora.opening`).

    Raises `UnknownNameError` (corpus, split, space), `CorpusError` where it is not here, `ConversionError` where
    its labels cannot become the space, `InputError` where nothing is left to score.
    """
    options = options or EvaluationOptions()
    name, split = part_split(corpus)
    return prepare_opened(open_corpus(name, options.description, folder=options.folder), split, options)


def prepare_opened(found: OpenCorpus, split: str | None, options: EvaluationOptions) -> Prepared:
    """Return the target and the question of a corpus that was opened; see `prepare`."""
    card = found.card
    prepared = prepare_records(card.name, found.records, card.space, split=split or None, options=options)
    return replace(prepared, target=replace(prepared.target, notes=(*found.notes, *prepared.target.notes)))


def prepare_records(
    name: str,
    records: Sequence[Record],
    own: LabelSpace | None,
    *,
    split: str | None = None,
    options: EvaluationOptions | None = None,
) -> Prepared:
    """Return the target and the question of records of your own, labelled in the space `own`; see `prepare`."""
    options = options or EvaluationOptions()
    asked = None
    if options.space is not None:
        asked = own if own is not None and options.space == own.name else find_space(options.space)
    if options.language is not None:
        found = {record.signal.language for record in records}
        records = [record for record in records if record.signal.language == options.language]
        if not records:
            named = ", ".join(sorted(filter(None, found))) or "no language at all"
            raise InputError(f"{name} holds nothing in {options.language!r}. It has: {named}.")
    for key, value in options.where:
        values = dict.fromkeys(filter(None, (attribute(record, key) for record in records)))
        records = [record for record in records if attribute(record, key) == value]
        if not records:
            raise InputError(f"{name} has no item whose {key} is {value!r}. It has: {', '.join(values) or 'none'}.")
    splits = choose_split(records, split)
    inside = [record for record in records if record.split in splits]
    texts = [record for record in inside if record.signal.text.strip()]
    # Files of sound are for models that hear.
    texts = texts or [record for record in inside if has_sound(record)]
    if not texts:
        raise InputError(f"{name} ({'+'.join(splits)}) holds no text. Subjects read text; score it by a table instead.")
    target = make_target(name, texts, own, split="+".join(splits), space=asked)
    target = draw(target, options.limit, seed=options.seed)
    outside = tuple(record for record in records if record.split not in splits and record.signal.text.strip())
    return Prepared(target, Question(target.records, target.space, own, outside, options.seed))


def evaluate(subject: Subject, corpus: str, options: EvaluationOptions | None = None) -> Evaluation:
    """Return how `subject` scores on ``CORPUS`` or ``CORPUS:split`` (default: test, else development, else all).

    Labels of the subject are converted to the space that is scored by cited maps; what is lost is in `notes`.
    Raises as `prepare` does, and whatever the subject raises.
    """
    options = options or EvaluationOptions()
    return evaluate_prepared(subject, prepare(corpus, options), options)


def evaluate_prepared(subject: Subject, prepared: Prepared, options: EvaluationOptions) -> Evaluation:
    """Return how `subject` scores on a corpus that was prepared; see `evaluate`."""
    target, question = prepared.target, prepared.question
    if options.perturb is not None:
        asked_of(subject, options.perturb)  # Told before a model is asked for hours.
    answers = subject.answer(question)
    decided = None if target.space is None else decide(answers, target.space)
    scores = score(target, answers, decided, resamples=options.resamples, seed=options.seed)
    if set(scores) <= {"answered", *answers.rates}:
        raise InputError(
            f"{subject.name} answered nothing that {target.corpus} can be scored by: it has "
            f"{'labels of ' + target.space.name if target.space else 'dimensions only'}."
        )
    notes = [*target.notes, *answers.notes, *_about(answers, decided, target)]
    found = Evaluation(subject, target, answers, decided, scores, _protocol(decided, options))
    subgroups = {name: _subgroups(found, name, options) for name in options.by}
    overlap, rest = None, {}
    if options.contamination and subject.trained_on:
        overlap = find_overlap(target.corpus, target.records, subject.trained_on)
        notes.append(overlap_sentence(overlap))
        if overlap.any.any() and not overlap.any.all():
            rest = _scores_of(found, ~overlap.any, options)
        elif overlap.any.all():
            notes.append("Every item was seen, so there is no score without them: these scores are of training data.")
    perturbed: dict[str, Perturbed] = {}
    if options.perturb is not None:
        before = Unperturbed(subject, question, target, answers, decided)
        perturbed = robustness(before, options.perturb, resamples=options.resamples, seed=options.seed)
        notes.append(
            f"Texts were perturbed by seed {options.seed}, and the model asked again about those that changed: drops "
            "are over all items, flips and moves over the changed ones."
        )
    found = replace(found, subgroups=subgroups, overlap=overlap, without_overlap=rest)
    return replace(found, perturbed=perturbed, notes=tuple(notes))


def _scores_of(found: Evaluation, kept: Flags, options: EvaluationOptions) -> dict[str, Score]:
    """Return the scores of some of the items."""
    some, decided = found.answers.take(kept), None if found.decided is None else found.decided.take(kept)
    return score(found.target.take(kept), some, decided, resamples=options.resamples, seed=options.seed)


def attribute(record: Record, name: str) -> str | None:
    """Return an attribute of a record to tell subgroups by: a field, its language, or a condition.

    >>> from affekt.types import Signal
    >>> attribute(Record("1", Signal("…", language="de"), "test", conditions={"sex": "female"}), "sex")
    'female'
    """
    fields = {"language": record.signal.language, "modality": record.signal.modality}
    fields |= {"speaker": record.speaker, "split": record.split, "group": record.group}
    return fields[name] if name in fields else record.conditions.get(name)


def _subgroups(found: Evaluation, name: str, options: EvaluationOptions) -> GroupScores:
    values = [attribute(record, name) for record in found.target.records]
    if not any(values):
        offered = sorted({key for record in found.target.records for key in record.conditions})
        raise InputError(
            f"No item of {found.target.corpus} has a {name!r}. Subgroups can be told by language, speaker, modality, "
            f"split{', ' + ', '.join(offered) if offered else ''}."
        )
    wanted = found.primary
    measure = next(m for m in measures(found.target, found.answers, found.decided) if m.name == wanted)
    named = np.array(["unknown" if value is None else value for value in values])[measure.rows]
    many = {group for group, count in zip(*np.unique(named, return_counts=True), strict=True) if count >= FEWEST}
    kept = np.array([group in many for group in named.tolist()], np.bool_)
    if not kept.any():
        raise InputError(f"No {name} has {FEWEST} items or more here, so none can be scored by itself.")
    arrays = [array[kept] for array in measure.arrays]
    scored = by_group(
        measure.metric, *arrays, groups=named[kept], units=measure.groups[kept], resamples=options.resamples
    )
    small: dict[Hashable, str] = dict.fromkeys(np.unique(named[~kept]).tolist(), f"fewer than {FEWEST} items")
    return replace(scored, skipped={**scored.skipped, **small})


def _about(answers: Answers, decided: Decided | None, target: Target) -> list[str]:
    sentences = []
    if decided is not None and answers.space is not None and target.space is not None:
        if answers.space.name != target.space.name:
            lost = ", ".join(decided.lost) or "none"
            sentences.append(f"Answers were converted from {answers.space.name} to {target.space.name}; lost: {lost}.")
        if decided.unreached:
            sentences.append(f"Labels it can never give: {', '.join(decided.unreached)}.")
    refused = int((~answers.answered).sum())
    if refused:
        sentences.append(f"{refused:,} of {len(target):,} items got no answer; they count as missed.")
    return sentences


def _protocol(decided: Decided | None, options: EvaluationOptions) -> str:
    parts = ["dimensions" if decided is None else decided.rule]
    parts += [] if options.language is None else [options.language]
    parts += [f"{name}-{value}" for name, value in options.where]
    parts += [] if options.limit is None else [f"at-most-{options.limit}-seed-{options.seed}"]
    return "-".join(parts)


def result_rows(found: Evaluation) -> list[ResultRow]:
    """Return the scores as rows of a results file; those without what was seen have ``-unseen`` on their protocol.

    The corpus reads ``<corpus>:<space>`` where that is not the corpus's own space.
    """
    target, run = found.target, run_info(found.subject.name, found.subject.version, seed=None)
    own, corpus = target.own, target.corpus
    if target.space is not None and own is not None and own.name != target.space.name:
        corpus = f"{corpus}:{target.space.name}"
    rows = []
    for scores, protocol in ((found.all_scores, found.protocol), (found.without_overlap, f"{found.protocol}-unseen")):
        for name, each in scores.items():
            value: Estimate | float = each.value if np.isnan(each.low) else Estimate(each.value, each.low, each.high)
            if not np.isnan(each.value):
                rows.append(Scored(corpus, target.split, protocol, each.n, run).row(name, value))
    return rows


def predictions_of(found: Evaluation) -> Predictions:
    """Return the answers item by item, to be kept below ``runs/`` by `write_predictions`."""
    target, answers, decided = found.target, found.answers, found.decided
    arrays: dict[str, NDArray[Any]] = {"answered": answers.answered}
    if decided is not None:
        arrays |= {"truth": target.truth, "rated": target.rated, "decision": decided.decision}
        if decided.probabilities is not None:
            arrays["probability"] = decided.probabilities
    if answers.vad is not None:
        arrays["vad"] = answers.vad
        if target.vad is not None:
            arrays["vad_truth"] = target.vad
    ids = [record.id for record in target.records]
    return Predictions(target.corpus, target.split, found.subject.name, found.subject.version, None, ids, arrays)
