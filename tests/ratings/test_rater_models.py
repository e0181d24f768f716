"""Raters made up, and what finds them out: aggregation, confusions, the use of a scale."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.ratings import Ratings, from_counts, from_values, from_votes
from affekt.ratings.aggregation import METHODS, aggregate
from affekt.ratings.mace import _digamma, fit_mace
from affekt.ratings.reliability import rater_confusions, scale_use
from affekt.ratings.simulate import (
    Crowd,
    confusion_matrices,
    leave_empty,
    leave_out,
    noisy_judge,
    simulate_numbers,
    simulate_votes,
)
from affekt.ratings.views import plurality, soft_labels

LABELS = ("anger", "fear", "joy", "sadness")


def crowd(items: int = 200, spammers: float = 0.3, seed: int = 0) -> Crowd:
    truth = np.random.default_rng(seed).integers(len(LABELS), size=items)
    matrices = confusion_matrices(len(LABELS), 10, accuracy=(0.5, 0.9), seed=seed)
    return simulate_votes(truth, matrices, labels=LABELS, votes_per_item=6, spammers=spammers, seed=seed)


def test_simulated_votes_follow_their_confusion_matrices() -> None:
    made = crowd(items=8000)
    assert len(made.ratings) == 48_000
    assert np.bincount(made.ratings.item).tolist() == [6] * 8000
    assert made.spammers.sum() == 3
    said = made.ratings.values.argmax(1)
    for rater in range(10):
        mine = made.ratings.rater == rater
        for label in range(len(LABELS)):
            of = mine & (made.truth[made.ratings.item] == label)
            share = np.bincount(said[of], minlength=len(LABELS)) / of.sum()
            np.testing.assert_allclose(share, made.confusions[rater, label], atol=0.06)


def test_the_same_seed_the_same_votes() -> None:
    one, two, other = crowd(seed=1), crowd(seed=1), crowd(seed=2)
    np.testing.assert_array_equal(one.ratings.values, two.ratings.values)
    assert not np.array_equal(one.ratings.values, other.ratings.values)
    assert simulate_votes([0], np.eye(2)[None], labels="ab").ratings.raters == ("simulated-001",)


@given(st.floats(0, 1), st.integers(0, 5))
def test_votes_left_out_and_answers_left_empty(share: float, seed: int) -> None:
    made = crowd(items=20).ratings
    assert len(leave_out(made, share, seed=seed)) == len(made) - round(share * len(made))
    empty = leave_empty(made, share, seed=seed)
    assert len(empty) == len(made)
    assert np.isnan(empty.values).all(1).sum() == round(share * len(made))
    assert leave_out(made, share, seed=seed).items == made.items


def test_simulated_numbers_lean_and_stretch() -> None:
    truth = np.linspace(2, 8, 50)
    panel = simulate_numbers(truth, shift=[0.0, 1.0, -1.0], stretch=[1.0, 0.5, 1.0], levels=False, scale=(0, 10))
    said = panel.ratings.values[:, 0].reshape(50, 3)
    np.testing.assert_allclose(said.mean(0) - truth.mean(), [0, 1, -1], atol=1e-5)
    np.testing.assert_allclose(said.std(0) / truth.std(), [1, 0.5, 1], atol=1e-5)
    assert simulate_numbers(truth, shift=[9.0]).ratings.values.max() == 9


@pytest.mark.parametrize("method", [method for method in METHODS if method not in ("glad",)])
def test_models_find_the_truth_at_least_as_well_as_votes(method: str) -> None:
    made = crowd()
    found = aggregate(made.ratings, method=method)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.probabilities.sum(1), 1)
    assert (found.probabilities >= 0).all()
    right = (found.probabilities.argmax(1) == made.truth).mean()
    votes = (soft_labels(made.ratings).argmax(1) == made.truth).mean()
    assert right >= votes
    if found.reliability is not None:
        assert found.reliability[made.spammers].max() < np.median(found.reliability[~made.spammers])


@pytest.mark.slow
def test_glad_finds_the_spammers() -> None:
    made = crowd(items=15)
    found = aggregate(made.ratings, method="glad")
    assert found.reliability is not None
    assert found.reliability[made.spammers].mean() < found.reliability[~made.spammers].mean()


def test_dawid_skene_recovers_the_confusion_matrices() -> None:
    made = crowd(items=1500, spammers=0.0)
    found = aggregate(made.ratings, method="dawid-skene")
    assert found.confusions is not None
    assert np.abs(found.confusions - made.confusions).mean() < 0.03
    accuracy = np.einsum("rkk->r", made.confusions) / len(LABELS)
    assert found.reliability is not None
    np.testing.assert_allclose(found.reliability, accuracy, atol=0.05)


def test_mace_against_crowd_kit() -> None:
    """Crowd-kit's is right where raters and labels appear in order; both are local optima of one bound."""
    import warnings

    import pandas
    from crowdkit.aggregation import MACE

    made = crowd(items=40, spammers=0.2, seed=3)
    rows = np.lexsort((made.ratings.rater, made.ratings.item))
    item, rater = made.ratings.item[rows].astype(np.int64), made.ratings.rater[rows].astype(np.int64)
    said = made.ratings.values[rows].argmax(1)
    # Renumber labels and raters by first appearance.
    rater = pandas.factorize(rater)[0]
    said = pandas.factorize(said)[0]
    frame = pandas.DataFrame({"task": item, "worker": rater, "label": said})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = MACE(n_restarts=1, n_iter=25).fit_predict_proba(frame).to_numpy()
    ours = fit_mace(item, rater, said, labels=4)
    assert (ours.probabilities.argmax(1) == theirs.argmax(1)).mean() > 0.95
    assert np.corrcoef(ours.probabilities.ravel(), theirs.ravel())[0, 1] > 0.98


