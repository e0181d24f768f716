"""Fits the map that scores labels nobody trained, in closed form, from labelled texts and the encodings of labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.inference.label_map import Calibration, Floats, LabelMap, unit

_MOST = 400


@dataclass(frozen=True, slots=True, eq=False)
class LabelledEncodings:
    """One corpus: encodings (text, width), truth bool (text, label), and the emotion term of each label."""

    encodings: NDArray[np.floating]
    truth: NDArray[np.bool_]
    terms: tuple[str, ...]

    def without(self, terms: frozenset[str]) -> LabelledEncodings:
        """Return the corpus without these terms, and without the texts that have one: as if nobody knew of them."""
        gone = np.array([term in terms for term in self.terms])
        kept = ~self.truth[:, gone].any(1)
        left = tuple(term for term in self.terms if term not in terms)
        return LabelledEncodings(self.encodings[kept], self.truth[kept][:, ~gone], left)


@dataclass(frozen=True, slots=True)
class MapPlan:
    """How strongly the fit is held back: `whitening` mixes the within-class covariance with the identity (1: none of
    it is learned), `ridge` holds the heads; `share` and `sharpness` are those of `LabelMap`. A label with fewer than
    `fewest` texts gets no head and no say in what varies within a class."""

    whitening: float = 0.5
    ridge: float = 2.0
    share: float = 0.6
    sharpness: float = 2.0
    fewest: int = 25


def fit_label_map(
    corpora: Sequence[LabelledEncodings], described: NDArray[np.floating], plan: MapPlan | None = None
) -> LabelMap:
    """Return the map learned from `corpora`; described: (template, term, width), encodings of what describes many
    emotion terms, from which only their means are taken. Its calibration is still to be fitted.

    The covariance within classes is the mean over the labels of the corpora, each in texts with that label alone,
    weighted by up to 400 texts. A head is ridge regression of a label, standardised, on the whitened texts of its
    corpus. Raises `InputError` where no label has enough texts.
    """
    plan = plan or MapPlan()
    units = [unit(each.encodings) for each in corpora]
    width = described.shape[-1]
    within, weight = np.zeros((width, width)), 0.0
    for each, texts in zip(corpora, units, strict=True):
        alone = each.truth.sum(1) == 1
        for column in each.truth.T:
            rows = texts[alone & column]
            if len(rows) >= plan.fewest:
                much = min(len(rows), _MOST)
                within += much * np.cov(rows.T, bias=True)
                weight += much
    if not weight:
        raise InputError(f"No label has {plan.fewest} texts that have it alone: there is nothing to learn from.")
    centre = np.mean([texts.mean(0) for texts in units], axis=0)
    whitening = _whitening(within / weight, plan.whitening)
    heads, terms, spread = [], [], np.zeros((width, width))
    for each, texts in zip(corpora, units, strict=True):
        inside = (texts - texts.mean(0)) @ whitening
        covariance = inside.T @ inside / len(inside)
        spread += covariance / len(corpora)
        enough = [
            j for j in range(len(each.terms)) if plan.fewest <= each.truth[:, j].sum() <= len(texts) - plan.fewest
        ]
        if not enough:
            continue
        rate = each.truth[:, enough].mean(0)
        wanted = (each.truth[:, enough] - rate) / np.sqrt(rate * (1 - rate))
        held = covariance + plan.ridge * np.trace(covariance) / width * np.eye(width)
        found = np.linalg.solve(held, inside.T @ wanted / len(inside))
        heads.append(found / (inside @ found).std(0))
        terms += [each.terms[j] for j in enough]
    label_centres = np.stack([unit(each).mean(0) for each in described])
    return LabelMap(
        *(centre, whitening, spread, label_centres),
        np.concatenate(heads, axis=1) if heads else np.zeros((width, 0)),
        *(tuple(terms), plan.share, plan.sharpness),
    )


def fit_score_calibration(scores: Sequence[Floats], truth: Sequence[NDArray[np.bool_]]) -> Calibration:
    """Return what scores are worth: logistic regression of whether a label holds on its score, every corpus weighing
    the same, and the probability from which on the labels' mean F0.5 is highest on average over the corpora: a label
    that is told and is not there costs more trust than one left out.

    scores, truth: one (text, label) each per corpus; the labels must have been unseen when they were scored.
    """
    flat = [(s.ravel(), t.ravel().astype(np.float64)) for s, t in zip(scores, truth, strict=True)]
    x = np.concatenate([each[0] for each in flat])
    y = np.concatenate([each[1] for each in flat])
    weight = np.concatenate([np.full(len(each[0]), 1 / len(each[0]) / len(flat)) for each in flat])
    slope, shift = 1.0, 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(slope * x + shift, -60, 60)))
        gradient = np.array([(weight * (p - y) * x).sum(), (weight * (p - y)).sum()])
        v = weight * p * (1 - p)
        cross = (v * x).sum()
        step = np.linalg.solve([[(v * x * x).sum() + 1e-9, cross], [cross, v.sum() + 1e-9]], gradient)
        slope, shift = slope - step[0], shift - step[1]
        if np.abs(step).max() < 1e-8:
            break
    best = max(
        np.linspace(0.0, 4.0, 41),
        key=lambda cut: float(np.mean([_macro(s >= cut, t) for s, t in zip(scores, truth, strict=True)])),
    )
    return Calibration(float(slope), float(shift), float(1 / (1 + np.exp(-(slope * best + shift)))))


def _whitening(within: Floats, shrink: float) -> Floats:
    """Return W with W Wᵀ the inverse of the shrunk covariance."""
    width = len(within)
    values, vectors = np.linalg.eigh((1 - shrink) * within + shrink * np.trace(within) / width * np.eye(width))
    scaled: Floats = vectors / np.sqrt(values)
    return scaled * np.sqrt(np.trace(within) / width)


def _macro(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """The mean of the labels' F-measure with precision counting twice as much as recall (van Rijsbergen 1979)."""
    hits = (said & truth).sum(0)
    return float(np.mean(1.25 * hits / np.maximum(said.sum(0) + 0.25 * truth.sum(0), 1)))
