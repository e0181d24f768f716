"""A model for one rater from a handful of ratings: meta-learning with the rater as the task.

MAML (Finn, Abbeel and Levine 2017, "Model-Agnostic Meta-Learning for Fast Adaptation of Deep
Networks") learns a start from which a few gradient steps on a rater's `support` answer that rater's
other items. Meta-PerSER (Shen et al. 2025, "Few-Shot Listener Personalized Speech Emotion Recognition via
Meta-learning") adds what this module has: the start is a model of the aggregate; inner and outer loop draw from
one combined set (`combined`); first-order gradients give way to second-order ones (derivative annealing,
`anneal_at`); every layer has a learned rate at every step (`per_step_rates`) — the last two from Antoniou,
Edwards and Storkey 2019, "How to Train Your MAML". Tasks run side by side (`torch.func.vmap`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F

from affekt.errors import InputError

Parameters = dict[str, Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]
Order = Literal["first", "second"]


class Judged(NamedTuple):
    """What one rater judged: features float32 (item, width), votes float32 (item, label), NaN where not asked."""

    features: Tensor
    votes: Tensor


@dataclass(frozen=True, slots=True)
class MetaSchedule:
    """How meta-training goes.

    An iteration draws `tasks` raters, `support` and `query` items of each, adapts by `steps` inner steps and moves
    the start by the query loss. `order` is the derivative through the inner steps; with `anneal_at` in
    (0, 1] the first that share of iterations is first-order and the rest second-order, whatever
    `order` says. `rate` starts every inner rate; `learn_rates` learns them, one per layer and step
    with `per_step_rates`, else one per layer. `combined` draws query items from all of a rater's
    items, the support among them; without it the two are disjoint, as in plain MAML.
    """

    iterations: int = 300
    tasks: int = 4
    support: int = 8
    query: int = 32
    steps: int = 5
    rate: float = 0.1
    order: Order = "second"
    anneal_at: float | None = None
    learn_rates: bool = True
    per_step_rates: bool = True
    combined: bool = False
    outer_rate: float = 1e-3
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class MetaLearned:
    """A start and how to leave it: `rates` maps a layer to its inner rate at each step, float32 (step,).

    `losses` are the mean query losses, an iteration each.
    """

    parameters: Parameters
    rates: Mapping[str, Tensor]
    losses: tuple[float, ...]


def masked_yes_loss(logits: Tensor, votes: Tensor) -> Tensor:
    """Return binary cross-entropy averaged over the cells that were judged, NaN votes left out.

    >>> masked_yes_loss(torch.zeros(1, 2), torch.tensor([[1.0, torch.nan]])).item()
    0.69314...
    """
    asked = (~votes.isnan()).to(logits.dtype)
    each = F.binary_cross_entropy_with_logits(logits, votes.nan_to_num(0.0), reduction="none")
    return (each * asked).sum() / asked.sum().clamp(min=1)


def layer_of(parameter: str) -> str:
    """Return the layer a parameter belongs to: weight and bias of one layer share their rates.

    >>> layer_of("trunk.0.weight")
    'trunk.0'
    """
    return parameter.rpartition(".")[0]


def adapt(
    head: nn.Module,
    parameters: Mapping[str, Tensor],
    support: Judged,
    rates: Mapping[str, Tensor],
    *,
    order: Order = "first",
    loss: Loss = masked_yes_loss,
) -> Parameters:
    r"""Return the parameters after gradient steps on one rater's support; `head` itself stays as it is.

    .. math:: \theta_{s+1} = \theta_s - \alpha_{l,s} \nabla_\theta L(\theta_s; \text{support})

    rates: layer to (step,), one step each; their number is the number of steps. In ``"second"`` order the result can
    be differentiated through the steps; in ``"first"`` the step's gradient counts as a constant, so that a
    gradient of the result with respect to `parameters` passes straight through. Raises `InputError`
    for an unknown order, or rates that lack a layer or differ in steps.

    >>> head = nn.Linear(1, 1)
    >>> start = {name: torch.zeros_like(value) for name, value in head.named_parameters()}
    >>> said_yes = Judged(torch.ones(4, 1), torch.ones(4, 1))
    >>> adapt(head, start, said_yes, {"": torch.tensor([1.0])})["bias"].item()
    0.5
    """
    steps = _steps(parameters, rates, order)
    gradient = grad(lambda now, x, y: loss(functional_call(head, now, (x,)), y))
    now = dict(parameters)
    for step in range(steps):
        slopes = gradient(now, *support)
        if order == "first":
            slopes = {name: slope.detach() for name, slope in slopes.items()}
        now = {name: value - rates[layer_of(name)][step] * slopes[name] for name, value in now.items()}
    return now


def meta_train(
    head: nn.Module,
    raters: Sequence[Judged],
    *,
    schedule: MetaSchedule = MetaSchedule(),
    loss: Loss = masked_yes_loss,
) -> MetaLearned:
    """Return the start, and the inner rates, from which raters are met after a few ratings.

    head: gives the architecture and the first start, a model of the aggregate; it stays as it is. It
    must not drop out or normalise by batch. raters: the training raters, one task each; the unseen
    ones must not be among them, nor should items they will be queried on. Raises `InputError` for no
    raters, a rater with too few items, an unknown order or an `anneal_at` outside (0, 1].

    >>> answers = Judged(torch.randn(12, 2), torch.ones(12, 1))
    >>> plan = MetaSchedule(iterations=3, steps=2, support=4, query=4)
    >>> len(meta_train(nn.Linear(2, 1), [answers], schedule=plan).losses)
    3
    """
    _check(raters, schedule)
    draw = torch.Generator().manual_seed(schedule.seed)
    parameters = {name: value.detach().clone().requires_grad_() for name, value in head.named_parameters()}
    layers = dict.fromkeys(layer_of(name) for name in parameters)
    width = schedule.steps if schedule.per_step_rates else 1
    rates = {layer: torch.full((width,), schedule.rate, requires_grad=schedule.learn_rates) for layer in layers}
    learned_too = list(rates.values()) if schedule.learn_rates else []
    optimizer = torch.optim.Adam([*parameters.values(), *learned_too], schedule.outer_rate)
    losses = []
    for iteration in range(schedule.iterations):
        order = order_at(iteration, schedule)
        drawn = [_draw(raters[int(place)], schedule, draw) for place in _choose(len(raters), schedule.tasks, draw)]
        batches = [torch.stack(part) for part in zip(*drawn, strict=True)]
        along = {layer: rate.expand(schedule.steps) for layer, rate in rates.items()}
        reached = vmap(_query_loss(head, parameters, along, order, loss))(*batches).mean()
        optimizer.zero_grad()
        reached.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(list(parameters.values()), 10.0)
        optimizer.step()
        with torch.no_grad():
            for rate in rates.values():
                rate.clamp_(min=0)
        losses.append(float(reached.detach()))
    learned = {layer: rate.detach().expand(schedule.steps).clone() for layer, rate in rates.items()}
    return MetaLearned({name: value.detach() for name, value in parameters.items()}, learned, tuple(losses))


def order_at(iteration: int, schedule: MetaSchedule) -> Order:
    """Return the order of the derivative at an iteration: derivative annealing, where it is on.

    >>> [order_at(i, MetaSchedule(iterations=4, anneal_at=0.5)) for i in range(4)]
    ['first', 'first', 'second', 'second']
    """
    if schedule.anneal_at is None:
        return schedule.order
    return "first" if iteration < schedule.anneal_at * schedule.iterations else "second"


def predict_adapted(
    head: nn.Module, learned: MetaLearned, supports: Judged, queries: Tensor, *, loss: Loss = masked_yes_loss
) -> Tensor:
    """Return the logits of many adaptations at once, float32 (task, item, label).

    supports: features (task, item, width) and votes (task, item, label); queries: (task, item, width).
    """

    def one(x: Tensor, y: Tensor, query: Tensor) -> Tensor:
        adapted = adapt(head, learned.parameters, Judged(x, y), learned.rates, loss=loss)
        return functional_call(head, adapted, (query,))

    return vmap(one)(supports.features, supports.votes, queries).detach()


def rater_shift(logits: Tensor, votes: Tensor, *, ridge: float = 1.0) -> Tensor:
    r"""Return a shift of the logits per label that fits one rater's few votes, (…, label).

    .. math:: \min_b \; -\sum_i \left[ y_i \ln \sigma(z_i + b) + (1 - y_i) \ln \sigma(-z_i - b) \right]
       + \tfrac{\rho}{2} b^2

    logits, votes: (…, item, label), NaN where not asked; leading axes are tasks. What a rater says
    more or less often than others, and nothing else: the baseline that adaptation has to beat. Newton
    steps; the ridge ρ (above 0) keeps a label that was never chosen finite. Raises `InputError`.

    >>> rater_shift(torch.zeros(8, 1), torch.ones(8, 1), ridge=1.0).item() > 1
    True
    """
    if logits.shape != votes.shape or logits.ndim < 2:
        raise InputError(f"logits {tuple(logits.shape)} and votes {tuple(votes.shape)} must be (…, item, label).")
    if not ridge > 0:
        raise InputError(f"ridge must be above 0, got {ridge}.")
    asked = ~votes.isnan()
    chosen = votes.nan_to_num(0.0)
    shift = torch.zeros_like(logits[..., 0, :])
    for _ in range(30):
        said = torch.sigmoid(logits + shift.unsqueeze(-2)) * asked
        slope = (said - chosen * asked).sum(-2) + ridge * shift
        bend = (said * (1 - said)).sum(-2) + ridge
        shift = shift - (slope / bend).clamp(-2, 2)
    return shift


def _query_loss(
    head: nn.Module, parameters: Parameters, rates: Mapping[str, Tensor], order: Order, loss: Loss
) -> Callable[..., Tensor]:
    """Return the query loss of one task after adaptation, as a function of its four arrays."""

    def one(x: Tensor, y: Tensor, query: Tensor, answers: Tensor) -> Tensor:
        adapted = adapt(head, parameters, Judged(x, y), rates, order=order, loss=loss)
        return loss(functional_call(head, adapted, (query,)), answers)

    return one


def _choose(count: int, most: int, draw: torch.Generator) -> Tensor:
    return torch.randperm(count, generator=draw)[:most]


def _draw(rater: Judged, schedule: MetaSchedule, draw: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return support features and votes, query features and votes of one rater."""
    order = torch.randperm(len(rater.features), generator=draw)
    support = order[: schedule.support]
    if schedule.combined:
        query = torch.randperm(len(rater.features), generator=draw)[: schedule.query]
    else:
        query = order[schedule.support : schedule.support + schedule.query]
    return rater.features[support], rater.votes[support], rater.features[query], rater.votes[query]


