"""train(): from a table and a few words about it to a model folder with its scores. The whole path is on this page."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from affekt.corpora.index import CORPORA
from affekt.corpora.opening import OpenCorpus
from affekt.corpora.parts import Parts, make_parts
from affekt.corpora.record_clips import has_sound
from affekt.errors import InputError, OutputError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.evaluation.learners import Lesson
from affekt.evaluation.own_card import about_data, golden_answers
from affekt.evaluation.own_fitting import fit_encoder, fit_frozen
from affekt.evaluation.own_options import METHODS, Step, Tell, TrainOptions, check_base, method_for
from affekt.evaluation.own_scores import OwnScores, score_own
from affekt.evaluation.own_table import Asked, AskedTable, read_asked
from affekt.evaluation.own_taught import Taught
from affekt.evaluation.subjects import find_subject
from affekt.evaluation.tfidf import teach_tfidf
from affekt.inference.own import ENCODER, FIT, HEAD, TOKENIZER
from affekt.models.index import MODELS
from affekt.models.own import CARD, read_card
from affekt.training.own_folder import checksums, finish, open_work, write_card, written
from affekt.training.own_targets import Task, check_task, head_targets, settle_ties, text_notes, without
from affekt.types import LabelSpace
from affekt.version import __version__

__all__ = ["METHODS", "Asked", "Step", "Tell", "TrainOptions", "TrainedModel", "train", "train_table"]

REPORT = "report.html"
_KEPT = (CARD, HEAD, ENCODER, FIT, TOKENIZER, REPORT)


@dataclass(frozen=True, slots=True, eq=False)
class TrainedModel:
    """What was made: the folder, what its card says, and its scores on the part scored once."""

    folder: Path
    card: Mapping[str, Any]
    scores: OwnScores


def train(asked: Asked, output: Path, options: TrainOptions | None = None, tell: Tell | None = None) -> TrainedModel:
    """Return the model that was trained on a table or corpus, in the folder `output`.

    The data are parted honestly (`affekt.corpora.parts.make_parts`): the published or given split is kept and what
    stands in a later part is left out of an earlier one. What is fitted is fitted on train, calibration, thresholds
    and the end of training come from dev, and test is scored once, beside TF-IDF with logistic regression on the same
    parts. A table whose rows are files of sound teaches a network of speech (`affekt.evaluation.own_sounds`). Work lies
    in ``OUTPUT.partial`` until it is done: the same call after a kill or a full disk goes on.

    Raises `InputError` and `UnknownNameError` for what cannot be learned from, `OutputError` where nothing can be
    written, `MissingDependencyError` without the packages of ``affekt[train]``, and `CorpusError`.
    """
    told = tell or (lambda step: None)
    told(Step("reading the table"))
    return train_table(read_asked(asked), output, options or TrainOptions(), told)


def train_table(
    table: AskedTable, output: Path, options: TrainOptions, told: Tell, taught: Taught | None = None
) -> TrainedModel:
    """Return the model that was trained on a table that was read, as `train` does; with what a teacher said of its
    items the teacher's probabilities are learned."""
    started = time.monotonic()
    if any(has_sound(record) for record in table.corpus.records):
        from affekt.evaluation.own_sounds import train_sounds

        return train_sounds(table, output, options, told, taught)
    parts, task, notes = part_data(table.corpus, table.task, options)
    if taught is not None:
        parts, task = taught.over(parts), replace(task, votes=bool(taught.shares))
    method = options.method or method_for(options.base, len(parts.train))
    check_base(options.base, method)
    run = run_facts(parts, task, options, method)
    work = open_work(output, run, overwrite=options.overwrite, restart=options.restart)
    made = fit_frozen if method == "frozen" and options.base in MODELS else fit_encoder
    with written(work):
        card = made(parts, task, options, method, work, told)
        notes = (*notes, *card.pop("notes"))
        source = table.corpus.card.name
        if source in card["trained_on"]:
            notes = (
                *notes,
                f"{options.base} had learned from {source} before: what the model scores here is more than it would on "
                "other texts.",
            )
        if source in CORPORA and source not in card["trained_on"]:
            card["trained_on"] = [*card["trained_on"], source]
        about = about_data(table.corpus, parts, task, options, method)
        card = {**card, **about, "name": options.name or output.name, "files": checksums(work, _KEPT[1:-1])}
        if taught is not None:
            card = {**card, **taught.card(card), "fitted": {**card["fitted"], **taught.facts()}}
        write_card(work, {**card, "golden": []})
        card["golden"] = golden_answers(work)
        told(Step("scoring"))
        scores = _scored(work, parts, task, options)
        if scores.gain is not None and scores.gain.found.high < 0:
            other = "`--method fine-tune`, " if method == "frozen" else ""
            notes = (
                *notes,
                f"TF-IDF scores surely higher on these texts. Try another base (`--base`), {other}or more rows.",
            )
        seconds = round(time.monotonic() - started, 1)
        card["training"] = {**card["training"], "seconds": seconds, "notes": list(notes)}
        card["scores"] = scores.to_dict()
        write_card(work, card)
        from affekt.evaluation.own_page import training_page
        from affekt.pages.page import write_page

        write_page(training_page(read_card(work), scores, parts), work / REPORT)
    finish(work, output, _KEPT)
    return TrainedModel(output, read_card(output), scores)


