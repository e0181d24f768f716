"""Reports built by hand, so that what is drawn is known to the character."""

from __future__ import annotations

import io

from affekt.types import VAD, Evidence, LabelSpace, Provenance, Reading, Report, Span

SPACE = LabelSpace(
    "toy-five", ("joy", "admiration", "disappointment", "anger", "neutral"), "multi-label", "made for tests", "neutral"
)
PROVENANCE = Provenance("text", "1.0.0", "CC BY-SA 4.0", 128, "0.1.0")
LIMITS = (0.3, 0.3, 0.3, 0.3, 0.4)


def reading(
    text: str,
    part: str,
    probabilities: tuple[float, ...],
    vad: VAD | None,
    evidence: tuple[tuple[str, str, float], ...] = (),
) -> Reading:
    """Return a reading of `part` of `text`; evidence is (word, label, weight)."""
    start = text.index(part)
    words = []
    for word, label, weight in evidence:
        place = text.index(word, start)
        words.append(Evidence(Span(place, place + len(word)), word, label, weight))
    return Reading(
        SPACE,
        probabilities,
        Span(start, start + len(part)),
        {SPACE.name: LIMITS},
        vad,
        None if vad is None else 0.55,
        tuple(words),
    )


def short_report(text: str = "I love this phone, but the battery is a bad joke.", **changes: object) -> Report:
    """Return a report of one reading."""
    words = [w for w in (("love", "joy", 0.42), ("bad", "disappointment", 0.31), ("but", "joy", -0.12)) if w[0] in text]
    one = reading(text, text, (0.71, 0.12, 0.44, 0.05, 0.02), VAD(0.34, 0.21, -0.08, 0.22, 0.2, 0.2), tuple(words))
    return Report(changes.get("source"), text, (one,), one, PROVENANCE)  # type: ignore[arg-type]


def long_report(source: str | None = "review.txt") -> Report:
    """Return a report of five sentences, the third of them unsupported."""
    sentences = [
        (
            "The room was lovely and the view over the harbour took our breath away.",
            (0.4, 0.83, 0.02, 0.01, 0.05),
            0.71,
        ),
        ("Breakfast was fine.", (0.1, 0.35, 0.02, 0.01, 0.62), 0.22),
        ("Das Frühstück war kalt.", (), 0.0),
        ("Then the bill came, twice what we had agreed, and nobody would listen.", (0.0, 0.0, 0.5, 0.66, 0.1), -0.62),
        ("I am not sure we will come back.", (0.05, 0.02, 0.38, 0.08, 0.35), -0.2),
    ]
    text = " ".join(s[0] for s in sentences)
    readings = []
    for sentence, probabilities, valence in sentences:
        if probabilities:
            readings.append(reading(text, sentence, probabilities, VAD(valence, 0.3, 0.1, 0.2, 0.2, 0.2)))
        else:
            start = text.index(sentence)
            span = Span(start, start + len(sentence))
            readings.append(Reading(SPACE, (), span, status="unsupported_language"))
    overall = reading(text, text, (0.2, 0.45, 0.33, 0.31, 0.2), VAD(-0.02, 0.33, 0.05, 0.2, 0.2, 0.2))
    return Report(source, text, tuple(readings), overall, PROVENANCE)


def unsupported_report(text: str = "Das ist wirklich schön.") -> Report:
    """Return a report of a text in a language that is not read."""
    one = Reading(SPACE, (), Span(0, len(text)), status="unsupported_language")
    return Report(None, text, (one,), one, PROVENANCE)


def drawn(report: Report, *, width: int = 80, encoding: str = "utf-8", styled: bool = False, top: int = 5) -> str:
    """Return the picture of `report` as characters, with styles only if asked."""
    from rich.console import Console

    from affekt.cli.picture import draw_report

    class Screen(io.StringIO):
        @property
        def encoding(self) -> str:  # type: ignore[override]
            return encoding

    screen = Screen()
    console = Console(
        file=screen,
        width=width,
        force_terminal=styled,
        color_system="standard" if styled else None,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={"TERM": "xterm"},
    )
    draw_report(report, console, top=top)
    return screen.getvalue()
