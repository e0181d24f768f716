"""Planted speech for tests: tones whose movement or colour tells the label and whose pitch tells the speaker."""

from __future__ import annotations

import numpy as np

from affekt.corpora.clips import Clips, make_clips
from affekt.types import LabelSpace

TWO = LabelSpace("planted", ("steady", "trembling"), "exclusive", "planted")
RATE = 16_000


def planted(clips: int = 60, *, seed: int = 0, seconds: float = 0.5, speakers: int = 6, by: str = "trembling") -> Clips:
    """Clips of tones. Half of the speakers are female.

    by: "trembling", those of label 1 go up and down in loudness eight times a second; "colour", they are mostly rich in
    overtones, the others mostly not, however loud.
    """
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    labels = np.arange(clips) % 2
    who = (np.arange(clips) // 2) % speakers
    sounds = []
    for label, speaker in zip(labels, who, strict=True):
        pitch = 150 + 40 * speaker + random.normal(0, 5)
        plain = np.sin(2 * np.pi * pitch * time)
        if by == "trembling":
            loud = 1 + 0.9 * label * np.sin(2 * np.pi * 8 * time + random.uniform(0, 6))
            tone = np.sign(plain) * loud * 0.1
        else:
            rich = np.clip(0.15 + 0.6 * label + 0.12 * random.standard_normal(), 0, 1)
            tone = ((1 - rich) * plain + rich * np.sign(plain)) * 0.1 * random.uniform(0.3, 2)
        sounds.append((tone + 0.01 * random.standard_normal(len(time))).astype(np.float32))
    return make_clips(
        sounds,
        labels,
        TWO,
        speakers=[f"speaker-{each}" for each in who],
        sentences=["one two" if each % 4 < 2 else "three four" for each in range(clips)],
        conditions={"sex": ["female" if each % 2 else "male" for each in who]},
        corpus="planted",
    )
