"""``affekt annotate``: read every row of a table and write the table with its readings."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.annotate_sounds import annotate_sounds
from affekt.cli.chat import chat_options, take_chat
from affekt.cli.failures import Interruption
from affekt.cli.heard import speakers_option
from affekt.cli.languages import language_code
from affekt.cli.progress import duration, progress_bar, rate
from affekt.cli.words import shown
from affekt.errors import AffektError

if TYPE_CHECKING:
    from affekt.analysis.bulk import BulkSummary, Progress
    from affekt.types import LabelSpace

FORMATS = ("csv", "tsv", "jsonl", "parquet")
_FILE = click.Path(dir_okay=False, path_type=Path)
_STREAM_REJECTS = Path("stdout.rejects.jsonl")


@click.command("annotate")
@click.argument("table", metavar="TABLE|FOLDER|-")
@click.option("--column", metavar="NAME", help="The column of the table that holds the text.")
@click.option(
    "-o",
    "--output",
    metavar="FILE|-",
    help="Where to write; the ending says the format: .csv, .tsv, .jsonl (each also with .gz) or .parquet.",
)
@click.option("--format", "file_format", type=click.Choice(FORMATS), help="The format of - on either side.")
@click.option(
    "--model",
    metavar="NAME",
    help="The model that reads: text-nano is the fast one, auto also reads other languages, ./FOLDER is one of "
    "`affekt train`, endpoint:URL#MODEL a chat model (key: AFFEKT_ENDPOINT_KEY; texts leave this machine).",
)
@click.option("--space", metavar="NAME", help="The labels to answer in. Default: the model's own.")
@click.option("--labels", metavar="LIST|FILE", help='Labels of your own: "proud, let down", or a file, a line each.')
@click.option(
    "--add",
    metavar="WHAT,…",
    help="Add judgements. Of texts: polarity, subjectivity, emotions (one of seven), vader (needs vaderSentiment). Of "
    "sound: emotion (the most probable), duration, quality (snr, bandwidth, clipped, level, peak), voice (pitch, "
    "speech rate), model:NAME (another model of speech), or what a package adds.",
)
@click.option("--raters", is_flag=True, help="Add the expected shares of people's votes and how far they would differ.")
@click.option(
    "--lang", "language", metavar="CODE", callback=language_code, help="Take every row as this language (en) unchecked."
)
@click.option("--calibration", metavar="FILE", type=_FILE, help="Correct by what `affekt calibrate` wrote.")
@click.option(
    "--abstain",
    metavar="RISK",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="With --calibration: mark as `abstained` the least sure rows, so that at most RISK of the others is wrong.",
)
@click.option("--commercial", is_flag=True, help="Let only models read whose weights a business may use.")
@click.option("--prefix", metavar="WORD", default="", help="Put WORD before the name of every added column.")
@click.option("--encoding", metavar="NAME", help="The encoding of the table, if it is not UTF-8.")
@click.option("--delimiter", metavar="CHARACTER", help="What parts the cells, if not a comma (.csv) or a tab (.tsv).")
@click.option("--batch-size", type=click.IntRange(min=1), default=64, show_default=True, help="Texts read at once.")
@click.option(
    "--threads", type=click.IntRange(min=1), help="Threads of each worker. Default: one, or all for one worker."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Processes that read; of a chat model, calls at once. Default: 1; of a chat model 4.",
)
@click.option("--device", metavar="NAME", default="cpu", show_default=True, help="Where the model runs: cpu or cuda.")
@click.option("--no-text", is_flag=True, help="Keep only the numbers of rejected rows, not what was in them.")
@click.option("--restart", is_flag=True, help="Begin anew instead of going on where an earlier run stopped.")
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
@click.option(
    "--gold", metavar="COLUMN", help="A column of labels given by people: say how far those that were read agree."
)
@chat_options
@speakers_option
@click.option(
    "--per",
    type=click.Choice(["segment", "file"]),
    help="Of a folder of sound: a row for each segment (default) or file.",
)
@click.option(
    "--where",
    metavar="CONDITION",
    help="Of a folder of sound: keep the rows that meet a condition, as `affekt filter` does.",
)
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
def annotate_command(
    *,
    table: str,
    column: str | None,
    output: str | None,
    file_format: str | None,
    quiet: bool,
    gold: str | None,
    estimate: bool,
    **options: Any,
) -> None:
    """Read one column of a table, or a folder of sound, and write a table with what was read in it.

    Every row keeps its columns and gets a probability for each label, `labels` (those over their
    threshold, joined by |), `valence`, `arousal`, `dominance` and `status`. Rows that cannot be
    read are left out and written to OUTPUT.rejects.jsonl with the reason (stdout.rejects.jsonl when
    the output is -). A run that was stopped goes on where it was when the same command is given
    again; with - on either side it cannot.

    Of a FOLDER the files of sound in it and below are listened to: a row for each stretch of one
    speaker and one emotion, with `path`, `start`, `end`, `speaker` and then the same columns.

    A chat model tells no probabilities: it adds `labels` and `status` alone (with --dimensions `valence`, `arousal`,
    `dominance`), and what a --template asks for besides. Rows whose reply is no answer are rejected.

    \b
    affekt annotate reviews.csv --column text -o reviews.parquet
    affekt annotate reviews.csv --column text -o ekman.csv --space ekman --model text-nano
    affekt annotate titles.csv --column title -o out.csv --add polarity,subjectivity,emotions
    affekt annotate reviews.csv --column text -o out.csv --labels "thrilled, let down, cheated"
    affekt annotate calls/ -o calls.parquet --speakers many
    affekt annotate talks/ -o talks.parquet --add emotion,quality,duration
    affekt filter talks.parquet --where "snr > 15 and emotion = 'anger'" -o angry.parquet
    cat rows.jsonl | affekt annotate - --column text -o - --format jsonl > out.jsonl
    affekt annotate reviews.csv --column text --model endpoint:http://localhost:8000/v1#llama --space ekman --estimate
    """
    if table != "-" and Path(table).is_dir():
        annotate_sounds(
            table, output, options, {"--column": column, "--gold": gold, "--estimate": estimate}, quiet=quiet
        )
        return
    _take_commercial(options)
    for name in ("speakers", "per", "where"):
        if options.pop(name) is not None:
            raise click.UsageError(f"--{name} is for a folder of sound, and {table!r} is none.")
    if column is None:
        raise click.UsageError("Say which column holds the text: --column NAME.")
    take_chat(options, column=column, gold=gold)
    _take_own(options)
    if estimate:
        _tell_estimate(table, file_format, column, options)
        return
    if output is None:
        raise click.UsageError("Say where to write: -o FILE (--output).")
    try:
        with _ends(table, output, file_format) as (source, target):
            _check_gold(source, column, gold, options)
            with progress_bar(quiet=quiet) as draw:
                summary = annotate_table(source, target, column, options, draw)
            told = [*_asked(summary, options), *_agreed(summary, gold, column, options)]
            if output == "-":
                summary = _hand_over(summary)
    except KeyboardInterrupt as error:
        advice = "Give the same command again to go on from here, or add --restart to begin anew."
        raise Interruption(f"Stopped. {'Nothing was kept.' if '-' in (table, output) else advice}") from error
    if not quiet:
        click.echo(summary_line(summary, "standard output" if output == "-" else output), err=True)
        for line in told:
            click.echo(line, err=True)


def _take_commercial(options: dict[str, Any]) -> None:
    """Check that a business may use what reads, in place."""
    if options.pop("commercial"):
        from affekt.analysis.asking import is_endpoint
        from affekt.models.index import find_model

        if is_endpoint(options["model"]):
            raise click.UsageError("--commercial is about weights of affekt; the terms of an endpoint are between you.")
        find_model(options["model"], commercial=True)


def _take_own(options: dict[str, Any]) -> None:
    """Read labels of one's own and additions, in place."""
    if options["labels"] is not None:
        from affekt.cli.own_labels import take_labels

        options["labels"] = take_labels(options["labels"])
    add = options.pop("add")
    if add is not None:
        from affekt.analysis.additions import parse_additions

        options["add"] = parse_additions(add)