def _steps(parameters: Mapping[str, Tensor], rates: Mapping[str, Tensor], order: str) -> int:
    if order not in ("first", "second"):
        raise InputError(f"order must be 'first' or 'second', got {order!r}.")
    missing = {layer_of(name) for name in parameters} - set(rates)
    if missing:
        raise InputError(f"No inner rate for layer {min(missing)!r}. Rates are given for: {', '.join(sorted(rates))}.")
    counts = {len(rate) for rate in rates.values()}
    if len(counts) != 1:
        raise InputError(f"Every layer needs a rate for each step; got {sorted(counts)} of them.")
    return counts.pop()


def _check(raters: Sequence[Judged], schedule: MetaSchedule) -> None:
    if not raters:
        raise InputError("Meta-training needs at least one rater.")
    if schedule.order not in ("first", "second"):
        raise InputError(f"order must be 'first' or 'second', got {schedule.order!r}.")
    if schedule.anneal_at is not None and not 0 < schedule.anneal_at <= 1:
        raise InputError(f"anneal_at must lie in (0, 1], got {schedule.anneal_at}.")
    needed = max(schedule.support, schedule.query) if schedule.combined else schedule.support + schedule.query
    fewest = min(len(rater.features) for rater in raters)
    if fewest < needed:
        raise InputError(
            f"A rater has {fewest} items, {needed} are needed for {schedule.support} support and "
            f"{schedule.query} query items. Lower them, or leave that rater out."
        )
