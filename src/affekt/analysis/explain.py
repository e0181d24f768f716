"""Which words made the difference: each is masked in turn, and the change in probability is its weight.

Occlusion (Zeiler & Fergus 2014; Li et al. 2016, "Understanding Neural Networks through
Representation Erasure"). It asks the model itself, needs no gradients, and so works for any model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from affekt.affect.convert import convert_probabilities
from affekt.inference.calibration import Calibration
from affekt.inference.text import AnyReader
from affekt.signals.text import text_of
from affekt.types import Evidence, Reading, Span

# Words with their apostrophes, or a run of punctuation or emoji.
# Vowel signs and joiners of Indic scripts, accents and Arabic vowel marks belong to the word they stand in.
_SIGN = "\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u200c\u200d"
UNIT = re.compile(rf"[\w{_SIGN}]+(?:['’][\w{_SIGN}]+)*|[^\w\s{_SIGN}]+")
# Evidence weaker than this is noise of the eighth bit.
_LEAST = 0.01
_MOST = 24


def explain_reading(
    reader: AnyReader, text: str, reading: Reading, *, labels: int = 3, calibration: Calibration | None = None
) -> Reading:
    """Return `reading` with the evidence for its labels: words of `text` inside its span, strongest first.

    The labels explained are those over their threshold (at most `labels`), or the most probable
    one. A weight is the label's probability, by the `calibration` if there is one, with the word minus without it,
    in [-1, 1].
    """
    if not len(reading.space):
        return reading  # a model of dimensions alone
    names = reading.labels[:labels] or (reading.top(1)[0].label,)
    start, part = int(reading.span.start), text_of(text, reading.span)
    units = [match.span() for match in UNIT.finditer(part)]
    pieces = [reader.pieces(part[a:b]) for a, b in units]
    whole = [piece for unit in pieces for piece in unit]
    if not whole:
        return reading
    masked, place = [whole], 0
    for unit in pieces:
        masked.append([*whole[:place], *([0] * len(unit)), *whole[place + len(unit) :]])
        place += len(unit)
    probabilities = reader.estimate_pieces(masked).probabilities
    # With its only word masked nothing is left to read: that word is all the evidence there is.
    probabilities = np.nan_to_num(probabilities, nan=0.0)
    probabilities = convert_probabilities(probabilities, reader.card.space, reading.space)
    if calibration is not None:
        probabilities = calibration.apply(probabilities)
    change = probabilities[0] - probabilities[1:]
    found = [
        Evidence(Span(start + a, start + b), part[a:b], name, round(float(weights[reading.space.index(name)]), 4))
        for (a, b), weights in zip(units, change, strict=True)
        for name in names
    ]
    return replace(reading, evidence=_ordered(found))


def strongest(readings: Iterable[Reading]) -> tuple[Evidence, ...]:
    """Return the strongest evidence of several readings of one text."""
    return _ordered([evidence for reading in readings for evidence in reading.evidence])


def _ordered(found: list[Evidence]) -> tuple[Evidence, ...]:
    kept = [evidence for evidence in found if abs(evidence.weight) >= _LEAST]
    return tuple(sorted(kept, key=lambda evidence: -abs(evidence.weight))[:_MOST])
