"""Raw samples: every coding against libsndfile's reading of it, headers, and pipes that give little at a time."""

from __future__ import annotations

import io
import os
import struct
import threading

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.signals.pcm import CODINGS, PcmFormat, PcmStream, decode_pcm

SUBTYPES = {
    "u8": "PCM_U8",
    "s8": "PCM_S8",
    "s16": "PCM_16",
    "s24": "PCM_24",
    "s32": "PCM_32",
    "f32": "FLOAT",
    "f64": "DOUBLE",
    "mulaw": "ULAW",
    "alaw": "ALAW",
}


class Trickle(io.RawIOBase):
    """Gives a few bytes at a time, as pipes do."""

    def __init__(self, data: bytes, most: int) -> None:
        self._data, self._most = io.BytesIO(data), most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._data.read(min(len(buffer), self._most))
        buffer[: len(part)] = part
        return len(part)


def raw(samples: np.ndarray, coding: str) -> bytes:
    """The bytes that libsndfile makes of float (channel, time)."""
    stream = io.BytesIO()
    kind = SUBTYPES[coding.removesuffix("le").removesuffix("be")]
    endian = "BIG" if coding.endswith("be") else "LITTLE"
    soundfile.write(stream, samples.T, 16000, format="RAW", subtype=kind, endian=endian)
    return stream.getvalue()


@pytest.mark.parametrize("coding", CODINGS)
def test_every_coding_is_read_as_libsndfile_reads_it(coding: str) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 3000))
    samples[:, :4] = [[0, 1, -1, 0.5], [0, -1, 1, -0.5]]
    data = raw(samples, coding)
    found = decode_pcm(data, PcmFormat(16000, 2, coding))
    kind = SUBTYPES[coding.removesuffix("le").removesuffix("be")]
    endian = "BIG" if coding.endswith("be") else "LITTLE"
    wanted, _ = soundfile.read(
        io.BytesIO(data), format="RAW", subtype=kind, endian=endian, samplerate=16000, channels=2, dtype="float32"
    )
    np.testing.assert_allclose(found, wanted.T, atol=1e-7)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous


@given(st.integers(0, 3000), st.integers(1, 999), st.sampled_from(CODINGS), st.integers(1, 3))
def test_pieces_of_any_size_are_the_whole(length: int, most: int, coding: str, channels: int) -> None:
    form = PcmFormat(8000, channels, coding)
    data = np.random.default_rng(length).integers(0, 120, length, np.uint8).tobytes()
    if not data:
        with pytest.raises(InputError, match="empty"):
            PcmStream(Trickle(data, most), form)  # type: ignore[arg-type]
        return
    pcm = PcmStream(Trickle(data, most), form)  # type: ignore[arg-type]
    blocks = [np.zeros((channels, 0), np.float32), *pcm.blocks()]
    whole = len(data) // form.frame_bytes * form.frame_bytes
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), decode_pcm(data[:whole], form))
    assert len(pcm.notes) == (whole != length)


@pytest.mark.parametrize("most", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("kind", "subtype", "coding"),
    [("WAV", "PCM_16", "s16le"), ("WAV", "ULAW", "mulaw"), ("WAVEX", "PCM_24", "s24le"), ("WAV", "FLOAT", "f32le")],
)
def test_a_wav_header_is_believed(kind: str, subtype: str, coding: str, most: int) -> None:
    samples = np.random.default_rng(1).uniform(-0.9, 0.9, (2, 500))
    stream = io.BytesIO()
    soundfile.write(stream, samples.T, 44100, format=kind, subtype=subtype)
    pcm = PcmStream(Trickle(stream.getvalue(), most), PcmFormat())  # type: ignore[arg-type]
    assert pcm.format == PcmFormat(44100, 2, coding)
    assert pcm.notes == [f"a WAV header came first: {coding}, 44,100 Hz, 2 channels"]
    found = np.concatenate(list(pcm.blocks()), axis=1)[:, :500]
    np.testing.assert_allclose(found, samples, atol=0.04 if coding == "mulaw" else 1e-4)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"OggS" + bytes(50), "is a file .Ogg."),
        (b"ID3\x04" + bytes(50), "MP3"),
        (b"RIFF\x00\x00\x00\x00WAVE", "ends before any samples"),
        (b"RIFF\x00\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd", "does not say what the samples are"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt \x04\x00\x00\x00abcd", "is damaged"),
        (
            b"RIFF\x00\x00\x00\x00WAVEfmt " + struct.pack("<IHHIIHH", 16, 2, 1, 8000, 8000, 1, 4) + b"data" + bytes(8),
            "format 2, 4 bits",
        ),
        (
            b"RIFF\x00\x00\x00\x00WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 0, 8000, 8000, 1, 16) + b"data" + bytes(8),
            "1 to 64 channels, got 0",
        ),
    ],
)
def test_what_is_no_raw_sound_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        PcmStream(io.BytesIO(data), PcmFormat())


def test_riff_of_another_kind_is_samples() -> None:
    pcm = PcmStream(io.BytesIO(b"RIFFabcdWAVXefgh"), PcmFormat())
    assert sum(block.shape[1] for block in pcm.blocks()) == 8


def test_samples_are_there_when_they_come() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as ours, os.fdopen(writer, "wb", buffering=0) as theirs:
        theirs.write(bytes(640))
        pcm = PcmStream(ours, PcmFormat())  # type: ignore[arg-type]
        blocks = pcm.blocks()
        come: list[int] = []
        worker = threading.Thread(target=lambda: come.extend(block.shape[1] for block in blocks), daemon=True)
        worker.start()
        for _ in range(200):
            if sum(come) == 320:
                break
            worker.join(0.02)
        # The pipe is open and no whole block of 50 ms has come.
        assert sum(come) == 320
        theirs.write(bytes(3))
        theirs.close()
        worker.join(5)
        assert sum(come) == 321


def test_what_cannot_be() -> None:
    for wrong in ({"rate": 10}, {"channels": 0}, {"coding": "s17"}):
        with pytest.raises(InputError):
            PcmFormat(**wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no whole number of frames"):
        decode_pcm(bytes(3), PcmFormat())
    with pytest.raises(InputError, match="longer than 0"):
        PcmStream(io.BytesIO(bytes(8)), PcmFormat(), block_s=0)
    assert np.isnan(decode_pcm(np.array([np.nan], "<f4").tobytes(), PcmFormat(coding="f32le"))).all()
    assert np.isinf(decode_pcm(np.array([1e300], "<f8").tobytes(), PcmFormat(coding="f64le"))).all()
