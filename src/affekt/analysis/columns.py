"""The columns that reading adds to a table: their names and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.affect.spaces import find_space
from affekt.analysis.additions import Addition, addition_columns, addition_names, check_additions
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.calibration import Calibration, check_calibration, read_calibration
from affekt.inference.opinion import check_votes
from affekt.inference.text import TextEstimates
from affekt.types import LabelSpace

# Texts read in one go: long enough to batch by length, short enough for a lively progress bar.
SLICE = 1024
DIMENSIONS = ("valence", "arousal", "dominance")


class Reader(Protocol):
    """An opened model; `affekt.inference.text.TextReader` is one."""

    card: ModelCard

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """Per-label thresholds by the name of the space they are for."""

    def estimate(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 64,
        language: str | None = None,
        raters: LabelSpace | None = None,
    ) -> TextEstimates:
        """Return the estimates for `texts`, in order."""


class Opening(Protocol):
    """What opens a model; `affekt.inference.text.open_reader` does."""

    def __call__(self, card: ModelCard, *, threads: int | None = None, device: str = "cpu") -> Reader:
        """Return the opened model of `card`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an opened model: the space to answer in, the space of people's votes (None:
    without them; where it is the space to answer in, their shares are the answer), the language (None:
    have it checked), how many texts go through the network at once, a calibration to one's own texts, and the
    lowest probability of the most probable label that is answered (None: every text is), and what to add besides."""

    space: LabelSpace
    votes: LabelSpace | None = None
    language: str | None = None
    batch_size: int = 64
    calibration: Calibration | None = None
    surest: float | None = None
    add: tuple[Addition, ...] = ()


def with_additions(asked: Asked, card: ModelCard, additions: tuple[Addition, ...]) -> Asked:
    """Return what is asked, with additions too. Raises as `affekt.analysis.additions.check_additions` does, and
    `InputError` for labels of one's own, which say nothing of polarity or of seven emotions."""
    if card.labels and {"polarity", "emotions"}.intersection(additions):
        raise InputError(
            "Polarity and emotions are told by a model's own labels, not by labels of your own. Add them in a run "
            "without labels, or add subjectivity and vader alone."
        )
    check_additions(additions, card.space)
    return replace(asked, add=additions)


def ask(
    card: ModelCard,
    space: str | LabelSpace | None,
    *,
    raters: bool = False,
    calibration: Calibration | None = None,
    abstain: float | None = None,
) -> Asked:
    """Return what to ask of a model: answers in `space` (None: the calibration's, or the model's own), with people's
    votes if `raters`, and, with a calibration, the most that may be wrong among the answered (`abstain`).

    The votes are over `space`, or over the first space whose votes the model learned if it is None.
    Raises `UnknownNameError`, `ConversionError` where the model's labels cannot become the space, and
    `InputError` where it learned no votes over it, where the calibration is another model's or space's, or where its
    rows do not show any confidence at which so few answers are wrong.
    """
    if calibration is not None:
        return _ask_calibrated(card, space, raters, calibration, abstain)
    if abstain is not None:
        raise InputError(
            "Abstaining at a risk needs a calibration: rows that say how often the model is wrong. Make one with "
            f"`affekt calibrate {card.name}` and pass it with calibration (`--calibration FILE`)."
        )
    target = card.space if space is None else _space_of(card, space)
    if raters:
        votes = check_votes(card, card.opinions[0] if space is None and card.opinions else target)
        return Asked(target, votes)
    if target != card.space:
        from affekt.affect.convert import conversion

        conversion(card.space, target)
    return Asked(target)


def _space_of(card: ModelCard, space: str | LabelSpace) -> LabelSpace:
    """Return a space by its name; that of a model of one's own is known to the model alone."""
    return card.space if space == card.space.name else find_space(space)


def opened(calibration: Path | Calibration | None) -> Calibration | None:
    """Return the calibration, read where it is a file. Raises `InputError`."""
    return read_calibration(calibration) if isinstance(calibration, Path) else calibration


def _ask_calibrated(
    card: ModelCard, space: str | LabelSpace | None, raters: bool, calibration: Calibration, abstain: float | None
) -> Asked:
    target = calibration.space if space is None else _space_of(card, space)
    check_calibration(calibration, card.name, card.version, target)
    asked = ask(card, target, raters=raters)
    if asked.votes == asked.space:
        raise InputError(
            f"A calibration corrects the labels of {target.name}, and raters asks for shares of votes over them "
            "instead. Leave one of the two out."
        )
    surest = None
    if abstain is not None:
        from affekt.metrics.abstention import guaranteed_confidence, top_label_outcomes

        outcomes = top_label_outcomes(calibration.truth, calibration.held_out)
        surest = guaranteed_confidence(outcomes.wrong, outcomes.confidence, risk=abstain)
    return replace(asked, calibration=calibration, surest=surest)


def added_names(asked: Asked, prefix: str = "") -> tuple[str, ...]:
    """Return the names of the added columns, in order.

    >>> from affekt.affect.spaces import find_space
    >>> added_names(Asked(find_space("sentiment")), "a_")[2:5]
    ('a_sentiment.positive', 'a_labels', 'a_valence')
    """
    names = [*(f"{asked.space.name}.{label}" for label in asked.space), "labels", *DIMENSIONS]
    if asked.votes is not None:
        beside = () if asked.votes == asked.space else asked.votes
        names += [*(f"votes.{asked.votes.name}.{label}" for label in beside), "disagreement"]
    names += ["calibration"] if asked.calibration is not None else []
    names += ["abstained"] if asked.surest is not None else []
    names += addition_names(asked.add)
    return tuple(prefix + name for name in (*names, "status"))


