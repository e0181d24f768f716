"""How far labels that were read agree with labels that people gave some of the rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.metrics.agreement import cohen_kappa
from affekt.metrics.classification import accuracy, macro_f1
from affekt.metrics.multi_label import jaccard
from affekt.metrics.resampling import Estimate, bootstrap_interval
from affekt.metrics.weighing import Metric
from affekt.ratings.opening import open_table
from affekt.types import LabelSpace

Flags = NDArray[np.bool_]
_BETWEEN = re.compile(r"[|,;]")


@dataclass(frozen=True, slots=True)
class GoldAgreement:
    """How far the labels of `n` rows agree with those given: `scores` by name, each with its 95 % bootstrap interval.

    `unknown` are given labels that the space does not have, and in how many rows; those rows are left out. So are rows
    that have a label given and none read (`unread`) and texts that were shown as examples (`shown`).
    """

    n: int
    scores: Mapping[str, Estimate]
    unknown: Mapping[str, int]
    unread: int = 0
    shown: int = 0

    def sentences(self) -> list[str]:
        """Return it in words, a line each."""
        told = [
            f"{name.replace('_', ' ')} {each.value:.3f} (95 % {each.low:.3f} to {each.high:.3f})"
            for name, each in self.scores.items()
        ]
        lines = [f"agreement with {self.n:,} labelled rows: {', '.join(told)}"]
        if self.unknown:
            named = ", ".join(f"{name!r} ({count:,})" for name, count in list(self.unknown.items())[:5])
            lines.append(f"left out of it, labels that the space does not have: {named}")
        if self.unread:
            lines.append(f"left out of it, labelled rows that were not read: {self.unread:,}")
        if self.shown:
            lines.append(f"left out of it, rows that were shown as examples: {self.shown:,}")
        return lines


def given_labels(cell: str | None, space: LabelSpace) -> tuple[str, ...] | None:
    """Return the labels of a cell, parted by ``|``, ``,`` or ``;``; None where it is empty.

    Capitals and blanks are forgiven; a label that the space does not have comes as it stands. A name of the space that
    has a comma itself is taken whole.

    >>> from affekt.affect.spaces import find_space
    >>> given_labels("Joy; fear", find_space("ekman"))
    ('joy', 'fear')
    """
    if cell is None or not cell.strip():
        return None
    known = {label.casefold(): label for label in space}
    whole = known.get(cell.strip().casefold())
    if whole is not None:
        return (whole,)
    parts = [part.strip() for part in _BETWEEN.split(cell) if part.strip()]
    return tuple(dict.fromkeys(known.get(part.casefold(), part) for part in parts))


def gold_agreement(
    said: Sequence[str | None],
    gold: Sequence[str | None],
    space: LabelSpace,
    *,
    shown: Sequence[bool] | None = None,
    resamples: int = 1000,
) -> GoldAgreement:
    """Return how far the labels `said` of rows agree with those in `gold`, both as cells, over the rows that have both.

    Of an exclusive space ``accuracy``, ``macro_f1`` (over labels that were given) and Cohen's ``kappa``; of others
    ``jaccard``, ``macro_f1`` and the mean of the labels' ``kappa``. An empty `said` cell (``""``) is an answer of no
    label, None is none. Raises `InputError` where no row has both.

    >>> from affekt.affect.spaces import find_space
    >>> gold_agreement(["positive", "negative"], ["Positive", "neutral"], find_space("sentiment")).scores["accuracy"][0]
    0.5
    """
    unknown: Counter[str] = Counter()
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    unread = skipped = 0
    for place, (answer, cell) in enumerate(zip(said, gold, strict=True)):
        given = given_labels(cell, space)
        if given is None:
            continue
        strange = [label for label in given if label not in space]
        if not strange and space.kind == "exclusive" and len(given) > 1:
            strange = [cell or ""]
        if strange:
            unknown[strange[0]] += 1
        elif shown is not None and shown[place]:
            skipped += 1
        elif answer is None:
            unread += 1
        else:
            pairs.append((tuple(answer.split("|")) if answer else (), given))
    if not pairs:
        raise InputError(_nothing(unknown, space))
    theirs, ours = (np.array([[label in pair[k] for label in space] for pair in pairs], np.bool_) for k in (1, 0))
    occurs = theirs.any(axis=0)
    metrics: dict[str, tuple[Metric, tuple[NDArray[np.generic], ...]]] = {}
    if space.kind == "exclusive":
        places = theirs.argmax(1), ours.argmax(1)
        metrics = {"accuracy": (accuracy, places), "kappa": (_kappa, places)}
    else:
        metrics = {"jaccard": (jaccard, (theirs, ours)), "kappa": (_mean_kappa, (theirs, ours))}
    if occurs.any():
        metrics["macro_f1"] = (macro_f1, (theirs[:, occurs], ours[:, occurs]))
    scores = {
        name: bootstrap_interval(metric, *arrays, resamples=resamples) for name, (metric, arrays) in metrics.items()
    }
    order = ["accuracy", "jaccard", "macro_f1", "kappa"]
    ordered = {name: scores[name] for name in order if name in scores}
    return GoldAgreement(len(pairs), ordered, dict(unknown.most_common()), unread, skipped)


def file_agreement(
    path: Path, gold: str, space: LabelSpace, *, prefix: str = "", column: str = "", shown: Sequence[str] = ()
) -> GoldAgreement:
    """Return how far the ``labels`` of an annotated table agree with its column `gold`.

    `prefix` is that of the added columns; rows whose `column` holds one of the texts in `shown` are left out. Raises
    `InputError` where the table has no such column, or no row has both.
    """
    source = open_table(path)
    names = [source.check(gold), source.check(f"{prefix}labels"), source.check(f"{prefix}status")]
    given, said, status = source.texts(names)
    texts = source.texts([source.check(column)])[0] if shown else [None] * len(given)
    hidden = {text.strip() for text in shown}
    # An answer of no label is an empty cell, as is no answer: the status tells them apart.
    cells = [(answer or "") if state == "ok" else None for answer, state in zip(said, status, strict=True)]
    return gold_agreement(cells, [_joined(cell) for cell in given], space, shown=[text in hidden for text in texts])


def _joined(cell: object) -> str | None:
    """A cell of labels as one text: Parquet and JSONL may hold a list."""
    if cell is None:
        return None
    return cell if isinstance(cell, str) else "|".join(str(part) for part in cell)  # type: ignore[attr-defined]


def _kappa(truth: NDArray[np.generic], answer: NDArray[np.generic]) -> float:
    return cohen_kappa(truth, answer)


def _mean_kappa(truth: Flags, answer: Flags) -> float:
    """The mean of Cohen's kappa over labels on which at least one side varies; all labels at once, for resampling."""
    said, gave = answer.mean(0), truth.mean(0)
    chance = said * gave + (1 - said) * (1 - gave)
    varies = chance < 1
    each = ((truth == answer).mean(0)[varies] - chance[varies]) / (1 - chance[varies])
    return float(each.mean()) if varies.any() else float("nan")


def _nothing(unknown: Counter[str], space: LabelSpace) -> str:
    if unknown:
        named = ", ".join(repr(name) for name in list(unknown)[:5])
        return (
            f"No labelled row can be compared: the gold column holds {named}, and {space.name} has "
            f"{', '.join(space.labels[:8])}{' …' if len(space) > 8 else ''}. Is it the column meant, and the space?"
        )
    return "No row has both a label given and one read, so there is nothing to compare."
