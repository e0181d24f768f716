"""The samples of a corpus's recordings, from files or out of archives, and changed copies of them to learn from."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.corpora.archives import Media
from affekt.errors import InputError, MissingDependencyError

Samples = NDArray[np.float32]
_ENDINGS = frozenset(f".{name}" for name in ("wav", "flac", "ogg", "opus", "oga", "mp3", "aif", "aiff", "au", "w64"))
_WINDOW = 0.064  # seconds of a frame when speech is stretched: two or three periods of a low voice


class _Frames(NamedTuple):
    """How a recording is cut to be stretched: samples of a frame, and from one to the next."""

    size: int
    hop: int


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Sound: `samples` float32 (sample,) of one channel, full scale at 1; `rate` in Hz."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


def is_sound(media: Media | None) -> bool:
    """Return whether some media is a recording that can be read, by its ending.

    >>> is_sound(Media(".opus", b"")), is_sound(Media(".mp4", b"")), is_sound(None)
    (True, False, False)
    """
    return media is not None and media.ending in _ENDINGS


def read_recording(media: Media) -> Recording:
    """Return the samples of a recording, its channels averaged.

    Reads what libsndfile does (WAV, FLAC, Ogg Vorbis and Opus, MP3, AIFF). Raises `InputError` where it is broken or
    of another kind, `MissingDependencyError` without soundfile.
    """
    try:
        import soundfile
    except ImportError as error:
        raise MissingDependencyError(
            "Reading recordings needs soundfile. Install it with: pip install 'affekt[audio]'"
        ) from error
    try:
        samples, rate = soundfile.read(io.BytesIO(media.content), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise InputError(
            f"A recording ({media.ending or 'no ending'}, {len(media.content):,} bytes) cannot be read: {error}. "
            "Fetch it again, or convert it to WAV."
        ) from error
    return Recording(np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32)), int(rate))


def resampled(recording: Recording, rate: int) -> Recording:
    """Return the recording at another rate, band-limited: its spectrum is cut or padded with zeros.

    >>> one = Recording(np.sin(np.arange(8000) / 8000 * 2 * np.pi * 100).astype("float32"), 8000)
    >>> other = resampled(one, 4000)
    >>> len(other.samples), bool(np.abs(other.samples - one.samples[::2]).max() < 1e-5)
    (4000, True)
    """
    if rate < 1:
        raise InputError(f"A rate is 1 Hz or more, got {rate}.")
    size, wanted = len(recording.samples), round(len(recording.samples) * rate / recording.rate)
    if rate == recording.rate or size == 0 or wanted == 0:
        return Recording(recording.samples[:wanted], rate)
    spectrum = np.fft.rfft(recording.samples)
    kept = np.zeros(wanted // 2 + 1, spectrum.dtype)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    return Recording((np.fft.irfft(kept, wanted) * (wanted / size)).astype(np.float32), rate)


def with_noise(
    recording: Recording, generator: np.random.Generator, *, snr_db: tuple[float, float] = (10, 30)
) -> Recording:
    """Return the recording with white noise, by decibels drawn evenly from `snr_db` weaker than the recording."""
    power = float(np.mean(np.square(recording.samples, dtype=np.float64))) if len(recording.samples) else 0.0
    level = np.sqrt(power / 10 ** (generator.uniform(*snr_db) / 10))
    noise = generator.standard_normal(len(recording.samples), np.float32) * np.float32(level)
    return replace(recording, samples=recording.samples + noise)


def at_other_speed(
    recording: Recording, generator: np.random.Generator, *, factor: tuple[float, float] = (0.9, 1.1)
) -> Recording:
    """Return the recording played faster or slower, by a factor drawn evenly: length and pitch change.

    Ko, Peddinti, Povey & Khudanpur 2015, "Audio augmentation for speech recognition", Interspeech.
    """
    speed = generator.uniform(*factor)
    return replace(resampled(recording, max(1, round(recording.rate / speed))), rate=recording.rate)


def at_other_pitch(
    recording: Recording, generator: np.random.Generator, *, semitones: tuple[float, float] = (-2, 2)
) -> Recording:
    """Return the recording higher or lower by semitones drawn evenly, as long as before.

    Played at another speed, then stretched back by waveform-similarity overlap-add: Verhelst & Roelands 1993, "An
    overlap-add technique based on waveform similarity (WSOLA)", ICASSP.
    """
    ratio = 2 ** (generator.uniform(*semitones) / 12)
    shifted = resampled(recording, max(1, round(recording.rate / ratio))).samples
    return replace(recording, samples=_stretched(shifted, len(recording.samples), recording.rate))


def _stretched(samples: Samples, length: int, rate: int) -> Samples:
    """Return samples stretched to `length` without another pitch, frame by frame where they go on most smoothly."""
    cut = _Frames(2 * max(8, int(_WINDOW * rate / 2)), max(8, int(_WINDOW * rate / 2)))
    if len(samples) < 2 * cut.size or length < 2 * cut.size:
        return np.resize(samples, length) if len(samples) else np.zeros(length, np.float32)
    window = np.hanning(cut.size + 1)[:-1].astype(np.float32)
    out, weight = np.zeros(length + cut.size, np.float32), np.zeros(length + cut.size, np.float32)
    play, last = len(samples) - cut.size, 0
    for at in range(0, length, cut.hop):
        place = min(play, round(at * len(samples) / length))
        if at:
            place = _smoothest(samples, min(play, last + cut.hop), place, cut)
        out[at : at + cut.size] += samples[place : place + cut.size] * window
        weight[at : at + cut.size] += window
        last = place
    return (out / np.maximum(weight, 1e-3))[:length].astype(np.float32)


def _smoothest(samples: Samples, onward: int, near: int, cut: _Frames) -> int:
    """Return the place within half a hop of `near` whose frame is most like the one at `onward`."""
    low, high = max(0, near - cut.hop // 2), min(len(samples) - cut.size, near + cut.hop // 2)
    alike = np.correlate(samples[low : high + cut.hop], samples[onward : onward + cut.hop], "valid")
    return low + int(alike[: high - low + 1].argmax())
