from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import soundfile

from affekt.corpora.archives import Media, media_reader
from affekt.corpora.check import check_records
from affekt.corpora.index import CORPORA, READERS
from affekt.corpora.recordings import is_sound, read_recording
from affekt.corpora.sound_overlaps import sound_overlaps
from affekt.corpora.sounds import bit_error, fingerprint, same_sounds
from affekt.errors import InputError
from affekt.signals.audio import Sound
from affekt.signals.degrade import degraded
from affekt.signals.resampling import resample
from affekt.types import Record, Signal

DATA = os.environ.get("AFFEKT_DATA")


def one_channel(samples: np.ndarray, rate: int = 16000) -> Sound:
    return Sound(samples[None], rate)


def voice(seed: int, seconds: float = 2.0, rate: int = 16000) -> Sound:
    """A harmonic sound whose pitch and loudness wander, as a voice's do."""
    generator = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    knots = np.linspace(0, seconds, 12)
    pitch = np.interp(time, knots, generator.uniform(90, 300, 12))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    sound = sum(np.interp(time, knots, generator.uniform(0, 1, 12)) * np.sin(k * phase) / k for k in range(1, 20))
    return one_channel((0.1 * np.asarray(sound)).astype(np.float32), rate)


def stored(recording: Sound, kind: str, subtype: str) -> Media:
    stream = io.BytesIO()
    soundfile.write(stream, recording.mono(), recording.rate, format=kind, subtype=subtype)
    return Media({"WAV": ".wav", "OGG": ".opus", "FLAC": ".flac"}[kind], stream.getvalue())


def test_files_come_back_as_they_were_written() -> None:
    one = voice(1)
    back = read_recording(stored(one, "FLAC", "PCM_24"))
    assert back.rate == 16000 and np.abs(back.samples - one.samples).max() < 1e-6
    assert back.seconds == 2.0
    two = np.concatenate([one.samples, np.zeros_like(one.samples)]).T
    stream = io.BytesIO()
    soundfile.write(stream, two, 16000, format="WAV", subtype="FLOAT")
    np.testing.assert_allclose(read_recording(Media(".wav", stream.getvalue())).mono(), one.mono() / 2, atol=1e-6)
    with pytest.raises(InputError, match=r"\.wav, 4 bytes"):
        read_recording(Media(".wav", b"RIFF"))
    assert not is_sound(Media(".mid", b""))


CHANGES: dict[str, Callable[[Sound], Sound]] = {
    "level": lambda r: Sound(r.samples * np.float32(0.1), r.rate),
    "upside down": lambda r: Sound(-r.samples, r.rate),
    "16 bits": lambda r: read_recording(stored(r, "WAV", "PCM_16")),
    "opus": lambda r: read_recording(stored(r, "OGG", "OPUS")),
    "rate": lambda r: Sound(resample(r.samples, r.rate, 11025), 11025),
    "trim": lambda r: Sound(r.samples[:, 2345:-1111], r.rate),
    "noise": lambda r: one_channel(degraded(r.mono(), r.rate, np.random.default_rng(5), "white:25"), r.rate),
    "all": lambda r: read_recording(stored(Sound(r.samples[:, 1500:] * np.float32(0.4), r.rate), "OGG", "OPUS")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_is_found_and_nothing_else(change: Callable[[Sound], Sound]) -> None:
    originals = [voice(seed) for seed in range(12)]
    copies = [change(originals[3]), change(originals[7])]
    found = same_sounds([fingerprint(one) for one in (*originals, *copies)], parts=[1] * 12 + [2] * 2)
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(3, 12), (7, 13)]
    assert (found.error < 0.25).all() and not found.exact.any()


def test_the_same_samples_are_exact_whatever_silence_is_around() -> None:
    one = voice(4)
    padded = one_channel(np.concatenate([np.zeros(800, np.float32), one.mono()]))
    short = one_channel(one.mono()[:3000])
    found = same_sounds([fingerprint(r) for r in (one, voice(5), padded, short, short)])
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 2), (3, 4)]
    assert found.exact.all() and (found.error == 0).all()


