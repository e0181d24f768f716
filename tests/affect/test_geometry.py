"""Gaussians per emotion: the relabeller's promises, against a reference written from the formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.affect.fusing import bhattacharyya_distances, fuse_labels, merge_labels
from affekt.affect.geometry import (
    EmotionGaussians,
    felt_states,
    fit_gaussians,
    gaussians_of,
    label_probabilities,
    log_likelihoods,
    point_of,
    pool,
    vad_of_mixture,
)
from affekt.affect.spaces import SPACES
from affekt.affect.vad import vad_of
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.types import VAD, LabelSpace

EMOTIONS = [name for name, space in SPACES.items() if space.kind in {"exclusive", "multi-label"}]
THREE = LabelSpace("three", ("a", "b", "c"), "exclusive", "us")
POINTS = arrays(np.float64, (5, 3), elements=st.floats(-1, 1))
SEEDS = st.integers(0, 2**32 - 1)


def some_gaussians(seed: int) -> EmotionGaussians:
    """Any three Gaussians with full covariances, distinct means."""
    rng = np.random.default_rng(seed)
    roots = rng.normal(size=(3, 3, 3)) * 0.4
    covariances = roots @ roots.swapaxes(1, 2) + 0.02 * np.eye(3)
    return EmotionGaussians(THREE, rng.uniform(-1, 1, (3, 3)), covariances, "drawn")


def reference(x, gaussians: EmotionGaussians, added, priors, temperature: float) -> list[float]:
    """Bayes' rule with the textbook density, label by label."""
    scores = []
    for mean, covariance, prior in zip(gaussians.means, gaussians.covariances, priors, strict=True):
        wide = covariance + added
        away = x - mean
        exponent = -0.5 * away @ np.linalg.inv(wide) @ away
        density = math.exp(exponent) / math.sqrt((2 * math.pi) ** 3 * np.linalg.det(wide))
        scores.append(prior * density ** (1 / temperature))
    return [score / sum(scores) for score in scores]


@given(SEEDS, POINTS, st.floats(0.5, 3))
@settings(max_examples=50)
def test_probabilities_are_bayes_rule(seed: int, points, temperature: float) -> None:
    gaussians = some_gaussians(seed)
    spread, priors = np.array([0.1, 0.2, 0.3]), np.array([0.2, 0.3, 0.5])
    found = label_probabilities(points, gaussians, spread=spread, priors=priors, temperature=temperature)
    for row, x in zip(found, points, strict=True):
        assert row == pytest.approx(reference(x, gaussians, np.diag(spread**2), priors, temperature), abs=1e-9)


@given(arrays(np.float64, (4, 3), elements=st.floats(-1e6, 1e6)), st.sampled_from(EMOTIONS), st.floats(0.01, 100))
@settings(max_examples=60)
def test_probabilities_add_up_to_one_however_far_the_point(points, space: str, temperature: float) -> None:
    for gaussians in (space, gaussians_of(space, pooling=1.0)):
        shares = label_probabilities(points, gaussians, temperature=temperature)
        assert shares.shape == (4, len(SPACES[space]))
        assert shares.sum(-1) == pytest.approx(np.ones(4))
        assert ((shares >= 0) & (shares <= 1)).all()


@pytest.mark.parametrize("space", EMOTIONS)
def test_every_class_is_on_top_at_its_own_mean_with_equal_covariances(space: str) -> None:
    gaussians = gaussians_of(space, pooling=1.0)
    shares = label_probabilities(gaussians.means, gaussians)
    # Labels that take their place from the same words share it, and the top with it.
    own = np.diagonal(shares)
    assert own == pytest.approx(shares.max(1))
    alone = (np.abs(gaussians.means[:, None] - gaussians.means[None]).sum(-1) < 1e-12).sum(1) == 1
    assert (shares.argmax(1) == np.arange(len(own)))[alone].all()


@given(SEEDS)
def test_any_table_has_every_class_on_top_at_its_own_mean_with_equal_covariances(seed: int) -> None:
    gaussians = pool(some_gaussians(seed))
    assert label_probabilities(gaussians.means, gaussians).argmax(1).tolist() == [0, 1, 2]


