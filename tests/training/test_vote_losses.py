"""Losses from votes against their formulas, written out with NumPy, and what a demanding reader would try to break."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from affekt.errors import InputError
from affekt.metrics.distribution import cross_entropy, kl_divergence
from affekt.training.losses import soft_binary_cross_entropy
from affekt.training.opinion import (
    calibrated_disagreement,
    expected_disagreement,
    fit_disagreement,
    fit_temperature,
    fit_vector_scale,
    observed_disagreement,
    softmax,
)
from affekt.training.votes import (
    ordinal_targets,
    pair_penalty,
    penalized_loss,
    vote_cross_entropy,
    vote_kl,
    vote_likelihood,
    yes_likelihood,
)

LOGITS = arrays(np.float64, (5, 3), elements=st.floats(-6, 6))
COUNTS = arrays(np.int64, (5, 3), elements=st.integers(0, 4)).filter(lambda counts: (counts.sum(1) > 0).all())


@given(LOGITS, COUNTS)
def test_soft_losses_are_the_metrics(logits, counts):
    shares = counts / counts.sum(1, keepdims=True)
    said = softmax(logits)
    z, t = torch.tensor(logits), torch.tensor(shares)
    assert vote_cross_entropy(z, t).item() == pytest.approx(cross_entropy(shares, said), abs=1e-9)
    assert vote_kl(z, t).item() == pytest.approx(kl_divergence(shares, said), abs=1e-9)
    order = np.random.default_rng(0).permutation(5)
    assert vote_kl(z[order], t[order]).item() == pytest.approx(vote_kl(z, t).item(), abs=1e-9)


def test_kl_is_zero_at_the_votes_and_has_the_gradient_of_cross_entropy():
    shares = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], dtype=torch.float64)
    assert vote_kl(shares.log(), shares).item() == pytest.approx(0, abs=1e-12)
    logits = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    slopes = [torch.autograd.grad(loss(logits, shares), logits)[0] for loss in (vote_kl, vote_cross_entropy)]
    torch.testing.assert_close(*slopes)


def test_weights_count_items():
    logits, shares = torch.randn(2, 3), torch.eye(3)[:2]
    doubled = vote_cross_entropy(logits[[0, 0, 1]], shares[[0, 0, 1]])
    assert vote_cross_entropy(logits, shares, weight=torch.tensor([2.0, 1.0])).item() == pytest.approx(doubled.item())
    weighted = vote_kl(logits, shares, weight=torch.tensor([2.0, 1.0])).item()
    assert weighted == pytest.approx(vote_kl(logits[[0, 0, 1]], shares[[0, 0, 1]]).item())


@given(LOGITS, COUNTS)
def test_count_likelihood_is_that_of_the_single_votes(logits, counts):
    said = softmax(logits)
    votes = [-np.log(said[i, k]) for i in range(5) for k in range(3) for _ in range(counts[i, k])]
    loss = vote_likelihood(torch.tensor(logits), torch.tensor(counts, dtype=torch.float64)).item()
    assert loss == pytest.approx(np.mean(votes))


@given(LOGITS, COUNTS)
def test_yes_likelihood_is_that_of_the_single_judgements(logits, chosen):
    asked = chosen + 1
    p = 1 / (1 + np.exp(-logits))
    votes = []
    for i in range(5):
        for k in range(3):
            votes += [-np.log(p[i, k])] * chosen[i, k] + [-np.log1p(-p[i, k])] * (asked[i, k] - chosen[i, k])
    arguments = (torch.tensor(array, dtype=torch.float64) for array in (logits, chosen, asked))
    assert yes_likelihood(*arguments).item() == pytest.approx(np.mean(votes), rel=1e-6)


def test_labels_nobody_was_asked_about_say_nothing():
    chosen, asked = torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 0.0]])
    losses = [yes_likelihood(torch.tensor([[0.3, wild]]), chosen, asked).item() for wild in (-50.0, 50.0)]
    assert losses[0] == losses[1]


def test_bad_votes_are_refused():
    with pytest.raises(InputError, match="no vote"):
        vote_likelihood(torch.zeros(1, 2), torch.zeros(1, 2))
    with pytest.raises(InputError, match="more raters than were asked"):
        yes_likelihood(torch.zeros(1, 1), torch.tensor([[2.0]]), torch.tensor([[1.0]]))
    with pytest.raises(InputError, match="nobody was asked"):
        yes_likelihood(torch.zeros(1, 1), torch.zeros(1, 1), torch.zeros(1, 1))
    with pytest.raises(InputError, match="item, label"):
        vote_kl(torch.zeros(1, 2), torch.zeros(1, 3))


@given(st.integers(2, 7), st.floats(0.1, 3))
def test_ordinal_targets_equal_the_authors_formula(count, spread):
    targets = ordinal_targets(torch.arange(count), count, spread=spread).numpy()
    for level, row in enumerate(targets.tolist()):
        weights = [math.exp(-0.5 * (k - level) ** 2 / spread**2) for k in range(count)]
        assert row == pytest.approx([weight / sum(weights) for weight in weights], abs=1e-6)
    np.testing.assert_allclose(targets, targets[::-1, ::-1], rtol=1e-4)
    assert (targets.argmax(1) == np.arange(count)).all()


def test_ordinal_targets_make_a_neighbour_cheaper_than_the_far_end():
    target = ordinal_targets(torch.tensor([1]), 5)
    near, far = (8 * torch.eye(5)[[place]] for place in (2, 4))
    assert vote_cross_entropy(near, target) < vote_cross_entropy(far, target)
    hard = ordinal_targets(torch.tensor([1]), 5, spread=0.05)
    assert vote_cross_entropy(near, hard) == vote_cross_entropy(far, hard)


@pytest.mark.parametrize(("levels", "count", "spread"), [([0], 1, 0.5), ([5], 5, 0.5), ([-1], 5, 0.5), ([0], 5, 0.0)])
def test_ordinal_targets_refuse_what_is_no_level(levels, count, spread):
    with pytest.raises(InputError):
        ordinal_targets(torch.tensor(levels), count, spread=spread)


@given(LOGITS)
def test_pair_penalty_is_the_sum_over_pairs(logits):
    matrix = np.array([[0.7, 0.2, 1.0], [0.4, 0, 0.5], [1.0, 0.5, 0]])
    p = 1 / (1 + np.exp(-logits))
    both = (matrix + matrix.T) / 2
    expected = np.mean([sum(both[j, k] * q[j] * q[k] for j in range(3) for k in range(j + 1, 3)) for q in p])
    assert pair_penalty(torch.tensor(logits), torch.tensor(matrix)).item() == pytest.approx(expected, abs=1e-9)


def test_penalized_loss_without_weight_is_plain_and_with_it_parts_a_pair():
    logits, shares = torch.tensor([[2.0, 2.0]]), torch.ones(1, 2)
    never = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    plain = soft_binary_cross_entropy(logits, shares)
    torch.testing.assert_close(penalized_loss(logits, shares, never, weight=0), plain)
    torch.testing.assert_close(penalized_loss(logits, shares, torch.zeros(2, 2), weight=9), plain)
    start = torch.zeros(1, 2, requires_grad=True)
    half = torch.full((1, 2), 0.5)
    slope = torch.autograd.grad(penalized_loss(start, half, never, weight=1), start)[0]
    assert (slope > 0).all()  # down goes the probability of both


def test_penalty_refuses_a_matrix_that_is_none():
    for matrix in (torch.zeros(3, 3), torch.full((2, 2), torch.nan), torch.full((2, 2), 2.0)):
        with pytest.raises(InputError, match="penalization"):
            pair_penalty(torch.zeros(1, 2), matrix)
    with pytest.raises(InputError, match="weight"):
        penalized_loss(torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(2, 2), weight=-1)


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_temperature_is_found_again(exclusive, temperature):
    logits = np.random.default_rng(0).normal(0, 2, (400, 4))
    truth = softmax(logits / temperature) if exclusive else 1 / (1 + np.exp(-logits / temperature))
    assert fit_temperature(truth, logits, exclusive=exclusive) == pytest.approx(temperature, rel=1e-6)


@given(LOGITS, COUNTS)
def test_temperature_never_makes_the_votes_less_likely(logits, counts):
    shares = counts / counts.sum(1, keepdims=True)
    scaled = logits / fit_temperature(shares, logits)
    assert cross_entropy(shares, softmax(scaled)) <= cross_entropy(shares, softmax(logits)) + 1e-6


def test_logits_that_tell_nothing_get_the_bound():
    assert fit_temperature([[1.0, 0.0], [0.0, 1.0]], [[-3.0, 3.0], [3.0, -3.0]]) == pytest.approx(100)


def test_vector_scale_is_found_again_and_a_ridge_leaves_logits_alone():
    logits = np.random.default_rng(1).normal(0, 1.5, (3000, 3))
    shift = np.array([0.5, -0.2, -0.3])
    truth = softmax(np.array([2.0, 1.0, 0.5]) * logits + shift)
    scaled = fit_vector_scale(truth, logits, ridge=1e-4)
    np.testing.assert_allclose(scaled.scale, [2.0, 1.0, 0.5], atol=0.02)
    np.testing.assert_allclose(scaled.shift - scaled.shift.mean(), shift, atol=0.02)
    stiff = fit_vector_scale(truth, logits, ridge=1e9)
    np.testing.assert_allclose(stiff.scale, 1 / fit_temperature(truth, logits), rtol=1e-3)
    np.testing.assert_allclose(stiff.shift, 0, atol=1e-3)


@given(COUNTS)
def test_observed_disagreement_counts_pairs_of_raters(counts):
    for row, share in zip(counts, observed_disagreement(counts), strict=True):
        votes = [label for label, n in enumerate(row) for _ in range(n)]
        pairs = [a != b for i, a in enumerate(votes) for b in votes[i + 1 :]]
        assert (np.isnan(share) and not pairs) or share == pytest.approx(np.mean(pairs))


def test_observed_disagreement_is_unbiased_for_the_expected_one():
    random = np.random.default_rng(2)
    p = np.array([0.6, 0.3, 0.1])
    counts = random.multinomial(3, p, 20_000)
    assert observed_disagreement(counts).mean() == pytest.approx(expected_disagreement([p])[0], abs=0.01)


def test_disagreement_of_a_model_that_hedges_is_brought_down():
    random = np.random.default_rng(3)
    sharp = random.dirichlet([0.3, 0.3, 0.3], 2000)
    counts = np.array([random.multinomial(3, p) for p in sharp])
    hedged = 0.6 * sharp + 0.4 / 3
    said = calibrated_disagreement(hedged, fit_disagreement(counts, hedged))
    assert said.mean() == pytest.approx(observed_disagreement(counts).mean(), abs=0.01)
    assert expected_disagreement(hedged).mean() > said.mean() + 0.1
    with pytest.raises(InputError, match="two votes"):
        fit_disagreement([[1, 0]], [[0.5, 0.5]])
