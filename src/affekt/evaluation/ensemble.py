"""Several systems as one: majority and weighted votes over what they decide, and where the errors of each language lie.

"Large Language Models for Cross-lingual Emotion Detection" (arXiv:2410.15974, WASSA 2024, task 2) lets several
prompted models vote; the rule and the weights here are ours. Weights are log-odds of how often a member is right on
development items: of independent voters that is the vote which errs least (Nitzan & Paroush 1982, "Optimal Decision
Rules in Uncertain Dichotomous Choice Situations", International Economic Review 23(2)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.targets import Flags, Floats, Target, draw, make_target
from affekt.errors import InputError
from affekt.evaluation.answers import Answers, Question, Subject, decide
from affekt.evaluation.learners import lesson_of
from affekt.types import Record

DOUBT = 10.0
"""How many items of the mean over languages are added to those of a language, so that few items say little."""
MOST_ASKED = 1000
"""At most this many development items are asked about to weigh the members."""
_SUREST = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """What one member decides: `chosen` (item, label), and which items it `answered` (item,)."""

    name: str
    chosen: Flags
    answered: Flags


def vote(ballots: Sequence[Ballot], *, exclusive: bool, weights: Floats | None = None) -> Ballot:
    """Return what several members decide together.

    weights: (member,), (item, member) or (item, member, label), at least 0; None: all the same, the majority vote. Of
    exclusive labels the one with most weight behind it; of others each label with more than half of the weight of those
    who answered. Where it is a draw, who comes first among the members decides; who did not answer has no vote. Raises
    `InputError` for no members, ballots on different items, or weights below 0.

    >>> says = [Ballot(name, np.array([[a, not a]]), np.array([True])) for name, a in (("x", True), ("y", False))]
    >>> vote(says, exclusive=True).chosen.tolist(), vote(says, exclusive=True, weights=np.array([1, 2])).chosen.tolist()
    ([[True, False]], [[False, True]])
    """
    if not ballots or len({each.chosen.shape for each in ballots}) != 1:
        raise InputError("A vote needs at least one member, and all must have decided of the same items and labels.")
    chosen = np.stack([each.chosen for each in ballots], 1)
    answered = np.stack([each.answered for each in ballots], 1)
    items, members, labels = chosen.shape
    given = np.ones(members) if weights is None else np.asarray(weights, np.float64)
    if given.ndim == 2:
        given = given[:, :, None]
    if given.ndim == 1:
        given = given[None, :, None]
    if not np.isfinite(given).all() or (given < 0).any():
        raise InputError("Weights of members have to be numbers of at least 0.")
    counted = np.broadcast_to(given, (items, members, labels)) * answered[:, :, None]
    # Who comes first settles a draw, also one in which nobody has any weight.
    rank = (2.0 ** -np.arange(members))[None, :, None] * answered[:, :, None]
    counted = counted + 1e-9 * rank
    if exclusive:
        backed = (counted * chosen).sum(1)
        decided: Flags = np.zeros((items, labels), np.bool_)
        decided[np.arange(items), backed.argmax(1)] = backed.max(1) > 0
    else:
        decided = (counted * np.where(chosen, 1.0, -1.0)).sum(1) > 0
    anybody: Flags = np.asarray(answered.any(1), np.bool_)
    return Ballot("vote", decided, anybody)


def member_weights(ballots: Sequence[Ballot], target: Target, *, exclusive: bool) -> Mapping[str | None, Floats]:
    """Return how much each member's word weighs, by language: (member, label), from what it decided of `target`.

    The log-odds of being right, against guessing: of exclusive labels ln(p (K - 1) / (1 - p)) with p the member's
    accuracy, the same for each of the K labels; of others ln(b / (1 - b)) of each label with b its balanced accuracy
    (mean of recall and specificity), since a rare label is nearly always absent. Shares of a language are drawn towards
    those over all languages, which count as ten items more. Nobody has a weight below 0. Under None stand the weights
    over all languages, for one that `target` does not have.
    """
    truth: Flags = np.asarray(target.truth & target.rated, np.bool_)
    rated = target.rated
    languages = np.array([str(record.signal.language) for record in target.records])
    width = truth.shape[1]

    def shares(rows: Flags, towards: Floats | None) -> Floats:
        found = []
        for place, each in enumerate(ballots):
            before = None if towards is None else towards[place]
            if exclusive:
                hit: Flags = np.asarray(np.logical_and(each.chosen, truth).any(axis=1), np.bool_)
                right = hit[rows]
                found.append(np.full(width, _drawn(right.sum(), len(right), None if before is None else before)))
                continue
            yes: Flags = truth[rows]
            no: Flags = np.logical_and(rated[rows], np.logical_not(yes))
            hits, calm = (each.chosen[rows] & yes).sum(0), (~each.chosen[rows] & no).sum(0)
            pair = [_drawn(*counts, before) for counts in ((hits, yes.sum(0)), (calm, no.sum(0)))]
            found.append((pair[0] + pair[1]) / 2)
        return np.stack(found)

    every = shares(np.ones(len(truth), np.bool_), None)
    chance = np.log(max(1, width - 1)) if exclusive else 0.0

    def odds(share: Floats) -> Floats:
        inside = np.clip(share, 1 - _SUREST, _SUREST)
        weights: Floats = np.maximum(0.0, np.log(inside / (1 - inside)) + chance)
        return weights

    found: dict[str | None, Floats] = {None: odds(every)}
    for language in sorted(set(languages.tolist())):
        found[language] = odds(shares(languages == language, every))
    return found


def _drawn(right: NDArray[np.int64] | np.int64, count: NDArray[np.int64] | int, towards: Floats | None) -> Floats:
    """The share right, drawn towards another one that counts as `DOUBT` items; towards one half where there is none."""
    prior, weight = (0.5, 1.0) if towards is None else (towards, DOUBT)
    share: Floats = (np.asarray(right) + weight * np.asarray(prior)) / (np.asarray(count) + weight)
    return share


def weights_of(weights: Mapping[str | None, Floats], languages: Sequence[str | None]) -> Floats:
    """Return the weights item by item, (item, member, label), by each item's language."""
    return np.stack([weights.get(str(language), weights[None]) for language in languages])