def test_the_shift_says_where_the_sound_comes() -> None:
    one = voice(6, 3.0)
    found = same_sounds([fingerprint(one), fingerprint(one_channel(one.mono()[8000:]))])
    assert found.shift[0] == pytest.approx(-0.5, abs=0.012)


def test_error_of_bits_counts_loud_steps_alone() -> None:
    one, other = fingerprint(voice(1)), fingerprint(voice(2))
    assert bit_error(one, one, 0) == (0.0, int(one.loud.sum()))
    share, steps = bit_error(one, other, 0)
    wrong = sum(bin(a ^ b).count("1") for a, b in zip(one.bits.tolist(), other.bits.tolist(), strict=True))
    assert one.loud.all() and other.loud.all() and share == pytest.approx(wrong / 32 / steps)
    assert bit_error(one, other, 10_000) == (1.0, 0)
    with pytest.raises(InputError, match="chance"):
        same_sounds([one], error=0.6)
    assert len(same_sounds([])) == 0
    assert len(same_sounds([fingerprint(one_channel(np.zeros(100, np.float32), 8000))])) == 0


def test_overlaps_are_told_by_pair_of_splits(tmp_path: Path) -> None:
    archive = tmp_path / "audio.tar"
    sounds = {
        "a.wav": stored(voice(1), "WAV", "PCM_16"),
        "b.opus": stored(CHANGES["level"](voice(1)), "OGG", "OPUS"),
        "c.wav": stored(voice(2), "WAV", "PCM_16"),
        "d.flac": stored(read_recording(stored(voice(2), "WAV", "PCM_16")), "FLAC", "PCM_24"),
        "e.wav": Media(".wav", b"RIFF, or what is left of it"),
    }
    with tarfile.open(archive, "w") as tar:
        for name, media in sounds.items():
            info = tarfile.TarInfo(name)
            info.size = len(media.content)
            tar.addfile(info, io.BytesIO(media.content))
    splits = {"a.wav": "train", "b.opus": "test", "c.wav": "train", "d.flac": "train", "e.wav": "test"}
    records = [
        Record(name, Signal(modality="speech", path=archive, member=name), split) for name, split in splits.items()
    ]
    heard = sound_overlaps(records)
    assert (heard.recordings, heard.broken) == (4, ("e.wav",))
    assert [(o.split, o.other, o.exact, o.near, o.items) for o in heard.overlaps] == [
        ("train", "test", 0, 1, ("a.wav = b.opus",)),
        ("train", "train", 1, 0, ("c.wav = d.flac",)),
    ]
    assert [o.exact for o in sound_overlaps(records, near=False).overlaps] == [1]
    found = {f.what: (f.level, f.count) for f in check_records(CORPORA["emodb"], records).findings}
    assert found["recording in two splits"] == ("warning", 1)
    assert found["recording twice"] == ("note", 1)
    assert found["recording broken"] == ("error", 1)
    assert "recording twice" not in {f.what for f in check_records(CORPORA["emodb"], records, sound=False).findings}


@pytest.mark.skipif(DATA is None, reason="AFFEKT_DATA is not set, so EMO-DB cannot be read")
def test_copies_of_real_speech_are_found_and_other_takes_are_not() -> None:
    assert DATA is not None
    records = list(READERS["emodb"](Path(DATA) / "speech" / "emodb"))[::9]
    with ExitStack() as stack:
        read = media_reader(stack)
        spoken = [read_recording(media) for record in records if (media := read(record.signal)) is not None]
    copies = [CHANGES["all"](one) for one in spoken[:10]]
    found = same_sounds([fingerprint(one) for one in (*spoken, *copies)])
    pairs = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert len(spoken) == 60 and pairs <= {(i, 60 + i) for i in range(10)}
    assert len(pairs) >= 9
