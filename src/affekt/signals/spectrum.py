"""Short-time spectra: how sound is cut into frames, windowed, and turned into power.

Frames are left-aligned: frame k holds the samples from k · hop on, the first starts at sample 0, and the
last is the last whole one. So nothing a stream has said changes when more sound comes. A signal
shorter than one frame is padded with zeros to one frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affekt.errors import InputError, unknown_name

Floats = NDArray[np.float32]
WindowName = Literal["hann", "hamming", "gauss", "rectangular"]
WINDOWS: tuple[WindowName, ...] = ("hann", "hamming", "gauss", "rectangular")
# Samples in the frames worked on at once: few enough that their spectra stay in a core's cache.
_BLOCK = 96_000


@dataclass(frozen=True, slots=True)
class Framing:
    """How sound at `rate` Hz is cut: frames of `frame` samples, one every `hop` samples."""

    rate: int
    frame: int
    hop: int

    def count(self, samples: int) -> int:
        """Return how many frames `samples` samples make: whole ones, and at least one.

        >>> framing(16_000).count(16_000), framing(16_000).count(0)
        (98, 1)
        """
        return 1 + max(0, samples - self.frame) // self.hop

    def times(self, count: int) -> NDArray[np.float64]:
        """Return the middle of the first `count` frames in seconds, (frame,).

        >>> framing(16_000).times(3).tolist()
        [0.0125, 0.0225, 0.0325]
        """
        middles: NDArray[np.float64] = (np.arange(count) * self.hop + self.frame / 2) / self.rate
        return middles


def framing(rate: int, *, window_s: float = 0.025, hop_s: float = 0.010) -> Framing:
    """Return how sound at `rate` Hz is cut, lengths rounded to whole samples.

    The hop that counts is `hop / rate`: at 22,050 Hz a hop asked to be 10 ms is 220 samples, 9.977 ms.
    Raises `InputError` for a rate, window or hop of less than one sample.

    >>> framing(16_000)
    Framing(rate=16000, frame=400, hop=160)
    """
    if rate < 1:
        raise InputError(f"The rate is {rate!r} Hz. It has to be a positive number of samples a second.")
    frame, hop = round(window_s * rate), round(hop_s * rate)
    if frame < 1 or hop < 1:
        raise InputError(
            f"A window of {window_s} s every {hop_s} s is {frame} and {hop} samples at {rate} Hz. "
            "Both have to be at least one sample: give longer ones."
        )
    return Framing(rate, frame, hop)


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """Something read off every frame alike, the one form that whole sounds and streams share.

    `names`: the features, in the order of the columns. `read`: frames, float32 (before + frame, sample),
    to features, float32 (frame, feature): `before` is how many earlier frames it needs to see (1 where
    a change from frame to frame is told; the first frame then sees itself).
    """

    framing: Framing
    names: tuple[str, ...]
    read: Callable[[Floats], Floats]
    before: int = 0


def measure(samples: ArrayLike, of: Measure) -> Floats:
    """Return what `of` reads off every frame of `samples`, float32 (frame, feature).

    samples: (time,), full scale 1. Block by block: beside samples and result, memory is flat. Raises
    `InputError` for samples that are not one row of floats, or hold NaN or infinity.
    """
    given = as_samples(samples)
    rows = np.empty((of.framing.count(len(given)), len(of.names)), np.float32)
    at = 0
    for block in measure_blocks(given, of):
        rows[at : at + len(block)] = block
        at += len(block)
    return rows


def measure_blocks(samples: ArrayLike, of: Measure) -> Iterator[Floats]:
    """Yield the rows of `measure` in small blocks, float32 (frame, feature), in order; raise as it does."""
    keep_pages()
    given = as_samples(samples)
    cut = of.framing
    if len(given) < cut.frame:
        given = np.concatenate([given, np.zeros(cut.frame - len(given), np.float32)])
    count, block = cut.count(len(given)), max(8, _BLOCK // cut.frame)
    for start in range(0, count, block):
        end = min(start + block, count)
        first = max(0, start - of.before)
        part = given[first * cut.hop : (end - 1) * cut.hop + cut.frame]
        check_finite(part if end < count else given[first * cut.hop :], first * cut.hop / cut.rate)
        frames = frames_of(part, cut)
        if start == 0 and of.before:
            frames = np.concatenate([frames[:1]] * of.before + [frames])
        yield of.read(frames)


@cache
def keep_pages() -> None:
    """Have the C library keep small freed arrays at hand; call it before work block by block.

    glibc gives freed memory above 128 KiB back at once, and taking new pages for every block costs four times
    what a transform does. Once it has seen a larger piece freed, 2 MiB here, it keeps as much. Nothing happens
    with other C libraries.
    """
    np.empty(1 << 19, np.float32)


def as_samples(samples: ArrayLike) -> Floats:
    """Return `samples` as one row of float32, without copying where they are that.

    Raises `InputError` for more than one row and for whole numbers, whose full scale nothing tells.

    >>> as_samples([0.0, 0.5]).dtype
    dtype('float32')
    """
    given = np.asarray(samples)
    if given.ndim != 1:
        raise InputError(f"Samples have the shape {given.shape}. Give one channel, (time,): sound.mono() or a row.")
    if given.size and given.dtype.kind != "f":
        raise InputError(
            f"Samples are {given.dtype}. Give floats whose full scale is 1: 16-bit samples divided by 32768."
        )
    return np.ascontiguousarray(given, dtype=np.float32)


def check_finite(samples: Floats, seconds: float) -> None:
    """Raise `InputError` where `samples`, which begin at `seconds`, hold NaN or infinity."""
    if not np.isfinite(samples).all():
        bad = int(np.flatnonzero(~np.isfinite(samples))[0])
        raise InputError(
            f"Samples hold {samples[bad]} (sample {bad} after {seconds:.2f} s). "
            "Put 0 in their place, or read the file by open_sound, which does."
        )


def frames_of(samples: Floats, cut: Framing) -> Floats:
    """Return the whole frames of `samples` as a view, (frame, sample); none of a signal shorter than one.

    >>> frames_of(np.arange(6, dtype=np.float32), Framing(rate=1, frame=4, hop=2)).tolist()
    [[0.0, 1.0, 2.0, 3.0], [2.0, 3.0, 4.0, 5.0]]
    """
    count = cut.count(len(samples)) if len(samples) >= cut.frame else 0
    step = samples.strides[0]
    return np.lib.stride_tricks.as_strided(samples, (count, cut.frame), (cut.hop * step, step), writeable=False)


def window(name: WindowName, length: int) -> Floats:
    r"""Return a window, float32 (sample,), in [0, 1].

    Hann :math:`0.5 - 0.5 \cos(2 \pi n / N)` and Hamming :math:`0.54 - 0.46 \cos(2 \pi n / N)` in their
    periodic form; a Gaussian :math:`e^{-x^2 / (2 \cdot 0.4^2)}`, x from -1 to 1 over the frame (the one of
    the Geneva set's voice features); or all ones. Raises `UnknownNameError`. Harris 1978, "On the Use
    of Windows for Harmonic Analysis with the Discrete Fourier Transform".

    >>> window("hann", 4).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    turn = 2 * np.pi * np.arange(length) / length
    if name == "hann":
        shape = 0.5 - 0.5 * np.cos(turn)
    elif name == "hamming":
        shape = 0.54 - 0.46 * np.cos(turn)
    elif name == "gauss":
        shape = np.exp(-0.5 * ((2 * np.arange(length) + 1 - length) / length / 0.4) ** 2)
    elif name == "rectangular":
        shape = np.ones(length)
    else:
        raise unknown_name("window", name, WINDOWS, "affekt.signals.spectrum.WINDOWS")
    return shape.astype(np.float32)


def fft_length(frame: int) -> int:
    """Return the smallest power of two that holds a frame.

    >>> fft_length(400), fft_length(512)
    (512, 512)
    """
    return 1 << max(1, (frame - 1).bit_length())


def frame_power(frames: Floats, shape: Floats, fft: int) -> Floats:
    r"""Return the power of each frequency in each frame, float32 (frame, bin), bins from 0 to rate / 2.

    .. math:: P_k = \left| \sum_n w_n x_n e^{-2 \pi i k n / N} \right|^2

    frames: (frame, sample); shape: the window, (sample,); fft: N, at least a frame's length (zeros fill
    it up). Not scaled: a sine of amplitude a on a bin gives :math:`(a \sum w / 2)^2`.

    >>> frame_power(np.ones((1, 4), np.float32), np.ones(4, np.float32), 4).tolist()
    [[16.0, 0.0, 0.0]]
    """
    # Filling up here is faster than leaving it to the transform.
    filled = np.zeros((len(frames), fft), np.float32)
    np.multiply(frames, shape, out=filled[:, : len(shape)])
    spectrum = np.fft.rfft(filled)
    # NumPy 1 transforms in double precision.
    return np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)


