"""``affekt filter``: the rows of a table that meet a condition."""

from __future__ import annotations

from pathlib import Path

import click

from affekt.cli.words import shown

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("filter")
@click.argument("table", type=_FILE)
@click.option(
    "--where", metavar="CONDITION", required=True, help="Which rows, such as: snr > 15 and emotion = 'anger'."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=_FILE,
    help="Where to write; the ending says the format: .csv, .tsv, .jsonl (each also with .gz) or .parquet.",
)
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
@click.option("--quiet", is_flag=True, help="No summary.")
def filter_command(*, table: Path, where: str, output: Path, overwrite: bool, quiet: bool) -> None:
    """Write the rows of a TABLE that meet a condition, such as one that `affekt annotate` wrote.

    A condition looks at the columns of a row: numbers with + - * /, 'text' in single quotes, = != < <= > >=,
    between 2 and 10, in ('joy', 'anger'), like 'call-%', is null, not, and, or, brackets; `labels has 'joy'` where
    several words are joined by |. A name with other signs than letters, digits, _ and . stands in double quotes. A
    row whose value is missing is left out unless the condition asks for it.

    \b
    affekt annotate talks/ -o talks.parquet --add emotion,quality,duration
    affekt filter talks.parquet --where "snr > 15 and duration between 2 and 12" -o good.parquet
    affekt filter talks.parquet --where "emotion in ('anger', 'joy') and confidence >= .6" -o lively.csv
    affekt filter reviews.parquet --where "labels has 'joy' and not \"goemotions.anger\" > .2" -o joy.csv
    """
    from affekt.analysis.selecting import select_rows

    found = select_rows(table, where, output, overwrite=overwrite)
    if not quiet:
        click.echo(f"{shown(str(found.output))}: {found.kept:,} of {found.rows:,} rows", err=True)
