"""What `affekt analyze` says of sound: a line for each segment and each speaker, and timelines for other tools."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from affekt.cli.listing import Listing, print_listing
from affekt.types import Reading, Report

if TYPE_CHECKING:
    from affekt.analysis.listening import Listening

Command = TypeVar("Command", bound=Callable[..., Any])
_NO_FILES = ("speakers", "transcript")
_WAYS = ("auto", "channels", "one", "many")
_MAPPED = (
    "its valence, arousal and dominance (V A D, ~) are mapped: where the words of its emotions lie, not what was heard"
)
_FILE = click.Path(dir_okay=False, path_type=Path)


def _speakers(_context: click.Context, _option: click.Parameter, value: str | None) -> str | int | None:
    if value is None or value in _WAYS:
        return value
    if value.isdecimal() and 1 <= int(value) <= 50:
        return int(value)
    raise click.BadParameter(f"{value!r} is none of {', '.join(_WAYS)}, and no number from 1 to 50.")


def _transcript(_context: click.Context, _option: click.Parameter, value: str | None) -> Path | str | None:
    if value is None or value == "pocketsphinx" or value.startswith("endpoint:"):
        return value
    if not Path(value).is_file():
        raise click.BadParameter(f"There is no file {value!r}, and it is neither pocketsphinx nor endpoint:URL#MODEL.")
    return Path(value)


def speakers_option(command: Command) -> Command:
    """Return the command with ``--speakers``."""
    return click.option(
        "--speakers",
        callback=_speakers,
        metavar="HOW|N",
        help="Of sound: tell N voices apart, many (as many as there are), take each of the channels for a speaker, or "
        "all for one. Default: channels where they differ, else one.",
    )(command)


def sound_options(command: Command) -> Command:
    """Return the command with the options for sound."""
    for name, what in (("csv", "audformat"), ("eaf", "ELAN"), ("textgrid", "Praat"), ("rttm", "diarization tools")):
        option = click.option(
            f"--{name}", type=_FILE, metavar="FILE", help=f"Write the segments of sound to FILE too, for {what}."
        )
        command = option(command)
    command = click.option(
        "--transcript",
        callback=_transcript,
        metavar="FILE|HOW",
        help="Of sound: read the words too, from FILE (.txt .srt .vtt .json .TextGrid .eaf .ctm) or as recognised by "
        "pocketsphinx (affekt[words]) or endpoint:URL#MODEL. The voice leads, sure words move it.",
    )(command)
    return speakers_option(command)


def take_listening(sound: Mapping[str, Any], heard: bool) -> Listening | None:
    """Return how sound is listened to, None where nothing is asked. Raises `UsageError` where there is no sound."""
    asked = [name for name, value in sound.items() if value is not None]
    if asked and not heard:
        raise click.UsageError(f"--{asked[0]} is for files of sound, and there is none among what is to be read.")
    if sound.get("speakers") is None:
        return None
    from affekt.analysis.listening import Listening

    return Listening(speakers=sound["speakers"])


def is_heard(report: Report) -> bool:
    """Return whether a report is of sound."""
    return report.overall.modality == "speech"


def write_heard(reports: Iterable[Report], sound: Mapping[str, Any]) -> None:
    """Write the segments of reports of sound to the files that were asked for. Raises `OutputError`."""
    asked = {name: path for name, path in sound.items() if name not in _NO_FILES and path is not None}
    if not asked:
        return
    from affekt.analysis.listening import timeline_of_report
    from affekt.analysis.timelines import write_timelines
    from affekt.errors import OutputError

    timelines = [timeline_of_report(report) for report in reports if is_heard(report)]
    for name, path in asked.items():
        if path.suffix.lower() != f".{name}":
            raise OutputError(f"--{name} writes a .{name} file, and {str(path)!r} has another ending. Rename it.")
        write_timelines(timelines, path)


def print_heard(report: Report, *, top: int = 5) -> None:
    """Print a row for each segment and, where there are several, one for each speaker over all they say."""
    source = report.source or "-"
    rows = [_row(source, reading, top) for reading in report.readings]
    if len(report.readings) > 1:
        rows += [_row(source, reading, top, whole=True) for reading in report.speakers]
    names: tuple[str, ...] = ("Source", "Start", "End", "Speaker", "Emotion", "Probabilities", "V A D")
    if any(reading.words is not None for reading in report.readings):
        names = (*names, "Words")
        said = [each.words.text if each.words else "-" for each in report.readings]
        said += ["-"] * (len(rows) - len(said))
        rows = [(*row, words) for row, words in zip(rows, said, strict=True)]
    print_listing(Listing(names, tuple(rows)))
    for note in notes_of(report):
        click.echo(f"Note: {source} {note}", err=True)


def notes_of(report: Report) -> tuple[str, ...]:
    """Return what is to be known of how a sound was read."""
    mapped = report.overall.vad is not None and report.overall.vad.mapped
    return (*report.notes, _MAPPED) if mapped else report.notes


def _row(source: str, reading: Reading, top: int, *, whole: bool = False) -> tuple[str, ...]:
    times = ("all", "all") if whole else (f"{reading.span.start:.2f}", f"{reading.span.end:.2f}")
    said = "|".join(reading.labels) if reading.status == "ok" else reading.status
    most = " ".join(f"{label}={probability:.2f}" for label, probability in reading.top(top)) if said else ""
    return (
        source,
        *times,
        reading.about,
        said or "-",
        (most if reading.status == "ok" else "") or "-",
        _point(reading),
    )


def _point(reading: Reading) -> str:
    """Return valence, arousal and dominance, ``-`` where not told; those that are mapped have a ``~`` before them."""
    if reading.vad is None:
        return "-"
    told = (getattr(reading.vad, name) for name in ("valence", "arousal", "dominance"))
    said = " ".join("-" if math.isnan(value) else f"{value:+.2f}" for value in told)
    return f"~ {said}" if reading.vad.mapped else said
