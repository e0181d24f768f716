"""Labels of any name as directions in an encoder's space, so that a text is scored on a label nobody trained.

A label is described in a few sentences ("I feel let down."), which the encoder reads as it reads texts. Three things
are learned, none of them about the label itself: the space is whitened within the classes of labelled corpora, so that
what differs between texts of one emotion counts little (within-class covariance normalisation: Hatch, Kajarekar &
Stolcke 2006, Interspeech); heads of known emotions lend a label part of theirs by how near their words are in WordNet
(convex combination of classifiers: Norouzi et al. 2014, Zero-Shot Learning by Convex Combination of Semantic
Embeddings, ICLR); and what a score is worth as a probability.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.affect.terms import TERMS
from affekt.affect.words.own_labels import OwnLabel
from affekt.affect.words.vocabulary import similarity
from affekt.errors import InputError

Floats = NDArray[np.float64]

TEMPLATES = ("{name}", "I feel {name}.", "I am so {name}!", "{name}: {definition}")
"""The sentences that describe a label to the encoder; without a definition the last is the name. A list of the label's
near words in WordNet gained nothing on the development corpora."""
NEUTRAL = "neutral"
"""A term that no words describe: it is what a text without emotion is, so only its head speaks for it."""


class Calibration(NamedTuple):
    """Probability is σ(slope · score + shift); a label counts as present from `limit` on, a probability."""

    slope: float
    shift: float
    limit: float


PLAIN = Calibration(1.0, 0.0, 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """What was learned of a space of encodings of length 1, `width` numbers each.

    centre: (width,), the mean text; whitening: (width, width), applied from the right; spread: (width, width), the
    covariance of whitened texts; label_centres: (template, width), the mean of what emotion terms are described by;
    heads: (width, head), directions in the whitened space, each of a term in `terms`; `share` is how much they
    count beside the description, and `sharpness` how fast that falls with distance in WordNet.
    """

    centre: Floats
    whitening: Floats
    spread: Floats
    label_centres: Floats
    heads: Floats
    terms: tuple[str, ...]
    share: float = 0.6
    sharpness: float = 2.0
    calibration: Calibration = PLAIN

    def texts(self, encodings: NDArray[np.floating]) -> Floats:
        """Return encodings (text, width) of any length in the whitened space, (text, width)."""
        return (unit(encodings) - self.centre) @ self.whitening

    def directions(self, labels: Sequence[OwnLabel], described: NDArray[np.floating]) -> Floats:
        """Return a direction for each label, (label, width): its product with `texts` is the score, of variance 1
        over texts such as were learned from. described: (template, label, width), the encodings of `describe`."""
        told = sum(
            unit((unit(each) - centre) @ self.whitening)
            for each, centre in zip(described, self.label_centres, strict=True)
        )
        lent = head_weights(labels, self.terms, self.sharpness) @ self.heads.T
        one, other = self._scaled(np.asarray(told, np.float64)), self._scaled(lent)
        neutral = np.array([label.terms == (NEUTRAL,) for label in labels])[:, None]
        return self._scaled(np.where(neutral & (lent != 0).any(1, keepdims=True), other, one + self.share * other))

    def _scaled(self, directions: Floats) -> Floats:
        deviation = np.sqrt(np.maximum(np.einsum("lw,wv,lv->l", directions, self.spread, directions), 1e-18))
        return np.where(deviation[:, None] > 1e-6, directions / deviation[:, None], 0.0)

    def probabilities(self, scores: Floats) -> Floats:
        """Return what scores are worth, in [0, 1]."""
        slope, shift, _ = self.calibration
        found: Floats = 1.0 / (1.0 + np.exp(-np.clip(slope * scores + shift, -60, 60)))
        return found


def describe(label: OwnLabel) -> tuple[str, ...]:
    """Return the sentences that describe a label, one for each template.

    >>> from affekt.affect.words.own_labels import own_labels
    >>> describe(own_labels(["smug: pleased with oneself"])[0])
    ('smug', 'I feel smug.', 'I am so smug!', 'smug: pleased with oneself')
    """
    last = TEMPLATES[-1] if label.definition else TEMPLATES[0]
    chosen = (*TEMPLATES[:-1], last)
    return tuple(each.replace("{definition}", label.definition).replace("{name}", label.name) for each in chosen)


def head_weights(labels: Sequence[OwnLabel], terms: Sequence[str], sharpness: float) -> Floats:
    """Return how much of each head a label is lent, (label, head): rows add up to 1, or are 0 where nothing is near.

    A head of the same word, in any form, is at distance 0; others as near as `similarity` of the words says, to the
    power of `sharpness`. Several heads of one word share.
    """
    roots = [root_of(term) for term in terms]
    counts = np.array([roots.count(root) for root in roots], np.float64)
    near = np.zeros((len(labels), len(terms)))
    for row, label in enumerate(labels):
        for term in label.terms:
            found = [
                1.0 if root_of(term) == root else similarity(term, head)
                for head, root in zip(terms, roots, strict=True)
            ]
            near[row] = np.maximum(near[row], found)
        if label.terms == (NEUTRAL,):
            near[row] = [float(root == NEUTRAL) for root in roots]
    weights = near**sharpness / np.maximum(counts, 1)
    total = weights.sum(1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def unit(rows: NDArray[np.floating]) -> Floats:
    """Return rows of length 1; a row of zeros stays one."""
    wide = np.asarray(rows, np.float64)
    length = np.linalg.norm(wide, axis=-1, keepdims=True)
    found: Floats = np.divide(wide, length, out=np.zeros_like(wide), where=length > 0)
    return found


def save_label_map(found: LabelMap, path: Path) -> str:
    """Write a map to `path`, an .npz file in half precision, and return the file's sha256."""
    arrays = {
        name: getattr(found, name).astype(np.float16)
        for name in ("centre", "whitening", "spread", "label_centres", "heads")
    }
    numbers = np.array([found.share, found.sharpness, *found.calibration], np.float64)
    np.savez_compressed(path, **arrays, numbers=numbers, terms=np.array(found.terms))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=4)
def load_label_map(path: Path) -> LabelMap:
    """Return the map that `save_label_map` wrote. Raises `InputError` where it is absent or something else."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: Mapping[str, Floats] = {
                name: file[name].astype(np.float64)
                for name in ("centre", "whitening", "spread", "label_centres", "heads", "numbers")
            }
            terms = tuple(str(term) for term in file["terms"])
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"Cannot read the map of labels {path}: {error}.") from error
    share, sharpness, slope, shift, limit = (float(value) for value in arrays["numbers"])
    return LabelMap(
        centre=arrays["centre"],
        whitening=arrays["whitening"],
        spread=arrays["spread"],
        label_centres=arrays["label_centres"],
        heads=arrays["heads"],
        terms=terms,
        share=share,
        sharpness=sharpness,
        calibration=Calibration(slope, shift, limit),
    )


def with_calibration(found: LabelMap, calibration: Calibration) -> LabelMap:
    """Return the map with another calibration."""
    return replace(found, calibration=calibration)


@lru_cache(maxsize=4096)
def root_of(term: str) -> str:
    """Return the term that another is a form of: anger of angry; a word that is no term is its own.

    >>> root_of("angry"), root_of("anger")
    ('anger', 'anger')
    """
    seen = {term}
    while (found := TERMS.get(term)) is not None and found.kin is not None and found.kin.relation == "another form of":
        term = found.kin.name
        if term in seen:
            break
        seen.add(term)
    return term
