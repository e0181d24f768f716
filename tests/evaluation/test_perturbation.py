"""Perturbations: seeded, harmless at strength 0, never empty, and keeping what they say they keep."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.mistyping import chosen, mistype_words
from affekt.evaluation.perturbation import PERTURBATIONS, parse_perturbations, perturb
from affekt.evaluation.speech_like import number_in_words
from affekt.signals.text import normalise

NAMES = sorted(PERTURBATIONS)
WRITTEN = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *("I", "can't", "do", "not", "believe", "it's", "it", "is", "WONDERFUL", "wonderful,", "today!", "20%"),
                *(
                    "$1,200.50",
                    "😂",
                    "👍🏽",
                    "❤️",
                    "👩‍👩‍👧",
                    "🇬🇧",
                    ":-)",
                    "<3",
                    "Frühstück",
                    "año",
                    "यह",
                    "बहुत",
                    "今天真的非常",
                ),
                *("#sad", "@bob", "https://x.org/a", "...", "мне", "грустно", "they've", "we", "are", "sorry"),
            ]
        ),
        max_size=14,
    ).map(" ".join),
)


def visible(text):
    return any(not each.isspace() and each.isprintable() for each in text)


@settings(deadline=None)
@given(WRITTEN, st.sampled_from(NAMES), st.integers(0, 5), st.sampled_from([0.1, 0.5, 1.0]))
def test_the_same_seed_writes_the_same_whatever_stands_beside_it(text, name, seed, strength):
    alone = perturb([text], name, strength=strength, seed=seed)
    beside = perturb(["Another text.", text, text], name, strength=strength, seed=seed)
    assert beside[1:] == alone * 2


@settings(deadline=None)
@given(WRITTEN, st.sampled_from(NAMES))
def test_strength_zero_changes_nothing(text, name):
    assert perturb([text], name, strength=0.0) == [text]


@settings(deadline=None, max_examples=300)
@given(WRITTEN, st.sampled_from(NAMES), st.sampled_from([0.05, 0.3, 1.0]))
def test_something_to_read_is_left(text, name, strength):
    written = perturb([text], name, strength=strength)[0]
    assert visible(written) or written == text
    if visible(text):
        assert visible(written)


@settings(deadline=None)
@given(WRITTEN, st.sampled_from([0.3, 1.0]))
def test_what_each_keeps(text, strength):
    def new(name):
        return perturb([text], name, strength=strength)[0]

    assert new("lower").lower() == text.lower()
    assert new("upper").upper() == text.upper()
    assert new("whitespace").split() == text.split()
    assert new("joined").replace(" ", "") == text.replace(" ", "")
    assert "".join(filter(str.isalnum, new("punctuation"))) == "".join(filter(str.isalnum, text))
    assert [each for each in new("emoji-removed") if each.isalnum()] == [each for each in text if each.isalnum()]
    assert text in new("link")
    assert re.sub("[\u200b-\u200d\u2060]", "", new("invisible")) == re.sub("[\u200b-\u200d\u2060]", "", text)
    assert len(new("homoglyphs")) == len(text) == len(new("leet"))
    bare = unicodedata.normalize("NFD", text)
    assert set(new("accents")) <= set(unicodedata.normalize("NFC", text)) | set(bare) | set(text)
    assert re.sub(r"(.)\1+", r"\1", new("elongation")) == re.sub(r"(.)\1+", r"\1", text)


@settings(deadline=None)
@given(st.text("abcdefg ", min_size=30, max_size=80), st.integers(0, 20))
def test_more_strength_makes_more_mistakes(text, seed):
    def mistakes(share):
        words = mistype_words(text, "neighbour", share, random.Random(seed)).split()
        return sum(a != b for a, b in zip(words, text.split(), strict=True))

    long = sum(len(word) >= 5 for word in text.split())
    assert mistakes(1.0) == long
    assert mistakes(0.5) == (max(1, round(0.5 * long)) if long else 0)


def test_a_letter_keeps_its_marks():
    text = "मुझे बहुत अच्छा लगा, धन्यवाद"
    for mistake, fewer in (("swap", 0), ("drop", 1)):
        new = mistype_words(text, mistake, 1.0, random.Random(0))
        assert new != text
        assert not any(unicodedata.category(word[0])[0] == "M" for word in new.split())
        if not fewer:
            assert sorted(new) == sorted(text)
    assert mistype_words("cafe\u0301teria", "drop", 1.0, random.Random(3)).count("\u0301") <= 1
    assert mistype_words("ሰላምታችንን", "swap", 1.0, random.Random(0)) != "ሰላምታችንን"


def test_half_of_the_places_are_half_of_the_places():
    assert len(chosen(10, 0.5, random.Random(0))) == 5
    assert len(chosen(10, 0.01, random.Random(0))) == 1
    assert chosen(0, 1.0, random.Random(0)) == set()


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        (
            "expanded",
            "I can’t say it's been good, that's all. Bob's isn't.",
            "I cannot say it has been good, that is all. Bob's is not.",
        ),
        ("expanded", "WON'T. Let's go, they'd know", "WILL NOT. Let us go, they'd know"),
        (
            "contracted",
            "I am not sure we are late, she is not. You are?",
            "I'm not sure we're late, she isn't. You are?",
        ),
        (
            "contracted",
            "You have been kind. You have a dog. CANNOT STOP",
            "You've been kind. You have a dog. CAN'T STOP",
        ),
        ("punctuation", "Well... (really?) :-) #ok, don't stop-start!", "Well really :-) #ok don't stop-start"),
        ("emoji-removed", "Love it ❤️👍🏽!", "Love it !"),
        ("emoji-named", "Love it❤️!", "Love it red heart !"),
        ("emoji-removed", "😂", "😂"),
        ("accents", "Não é só isso, й ü", "Nao e so isso, й u"),
        ("accents", "यह अच्छा", "यह अच्छा"),
        ("dropped", "今天真的非常高兴", "今天真的非常高兴"),
    ],
)
def test_examples(name, text, written):
    assert perturb([text], name) == [written]


def test_speech_says_numbers_and_fills():
    said = perturb(["We paid $1,200.50 for 3% of nothing!!! 😂 https://x.org"], "speech", strength=0.01)[0]
    bare = re.sub(r"\b(uh|um|you know|like|i mean|er) ", "", said)
    assert bare == "we paid one thousand two hundred point five zero dollars for three percent of nothing"
    assert said != bare


@given(st.integers(0, 10**12 - 1))
def test_numbers_in_words_can_be_read_back(number):
    small = {number_in_words(n): n for n in range(20)} | {number_in_words(n): n for n in range(20, 100, 10)}
    total = part = 0
    for word in number_in_words(number).split():
        if word == "hundred":
            part *= 100
        elif word in ("thousand", "million", "billion"):
            total, part = total + part * {"thousand": 10**3, "million": 10**6, "billion": 10**9}[word], 0
        else:
            part += small[word]
    assert total + part == number


def test_english_ones_leave_other_languages_alone():
    texts = ["I can't stop", "Ich can't mehr, ach", "I can't stop"]
    assert perturb(texts, "expanded", languages=["en", "de", None]) == [
        "I cannot stop",
        "Ich can't mehr, ach",
        "I cannot stop",
    ]


def test_the_models_own_spelling_undoes_emoji_names_and_what_cannot_be_seen():
    text = "That is soooo good 😂 thanks"
    for name in ("emoji-named", "invisible"):
        assert normalise(perturb([text], name)[0]).split() == normalise(text).split()


def test_names_and_strengths():
    assert [each.name for each in parse_perturbations("all")] == list(PERTURBATIONS)
    assert [each.name for each in parse_perturbations(" typos=0.2 ,upper=0.5")] == ["typos", "upper=0.5"]
    with pytest.raises(UnknownNameError, match="typos"):
        parse_perturbations("typo")
    for wrong in ("typos=2", "typos=much", "typos=nan", "typos,typos", "typos=0.2,typos", ",", "all,typos"):
        with pytest.raises(InputError):
            parse_perturbations(wrong)


def test_every_perturbation_changes_something_and_says_where_it_is_from():
    text = "I can't believe how wonderful it is, we are SO happy 😂 été!"
    for name, each in PERTURBATIONS.items():
        assert perturb([text], name) != [text], name
        assert each.source and each.which
        assert 0 < each.strength <= 1
