"""``affekt calibrate``: correct a model's probabilities by a few hundred labelled rows."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import click

from affekt.cli.labelled import labels_of, open_labelled, space_of, texts_of
from affekt.cli.languages import language_code
from affekt.cli.listing import json_option, print_details, print_json
from affekt.errors import InputError, OutputError

_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command("calibrate")
@click.argument("model")
@click.argument("table", type=_PATH)
@click.option("--column", metavar="NAME", required=True, help="The column that holds the text.")
@click.option("--labels", metavar="NAME", required=True, help="The column that holds the labels people gave.")
@click.option("--space", metavar="NAME", help="The labels they chose from. Default: the model's own.")
@click.option(
    "--lang", "language", metavar="CODE", callback=language_code, help="Take every row as this language (en) unchecked."
)
@click.option("--seed", type=int, default=0, show_default=True, help="How the rows are dealt for cross-validation.")
@click.option("-o", "--output", metavar="FILE", type=_PATH, required=True, help="Where to write the calibration, JSON.")
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
@json_option
def calibrate_command(  # noqa: PLR0913 - click hands over one argument per option
    *,
    model: str,
    table: Path,
    column: str,
    labels: str,
    space: str | None,
    language: str | None,
    seed: int,
    output: Path,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Fit MODEL's probabilities and thresholds to the labelled rows of TABLE, 100 at least.

    Labels of one row stand in one cell with | between them; `none` says there are none, and rows with an empty cell
    are left out. Draw the rows at random from the texts you want to read: clear cases calibrate to clear cases. The
    errors printed are cross-validated: each row is judged by a calibration that has not seen it.

    \b
    affekt calibrate text labelled.csv --column text --labels emotion --space ekman -o calibration.json
    affekt annotate all.csv --column text --calibration calibration.json -o all.parquet
    """
    from affekt.inference.calibration import write_calibration
    from affekt.models.index import find_model
    from affekt.training.recalibration import calibrate_model

    card = find_model(model)
    target = space_of(space, card.space)
    if output.exists() and not overwrite:
        raise OutputError(f"{str(output)!r} exists. Choose another output, or replace it with `--overwrite`.")
    source = open_labelled(table)
    texts = texts_of(source, column)
    given = labels_of(source, labels, target)
    chosen = [(text, names) for text, names in zip(texts, given, strict=True) if text and names is not None]
    if not chosen:
        raise InputError(f"No row of {table.name} has both a text in {column!r} and labels in {labels!r}.")
    found = calibrate_model(
        card, [text for text, _ in chosen], [names for _, names in chosen], space=target, language=language, seed=seed
    )
    write_calibration(found, output)
    unread = len(chosen) - len(found.truth)
    lacking = [label for label, rows in zip(target, found.truth.sum(0).tolist(), strict=True) if not rows]
    record = {
        "calibration": str(output),
        "model": card.name,
        "space": target.name,
        "rows": len(found.truth),
        "rows_without_labels_or_text": len(given) - len(chosen),
        "rows_not_read": unread,
        "ece_before": None if isnan(found.before) else found.before,
        "ece_after": None if isnan(found.after) else found.after,
        "labels_without_rows": lacking,
    }
    if as_json:
        print_json(record)
        return
    said: dict[str, str | list[str]] = {
        "Written": str(output),
        "Model": f"{card.name} {card.version}, labels of {target.name}",
        "Rows": f"{len(found.truth):,} labelled"
        + (f"; {len(given) - len(chosen):,} without text or labels left out" if len(given) > len(chosen) else "")
        + (f"; {unread:,} in a language the model does not read left out" if unread else ""),
        "Calibration error": f"{found.before:.3f} before, {found.after:.3f} after (cross-validated, probabilities of "
        "at least 0.1)",
    }
    if lacking:
        said["Never seen"] = ", ".join(lacking) + ": these go with the others."
    if found.after > found.before:
        said["Note"] = (
            "These rows do not show that calibration helps: the model was about as good before. More rows may tell."
        )
    print_details(said)
