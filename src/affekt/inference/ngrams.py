"""The reader of `text-multi`: per language a table of n-gram weights, and a check of which language it is.

A logistic regression per language and label over character n-grams; the runtime is a search in a sorted table and a
sum. Texts in a language that has no table are not read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.inference.grams import GramCutter, Weighed, split_words
from affekt.inference.opinion import check_votes
from affekt.inference.text import Floats, TextEstimates
from affekt.inference.word_numbers import WordNumbers
from affekt.types import LabelSpace

# Nats by which a language without a table must be likelier than all that have one before a text is refused, and the
# same per n-gram: a name or a loan-word refuses nothing.
MARGIN, MARGIN_PER_GRAM = 3.0, 0.02
# A text with more than this share of its letters in scripts that no language of the model is written in is refused.
STRANGE = 0.5
_BLOCK_BITS = 7


@dataclass(frozen=True, slots=True, eq=False)
class Variety:
    """What the model knows of one language, or of one kind of a language (Portuguese of Brazil, of Mozambique).

    keys: uint32 (gram,) ascending; weights: int8 (gram, label), in steps of step: float32 (label,); bias, scale,
    shift: float32 (label,), the probability of label k being σ(scale · (bias + step · Σ x · weight) + shift);
    thresholds: by space, (label,).
    """

    name: str
    language: str
    keys: NDArray[np.uint32]
    weights: NDArray[np.int8]
    step: Floats
    bias: Floats
    scale: Floats
    shift: Floats
    thresholds: Mapping[str, Floats]

    def score(self, weighed: Weighed) -> Floats:
        """Return the evidence for each label, (label,), the bias left out; 0 where no n-gram is known."""
        places = np.minimum(np.searchsorted(self.keys, weighed.keys), len(self.keys) - 1)
        known = self.keys[places] == weighed.keys
        return np.asarray((weighed.weights[known] @ self.weights[places[known]].astype(np.float32)) * self.step)

    def probabilities(self, score: Floats) -> Floats:
        """Return the calibrated probability of each label, (label,)."""
        return np.asarray(1 / (1 + np.exp(-(self.scale * (score + self.bias) + self.shift))), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class LanguageTable:
    """Naive Bayes over short n-grams. evidence: int8 (bucket, class), log-probabilities in steps of `step` nats.

    `names` are the classes, those of the model's varieties first, `known` of them; `blocks` the blocks of 128 code
    points in which the model's languages have their letters. Grams overlap, so what they say together is divided by
    the three lengths they have.
    """

    evidence: NDArray[np.int8]
    step: float
    names: tuple[str, ...]
    known: int
    blocks: frozenset[int]

    def scores(self, buckets: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how likely each class makes the text, in nats, float64 (class,)."""
        sums = np.zeros(len(self.names), np.int64)
        for start in range(0, len(buckets), 65_536):
            sums += self.evidence[buckets[start : start + 65_536]].sum(0, dtype=np.int64)
        return np.asarray(sums * (self.step / 3), np.float64)

    def find(self, buckets: NDArray[np.int64], text: str) -> int | None:
        """Return the place of the most likely variety, None where the text is in none of the model's languages."""
        letters: dict[int, int] = {}
        for character in text[:5_000]:
            if character.isalpha():
                block = ord(character) >> _BLOCK_BITS
                letters[block] = letters.get(block, 0) + 1
        strange = sum(count for block, count in letters.items() if block not in self.blocks)
        if strange > STRANGE * sum(letters.values()):
            return None
        scores = self.scores(buckets)
        best = int(scores[: self.known].argmax())
        other = scores[self.known :].max(initial=-np.inf)
        limit = MARGIN + MARGIN_PER_GRAM * len(buckets)
        return None if other - scores[best] > limit and letters else best