def part_data(corpus: OpenCorpus, task: Task, options: TrainOptions) -> tuple[Parts, Task, tuple[str, ...]]:
    """Return the three parts, the task as the data turn out to allow it, and what is odd about them."""
    records, own = [r for r in corpus.records if r.signal.text.strip()], corpus.card.space
    if not records:
        raise InputError(f"{corpus.card.name} holds no text. `affekt train` learns from texts.")
    odd = text_notes(tuple(records))
    space: LabelSpace | None = task.space
    tied: frozenset[str] = frozenset()
    if task.kind == "dimensional":
        own = space = None
    elif own is not None and space is not None and own == space:
        records, tied = settle_ties(records, own)
    parts = make_parts(corpus.card.name, records, own, space=space, most=options.most, seed=options.seed)
    parts = Parts(parts.train, without(parts.dev, tied), without(parts.test, tied), parts.notes)
    if task.kind == "exclusive" and not parts.train.exclusive:
        task = replace(task, kind="multi-label")
        if task.space is not None and task.space.kind == "exclusive":
            odd.append("Some items have several labels, or none: learned label by label.")
            task = replace(task, space=replace(task.space, kind="multi-label"))
            train, dev, test = (replace(part, space=task.space) for part in parts)
            parts = Parts(train, dev, test, parts.notes)
    votes = options.votes and any(record.ratings for record in parts.train.records)
    task = replace(task, votes=votes and parts.train.votes is not None)
    if tied:
        odd.append(f"{len(tied):,} items have raters who tie: they teach by their votes, and are not scored.")
    return parts, task, (*corpus.notes, *parts.notes, *odd, *check_task(parts.train, task))


def run_facts(parts: Parts, task: Task, options: TrainOptions, method: str) -> dict[str, Any]:
    """Return all that shapes the result: what a run that goes on has to have in common with the one that stopped."""
    digest = hashlib.sha256()
    for part in parts:
        targets = head_targets(part, task)
        digest.update(json.dumps([(r.id, r.signal.text) for r in part.records]).encode())
        digest.update(targets.values.tobytes() + targets.known.tobytes())
    plan = options.plan
    told = None if plan is None else {name: getattr(plan, name) for name in plan.__slots__}
    return {
        **{"affekt": __version__, "base": options.base, "method": method, "seed": options.seed},
        **{"settings": dict(options.settings), "plan": told, "data": digest.hexdigest()},
        **({"heard": dict(options.heard)} if options.heard else {}),
    }


def _scored(work: Path, parts: Parts, task: Task, options: TrainOptions) -> OwnScores:
    """Return the scores on dev and, once, on test, beside TF-IDF with logistic regression taught the same items."""
    ours, contrast = find_subject(str(work.resolve())), None
    if options.contrast and not task.degrees:
        languages = frozenset(record.signal.language for record in parts.test.records)
        taught_from = parts.train if task.outputs else replace(parts.train, vad=None)
        lesson = Lesson(taught_from, parts.dev, languages | {r.signal.language for r in parts.train.records})
        try:
            taught = teach_tfidf(lesson)
        except InputError:
            pass  # no word occurs twice: there is nothing to put beside it
        else:

            def answer(question: Question) -> Answers:
                return taught(question.records)

            contrast = Subject("tfidf", "1", answer, learns=True)
    if not len(parts.test):
        raise OutputError("There is no item to score.")
    return score_own(ours, contrast, parts, task, resamples=options.resamples)
