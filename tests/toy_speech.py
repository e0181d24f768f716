"""A small model of speech with drawn weights, exported to the contract of `affekt.inference.speech`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from affekt.cards import ModelCard
from affekt.types import LabelSpace

SPACE = LabelSpace("toy-voices", ("calm", "joy", "anger"), "exclusive", "none", "calm")
BANDS = 64


def write_toy_speech(folder: Path, *, takes_length: bool = True, seed: int = 0) -> ModelCard:
    """Write the model and return its card: it answers by the mean spectrum of each window of 50 frames."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(seed)
    weights = random.normal(0, 0.05, (BANDS, len(SPACE))).astype(np.float32)
    floats, ints = TensorProto.FLOAT, TensorProto.INT64

    def number(name: str, value: object, kind: type = np.int64) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(value, kind), name)

    constants = [
        numpy_helper.from_array(weights, "weights"),
        number("zero", [0]),
        number("one", [1]),
        number("two", [2]),
        number("minus", [-1]),
        number("fifty", [50]),
        number("axis1", [1]),
        number("axis2", [2]),
        number("split", [0, -1, 50, BANDS]),
        number("scalar0", 0),
        number("scalar1", 1),
        number("least", 1.0, np.float32),
    ]
    node = helper.make_node
    nodes = [node("Shape", ["features"], ["shape"]), node("Slice", ["shape", "one", "two", "zero"], ["frames"])]
    if takes_length:
        nodes.append(node("Unsqueeze", ["length", "axis1"], ["long"]))
    else:
        nodes += [
            node("Slice", ["shape", "zero", "one", "zero"], ["many"]),
            node("Expand", ["frames", "many"], ["flat"]),
        ]
        nodes.append(node("Unsqueeze", ["flat", "axis1"], ["long"]))
    nodes += [
        node("Squeeze", ["frames", "zero"], ["count"]),
        node("Range", ["scalar0", "count", "scalar1"], ["places"]),
        node("Less", ["places", "long"], ["inside"]),
        node("Cast", ["inside"], ["mask"], to=floats),
        node("Unsqueeze", ["mask", "axis2"], ["mask3"]),
        node("Mul", ["features", "mask3"], ["kept"]),
        # Whole: the mean over the frames inside.
        node("ReduceSum", ["kept", "axis1"], ["sum"], keepdims=0),
        node("ReduceSum", ["mask", "axis1"], ["inside_count"], keepdims=1),
        node("Div", ["sum", "inside_count"], ["mean"]),
        node("MatMul", ["mean", "weights"], ["logits"]),
        # Over time: frames padded to a multiple of 50, then the mean of each 50.
        node("Mod", ["frames", "fifty"], ["rest"]),
        node("Sub", ["fifty", "rest"], ["lack"]),
        node("Mod", ["lack", "fifty"], ["add"]),
        node("Concat", ["zero", "zero", "zero", "zero", "add", "zero"], ["pads3"], axis=0),
        node("Pad", ["kept", "pads3"], ["long3"]),
        node("Concat", ["zero", "zero", "zero", "add"], ["pads2"], axis=0),
        node("Pad", ["mask", "pads2"], ["long2"]),
        node("Reshape", ["long3", "split"], ["windows"]),
        node("ReduceSum", ["windows", "axis2"], ["window_sum"], keepdims=0),
        node("Unsqueeze", ["long2", "axis2"], ["long_mask"]),
        node("Concat", ["zero", "minus", "fifty"], ["split2"], axis=0),
        node("Reshape", ["long_mask", "split2"], ["mask_windows"]),
        node("ReduceSum", ["mask_windows", "axis2"], ["window_count"], keepdims=1),
        node("Max", ["window_count", "least"], ["at_least"]),
        node("Div", ["window_sum", "at_least"], ["window_mean"]),
        node("MatMul", ["window_mean", "weights"], ["frame_logits"]),
    ]
    inputs = [helper.make_tensor_value_info("features", floats, ["batch", "frame", BANDS])]
    if takes_length:
        inputs.append(helper.make_tensor_value_info("length", ints, ["batch"]))
    outputs = [
        helper.make_tensor_value_info("logits", floats, ["batch", len(SPACE)]),
        helper.make_tensor_value_info("frame_logits", floats, ["batch", "window", len(SPACE)]),
    ]
    graph = helper.make_graph(nodes, "toy", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "model.onnx")
    np.save(folder / "weights.npy", weights)
    fit = {"scale": [2.0, 1.0, 1.0], "shift": [0.1, 0.0, -0.1], "sd_factor": [1, 1, 1], "thresholds": {}}
    (folder / "fit.json").write_text(json.dumps(fit))
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "fit.json")}
    return ModelCard(
        name="toy-speech",
        version="1",
        summary="drawn weights over mean spectra",
        modality="speech",
        space=SPACE,
        runtime="onnx",
        folder=folder,
        files=files,
        tokenizer=None,
        languages=(),
        window=6,
        licence="none",
        commercial=True,
        code_licence="Apache-2.0",
        trained_on=(),
        paper="none",
        recipe="none",
        dimensions=False,
        intensity=False,
    )
