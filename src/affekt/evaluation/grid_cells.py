"""The cells of a grid: a source and its lesson, a target and how it is scored, and what comes of the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from affekt.affect.conversion import conversion
from affekt.corpora.targets import Floats, Target, make_target
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.answers import Answers, Decided, decide
from affekt.evaluation.contamination import Overlap, merged
from affekt.evaluation.domains import Domain
from affekt.evaluation.learners import MOST, Learner, Lesson, Taught
from affekt.evaluation.scores import Measure, Score, label_measure, measures, primary, resampled
from affekt.metrics.resampling import percentile_interval
from affekt.types import LabelSpace, Record

OTHERS = "all others"
"""What the row is called that learns from every domain but those of the column."""


@dataclass(frozen=True, slots=True)
class GridOptions:
    """How a grid is made: the `space` (None: the one that all domains have), the `metric` (None: macro F1, of
    dimensions valence's correlation; ``f1:joy`` is of one label), at most `limit` items scored and `learned` learned
    from per domain, drawn by `seed`, `resamples` for intervals, whether to look for `contamination`, and whether to
    `leave_one_out`: a row more, that learns from all domains but those of the column."""

    space: str | None = None
    metric: str | None = None
    limit: int | None = None
    learned: int = MOST
    seed: int = 0
    resamples: int = 1000
    contamination: bool = True
    leave_one_out: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """What was learned from `source`, scored on `target`; `home` where that is its own domain.

    `values` (resample,) are the metric's bootstrap draws, of the same items in a whole column; `rule` is how labels
    were decided; `overlap` what of the scored items stood among those learned from, `without_overlap` the score of
    the others; `untaught` are labels that occur among the scored items and that the source never has.
    """

    source: str
    target: str
    home: bool
    metric: str
    score: Score
    values: Floats = field(repr=False)
    rule: str
    overlap: Overlap | None = None
    without_overlap: Score | None = None
    untaught: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A source and its lesson."""

    domain: Domain
    lesson: Lesson

    @property
    def seen(self) -> tuple[Record, ...]:
        """All that had a part in what was learned, thresholds too."""
        return (*self.lesson.train.records, *self.lesson.held.records)

    def is_home_of(self, column: Column) -> bool:
        """Return whether the column's items are of this source's domain."""
        return self.domain.is_home_of(column.domain)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A target, the space and how it is scored; the seed is the column's, so that its cells are resampled alike."""

    domain: Domain
    target: Target
    space: LabelSpace | None
    options: GridOptions
    seed: int

    def measure(self, target: Target, answers: Answers, decided: Decided | None) -> Measure:
        """Return the metric asked for, ready to be taken."""
        kind, _, label = (self.options.metric or "").partition(":")
        if kind == "f1" and decided is not None:
            return label_measure(target, decided, label)
        found = {measure.name: measure for measure in measures(target, answers, decided)}
        wanted = self.options.metric or primary(found)
        if wanted not in found:
            raise UnknownNameError(f"There is no metric {wanted!r} here. There are: {', '.join(found) or 'none'}.")
        return found[wanted]

    def score(self, measure: Measure) -> tuple[Score, Floats]:
        """Return the score with its interval, and the draws it is taken from."""
        values = resampled(measure, resamples=self.options.resamples, seed=self.seed)
        return Score(*percentile_interval(float(measure.metric(*measure.arrays)), values), measure.n), values


def target_of(domain: Domain, records: Sequence[Record], space: LabelSpace | None, notes: list[str]) -> Target | None:
    """Return what is learned from or scored; None, with a note, where a domain that nobody named has nothing."""
    try:
        if not records:
            raise InputError(f"{domain.name} has no items for this: all it has is {domain.split or 'nothing'}.")
        return make_target(domain.corpus, records, domain.own, split=domain.split, space=space)
    except InputError as error:
        if domain.expected:
            raise
        notes.append(f"Left out: {error}")
        return None


def only_known(learned: Target, domain: Domain) -> Target:
    """Return the target with what the corpus's own labels never become as unrated: it teaches nothing there."""
    if learned.space is None or domain.own is None:
        return learned
    rated = learned.rated.copy()
    rated[:, [learned.space.index(label) for label in conversion(domain.own, learned.space).unreached]] = False
    return replace(learned, rated=rated)


def make_cell(
    source: str, answer: Taught, column: Column, lesson: Lesson, *, overlap: Overlap | None, home: bool = False
) -> Cell:
    """Return the cell of what was taught, on a column; `lesson` is what it was taught."""
    target = column.target
    answers = answer(target.records)
    decided = None if column.space is None else decide(answers, column.space)
    measure = column.measure(target, answers, decided)
    score, values = column.score(measure)
    rest = None
    if overlap is not None and overlap.any.any() and not overlap.any.all():
        kept = ~overlap.any
        some = column.measure(target.take(kept), answers.take(kept), None if decided is None else decided.take(kept))
        rest, _ = column.score(some)
    untaught: tuple[str, ...] = ()
    if column.space is not None:
        known, asked = lesson.train.truth.any(axis=0), (target.truth & target.rated).any(axis=0)
        untaught = tuple(column.space.labels[place] for place in np.flatnonzero(asked & ~known).tolist())
    rule = "dimensions" if decided is None else decided.rule
    return Cell(source, column.domain.name, home, measure.name, score, values, rule, overlap, rest, untaught)


def learned_elsewhere(
    learner: Learner, rows: Mapping[str, Row], columns: Mapping[str, Column], cells: Mapping[tuple[str, str], Cell]
) -> dict[str, Cell]:
    """Return by target what was learned from every source that is no home of it, where there are two of them."""
    found = {}
    for name, column in columns.items():
        away = [source for source, row in rows.items() if not row.is_home_of(column)]
        if len(away) < 2:
            continue
        lesson = _joined([rows[source].lesson for source in away])
        known = [overlap for source in away if (overlap := cells[source, name].overlap) is not None]
        seen = merged(known) if known else None
        found[name] = make_cell(OTHERS, learner.teach(lesson), column, lesson, overlap=seen)
    return found


def _joined(lessons: Sequence[Lesson]) -> Lesson:
    first = lessons[0]
    languages = frozenset(language for lesson in lessons for language in lesson.languages)
    train, held = (_one([getattr(lesson, part) for lesson in lessons]) for part in ("train", "held"))
    return Lesson(train, held, languages, first.seed)


def _one(targets: Sequence[Target]) -> Target:
    """Return several targets as one; groups are called by their corpus, as several corpora share names."""
    first = targets[0]
    dimensions = [np.full((len(each), 3), np.nan) if each.vad is None else each.vad for each in targets]
    vad = np.concatenate(dimensions)
    return Target(
        OTHERS,
        "train",
        tuple(record for each in targets for record in each.records),
        first.space,
        np.concatenate([each.truth for each in targets]),
        np.concatenate([each.rated for each in targets]),
        all(each.exclusive for each in targets),
        None if np.isnan(vad).all() else vad,
        {},
        None,
        np.concatenate([np.char.add(f"{each.corpus}/", each.groups) for each in targets]),
    )
