"""Opening, normalising and cutting text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affekt.errors import InputError
from affekt.signals.text import normalise, open_text, read_text, sentence_spans, text_of
from affekt.types import Signal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words.", "plain words."),
        ("❤️", " heavy black heart "),
        ("👍🏽!", " thumbs up sign !"),
        ("“it’s”", '"it\'s"'),
        ("nooooooo!!!!!!", "nooo!!!"),
        ("book 1000000", "book 1000000"),
        ("a\u200bb", "ab"),
        ("tab\there", "tab here"),
        ("naïve café", "naïve café"),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == expected


@given(st.text())
def test_normalise_is_stable_and_has_no_control_characters(text):
    once = normalise(text)
    assert normalise(once) == once
    assert not any(ord(c) < 32 for c in once)


@given(st.text(), st.text())
def test_normalise_works_word_by_word(left, right):
    """Evidence marks parts of a text: their pieces must be the text's pieces."""
    assert normalise(f"{left} {right}").split() == (normalise(left) + " " + normalise(right)).split()


@given(st.text())
def test_sentences_cover_everything_but_white_space(text):
    spans = sentence_spans(text)
    joined = "".join("".join(text_of(text, span).split()) for span in spans)
    assert joined == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_sentences():
    text = 'Dr. Who left at 5 p.m. today! "Really?" she said... Yes.\n\nA new paragraph'
    assert [text_of(text, span) for span in sentence_spans(text)] == [
        "Dr. Who left at 5 p.m. today!",
        '"Really?"',
        "she said...",
        "Yes.",
        "A new paragraph",
    ]


def test_a_str_is_text_even_if_a_file_has_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sad.txt").write_text("I am happy")
    assert open_text("sad.txt").text == "sad.txt"
    assert open_text(tmp_path / "sad.txt") == Signal("I am happy", str(tmp_path / "sad.txt"))


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t"])
def test_nothing_to_read(nothing):
    with pytest.raises(InputError, match="nothing to read"):
        open_text(nothing)


@pytest.mark.parametrize("x", [None, 3.5, b"bytes", float("nan")])
def test_what_is_no_text(x):
    with pytest.raises(InputError, match="Cannot read"):
        open_text(x)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
    ],
)
def test_encodings_that_say_what_they_are(tmp_path, data, text):
    (tmp_path / "x").write_bytes(data)
    assert read_text(tmp_path / "x").text == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\r\n\0\0\0", "binary file"),
        ("Grüße".encode("latin-1"), "0xfc at offset 2.*--encoding"),
    ],
)
def test_other_files_are_refused_with_the_fix(tmp_path, data, message):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_text(tmp_path / "x")


def test_named_encoding_missing_file_and_folder(tmp_path):
    (tmp_path / "x").write_bytes("Grüße".encode("latin-1"))
    assert read_text(tmp_path / "x", encoding="latin-1").text == "Grüße"
    with pytest.raises(InputError, match="Unknown encoding 'klingon'"):
        read_text(tmp_path / "x", encoding="klingon")
    with pytest.raises(InputError, match="No such file"):
        read_text(tmp_path / "absent")
    with pytest.raises(InputError, match="directory"):
        read_text(tmp_path)
