"""A model of speech as a subject: what it answers for the sounds of records."""

from __future__ import annotations

import io
from contextlib import ExitStack

import numpy as np

from affekt.cards import ModelCard
from affekt.corpora.archives import media_reader
from affekt.errors import AffektError
from affekt.evaluation.answers import Answers, Question
from affekt.inference.speech import open_speech_reader
from affekt.types import Signal

_TOGETHER = 16


def answer_sounds(card: ModelCard, question: Question) -> Answers:
    """Return what the model of speech of `card` says of whole sounds; those that cannot be read are not answered."""
    from affekt.signals.audio import open_sound

    reader = open_speech_reader(card)
    count = len(question.records)
    probabilities, vad = np.full((count, len(card.space)), np.nan), np.full((count, 3), np.nan)
    answered = np.zeros(count, np.bool_)

    with ExitStack() as stack:
        read = media_reader(stack)

        def samples(signal: Signal) -> np.ndarray:
            media = read(signal)
            if media is None:
                return np.zeros(0, np.float32)
            return open_sound(io.BytesIO(media.content), rate=card.rate, part=signal.part).mono()

        for start in range(0, count, _TOGETHER):
            rows, sounds = [], []
            for place in range(start, min(count, start + _TOGETHER)):
                try:
                    sound = samples(question.records[place].signal)
                except (AffektError, OSError, RuntimeError, ValueError):
                    continue
                if len(sound):
                    rows.append(place)
                    sounds.append(np.asarray(sound, np.float32))
            if not sounds:
                continue
            said = reader.estimate(sounds)
            probabilities[rows] = said.probabilities
            answered[rows] = True
            if said.vad is not None:
                vad[rows] = said.vad
    return Answers(
        answered,
        card.space,
        probabilities,
        vad=vad if card.dimensions else None,
        thresholds=dict(card.fit.thresholds),
    )
