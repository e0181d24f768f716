"""Speech as it comes out of a telephone, a codec or a bad line."""

from __future__ import annotations

import io
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError, unknown_name
from affekt.signals.filtering import shaped
from affekt.signals.resampling import resample

Samples = NDArray[np.float32]
_WRITTEN = 1 << 16  # frames written at once: libsndfile's Vorbis encoder fails on very many


class Codec(NamedTuple):
    """A coding that libsndfile writes and reads: container, coding, its rate (None: any), whether one can squeeze."""

    container: str
    coding: str
    rate: int | None
    squeezes: bool = False


CODECS = {
    "mu-law": Codec("WAV", "ULAW", 8000),
    "a-law": Codec("WAV", "ALAW", 8000),
    "gsm": Codec("WAV", "GSM610", 8000),
    "adpcm": Codec("WAV", "IMA_ADPCM", None),
    "opus": Codec("OGG", "OPUS", 16000, squeezes=True),
    "vorbis": Codec("OGG", "VORBIS", None, squeezes=True),
    "mp3": Codec("MP3", "MPEG_LAYER_III", None, squeezes=True),
}
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


def through_codec(samples: Samples, rate: int, codec: str, *, squeeze: float = 0.5) -> Samples:
    """Return float32 (time,) samples coded and decoded, as many as before and at the same time.

    `codec` is a name of `CODECS`. G.711 (mu-law, a-law) and GSM 06.10 work at 8 kHz, Opus at 16 kHz, MP3 at the
    nearest rate it has: the sound goes there and back. `squeeze`, from 0 (least) to 1 (most), is how hard Opus, Vorbis
    and MP3 compress (libsndfile's compression level). Coded in memory by libsndfile. Raises `UnknownNameError`,
    `InputError` for a squeeze outside [0, 1], `MissingDependencyError` where libsndfile lacks the codec.
    """
    if codec not in CODECS:
        raise unknown_name("codec", codec, CODECS, "affekt.signals.codecs.CODECS")
    if not 0 <= squeeze <= 1:
        raise InputError(f"squeeze is 0 (least) to 1 (most), got {squeeze}.")
    if not samples.any():
        return samples  # A-law has no code for nothing
    import soundfile

    way = CODECS[codec]
    works_at = way.rate or (min(_MP3_RATES, key=lambda one: abs(one - rate)) if way.container == "MP3" else rate)
    # Past full scale codecs cut or wrap: the level is taken down, and up again.
    peak = max(1.0, float(np.abs(samples).max()))
    given = resample(samples / np.float32(peak), rate, works_at)
    given = np.clip(np.concatenate([given, np.zeros(works_at // 5, np.float32)]), -1, 1)
    stream = io.BytesIO()
    options: dict[str, Any] = {"compression_level": squeeze} if way.squeezes else {}
    try:
        with soundfile.SoundFile(stream, "w", works_at, 1, format=way.container, subtype=way.coding, **options) as file:
            for at in range(0, len(given), _WRITTEN):
                file.write(given[at : at + _WRITTEN])
        stream.seek(0)
        with soundfile.SoundFile(stream) as file:
            decoded = file.read(frames=len(given) + works_at, dtype="float32")
            back = int(file.samplerate)
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise MissingDependencyError(
            f"This soundfile cannot code {codec}: {error}. Install a newer one with: pip install -U 'soundfile>=0.13'"
        ) from error
    same = _in_time(resample(decoded, back, works_at), given)
    out = resample(same, works_at, rate)
    fitted = np.zeros(len(samples), np.float32)
    fitted[: min(len(out), len(samples))] = out[: len(samples)]
    return fitted * np.float32(peak)


def _in_time(decoded: Samples, given: Samples) -> Samples:
    """Return what was decoded without the codec's delay, found where it is most like what was given."""
    size = 1 << (len(given) + len(decoded)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(decoded, size) * np.conj(np.fft.rfft(given, size)), size)
    most = min(4000, size // 2)
    late = (
        int(alike[:most].argmax()) if alike[:most].max() > alike[-most:].max() else int(alike[-most:].argmax()) - most
    )
    if late >= 0:
        return decoded[late:]
    return np.concatenate([np.zeros(-late, np.float32), decoded])


def telephone_band(samples: Samples, rate: int, *, low: float = 300.0, high: float = 3400.0) -> Samples:
    """Return the samples with what is below `low` and above `high` Hz taken out, by 24 dB half an octave further."""

    def gain(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        octaves = np.maximum(np.log2(low / np.maximum(hz, 1e-9)), np.log2(np.maximum(hz, 1e-9) / high))
        return np.asarray(10 ** (-48 * np.clip(octaves, 0, 3) / 20), np.float64)

    return np.asarray(shaped(samples, rate, gain), np.float32)


def with_losses(
    samples: Samples,
    rate: int,
    generator: np.random.Generator,
    *,
    share: float,
    burst: float = 2.0,
    concealed: Literal["silence", "repeated"] = "repeated",
) -> Samples:
    """Return float32 (time,) samples of which packets of 20 ms were lost on the way.

    Packets are lost in bursts of `burst` on average, `share` of all in the long run: the two-state chain of Gilbert
    1960, "Capacity of a burst-noise channel". A lost one is silent, or the last one that came repeated, half as loud
    each time. Raises `InputError` for a share outside [0, 1) or a burst under 1.
    """
    if not (0 <= share < 1 and burst >= 1):
        raise InputError(f"share is in [0, 1) and burst 1 packet or more, got {share} and {burst}.")
    size = max(1, round(0.02 * rate))
    begins = share / (burst * (1 - share)) if share else 0.0
    if begins > 1:
        raise InputError(f"A share of {share} needs bursts of {share / (1 - share):.1f} packets or more, got {burst}.")
    out = samples.copy()
    draws = generator.random(-(-len(samples) // size) + 1)
    lost = bool(draws[-1] < share)
    for number, draw in enumerate(draws[:-1]):
        lost = bool(draw >= 1 / burst) if lost else bool(draw < begins)
        at = number * size
        here = out[at : at + size]
        if lost and (concealed == "silence" or not number):
            here[:] = 0
        elif lost:
            here[:] = out[at - size : at][: len(here)] * np.float32(0.5)
    return out
