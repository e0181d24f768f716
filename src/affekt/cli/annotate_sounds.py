"""``affekt annotate FOLDER``: listen to every file of sound in it and write a row for each segment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affekt.cli.failures import Interruption
from affekt.cli.progress import duration, progress_bar
from affekt.cli.words import shown

if TYPE_CHECKING:
    from affekt.analysis.annotators import Annotator
    from affekt.analysis.folders import FolderSummary

# What of `affekt annotate` is for a folder too; all other options are for tables.
_OURS = (
    "model",
    "space",
    "prefix",
    "threads",
    "workers",
    "device",
    "restart",
    "overwrite",
    "speakers",
    "per",
    "commercial",
    "add",
    "where",
)


def annotate_sounds(
    folder: str, output: str | None, options: Mapping[str, Any], given: Mapping[str, Any], *, quiet: bool
) -> None:
    """Write what is heard in a folder to `output`. Raises `UsageError` for options that are for tables."""
    if output is None or output == "-":
        raise click.UsageError("Say where to write what is heard: -o FILE (--output).")
    unfit = [name for name, value in given.items() if value]
    context = click.get_current_context()
    source = click.core.ParameterSource.COMMANDLINE
    options_of = {option.name: option.opts[0] for option in context.command.params}
    unfit += [
        options_of[name]
        for name in context.params
        if name not in (*_OURS, "table", "output", "quiet", "column", "gold", "estimate")
        and context.get_parameter_source(name) is source
    ]
    if unfit:
        raise click.UsageError(f"{', '.join(unfit)} is for a table of texts, and {folder!r} is a folder of sound.")
    from affekt.analysis.folders import FolderOptions, annotate_folder
    from affekt.analysis.listening import Listening

    how = FolderOptions(
        model=options["model"],
        space=options["space"],
        listening=Listening(speakers=options["speakers"] or "auto"),
        per=options["per"] or "segment",
        prefix=options["prefix"],
        threads=options["threads"],
        device=options["device"],
        workers=options["workers"] or 1,
        commercial=options["commercial"],
        annotators=_annotators(options["add"]),
        where=options["where"],
        overwrite=options["overwrite"],
        restart=options["restart"],
    )
    try:
        with progress_bar(quiet=quiet) as draw:
            summary = annotate_folder(Path(folder), Path(output), options=how, progress=draw)
    except KeyboardInterrupt as error:
        advice = "Give the same command again to go on from here, or add --restart to begin anew."
        raise Interruption(f"Stopped. {advice}") from error
    if not quiet:
        click.echo(_line(summary), err=True)


def _annotators(add: str | None) -> tuple[Annotator, ...]:
    """Return the annotators that --add names."""
    if add is None:
        return ()
    from affekt.analysis.annotators import find_annotators

    return find_annotators(add)


def _line(summary: FolderSummary) -> str:
    line = f"{shown(str(summary.output))}: {summary.written:,} rows of {summary.files:,} files in "
    line += duration(summary.seconds)
    if summary.resumed:
        line += f", {summary.resumed:,} files of them from an earlier run"
    if summary.rejected:
        line += f"; {summary.rejected:,} files rejected, see {shown(str(summary.rejects))}"
    return line