def _tell_estimate(table: str, file_format: str | None, column: str, options: dict[str, Any]) -> None:
    """Say what asking about the table would take."""
    from affekt.analysis.asking import is_endpoint
    from affekt.analysis.bulk import BulkOptions, estimate_file

    if not is_endpoint(options["model"]):
        raise click.UsageError("--estimate is about a chat model: --model endpoint:URL#MODEL. Ours cost nothing.")
    with _ends(table, "estimate.jsonl", file_format) as (source, _):
        found = estimate_file(source, column=column, options=BulkOptions(**options))
    click.echo(found.asking.sentence(options["asking"].price))
    if found.rejected:
        click.echo(f"{found.rejected:,} of {found.rows:,} rows cannot be read and would be rejected.")


def _check_gold(source: Path, column: str, gold: str | None, options: dict[str, Any]) -> None:
    """Raise `UnknownNameError` where the table has no such column, before anything is read or paid for."""
    if gold is None:
        return
    from affekt.analysis.bulk import BulkOptions, table_columns
    from affekt.analysis.table import check_column

    check_column(gold, table_columns(source, column=column, options=BulkOptions(**options)), repr(str(source)))


def _asked(summary: BulkSummary, options: dict[str, Any]) -> list[str]:
    """Return what asking a chat model took, in lines."""
    if summary.bill is None:
        return []
    from affekt.analysis.asking import NO_REPLY, UNPARSEABLE
    from affekt.analysis.bulk_merge import count_rejects

    lost = {} if summary.rejects is None else count_rejects(summary.rejects, (UNPARSEABLE, NO_REPLY))
    asked = summary.written + sum(lost.values())
    shares = [f"{name} {count:,} of {asked:,} rows ({count / max(1, asked):.1%})" for name, count in lost.items()]
    rows = [f"{name}: {value}" for name, value in summary.bill.rows() if name not in ("unparseable", "failed")]
    return [*(shares or [f"{UNPARSEABLE} 0 of {asked:,} rows"]), "asked in this run: " + "; ".join(rows)]


