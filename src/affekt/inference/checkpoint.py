"""Text classifiers of other people, as ONNX: their weights, their tokenizer, their labels, and nothing else.

The layout is that of the Hugging Face hub: ``config.json`` (``id2label``, ``problem_type``), ``tokenizer.json``,
``tokenizer_config.json``, and ``model.onnx`` there or in ``onnx/``. Neither torch nor transformers is needed, and no
code of the checkpoint is run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.inference.session import open_session, runtime_errors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

Floats = NDArray[np.float64]
PREFERRED = ("model.onnx", "onnx/model.onnx")
_UNSAID = 1_000_000
"""A ``model_max_length`` from here on is transformers' way to say that none is known."""
_FALLBACK = 512


@dataclass(frozen=True, slots=True)
class Padding:
    """How texts of a batch are brought to one length: with which piece, on which side; cut where they pass `limit`."""

    piece: int | None
    left: bool
    limit: int


def find_onnx(folder: Path, named: str | None = None) -> Path | None:
    """Return the ONNX file of a checkpoint: the one `named`, else model.onnx, else the only one; None without any.

    Raises `InputError` where the one named is not there, or none of several is the plain one.
    """
    found = sorted([*folder.glob("*.onnx"), *folder.glob("onnx/*.onnx")])
    listed = ", ".join(str(path.relative_to(folder).as_posix()) for path in found) or "none"
    if named is not None:
        path = folder / named
        if not path.is_file():
            raise InputError(f"{folder} holds no {named}. Its ONNX files: {listed}.")
        return path
    for each in PREFERRED:
        if (folder / each).is_file():
            return folder / each
    if len(found) > 1:
        raise InputError(f"{folder} holds several ONNX files: {listed}. Name one: hf:{folder}@FILE.")
    return found[0] if found else None


class Checkpoint:
    """A classifier opened for reading; `open_checkpoint` makes one.

    `labels` are those of its configuration, in its order; `several` whether any number of them may hold; `told`
    whether the configuration says so, or single labels are assumed, as transformers does.
    """

    def __init__(
        self, session: InferenceSession, tokenizer: Tokenizer, config: dict[str, Any], padding: Padding
    ) -> None:
        self._session, self._tokenizer, self._padding = session, tokenizer, padding
        problem = config.get("problem_type")
        self.several, self.told = problem == "multi_label_classification", problem is not None
        self._output, width = _logits(session)
        named = config.get("id2label")
        if not isinstance(named, dict) or not named:
            named = {place: f"LABEL_{place}" for place in range(width or int(config.get("num_labels", 2)))}
        self.labels = tuple(str(label) for _, label in sorted(named.items(), key=lambda item: int(item[0])))
        if problem == "regression" or len(self.labels) == 1:
            raise InputError("The checkpoint answers with one number, not with labels. Wrap it: module:callable.")
        if width is not None and width != len(self.labels):
            raise InputError(f"The ONNX file answers with {width} numbers, its configuration names {len(self.labels)}.")

    def probabilities(self, texts: Sequence[str] | Sequence[tuple[str, str]], *, batch_size: int = 32) -> Floats:
        """Return float64 (text, label) in [0, 1]: softmax over the labels; a sigmoid of each where several may hold.

        Where each of `texts` is a pair, both are read as the tokenizer joins them: a premise and its hypothesis.
        """
        encoded = self._tokenizer.encode_batch(list(texts))
        logits = np.zeros((len(texts), len(self.labels)))
        # Texts of one length share a batch, so that little is padded.
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i].ids))
        fixed_size, fixed_length = _fixed(self._session)
        size = 1 if self._padding.piece is None else fixed_size or batch_size
        for start in range(0, len(order), size):
            part = order[start : start + size]
            # A graph made for one size of batch gets its last one filled up with the first text of it.
            rows = part if fixed_size is None else part + [part[0]] * (fixed_size - len(part))
            fed = self._feed([encoded[i] for i in rows], fixed_length)
            logits[part] = self._run(fed)[: len(part)]
        if self.several:
            said: Floats = 1.0 / (1.0 + np.exp(-np.clip(logits, -500, 500)))
            return said
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        share: Floats = raised / raised.sum(axis=1, keepdims=True)
        return share

    def _run(self, fed: dict[str, NDArray[np.generic]]) -> Floats:
        try:
            found = np.asarray(self._session.run([self._output], fed)[0], np.float64)
        except runtime_errors() as error:
            raise InputError(
                f"The ONNX file cannot read what the tokenizer gives it: {str(error).splitlines()[0][:300]}. Do both "
                "belong to the same checkpoint?"
            ) from error
        if found.ndim != 2 or found.shape[1] != len(self.labels):
            raise InputError(
                f"The ONNX file answers with shape {found.shape}, expected (text, {len(self.labels)}). It is no text "
                "classifier, or not that of this configuration."
            )
        if not np.isfinite(found).all():
            raise InputError("The ONNX file answers with numbers that are not finite. Take another variant of it.")
        return found

    def _feed(self, encoded: Sequence[Encoding], fixed: int | None) -> dict[str, NDArray[np.generic]]:
        """Return the inputs the graph asks for: integers (text, piece)."""
        longest = fixed or max(1, *(len(each.ids) for each in encoded))
        shape = (len(encoded), longest)
        ids = np.full(shape, self._padding.piece or 0, np.int64)
        mask, types = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, each in enumerate(encoded):
            count = min(len(each.ids), longest)
            place = slice(longest - count, longest) if self._padding.left else slice(0, count)
            ids[row, place], types[row, place], mask[row, place] = each.ids[:count], each.type_ids[:count], 1
        positions = np.maximum(mask.cumsum(axis=1) - 1, 0)
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "position_ids": positions}
        fed: dict[str, NDArray[np.generic]] = {}
        for node in self._session.get_inputs():
            if node.name not in known:
                raise InputError(f"The ONNX file wants {node.name!r}, which a text classifier has no use for.")
            fed[node.name] = known[node.name].astype(np.int32 if node.type == "tensor(int32)" else np.int64)
        return fed


