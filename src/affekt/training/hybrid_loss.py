"""One loss for imbalanced, correlated labels: class weights, the labels' correlations, and contrast between items."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.nn import functional as F

from affekt.errors import InputError

TERMS = ("weighting", "correlation", "contrastive")


@dataclass(frozen=True, slots=True)
class HybridTerms:
    """How much each term counts; 0 leaves it out, and all three at 0 leave binary cross-entropy.

    `weighting` in [0, 1] is the exponent of the positive weights (negatives / positives) ** weighting; `correlation`
    and `contrastive` multiply their terms; `temperature` divides the cosines of the contrastive one.
    """

    weighting: float = 0.5
    correlation: float = 1.0
    contrastive: float = 0.3
    temperature: float = 0.2

    def __post_init__(self) -> None:
        if not 0 <= self.weighting <= 1 or min(self.correlation, self.contrastive) < 0 or self.temperature <= 0:
            raise InputError(
                "Hybrid terms are: weighting in [0, 1], correlation and contrastive at least 0, temperature above 0; "
                f"got {self.weighting}, {self.correlation}, {self.contrastive} and {self.temperature}."
            )

    def without(self, term: str) -> HybridTerms:
        """Return the same with one term left out, for an ablation. Raises `InputError` for no such term."""
        if term not in TERMS:
            raise InputError(f"No term {term!r} in the hybrid loss. It has: {', '.join(TERMS)}.")
        return replace(self, **{term: 0.0})


class HybridLoss:
    """The loss of (logits, states, targets), with weights and correlations taken from the labels to learn from.

    L = weighted binary cross-entropy + `correlation` · residuals under the label correlations + `contrastive` ·
    contrast of the states. What the three terms are is Aslam et al. 2024, "Improving Arabic Multi-Label Emotion
    Classification using Stacked Embeddings and Hybrid Loss Function"; how each is written here is ours (their
    equations were not at hand): see the functions below.
    """

    def __init__(self, truth: ArrayLike, terms: HybridTerms = HybridTerms()) -> None:
        """truth: 0/1 (item, label), what is learned from. Raises `InputError` where that is no table of labels."""
        labels = np.asarray(truth, np.float64)
        if labels.ndim != 2 or 0 in labels.shape:
            raise InputError(f"Labels to weigh by are (item, label), got the shape {labels.shape}.")
        self.terms = terms
        self.weights = torch.as_tensor(positive_weights(labels, terms.weighting), dtype=torch.float32)
        self.correlations = torch.as_tensor(label_correlations(labels), dtype=torch.float32)

    def __call__(self, logits: Tensor, states: Tensor, targets: Tensor) -> Tensor:
        """logits, targets: (item, label); states: (item, width), what the head reads. Returns a scalar."""
        parts = self.parts(logits, states, targets)
        return parts["weighting"] + sum(getattr(self.terms, name) * parts[name] for name in TERMS[1:])

    def parts(self, logits: Tensor, states: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return the terms by name, before they are multiplied; those left out are 0."""
        nothing = logits.new_zeros(())
        found = dict.fromkeys(TERMS, nothing)
        found["weighting"] = F.binary_cross_entropy_with_logits(logits, targets, pos_weight=self.weights)
        if self.terms.correlation:
            found["correlation"] = correlated_residuals(logits, targets, self.correlations)
        if self.terms.contrastive:
            found["contrastive"] = label_contrast(states, targets, temperature=self.terms.temperature)
        return found


