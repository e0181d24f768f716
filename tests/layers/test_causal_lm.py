"""The decoder: it sees nothing to the right, decoding with a kept past says what reading all anew would."""

from __future__ import annotations

import pytest
import torch

from affekt.errors import InputError
from affekt.layers.causal_lm import CausalConfig, CausalLm, decode_greedily, next_piece_loss

SMALL = CausalConfig(vocabulary=30, positions=24, width=16, layers=2, heads=2, feedforward=32)


@pytest.fixture
def net():
    torch.manual_seed(3)
    made = CausalLm(SMALL).eval()
    with torch.no_grad():
        for parameter in made.parameters():  # larger weights: what is likeliest is then no matter of rounding
            parameter.add_(torch.randn_like(parameter) * 0.3)
    return made


def test_what_comes_later_changes_nothing_before(net):
    one, other = torch.tensor([[5, 6, 7, 8]]), torch.tensor([[5, 6, 9, 1]])
    first, second = net(one), net(other)
    assert torch.allclose(first[:, :2], second[:, :2], atol=1e-6)
    assert not torch.allclose(first[:, 2], second[:, 2], atol=1e-2)


def test_padding_on_either_side_changes_nothing(net):
    plain = net(torch.tensor([[5, 6, 7]]))
    right = net(torch.tensor([[5, 6, 7, 0, 0]]))[:, :3]
    left = net(torch.tensor([[0, 0, 5, 6, 7]]))[:, 2:]
    assert torch.allclose(plain, right, atol=1e-5)
    assert torch.allclose(plain, left, atol=1e-5)


def read_anew(net, prompt, end, most):
    """Greedy decoding straight from the definition: everything is read again for each piece."""
    ids, said = list(prompt), []
    for _ in range(most):
        logits = net(torch.tensor([ids]))[0, -1]
        best = int(logits[1:].argmax()) + 1
        if best == end:
            break
        said.append(best)
        ids.append(best)
    return said


def test_a_kept_past_says_the_same_as_reading_anew(net):
    prompts = [[5, 6, 7], [9], [3, 3, 4, 8, 11], [22, 21]]
    plain = [read_anew(net, prompt, -1, 9) for prompt in prompts]
    ends = {said[3] for said in plain}
    for end in (-1, ends.pop()):
        wanted = [read_anew(net, prompt, end, 9) for prompt in prompts]
        with torch.no_grad():
            assert decode_greedily(net, prompts, end=end, most=9, batch=3) == wanted
    assert len(plain[0]) == 9


def test_the_loss_counts_what_is_to_be_said_alone(net):
    ids = torch.tensor([[5, 6, 7, 8], [5, 6, 9, 0]])
    learned = torch.tensor([[False, False, True, True], [False, False, True, False]])
    logs = torch.log_softmax(net(ids), -1)
    by_hand = -(logs[0, 1, 7] + logs[0, 2, 8] + logs[1, 1, 9]) / 3
    assert next_piece_loss(net, ids, learned).item() == pytest.approx(by_hand.item(), rel=1e-5)
    first = torch.zeros_like(learned)
    first[:, 0] = True
    with pytest.raises(InputError, match="nothing to learn"):
        next_piece_loss(net, ids, first)


@pytest.fixture
def one_thread():
    """Threads that wait for each other cost more than so small a network does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_it_learns_to_copy(one_thread):
    """What is asked for stands in the prompt: a network that cannot look back could not say it."""
    torch.manual_seed(0)
    net = CausalLm(CausalConfig(vocabulary=14, positions=8, width=32, layers=2, heads=4, feedforward=64, dropout=0))
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3)
    for _ in range(70):
        first = torch.randint(3, 14, (64, 1))
        ids = torch.cat([first, torch.randint(3, 14, (64, 1)), torch.full((64, 1), 1), first], 1)
        learned = torch.zeros_like(ids, dtype=torch.bool)
        learned[:, 3] = True
        loss = next_piece_loss(net, ids, learned)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    said = decode_greedily(net, [[a, b, 1] for a in range(3, 14) for b in (4, 9)], end=2, most=1)
    assert said == [[a] for a in range(3, 14) for _ in (4, 9)]


def test_refusals(net):
    with pytest.raises(InputError, match="prompt is empty"):
        decode_greedily(net, [[1], []], end=2)
    with pytest.raises(InputError, match="25 pieces; this decoder reads 24"):
        net(torch.full((1, 25), 5))
