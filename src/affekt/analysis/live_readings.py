"""What live reading takes and gives: how to listen, a reading, how late it is, the summary at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from affekt.analysis.smoothing import Smoothing
from affekt.errors import InputError
from affekt.types import Provenance, Reading

SCHEMA = "affekt.live/1"  # of the lines of a log


@dataclass(frozen=True, slots=True)
class LiveListening:
    """How speech is read as it comes, in seconds.

    Every `step_s` the last `window_s` of speech are read, once someone has spoken for `least_s`. `smoothing` is over
    the readings of what someone says without a pause: ``exponential``, ``median`` (which looks ahead) or ``none``. Of
    sound that came as it was spoken and has waited longer than `patience_s` only the newest window is read.
    """

    window_s: float = 3.0
    step_s: float = 0.25
    least_s: float = 0.5
    smoothing: Smoothing = field(default_factory=lambda: Smoothing("exponential", seconds=1.0))
    patience_s: float = 0.5

    def __post_init__(self) -> None:
        if not (0.05 <= self.step_s <= self.window_s and 0.1 <= self.least_s <= self.window_s and self.patience_s > 0):
            raise InputError(
                "Live reading takes a step of 0.05 s or more and at least 0.1 s of speech, both within its window, and "
                f"some patience; got step_s {self.step_s:g}, least_s {self.least_s:g}, window_s {self.window_s:g}, "
                f"patience_s {self.patience_s:g}."
            )
        if self.smoothing.method == "viterbi":
            raise InputError(
                "The best path of labels is known only afterwards. Live, smooth by 'exponential', 'median' or 'none'."
            )


@dataclass(frozen=True, slots=True)
class LiveDelays:
    """How late answers are, in seconds.

    Algorithmic: a reading is over the `window_s` that ended `look_ahead_s` ago, and comes every `step_s`. Compute: from
    when its last sample was there to the answer, median and worst of all readings (None: there were none).
    """

    window_s: float
    look_ahead_s: float
    step_s: float
    compute_median_s: float | None
    compute_worst_s: float | None

    @property
    def algorithmic_s(self) -> float:
        """Window and look-ahead together."""
        return round(self.window_s + self.look_ahead_s, 6)

    def to_dict(self) -> dict[str, Any]:
        """Return the delays as plain JSON values, algorithmic and compute apart."""
        return {
            "algorithmic": {
                "seconds": self.algorithmic_s,
                "window": self.window_s,
                "look_ahead": self.look_ahead_s,
                "step": self.step_s,
            },
            "compute": {"median": self.compute_median_s, "worst": self.compute_worst_s},
        }


@dataclass(frozen=True, slots=True)
class LiveReading:
    """What is said of a window: `reading`, whose span it is, in seconds since the sound began; smoothed.

    `raw` are the probabilities of the window alone, in the order of the model's labels; `heard_s` is how much sound had
    come, `compute_s` how long the answer took from then, `skipped` how many windows were left out just before.
    """

    reading: Reading
    raw: tuple[float, ...]
    heard_s: float
    compute_s: float
    skipped: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain JSON values, a line of a log."""
        told = {"heard": self.heard_s, "compute": round(self.compute_s, 6), "skipped": self.skipped}
        return {"type": "reading", **self.reading.to_dict(), **told}


@dataclass(frozen=True, slots=True)
class LiveSummary:
    """What was heard in all: `seconds` of sound, `speech_s` of them speech, `readings` of windows, `skipped` ones.

    `labels` says for how many seconds each label was the first one; `overall` is the mean of all windows.
    """

    seconds: float
    speech_s: float
    readings: int
    skipped: int
    labels: Mapping[str, float]
    overall: Reading
    delays: LiveDelays
    provenance: Provenance
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain JSON values, the last line of a log."""
        return {
            "type": "summary",
            "seconds": self.seconds,
            "speech": self.speech_s,
            "readings": self.readings,
            "skipped": self.skipped,
            "labels": dict(self.labels),
            "overall": self.overall.to_dict(),
            "delay": self.delays.to_dict(),
            "provenance": {name: getattr(self.provenance, name) for name in Provenance.__slots__},
            "notes": list(self.notes),
        }
