"""Word error rate: by hand, by the recursive definition, and beside jiwer."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.metrics.transcripts import align_words, plain_words, pooled_word_error, word_error

WORDS = st.lists(st.sampled_from("abcd"), max_size=8)


def distance(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    @cache
    def rest(i: int, j: int) -> int:
        if i == len(one) or j == len(other):
            return len(one) - i + len(other) - j
        return min(rest(i + 1, j) + 1, rest(i, j + 1) + 1, rest(i + 1, j + 1) + (one[i] != other[j]))

    return rest(0, 0)


@given(WORDS, WORDS)
def test_alignment_is_whole_and_cheapest(truth: list[str], said: list[str]) -> None:
    pairs = align_words(truth, said)
    assert [pair.truth for pair in pairs if pair.truth is not None] == truth
    assert [pair.prediction for pair in pairs if pair.prediction is not None] == said
    for pair in pairs:
        assert (pair.change == "same") == (pair.truth == pair.prediction)
        assert (pair.change == "insertion") == (pair.truth is None)
        assert (pair.change == "deletion") == (pair.prediction is None)
    error = word_error(truth, said)
    assert error.substitutions + error.deletions + error.insertions == distance(tuple(truth), tuple(said))
    assert error.words == len(truth) == error.hits + error.substitutions + error.deletions
    assert word_error(truth, truth).rate == 0


@given(st.lists(st.sampled_from(["kids", "are", "talking", "dogs"]), min_size=1, max_size=9), st.data())
def test_same_rate_as_jiwer(truth: list[str], data: st.DataObject) -> None:
    jiwer = pytest.importorskip("jiwer")
    said = data.draw(st.lists(st.sampled_from(["kids", "are", "talking", "the"]), max_size=9))
    theirs, ours = jiwer.process_words(" ".join(truth), " ".join(said)), word_error(truth, said)
    assert ours.rate == pytest.approx(theirs.wer)
    assert ours.insertions - ours.deletions == theirs.insertions - theirs.deletions


def test_by_hand_and_bad_input() -> None:
    error = word_error(plain_words("Dogs are sitting, by the door!"), plain_words("dog's sitting by the floor now"))
    assert error == (4 / 6, 2, 1, 1, 3, 6)
    assert word_error("", "two words").rate == 2
    assert word_error(list("door"), list("floor")).rate == 2 / 4
    assert pooled_word_error([error, word_error("a a a a", "a a a a")]).rate == 4 / 10
    assert plain_words("„Rock’n’Roll“ -- 3.5_x") == ["rock'n'roll", "3", "5", "x"]
    with pytest.raises(InputError, match="no transcript"):
        pooled_word_error([])


@pytest.mark.slow
def test_long_transcripts_are_quick() -> None:
    words = [str(number % 97) for number in range(3000)]
    assert word_error(words, [*words[:1500], "new", *words[1501:]]).rate == 1 / 3000
