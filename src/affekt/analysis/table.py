"""Table: named columns that any Arrow-aware library takes, held by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from affekt.errors import InputError, MissingDependencyError, UnknownNameError

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars
    import pyarrow


class Table:
    """Named columns of one length. `make_table` makes one; nothing changes it afterwards.

    It takes part in the Arrow PyCapsule interface, so ``duckdb.sql("FROM scores")``,
    ``polars.DataFrame(scores)``, ``pyarrow.table(scores)`` and ``pandas.DataFrame.from_arrow(scores)``
    read it as it is.

    >>> table = make_table({"id": [7, 8], "text": ["fine", None]})
    >>> table
    Table(2 rows: id, text)
    >>> table["text"].tolist()
    ['fine', None]
    """

    __slots__ = ("_connection", "_names", "_rows")

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Hold the DuckDB table ``held`` of a connection that nobody else uses."""
        self._connection = connection
        held = connection.sql("SELECT * FROM held")
        self._names = tuple(held.columns)
        self._rows = int(connection.execute("SELECT count(*) FROM held").fetchall()[0][0])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self._names

    def __len__(self) -> int:
        return self._rows

    def __repr__(self) -> str:
        shown = self._names if len(self._names) <= 8 else (*self._names[:7], f"… {len(self._names) - 7} more")
        return f"Table({self._rows:,} rows: {', '.join(shown)})"

    def column(self, name: str) -> NDArray[Any]:
        """Return the values of a column, (row,): numbers as they are, everything else as objects.

        Where a value is missing, floats are NaN and objects None; columns of any other type come as a
        masked array. Raises `UnknownNameError`.
        """
        check_column(name, self._names, "this table")
        # fetchnumpy would ask pandas for an ENUM.
        cast = "::VARCHAR" if self.type_of(name).startswith("ENUM") else ""
        query = f"SELECT {quoted(name)}{cast} AS value FROM held"
        values: NDArray[Any] = self._relation(query).fetchnumpy()["value"]
        if not isinstance(values, np.ma.MaskedArray):
            return values
        if values.dtype.kind == "f":
            return np.asarray(values.filled(np.nan))
        if values.dtype.kind == "O":
            filled = np.array(values.data, object)
            filled[np.ma.getmaskarray(values)] = None
            return filled
        return values if np.ma.getmaskarray(values).any() else np.asarray(values.data)

    __getitem__ = column

    def type_of(self, name: str) -> str:
        """Return the SQL type of a column, such as ``VARCHAR`` or ``FLOAT``."""
        check_column(name, self._names, "this table")
        return str(self._relation("SELECT * FROM held").types[self._names.index(name)])

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the columns as an Arrow stream capsule."""
        capsule: object = self._relation("SELECT * FROM held").__arrow_c_stream__(requested_schema)
        return capsule

    def to_arrow(self) -> pyarrow.Table:
        """Return a pyarrow table. Raises `MissingDependencyError`."""
        try:
            import pyarrow
        except ImportError as error:
            raise _missing("to_arrow", "pyarrow", "pip install pyarrow") from error
        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas frame. Raises `MissingDependencyError`."""
        try:
            import pandas  # noqa: F401
        except ImportError as error:
            raise _missing("to_pandas", "pandas", "pip install 'affekt[frames]'") from error
        frame: pandas.DataFrame = self._relation("SELECT * FROM held").df()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Return a polars frame. Raises `MissingDependencyError`."""
        try:
            import polars
        except ImportError as error:
            raise _missing("to_polars", "polars", "pip install polars") from error
        return polars.DataFrame(self)

    def with_columns(self, columns: Mapping[str, NDArray[Any]]) -> Table:
        """Return a new table: these columns, then `columns`, which have as many rows."""
        connection = _connect()
        connection.register("before", _Stream(self))
        connection.register("added", dict(columns))
        # An object array without a single value has no type of its own.
        added = ", ".join(
            f"{quoted(name)}::VARCHAR AS {quoted(name)}" if values.dtype == object else quoted(name)
            for name, values in columns.items()
        )
        connection.execute(
            f"CREATE TABLE held AS SELECT * FROM before POSITIONAL JOIN (SELECT {added} FROM added) AS added"
        )
        connection.unregister("before")
        connection.unregister("added")
        return Table(connection)

    def _relation(self, query: str) -> duckdb.DuckDBPyRelation:
        # A cursor of its own: a stream that is being read blocks the connection it belongs to.
        return self._connection.cursor().sql(query)


class _Stream:
    """Shows DuckDB nothing of an object but its Arrow stream, so that it does not look for more."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._source.__arrow_c_stream__()


