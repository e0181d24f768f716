"""From what a network of speech gives to what it says: calibrated labels, and dimensions where it was taught any."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.own import DIMENSIONS, OwnFit

Floats = NDArray[np.float32]
_AGAIN = "Copy the whole folder again, or train anew with `affekt train` or `affekt distill`."


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The calibration of a model of speech: raw answers (..., output) in, answers (..., answer) out.

    `places` are the answers that are labels, in the order of the space; `dimensions` where among the answers valence,
    arousal and dominance stand, -1 where one was not taught, None where none was; `sd` is their standard deviation.
    """

    fit: OwnFit
    width: int
    places: tuple[int, ...]
    dimensions: tuple[int, int, int] | None = None
    sd: Floats | None = None

    @classmethod
    def of_card(cls, card: ModelCard) -> Answers:
        """Return the calibration of a shipped model: labels alone, one scale and shift each."""
        kind = "exclusive" if card.space.kind == "exclusive" else "multi-label"
        fit = OwnFit(kind, np.array(card.fit.scale, np.float64), np.array(card.fit.shift, np.float64))
        return cls(fit, len(card.space), tuple(range(len(card.space))))

    def __call__(self, raw: NDArray[np.floating]) -> Floats:
        """Return calibrated answers float32 (..., answer)."""
        rows = np.asarray(raw, np.float64).reshape(-1, raw.shape[-1])
        said = self.fit.probabilities(rows) if len(rows) else np.zeros((0, self.width))
        return said.reshape(*raw.shape[:-1], self.width).astype(np.float32)

    def labels(self, answers: Floats) -> Floats:
        """Return the columns that are labels, (item, label)."""
        if len(self.places) == self.width and self.fit.kind != "dimensional":
            return answers
        return np.clip(answers[:, list(self.places)], 0.0, 1.0)

    def vad(self, answers: Floats) -> Floats:
        """Return valence, arousal and dominance, float32 (item, 3), NaN where not taught."""
        assert self.dimensions is not None
        found = np.full((len(answers), 3), np.nan, np.float32)
        for place, column in enumerate(self.dimensions):
            if column >= 0:
                found[:, place] = np.clip(answers[:, column], -1.0, 1.0)
        return found


def own_answers(card: ModelCard) -> Answers | None:
    """Return the calibration of a model of one's own, None for another. Raises `InputError` for a damaged folder."""
    path = card.folder / "fit.json"
    if not path.is_file() and not card.recipe.startswith("affekt "):
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}. {_AGAIN}") from error
    if "kind" not in told:
        return None
    for name, checksum in card.files.items():
        try:
            found = hashlib.sha256((card.folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise InputError(f"{card.folder / name} cannot be read: {error.strerror or error}. {_AGAIN}") from error
        if found != checksum:
            raise InputError(f"{card.folder / name} is not the file that was written with this model. {_AGAIN}")
    try:
        outputs = tuple(map(str, told["outputs"]))
        scale, shift = np.array(told["scale"], np.float64), np.array(told["shift"], np.float64)
        sd = None if told["sd"] is None else np.array(told["sd"], np.float64)
        fit = OwnFit(str(told["kind"]), scale, shift, outputs, sd)
        if fit.kind != "dimensional":
            return Answers(fit, len(card.space), tuple(range(len(card.space))))
        places = tuple(outputs.index(label) for label in card.space)
        where = [outputs.index(name) if name in outputs else -1 for name in DIMENSIONS]
        if max(where) < 0:
            return Answers(fit, len(outputs), places)
        spread = None if sd is None else np.array([sd[i] if i >= 0 else np.nan for i in where], np.float32)
        return Answers(fit, len(outputs), places, (where[0], where[1], where[2]), spread)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"The model in {card.folder} is damaged: {type(error).__name__}: {error}. {_AGAIN}") from error
