import numpy as np
import pytest

from affekt.affect.words.own_labels import own_labels
from affekt.errors import InputError
from affekt.inference.label_map import (
    TEMPLATES,
    describe,
    head_weights,
    load_label_map,
    save_label_map,
    with_calibration,
)
from affekt.training.label_map import (
    LabelledEncodings,
    MapPlan,
    fit_label_map,
    fit_score_calibration,
)

WIDTH = 12


def world(seed=0, count=600, noise=3.0):
    """Texts of four emotions: each on its own axis, with large variation on axes that no emotion uses."""
    random = np.random.default_rng(seed)
    which = random.integers(0, 4, count)
    x = 1.0 * np.eye(WIDTH)[which] + 0.2 * random.normal(size=(count, WIDTH))
    x[:, 6:] += noise * random.normal(size=(count, WIDTH - 6))
    return x, np.eye(4, dtype=bool)[which]


def described(rows):
    """What describes labels: on their emotion's axis, with a variation of its own on the others."""
    random = np.random.default_rng(9)
    return np.stack([np.asarray(rows) + 0.02 * random.normal(size=np.shape(rows)) for _ in TEMPLATES])


def accuracy(found, x, truth, labels, rows):
    scores = found.texts(x) @ found.directions(labels, described(rows)).T
    return float((scores.argmax(1) == truth.argmax(1)).mean())


def test_whitening_within_classes_finds_labels_that_nobody_trained():
    x, truth = world()
    rows = np.eye(WIDTH)[:4] + 0.5 * np.random.default_rng(3).normal(size=(4, WIDTH)) * (np.arange(WIDTH) >= 6)
    terms = np.eye(WIDTH)
    # Learned from joy and fear alone; anger and disgust are new.
    lesson = LabelledEncodings(x, truth, ("joy", "fear", "anger", "disgust")).without(frozenset({"anger", "disgust"}))
    assert lesson.truth.shape[1] == 2
    labels = own_labels(["joy", "fear", "anger", "disgust"])
    new_x, new_truth = world(seed=1)
    plain = fit_label_map([lesson], described(terms), MapPlan(whitening=1.0, share=0.0))
    learned = fit_label_map([lesson], described(terms), MapPlan(whitening=0.05, share=0.0))
    assert accuracy(learned, new_x, new_truth, labels, rows) > accuracy(plain, new_x, new_truth, labels, rows) + 0.15


def test_a_score_has_variance_one_over_texts_like_those_learned_from():
    x, truth = world()
    lesson = LabelledEncodings(x, truth, ("joy", "fear", "anger", "disgust"))
    found = fit_label_map([lesson], described(np.eye(WIDTH)))
    directions = found.directions(own_labels(["joyful", "furious"]), described(np.eye(WIDTH)[[0, 2]]))
    assert (found.texts(x) @ directions.T).std(0) == pytest.approx([1, 1], rel=1e-6)


def test_heads_lend_to_words_of_one_root_in_full_and_to_others_by_nearness():
    weights = head_weights(own_labels(["angry", "furious", "xqzt"]), ["anger", "joy", "anger"], 2.0)
    assert weights[0] == pytest.approx([0.5, 0, 0.5])
    assert weights[1, 0] == weights[1, 2] > weights[1, 1]
    assert weights[2].tolist() == [0, 0, 0]
    assert weights.sum(1)[:2] == pytest.approx([1, 1])


def test_neutral_is_what_its_head_says_and_nothing_else():
    x, truth = world()
    lesson = LabelledEncodings(x, truth, ("joy", "fear", "anger", "neutral"))
    found = fit_label_map([lesson], described(np.eye(WIDTH)))
    one, other = (found.directions(own_labels(["neutral"]), described([row])) for row in np.eye(WIDTH)[:2])
    np.testing.assert_allclose(one, other)


def test_every_label_is_described_in_every_template():
    for label in own_labels(["let down", "xqzt", "smug: pleased with oneself"]):
        told = describe(label)
        assert len(told) == len(TEMPLATES)
        assert all(label.name in sentence and "{" not in sentence for sentence in told)


def test_what_is_written_is_read(tmp_path):
    x, truth = world()
    lesson = LabelledEncodings(x, truth, ("joy", "fear", "anger", "disgust"))
    found = fit_label_map([lesson], described(np.eye(WIDTH)))
    found = with_calibration(found, fit_score_calibration([found.texts(x) @ found.heads], [truth]))
    save_label_map(found, tmp_path / "labels.npz")
    read = load_label_map(tmp_path / "labels.npz")
    assert read.terms == found.terms
    assert read.calibration == found.calibration
    labels, rows = own_labels(["joy", "rage"]), described(np.eye(WIDTH)[[0, 2]])
    np.testing.assert_allclose(read.directions(labels, rows), found.directions(labels, rows), atol=0.05)
    with pytest.raises(InputError, match="map of labels"):
        load_label_map(tmp_path / "absent.npz")


def test_calibration_is_logistic_regression_and_its_limit_parts_the_labels():
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(0)
    scores = random.normal(size=(2000, 2))
    truth = random.random((2000, 2)) < 1 / (1 + np.exp(-(2 * scores - 3)))
    found = fit_score_calibration([scores], [truth])
    expected = LogisticRegression(C=1e9).fit(scores.reshape(-1, 1), truth.ravel())
    assert found.slope == pytest.approx(float(expected.coef_[0, 0]), abs=0.02)
    assert found.shift == pytest.approx(float(expected.intercept_[0]), abs=0.02)
    assert 0.1 < found.limit < 0.9


def test_nothing_to_learn_from_is_refused():
    x, truth = world(count=20)
    with pytest.raises(InputError, match="nothing to learn from"):
        fit_label_map([LabelledEncodings(x, truth, ("joy", "fear", "anger", "disgust"))], described(np.eye(WIDTH)))
