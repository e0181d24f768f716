"""Changed sounds to learn from: speakers, rooms, noise, levels and lines as `affekt.signals.degrade` makes them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.clips import RATE, Clips
from affekt.corpora.sound_views import Change
from affekt.signals.degrade import AUGMENTATION, Chance, augmented

Samples = NDArray[np.float32]
# The same words by another voice, and nothing else: what is left of the recording stays clean.
VOICES = (Chance("speed", 0.7, 0.88, 1.14), Chance("pitch", 0.5, -2, 2), Chance("level", 0.3, -35, -20))


def everyday(voices: Sequence[Samples] = (), *, plan: Sequence[Chance] = AUGMENTATION) -> Change:
    """Return a change that makes a sound as it may come to a microphone: another speed, a room, noise, a codec.

    voices: float32 (time,), 16 kHz, that babble is made of; of speakers who are never scored. Copies are kept by the
    plan and the voices.
    """
    told = repr((tuple(plan), len(voices), [float(np.abs(voice).sum()) for voice in voices])).encode()
    name = f"everyday_{blake2b(told, digest_size=3).hexdigest()}"
    return Change(name, lambda samples, random: augmented(samples, RATE, random, plan=plan, voices=voices))


def other_voices() -> Change:
    """Return a change of speed, pitch and level alone."""
    return everyday(plan=VOICES)


def some_voices(clips: Clips, count: int = 60) -> list[Samples]:
    """Return the sounds of some clips, spread evenly over the corpus, for babble."""
    places = np.linspace(0, len(clips) - 1, min(count, len(clips))).astype(np.int64)
    return [wave[:, 0] for wave in clips.take(places).view("wave")]
