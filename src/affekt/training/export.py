"""From trained networks to the files that ship, small and with answers that do not depend on the batch.

`export_encoder` writes ONNX with 8-bit weights, `save_nano` the arrays of a static network.

Activations are quantized with scales fixed beforehand (`activation_ranges`), weights per output
channel. Only the inputs of matrix products are quantized; the residual stream, soft-max and layer
norm stay float32. Weights use 7 of the 8 bits: processors without VNNI add two u8×s8 products in
16 bits, and 2 · 255 · 64 is the most that fits there, so the file answers alike on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

    from affekt.layers.text_encoder import TextEncoder
    from affekt.models.text_nano.net import NanoNet

Array = NDArray[np.generic]
Picker = Callable[[str, str], str]
_CONTRIB = "com.microsoft"
_LARGEST_WEIGHT = 63
_SAMPLED = 4096


class ActivationRange(NamedTuple):
    """How the inputs of one matrix product are quantized: divided by `smooth`, cut to [low, high].

    smooth: float32 (input,). A few channels of a transformer are a hundred times larger than the
    rest; `smooth` moves that size into the weights, whose channels have scales of their own
    (Xiao et al. 2023, "SmoothQuant").
    """

    low: float
    high: float
    smooth: NDArray[np.float32]


def activation_ranges(
    net: TextEncoder, batches: Iterable[NDArray[np.int64]], *, smoothing: float = 0.5
) -> dict[str, ActivationRange]:
    """Return, for each linear layer of the encoder, the input range that loses least to 8 bits.

    `smoothing` is SmoothQuant's alpha: 0 leaves all difficulty in the inputs, 1 moves it all into
    the weights. Candidate ranges are the observed one shrunk in steps; the one with the least
    squared error (rounding inside plus cutting outside) is kept. Padding is left out.
    """
    seen: dict[str, list[NDArray[np.float32]]] = {}
    present: list[torch.Tensor] = []

    def keep(name: str) -> torch.utils.hooks.RemovableHandle:
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            tokens = inputs[0][present[-1]]
            rows = torch.randperm(len(tokens))[:_SAMPLED]
            seen.setdefault(name, []).append(tokens[rows].float().numpy())

        return net.get_submodule(name).register_forward_pre_hook(hook)

    linears = ("qkv", "attention_out", "expand", "contract")
    handles = [keep(f"layers.{i}.{linear}") for i in range(net.config.layers) for linear in linears]
    net.eval()
    with torch.no_grad():
        for ids in batches:
            present.append(torch.from_numpy(ids) != 0)
            net.pool(torch.from_numpy(ids))
    for handle in handles:
        handle.remove()
    ranges = {}
    for name, parts in seen.items():
        values = np.concatenate(parts)
        weight = net.get_parameter(f"{name}.weight").detach().abs().amax(0).numpy()
        inputs = np.maximum(np.abs(values).max(0), 1e-5)
        smooth = inputs**smoothing / np.maximum(weight, 1e-5) ** (1 - smoothing)
        smooth = (smooth / np.exp(np.log(smooth).mean())).astype(np.float32)
        ranges[name] = _best_range(values / smooth, smooth)
    return ranges


def _best_range(values: NDArray[np.float32], smooth: NDArray[np.float32]) -> ActivationRange:
    low, high = float(values.min()), float(values.max())
    sample = np.random.default_rng(0).choice(values.ravel(), min(values.size, 400_000), replace=False)
    # The extremes decide what cutting costs, so they are always in the sample.
    sample = np.append(sample, [low, high])
    best, least = ActivationRange(low, high, smooth), np.inf
    for share in np.linspace(1.0, 0.2, 41):
        candidate = ActivationRange(low * share, high * share, smooth)
        step = (candidate.high - candidate.low) / 255
        quantized = np.clip(np.round(sample / step), np.round(candidate.low / step), np.round(candidate.high / step))
        error = float(np.square(quantized * step - sample).mean())
        if error < least:
            best, least = candidate, error
    return best


@dataclass
class Graph:
    """An ONNX graph under construction: each method adds nodes and returns the name of their output."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: ArrayLike) -> str:
        """Add a named array."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, *, contrib: bool = False, **attributes: Any) -> str:
        """Add one node with one output."""
        from onnx import helper

        domain = _CONTRIB if contrib else ""
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def rows(self, name: str, table: NDArray[np.float32], picked: Picker, *, quantize: bool) -> str:
        """Rows of a table, as `picked` takes them from a named constant; int8 with a scale per row on request."""
        if not quantize:
            return picked(self.constant(f"{name}.weight", table), f"{name}.rows")
        scale = np.maximum(np.abs(table).max(1, keepdims=True) / 127, 1e-12).astype(np.float32)
        kept = self.constant(f"{name}.int8", np.round(table / scale).astype(np.int8))
        scales = self.constant(f"{name}.scale", scale)
        wide = self.node("Cast", [picked(kept, f"{name}.picked")], f"{name}.wide", to=1)
        return self.node("Mul", [wide, picked(scales, f"{name}.factor")], f"{name}.rows")

    def linear(self, name: str, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """A float32 matrix product plus bias; weight: (out, in)."""
        product = self.node("MatMul", [x, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
        return self.node("Add", [product, self.constant(f"{name}.bias", bias)], f"{name}.out")

    def quantized_linear(
        self, name: str, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32], limits: ActivationRange
    ) -> str:
        """An 8-bit matrix product plus bias with fixed input scale; weight: (out, in)."""
        step = np.float32((limits.high - limits.low) / 255)
        zero = np.uint8(np.clip(np.round(-limits.low / step), 0, 255))
        weight = weight * limits.smooth
        scale = np.maximum(np.abs(weight).max(1) / _LARGEST_WEIGHT, 1e-12).astype(np.float32)
        x = self.node("Mul", [x, self.constant(f"{name}.smooth", 1 / limits.smooth)], f"{name}.smoothed")
        x_scale, x_zero = self.constant(f"{name}.x_scale", step), self.constant(f"{name}.x_zero", np.array(zero))
        x_int8 = self.node("QuantizeLinear", [x, x_scale, x_zero], f"{name}.x")
        inputs = [
            x_int8,
            self.constant(f"{name}.weight", np.round(weight / scale[:, None]).astype(np.int8).T),
            x_scale,
            self.constant(f"{name}.scale", scale),
            x_zero,
            self.constant(f"{name}.zero", np.zeros(len(weight), np.int8)),
            self.constant(f"{name}.bias", bias),
        ]
        return self.node("MatMulIntegerToFloat", inputs, f"{name}.out", contrib=True)

    def add_norm(self, name: str, x: str, residual: str | None, gain: Array, shift: Array) -> str:
        """Layer norm of x, plus `residual` if there is one."""
        scale, bias = self.constant(f"{name}.weight", gain), self.constant(f"{name}.bias", shift)
        if residual is None:
            return self.node("LayerNormalization", [x, scale, bias], f"{name}.out", epsilon=1e-12, axis=-1)
        inputs = [x, residual, scale, bias]
        return self.node("SkipLayerNormalization", inputs, f"{name}.out", contrib=True, epsilon=1e-12)


def export_encoder(
    net: TextEncoder,
    path: Path,
    *,
    ranges: dict[str, ActivationRange] | None,
    heads: Mapping[str, torch.nn.Linear] | None = None,
) -> None:
    """Write `net` as ONNX: ``ids`` int64 (text, token), 0 where masked, to an output for each of `heads` and
    ``features``, the pooled encoding the heads read, float32 (text, width).

    `heads` are linear layers of any size on the pooled encoding, by the name of their output; None takes ``labels``,
    ``vad`` and ``intensity`` of a `TextNet`. With `ranges` the encoder is int8 (tables and matrices); with None it is
    float32 throughout.
    """
    import onnx
    from onnx import TensorProto, helper

    if heads is None:
        heads = {name: net.get_submodule(name) for name in ("labels", "vad", "intensity")}  # type: ignore[misc]
    graph, width = Graph(), net.config.width
    state = {name: value.detach().float().numpy() for name, value in net.state_dict().items()}

    def linear(name: str, x: str) -> str:
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        if ranges is None:
            return graph.linear(name, x, weight, bias)
        return graph.quantized_linear(name, x, weight, bias, ranges[name])

    def norm(name: str, x: str, residual: str | None = None) -> str:
        return graph.add_norm(name, x, residual, state[f"{name}.weight"], state[f"{name}.bias"])

    def rows(name: str, picked: Picker) -> str:
        return graph.rows(name, state[f"{name}.weight"], picked, quantize=ranges is not None)

    def by_id(table: str, output: str) -> str:
        return graph.node("Gather", [table, "ids"], output)

    def first(table: str, output: str) -> str:
        return graph.node("Slice", [table, start, count, start], output)

    start, one = graph.constant("start", np.array([0], np.int64)), graph.constant("one", np.array([1], np.int64))
    count = graph.node("Shape", ["ids"], "count", start=1, end=2)
    masked = graph.node("Equal", ["ids", start], "masked")
    present = graph.node("Not", [masked], "present")
    key_mask = graph.node("Cast", [present], "key_mask", to=TensorProto.INT32)
    x = graph.node("Add", [rows("tokens", by_id), rows("positions", first)], "embedded")
    x = norm("embedding_norm", x)
    split = graph.constant("split", np.array([width] * 3, np.int64))
    for i in range(net.config.layers):
        layer = f"layers.{i}"
        qkv = linear(f"{layer}.qkv", x)
        parts = [f"{layer}.{part}" for part in ("q", "k", "v")]
        graph.nodes.append(helper.make_node("Split", [qkv, split], parts, axis=-1))
        mixed = graph.node(
            "MultiHeadAttention", [*parts, "", key_mask], f"{layer}.mixed", contrib=True, num_heads=net.config.heads
        )
        x = norm(f"{layer}.attention_norm", linear(f"{layer}.attention_out", mixed), x)
        hidden = graph.node("Gelu", [linear(f"{layer}.expand", x)], f"{layer}.hidden", contrib=True)
        x = norm(f"{layer}.feedforward_norm", linear(f"{layer}.contract", hidden), x)
    weight = graph.node("Cast", [present], "weight_flat", to=TensorProto.FLOAT)
    weight = graph.node("Unsqueeze", [weight, graph.constant("last", np.array([2], np.int64))], "weight")
    total = graph.node("ReduceSum", [graph.node("Mul", [x, weight], "weighted"), one], "total", keepdims=0)
    pooled = graph.node(
        "Div", [total, graph.node("ReduceSum", [weight, one], "tokens_present", keepdims=0)], "features"
    )
    outputs = [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["text", width])]
    for head, linear_layer in heads.items():
        matrix, bias = (each.detach().float().numpy() for each in (linear_layer.weight, linear_layer.bias))
        out = graph.linear(f"{head}.head", pooled, matrix, bias)
        graph.node("Identity", [out], head)
        outputs.append(helper.make_tensor_value_info(head, TensorProto.FLOAT, ["text", len(bias)]))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["text", "token"])
    body = helper.make_graph(graph.nodes, "text", [ids], outputs, initializer=graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)]
    model = helper.make_model(body, opset_imports=opsets, ir_version=8, producer_name="affekt")
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def save_nano(net: NanoNet, path: Path) -> None:
    """Write a trained `NanoNet` as the arrays `inference.static.StaticNetwork.load` documents.

    Token rows are kept in int8 with a scale each; everything else is small and stays float32.
    """
    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    tokens = state["tokens.weight"]
    scale = np.maximum(np.abs(tokens).max(1, keepdims=True) / 127, 1e-4).astype(np.float16)
    arrays = {
        "tokens": np.round(tokens / scale.astype(np.float32)).clip(-127, 127).astype(np.int8),
        "token_scale": scale,
        # The first column of Conv1d looks back: it is what a piece says to the place after it.
        "mix": np.concatenate([state["mix.weight"][:, :, k].T for k in range(3)], axis=1),
        "mix_bias": state["mix.bias"],
    }
    for layer in ("hidden", "labels", "vad", "intensity"):
        arrays[layer] = np.ascontiguousarray(state[f"{layer}.weight"].T)
        arrays[f"{layer}_bias"] = state[f"{layer}.bias"]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
