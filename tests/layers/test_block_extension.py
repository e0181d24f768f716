"""Extended layers say what the layers said, and only the second copies and the zeros are trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from affekt.errors import InputError
from affekt.layers.block_extension import extend_blocks
from affekt.layers.hub_speech import HubEncoder
from affekt.layers.speech_classifier import changed
from affekt.layers.speech_encoder import SpeechEncoder, speech_size
from affekt.layers.text_encoder import EncoderConfig, TextEncoder

SIZES = {
    **{"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32},
    **{"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2},
}


def ours() -> Any:
    return SpeechEncoder(speech_size("tiny"))


def hubert() -> Any:
    from transformers import HubertConfig, HubertModel

    return HubEncoder(HubertModel(HubertConfig(**SIZES)))


def wavlm() -> Any:
    from transformers import WavLMConfig, WavLMModel

    return HubEncoder(WavLMModel(WavLMConfig(**SIZES, num_buckets=8)))


@pytest.mark.parametrize("make", [ours, hubert, wavlm])
def test_extension_changes_no_output_and_only_the_second_copies_and_the_zeros_learn(make: Callable[[], Any]) -> None:
    torch.manual_seed(0)
    trunk = make().eval()
    inputs, time = (1, 3000) if trunk.view == "wave" else (64, 40)
    x, lengths = torch.randn(2, time, inputs), torch.tensor([time, time // 2])
    with torch.no_grad():
        before = trunk(x, lengths)
        names = extend_blocks(trunk)
        after = trunk(x, lengths)
    for a, b in zip(before.layers, after.layers, strict=True):
        assert (a - b).abs().max() <= 1e-6
    assert names and all(".second." in name or ".zero." in name for name in names)
    weights = {name: value.detach().clone() for name, value in trunk.named_parameters()}
    optimizer = torch.optim.SGD([p for p in trunk.parameters() if p.requires_grad], 0.1)
    for _ in range(2):  # In the first step the zeros hide the second copies.
        optimizer.zero_grad()
        (trunk(x, lengths).last * torch.linspace(-1, 1, trunk.width)).sum().backward()
        with_gradient = {name for name, p in trunk.named_parameters() if p.grad is not None}
        assert with_gradient <= names
        optimizer.step()
    moved = changed(weights, trunk)
    assert moved <= names and {name for name in names if name.endswith("weight") and "norm" not in name} - moved == {
        name for name in names - moved if name.endswith("weight") and "norm" not in name
    }
    assert all(any(f"{place}.zero.weight" in name for name in moved) for place in range(2))
    assert all(any(f"{place}.second." in name for name in moved) for place in range(2))


def test_any_transformer_with_layers_is_extended() -> None:
    torch.manual_seed(0)
    encoder: Any = TextEncoder(EncoderConfig(vocabulary=30, positions=8, width=8, layers=2, heads=2, feedforward=16))
    encoder.blocks = encoder.layers
    encoder.eval()
    ids = torch.tensor([[3, 4, 5]])
    before = encoder.states(ids)
    extend_blocks(encoder)
    assert torch.allclose(before, encoder.states(ids), atol=1e-6)
    with pytest.raises(InputError, match="extended already"):
        extend_blocks(encoder)
