"""Streams say what the whole sound says, however it is cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.signals.deltas import with_deltas
from affekt.signals.mel import Mel, log_mel, mel_measure, mfcc
from affekt.signals.spectral_set import spectral_set
from affekt.signals.spectrum import Framing, energy, measure
from affekt.signals.streaming import (
    DeltaStream,
    FrameStream,
    energy_stream,
    log_mel_stream,
    mfcc_stream,
    spectral_stream,
)

# Name: the stream, the whole, how many later frames a row needs.
FORMS = {
    "log-mel": (log_mel_stream, log_mel, 0),
    "mfcc": (lambda: mfcc_stream(orders=0), mfcc, 0),
    "mfcc with deltas": (mfcc_stream, lambda sound: with_deltas(mfcc(sound)), 4),
    "energy": (energy_stream, lambda sound: energy(sound, 16_000), 0),
    "spectral set": (spectral_stream, spectral_set, 0),
}


def sound_of(samples: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    voice = np.sin(2 * np.pi * np.cumsum(150 + 50 * np.sin(np.arange(samples) / 3000)) / 16_000)
    quiet = np.arange(samples) % 4000 < 800
    return np.where(quiet, 0, voice * 0.3 + random.normal(scale=0.02, size=samples)).astype(np.float32)


def cut_up(sound: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    parts, at = [], 0
    while at < len(sound):
        size = sizes[len(parts) % len(sizes)]
        parts.append(sound[at : at + size])
        at += size
    return parts


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=25)
@given(
    samples=st.one_of(st.integers(0, 900), st.integers(900, 8000)),
    sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=6).filter(lambda sizes: sum(sizes) > 500),
    seed=st.integers(0, 9),
)
def test_streams_equal_batches(name: str, samples: int, sizes: list[int], seed: int) -> None:
    make, whole, look_ahead = FORMS[name]
    sound, stream = sound_of(samples, seed), make()
    rows, told, given_so_far = [], 0, 0
    for part in cut_up(sound, sizes):
        rows.append(stream.push(part))
        told, given_so_far = told + len(rows[-1]), given_so_far + len(part)
        known = max(0, 1 + (given_so_far - 400) // 160) if given_so_far >= 400 else 0
        # Each row comes as soon as its look-ahead is there, and no sooner.
        assert told == max(0, known - look_ahead)
    rows.append(stream.finish())
    expected = whole(sound)
    found = np.concatenate(rows)
    assert found.dtype == np.float32
    assert found.shape == expected.shape
    # One rounding of a log-mel value may move a cepstral coefficient by a few of its own.
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-5 if "mfcc" in name else 1e-6)
    assert stream.look_ahead == look_ahead
    assert stream.delay_s == pytest.approx(0.025 + 0.010 * look_ahead)
    assert stream.finish().shape == (0, expected.shape[1])


@given(st.integers(1, 60), st.integers(1, 90), st.lists(st.integers(0, 70), min_size=1, max_size=30))
def test_any_framing_streams_even_with_gaps(frame: int, hop: int, sizes: list[int]) -> None:
    of = mel_measure(Framing(1000, frame, hop), Mel(bands=2))
    sound, stream = sound_of(sum(sizes)), FrameStream(of)
    bounds = np.cumsum([0, *sizes])
    rows = [stream.push(sound[a:b]) for a, b in pairwise(bounds)]
    np.testing.assert_allclose(np.concatenate([*rows, stream.finish()]), measure(sound, of), atol=1e-6)


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("orders", [1, 3])
def test_deltas_of_any_width_and_order_stream(width: int, orders: int) -> None:
    for samples in (0, 500, 1000, 5000):
        sound = sound_of(samples)
        stream = DeltaStream(energy_stream(), width=width, orders=orders)
        found = np.concatenate([*(stream.push(part) for part in cut_up(sound, [333])), stream.finish()])
        expected = with_deltas(energy(sound, 16_000), width=width, orders=orders)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert len(stream.names) == found.shape[1]
        assert stream.look_ahead == width * orders


@pytest.mark.parametrize("name", FORMS)
def test_a_stream_keeps_little_however_long_it_runs(name: str) -> None:
    stream = FORMS[name][0]()
    inner = stream.of if isinstance(stream, DeltaStream) else stream
    for _ in range(50):
        stream.push(np.zeros(1601))
        assert inner._kept.nbytes <= 4 * (400 + 160)
        assert inner._kept.base is None


def test_a_finished_stream_takes_no_more() -> None:
    stream = mfcc_stream()
    stream.push(np.zeros(300))
    assert len(stream.finish()) == 1
    with pytest.raises(InputError, match="finished"):
        stream.push(np.zeros(300))


def test_a_bad_block_is_refused_and_leaves_the_stream_as_it_was() -> None:
    sound, stream = sound_of(4000), log_mel_stream()
    rows = [stream.push(sound[:1000])]
    with pytest.raises(InputError, match="nan"):
        stream.push([np.nan])
    rows.append(stream.push(sound[1000:]))
    np.testing.assert_allclose(np.concatenate(rows), log_mel(sound), atol=1e-6)


def test_deltas_out_of_range_are_refused() -> None:
    with pytest.raises(InputError):
        DeltaStream(energy_stream(), width=0)
    with pytest.raises(InputError):
        DeltaStream(energy_stream(), orders=0)
