"""Heads on frozen features: one answer, one per rater beside the consensus, categories beside dimensions."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.training.votes import vote_cross_entropy, yes_likelihood


class RaterLogits(NamedTuple):
    """What a `MultiRaterHead` answers: consensus (item, label) and raters (item, rater, label)."""

    consensus: Tensor
    raters: Tensor


class JointAnswer(NamedTuple):
    """What a `JointHead` answers: labels (item, label), logits; mean and log_variance (item, dimension)."""

    labels: Tensor
    mean: Tensor
    log_variance: Tensor


def make_head(width: int, outputs: int, *, hidden: int = 0, dropout: float = 0.0) -> nn.Sequential:
    """Return a linear head, or with `hidden` units one rectified layer before it.

    (item, width) to (item, outputs). Dropout falls on what the last layer reads. The last layer
    starts at zero, so that the first answer is the same for every item and every seed. Raises
    `InputError` for sizes below 1 or a dropout outside [0, 1).

    >>> import torch
    >>> make_head(4, 3, hidden=8)(torch.ones(2, 4)).shape
    torch.Size([2, 3])
    """
    trunk, size = _trunk(width, hidden, dropout)
    return nn.Sequential(*trunk, _zeroed(size, outputs))


class MultiRaterHead(nn.Module):
    """Every rater's own answer and the consensus, from one shared layer.

    width, labels, raters: sizes; `hidden` units are shared by all. The paper trains one model per
    rater jointly with the consensus; sharing all but the last layer is the form that a rater with few
    votes can bear. Chou and Lee 2019, "Every Rating Matters: Joint Learning of Subjective Labels and
    Individual Annotators for Speech Emotion Classification"; Davani, Diaz and Prabhakaran 2022,
    "Dealing with Disagreements: Looking Beyond the Majority Vote in Subjective Annotations".
    """

    def __init__(self, width: int, labels: int, raters: int, *, hidden: int = 64, dropout: float = 0.0) -> None:
        super().__init__()
        if raters < 1:
            raise InputError(f"A head per rater needs at least one rater, got {raters}.")
        trunk, size = _trunk(width, hidden, dropout)
        self.trunk = nn.Sequential(*trunk)
        self.consensus = _zeroed(size, labels)
        # A rater is what he adds to the consensus: one without votes in a batch stays near it.
        self.deviations = _zeroed(size, raters * labels)
        self.raters, self.labels = raters, labels

    def forward(self, features: Tensor) -> RaterLogits:
        """features: (item, width). Returns `RaterLogits`."""
        shared = self.trunk(features)
        consensus = self.consensus(shared)
        own = self.deviations(shared).view(-1, self.raters, self.labels)
        return RaterLogits(consensus, consensus[:, None, :] + own)


def multi_rater_loss(
    said: RaterLogits, shares: Tensor, votes: Tensor, *, exclusive: bool = False, consensus_weight: float = 1.0
) -> Tensor:
    """Return the consensus loss times `consensus_weight` plus the mean loss of every single vote.

    shares: (item, label), what the consensus head learns (soft or hard); votes: (item, rater, label),
    0 or 1 (in an exclusive space one 1 per judgement), NaN where a rater did not judge. Raises
    `InputError` for shapes that differ or where nobody judged.

    >>> import torch
    >>> said = RaterLogits(torch.zeros(1, 2), torch.zeros(1, 2, 2))
    >>> votes = torch.tensor([[[1.0, 0.0], [torch.nan, torch.nan]]])
    >>> round(multi_rater_loss(said, votes[:, 0], votes).item(), 4)
    1.3863
    """
    if votes.shape != said.raters.shape or shares.shape != said.consensus.shape:
        raise InputError(
            f"votes must be {tuple(said.raters.shape)} and shares {tuple(said.consensus.shape)}, got "
            f"{tuple(votes.shape)} and {tuple(shares.shape)}."
        )
    judged = ~votes.isnan()
    if not judged.any():
        raise InputError("Nobody judged any of these items.")
    if exclusive:
        whole = judged.all(2)
        each = vote_cross_entropy(said.raters[whole], votes[whole])
        return consensus_weight * vote_cross_entropy(said.consensus, shares) + each
    flat, asked = said.raters.flatten(0, 1), judged.flatten(0, 1).to(said.raters.dtype)
    each = yes_likelihood(flat, votes.nan_to_num(0.0).flatten(0, 1), asked)
    return consensus_weight * F.binary_cross_entropy_with_logits(said.consensus, shares) + each


class JointHead(nn.Module):
    """Categories and dimensions from one shared layer, as emotions are both.

    Dimensions come with a variance, to be trained by `affekt.training.losses.mean_and_variance_loss`;
    the categories by `affekt.training.votes`. Mitra et al. 2025, "Modeling speech emotion with label
    variance and analyzing performance across speakers and unseen acoustic conditions".
    """

    def __init__(self, width: int, labels: int, *, dimensions: int = 3, hidden: int = 128, dropout: float = 0.0):
        super().__init__()
        trunk, size = _trunk(width, hidden, dropout)
        self.trunk = nn.Sequential(*trunk)
        self.labels = _zeroed(size, labels)
        self.dimensions = _zeroed(size, 2 * dimensions)

    def forward(self, features: Tensor) -> JointAnswer:
        """features: (item, width). Returns `JointAnswer`."""
        shared = self.trunk(features)
        mean, log_variance = self.dimensions(shared).chunk(2, 1)
        return JointAnswer(self.labels(shared), mean, log_variance)


def _trunk(width: int, hidden: int, dropout: float) -> tuple[list[nn.Module], int]:
    """Return the layers before the last and the width they leave."""
    if width < 1 or hidden < 0:
        raise InputError(f"A head needs a width of at least 1 and hidden at least 0, got {width} and {hidden}.")
    if not 0 <= dropout < 1:
        raise InputError(f"dropout must lie in [0, 1), got {dropout}.")
    layers: list[nn.Module] = [nn.Linear(width, hidden), nn.ReLU()] if hidden else []
    return [*layers, nn.Dropout(dropout)], hidden or width


def _zeroed(width: int, outputs: int) -> nn.Linear:
    if outputs < 1:
        raise InputError(f"A head needs at least one output, got {outputs}.")
    layer = nn.Linear(width, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