@given(SEEDS, POINTS)
def test_moving_and_turning_everything_changes_nothing(seed: int, points) -> None:
    gaussians = some_gaussians(seed)
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    shift = rng.normal(size=3)
    moved = EmotionGaussians(
        THREE, gaussians.means @ turn.T + shift, turn @ gaussians.covariances @ turn.T, gaussians.source
    )
    assert label_probabilities(points @ turn.T + shift, moved) == pytest.approx(
        label_probabilities(points, gaussians), abs=1e-7
    )


@given(SEEDS, POINTS, st.permutations(range(3)))
def test_reordering_the_labels_reorders_the_answer(seed: int, points, order) -> None:
    gaussians = some_gaussians(seed)
    other = EmotionGaussians(THREE, gaussians.means[order], gaussians.covariances[order], "drawn")
    assert label_probabilities(points, other) == pytest.approx(label_probabilities(points, gaussians)[:, order])


@given(SEEDS, POINTS)
def test_an_unsure_point_is_between_its_own_answer_and_the_priors(seed: int, points) -> None:
    gaussians = some_gaussians(seed)
    sure = label_probabilities(points, gaussians)
    assert label_probabilities(points, gaussians, spread=np.zeros(3)) == pytest.approx(sure)
    # Nothing known of the point: every label is as likely as before it was seen.
    lost = label_probabilities(points, gaussians, spread=np.full(3, 1e6), priors=[1, 2, 5])
    assert lost == pytest.approx(np.tile([1 / 8, 2 / 8, 5 / 8], (5, 1)), abs=1e-6)


def test_the_spread_of_a_point_is_integrated_over() -> None:
    gaussians, x, sd = some_gaussians(3), np.array([0.2, -0.1, 0.4]), np.array([0.3, 0.2, 0.1])
    drawn = x + np.random.default_rng(0).normal(size=(200_000, 3)) * sd
    mean_density = np.exp(log_likelihoods(drawn, gaussians)).mean(0)
    assert np.exp(log_likelihoods(x, gaussians, spread=sd)) == pytest.approx(mean_density, rel=0.02)
    assert log_likelihoods(x, gaussians, spread=np.diag(sd**2)) == pytest.approx(
        log_likelihoods(x, gaussians, spread=sd)
    )


def test_a_vad_brings_its_spread() -> None:
    gaussians = gaussians_of("ekman")
    sure, unsure = VAD(0.6, 0.5, 0.3), VAD(0.6, 0.5, 0.3, 0.4, 0.4, 0.4)
    assert label_probabilities(unsure, gaussians) == pytest.approx(
        label_probabilities([0.6, 0.5, 0.3], gaussians, spread=[0.4] * 3)
    )
    assert label_probabilities(sure, gaussians).max() > label_probabilities(unsure, gaussians).max()


@given(SEEDS)
def test_an_unknown_coordinate_is_left_out(seed: int) -> None:
    gaussians = some_gaussians(seed)
    x = np.array([0.3, -0.2, np.nan])
    densities = []
    for mean, covariance in zip(gaussians.means[:, :2], gaussians.covariances[:, :2, :2], strict=True):
        away = x[:2] - mean
        densities.append(
            -0.5 * away @ np.linalg.solve(covariance, away)
            - math.log(2 * math.pi * math.sqrt(np.linalg.det(covariance)))
        )
    assert log_likelihoods(x, gaussians) == pytest.approx(densities)


def test_points_with_and_without_nan_side_by_side() -> None:
    points = np.array([[0.1, 0.2, 0.3], [np.nan] * 3, [0.1, np.nan, 0.3], [0.1, 0.2, 0.3]])
    shares = label_probabilities(points, "ekman", spread=np.full((4, 3), 0.1))
    assert np.isnan(shares[1]).all()
    assert shares[[0, 2, 3]].sum(-1) == pytest.approx(np.ones(3))
    assert shares[0] == pytest.approx(shares[3])
    assert label_probabilities(np.zeros((2, 3, 3)), "ekman").shape == (2, 3, 6)
    assert label_probabilities(np.zeros((0, 3)), "ekman").shape == (0, 6)


