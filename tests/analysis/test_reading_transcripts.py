"""Transcripts in the files that people and recognisers write, and what is no transcript."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from affekt.analysis.timelines import TimedLabel, Timeline, write_timelines
from affekt.analysis.transcripts import Said, Transcript, read_transcript
from affekt.errors import InputError

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i> there\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nBob: no\r\n"
)
VTT = """WEBVTT

NOTE nothing

00:01.000 --> 00:02.500 align:start
<v Ann>Hello <00:00:01.500>there

00:03.000 --> 00:04.000
Bob: no
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "text", "speaker"), [("a.srt", SRT, ""), ("a.vtt", VTT, "Ann")])
def test_cues_have_times_and_words_share_them(tmp_path: Path, name: str, text: str, speaker: str) -> None:
    found = read_transcript(write(tmp_path / name, text))
    assert found.timed
    assert found.text == "Hello there Bob: no"
    assert found.said[0] == Said(1.0, 2.5, "Hello there", None, speaker)
    words = found.words()
    assert [word.text for word in words] == ["Hello", "there", "Bob:", "no"]
    assert [(word.start, word.end) for word in words[:2]] == [(1.0, 1.75), (1.75, 2.5)]
    assert words[2].end == pytest.approx(3 + 4 / 6)


def test_words_of_recognisers_carry_how_sure_they_are(tmp_path: Path) -> None:
    words = [{"word": " Hello", "start": 0.5, "end": 0.9, "probability": 0.8}, {"word": " 42", "score": 0.3}]
    whisper = {"text": "Hello 42", "segments": [{"start": 0, "end": 1, "text": "Hello 42", "words": words}]}
    found = read_transcript(write(tmp_path / "a.json", json.dumps(whisper)))
    assert found.said == (Said(0.5, 0.9, "Hello", 0.8), Said(0.9, 0.9, "42", 0.3))
    plain = {"segments": [{"start": 1, "end": 2, "text": " oh no", "avg_logprob": -0.5}]}
    (piece,) = read_transcript(write(tmp_path / "b.json", json.dumps(plain))).said
    assert piece.confidence == pytest.approx(0.6065, abs=1e-4)
    loose = {"text": "oh", "words": [{"word": "oh", "start": 1, "end": 2}]}
    assert read_transcript(write(tmp_path / "c.json", json.dumps(loose))).said == (Said(1, 2, "oh"),)
    cpp = {"transcription": [{"offsets": {"from": 1500, "to": 2000}, "text": " oh"}]}
    assert read_transcript(write(tmp_path / "d.json", json.dumps(cpp))).said == (Said(1.5, 2.0, "oh"),)
    untimed = read_transcript(write(tmp_path / "e.json", '{"text": "oh  no"}'))
    assert (untimed.timed, untimed.text) == (False, "oh no")
    ctm = ";; by hand\ncall 1 0.5 0.25 hello 0.9\nother 1 0.1 0.1 no\n"
    assert read_transcript(write(tmp_path / "f.ctm", ctm), recording="call").said == (Said(0.5, 0.75, "hello", 0.9),)
    with pytest.raises(InputError, match="none of them is called 'x'"):
        read_transcript(tmp_path / "f.ctm", recording="x")


def test_grids_of_speakers_and_of_aligned_words(tmp_path: Path) -> None:
    labels = (TimedLabel(0.5, 1.0, "oh no", "Ann"), TimedLabel(0.7, 1.2, "what", "Bob"))
    for ending in ("TextGrid", "eaf"):
        write_timelines([Timeline("a", labels, 2.0)], tmp_path / f"a.{ending}")
        found = read_transcript(tmp_path / f"a.{ending}")
        assert [(each.speaker, each.text) for each in found.said] == [("Ann", "oh no"), ("Bob", "what")]
    aligned = (TimedLabel(0.5, 1.0, "oh", "words"), TimedLabel(0.5, 0.8, "OW1", "phones"))
    write_timelines([Timeline("b", aligned, 2.0)], tmp_path / "b.TextGrid")
    assert read_transcript(tmp_path / "b.TextGrid").said == (Said(0.5, 1.0, "oh"),)


def test_empty_ones_have_no_words_and_overlaps_stay_in_the_order_of_time(tmp_path: Path) -> None:
    for name, text in (("a.txt", " \n"), ("a.srt", ""), ("a.ctm", ""), ("a.json", '{"segments": []}')):
        assert read_transcript(write(tmp_path / name, text)) == Transcript()
    ctm = "a 1 1.0 2.0 late\na 1 0.5 2.0 early\na 1 1.0 2.0 late\n"
    found = read_transcript(write(tmp_path / "b.ctm", ctm))
    assert [(each.start, each.end, each.text) for each in found.said] == [(0.5, 2.5, "early"), (1.0, 3.0, "late")]
    assert read_transcript(write(tmp_path / "c.txt", "so\n it  goes")) == Transcript(text="so it goes")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.docx", "", "A transcript is a .txt"),
        ("a.srt", "00:99:01,000 --> 00:00:02,000\nx", "is no time"),
        ("a.srt", "00:00:03,000 --> 00:00:02,000\nx", "do not run back"),
        ("a.json", "[", "is no JSON"),
        ("a.json", '{"result": 1}', "no segments"),
        ("a.json", '{"segments": [{"text": "x"}]}', "lacks what it needs"),
        ("a.json", '{"segments": [{"words": [{"word": "x", "score": 7}]}]}', "outside 0 to 1"),
        ("a.ctm", "a 1 x 1 word", "Line 1 is no word"),
        ("a.ctm", "a 1 -1 0.5 word", "Line 1 is no word"),
        ("a.ctm", "a 1 nan 0.5 word", "Line 1 is no word"),
        ("a.TextGrid", "nothing", "no TextGrid"),
    ],
)  # fmt: skip
def test_what_is_no_transcript_is_said(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_transcript(write(tmp_path / name, text))
    with pytest.raises(InputError, match="Cannot read"):
        read_transcript(tmp_path / "none.srt")
    (tmp_path / "bytes.txt").write_bytes(b"\x80\x81")
    with pytest.raises(InputError, match="not UTF-8"):
        read_transcript(tmp_path / "bytes.txt")
