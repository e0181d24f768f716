"""The instruction benchmark: a perfect, a noisy and a silent chat model, and systems that are none."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.corpora.instructions import asked_text, tasks_of
from affekt.errors import EndpointError
from affekt.evaluation.answers import Answers, Subject
from affekt.evaluation.instruction_benchmark import Replies, benchmark, benchmark_rows, score_task
from affekt.language.asking import AskOptions
from affekt.language.echo import Echo, Scripted
from affekt.types import VAD, Record, Signal

EKMAN, SIGNS = find_space("ekman"), find_space("sentiment")


def toy():
    rng = random.Random(0)
    several, single = [], []
    for n in range(40):
        joy, fear = rng.randint(0, 3), rng.randint(0, 3)
        labels = tuple(label for label, level in (("fear", fear), ("joy", joy)) if level)
        valence = round(joy - fear + rng.random(), 2) / 4
        several.append(
            Record(
                f"s{n}",
                Signal(f"several {n}", language="en"),
                "test",
                labels=labels,
                vad=VAD(valence, rng.random(), 0.1),
                intensities={"joy": joy / 3, "fear": fear / 3},
                values={"distress": 1 + 6 * rng.random()},
            )
        )
        single.append(Record(f"o{n}", Signal(f"one {n}", language="en"), "test", labels=(SIGNS.labels[n % 3],)))
    return [*tasks_of("several", several, EKMAN), *tasks_of("one", single, SIGNS)]


TASKS = toy()
TRUTH = {row.instruction: row.answer for items in TASKS for row in items.rows()}


def told(change=lambda text, answer: answer):
    return Scripted(lambda prompt: change(prompt[0].content, TRUTH[prompt[0].content]))


def test_who_knows_everything_scores_one_on_every_task():
    scores = {each.task.title: each for each in benchmark(told(), TASKS, resamples=50)}
    assert set(scores) == {
        *(f"several/{name}" for name in ("labels", "valence", "arousal", "value:distress")),
        *("several/intensity:joy", "several/intensity:fear", "one/labels"),
    }
    for each in scores.values():
        assert next(iter(each.scores)) == each.task.metric and each.answered == 1.0
        assert all(score.value == pytest.approx(1.0) for score in each.scores.values()), each
    assert set(scores["several/intensity:joy"].scores) == {"pearson", "spearman", "quadratic_kappa"}
    rows = benchmark_rows("perfect", "1", list(scores.values()))
    assert {row.protocol for row in rows} >= {"instruction-level-intensity-joy", "instruction-label-labels"}
    assert len({row.key for row in rows}) == len(rows)


def test_what_is_no_answer_is_missed_or_left_out_and_told():
    rng = random.Random(1)
    silent = told(lambda text, answer: "I cannot say." if rng.random() < 0.3 else answer)
    scores = {each.task.title: each for each in benchmark(silent, TASKS, options=AskOptions(again=0), resamples=50)}
    one = scores["one/labels"]
    assert one.scores["accuracy"].value == pytest.approx(one.answered) and 0.4 < one.answered < 0.95
    assert scores["several/valence"].scores["pearson"].value == pytest.approx(1.0)


def test_answers_that_tell_nothing_apart_correlate_with_nothing():
    items = next(each for each in TASKS if each.task.name == "valence")
    found = score_task(items, Replies((0.5,) * len(items)), resamples=20)
    assert found.scores["pearson"].value == 0.0
    few = score_task(items, Replies((0.5, 0.1, *[None] * (len(items) - 2))), resamples=20)
    assert not few.scores and "2 of 40 items were answered" in few.reason


def test_an_endpoint_that_dies_ends_the_benchmark():
    with pytest.raises(EndpointError, match="goes on from there"):
        benchmark(Scripted([None]), TASKS, resamples=20)


def test_a_system_that_is_no_chat_model_answers_what_it_can():
    def answer(question):
        count = len(question.records)
        known = np.ones(count, bool)
        if question.space is None:
            return Answers(known, vad=np.tile([0.1, 0.2, np.nan], (count, 1)) + np.arange(count)[:, None] / 100)
        probabilities = np.tile(np.linspace(0.2, 0.8, len(question.space)), (count, 1))
        probabilities[:, -1] += np.arange(count) / 1000
        return Answers(known, question.space, probabilities, vad=None)

    scores = {each.task.title: each for each in benchmark(Subject("toy", "1", answer), TASKS, resamples=20)}
    assert scores["one/labels"].scores["accuracy"].value == pytest.approx(13 / 40)
    assert "pearson" in scores["several/intensity:joy"].scores
    assert "no way to tell 'distress'" in scores["several/value:distress"].reason
    assert scores["several/valence"].scores and not scores["several/arousal"].reason


def test_the_echo_model_runs_through_all_of_it():
    scores = benchmark(Echo(), TASKS, options=AskOptions(again=0), resamples=20)
    by_title = {each.task.title: each for each in scores}
    assert by_title["one/labels"].answered == 1.0
    assert json.loads(TRUTH[TASKS[0].prompts()[0][0].content])["labels"] is not None
    assert asked_text(TASKS[0].prompts()[3][0].content) == "several 3"
