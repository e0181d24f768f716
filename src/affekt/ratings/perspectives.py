"""What a writer says he felt against what readers take him to feel: hidden and imposed emotions, and their words.

Raters are named by the perspective they were asked to take. Readers asked how "the writer" feels are still
readers; and a rater told to judge a stranger's sentence as its writer would (EmoBank) is no writer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, UnknownNameError
from affekt.types import LabelSpace, Record

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LONGEST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Perspectives:
    """One table of both sides, items in order.

    `writer`: bool (item, label), what the writer gave; `readers`: float64 (item, label), how many
    readers gave it; `asked`: float64 (item,), how many readers there were.
    """

    items: tuple[str, ...]
    labels: tuple[str, ...]
    writer: Flags
    readers: Floats
    asked: Floats

    @property
    def shares(self) -> Floats:
        """The share of readers who gave each label, (item, label); NaN where nobody read."""
        with np.errstate(invalid="ignore"):
            share: Floats = self.readers / self.asked[:, None]
        return share


def perspectives_of(records: Iterable[Record], space: LabelSpace, *, fewest: int = 1) -> Perspectives:
    """Return both sides of the records that a writer and at least `fewest` readers judged.

    The writer's are ratings with perspective ``"writer"``, the readers' with ``"reader"`` or none. Labels
    outside `space` are an answer that gives none of its labels. Raises `InputError` where no record has both.

    >>> from affekt.types import Rating, Signal
    >>> space = LabelSpace("two", ("anger", "joy"), "exclusive", "us")
    >>> votes = (Rating(None, ("anger",), perspective="writer"), Rating(None, ("joy",), perspective="reader"))
    >>> table = perspectives_of([Record("1", Signal("Fine."), "train", ratings=votes)], space)
    >>> table.writer.tolist(), table.readers.tolist()
    ([[True, False]], [[0.0, 1.0]])
    """
    items, writers, readers, asked = [], [], [], []
    for record in records:
        own = [rating for rating in record.ratings if rating.perspective == "writer"]
        theirs = [rating for rating in record.ratings if rating.perspective in (None, "reader")]
        if not own or len(theirs) < fewest:
            continue
        items.append(record.id)
        writers.append([any(label in rating.labels for rating in own) for label in space])
        readers.append([sum(label in rating.labels for rating in theirs) for label in space])
        asked.append(len(theirs))
    if not items:
        raise InputError(f"No record was judged both by its writer and by {fewest} readers or more.")
    return Perspectives(
        tuple(items),
        space.labels,
        np.array(writers, np.bool_),
        np.array(readers, np.float64),
        np.array(asked, np.float64),
    )


def hidden(table: Perspectives, *, label: str | None = None, most: float = 0.0) -> Flags:
    """Return where an emotion of the writer's is hidden from readers, (item,).

    Hidden: the writer gave it and at most the share `most` of readers did; 0 asks that none did. With
    `label` that emotion ("hidden anger"), else any the writer gave. Nakagawa, Kitada and Iyatomi 2022,
    "Expressions Causing Differences in Emotion Recognition in Social Networking Service Documents", detect
    hidden anger in WRIME, with one writer and three readers a text. Raises `InputError` for `most`
    outside [0, 1), `UnknownNameError` for a label the table lacks.

    >>> writer, readers = np.array([[True, False]]), np.array([[0.0, 3.0]])
    >>> table = Perspectives(("1",), ("anger", "joy"), writer, readers, np.array([3.0]))
    >>> hidden(table).tolist(), hidden(table, label="joy").tolist()
    ([True], [False])
    """
    found = table.writer & (table.shares <= _share(most))
    return _of(table, found, label)


def imposed(table: Perspectives, *, label: str | None = None, least: float = 0.5) -> Flags:
    """Return where more than the share `least` of readers see an emotion that the writer did not give, (item,).

    The other half of the gap. Arguments and `Raises` as `hidden`.

    >>> writer, readers = np.array([[True, False]]), np.array([[0.0, 3.0]])
    >>> table = Perspectives(("1",), ("anger", "joy"), writer, readers, np.array([3.0]))
    >>> imposed(table, label="joy").tolist()
    [True]
    """
    found = ~table.writer & (table.shares > _share(least))
    return _of(table, found, label)


@dataclass(frozen=True, slots=True)
class LabelGap:
    """How one label fares between the perspectives.

    `written`: items whose writer gave it; `seen`: mean share of readers who gave it to those;
    `hidden`: share of those where no reader did; `imposed`: mean share of readers who gave it to the other items.
    """

    label: str
    written: int
    seen: float
    hidden: float
    imposed: float


def label_gaps(table: Perspectives) -> tuple[LabelGap, ...]:
    """Return how each label fares, in the table's order; NaN where nobody wrote it, or everybody did.

    >>> writer, readers = np.array([[True, False], [False, True]]), np.array([[0.0, 2.0], [1.0, 1.0]])
    >>> gap = label_gaps(Perspectives(("1", "2"), ("anger", "joy"), writer, readers, np.array([2.0, 2.0])))[0]
    >>> gap.written, gap.seen, gap.hidden, gap.imposed
    (1, 0.0, 1.0, 0.5)
    """
    shares = table.shares
    gaps = []
    for place, label in enumerate(table.labels):
        own, others = table.writer[:, place], ~table.writer[:, place]
        seen = shares[own, place]
        gaps.append(
            LabelGap(
                label,
                int(own.sum()),
                float(seen.mean()) if own.any() else float("nan"),
                float((seen == 0).mean()) if own.any() else float("nan"),
                float(shares[others, place].mean()) if others.any() else float("nan"),
            )
        )
    return tuple(gaps)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and how characteristic it is of the marked texts.

    `z` is the log-odds ratio over its standard error; `inside` and `outside` count marked and other
    texts that hold the phrase.
    """

    text: str
    z: float
    inside: int
    outside: int


