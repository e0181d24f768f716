"""From texts to arrays: tokens, language check, network, calibration. Columnar throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.cards import Fit, ModelCard
from affekt.errors import InputError
from affekt.inference.opinion import OpinionEstimates, OpinionHead, check_votes, load_opinion
from affekt.inference.tokens import WordPieces
from affekt.types import LabelSpace

Floats = NDArray[np.float32]


class RawOutputs(NamedTuple):
    """What a network answers before calibration.

    labels: float32 (text, label), logits; vad: float32 (text, 6), means then log-variances;
    intensity: float32 (text, 5), logits; features: float32 (text, width), the encoding the heads read.
    """

    labels: Floats
    vad: Floats
    intensity: Floats
    features: Floats


class Network(Protocol):
    """Piece ids in, raw outputs out. Id 0 inside a text stands for a masked piece."""

    def run(self, ids: Sequence[Sequence[int]], *, batch_size: int) -> RawOutputs:
        """Return the outputs for texts of at least one piece each, in order."""

    def features(self, ids: Sequence[Sequence[int]], *, batch_size: int) -> Floats:
        """Return the encoding the heads read, float32 (text, width)."""


@dataclass(frozen=True, slots=True)
class TextEstimates:
    """Calibrated estimates of many texts, a row each; rows that were not read are NaN.

    probabilities: float32 (text, label) in [0, 1]; vad and vad_sd: float32 (text, 3), valence,
    arousal, dominance in [-1, 1] and their standard deviations; intensity: float32 (text,) in
    [0, 1]; supported: bool (text,), False where the language is not one the model reads; empty:
    bool (text,), True where there is nothing to read; opinion: what people would say, where it was asked for;
    limits: by the name of a space, float32 (text, label), the thresholds of each text, where they are not the same
    for all.
    """

    probabilities: Floats
    vad: Floats
    vad_sd: Floats
    intensity: Floats
    supported: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    opinion: OpinionEstimates | None = None
    limits: Mapping[str, Floats] | None = None


class AnyReader(Protocol):
    """What every opened model of text can do; `TextReader` says it in full."""

    card: ModelCard

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """Per-label thresholds by the name of the space they are for."""

    def pieces(self, text: str) -> list[int]:
        """Return a number for each piece of a text."""

    def estimate(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 64,
        language: str | None = None,
        raters: LabelSpace | None = None,
    ) -> TextEstimates:
        """Return the estimates for `texts`, in order."""

    def estimate_pieces(self, ids: Sequence[Sequence[int]], *, batch_size: int = 64) -> TextEstimates:
        """Return the estimates for texts given as pieces, 0 where masked, without a language check."""

    def features(self, texts: Sequence[str], *, batch_size: int = 64) -> Floats:
        """Return what a new head can be fitted on, float32 (text, width)."""


class TextReader:
    """A model opened for reading. Holds the network and the tokenizer; `open_reader` makes one."""

    def __init__(self, card: ModelCard, network: Network, pieces: WordPieces) -> None:
        self.card = card
        self._network = network
        self._pieces = pieces
        self._fit: Fit = card.fit
        self._heads: dict[str, OpinionHead] = {}

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """Per-label thresholds by the name of the space they are for."""
        return self._fit.thresholds

    def pieces(self, text: str) -> list[int]:
        """Return the piece ids of a text as the network gets them, special pieces left out."""
        return self._pieces.pieces(text)

    def estimate(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 64,
        language: str | None = None,
        raters: LabelSpace | None = None,
    ) -> TextEstimates:
        """Return the estimates for `texts`, in order.

        A text longer than the card's window is read in windows, and the probabilities and VAD are
        averaged by their number of pieces. `language` (ISO 639-1) says what the texts are in; None
        has it checked, text by text. With `raters` the expected votes over that space are estimated
        too. A row does not depend on the other rows. Raises `InputError` where the model did not learn
        votes over that space.
        """
        head = None if raters is None else self._opinion_head(raters)
        ids = [self.pieces(text) for text in texts]
        empty = np.fromiter((not text for text in ids), bool, len(ids))
        return self._estimate(ids, ~empty & self._supported(texts, ids, language), empty, batch_size, head)

    def _opinion_head(self, space: LabelSpace) -> OpinionHead:
        check_votes(self.card, space)
        if space.name not in self._heads:
            self._heads[space.name] = load_opinion(self.card.folder / "raters.npz", space.name)
        return self._heads[space.name]

    def estimate_pieces(self, ids: Sequence[Sequence[int]], *, batch_size: int = 64) -> TextEstimates:
        """Return the estimates for texts given as piece ids, 0 where masked, without a language check."""
        empty = np.fromiter((not any(text) for text in ids), bool, len(ids))
        return self._estimate(ids, ~empty, empty, batch_size)

    def features(self, texts: Sequence[str], *, batch_size: int = 64) -> Floats:
        """Return the encoding the heads read, float32 (text, width): what a new head is fitted on.

        Only the first window of a text is encoded. A text with nothing in it is a row of zeros.
        """
        ids = [self.pieces(text)[: self.card.window] for text in texts]
        filled = [i for i, text in enumerate(ids) if text]
        encoded = self._network.features([ids[i] for i in filled] or [[1]], batch_size=batch_size)
        rows = np.zeros((len(ids), encoded.shape[1]), np.float32)
        rows[filled] = encoded[: len(filled)]
        return rows

    def encode(
        self, texts: Sequence[str], *, batch_size: int = 64, language: str | None = None
    ) -> tuple[Floats, TextEstimates]:
        """Return the encodings, float32 (text, width), and the estimates of `texts`, by reading them once.

        Of a text past the window the encodings of its windows are averaged by their number of pieces, as the estimates
        are; a text that is not read is a row of zeros. `language` is that of `estimate`.
        """
        ids = [self.pieces(text) for text in texts]
        empty = np.fromiter((not text for text in ids), bool, len(ids))
        kept: list[Floats] = []
        read = ~empty & self._supported(texts, ids, language)
        estimates = self._estimate(ids, read, empty, batch_size, kept=kept)
        if not kept:
            # Nothing is read, so nothing says how wide an encoding is: one piece does.
            kept = [np.zeros((len(ids), self._network.features([[1]], batch_size=1).shape[1]), np.float32)]
        return kept[0], estimates

    def encode_pieces(self, ids: Sequence[Sequence[int]], *, batch_size: int = 64) -> tuple[Floats, TextEstimates]:
        """Return the encodings and the estimates of texts given as piece ids, 0 where masked; see `encode`."""
        empty = np.fromiter((not any(text) for text in ids), bool, len(ids))
        kept: list[Floats] = []
        estimates = self._estimate(ids, ~empty, empty, batch_size, kept=kept)
        if not kept:
            kept = [np.zeros((len(ids), self._network.features([[1]], batch_size=1).shape[1]), np.float32)]
        return kept[0], estimates

    def _supported(self, texts: Sequence[str], ids: list[list[int]], language: str | None) -> NDArray[np.bool_]:
        if language is not None:
            return np.full(len(ids), language in self.card.languages)
        from affekt.inference.language import LanguageCheck

        offsets = np.zeros(len(ids) + 1, np.int64)
        np.cumsum([len(text) for text in ids], out=offsets[1:])
        flat = np.fromiter((i for text in ids for i in text), np.int32, int(offsets[-1]))
        return LanguageCheck.load().supported(flat, offsets, texts=texts)

    def _estimate(
        self,
        ids: Sequence[Sequence[int]],
        read: NDArray[np.bool_],
        empty: NDArray[np.bool_],
        batch_size: int,
        head: OpinionHead | None = None,
        *,
        kept: list[Floats] | None = None,
    ) -> TextEstimates:
        """Return the estimates; with a list `kept` the pooled encodings are put into it."""
        window = self.card.window
        owners, chunks = [], []
        for i in np.flatnonzero(read).tolist():
            text = ids[i]
            starts = range(0, len(text), window) if len(text) > window else (0,)
            for start in starts:
                chunk = text[start : start + window]
                if len(text) <= window or any(chunk):
                    owners.append(i)
                    chunks.append(chunk)
        count, labels = len(ids), len(self.card.space)
        votes = 0 if head is None else len(head.bias) + 1
        columns = np.full((count, labels + 7 + votes), np.nan, np.float32)
        if chunks:
            raw = self._network.run(chunks, batch_size=batch_size)
            fit = self._fit
            probabilities = _sigmoid(raw.labels * np.array(fit.scale, np.float32) + np.array(fit.shift, np.float32))
            sd = np.exp(0.5 * raw.vad[:, 3:]) * np.array(fit.sd_factor, np.float32)
            intensity = _sigmoid(raw.intensity).max(1, keepdims=True)
            parts = [probabilities, np.clip(raw.vad[:, :3], -1, 1), sd, intensity]
            if head is not None:
                said = head.estimate(raw.features)
                parts += [said.shares, said.disagreement[:, None]]
            values = np.concatenate(parts, axis=1)
            lengths = np.array([len(chunk) for chunk in chunks], np.float32)
            columns[read] = _pool(values, np.array(owners), lengths)
            if kept is not None:
                encodings = np.zeros((count, raw.features.shape[1]), np.float32)
                encodings[read] = _pool(raw.features, np.array(owners), lengths)
                kept.append(encodings)
        return TextEstimates(
            probabilities=columns[:, :labels],
            vad=columns[:, labels : labels + 3],
            vad_sd=columns[:, labels + 3 : labels + 6],
            intensity=columns[:, labels + 6],
            supported=read | empty,
            empty=empty,
            opinion=None if head is None else OpinionEstimates(columns[:, labels + 7 : -1], columns[:, -1]),
        )


def open_reader(card: ModelCard, *, threads: int | None = None, device: str = "cpu") -> AnyReader:
    """Return `card`'s model, opened; the same one for the same arguments within a process.

    `threads` is how many cores a call may use (None: all). Raises `InputError` for a device that is
    unknown or not available, and for a model that reads something else than text.
    """
    if card.modality != "text":
        raise InputError(f"The model {card.name!r} reads {card.modality}, not text. `affekt models` lists them.")
    key = (card.name, card.folder, card.version, threads, device)
    opened = _OPENED.get(key)
    if opened is None or opened.card != card:
        opened = _OPENED[key] = _open(card, threads, device)
    return opened


_OPENED: dict[tuple[str, Path, str, int | None, str], AnyReader] = {}


def _open(card: ModelCard, threads: int | None, device: str) -> AnyReader:
    if card.runtime == "ngrams":
        from affekt.inference.ngrams import NgramReader

        return NgramReader.load(card)
    if card.runtime == "several":
        from affekt.inference.several import SeveralReader

        return SeveralReader(card, [open_reader(member, threads=threads, device=device) for member in card.members])
    if card.runtime in ("head", "encoder"):
        from affekt.inference.own import load_own

        base = open_reader(card.members[0], threads=threads, device=device) if card.members else None
        return load_own(card, base, threads=threads, device=device)
    if card.runtime == "open":
        from affekt.inference.open_labels import OpenReader

        return OpenReader(card, open_reader(card.members[0], threads=threads, device=device))
    if card.tokenizer is None:
        raise InputError(f"The card of {card.name!r} names no tokenizer, which runtime {card.runtime!r} needs.")
    return TextReader(card, _open_network(card, threads, device), WordPieces.load(card.tokenizer))


def _open_network(card: ModelCard, threads: int | None, device: str) -> Network:
    if card.runtime == "onnx":
        from affekt.inference.encoder import EncoderNetwork

        return EncoderNetwork(card.folder / "model.onnx", threads=threads, device=device)
    from affekt.inference.static import StaticNetwork

    return StaticNetwork.load(card.folder / "model.npz")


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), np.float32)


def _pool(values: Floats, owners: NDArray[np.int64], weights: Floats) -> Floats:
    """Return the weighted mean of the rows of each owner, owners ascending."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    if len(starts) == len(owners):
        return values
    sums = np.add.reduceat(values * weights[:, None], starts, axis=0)
    return np.asarray(sums / np.add.reduceat(weights, starts)[:, None], np.float32)
