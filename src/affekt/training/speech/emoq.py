"""How EmoQ is taught: a small decoder that knows the labels' names, frozen, and queries that learn to prompt it.

Three losses, each with a weight of its own: what the frozen decoder says (negative log-likelihood of the label's name),
supervised contrast of the queries (Khosla et al. 2020), and focal loss of a head on them (Lin et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from affekt.corpora.clips import Clips
from affekt.corpora.utterances import Utterances, of_clips
from affekt.layers.causal_lm import CausalConfig, PromptedDecoder
from affekt.models.emoq.net import EmoQ
from affekt.training.causal import Exchange, Speaker, open_speaker
from affekt.training.causal import teach as teach_decoder
from affekt.training.fine_tuning import Plan
from affekt.training.fused import Fused, FusedLesson, FusedPlan, Inputs, teach_fused
from affekt.training.hybrid_loss import label_contrast
from affekt.training.losses import focal_loss
from affekt.training.speech.lesson import Lesson, Taught
from affekt.training.speech.segments import segments

_MOST = 24  # pieces of what was said that are read


@dataclass(frozen=True, slots=True)
class Config:
    """decoder: ``fresh``, ``words`` or ``hf:NAME`` (see `open_speaker`), of `decoder_width` and `decoder_layers` where
    it is made here; width, queries, layers: of the Q-Former. naming, contrast, focal: what the three losses weigh, 0
    leaves one out."""

    decoder: str = "fresh"
    decoder_width: int = 64
    decoder_layers: int = 2
    decoder_epochs: int = 12
    width: int = 64
    queries: int = 8
    layers: int = 2
    dropout: float = 0.1
    naming: float = 1.0
    contrast: float = 0.5
    focal: float = 0.5
    gamma: float = 2.0
    plan: FusedPlan = field(
        default_factory=lambda: FusedPlan(
            epochs=25, batch=64, learning_rate=2e-3, balance="sampling", raw=("pieces",), patience=8
        )
    )


def teach(lesson: FusedLesson, config: Config = Config(), *, decoder: Speaker | None = None) -> Fused:
    """Return EmoQ that has learned from the lesson; utterances have the modality ``sound`` and ``texts``.

    What it answers takes utterances with ``pieces``: `with_pieces` adds them, by the decoder that `small_decoder`
    makes of the same lesson and config (given as `decoder`, so that several lessons share one).
    """
    speaker = decoder or small_decoder(lesson, config)
    torch.manual_seed(lesson.seed)
    train, valid = (with_pieces(each, speaker) for each in (lesson.train, lesson.valid))
    names = [[*speaker.encode(label), speaker.end] for label in train.space.labels]
    frozen = cast(PromptedDecoder, speaker.net)
    net = EmoQ(
        *(frozen, names, train.tokens["sound"].shape[2]),
        width=config.width,
        queries=config.queries,
        layers=config.layers,
        dropout=config.dropout,
    )

    def loss(_: nn.Module, inputs: Inputs, labels: Tensor, weights: Tensor) -> Tensor:
        return torch.stack(list(objectives(net, inputs, labels, config).values())).sum()

    only = replace(lesson, train=train.only("sound", "pieces"), valid=valid.only("sound", "pieces"))
    return teach_fused(net, only, config.plan, batch_loss=loss)


def teach_speech(lesson: Lesson) -> Taught:
    """Return EmoQ on cepstra of twelve parts of a clip and its sentence, as a method of speech."""

    def told(clips: Clips) -> Utterances:
        return of_clips(clips, {"sound": lambda each: segments(each, "mfcc", 12)})

    whole = FusedLesson(told(lesson.train), told(lesson.valid), lesson.seed, lesson.smoke)
    decoder = small_decoder(whole, Config())
    fused = teach(whole, decoder=decoder)
    return Taught(
        lambda clips: fused.answer(with_pieces(told(clips), decoder)), fused.parameters, fused.measured, net=fused.net
    )


def objectives(net: EmoQ, inputs: Inputs, labels: Tensor, config: Config) -> dict[str, Tensor]:
    """Return the weighed losses that are not left out, by name: ``naming``, ``contrast``, ``focal``."""
    pieces = inputs["pieces"][..., 0].long()
    heard = net.hear(inputs["sound"], pieces)
    found = {}
    if config.naming:
        found["naming"] = config.naming * -net.said(heard.prompt, pieces, net.answers[labels]).mean()
    if config.contrast:
        told = F.one_hot(labels, len(net.answers)).float()
        found["contrast"] = config.contrast * label_contrast(heard.contrast, told, temperature=0.1)
    if config.focal:
        found["focal"] = config.focal * focal_loss(heard.logits, labels, gamma=config.gamma)
    return found


def with_pieces(utterances: Utterances, speaker: Speaker) -> Utterances:
    """Return utterances with one more modality, ``pieces``: what was said, then the mark that an answer follows.

    float32 (utterance, piece, 1), places in the decoder's table, padded with 0 on the left.
    """
    ids = [[*speaker.encode(text.lower())[:_MOST], *speaker.answer_mark] for text in utterances.texts]
    width = max(map(len, ids))
    padded = np.array([[0] * (width - len(each)) + each for each in ids], np.float32)
    return replace(utterances, tokens={**utterances.tokens, "pieces": padded[..., None]})


def small_decoder(lesson: FusedLesson, config: Config) -> Speaker:
    """Return a decoder that says which label a text names: "… sounds happy" is answered by "happy".

    It learns from templates with the labels' names and with what was said in training, never from sound; a text that
    names nothing is answered by any label. A decoder of ``hf:`` is taken as it is.
    """
    labels = lesson.train.space.labels
    texts = [text.lower() for text in dict.fromkeys(lesson.train.texts)][:200] or [""]
    told = templates(labels, texts, seed=lesson.seed)
    sizes = CausalConfig(0, 128, config.decoder_width, config.decoder_layers, 4, 2 * config.decoder_width, 0.0)
    speaker = open_speaker(
        config.decoder, [" ".join(each) for each in told], config=sizes, longest=96, seed=lesson.seed
    )
    if not config.decoder.startswith("hf:"):
        epochs = 2 if lesson.smoke else config.decoder_epochs
        plan = Plan(epochs=epochs, batch=32, learning_rate=3e-3, patience=epochs, seed=lesson.seed, bfloat16=False)
        left = iter(range(epochs + 1))
        # Templates are all there is to know: the last epoch is taken.
        teach_decoder(speaker, told, lambda: -float(next(left)), plan=plan)
    return speaker


def templates(labels: Sequence[str], texts: Sequence[str], *, seed: int = 0) -> list[Exchange]:
    """Return questions that name a label somewhere around what was said, each with that label as answer."""
    random = np.random.default_rng(seed)
    forms = (
        "{label} {text}",
        "the voice sounds {label} {text}",
        "{label} {label} {label} {label} {text}",
        "{text} {label}",
    )
    found = []
    for form, label in product(forms, labels):
        for text in random.permutation(np.asarray(texts, object))[: max(2, 120 // len(labels))]:
            short = " ".join(str(text).split()[: int(random.integers(0, 16))])
            found.append(Exchange(form.format(label=label, text=short).strip(), label))
    return found
