"""Where someone speaks, by a network: any ONNX file that says for each window how likely it is speech.

The contract, which Silero's files fit (silero-vad 5 and 6, MIT; the file is given by its path, none comes with affekt):

- the first input takes samples at 16 kHz, float32, either (1, context + window), one window a call, or
  (windows, context + window), any number: the file's own shape says which;
- a scalar int64 input, if there is one, takes the rate; every other input is a state, zeros at the start;
- the first output is the probability of each window, the others are the states after it, in the order of the inputs.

Each window comes with the `context` samples before it, zeros at the start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError
from affekt.inference.session import open_session, runtime_errors
from affekt.signals.resampling import Resampler
from affekt.signals.speech_activity import RATE, Detection, Spans
from affekt.types import Span

Samples = NDArray[np.float32]
# Silero's own advice: speech from .5 on, until .15 below.
DETECTION = Detection(begin=0.5, end=0.35, speech_s=0.25, pause_s=0.1, around_s=0.03)
_TOGETHER = 512  # windows of a call, where a file takes many


class SpeechDetector:
    """A network that was opened once; `activity` of a sound, or `stream` for one that comes bit by bit.

    `window` and `context` are in samples; Silero's have 512 and 64. Raises `InputError` for a missing file and one
    that does not fit the contract.
    """

    def __init__(self, path: Path, *, window: int = 512, context: int = 64, threads: int | None = 1) -> None:
        if not path.is_file():
            raise InputError(f"There is no speech detector at {path}. Give the path of an ONNX file, such as Silero's.")
        try:
            self._session = open_session(path, threads=threads)
        except runtime_errors() as error:
            raise InputError(f"{path} is no ONNX file that can be run: {error}") from error
        self.window, self.context = window, context
        first, *others = self._session.get_inputs()
        self._rates = [i.name for i in others if i.type == "tensor(int64)"]
        self._states = [i for i in others if i.name not in self._rates]
        self._input = first.name
        outputs = self._session.get_outputs()
        width = first.shape[-1] if len(first.shape) == 2 else None
        fits = first.type == "tensor(float)" and len(first.shape) == 2 and len(outputs) == 1 + len(self._states)
        if not fits or (isinstance(width, int) and width != window + context):
            told = ", ".join(f"{i.name} {i.type} {i.shape}" for i in self._session.get_inputs())
            raise InputError(
                f"{path} is no speech detector of windows of {context} + {window} samples: it takes {told} and gives "
                f"{len(outputs)} outputs. See affekt.inference.speech_detector for what it has to be."
            )
        # A file whose probability has one axis runs a whole sequence, state and all, in one call.
        self._many = len(outputs[0].shape) == 1

    def start(self) -> dict[str, NDArray[Any]]:
        """Return the states that a sound begins with."""
        return {
            i.name: np.zeros([size if isinstance(size, int) else 1 for size in i.shape], np.float32)
            for i in self._states
        }

    def run(self, windows: Samples, states: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the probabilities of (window, context + window) samples; `states` are brought up to date."""
        step = _TOGETHER if self._many else 1
        fixed = {name: np.array(RATE, np.int64) for name in self._rates}
        found = []
        for at in range(0, len(windows), step):
            given = {self._input: windows[at : at + step], **states, **fixed}
            probability, *after = self._session.run(None, given)
            states.update(zip((i.name for i in self._states), after, strict=True))
            found.append(np.asarray(probability, np.float32).reshape(-1))
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def probability(self, samples: Samples, rate: int) -> NDArray[np.float32]:
        """Return how likely each window of float32 (time,) samples at any rate is speech, float32 (window,).

        Windows of `window` samples at 16 kHz follow each other; the last is filled with zeros.
        """
        stream = _Windows(self, rate)
        return np.concatenate([stream.push(samples), stream.finish()])

    def activity(self, samples: Samples, rate: int, *, detection: Detection = DETECTION) -> tuple[Span, ...]:
        """Return the stretches, in seconds, in which someone speaks, of float32 (time,) samples at any rate."""
        stream = self.stream(rate, detection=detection)
        return (*stream.push(samples), *stream.finish())

    def stream(self, rate: int, *, detection: Detection = DETECTION) -> DetectorStream:
        """Return the detector on a sound that comes bit by bit; what comes out is what `activity` says of the whole."""
        return DetectorStream(self, rate, detection)


class DetectorStream:
    """A network on a stream of samples; made by `SpeechDetector.stream`."""

    def __init__(self, detector: SpeechDetector, rate: int, detection: Detection) -> None:
        self._windows = _Windows(detector, rate)
        self._spans = Spans(detector.window / RATE, detection=detection)

    def push(self, samples: Samples) -> tuple[Span, ...]:
        """Return the spans that ended, after the next float32 (time,) samples."""
        return self._spans.push(self._windows.push(samples))

    def finish(self) -> tuple[Span, ...]:
        """Return the rest of the spans, after the last samples."""
        rest = self._spans.push(self._windows.finish())
        return (*rest, *self._spans.finish(self._windows.seconds))


class _Windows:
    """Probabilities of whole windows, as their samples come."""

    def __init__(self, detector: SpeechDetector, rate: int) -> None:
        self._detector, self._rate, self._count = detector, rate, 0
        self._states = detector.start()
        self._stream = Resampler(rate, RATE)
        self._samples = np.zeros(detector.context, np.float32)

    @property
    def seconds(self) -> float:
        return self._count / self._rate

    def push(self, samples: Samples) -> NDArray[np.float32]:
        if samples.ndim != 1:
            raise InputError(f"Speech is looked for in one channel, (time,); got {samples.shape}.")
        self._count += len(samples)
        return self._run(self._stream.push(samples[None])[0])

    def finish(self) -> NDArray[np.float32]:
        found = [self._run(self._stream.finish()[0])] if self._count else []
        left = len(self._samples) - self._detector.context
        if left:
            found.append(self._run(np.zeros(self._detector.window - left, np.float32)))
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def _run(self, samples: Samples) -> NDArray[np.float32]:
        self._samples = np.concatenate([self._samples, samples])
        window, context = self._detector.window, self._detector.context
        count = (len(self._samples) - context) // window
        if not count:
            return np.zeros(0, np.float32)
        cut = np.lib.stride_tricks.sliding_window_view(self._samples, window + context)[: count * window : window]
        found = self._detector.run(np.ascontiguousarray(cut), self._states)
        self._samples = self._samples[count * window :]
        return found