def test_three_points_take_deviations_or_covariances() -> None:
    points, gaussians = np.zeros((3, 3)), gaussians_of("ekman")
    deviations = np.array([[0.1, 0.2, 0.3]] * 3)
    covariances = np.array([np.diag(row**2) for row in deviations])
    assert label_probabilities(points, gaussians, spread=deviations) == pytest.approx(
        label_probabilities(points, gaussians, spread=covariances)
    )


@given(SEEDS, st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda p: sum(p) > 1e-3))
@settings(max_examples=60)
def test_the_way_back_is_the_mixtures_mean_and_covariance(seed: int, shares: list[float]) -> None:
    gaussians = some_gaussians(seed)
    p = np.array(shares) / sum(shares)
    point = point_of(p, gaussians)
    # E[xx'] - E[x]E[x]', the other way to write it.
    second = sum(
        weight * (covariance + np.outer(mean, mean))
        for weight, mean, covariance in zip(p, gaussians.means, gaussians.covariances, strict=True)
    )
    assert point.mean == pytest.approx(p @ gaussians.means)
    assert point.covariance == pytest.approx(second - np.outer(point.mean, point.mean), abs=1e-9)
    assert np.linalg.eigvalsh(point.covariance)[0] > 0
    assert point.covariance == pytest.approx(point.covariance.T)
    # The mean lies within the labels' means, and a mixture is at least as wide as its parts on average.
    assert (point.mean <= gaussians.means.max(0) + 1e-9).all()
    within = np.einsum("k,kde->de", p, gaussians.covariances)
    assert np.linalg.eigvalsh(point.covariance - within)[0] > -1e-9


@pytest.mark.parametrize("space", EMOTIONS)
def test_one_label_there_and_back(space: str) -> None:
    gaussians = gaussians_of(space)
    mean, covariance = point_of(np.eye(len(gaussians.space)), gaussians)
    assert mean == pytest.approx(gaussians.means)
    assert covariance == pytest.approx(gaussians.covariances)


def test_mixtures_by_name() -> None:
    gaussians = gaussians_of("ekman")
    vad = vad_of_mixture({"joy": 3, "surprise": 1}, gaussians)
    joy, surprise = gaussians["joy"], gaussians["surprise"]
    assert vad.arousal == pytest.approx(0.75 * joy.arousal + 0.25 * surprise.arousal)
    assert vad_of_mixture({"joy": 1}, "ekman").valence_sd == pytest.approx(joy.valence_sd)
    with pytest.raises(UnknownNameError, match="Did you mean 'joy'"):
        vad_of_mixture({"joi": 1}, "ekman")
    with pytest.raises(InputError, match="not all 0"):
        vad_of_mixture({"joy": 0}, "ekman")


def test_rows_that_are_no_distribution() -> None:
    with pytest.raises(InputError, match="add up to 1"):
        point_of([0.5, 0.5, 0.5, 0, 0, 0], "ekman")
    with pytest.raises(InputError, match="shape"):
        point_of([0.5, 0.5], "ekman")
    mean, covariance = point_of([np.nan] * 6, "ekman")
    assert np.isnan(mean).all()
    assert np.isnan(covariance).all()


@given(SEEDS, st.floats(0, 1))
def test_pooling(seed: int, amount: float) -> None:
    gaussians = some_gaussians(seed)
    pooled = pool(gaussians, amount)
    assert pooled.covariances.mean(0) == pytest.approx(gaussians.covariances.mean(0))
    assert pool(gaussians, 0.0).covariances == pytest.approx(gaussians.covariances)
    equal = pool(gaussians, 1.0).covariances
    assert equal == pytest.approx(np.broadcast_to(equal[0], equal.shape))


def test_fitting_recovers_what_was_drawn() -> None:
    gaussians = some_gaussians(5)
    rng = np.random.default_rng(1)
    drawn = np.concatenate(
        [rng.multivariate_normal(m, c, 20_000) for m, c in zip(gaussians.means, gaussians.covariances, strict=True)]
    )
    shares = np.repeat(np.eye(3), 20_000, axis=0)
    fitted = fit_gaussians(drawn, shares, THREE, pooling=0.0, ridge=0.0)
    assert fitted.means == pytest.approx(gaussians.means, abs=0.02)
    assert fitted.covariances == pytest.approx(gaussians.covariances, abs=0.02)


