"""A model that `affekt train` made of a table, opened: a head on a shipped model, or an encoder of its own.

Reading takes NumPy, and ONNX Runtime where there is an encoder: what was fitted is arrays and JSON, nothing that runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.encoding import encode_texts
from affekt.inference.opinion import check_votes
from affekt.inference.own_encoder import OwnEncoder
from affekt.inference.text import AnyReader, Floats, TextEstimates
from affekt.inference.word_numbers import WordNumbers
from affekt.types import LabelSpace

DIMENSIONS = ("valence", "arousal", "dominance")
HEAD, ENCODER, FIT, TOKENIZER = "head.npz", "model.onnx", "fit.json", "tokenizer.json"
_AGAIN = "Copy the whole folder again, or train anew with `affekt train`."


@dataclass(frozen=True, slots=True, eq=False)
class OwnFit:
    """From raw answers to answers, fitted on the part to tune on.

    kind: what the raw answers are, as `affekt.training.frozen_head.HeadTargets` says. scale, shift: (output,), what
    acts on the raw answers first. outputs: the name of each, for ``dimensional`` ones; sd: (output,), the standard
    deviation that their errors had.
    """

    kind: str
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]
    outputs: tuple[str, ...] = ()
    sd: NDArray[np.float64] | None = None

    def probabilities(self, raw: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (text, label) in [0, 1] of raw answers (text, output), of dimensional ones the numbers themselves.

        >>> OwnFit("ordinal", np.ones(2), np.zeros(2)).probabilities(np.array([[9.0, -9.0]])).round(2).tolist()
        [[0.0, 1.0, 0.0]]
        """
        moved = raw * self.scale + self.shift
        if self.kind == "exclusive":
            powers = np.exp(moved - moved.max(axis=1, keepdims=True))
            shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
            return shares
        if self.kind == "dimensional":
            return moved
        single: NDArray[np.float64] = 0.5 * (1 + np.tanh(0.5 * moved))
        if self.kind == "multi-label":
            return single
        # Being above a level is never likelier than being above the one below it.
        above = np.minimum.accumulate(single, axis=1)
        edges = np.concatenate([np.ones((len(raw), 1)), above, np.zeros((len(raw), 1))], axis=1)
        levels: NDArray[np.float64] = edges[:, :-1] - edges[:, 1:]
        return levels


class Raw(NamedTuple):
    """answers: float64 (text, output); features: float32 (text, width); base: what the model below says itself, None
    where there is none; supported, empty: bool (text,)."""

    answers: NDArray[np.float64]
    features: Floats
    base: TextEstimates | None
    supported: NDArray[np.bool_]
    empty: NDArray[np.bool_]


class Source(Protocol):
    """What gives raw answers: texts in, `Raw` out."""

    def raw(self, texts: Sequence[str], *, batch_size: int, language: str | None) -> Raw:
        """Return the raw answers of texts; rows of texts that are not read mean nothing."""


class HeadSource:
    """A head, (feature, output), on what a shipped model sees and says."""

    def __init__(self, base: AnyReader, arrays: Mapping[str, NDArray[np.float64]]) -> None:
        self._base, self._arrays = base, arrays

    def raw(self, texts: Sequence[str], *, batch_size: int, language: str | None) -> Raw:
        """Return the raw answers of texts, in order."""
        features, said = encode_texts(self._base, texts, batch_size=batch_size, language=language)
        head = self._arrays
        if features.shape[1] != len(head["mean"]):
            raise InputError(
                f"The head reads {len(head['mean'])} features, the model below it gives {features.shape[1]}: the "
                f"folder was made for another version of it. {_AGAIN}"
            )
        answers = (features.astype(np.float64) - head["mean"]) / head["spread"] @ head["weight"] + head["bias"]
        return Raw(answers, features, said, said.supported, said.empty)


class EncoderSource:
    """An encoder that was fine-tuned; `check` is the model whose language check its texts are put to, None for none."""

    def __init__(self, encoder: OwnEncoder, languages: tuple[str, ...], check: bool) -> None:
        self._encoder, self._languages, self._check = encoder, languages, check

    def raw(self, texts: Sequence[str], *, batch_size: int, language: str | None) -> Raw:
        """Return the raw answers of texts, in order."""
        found = self._encoder.run(texts, batch_size=batch_size)
        supported = np.ones(len(texts), np.bool_)
        if language is not None and self._languages:
            supported[:] = language in self._languages
        elif self._check:
            from affekt.inference.language import LanguageCheck

            offsets = np.zeros(len(texts) + 1, np.int64)
            np.cumsum([len(each) for each in found.pieces], out=offsets[1:])
            flat = np.fromiter((i for each in found.pieces for i in each), np.int32, int(offsets[-1]))
            supported = LanguageCheck.load().supported(flat, offsets, texts=texts)
        empty = np.array([not each for each in found.pieces], np.bool_)
        return Raw(found.answers, found.features, None, supported | empty, empty)


