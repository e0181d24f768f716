"""The encoder: padding changes nothing, published and shipped weights arrive where they belong."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from affekt.errors import InputError
from affekt.inference.text import open_reader
from affekt.layers.text_encoder import EncoderConfig, TextEncoder, load_bert, load_trunk
from affekt.models.index import find_model
from affekt.training.batches import pad
from affekt.training.starting import open_encoder
from affekt.training.text_network import answer

TINY = EncoderConfig(vocabulary=50, positions=16, width=8, layers=2, heads=2, feedforward=16, dropout=0.0)


def test_padding_changes_no_state_of_what_is_there() -> None:
    torch.manual_seed(0)
    encoder = TextEncoder(TINY).eval()
    alone, padded = torch.tensor([[5, 6, 7]]), torch.tensor([[5, 6, 7, 0, 0], [9, 9, 9, 9, 9]])
    assert torch.allclose(encoder.states(alone)[0], encoder.states(padded)[0, :3], atol=1e-5)
    assert torch.allclose(encoder.pool(alone)[0], encoder.pool(padded)[0], atol=1e-5)


def test_bias_tells_attention_where_to_look() -> None:
    torch.manual_seed(0)
    encoder = TextEncoder(TINY).eval()
    ids = torch.tensor([[5, 6, 7]])
    nothing, only_first = torch.zeros(1, 1, 1, 3), torch.tensor([[[[0.0, -1e9, -1e9]]]])
    assert torch.allclose(encoder.states(ids), encoder.states(ids, bias=nothing), atol=1e-6)
    changed = torch.tensor([[5, 8, 9]])
    # Where only the first piece is looked at, the first piece does not care what the others are.
    assert torch.allclose(encoder.states(ids, bias=only_first)[0, 0], encoder.states(changed, bias=only_first)[0, 0])
    assert not torch.allclose(encoder.states(ids)[0, 0], encoder.states(changed)[0, 0])


def test_published_names_are_ours_renamed() -> None:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50,
        max_position_embeddings=16,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        attn_implementation="eager",
    )
    published = BertModel(config).eval()
    encoder = TextEncoder(TINY).eval()
    load_bert(encoder, published.state_dict())
    ids = torch.tensor([[5, 6, 7, 8]])
    assert torch.allclose(encoder.states(ids), published(ids)[0], atol=1e-5)


def test_weights_of_another_size_are_refused() -> None:
    with pytest.raises(InputError, match=r"no BERT-style encoder of 2 layers"):
        load_bert(TextEncoder(TINY), {})
    smaller = TextEncoder(EncoderConfig(vocabulary=40, positions=16, width=8, layers=2, heads=2, feedforward=16))
    with pytest.raises(InputError, match=r"tokens.weight of shape \(50, 8\); the weights hold \(40, 8\)"):
        load_trunk(TextEncoder(TINY), smaller.state_dict())


def test_the_shipped_encoder_reads_in_torch_as_it_reads_in_onnx() -> None:
    start = open_encoder("text")
    texts = ["Thank you so much, that made my day!", "I can't believe they did this to us 😡", "The box is blue."]
    start.encoder.eval()
    ids = start.encode(texts)
    ours = answer(start.encoder.pool, ids)
    theirs = open_reader(find_model("text")).features(texts)
    alike = [np.corrcoef(a, b)[0, 1] for a, b in zip(ours, theirs, strict=True)]
    assert min(alike) > 0.98  # Inputs are rounded to 8 bits there, to bfloat16 here.


def test_a_fresh_encoder_is_drawn_by_its_seed_and_never_gives_piece_0() -> None:
    a, b, c = (open_encoder("fresh", layers=1, seed=seed).encoder.state_dict()["tokens.weight"] for seed in (1, 1, 2))
    assert torch.equal(a, b) and not torch.equal(a, c)
    start = open_encoder("fresh", layers=1)
    ids = start.encode(["", "one two three four"], longest=4)
    assert ids[0] == [101, 102] and len(ids[1]) == 4 and ids[1][-1] == 102
    assert (pad(ids)[1] != 0).all()


def test_an_unknown_encoder_is_named_with_what_there_is() -> None:
    with pytest.raises(InputError, match=r"Unknown encoder 'txt'. Use text, minilm, fresh, a folder"):
        open_encoder("txt")


def test_any_published_encoder_fits_under_the_same_network(tmp_path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import DistilBertConfig, DistilBertModel, PreTrainedTokenizerFast

    words = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[MASK]", "good", "bad"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]"
    )
    fast.save_pretrained(tmp_path)
    torch.manual_seed(0)
    published = DistilBertModel(DistilBertConfig(vocab_size=5, dim=8, n_layers=1, n_heads=2, hidden_dim=16)).eval()
    published.save_pretrained(tmp_path)
    start = open_encoder(f"hf:{tmp_path}")
    start.encoder.eval()
    ids = start.encode(["good bad"])
    assert ids == [[4, 5]] and start.mask_id == 3  # One more than their own, so that 0 is padding.
    here = start.encoder.states(torch.from_numpy(pad([ids[0], [4]])))
    assert torch.allclose(here[0], published(torch.tensor([[3, 4]]))[0][0], atol=1e-5)
