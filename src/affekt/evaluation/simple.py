"""The baselines every score should stand beside: drawn from the prior, everything, TF-IDF, a lexicon."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from affekt.affect.spaces import find_space
from affekt.errors import InputError, MissingDependencyError
from affekt.evaluation.answers import Answers, Flags, Floats, Question, Subject, decide
from affekt.evaluation.baselines import vader_scores
from affekt.evaluation.targets import Target, draw, make_target
from affekt.training.thresholds import fit_thresholds
from affekt.types import Record

_DEVELOPMENT = ("dev", "validation", "valid", "val")
FOLDS = 5
"""A corpus with one split only is learned from in this many parts, each answered by what the others taught."""
MOST = 10_000
"""At most this many texts are learned from, drawn at random."""


def prior_answers(question: Question) -> Answers:
    """Return labels drawn at random with the frequencies of the corpus's other splits, and those frequencies.

    Without other splits the frequencies are those of the items themselves, which flatters. Exclusive spaces
    get one label per item; of dimensions the mean is answered.
    """
    learned = _learned(question) or _target(question, question.records)
    rng = np.random.default_rng(question.seed)
    count = len(question.records)
    vad = None if learned.vad is None else np.tile([_mean(column) for column in learned.vad.T], (count, 1))
    if learned.space is None:
        return Answers(np.ones(count, np.bool_), vad=vad)
    shares = _prevalence(learned)
    if learned.space.kind == "exclusive":
        chosen = np.eye(len(shares), dtype=np.bool_)[rng.choice(len(shares), size=count, p=shares / shares.sum())]
    else:
        chosen = rng.random((count, len(shares))) < shares
    probabilities = np.broadcast_to(shares, chosen.shape).copy()
    return Answers(np.ones(count, np.bool_), learned.space, probabilities, chosen, vad)


def positive_answers(question: Question) -> Answers:
    """Return every label for every item; in an exclusive space, where only one can be said, the most frequent."""
    learned = _learned(question) or _target(question, question.records)
    if learned.space is None:
        raise InputError("all-positive answers with labels, and this corpus has none. Use prior.")
    count, width = len(question.records), len(learned.space)
    chosen = np.ones((count, width), np.bool_)
    if learned.space.kind == "exclusive":
        chosen = np.broadcast_to(np.arange(width) == int(learned.truth.sum(0).argmax()), (count, width)).copy()
    return Answers(np.ones(count, np.bool_), learned.space, chosen=chosen)


def tfidf_answers(question: Question) -> Answers:
    """Return what TF-IDF with logistic regression answers, learned from the corpus's other splits.

    Words and pairs of words in English, characters 1–5 inside words in other languages; one L2 regression per label
    (C = 4), ridge regression for dimensions. Thresholds are fitted on the development split, else on an eighth
    of what is learned from. A corpus with one split is answered in five parts, groups kept together. Raises
    `MissingDependencyError` without scikit-learn.
    """
    rows = _learned(question)
    if rows is not None:
        return _tfidf(question, rows, question.records)
    groups = sorted({record.group or record.id for record in question.records})
    random.Random(question.seed).shuffle(groups)
    fold = {group: place % FOLDS for place, group in enumerate(groups)}
    places = np.array([fold[record.group or record.id] for record in question.records])
    parts: list[tuple[Any, Answers]] = []
    for part in range(FOLDS):
        asked = np.flatnonzero(places == part)
        if not len(asked):
            continue
        taught = tuple(record for record, at in zip(question.records, places.tolist(), strict=True) if at != part)
        if not taught:
            raise InputError("TF-IDF needs items of two groups at least to learn from some and answer for others.")
        inside = tuple(question.records[i] for i in asked.tolist())
        parts.append((asked, _tfidf(question, _target(question, taught), inside)))
    return _joined(len(question.records), parts)


def vader_answers(question: Question) -> Answers:
    """Return VADER's answers: its compound as valence; negative, neutral, positive by its limits of ±0.05.

    Raises `MissingDependencyError` where vaderSentiment is not installed. Hutto and Gilbert 2014.
    """
    said = vader_scores(question.texts)
    compound = said.compound
    vad = np.full((len(compound), 3), np.nan)
    vad[:, 0] = compound
    space = find_space("sentiment")
    named = {"negative": compound <= -0.05, "positive": compound >= 0.05}
    named["neutral"] = ~named["negative"] & ~named["positive"]
    chosen = np.column_stack([named[label] for label in space])
    answered = np.ones(len(compound), np.bool_)
    if question.space is None:
        return Answers(answered, vad=vad)
    if question.space.name != space.name:
        raise InputError("VADER answers with sentiment only. Add --space sentiment.")
    return Answers(answered, space, chosen=chosen, vad=vad)


SIMPLE: dict[str, Subject] = {
    "prior": Subject("prior", "1", prior_answers, learns=True),
    "all-positive": Subject("all-positive", "1", positive_answers, learns=True),
    "tfidf": Subject("tfidf", "1", tfidf_answers, learns=True),
    "vader": Subject("vader", "3.3.2", vader_answers),
}


def _target(question: Question, records: Sequence[Record]) -> Target:
    name = "what is learned from"
    return make_target(name, records, question.corpus_space, split="other splits", space=question.space)


def _learned(question: Question) -> Target | None:
    """Return the other records of the corpus that have a target, None where there are none."""
    if not question.learning:
        return None
    try:
        return _target(question, question.learning)
    except InputError:
        return None


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _prevalence(target: Target) -> Floats:
    shares: Floats = target.truth.sum(0) / np.maximum(1, target.rated.sum(0))
    return shares


def _tfidf(question: Question, learned: Target, asked: Sequence[Record]) -> Answers:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingDependencyError(
            "The TF-IDF baseline needs scikit-learn. Install it with: pip install 'affekt[train]'"
        ) from error
    dev = _development(learned, question.seed)
    train = draw(learned.take(~dev), MOST, seed=question.seed)
    held = draw(learned.take(dev), MOST // 4, seed=question.seed)
    english = all(record.signal.language in (None, "en") for record in (*train.records, *asked))
    words = {"ngram_range": (1, 2), "min_df": 2, "token_pattern": r"(?u)\b\w+\b|[^\w\s]"}
    characters = {"analyzer": "char_wb", "ngram_range": (1, 5), "min_df": 2, "max_features": 200_000}
    vectorizer = TfidfVectorizer(sublinear_tf=True, **(words if english else characters))
    try:
        seen = vectorizer.fit_transform([record.signal.text for record in train.records])
    except ValueError as error:
        raise InputError(f"TF-IDF finds nothing to learn from in {len(train)} texts: no word occurs twice.") from error
    told, said = (vectorizer.transform([record.signal.text for record in records]) for records in (held.records, asked))
    vad = None if train.vad is None else _ridge(seen, train.vad, said)
    answered = np.ones(len(asked), np.bool_)
    if train.space is None:
        return Answers(answered, vad=vad)
    truth, rated = train.truth, train.rated
    on_dev, probabilities = _regressions(seen, truth, rated, (told, said))
    if train.space.kind == "exclusive":
        sums = probabilities.sum(axis=1, keepdims=True)
        probabilities = np.where(sums > 0, probabilities / np.where(sums > 0, sums, 1.0), 1.0 / len(train.space))
        return Answers(answered, train.space, probabilities, vad=vad)
    limits = [
        float(fit_thresholds(truth[:, None], column[:, None])[0]) if truth.any() else 0.5
        for truth, column in ((held.truth[judged, k], on_dev[judged, k]) for k, judged in enumerate(held.rated.T))
    ]
    return Answers(answered, train.space, probabilities, vad=vad, thresholds={train.space.name: tuple(limits)})


def _development(learned: Target, seed: int) -> Flags:
    """Return which items thresholds are fitted on: the development split, else an eighth, groups kept together."""
    named = np.array([record.split in _DEVELOPMENT for record in learned.records])
    if named.any() and not named.all():
        return named
    groups = sorted(set(learned.groups.tolist()))
    random.Random(seed).shuffle(groups)
    held = set(groups[: max(1, len(groups) // 8)])
    return np.array([group in held for group in learned.groups.tolist()])


def _regressions(seen: Any, truth: Flags, rated: Flags, asked: tuple[Any, ...]) -> list[Floats]:
    """Return the probability of each label for the rows of each of `asked`; unrated items teach nothing."""
    from sklearn.linear_model import LogisticRegression

    columns: list[list[Floats]] = [[] for _ in asked]
    for outcome, judged in zip(truth.T, rated.T, strict=True):
        taught = outcome[judged]
        fitted = None
        if taught.any() and not taught.all():
            fitted = LogisticRegression(C=4.0, solver="liblinear", random_state=0).fit(seen[judged], taught)
        for column, rows in zip(columns, asked, strict=True):
            always = np.full(rows.shape[0], float(bool(taught.size and taught.all())))
            column.append(always if fitted is None else fitted.predict_proba(rows)[:, 1])
    return [np.column_stack(column) for column in columns]


def _ridge(seen: Any, vad: Floats, asked: Any) -> Floats:
    from sklearn.linear_model import Ridge

    columns = []
    for told in vad.T:
        known = ~np.isnan(told)
        if not known.any():
            columns.append(np.full(asked.shape[0], np.nan))
            continue
        columns.append(np.clip(Ridge(alpha=1.0).fit(seen[known], told[known]).predict(asked), -1.0, 1.0))
    return np.column_stack(columns)


def _joined(count: int, parts: list[tuple[Any, Answers]]) -> Answers:
    """Return the answers of all parts in one; each part's labels are decided by its own thresholds."""
    first = parts[0][1]
    answered = np.zeros(count, np.bool_)
    vad = None if first.vad is None else np.full((count, 3), np.nan)
    width = 0 if first.space is None else len(first.space)
    probabilities, chosen = np.full((count, width), np.nan), np.zeros((count, width), np.bool_)
    for rows, said in parts:
        answered[rows] = said.answered
        if vad is not None and said.vad is not None:
            vad[rows] = said.vad
        if said.space is not None and said.probabilities is not None:
            decided = decide(said, said.space)
            assert decided is not None
            probabilities[rows], chosen[rows] = said.probabilities, decided.decision
    if first.space is None:
        return Answers(answered, vad=vad)
    return Answers(answered, first.space, probabilities, chosen, vad)
