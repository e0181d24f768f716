"""A frame classifier: which emotion at each moment of a recording, learned from recordings whose timeline is known.

Wang, Ravanelli & Yacoubi 2023, "Speech Emotion Diarization: Which Emotion Appears When?", put a linear layer on each
frame of a pretrained encoder; here it is the network of `speech`, from scratch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from affekt.corpora.clips import RATE, Clips
from affekt.corpora.joined_speech import JoinedPart, JoinedSpeech, spoken_part
from affekt.errors import InputError
from affekt.metrics.classification import unweighted_average_recall
from affekt.models.speech.net import SpeechConfig, SpeechNet
from affekt.signals.mel import log_mel
from affekt.training.fine_tuning import Plan, fine_tune
from affekt.training.speech.windows import HOP_S, Variation, vary
from affekt.types import LabelSpace

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NOWHERE = -100  # the label of a window that is padding


@dataclass(frozen=True, slots=True)
class FrameConfig:
    """How moments are read and learned. hop: frames of 10 ms that an answer stands for; reach: frames to either side of
    its middle that it pools over; seconds: how long the stretches to learn from are."""

    net: SpeechConfig = field(default_factory=lambda: SpeechConfig(widths=(16, 24, 32, 48), hidden=48, dropout=0.2))
    hop: int = 25
    reach: int = 50
    seconds: float = 5.0
    vary: Variation = field(
        default_factory=lambda: Variation(warp=0.1, gain=0.1, time_masks=1, frequency_masks=2, noise=0.05)
    )
    plan: Plan = field(
        default_factory=lambda: Plan(
            epochs=30, batch=16, learning_rate=2e-3, weight_decay=0.02, patience=10, cosine=True, averaging=0.98
        )
    )

    @property
    def hop_s(self) -> float:
        """Seconds that an answer stands for."""
        return self.hop * HOP_S


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A recording and its timeline: spectrum float32 (frame, band), natural log-mel; truth int64 (window,)."""

    spectrum: Samples
    truth: Ints


class FrameClassifier:
    """A network that answers for each moment of a recording."""

    def __init__(self, net: SpeechNet, config: FrameConfig) -> None:
        self.net, self.config = net.eval(), config

    def read(self, samples: Samples) -> Floats:
        """Return probabilities float64 (window, label) of samples float32 (time,) at 16 kHz, one every `hop_s`."""
        return self.read_spectrum(log_mel(samples, RATE))

    def read_spectrum(self, spectrum: Samples) -> Floats:
        """Return probabilities float64 (window, label) of a log-mel spectrum float32 (frame, band)."""
        with torch.no_grad():
            x = torch.from_numpy(_normalised(spectrum))[None]
            logits = self.net.trace(x, hop=self.config.hop, reach=self.config.reach)[0]
        return np.asarray(F.softmax(logits.float(), 1).numpy(), np.float64)


def window_labels(
    parts: Sequence[JoinedPart], space: LabelSpace, *, windows: int, hop_s: float, neutral: str = "neutral"
) -> Ints:
    """Return int64 (window,): the label that holds in the middle of each window, `neutral` between the parts.

    >>> space = LabelSpace("two", ("neutral", "anger"), "exclusive", "example")
    >>> window_labels([JoinedPart(0.5, 1.4, "anger", "ann", "a1")], space, windows=4, hop_s=0.5).tolist()
    [0, 1, 1, 0]
    """
    middles = (np.arange(windows) + 0.5) * hop_s
    found = np.full(windows, space.index(neutral), np.int64)
    for part in parts:
        found[(part.start <= middles) & (middles < part.end)] = space.index(part.label)
    return found