def ensemble_subject(members: Sequence[Subject], *, weighted: bool = False) -> Subject:
    """Return the subject that is the vote of several; `weighted` by what each is worth on development items.

    A weighted vote asks every member about development items too (1,000 at most); who learns from the corpus learns
    from the rest of it then. Answers are labels alone, without probabilities. Raises `InputError` for fewer than two
    members; when asked, where a member has no labels, or there is nothing to weigh by.
    """
    if len(members) < 2:
        raise InputError("A vote needs two members or more, such as vote:text-multi,tfidf,endpoint:URL#MODEL.")
    kind = "weighted-vote" if weighted else "vote"

    def answer(question: Question) -> Answers:
        if question.space is None:
            raise InputError("Members vote on labels, and this corpus has none.")
        exclusive = question.space.kind == "exclusive"
        ballots, answers = _polled(members, question)
        weights = None
        if weighted:
            dev, rest = _development(question)
            trial = Question(dev.records, question.space, question.corpus_space, rest, question.seed)
            found = member_weights(_polled(members, trial)[0], dev, exclusive=exclusive)
            weights = weights_of(found, [record.signal.language for record in question.records])
        decided = vote(ballots, exclusive=exclusive, weights=weights)
        rates = {
            f"{name}:{member.name}": rate
            for member, each in zip(members, answers, strict=True)
            for name, rate in each.rates.items()
        }
        return Answers(decided.answered, question.space, chosen=decided.chosen, rates=rates)

    trained = tuple(dict.fromkeys(name for member in members for name in member.trained_on))
    versions = "+".join(f"{member.name}-{member.version}" for member in members)
    learns = weighted or any(member.learns for member in members)
    return Subject(kind, versions, answer, trained, learns, all(member.reads for member in members))


def _polled(members: Sequence[Subject], question: Question) -> tuple[list[Ballot], list[Answers]]:
    assert question.space is not None
    ballots, answers = [], []
    for member in members:
        said = member.answer(question)
        decided = decide(said, question.space)
        if decided is None:
            raise InputError(f"{member.name} answers without labels, so it has no vote.")
        answered = said.answered & decided.decision.any(1) if question.space.kind == "exclusive" else said.answered
        ballots.append(Ballot(member.name, decided.decision, answered))
        answers.append(said)
    return ballots, answers


