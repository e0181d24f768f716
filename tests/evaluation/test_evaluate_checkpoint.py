"""A Hugging Face checkpoint, made here: random weights, the official files."""

from __future__ import annotations

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError
from affekt.evaluation.answers import Question, decide
from affekt.evaluation.hugging_face import hugging_face_subject, space_of
from affekt.types import Record, Signal

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
