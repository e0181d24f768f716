"""Labels and intensities of texts in any language from their character n-grams: one linear model, three heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError, unknown_name
from affekt.metrics.classification import mean_average_precision
from affekt.metrics.regression import pearson
from affekt.training.calibration import Platt, fit_platt
from affekt.training.cumulative_link import CumulativeLink, LinkOptions, fit_cumulative_link
from affekt.training.thresholds import fit_thresholds

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Head = Literal["cumulative-link", "regression", "separate"]
HEADS: tuple[Head, ...] = ("cumulative-link", "regression", "separate")
_BUCKETS = 1 << 18


class KnownLevels(NamedTuple):
    """counts: what `cut_grams` returns of the texts; low, high: whole levels (text, emotion), the range of each."""

    counts: Any
    low: NDArray[np.integer[Any]]
    high: NDArray[np.integer[Any]]


class LevelAnswers(NamedTuple):
    """probability that an emotion is there, whether it is said to be, and its level, each (text, emotion)."""

    probability: Floats
    decided: Flags
    level: Floats


@dataclass(frozen=True, slots=True)
class GramOptions:
    """The `head`; how many `levels` there are; the `penalties` to choose from on held-out texts; in how many texts an
    n-gram must stand at `least`; at most so many `steps` of the optimiser."""

    head: Head = "cumulative-link"
    levels: int = 4
    penalties: tuple[float, ...] = (0.5, 0.125)
    least: int = 2
    steps: int = 60


@dataclass(frozen=True, slots=True, eq=False)
class GramLevels:
    """A model that was taught. `columns` and `rarity` (feature,) weigh n-grams; `link` says how probable each emotion
    or level is, `slopes` (feature, emotion) and `offset` what level squared error expects; `platt` and `limits`
    (emotion,) decide. `penalty` is what was chosen."""

    columns: NDArray[np.int64]
    rarity: Floats
    link: CumulativeLink | None
    slopes: Floats | None
    offset: Floats
    platt: Platt
    limits: Floats
    levels: int
    penalty: float

    def answer(self, counts: Any) -> LevelAnswers:
        """Return what the model says of texts, from what `cut_grams` returns of them."""
        logits, level = self._raw(_weigh(counts, self.columns, self.rarity))
        probability = _sigmoid(logits * self.platt.scale + self.platt.shift)
        return LevelAnswers(probability, probability >= self.limits, level)

    @property
    def parameters(self) -> int:
        """How many numbers were learned."""
        linked = 0 if self.link is None else self.link.weights.size + self.link.cuts.size
        return linked + (0 if self.slopes is None else self.slopes.size + self.offset.size)

    def _raw(self, features: Any) -> tuple[Floats, Floats]:
        """The logit of each emotion's presence and its level."""
        said = None if self.slopes is None else np.asarray(features @ self.slopes) + self.offset
        if self.link is None:
            assert said is not None
            # Half way from none to the first level is where presence is even.
            return 4 * (said - 0.5), np.clip(said, 0, self.levels - 1)
        level = self.link.expected(features) if said is None else np.clip(said, 0, self.levels - 1)
        return self.link.score(features) - self.link.cuts[:, 0], level


def cut_grams(texts: Sequence[str]) -> Any:
    """Return how often each character n-gram stands in each text, sparse (text, bucket): 1 to 5 inside words, hashed.

    Any language and script will do, and what two languages share falls into one bucket. Raises
    `MissingDependencyError` without scikit-learn.

    >>> cut_grams(["ክፉ ነው", "so bad"]).shape
    (2, 262144)
    """
    try:
        from sklearn.feature_extraction.text import HashingVectorizer
    except ModuleNotFoundError as error:
        raise MissingDependencyError("N-grams need scikit-learn. Install: pip install 'affekt[train]'") from error
    options = {"analyzer": "char_wb", "ngram_range": (1, 5), "alternate_sign": False, "norm": None}
    return HashingVectorizer(n_features=_BUCKETS, **options).transform(texts).tocsr()


def know_levels(texts: Sequence[str], low: NDArray[np.integer[Any]], high: NDArray[np.integer[Any]]) -> KnownLevels:
    """Return texts, cut into n-grams, with what is known of their levels; none are taken too."""
    return KnownLevels(cut_grams(texts or [""])[: len(texts)], low, high)


def join_levels(parts: Sequence[KnownLevels], *, each: int, seed: int = 0) -> KnownLevels:
    """Return several sets as one, at most `each` texts of each drawn by `seed`. Raises `InputError` for none."""
    from scipy.sparse import vstack

    if not parts:
        raise InputError("There is nothing to join: give at least one set of texts.")
    rng = np.random.default_rng(seed)
    kept = [np.sort(rng.permutation(len(part.low))[:each]) for part in parts]
    low, high = (np.concatenate([part[i][rows] for part, rows in zip(parts, kept, strict=True)]) for i in (1, 2))
    return KnownLevels(vstack([part.counts[rows] for part, rows in zip(parts, kept, strict=True)]).tocsr(), low, high)