class NgramReader:
    """A model of n-gram tables opened for reading; answers what `affekt.inference.text.TextReader` does.

    It says nothing of valence, arousal, dominance and intensity: those are NaN.
    """

    def __init__(self, card: ModelCard, varieties: Sequence[Variety], languages: LanguageTable) -> None:
        self.card = card
        self._varieties = tuple(varieties)
        self._languages = languages
        self._cutter = GramCutter()
        self._numbers = WordNumbers(split_words)

    @staticmethod
    def load(card: ModelCard) -> NgramReader:
        """Return the model of ``model.npz`` and ``fit.json`` in the card's folder."""
        return NgramReader(card, load_varieties(card.folder), load_languages(card.folder))

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """Per-label thresholds by space, the middle over the languages; `TextEstimates.limits` are each text's own."""
        return self.card.fit.thresholds

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
        """Return the estimates for `texts`, in order; see `TextReader.estimate`. Texts never meet, so `batch_size` has
        nothing to say.

        `language` says what the texts are in (ISO 639-1, or 639-3 where that has no code); None has it found, text
        by text. Raises `InputError` for `raters`: it learned no votes.
        """
        if raters is not None:
            check_votes(self.card, raters)
        words = [split_words(text) for text in texts]
        found = [self._variety(each, text, language) if each else None for each, text in zip(words, texts, strict=True)]
        return self._estimate(words, found)

    def estimate_pieces(self, ids: Sequence[Sequence[int]], *, batch_size: int = 64) -> TextEstimates:
        """Return the estimates for texts given as numbers of words, 0 where masked, all by the first's language."""
        words = [self._numbers.words(each) for each in ids]
        first = [word for word in words[0] if word] if words else []
        scores = self._languages.scores(self._cutter.buckets(first))[: len(self._varieties)]
        return self._estimate(words, [int(scores.argmax()) if any(each) else None for each in words])

    def features(self, texts: Sequence[str], *, batch_size: int = 64) -> Floats:
        """Return what every language's table says, float32 (text, varieties · labels), zeros for nothing."""
        labels = len(self.card.space)
        rows = np.zeros((len(texts), len(self._varieties) * labels), np.float32)
        for row, text in zip(rows, texts, strict=True):
            weighed = self._cutter.weigh(split_words(text)[: self.card.window])
            if len(weighed.keys):
                row[:] = np.concatenate([variety.score(weighed) for variety in self._varieties])
        return rows

    def languages(self, texts: Sequence[str]) -> list[str | None]:
        """Return the language each text is read as, None for one that is not read."""
        places = [self._variety(split_words(text), text, None) for text in texts]
        return [None if place is None else self._varieties[place].language for place in places]

    def _variety(self, words: list[str], text: str, language: str | None) -> int | None:
        buckets = self._cutter.buckets(words)
        if language is None:
            return self._languages.find(buckets, text)
        ours = [place for place, variety in enumerate(self._varieties) if variety.language == language]
        if len(ours) < 2:
            return ours[0] if ours else None
        return ours[int(self._languages.scores(buckets)[ours].argmax())]

    def _estimate(self, words: Sequence[Sequence[str]], found: Sequence[int | None]) -> TextEstimates:
        count, labels = len(words), len(self.card.space)
        probabilities = np.full((count, labels), np.nan, np.float32)
        spaces = self._varieties[0].thresholds
        limits = {name: np.full((count, len(values)), np.nan, np.float32) for name, values in spaces.items()}
        empty = np.fromiter((not any(each) for each in words), bool, count)
        read = np.fromiter((place is not None for place in found), bool, count) & ~empty
        for row in np.flatnonzero(read).tolist():
            place = found[row]
            assert place is not None
            variety = self._varieties[place]
            probabilities[row] = self._read(variety, words[row])
            for name, values in variety.thresholds.items():
                limits[name][row] = values
        missing = np.full((count, 3), np.nan, np.float32)
        return TextEstimates(probabilities, missing, missing, missing[:, 0], read | empty, empty, limits=limits)

    def _read(self, variety: Variety, words: Sequence[str]) -> Floats:
        """Return the probabilities of a text: the mean over windows of the card's length, by their number of words."""
        window = self.card.window
        windows = [words[start : start + window] for start in range(0, len(words), window)]
        said = [variety.probabilities(variety.score(self._cutter.weigh(part))) for part in windows]
        return np.asarray(np.average(said, axis=0, weights=[len(part) for part in windows]), np.float32)


def load_varieties(folder: Path) -> list[Variety]:
    """Return the tables of a folder: ``model.npz`` as `recipes/text_multi` writes it, with ``fit.json`` beside it.

    model.npz: gaps: uint32 (gram,), each key less the one before it, tables one after another; ends: int64
    (variety,); weights: int8 (gram, label); step and bias: float32 (variety, label).
    """
    fitted = json.loads((folder / "fit.json").read_text(encoding="utf-8"))["varieties"]
    with np.load(folder / "model.npz", allow_pickle=False) as kept:
        gaps, ends, weights, step, bias = (kept[name] for name in ("gaps", "ends", "weights", "step", "bias"))
    varieties = []
    for place, (values, start, end) in enumerate(zip(fitted, [0, *ends[:-1]], ends, strict=True)):
        varieties.append(
            Variety(
                values["name"],
                values["language"],
                np.cumsum(gaps[start:end], dtype=np.uint32),
                weights[start:end],
                step[place],
                bias[place],
                np.array(values["scale"], np.float32),
                np.array(values["shift"], np.float32),
                {name: np.array(limits, np.float32) for name, limits in values["thresholds"].items()},
            )
        )
    return varieties


def load_languages(folder: Path) -> LanguageTable:
    """Return the language check of a folder: in ``model.npz`` evidence, evidence_step and blocks, in ``fit.json`` the
    names of the classes."""
    fitted = json.loads((folder / "fit.json").read_text(encoding="utf-8"))
    with np.load(folder / "model.npz", allow_pickle=False) as kept:
        evidence, step, blocks = kept["evidence"], float(kept["evidence_step"]), kept["blocks"]
    return LanguageTable(
        evidence, step, tuple(fitted["classes"]), len(fitted["varieties"]), frozenset(map(int, blocks.tolist()))
    )