class OwnReader:
    """A trained model opened for reading; answers what `affekt.inference.text.TextReader` does."""

    def __init__(self, card: ModelCard, source: Source, fit: OwnFit, thresholds: dict[str, tuple[float, ...]]) -> None:
        self.card = card
        self._source, self._fit, self._thresholds = source, fit, thresholds
        self._numbers = WordNumbers()

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """Per-label thresholds by the name of the space they are for."""
        return self._thresholds

    def pieces(self, text: str) -> list[int]:
        """Return a number for each word of a text, the same for the same word as long as the reader is open."""
        return self._numbers.of(text)

    def estimate(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 64,
        language: str | None = None,
        raters: LabelSpace | None = None,
    ) -> TextEstimates:
        """Return the estimates for `texts`, in order; see `TextReader.estimate`.

        Dimensions and intensity that it did not learn are those of the model below its head, NaN where there is none.
        Raises `InputError` for `raters`: what it learned of votes is in its probabilities.
        """
        if raters is not None:
            check_votes(self.card, raters)
        texts = list(texts)
        raw = self._source.raw(texts, batch_size=batch_size, language=language)
        read = raw.supported & ~raw.empty
        said = self._fit.probabilities(raw.answers)
        count, base = len(texts), raw.base
        if base is None:
            vad, vad_sd = (np.full((count, 3), np.nan, np.float32) for _ in range(2))
            intensity = np.full(count, np.nan, np.float32)
        else:
            vad, vad_sd, intensity = base.vad.copy(), base.vad_sd.copy(), base.intensity
        probabilities = said
        if self._fit.kind == "dimensional":
            degrees = [place for place, name in enumerate(self._fit.outputs) if name not in DIMENSIONS]
            probabilities = np.clip(said[:, degrees], 0.0, 1.0)
            if not degrees and base is not None:
                probabilities = base.probabilities.astype(np.float64)
            for place, name in enumerate(self._fit.outputs):
                if name in DIMENSIONS:
                    vad[:, DIMENSIONS.index(name)] = np.clip(said[:, place], -1.0, 1.0)
                    if self._fit.sd is not None:
                        vad_sd[:, DIMENSIONS.index(name)] = self._fit.sd[place]
        kept = np.asarray(probabilities, np.float32)
        for array in (kept, vad, vad_sd):
            array[~read] = np.nan
        return TextEstimates(kept, vad, vad_sd, np.where(read, intensity, np.nan), raw.supported, raw.empty)

    def estimate_pieces(self, ids: Sequence[Sequence[int]], *, batch_size: int = 64) -> TextEstimates:
        """Return the estimates for texts given as numbers of words, 0 where left out, without a language check."""
        texts = [self._numbers.text(each) for each in ids]
        return self.estimate(texts, batch_size=batch_size, language=next(iter(self.card.languages), None))

    def features(self, texts: Sequence[str], *, batch_size: int = 64) -> Floats:
        """Return what the head reads, float32 (text, width)."""
        return self._source.raw(list(texts), batch_size=batch_size, language=None).features


def load_own(card: ModelCard, base: AnyReader | None, *, threads: int | None = None, device: str = "cpu") -> OwnReader:
    """Return the model in the card's folder, opened; `base` is the opened model below a head.

    Raises `InputError` where a file is missing, was changed since it was written, or holds something else.
    """
    for name, checksum in card.files.items():
        try:
            found = hashlib.sha256((card.folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise InputError(f"{card.folder / name} cannot be read: {error.strerror or error}. {_AGAIN}") from error
        if found != checksum:
            raise InputError(f"{card.folder / name} is not the file that was written with this model. {_AGAIN}")
    try:
        told = json.loads((card.folder / FIT).read_text(encoding="utf-8"))
        scale, shift = np.array(told["scale"], np.float64), np.array(told["shift"], np.float64)
        sd = None if told["sd"] is None else np.array(told["sd"], np.float64)
        fit = OwnFit(str(told["kind"]), scale, shift, tuple(map(str, told["outputs"])), sd)
        thresholds = {str(name): tuple(map(float, limits)) for name, limits in told["thresholds"].items()}
        if base is not None:
            source: Source = HeadSource(base, _arrays(card))
        else:
            reading = told["reading"]
            encoder = OwnEncoder.load(card.folder, reading, threads=threads, device=device)
            source = EncoderSource(encoder, card.languages, bool(reading["check_language"]))
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise InputError(f"The model in {card.folder} is damaged: {type(error).__name__}: {error}. {_AGAIN}") from error
    return OwnReader(card, source, fit, thresholds)


def _arrays(card: ModelCard) -> dict[str, NDArray[np.float64]]:
    with np.load(card.folder / HEAD, allow_pickle=False) as kept:
        arrays = {name: kept[name].astype(np.float64) for name in ("mean", "spread", "weight", "bias")}
    width, outputs = arrays["weight"].shape
    if arrays["mean"].shape != (width,) or arrays["spread"].shape != (width,) or arrays["bias"].shape != (outputs,):
        raise ValueError("the arrays of the head do not fit each other")
    return arrays
