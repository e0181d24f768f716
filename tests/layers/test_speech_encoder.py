"""The speech encoder: padding changes nothing, masks hide, tokens come first, sizes are those that were asked for."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.layers.speech_encoder import SPEECH_SIZES, SpeechEncoder, span_mask, speech_size


@pytest.mark.parametrize(("size", "inputs", "time"), [("tiny", 64, 37), ("tiny-wave", 1, 1601)])
def test_padding_changes_no_state_of_what_is_there(size: str, inputs: int, time: int) -> None:
    torch.manual_seed(0)
    encoder = SpeechEncoder(speech_size(size)).eval()
    x = torch.randn(1, time, inputs)
    alone = encoder(x, torch.tensor([time]))
    more = torch.cat([x, 9 * torch.randn(1, 1000, inputs)], 1)
    both = encoder(torch.cat([more, torch.randn_like(more)]), torch.tensor([time, time + 1000]))
    frames = encoder.config.frames(time)
    assert alone.present.sum() == both.present[0].sum() == frames
    for a, b in zip(alone.layers, both.layers, strict=True):
        assert torch.allclose(a[0, :frames], b[0, :frames], atol=2e-5)


def test_hidden_frames_are_not_read() -> None:
    torch.manual_seed(0)
    encoder = SpeechEncoder(speech_size("tiny")).eval()
    x, lengths = torch.randn(1, 40, 64), torch.tensor([40])
    mask = torch.zeros(1, 10, dtype=torch.bool)
    mask[0, 4:7] = True
    changed = x.clone()
    # Frames 4 to 6 read 10 ms frames 16 to 34; what only they read may change.
    changed[0, 21:24] += 5.0
    assert torch.allclose(encoder(x, lengths, mask=mask).last, encoder(changed, lengths, mask=mask).last, atol=1e-5)
    assert not torch.allclose(encoder(x, lengths).last, encoder(changed, lengths).last, atol=1e-2)


def test_tokens_come_before_the_frames() -> None:
    torch.manual_seed(0)
    encoder = SpeechEncoder(speech_size("tiny")).eval()
    tokens = torch.randn(3, 32)
    states = encoder(torch.randn(2, 40, 64), torch.tensor([40, 8]), tokens=tokens)
    assert states.last.shape == (2, 13, 32) and states.present[1].tolist() == [True] * 5 + [False] * 8
    assert torch.equal(states.layers[0][0, :3], tokens)
    assert states.stacked().shape == (2, 3, 13, 32)


def test_the_scale_brings_inputs_to_zero_and_one() -> None:
    encoder = SpeechEncoder(speech_size("tiny"))
    x = 3 * torch.randn(500, 64) - 7
    encoder.fit_scale(x)
    brought = (x - encoder.centre) / encoder.scale
    assert abs(float(brought.mean())) < 1e-4 and abs(float(brought.std()) - 1) < 1e-2
    assert "centre" in encoder.state_dict()


def test_every_size_reads_and_wrong_shapes_are_refused() -> None:
    for name, config in SPEECH_SIZES.items():
        encoder = SpeechEncoder(config).eval()
        inputs = 64 if config.front == "log-mel" else 1
        assert encoder(torch.zeros(1, 400, inputs), torch.tensor([400])).last.shape[-1] == config.width, name
    with pytest.raises(InputError, match=r"reads \(batch, time, 64\)"):
        SpeechEncoder(speech_size("tiny"))(torch.zeros(1, 10, 40), torch.tensor([10]))
    with pytest.raises(UnknownNameError, match="Did you mean 'small'"):
        speech_size("smal")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=4), st.integers(1, 12), st.floats(0.05, 0.9), st.integers(0, 99)
)
def test_masks_hide_something_and_never_padding(lengths: list[int], span: int, share: float, seed: int) -> None:
    there = torch.tensor(lengths)
    present = torch.arange(max(lengths))[None] < there[:, None]
    hidden = span_mask(present, share=share, span=span, generator=torch.Generator().manual_seed(seed))
    assert hidden.any(1).all() and not (hidden & ~present).any()
    assert torch.equal(
        hidden, span_mask(present, share=share, span=span, generator=torch.Generator().manual_seed(seed))
    )
