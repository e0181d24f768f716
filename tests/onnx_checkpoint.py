"""A tiny text classifier in the layout of the hub, as ONNX, and what it should answer, straight from the formula."""

from __future__ import annotations

import json

import numpy as np

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "so", "happy", "sad", "angry"]
WIDTH = 4


def embedding(rows: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, WIDTH)).astype(np.float32)


def weights(labels: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(WIDTH, labels)).astype(np.float32)


def expected(texts, *, labels: int = 3, several: bool = False, limit: int = 512) -> np.ndarray:
    """Return the probabilities (text, label): the mean embedding of [CLS], words, [SEP], through one layer."""
    rows = []
    for text in texts:
        words = [WORDS.index(word) if word in WORDS else 1 for word in text.split()][: limit - 2]
        logits = embedding(len(WORDS))[[2, *words, 3]].mean(axis=0) @ weights(labels)
        rows.append(1 / (1 + np.exp(-logits)) if several else np.exp(logits) / np.exp(logits).sum())
    return np.array(rows)


def make_checkpoint(
    folder,
    labels,
    *,
    file="model.onnx",
    side="right",
    integers="int64",
    shape=("batch", "piece"),
    pad="[PAD]",
    rows=8,
    extra=None,
    scale=1.0,
    **config,
):
    """Write config.json, tokenizer.json, tokenizer_config.json and an ONNX file to `folder`."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    said = {"model_max_length": 16, "padding_side": side} | ({} if pad is None else {"pad_token": pad})
    (folder / "tokenizer_config.json").write_text(json.dumps(said), encoding="utf-8")
    named = {"id2label": {str(i): label for i, label in enumerate(labels)}, **config}
    (folder / "config.json").write_text(json.dumps(named), encoding="utf-8")
    kind = TensorProto.INT32 if integers == "int32" else TensorProto.INT64
    inputs = [helper.make_tensor_value_info(name, kind, list(shape)) for name in ("input_ids", "attention_mask")]
    if extra is not None:
        inputs.append(helper.make_tensor_value_info(extra, kind, list(shape)))
    constants = {
        "table": embedding(len(WORDS))[:rows],
        "layer": weights(len(labels)) * np.float32(scale),
        "axis": np.array([1]),
        "last": np.array([2]),
    }
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["embedded"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["embedded", "column"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "axis"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "axis"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["mean"]),
        helper.make_node("MatMul", ["mean", "layer"], ["logits"]),
    ]
    made = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [shape[0], len(labels)])
    graph = helper.make_graph(nodes, "toy", inputs, [output], made)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return folder
