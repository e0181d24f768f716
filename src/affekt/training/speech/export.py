"""From a trained network to the file that ships: ONNX with 8-bit convolutions, for `affekt.inference.speech`."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from affekt.corpora.clips import Clips
from affekt.models.speech.net import Hearing, SpeechNet
from affekt.training.speech.lesson import Floats
from affekt.training.speech.loop import softmax
from affekt.training.speech.windows import QUIET_DB

Samples = NDArray[np.float32]
_CALIBRATED = 200  # clips that the ranges of activations are taken from


def export_speech(net: SpeechNet, path: Path, *, spectra: Sequence[Samples] = (), hop: int = 50) -> None:
    """Write a network as ONNX: in 8 bits where `spectra`, float32 (frame, band), are given to take ranges from.

    Takes ``features`` float32 (batch, frame, band), natural log-mel spectra, and ``length`` int64 (batch,); gives
    ``logits`` (batch, label) and ``frame_logits`` (batch, window, label), a window for each `hop` frames. Only the
    convolutions are in 8 bits, weights by channel; pooling and the last layer stay float32.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = Hearing(net.eval(), quiet_db=QUIET_DB, hop=hop).eval()
    # Odd sizes, so that nothing takes them for constants.
    example = (torch.randn(2, 211, net.config.features), torch.tensor([211, 150]))
    axes = {"features": {0: "batch", 1: "frame"}, "length": {0: "batch"}, "logits": {0: "batch"}}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The newer exporter needs a further package; tracing warns of shapes that are dynamic by the axes above.
        warnings.simplefilter("ignore")
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            whole,
            example,
            str(plain),
            dynamo=False,
            input_names=["features", "length"],
            output_names=["logits", "frame_logits"],
            dynamic_axes=axes | {"frame_logits": {0: "batch", 1: "window"}},
            opset_version=17,
        )
        if len(spectra):
            _quantize(plain, path, spectra)
        else:
            path.write_bytes(plain.read_bytes())


def _quantize(plain: Path, path: Path, spectra: Sequence[Samples]) -> None:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    quantize_static(
        str(plain),
        str(path),
        _Spectra(spectra[:: max(1, len(spectra) // _CALIBRATED)]),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        per_channel=True,
        # Seven bits of weights: two products of eight add up beyond 16 bits where a processor has no VNNI.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        activation_type=QuantType.QUInt8,
    )


class _Spectra:
    """What ONNX Runtime reads the ranges of activations from, one clip at a time."""

    def __init__(self, spectra: Sequence[Samples]) -> None:
        self.items = iter(spectra)

    def get_next(self) -> dict[str, Any] | None:
        one = next(self.items, None)
        return None if one is None else {"features": one[None], "length": np.array([len(one)], np.int64)}


def answer_onnx(path: Path, clips: Clips, *, temperature: float = 1.0) -> Floats:
    """Return the probabilities float64 (clip, label) of a file that `export_speech` wrote, one thread."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    logits = [
        session.run(["logits"], {"features": spectrum[None], "length": np.array([len(spectrum)], np.int64)})[0][0]
        for spectrum in clips.view("log-mel")
    ]
    return softmax(np.asarray(logits, np.float64) / temperature)
