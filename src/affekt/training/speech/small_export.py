"""A trained Wav2Small as an ONNX file that reads the waveform."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.models.wav2small.net import BANDS, CHANNELS, HOP, WINDOW, Wav2Small
from affekt.training.export import Graph


def export_wav2small(net: Wav2Small, path: Path) -> None:
    """Write `net` as ONNX: ``samples`` float32 (clip, time), 16 kHz, to ``answers`` float32 (clip, output).

    Batch norms are folded into the convolutions before them, so that the file holds less than 72,000 numbers. Answers
    are those of the network as it answers, not as it learns.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = Graph()
    state = {name: value.detach().double().numpy() for name, value in (*net.named_parameters(), *net.named_buffers())}
    small = {name: np.asarray(value, np.float32) for name, value in state.items() if value.dtype.kind == "f"}
    constant, node = graph.constant, graph.node
    last = constant("last", np.array([1], np.int64))
    centred = node("Sub", ["samples", node("ReduceMean", ["samples"], "mean", axes=[1])], "centred")
    squares = node("ReduceMean", [node("Mul", [centred, centred], "squared")], "power", axes=[1])
    root = node("Sqrt", [node("Add", [squares, constant("least", np.float32(1e-7))], "not_zero")], "root")
    even = node("Unsqueeze", [node("Div", [centred, root], "even"), last], "one_channel")
    waves = node("Conv", [even, constant("filters", small["filters"])], "waves", strides=[HOP])
    waves = node("Mul", [waves, waves], "waves_squared")
    real = WINDOW // 2 + 1
    starts = {
        name: constant(name, np.array([at], np.int64)) for name, at in (("zero", 0), ("real", real), ("all", 999))
    }
    cosines = node("Slice", [waves, starts["zero"], starts["real"], last], "cosines")
    sines = node("Slice", [waves, starts["real"], starts["all"], last], "sines")
    # The first and the last frequency have no sine.
    sides = constant("sides", np.array([0, 1, 0, 0, 1, 0], np.int64))
    power = node("Add", [cosines, node("Pad", [sines, sides], "sines_between")], "spectrum")
    bands = node(
        "MatMul", [node("Transpose", [power], "by_frame", perm=[0, 2, 1]), constant("mel", small["mel"])], "mels"
    )
    heard = node("Max", [bands, constant("floor", np.float32(1e-10))], "heard")
    decibels = node("Mul", [node("Log", [heard], "log"), constant("to_db", np.float32(10 / np.log(10)))], "decibels")
    x = node("Unsqueeze", [decibels, last], "picture")
    for layer in range(len(net.convolutions)):
        norm = {part: state[f"norms.{layer}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")}
        factor = norm["weight"] / np.sqrt(norm["running_var"] + net.norms[layer].eps)
        weight = (state[f"convolutions.{layer}.weight"] * factor[:, None, None, None]).astype(np.float32)
        bias = (norm["bias"] - norm["running_mean"] * factor).astype(np.float32)
        inputs = [x, constant(f"convolution{layer}", weight), constant(f"bias{layer}", bias)]
        x = node("Relu", [node("Conv", inputs, f"convolved{layer}", pads=[1, 1, 1, 1])], f"layer{layer}")
        if layer == 2:
            x = node("MaxPool", [x], "pooled", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    shape = constant("tokens_shape", np.array([0, -1, CHANNELS * BANDS // 2], np.int64))
    tokens = node("Reshape", [node("Transpose", [x], "by_time", perm=[0, 2, 1, 3]), shape], "tokens")
    weighed = node("MatMul", [tokens, constant("attend", small["attend.weight"].T)], "attended")
    shares = node("Softmax", [weighed], "shares", axis=1)
    said = node("Mul", [node("MatMul", [tokens, constant("token", small["token.weight"].T)], "told"), shares], "shared")
    pooled = node("ReduceSum", [said, last], "clip", keepdims=0)
    node("Identity", [graph.linear("head", pooled, small["head.weight"], small["head.bias"])], "answers")
    body = helper.make_graph(
        graph.nodes,
        "wav2small",
        [helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["clip", "time"])],
        [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["clip", len(small["head.bias"])])],
        initializer=graph.constants,
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="affekt")
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def quantize_wav2small(plain: Path, path: Path, sounds: Sequence[NDArray[np.float32]]) -> None:
    """Write the 8-bit form of a file of `export_wav2small`: its seven convolutions and the two layers of its pooling.

    sounds: float32 (time,) each, 16 kHz, that the ranges of what goes on in it are taken from. The spectrum, of which
    the range is far too wide for 8 bits, and the last layer stay float32.
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    path.parent.mkdir(parents=True, exist_ok=True)
    quantize_static(
        str(plain),
        str(path),
        _Sounds(sounds),
        quant_format=QuantFormat.QDQ,
        nodes_to_quantize=_named(plain),
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        activation_type=QuantType.QUInt8,
    )


def _named(plain: Path) -> list[str]:
    """Give each node of the file the name of what it gives, and return those of the nodes that are quantized."""
    import onnx

    inner = {"attend", "token"} | {f"convolution{layer}" for layer in range(7)}
    model = onnx.load(plain)
    for node in model.graph.node:
        node.name = node.output[0]
    onnx.save(model, plain)
    return [node.name for node in model.graph.node if inner.intersection(node.input)]


class _Sounds:
    """What ONNX Runtime reads the ranges of activations from, one sound at a time."""

    def __init__(self, sounds: Sequence[NDArray[np.float32]]) -> None:
        self.items = iter(sounds)

    def get_next(self) -> dict[str, Any] | None:
        sound = next(self.items, None)
        if sound is None:
            return None
        return {"samples": np.pad(sound, (0, max(0, WINDOW - len(sound)))).astype(np.float32)[None]}
