"""Calibration to one's own rows: it helps where it can, holds rare labels back, and refuses what is too little."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.affect.spaces import find_space
from affekt.errors import InputError, UnknownNameError
from affekt.inference.calibration import check_calibration, read_calibration, write_calibration
from affekt.metrics.calibration import expected_calibration_error
from affekt.models.index import find_model
from affekt.training.recalibration import calibrate_model, fit_calibration, label_matrix
from affekt.types import LabelSpace

MANY = LabelSpace("toy", ("joy", "fear", "anger", "pride"), "multi-label", "none")
ONE = LabelSpace("toy-one", ("joy", "fear", "anger", "pride"), "exclusive", "none")


def overconfident(space: LabelSpace, rows: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truth, and probabilities that exaggerate it: logits doubled and raised."""
    random = np.random.default_rng(seed)
    logits = random.normal(-1.0, 1.2, (rows, len(space)))
    if space.kind == "exclusive":
        shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        drawn = (random.random((rows, 1)) > shares.cumsum(1)).sum(1)
        said = np.exp(2.5 * logits + [0, 1, 0, 0])
        return np.eye(len(space), dtype=bool)[drawn], said / said.sum(1, keepdims=True)
    truth = random.random(logits.shape) < 1 / (1 + np.exp(-logits))
    return truth, 1 / (1 + np.exp(-(2 * logits + 1.5)))


@pytest.mark.parametrize("space", [MANY, ONE], ids=["multi-label", "exclusive"])
def test_new_rows_are_calibrated(space):
    found = fit_calibration(*overconfident(space, 300), space=space)
    truth, said = overconfident(space, 4000, seed=1)
    before = expected_calibration_error(truth, said, minimum=0.1)
    after = expected_calibration_error(truth, found.apply(said), minimum=0.1)
    assert before > 0.12
    assert after < 0.04
    # The printed errors are honest ones: of rows that were held out.
    assert found.before == pytest.approx(before, abs=0.06)
    assert found.after < before / 2


def test_true_correction_is_found():
    truth, said = overconfident(MANY, 6_000)
    found = fit_calibration(truth, said, space=MANY)
    assert found.scale == pytest.approx(np.full(4, 0.5), abs=0.08)
    assert found.shift == pytest.approx(np.full(4, -0.75), abs=0.12)


def test_exclusive_stays_exclusive():
    found = fit_calibration(*overconfident(ONE, 200), space=ONE)
    moved = found.apply(overconfident(ONE, 50, seed=2)[1])
    assert moved.sum(1) == pytest.approx(np.ones(50), abs=1e-5)


@pytest.mark.parametrize("space", [MANY, ONE], ids=["multi-label", "exclusive"])
def test_label_without_rows_is_not_driven_to_certainty(space):
    truth, said = overconfident(space, 150)
    if space.kind == "exclusive":
        keep = ~truth[:, 3]
        truth, said = np.concatenate([truth[keep]] * 2), np.concatenate([said[keep]] * 2)
    else:
        truth[:, 3] = False
    found = fit_calibration(truth, said, space=space)
    assert found.scale[3] > 0
    assert abs(found.shift[3]) < 12
    assert 0 < found.apply([[0.25] * 4])[0, 3] < 0.5


def test_label_that_the_model_never_gives_gets_its_share():
    truth, said = overconfident(ONE, 400)
    said[:, 3] = 0
    said /= said.sum(1, keepdims=True)
    found = fit_calibration(truth, said, space=ONE)
    assert found.apply(said)[:, 3].mean() == pytest.approx(truth[:, 3].mean(), abs=0.05)


def test_held_out_answers_are_held_out():
    """A label whose probability says nothing cannot look better than chance on the rows it was fitted on."""
    random = np.random.default_rng(3)
    truth = random.random((200, 4)) < 0.5
    found = fit_calibration(truth, random.random((200, 4)), space=MANY)
    right, wrong = found.held_out[truth], found.held_out[~truth]
    assert right.mean() < wrong.mean() + 0.02


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), rare=st.floats(0.0, 0.05))
def test_always_finite_and_in_range(seed, rare):
    random = np.random.default_rng(seed)
    truth = random.random((100, 4)) < [0.5, rare, rare, 0.2]
    said = np.clip(random.random((100, 4)) * [1, 1, 1e-6, 0], 0, 1)
    found = fit_calibration(truth, said, space=MANY, seed=seed)
    moved = found.apply(said)
    for values in (moved, found.thresholds, found.held_out):
        assert ((values >= 0) & (values <= 1)).all()
    assert np.isfinite([*found.scale, *found.shift]).all()


