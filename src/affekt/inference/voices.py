"""Who speaks: a vector for each stretch of speech, near to those of the same voice."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.errors import MissingDependencyError
from affekt.signals.mel import Mel, mel_filterbank, mfcc

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float32]
RATE = 16_000
_LOUDNESS = 10 ** (-30 / 20)  # root mean square that quieter speech is raised to


class Embedder(Protocol):
    """Turns stretches of speech into vectors. `window_s` is how long a stretch it takes best, in seconds; `threshold`
    the mean cosine distance, in [0, 2], above which two sets of its vectors are different voices."""

    window_s: float
    threshold: float

    def embed(self, windows: Floats) -> Floats:
        """Return a vector of length 1 for each stretch: float32 (window, feature) from (window, time) at 16 kHz."""


class SpectralVoices:
    """Voices by the mean and the spread of their cepstra: rough, light, nothing learned.

    Mel-frequency cepstral coefficients 1 to 19 of the louder half of the frames, brought to comparable size. Emotion
    moves them too.
    """

    window_s = 2.0
    threshold = 0.15

    def embed(self, windows: Floats) -> Floats:
        """Return a vector of length 1 for each stretch: float32 (window, 38) from (window, time) at 16 kHz."""
        return _unit(np.stack([self._vector(window) for window in windows]))

    @staticmethod
    def _vector(window: Floats) -> Floats:
        frames = mfcc(window, RATE, coefficients=20)
        loud = frames[frames[:, 0] >= np.median(frames[:, 0]), 1:]
        return np.concatenate([loud.mean(0), loud.std(0)])


class LearnedVoices:
    """Voices by Resemblyzer's encoder, learned from thousands of speakers; needs torch and the installed package.

    Wan, Wang, Papir & Moreno 2018, "Generalized End-to-End Loss for Speaker Verification", ICASSP; weights of
    resemble-ai/Resemblyzer, Apache-2.0, read from the package, which is not run.
    """

    window_s = 1.6
    threshold = 0.38

    def __init__(self, weights: Path | None = None) -> None:
        self._lstm, self._linear = _learned(weights or learned_weights())

    def embed(self, windows: Floats) -> Floats:
        """Return a vector of length 1 for each stretch: float32 (window, 256) from (window, time) at 16 kHz."""
        import torch

        features = np.stack([mel_power(window) for window in np.asarray(windows, np.float32)])
        with torch.no_grad():
            _, (hidden, _) = self._lstm(torch.from_numpy(features))
            vectors = torch.relu(self._linear(hidden[-1]))
        return _unit(vectors.numpy())


def learned_weights() -> Path:
    """Return where the weights of Resemblyzer lie. Raises `MissingDependencyError`."""
    found = find_spec("resemblyzer")
    for place in (found.submodule_search_locations or ()) if found else ():
        path = Path(place) / "pretrained.pt"
        if path.is_file():
            return path
    raise MissingDependencyError(
        "Telling voices apart needs the weights of Resemblyzer, and torch. Install them with: "
        "pip install 'affekt[speakers]'"
    )


@lru_cache(maxsize=1)
def _learned(weights: Path) -> tuple[torch.nn.LSTM, torch.nn.Linear]:
    try:
        import torch
    except ImportError as error:
        raise MissingDependencyError(
            "Telling voices apart needs torch. Install it with: pip install 'affekt[speakers]'"
        ) from error
    held = torch.load(weights, map_location="cpu", weights_only=True)["model_state"]
    lstm, linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    for part, name in ((lstm, "lstm."), (linear, "linear.")):
        part.load_state_dict({key.removeprefix(name): held[key] for key in held if key.startswith(name)})
        part.eval()
    return lstm, linear


def mel_power(window: Floats) -> Floats:
    """Return the mel spectrum that the encoder was trained on: power, float32 (frame, 40), from (time,) at 16 kHz."""
    level = float(np.sqrt(np.mean(np.square(window, dtype=np.float64))))
    raised = window * np.float32(max(1.0, _LOUDNESS / level)) if level > 0 else window
    padded = np.pad(raised, 200)
    frames = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160]
    taper = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(frames * taper, axis=1)))
    bank = mel_filterbank(RATE, 400, Mel(bands=40, low=0.0, scale="slaney", equal_area=True))
    return np.asarray(power @ bank, np.float32)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0), np.float32)
