"""The eighty-eight functionals of a clip: the extended Geneva set of acoustic parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.signals.contours import peaks, slopes, smoothed, stretches
from affekt.signals.descriptors import DESCRIPTORS, Descriptors, descriptors

Floats = NDArray[np.float32]
_PERCENTILES = ("percentile20.0", "percentile50.0", "percentile80.0", "pctlrange0-2")
_SLOPES = ("meanRisingSlope", "stddevRisingSlope", "meanFallingSlope", "stddevFallingSlope")
_TWO = ("amean", "stddevNorm")
_FORMANTS = tuple(f"F{n}{what}_sma3nz" for n in (1, 2, 3) for what in ("frequency", "bandwidth", "amplitudeLogRelF0"))
_WHOLE = ("spectralFlux", "mfcc1", "mfcc2", "mfcc3", "mfcc4")
_VOICE = ("jitterLocal", "shimmerLocaldB", "HNRdBACF", "logRelF0-H1-H2", "logRelF0-H1-A3")
_BALANCE = (("alphaRatio", ""), ("hammarbergIndex", ""), ("slope", "0-500"), ("slope", "500-1500"))
_VOICED = ("spectralFluxV", "mfcc1V", "mfcc2V", "mfcc3V", "mfcc4V")

FUNCTIONALS: tuple[str, ...] = (
    *(f"F0semitoneFrom27.5Hz_sma3nz_{what}" for what in _TWO + _PERCENTILES + _SLOPES),
    *(f"loudness_sma3_{what}" for what in _TWO + _PERCENTILES + _SLOPES),
    *(f"{name}_sma3_{what}" for name in _WHOLE for what in _TWO),
    *(f"{name}_sma3nz_{what}" for name in _VOICE for what in _TWO),
    *(f"{name}_{what}" for name in _FORMANTS for what in _TWO),
    *(f"{name}V{band}_sma3nz_{what}" for name, band in _BALANCE for what in _TWO),
    *(f"{name}_sma3nz_{what}" for name in _VOICED for what in _TWO),
    *(f"{name}UV{band}_sma3nz_amean" for name, band in _BALANCE),
    "spectralFluxUV_sma3nz_amean",
    "loudnessPeaksPerSec",
    "VoicedSegmentsPerSec",
    "MeanVoicedSegmentLengthSec",
    "StddevVoicedSegmentLengthSec",
    "MeanUnvoicedSegmentLength",
    "StddevUnvoicedSegmentLength",
    "equivalentSoundLevel_dBp",
)
_AT = {name: column for column, name in enumerate(DESCRIPTORS)}
_QUIETEST_DB = -100.0
_PROMINENCE = 0.1  # of a contour's range: what a peak has to stand out by
_BRIDGED, _PAUSE = 1, 3  # frames: a gap that parts no voiced stretch, the shortest unvoiced one


def functionals(samples: ArrayLike, rate: int = 16_000) -> Floats:
    """Return the 88 functionals of a clip, float32 (88,), in the order of `FUNCTIONALS`, never NaN.

    samples: float (time,), full scale 1; other rates than 16 kHz are resampled. The `descriptors` are smoothed over
    three frames, the voice's over voiced frames only. `amean` is the mean, `stddevNorm` the standard deviation over
    the mean, V over voiced and UV over unvoiced frames; of pitch (semitones above 27.5 Hz) and loudness also the 20th,
    50th and 80th percentile, the range between them, and how steeply the contour rises to and falls from peaks that
    stand out by a tenth of its range, per second. Then loudness peaks per second; voiced stretches per second, mean
    and deviation of the lengths of voiced and of unvoiced stretches in seconds (a single unvoiced frame does not part
    a voiced stretch, and two make no unvoiced one); the level of the whole in dB of full scale, from -100 up. What
    has no frame to be measured on is 0: everything of the voice where nothing is voiced. Raises `InputError` for
    samples that are not finite or not one channel.

    Names, order and definitions are those of the published set: Eyben, Scherer, Schuller et al. 2016, "The Geneva
    Minimalistic Acoustic Parameter Set (GeMAPS) for Voice Research and Affective Computing", IEEE TAC 7(2). Where the
    text leaves room, what the set's reference software answers on real clips decided (which harmonics H1 and H2 are,
    how far a peak stands out, which gaps count). Unlike it, formant levels are read over voiced frames only and
    spectral slopes do not move with level; formants are those of linear prediction as Markel and Gray define it.
    Loudness has a scale of its own.

    >>> found = functionals(np.zeros(16_000))
    >>> found.shape, float(found[FUNCTIONALS.index("equivalentSoundLevel_dBp")])
    ((88,), -100.0)
    """
    return summarised(descriptors(samples, rate))


def summarised(found: Descriptors) -> Floats:
    """Return the 88 functionals of a clip's descriptors, float32 (88,)."""
    values, hop = smoothed(found.values), found.pitch.hop_s
    voiced = np.isfinite(found.pitch.f0)
    seconds = len(voiced) * hop
    semitones, loudness = values[voiced, _AT["f0_semitones"]], values[:, _AT["loudness"]]
    # Over the whole clip digital silence counts, as 0; of the unvoiced frames only those that hold a spectrum do.
    whole, spoken, silent = np.nan_to_num(values), values[voiced], values[~voiced]
    first, flux = _AT["alpha_ratio_db"], _AT["flux"]
    parts = [
        _contour(semitones, hop),
        _contour(loudness, hop),
        _two(whole[:, flux : flux + 5]),
        _two(spoken[:, _AT["jitter"] :]),
        _two(spoken[:, first : first + 9]),
        _mean(silent[:, first : first + 5]),
        np.array([len(peaks(loudness, prominence=_PROMINENCE * float(np.ptp(loudness)))) / seconds]),
        _lengths(voiced, hop),
        np.array([max(10 * np.log10(max(found.power, 1e-30)), _QUIETEST_DB)]),
    ]
    return np.asarray(np.nan_to_num(np.concatenate(parts), posinf=0, neginf=0), np.float32)


