"""What a report looks like on a screen, to the character."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from sample_reports import SPACE, drawn, long_report, reading, short_report, unsupported_report

from affekt.types import VAD, Reading, Report, Span

SHORT_80 = """\

  I [+love] this phone, [-but] the battery is a [+bad] joke.

  ● joy            ━━━━━━━━━━━━━━━━╸────── 0.71    ┌─ +1 ↑ arousal ──────────┐
  ● disappointment ━━━━━━━━━━───────────── 0.44    │tense       ·     excited│
    admiration     ━━━──────────────────── 0.12    │            ·            │
    anger          ━────────────────────── 0.05    │            ·   ┬        │
    neutral        ╸────────────────────── 0.02    │            ├───●───┤    │
                                                   │················┴········│
                    90 % interval                  │            ·            │
    valence    +0.34 -0.02 to +0.70                │            ·            │
    arousal    +0.21 -0.12 to +0.54                │            ·            │
    dominance  -0.08 -0.41 to +0.25                │gloomy      ·        calm│
    intensity   0.55                               └─ -1 ───── valence → +1 ─┘

  words that count (change in the label's probability when the word is hidden)
    joy             love +0.42 · but -0.12
    disappointment  bad +0.31

  model text 1.0.0 · space toy-five (5) · CC BY-SA 4.0 · affekt 0.1.0
"""

LONG_80_STRIP = """\

  review.txt
                                          top label            valence
  1 The room was lovely and the view    ● admiration     0.83  +0.71     │━━━
    over the harbour took our breath
    away.
  2 Breakfast was fine.                 ● neutral        0.62  +0.22     │━
  3 Das Frühstück war kalt.               not read
  4 Then the bill came, twice what we   ● anger          0.66  -0.62   ━━│
    had agreed, and nobody would
    listen.
  5 I am not sure we will come back.    ● disappointment 0.38  -0.20    ━│

  valence, 5 sentences  █▆ ▁▃  -0.71 to +0.71

  overall
"""


def test_a_short_text_at_eighty_columns():
    assert drawn(short_report()) == SHORT_80


def test_a_paragraph_at_eighty_columns():
    assert drawn(long_report()).startswith(LONG_80_STRIP)


@pytest.mark.parametrize("width", [20, 34, 50, 63, 64, 69, 70, 80, 100, 240])
@pytest.mark.parametrize("report", [short_report(), long_report(), unsupported_report()])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_line_is_wider_than_the_screen_or_ends_in_blanks(width, report, encoding):
    for line in drawn(report, width=width, encoding=encoding).splitlines():
        assert cell_len(line) <= max(width, 20), line
        assert line == line.rstrip()


def test_a_narrow_screen_has_the_plane_below_the_bars():
    lines = drawn(short_report(), width=50).splitlines()
    bars = next(i for i, line in enumerate(lines) if "joy" in line)
    plane = next(i for i, line in enumerate(lines) if "arousal ─" in line)
    assert plane > bars + 5
    assert "arousal" not in lines[bars]


@pytest.mark.parametrize("report", [short_report(), long_report()])
def test_ascii_screens_get_ascii(report):
    picture = drawn(report, encoding="ascii")
    own = picture.replace(report.text, "").replace("ü", "")
    assert own.isascii()
    assert "####" in picture


def test_without_styles_there_are_no_escape_codes_and_words_are_in_brackets():
    picture = drawn(short_report())
    assert "\x1b" not in picture
    assert "[+love]" in picture


def test_with_styles_words_are_underlined_and_not_in_brackets():
    picture = drawn(short_report(), styled=True)
    assert "[+" not in picture
    assert re.search(r"\x1b\[1;4;35mlove\x1b\[0m", picture), picture
    assert re.search(r"\x1b\[4;36mbut\x1b\[0m", picture), picture


def test_styles_change_nothing_but_styles_in_the_numbers():
    plain = drawn(long_report())
    assert re.sub(r"\x1b\[[0-9;]*m", "", drawn(long_report(), styled=True)) == plain


def test_no_colour_keeps_the_signs():
    import io

    from rich.console import Console

    from affekt.cli.picture import draw_report

    screen = io.StringIO()
    console = Console(file=screen, width=80, force_terminal=True, _environ={"NO_COLOR": "1", "TERM": "xterm"})
    draw_report(short_report(), console)
    assert "but -0.12" in re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert not re.search(r"\x1b\[[0-9;]*3[1-7]m", screen.getvalue())


def test_a_dumb_terminal_gets_no_codes():
    import io

    from rich.console import Console

    from affekt.cli.picture import draw_report

    screen = io.StringIO()
    draw_report(short_report(), Console(file=screen, width=80, force_terminal=True, _environ={"TERM": "dumb"}))
    assert "\x1b" not in screen.getvalue()
    assert "[+love]" in screen.getvalue()


def test_only_labels_over_their_threshold_are_marked():
    lines = drawn(short_report()).splitlines()
    assert [line.split()[1] for line in lines if line.startswith("  ●")] == ["joy", "disappointment"]


def test_top_says_how_many_bars():
    assert sum("━" in line or "╸" in line for line in drawn(short_report(), top=2).splitlines()) == 2


def test_no_label_over_its_threshold_is_said():
    report = short_report()
    quiet = replace(report.overall, probabilities=(0.1, 0.1, 0.1, 0.1, 0.1), evidence=())
    assert "no label is over its threshold" in drawn(replace(report, overall=quiet, readings=(quiet,)))


def test_an_unsupported_language_is_said_with_the_way_out():
    words = " ".join(drawn(unsupported_report()).split())
    assert "Not read: this does not look like a language that the model text reads" in words
    assert "--lang en" in words
    assert "valence" not in words


def test_a_reading_without_dimensions_has_no_plane():
    report = short_report()
    bare = replace(report.overall, vad=None, intensity=None)
    picture = drawn(replace(report, overall=bare, readings=(bare,)))
    assert "valence" not in picture
    assert "joy" in picture


def test_dimensions_without_deviation_are_a_point_alone():
    report = short_report()
    bare = replace(report.overall, vad=VAD(0.5, 0.5, 0.0))
    picture = drawn(replace(report, overall=bare, readings=(bare,)))
    assert "interval" not in picture
    assert not set("├┤┬┴") & set(picture)


@pytest.mark.parametrize("width", [40, 50, 80])
@pytest.mark.parametrize(
    "text",
    [
        "今日は本当に楽しかったです。" * 6,
        "I 😂😂😂 cannot 👍🏽 believe 🇫🇷 it " * 5,
        "Donaudampfschifffahrtsgesellschaftskapitän" * 5,
        "e\u0301a\u0308 " * 60,
        "\x1b]0;owned\x07\x1b[2J wiped\r\n\u202egnihton",
        "x" * 1_000_000,
        "[bold]no[/bold] :smile: \\[x]",
    ],
)
def test_strange_text_stays_inside_the_screen(text, width):
    picture = drawn(short_report(text), width=width)
    for line in picture.splitlines():
        assert cell_len(line) <= width, line
    assert not set(picture) & set("\x1b\x07\r\u202e")
    assert len(picture) < 6_000


def test_text_is_never_taken_for_markup():
    assert "[bold]no[/bold] :smile:" in drawn(short_report("[bold]no[/bold] :smile:"))


def test_a_very_long_text_says_how_long_it_is():
    assert "… (1,000,000 characters)" in " ".join(drawn(short_report("x" * 1_000_000)).split())


def test_wide_characters_keep_the_strip_in_columns():
    sentences = ["楽しい一日でした、本当に楽しかったです。", "Then it rained.", "雨。"]
    text = " ".join(sentences)
    readings = tuple(reading(text, s, (0.5, 0.4, 0.1, 0.1, 0.1), VAD(0.4, 0.1, 0.1)) for s in sentences)
    lines = drawn(
        Report(None, text, readings, reading(text, text, (0.5, 0.4, 0.1, 0.1, 0.1), None), readings and _made())
    )
    columns = {cell_len(line[: line.index("● joy")]) for line in lines.splitlines() if line[2:3].isdigit()}
    assert len(columns) == 1


def test_of_many_sentences_the_strongest_are_shown_in_order():
    sentences = [f"Sentence {i:03d}." for i in range(200)]
    text = " ".join(sentences)
    readings = tuple(
        reading(text, s, (0.5, 0.4, 0.1, 0.1, 0.1), VAD(0.8 if i % 20 == 7 else 0.01, 0.1, 0.1))
        for i, s in enumerate(sentences)
    )
    picture = drawn(Report(None, text, readings, reading(text, text, (0.5, 0.4, 0.1, 0.1, 0.1), VAD(0, 0, 0)), _made()))
    numbers = [int(n) for n in re.findall(r"^ +(\d+) Sentence", picture, re.M)]
    assert numbers == sorted(numbers)
    assert len(numbers) == 30
    assert set(range(8, 201, 20)) <= set(numbers)
    hidden = sum(int(n) for n in re.findall(r"(\d+) not shown", picture))
    assert hidden + len(numbers) == 200
    assert "valence, 200 sentences" in picture


def _made():
    return short_report().provenance


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(min_size=1, max_size=200),
    values=st.lists(st.floats(0, 1), min_size=5, max_size=5),
    vad=st.tuples(*[st.floats(-1, 1)] * 3, *[st.floats(0, 2)] * 3),
    width=st.integers(20, 130),
)
def test_whatever_is_read_can_be_drawn(text, values, vad, width):
    one = Reading(SPACE, tuple(values), Span(0, len(text)), {}, VAD(*vad), 0.3)
    for report in (Report(None, text, (one,), one, _made()), Report("a\tb", text, (one, one, one), one, _made())):
        for line in drawn(report, width=width).split("\n"):
            assert cell_len(line) <= width
