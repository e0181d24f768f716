"""annotate(): from a list of texts, or a table, to a table with its readings. The columnar twin of analyze()."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affekt.analysis.additions import Addition
from affekt.analysis.asking import Asking, answer_columns, answer_names, ask_texts, is_endpoint, open_interview
from affekt.analysis.columns import Clash, added_names, ask, check_names, opened, score_columns, with_additions
from affekt.analysis.own_labels import chosen_card
from affekt.analysis.table import Table, is_table, make_table
from affekt.cards import ModelCard
from affekt.errors import InputError
from affekt.inference.calibration import Calibration
from affekt.inference.text import open_reader
from affekt.types import LabelSpace


@dataclass(frozen=True, slots=True)
class AnnotateOptions:
    """How `annotate` works. `prefix` goes before the name of every added column; `batch_size` texts
    go through the network at once; `threads` is how many cores it may use (None: all); `device` is
    where it runs. `calibration` is the file of `affekt calibrate` (or what `read_calibration` makes of it);
    `abstain` is the most that may be wrong among the answers it leaves standing. `asking` says how a chat model is
    asked, where the model is ``endpoint:URL#MODEL``. `labels` are labels of your own to answer in, as `affekt.analyze`
    takes them; `add` are further judgements to add (`affekt.analysis.additions`)."""

    prefix: str = ""
    batch_size: int = 64
    threads: int | None = None
    device: str = "cpu"
    calibration: Path | Calibration | None = None
    abstain: float | None = None
    asking: Asking | None = None
    labels: str | Iterable[str] | None = None
    add: tuple[Addition, ...] = ()


def annotate(
    texts: object,
    *,
    column: str | None = None,
    model: str | Path | ModelCard | None = None,
    space: str | LabelSpace | None = None,
    raters: bool = False,
    language: str | None = None,
    options: AnnotateOptions | None = None,
) -> Table:
    """Return a table with what was read in each text, in the order of the texts.

    `texts` is a sequence of str, or a table (a pandas frame, a mapping of names to sequences, or
    anything with ``__arrow_c_stream__``) whose `column` holds them. For a sequence, `column` names
    the text column of the result (None: ``"text"``). `model` is a name from `affekt models` (None:
    ``"text"``; ``"auto"``: ``text`` for English, ``text-multi`` for what that does not read), `space` a label
    space (None: the model's own), `language` (ISO 639-1) replaces the language check.

    The columns given are kept. Added are ``<space>.<label>`` probabilities (float32, in [0, 1]),
    ``labels`` (those over their threshold, most probable first, joined by ``|``; of an exclusive
    space the most probable), ``valence``, ``arousal``, ``dominance`` (float32, in [-1, 1]) and
    ``status``: ``ok``, ``unsupported_language``, or ``empty`` for None, NaN and blank texts. Where
    the status is not ``ok`` the other added columns are missing. No row is left out.

    With `raters` there are also ``votes.<space>.<label>``, the expected shares of people's votes, and
    ``disagreement``, the chance that two of them differ; see `affekt.analyze`. Asked for in a space whose votes
    the model learned, the shares are the ``<space>.<label>`` probabilities themselves.

    With a calibration the probabilities and labels are corrected by it, and ``calibration`` names it; with `abstain`
    too, ``abstained`` (bool) is True where the most probable label is less sure than the calibration's rows ask for so
    that, with 90 % confidence, at most that share of the other rows has a wrong one.

    A chat model, ``endpoint:URL#MODEL``, tells no probabilities: it adds ``labels`` of the `space` (or dimensions, if
    it is asked for them), what its template asks for besides, and ``status``, which may be ``unparseable`` or
    ``no reply`` too. Texts leave this machine for that URL. `EndpointError` is raised where it refuses or dies.

    Raises `InputError` for an input that is no text or that has a column of an added name already,
    or where the model learned no votes over the space, or the calibration or risk does not fit,
    `UnknownNameError` for a column, model or space, `ConversionError` where the model's labels
    cannot become the space asked for.

    >>> import affekt
    >>> table = affekt.annotate(["Thank you so much!", None], space="sentiment")
    >>> table["labels"].tolist(), table["status"].tolist()
    (['positive', None], ['ok', 'empty'])
    """
    options = options or AnnotateOptions()
    if isinstance(model, str) and is_endpoint(model):
        if raters or language or options.calibration or options.abstain or options.labels or options.add:
            raise InputError(
                "A chat model takes no raters, language, calibration, abstain, labels or add: it tells labels of a "
                "space alone."
            )
        return _annotate_by_asking(_table_of(texts, column), column, model, space, options)
    card = chosen_card(model, options.labels, space)
    own = opened(options.calibration)
    asked = ask(card, space, raters=raters, calibration=own, abstain=options.abstain)
    asked = replace(asked, language=language, batch_size=options.batch_size)
    asked = with_additions(asked, card, options.add)
    added = added_names(asked, options.prefix)
    table = _table_of(texts, column)
    cells, filled = _cells_of(table, column, added)
    reader = open_reader(card, threads=options.threads, device=options.device)
    scores = score_columns(reader, cells[filled].tolist(), asked)
    columns = {name: _spread(values, filled) for name, values in zip(added, scores, strict=True)}
    columns[added[-1]][~filled] = "empty"
    return table.with_columns(columns)


def _annotate_by_asking(
    table: Table, column: str | None, model: str, space: str | LabelSpace | None, options: AnnotateOptions
) -> Table:
    interview = open_interview(model, space, options.asking)
    added = answer_names(interview.form, options.prefix)
    cells, filled = _cells_of(table, column, added)
    said = ask_texts(interview, cells[filled].tolist()).answers
    values = zip(added, answer_columns(interview.form, said), strict=True)
    columns = {name: _spread(each, filled) for name, each in values}
    columns[added[-1]][~filled] = "empty"
    return table.with_columns(columns)


def _cells_of(table: Table, column: str | None, added: tuple[str, ...]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the texts of a table, and which of them there are; the added names must be free."""
    cells = _text_column(table, column)
    check_names(table.names, Clash(added, "a prefix: options=AnnotateOptions(prefix='affekt_')"))
    return cells, np.fromiter((bool(cell and not cell.isspace()) for cell in cells), bool, len(cells))