@dataclass(frozen=True, slots=True)
class Clash:
    """The names that will be added, and what a message tells the user to write where a table has one already."""

    added: tuple[str, ...]
    offer: str


def check_names(names: Iterable[str], clash: Clash) -> None:
    """Raise `InputError` where a table's names clash with each other or with the added ones.

    Names that differ only in case clash: table engines take them for the same.
    """
    seen: dict[str, str] = {}
    for name in names:
        if not name:
            raise InputError("The table has a column without a name. Give it one.")
        other = seen.setdefault(name.casefold(), name)
        if other is not name:
            how = "appears twice" if other == name else f"differs from {other!r} only in case"
            raise InputError(f"The column {name!r} {how}. Column names must differ: rename one of them.")
    clashes = [name for name in clash.added if name.casefold() in seen]
    if clashes:
        listed = ", ".join(repr(name) for name in clashes[:5]) + (" …" if len(clashes) > 5 else "")
        raise InputError(f"The table already has a column of the name {listed}. Give the added columns {clash.offer}.")


def score_columns(
    reader: Reader, texts: Sequence[str], asked: Asked, tick: Callable[[int], None] | None = None
) -> list[NDArray[Any]]:
    """Return the values of the added columns, an array (text,) for each of `added_names`.

    Probabilities, shares of votes and dimensions are float32, in [0, 1] and [-1, 1], NaN where nothing was read;
    `labels` and `status` are str objects, `labels` None where nothing was read; `calibration` is the fingerprint of
    the calibration, `abstained` bool, True also where nothing was read. `tick` is called with the number of texts
    after every slice.
    """
    count, width = len(texts), len(asked.space)
    probabilities = np.full((count, width), np.nan, np.float32)
    vad = np.full((count, 3), np.nan, np.float32)
    votes = np.full((count, len(asked.votes or ())), np.nan, np.float32)
    disagreement = np.full(count, np.nan, np.float32)
    labels, status = np.full(count, None, object), np.full(count, "ok", object)
    added: list[list[NDArray[Any]]] = []
    own, surest = asked.calibration, asked.surest
    thresholds = np.array(reader.thresholds.get(asked.space.name, (0.5,) * width), np.float32)
    if own is not None:
        thresholds = own.thresholds.astype(np.float32)
    for start in range(0, count, SLICE):
        part = slice(start, min(start + SLICE, count))
        estimates = reader.estimate(
            texts[part], batch_size=asked.batch_size, language=asked.language, raters=asked.votes
        )
        read = estimates.supported & ~estimates.empty
        if estimates.opinion is not None:
            votes[part], disagreement[part] = estimates.opinion
        if asked.votes == asked.space:
            converted = votes[part][read]
        else:
            converted = _converted(estimates.probabilities[read], reader.card.space, asked.space)
            converted = converted if own is None else own.apply(converted)
        probabilities[part][read] = converted
        vad[part][read] = estimates.vad[read]
        if asked.add:
            added.append(addition_columns(asked.add, texts[part], estimates.probabilities, reader.card.space))
        limits = thresholds
        if own is None and estimates.limits is not None and asked.space.name in estimates.limits:
            limits = estimates.limits[asked.space.name][read]
        labels[part][read] = join_labels(converted, asked.space, limits)
        status[part][~estimates.supported] = "unsupported_language"
        status[part][estimates.empty] = "empty"
        if tick is not None:
            tick(part.stop - part.start)
    columns = [*probabilities.T, labels, *vad.T]
    if asked.votes is not None:
        columns += [*(() if asked.votes == asked.space else votes.T), disagreement]
    if own is not None:
        columns.append(np.full(count, own.fingerprint, object))
    if surest is not None:
        columns.append(~(probabilities.max(1) >= surest))
    if asked.add and not added:
        # Empty columns are of the same types as filled ones: parts of a table have to agree.
        added.append(addition_columns(asked.add, [], np.zeros((0, len(reader.card.space))), reader.card.space))
    columns += [np.concatenate(each) for each in zip(*added, strict=True)]
    return [*columns, status]


def join_labels(probabilities: NDArray[np.floating[Any]], space: LabelSpace, thresholds: NDArray[Any]) -> NDArray[Any]:
    """Return the labels of each row of `probabilities` (row, label) as one str: those at or over
    their threshold (label,) or (row, label), most probable first, joined by ``|``; of an exclusive space the most
    probable one.

    >>> from affekt.types import LabelSpace
    >>> space = LabelSpace("toy", ("joy", "fear"), "multi-label", "none")
    >>> join_labels(np.array([[0.6, 0.9], [0.6, 0.1], [0.1, 0.1]]), space, np.array([0.5, 0.5])).tolist()
    ['fear|joy', 'joy', '']
    """
    names = np.array(space.labels, object)
    joined = np.full(len(probabilities), "", object)
    if not probabilities.size:
        return joined
    if space.kind == "exclusive":
        joined[:] = names[probabilities.argmax(1)]
        return joined
    present = probabilities >= thresholds
    counts = present.sum(1)
    one = counts == 1
    joined[one] = names[present[one].argmax(1)]
    many = np.flatnonzero(counts > 1)
    if len(many):
        ranked = np.where(present[many], -probabilities[many], np.inf)
        order = np.argsort(ranked, axis=1, kind="stable")[:, : counts.max()].tolist()
        for row, ranks, n in zip(many.tolist(), order, counts[many].tolist(), strict=True):
            joined[row] = "|".join([space.labels[rank] for rank in ranks[:n]])
    return joined


def _converted(probabilities: NDArray[np.float32], source: LabelSpace, target: LabelSpace) -> NDArray[Any]:
    if source == target:
        return probabilities
    from affekt.affect.convert import convert_probabilities

    return convert_probabilities(probabilities, source, target)