def stft_power(
    samples: ArrayLike,
    rate: int,
    *,
    window_s: float = 0.025,
    hop_s: float = 0.010,
    shape: WindowName = "hann",
    fft: int | None = None,
) -> Floats:
    """Return the power spectrum of each frame, float32 (frame, bin); bins are `bin_hz` apart.

    samples: (time,), full scale 1; `fft`: the transform's length, by default the smallest power of two
    that holds a frame. See `frame_power` for the scale. Raises `InputError` as `measure` does, and for
    an `fft` shorter than a frame.

    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    >>> power = stft_power(tone, 16_000)
    >>> power.shape, float(bin_hz(16_000, 512)[power[5].argmax()])
    ((98, 257), 1000.0)
    """
    return measure(samples, power_measure(framing(rate, window_s=window_s, hop_s=hop_s), shape=shape, fft=fft))


def power_measure(cut: Framing, *, shape: WindowName = "hann", fft: int | None = None) -> Measure:
    """Return the measure of `stft_power`, for streams; the columns are named by their Hz."""
    length = check_fft(cut, fft)
    taper = window(shape, cut.frame)
    names = tuple(f"{hz:g}" for hz in bin_hz(cut.rate, length))
    return Measure(cut, names, lambda frames: frame_power(frames, taper, length))