def test_order_of_labels_makes_no_difference():
    truth, said = overconfident(MANY, 200)
    order = [2, 0, 3, 1]
    turned = LabelSpace("turned", tuple(MANY.labels[i] for i in order), "multi-label", "none")
    one, other = (
        fit_calibration(truth, said, space=MANY),
        fit_calibration(truth[:, order], said[:, order], space=turned),
    )
    assert other.apply(said[:, order]) == pytest.approx(one.apply(said)[:, order], abs=1e-4)


def test_missing_rows_stay_missing():
    found = fit_calibration(*overconfident(ONE, 100), space=ONE)
    moved = found.apply([[np.nan] * 4, [0.25] * 4])
    assert np.isnan(moved[0]).all()
    assert not np.isnan(moved[1]).any()
    assert found.apply(np.zeros((0, 4))).shape == (0, 4)


def test_too_little_is_refused():
    truth, said = overconfident(MANY, 99)
    with pytest.raises(InputError, match=r"at least 100 labelled rows, got 99\. Label 1 more"):
        fit_calibration(truth, said, space=MANY)
    with pytest.raises(InputError, match="same labels"):
        fit_calibration(np.tile(truth[:1], (120, 1)), np.tile(said[:1], (120, 1)), space=MANY)
    with pytest.raises(InputError, match="4 labels, but there are 3"):
        fit_calibration(truth[:, :3], said[:, :3], space=MANY)


def test_labels_must_fit_the_space():
    with pytest.raises(InputError, match="labelled row 2 has 2"):
        label_matrix([["joy"], ["joy", "fear"]], ONE)
    with pytest.raises(UnknownNameError, match="fury"):
        label_matrix([["fury"]], MANY)


def test_file_round_trip(tmp_path):
    space = find_space("ekman")
    random = np.random.default_rng(0)
    said = random.random((120, len(space)))
    found = fit_calibration(random.random(said.shape) < said / 2, said, space=space, model=("text", "1"))
    path = tmp_path / "calibration.json"
    write_calibration(found, path)
    again = read_calibration(path)
    assert again.fingerprint == found.fingerprint
    assert again.space is space
    assert again.apply(said) == pytest.approx(found.apply(said), abs=1e-4)
    assert (again.truth == found.truth).all()
    assert path.stat().st_size < 20_000


def test_damaged_files_are_refused(tmp_path):
    path = tmp_path / "calibration.json"
    for content, message in (
        ("{", "Cannot read a calibration"),
        ("[]", "no calibration of this version"),
        ('{"affekt_calibration": 1}', "damaged"),
    ):
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            read_calibration(path)
    with pytest.raises(InputError, match="Cannot read"):
        read_calibration(tmp_path / "absent.json")
    said = np.random.default_rng(0).random((120, 6))
    good = fit_calibration(said > 0.5, said, space=find_space("ekman"), model=("text", "1"))
    for name, value in (("scale", [1.0]), ("shift", ["x"] * 6), ("labels", ["joy"]), ("rows", [[[9], [0.1] * 6]])):
        path.write_text(json.dumps(good.to_dict() | {name: value}))
        with pytest.raises(InputError, match=r"damaged|other labels"):
            read_calibration(path)
    with pytest.raises(InputError, match="--model text"):
        check_calibration(good, "text-nano", "1", good.space)
    with pytest.raises(InputError, match="--space ekman"):
        check_calibration(good, "text", "1", MANY)


def test_model_is_calibrated_to_texts_in_another_space():
    happy, sad = ("What a lovely day, I am so happy", "I miss her so much and cannot stop crying")
    texts = [f"{(happy, sad)[i % 2]} {i}" for i in range(120)]
    labels = [[("joy", "sadness")[i % 2]] for i in range(120)]
    found = calibrate_model(find_model("text-nano"), texts, labels, space=find_space("ekman"), language="en")
    assert (found.model, found.space.name) == ("text-nano", "ekman")
    assert found.after < 0.1
    with pytest.raises(InputError, match="120 texts but labels for 119"):
        calibrate_model(find_model("text-nano"), texts, labels[1:], space=find_space("ekman"))
