"""Raw samples out of a pipe: the bytes that a recorder or a telephone line gives, without a header.

What it is nobody can see in it, so rate, channels and coding are told. A WAV header at the beginning, as recorders
write it into pipes, is read and believed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError

Samples = NDArray[np.float32]
# How a sample is coded: NumPy's name of it, and what is taken off and divided by to come to full scale 1.
_LINEAR = {
    "u8": ("u1", 128.0, 128.0),
    "s8": ("i1", 0.0, 128.0),
    "s16le": ("<i2", 0.0, 32_768.0),
    "s16be": (">i2", 0.0, 32_768.0),
    "s32le": ("<i4", 0.0, 2.0**31),
    "s32be": (">i4", 0.0, 2.0**31),
    "f32le": ("<f4", 0.0, 1.0),
    "f32be": (">f4", 0.0, 1.0),
    "f64le": ("<f8", 0.0, 1.0),
    "f64be": (">f8", 0.0, 1.0),
}
CODINGS = (*_LINEAR, "s24le", "s24be", "mulaw", "alaw")
# How files begin that are no raw samples.
_FILES = {
    b"fLaC": "FLAC",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"FORM": "AIFF",
    b".snd": "AU",
    b"\x1a\x45\xdf\xa3": "Matroska (webm)",
    b"RF64": "RF64",
}
_WAV = {
    (1, 8): "u8",
    (1, 16): "s16le",
    (1, 24): "s24le",
    (1, 32): "s32le",
    (3, 32): "f32le",
    (3, 64): "f64le",
    (6, 8): "alaw",
    (7, 8): "mulaw",
}
_EXTENSIBLE = 0xFFFE
_MOST_HEADER = 1 << 16  # bytes that may come before the samples of a WAV file
_MOST_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """What raw samples are: `rate` in Hz, `channels` (samples of all of them follow each other), `coding`.

    s16le is signed, 16 bits, the low byte first; u is unsigned, f floating point with full scale 1, be the high byte
    first; mulaw and alaw are G.711's. Raises `InputError` for what there is not.

    >>> PcmFormat(8000, coding="mulaw").frame_bytes, PcmFormat(44100, 2, "s24le").frame_bytes
    (1, 6)
    """

    rate: int = 16_000
    channels: int = 1
    coding: str = "s16le"

    def __post_init__(self) -> None:
        if not 1000 <= self.rate <= 1_000_000:
            raise InputError(f"The rate of raw samples is 1,000 to 1,000,000 Hz, got {self.rate:,}.")
        if not 1 <= self.channels <= _MOST_CHANNELS:
            raise InputError(f"Raw samples have 1 to {_MOST_CHANNELS} channels, got {self.channels}.")
        if self.coding not in CODINGS:
            raise InputError(f"Unknown coding {self.coding!r} of raw samples. There are {', '.join(CODINGS)}.")

    @property
    def frame_bytes(self) -> int:
        """How many bytes a sample of every channel takes."""
        if self.coding in _LINEAR:
            return np.dtype(_LINEAR[self.coding][0]).itemsize * self.channels
        return (3 if self.coding.startswith("s24") else 1) * self.channels


def decode_pcm(data: bytes, form: PcmFormat) -> Samples:
    """Return the samples of whole frames, float32 (channel, time), full scale 1; NaN stays NaN.

    Raises `InputError` where a frame is cut.

    >>> decode_pcm(bytes([0, 64, 0, 192]), PcmFormat(channels=2)).tolist()
    [[0.5], [-0.5]]
    """
    if len(data) % form.frame_bytes:
        raise InputError(f"{len(data):,} bytes are no whole number of frames of {form.frame_bytes} bytes.")
    if form.coding in _LINEAR:
        kind, middle, full = _LINEAR[form.coding]
        raw = np.frombuffer(data, kind)
        # Doubles beyond float32's range are no sound: they become infinite, and whoever hears them sets them to 0.
        with np.errstate(over="ignore"):
            values = ((raw.astype(np.float64) - middle) / full).astype(np.float32)
    elif form.coding.startswith("s24"):
        three = np.frombuffer(data, np.uint8).reshape(-1, 3)
        four = np.zeros((len(three), 4), np.uint8)
        four[:, 1:] = three if form.coding == "s24le" else three[:, ::-1]
        values = (four.view("<i4")[:, 0] / 2.0**31).astype(np.float32)
    else:
        values = _G711[form.coding][np.frombuffer(data, np.uint8)]
    return np.ascontiguousarray(values.reshape(-1, form.channels).T)


def _mulaw() -> Samples:
    """The 256 values of G.711's μ-law, as ITU-T G.191 expands them."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(np.int64)
    size = (((mantissa << 3) + 132) << exponent) - 132
    return (np.where(code & 128, -size, size) / 32_768).astype(np.float32)


