"""Any list of labels through a model of entailment: does the text entail "This text expresses joy"?

Yin, Hay & Roth (2019), Benchmarking Zero-shot Text Classification: Datasets, Evaluation and Entailment Approach, EMNLP,
3914-3923. Several templates are averaged: Plaza-del-Arco, Martín-Valdivia & Klinger (2022), Natural Language Inference
Prompts for Zero-shot Emotion Classification in Text across Corpora, COLING.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.inference.checkpoint import find_onnx, open_checkpoint

Floats = NDArray[np.float64]

NAME_TEMPLATES = ("This text expresses {}.", "This person feels {}.")
"""What is said of a text with a label's name in it."""
DEFINITION_TEMPLATE = "This text expresses {}, that is: {}"
"""What is said with its name and its definition."""
_ENTAILS = re.compile(r"entail(?:ment|s|ed)?\Z", re.IGNORECASE)


class Entails(Protocol):
    """What tells how likely each premise entails the hypothesis beside it."""

    def __call__(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Return the probability of entailment of each pair, float64 (pair,) in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """What is asked about every text: `sentences`, and of each the place of its label."""

    sentences: tuple[str, ...]
    labels: tuple[int, ...]


def hypotheses_of(
    labels: Sequence[tuple[str, str]], templates: Sequence[str] = NAME_TEMPLATES, *, definitions: bool = True
) -> Hypotheses:
    """Return the hypotheses of labels, each a name and its definition ("" without): one for each template, and one
    more where there is a definition and `definitions` is set. A template holds ``{}`` once, where the name goes.

    Raises `InputError` for no label, no template, or one that does not hold ``{}`` once.

    >>> hypotheses_of([("joy", "Great pleasure.")], ["They feel {}."]).sentences
    ('They feel joy.', 'This text expresses joy, that is: great pleasure.')
    """
    if not labels:
        raise InputError("There are no labels to ask about.")
    for template in templates:
        if template.count("{}") != 1:
            raise InputError(f"A template holds {{}} once, where the label goes; got {template!r}.")
    sentences, places = [], []
    for place, (name, definition) in enumerate(labels):
        asked = [template.replace("{}", name) for template in templates]
        if definitions and definition:
            told = definition if definition[:2].isupper() else definition[:1].lower() + definition[1:]
            asked.append(DEFINITION_TEMPLATE.replace("{}", name, 1).replace("{}", told, 1))
        sentences += asked
        places += [place] * len(asked)
    if not sentences:
        raise InputError("There is no template, and no label has a definition: nothing to ask.")
    missing = set(range(len(labels))) - set(places)
    if missing:
        named = ", ".join(repr(labels[i][0]) for i in sorted(missing))
        raise InputError(f"Nothing asks about {named}: give a template or a definition.")
    return Hypotheses(tuple(sentences), tuple(places))


def entailment_scores(entails: Entails, texts: Sequence[str], asked: Hypotheses) -> Floats:
    """Return how likely each text entails each label, float64 (text, label): the mean over the label's hypotheses.

    Raises `InputError` where the scorer answers another number of pairs, or not with probabilities.
    """
    count, width = len(texts), max(asked.labels) + 1
    if not count:
        return np.zeros((0, width))
    said = np.asarray(
        entails([text for text in texts for _ in asked.sentences], list(asked.sentences) * count), np.float64
    )
    if said.shape != (count * len(asked.sentences),):
        raise InputError(f"The model of entailment answered {said.shape} of {count * len(asked.sentences)} pairs.")
    if not ((said >= 0) & (said <= 1)).all():
        raise InputError("The model of entailment answered with something else than probabilities in [0, 1].")
    member = np.zeros((len(asked.labels), width))
    member[np.arange(len(asked.labels)), asked.labels] = 1.0
    scores: Floats = said.reshape(count, -1) @ (member / member.sum(0))
    return scores


def entailment_place(labels: Sequence[str]) -> int:
    """Return which label of a checkpoint is entailment: the one called so. Raises `InputError` without one, or several.

    >>> entailment_place(["CONTRADICTION", "NEUTRAL", "ENTAILMENT"]), entailment_place(["entailment", "not_entailment"])
    (2, 0)
    """
    found = [place for place, label in enumerate(labels) if _ENTAILS.match(label.strip())]
    if len(found) != 1:
        raise InputError(
            f"The checkpoint's labels are {', '.join(labels)}: which is entailment? A model of natural language "
            "inference is needed, with a label called 'entailment' in its config.json (id2label)."
        )
    return found[0]


def open_entailment(name: str, *, threads: int | None = None, batch_size: int = 32) -> Entails:
    """Return the model of entailment that lies in a folder (``FOLDER`` or ``FOLDER@FILE.onnx``), or is named so on the
    Hugging Face hub: its ONNX file read by ONNX Runtime where the folder holds one, else by transformers.

    Of three classes the probability is that of entailment among all. Raises `InputError` for a checkpoint that is no
    model of entailment, `MissingDependencyError` where transformers is needed and is not there.
    """
    place, mark, file = (name, "", "") if Path(name).exists() else name.rpartition("@")
    folder = Path(place if mark else name)
    path = find_onnx(folder, file or None) if folder.is_dir() else None
    if path is None:
        if mark:
            raise InputError(f"There is no folder {str(folder)!r} for {name!r}.")
        return _by_transformers(name, batch_size)
    checkpoint = open_checkpoint(folder, path, threads=threads)
    entailed = entailment_place(checkpoint.labels)

    def entails(premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        pairs = list(zip(premises, hypotheses, strict=True))
        said: Floats = checkpoint.probabilities(pairs, batch_size=batch_size)[:, entailed]
        return said

    return entails


def _by_transformers(name: str, batch_size: int) -> Entails:
    from affekt.errors import MissingDependencyError

    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"{name} has no ONNX file here, so it needs transformers: pip install transformers torch"
        ) from error
    try:
        model = AutoModelForSequenceClassification.from_pretrained(name, use_safetensors=True, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot open {name}: {str(error).splitlines()[0][:300]}") from error
    labels = [label for _, label in sorted((int(i), label) for i, label in model.config.id2label.items())]
    entailed = entailment_place(labels)
    model.eval()

    def entails(premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        said = []
        for start in range(0, len(premises), batch_size):
            part = slice(start, start + batch_size)
            pairs = tokenizer(
                list(premises[part]), list(hypotheses[part]), truncation="only_first", padding=True, return_tensors="pt"
            )
            with torch.inference_mode():
                said.append(torch.softmax(model(**pairs).logits.float(), -1)[:, entailed].double().numpy())
        found: Floats = np.concatenate(said) if said else np.zeros(0)
        return found

    return entails