def test_digamma_against_scipy() -> None:
    from scipy.special import digamma

    values = np.array([[0.05, 0.5, 1.0, 2.5], [6.0, 10.0, 1e3, 1e6]])
    np.testing.assert_allclose(_digamma(values), digamma(values), rtol=1e-10, atol=1e-10)


def test_a_label_that_is_never_said_and_items_nobody_judged() -> None:
    votes = from_votes(["t", "t", "u", "u", "u"], list("ababc"), ["joy", "joy", "fear", "fear", "joy"], space="ekman")
    votes = Ratings(
        *(("t", "u", "alone"), votes.raters, votes.columns, votes.kind), *(votes.item, votes.rater, votes.values)
    )
    for method in ("votes", "dawid-skene", "mace", "m-msr", "wawa"):
        found = aggregate(votes, method=method)  # type: ignore[arg-type]
        assert np.isnan(found.probabilities[2]).all()
        assert (found.probabilities[:2, votes.column("anger")] == 0).all()
        assert (found.probabilities[:2].argmax(1) == [votes.column("joy"), votes.column("fear")]).all()


def test_multi_label_votes_column_by_column() -> None:
    random = np.random.default_rng(0)
    truth = random.random((150, 3)) < 0.4
    rows = [(item, rater) for item in range(150) for rater in range(5)]
    noise = [0.05, 0.1, 0.1, 0.1, 0.5]
    values = np.array([truth[item] ^ (random.random(3) < noise[rater]) for item, rater in rows], np.float32)
    item, rater = (np.array(column) for column in zip(*rows, strict=True))
    made = Ratings(
        tuple(map(str, range(150))), tuple("abcde"), ("joy", "fear", "awe"), "multi-label", item, rater, values
    )
    for method in ("dawid-skene", "mace"):
        found = aggregate(made, method=method)  # type: ignore[arg-type]
        assert ((found.probabilities > 0.5) == truth).mean() > 0.95
        assert found.reliability is not None
        assert found.reliability.shape == (5, 3)
        assert (found.reliability.argmin(0) == 4).all()
    same = from_votes(["t", "t"], ["a", "b"], [["joy"], ["joy"]], space="ekman")
    assert aggregate(same, method="mace").probabilities[0].tolist() == [0, 0, 0, 1, 0, 0]


def test_weighed_votes_against_a_loop() -> None:
    made = crowd(items=50).ratings
    counts = np.zeros((50, 4))
    for item, label in zip(made.item, made.values.argmax(1), strict=True):
        counts[item, label] += 1
    agreed, total = np.zeros(10), np.zeros(10)
    for item, rater, label in zip(made.item, made.rater, made.values.argmax(1), strict=True):
        top = np.flatnonzero(counts[item] == counts[item].max())
        agreed[rater] += (label in top) / len(top)
        total[rater] += 1
    found = aggregate(made, method="wawa")
    np.testing.assert_allclose(found.reliability, agreed / total)
    weighed = np.zeros((50, 4))
    for item, rater, label in zip(made.item, made.rater, made.values.argmax(1), strict=True):
        weighed[item, label] += agreed[rater] / total[rater]
    np.testing.assert_allclose(found.probabilities, weighed / weighed.sum(1, keepdims=True))


def test_what_aggregation_refuses() -> None:
    with pytest.raises(InputError, match=r"2 votes are anonymous.*method='votes'"):
        aggregate(from_counts(["t"], [[1, 1]], labels=["joy", "fear"]))
    with pytest.raises(UnknownNameError, match="Did you mean 'dawid-skene'"):
        aggregate(from_votes(["t"], ["a"], ["joy"]), method="david-skene")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="numbers, not votes"):
        aggregate(from_values(["t"], ["a"], [[1.0]], columns=["x"]))
    one = aggregate(from_votes(["t", "u"], ["a", "a"], ["joy", "joy"], space="ekman"))
    assert one.probabilities[:, 3].tolist() == [1, 1]


