"""A model of speech that takes the waveform: the whole for one answer, and windows around each stretch.

Its ONNX file takes ``samples`` float32 (batch, time) at the card's rate and gives ``answers`` float32 (batch, output),
as `affekt.training.speech.small_export` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]
_LEAST = 64  # samples of the spectrum's window
_REACH_S = 1.0  # a stretch is answered for by so much on either side of its middle
_TOGETHER = 8


def read_waves(session: InferenceSession, samples: Floats, card: ModelCard) -> tuple[Floats, Floats]:
    """Return the raw answers of a sound, (output,), and of each stretch of `hop_s` seconds in it, (window, output)."""
    sound = np.asarray(samples, np.float32)
    if len(sound) < _LEAST:
        sound = np.pad(sound, (0, _LEAST - len(sound))).astype(np.float32)
    whole: Floats = session.run(["answers"], {"samples": sound[None]})[0][0]
    hop, reach = round(card.hop_s * card.rate), round(_REACH_S * card.rate)
    count = int(np.ceil(len(samples) / hop - 1e-9))
    size = min(2 * reach, len(sound))
    if size == len(sound):
        return whole, np.repeat(whole[None], count, axis=0)
    # All windows have one length: at the ends they lie further in.
    middles = ((np.arange(count) + 0.5) * hop).astype(np.int64)
    starts = np.clip(middles - reach, 0, len(sound) - size)
    windows = [
        session.run(["answers"], {"samples": np.stack([sound[at : at + size] for at in part.tolist()])})[0]
        for part in np.array_split(starts, -(-count // _TOGETHER))
    ]
    return whole, np.concatenate(windows)
