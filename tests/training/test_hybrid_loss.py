"""The hybrid loss: each term against its formula, and the whole on imbalanced labels that go together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.metrics.classification import macro_f1
from affekt.metrics.multi_label import jaccard
from affekt.models.arabic_hybrid_loss.net import StackedNet
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.hybrid_loss import (
    TERMS,
    HybridLoss,
    HybridTerms,
    correlated_residuals,
    label_contrast,
    label_correlations,
    positive_weights,
)


def tables(items: int, labels: int) -> st.SearchStrategy[np.ndarray]:
    cells = st.lists(st.integers(0, 1), min_size=items * labels, max_size=items * labels)
    return cells.map(lambda flat: np.array(flat, np.float64).reshape(items, labels))


def looped_contrast(states: np.ndarray, targets: np.ndarray, temperature: float) -> float:
    """Straight from the formula, item by item."""
    unit = states / np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-12)
    found = []
    for i in range(len(unit)):
        others = [j for j in range(len(unit)) if j != i]
        alike = {}
        for j in others:
            union = np.maximum(targets[i], targets[j]).sum()
            alike[j] = np.minimum(targets[i], targets[j]).sum() / union if union else 1.0
        mass = sum(alike.values())
        if not mass:
            continue
        total = math.log(sum(math.exp(unit[i] @ unit[k] / temperature) for k in others))
        found.append(-sum(alike[j] / mass * (unit[i] @ unit[j] / temperature - total) for j in others))
    return float(np.mean(found)) if found else 0.0


@settings(max_examples=40, deadline=None)
@given(tables(6, 3), st.integers(0, 10_000))
def test_contrast_is_the_loop_over_the_formula(targets: np.ndarray, seed: int) -> None:
    states = np.random.default_rng(seed).normal(size=(6, 4))
    ours = label_contrast(torch.as_tensor(states), torch.as_tensor(targets), temperature=0.5)
    assert float(ours) == pytest.approx(looped_contrast(states, targets, 0.5), abs=1e-6)
    assert float(ours) >= 0


def test_contrast_without_anything_in_common_is_nought_and_learnable() -> None:
    states = torch.randn(2, 3, requires_grad=True)
    found = label_contrast(states, torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    found.backward()
    assert float(found.detach()) == 0 and states.grad is not None and bool(torch.isfinite(states.grad).all())


@settings(max_examples=40, deadline=None)
@given(tables(8, 3))
def test_correlations_are_those_of_numpy_and_semi_definite(truth: np.ndarray) -> None:
    found = label_correlations(truth)
    for i in range(3):
        for j in range(3):
            if i != j and truth[:, i].std() and truth[:, j].std():
                assert found[i, j] == pytest.approx(np.corrcoef(truth[:, i], truth[:, j])[0, 1])
    assert np.linalg.eigvalsh(found).min() > -1e-9


@settings(max_examples=40, deadline=None)
@given(tables(8, 3), st.integers(0, 10_000))
def test_correlated_residuals_are_a_quadratic_form_and_nought_at_the_truth(truth: np.ndarray, seed: int) -> None:
    correlations = torch.as_tensor(label_correlations(truth))
    targets = torch.as_tensor(truth)
    logits = torch.as_tensor(np.random.default_rng(seed).normal(size=truth.shape) * 2)
    residuals = (torch.sigmoid(logits) - targets).numpy()
    by_hand = np.mean([e @ correlations.numpy() @ e for e in residuals]) / 3
    assert float(correlated_residuals(logits, targets, correlations)) == pytest.approx(by_hand, abs=1e-9)
    assert by_hand > -1e-9
    assert float(correlated_residuals((targets * 2 - 1) * 50, targets, correlations)) == pytest.approx(0, abs=1e-9)


def test_weights_make_both_halves_of_a_rare_label_alike() -> None:
    truth = np.zeros((10, 2))
    truth[0, 0], truth[:5, 1] = 1, 1
    assert positive_weights(truth).tolist() == [9.0, 1.0]
    assert positive_weights(truth, 0.5).tolist() == [3.0, 1.0]
    assert positive_weights(truth, 0).tolist() == [1.0, 1.0]
    assert positive_weights(np.ones((3, 1))).tolist() == [1.0]


def test_no_term_leaves_binary_cross_entropy() -> None:
    truth = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    logits, states = torch.randn(3, 2), torch.randn(3, 4)
    plain = HybridLoss(truth, HybridTerms(0, 0, 0))
    assert float(plain(logits, states, truth)) == pytest.approx(
        float(F.binary_cross_entropy_with_logits(logits, truth)), abs=1e-6
    )


@pytest.mark.parametrize("term", TERMS)
def test_a_term_that_is_left_out_changes_the_loss_and_counts_nothing(term: str) -> None:
    truth = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    torch.manual_seed(0)
    logits, states = torch.randn(4, 2), torch.randn(4, 4)
    whole = HybridTerms()
    full, less = HybridLoss(truth, whole), HybridLoss(truth, whole.without(term))
    assert getattr(whole.without(term), term) == 0
    assert float(full(logits, states, truth)) != pytest.approx(float(less(logits, states, truth)), abs=1e-4)


def test_terms_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="weighting in"):
        HybridTerms(weighting=2)
    with pytest.raises(InputError, match="No term 'margin'"):
        HybridTerms().without("margin")
    with pytest.raises(InputError, match="got the shape"):
        HybridLoss(np.zeros(3))


def rare_and_together(items: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two views of texts with four labels: common, its rare companion, rare, and one that excludes the first."""
    random = np.random.default_rng(seed)
    common = random.random(items) < 0.5
    companion = common & (random.random(items) < 0.15)
    rare = random.random(items) < 0.07
    other = ~common & (random.random(items) < 0.5)
    truth = np.stack([common, companion, rare, other], 1).astype(np.float32)
    shown = truth @ np.random.default_rng(1).normal(size=(4, 12)).astype(np.float32)
    return (shown + random.normal(size=shown.shape) * 1.6).astype(np.float32), truth


