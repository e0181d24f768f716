"""asr-transcript-ser: a way of joining words and sound, taught on transcripts with errors of several rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from affekt.corpora.misheard import Mishearing, mishear
from affekt.corpora.paired import Floats, Paired
from affekt.models.asr_transcript_ser.net import FusionName, make_fusion
from affekt.training.fine_tuning import Plan
from affekt.training.paired import PairedTaught, teach_paired

Encode = Callable[[Sequence[str]], Sequence[Floats]]
LEVELS = (0.0, 0.2, 0.4, 0.8)


@dataclass(frozen=True, slots=True)
class Config:
    """fusion: one of `affekt.models.asr_transcript_ser.net.FUSIONS`, or ``words`` or ``sound`` alone."""

    fusion: FusionName = "gated"
    width: int = 32
    dropout: float = 0.3
    plan: Plan = field(
        default_factory=lambda: Plan(
            epochs=15, batch=32, learning_rate=2e-3, weight_decay=0.01, patience=5, bfloat16=False, cosine=True
        )
    )


def teach(train: Paired, valid: Paired, config: Config = Config()) -> PairedTaught:
    """Return the network of a way of joining, taught on `train`, at its best epoch on `valid`."""
    torch.manual_seed(config.plan.seed)
    sizes = train.words[0].shape[1], train.sounds[0].shape[1], len(train.space)
    net = make_fusion(config.fusion, *sizes, width=config.width, dropout=config.dropout)
    return teach_paired(net, train, valid, plan=config.plan)


def as_recognised(
    paired: Paired, wer: float, encode: Encode, *, vocabulary: Sequence[str] | None = None, seed: int = 0
) -> Paired:
    """Return the utterances with their words as misheard at a word error rate, encoded anew.

    encode: texts to float32 (step, width) each, a step per word, or with steps before them that tell of the whole text,
    whose confidence is the mean of the words'. A text that lost all its words is read as an empty one, with confidence
    0. See `affekt.corpora.misheard.mishear`.
    """
    heard = mishear(paired.texts, Mishearing(wer), vocabulary=vocabulary, seed=seed)
    words = encode([each.text for each in heard])
    confidence = []
    for rows, each in zip(words, heard, strict=True):
        mean = each.confidence.mean() if len(each.confidence) else 0.0
        before = np.full(len(rows) - len(each.confidence), mean, np.float32)
        confidence.append(np.concatenate([before, each.confidence]).astype(np.float32))
    return paired.with_words(words, [each.text for each in heard], confidence)


def at_mixed_rates(
    paired: Paired,
    encode: Encode,
    *,
    levels: Sequence[float] = LEVELS,
    vocabulary: Sequence[str] | None = None,
    seed: int = 0,
) -> Paired:
    """Return the utterances as recognised, each at one of several word error rates, drawn by chance."""
    drawn = np.random.default_rng(seed).integers(len(levels), size=len(paired))
    words: list[Floats] = [np.zeros((0, 0), np.float32)] * len(paired)
    confidence, texts = list(words), list(paired.texts)
    known = sorted(set(" ".join(paired.texts).split())) if vocabulary is None else vocabulary
    for level, wer in enumerate(levels):
        places = np.flatnonzero(drawn == level)
        if not len(places):
            continue
        part = as_recognised(paired.take(places), wer, encode, vocabulary=known, seed=seed + 1 + level)
        for at, place in enumerate(places.tolist()):
            words[place], confidence[place] = part.words[at], part.confidence[at]
            texts[place] = part.texts[at]
    return paired.with_words(words, texts, confidence)