def _alaw() -> Samples:
    """The 256 values of G.711's A-law."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = ((code >> 4) & 7).astype(np.int64), (code & 15).astype(np.int64)
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 264) << np.maximum(exponent - 1, 0))
    return (np.where(code & 128, size, -size) / 32_768).astype(np.float32)


_G711 = {"mulaw": _mulaw(), "alaw": _alaw()}


class PcmStream:
    """Raw samples as they come out of `stream`, opened in binary mode.

    `format` is what they are: that which was told, or that of a WAV header at the beginning, which `notes` then say.
    Opening waits for the first bytes. Raises `InputError` where none come, and for the beginnings of other files.

    >>> import io
    >>> pcm = PcmStream(io.BytesIO(bytes(7)), PcmFormat(8000))
    >>> [block.shape for block in pcm.blocks()], pcm.notes
    ([(1, 3)], ['1 byte at the end make no whole frame of 2: left out'])
    """

    def __init__(self, stream: BinaryIO, told: PcmFormat, *, block_s: float = 0.05) -> None:
        if not block_s > 0:
            raise InputError(f"A block is longer than 0 seconds, got {block_s}.")
        # What is there is taken at once, instead of waiting for a whole block.
        self._read = getattr(stream, "read1", stream.read)
        self._block_s = block_s
        self.format, self.notes = told, list[str]()
        self._head = self._more(b"", 4)
        if not self._head:
            raise InputError("No sound came in: the pipe was empty. Is the recorder running?")
        if self._head == b"RIFF":
            self._head = self._after_header()
        else:
            self._refuse_files()

    def blocks(self) -> Iterator[Samples]:
        """Yield the samples, float32 (channel, time), as they come; their number differs from block to block."""
        size = self.format.frame_bytes
        wanted = max(1, round(self._block_s * self.format.rate)) * size
        rest, self._head = self._head, b""
        while True:
            came = self._read(wanted)
            if not came:
                break
            rest += came
            whole = len(rest) // size * size
            if whole:
                yield decode_pcm(rest[:whole], self.format)
                rest = rest[whole:]
        whole = len(rest) // size * size
        if whole:
            yield decode_pcm(rest[:whole], self.format)
        if odd := len(rest) - whole:
            self.notes.append(f"{odd} byte{'s' * (odd > 1)} at the end make no whole frame of {size}: left out")

    def _more(self, have: bytes, until: int) -> bytes:
        """Return `until` bytes, fewer where the stream ends."""
        while len(have) < until and (came := self._read(until - len(have))):
            have += came
        return have

    def _refuse_files(self) -> None:
        for mark, name in _FILES.items():
            if self._head.startswith(mark):
                raise InputError(
                    f"What comes in is a file ({name}), no raw samples. Give the file itself (`affekt analyze FILE`), "
                    "or let it be decoded first: ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | affekt analyze --live -"
                )

    def _after_header(self) -> bytes:
        """Take the format from the WAV header; return what was read of the samples."""
        head = self._more(self._head, 12)
        if head[8:12] != b"WAVE":
            self._head = head
            return head
        at, found = 12, None
        while True:
            head = self._more(head, at + 8)
            if len(head) < at + 8 or at > _MOST_HEADER:
                raise InputError("The WAV header of what comes in ends before any samples. Record it again.")
            name, length = head[at : at + 4], struct.unpack("<I", head[at + 4 : at + 8])[0]
            if name == b"data":
                break
            at += 8 + min(length + length % 2, _MOST_HEADER)
            head = self._more(head, at)
            if name == b"fmt ":
                found = self._told_by(head[at - length - length % 2 : at])
        if found is None:
            raise InputError("The WAV header of what comes in does not say what the samples are. Record it again.")
        if found != self.format:
            self.notes.append(
                f"a WAV header came first: {found.coding}, {found.rate:,} Hz, {found.channels} channel"
                f"{'s' * (found.channels > 1)}"
            )
        self.format = found
        return head[at + 8 :]

    @staticmethod
    def _told_by(chunk: bytes) -> PcmFormat:
        if len(chunk) < 16:
            raise InputError("The WAV header of what comes in is damaged. Record it again.")
        kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
        if kind == _EXTENSIBLE and len(chunk) >= 26:
            kind = struct.unpack("<H", chunk[24:26])[0]
        if (kind, bits) not in _WAV:
            raise InputError(
                f"The WAV that comes in is coded in a way (format {kind}, {bits} bits) that is not read from a pipe. "
                "Give the file itself: affekt analyze FILE"
            )
        return PcmFormat(rate, channels, _WAV[kind, bits])
