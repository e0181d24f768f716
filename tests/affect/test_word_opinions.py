import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.affect.words.opinions import (
    POLARITIES,
    SUBJECTIVITIES,
    polarity_class,
    read_opinion,
    subjectivity_class,
)

pytestmark = pytest.mark.filterwarnings("error")


def test_a_word_is_worth_what_the_lexicon_says():
    # good 0.7 and 0.6, bad -0.7 and 0.667: their plain means
    assert read_opinion("good").polarity == pytest.approx(0.7, abs=0.01)
    both = read_opinion("good or bad")
    assert both.words == ("good", "bad")
    assert both.polarity == pytest.approx((read_opinion("good").polarity + read_opinion("bad").polarity) / 2)


def test_degree_words_multiply_and_are_cut_to_their_range():
    plain, very, really = (read_opinion(text) for text in ("nice", "very nice", "really nice"))
    assert very.polarity == pytest.approx(min(1, plain.polarity * 1.3))
    assert plain.polarity < very.polarity < really.polarity <= 1
    assert very.words == ("nice",)


@pytest.mark.parametrize("text", ["not good", "isn't good", "isn’t that good", "never a good idea"])
def test_negation_turns_the_sign_and_halves_it(text):
    assert read_opinion(text).polarity < 0
    assert abs(read_opinion(text).polarity) < read_opinion("good").polarity


def test_negation_does_not_reach_over_a_clause_or_far():
    assert read_opinion("no, good").polarity > 0
    assert read_opinion("no one who came here said good").polarity > 0


@pytest.mark.parametrize("text", ["", "xqzt", "The clinic opens at nine.", "麻疹"])
def test_without_known_words_nothing_is_said(text):
    found = read_opinion(text)
    assert (found.polarity, found.subjectivity, found.sign, found.degree, found.words) == (
        *(0.0, 0.0, "neutral", "least opinionated"),
        (),
    )


@given(st.text(alphabet="good bad very not awful!, ", max_size=60))
def test_the_range_holds_for_any_text(text):
    found = read_opinion(text)
    assert -1 <= found.polarity <= 1
    assert 0 <= found.subjectivity <= 1
    assert found.sign in POLARITIES
    assert found.degree in SUBJECTIVITIES


def test_the_classes_part_their_ranges_in_order():
    grid = [i / 100 for i in range(101)]
    places = [SUBJECTIVITIES.index(subjectivity_class(value)) for value in grid]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2}
    signs = [POLARITIES.index(polarity_class(2 * value - 1)) for value in grid]
    assert signs == sorted(signs)
    assert set(signs) == {0, 1, 2}