def characteristic_phrases(
    tokens: Sequence[Sequence[str]], marked: ArrayLike, *, longest: int = _LONGEST, least: int = 3, prior: float = 0.05
) -> tuple[Phrase, ...]:
    r"""Return phrases of up to `longest` words, the most characteristic of the marked texts first.

    .. math:: z = \frac{\delta}{\sqrt{1 / (y^m + a) + 1 / (y^o + a)}}, \quad
       \delta = \ln \frac{y^m + a}{n^m + a_0 - y^m - a} - \ln \frac{y^o + a}{n^o + a_0 - y^o - a}

    y counts texts that hold the phrase, among the marked (m) and the others (o), n how many texts
    there are on either side, and the prior a is `prior` times the phrase's count in all texts (a_0
    times their number): an informative Dirichlet prior, which keeps rare phrases from leading by luck.
    tokens: the words of each text; marked: bool (item,). Phrases in fewer than `least` texts are left
    out. Of equal z the longer phrase comes first. Raises `InputError` where no text or every text is
    marked. Monroe, Colaresi and Quinn 2008, "Fightin' Words: Lexical Feature Selection and Evaluation
    for Identifying the Content of Political Conflict", equations 16 and 22; counting texts in place of
    tokens, which puts phrases of all lengths on one scale, is ours.

    >>> texts = [["it", "is", "fine"]] * 4 + [["it", "is", "good"]] * 4
    >>> characteristic_phrases(texts, [True] * 4 + [False] * 4)[0].text
    'it is fine'
    """
    flags = np.asarray(marked, np.bool_)
    if flags.shape != (len(tokens),) or not flags.any() or flags.all():
        raise InputError(f"marked must say which of {len(tokens)} texts are, some but not all; got {int(flags.sum())}.")
    if longest < 1 or least < 1 or not prior > 0:
        raise InputError(f"longest and least are at least 1 and prior above 0; got {longest}, {least}, {prior}.")
    found: list[Phrase] = []
    for length in range(1, longest + 1):
        found += _ranked(tokens, flags, length, least, prior)
    return tuple(sorted(found, key=lambda phrase: (-phrase.z, -len(phrase.text.split()), phrase.text)))


def _ranked(tokens: Sequence[Sequence[str]], flags: Flags, length: int, least: int, prior: float) -> list[Phrase]:
    """Return the phrases of one length with their z."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for words, flag in zip(tokens, flags, strict=True):
        phrases = {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}
        (inside if flag else outside).update(phrases)
    names = [name for name in inside | outside if inside[name] + outside[name] >= least]
    y_in, y_out = (np.array([side[name] for name in names], np.float64) for side in (inside, outside))
    a = prior * (y_in + y_out)
    odds = []
    for y, texts in ((y_in, flags.sum()), (y_out, (~flags).sum())):
        # A phrase in every text has no odds; the floor keeps them finite.
        odds.append(np.log(y + a) - np.log(np.maximum(texts + prior * len(flags) - y - a, prior)))
    z = (odds[0] - odds[1]) / np.sqrt(1 / (y_in + a) + 1 / (y_out + a))
    return [Phrase(name, float(score), inside[name], outside[name]) for name, score in zip(names, z, strict=True)]


def _share(value: float) -> float:
    if not 0 <= value < 1:
        raise InputError(f"A share of readers must lie in [0, 1), got {value}.")
    return value


def _of(table: Perspectives, found: Flags, label: str | None) -> Flags:
    if label is None:
        return np.asarray(found.any(1), np.bool_)
    if label not in table.labels:
        raise UnknownNameError(f"The table has no label {label!r}. It has: {', '.join(table.labels)}.")
    return np.asarray(found[:, table.labels.index(label)], np.bool_)