def make_table(data: object) -> Table:
    """Return a table of what `data` holds: a pandas frame, a mapping of names to sequences of one
    length, or anything with ``__arrow_c_stream__`` (Arrow, polars, DuckDB). A frame's index is left out.

    Raises `InputError` where `data` is none of these, or is not rectangular.
    """
    import duckdb

    source: object
    columns = "*"
    if isinstance(data, Mapping):
        arrays = _arrays(data)
        # A column of strings is one even where none of them is there, or the first thousand are not.
        strings = [f"{quoted(name)}::VARCHAR AS {quoted(name)}" for name, values in arrays.items() if _is_text(values)]
        columns = f"* REPLACE ({', '.join(strings)})" if strings else "*"
        source = arrays
    elif _is_pandas(data):
        source = data
    elif hasattr(data, "__arrow_c_stream__"):
        source = _Stream(data)
    else:
        raise InputError(
            f"Cannot make a table of {type(data).__name__!r}. Give a mapping of names to lists, a pandas frame, or "
            "a table of any Arrow-aware library."
        )
    connection = _connect()
    try:
        connection.register("given", source)
        connection.execute(f"CREATE TABLE held AS SELECT {columns} FROM given")
        connection.unregister("given")
    except duckdb.Error as error:
        raise InputError(f"The table cannot be read: {first_line(error)}") from error
    return Table(connection)


def is_table(data: object) -> bool:
    """Return whether `data` has columns, rather than being one.

    >>> is_table({"text": ["a"]}), is_table(["a"])
    (True, False)
    """
    if isinstance(data, Mapping | Table) or _is_pandas(data):
        return True
    named = any(hasattr(data, name) for name in ("columns", "column_names", "schema"))
    return hasattr(data, "__arrow_c_stream__") and named


def check_column(name: str, names: Sequence[str], where: str, hint: str = "") -> None:
    """Raise `UnknownNameError` if `name` is none of `names`: it offers the nearest and lists them.

    >>> check_column("txt", ["id", "text"], "reviews.csv")
    Traceback (most recent call last):
    affekt.errors.UnknownNameError: No column 'txt' in reviews.csv. Did you mean 'text'? It has: id, text.
    """
    if name in names:
        return
    nearest = get_close_matches(name, names, n=1, cutoff=0.5)
    offer = f" Did you mean {nearest[0]!r}?" if nearest else ""
    listed = ", ".join(names[:30]) + (f" … {len(names) - 30} more" if len(names) > 30 else "")
    raise UnknownNameError(f"No column {name!r} in {where}.{offer} It has: {listed}.{hint}")


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def _connect() -> duckdb.DuckDBPyConnection:
    import duckdb

    # One thread keeps rows in order and leaves the cores to the model.
    return duckdb.connect(config={"threads": 1})


def _arrays(columns: Mapping[Any, Any]) -> dict[str, NDArray[Any]]:
    if not columns:
        raise InputError("The table has no columns.")
    arrays: dict[str, NDArray[Any]] = {}
    for name, values in columns.items():
        array = values if isinstance(values, np.ndarray) else _array(values)
        # DuckDB makes an ENUM of NumPy's fixed-width strings.
        arrays[str(name)] = array.astype(object) if array.dtype.kind in "US" else array
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name}: {n}" for name, n in lengths.items())
        raise InputError(f"The columns differ in length ({listed}). They must have one value for each row.")
    return arrays


def _array(values: Any) -> NDArray[Any]:
    listed = list(values)
    if listed and all(isinstance(value, bool | int | float) for value in listed):
        return np.array(listed)
    return np.fromiter(listed, object, len(listed))


def _is_text(values: NDArray[Any]) -> bool:
    return values.dtype == object and all(value is None or isinstance(value, str) for value in values)


def _is_pandas(data: object) -> bool:
    kind = type(data)
    return kind.__name__ == "DataFrame" and kind.__module__.partition(".")[0] == "pandas"


def first_line(error: Exception) -> str:
    """Return what an error of DuckDB says, without the query below it."""
    return str(error).strip().partition("\n")[0]


def _missing(method: str, package: str, line: str) -> MissingDependencyError:
    return MissingDependencyError(f"Table.{method} needs {package}. Install it with: {line}")
