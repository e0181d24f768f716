"""A method beside its ablation: means over seeds, paired gains, and answers that are not computed twice."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.evaluation.experiment import Arm, Experiment, Outcome, run_experiment
from affekt.metrics.classification import accuracy
from affekt.metrics.regression import mae

TRUTH = np.arange(200) % 2


def answering(wrong: int, calls: list[int] | None = None):
    """An arm whose seed s gets `wrong + s` of the 200 items wrong."""

    def run(seed: int) -> Outcome:
        if calls is not None:
            calls.append(seed)
        said = TRUTH.copy()
        places = np.random.default_rng(seed).permutation(200)[: wrong + seed]
        said[places] = 1 - said[places]
        return Outcome({"decided": said}, seconds=1.0 + seed, parameters=7, measured={"mass": seed / 10})

    return run


def experiment(arms: list[Arm], **changes) -> Experiment:
    told = {"name": "method", "corpus": "toy", "split": "test", "protocol": "toy", "truth": TRUTH} | changes
    return Experiment(metrics={"accuracy": (accuracy, "decided")}, arms=arms, **told)


def test_means_costs_and_paired_gain(tmp_path) -> None:
    rows = run_experiment(
        experiment([Arm("whole", answering(10)), Arm("plain", answering(40))]), runs=tmp_path, resamples=200
    )
    found = {(row.model, row.metric): row for row in rows}
    assert found["method", "accuracy"].value == pytest.approx(1 - 11 / 200)
    assert found["method:plain", "accuracy"].value == pytest.approx(1 - 41 / 200)
    gain = found["method", "accuracy:minus:plain"]
    assert gain.value == pytest.approx(30 / 200) and gain.low > 0 and gain.n == 200
    assert found["method", "seconds"].value == 2.0 and found["method", "parameters"].value == 7
    assert found["method", "seeds"].value == 3
    mass = found["method", "mass"]
    assert (mass.value, mass.low, mass.high) == (pytest.approx(0.1), 0.0, 0.2)


def test_an_arm_gains_nothing_over_itself(tmp_path) -> None:
    rows = run_experiment(
        experiment([Arm("whole", answering(10)), Arm("same", answering(10))]), runs=tmp_path, resamples=50
    )
    gain = next(row for row in rows if row.metric == "accuracy:minus:same")
    assert (gain.value, gain.low, gain.high) == (0.0, 0.0, 0.0)


def test_answers_are_kept_until_the_settings_change(tmp_path) -> None:
    calls: list[int] = []
    first = run_experiment(experiment([Arm("whole", answering(10, calls), "a")]), runs=tmp_path, resamples=20)
    again = run_experiment(experiment([Arm("whole", answering(10, calls), "a")]), runs=tmp_path, resamples=20)
    assert calls == [0, 1, 2] and first == again
    run_experiment(experiment([Arm("whole", answering(10, calls), "b")]), runs=tmp_path, resamples=20)
    assert calls == [0, 1, 2, 0, 1, 2]


def test_kinds_of_answers_have_truths_of_their_own(tmp_path) -> None:
    def run(seed: int) -> Outcome:
        return Outcome({"decided": TRUTH, "numbers": TRUTH + 0.5}, 1.0, 1)

    asked = Experiment(
        "method",
        "toy",
        "test",
        "toy",
        {"decided": TRUTH, "numbers": TRUTH.astype(float)},
        {"accuracy": (accuracy, "decided"), "mae": (mae, "numbers")},
        [Arm("whole", run)],
    )
    found = {row.metric: row.value for row in run_experiment(asked, runs=tmp_path, resamples=20)}
    assert found["accuracy"] == 1.0 and found["mae"] == 0.5


def test_refusals(tmp_path) -> None:
    with pytest.raises(InputError, match="nothing to run"):
        run_experiment(experiment([]), runs=tmp_path)
    with pytest.raises(InputError, match="answers 200 items of 100"):
        run_experiment(experiment([Arm("whole", answering(1))], truth=TRUTH[:100]), runs=tmp_path)
