"""What a report of sound looks like on a screen, to the character."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from affekt.cli.heard_picture import clock, draw_heard
from affekt.types import VAD, LabelSpace, Provenance, Reading, Report, Span, Trace, Words

SPACE = LabelSpace("toy-three", ("neutral", "angry", "sad"), "exclusive", "made for tests", "neutral")
PROVENANCE = Provenance("speech", "1", "CC0-1.0", 30, "0.1.0")


def said(start: float, end: float, about: str, probabilities: tuple[float, ...], valence: float) -> Reading:
    return Reading(
        SPACE, probabilities, Span(start, end, "second"), {}, VAD(valence, 0.1, 0.0), about=about, modality="speech"
    )


def call() -> Report:
    one = said(0.5, 4.0, "channel-1", (0.8, 0.15, 0.05), 0.1)
    two = said(4.5, 9.0, "channel-2", (0.1, 0.7, 0.2), -0.6)
    three = said(9.2, 9.6, "channel-2", (0.3, 0.1, 0.6), -0.5)
    overall = said(0.0, 10.0, "everyone", (0.4, 0.45, 0.15), -0.25)
    trace = Trace(
        SPACE, "channel-2", 0.5, (4.5, 5.0, 5.5), ((0.1, 0.8, 0.1),) * 3, tuple(VAD(v, 0, 0) for v in (-0.6, -0.2, 0.6))
    )
    speakers = (replace(one, about="channel-1"), replace(two, about="channel-2"))
    return Report("call.wav", "", (one, two, three), overall, PROVENANCE, speakers=speakers, traces=(trace,))


def drawn(
    report: Report, *, width: int = 64, encoding: str = "utf-8", styled: bool = False, notes: tuple[str, ...] = ()
) -> str:
    class Screen(io.StringIO):
        @property
        def encoding(self) -> str:  # type: ignore[override]
            return encoding

    screen = Screen()
    console = Console(
        file=screen, width=width, force_terminal=styled, color_system="standard" if styled else None,
        highlight=False, markup=False, emoji=False, _environ={"TERM": "xterm"},
    )  # fmt: skip
    draw_heard(report, console, notes=notes)
    return screen.getvalue()


def test_a_call_has_a_lane_for_each_speaker_and_a_line_for_each_segment() -> None:
    lines = drawn(call(), notes=("resampled from 8,000 Hz",)).splitlines()
    assert lines[1] == "  call.wav  0:10.0"
    assert lines[3].startswith("  channel-1") and "[neutral" in lines[3] and "angry" not in lines[3]
    assert lines[4].startswith("  channel-2") and lines[4].index("[angry") > lines[3].index("]")
    assert lines[5].startswith("  valence ±0.60") and lines[5].rstrip().endswith("█")
    assert lines[6].split() == ["0:00", "0:05"]
    segments = [line for line in lines if line.startswith("  0:0")]
    assert [line.split()[4] for line in segments] == ["neutral", "angry", "sad"]
    assert "0.70  sad 0.20" in segments[1]
    assert "  overall, 2 speakers" in lines and "  resampled from 8,000 Hz" in lines
    assert lines[-2] == "  model speech 1 · space toy-three (3) · CC0-1.0 · affekt"


@pytest.mark.parametrize("width", [40, 64, 100, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("styled", [True, False])
def test_nothing_stands_beyond_the_page(width: int, encoding: str, styled: bool) -> None:
    from rich.text import Text

    text = drawn(call(), width=width, encoding=encoding, styled=styled)
    text.encode(encoding)
    assert all(cell_len(Text.from_ansi(line).plain) <= min(width, 100) for line in text.splitlines())


def test_of_a_long_recording_the_first_segments_are_drawn_and_the_rest_counted() -> None:
    many = [said(60.0 * i, 60.0 * i + 50, f"s{i % 3}", (0.8, 0.1, 0.1), 0.0) for i in range(100)]
    overall = said(0.0, 6000.0, "everyone", (0.8, 0.1, 0.1), 0.0)
    text = drawn(Report("day.flac", "", tuple(many), overall, PROVENANCE))
    assert "60 more: --json or --csv has all" in text and "1:40:00.0" in text
    assert sum(" - " in line for line in text.splitlines()) == 40


def test_silence_is_no_emotion() -> None:
    quiet = Reading(SPACE, (), Span(0.0, 3.0, "second"), {}, status="no_speech", modality="speech")
    text = drawn(Report("quiet.wav", "", (quiet,), quiet, PROVENANCE))
    assert "no speech" in text and "neutral" not in text


def test_names_and_words_send_no_control_characters() -> None:
    report = call()
    evil = replace(report.readings[0], about="me\x1b[1m", words=Words("hello \x1b[31m you", SPACE, 1.0))
    text = drawn(replace(report, source="a\x1b[2Jb.wav", readings=(evil, *report.readings[1:])))
    assert "\x1b" not in text and "hello \ufffd[31m you" in text


def test_times() -> None:
    assert [clock(each) for each in (0, 59.96, 3599.99)] == ["0:00.0", "1:00.0", "1:00:00.0"]
