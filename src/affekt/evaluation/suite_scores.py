"""A subject scored on every part of a suite, and the means over parts that belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from affekt.corpora.opening import OpenCorpus, open_corpus, part_split
from affekt.errors import ConversionError, CorpusError, InputError, UnknownNameError
from affekt.evaluation.answers import Subject
from affekt.evaluation.records import ResultRow, Scored, run_info
from affekt.evaluation.robustness import asked_of
from affekt.evaluation.runner import Evaluation, EvaluationOptions, evaluate_prepared, prepare_opened
from affekt.evaluation.scores import Score, measures, resampled
from affekt.evaluation.suites import Part, find_suite
from affekt.metrics.inputs import Floats
from affekt.metrics.resampling import Estimate, percentile_interval


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a part of a suite was not scored."""

    reason: str


@dataclass(frozen=True, slots=True)
class SuiteMean:
    """The mean of the first score over `count` parts of a suite that belong together; its n is all their items.

    `of` is one of them, which says whose scores and under which protocol.
    """

    name: str
    metric: str
    score: Score
    count: int
    of: Evaluation


def score_suite(
    subject: Subject, suite: str, options: EvaluationOptions
) -> Iterator[tuple[Part, Evaluation | LeftOut]]:
    """Yield how `subject` scores on each part of a suite; a corpus that is not here, or that it cannot answer, is told.

    `options` say everything but the corpus, space, language and condition, which the parts say. Parts of one corpus
    that follow each other read it once. Raises `UnknownNameError` for the suite and, before anything is scored, what
    `affekt.evaluation.robustness.robustness` raises for perturbations.
    """
    parts = find_suite(suite)
    if options.perturb is not None:
        asked_of(subject, options.perturb)
    opened: tuple[str, OpenCorpus] | None = None
    for part in parts:
        name, split = part_split(part.corpus)
        asked = replace(options, space=part.space, language=part.language, where=part.where)
        try:
            if opened is None or opened[0] != name:
                opened = name, open_corpus(name, options.description, folder=options.folder)
            found = evaluate_prepared(subject, prepare_opened(opened[1], split, asked), asked)
        except (ConversionError, CorpusError, InputError, UnknownNameError) as error:
            yield part, LeftOut(str(error))
            continue
        yield part, found


def suite_means(done: Sequence[tuple[Part, Evaluation]], options: EvaluationOptions) -> list[SuiteMean]:
    """Return the means over the parts that name one and have the same first score, each part weighing the same.

    The 95 % interval resamples within parts: it says how sure the mean over these corpora or languages is, not how
    it would be over others.
    """
    named = dict.fromkeys(part.mean for part, _ in done if part.mean is not None)
    means = []
    for name in named:
        found = [each for part, each in done if part.mean == name]
        metric = found[0].primary
        if len(found) < 2 or any(each.primary != metric for each in found):
            continue
        values = [each.scores[metric].value for each in found]
        drawn = [_drawn(each, place, options) for place, each in enumerate(found)]
        estimate = percentile_interval(float(np.mean(values)), np.mean(drawn, axis=0))
        items = sum(each.scores[metric].n for each in found)
        means.append(SuiteMean(name, metric, Score(*estimate, items), len(found), found[0]))
    return means


def _drawn(found: Evaluation, place: int, options: EvaluationOptions) -> Floats:
    """Return the first score of each bootstrap resample, drawn apart from those of other parts."""
    given = measures(found.target, found.answers, found.decided)
    measure = next(each for each in given if each.name == found.primary)
    return resampled(measure, resamples=options.resamples, seed=options.seed + place)


def mean_rows(mean: SuiteMean) -> list[ResultRow]:
    """Return the mean as a row of a results file: metric ``mean_macro_f1`` and the like, of all parts' items."""
    target, subject = mean.of.target, mean.of.subject
    protocol = f"mean-of-{mean.count}-{mean.name.replace(' ', '-')}"
    where = Scored(
        target.corpus, target.split, protocol, mean.score.n, run_info(subject.name, subject.version, seed=None)
    )
    estimate = Estimate(mean.score.value, mean.score.low, mean.score.high)
    return [where.row(f"mean_{mean.metric}", estimate)]
