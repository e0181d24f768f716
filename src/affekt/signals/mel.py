"""The mel scale: filterbanks, log-mel spectra and cepstral coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError
from affekt.signals.spectrum import (
    Floats,
    Framing,
    Measure,
    WindowName,
    bin_hz,
    fft_length,
    frame_power,
    framing,
    measure,
    window,
)

Scale = Literal["htk", "slaney"]
# The first bin and the one after the last, and the weights between them: (bin, band).
_Group = tuple[int, int, NDArray[np.float64]]
# Band power below this is silence: 140 dB under a full-scale sine, for a frame of 25 ms at 16 kHz.
FLOOR = 1e-10
_SLANEY_BREAK, _SLANEY_HZ, _SLANEY_STEP = 15.0, 200 / 3, np.log(6.4) / 27
_MAX_FFT = 1 << 16


@dataclass(frozen=True, slots=True)
class Mel:
    """How a mel spectrum is made: `bands` triangles that overlap by half, from `low` to `high` Hz.

    `high`: None is half the rate. `scale`: "htk" or "slaney" (see `hz_to_mel`). `equal_area`: each
    triangle is scaled to an area of 1 Hz, as Slaney's are, where they otherwise peak at 1. `preemphasis`:
    x[n] - p · x[n - 1] within each frame (0.97 is HTK's), 0 for none.
    """

    bands: int = 64
    low: float = 50.0
    high: float | None = None
    scale: Scale = "htk"
    equal_area: bool = False
    window: WindowName = "hann"
    preemphasis: float = 0.0


def hz_to_mel(hz: ArrayLike, scale: Scale = "htk") -> NDArray[np.float64]:
    r"""Return frequencies on a mel scale.

    "htk": :math:`2595 \log_{10}(1 + f / 700)` (O'Shaughnessy 1987, Speech Communication). "slaney": linear
    below 1000 Hz, 3 mel per 200 Hz, logarithmic above, 27 mel per factor 6.4 (Slaney 1998, "Auditory
    Toolbox", version 2).

    >>> hz_to_mel([0, 1000]).round(2).tolist(), hz_to_mel([0, 1000, 6400], "slaney").round(2).tolist()
    ([0.0, 999.99], [0.0, 15.0, 42.0])
    """
    f = np.asarray(hz, np.float64)
    if check_scale(scale) == "htk":
        return np.asarray(2595 * np.log10(1 + f / 700))
    above = _SLANEY_BREAK + np.log(np.maximum(f, 1000) / 1000) / _SLANEY_STEP
    return np.where(f < 1000, f / _SLANEY_HZ, above)


def mel_to_hz(mel: ArrayLike, scale: Scale = "htk") -> NDArray[np.float64]:
    """Return the frequencies in Hz of places on a mel scale: the inverse of `hz_to_mel`.

    >>> mel_to_hz(hz_to_mel([50, 1000, 6400], "slaney"), "slaney").round(6).tolist()
    [50.0, 1000.0, 6400.0]
    """
    m = np.asarray(mel, np.float64)
    if check_scale(scale) == "htk":
        return np.asarray(700 * (10 ** (m / 2595) - 1))
    above = 1000 * np.exp(_SLANEY_STEP * (np.maximum(m, _SLANEY_BREAK) - _SLANEY_BREAK))
    return np.where(m < _SLANEY_BREAK, m * _SLANEY_HZ, above)


def check_scale(scale: str) -> str:
    """Return `scale`; raise `InputError` for one that there is not."""
    if scale not in ("htk", "slaney"):
        raise InputError(f"Unknown mel scale {scale!r}. Allowed: 'htk', 'slaney'.")
    return scale


def mel_filterbank(rate: int, fft: int, settings: Mel | None = None) -> Floats:
    r"""Return the weight of each bin of a power spectrum in each band, float32 (bin, band).

    Band b rises from edge b to 1 at edge b + 1 and falls to 0 at edge b + 2, linearly in Hz; the edges lie
    evenly on the mel scale from `low` to `high`. With `equal_area` it is divided by half its width in Hz.
    Raises `InputError` for no bands, edges that are not 0 ≤ low < high ≤ rate / 2, and bands so narrow that no
    bin lies in them. Davis and Mermelstein 1980, "Comparison of Parametric Representations for
    Monosyllabic Word Recognition in Continuously Spoken Sentences"; the form is HTK's.

    >>> mel_filterbank(8000, 16, Mel(bands=2, low=0)).astype(float).round(2).tolist()[2:6]
    [[0.68, 0.32], [0.25, 0.75], [0.0, 0.91], [0.0, 0.68]]
    """
    weights = _triangles(rate, fft, settings or Mel())
    empty = np.flatnonzero(~weights.any(axis=0))
    if len(empty):
        raise InputError(
            f"Mel band {empty[0]} of {weights.shape[1]} lies between two bins of {rate / fft:.1f} Hz. "
            "Give fewer bands or a longer transform."
        )
    return weights


def _triangles(rate: int, fft: int, settings: Mel) -> Floats:
    high = rate / 2 if settings.high is None else settings.high
    if settings.bands < 1 or not 0 <= settings.low < high <= rate / 2:
        raise InputError(
            f"{settings.bands} mel bands from {settings.low:g} to {high:g} Hz at {rate} Hz. There has to be at least "
            f"one, and 0 <= low < high <= {rate / 2:g} Hz."
        )
    ends = hz_to_mel([settings.low, high], settings.scale)
    edges = mel_to_hz(np.linspace(ends[0], ends[1], settings.bands + 2), settings.scale)
    hz = bin_hz(rate, fft)[:, None]
    rise = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rise, fall))
    if settings.equal_area:
        weights = weights * (2 / (edges[2:] - edges[:-2]))
    return weights.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Bank:
    """What is worked out once for a framing: the transform, the window, the bands in groups."""

    fft: int
    taper: Floats
    groups: tuple[_Group, ...]


@lru_cache(maxsize=64)
def _bank(cut: Framing, settings: Mel) -> _Bank:
    """Return the bank with the shortest transform that leaves no band empty."""
    fft = fft_length(cut.frame)
    while not (weights := _triangles(cut.rate, fft, settings)).any(axis=0).all() and fft < _MAX_FFT:
        fft *= 2
    return _Bank(fft, window(settings.window, cut.frame), tuple(_groups(weights)))


def mel_measure(cut: Framing, settings: Mel | None = None) -> Measure:
    """Return the measure of `log_mel` with any settings, for `measure` and for streams.

    The transform is the smallest power of two that holds a frame and leaves no band without a bin.

    >>> mel_measure(framing(16_000), Mel(bands=2)).names
    ('mel_1', 'mel_2')
    """
    settings = settings or Mel()
    if not 0 <= settings.preemphasis <= 1:
        raise InputError(
            f"Pre-emphasis is {settings.preemphasis:g}. It has to lie in [0, 1]: 0 for none, 0.97 is usual."
        )
    bank = _bank(cut, settings)

    def read(frames: Floats) -> Floats:
        if settings.preemphasis:
            frames = _emphasised(frames, settings.preemphasis)
        # In double precision: how a product is summed depends on how many rows it has, and after rounding
        # to single precision that no longer shows, so streams equal batches.
        power = frame_power(frames, bank.taper, bank.fft).astype(np.float64)
        bands = np.concatenate([power[:, first:last] @ part for first, last, part in bank.groups], axis=1)
        return np.asarray(np.log(np.maximum(bands, FLOOR).astype(np.float32)))

    return Measure(cut, tuple(f"mel_{band + 1}" for band in range(settings.bands)), read)


def _groups(weights: Floats) -> list[_Group]:
    """Cut the filterbank into bands of like place, each with the bins that weigh something in them."""
    groups = []
    for part in np.array_split(weights, max(1, weights.shape[1] // 16), axis=1):
        bins = np.flatnonzero(part.any(axis=1))
        first, last = int(bins[0]), int(bins[-1]) + 1
        groups.append((first, last, np.ascontiguousarray(part[first:last], np.float64)))
    return groups


def _emphasised(frames: Floats, factor: float) -> Floats:
    changed = frames - np.float32(factor) * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    return np.asarray(changed, np.float32)


def log_mel(
    samples: ArrayLike,
    rate: int = 16_000,
    *,
    bands: int = 64,
    hop_s: float = 0.010,
    window_s: float = 0.025,
    low: float = 50.0,
    high: float | None = None,
) -> Floats:
    r"""Return the log-mel spectrum of each frame, float32 (frame, band), natural logarithms.

    .. math:: \ln \max\left(10^{-10}, \sum_k W_{kb} P_k\right)

    samples: (time,), full scale 1. P: `frame_power` under a Hann window; W: `mel_filterbank`, triangles of
    height 1 on the HTK scale from `low` to `high` Hz (None: half the rate). Silence is -23.03. Other
    scales, windows and pre-emphasis: `measure(samples, mel_measure(framing(rate), Mel(...)))`. Raises
    `InputError` as `measure` and `mel_filterbank` do.

    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    >>> mel = log_mel(tone)
    >>> mel.shape, int(mel[0].argmax())
    ((98, 64), 21)
    """
    cut = framing(rate, window_s=window_s, hop_s=hop_s)
    return measure(samples, mel_measure(cut, Mel(bands=bands, low=low, high=high)))


def mfcc(
    samples: ArrayLike,
    rate: int = 16_000,
    *,
    coefficients: int = 13,
    lifter: float = 22.0,
    hop_s: float = 0.010,
    window_s: float = 0.025,
    settings: Mel | None = None,
) -> Floats:
    r"""Return the mel-frequency cepstral coefficients of each frame, float32 (frame, coefficient), c0 first.

    .. math:: c_j = l_j \sqrt{\tfrac{2 - [j = 0]}{B}} \sum_b m_b \cos\frac{\pi j (b + 1/2)}{B},
              \quad l_j = 1 + \tfrac{L}{2} \sin\frac{\pi j}{L}

    m: `log_mel` of B bands, by default 40 from 20 Hz to half the rate; L: `lifter`, 0 for none. samples: (time,), full
    scale 1. Raises `InputError` as `log_mel` does, and for more coefficients than bands. Davis and
    Mermelstein 1980; the lifter is HTK's (Juang, Rabiner and Wilpon 1987).

    >>> mfcc(np.zeros(16_000)).shape
    (98, 13)
    """
    cut = framing(rate, window_s=window_s, hop_s=hop_s)
    return measure(samples, mfcc_measure(cut, coefficients=coefficients, lifter=lifter, settings=settings))


def mfcc_measure(cut: Framing, *, coefficients: int = 13, lifter: float = 22.0, settings: Mel | None = None) -> Measure:
    """Return the measure of `mfcc`, for streams."""
    settings = settings or Mel(bands=40, low=20.0)
    if not 1 <= coefficients <= settings.bands:
        raise InputError(f"{coefficients} coefficients of {settings.bands} bands. Give 1 to {settings.bands}.")
    bands = mel_measure(cut, settings)
    turn = cosines(settings.bands, coefficients) * lifter_weights(coefficients, lifter)
    names = tuple(f"mfcc_{order}" for order in range(coefficients))
    return Measure(cut, names, lambda frames: (bands.read(frames) @ turn).astype(np.float32))


def cosines(bands: int, coefficients: int) -> NDArray[np.float64]:
    """Return the first columns of the orthonormal cosine transform (DCT-II), (band, coefficient).

    >>> (cosines(4, 4).T @ cosines(4, 4)).round(12).tolist() == np.eye(4).tolist()
    True
    """
    order = np.arange(coefficients)
    turn = np.cos(np.pi * order * (np.arange(bands)[:, None] + 0.5) / bands) * np.sqrt(2 / bands)
    return np.asarray(np.where(order == 0, turn / np.sqrt(2), turn))


def lifter_weights(coefficients: int, lifter: float) -> NDArray[np.float64]:
    """Return the weight of each coefficient, 1 + L / 2 · sin(π j / L), or ones for L = 0; see `mfcc`.

    >>> lifter_weights(3, 22).round(3).tolist()
    [1.0, 2.565, 4.099]
    """
    if lifter < 0:
        raise InputError(f"The lifter is {lifter:g}. It has to be 0 (none) or more; 22 is usual.")
    order = np.arange(coefficients)
    return 1 + lifter / 2 * np.sin(np.pi * order / lifter) if lifter else np.ones(coefficients)
