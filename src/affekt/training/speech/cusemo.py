"""cusemo: a trace through a conversation and a level of the whole, learned together by weights of one's choice.

Feng & Devillers 2023, "End-to-End Continuous Speech Emotion Recognition in Real-life Customer Service Call Center
Conversations": how often the trace is sampled, how long the stretches are that are learned from, and how much the
second task weighs, all change what is reached. The three are the settings here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from affekt.corpora.clips import RATE
from affekt.corpora.traced_speech import TracedSpeech
from affekt.errors import InputError
from affekt.metrics.regression import ccc
from affekt.models.cusemo.net import TraceConfig, TraceNet
from affekt.ratings.trace_segments import cut_segments, resample_trace
from affekt.signals.mel import log_mel
from affekt.training.concordance import concordance_loss
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.windows import HOP_S

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Config:
    """label_hz: labels a second; segment_s: seconds of a stretch, a whole number of labels and of frames of 10 ms.

    weight: how much of the loss is the level's, from 0 (the trace alone) to 1 (the level alone); the trace's is one
    minus its concordance.
    """

    label_hz: float = 2.0
    segment_s: float = 4.0
    weight: float = 0.3
    net: TraceConfig = field(default_factory=TraceConfig)
    plan: Plan = field(
        default_factory=lambda: Plan(
            epochs=20, batch=32, learning_rate=3e-3, weight_decay=0.02, patience=8, cosine=True, bfloat16=False
        )
    )

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 1:
            raise InputError(f"The weight of the level lies in [0, 1], got {self.weight:g}.")


class TraceReading(NamedTuple):
    """What was read of a recording: `trace` float64 (step, dimension), `label_hz` steps a second, over all of it;
    `level` float64 (level,), probabilities."""

    trace: Floats
    label_hz: float
    level: Floats


class Segments(NamedTuple):
    """Stretches to learn from: spectra float32 (segment, frame, band); traces float64 (segment, step, dimension), NaN
    in gaps; levels int64 (segment,)."""

    spectra: Samples
    traces: Floats
    levels: Ints


class TraceModel:
    """A network that follows recordings."""

    def __init__(self, net: TraceNet, config: Config) -> None:
        self.net, self.config = net.eval(), config

    def read(self, samples: Samples) -> TraceReading:
        """Return the trace and the level of samples float32 (time,), 16 kHz: read in stretches as long as those it
        learned from, the last of which is moved back to end with the recording."""
        config = self.config
        spectrum = _normalised(log_mel(samples, RATE))
        size, steps = round(config.segment_s / HOP_S), round(config.segment_s * config.label_hz)
        count = max(1, int(np.ceil(len(spectrum) * HOP_S * config.label_hz - 1e-9)))
        padded = np.pad(spectrum, ((0, max(0, size - len(spectrum))), (0, 0)))
        starts = [*range(0, max(1, len(padded) - size + 1), size)]
        per_step = 1 / (config.label_hz * HOP_S)
        if starts[-1] + size < len(padded):
            # Back by whole labels, so that steps of two stretches are of the same time.
            starts.append(round(int((len(padded) - size) / per_step) * per_step))
        stretches = torch.from_numpy(np.stack([padded[start : start + size] for start in starts]))
        with torch.no_grad():
            trace, level = self.net(stretches, steps)
        found = np.full((max(count, steps), trace.shape[2]), np.nan)
        for start, row in zip(starts, trace.numpy(), strict=True):
            first = round(start / per_step)
            found[first : first + steps] = row[: len(found) - first]
        # What is left of a label at the end is the last one's.
        for step in np.flatnonzero(np.isnan(found[:, 0])):
            found[step] = found[step - 1]
        probabilities = F.softmax(level.float(), 1).mean(0).numpy()
        return TraceReading(found[:count], config.label_hz, probabilities.astype(np.float64))


def segments_of(recordings: Sequence[TracedSpeech], config: Config) -> Segments:
    """Return the stretches of recordings, each beside the labels of the very same time.

    Raises `InputError` where a stretch is no whole number of labels or frames, or every recording is shorter than one.
    """
    spectra: list[Samples] = []
    traces: list[Floats] = []
    levels: list[int] = []
    rate = round(1 / HOP_S)
    for each in recordings:
        spectrum = _normalised(log_mel(each.samples, RATE))
        columns = [
            resample_trace(each.times, each.values[:, place], rate_hz=config.label_hz, seconds=each.seconds)
            for place in range(each.values.shape[1])
        ]
        cuts = [
            cut_segments(
                column,
                rate_hz=config.label_hz,
                segment_s=config.segment_s,
                sample_rate=rate,
                samples=len(spectrum),
            )
            for column in columns
        ]
        for row, (start, end) in enumerate(cuts[0].samples.tolist()):
            spectra.append(spectrum[start:end])
            traces.append(np.stack([cut.labels[row] for cut in cuts], 1))
            levels.append(each.level)
    if not spectra:
        raise InputError(f"No recording is as long as a stretch of {config.segment_s:g} s.")
    return Segments(np.stack(spectra), np.stack(traces), np.array(levels, np.int64))


def teach_traces(
    train: Sequence[TracedSpeech], valid: Sequence[TracedSpeech], config: Config = Config(), *, seed: int = 0
) -> TraceModel:
    """Return a model taught on `train`, at its best epoch on `valid`: by the mean concordance of the trace, weighed
    with the accuracy of the level as the loss is. Raises as `segments_of`."""
    told = segments_of(train, config)
    segments_of(valid, config)  # what cannot be cut is said before anything is learned
    torch.manual_seed(seed)
    net = TraceNet(config.net)
    spectra, levels = torch.from_numpy(told.spectra), torch.from_numpy(told.levels)
    known = torch.from_numpy(~np.isnan(told.traces))
    traces = torch.from_numpy(np.nan_to_num(told.traces).astype(np.float32))
    steps, weight = traces.shape[1], config.weight

    def loss(rows: Ints) -> Tensor:
        said = net(spectra[rows], steps)
        lost = torch.zeros(())
        if weight < 1:
            flat = (said.trace.flatten(0, 1), traces[rows].flatten(0, 1), known[rows].flatten(0, 1))
            lost = lost + (1 - weight) * concordance_loss(*flat)
        return lost + weight * F.cross_entropy(said.level, levels[rows]) if weight else lost

    model = TraceModel(net, config)

    def missed() -> float:
        scores = trace_scores(model, valid)
        return -((1 - weight) * scores.ccc + weight * scores.level_accuracy)

    plan = Plan(**{name: getattr(config.plan, name) for name in config.plan.__dataclass_fields__} | {"seed": seed})
    fine_tune(net, loss, missed, lengths=np.ones(len(levels), np.int64), plan=plan)
    return TraceModel(net, config)


class TraceScores(NamedTuple):
    """The mean concordance over dimensions, of all recordings together, and the share of levels that are right."""

    ccc: float
    level_accuracy: float


def trace_scores(model: TraceModel, recordings: Sequence[TracedSpeech], *, score_hz: float = 5.0) -> TraceScores:
    """Return how well recordings are followed, at `score_hz` whatever rate was learned, so that rates compare."""
    truth, said, right = [], [], []
    for each in recordings:
        read = model.read(each.samples)
        truth.append(true_trace(each, score_hz))
        said.append(at_rate(read, score_hz, len(truth[-1])))
        right.append(int(read.level.argmax()) == each.level)
    true, told = np.concatenate(truth), np.concatenate(said)
    here = ~np.isnan(true).any(1)
    values = [ccc(true[here, place], told[here, place]) for place in range(true.shape[1])]
    return TraceScores(float(np.mean(np.nan_to_num(values))), float(np.mean(right)))


def true_trace(recording: TracedSpeech, rate_hz: float) -> Floats:
    """Return the trace of a recording, float64 (step, dimension), `rate_hz` steps a second."""
    columns = [
        resample_trace(recording.times, recording.values[:, place], rate_hz=rate_hz, seconds=recording.seconds)
        for place in range(recording.values.shape[1])
    ]
    return np.stack(columns, 1)


def at_rate(read: TraceReading, rate_hz: float, steps: int) -> Floats:
    """Return a trace that was read at another rate, float64 (step, dimension): straight between the middles of steps.

    >>> at_rate(TraceReading(np.array([[0.0], [1.0]]), 1.0, np.ones(1)), 2.0, 4).ravel().tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    middles = (np.arange(steps) + 0.5) / rate_hz
    known = (np.arange(len(read.trace)) + 0.5) / read.label_hz
    return np.stack([np.interp(middles, known, column) for column in read.trace.T], 1)


def _normalised(spectrum: Samples) -> Samples:
    found: Samples = ((spectrum - spectrum.mean(0)) / np.maximum(spectrum.std(0), 1e-2)).astype(np.float32)
    return found
