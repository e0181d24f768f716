"""The n-gram reader: its grams, its tables against the formula, its language check, and several models as one."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.inference.grams import GramCutter, split_words
from affekt.inference.ngrams import LanguageTable, NgramReader, Variety, load_varieties
from affekt.inference.text import open_reader
from affekt.models.index import AUTO, find_model

CARD = find_model("text-multi")

# One plain sentence each in languages of several scripts and families.
SENTENCES = {
    "af": "Ek is baie bly dat julle vandag almal hier is",
    "am": "ዛሬ በጣም ደስ ብሎኛል",
    "de": "Ich bin heute sehr traurig, weil du nicht da bist",
    "en": "I'm so sad that you couldn't come to my birthday party yesterday",
    "es": "Estoy muy triste hoy porque no estás aquí",
    "hi": "मैं आज बहुत खुश हूँ",
    "pt": "Estou muito feliz hoje, obrigado a todos vocês",
    "ro": "Sunt foarte trist astăzi pentru că nu ești aici",
    "ru": "Мне сегодня очень грустно, потому что тебя нет",
    "sv": "Jag är väldigt ledsen idag för att du inte är här",
    "uk": "Мені сьогодні дуже сумно, бо тебе немає поруч",
    "zh": "我今天非常难过，因为你不在这里",
}


def reference_grams(text):
    """Counts of the hashed grams of a text, straight from the description."""
    words = split_words(text)
    grams = [f"\x02{a} {b}" for a, b in pairwise(words)]
    for word in words:
        padded = f" {word} "
        grams.append(f"\x01{word}")
        grams += [
            padded[i : i + n] for n in range(1, 6) for i in range(len(padded) - n + 1) if padded[i : i + n] != " "
        ]
    counts = {}
    for gram in grams:
        key = crc32(gram.encode("utf-8", "replace")) >> 8
        counts[key] = counts.get(key, 0) + 1
    return counts


@given(st.text(max_size=60))
def test_grams_are_those_of_the_description(text):
    weighed = GramCutter().weigh(split_words(text))
    counts = reference_grams(text)
    assert weighed.keys.tolist() == sorted(counts)
    weights = np.array([1 + np.log(counts[key]) for key in sorted(counts)])
    if len(weights):
        np.testing.assert_allclose(weighed.weights, weights / np.linalg.norm(weights), rtol=1e-5)


def test_a_line_without_spaces_is_cut():
    assert max(map(len, split_words("a" * 5_001))) == 2_000
    assert "".join(split_words("a" * 5_001)) == "a" * 5_001


def test_no_pair_reaches_across_a_masked_word():
    cutter = GramCutter()
    masked = set(cutter.weigh(["so", "", "sad"]).keys.tolist())
    pairs = {crc32(pair.encode()) >> 8 for pair in ("\x02so sad", "\x02so ", "\x02 sad")}
    assert not masked & pairs and masked == set(cutter.weigh(["so"]).keys) | set(cutter.weigh(["sad"]).keys)


def test_score_follows_the_formula():
    cutter = GramCutter()
    weighed = cutter.weigh(["glad"])
    keys = np.sort(np.array([weighed.keys[0], weighed.keys[3], 7], np.uint32))
    weights = np.arange(-3, 3, dtype=np.int8).reshape(3, 2)
    one = np.ones(2, np.float32)
    variety = Variety("x", "xx", keys, weights, np.array([0.5, 2], np.float32), one, 2 * one, -one, {})
    expected = np.zeros(2)
    for key, weight in zip(weighed.keys, weighed.weights, strict=True):
        for row in np.flatnonzero(keys == key):
            expected += weight * weights[row] * [0.5, 2]
    np.testing.assert_allclose(variety.score(weighed), expected, rtol=1e-5)
    np.testing.assert_allclose(
        variety.probabilities(variety.score(weighed)), 1 / (1 + np.exp(-(2 * (expected + 1) - 1))), rtol=1e-5
    )


def test_tables_are_sorted_and_name_the_languages_of_the_card():
    varieties = load_varieties(CARD.folder)
    assert sorted({variety.language for variety in varieties}) == sorted(CARD.languages)
    for variety in varieties:
        assert (np.diff(variety.keys.astype(np.int64)) > 0).all() and variety.keys[-1] < 1 << 24
        assert (variety.scale > 0).all(), "calibration never turns a ranking round"
    assert sum((CARD.folder / name).stat().st_size for name in CARD.files) <= 8_000_000


def test_languages_are_found():
    reader = NgramReader.load(CARD)
    assert dict(zip(SENTENCES, reader.languages(list(SENTENCES.values())), strict=True)) == {
        language: language for language in SENTENCES
    }


@pytest.mark.parametrize(
    "text",
    [
        "Je suis très heureux de vous voir tous aujourd'hui",
        "Tämä oli todella surullinen tarina",
        "Είμαι πολύ χαρούμενος σήμερα",
        "ฉันมีความสุขมาก",
        "நான் இன்று மிகவும் மகிழ்ச்சியாக இருக்கிறேன்",
        "私は今日とても悲しいです",
        "מאוד שמחתי לראות אתכם היום",
    ],
)
def test_other_languages_and_scripts_are_refused(text):
    assert NgramReader.load(CARD).languages([text]) == [None]
    assert not open_reader(CARD).estimate([text]).supported.any()


def test_language_table_refuses_what_another_class_says_better():
    evidence = np.zeros((1 << 15, 2), np.int8)
    evidence[5] = [-100, 100]
    table = LanguageTable(evidence, 0.1, ("ours", "other"), 1, frozenset({0}))
    assert table.find(np.full(10, 5), "abc") is None
    assert table.find(np.full(10, 4), "abc") == 0
    assert table.find(np.full(10, 4), "ß" + "ж" * 3) is None, "a script of no language it reads"
    assert table.find(np.zeros(0, np.int64), "!!") == 0


def test_told_language_chooses_the_table_and_thresholds_differ():
    reader = open_reader(CARD)
    text = "Mama, no no no"
    in_german, in_spanish = (reader.estimate([text], language=language) for language in ("de", "es"))
    assert not np.allclose(in_german.probabilities, in_spanish.probabilities)
    assert not np.allclose(in_german.limits["brighter"], in_spanish.limits["brighter"])
    assert np.isnan(reader.estimate([text], language="fr").limits["brighter"]).all()


def test_labels_nobody_rated_are_never_answered():
    said = open_reader(CARD).estimate(["That is disgusting, vile and gross, I feel sick"], language="en")
    disgust = CARD.space.index("disgust")
    assert said.probabilities[0, disgust] < 0.02 and said.limits["brighter"][0, disgust] > 0.9


def test_votes_are_refused():
    with pytest.raises(InputError, match="did not learn people's votes"):
        open_reader(CARD).estimate(["fine"], raters=CARD.space)


def test_masked_pieces_read_as_the_text_without_them():
    reader = open_reader(CARD)
    ids = reader.pieces("Ich habe Angst vor morgen")
    whole, masked, nothing = reader.estimate_pieces([ids, [*ids[:2], 0, *ids[3:]], [0, 0]]).probabilities
    fear = CARD.space.index("fear")
    assert whole[fear] > masked[fear] + 0.1 and np.isnan(nothing).all()
    np.testing.assert_allclose(whole, reader.estimate(["Ich habe Angst vor morgen"]).probabilities[0], atol=1e-6)


def test_auto_asks_text_first_and_text_multi_for_the_rest():
    texts = ["I am so scared of this", "", "Ich habe solche Angst davor", "Je suis très heureux de vous voir ici"]
    reader = open_reader(AUTO)
    said = reader.estimate(texts)
    assert said.supported.tolist() == [True, True, True, False] and said.empty.tolist() == [False, True, False, False]
    english = open_reader(find_model("text")).estimate(texts[:1])
    german = open_reader(CARD).estimate(texts[2:3])
    np.testing.assert_allclose(said.vad[0], english.vad[0], atol=1e-6)
    assert np.isnan(said.vad[2]).all()
    np.testing.assert_allclose(said.probabilities[2], german.probabilities[0], atol=1e-6)
    np.testing.assert_allclose(said.limits["ekman"][2], german.limits["ekman"][0])
    np.testing.assert_allclose(said.limits["ekman"][0], find_model("text").fit.thresholds["ekman"], atol=1e-6)
    assert reader.features(["so sad", ""]).shape[0] == 2


def test_auto_is_one_order_of_texts_whatever_the_batch():
    texts = [*SENTENCES.values(), "", "Je suis très heureux de vous voir ici"]
    reader = open_reader(AUTO)
    alone = np.concatenate([reader.estimate([text]).probabilities for text in texts])
    np.testing.assert_allclose(reader.estimate(texts).probabilities, alone, atol=1e-3)


def test_a_card_without_tokenizer_needs_its_own_runtime():
    with pytest.raises(InputError, match="names no tokenizer"):
        open_reader(replace(find_model("text-nano"), name="bare", tokenizer=None))
