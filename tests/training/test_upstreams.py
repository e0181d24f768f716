"""Upstreams: one interface, whatever reads the sound; features kept and taken from their file; ours saved and read."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from planted_speech import planted

from affekt.errors import InputError
from affekt.layers.speech_encoder import SpeechEncoder, speech_size
from affekt.training.speech.upstreams import (
    PLAIN,
    Upstream,
    fresh_copy,
    load_trunk,
    open_upstream,
    save_trunk,
    upstream_frames,
)


@pytest.mark.parametrize("name", [*PLAIN, "fresh:tiny", "fresh:tiny-wave"])
def test_every_upstream_reads_samples_and_clips_alike(name: str) -> None:
    upstream = open_upstream(name)
    clips = planted(4)
    frames = upstream_frames(upstream, clips)
    assert len(frames) == 4
    assert all(each.dtype == np.float32 and each.shape[::2] == (upstream.layers, upstream.width) for each in frames)
    assert all(np.isfinite(each).all() for each in frames)
    alone = upstream.frames(clips.view("wave")[1][:, 0])
    assert np.allclose(alone, frames[1], atol=1e-4)


@pytest.mark.skipif(find_spec("resemblyzer") is None, reason="Resemblyzer is not installed")
def test_the_speaker_encoder_tells_that_voices_differ() -> None:
    upstream = open_upstream("resemblyzer")
    assert upstream.licence == "Apache-2.0"
    frames = upstream.frames(0.1 * np.random.default_rng(0).standard_normal(40_000).astype(np.float32))
    assert frames.shape[::2] == (1, 256) and np.allclose(np.linalg.norm(frames, axis=2), 1, atol=1e-4)


def test_an_encoder_of_the_hub_is_an_upstream(tmp_path: Path) -> None:
    from transformers import HubertConfig, HubertModel

    HubertModel(
        HubertConfig(
            **{"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32},
            **{"conv_dim": (8,) * 7, "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2},
        )
    ).save_pretrained(tmp_path)
    upstream = open_upstream(f"hf:{tmp_path}")
    assert upstream.licence and (upstream.layers, upstream.width, upstream.view) == (3, 16, "wave")
    assert upstream.frames(np.zeros(4000, np.float32)).shape == (3, 12, 16)


def test_features_are_kept_and_taken_from_their_file(tmp_path: Path) -> None:
    clips, upstream = planted(4), open_upstream("fresh:tiny")
    first = upstream_frames(upstream, clips, cache=tmp_path)

    def never(clips: object) -> list[np.ndarray]:
        raise AssertionError("read again")

    silent = Upstream(
        upstream.name, upstream.licence, upstream.view, upstream.layers, upstream.width, never, upstream.key
    )
    again = upstream_frames(silent, clips, cache=tmp_path)
    assert all(np.allclose(a, b, atol=5e-3) for a, b in zip(first, again, strict=True))
    with pytest.raises(AssertionError):
        upstream_frames(silent, clips.take([0, 1]), cache=tmp_path)


def test_an_encoder_of_ours_is_what_it_was_after_saving(tmp_path: Path) -> None:
    torch.manual_seed(3)
    encoder = SpeechEncoder(speech_size("tiny"))
    encoder.fit_scale(torch.randn(50, 64) * 3 - 4)
    save_trunk(encoder, tmp_path, licence="CC BY-NC-SA 4.0")
    read, licence = load_trunk(tmp_path)
    assert licence == "CC BY-NC-SA 4.0"
    assert all(
        torch.equal(a, b) for a, b in zip(encoder.state_dict().values(), read.state_dict().values(), strict=True)
    )
    upstream = open_upstream(str(tmp_path))
    assert upstream.licence == licence and upstream.layers == 3
    copy = fresh_copy(upstream)
    copy.layers[0].qkv.weight.data.zero_()  # type: ignore[index,union-attr]
    assert upstream.trunk is not None and upstream.trunk.layers[0].qkv.weight.abs().sum() > 0  # type: ignore[index,union-attr]


def test_what_is_no_upstream_is_named_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Use fresh:SIZE, hf:NAME"):
        open_upstream("wavelet")
    with pytest.raises(InputError, match="no network to train"):
        fresh_copy(open_upstream("mfcc"))
    (tmp_path / "speech_encoder.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="holds no encoder"):
        open_upstream(str(tmp_path))
