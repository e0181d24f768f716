"""Speech detectors in ONNX: a small one made here, and Silero's where it is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto as T
from onnx import helper

from affekt.errors import InputError
from affekt.inference.speech_detector import SpeechDetector
from affekt.signals.speech_activity import Detection


def network(path: Path, *, many: bool) -> Path:
    """Write a detector: the probability is tanh of 50 x the mean magnitude of a window, the state adds them up."""
    shape: list[str | int] = ["windows", 12] if many else [None, None]
    nodes = [
        helper.make_node("Abs", ["input"], ["size"]),
        helper.make_node("ReduceMean", ["size"], ["mean"], axes=[1], keepdims=0 if many else 1),
        helper.make_node("Mul", ["mean", "fifty"], ["scaled"]),
        helper.make_node("Tanh", ["scaled"], ["output"]),
        helper.make_node("ReduceSum", ["output"], ["sum"], keepdims=0),
        helper.make_node("Add", ["state", "sum"], ["stateN"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", T.FLOAT, shape),
        helper.make_tensor_value_info("state", T.FLOAT, [2, None, 3]),
        *([] if many else [helper.make_tensor_value_info("sr", T.INT64, [])]),
    ]
    outputs = [
        helper.make_tensor_value_info("output", T.FLOAT, ["windows"] if many else [None, 1]),
        helper.make_tensor_value_info("stateN", T.FLOAT, [2, None, 3]),
    ]
    fifty = helper.make_tensor("fifty", T.FLOAT, [], [50.0])
    graph = helper.make_graph(nodes, "detector", inputs, outputs, [fifty])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8)
    onnx.save(model, path)
    return path


def bursts(rate: int) -> np.ndarray:
    """A tone from 1 to 2 and from 3 to 3.5 of 5 seconds."""
    time = np.arange(5 * rate) / rate
    on = ((time >= 1) & (time < 2)) | ((time >= 3) & (time < 3.5))
    return (0.5 * np.sin(2 * np.pi * 440 * time) * on).astype(np.float32)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_a_network_finds_what_it_says_is_speech(many: bool, rate: int, tmp_path: Path) -> None:
    detector = SpeechDetector(network(tmp_path / "detector.onnx", many=many), window=8, context=4)
    found = detector.activity(bursts(rate), rate)
    assert [(s.start, s.end) for s in found] == [
        pytest.approx((0.97, 2.03), abs=0.01),
        pytest.approx((2.97, 3.53), abs=0.01),
    ]
    assert detector.activity(np.zeros(rate, np.float32), rate) == ()
    assert detector.activity(np.zeros(0, np.float32), rate) == ()


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("step", [7, 1600, 100_000])
def test_the_stream_says_what_the_whole_says(many: bool, step: int, tmp_path: Path) -> None:
    detector = SpeechDetector(network(tmp_path / "detector.onnx", many=many), window=8, context=4)
    samples = bursts(8000)[: 5 * 8000 - 3]
    stream = detector.stream(8000)
    found = [span for at in range(0, len(samples), step) for span in stream.push(samples[at : at + step])]
    assert (*found, *stream.finish()) == detector.activity(samples, 8000)


def test_windows_follow_each_other_with_what_was_before(tmp_path: Path) -> None:
    detector = SpeechDetector(network(tmp_path / "detector.onnx", many=True), window=8, context=4)
    samples = np.random.default_rng(0).standard_normal(83).astype(np.float32) * np.float32(0.01)
    padded = np.concatenate([np.zeros(4, np.float32), samples, np.zeros(5, np.float32)])
    wanted = [np.tanh(50 * np.abs(padded[at : at + 12]).mean()) for at in range(0, 88, 8)]
    np.testing.assert_allclose(detector.probability(samples, 16000), wanted, rtol=1e-4)
    states = detector.start()
    assert states["state"].shape == (2, 1, 3)
    detector.run(np.ones((3, 12), np.float32), states)
    assert states["state"] == pytest.approx(3.0)


def test_what_is_no_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no speech detector"):
        SpeechDetector(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_text("no network")
    with pytest.raises(InputError, match="no ONNX file that can be run"):
        SpeechDetector(tmp_path / "text.onnx")
    with pytest.raises(InputError, match=r"windows of 64 \+ 512 samples: it takes input"):
        SpeechDetector(network(tmp_path / "other.onnx", many=True))
    detector = SpeechDetector(network(tmp_path / "detector.onnx", many=True), window=8, context=4)
    with pytest.raises(InputError, match="one channel"):
        detector.activity(np.zeros((2, 100), np.float32), 16000)


SILERO = importlib.util.find_spec("silero_vad")


@pytest.mark.skipif(SILERO is None, reason="silero-vad is not installed")
@pytest.mark.parametrize("name", ["silero_vad.onnx", "silero_vad_16k_sequence.onnx"])
def test_silero_fits_the_contract(name: str) -> None:
    assert SILERO is not None and SILERO.origin is not None
    path = Path(SILERO.origin).parent / "data" / name
    if not path.exists():
        pytest.skip(f"this silero-vad has no {name}")
    detector = SpeechDetector(path)
    assert detector.activity(np.zeros(32000, np.float32), 16000, detection=Detection()) == ()
    noise = np.random.default_rng(0).standard_normal(16000).astype(np.float32) * np.float32(0.05)
    found = detector.probability(noise, 16000)
    assert found.shape == (32,) and (found < 0.5).all()