def teach_levels(train: KnownLevels, held: KnownLevels, *, options: GramOptions = GramOptions()) -> GramLevels:
    """Return a model of every emotion's presence and level; the penalty, calibration and thresholds suit `held`.

    Heads: ``cumulative-link``, one score per emotion and ordered cuts (`fit_cumulative_link`), so that presence and
    level cannot contradict each other; ``regression``, the same one score fitted to the level by squared error (a
    level known only to a range is taken at its middle); ``separate``, a logistic regression of presence beside a
    squared-error regression of the level. N-grams are weighed by TF-IDF with a length of one. The penalty
    chosen is that with the best mean average precision plus mean Pearson of levels, over what `held` knows. Raises
    `InputError` where no n-gram stands in `least` texts, for shapes that differ, and as `fit_cumulative_link` does.
    """
    if options.head not in HEADS:
        raise unknown_name("head", options.head, HEADS, "affekt.training.gram_levels.HEADS")
    if not options.penalties:
        raise InputError("Give at least one penalty to choose from.")
    seen = np.bincount(train.counts.indices, minlength=train.counts.shape[1])
    columns = np.flatnonzero(seen >= options.least)
    if not len(columns):
        raise InputError(f"Nothing to learn from in {train.counts.shape[0]} texts: no n-gram stands in two of them.")
    rarity = 1 + np.log((1 + train.counts.shape[0]) / (1 + seen[columns]))
    features, asked = _weigh(train.counts, columns, rarity), _weigh(held.counts, columns, rarity)
    best, chosen, last = -np.inf, None, None
    for penalty in options.penalties:
        link, slopes, offset = _fit(features, train, penalty, options, last)
        last = link
        plain = Platt(np.ones(len(offset)), np.zeros(len(offset)))
        model = GramLevels(
            *(columns, rarity, link, slopes, offset, plain, np.full(len(offset), 0.5), options.levels, penalty)
        )
        logits, level = model._raw(asked)
        score = _worth(held, _sigmoid(logits), level)
        if score > best:
            best, chosen = score, (model, logits)
    assert chosen is not None
    model, logits = chosen
    platt, limits = _decide(held, logits)
    return GramLevels(
        *(columns, rarity, model.link, model.slopes, model.offset, platt, limits, options.levels, model.penalty)
    )


def _fit(
    features: Any, train: KnownLevels, penalty: float, options: GramOptions, start: CumulativeLink | None
) -> tuple[CumulativeLink | None, Floats | None, Floats]:
    low, high = train.low, train.high
    link, slopes, offset = None, None, np.zeros(low.shape[1])
    if options.head == "cumulative-link":
        link_options = LinkOptions(options.levels, penalty, options.steps)
        link = fit_cumulative_link(features, low, high, options=link_options, start=start)
    elif options.head == "separate":
        there, may = (low > 0).astype(int), (high > 0).astype(int)
        link = fit_cumulative_link(features, there, may, options=LinkOptions(2, penalty, options.steps), start=start)
    if options.head != "cumulative-link":
        slopes, offset = _least_squares(features, train, penalty)
    return link, slopes, offset


def _least_squares(features: Any, train: KnownLevels, penalty: float) -> tuple[Floats, Floats]:
    from sklearn.linear_model import Ridge

    judged = (train.low > 0) | (train.high == 0)
    middle = (train.low + train.high) / 2
    slopes, offset = np.zeros((features.shape[1], middle.shape[1])), np.zeros(middle.shape[1])
    for place, rows in enumerate(judged.T):
        if rows.any():
            # The logistic loss bends by a quarter at most, squared error by one.
            ridge = Ridge(alpha=4 * penalty, solver="sparse_cg", tol=1e-4).fit(features[rows], middle[rows, place])
            slopes[:, place], offset[place] = ridge.coef_, ridge.intercept_
    return slopes, offset


def _worth(held: KnownLevels, probability: Floats, level: Floats) -> float:
    judged, rated = (held.low > 0) | (held.high == 0), held.low == held.high
    precision, correlation = [], []
    for place in range(level.shape[1]):
        rows, known = judged[:, place], rated[:, place]
        if (held.low[rows, place] > 0).any():
            truth = held.low[rows, place] > 0
            precision.append(mean_average_precision(truth[:, None], probability[rows, place][:, None]))
        if known.all() and (held.high[:, place] > 1).any():
            found = pearson(held.low[:, place], level[:, place])
            correlation.append(0.0 if np.isnan(found) else found)
    return sum(float(np.mean(each)) for each in (precision, correlation) if each)


def _decide(held: KnownLevels, logits: Floats) -> tuple[Platt, Floats]:
    """Calibration and thresholds of each emotion, over the held-out texts where its presence is known."""
    emotions = logits.shape[1]
    scale, shift, limits = np.ones(emotions), np.zeros(emotions), np.full(emotions, 0.5)
    judged = (held.low > 0) | (held.high == 0)
    for place, rows in enumerate(judged.T):
        truth = held.low[rows, place][:, None] > 0
        if truth.any() and not truth.all():
            platt = fit_platt(truth, logits[rows, place][:, None])
            scale[place], shift[place] = platt.scale[0], platt.shift[0]
            calibrated = _sigmoid(logits[rows, place] * scale[place] + shift[place])
            limits[place] = fit_thresholds(truth, calibrated[:, None])[0]
    return Platt(scale, shift), limits


def _weigh(counts: Any, columns: NDArray[np.int64], rarity: Floats) -> Any:
    """TF-IDF of the chosen n-grams, 1 + log of the counts, each text of length one."""
    from scipy.sparse import diags

    chosen = counts[:, columns].astype(np.float64)
    chosen.data = 1 + np.log(chosen.data)
    weighed = (chosen @ diags(rarity)).tocsr()
    sizes = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(sizes, 1e-12)) @ weighed).tocsr()


def _sigmoid(values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-values)), np.float64)
