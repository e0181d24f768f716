"""Predictions per item: round trip, joining by id, comparison of two runs, bad files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.evaluation.predictions import Predictions, compare_runs, read_predictions, write_predictions
from affekt.metrics.classification import macro_f1
from affekt.metrics.resampling import paired_difference

random = np.random.default_rng(0)
TRUTH = random.random((300, 4)) < 0.3
GOOD, BAD = TRUTH ^ (random.random(TRUTH.shape) < 0.1), TRUTH ^ (random.random(TRUTH.shape) < 0.3)
IDS = [f"é{i}" for i in range(300)]


def run(model: str, decision: np.ndarray) -> Predictions:
    arrays = {"truth": TRUTH, "decision": decision, "probability": random.random(TRUTH.shape).astype(np.float32)}
    return Predictions("goemotions", "test", model, "1.0", 3, IDS, arrays)


def test_round_trip(tmp_path: Path) -> None:
    before = run("text", GOOD)
    path = write_predictions(before, folder=tmp_path / "runs")
    assert path == tmp_path / "runs/goemotions/test/text-1.0-3.npz"
    after = read_predictions(path)
    assert (after.corpus, after.split, after.model, after.version, after.seed) == (
        "goemotions",
        "test",
        "text",
        "1.0",
        3,
    )
    assert after.ids == IDS and set(after.arrays) == set(before.arrays)
    for name, array in before.arrays.items():
        assert after.arrays[name].dtype == array.dtype and np.array_equal(after.arrays[name], array)
    without = write_predictions(replace(before, seed=None), folder=tmp_path)
    assert without.name == "text-1.0-none.npz" and read_predictions(without).seed is None


def test_runs_are_joined_by_item_id() -> None:
    a, b = run("text", GOOD), run("nano", BAD)
    order = random.permutation(300)
    moved = replace(b, ids=[IDS[i] for i in order], arrays={name: array[order] for name, array in b.arrays.items()})
    found = compare_runs(a, moved, macro_f1, resamples=200)
    assert found == paired_difference(macro_f1, TRUTH, GOOD, BAD, resamples=200)
    assert found.low > 0.1 and found.p_value < 0.01


def test_runs_that_cannot_be_compared() -> None:
    a, b = run("text", GOOD), run("nano", BAD)
    with pytest.raises(InputError, match="goemotions test and goemotions dev"):
        compare_runs(a, replace(b, split="dev"), macro_f1)
    fewer = replace(b, ids=IDS[:-1], arrays={name: array[:-1] for name, array in b.arrays.items()})
    with pytest.raises(InputError, match="1 items are in one run only, such as 'é299'"):
        compare_runs(a, fewer, macro_f1)
    with pytest.raises(InputError, match=r"run of text has no array 'mean'; it has decision, probability, truth"):
        compare_runs(a, b, macro_f1, prediction="mean")
    with pytest.raises(InputError, match="disagree about the truth"):
        compare_runs(a, replace(b, arrays={**b.arrays, "truth": ~TRUTH}), macro_f1)


def test_what_is_no_set_of_predictions() -> None:
    with pytest.raises(InputError, match="'a' occurs more than once"):
        Predictions("c", "s", "m", "1", None, ["a", "b", "a"], {})
    with pytest.raises(InputError, match=r"'truth' has shape \(1,\), but there are 2 items"):
        Predictions("c", "s", "m", "1", None, ["a", "b"], {"truth": np.zeros(1)})
    with pytest.raises(InputError, match="holds Python objects"):
        Predictions("c", "s", "m", "1", None, ["a"], {"truth": np.array([{}])})


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken", b"\x93NUMPY\x01\x00"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"Cannot read predictions from .*a\.npz"):
        read_predictions(path)


def test_a_file_of_other_arrays_is_named_and_pickles_stay_shut(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", x=np.zeros(2))
    np.savez(tmp_path / "pickled.npz", ids=np.array([{}], dtype=object))
    np.save(tmp_path / "alone.npy", np.zeros(2))
    for name in ("other.npz", "pickled.npz", "alone.npy", "absent.npz"):
        with pytest.raises(InputError, match="Cannot read predictions"):
            read_predictions(tmp_path / name)
