"""Numbers for words: the same word the same number, nothing lost on the way back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from affekt.inference.word_numbers import WordNumbers


@given(st.lists(st.text()))
def test_texts_come_back(texts: list[str]) -> None:
    numbers = WordNumbers()
    of = [numbers.of(text) for text in texts]
    assert [numbers.words(each) for each in of] == [text.split() for text in texts]
    assert all(number > 0 for each in of for number in each)
    assert len({number for each in of for number in each}) == len({word for text in texts for word in text.split()})


def test_left_out_words_are_gone() -> None:
    numbers = WordNumbers()
    first, second, third = numbers.of("not so happy")
    assert numbers.text([first, 0, third]) == "not happy"
    assert numbers.text([0, 0, 0]) == ""
    assert second not in {first, third}