def epochs_in_a_row() -> Iterator[float]:
    """A held-out loss that always falls: the last epoch is kept."""
    return (-float(epoch) for epoch in count())


def trained_on_rare(terms: HybridTerms, seed: int) -> tuple[float, float]:
    """F1 of the two rare labels, and Jaccard, of a small network trained by these terms."""
    train, truth = rare_and_together(400, 0)
    test, wanted = rare_and_together(1000, 7)
    torch.manual_seed(seed)
    body, head = nn.Sequential(nn.Linear(12, 24), nn.Tanh()), nn.Linear(24, 4)
    net, loss = nn.Sequential(body, head), HybridLoss(truth, terms)
    views, targets = torch.from_numpy(train), torch.from_numpy(truth)

    def of_batch(rows: np.ndarray) -> torch.Tensor:
        states = body(views[rows])
        return loss(head(states), states, targets[rows])

    plan = Plan(epochs=10, batch=32, learning_rate=1e-2, patience=10, seed=seed, bfloat16=False)
    fine_tune(net, of_batch, epochs_in_a_row().__next__, lengths=np.ones(len(train), np.int64), plan=plan)
    with torch.no_grad():
        decided = net(torch.from_numpy(test)).numpy() > 0
    return macro_f1(wanted[:, 1:3], decided[:, 1:3]), jaccard(wanted, decided)


@pytest.mark.slow
def test_the_hybrid_loss_raises_rare_labels_and_jaccard_over_cross_entropy() -> None:
    kinds = {"hybrid": HybridTerms(), "plain": HybridTerms(0, 0, 0)}
    scores = {name: np.mean([trained_on_rare(terms, seed) for seed in (0, 1)], 0) for name, terms in kinds.items()}
    assert scores["hybrid"][0] > scores["plain"][0] + 0.02, scores
    assert scores["hybrid"][1] > scores["plain"][1], scores


def test_the_stack_reads_each_view_in_its_place() -> None:
    torch.manual_seed(0)
    net = StackedNet([3, 5], 2, width=8).eval()
    views = torch.randn(4, 8)
    swapped = torch.cat([views[:, :3] + 1, views[:, 3:]], 1)
    with torch.no_grad():
        assert net(views).shape == (4, 2) and net.states(views).shape == (4, 8)
        assert not torch.allclose(net(views), net(swapped))
