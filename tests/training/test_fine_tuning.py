"""The loop: it learns, stops, goes on after a kill as if nothing had been, and refuses nonsense."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from affekt.errors import InputError
from affekt.layers.text_encoder import EncoderConfig, TextEncoder
from affekt.training.checkpoints import Checkpoint
from affekt.training.fine_tuning import Plan, fine_tune, parameter_groups
from affekt.training.starting import Start
from affekt.training.text_network import LabelNet, answer, loss_for, train_labels

CONFIG = EncoderConfig(vocabulary=20, positions=12, width=16, layers=2, heads=2, feedforward=32)
PLAN = Plan(epochs=4, batch=8, learning_rate=5e-3, patience=4, bfloat16=False)


def small_net(seed: int = 0) -> LabelNet:
    torch.manual_seed(seed)
    return LabelNet(Start(TextEncoder(CONFIG), None, 16, "tiny", "none"), 2)  # type: ignore[arg-type]


def texts(count: int = 64) -> tuple[list[list[int]], np.ndarray]:
    """Label 0 where piece 5 stands somewhere, else 1."""
    random = np.random.default_rng(0)
    ids = [[int(i) for i in random.integers(6, 20, random.integers(3, 8))] for _ in range(count)]
    for text in ids[::2]:
        text[int(random.integers(len(text)))] = 5
    return ids, np.eye(2, dtype=np.float32)[[i % 2 for i in range(count)]]


class KilledError(Exception):
    """Stands for the end of the process."""


def test_a_network_learns_what_is_there_to_learn() -> None:
    net, (ids, targets) = small_net(), texts(128)
    plan = Plan(epochs=30, batch=16, learning_rate=5e-3, patience=30, bfloat16=False)
    done = train_labels(net, (ids, targets), (ids, targets), loss=loss_for("exclusive"), plan=plan)
    assert done.loss < 0.1
    assert (answer(net, ids).argmax(1) == targets.argmax(1)).mean() > 0.95
    assert done.losses[done.epoch - 1] == done.loss == min(done.losses)


@pytest.mark.parametrize("killed_at", [3, 8, 17, 31])
def test_a_killed_run_ends_as_it_would_have_ended(tmp_path, killed_at: int) -> None:
    data, loss = texts(), loss_for("exclusive")
    whole = small_net()
    expected = train_labels(whole, data, data, loss=loss, plan=PLAN)

    left = killed_at

    def until_killed(answers, targets):
        nonlocal left
        if answers.requires_grad:
            if left == 0:
                raise KilledError
            left -= 1
        return loss(answers, targets)

    keep = Checkpoint(tmp_path / "run.pt", every_s=0)
    with pytest.raises(KilledError):
        train_labels(small_net(), data, data, loss=until_killed, plan=PLAN, checkpoint=keep)
    again = small_net(seed=9)  # Whatever it starts from, it goes on from the checkpoint.
    found = train_labels(again, data, data, loss=loss, plan=PLAN, checkpoint=Checkpoint(tmp_path / "run.pt"))
    assert found == expected
    for name, value in whole.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name


def test_a_checkpoint_of_another_run_is_refused(tmp_path) -> None:
    data, keep = texts(), Checkpoint(tmp_path / "run.pt", every_s=0)
    train_labels(small_net(), data, data, loss=loss_for("exclusive"), plan=Plan(epochs=1, batch=8), checkpoint=keep)
    other = texts(32)
    with pytest.raises(InputError, match=r"another run: 64 items and 8 steps, here 32 and 4. Delete it"):
        train_labels(
            small_net(), other, other, loss=loss_for("exclusive"), plan=Plan(epochs=1, batch=8), checkpoint=keep
        )


def test_it_stops_when_nothing_gets_better_and_keeps_the_best() -> None:
    head, heard = nn.Linear(1, 1), iter([3.0, 1.0, 2.0, 2.0, 0.0])
    weights = []

    def held_out() -> float:
        weights.append(head.weight.detach().clone())
        return next(heard)

    x = torch.ones(8, 1)
    done = fine_tune(
        head,
        lambda rows: head(x[rows]).square().mean(),
        held_out,
        lengths=[1] * 8,
        plan=Plan(epochs=9, batch=4, learning_rate=0.1, bfloat16=False),
    )
    assert done.losses == (3.0, 1.0, 2.0, 2.0) and done.epoch == 2
    assert torch.equal(head.weight, weights[1])


def test_lower_layers_learn_slower_and_vectors_do_not_decay() -> None:
    net = small_net()
    groups = parameter_groups(net, Plan(learning_rate=1.0, layer_decay=0.5, head_factor=3.0, weight_decay=0.1))
    rates = {name: group for (name, _), group in zip(net.named_parameters(), groups, strict=True)}
    assert rates["encoder.tokens.weight"]["peak"] == 0.25
    assert rates["encoder.layers.0.qkv.weight"]["peak"] == 0.5
    assert rates["encoder.layers.1.qkv.weight"]["peak"] == 1.0
    assert rates["head.weight"]["peak"] == 3.0
    assert rates["head.weight"]["weight_decay"] == 0.1 and rates["head.bias"]["weight_decay"] == 0.0


def test_nonsense_is_refused() -> None:
    net, (ids, targets) = small_net(), texts(8)
    with pytest.raises(InputError, match="Nothing to train on: 0 items"):
        train_labels(net, ([], targets[:0]), (ids, targets), loss=loss_for("exclusive"))
    with pytest.raises(InputError, match=r"8 and 8 texts, but 7 and 8 targets"):
        train_labels(net, (ids, targets[:7]), (ids, targets), loss=loss_for("exclusive"))
    with pytest.raises(InputError, match=r"not a number at step 0. Lower the learning rate"):
        train_labels(net, (ids, targets), (ids, targets), loss=lambda a, _: a.sum() * float("nan"))


def test_progress_is_told() -> None:
    heard = []
    data = texts()
    train_labels(small_net(), data, data, loss=loss_for("exclusive"), plan=Plan(epochs=1, batch=8), tell=heard.append)
    assert heard and heard[0].steps == 8 and heard[0].seconds_left >= 0


@pytest.mark.parametrize("kind", ["exclusive", "multi-label", "dimensional"])
def test_losses_are_least_at_the_truth(kind) -> None:
    loss, targets = loss_for(kind), torch.tensor([[0.2, 0.8], [0.5, 0.5]])
    best = targets if kind == "dimensional" else (torch.logit(targets) if kind == "multi-label" else targets.log())
    for shift in (0.3, -0.3):
        moved = best + torch.tensor([[shift, 0.0], [0.0, -shift]])
        assert loss(best, targets) < loss(moved, targets)


def test_weights_count_labels_more() -> None:
    logits, targets = torch.zeros(2, 2), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    plain = torch.log(torch.tensor(2.0))
    assert torch.isclose(loss_for("multi-label", weights=[1.0, 3.0])(logits, targets), 4 * plain)
    uneven = torch.tensor([[2.0, 0.0], [0.0, -1.0]])
    each = torch.nn.functional.cross_entropy(uneven, targets, reduction="none")
    assert torch.isclose(loss_for("exclusive", weights=[1.0, 3.0])(uneven, targets), (each[0] + 3 * each[1]) / 2)
