"""The remembered tokenizer gives the library's own pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from affekt.inference.tokens import END, START, WordPieces
from affekt.models.index import find_model
from affekt.signals.text import normalise

PATH = find_model("text").tokenizer
LIBRARY = Tokenizer.from_file(str(PATH))
LIBRARY.no_truncation()
LIBRARY.no_padding()


@given(st.text(max_size=60))
@pytest.mark.filterwarnings("ignore")
def test_same_pieces_as_the_library(text):
    expected = LIBRARY.encode(normalise(text), add_special_tokens=False).ids
    pieces = WordPieces.load(PATH)
    assert pieces.pieces(text) == expected
    assert pieces.pieces(text) == expected  # once more, from memory


def test_encode_adds_the_ends():
    pieces = WordPieces.load(PATH)
    assert pieces.encode("good") == [START, *pieces.pieces("good"), END]


def test_flat_is_the_texts_one_after_the_other():
    pieces, texts = WordPieces.load(PATH), ["not bad at all", "", "😂 okayyyy", "x" * 300]
    ids, offsets = pieces.flat(texts)
    assert offsets[0] == 0 and offsets[-1] == len(ids)
    for i, text in enumerate(texts):
        assert ids[offsets[i] : offsets[i + 1]].tolist() == pieces.pieces(text)
    assert ids.dtype == np.int32
