"""What analyze prints into a pipe."""

from __future__ import annotations

from dataclasses import replace

from sample_reports import long_report, short_report, unsupported_report

from affekt.cli.lines import FIELDS, report_lines
from affekt.types import LabelSpace, Opinion


def test_a_short_text_is_one_line_of_the_documented_fields():
    (line,) = report_lines(short_report(), top=2)
    assert line.split("\t") == [
        "-",
        "all",
        "joy|disappointment",
        "joy=0.71 disappointment=0.44",
        "valence=+0.34",
        "arousal=+0.21",
        "dominance=-0.08",
        "intensity=0.55",
        "joy:love=+0.42 disappointment:bad=+0.31 joy:but=-0.12",
        "-",
        "I love this phone, but the battery is a bad joke.",
    ]


def test_a_paragraph_is_the_overall_line_and_one_per_sentence():
    report = long_report()
    rows = [line.split("\t") for line in report_lines(report)]
    assert [len(row) for row in rows] == [len(FIELDS)] * 6
    assert [row[0] for row in rows] == ["review.txt"] * 6
    assert rows[0][1] == "all"
    assert rows[0][-1] == "-"
    for row, reading in zip(rows[1:], report.readings, strict=True):
        start, end = (int(part) for part in row[1].split("-"))
        assert report.text[start:end] == row[-1]
        assert (start, end) == (reading.span.start, reading.span.end)


def test_what_was_not_estimated_is_marked_so_and_empty():
    (line,) = report_lines(unsupported_report())
    assert line.split("\t")[1:] == ["all", "unsupported_language", *["-"] * 7, "Das ist wirklich schön."]


def test_text_cannot_add_fields_lines_or_escape_codes():
    (line,) = report_lines(short_report("a\tb\nc\x1b[31md\u2028e"))
    assert line.split("\t")[-1] == "a b c\ufffd[31md e"
    assert len(line.splitlines()) == 1


def test_what_people_would_say_has_its_field():
    report = short_report()
    opinion = Opinion(LabelSpace("two", ("glad", "sad"), "exclusive", "made for tests"), (0.7, 0.3), 0.42)
    (line,) = report_lines(replace(report, overall=replace(report.overall, opinion=opinion)))
    assert line.split("\t")[9] == "glad=0.70 sad=0.30 disagreement=0.42"
