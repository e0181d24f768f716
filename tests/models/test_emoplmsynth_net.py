"""emoPLMsynth: padding says nothing, and emotions once learned let a detector see whether they agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from affekt.layers.text_encoder import EncoderConfig, TextEncoder
from affekt.models.emoplmsynth.net import SynthDetector


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tiny() -> TextEncoder:
    torch.manual_seed(0)
    return TextEncoder(EncoderConfig(100, 16, 16, 1, 2, 32, 0.0))


def test_padding_changes_no_answer() -> None:
    net = SynthDetector(tiny(), 16).eval()
    ids = torch.tensor([[1, 5, 6, 2, 0], [1, 7, 8, 9, 2]])
    assert net(ids).shape == (2, 2)
    assert torch.allclose(net(ids)[0], net(ids[:1, :4])[0], atol=1e-5)


def test_emotions_first_beat_detection_at_once_where_only_their_agreement_tells() -> None:
    """Thirty words of each of three emotions. Emotions are learned on all words; detection is taught with half of them
    and scored on the other half: without emotions the others say nothing."""
    known = torch.arange(10, 100)
    emotion_of = torch.arange(3).repeat_interleave(30)

    def texts(seed: int, half: int, count: int = 120) -> tuple[torch.Tensor, torch.Tensor]:
        random = torch.Generator().manual_seed(seed)
        agree = torch.arange(count) % 2
        first = torch.randint(0, 3, (count,), generator=random)
        turn = torch.randint(1, 3, (count,), generator=random)
        second = torch.where(agree.bool(), first, (first + turn) % 3)
        place = torch.randint(15 * half, 15 * half + 15, (count, 2), generator=random)
        ids = torch.stack([10 + 30 * first + place[:, 0], 10 + 30 * second + place[:, 1]], 1)
        return ids, agree

    def detect(encoder: TextEncoder) -> float:
        torch.manual_seed(1)
        net = SynthDetector(encoder, 16, hidden=32, dropout=0.0)
        optimizer = torch.optim.AdamW(net.parameters(), 5e-3)
        ids, agree = texts(0, 0)
        for _ in range(60):
            optimizer.zero_grad()
            F.cross_entropy(net(ids), agree).backward()
            optimizer.step()
        ids, agree = texts(1, 1)
        with torch.no_grad():
            return float((net.eval()(ids).argmax(1) == agree).float().mean())

    taught = tiny()
    head = nn.Linear(16, 3)
    optimizer = torch.optim.AdamW([*taught.parameters(), *head.parameters()], 1e-2)
    for _ in range(80):
        optimizer.zero_grad()
        F.cross_entropy(head(taught.pool(known[:, None])), emotion_of).backward()
        optimizer.step()
    emotions_first, direct = detect(taught), detect(tiny())
    assert direct < 0.7
    assert emotions_first > direct + 0.15
