"""Sound files opened one way, whatever reads them: libsndfile, or PyAV for what libsndfile does not know.

A decoder knows what the file says of itself, goes to a frame, and yields (time, channel) samples until the file ends
or breaks; what is odd about the file it says in `notes`.
"""

from __future__ import annotations

import io
import shutil
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError

Samples = NDArray[np.float32]
Source = Path | bytes | BinaryIO
_STEP = 1 << 15  # frames of a read: what a broken file loses at most
_SPOOLED = 1 << 26  # bytes of a pipe kept in memory; beyond, on disk
# What files of an ending are, as libsndfile or PyAV call it.
_FORMATS = {
    ".wav": ("WAV", "WAVEX", "RF64", "W64", "NIST"),
    ".flac": ("FLAC", "OGG"),
    ".ogg": ("OGG",),
    ".oga": ("OGG",),
    ".opus": ("OGG",),
    ".mp3": ("MP3", "MPEG"),
    ".aif": ("AIFF",),
    ".aiff": ("AIFF",),
    ".m4a": ("MOV",),
    ".mp4": ("MOV",),
    ".webm": ("MATROSKA",),
    ".aac": ("AAC",),
    ".wma": ("ASF",),
}
# How containers begin that PyAV reads: (offset, bytes).
_CONTAINERS = (
    (4, b"ftyp"),
    (0, b"\x1a\x45\xdf\xa3"),
    (0, b"\xff\xf1"),
    (0, b"\xff\xf9"),
    (0, b"\x30\x26\xb2\x75"),
    (8, b"AVI "),
    (0, b"#!AMR"),
    (0, b"\x0b\x77"),
    (0, b"FLV\x01"),
    (0, b"\x47\x40"),
    (0, b"\x00\x00\x01\xba"),
    (4, b"moov"),
    (4, b"mdat"),
    (0, b"ADIF"),
)


class Decoder(Protocol):
    """An opened file: its rate, channels, frames if the file says, format and coding; what is odd about it.

    `ours` is the file below where it was opened here: it is closed with the decoder.
    """

    rate: int
    channels: int
    frames: int | None
    format: str
    subtype: str
    notes: list[str]
    ours: BinaryIO | None

    def seek(self, frame: int) -> None:
        """Go on from a frame, counted from 0."""

    def blocks(self) -> Iterator[Samples]:
        """Yield float32 (time, channel) until the file ends; a break in it is told in `notes`."""

    def close(self) -> None:
        """Let go of the file."""


