"""Models in a folder: what `affekt train` and `affekt distill` write, found by its path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast, get_args

from affekt.affect.spaces import SPACES
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.types import Kind, LabelSpace

CARD = "card.json"
FORMAT = 1
_FILES = ("head.npz", "model.onnx", "tokenizer.json", "fit.json")


def is_model_path(model: str) -> bool:
    """Return whether a user means a folder with a model rather than a model by name.

    >>> is_model_path("text"), is_model_path("./text"), is_model_path("models/mine")
    (False, True, True)
    """
    return "/" in model or "\\" in model or model in (".", "..") or Path(model).is_dir()


def read_card(folder: Path) -> dict[str, Any]:
    """Return everything that a folder's ``card.json`` says. Raises `InputError` where there is no model."""
    if not folder.is_dir():
        raise InputError(f"There is no model folder {str(folder)!r}. Make one with `affekt train TABLE -o FOLDER`.")
    path = folder / CARD
    if not path.is_file():
        partial = " Its training is not done: give the same command again." if folder.suffix == ".partial" else ""
        raise InputError(f"{str(folder)!r} holds no model of affekt's: it has no {CARD}.{partial}")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}. Copy the whole folder again.") from error
    if not isinstance(told, dict) or "affekt_model" not in told:
        raise InputError(f"{path} is no card of a model that `affekt train` made.")
    if told["affekt_model"] != FORMAT:
        raise InputError(
            f"{path} is of format {told['affekt_model']!r}, this affekt reads {FORMAT}. Use the affekt it was trained "
            "with, or train it anew."
        )
    return told


def model_in(folder: Path) -> ModelCard:
    """Return the card of the model in a folder. Raises `InputError` for a folder that holds none, or a damaged one.

    Nothing of the folder is run: it holds JSON, arrays and, of a fine-tuned model, an ONNX graph.
    """
    told = read_card(folder)
    path = folder / CARD
    try:
        files = {str(name): str(checksum) for name, checksum in told["files"].items()}
        if not set(files) <= set(_FILES):
            raise ValueError(f"unknown files {sorted(set(files) - set(_FILES))}")
        members: tuple[ModelCard, ...] = ()
        heard = told.get("modality", "text") == "speech"
        if told["runtime"] == "head":
            members = (_base(told["base"], path),)
        elif told["runtime"] != ("onnx" if heard else "encoder"):
            raise ValueError(f"unknown runtime {told['runtime']!r}")
        return ModelCard(
            name=str(told["name"]),
            version=str(told["version"]),
            summary=str(told["summary"]),
            modality="speech" if heard else "text",
            space=_space(told["space"]),
            runtime=told["runtime"],
            folder=folder.resolve(),
            files=files,
            tokenizer=None,
            languages=tuple(map(str, told["languages"])),
            window=int(told["window"]),
            licence=str(told["licence"]),
            commercial=bool(told["commercial"]),
            code_licence=str(told["code_licence"]),
            trained_on=tuple(map(str, told["trained_on"])),
            paper=str(told["paper"]),
            recipe=str(told["recipe"]),
            dimensions=bool(told["dimensions"]),
            intensity=bool(told["intensity"]),
            golden=tuple((str(text), str(label)) for text, label in told["golden"]),
            members=members,
            rate=int(told.get("rate", 16_000)),
            bands=int(told.get("bands", 64)),
            hop_s=float(told.get("hop_s", 0.5)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is damaged: {type(error).__name__}: {error}. Copy the whole folder again.") from error


def _space(told: dict[str, Any]) -> LabelSpace:
    known = SPACES.get(told["name"])
    if told["kind"] not in get_args(Kind):
        raise ValueError(f"unknown kind of label space {told['kind']!r}")
    space = LabelSpace(
        str(told["name"]),
        tuple(map(str, told["labels"])),
        cast(Kind, told["kind"]),
        str(told["source"]),
        told["neutral"],
    )
    # A known space of the same labels is that space, whatever has become of its citation.
    return known if known is not None and known.labels == space.labels and known.kind == space.kind else space


def _base(told: dict[str, Any], path: Path) -> ModelCard:
    from affekt.models.index import find_model

    card = find_model(str(told["name"]))
    if card.version != told["version"] or dict(card.files) != told["files"]:
        raise InputError(
            f"{path}: the head was trained on {card.name} {told['version']}, here is {card.name} {card.version}, which "
            "sees texts otherwise. Use the affekt it was trained with, or train it anew."
        )
    return card