def open_checkpoint(folder: Path, path: Path, *, threads: int | None = None) -> Checkpoint:
    """Return the classifier whose weights are `path` and whose other files lie beside it or in `folder`.

    Raises `InputError` for what is missing, what cannot be read, and what is no text classifier.
    """
    config = _json(_beside(folder, path, "config.json"), f"{folder} has no config.json, so its labels are unknown.")
    said = _beside(folder, path, "tokenizer_config.json")
    settings = _json(said, "") if said.is_file() else {}
    tokenizer = _tokenizer(folder, _beside(folder, path, "tokenizer.json"))
    padding = _padding(config, settings, tokenizer)
    tokenizer.no_padding()
    tokenizer.enable_truncation(padding.limit)
    try:
        session = open_session(path, threads=threads)
    except runtime_errors() as error:
        raise InputError(f"Cannot open {path}: {str(error).splitlines()[0][:300]}") from error
    return Checkpoint(session, tokenizer, config, padding)


def _beside(folder: Path, path: Path, name: str) -> Path:
    return path.parent / name if (path.parent / name).is_file() else folder / name


def _json(path: Path, missing: str) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(missing)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no settings.")
    return found


def _tokenizer(folder: Path, path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    if not path.is_file():
        raise InputError(
            f"{folder} has no tokenizer.json. Make it, where transformers is installed, with: "
            "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)"
        )
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise InputError(f"Cannot read {path}: {error}") from error


def _padding(config: dict[str, Any], settings: dict[str, Any], tokenizer: Tokenizer) -> Padding:
    """Return how texts are padded and cut: as the tokenizer's settings say, else as its file or the model does."""
    token = settings.get("pad_token")
    token = token.get("content") if isinstance(token, dict) else token
    piece = tokenizer.token_to_id(token) if isinstance(token, str) else None
    own = tokenizer.padding or {}
    if piece is None:
        piece = own.get("pad_id", config.get("pad_token_id"))
    side = settings.get("padding_side", own.get("direction", "right"))
    limits = [settings.get("model_max_length"), (tokenizer.truncation or {}).get("max_length")]
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int):
        # RoBERTa counts positions from the padding piece on: two of them are never a word's.
        limits.append(positions - 2 if "roberta" in str(config.get("model_type")) else positions)
    known = [int(limit) for limit in limits if isinstance(limit, (int, float)) and 0 < limit < _UNSAID]
    return Padding(piece, side == "left", min(known, default=_FALLBACK))


def _logits(session: InferenceSession) -> tuple[str, int | None]:
    """Return the name of the output that holds the logits, and how many a text has where the graph says so."""
    outputs = session.get_outputs()
    named = [node for node in outputs if node.name == "logits"] or [node for node in outputs if len(node.shape) == 2]
    if not named:
        told = ", ".join(f"{node.name} {node.shape}" for node in outputs)
        raise InputError(f"The ONNX file is no text classifier: it has no logits. It answers with {told}.")
    width = named[0].shape[-1] if named[0].shape else None
    return named[0].name, width if isinstance(width, int) else None


def _fixed(session: InferenceSession) -> tuple[int | None, int | None]:
    """Return the size of batch and the length that the graph was made for, None where any will do."""
    shape = next((node.shape for node in session.get_inputs() if node.name == "input_ids"), [None, None])
    size, length = [each if isinstance(each, int) else None for each in shape[:2]]
    return size, length
