"""What ``--labels`` takes: a list as people write it, or a file with a label a line."""

from __future__ import annotations

import warnings
from pathlib import Path

import click


def take_labels(given: str) -> tuple[str, ...]:
    """Return the labels that ``--labels`` names, and tell on standard error which are not understood.

    Raises `InputError` where the list or the file is none.
    """
    from affekt.affect.words.own_labels import own_labels, parse_labels, unknown_sentence
    from affekt.analysis.own_labels import UnknownLabelWarning

    lines = _lines(given)
    labels = parse_labels(given) if lines is None else own_labels(lines)
    told = unknown_sentence(labels)
    if told is not None:
        click.echo(f"Note: {told}", err=True)
        # Told once here, in words for the command line.
        warnings.simplefilter("ignore", UnknownLabelWarning)
    return tuple(f"{label.name}: {label.definition}" if label.definition else label.name for label in labels)


def _lines(given: str) -> list[str] | None:
    """Return the lines of the file that `given` names, None where it names none."""
    from affekt.signals.text import read_text

    path = Path(given)
    try:
        if not path.is_file():
            return None
    except OSError:  # longer than a file name may be: words
        return None
    return [line for line in read_text(path).text.splitlines() if line.strip() and not line.startswith("#")]
