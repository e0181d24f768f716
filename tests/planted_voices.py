"""Planted voices as files: tones whose roughness, and so their label and arousal, and pitch, and so their speaker."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

RATE = 16_000


def planted_voice(rough: bool, speaker: int, *, seed: int, seconds: float = 0.5) -> np.ndarray:
    """Return a tone of a speaker's pitch, float32 (time,): rough is rich in overtones, and trembles."""
    random = np.random.default_rng([seed, speaker, int(rough)])
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = 140 + 25 * speaker + random.normal(0, 4)
    plain = np.sin(2 * np.pi * pitch * time)
    rich = np.clip(0.1 + 0.7 * rough + 0.08 * random.standard_normal(), 0, 1)
    # Networks hear a clip's bands beside their own means, so that what stays the same says nothing.
    loud = 1 + 0.9 * rough * np.sin(2 * np.pi * 10 * time + random.uniform(0, 6))
    tone = ((1 - rich) * plain + rich * np.sign(plain)) * loud * 0.2 * random.uniform(0.3, 1.5)
    return (tone + 0.005 * random.standard_normal(len(time))).astype(np.float32)


def write_voices(folder: Path, *, clips: int = 72, speakers: int = 9, seed: int = 0) -> Path:
    """Write clips as WAV and return a table of them: file, emotion, valence, arousal, dominance, speaker."""
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "voices.csv"
    with table.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "emotion", "valence", "arousal", "dominance", "speaker"])
        for place in range(clips):
            rough, speaker = bool(place % 2), (place // 2) % speakers
            name = f"clip-{place:03}.wav"
            soundfile.write(folder / name, planted_voice(rough, speaker, seed=seed + place), RATE)
            writer.writerow([name, "anger" if rough else "calm", *((3, 8, 7) if rough else (7, 3, 5)), f"s{speaker}"])
    return table