def source_name(source: Source) -> str | None:
    """Return what to call a source: the path, the name of an opened file, None for bytes."""
    if isinstance(source, Path):
        return str(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else None


def open_decoder(source: Source) -> Decoder:
    """Return the decoder of a sound file.

    Raises `InputError` where there is nothing, or nothing that is sound; `MissingDependencyError` where PyAV would
    have to read it and is not installed.
    """
    if isinstance(source, str):
        raise InputError(f"A str is text; for the sound file use pathlib: Path({source!r}).")
    named = source_name(source) or "the sound"
    file, size = _opened(source, named)
    try:
        decoder = _decoder(file, size, named)
        _check(decoder, named)
    except BaseException:
        if file is not source:
            file.close()
        raise
    decoder.ours = None if file is source else file
    return decoder


def _opened(source: Source, named: str) -> tuple[BinaryIO, int]:
    """Return the source as a file one can go to and fro in, at its beginning, and its size in bytes."""
    file: BinaryIO
    if isinstance(source, bytes | bytearray | memoryview):
        file = io.BytesIO(source)
    elif isinstance(source, Path):
        try:
            file = source.open("rb")
        except FileNotFoundError as error:
            raise InputError(f"There is no file {source}. Check the path.") from error
        except IsADirectoryError as error:
            raise InputError(f"{source} is a folder. Give one file, or `affekt annotate` for a folder.") from error
        except OSError as error:
            raise InputError(f"{source} cannot be opened: {error.strerror}.") from error
    elif source.seekable():
        file = source
        file.seek(0)
    else:
        file = tempfile.SpooledTemporaryFile(_SPOOLED)  # type: ignore[assignment]  # noqa: SIM115  # the decoder's
        shutil.copyfileobj(source, file)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size:
        if file is not source:
            file.close()
        raise InputError(f"{named} is empty (0 bytes). Copy or record it again.")
    return file, size


def _decoder(file: BinaryIO, size: int, named: str) -> Decoder:
    head = file.read(4096)
    file.seek(0)
    try:
        return SoundfileDecoder(*_mended(file, head, size))
    except _soundfile().LibsndfileError as error:
        reason = str(error.error_string).rstrip(".")
    file.seek(0)
    known = any(head[at : at + len(mark)] == mark for at, mark in _CONTAINERS)
    try:
        import av  # noqa: F401
    except ImportError as error:
        if known:
            raise MissingDependencyError(
                f"{named} is of a kind that libsndfile does not read (m4a, mp4, webm, aac, wma …). "
                "Install PyAV, which does, with: pip install 'affekt[video]'"
            ) from error
        raise _no_sound(named, size, reason) from error
    from affekt.signals.containers import ContainerDecoder

    try:
        return ContainerDecoder(file)
    except InputError as error:
        raise _no_sound(named, size, f"{reason}; {error}") from error


def _no_sound(named: str, size: int, reason: str) -> InputError:
    return InputError(
        f"{named} ({size:,} bytes) cannot be read as sound: {reason}. "
        "It may be cut off or no sound at all: fetch it again, or convert it to WAV or FLAC."
    )


def _check(decoder: Decoder, named: str) -> None:
    if not (1000 <= decoder.rate <= 1_000_000) or decoder.channels < 1:
        raise InputError(
            f"{named} says it has {decoder.channels} channels at {decoder.rate:,} Hz; readable are one channel or more "
            "at 1,000 to 1,000,000 Hz. Its header is damaged: convert it again from the original."
        )
    expected = _FORMATS.get(Path(named).suffix.lower())
    if expected and not decoder.format.upper().startswith(expected):
        decoder.notes.append(f"named {Path(named).suffix} but is {decoder.format}: read as what it is")


class SoundfileDecoder:
    """What libsndfile reads: WAV, FLAC, Ogg Vorbis and Opus, MP3, AIFF, AU, W64, NIST Sphere …"""

    def __init__(self, file: BinaryIO, notes: list[str]) -> None:
        self._sound = _soundfile().SoundFile(_Steady(file))
        self.rate, self.channels = int(self._sound.samplerate), int(self._sound.channels)
        self.frames: int | None = int(self._sound.frames)
        self.format, self.subtype = str(self._sound.format), str(self._sound.subtype)
        self.notes = notes
        self.ours: BinaryIO | None = None
        self._at = 0

    def seek(self, frame: int) -> None:
        """Go on from a frame; where the coding does not let one jump, everything before it is decoded."""
        if self._sound.seekable():
            self._sound.seek(frame)
        else:
            while self._at < frame and len(read := self._sound.read(min(_STEP, frame - self._at), dtype="float32")):
                self._at += len(read)
        self._at = frame

    def blocks(self) -> Iterator[Samples]:
        """Yield float32 (time, channel); a part that cannot be decoded ends the sound."""
        failed = _soundfile().LibsndfileError
        while True:
            try:
                read: Samples = self._sound.read(_STEP, dtype="float32", always_2d=True)
            except (failed, RuntimeError) as error:
                self._broken(str(getattr(error, "error_string", error)).strip(" ."))
                return
            if not len(read):
                if self.frames is not None and self._at < self.frames:
                    self._broken("the file ends early")
                return
            self._at += len(read)
            yield read

    def _broken(self, reason: str) -> None:
        promised = f" of {self.frames / self.rate:.2f}" if self.frames else ""
        self.notes.append(f"broken after {self._at / self.rate:.2f}{promised} s: {reason}")

    def close(self) -> None:
        """Let go of the file."""
        self._sound.close()
        if self.ours is not None:
            self.ours.close()


class _Steady:
    """A file that stays where it is when it is sent before its beginning, as damaged MP3 does: what is raised within a
    callback of libsndfile is lost, and printed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return self._file.tell()


class _Overlaid(io.RawIOBase):
    """A file of which some bytes read as others: a header set right without a copy."""

    def __init__(self, file: BinaryIO, patches: dict[int, bytes]) -> None:
        self._file, self._patches = file, patches

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        start = self._file.tell()
        read = bytearray(self._file.read(len(buffer)))
        for at, data in self._patches.items():
            for place, byte in enumerate(data, at - start):
                if 0 <= place < len(read):
                    read[place] = byte
        buffer[: len(read)] = read
        return len(read)


def _mended(file: BinaryIO, head: bytes, size: int) -> tuple[BinaryIO, list[str]]:
    """Return a WAV file whose sizes are right, and what was wrong with them; other files as they are."""
    if str(getattr(file, "name", "")).lower().endswith(".raw"):
        file = _Overlaid(file, {})  # type: ignore[assignment]  # has no name, by which soundfile would go
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return file, []
    at = 12
    while at + 8 <= len(head):
        name, length = head[at : at + 4], struct.unpack("<I", head[at + 4 : at + 8])[0]
        if name == b"data":
            here = size - at - 8
            if length == 0 and here > 0:
                patches = {4: b"\xff" * 4, at + 4: b"\xff" * 4}
                note = "its header was never finished (the recorder stopped?): read to the end of the file"
                return _Overlaid(file, patches), [note]  # type: ignore[return-value]
            if here < length < 0x7FFFFFF0:
                return file, [f"cut off: {here:,} of {length:,} bytes of sound are there"]
            break
        at += 8 + length + length % 2
    return file, []


def _soundfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise MissingDependencyError("Reading sound needs soundfile. Install it with: pip install soundfile") from error
    return soundfile