def check_fft(cut: Framing, fft: int | None) -> int:
    """Return `fft`, or the smallest power of two that holds a frame; raise `InputError` for a shorter one."""
    if fft is not None and fft < cut.frame:
        raise InputError(f"A transform of {fft} samples cuts frames of {cut.frame}. Give at least {cut.frame}.")
    return fft_length(cut.frame) if fft is None else fft


def bin_hz(rate: int, fft: int) -> NDArray[np.float64]:
    """Return the frequency of each bin of a transform of `fft` samples in Hz, (bin,).

    >>> bin_hz(16_000, 4).tolist()
    [0.0, 4000.0, 8000.0]
    """
    return np.asarray(np.fft.rfftfreq(fft, 1 / rate), np.float64)


def energy_measure(cut: Framing) -> Measure:
    """Return the measure of `energy`, for streams."""

    def read(frames: Floats) -> Floats:
        level = np.einsum("ft,ft->f", frames, frames, dtype=np.float64) / cut.frame
        return np.asarray(10 * np.log10(np.maximum(level, 1e-10)), np.float32)[:, None]

    return Measure(cut, ("energy_db",), read)


def energy(samples: ArrayLike, rate: int, *, window_s: float = 0.025, hop_s: float = 0.010) -> Floats:
    r"""Return the level of each frame in dB of full scale, float32 (frame, 1), from -100 up.

    .. math:: 10 \log_{10} \max\left(10^{-10}, \tfrac{1}{N} \sum x_n^2\right)

    samples: (time,), full scale 1: a full-scale sine has -3.01 dB, silence -100. Raises `InputError` as
    `measure` does.

    >>> energy([1.0, -1.0, 0.1, 0.1], 2, window_s=1, hop_s=1).round(2).tolist()
    [[0.0], [-20.0]]
    """
    return measure(samples, energy_measure(framing(rate, window_s=window_s, hop_s=hop_s)))
