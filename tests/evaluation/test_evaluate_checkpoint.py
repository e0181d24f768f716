"""A Hugging Face checkpoint, made here: random weights, the official files; as ONNX, and read by transformers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from affekt.affect.spaces import find_space
from affekt.cli import affekt
from affekt.errors import InputError, MissingDependencyError
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.hugging_face import hugging_face_subject, space_of
from affekt.evaluation.subjects import find_subject
from affekt.types import Record, Signal
from onnx_checkpoint import expected, make_checkpoint

SIGNS, EKMAN = find_space("sentiment"), find_space("ekman")


def checkpoint(folder, labels, **config):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "so", "happy", "sad"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    tokenizer = transformers.BertTokenizerFast(vocab_file=str(folder / "vocab.txt"))
    torch.manual_seed(0)
    shape = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    made = transformers.BertConfig(vocab_size=len(words), id2label=dict(enumerate(labels)), **shape, **config)
    model = transformers.BertForSequenceClassification(made)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_checkpoint_answers_in_the_labels_of_its_configuration(tmp_path):
    records = tuple(Record(str(i), Signal(text), "test") for i, text in enumerate(("so happy", "sad", "so so sad")))
    single = checkpoint(tmp_path, ["Positive", "NEGATIVE", "neutral"])
    said = hugging_face_subject(str(single)).answer(Question(records, SIGNS))
    assert said.space.name == "sentiment"
    assert said.probabilities.sum(1) == pytest.approx([1.0] * 3, abs=1e-5)
    assert decide(said, SIGNS).decision.sum(1).tolist() == [1, 1, 1]
    alone = hugging_face_subject(str(single)).answer(Question(records[1:2], SIGNS))
    assert np.allclose(alone.probabilities[0], said.probabilities[1], atol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_multi_label_checkpoint_gives_each_label_its_own_probability(tmp_path):
    records = (Record("1", Signal("so happy"), "test"),)
    folder = checkpoint(tmp_path, list(reversed(EKMAN.labels)), problem_type="multi_label_classification")
    said = hugging_face_subject(str(folder)).answer(Question(records, EKMAN))
    assert said.space.name == "ekman"
    assert 1.5 < said.probabilities.sum() < 4.5


def test_labels_of_no_space_are_told():
    with pytest.raises(InputError, match="LABEL_0"):
        space_of(["LABEL_0", "LABEL_1"], [SIGNS, None])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_folder_that_holds_no_checkpoint_is_told(tmp_path):
    pytest.importorskip("transformers")
    with pytest.raises(InputError, match="Cannot open"):
        hugging_face_subject(str(tmp_path)).answer(Question((Record("1", Signal("x"), "test"),), SIGNS))


TEXTS = ("so happy", "sad", "so so sad")
ASKED = Question(tuple(Record(str(i), Signal(text), "test") for i, text in enumerate(TEXTS)), SIGNS)
THREE = ["negative", "neutral", "positive"]


def test_an_onnx_file_is_read_in_the_labels_of_its_configuration(tmp_path):
    make_checkpoint(tmp_path, ["Positive", "NEGATIVE", "neutral"], problem_type="single_label_classification")
    subject = find_subject(f"hf:{tmp_path}")
    assert (subject.name, subject.version) == (tmp_path.name, "onnx-model")
    said = subject.answer(ASKED)
    assert said.space.name == "sentiment"
    assert np.allclose(said.probabilities, expected(TEXTS)[:, [1, 2, 0]], atol=1e-6)
    assert not said.notes


def test_a_variant_is_named_behind_an_at(tmp_path):
    make_checkpoint(tmp_path, THREE, file="onnx/model.onnx")
    make_checkpoint(tmp_path, THREE, file="onnx/model_int8.onnx", scale=0.0)
    subject = hugging_face_subject(f"{tmp_path}@onnx/model_int8.onnx")
    assert (subject.name, subject.version) == (tmp_path.name, "onnx-model_int8")
    assert np.allclose(subject.answer(ASKED).probabilities, 1 / 3)
    assert not np.allclose(hugging_face_subject(str(tmp_path)).answer(ASKED).probabilities, 1 / 3)
    with pytest.raises(InputError, match=r"holds no onnx/model_q4\.onnx"):
        hugging_face_subject(f"{tmp_path}@onnx/model_q4.onnx")


def test_labels_without_a_name_are_refused_until_they_are_told(tmp_path):
    make_checkpoint(tmp_path, ["LABEL_0", "LABEL_1", "LABEL_2"])
    with pytest.raises(InputError, match=r"says nothing.*--answer-labels LABEL_0=NAME"):
        hugging_face_subject(str(tmp_path)).answer(ASKED)
    names = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}
    said = hugging_face_subject(str(tmp_path), names=names).answer(ASKED)
    assert np.allclose(said.probabilities, expected(TEXTS), atol=1e-6)
    assert "whether several labels may hold" in said.notes[0]
    with pytest.raises(InputError, match="no label LABEL_7"):
        hugging_face_subject(str(tmp_path), names={"LABEL_7": "negative"}).answer(ASKED)
    with pytest.raises(InputError, match="says nothing"):
        hugging_face_subject(str(tmp_path), names={"LABEL_0": "negative"}).answer(ASKED)


@pytest.mark.parametrize("several", [False, True])
def test_labels_may_be_some_of_a_space_and_two_may_be_one(tmp_path, several):
    problem = "multi_label_classification" if several else "single_label_classification"
    make_checkpoint(tmp_path, ["joy", "elation", "anger"], problem_type=problem)
    with pytest.raises(InputError, match=r"labels of no space known.*--answer-labels joy=NAME"):
        hugging_face_subject(str(tmp_path)).answer(ASKED)
    with pytest.raises(InputError, match=r"elation: labels.*ekman does not hold"):
        hugging_face_subject(str(tmp_path), space=EKMAN).answer(ASKED)
    said = hugging_face_subject(str(tmp_path), space=EKMAN, names={"elation": "joy"}).answer(ASKED)
    reference = expected(TEXTS, several=several)
    joy = reference[:, :2].max(axis=1) if several else reference[:, :2].sum(axis=1)
    assert np.allclose(said.probabilities[:, EKMAN.index("joy")], joy, atol=1e-6)
    assert np.allclose(said.probabilities[:, EKMAN.index("anger")], reference[:, 2], atol=1e-6)
    assert "does not know: disgust, fear, sadness, surprise" in said.notes[0]


def test_what_the_hub_keeps_here_is_found_without_its_tools(tmp_path, monkeypatch):
    kept = tmp_path / "hub" / "models--org--toy"
    (kept / "snapshots" / "abc").mkdir(parents=True)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc", encoding="utf-8")
    make_checkpoint(kept / "snapshots" / "abc", THREE, file="onnx/model.onnx")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    for name in ("org/toy", "org/toy@onnx/model.onnx"):
        subject = hugging_face_subject(name)
        assert (subject.name, subject.version) == ("toy", "onnx-model")
        assert subject.answer(ASKED).answered.all()
    with pytest.raises(InputError, match="hf download org/other"):
        hugging_face_subject("org/other@model.onnx")


def test_without_onnx_and_transformers_the_install_line_is_given(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingDependencyError, match="pip install transformers torch"):
        hugging_face_subject(str(tmp_path)).answer(ASKED)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("problem", [None, "multi_label_classification"])
def test_onnx_and_transformers_say_the_same(tmp_path, problem):
    folder = checkpoint(tmp_path, THREE, problem_type=problem)
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    by_torch = hugging_face_subject(str(folder)).answer(ASKED)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager").eval()

    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask, token_type_ids):
            return self.model(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits

    shape = torch.ones((2, 5), dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    try:
        torch.onnx.export(
            *(Plain(), (shape, shape, shape), str(folder / "model.onnx")),
            input_names=names,
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "piece"} for name in names},
            dynamo=False,
        )
    except (ImportError, torch.onnx.errors.OnnxExporterError, RuntimeError, TypeError) as error:
        pytest.skip(f"this torch exports no ONNX: {str(error).splitlines()[0]}")
    by_onnx = hugging_face_subject(str(folder)).answer(ASKED)
    assert np.allclose(by_onnx.probabilities, by_torch.probabilities, atol=1e-5)


def test_the_verb_scores_it(tmp_path, monkeypatch):
    folder = tmp_path / "dair_emotion"
    folder.mkdir()
    for split in ("train", "val", "test"):
        lines = [
            f"i feel so {word} {i};{label}" for word, label in (("happy", "joy"), ("sad", "sadness")) for i in "ab"
        ]
        (folder / f"{split}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("AFFEKT_DATA", str(tmp_path))
    (tmp_path / "toy").mkdir()
    make_checkpoint(tmp_path / "toy", ["LABEL_0", "LABEL_1", "LABEL_2"])
    arguments = ["evaluate", f"hf:{tmp_path / 'toy'}", "--on", "dair_emotion:test", "--resamples", "20", "--json"]
    refused = CliRunner().invoke(affekt, arguments)
    assert (refused.exit_code, "says nothing" in refused.output) == (1, True)
    told = ["--answers-in", "ekman", "--answer-labels", "LABEL_0=joy,LABEL_1=sadness,LABEL_2=anger"]
    done = CliRunner().invoke(affekt, [*arguments, *told])
    found = json.loads(done.stdout)
    assert (found["version"], found["items"]) == ("onnx-model", 4)