def _development(question: Question) -> tuple[Target, tuple[Record, ...]]:
    """Return the items the members are weighed by, and those that are left to learn from."""
    if not question.learning:
        raise InputError(
            "A weighted vote needs a development part to weigh its members by, and there are no other splits."
        )
    learned = make_target(
        "the other splits", question.learning, question.corpus_space, split="other", space=question.space
    )
    held = lesson_of(learned, most=4 * MOST_ASKED, seed=question.seed).held
    dev = draw(held, MOST_ASKED, seed=question.seed)
    kept = {record.id for record in dev.records}
    return dev, tuple(record for record in question.learning if record.id not in kept)


@dataclass(frozen=True, slots=True, eq=False)
class LanguageErrors:
    """Where the errors of one language lie.

    `confusion` (label, label + 1): on the diagonal how often a label that holds was given; at (i, j) how often label i
    was missed while j was given wrongly; in the last column how often i was missed and nothing given wrongly. Of
    exclusive labels that is the ordinary confusion matrix, with the items that have no answer last. `spurious` (label,)
    is how often a label was given wrongly. `scores` are the scores of the items.
    """

    language: str
    n: int
    labels: tuple[str, ...]
    confusion: NDArray[np.int64]
    spurious: NDArray[np.int64]
    scores: Mapping[str, float]

    def worst(self, count: int = 3) -> list[tuple[str, str, int]]:
        """Return the commonest errors: the label that holds, the one given in its place (``"none"``), how often."""
        names = (*self.labels, "none")
        errors = self.confusion.copy()
        np.fill_diagonal(errors, 0)
        order = np.argsort(-errors, axis=None, kind="stable")[:count]
        cells = [divmod(int(place), errors.shape[1]) for place in order]
        return [(self.labels[i], names[j], int(errors[i, j])) for i, j in cells if errors[i, j]]


def language_errors(ballot: Ballot, target: Target) -> list[LanguageErrors]:
    """Return where the errors of a ballot lie, language by language, most items first.

    Scores are ``macro_f1`` over labels that occur and, of exclusive labels, ``accuracy``, else ``jaccard``. Labels that
    nobody judged for an item are left out.
    """
    from affekt.metrics.classification import macro_f1
    from affekt.metrics.multi_label import jaccard

    assert target.space is not None
    truth, said = target.truth & target.rated, ballot.chosen & target.rated
    languages = np.array([record.signal.language or "unknown" for record in target.records])
    found = []
    for language in sorted(set(languages.tolist())):
        rows = languages == language
        true, given = truth[rows], said[rows]
        missed, wrong = true & ~given, given & ~true
        confusion = (missed[:, :, None] & wrong[:, None, :]).sum(0)
        confusion[np.diag_indices(len(confusion))] = (true & given).sum(0)
        none = (missed & ~wrong.any(1, keepdims=True)).sum(0)
        occurs = true.any(0)
        scores = {"macro_f1": float(macro_f1(true[:, occurs], given[:, occurs])) if occurs.any() else float("nan")}
        if target.exclusive:
            scores["accuracy"] = float((true & given).any(1).mean())
        else:
            scores["jaccard"] = float(jaccard(true, given))
        table = np.column_stack([confusion, none]).astype(np.int64)
        spurious = wrong.sum(0).astype(np.int64)
        found.append(LanguageErrors(language, int(rows.sum()), target.space.labels, table, spurious, scores))
    return sorted(found, key=lambda each: (-each.n, each.language))


def error_lines(found: Sequence[LanguageErrors]) -> list[str]:
    """Return the report in lines: a language, its scores, its confusion matrix, its commonest errors."""
    lines = []
    for each in found:
        scores = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in each.scores.items())
        lines.append(f"{each.language}: {each.n:,} items, {scores}")
        width = max(len(label) for label in each.labels)
        cells = [[*map(str, row)] for row in each.confusion.tolist()]
        heads = [*(label[:7] for label in each.labels), "none"]
        lines.append(f"  {'true / given':{width + 2}}" + " ".join(f"{head:>7}" for head in heads))
        for label, row in zip(each.labels, cells, strict=True):
            lines.append(f"  {label:{width + 2}}" + " ".join(f"{cell:>7}" for cell in row))
        worst = "; ".join(f"{true} taken for {given}: {count}" for true, given, count in each.worst())
        lines.append(f"  commonest errors: {worst or 'none'}")
    return lines
