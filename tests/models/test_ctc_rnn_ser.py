"""ctc-rnn-ser: its probabilities are those of all paths, and it finds the emotional part."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional

from affekt.metrics.classification import unweighted_average_recall
from affekt.models.ctc_rnn_ser.net import CtcRnn, MeanPooledRnn, intervals, sequence_log_probabilities


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_label_has_the_probability_of_all_paths_that_collapse_to_it() -> None:
    """Against every path of five frames over blank and two labels, written out."""
    frames = functional.log_softmax(torch.randn(1, 5, 3, dtype=torch.float64), -1)
    told = {(): 0.0, (1,): 0.0, (2,): 0.0}
    for path in product(range(3), repeat=5):
        collapsed = tuple(k for place, k in enumerate(path) if k and (place == 0 or path[place - 1] != k))
        if collapsed in told:
            told[collapsed] += float(torch.stack([frames[0, t, k] for t, k in enumerate(path)]).sum().exp())
    found = sequence_log_probabilities(frames, torch.ones(1, 5, dtype=torch.bool)).exp()
    assert found[0].tolist() == pytest.approx([told[1,], told[2,]])
    empty = sequence_log_probabilities(frames, torch.ones(1, 5, dtype=torch.bool), neutral=0).exp()
    assert empty[0].tolist() == pytest.approx([told[()], told[2,]])


def test_the_loss_is_torchs_ctc_loss() -> None:
    torch.manual_seed(0)
    net, x, target = CtcRnn(4, 3, width=6).eval(), torch.randn(3, 9, 4), torch.tensor([2, 0, 1])
    lengths = torch.tensor([9, 5, 7])
    present = torch.arange(9)[None] < lengths[:, None]
    frames = net.frames(x, present)[0].transpose(0, 1)
    theirs = functional.ctc_loss(
        frames, target[:, None] + 1, lengths, torch.ones(3, dtype=torch.int64), reduction="none"
    )
    assert float(net.loss(x, target, present).detach()) == pytest.approx(float(theirs.mean().detach()), rel=1e-5)


def test_the_loss_takes_several_emotions_in_order() -> None:
    torch.manual_seed(0)
    net, x = CtcRnn(4, 3, width=6, neutral=1).eval(), torch.randn(2, 9, 4)
    frames, present = net.frames(x)
    theirs = functional.ctc_loss(
        frames.transpose(0, 1), torch.tensor([1, 3, 3]), present.sum(1), torch.tensor([2, 1]), reduction="none"
    )
    found = net.loss(x, torch.tensor([[0, 1, 2], [1, 2, 1]]))  # 1 is neutral: nothing is told of it
    assert float(found.detach()) == pytest.approx(float(theirs.mean().detach()), rel=1e-5)


def test_padding_changes_no_answer() -> None:
    torch.manual_seed(0)
    net, x = CtcRnn(4, 3, width=6, neutral=1).eval(), torch.randn(1, 9, 4)
    padded, present = torch.cat([x, torch.randn(1, 4, 4)], 1), torch.arange(13)[None] < 9
    assert torch.allclose(net(x), net(padded, present), atol=1e-5)
    assert not net.where(padded, present)[:, 9:].any()


def test_intervals_are_means_and_deviations() -> None:
    x = torch.randn(2, 50, 3)
    found, there = intervals(x, torch.ones(2, 50, dtype=torch.bool))
    assert found.shape == (2, 4, 6) and there.all()
    assert torch.allclose(found[:, 1, :3], x[:, 10:30].mean(1), atol=1e-5)
    assert torch.allclose(found[:, 1, 3:], x[:, 10:30].std(1, unbiased=False), atol=1e-4)


def planted(count: int, frames: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """Utterances (synthetic) that are neutral but for five frames, which tell which of three emotions it is."""
    random = np.random.default_rng(seed)
    truth = np.arange(count) % 3
    x = random.normal(0, 1.0, (count, frames, 6))
    place = np.zeros((count, frames), bool)
    for row, start in enumerate(random.integers(0, frames - 4, count)):
        part = slice(start, start + 5)
        x[row, part, truth[row]] += 2.5
        x[row, part, 3 + (truth[row] + 1) % 3] -= 1.25
        place[row, part] = True
    return torch.from_numpy(x.astype(np.float32)), torch.from_numpy(truth), place


def run(net: CtcRnn | MeanPooledRnn, seed: int) -> tuple[float, float]:
    """Return unweighted average recall of long utterances, and how often the most emotional frame is an emotional one.

    Learned from utterances of 20 frames, a quarter of which are emotional; asked of such of 60.
    """
    x, truth, _ = planted(240, 20, seed)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for step in range(200):
        rows = torch.arange(40) + 40 * (step % 6)
        optimizer.zero_grad()
        if isinstance(net, CtcRnn):
            loss = net.loss(x[rows], truth[rows])
        else:
            loss = functional.cross_entropy(net(x[rows]), truth[rows])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    net.eval()
    unseen, known, place = planted(150, 60, 100 + seed)
    with torch.no_grad():
        said, where = net(unseen).argmax(1).numpy(), net.where(unseen).numpy().argmax(1)
    return unweighted_average_recall(known.numpy(), said), float(place[np.arange(150), where].mean())


@pytest.mark.slow
def test_it_finds_the_emotional_part_and_beats_the_mean_pooled_network() -> None:
    found: dict[str, list[tuple[float, float]]] = {"ctc": [], "mean": []}
    for seed in range(2):
        for name, kind in (("ctc", CtcRnn), ("mean", MeanPooledRnn)):
            torch.manual_seed(seed)
            found[name].append(run(kind(6, 3, width=16, dropout=0.0), seed))
    ctc, mean = (np.mean(found[name], 0) for name in ("ctc", "mean"))
    assert ctc[0] > mean[0] + 0.03
    assert ctc[1] > 0.85 and ctc[1] > mean[1] + 0.1
