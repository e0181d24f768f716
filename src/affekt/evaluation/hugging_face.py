"""A subject that is a Hugging Face checkpoint for text classification: its ONNX file, else read by transformers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from affekt.affect.spaces import SPACES
from affekt.errors import InputError, MissingDependencyError
from affekt.evaluation.answers import Answers, Question, Subject
from affekt.inference.checkpoint import Floats, find_onnx, open_checkpoint
from affekt.types import LabelSpace

_NAMELESS = re.compile(r"LABEL_\d+\Z", re.IGNORECASE)


class _Said(NamedTuple):
    """What a checkpoint answers: probabilities (text, label) of its `labels`, whether `several` may hold, and whether
    it was `told` so."""

    labels: tuple[str, ...]
    probabilities: Floats
    several: bool
    told: bool


class _Place(NamedTuple):
    """Where a checkpoint lies: its `folder`, None where it is not on this machine, and the ONNX file to read."""

    folder: Path | None
    onnx: Path | None


def hugging_face_subject(
    name: str, *, space: LabelSpace | None = None, names: Mapping[str, str] | None = None
) -> Subject:
    """Return the subject that reads with the checkpoint `name`: a folder, or a name of the hub; ``NAME@FILE`` names one
    of its ONNX files.

    Where the folder, or the hub's cache on this machine, holds an ONNX file, that is read by ONNX Runtime, without
    torch and transformers; else transformers reads the checkpoint, which may fetch it: from safetensors only, and
    code of a checkpoint is never run. Its labels are those of its configuration (``id2label``), called otherwise by
    `names` and case forgiven; they have to be in `space`, or be those of the space that is scored, of the corpus's, or
    of some space of affekt. Probabilities are softmax of single-label and sigmoid of multi-label checkpoints
    (``problem_type``). Raises `MissingDependencyError` without transformers where it takes them, and `InputError`.
    """
    place = _place(name)
    called = name.partition("@")[0] if place.onnx is not None else name
    version = "checkpoint" if place.onnx is None else f"onnx-{place.onnx.stem}"

    def answer(question: Question) -> Answers:
        if place.onnx is not None:
            assert place.folder is not None
            opened = open_checkpoint(place.folder, place.onnx)
            said = _Said(opened.labels, opened.probabilities(question.texts), opened.several, opened.told)
        else:
            said = _by_transformers(name, question.texts)
        return _answers(said, question, space, names or {})

    return Subject(called.rstrip("/").replace("\\", "/").rpartition("/")[2], version, answer)


def space_of(labels: Sequence[str], candidates: Sequence[LabelSpace | None]) -> LabelSpace:
    """Return the first space, of the candidates and then of all, that has exactly these labels, case forgiven.

    >>> space_of(["Positive", "NEGATIVE", "neutral"], []).name
    'sentiment'
    """
    wanted = {label.casefold() for label in labels}
    for space in (*candidates, *SPACES.values()):
        if space is not None and {label.casefold() for label in space} == wanted:
            return space
    raise InputError(
        f"The checkpoint answers with {_listed(labels)}, labels of no space known. Name one that holds them with "
        f"--answers-in SPACE (`affekt spaces`), or call them otherwise: --answer-labels {labels[0]}=NAME,… ."
    )


def _listed(labels: Sequence[str]) -> str:
    return f"{', '.join(labels[:6])}{' …' if len(labels) > 6 else ''}"


def _place(name: str) -> _Place:
    """Return where the checkpoint lies on this machine. Raises `InputError` for an ONNX file that is not there."""
    place, mark, file = (name, "", "") if Path(name).exists() else name.rpartition("@")
    place, named = (name, None) if not mark else (place, file)
    folder = Path(place) if Path(place).is_dir() else _cached(place)
    if folder is None:
        if named is not None:
            raise InputError(
                f"{place} is no folder and not in the hub's cache here. Fetch it first: hf download {place}"
            )
        return _Place(None, None)
    return _Place(folder, find_onnx(folder, named))


def _cached(name: str) -> Path | None:
    """Return where the hub's own tools keep `name` on this machine, None where they do not.

    The layout is that of huggingface_hub: ``models--ORG--NAME/refs/main`` names the snapshot.
    """
    home = Path(os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub").expanduser()
    kept = hub / f"models--{name.replace('/', '--')}"
    try:
        commit = (kept / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    folder = kept / "snapshots" / commit
    return folder if commit and folder.is_dir() else None


def _answers(said: _Said, question: Question, space: LabelSpace | None, names: Mapping[str, str]) -> Answers:
    """Return what was said in a space of affekt; labels called alike are taken together."""
    labels = _renamed(said.labels, names)
    if space is None:
        found = space_of(labels, [question.space, question.corpus_space])
    else:
        found, held = space, {label.casefold() for label in space}
        strange = [label for label in labels if label.casefold() not in held]
        if strange:
            raise InputError(
                f"{_listed(strange)}: labels of the checkpoint that {space.name} does not hold. Call them otherwise "
                f"with --answer-labels {strange[0]}=NAME,… ."
            )
    places = [[label.casefold() for label in found].index(label.casefold()) for label in labels]
    probabilities = np.zeros((len(said.probabilities), len(found)))
    for column, place in enumerate(places):
        given = said.probabilities[:, column]
        # One of several labels holds at least as surely as its likeliest part; of exclusive ones the parts add up.
        probabilities[:, place] = (
            np.maximum(probabilities[:, place], given) if said.several else probabilities[:, place] + given
        )
    notes = []
    if not said.told:
        notes.append(
            "The checkpoint does not say whether several labels may hold: one is assumed, as transformers does."
        )
    never = [label for place, label in enumerate(found) if place not in places]
    if never:
        notes.append(f"Labels of {found.name} that the checkpoint does not know: {', '.join(never)}.")
    # The sum of float32 probabilities may pass one by a rounding.
    clipped = np.clip(probabilities, 0.0, 1.0)
    return Answers(np.ones(len(clipped), np.bool_), found, clipped, notes=tuple(notes))


def _renamed(labels: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return what the labels are called. Raises `InputError` for names of no label, and for labels without a name."""
    unknown = [name for name in names if name not in labels]
    if unknown:
        raise InputError(f"The checkpoint has no label {_listed(unknown)}. It has: {', '.join(labels)}.")
    named = [names.get(label, label) for label in labels]
    if any(_NAMELESS.match(label) for label in named):
        raise InputError(
            f"The checkpoint calls its labels {_listed(labels)}, which says nothing. Look up what they are and say so: "
            f"--answer-labels {labels[0]}=NAME,{labels[-1]}=NAME"
        )
    return named


def _by_transformers(name: str, texts: Sequence[str]) -> _Said:
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise MissingDependencyError(
            f"{name} holds no ONNX file here, so transformers and torch have to read it. Install them with: "
            "pip install transformers torch"
        ) from error
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        model: Any = AutoModelForSequenceClassification.from_pretrained(
            name, trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot open the checkpoint {name!r}: {str(error).splitlines()[0]}") from error
    labels = tuple(str(model.config.id2label[i]) for i in range(model.config.num_labels))
    problem = model.config.problem_type
    if problem == "regression" or len(labels) == 1:
        raise InputError("The checkpoint answers with one number, not with labels. Wrap it: module:callable.")
    several = problem == "multi_label_classification"
    rows = []
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(texts), 32):
            part = tokenizer(list(texts[start : start + 32]), padding=True, truncation=True, return_tensors="pt")
            logits = model(**part).logits
            said = torch.sigmoid(logits) if several else torch.softmax(logits, dim=-1)
            rows.append(said.double().numpy())
    return _Said(labels, np.concatenate(rows), several, problem is not None)
