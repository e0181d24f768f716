"""recipes/shift on toy corpora: what it reads, what it measures, what it writes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from affekt.corpora.index import find_corpus
from affekt.evaluation.records import read_results, run_info
from affekt.types import LabelSpace, Record, Signal

RECIPE = Path(__file__).parents[2] / "recipes/shift"
FOUR = LabelSpace("four", ("joy", "anger", "fear", "neutral"), "exclusive", "none")
MANY = LabelSpace("three", ("joy", "anger", "fear"), "multi-label", "none")


def said(recipe, space: LabelSpace, *, items: int = 900):
    """A corpus whose reader finds the labels, but says every probability too high, the first label's most."""
    random = np.random.default_rng(0)
    labels = len(space)
    if space.kind == "exclusive":
        truth = np.eye(labels, dtype=bool)[random.choice(labels, items, p=np.array([4, 3, 2, 1]) / 10)]
        power = np.exp(2 * truth + random.normal(0, 1, truth.shape) + np.array([2.0, 0, 0, 0]))
        probability = power / power.sum(1, keepdims=True)
    else:
        truth = random.random((items, labels)) < np.array([0.4, 0.3, 0.1])
        probability = 1 / (1 + np.exp(-(4 * truth - 1 + random.normal(0, 1.2, truth.shape))))
    return recipe("data").Said(space, truth, probability.astype(np.float32))


def test_only_texts_with_labels_of_the_space_and_each_once(recipe) -> None:
    def record(number: int, text: str, *labels: str, language: str | None = "en") -> Record:
        return Record(str(number), Signal(text, language=language), "all", labels)

    records = [
        record(1, "Yes!", "joy"),
        record(2, "Yes! ", "anger"),
        record(3, "No.", "anger", "fear"),
        record(4, "Ja.", "joy", language="de"),
        record(5, "Hm.", "boredom"),
        record(6, "", "joy"),
        record(7, "Oh.", "fear", language=None),
    ]
    usable = recipe("data").usable
    assert [each.id for each in usable(records, FOUR)] == ["1", "7"]
    assert [each.id for each in usable(records, MANY)] == ["1", "3", "7"]


def test_answers_are_read_once_and_kept(recipe, meld, tmp_path, monkeypatch) -> None:
    data = recipe("data")
    meld(tmp_path / "data/text/meld")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(data, "FOLDER", tmp_path / "runs")
    first = data.said_of("meld", "text-nano")
    assert first.space == find_corpus("meld").space
    assert first.truth.sum(1).tolist() == [1] * 5
    assert first.probability.sum(1) == pytest.approx(1, abs=1e-4)
    monkeypatch.setattr(data, "read_corpus", None)
    assert np.array_equal(data.said_of("meld", "text-nano").probability, first.probability)


def test_reddit_is_no_shift(recipe) -> None:
    chosen = recipe("data").corpora_under_shift()
    assert {"meld", "xed"} <= set(chosen)
    assert not {"goemotions", "brighter"} & set(chosen)


def test_calibration_is_measured_on_rows_that_were_not_drawn(recipe) -> None:
    run = recipe("run")
    found = {"one": said(recipe, FOUR), "many": said(recipe, MANY)}
    rows = {(row.corpus, row.metric): row for row in run.calibration_rows(found, run_info("text", "1", seed=None))}
    for name in found:
        assert rows[name, "ece_0.1"].value > 0.05 > rows[name, "ece_0.1:after-200"].value
        assert 0 < rows[name, "ece_0.1:least"].value < 0.05
        assert rows[name, "ece_0.1"].n == 700
    medians = [rows[name, "ece_0.1:after-200"].value for name in found]
    assert rows["median of corpora", "ece_0.1:after-200"].value == pytest.approx(np.median(medians))


def test_groups_shift_and_are_drawn_the_same_again(recipe) -> None:
    prevalence = recipe("prevalence")
    truth = said(recipe, MANY).truth
    one, other = (prevalence.groups_with_shift(truth, np.random.default_rng(1), groups=5) for _ in range(2))
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
    moved = [abs(truth[places].mean(0) - truth.mean(0)).max() for places in one]
    assert max(moved) > 0.15


def test_prevalence_and_what_the_other_corpora_choose(recipe, monkeypatch) -> None:
    prevalence = recipe("prevalence")
    monkeypatch.setattr(prevalence, "DOUBTS", prevalence.DOUBTS[:1] + prevalence.DOUBTS[-1:])
    found = {"one": said(recipe, FOUR), "many": said(recipe, MANY)}
    rows = prevalence.prevalence_rows(found, run_info("text", "1", seed=None), seeds=1, groups=2)
    values = {(row.corpus, row.metric): row.value for row in rows}
    for name in (*found, "mean of corpora"):
        assert values[name, "prevalence_mae:reweighted"] < values[name, "prevalence_mae:plain-count"]
        assert values[name, "prevalence_coverage:reweighted"] > 0.75
        assert values[name, "prevalence_coverage:probabilities"] < values[name, "prevalence_coverage:reweighted"]
    # Of two corpora each chooses for the other.
    methods = {
        name: min(prevalence.METHODS, key=lambda method: values[name, f"prevalence_mae:{method}"]) for name in found
    }
    assert values["one", "prevalence_mae:loco"] == values["one", f"prevalence_mae:{methods['many']}"]
    assert values["many", "prevalence_mae:loco"] == values["many", f"prevalence_mae:{methods['one']}"]


def test_abstaining_keeps_its_promise_or_has_no_row(recipe) -> None:
    prevalence = recipe("prevalence")
    rows = prevalence.abstention_rows({"one": said(recipe, FOUR)}, run_info("text", "1", seed=None), seeds=8)
    values = {row.metric: row.value for row in rows}
    assert values["promise_kept:abstain-0.4"] >= 0.85
    assert values["answered:abstain-0.4"] > 0.5
    assert values["risk:abstain-0.4"] <= 0.4


def test_the_whole_run_writes_rows(recipe, tmp_path, monkeypatch) -> None:
    run = recipe("run")
    monkeypatch.setattr(run, "corpora_under_shift", lambda: ["one", "few"])
    made = {"one": said(recipe, FOUR), "few": said(recipe, FOUR, items=250), "goemotions": said(recipe, MANY)}
    monkeypatch.setattr(run, "said_of", lambda name, model, **options: made[name])
    path = tmp_path / "shift.csv"
    monkeypatch.setattr(
        sys, "argv", ["run.py", "--only", "calibration", "--models", "text-nano", "--results", str(path)]
    )
    run.main()
    assert {row.corpus for row in read_results(path)} == {"one", "median of corpora"}
