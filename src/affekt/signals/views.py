"""Views: the forms in which models see a sound, by name.

A view is what is fed to a model: the samples themselves, a spectrum, cepstra, prosody, or one row of
functionals. Each takes samples (time,) of full scale 1 and their rate and gives float32 (frame, feature),
the same for the same sound, at least one frame for any sound, however short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from affekt.errors import unknown_name
from affekt.signals.deltas import with_deltas
from affekt.signals.mel import log_mel, mfcc
from affekt.signals.spectral_set import SPECTRAL_SET, spectral_set
from affekt.signals.spectrum import Floats, as_samples, check_finite, energy

_SPECTRAL = ("flux", "centroid_hz", "slope_0_500", "slope_500_1500", "alpha_ratio_db", "hammarberg_db")
# F0 is told in semitones above 27.5 Hz, the A below which no voice speaks, as in the Geneva sets.
_REFERENCE_HZ = 27.5
PROSODY = ("f0_semitones", "voiced", "voicing", "energy_db", *_SPECTRAL)


@dataclass(frozen=True, slots=True)
class View:
    """A form of a sound: called with samples (time,) and their rate it gives float32 (frame, feature).

    `features`: how many columns. `hop_s`: seconds from frame to frame, None where there is one row for
    the whole sound, 0 where each sample is a row. `version` counts up when the numbers change: caches
    keep it beside what they hold.
    """

    name: str
    summary: str
    features: int
    hop_s: float | None
    take: Callable[[ArrayLike, int], Floats]
    version: int = 1

    def __call__(self, samples: ArrayLike, rate: int = 16_000) -> Floats:
        """Return the view of `samples`, float32 (frame, feature).

        Raises `InputError` for samples that are not one row of finite floats.
        """
        return self.take(samples, rate)


def _wave(samples: ArrayLike, rate: int) -> Floats:
    given = as_samples(samples)
    check_finite(given, 0.0)
    return (given if len(given) else np.zeros(1, np.float32))[:, None]


def _log_mel(samples: ArrayLike, rate: int) -> Floats:
    return log_mel(samples, rate)


def _mfcc(samples: ArrayLike, rate: int) -> Floats:
    return with_deltas(mfcc(samples, rate))


def _prosody(samples: ArrayLike, rate: int) -> Floats:
    """Return the columns of `PROSODY`: F0 is 0 where unvoiced; all are told of the middle of pitch's frames."""
    from affekt.signals.pitch import pitch

    found = pitch(samples, rate)
    voiced = np.isfinite(found.f0)
    semitones = 12 * np.log2(np.where(voiced, found.f0, _REFERENCE_HZ) / _REFERENCE_HZ)
    spectral = spectral_set(samples, rate)[:, [SPECTRAL_SET.index(name) for name in _SPECTRAL]]
    rest = np.concatenate([energy(samples, rate), spectral], axis=1)
    # Pitch reads longer frames: the short frame with the same middle begins later.
    later = round((found.window_s - 0.025) / 2 / found.hop_s)
    at = np.minimum(np.arange(len(found.f0)) + later, len(rest) - 1)
    columns = (semitones[:, None], voiced[:, None], found.voicing[:, None], rest[at])
    return np.concatenate(columns, axis=1, dtype=np.float32)


def _functionals(samples: ArrayLike, rate: int) -> Floats:
    from affekt.signals.functionals import functionals

    return np.asarray(functionals(samples, rate), np.float32)[None]


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        view.name: view
        for view in (
            View("wave", "the samples", 1, 0.0, _wave),
            View("log-mel", "64 mel bands from 50 Hz to half the rate", 64, 0.010, _log_mel),
            View("mfcc", "13 cepstral coefficients, their slopes and accelerations", 39, 0.010, _mfcc),
            View("prosody", "pitch, voicing, energy and spectral balance", len(PROSODY), 0.010, _prosody),
            View("functionals", "the 88 functionals of the extended Geneva set", 88, None, _functionals),
        )
    }
)


def view_of(name: str) -> View:
    """Return the view of that name. Raises `UnknownNameError`.

    >>> view_of("mfcc")(np.zeros(8000), 16_000).shape
    (48, 39)
    >>> sorted(VIEWS)
    ['functionals', 'log-mel', 'mfcc', 'prosody', 'wave']
    """
    if name not in VIEWS:
        raise unknown_name("view", name, VIEWS, "affekt.signals.views.VIEWS")
    return VIEWS[name]
