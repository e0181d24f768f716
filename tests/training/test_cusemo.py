"""cusemo: traces beside the very sound they are of, at any label rate; two tasks weighed; planted traces followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch

from affekt.corpora.traced_speech import TracedSpeech
from affekt.errors import InputError
from affekt.models.cusemo.net import TraceConfig, TraceNet
from affekt.signals.mel import log_mel
from affekt.training.fine_tuning import Plan
from affekt.training.speech.cusemo import (
    Config,
    TraceModel,
    TraceReading,
    at_rate,
    segments_of,
    teach_traces,
    trace_scores,
    true_trace,
)

RATE = 16_000
SMALL = Config(
    net=TraceConfig(width=24, outputs=2, levels=2, dropout=0.0),
    plan=Plan(epochs=14, batch=16, learning_rate=8e-3, patience=14, cosine=True, bfloat16=False),
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def planted(count: int, seed: int, *, seconds: float = 9.0) -> list[TracedSpeech]:
    """Tones (synthetic): arousal is how loud, valence how high; in a recording of level 1 the tone has overtones."""
    random, made = np.random.default_rng(seed), []
    time = np.arange(round(seconds * RATE)) / RATE
    points = np.arange(int(seconds * 20) + 1) / 20
    for number in range(count):
        level = number % 2
        turns = np.arange(0, seconds + 2, 1.5)
        values = np.stack([np.interp(points, turns, random.uniform(-0.9, 0.9, len(turns))) for _ in range(2)], 1)
        height = np.interp(time, points, 500 * 2 ** values[:, 0])
        loud = np.interp(time, points, 10 ** (values[:, 1] - 1.3))
        tone = np.sin(2 * np.pi * np.cumsum(height) / RATE)
        tone = np.sign(tone) if level else tone
        sound = loud * tone + 1e-3 * random.standard_normal(len(time))
        made.append(TracedSpeech(f"p{number}", sound.astype(np.float32), points, values, level, f"s{number}"))
    return made


@lru_cache
def sets() -> tuple[list[TracedSpeech], list[TracedSpeech], list[TracedSpeech]]:
    return planted(24, 1), planted(6, 2), planted(8, 3)


@pytest.mark.parametrize(("label_hz", "segment_s"), [(1.0, 3.0), (2.0, 1.5), (10.0, 3.0), (4.0, 0.5)])
def test_labels_are_of_the_frames_beside_them(label_hz: float, segment_s: float) -> None:
    """A trace that counts seconds, over noise: a stretch has the frames of the very time its labels are of."""
    points = np.arange(181) / 20
    noise = np.random.default_rng(0).standard_normal(9 * RATE).astype(np.float32)
    each = TracedSpeech("r", noise, points, np.stack([points, -points], 1) / 10, 0, "s")
    cut = segments_of([each], replace(SMALL, label_hz=label_hz, segment_s=segment_s))
    steps, frames = round(label_hz * segment_s), round(segment_s * 100)
    whole = log_mel(noise, RATE)
    whole = (whole - whole.mean(0)) / whole.std(0)
    assert cut.spectra.shape[1:] == (frames, 64) and cut.traces.shape[1:] == (steps, 2)
    assert len(cut.levels) == len(cut.spectra) == min(int(9 / segment_s), len(whole) // frames)
    for row, (spectrum, trace) in enumerate(zip(cut.spectra, cut.traces, strict=True)):
        middles = row * segment_s + (np.arange(steps) + 0.5) / label_hz
        assert np.allclose(trace, np.stack([middles, -middles], 1) / 10)
        first = round(row * segment_s * 100)
        assert np.allclose(spectrum, whole[first : first + frames], atol=1e-4)


def test_any_label_rate_by_one_network() -> None:
    torch.manual_seed(0)
    net, x = TraceNet(SMALL.net).eval(), torch.randn(3, 300, 64)
    for steps in (1, 3, 12, 30):
        trace, level = net(x, steps)
        assert trace.shape == (3, steps, 2) and level.shape == (3, 2)
        assert trace.abs().max() <= 1


def test_a_recording_is_read_to_its_end_in_its_own_length() -> None:
    torch.manual_seed(0)
    model = TraceModel(TraceNet(SMALL.net), SMALL)
    for seconds in (1.0, 4.0, 6.3, 9.0):
        read = model.read(planted(1, 5, seconds=seconds)[0].samples)
        assert len(read.trace) in (int(np.ceil(seconds * 2)), int(np.ceil(seconds * 2)) + 1)
        assert np.isfinite(read.trace).all() and read.level.sum() == pytest.approx(1)


@lru_cache
def taught(weight: float) -> TraceModel:
    return teach_traces(sets()[0], sets()[1], replace(SMALL, weight=weight))


@pytest.mark.slow
def test_a_sweep_of_weights_beside_either_task_alone() -> None:
    scores = {weight: trace_scores(taught(weight), sets()[2]) for weight in (0.0, 0.3, 1.0)}
    # The trace is followed where it is taught, and the level told; either alone knows nothing of the other.
    assert scores[0.0].ccc > 0.6 and scores[0.3].ccc > 0.6 and scores[1.0].ccc < 0.3
    assert scores[0.3].level_accuracy > 0.8 and scores[1.0].level_accuracy > 0.8


def test_it_follows_what_is_planted_at_the_right_time() -> None:
    model = taught(0.3)
    assert trace_scores(model, sets()[2]).ccc > 0.6
    # The same traces beside other recordings are not followed.
    first, *others = sets()[2]
    moved = [replace(one, values=other.values) for one, other in zip(sets()[2], [*others, first], strict=True)]
    assert abs(trace_scores(model, moved).ccc) < 0.3


def test_rates_are_scored_alike() -> None:
    each = sets()[2][0]
    truth = true_trace(each, 5.0)
    coarse = true_trace(each, 2.0)
    again = at_rate(TraceReading(coarse, 2.0, np.ones(1)), 5.0, len(truth))
    assert again.shape == truth.shape
    # Means over half a second lose little of a trace that turns every 1.5 s.
    assert np.abs(again - truth)[2:-2].mean() < 0.1


def test_what_cannot_be_cut_is_said() -> None:
    with pytest.raises(InputError, match=r"0\.75 s is 1\.5 labels at 2 Hz"):
        segments_of(sets()[0][:1], replace(SMALL, segment_s=0.75))
    with pytest.raises(InputError, match="No recording is as long as a stretch of 20 s"):
        segments_of(sets()[0][:1], replace(SMALL, segment_s=20.0))
    with pytest.raises(InputError, match=r"weight of the level lies in \[0, 1\], got 2"):
        replace(SMALL, weight=2.0)
