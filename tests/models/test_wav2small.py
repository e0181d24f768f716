"""wav2small: at most 72,000 numbers, one spectrum with NumPy's, the file answers as the network, faster than time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from affekt.inference.session import open_session
from affekt.metrics.regression import ccc
from affekt.models.wav2small.net import HOP, WINDOW, Wav2Small, numbers
from affekt.training.speech.small_export import export_wav2small
from affekt.training.speech.wav2small import Listening, distil


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these only wait for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def used() -> Wav2Small:
    """A network whose batch norms have seen something."""
    torch.manual_seed(0)
    net = Wav2Small().train()
    net(torch.randn(4, 4000))
    return net.eval()


def test_it_has_at_most_72_thousand_numbers(tmp_path: Path) -> None:
    import onnx

    net = Wav2Small()
    assert numbers(net) == 71_920
    assert sum(value.numel() for value in net.parameters() if value.requires_grad) < 72_000
    export_wav2small(net.eval(), tmp_path / "small.onnx")
    kept = [np.prod(each.dims) for each in onnx.load(tmp_path / "small.onnx").graph.initializer if each.data_type == 1]
    assert sum(kept) <= 72_000


def test_the_spectrum_is_that_of_a_fourier_transform() -> None:
    samples = np.random.default_rng(0).normal(size=900).astype(np.float32)
    even = samples - samples.mean()
    even /= np.sqrt((even**2).mean() + 1e-7)
    window = np.hanning(WINDOW + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(even, WINDOW)[::HOP] * window
    net = Wav2Small()
    power = np.abs(np.fft.rfft(frames)) ** 2 @ net.mel.double().numpy()
    expected = 10 * np.log10(np.maximum(power, 1e-10))
    assert np.allclose(net.spectrum(torch.from_numpy(samples)[None])[0].numpy(), expected, atol=1e-3)


def test_loudness_changes_no_answer() -> None:
    net, samples = used(), torch.randn(1, 3000)
    assert torch.allclose(net(samples), net(0.05 * samples + 0.2), atol=1e-3)


@pytest.mark.parametrize("length", [64, 3000, 16_000])
def test_the_file_answers_as_the_network(length: int, tmp_path: Path) -> None:
    net, samples = used(), torch.randn(2, length)
    export_wav2small(net, tmp_path / "small.onnx")
    said = open_session(tmp_path / "small.onnx", threads=1).run(None, {"samples": samples.numpy()})[0]
    with torch.no_grad():
        assert np.allclose(said, net(samples).numpy(), atol=1e-4)


def test_the_file_is_faster_than_what_it_hears(tmp_path: Path) -> None:
    export_wav2small(used(), tmp_path / "small.onnx")
    session = open_session(tmp_path / "small.onnx", threads=2)
    heard = np.random.default_rng(0).normal(size=(1, 4 * 16_000)).astype(np.float32)
    session.run(None, {"samples": heard})
    took = []
    for _ in range(3):
        started = time.perf_counter()
        session.run(None, {"samples": heard})
        took.append(time.perf_counter() - started)
    assert min(took) < 4


def voices(count: int, seed: int) -> list[np.ndarray]:
    """Tones of some height in noise of some strength (synthetic): nobody has labelled them."""
    random, sounds = np.random.default_rng(seed), []
    for _ in range(count):
        angle = 2 * np.pi * random.uniform(150, 3000) * np.arange(4000) / 16_000
        sounds.append((np.sin(angle) + random.uniform(0.05, 1) * random.normal(size=4000)).astype(np.float32))
    return sounds


def teacher(sound: np.ndarray) -> np.ndarray:
    """Any function of a sound is a teacher: where its spectrum lies, how wide it is, how noisy (arousal, …)."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    share, place = power / power.sum(), np.linspace(-1, 1, len(power))
    middle = float(share @ place)
    return np.array([middle, float(np.sqrt(share @ (place - middle) ** 2)), -float(share.max())])


@pytest.mark.slow
def test_a_student_learns_what_its_teacher_says_and_nothing_else() -> None:
    heard: list[int] = []

    def told(teach: Callable[[np.ndarray], np.ndarray], sounds: list[np.ndarray]) -> np.ndarray:
        heard.extend(range(len(sounds)))
        return np.stack([teach(sound) for sound in sounds])

    sounds = voices(96, 0)
    net = distil(sounds, told(teacher, sounds), seed=0, listening=Listening(epochs=8, batch=16, seconds=0.25))
    unseen = voices(60, 1)
    with torch.no_grad():
        said = net(torch.from_numpy(np.stack(unseen))).numpy()
    truth = told(teacher, unseen)
    assert len(heard) == 156
    assert np.mean([ccc(truth[:, k], said[:, k]) for k in range(3)]) > 0.5
