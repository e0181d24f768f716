"""analyze(): from a source to a Report. The whole path is on this page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from affekt.analysis.columns import Asked, ask, opened
from affekt.analysis.explain import explain_reading, strongest
from affekt.analysis.own_labels import chosen_card
from affekt.analysis.sound_files import is_sound_path
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.calibration import Calibration
from affekt.inference.opinion import OpinionEstimates
from affekt.inference.speech import open_speech_reader
from affekt.inference.text import AnyReader, TextEstimates, open_reader
from affekt.signals.text import open_text, sentence_spans, text_of
from affekt.types import VAD, LabelSpace, Opinion, Provenance, Reading, Report, Signal, Span
from affekt.version import __version__

if TYPE_CHECKING:
    from affekt.analysis.listening import Listening

Source = str | Path | Signal

# A text of several sentences and more characters than this is also read sentence by sentence.
LONG_TEXT = 200


@overload
def analyze(  # type: ignore[overload-overlap]  # a str is an Iterable of str, and never meant as one
    x: Source,
    *,
    model: str | Path | ModelCard | None = None,
    space: str | LabelSpace | None = None,
    explain: bool = False,
    raters: bool = False,
    language: str | None = None,
    calibration: Path | Calibration | None = None,
    labels: str | Iterable[str] | None = None,
    listening: Listening | None = None,
    transcript: Path | str | None = None,
    commercial: bool = False,
) -> Report: ...
@overload
def analyze(
    x: Iterable[Source],
    *,
    model: str | Path | ModelCard | None = None,
    space: str | LabelSpace | None = None,
    explain: bool = False,
    raters: bool = False,
    language: str | None = None,
    calibration: Path | Calibration | None = None,
    labels: str | Iterable[str] | None = None,
    listening: Listening | None = None,
    transcript: Path | str | None = None,
    commercial: bool = False,
) -> list[Report]: ...
def analyze(  # noqa: PLR0913 - one more than the rest: labels are an answer space of their own
    x: Source | Iterable[Source],
    *,
    model: str | Path | ModelCard | None = None,
    space: str | LabelSpace | None = None,
    explain: bool = False,
    raters: bool = False,
    language: str | None = None,
    calibration: Path | Calibration | None = None,
    labels: str | Iterable[str] | None = None,
    listening: Listening | None = None,
    transcript: Path | str | None = None,
    commercial: bool = False,
) -> Report | list[Report]:
    """Return the affect of a text or a sound: one `Report` for one input, a list of them for a list, in order.

    A `str` is always text; a file is a `pathlib.Path`, of sound where its name ends so (``.wav``, ``.mp3`` …).

    Sound is read where someone speaks, with a reading for each stretch of one speaker and one emotion
    (`affekt.analysis.listening`); `listening` says how speakers are told apart and how segments are cut. Of the other
    options `model` and `space` are for sound too. With a `transcript`, a file (`affekt.analysis.transcripts`) or the
    name of a recogniser (``"pocketsphinx"``, ``"endpoint:URL#MODEL"``), segments carry their words, and what these say
    is joined with the voice by a gate that heeds how sure the words are (`affekt.analysis.words`); `language` is then
    that of the words.

    Of a text the overall reading is of the whole text; a
    text past the model's window is read in windows whose probabilities and VAD are averaged by
    their length, so nothing is cut off. A text of several sentences and over 200 characters also
    gets a reading per sentence; otherwise `readings` holds the overall one alone.

    `model` is a name from `affekt models` (None: ``"text"``; ``"auto"``: ``text`` for English, ``text-multi`` for
    what that does not read) or the folder of a model that `affekt train` made, `space` a label space (None: the
    model's own), `explain` adds the words that made the difference, `language` (ISO 639-1) replaces
    the language check: with ``"en"`` every text is read as English.

    With `raters` every reading carries an `Opinion`: how the votes of people would spread over the
    labels of a space whose votes the model learned, and how likely two of them are to differ. The
    space is the model's first (`affekt models text`), or `space`, which then is the space of the reading
    too, its probabilities being the expected shares of votes.

    With a `calibration`, the file of `affekt calibrate`, probabilities and thresholds are those of your own texts; the
    space is the calibration's.

    With `labels` of your own ("proud, let down, amused", or ``name: definition`` each) the answer is in them, whatever
    they are called: `text` reads names and definitions as it reads texts. docs/guides/own-labels.md says how far to
    trust it; labels that are not understood are warned of.

    With `commercial` only weights that a business may use read: of sound a smaller set of voices taught them.

    Raises `InputError` where there is nothing to read, the model learned no votes over the space, or the calibration
    is another model's or space's,
    `UnknownNameError` for a model or space, `ConversionError` where the model's labels cannot become the
    space asked for.

    >>> import affekt
    >>> report = affekt.analyze("Thank you so much, this made my day!")
    >>> report.top(1)[0].label
    'gratitude'
    """
    many = not isinstance(x, str | Path | Signal) and isinstance(x, Iterable)
    sources: list[Source] = list(x) if many else [x]  # type: ignore[arg-type, list-item]
    heard = [place for place, source in enumerate(sources) if isinstance(source, Path) and is_sound_path(source)]
    if heard:
        given = (explain, raters, language if transcript is None else None, calibration, labels)
        names = ("explain", "raters", "language", "calibration", "labels")
        _check_sound([name for name, value in zip(names, given, strict=True) if value])
        if isinstance(transcript, Path) and len(heard) > 1:
            raise InputError(
                f"{transcript} is the transcript of one sound, and {len(heard)} are to be read. Read them one by one."
            )
        worded = None if transcript is None else partial(_add_words, transcript, language, commercial)
        sounds = _listen([sources[place] for place in heard], model, space, listening, worded, commercial=commercial)
        texts = [source for place, source in enumerate(sources) if place not in set(heard)]
        rest = iter(analyze(texts, model=model, space=space, commercial=commercial) if texts else ())
        by_place = dict(zip(heard, sounds, strict=True))
        reports = [by_place[place] if place in by_place else next(rest) for place in range(len(sources))]
        return reports if many else reports[0]
    if transcript is not None:
        raise InputError("A transcript goes with a file of sound, and there is none among what is to be read.")
    card = chosen_card(model, labels, space, commercial=commercial)
    asked = replace(ask(card, space, raters=raters, calibration=opened(calibration)), language=language)
    reports = _analyze([open_text(source) for source in sources], card, asked, explain)
    return reports if many else reports[0]


def _check_sound(wrong: list[str]) -> None:
    """Raise `InputError` where options were given that say nothing of sound."""
    if wrong:
        raise InputError(f"{', '.join(wrong)} is for text and says nothing of sound. Leave it out, or read text alone.")


def _listen(
    paths: Sequence[Source],
    model: str | Path | ModelCard | None,
    space: str | LabelSpace | None,
    listening: Listening | None,
    worded: Callable[[Path, Report], Report] | None,
    *,
    commercial: bool,
) -> list[Report]:
    from affekt.analysis.listening import listen, speech_card

    card = speech_card(model, commercial=commercial)
    target = ask(card, space).space
    reader = open_speech_reader(card)
    files = [path for path in paths if isinstance(path, Path)]
    if worded is None:
        return [listen(path, reader, listening, space=target) for path in files]
    # Words are joined in the model's own labels, and what comes of it is converted.
    reports = [worded(path, listen(path, reader, listening)) for path in files]
    return [report if target == card.space else report.to(target) for report in reports]


def _add_words(transcript: Path | str, language: str | None, commercial: bool, path: Path, report: Report) -> Report:
    from affekt.analysis.words import add_words

    return add_words(path, report, transcript, language=language, commercial=commercial)


def _analyze(signals: list[Signal], card: ModelCard, asked: Asked, explain: bool) -> list[Report]:
    reader = open_reader(card)
    sentences = [_sentences(signal.text) for signal in signals]
    spans = [[Span(0, len(signal.text)), *parts] for signal, parts in zip(signals, sentences, strict=True)]
    texts = [text_of(signal.text, span) for signal, parts in zip(signals, spans, strict=True) for span in parts]
    estimates = reader.estimate(texts, language=asked.language, raters=asked.votes)

    reports, row = [], 0
    for signal, parts in zip(signals, spans, strict=True):
        readings: list[Reading] = []
        if estimates.empty[row]:
            raise InputError(f"There is nothing to read in {signal.text[:40]!r}: it holds no visible character.")
        for span in parts:
            if estimates.empty[row]:
                row += 1
                continue
            reading = _reading(reader, estimates, row, span)
            if asked.votes != asked.space:
                reading = reading.to(asked.space)
            if asked.calibration is not None:
                reading = _calibrated(reading, asked.calibration)
            # The overall reading of a long text borrows the evidence of its sentences below.
            if explain and reading.status == "ok" and (len(parts) == 1 or readings):
                reading = explain_reading(reader, signal.text, reading, calibration=asked.calibration)
            readings.append(_with_opinion(reading, estimates.opinion, row, asked))
            row += 1
        overall, *rest = readings
        if explain and rest:
            overall = replace(overall, evidence=strongest(rest))
        provenance = Provenance(card.name, card.version, card.licence, card.window, __version__)
        reports.append(Report(signal.source, signal.text, tuple(rest) or (overall,), overall, provenance))
    return reports


def _calibrated(reading: Reading, calibration: Calibration) -> Reading:
    """Return the reading with probabilities and thresholds of the calibration."""
    thresholds = {calibration.space.name: tuple(calibration.thresholds.tolist())}
    if reading.status != "ok":
        return replace(reading, thresholds=thresholds)
    row = np.round(calibration.apply([reading.probabilities])[0].astype(float), 6)
    return replace(reading, probabilities=tuple(row.tolist()), thresholds=thresholds)


def _with_opinion(reading: Reading, estimates: OpinionEstimates | None, row: int, asked: Asked) -> Reading:
    """Return the reading with what people would say; where it was asked for in their space, that is the answer."""
    if estimates is None or asked.votes is None:
        return reading
    if reading.status != "ok":
        return replace(reading, space=asked.space)
    shares = tuple(np.round(estimates.shares[row].astype(float), 6).tolist())
    opinion = Opinion(asked.votes, shares, round(float(estimates.disagreement[row]), 4))
    if asked.votes == asked.space:
        return replace(reading, space=asked.votes, probabilities=shares, opinion=opinion)
    return replace(reading, opinion=opinion)


def _sentences(text: str) -> list[Span]:
    """Return the sentence spans of a long text, none for a short one."""
    if len(text) <= LONG_TEXT:
        return []
    spans = sentence_spans(text)
    return spans if len(spans) > 1 else []


def _reading(reader: AnyReader, estimates: TextEstimates, row: int, span: Span) -> Reading:
    """Return row `row` of the estimates as a reading in the model's own space."""
    space, thresholds = reader.card.space, reader.thresholds
    if not estimates.supported[row]:
        return Reading(space, (), span, thresholds, status="unsupported_language")
    probabilities = tuple(np.round(estimates.probabilities[row].astype(float), 6).tolist())
    if estimates.limits is not None:
        thresholds = {
            name: tuple(np.round(each[row].astype(float), 6).tolist()) for name, each in estimates.limits.items()
        }
    vad = None
    # Some models say nothing of the dimensions.
    if not np.isnan(estimates.vad[row]).any():
        mean, spread = ([round(float(value), 4) for value in each[row]] for each in (estimates.vad, estimates.vad_sd))
        vad = VAD(mean[0], mean[1], mean[2], spread[0], spread[1], spread[2])
    intensity = None if np.isnan(estimates.intensity[row]) else round(float(estimates.intensity[row]), 4)
    return Reading(space, probabilities, span, thresholds, vad, intensity)
