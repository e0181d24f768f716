"""recipes/text_corpora on a corpus of five rows: its table, its kept answers, its estimate of the time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from affekt.evaluation.answers import Answers, Question, Subject
from affekt.evaluation.records import read_results
from affekt.models.index import find_model
from affekt.types import Record, Signal

RECIPE = Path(__file__).parents[2] / "recipes/text_corpora"
SPACE = find_model("text").space


def question(*texts: str, language: str | None = "en") -> Question:
    records = tuple(Record(text, Signal(text, language=language), "test") for text in texts)
    return Question(records, SPACE)


def counting(asked: list[str]) -> Subject:
    """Answer with the length of the text, refuse the empty one, and say what was asked."""

    def answer(question: Question) -> Answers:
        asked.extend(question.texts)
        lengths = np.array([len(text) for text in question.texts], float)
        probability = np.repeat(lengths[:, None] / 100, len(SPACE), axis=1)
        return Answers(lengths > 0, SPACE, probability, thresholds={SPACE.name: [0.3] * len(SPACE)})

    return Subject("counting", "1", answer)


def test_a_text_is_asked_about_once(recipe, tmp_path) -> None:
    asked: list[str] = []
    path = tmp_path / "answers/toy.npz"
    subject = recipe("remembered").remembered(counting(asked), path)
    first = subject.answer(question("abc", "a", "abc", ""))
    assert asked == ["abc", "a", ""]
    asked.clear()
    again = recipe("remembered").remembered(counting(asked), path).answer(question("a", "abcd", "", "abc"))
    assert asked == ["abcd"]
    assert first.probabilities[:, 0].tolist() == [0.03, 0.01, 0.03, 0.0]
    assert again.probabilities[:, 0].tolist() == [0.01, 0.04, 0.0, 0.03]
    assert again.answered.tolist() == [True, True, False, True]
    assert again.vad is None
    assert again.thresholds == {SPACE.name: [0.3] * len(SPACE)}
    subject.answer(question("a", language="de"))
    assert asked == ["abcd", "a"]


def test_the_table_of_a_small_corpus_and_nothing_asked_again(recipe, meld, tmp_path, monkeypatch, capsys) -> None:
    run = recipe("run")
    meld(tmp_path / "data/text/meld")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path / "data"))
    config = run.Config(
        models=("prior", "text-nano"),
        resamples=20,
        only=("meld", "emorynlp"),
        jobs=1,
        results=tmp_path / "rows.csv",
        runs=tmp_path / "runs",
    )
    run.run(config)
    told = capsys.readouterr().out
    assert "2 corpora" in told
    assert "emorynlp:test : left out" in told
    assert "about 0.0 min left" in told
    rows = read_results(config.results)
    assert {(row.corpus, row.model) for row in rows} == {
        (corpus, model) for corpus in ("meld", "meld:sentiment") for model in config.models
    }
    assert {row.protocol for row in rows if row.model == "text-nano"} == {"most-probable"}
    assert [path.name.startswith("meld-test-text-nano-") for path in (tmp_path / "runs/answers").iterdir()] == [True]

    real = run.find_subject

    def only_asked_for_nothing(name: str) -> Subject:
        subject = real(name)

        def answer(asked: Question) -> Answers:
            assert not asked.records
            return subject.answer(asked)

        return replace(subject, answer=answer) if name == "text-nano" else subject

    monkeypatch.setattr(run, "find_subject", only_asked_for_nothing)
    run.run(replace(config, results=tmp_path / "again.csv"))
    values = [
        [(row.corpus, row.model, row.metric, row.value, row.low, row.high, row.n) for row in read_results(path)]
        for path in (config.results, tmp_path / "again.csv")
    ]
    assert values[0] == values[1]


def test_sizes_follow_the_card_and_the_limit(recipe) -> None:
    size = recipe("run").size
    assert size("meld:test", None) > 2000
    assert size("meld:test", 100) == 100


@pytest.mark.slow
def test_two_corpora_at_once_from_the_command_line(meld, tmp_path, monkeypatch) -> None:
    meld(tmp_path / "data/text/meld")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path / "data"))
    flags = ["--only", "meld", "ecf", "--models", "all-positive", "--resamples", "10", "--jobs", "2"]
    places = ["--results", str(tmp_path / "rows.csv"), "--runs", str(tmp_path / "runs")]
    done = subprocess.run(
        [sys.executable, str(RECIPE / "run.py"), *flags, *places], check=True, capture_output=True, text=True
    )
    assert "ecf:test : left out" in done.stdout
    assert {row.corpus for row in read_results(tmp_path / "rows.csv")} == {"meld", "meld:sentiment"}