def _table_of(texts: object, column: str | None) -> Table:
    if isinstance(texts, Table):
        return texts
    if is_table(texts):
        return make_table(texts)
    return make_table({column or "text": _text_cells(texts)})


def _text_column(table: Table, column: str | None) -> NDArray[Any]:
    """Return the texts of a table as objects, None where there is none."""
    if column is None:
        if len(table.names) > 1:
            raise InputError(f"Say which column holds the texts: column=… It has: {', '.join(table.names)}.")
        column = table.names[0]
    cells, kind = table.column(column), table.type_of(column)
    if kind == "VARCHAR" or kind.startswith("ENUM"):
        return cells
    if not _all_missing(cells):
        raise InputError(f"The column {column!r} holds {kind}, not text. Choose the column that holds the texts.")
    return np.full(len(cells), None, object)


def _all_missing(cells: NDArray[Any]) -> bool:
    if cells.dtype == object:
        return all(cell is None for cell in cells)
    missing = np.isnan(cells) if cells.dtype.kind == "f" else np.ma.getmaskarray(cells)
    return bool(np.all(missing))


def _text_cells(texts: object) -> NDArray[Any]:
    """Return a sequence of texts as objects, None where there is none."""
    if isinstance(texts, str | bytes):
        raise InputError("annotate takes a list of texts. For one text use affekt.analyze(text), or give [text].")
    if isinstance(texts, Path):
        raise InputError(
            f"annotate takes texts, and {str(texts)!r} is a file. Use affekt.analysis.bulk.annotate_file or, in a "
            "shell, `affekt annotate`."
        )
    for method in ("to_pylist", "tolist"):  # Arrow arrays; NumPy arrays, pandas and polars series
        if hasattr(texts, method):
            texts = getattr(texts, method)()
            break
    if not isinstance(texts, Iterable):
        raise InputError(f"annotate takes a list of texts or a table, got {type(texts).__name__!r}.")
    listed = list(texts)
    cells = np.full(len(listed), None, object)
    for row, text in enumerate(listed):
        if isinstance(text, str):
            cells[row] = text
        elif not _is_missing(text):
            raise InputError(f"Text {row} is of type {type(text).__name__!r}. Every text must be a str, or None.")
    _check_unicode(cells)
    return cells


def _is_missing(value: object) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def _check_unicode(cells: NDArray[Any]) -> None:
    for row, cell in enumerate(cells):
        if cell is not None and not cell.isascii():
            try:
                cell.encode()
            except UnicodeEncodeError as error:
                raise InputError(
                    f"Text {row} holds half of a surrogate pair at character {error.start}, which is no character. "
                    "Repair it with text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')."
                ) from error


def _spread(values: NDArray[Any], filled: NDArray[Any]) -> Any:
    """Return `values` put where `filled`, a missing value elsewhere."""
    if filled.all():
        return np.ascontiguousarray(values)
    # A row that is not read is not answered: of truth values, abstained, the missing one is True.
    missing = None if values.dtype == object else np.nan if values.dtype.kind == "f" else 1
    spread = np.full(len(filled), missing, values.dtype)
    spread[filled] = values
    return spread
