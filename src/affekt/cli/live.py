"""``affekt analyze --live``: emotion in speech as it comes, from the microphone or raw samples on standard input."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from affekt.cli.terminal import is_terminal, speaks_unicode
from affekt.cli.words import shown
from affekt.errors import AffektError, OutputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from affekt.analysis.live_readings import LiveReading, LiveSummary

Command = TypeVar("Command", bound=Callable[..., Any])
_BAR = 16  # columns


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What the options of ``--live`` say; None where nothing is said."""

    rate: int | None
    channels: int | None
    coding: str | None
    device: str | None
    window: float | None
    output: Path | None


@dataclass(frozen=True, slots=True)
class _Source:
    """Where sound comes from: what to call it, its rate and channels, its blocks, what is odd about it by now."""

    name: str
    rate: int
    channels: int
    blocks: Iterator[NDArray[np.float32]]
    notes: Callable[[], list[str]]


def live_options(command: Command) -> Command:
    """Return the command with ``--live`` and what belongs to it."""
    options = (
        click.option(
            "--live",
            is_flag=True,
            help="Read speech as it comes: from the microphone, or with - raw samples on standard input. Ctrl-C ends.",
        ),
        click.option(
            "--rate", type=int, metavar="HZ", help="Of --live: samples a second. Default: 16000, or the device's."
        ),
        click.option("--channels", type=int, metavar="N", help="Of --live: channels, which are averaged. Default: 1."),
        click.option(
            "--format",
            "coding",
            metavar="CODING",
            help="Of --live -: how samples are coded: s16le (the default), f32le, s24le, mulaw … A WAV header says so.",
        ),
        click.option(
            "--device", metavar="NAME|N", help="Of --live: the microphone, by a part of its name or its number."
        ),
        click.option(
            "--window", type=float, metavar="SECONDS", help="Of --live: how much speech is read at once. Default: 3."
        ),
        click.option(
            "--output",
            "-o",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Of --live: write every reading to FILE as it comes, a line of JSON each.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def take_live(given: dict[str, Any]) -> LiveOptions | None:
    """Take the options of ``--live`` out of `given`; None where it is not asked for. Raises `UsageError`."""
    live = given.pop("live")
    names = {"coding": "format"}
    asked = {name: given.pop(name) for name in LiveOptions.__slots__}
    wrong = [names.get(name, name) for name, value in asked.items() if value is not None]
    if not live and wrong:
        raise click.UsageError(f"--{wrong[0]} is for --live: speech as it comes, from the microphone or a pipe.")
    return LiveOptions(**asked) if live else None


def hear_live(inputs: tuple[str, ...], options: LiveOptions, *, as_json: bool, top: int, **asked: Any) -> None:
    """Read speech as it comes and show it, until it ends or someone stops it; `asked`: model, space, commercial."""
    from affekt.analysis.live import listen_live, open_live
    from affekt.analysis.live_readings import SCHEMA, LiveListening
    from affekt.signals.arriving import Arrivals

    if inputs not in ((), ("-",)):
        raise click.UsageError(
            f"--live listens to the microphone, or with - to raw samples on standard input; got {inputs[0]!r}. Files "
            "are read without it."
        )
    how = LiveListening() if options.window is None else LiveListening(window_s=options.window)
    with ExitStack() as stack:
        source = _pipe(options) if inputs else _microphone(options)
        live = open_live(source.rate, how, **asked)
        log = None if options.output is None else stack.enter_context(_log(options.output))
        show = _Show(log, drawing=is_terminal(sys.stdout) and not as_json, top=top)
        provenance = live.summary().provenance
        show.start(
            {
                "type": "start",
                "schema": SCHEMA,
                "source": source.name,
                "rate": source.rate,
                "channels": source.channels,
                "delay": live.delays().to_dict(),
                "provenance": {name: getattr(provenance, name) for name in provenance.__slots__},
            }
        )
        stopped = stack.enter_context(_stopped_by_signal())
        arrivals = Arrivals(source.blocks, source.rate)
        failed: AffektError | None = None
        try:
            for answer in listen_live(arrivals, live, stopped=stopped.is_set):
                show.reading(answer)
        except AffektError as error:  # the device went away: what was heard until then still counts
            failed = error
        show.end(live.summary(tuple(source.notes())))
        if failed is not None:
            raise failed


def _pipe(options: LiveOptions) -> _Source:
    from affekt.signals.pcm import PcmFormat, PcmStream

    if options.device is not None:
        raise click.UsageError("--device is a microphone; - is standard input. Give one of them.")
    if sys.stdin.isatty():
        raise click.UsageError(
            "Standard input is the keyboard. Pipe raw samples in: arecord -f S16_LE -r 16000 -t raw | affekt analyze "
            "--live -"
        )
    given = {"rate": options.rate, "channels": options.channels, "coding": options.coding}
    told = PcmFormat(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    # Without a buffer between, so that samples are there when they come.
    pcm = PcmStream(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), told)
    return _Source("standard input", pcm.format.rate, pcm.format.channels, pcm.blocks(), lambda: pcm.notes)


def _microphone(options: LiveOptions) -> _Source:
    from affekt.signals.microphone import Microphone

    if options.coding is not None:
        raise click.UsageError("--format is for raw samples on standard input: affekt analyze --live - --format f32le")
    device = int(options.device) if options.device is not None and options.device.isdecimal() else options.device
    microphone = Microphone(device, rate=options.rate, channels=options.channels)

    def notes() -> list[str]:
        return (
            [f"the system threw sound away {microphone.lost:,} time{'s' * (microphone.lost != 1)}"]
            if microphone.lost
            else []
        )

    return _Source(microphone.name, microphone.rate, microphone.channels, microphone.blocks(), notes)


@contextmanager
def _log(path: Path) -> Iterator[TextIO]:
    """Open a new file to which every line goes at once. Raises `OutputError` where it cannot be or is there already."""
    if path.suffix.lower() in (".csv", ".tsv", ".parquet", ".wav"):
        raise OutputError(
            f"The log has a line of JSON for each reading, no {path.suffix} file. Call it {path.stem}.jsonl."
        )
    try:
        file = path.open("x", encoding="utf-8", buffering=1)
    except FileExistsError as error:
        raise OutputError(f"{path} is there already. Give another name, or delete it.") from error
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        yield file


@contextmanager
def _stopped_by_signal() -> Iterator[threading.Event]:
    """Give what Ctrl-C and a polite kill set, so that the summary still comes; a second Ctrl-C ends at once."""
    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield stopped
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Show:
    """Where readings go: one line that is drawn over and over for a person, lines of JSON for a program; the log."""

    def __init__(self, log: TextIO | None, *, drawing: bool, top: int) -> None:
        self._log, self._drawing, self._top = log, drawing, top

    def start(self, told: dict[str, Any]) -> None:
        self._record(told)
        if self._drawing:
            model = told["provenance"]
            click.echo(
                f"Listening to {shown(told['source'])}, {told['rate']:,} Hz, by {model['model']} "
                f"{model['model_version']} ({model['licence']}). Ctrl-C ends."
            )

    def reading(self, answer: LiveReading) -> None:
        self._record(answer.to_dict())
        if self._drawing:
            width = max(20, shutil.get_terminal_size().columns - 1)
            line = self._line(answer)[:width]
            sys.stdout.write(f"\r{line:<{width}}")
            sys.stdout.flush()

    def end(self, summary: LiveSummary) -> None:
        self._record(summary.to_dict())
        if self._drawing:
            click.echo()
        for line in end_note(summary):
            click.echo(line, err=not self._drawing)

    def _record(self, told: dict[str, Any]) -> None:
        if self._log is not None:
            self._log.write(json.dumps(told, ensure_ascii=False) + "\n")
        if not self._drawing:
            click.echo(json.dumps(told, ensure_ascii=not speaks_unicode(sys.stdout)))

    def _line(self, answer: LiveReading) -> str:
        reading = answer.reading
        left_out = f"  ({answer.skipped} left out)" if answer.skipped else ""
        if reading.status != "ok":
            return f"{reading.span.end:8.2f} s  no speech{left_out}"
        full, empty = ("█", "░") if speaks_unicode(sys.stdout) else ("#", ".")
        top = reading.top(self._top)
        filled = round(_BAR * min(1.0, max(0.0, top[0].probability))) if top else 0
        said = "  ".join(f"{label} {probability:.2f}" for label, probability in top)
        bar = full * filled + empty * (_BAR - filled) if top else ""
        point = ""
        if reading.vad is not None:
            mark = "~" if reading.vad.mapped else ""
            point = f"  {mark}V {reading.vad.valence:+.2f} A {reading.vad.arousal:+.2f}"
        return f"{reading.span.end:8.2f} s  {bar}  {said}{point}{left_out}"


def end_note(summary: LiveSummary) -> list[str]:
    """Return what is said at the end: what was heard, and how late answers were, algorithm and computing apart."""
    said = ", ".join(f"{label} {seconds:.1f} s" for label, seconds in sorted(summary.labels.items(), key=_most))
    lines = [
        f"{summary.seconds:.1f} s of sound, {summary.speech_s:.1f} s of speech{': ' + said if said else ''}. "
        f"{summary.readings:,} windows read, {summary.skipped:,} left out."
    ]
    if summary.overall.status == "ok" and summary.overall.probabilities:
        top = ", ".join(f"{label} {probability:.2f}" for label, probability in summary.overall.top(3))
        lines.append(f"Overall: {top}.")
    elif summary.overall.status == "no_speech":
        lines.append("Overall: no speech.")
    late = summary.delays
    lines.append(
        f"Algorithmic delay {late.algorithmic_s:.2f} s: a window of {late.window_s:g} s and {late.look_ahead_s:.2f} s "
        f"of look-ahead; a reading each {late.step_s:g} s."
    )
    if late.compute_median_s is not None and late.compute_worst_s is not None:
        lines.append(
            f"Compute delay, from the last sample of the look-ahead to the answer: median "
            f"{1000 * late.compute_median_s:.0f} ms, worst {1000 * late.compute_worst_s:.0f} ms."
        )
    lines += [f"Note: {note}" for note in summary.notes]
    if summary.overall.vad is not None and summary.overall.vad.mapped:
        lines.append(
            "Note: valence and arousal (~V, A) are mapped: where the words of the emotions lie, not what was heard"
        )
    return lines


def _most(item: tuple[str, float]) -> float:
    return -item[1]
