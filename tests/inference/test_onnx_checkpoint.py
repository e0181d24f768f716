"""Checkpoints of others as ONNX, made here: an embedding, its mean, one layer. Answers have to equal NumPy's."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from affekt.errors import InputError
from affekt.inference.checkpoint import find_onnx, open_checkpoint
from onnx_checkpoint import WORDS, embedding, expected, make_checkpoint

TEXTS = ["so happy", "sad", "", "so so sad angry unheard of", "happy " * 40]


def opened(folder):
    return open_checkpoint(folder, find_onnx(folder))


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("integers", ["int64", "int32"])
def test_probabilities_equal_the_formula_whatever_the_batch(tmp_path, several, left, integers):
    problem = "multi_label_classification" if several else "single_label_classification"
    make_checkpoint(
        tmp_path, ["a", "b", "c"], problem_type=problem, side="left" if left else "right", integers=integers
    )
    model = opened(tmp_path)
    assert (model.labels, model.several, model.told) == (("a", "b", "c"), several, True)
    wanted = expected(TEXTS, several=several, limit=16)
    for size in (1, 2, 32):
        assert np.allclose(model.probabilities(TEXTS, batch_size=size), wanted, atol=1e-6)
    assert model.probabilities([]).shape == (0, 3)


def test_graphs_of_one_size_get_it(tmp_path):
    make_checkpoint(tmp_path, ["a", "b", "c"], shape=(2, 16))
    assert np.allclose(opened(tmp_path).probabilities(TEXTS), expected(TEXTS, limit=16), atol=1e-6)


def test_without_a_padding_piece_texts_are_read_one_by_one(tmp_path):
    make_checkpoint(tmp_path, ["a", "b", "c"], pad=None)
    assert np.allclose(opened(tmp_path).probabilities(TEXTS), expected(TEXTS, limit=16), atol=1e-6)


@pytest.mark.parametrize(
    ("config", "settings", "limit"),
    [
        ({}, {"model_max_length": 4}, 4),
        ({"max_position_embeddings": 8}, {"model_max_length": int(1e30)}, 8),
        ({"max_position_embeddings": 8, "model_type": "xlm-roberta"}, {"model_max_length": int(1e30)}, 6),
        ({}, {"model_max_length": int(1e30)}, 512),
    ],
)
def test_long_texts_are_cut_where_the_model_ends(tmp_path, config, settings, limit):
    make_checkpoint(tmp_path, ["a", "b", "c"], **config)
    said = json.loads((tmp_path / "tokenizer_config.json").read_text()) | settings
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(said), encoding="utf-8")
    text = "sad " * 3 + "happy " * 700
    assert np.allclose(opened(tmp_path).probabilities([text]), expected([text], limit=limit), atol=1e-6)


def test_which_file_is_read(tmp_path):
    assert find_onnx(tmp_path) is None
    make_checkpoint(tmp_path, ["a", "b", "c"], file="onnx/model_int8.onnx")
    assert find_onnx(tmp_path).name == "model_int8.onnx"
    (tmp_path / "onnx" / "model_fp16.onnx").write_bytes(b"")
    with pytest.raises(InputError, match=r"several ONNX files: onnx/model_fp16.onnx, onnx/model_int8.onnx"):
        find_onnx(tmp_path)
    assert find_onnx(tmp_path, "onnx/model_int8.onnx").is_file()
    with pytest.raises(InputError, match=r"holds no model_q4.onnx. Its ONNX files: onnx/model_fp16.onnx"):
        find_onnx(tmp_path, "model_q4.onnx")
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"")
    assert find_onnx(tmp_path).name == "model.onnx"


def spoil(folder, name, content):
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("config.json", None, "no config.json"),
        ("config.json", b"{", "no JSON"),
        ("config.json", b"[]", "no settings"),
        ("config.json", b'{"id2label": {"0": "a", "1": "b"}}', "3 numbers, its configuration names 2"),
        ("config.json", b'{"problem_type": "regression"}', "one number"),
        ("tokenizer.json", None, "no tokenizer.json.*save_pretrained"),
        ("tokenizer.json", b"{}", "Cannot read"),
        ("tokenizer_config.json", b"{", "no JSON"),
        ("model.onnx", b"no graph", "Cannot open"),
        ("model.onnx", b"", "Cannot open|no text classifier"),
    ],
)
def test_what_is_missing_or_broken_is_told(tmp_path, name, content, told):
    make_checkpoint(tmp_path, ["a", "b", "c"])
    spoil(tmp_path, name, content)
    with pytest.raises(InputError, match=told):
        open_checkpoint(tmp_path, tmp_path / "model.onnx").probabilities(["sad"])


def test_a_tokenizer_of_another_checkpoint_is_told(tmp_path):
    make_checkpoint(tmp_path, ["a", "b", "c"], rows=3)
    with pytest.raises(InputError, match="same checkpoint"):
        opened(tmp_path).probabilities(["happy sad angry"])


def test_a_graph_that_wants_more_or_answers_otherwise_is_told(tmp_path):
    make_checkpoint(tmp_path, ["a", "b", "c"], extra="pixel_values")
    with pytest.raises(InputError, match="pixel_values"):
        opened(tmp_path).probabilities(["sad"])
    make_checkpoint(tmp_path, ["a", "b", "c"], scale=float("nan"))
    with pytest.raises(InputError, match="not finite"):
        opened(tmp_path).probabilities(["sad"])


def test_labels_stand_in_the_order_of_their_numbers_and_may_be_missing(tmp_path):
    names = [f"l{i}" for i in range(12)]
    make_checkpoint(tmp_path, names)
    assert opened(tmp_path).labels == tuple(names)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["id2label"]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert opened(tmp_path).labels[:2] == ("LABEL_0", "LABEL_1")


def test_neither_torch_nor_transformers_is_loaded(tmp_path):
    make_checkpoint(tmp_path, ["a", "b", "c"])
    code = (
        "import sys, pathlib; from affekt.inference.checkpoint import find_onnx, open_checkpoint;"
        "f = pathlib.Path(sys.argv[1]); print(open_checkpoint(f, find_onnx(f)).probabilities(['sad']).shape);"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1, 3)"


def test_the_reference_itself_tells_texts_apart():
    assert len(WORDS) == len(embedding(len(WORDS)))
    assert not np.allclose(*expected(["happy", "sad"], limit=16))
