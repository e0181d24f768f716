"""A reader of speech that needs no weights: what it answers follows from how loud each half second is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from affekt.cards import ModelCard
from affekt.inference.speech import SpeechEstimates
from affekt.types import LabelSpace

SPACE = LabelSpace("loudness", ("calm", "anger"), "exclusive", "none", "calm")


def tone_card(folder: Path) -> ModelCard:
    """Return the card of the reader; `folder` gets a fit that changes nothing."""
    folder.mkdir(exist_ok=True)
    (folder / "fit.json").write_text('{"scale": [1, 1], "shift": [0, 0], "sd_factor": [1, 1, 1], "thresholds": {}}')
    return ModelCard(
        name="tone",
        version="1",
        summary="loud is angry",
        modality="speech",
        space=SPACE,
        runtime="onnx",
        folder=folder,
        files={},
        tokenizer=None,
        languages=(),
        window=30,
        licence="none",
        commercial=True,
        code_licence="Apache-2.0",
        trained_on=(),
        paper="none",
        recipe="none",
        dimensions=False,
        intensity=False,
    )


class ToneReader:
    """Says anger, with 0.9, of what is louder than a root mean square of 0.1, else calm."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card
        self.asked = 0

    def estimate(self, sounds: Sequence[np.ndarray], *, batch_size: int = 16) -> SpeechEstimates:
        self.asked += len(sounds)
        frames = []
        for sound in sounds:
            cuts = range(8000, len(sound), 8000)
            loud = np.array([np.sqrt(np.square(part).mean()) > 0.1 for part in np.split(sound, cuts)])
            frames.append(np.where(loud[:, None], [[0.1, 0.9]], [[0.9, 0.1]]).astype(np.float32))
        whole = np.array([each.mean(0) for each in frames], np.float32).reshape(len(sounds), 2)
        return SpeechEstimates(whole, tuple(frames), np.array([len(sound) / 16_000 for sound in sounds]), 0.5)


def open_tone(card: ModelCard, *, threads: int | None = None, device: str = "cpu") -> ToneReader:
    """Return the reader, as `open_speech_reader` does."""
    return ToneReader(card)


def voice(seconds: float, *, level: float = 0.05, pitch: float = 120.0, rate: int = 16_000) -> np.ndarray:
    """Return something like a voice: pulses through two resonances, its loudness moving as syllables do."""
    count = round(seconds * rate)
    time = np.arange(count) / rate
    phase = np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * time))) / rate
    sound = sum(
        np.sin(2 * np.pi * k * phase)
        * (1 / (1 + ((k * pitch - 500) / 200) ** 2) + 0.5 / (1 + ((k * pitch - 1500) / 300) ** 2))
        for k in range(1, int(3800 / pitch))
    )
    moving = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    sound = sound * moving
    return (sound / np.sqrt(np.square(sound).mean()) * level).astype(np.float32)
