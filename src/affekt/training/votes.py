"""Losses against people's votes: distributions, counts, ordinal levels, unlikely pairs.

Each takes logits and returns a scalar tensor, the mean over items unless it says otherwise.
Exclusive spaces are read by a softmax, multi-label spaces by a sigmoid per label.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from affekt.errors import InputError


def vote_cross_entropy(logits: Tensor, shares: Tensor, *, weight: Tensor | None = None) -> Tensor:
    r"""Return the cross-entropy of softmax(logits) to the shares of votes, in nats.

    .. math:: -\frac{1}{\sum_i w_i} \sum_i w_i \sum_k t_{ik} \ln \mathrm{softmax}(z_i)_k

    logits, shares: (item, label), rows of shares adding up to one: a soft label, or one-hot for a
    consensus. weight: (item,), all 1 by default. Raises `InputError` for shapes that differ. Peterson
    et al. 2019, "Human Uncertainty Makes Classification More Robust".

    >>> vote_cross_entropy(torch.zeros(1, 2), torch.tensor([[0.5, 0.5]])).item()
    0.693...
    """
    _same_shape(logits, shares, "shares")
    each = -(shares * F.log_softmax(logits, 1)).sum(1)
    return each.mean() if weight is None else (weight * each).sum() / weight.sum()


def vote_kl(logits: Tensor, shares: Tensor, *, weight: Tensor | None = None) -> Tensor:
    r"""Return KL(shares ‖ softmax(logits)) in nats, at least 0: the cross-entropy less the votes' own entropy.

    Its gradient is that of `vote_cross_entropy`; its value is 0 where the votes are met exactly, so
    that losses of corpora with more and less disagreement compare. Arguments as there. Kim and Kim
    2018, "Deep Sentiment Analysis with Soft Labels"; Mitra et al. 2025, "Modeling speech emotion
    with label variance", who train on the density of the graders' votes.

    >>> vote_kl(torch.tensor([[0.0, 0.0]]), torch.tensor([[0.5, 0.5]])).item()
    0.0
    """
    cross = vote_cross_entropy(logits, shares, weight=weight)
    entropy = -torch.xlogy(shares, shares).sum(1)
    own = entropy.mean() if weight is None else (weight * entropy).sum() / weight.sum()
    return cross - own


def vote_likelihood(logits: Tensor, counts: Tensor) -> Tensor:
    r"""Return the negative multinomial log-likelihood per vote, in nats.

    .. math:: -\frac{\sum_{ik} n_{ik} \ln \mathrm{softmax}(z_i)_k}{\sum_{ik} n_{ik}}

    counts: (item, label), how many raters chose each label; an item with more votes weighs more, one
    without votes nothing. The multinomial coefficient depends on the votes alone and is left out.
    Raises `InputError` for shapes that differ or where there is no vote at all.

    >>> vote_likelihood(torch.zeros(2, 2), torch.tensor([[3.0, 1.0], [0.0, 0.0]])).item()
    0.693...
    """
    _same_shape(logits, counts, "counts")
    votes = counts.sum()
    if votes <= 0:
        raise InputError("There is no vote to learn from: all counts are 0.")
    return -(counts * F.log_softmax(logits, 1)).sum() / votes


def yes_likelihood(logits: Tensor, chosen: Tensor, asked: Tensor) -> Tensor:
    r"""Return the negative binomial log-likelihood of multi-label votes per judgement, in nats.

    .. math:: -\frac{\sum_{ik} y_{ik} \ln \sigma(z_{ik}) + (m_{ik} - y_{ik}) \ln \sigma(-z_{ik})}{\sum_{ik} m_{ik}}

    chosen, asked: (item, label), how many raters chose label k of item i, of how many who were asked.
    A label nobody was asked about (asked 0) says nothing, whatever the logit. Raises `InputError` for
    shapes that differ, more chosen than asked, or nobody asked.

    >>> yes_likelihood(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 0.0]])).item()
    0.69314...
    """
    _same_shape(logits, chosen, "chosen")
    _same_shape(logits, asked, "asked")
    if (chosen > asked).any() or (chosen < 0).any():
        raise InputError("A label was chosen by more raters than were asked, or by fewer than none.")
    if asked.sum() <= 0:
        raise InputError("There is no judgement to learn from: nobody was asked about any label.")
    shares = chosen / asked.clamp(min=1)
    each = F.binary_cross_entropy_with_logits(logits, shares, reduction="none")
    return (asked * each).sum() / asked.sum()


def ordinal_targets(levels: Tensor, count: int, *, spread: float = 0.5) -> Tensor:
    r"""Return soft targets for ordered levels: a bell over the levels, highest at the true one.

    .. math:: t_k \propto \exp\left(-\frac{(k - y)^2}{2 \, \text{spread}^2}\right)

    levels: int64 (item,) in 0 … count - 1; returns float32 (item, count), rows adding up to one. A wrong
    answer next door costs less than one at the far end, which one-hot and uniform smoothing cannot
    say; a spread towards 0 is one-hot. The label smoothing of Kuang, Song and Michoski 2024, "HiSTN",
    whose code takes a spread of 0.5; its measure is `affekt.metrics.ordinal.sequential_top2_hit_rate`. Raises
    `InputError` for levels outside, fewer than two, or a spread that is not above 0.

    >>> [round(target, 3) for target in ordinal_targets(torch.tensor([2]), 5)[0].tolist()]
    [0.0, 0.106, 0.787, 0.106, 0.0]
    """
    if count < 2:
        raise InputError(f"Ordinal targets need at least two levels, got {count}.")
    if not spread > 0:
        raise InputError(f"spread must be above 0, got {spread}.")
    if levels.numel() and (int(levels.min()) < 0 or int(levels.max()) >= count):
        raise InputError(f"Levels must lie in 0 … {count - 1}, got {int(levels.min())} to {int(levels.max())}.")
    steps = torch.arange(count, dtype=torch.float64)[None, :] - levels[:, None]
    return torch.softmax(-0.5 * torch.square(steps / spread), dim=1).float()


def pair_penalty(logits: Tensor, penalization: Tensor) -> Tensor:
    r"""Return the penalty expected of the pairs of labels that a multi-label prediction joins.

    .. math:: \frac{1}{n} \sum_i \sum_{j \ne k} \tfrac12 P_{jk} \, \sigma(z_{ij}) \, \sigma(z_{ik})

    logits: (item, label); penalization: (label, label), from 0 (raters join the two freely) to 1 (no
    rater ever did), as `affekt.ratings.co_occurrence.penalization_matrix` gives it; its diagonal is
    not read, and of P_jk and P_kj the mean counts. It is the number of unlikely pairs that
    independent draws would make, so it has a gradient where counting decisions has none. Chou, Lee
    and Busso 2022, "Exploiting Co-occurrence Frequency of Emotions in Perceptual Evaluations to Train
    a Speech Emotion Classifier", build the matrix from the training votes; that the term is bilinear in
    the probabilities is ours. Raises `InputError` for a matrix of another shape or outside [0, 1].

    >>> pair_penalty(torch.tensor([[9.0, 9.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])).round().item()
    1.0
    """
    labels = logits.shape[1]
    if penalization.shape != (labels, labels):
        raise InputError(f"penalization must be ({labels}, {labels}), got {tuple(penalization.shape)}.")
    # "not all inside" also refuses NaN.
    if not ((penalization >= 0) & (penalization <= 1)).all():
        raise InputError("penalization must lie in [0, 1].")
    said = torch.sigmoid(logits)
    pairs = penalization.to(said.dtype)
    pairs = (pairs - torch.diag(torch.diag(pairs))) / 2
    return ((said @ pairs) * said).sum(1).mean()


def penalized_loss(logits: Tensor, shares: Tensor, penalization: Tensor, *, weight: float = 1.0) -> Tensor:
    """Return binary cross-entropy to the shares, summed over labels, plus `weight` times `pair_penalty`.

    logits, shares: (item, label), shares in [0, 1], hard label sets or soft ones. With weight 0 it is
    `affekt.training.losses.soft_binary_cross_entropy`. Raises `InputError` as `pair_penalty` does,
    and for a negative weight.

    >>> penalized_loss(torch.zeros(1, 2), torch.ones(1, 2), torch.zeros(2, 2)).item()
    1.386294...
    """
    _same_shape(logits, shares, "shares")
    if weight < 0:
        raise InputError(f"weight must be at least 0, got {weight}.")
    plain = F.binary_cross_entropy_with_logits(logits, shares, reduction="none").sum(1).mean()
    return plain + weight * pair_penalty(logits, penalization)


def _same_shape(logits: Tensor, target: Tensor, name: str) -> None:
    if logits.ndim != 2 or logits.shape != target.shape:
        raise InputError(f"logits and {name} must both be (item, label); got {_size(logits)} and {_size(target)}.")


def _size(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))