def drawn(recordings: Sequence[JoinedSpeech], space: LabelSpace, config: FrameConfig) -> list[Drawn]:
    """Return joined recordings as a frame classifier takes them."""
    found = []
    for each in recordings:
        spectrum = log_mel(each.samples, RATE)
        windows = -(-len(spectrum) // config.hop)
        found.append(Drawn(spectrum, window_labels(each.parts, space, windows=windows, hop_s=config.hop_s)))
    return found


def drawn_clips(clips: Clips, config: FrameConfig) -> list[Drawn]:
    """Return single clips without the silence around them: each moment of a clip has the label of the clip."""
    found = []
    for samples, label in zip(clips.view("wave"), clips.labels.tolist(), strict=True):
        spectrum = log_mel(spoken_part(np.asarray(samples, np.float32).reshape(-1)), RATE)
        found.append(Drawn(spectrum, np.full(-(-len(spectrum) // config.hop), label, np.int64)))
    return found


def teach_frames(
    train: Sequence[Drawn],
    valid: Sequence[Drawn],
    labels: int,
    config: FrameConfig = FrameConfig(),
    *,
    seed: int = 0,
    start: FrameClassifier | None = None,
) -> FrameClassifier:
    """Return a frame classifier taught on `train`, at the epoch that recalled the moments of `valid` best.

    Stretches are cut anywhere; each recording is normalised by itself, as when it is read. With `start` it goes on from
    what that one knows, which is left as it is. Raises `InputError` where there is nothing to learn from or stop by.
    """
    if not train or not valid:
        raise InputError(f"There are {len(train)} recordings to learn from and {len(valid)} to stop by.")
    torch.manual_seed(seed)
    net = SpeechNet(labels, config.net)
    if start is not None:
        net.load_state_dict(start.net.state_dict())
    classifier = FrameClassifier(net, config)
    spectra = [_normalised(each.spectrum) for each in train]
    size = max(1, round(config.seconds / HOP_S / config.hop))  # in windows

    def loss(rows: Ints) -> Tensor:
        generator = torch.Generator().manual_seed(int(torch.randint(2**62, (1,))))
        x, present, truth = _stretches(spectra, train, rows, size, (config.hop, generator))
        logits = net.trace(vary(x, present, config.vary, generator), present, hop=config.hop, reach=config.reach)
        return F.cross_entropy(logits.float().flatten(0, 1), truth.flatten(), ignore_index=_NOWHERE)

    def missed() -> float:
        answers = np.concatenate([classifier.read_spectrum(each.spectrum) for each in valid])
        truth = np.concatenate([each.truth for each in valid])
        surprise = float(-np.log(answers[np.arange(len(truth)), truth] + 1e-9).mean())
        return 1 - unweighted_average_recall(truth, answers.argmax(1)) + 1e-3 * min(surprise, 10.0)

    plan = Plan(**{name: getattr(config.plan, name) for name in config.plan.__dataclass_fields__} | {"seed": seed})
    fine_tune(net, loss, missed, lengths=np.ones(len(train), np.int64), plan=plan)
    return FrameClassifier(net, config)


def parameters(classifier: FrameClassifier) -> int:
    """Return how many numbers the network has."""
    net: nn.Module = classifier.net
    return sum(each.numel() for each in net.parameters())


def _stretches(
    spectra: Sequence[Samples], train: Sequence[Drawn], rows: Ints, size: int, how: tuple[int, torch.Generator]
) -> tuple[Tensor, Tensor, Tensor]:
    """Stretches of `size` windows: (item, frame, band), bool (item, frame), int64 (item, window)."""
    hop, generator = how
    x = np.zeros((len(rows), size * hop, spectra[0].shape[1]), np.float32)
    present = np.zeros(x.shape[:2], np.bool_)
    truth = np.full((len(rows), size), _NOWHERE, np.int64)
    places = torch.rand(len(rows), generator=generator).tolist()
    for row, (item, place) in enumerate(zip(rows.tolist(), places, strict=True)):
        windows = len(train[item].truth)
        first = int(place * (windows - size + 1)) if windows > size else 0
        taken = spectra[item][first * hop : (first + size) * hop]
        x[row, : len(taken)], present[row, : len(taken)] = taken, True
        told = train[item].truth[first : first + size]
        truth[row, : len(told)] = told
    return torch.from_numpy(x), torch.from_numpy(present), torch.from_numpy(truth)


def _normalised(spectrum: Samples) -> Samples:
    found: Samples = ((spectrum - spectrum.mean(0)) / np.maximum(spectrum.std(0), 1e-2)).astype(np.float32)
    return found
