"""Masking: the rates asked for are the rates there, words are hidden whole, and ends and padding never."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.layers.masked_words import UNASKED, MaskedWordHead, PieceTable, piece_table
from affekt.layers.text_encoder import EncoderConfig, TextEncoder
from affekt.training.masking import (
    Rates,
    biased_rates,
    ends_of,
    mask_batch,
    mask_pieces,
    uniform_rates,
    word_pieces,
)
from affekt.training.starting import open_encoder

EMOTIONAL = {"terrified", "heartbroken", "joy", "exhilarated"}
SENTENCE = "She was terrified, heartbroken and exhilarated by joy when the unfathomable thing happened to us all."


@pytest.fixture(scope="module")
def start():
    return open_encoder("fresh", layers=1)


def test_the_measured_rates_are_within_a_point_of_those_asked_for(start) -> None:
    texts = word_pieces(start, [SENTENCE] * 1500, EMOTIONAL.__contains__)
    share = sum(len({f for f, m in zip(t.first, t.meant, strict=True) if m}) for t in texts) / sum(
        t.words for t in texts
    )
    rates = biased_rates(0.5, share, 0.15)
    masked = mask_batch(texts, rates, start, torch.Generator().manual_seed(0))
    asked = (masked.asked != UNASKED).numpy()
    heads = np.zeros(asked.shape, np.bool_)
    meant = np.zeros(asked.shape, np.bool_)
    for row, text in enumerate(texts):
        places = [p for p in set(text.first) if text.ids[p] not in ends_of(start)]
        heads[row, places] = True
        meant[row, [p for p in places if text.meant[p]]] = True
    assert meant.sum() + (heads & ~meant).sum() > 10_000
    assert asked[meant].mean() == pytest.approx(0.5, abs=0.01)
    assert asked[heads & ~meant].mean() == pytest.approx(rates.other, abs=0.01)
    assert asked[heads].mean() == pytest.approx(0.15, abs=0.01)


def test_of_what_is_asked_for_most_is_hidden_some_replaced_some_left(start) -> None:
    texts = word_pieces(start, [SENTENCE] * 800, EMOTIONAL.__contains__)
    plain = torch.tensor([text.ids for text in texts])
    masked = mask_batch(texts, Rates(1.0, 1.0), start, torch.Generator().manual_seed(1))
    asked = masked.asked != UNASKED
    assert torch.equal(masked.asked[asked], plain[asked])
    assert torch.equal(masked.ids[~asked], plain[~asked])
    assert float((masked.ids[asked] == start.mask_id).float().mean()) == pytest.approx(0.8, abs=0.01)
    # One in ten is left, and a drawn one is rarely itself.
    assert float((masked.ids[asked] == plain[asked]).float().mean()) == pytest.approx(0.1, abs=0.01)
    assert not asked[:, 0].any()
    assert not asked[:, -1].any()


def test_words_are_asked_for_whole(start) -> None:
    texts = word_pieces(start, [SENTENCE] * 200, EMOTIONAL.__contains__)
    assert any(first != place for place, first in enumerate(texts[0].first)), "the sentence has no word of two pieces"
    masked = mask_batch(texts, Rates(0.5, 0.3), start, torch.Generator().manual_seed(2))
    asked = masked.asked != UNASKED
    first = torch.tensor([text.first for text in texts])
    assert torch.equal(asked, asked.gather(1, first))
    assert 0 < int(asked.sum()) < asked.numel()


def test_the_same_generator_hides_the_same(start) -> None:
    texts = word_pieces(start, [SENTENCE, "Short."], EMOTIONAL.__contains__)
    one, same, other = (
        mask_batch(texts, Rates(0.5, 0.5), start, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4)
    )
    assert torch.equal(one.ids, same.ids)
    assert not torch.equal(one.asked, other.asked)


def test_meant_words_are_found_in_any_case_and_in_all_their_pieces(start) -> None:
    (found,) = word_pieces(start, ["HEARTBROKEN, she left."], EMOTIONAL.__contains__)
    spelt = [start.tokenizer.id_to_token(piece) for piece in found.ids]
    meant = "".join(piece.removeprefix("##") for piece, told in zip(spelt, found.meant, strict=True) if told)
    assert meant == "heartbroken"
    assert found.words == 5


def test_a_long_text_is_cut_between_words(start) -> None:
    for longest in range(4, 30):
        (found,) = word_pieces(start, [SENTENCE], EMOTIONAL.__contains__, longest=longest)
        assert len(found.ids) <= longest
        assert len(found.ids) == len(found.first) == len(found.meant)
        assert found.ids[-1] == start.encode([SENTENCE])[0][-1]
        assert not start.tokenizer.id_to_token(start.encode([SENTENCE])[0][len(found.ids) - 1]).startswith("##")


@given(st.floats(0, 1), st.floats(0, 0.9), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_biased_rates_come_to_the_rate_of_all(meant: float, share: float, overall: float) -> None:
    try:
        rates = biased_rates(meant, share, overall)
    except InputError as error:
        other = (overall - meant * share) / (1 - share)
        assert not 0 <= other <= 1, error
        return
    assert share * rates.meant + (1 - share) * rates.other == pytest.approx(overall, abs=1e-9)


def test_rates_outside_their_range_are_refused() -> None:
    with pytest.raises(InputError, match="meant must lie"):
        biased_rates(1.5, 0.1, 0.2)
    with pytest.raises(InputError, match="at most"):
        biased_rates(0.9, 0.5, 0.2)


def test_without_a_mask_nothing_can_be_hidden(start) -> None:
    from dataclasses import replace

    with pytest.raises(InputError, match="has no mask"):
        mask_batch(word_pieces(start, ["Oh."], bool), Rates(1, 1), replace(start, mask_id=None), torch.Generator())


def test_uniform_rates_leave_ends_and_padding_alone() -> None:
    rates = uniform_rates(torch.tensor([[101, 5, 6, 102, 0]]), 0.3, [101, 102])
    assert rates[0].tolist() == pytest.approx([0, 0.3, 0.3, 0, 0])
    masked = mask_pieces(
        torch.tensor([[101, 5, 6, 102, 0]]),
        torch.zeros(1, 5),
        mask_id=103,
        pieces=50,
        generator=torch.Generator().manual_seed(0),
    )
    assert masked.ids.tolist() == [[101, 5, 6, 102, 0]]
    assert (masked.asked == UNASKED).all()


def test_the_loss_is_the_mean_over_what_is_asked_for() -> None:
    torch.manual_seed(0)
    encoder = TextEncoder(EncoderConfig(50, 16, 8, 1, 2, 16, 0.0)).eval()
    head = MaskedWordHead(8, 50)
    table = piece_table(encoder)
    assert table.vectors is encoder.tokens.weight
    ids = torch.tensor([[5, 6, 7], [8, 9, 0]])
    asked = torch.tensor([[UNASKED, 6, UNASKED], [8, UNASKED, UNASKED]])
    states = encoder.states(ids)
    logits = head(states, table.vectors)
    expected = -(logits[0, 1].log_softmax(0)[6] + logits[1, 0].log_softmax(0)[8]) / 2
    assert torch.allclose(head.loss(states, asked, table), expected)
    # A published encoder's rows are one lower than our ids.
    shifted = -(logits[0, 1].log_softmax(0)[5] + logits[1, 0].log_softmax(0)[7]) / 2
    assert torch.allclose(head.loss(states, asked, PieceTable(table.vectors, 1)), shifted)
    assert head.loss(states, torch.full_like(ids, UNASKED), table) == 0
