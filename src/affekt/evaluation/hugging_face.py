"""A subject that is a Hugging Face checkpoint for text classification, read by transformers."""

from __future__ import annotations

from typing import Any

import numpy as np

from affekt.affect.spaces import SPACES
from affekt.errors import InputError, MissingDependencyError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.types import LabelSpace


def hugging_face_subject(name: str, *, space: LabelSpace | None = None) -> Subject:
    """Return the subject that reads with the checkpoint `name`: a folder, or a name that transformers knows.

    Its labels are those of its configuration (``id2label``), case forgiven; they have to be those of `space`, of the
    space that is scored, of the corpus's, or of some space of affekt. Probabilities are softmax of single-label and
    sigmoid of multi-label checkpoints (``problem_type``). Weights are read from safetensors only, and code from a
    checkpoint is never run. A name that is no folder may be fetched from the network by transformers. Raises
    `MissingDependencyError` without transformers and torch, `InputError` where it cannot be opened.
    """

    def answer(question: Question) -> Answers:
        return _answer(name, question, space)

    return Subject(name.rstrip("/").replace("\\", "/").rpartition("/")[2], "checkpoint", answer)


def space_of(labels: list[str], candidates: list[LabelSpace | None]) -> LabelSpace:
    """Return the first space, of the candidates and then of all, that has exactly these labels, case forgiven.

    >>> space_of(["Positive", "NEGATIVE", "neutral"], []).name
    'sentiment'
    """
    wanted = {label.casefold() for label in labels}
    for space in (*candidates, *SPACES.values()):
        if space is not None and {label.casefold() for label in space} == wanted:
            return space
    raise InputError(
        f"The checkpoint answers with {', '.join(labels[:6])}{' …' if len(labels) > 6 else ''}, labels of "
        "no space known. Name one with --answers-in SPACE (`affekt spaces`), or wrap it in a function: module:callable."
    )


def _answer(name: str, question: Question, space: LabelSpace | None) -> Answers:
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise MissingDependencyError(
            "A Hugging Face checkpoint needs transformers and torch. Install them with: pip install transformers torch"
        ) from error
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        model: Any = AutoModelForSequenceClassification.from_pretrained(
            name, trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot open the checkpoint {name!r}: {str(error).splitlines()[0]}") from error
    labels = [str(model.config.id2label[i]) for i in range(model.config.num_labels)]
    found = space_of(labels, [space] if space is not None else [question.space, question.corpus_space])
    places = [[label.casefold() for label in labels].index(label.casefold()) for label in found]
    several = model.config.problem_type == "multi_label_classification"
    rows = []
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(question.records), 32):
            part = tokenizer(question.texts[start : start + 32], padding=True, truncation=True, return_tensors="pt")
            logits = model(**part).logits
            said = torch.sigmoid(logits) if several else torch.softmax(logits, dim=-1)
            rows.append(said.double().numpy())
    probabilities = np.concatenate(rows)[:, places]
    if not several:
        # The sum of float32 probabilities may pass one by a rounding.
        probabilities = np.clip(probabilities, 0.0, 1.0)
    return Answers(np.ones(len(probabilities), np.bool_), found, probabilities)
