"""analyze(): from a str, a file or a list to reports."""

from __future__ import annotations

from pathlib import Path

import pytest

import affekt
from affekt.analysis.analyze import LONG_TEXT
from affekt.errors import ConversionError, InputError, UnknownNameError
from affekt.types import Signal

MODELS = pytest.mark.parametrize("model", ["text", "text-nano"])
PARAGRAPH = (
    "I was terrified before the operation. The nurses were so kind that I calmed down. "
    "My daughter waited outside the whole day. Thank you all, from the bottom of my heart! "
    "I can finally sleep again, what a relief."
)


@MODELS
def test_one_text_one_report(model):
    report = affekt.analyze("Thank you so much, this made my day!", model=model)
    assert report.labels[0] == "gratitude" and report.vad.valence > 0.2
    assert report.readings == (report.overall,)
    assert report.provenance.model == model


def test_a_list_gives_a_list_in_order():
    texts = ["I love you", "I hate you", "Who are you?"]
    reports = affekt.analyze(texts)
    assert [report.text for report in reports] == texts
    assert [report.overall for report in reports] == [affekt.analyze(text).overall for text in texts]
    assert affekt.analyze([]) == []
    assert len(affekt.analyze(text for text in texts)) == 3


@MODELS
def test_long_text_is_read_sentence_by_sentence(model):
    assert len(PARAGRAPH) > LONG_TEXT
    report = affekt.analyze(PARAGRAPH, model=model)
    assert len(report.readings) == 5
    parts = [PARAGRAPH[int(r.span.start) : int(r.span.end)] for r in report.readings]
    assert parts[0].startswith("I was terrified") and " ".join(parts) == PARAGRAPH
    assert report.readings[0].top(1)[0].label == "fear" and "gratitude" in report.readings[3].labels
    assert report.overall.span.end == len(PARAGRAPH)


def test_files_and_signals(tmp_path):
    (tmp_path / "a.txt").write_text("I'm so sorry for your loss.")
    report = affekt.analyze(tmp_path / "a.txt")
    assert report.source == str(tmp_path / "a.txt") and report.vad.valence < 0
    assert affekt.analyze(Signal("lovely", source="note 7")).source == "note 7"


def test_another_space_and_its_errors():
    assert affekt.analyze("I love this", space="ekman").overall.space.name == "ekman"
    assert affekt.analyze("I love this", space="sentiment").labels == ("positive",)
    with pytest.raises(UnknownNameError, match="Did you mean 'ekman'"):
        affekt.analyze("x", space="ekmann")
    with pytest.raises(ConversionError):
        affekt.analyze("I love this", space="ekman").to("goemotions")


@MODELS
def test_evidence_points_at_the_words(model):
    text = "The food was cold but I really love the view"
    report = affekt.analyze(text, model=model, explain=True)
    strongest = max((e for e in report.overall.evidence if e.label == "love"), key=lambda e: e.weight)
    assert strongest.text == "love" and text[int(strongest.span.start) : int(strongest.span.end)] == "love"
    assert strongest.weight > 0.2


def test_evidence_of_a_long_text_lies_in_its_sentences():
    report = affekt.analyze(PARAGRAPH, explain=True)
    assert {e.text for e in report.overall.evidence} >= {"Thank", "terrified"}
    for evidence in report.overall.evidence:
        assert PARAGRAPH[int(evidence.span.start) : int(evidence.span.end)] == evidence.text


def test_evidence_in_another_space_and_of_one_word():
    report = affekt.analyze("furious", explain=True, space="ekman")
    assert report.overall.evidence[0].label == "anger" and report.overall.evidence[0].text == "furious"


def test_no_evidence_unless_asked():
    assert affekt.analyze("I love this").overall.evidence == ()


def test_other_languages_are_marked_not_guessed():
    text = "Ich habe heute den ganzen Tag auf dich gewartet und bin sehr traurig."
    report = affekt.analyze(text, explain=True)
    assert report.overall.status == "unsupported_language" and report.labels == () and report.vad is None
    assert affekt.analyze(text, language="en").overall.status == "ok"
    assert report.to("ekman").overall.status == "unsupported_language"


def test_emoji_alone_are_affect():
    assert affekt.analyze("😂😂").overall.status == "ok"
    assert affekt.analyze("😭").vad.valence < affekt.analyze("😍").vad.valence


@pytest.mark.parametrize("x", ["", "  \n ", "\u200b", None, float("nan"), 7, b"bytes"])
def test_nothing_to_read_is_an_error(x):
    with pytest.raises(InputError):
        affekt.analyze(x)


def test_a_str_is_never_a_path():
    assert affekt.analyze(str(Path(__file__))).text == str(Path(__file__))
    with pytest.raises(InputError, match="Cannot read"):
        affekt.analyze(Path("absent.txt"))