def test_fitting_with_votes() -> None:
    points = np.array([[1.0, 0, 0], [-1, 0, 0]])
    fitted = fit_gaussians(points, [[0.75, 0.25, 1], [0.25, 0.75, 1]], THREE, pooling=0.0)
    assert fitted.means[:, 0] == pytest.approx([0.5, -0.5, 0])
    assert fitted.covariances[0, 0, 0] == pytest.approx(1 - 0.25 + 1e-4)
    with pytest.raises(InputError, match="No item is labelled 'b'"):
        fit_gaussians(points, [[1, 0, 1], [1, 0, 1]], THREE)
    with pytest.raises(InputError, match="finite"):
        fit_gaussians([[np.nan, 0, 0], [0, 0, 0]], np.ones((2, 3)), THREE)
    with pytest.raises(InputError, match="positive definite"):
        fit_gaussians(points, np.ones((2, 3)), THREE, ridge=0.0)


@pytest.mark.parametrize(
    ("covariance", "complaint"),
    [
        (np.diag([1.0, 1, 0]), "positive definite"),
        (np.diag([1.0, 1, -1]), "positive definite"),
        (np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1.0]]), "symmetric"),
        (np.full((3, 3), np.nan), "finite"),
    ],
)
def test_covariances_that_are_none(covariance, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        EmotionGaussians(LabelSpace("one", ("a",), "exclusive", "us"), np.zeros((1, 3)), covariance[None], "us")


def test_arguments_that_are_none() -> None:
    with pytest.raises(InputError, match="means must be"):
        EmotionGaussians(THREE, np.zeros((2, 3)), np.zeros((2, 3, 3)), "us")
    with pytest.raises(InputError, match="NaN"):
        EmotionGaussians(THREE, np.full((3, 3), np.nan), np.tile(np.eye(3), (3, 1, 1)), "us")
    with pytest.raises(InputError, match="shape"):
        label_probabilities([0.1, 0.2], "ekman")
    with pytest.raises(InputError, match="infinite"):
        label_probabilities([np.inf, 0, 0], "ekman")
    with pytest.raises(InputError, match="positive number, got 0"):
        label_probabilities([0, 0, 0], "ekman", temperature=0)
    with pytest.raises(InputError, match="6 positive numbers"):
        label_probabilities([0, 0, 0], "ekman", priors=[1, 2])
    with pytest.raises(InputError, match="6 positive numbers"):
        label_probabilities([0, 0, 0], "ekman", priors=[1, 2, 3, 4, 5, 0])
    with pytest.raises(InputError, match="not negative"):
        label_probabilities([0, 0, 0], "ekman", spread=[-1, 0, 0])
    with pytest.raises(InputError, match="spread"):
        label_probabilities([0, 0, 0], "ekman", spread=[1, 2])
    with pytest.raises(InputError, match="negative eigenvalue"):
        label_probabilities([0, 0, 0], "ekman", spread=-np.eye(3))
    with pytest.raises(InputError, match="pooling"):
        gaussians_of("ekman", pooling=2)
    with pytest.raises(InputError, match="glasgow"):
        gaussians_of("ekman", table="anew")  # type: ignore[arg-type]


@pytest.mark.parametrize("space", [name for name in SPACES if name not in EMOTIONS])
def test_what_is_no_emotion_has_no_gaussians(space: str) -> None:
    with pytest.raises(ConversionError, match="no emotions"):
        gaussians_of(space)


def test_the_table_is_the_norms() -> None:
    gaussians = gaussians_of("goemotions")
    for place in vad_of("goemotions"):
        found = gaussians[place.label]
        assert (found.valence, found.dominance) == (place.vad.valence, place.vad.dominance)
        assert found.arousal_sd == pytest.approx(place.vad.arousal_sd)


def test_the_study_of_felt_states() -> None:
    states = felt_states()
    assert states["anger"] == VAD(-0.51, 0.59, 0.25, 0.20, 0.33, 0.39)
    assert states["happiness"] == VAD(0.81, 0.51, 0.46, 0.21, 0.26, 0.38)
    assert states["joy"] == VAD(0.76, 0.48, 0.35, 0.22, 0.26, 0.31)
    assert states["fear"] == VAD(-0.64, 0.60, -0.43, 0.20, 0.32, 0.30)
    assert states["sadness"] == VAD(-0.63, -0.27, -0.33, 0.23, 0.34, 0.22)
    for vad in states.values():
        assert all(-1 <= value <= 1 for value in (vad.valence, vad.arousal, vad.dominance))
        assert vad.valence_sd is not None
        assert 0 < vad.valence_sd < 1
    assert gaussians_of("ekman", table="russell-mehrabian").source.startswith("Russell & Mehrabian (1977)")
    with pytest.raises(UnknownNameError, match="neutral_sd"):
        gaussians_of("ekman-neutral", table="russell-mehrabian")
    with_neutral = gaussians_of("ekman-neutral", table="russell-mehrabian", neutral_sd=0.1)
    assert with_neutral["neutral"] == VAD(0, 0, 0, 0.1, 0.1, 0.1)
    with pytest.raises(UnknownNameError, match="no row for 'trust'"):
        gaussians_of("plutchik", table="russell-mehrabian")


@given(SEEDS)
@settings(max_examples=40)
def test_bhattacharyya_distances(seed: int) -> None:
    gaussians = some_gaussians(seed)
    distances = bhattacharyya_distances(gaussians)
    for i in range(3):
        for j in range(3):
            middle = (gaussians.covariances[i] + gaussians.covariances[j]) / 2
            away = gaussians.means[i] - gaussians.means[j]
            root = math.sqrt(np.linalg.det(gaussians.covariances[i]) * np.linalg.det(gaussians.covariances[j]))
            expected = away @ np.linalg.inv(middle) @ away / 8 + math.log(np.linalg.det(middle) / root) / 2
            assert distances[i, j] == pytest.approx(expected, abs=1e-8)
    assert (np.diagonal(distances) == 0).all()


def test_merging_keeps_the_moments_of_the_mixture() -> None:
    gaussians = some_gaussians(9)
    merged = merge_labels(gaussians, {"ab": ["a", "b"], "c": ["c"]}, weights=[3, 1, 7])
    mean, covariance = point_of([0.75, 0.25, 0], gaussians)
    assert merged.space.labels == ("ab", "c")
    assert merged.means[0] == pytest.approx(mean)
    assert merged.covariances[0] == pytest.approx(covariance)
    assert merged.covariances[1] == pytest.approx(gaussians.covariances[2])
    with pytest.raises(InputError, match="empty"):
        merge_labels(gaussians, {"none": []})
    with pytest.raises(UnknownNameError):
        merge_labels(gaussians, {"ab": ["a", "z"]})
    with pytest.raises(InputError, match="positive"):
        merge_labels(gaussians, {"ab": ["a"]}, weights=[1, 1, 0])


def test_fusing_joins_what_is_near() -> None:
    means = np.array([[0.0, 0, 0], [0.1, 0, 0], [0.9, 0.9, 0.9], [0.85, 0.9, 0.9]])
    space = LabelSpace("four", ("a", "b", "c", "d"), "exclusive", "us")
    gaussians = EmotionGaussians(space, means, np.tile(0.04 * np.eye(3), (4, 1, 1)), "us")
    assert fuse_labels(gaussians, 4).space.labels == space.labels
    assert fuse_labels(gaussians, 3).space.labels == ("a", "b", "c + d")
    fused = fuse_labels(gaussians, 2)
    assert fused.space.labels == ("a + b", "c + d")
    assert fused.means[0] == pytest.approx([0.05, 0, 0])
    assert len(fuse_labels(gaussians, 1).space) == 1
    with pytest.raises(InputError, match="from 1 to 4, got 5"):
        fuse_labels(gaussians, 5)


def test_fusing_is_complete_linkage() -> None:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    gaussians = gaussians_of("goemotions")
    labels = gaussians.space.labels
    tree = linkage(squareform(bhattacharyya_distances(gaussians)), method="complete")
    for count in (2, 5, 14):
        clusters = fcluster(tree, count, criterion="maxclust")
        theirs = {frozenset(np.array(labels)[clusters == c].tolist()) for c in set(clusters.tolist())}
        ours = {frozenset(name.split(" + ")) for name in fuse_labels(gaussians, count).space.labels}
        assert ours == theirs
