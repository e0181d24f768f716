"""text-multi and auto through analyze and annotate: thresholds of each text's language, no dimensions, evidence."""

from __future__ import annotations

import numpy as np
import pytest

import affekt
from affekt.affect.spaces import find_space
from affekt.errors import ConversionError, InputError
from affekt.inference.text import open_reader
from affekt.models.index import find_model

GERMAN = "Ich habe solche Angst vor der Operation"
FRENCH = "Je suis très heureux de vous voir tous aujourd'hui"


def test_analyze_answers_without_dimensions_and_by_the_thresholds_of_the_language():
    overall = affekt.analyze(GERMAN, model="text-multi").overall
    assert overall.labels[0] == "fear" and overall.vad is None and overall.intensity is None
    limits = open_reader(find_model("text-multi")).estimate([GERMAN]).limits["brighter"][0]
    np.testing.assert_allclose(overall.thresholds["brighter"], limits, atol=1e-6)


def test_auto_reads_english_with_dimensions_and_refuses_what_neither_reads():
    english, german, french = affekt.analyze(["I am so scared of this", GERMAN, FRENCH], model="auto")
    assert english.overall.labels[0] == german.overall.labels[0] == "fear"
    assert english.overall.vad is not None and german.overall.vad is None
    assert french.overall.status == "unsupported_language"
    assert english.to_dict()["provenance"]["model"] == "auto"


@pytest.mark.parametrize("model", ["text-multi", "auto"])
def test_evidence_names_the_word(model):
    overall = affekt.analyze(GERMAN, model=model, explain=True).overall
    assert overall.evidence[0].text == "Angst" and overall.evidence[0].label == "fear"


def test_evidence_in_hindi_holds_whole_words():
    found = affekt.analyze("मैं आज बहुत खुश हूँ", model="text-multi", explain=True).overall.evidence
    assert found and all(evidence.text in ["मैं", "आज", "बहुत", "खुश", "हूँ"] for evidence in found)


@pytest.mark.parametrize("model", ["text-multi", "auto"])
def test_annotate_decides_by_each_text_and_leaves_dimensions_missing(model):
    texts = [GERMAN, "Estoy muy feliz, gracias por todo", FRENCH, None]
    table = affekt.annotate(texts, model=model)
    assert table["status"].tolist() == ["ok", "ok", "unsupported_language", "empty"]
    assert np.isnan(table["valence"]).all()
    said = [report.overall for report in affekt.analyze(texts[:2], model=model)]
    assert table["labels"].tolist()[:2] == ["|".join(reading.labels) for reading in said]


def test_auto_answers_in_spaces_that_all_its_models_reach():
    assert affekt.analyze(GERMAN, model="auto", space="sentiment").top(1)[0].label == "negative"
    with pytest.raises(ConversionError):
        affekt.analyze(GERMAN, model="auto", space=find_space("goemotions"))
    with pytest.raises(InputError, match="did not learn people's votes"):
        affekt.analyze(GERMAN, model="auto", raters=True)
