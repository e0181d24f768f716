"""``affekt analyze``: read text and show what is in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.failures import CANNOT
from affekt.cli.heard import is_heard, notes_of, print_heard, sound_options, take_listening, write_heard
from affekt.cli.languages import language_code
from affekt.cli.listing import print_json
from affekt.cli.live import hear_live, live_options, take_live
from affekt.cli.own_labels import take_labels
from affekt.cli.terminal import is_screen, screen
from affekt.errors import AffektError, InputError
from affekt.types import Report, Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXPLAINED_CHARACTERS = 500  # hiding each word in turn is quick up to here
_LOOKS_LIKE_A_FILE = re.compile(
    r"\S+\.(txt|text|md|rst|csv|tsv|jsonl?|ndjson|parquet|html?|xml|pdf|docx?|log|srt|eml|wav|flac|ogg|opus|mp3|m4a)",
    re.I,
)
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


@click.command("analyze")
@click.argument("inputs", nargs=-1, metavar="[TEXT | FILE | -]...")
@click.option("--text", "as_text", is_flag=True, help="Read every argument as words, even where a file has that name.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the report as JSON: one object, or a list for several inputs."
)
@click.option(
    "--model",
    metavar="NAME",
    help="The model that reads; `affekt models` lists them, ./FOLDER is one of `affekt train`. auto: English by text, "
    "the rest by text-multi.",
)
@click.option(
    "--space", metavar="NAME", help="The labels to answer in; `affekt spaces` lists them. Default: the model's own."
)
@click.option(
    "--labels",
    metavar="LIST|FILE",
    help='Labels of your own: "proud, let down", or a file with a line each, as in `smug: pleased with oneself`.',
)
@click.option(
    "--explain/--no-explain",
    default=None,
    help="Mark the words that count. Default: on a terminal for short text, else not.",
)
@click.option(
    "--raters",
    is_flag=True,
    help="Add what people would say: the expected shares of their votes, and how likely two of them differ.",
)
@click.option(
    "--lang",
    "language",
    metavar="CODE",
    callback=language_code,
    help="Take the text as this language (en) without a check.",
)
@click.option(
    "--calibration",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Correct by what `affekt calibrate` wrote.",
)
@click.option("--commercial", is_flag=True, help="Let only models read whose weights a business may use.")
@sound_options
@live_options
@click.option("--encoding", metavar="NAME", help="The encoding of files and standard input. Default: UTF-8.")
@click.option("--top", type=click.IntRange(min=1), default=5, show_default=True, help="How many labels to show.")
def analyze_command(  # noqa: PLR0913 - click hands over one argument per option
    *,
    inputs: tuple[str, ...],
    as_text: bool,
    as_json: bool,
    model: str | None,
    space: str | None,
    labels: str | None,
    explain: bool | None,
    raters: bool,
    language: str | None,
    calibration: Path | None,
    commercial: bool,
    encoding: str | None,
    top: int,
    **sound: Any,
) -> None:
    """Read text or sound and show its emotions.

    An argument that names an existing file is that file, `-` is standard input, anything else is
    the words themselves. A file of sound (.wav, .mp3 …) is listened to: a line for each stretch of
    one speaker and one emotion. On a terminal the answer is a picture; elsewhere it is a line per reading
    with eleven fields between tabs, or JSON with --json. With --live speech is read as it comes, each
    quarter of a second: one line that changes on a terminal, elsewhere lines of JSON.

    \b
    affekt analyze "I can't believe you did this for me!"
    affekt analyze letter.txt --space ekman
    affekt analyze "They forgot me again." --labels "proud, let down, amused"
    affekt analyze "Well, we shall see." --raters
    affekt analyze call.wav --speakers many --rttm call.rttm
    affekt analyze call.wav --transcript call.srt
    affekt analyze --live
    echo "so tired of this" | affekt analyze - --json
    """
    live = take_live(sound)
    if live is not None:
        texts_only = {"text": as_text, "explain": explain, "raters": raters, "labels": labels, "lang": language}
        texts_only |= {"calibration": calibration, "encoding": encoding} | sound
        wrong = [name for name, value in texts_only.items() if value]
        if wrong:
            raise click.UsageError(f"--{wrong[0]} and --live do not go together.")
        hear_live(inputs, live, as_json=as_json, top=top, model=model, space=space, commercial=commercial)
        return
    if not inputs and sys.stdin.isatty():
        raise click.UsageError(
            'Nothing to read. Give words, a file, or - for standard input: affekt analyze "your words".'
        )
    signals: list[Signal | Path] = []
    failed = False
    for given in inputs or ("-",):
        try:
            signal = _signal(given, as_text=as_text, encoding=encoding)
        except AffektError as error:
            if len(inputs) <= 1:
                raise
            click.echo(f"Error: {error}", err=True)
            failed = True
            continue
        signals.append(signal)
    drawing = is_screen(sys.stdout) and not as_json
    if explain is None:
        texts = [signal.text for signal in signals if isinstance(signal, Signal)]
        explain = drawing and len(texts) == len(signals) and sum(map(len, texts)) <= _EXPLAINED_CHARACTERS
    asked: dict[str, Any] = {"model": model, "space": space, "explain": explain, "raters": raters, "language": language}
    if calibration is not None:
        asked["calibration"] = calibration
    if commercial:
        asked["commercial"] = True
    if labels is not None:
        asked["labels"] = take_labels(labels)
    if sound["transcript"] is not None:
        asked["transcript"] = sound["transcript"]
    listening = take_listening(sound, any(isinstance(signal, Path) for signal in signals))
    if listening is not None:
        asked["listening"] = listening
    reports: list[Report] = []
    if len(signals) > 1 and any(isinstance(signal, Path) for signal in signals):
        for signal in signals:  # a file that breaks off does not take the others with it
            try:
                reports += read_signals([signal], **asked)
            except InputError as error:
                click.echo(f"Error: {error}", err=True)
                failed = True
    elif signals:
        reports = read_signals(signals, **asked)
    write_heard(reports, sound)
    _show(reports, as_json=as_json, drawing=drawing, several=len(inputs) > 1, top=top)
    if failed:
        raise click.exceptions.Exit(CANNOT)


def read_signals(signals: Sequence[Signal | Path], **asked: Any) -> list[Report]:
    """Return a report for each signal, in order; `asked` are the options of `affekt.analyze`."""
    from affekt.analysis.analyze import analyze

    return analyze(signals, **asked)


def _show(reports: Iterable[Report], *, as_json: bool, drawing: bool, several: bool, top: int) -> None:
    if as_json:
        records = [report.to_dict() for report in reports]
        if several or records:
            print_json(records if several else records[0])
    elif drawing:
        from affekt.cli.heard_picture import draw_heard
        from affekt.cli.picture import draw_report

        console = screen()
        for report in reports:
            if is_heard(report):
                draw_heard(report, console, notes=notes_of(report), top=top)
            else:
                draw_report(report, console, top=top)
        console.print()
    else:
        from affekt.cli.lines import report_lines

        for report in reports:
            if is_heard(report):
                print_heard(report, top=top)
                continue
            for line in report_lines(report, top=top):
                click.echo(line)


def _signal(given: str, *, as_text: bool, encoding: str | None) -> Signal | Path:
    """Return what one argument stands for, of sound the file; raises `InputError` where it cannot be read."""
    from affekt.analysis.sound_files import is_sound_path
    from affekt.signals.text import open_text

    if not as_text and is_sound_path(Path(given)) and Path(given).is_file():
        return Path(given)
    signal = None if as_text else _source(given, encoding)
    if signal is None:
        try:
            given.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                "The words on the command line are not valid UTF-8. Save them as a UTF-8 file and give its name."
            ) from error
        signal = Signal(given)
    return open_text(signal)


def _source(given: str, encoding: str | None) -> Signal | None:
    """Return the text of the file or the standard input that `given` names; None where it is words."""
    from affekt.signals.text import decode_text, read_text

    if given == "-":
        if sys.stdin.isatty():
            click.echo("Type your words; end with Ctrl-D on a line by itself.", err=True)
        text = decode_text(sys.stdin.buffer.read(), source="Standard input", encoding=encoding)
        if not text.strip():
            raise InputError("Standard input is empty: there is nothing to read.")
        return Signal(text)
    path = Path(given)
    try:
        exists = given != "" and path.exists()
    except OSError:  # longer than a file name may be: words
        exists = False
    if exists:
        if path.is_dir():
            raise InputError(f"{given!r} is a folder. Give the files in it, or add --text to read the word itself.")
        if path.suffix.lower() in _TABLES and is_screen(sys.stderr):
            click.echo(
                f"Note: {given} is read as one text. Row by row: affekt annotate {given} --column NAME -o OUT.csv",
                err=True,
            )
        return read_text(path, encoding=encoding)
    if _LOOKS_LIKE_A_FILE.fullmatch(given) or given.startswith(("http://", "https://", "file://")):
        raise InputError(f"There is no file {given!r} here. If you meant these characters as text, add --text.")
    return None