def _contour(contour: Floats, hop: float) -> NDArray[np.float64]:
    """Return the ten functionals of pitch and loudness."""
    if not len(contour):
        return np.zeros(10)
    low, middle, high = np.percentile(contour, [20, 50, 80])
    return np.concatenate(
        [
            _two(contour[:, None]),
            [low, middle, high, high - low],
            slopes(contour, hop, prominence=_PROMINENCE * float(np.ptp(contour))),
        ]
    )


def _mean(values: Floats) -> NDArray[np.float64]:
    """Return each column's mean without what is NaN, 0 where nothing is left."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    return np.asarray(np.where(known, values, 0).sum(axis=0, dtype=np.float64) / count)


def _two(values: Floats) -> NDArray[np.float64]:
    """Return each column's mean and standard deviation over the mean, in turn, without what is NaN."""
    mean = _mean(values)
    spread = np.sqrt(_mean(np.square(values - mean)))
    return np.stack([mean, np.where(mean == 0, 0, spread / np.where(mean == 0, 1, mean))], axis=1).ravel()


def _lengths(voiced: NDArray[np.bool_], hop: float) -> NDArray[np.float64]:
    """Return voiced stretches per second, and mean and deviation of the length of voiced and unvoiced ones."""
    spoken, between = stretches(voiced, bridged=_BRIDGED), stretches(~voiced)
    lengths = (np.diff(spoken, axis=1).ravel(), np.diff(between, axis=1).ravel())
    result = [len(spoken) / (len(voiced) * hop)]
    for each in (lengths[0], lengths[1][lengths[1] >= _PAUSE]):
        result += [each.mean() * hop, each.std() * hop] if len(each) else [0.0, 0.0]
    return np.array(result)
