"""Long texts in chunks: nothing lost, no chunk too long, and pooling as by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.layers.chunks import POOLINGS, ChunkPool, Pooling, cut_chunks
from affekt.layers.text_encoder import EncoderConfig, TextEncoder
from affekt.models.dens.net import PassageNet
from affekt.training.fine_tuning import Plan, fine_tune

BEGIN, END = 1, 2


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 60), st.integers(3, 20), st.data())
def test_chunks_hold_every_piece_in_order_and_none_is_too_long(pieces: int, window: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, window - 3))
    ids = [BEGIN, *range(10, 10 + pieces), END]
    chunks = cut_chunks(ids, window=window, overlap=overlap)
    assert all(len(chunk) <= window and (chunk[0], chunk[-1]) == (BEGIN, END) for chunk in chunks)
    held = [chunk[1:-1] for chunk in chunks]
    assert {piece for chunk in held for piece in chunk} == set(range(10, 10 + pieces))
    assert all(chunk == sorted(chunk) for chunk in held)
    for before, after in pairwise(held):
        assert before[0] < after[0] and len(set(before) & set(after)) >= overlap
    if len(chunks) > 1:
        assert all(len(chunk) == window for chunk in chunks)


def test_an_overlap_that_leaves_no_step_is_refused() -> None:
    with pytest.raises(InputError, match="overlap by less"):
        cut_chunks([1, 5, 2], window=5, overlap=3)


@pytest.mark.parametrize("how", POOLINGS)
def test_pooling_is_as_by_hand_whatever_the_batch(how: Pooling) -> None:
    torch.manual_seed(0)
    pool = ChunkPool(4, how).eval()
    states, owner = torch.randn(6, 4), torch.tensor([0, 0, 0, 1, 2, 2])
    with torch.no_grad():
        together = pool(states, owner, 3)
        for text in range(3):
            own = states[owner == text]
            alone = pool(own, torch.zeros(len(own), dtype=torch.int64), 1)[0]
            assert torch.allclose(together[text], alone, atol=1e-6)
            if how == "attention":
                assert pool.project is not None and pool.question is not None
                told = torch.softmax(pool.question(torch.tanh(pool.project(own)))[:, 0], 0)
                by_hand = (told[:, None] * own).sum(0)
            else:
                by_hand = own.mean(0) if how == "mean" else own.amax(0)
            assert torch.allclose(together[text], by_hand, atol=1e-6)


def test_an_unknown_pooling_is_refused() -> None:
    with pytest.raises(InputError, match="Use mean, max, attention"):
        ChunkPool(4, "median")  # type: ignore[arg-type]


def passages(items: int, seed: int) -> tuple[list[list[int]], np.ndarray]:
    """Long texts of filler with one telling piece at the end, behind the first window."""
    random = np.random.default_rng(seed)
    label = random.integers(0, 2, items)
    ids = [[BEGIN, *random.integers(20, 60, 20).tolist(), 10 + int(y), END] for y in label]
    return ids, np.eye(2, dtype=np.float32)[label]


def taught(cut: int | None) -> float:
    """The accuracy of a tiny encoder over chunks, or over the first `cut` pieces alone."""
    ids, truth = passages(160, 0)
    test, wanted = passages(160, 1)
    torch.manual_seed(0)
    encoder = TextEncoder(EncoderConfig(vocabulary=64, positions=16, width=16, layers=1, heads=2, feedforward=32))
    net = PassageNet(encoder.width, 2, how="max", dropout=0.0, encoder=encoder)
    targets = torch.from_numpy(truth)

    def read(texts: list[list[int]]) -> torch.Tensor:
        return net.read([t if cut is None else [*t[: cut - 1], END] for t in texts], window=8, overlap=2)

    def loss(rows: np.ndarray) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(read([ids[i] for i in rows]), targets[rows])

    plan = Plan(epochs=5, batch=16, learning_rate=1e-2, patience=5, bfloat16=False)
    fine_tune(net, loss, lambda: float(loss(np.arange(len(ids)))), lengths=[len(t) for t in ids], plan=plan)
    with torch.no_grad():
        return float((read(test).argmax(1).numpy() == wanted.argmax(1)).mean())


@pytest.mark.slow
def test_pooled_chunks_read_what_truncation_cannot_end_to_end() -> None:
    assert taught(None) > 0.9
    assert taught(8) < 0.65
