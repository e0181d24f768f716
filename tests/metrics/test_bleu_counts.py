"""BLEU from counts against sacrebleu's own corpus score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.metrics.bleu_counts import bleu_counts, bleu_from_counts

bleu_module = pytest.importorskip("sacrebleu.metrics.bleu")
WORDS = st.lists(st.sampled_from(["oh", "my", "god", "I", "won", "!", "we", "did"]), max_size=9).map(" ".join)
PAIRS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_sums_of_counts_are_sacrebleu_of_the_corpus(pairs: list[tuple[str, str]]) -> None:
    truth, said = map(list, zip(*pairs, strict=True))
    whole = bleu_module.BLEU().corpus_score(said, [truth]).score / 100
    found = float(bleu_from_counts(bleu_counts(truth, said).sum(0)))
    assert found == pytest.approx(whole, abs=1e-9)
    assert 0 <= found <= 1


def test_characters_are_counted_for_languages_without_blanks() -> None:
    truth, said = ["彼が恋しいです"], ["彼が恋しいよ"]
    assert bleu_counts(truth, said).tolist()[0][:2] == [1, 1]
    assert bleu_counts(truth, said, tokenize="char").tolist() == [[6, 7, 5, 4, 3, 2, 6, 5, 4, 3]]
    whole = bleu_module.BLEU(tokenize="char").corpus_score(said, [truth]).score / 100
    assert float(bleu_from_counts(bleu_counts(truth, said, tokenize="char")[0])) == pytest.approx(whole)


def test_many_rows_are_one_by_one_the_same() -> None:
    rows = bleu_counts(["we did it all", "oh my", "I won the game !"], ["we did it all", "god", "I won a game !"])
    assert bleu_from_counts(rows).tolist() == [float(bleu_from_counts(row)) for row in rows]
    assert bleu_from_counts(np.zeros(10)).tolist() == 0


def test_wrong_sizes_and_tokenizers_are_told() -> None:
    with pytest.raises(InputError, match="got 1 and 2"):
        bleu_counts(["a", "b"], ["a"])
    with pytest.raises(InputError, match=r"got shape \(4,\)"):
        bleu_from_counts([1, 2, 3, 4])
    with pytest.raises(UnknownNameError, match="13a"):
        bleu_counts(["a"], ["a"], tokenize="14a")
