"""Robustness in `evaluate`: scores, paired drops, flips; who is asked about what; who cannot be asked."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from affekt.affect.spaces import find_space
from affekt.errors import InputError, UnknownNameError
from affekt.evaluation.answers import Subject
from affekt.evaluation.functions import answers_of
from affekt.evaluation.page import evaluation_page
from affekt.evaluation.perturbation import PERTURBATIONS
from affekt.evaluation.records import read_results
from affekt.evaluation.runner import EvaluationOptions, evaluate_prepared, prepare_records, result_rows
from affekt.evaluation.simple import SIMPLE
from affekt.evaluation.subjects import find_subject
from affekt.evaluation.tables import table_subject
from affekt.pages.page import page_html
from affekt.types import VAD, Record, Signal

ROOT = Path(__file__).parents[2]
ROWS = ROOT / "results" / "robustness.csv"
GUIDE = ROOT / "docs" / "guides" / "score-any-model.md"
SIGNS = find_space("sentiment")
TEXTS = (
    ("Thank you so much, this is wonderful!", "positive"),
    ("This was horrible and you are disgusting.", "negative"),
    ("The meeting starts at ten.", "neutral"),
)


def records(count=12, *, split="test"):
    return [
        Record(f"{split}-{i}", Signal(f"{text} {i}", language="en"), split, (label,))
        for i, (text, label) in enumerate(TEXTS * (count // 3))
    ]


def evaluated(subject, perturb, *, given=None, space=SIGNS, **options):
    asked = EvaluationOptions(resamples=50, perturb=perturb, **options)
    prepared = prepare_records("mine", given or records(), space, options=asked)
    return evaluate_prepared(subject, prepared, asked)


def by_case(texts):
    """Right only where a text holds a small letter, else it says neutral."""
    words = {"wonderful": "positive", "horrible": "negative", "meeting": "neutral"}
    return [next((label for word, label in words.items() if word in text), "neutral") for text in texts]


def subject(function, seen=None):
    def answer(question):
        if seen is not None:
            seen.append(question)
        return answers_of(function, question)

    return Subject(function.__name__, "1", answer)


def test_scores_drops_and_flips_are_those_of_the_changed_texts():
    found = evaluated(subject(by_case), "upper,whitespace,emoji-removed")
    upper, spaces, emoji = found.perturbed.values()
    # In capitals all read neutral: a third is right, F1 of neutral 1/2, of the others 0.
    assert upper.score.value == pytest.approx(1 / 6)
    assert upper.drop.value == pytest.approx(5 / 6)
    assert upper.drop.low <= upper.drop.value <= upper.drop.high
    assert (upper.flipped.value, upper.flipped.n) == (pytest.approx(2 / 3), 12)
    assert upper.example.after == upper.example.before.upper()
    assert (upper.example.said_before, upper.example.said_after) in (
        (("positive",), ("neutral",)),
        (("negative",), ("neutral",)),
    )
    assert (spaces.drop.value, spaces.drop.low, spaces.drop.high, spaces.flipped.value) == (0, 0, 0, 0)
    assert spaces.changed.value == 1.0
    assert (emoji.changed.value, emoji.drop.value, emoji.flipped.n) == (0.0, 0.0, 0)
    assert np.isnan(emoji.flipped.value)


def test_the_drop_is_the_difference_of_two_scores_of_the_same_draws():
    from affekt.evaluation.scores import score

    found = evaluated(subject(by_case), "upper=0.3")
    each = found.perturbed["upper=0.3"]
    assert each.drop.value == pytest.approx(found.scores["macro_f1"].value - each.score.value)
    again = evaluated(subject(by_case), "upper=0.3")
    assert again.perturbed == found.perturbed
    assert score(found.target, found.answers, found.decided, resamples=50)["macro_f1"] == found.scores["macro_f1"]


def test_only_changed_texts_are_asked_again_in_one_go():
    seen = []
    given = [*records(), Record("emoji", Signal("wonderful 😂", language="en"), "test", ("positive",))]
    evaluated(subject(by_case, seen), "emoji-removed,punctuation", given=given)
    assert len(seen) == 2
    assert seen[1].records[0].id == "emoji"
    assert len(seen[1].records) == 1 + 12
    assert len(seen[1].originals) == 13


def test_an_item_that_gets_no_answer_any_more_has_flipped_and_is_missed():
    def shy(texts):
        return [
            None if "http" in text or "@" in text else said for text, said in zip(texts, by_case(texts), strict=True)
        ]

    link = evaluated(subject(shy), "link").perturbed["link"]
    assert (link.flipped.value, link.score.value, link.drop.value) == (1.0, 0.0, 1.0)


def test_probabilities_flip_by_the_most_probable_label():
    def sure(texts):
        return [
            {"positive": 0.9, "negative": 0.1} if text.isupper() else {"positive": 0.4, "negative": 0.6}
            for text in texts
        ]

    upper = evaluated(subject(sure), "upper,lower").perturbed["upper"]
    assert upper.flipped.value == 1.0


def test_dimensions_say_how_far_they_moved():
    values = (0.5, -0.5, 0.0)
    given = [
        Record(str(i), Signal(f"{TEXTS[i % 3][0]} {i}", language="en"), "test", vad=VAD(values[i % 3], 0.0, 0.0))
        for i in range(12)
    ]

    def feel(texts):
        signs = {"positive": 0.5, "negative": -0.5, "neutral": 0.0}
        return [
            {"valence": signs[said] * (1 if text.islower() else 0.8)}
            for text, said in zip(texts, by_case(texts), strict=True)
        ]

    found = evaluated(subject(feel), "upper", given=given, space=None)
    upper = found.perturbed["upper"]
    assert upper.metric == "pearson:valence"
    assert upper.flipped is None
    assert upper.moved["valence"].value == pytest.approx(0.4 * 2 / 3)
    assert upper.told == upper.moved["valence"]


@pytest.mark.parametrize("split", [True, False])
def test_what_learns_learns_from_unperturbed_texts_only(split):
    taught = records(60, split="train") if split else []
    found = evaluated(SIMPLE["tfidf"], "lower,whitespace,typos=1", given=[*taught, *records(30)])
    assert found.scores["macro_f1"].value == 1.0
    assert (found.perturbed["lower"].drop.value, found.perturbed["whitespace"].drop.value) == (0.0, 0.0)
    assert found.perturbed["typos=1"].changed.value > 0.9


@pytest.mark.parametrize("name", ["prior", "all-positive"])
def test_what_does_not_read_does_not_drop(name):
    found = evaluated(SIMPLE[name], "all", given=[*records(30, split="train"), *records(30)])
    assert all(each.drop.value == 0.0 for each in found.perturbed.values())
    assert all(not each.flipped.value > 0 for each in found.perturbed.values())


def test_ours_is_robust_to_what_it_spells_the_same():
    found = evaluated(find_subject("text-nano"), "lower,emoji-named,invisible,dropped=1")
    assert all(found.perturbed[name].drop.value == 0.0 for name in ("lower", "emoji-named", "invisible"))
    assert found.perturbed["dropped=1"].drop.value >= 0.0


def test_a_table_cannot_be_asked_and_a_wrong_name_is_told_before_anything_is_asked(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("id,label\ntest-0,positive\n", encoding="utf-8")
    with pytest.raises(InputError, match="stand in a file"):
        evaluated(table_subject(path), "typos")
    seen = []
    with pytest.raises(UnknownNameError, match="typos"):
        evaluated(subject(by_case, seen), "typo")
    assert not seen


def test_all_numbers_go_into_json_rows_and_the_page():
    from affekt.cli.evaluate import evaluation_record

    found = evaluated(subject(by_case), "upper,accents")
    metrics = evaluation_record(found)["metrics"]
    assert set(metrics["perturbed:upper/macro_f1"]) == {"value", "low", "high", "n"}
    assert metrics["perturbed:upper/macro_f1_drop"]["value"] == pytest.approx(5 / 6)
    assert metrics["perturbed:upper/changed"] == {"value": 1.0, "low": None, "high": None, "n": 12}
    assert metrics["perturbed:accents/flipped"] == {"value": None, "low": None, "high": None, "n": 0}
    rows = {row.metric: row for row in result_rows(found)}
    assert rows["perturbed:upper/flipped"].value == pytest.approx(2 / 3)
    assert "perturbed:accents/flipped" not in rows
    html = page_html(evaluation_page(found))
    assert "Does it hold up to noise?" in html
    assert "words in capitals" in html


def test_what_the_guide_says_of_the_results():
    rows = {(row.model, row.metric): row for row in read_results(ROWS)}
    for model in ("text", "text-nano"):
        drops = {name: rows[model, f"perturbed:{name}/macro_f1_drop"] for name in PERTURBATIONS}
        cases = ("lower", "upper", "whitespace")
        assert all(abs(drops[name].value) < 5e-4 for name in cases)
        assert all(drops[name].low > 0 for name in ("dropped", "homoglyphs", "leet", "joined"))
        worst = sorted(drops, key=lambda name: -drops[name].value)
        assert {"dropped", "leet", "homoglyphs"} <= set(worst[:4])
    speech = rows["text-nano", "perturbed:speech/flipped"]
    assert 0.125 < speech.value < 0.135
    told = GUIDE.read_text(encoding="utf-8")
    for name in ("typos", "upper", "speech", "homoglyphs"):
        row, drop = (rows["text-nano", f"perturbed:{name}/macro_f1{end}"] for end in ("", "_drop"))
        assert re.search(
            rf"^{name} +{row.value:.3f} +{drop.value:.3f} +{drop.low:.3f} to {drop.high:.3f} ", told, re.MULTILINE
        )
