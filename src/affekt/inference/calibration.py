"""A calibration of one's own: what a few hundred labelled rows change in a model's probabilities, as a JSON file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, OutputError
from affekt.types import LabelSpace

_FORMAT = 1
# No logit is further out: a label that a conversion never reaches has probability 0.
_FLOOR = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How the probabilities of one model over one space become those of one's own texts.

    `scale` and `shift` (label,) act as `apply` says; `thresholds` (label,) belong to what comes out. `truth`, bool
    (row, label), is what people said of the labelled rows, and `held_out`, float64 (row, label), what the calibrated
    model says of each row when fitted without it: that is what error rates and abstention are worked out from. No text
    is kept. `before` and `after` are the cross-validated calibration errors, NaN where no probability reached 0.1.
    """

    model: str
    version: str
    space: LabelSpace
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    truth: NDArray[np.bool_]
    held_out: NDArray[np.float64]
    before: float
    after: float

    def apply(self, probabilities: ArrayLike) -> NDArray[np.float32]:
        r"""Return the calibrated probabilities, float32 (item, label), of those over the same space.

        Labels that may come together: :math:`\sigma(a_k \operatorname{logit} p_k + b_k)`; labels that exclude each
        other: the softmax of :math:`a_k \log p_k + b_k`. Rows of NaN stay NaN.

        >>> space = LabelSpace("toy", ("joy", "fear"), "multi-label", "none")
        >>> none = np.zeros((0, 2))
        >>> half = Calibration("m", "1", space, np.ones(2), np.array([0.0, -1.0]), none, none > 0, none, 0.1, 0.1)
        >>> half.apply([[0.5, 0.5]]).astype(float).round(2).tolist()
        [[0.5, 0.27]]
        """
        moved = self.scale * scores(probabilities, self.space) + self.shift
        return np.asarray(from_scores(moved, self.space), np.float32)

    def _own(self) -> dict[str, str]:
        """Return what else there is to know of a space that no list has."""
        from affekt.affect.spaces import SPACES

        return {} if self.space.name in SPACES else {"kind": self.space.kind, "source": self.space.source}

    @property
    def fingerprint(self) -> str:
        """Eight characters that tell this calibration from another."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:8]

    def to_dict(self) -> dict[str, Any]:
        """Return the calibration as JSON types; `read_calibration` takes it back."""
        return {
            "affekt_calibration": _FORMAT,
            "model": self.model,
            "version": self.version,
            "space": self.space.name,
            "labels": list(self.space.labels),
            **self._own(),
            "scale": np.round(self.scale, 6).tolist(),
            "shift": np.round(self.shift, 6).tolist(),
            "thresholds": np.round(self.thresholds, 4).tolist(),
            "ece_before": None if np.isnan(self.before) else round(self.before, 6),
            "ece_after": None if np.isnan(self.after) else round(self.after, 6),
            "rows": [
                [np.flatnonzero(labels).tolist(), np.round(said, 4).tolist()]
                for labels, said in zip(self.truth, self.held_out, strict=True)
            ],
        }


def scores(probabilities: ArrayLike, space: LabelSpace) -> NDArray[np.float64]:
    """Return what `scale` and `shift` act on, float64 (item, label): logits, or logs if labels exclude each other."""
    given = np.clip(np.asarray(probabilities, np.float64), _FLOOR, 1 - _FLOOR)
    logs: NDArray[np.float64] = np.log(given) if space.kind == "exclusive" else np.log(given) - np.log1p(-given)
    return logs


def from_scores(values: NDArray[np.float64], space: LabelSpace) -> NDArray[np.float64]:
    """Return the probabilities of `scores`, float64 (item, label)."""
    if space.kind != "exclusive":
        single: NDArray[np.float64] = 0.5 * (1 + np.tanh(0.5 * values))
        return single
    powers = np.exp(values - values.max(axis=1, keepdims=True, initial=-np.inf))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write the calibration to `path`, a small JSON file. Raises `OutputError`."""
    try:
        path.write_text(json.dumps(calibration.to_dict(), separators=(",", ":")) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Choose a folder you may write to."
        ) from error


def read_calibration(path: Path) -> Calibration:
    """Return the calibration that `affekt calibrate` wrote. Raises `InputError` where the file is not one."""
    from affekt.affect.spaces import SPACES, find_space

    fix = "Make one with `affekt calibrate`."
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot read a calibration from {path}: {error}. {fix}") from error
    if not isinstance(values, dict) or values.get("affekt_calibration") != _FORMAT:
        raise InputError(f"{path} is no calibration of this version of affekt. {fix}")
    try:
        if values["space"] in SPACES or "kind" not in values:
            space = find_space(values["space"])
        else:
            # The labels of a model of one's own, which no list has.
            labels, source = tuple(map(str, values["labels"])), str(values["source"])
            space = LabelSpace(str(values["space"]), labels, values["kind"], source)
        if list(space.labels) != values["labels"]:
            raise InputError(f"{path} is for other labels of {space.name} than this version of affekt has. {fix}")
        width = len(space)
        scale, shift, thresholds = (_row(values[name], width) for name in ("scale", "shift", "thresholds"))
        truth = np.zeros((len(values["rows"]), width), np.bool_)
        held_out = np.zeros(truth.shape)
        for place, (labels, said) in enumerate(values["rows"]):
            truth[place, labels] = True
            held_out[place] = _row(said, width)
        before, after = (float("nan") if values[name] is None else values[name] for name in ("ece_before", "ece_after"))
        model, version = str(values["model"]), str(values["version"])
        return Calibration(model, version, space, scale, shift, thresholds, truth, held_out, before, after)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"The calibration in {path} is damaged: {error}. {fix}") from error


def check_calibration(calibration: Calibration, model: str, version: str, space: LabelSpace) -> None:
    """Raise `InputError` unless the calibration was fitted for this model, version and space."""
    if (calibration.model, calibration.version) != (model, version):
        raise InputError(
            f"The calibration is for {calibration.model} {calibration.version}, but {model} {version} reads. Choose "
            f"that model (`--model {calibration.model}`), or calibrate this one with `affekt calibrate {model}`."
        )
    if calibration.space != space:
        raise InputError(
            f"The calibration is for the labels of {calibration.space.name}, not of {space.name}. Ask for "
            f"space='{calibration.space.name}' (`--space {calibration.space.name}`), or calibrate for {space.name}."
        )


def _row(values: Sequence[float], width: int) -> NDArray[np.float64]:
    row = np.array(values, np.float64)
    if row.shape != (width,) or not np.isfinite(row).all():
        raise ValueError(f"expected {width} numbers, got {str(values)[:40]}")
    return row