def test_without_crowd_kit_the_error_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['crowdkit'] = None\n"
        "from affekt.ratings import Ratings\nfrom affekt.ratings.aggregation import aggregate\n"
        "votes = Ratings.from_votes(['t', 't'], ['a', 'b'], ['joy', 'fear'])\n"
        "print(aggregate(votes, method='mace').probabilities.shape)\n"
        "try:\n    aggregate(votes)\nexcept ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "(1, 2)",
        "dawid-skene needs crowd-kit. Install it with: pip install 'affekt[ratings]'",
    ]


votes_of_four = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)),
    min_size=1,
    max_size=24,
    unique_by=lambda one: one[:2],
)


@given(votes_of_four)
def test_confusions_against_a_loop(votes: list[tuple[int, int, int]]) -> None:
    names = ("joy", "fear", "awe")
    made = Ratings(
        *(tuple("tuvw"), ("ann", "ben", "cleo"), names, "exclusive"),
        *(np.array([one[0] for one in votes]), np.array([one[1] for one in votes])),  # type: ignore[arg-type]
        np.eye(3, dtype=np.float32)[[one[2] for one in votes]],
    )
    expected = np.zeros((3, 3, 3))
    for item, rater, label in votes:
        others = [said for where, who, said in votes if where == item and who != rater]
        for said in others:
            expected[rater, said, label] += 1 / len(others)
    total = expected.sum(2, keepdims=True)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(rater_confusions(made), expected / total)


def test_confusions_show_what_a_rater_confuses() -> None:
    matrices = np.stack([np.eye(4)] * 4)
    matrices[3, 1] = [0, 0, 0, 1]
    made = simulate_votes(np.arange(400) % 4, matrices, labels=LABELS)
    found = rater_confusions(made.ratings)
    assert found[3, 1].tolist() == [0, 0, 0, 1]
    assert found[0, 0, 0] == 1
    assert plurality(made.ratings).labels.argmax(1).tolist() == made.truth.tolist()


def test_the_use_of_a_scale_is_recovered() -> None:
    panel = simulate_numbers(
        np.random.default_rng(0).uniform(30, 70, 300),
        shift=[0, 5, -5, 0],
        stretch=[1, 1, 1, 0.5],
        noise=[1, 1, 1, 1],
        scale=(0, 100),
        levels=False,
    )
    use = scale_use(panel.ratings, "rating")
    assert use.shared.tolist() == [300] * 4
    assert use.shift[1] - use.shift[2] == pytest.approx(10 * 4 / 3, abs=0.5)
    assert use.spread.argmin() == 3
    assert use.spread[3] == pytest.approx(0.5, abs=0.1)
    assert (use.correlation > 0.95).all()


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 5)),
        min_size=1,
        max_size=20,
        unique_by=lambda o: o[:2],
    )
)
def test_shift_against_a_loop(said: list[tuple[int, int, int]]) -> None:
    made = from_values(
        [f"t{item}" for item, _, _ in said],
        ["abc"[rater] for _, rater, _ in said],
        [[value] for *_, value in said],
        columns=["x"],
    )
    use = scale_use(made, "x")
    for place, name in enumerate(made.raters):
        gaps = []
        for item, rater, value in said:
            others = [other for where, who, other in said if where == item and who != rater]
            if "abc"[rater] == name and others:
                gaps.append(value - np.mean(others))
        assert use.shared[place] == len(gaps)
        assert use.shift[place] == pytest.approx(np.mean(gaps) if gaps else np.nan, nan_ok=True)


def test_one_rater_alone_says_nothing_about_reliability() -> None:
    alone = from_votes(["t", "u"], ["a", "a"], ["joy", "fear"])
    assert np.isnan(rater_confusions(alone)).all()
    numbers = from_values(["t", "u"], ["a", "a"], [[1], [2]], columns=["x"])
    use = scale_use(numbers, "x")
    assert use.shared.tolist() == [0]
    assert np.isnan(use.shift).all()
    with pytest.raises(InputError, match="votes, which have no scale"):
        scale_use(alone, "joy")
    with pytest.raises(InputError, match="exclusive labels"):
        rater_confusions(numbers)


def test_what_simulations_refuse() -> None:
    with pytest.raises(InputError, match="add up to one"):
        simulate_votes([0], [[[0.5, 0.4], [0, 1]]], labels="ab")
    with pytest.raises(InputError, match="truth must hold"):
        simulate_votes([2], [np.eye(2)], labels="ab")
    with pytest.raises(InputError, match="votes_per_item"):
        simulate_votes([0], [np.eye(2)], labels="ab", votes_per_item=2)
    with pytest.raises(InputError, match="share of the raters"):
        simulate_votes([0], [np.eye(2)], labels="ab", spammers=2)
    with pytest.raises(InputError, match="on the scale"):
        simulate_numbers([99.0], shift=[0.0])
    with pytest.raises(InputError, match="noise"):
        noisy_judge({}, noise=-1)
    with pytest.raises(InputError, match="Two labels"):
        confusion_matrices(1, 2)
