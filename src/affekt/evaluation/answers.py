"""What a subject is asked and what it answers: any model, table or function, on one footing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.affect.convert import Conversion, conversion, convert_by
from affekt.corpora.targets import Flags, Floats
from affekt.errors import InputError
from affekt.language.tally import Bill
from affekt.types import LabelSpace, Record


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the `records` to answer for, in the labels of `space` (None: dimensions only).

    `corpus_space` is the corpus's own space, which a table of predictions may be in. `learning` are the other
    records of the corpus, all that a baseline may be fitted on; `seed` is for what draws. Where `records` are items
    written differently, `originals` are the items as the corpus has them.
    """

    records: tuple[Record, ...]
    space: LabelSpace | None
    corpus_space: LabelSpace | None = None
    learning: tuple[Record, ...] = ()
    seed: int = 0
    originals: tuple[Record, ...] | None = None

    @property
    def texts(self) -> list[str]:
        """The text of each record."""
        return [record.signal.text for record in self.records]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What was answered, item first.

    `probabilities` (item, label) over `space`, in [0, 1]; `chosen` (item, label), the labels it gave itself,
    which go before probabilities; `vad` (item, 3) in [-1, 1], NaN where it was not told; `answered` (item,),
    False where it refused or could not be understood: such an item is never given a label. `thresholds` maps
    the name of a space to one threshold per label, or (item, label) where they differ. `notes` are sentences
    about how it was asked, `rates` further measured shares (unparseable answers), `bill` what asking a language
    model took.
    """

    answered: Flags
    space: LabelSpace | None = None
    probabilities: Floats | None = None
    chosen: Flags | None = None
    vad: Floats | None = None
    thresholds: Mapping[str, Sequence[float] | Floats] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    bill: Bill | None = None

    def __post_init__(self) -> None:
        count, width = len(self.answered), 0 if self.space is None else len(self.space)
        given = {"probabilities": (self.probabilities, width), "chosen": (self.chosen, width), "vad": (self.vad, 3)}
        for name, (array, columns) in given.items():
            if array is not None and array.shape != (count, columns):
                raise InputError(f"{name} has shape {array.shape}, expected ({count}, {columns}).")

    def take(self, kept: Flags) -> Answers:
        """Return the answers for the items where `kept` (item,) is True; rates stay those of all."""

        def some(array: NDArray[Any] | None) -> Any:
            return None if array is None else array[kept]

        limits = {
            name: each[kept] if isinstance(each, np.ndarray) and each.ndim == 2 else each
            for name, each in self.thresholds.items()
        }
        return replace(
            self,
            answered=self.answered[kept],
            probabilities=some(self.probabilities),
            chosen=some(self.chosen),
            vad=some(self.vad),
            thresholds=limits,
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be scored: its name and version, the corpora it says it learned from, how to ask it.

    `learns` says that it is fitted on the corpus's other records when it is asked; `reads` that it reads the texts it
    is asked about, which a file of predictions does not.
    """

    name: str
    version: str
    answer: Callable[[Question], Answers]
    trained_on: tuple[str, ...] = ()
    learns: bool = False
    reads: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """Answers in the space that is scored.

    `probabilities` (item, label) or None; `decision` (item, label), all False where nothing was answered;
    `rule` says how decisions were made; `lost` are labels of the subject that have no place in the space,
    `unreached` labels of the space that it can never give.
    """

    probabilities: Floats | None
    decision: Flags
    rule: str
    lost: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()

    def take(self, kept: Flags) -> Decided:
        """Return what was decided of the items where `kept` (item,) is True."""
        probabilities = None if self.probabilities is None else self.probabilities[kept]
        return replace(self, probabilities=probabilities, decision=self.decision[kept])


def decide(answers: Answers, space: LabelSpace) -> Decided | None:
    """Return the answers over `space`; None where the subject gave neither labels nor probabilities.

    In an exclusive space the most probable label is decided for, in others those at their threshold: the
    subject's own for that space, else 0.5. Labels without probabilities are converted as if certain.
    Raises `ConversionError` where the subject's labels cannot become the space.

    >>> from affekt.affect.spaces import find_space
    >>> said = Answers(np.array([True]), find_space("ekman"), np.array([[0.1, 0.0, 0.0, 0.9, 0.6, 0.0]]))
    >>> decide(said, find_space("sentiment")).rule
    'most-probable'
    """
    if answers.space is None or (answers.probabilities is None and answers.chosen is None):
        return None
    found = conversion(answers.space, space)
    lost = tuple(loss.label for loss in found.loses if loss.label != answers.space.neutral)
    unreached = tuple(label for label in space if label in found.unreached)
    certain = answers.probabilities is None
    if answers.probabilities is None:
        assert answers.chosen is not None
        given = answers.chosen.astype(np.float64)
    else:
        given = answers.probabilities
    converted = _converted(found, given, answers.answered)
    if found.kind == "identity" and answers.chosen is not None:
        decision, rule = answers.chosen.copy(), "as-answered"
    elif space.kind == "exclusive":
        decision, rule = _most_probable(converted), "most-probable"
        if certain:
            # A row that says nothing is spread evenly: that is no answer.
            decision &= (np.nan_to_num(converted).max(axis=1, keepdims=True) > 1.5 / len(space)) | (
                np.isclose(np.nan_to_num(converted), np.nan_to_num(converted).max(axis=1, keepdims=True)).sum(1) == 1
            )[:, None]
    else:
        limits = answers.thresholds.get(space.name)
        rule = "threshold-0.5" if limits is None or certain else "own-thresholds"
        with np.errstate(invalid="ignore"):
            decision = converted >= (np.full(len(space), 0.5) if rule == "threshold-0.5" else np.asarray(limits))
    decision[~answers.answered] = False
    return Decided(None if certain else converted, decision, rule, lost, unreached)


def _converted(found: Conversion, given: Floats, answered: Flags) -> Floats:
    """Return the rows that were answered in the target space, the others NaN."""
    rows = np.full((len(given), len(found.target)), np.nan)
    if answered.any():
        rows[answered] = convert_by(found, given[answered])
    return rows


def _most_probable(probabilities: Floats) -> Flags:
    filled = np.nan_to_num(probabilities, nan=-1.0)
    decision: Flags = np.zeros(filled.shape, np.bool_)
    decision[np.arange(len(filled)), filled.argmax(axis=1)] = True
    return decision
