"""What a head of one's own is put on: a model's encoding of each text, beside what the model itself says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from affekt.inference.text import AnyReader, Floats, TextEstimates, TextReader

_CERTAIN = 1e-5


class Encoded(NamedTuple):
    """features: float32 (text, feature), zeros for texts that were not read; estimates: what the model says itself."""

    features: Floats
    estimates: TextEstimates


def encode_texts(
    reader: AnyReader, texts: Sequence[str], *, batch_size: int = 64, language: str | None = None
) -> Encoded:
    """Return the features of texts: the pooled encoding, the log-odds of every label, and VAD where the model has it.

    A text past the window is read in windows, which are averaged by their number of pieces, as the estimates are.
    `language` is that of `TextReader.estimate`. A row does not depend on the other rows.

    >>> from affekt.inference.text import open_reader
    >>> from affekt.models.index import find_model
    >>> encode_texts(open_reader(find_model("text")), ["Thank you!"]).features.shape
    (1, 415)
    """
    if isinstance(reader, TextReader):
        encoding, estimates = reader.encode(texts, batch_size=batch_size, language=language)
    else:
        estimates = reader.estimate(texts, batch_size=batch_size, language=language)
        encoding = reader.features(texts, batch_size=batch_size)
    said = np.clip(estimates.probabilities, _CERTAIN, 1 - _CERTAIN)
    parts = [encoding, np.log(said) - np.log1p(-said)]
    if reader.card.dimensions:
        parts.append(estimates.vad)
    features = np.concatenate(parts, axis=1).astype(np.float32)
    features[~estimates.supported | estimates.empty] = 0.0
    return Encoded(features, estimates)
