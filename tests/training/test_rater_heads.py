"""Heads: shapes, what a rater's own head learns that the consensus cannot, the loop that fits them."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from affekt.errors import InputError
from affekt.training.fitting import Schedule, fit
from affekt.training.heads import JointHead, MultiRaterHead, RaterLogits, make_head, multi_rater_loss
from affekt.training.losses import mean_and_variance_loss
from affekt.training.votes import vote_cross_entropy


@pytest.fixture(autouse=True)
def one_thread():
    """Threads of a busy machine wait for each other longer than these sums take."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_heads_start_level_and_have_their_shapes():
    x = torch.randn(5, 4)
    assert make_head(4, 3, hidden=8, dropout=0.2)(x).abs().sum() == 0
    said = MultiRaterHead(4, 3, 2, hidden=8)(x)
    assert said.consensus.shape == (5, 3)
    assert said.raters.shape == (5, 2, 3)
    joint = JointHead(4, 6, dimensions=3)(x)
    assert joint.labels.shape == (5, 6)
    assert joint.mean.shape == joint.log_variance.shape == (5, 3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_head(0, 3),
        lambda: make_head(3, 0),
        lambda: make_head(3, 3, dropout=1.0),
        lambda: make_head(3, 3, hidden=-1),
        lambda: MultiRaterHead(3, 3, 0),
    ],
)
def test_heads_refuse_sizes_that_are_none(make):
    with pytest.raises(InputError):
        make()


def test_multi_rater_loss_leaves_out_who_did_not_judge():
    said = RaterLogits(torch.zeros(2, 3), torch.randn(2, 2, 3))
    votes = torch.tensor([[[1.0, 0, 0], [torch.nan] * 3], [[0, 1.0, 0], [torch.nan] * 3]])
    moved = RaterLogits(said.consensus, said.raters + torch.tensor([0.0, 9.0])[None, :, None])
    shares = votes[:, 0]
    for exclusive in (True, False):
        a, b = (multi_rater_loss(each, shares, votes, exclusive=exclusive) for each in (said, moved))
        assert a == b
    alone = multi_rater_loss(said, shares, votes, exclusive=True, consensus_weight=0)
    torch.testing.assert_close(alone, vote_cross_entropy(said.raters[:, 0], shares))
    with pytest.raises(InputError, match="Nobody"):
        multi_rater_loss(said, shares, torch.full((2, 2, 3), torch.nan))
    with pytest.raises(InputError, match="votes must be"):
        multi_rater_loss(said, shares, votes[:, :1])


def test_a_rater_who_says_the_opposite_is_learned_by_his_own_head_only():
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(400, 4, generator=draw)
    yes = (x[:, :1] > 0).float()
    votes = torch.stack([yes, yes, 1 - yes], 1)
    head = MultiRaterHead(4, 1, 3, hidden=16)
    fit(
        head,
        lambda rows: multi_rater_loss(head(x[rows]), votes[rows].mean(1), votes[rows]),
        lambda: multi_rater_loss(head(x), votes.mean(1), votes),
        items=400,
        schedule=Schedule(epochs=60, learning_rate=1e-2),
    )
    said = head(x)
    right = [((said.raters[:, r] > 0) == (votes[:, r] > 0.5)).float().mean() for r in range(3)]
    assert min(right) > 0.9
    assert ((said.consensus > 0) == (votes[:, 2] > 0.5)).float().mean() < 0.5


def test_joint_head_learns_categories_and_dimensions_together():
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(300, 4, generator=draw)
    label, value = (x[:, 0] > 0).long(), x[:, 1:2]
    head = JointHead(4, 2, dimensions=1, hidden=32)

    def loss(rows):
        said = head(x[rows])
        return F.cross_entropy(said.labels, label[rows]) + mean_and_variance_loss(
            said.mean, said.log_variance, value[rows], variance_weight=0.1
        )

    fit(head, loss, lambda: loss(torch.arange(300)), items=300, schedule=Schedule(epochs=60, learning_rate=1e-2))
    said = head(x)
    assert (said.labels.argmax(1) == label).float().mean() > 0.95
    assert (said.mean - value).square().mean() < 0.1


def test_fit_keeps_the_best_state_and_is_the_same_twice():
    x = torch.linspace(-1, 1, 50)[:, None]

    def run():
        torch.manual_seed(0)
        head = make_head(1, 1)
        # The held-out loss wants the weight at 0.5, on the way to 2.
        held = lambda: (head(x) - 0.5 * x).square().mean()  # noqa: E731
        went = fit(
            head,
            lambda rows: (head(x[rows]) - 2 * x[rows]).square().mean(),
            held,
            items=50,
            schedule=Schedule(epochs=100, batch=50, learning_rate=0.05, weight_decay=0, patience=100),
        )
        return head, went, held().item()

    head, went, reached = run()
    assert reached == pytest.approx(went.loss)
    assert went.loss == min(went.losses)
    assert went.losses[-1] > went.loss
    assert head[-1].weight.item() == pytest.approx(0.5, abs=0.06)
    assert run()[1] == went


def test_fit_says_when_it_diverges_and_when_there_is_nothing():
    head = make_head(1, 1)
    with pytest.raises(InputError, match="not a number"):
        fit(head, lambda rows: head(torch.ones(1, 1)).sum(), lambda: torch.tensor(torch.nan), items=1)
    with pytest.raises(InputError, match="Nothing"):
        fit(head, lambda rows: torch.zeros(()), lambda: torch.zeros(()), items=0)