def _agreed(summary: BulkSummary, gold: str | None, column: str, options: dict[str, Any]) -> list[str]:
    """Return how far what was read agrees with a column of labels, in lines."""
    if gold is None:
        return []
    from affekt.analysis.gold import file_agreement

    space = _space_of(options)
    shown = [example.text for example in options["asking"].examples] if options["asking"] else []
    found = file_agreement(summary.output, gold, space, prefix=options["prefix"], column=column, shown=shown)
    return found.sentences()


def _space_of(options: dict[str, Any]) -> LabelSpace:
    from affekt.affect.spaces import find_space
    from affekt.analysis.columns import ask, opened
    from affekt.models.index import find_model

    if options["asking"]:
        return find_space(options["space"])
    return ask(
        find_model(options["model"]),
        options["space"],
        raters=options["raters"],
        calibration=opened(options["calibration"]),
    ).space


def annotate_table(
    source: Path, output: Path, column: str, options: dict[str, Any], progress: Callable[[Progress], None]
) -> BulkSummary:
    """Return what was done to annotate the file `source` into the file `output`."""
    from affekt.analysis.bulk import BulkOptions, annotate_file

    return annotate_file(source, output, column=column, options=BulkOptions(**options), progress=progress)


def summary_line(summary: BulkSummary, output: str) -> str:
    """Return one line about a finished job: rows, rejects and where they are, time and rate."""
    new = summary.rows - summary.resumed
    line = f"{shown(output)}: {summary.written:,} rows in {duration(summary.seconds)}"
    if new:
        line += f" ({rate(new, summary.seconds)})"
    if summary.resumed:
        line += f", {summary.resumed:,} of them from an earlier run"
    if summary.rejected:
        line += f"; {summary.rejected:,} rejected, see {shown(str(summary.rejects))}"
    return line


@contextmanager
def _ends(table: str, output: str, file_format: str | None) -> Iterator[tuple[Path, Path]]:
    """Give the files to read and to write; standard input and output have files of their own for the time.

    A table is read twice (once to see what it is), and the output is only whole at the end, so
    neither can be a stream.
    """
    if "-" not in (table, output):
        if file_format is not None:
            raise click.UsageError("--format says what - holds; the format of a file is in the ending of its name.")
        yield Path(table), Path(output)
        return
    if table == "-" and file_format is None:
        raise click.UsageError(f"Say what standard input holds: --format {'|'.join(FORMATS)}.")
    with TemporaryDirectory(prefix="affekt-") as folder:
        source = Path(folder, f"input.{file_format}") if table == "-" else Path(table)
        target = Path(output)
        if output == "-":
            ending = file_format or _ending(source)
            if ending == "parquet" and sys.stdout.isatty():
                raise click.UsageError("Parquet is no text for a terminal: write to a file, or pipe it on.")
            target = Path(folder, f"output.{ending}")
        try:
            if table == "-":
                with source.open("wb") as file:
                    shutil.copyfileobj(sys.stdin.buffer, file)
            yield source, target
        except AffektError as error:
            message = str(error)
            for path, stream in ((folder + "/input", "standard input"), (folder + "/output", "standard output")):
                message = re.sub(rf"'?{re.escape(path)}\.\w+'?", stream, message)
            raise type(error)(message) from error


def _ending(path: Path) -> str:
    """Return the format that a file's name says, as an ending."""
    from affekt.analysis.bulk_source import file_format

    return file_format(path)


def _hand_over(summary: BulkSummary) -> BulkSummary:
    """Copy the output to standard output and the rejects to the current folder; return where they are now."""
    with summary.output.open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    if summary.rejects is None:
        return summary
    shutil.copyfile(summary.rejects, _STREAM_REJECTS)
    return replace(summary, rejects=_STREAM_REJECTS)
