"""Vectors of voices: length, the encoder's own spectrum beside librosa's, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tone_reader
from affekt.errors import MissingDependencyError
from affekt.inference import voices


def test_spectral_voices_are_nearer_to_themselves() -> None:
    low = np.stack([tone_reader.voice(2, pitch=100, level=level) for level in (0.05, 0.2)])
    noise = np.random.default_rng(0).normal(0, 0.1, (2, 32_000)).astype(np.float32)
    found = voices.SpectralVoices().embed(np.concatenate([low, noise]))
    assert found.shape == (4, 38)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    alike = found @ found.T
    assert min(alike[0, 1], alike[2, 3]) > alike[:2, 2:].max()
    assert np.isfinite(voices.SpectralVoices().embed(np.zeros((1, 32_000), np.float32))).all()


@pytest.mark.filterwarnings("ignore")
def test_mel_power_is_that_of_librosa() -> None:
    librosa = pytest.importorskip("librosa")
    samples = (0.1 * np.random.default_rng(0).normal(size=25_600)).astype(np.float32)
    theirs = librosa.feature.melspectrogram(y=samples, sr=16_000, n_fft=400, hop_length=160, n_mels=40).T
    np.testing.assert_allclose(voices.mel_power(samples), theirs, atol=1e-6)


def test_learned_voices() -> None:
    pytest.importorskip("torch")
    try:
        learned = voices.LearnedVoices()
    except MissingDependencyError as error:
        pytest.skip(str(error))
    windows = np.stack(
        [tone_reader.voice(1.6, pitch=pitch, level=level) for pitch in (100, 220) for level in (0.01, 0.03)]
    )
    found = learned.embed(windows)
    assert found.shape == (4, 256)
    assert (found >= 0).all()
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    alike = found @ found.T
    assert min(alike[0, 1], alike[2, 3]) > alike[:2, 2:].max()


def test_without_the_weights_the_install_line_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(voices, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'affekt\[speakers\]'"):
        voices.learned_weights()