def positive_weights(truth: ArrayLike, exponent: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how much the presence of each label counts against its absence, (label,): (absent / present) ** exponent.

    truth: 0/1 (item, label). At exponent 1 both halves of a label weigh alike however rare it is, at 0 every cell
    does. A label that nobody or everybody has gets 1: nothing can be learned of it. King and Zeng 2001, "Logistic
    Regression in Rare Events Data".

    >>> positive_weights([[1, 0], [0, 0], [0, 0], [0, 0]]).tolist()
    [3.0, 1.0]
    """
    labels = np.asarray(truth, np.float64)
    present = labels.sum(0)
    absent = len(labels) - present
    usable = (present > 0) & (absent > 0)
    odds = np.divide(absent, present, out=np.ones_like(present), where=usable)
    weights: np.ndarray[tuple[int], np.dtype[np.float64]] = odds**exponent
    return weights


def label_correlations(truth: ArrayLike) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the correlation (phi) of each pair of labels over the items, (label, label) in [-1, 1], 1 on the diagonal.

    A label without variance is correlated with none. Positive semi-definite.

    >>> label_correlations([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]]).round(3).tolist()
    [[1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]
    """
    labels = np.asarray(truth, np.float64)
    centred = labels - labels.mean(0)
    spread = np.sqrt(np.square(centred).sum(0))
    unit = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    found: np.ndarray[tuple[int, int], np.dtype[np.float64]] = unit.T @ unit
    np.fill_diagonal(found, 1.0)
    return found


def correlated_residuals(logits: Tensor, targets: Tensor, correlations: Tensor) -> Tensor:
    r"""Return the mean over items of eᵀ C e / labels, e the probabilities less the targets.

    Two labels that exclude each other (C < 0) cost more where one is answered for the other, as the residuals then
    have opposite signs; two that go together cost more where both are missed. C is a correlation matrix, so this is
    at least 0, and 0 where every probability is right: it never pulls away from the truth. logits, targets:
    (item, label); correlations: (label, label).

    >>> swapped = torch.tensor([[4.0, -4.0]]), torch.tensor([[0.0, 1.0]])
    >>> apart = correlated_residuals(*swapped, torch.tensor([[1.0, -0.9], [-0.9, 1.0]]))
    >>> together = correlated_residuals(*swapped, torch.tensor([[1.0, 0.9], [0.9, 1.0]]))
    >>> bool(apart > 10 * together)
    True
    """
    residuals = torch.sigmoid(logits) - targets
    return torch.einsum("ik,kl,il->i", residuals, correlations.to(residuals.dtype), residuals).mean() / logits.shape[1]


def label_contrast(states: Tensor, targets: Tensor, *, temperature: float = 0.2) -> Tensor:
    r"""Return how far items with labels in common are from being each other's neighbours, in nats, at least 0.

    .. math:: -\frac{1}{n} \sum_i \sum_{j \ne i} \frac{J_{ij}}{\sum_k J_{ik}}
              \ln \frac{\exp(\cos_{ij} / \tau)}{\sum_{k \ne i} \exp(\cos_{ik} / \tau)}

    J is the Jaccard index of two items' labels; two without any label count as alike. states: (item, width); targets:
    0/1 (item, label). Items that share a label with none are left out; 0 where no two do. Supervised contrast of
    Khosla et al. 2020, weighted as in Lin et al. 2023, "An Effective Deployment of Contrastive Learning in
    Multi-label Text Classification".

    >>> states = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> near = label_contrast(states, torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]]))
    >>> far = label_contrast(states, torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]]))
    >>> bool(near < 0.1 < far)
    True
    """
    if temperature <= 0:
        raise InputError(f"The temperature of a contrast is above 0, got {temperature}.")
    unit = F.normalize(states, dim=1)
    cosines = unit @ unit.T / temperature
    itself = torch.eye(len(states), dtype=torch.bool, device=states.device)
    # Minus infinity times a weight of zero would be no number.
    logs = torch.log_softmax(cosines.masked_fill(itself, torch.finfo(cosines.dtype).min), 1).masked_fill(itself, 0)
    shared = targets @ targets.T
    size = targets.sum(1)
    union = size[:, None] + size[None, :] - shared
    alike = torch.where(union > 0, shared / union.clamp_min(1), torch.ones_like(union)).masked_fill(itself, 0)
    mass = alike.sum(1)
    kept = mass > 0
    if not bool(kept.any()):
        return cosines.sum() * 0
    return -((alike * logs).sum(1)[kept] / mass[kept]).mean()
