"""Published speech encoders under our interface, randomly initialised and tiny."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from affekt.errors import InputError
from affekt.layers.hub_speech import HubEncoder, open_hub_encoder

SIZES = {
    **{"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32},
    **{"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2},
}


def tiny(kind: str) -> nn.Module:
    import transformers

    torch.manual_seed(0)
    if kind == "Whisper":
        config: Any = transformers.WhisperConfig(
            d_model=16,
            encoder_layers=2,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_source_positions=100,
            vocab_size=50,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=1,
        )
    else:
        config = getattr(transformers, f"{kind}Config")(**SIZES)
    model: nn.Module = getattr(transformers, f"{kind}Model")(config).eval()
    return model


@pytest.mark.parametrize("kind", ["Wav2Vec2", "Hubert", "WavLM"])
def test_states_are_those_that_the_library_gives(kind: str) -> None:
    model = tiny(kind)
    encoder = HubEncoder(model, normalise=False).eval()
    wave = torch.randn(1, 4000)
    theirs = model(wave, output_hidden_states=True)
    ours = encoder(wave[..., None], torch.tensor([4000]))
    assert len(ours.layers) == 3 == encoder.depth + 1
    assert torch.allclose(ours.last, theirs.last_hidden_state, atol=1e-5)
    for a, b in zip(ours.layers[1:], theirs.hidden_states[1:], strict=True):
        assert torch.allclose(a, b, atol=1e-5)


def test_padding_and_level_change_nothing_where_waves_are_normalised() -> None:
    # One that was pretrained with attention masks: group norm over time, as the base ones have, reads the padding.
    model = tiny("Hubert")
    for layer in model.feature_extractor.conv_layers:  # type: ignore[union-attr,operator]
        if hasattr(layer, "layer_norm"):
            layer.layer_norm = nn.Identity()
    encoder = HubEncoder(model).eval()
    wave = torch.randn(1, 3000, 1)
    alone = encoder(wave, torch.tensor([3000]))
    padded = encoder(torch.cat([5 * wave + 0.3, torch.randn(1, 900, 1)], 1), torch.tensor([3000]))
    assert torch.allclose(alone.last, padded.last, atol=1e-3) and torch.equal(alone.present, padded.present)


def test_whisper_reads_thirty_seconds_and_answers_for_what_is_there() -> None:
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor(feature_size=80, chunk_length=2)
    encoder = HubEncoder(tiny("Whisper"), extractor=extractor).eval()
    states = encoder(torch.randn(2, 16000, 1), torch.tensor([16000, 4000]))
    assert states.last.shape == (2, 50, 16) and states.present.sum(1).tolist() == [50, 13]
    with pytest.raises(InputError, match="needs the feature extractor"):
        HubEncoder(tiny("Whisper"))


def test_hidden_frames_stand_behind_the_encoders_own_embedding() -> None:
    encoder = HubEncoder(tiny("Hubert")).eval()
    wave, lengths = torch.randn(1, 4000, 1), torch.tensor([4000])
    plain = encoder(wave, lengths)
    mask = torch.zeros_like(plain.present)
    mask[0, 3] = True
    assert not torch.allclose(plain.last, encoder(wave, lengths, mask=mask).last, atol=1e-3)


def test_an_encoder_opens_from_its_folder(tmp_path: Path) -> None:
    from transformers import Wav2Vec2FeatureExtractor

    model: Any = tiny("Hubert")
    model.save_pretrained(tmp_path)
    Wav2Vec2FeatureExtractor(do_normalize=False).save_pretrained(tmp_path)
    (tmp_path / "README.md").write_text("---\nlicense: apache-2.0\n---\n", encoding="utf-8")
    encoder, licence = open_hub_encoder(str(tmp_path))
    assert licence == "apache-2.0" and not encoder.normalise
    wave = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 2000, 1)).astype(np.float32))
    with torch.no_grad():
        theirs = model(wave[..., 0]).last_hidden_state
        assert torch.allclose(encoder.eval()(wave, torch.tensor([2000])).last, theirs, atol=1e-5)


def test_what_is_no_speech_encoder_is_refused(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    BertModel(BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=9)).save_pretrained(
        tmp_path
    )
    with pytest.raises(InputError, match="no speech encoder known here"):
        open_hub_encoder(str(tmp_path))
    with pytest.raises(InputError, match="Cannot open"):
        open_hub_encoder(str(tmp_path / "nothing"))
