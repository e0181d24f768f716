"""A checkpoint of the Hugging Face hub that classifies or rates sound, asked about the sounds of records."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from affekt.affect.spaces import SPACES
from affekt.corpora.archives import media_reader
from affekt.corpora.own.description import OWN
from affekt.corpora.targets import DIMENSIONS
from affekt.errors import AffektError, InputError, MissingDependencyError
from affekt.evaluation.answers import Answers, Question
from affekt.types import LabelSpace

_LONGEST = 30.0  # seconds of a sound that are heard


@dataclass(frozen=True, slots=True)
class SoundCheckpoint:
    """A checkpoint opened: what it is, and how it is asked."""

    version: str
    licence: str
    answer: Callable[[Question], Answers]


def open_sound_checkpoint(name: str) -> SoundCheckpoint:
    """Return a checkpoint for the classification of sound: a folder, or a name of the hub, which may fetch it.

    From safetensors only; code of a checkpoint is never run. Labels are those of its configuration (``id2label``);
    where they are valence, arousal and dominance, its numbers are taken for ratings from 0 to 1, as published models
    give them. Raises `MissingDependencyError` without transformers, `InputError` for a checkpoint of another kind.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingDependencyError(
            f"hf:{name} needs transformers and torch. Install them with: pip install 'affekt[train,hf]'"
        ) from error
    hub: Any = transformers
    hub.logging.set_verbosity_error()
    try:
        extractor: Any = hub.AutoFeatureExtractor.from_pretrained(name)
        net: Any = hub.AutoModelForAudioClassification.from_pretrained(name, use_safetensors=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{name} cannot be opened as a checkpoint that classifies sound: {error}") from error
    net.eval()
    rate = int(getattr(extractor, "sampling_rate", 16_000))
    labels = tuple(str(net.config.id2label[place]).strip().lower() for place in range(net.config.num_labels))
    rates = set(labels) <= set(DIMENSIONS)
    several = net.config.problem_type == "multi_label_classification"
    space = None if rates else _space(name, labels, several=several)

    def hear(samples: np.ndarray) -> np.ndarray:
        given = extractor([samples[: round(_LONGEST * rate)]], sampling_rate=rate, return_tensors="pt")
        with torch.inference_mode():
            logits = net(**given).logits[0].float()
            if rates:
                return np.asarray(logits.numpy(), np.float64)
            said = torch.sigmoid(logits) if several else torch.softmax(logits, 0)
            return np.asarray(said.numpy(), np.float64)

    def answer(question: Question) -> Answers:
        from affekt.signals.audio import open_sound

        count = len(question.records)
        rows, answered = np.full((count, len(labels)), np.nan), np.zeros(count, np.bool_)
        with ExitStack() as stack:
            read = media_reader(stack)
            for place, record in enumerate(question.records):
                try:
                    media = read(record.signal)
                    if media is None:
                        continue
                    sound = open_sound(io.BytesIO(media.content), rate=rate, part=record.signal.part).mono()
                    rows[place] = hear(np.asarray(sound, np.float32))
                except (AffektError, OSError, RuntimeError, ValueError):
                    continue
                answered[place] = True
        if not rates:
            return Answers(answered, space, rows)
        vad = np.full((count, 3), np.nan)
        for column, label in enumerate(labels):
            vad[:, DIMENSIONS.index(label)] = np.clip(2 * rows[:, column] - 1, -1.0, 1.0)
        return Answers(answered, vad=vad)

    return SoundCheckpoint("checkpoint", "that of the checkpoint: see its page", answer)


def _space(name: str, labels: tuple[str, ...], *, several: bool) -> LabelSpace:
    kind = "multi-label" if several else "exclusive"
    for space in SPACES.values():
        if set(space.labels) == set(labels) and space.kind == kind:
            return LabelSpace(space.name, labels, space.kind, space.source, space.neutral)
    short = name.rstrip("/").rpartition("/")[2]
    return LabelSpace(short, labels, "multi-label" if several else "exclusive", OWN)
