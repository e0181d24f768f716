"""Meta-learning: its gradients against closed forms, its switches, and simulated raters who relabel systematically."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from affekt.errors import InputError
from affekt.training.heads import make_head
from affekt.training.personalisation import (
    Judged,
    MetaLearned,
    MetaSchedule,
    adapt,
    layer_of,
    masked_yes_loss,
    meta_train,
    order_at,
    predict_adapted,
    rater_shift,
)


@pytest.fixture(autouse=True)
def one_thread():
    """Threads of a busy machine wait for each other longer than these sums take."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Constant(nn.Module):
    """Answers its one parameter, whatever it reads."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.inner = nn.ParameterDict({"value": nn.Parameter(torch.tensor([[value]]))})

    def forward(self, x):
        """x: (item, width)."""
        return self.inner["value"].expand(len(x), 1)


def squared(prediction, target):
    return (prediction - target).square().mean()


def meta_gradient(order, rate, steps, *, start=1.0, support=3.0, query=-1.0):
    """The gradient of the query loss with respect to the start, through `adapt`."""
    head = Constant(start)
    parameters = dict(head.named_parameters())
    said = Judged(torch.zeros(1, 1), torch.full((1, 1), support))
    adapted = adapt(head, parameters, said, {"inner": torch.full((steps,), rate)}, order=order, loss=squared)
    loss = (adapted["inner.value"] - query).square().sum()
    return torch.autograd.grad(loss, parameters["inner.value"])[0].item(), adapted["inner.value"].item()


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_first_and_second_order_gradients_are_those_of_the_formula(steps):
    # One step on (θ - a)² is θ - 2α(θ - a): it shrinks the distance to a by 1 - 2α.
    rate, start, support, query = 0.1, 1.0, 3.0, -1.0
    shrink = (1 - 2 * rate) ** steps
    place = support + shrink * (start - support)
    first, reached = meta_gradient("first", rate, steps)
    second, again = meta_gradient("second", rate, steps)
    assert reached == again == pytest.approx(place, rel=1e-5)
    assert first == pytest.approx(2 * (place - query), rel=1e-5)
    assert second == pytest.approx(2 * (place - query) * shrink, rel=1e-5)


def test_second_order_gradient_matches_finite_differences_on_a_real_head():
    draw = torch.Generator().manual_seed(0)
    head = make_head(3, 2, hidden=4).double()
    for parameter in head.parameters():
        nn.init.normal_(parameter, generator=draw)
    x, y = torch.randn(6, 3, generator=draw).double(), torch.randint(0, 2, (6, 2), generator=draw).double()
    rates = {layer_of(name): torch.tensor([0.3, 0.2], dtype=torch.float64) for name, _ in head.named_parameters()}
    names = [name for name, _ in head.named_parameters()]

    def reached(*values):
        start = dict(zip(names, values, strict=True))
        adapted = adapt(head, start, Judged(x[:3], y[:3]), rates, order="second")
        return masked_yes_loss(torch.func.functional_call(head, adapted, (x[3:],)), y[3:])

    values = [parameter.detach().clone().requires_grad_() for parameter in head.parameters()]
    assert torch.autograd.gradcheck(reached, values, eps=1e-6, atol=1e-5)


def test_rates_are_per_layer_and_per_step():
    head = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    parameters = {name: value.detach() for name, value in head.named_parameters()}
    said = Judged(torch.randn(5, 2), torch.ones(5, 1))
    frozen = adapt(head, parameters, said, {"0": torch.tensor([0.0, 0.0]), "1": torch.tensor([0.5, 0.5])})
    assert torch.equal(frozen["0.weight"], parameters["0.weight"])
    assert not torch.equal(frozen["1.weight"], parameters["1.weight"])
    # A step of rate 0 is no step.
    one, late = (
        adapt(head, parameters, said, {"0": torch.tensor(rates), "1": torch.tensor(rates)})
        for rates in ([0.5], [0.0, 0.5])
    )
    torch.testing.assert_close(one["0.weight"], late["0.weight"])


def toy_raters(count=6, items=60, labels=2, seed=0):
    """Raters who all see the same dimension, half of them with the sign turned round."""
    draw = torch.Generator().manual_seed(seed)
    raters = []
    for place in range(count):
        x = torch.randn(items, 4, generator=draw)
        sign = 1 if place % 2 else -1
        raters.append(Judged(x, ((sign * x[:, :labels]) > 0).float()))
    return raters


def random_head():
    torch.manual_seed(0)
    head = make_head(4, 2, hidden=8)
    nn.init.normal_(head[-1].weight, std=0.3)
    return head


def test_meta_training_learns_rates_where_it_may():
    plan = {"iterations": 12, "support": 8, "query": 16, "steps": 3, "outer_rate": 0.01, "rate": 0.2}
    each = meta_train(random_head(), toy_raters(), schedule=MetaSchedule(**plan))
    assert set(each.rates) == {"0", "3"}
    assert all(len(rate) == 3 and (rate != 0.2).all() for rate in each.rates.values())
    assert len({round(float(rate), 6) for rates in each.rates.values() for rate in rates}) > 2
    shared = meta_train(random_head(), toy_raters(), schedule=MetaSchedule(**plan, per_step_rates=False))
    assert all(len(set(rate.tolist())) == 1 for rate in shared.rates.values())
    fixed = meta_train(random_head(), toy_raters(), schedule=MetaSchedule(**plan, learn_rates=False))
    assert all((rate == 0.2).all() for rate in fixed.rates.values())


def test_order_switch_and_annealing_change_the_training_and_seeds_repeat_it():
    plan = {"iterations": 8, "support": 8, "query": 16, "outer_rate": 0.01}
    first = meta_train(random_head(), toy_raters(), schedule=MetaSchedule(**plan, order="first"))
    second = meta_train(random_head(), toy_raters(), schedule=MetaSchedule(**plan, order="second"))
    mixed = meta_train(random_head(), toy_raters(), schedule=MetaSchedule(**plan, anneal_at=0.5))
    assert first.losses[0] == second.losses[0]
    assert first.losses[1:] != second.losses[1:]
    assert mixed.losses[:5] == first.losses[:5]
    assert mixed.losses[5:] != first.losses[5:]
    again = meta_train(random_head(), toy_raters(), schedule=MetaSchedule(**plan, order="second"))
    assert again.losses == second.losses
    orders = [order_at(i, MetaSchedule(iterations=10, anneal_at=0.3)) for i in range(10)]
    assert orders == ["first"] * 3 + ["second"] * 7


def test_combined_sets_let_support_and_query_share_items():
    few = [Judged(torch.randn(10, 4), torch.ones(10, 2))]
    apart = MetaSchedule(iterations=1, support=8, query=8)
    with pytest.raises(InputError, match="A rater has 10 items, 16 are needed"):
        meta_train(random_head(), few, schedule=apart)
    together = MetaSchedule(iterations=1, support=8, query=8, combined=True)
    assert len(meta_train(random_head(), few, schedule=together).losses) == 1


def test_bad_plans_are_refused():
    with pytest.raises(InputError, match="at least one rater"):
        meta_train(random_head(), [])
    with pytest.raises(InputError, match="order"):
        meta_train(random_head(), toy_raters(), schedule=MetaSchedule(order="third"))
    with pytest.raises(InputError, match="anneal_at"):
        meta_train(random_head(), toy_raters(), schedule=MetaSchedule(anneal_at=2.0))
    head = nn.Linear(1, 1)
    parameters = dict(head.named_parameters())
    said = Judged(torch.ones(1, 1), torch.ones(1, 1))
    with pytest.raises(InputError, match="No inner rate"):
        adapt(head, parameters, said, {"other": torch.tensor([0.1])})
    with pytest.raises(InputError, match="a rate for each step"):
        adapt(head, parameters, said, {"": torch.tensor([0.1]), "other": torch.tensor([0.1, 0.1])})


def test_the_head_given_stays_as_it_is():
    head = random_head()
    before = {name: value.clone() for name, value in head.state_dict().items()}
    meta_train(head, toy_raters(), schedule=MetaSchedule(iterations=2, support=4, query=4))
    assert all(torch.equal(before[name], value) for name, value in head.state_dict().items())


def test_many_adaptations_at_once_are_those_one_by_one():
    head = random_head()
    learned = MetaLearned(dict(head.named_parameters()), {"0": torch.tensor([0.3]), "3": torch.tensor([0.2])}, ())
    x, y, query = torch.randn(3, 8, 4), torch.randint(0, 2, (3, 8, 2)).float(), torch.randn(3, 5, 4)
    together = predict_adapted(head, learned, Judged(x, y), query)
    for task in range(3):
        alone = adapt(head, learned.parameters, Judged(x[task], y[task]), learned.rates)
        torch.testing.assert_close(together[task], torch.func.functional_call(head, alone, (query[task],)))


def test_unjudged_cells_say_nothing():
    logits = torch.randn(4, 2)
    votes = torch.tensor([[1.0, torch.nan]] * 4)
    torch.testing.assert_close(masked_yes_loss(logits, votes), masked_yes_loss(logits[:, :1], votes[:, :1]))
    shift = rater_shift(logits, votes)
    assert shift[0] > 0
    assert shift[1] == 0


def test_rater_shift_meets_a_raters_rate_and_its_ridge_holds_it_back():
    votes = (torch.arange(100) < 80).float()[:, None]
    shift = rater_shift(torch.zeros(100, 1), votes, ridge=1e-6)
    assert torch.sigmoid(shift).item() == pytest.approx(0.8, abs=1e-4)
    assert 0 < rater_shift(torch.zeros(100, 1), votes, ridge=100.0).item() < shift.item()
    with pytest.raises(InputError, match="ridge"):
        rater_shift(torch.zeros(1, 1), torch.zeros(1, 1), ridge=0)


def test_eight_ratings_of_an_unseen_simulated_rater_beat_the_aggregate_model():
    """Raters who relabel systematically: what works_when asks of Meta-PerSER."""
    training, unseen = toy_raters(12), toy_raters(6, seed=9)
    head = random_head()
    pooled = torch.cat([rater.features for rater in training]), torch.cat([rater.votes for rater in training])
    optimizer = torch.optim.Adam(head.parameters(), 1e-2)
    for _ in range(100):
        optimizer.zero_grad()
        masked_yes_loss(head(pooled[0]), pooled[1]).backward()
        optimizer.step()
    plan = MetaSchedule(
        iterations=300, tasks=8, support=8, query=32, steps=3, rate=0.5, anneal_at=0.3, outer_rate=0.01, combined=True
    )
    learned = meta_train(head, training, schedule=plan)
    supports = Judged(
        torch.stack([rater.features[:8] for rater in unseen]), torch.stack([rater.votes[:8] for rater in unseen])
    )
    queries = torch.stack([rater.features[8:] for rater in unseen])
    answers = torch.stack([rater.votes[8:] for rater in unseen]) > 0.5
    adapted = ((predict_adapted(head, learned, supports, queries) > 0) == answers).float().mean()
    aggregate = ((head(queries) > 0) == answers).float().mean()
    assert aggregate < 0.65
    assert adapted > 0.8
