"""Rows of a table that a condition chooses: ``snr > 15 and emotion = 'anger'``, parsed here, never run as given.

The language is that of SQL's WHERE, as far as values of a row go. It knows columns, numbers, 'text', arithmetic
(+ - * /), comparisons (= != < <= > >=), `between … and …`, `in (…)`, `like` (% and _), `is null`, `not`, `and`, `or`,
and `labels has 'joy'` for columns that hold several words joined by |. A name with other signs than letters, digits, _
and . stands in double quotes. There are no functions and no other tables, so a condition can do nothing but choose.
A row whose value is missing is not chosen, unless the condition asks for it (`is null`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from affekt.analysis.bulk_parquet import parquet_scan, text_literal
from affekt.analysis.bulk_parts import write_whole, writing
from affekt.analysis.bulk_source import file_format, is_gzipped
from affekt.analysis.table import check_column, first_line, quoted
from affekt.errors import InputError, OutputError

if TYPE_CHECKING:
    import duckdb

Kind = Literal["number", "text", "truth", "unknown"]
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?P<text>'(?:[^']|'')*')"
    r'|(?P<quoted>"(?:[^"]|"")+")|(?P<name>[^\W\d][\w.]*)|(?P<sign><=|>=|<>|!=|==|[-=<>+*/(),]))'
)
_COMPARISONS = {"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_WORDS = frozenset({"and", "or", "not", "in", "between", "like", "is", "null", "has", "true", "false"})
_DEEPEST = 50


class Condition(NamedTuple):
    """A condition as SQL, of quoted columns and literals only, and the columns that it looks at."""

    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """How many rows a table had and how many of them were `kept`, in `output`."""

    output: Path
    rows: int
    kept: int


def parse_condition(text: str, columns: Mapping[str, Kind], *, makers: Mapping[str, str] | None = None) -> Condition:
    """Return the condition that a text says about columns of these kinds; `makers` says what makes a column lacking.

    >>> parse_condition("snr > 15 and emotion = 'anger'", {"snr": "number", "emotion": "text"}).sql
    '(("snr" > 15) AND ("emotion" = \\'anger\\'))'

    Raises `InputError` for a text that is no condition, or that compares numbers with text; `UnknownNameError`.
    """
    parser = _Parser(text, columns, makers or {})
    found = parser.either()
    parser.end()
    if found.kind not in ("truth", "unknown"):
        raise parser.wrong(f"is a value, {found.kind}, and no condition")
    return Condition(found.sql, tuple(dict.fromkeys(parser.used)))


def select_rows(table: Path, condition: str, output: Path, *, overwrite: bool = False) -> Selection:
    """Return what was done to write the rows of a table that meet a condition to `output`.

    Table and output are CSV, TSV, JSONL (each also gzipped) or Parquet, by their names; rows keep their order and
    columns. The output is put in place when it is whole; the table is only read. Raises `InputError` for a table that
    cannot be read and a wrong condition, `UnknownNameError` for a column, `OutputError`.
    """
    import duckdb

    file_format(output, "output")
    if not table.is_file():
        raise InputError(f"There is no file {str(table)!r}.")
    if output.exists() and (not overwrite or output.resolve() == table.resolve()):
        raise OutputError(
            f"{str(output)!r} exists. Choose another output, or replace it with overwrite (`--overwrite`)."
        )
    connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": True})
    try:
        scan = table_scan(table)
        try:
            kinds = column_kinds(connection, scan)
            parsed = parse_condition(condition, kinds)
            rows = _count(connection, scan, "TRUE")
            query = f"SELECT * FROM {scan} WHERE {parsed.sql}"
            kept = _count(connection, scan, parsed.sql)
            with writing(output.with_name(output.name + ".parts")):
                write_whole(output, lambda path: _copy(connection, query, output, path))
        except duckdb.Error as error:
            raise InputError(f"{str(table)!r} cannot be read: {first_line(error)}") from error
    finally:
        connection.close()
    return Selection(output, rows, kept)


def table_scan(table: Path) -> str:
    """Return the SQL that scans a table; cells of CSV and TSV get the types they look like."""
    kind = file_format(table)
    if kind == "parquet":
        return parquet_scan(table)
    name = "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(table))
    packed = f"compression = '{'gzip' if is_gzipped(table) else 'none'}'"
    if kind == "jsonl":
        return f"read_json({text_literal(name)}, format = 'newline_delimited', sample_size = -1, {packed})"
    delimiter = "\\t" if kind == "tsv" else ","
    return f"read_csv({text_literal(name)}, delim = '{delimiter}', header = true, sample_size = -1, {packed})"


def column_kinds(connection: duckdb.DuckDBPyConnection, scan: str) -> dict[str, Kind]:
    """Return the columns of a scanned table and what they hold, for `parse_condition`."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    return {str(name): _kind(str(kind)) for name, kind, *_ in described}


def copy_options(output: Path) -> str:
    """Return the options of SQL's COPY that the name of an output asks for."""
    compression = f"COMPRESSION {'gzip' if is_gzipped(output) else 'none'}"
    return {
        "parquet": "FORMAT parquet, COMPRESSION zstd",
        "jsonl": f"FORMAT json, {compression}",
        "csv": f"FORMAT csv, HEADER true, DELIMITER ',', {compression}",
        "tsv": f"FORMAT csv, HEADER true, DELIMITER '\t', {compression}",
    }[file_format(output, "output")]


def _copy(connection: duckdb.DuckDBPyConnection, query: str, output: Path, path: Path) -> None:
    connection.execute(f"COPY ({query}) TO {text_literal(str(path))} ({copy_options(output)})")


def _count(connection: duckdb.DuckDBPyConnection, scan: str, condition: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {scan} WHERE {condition}").fetchone()
    return int(found[0]) if found else 0


def _kind(of: str) -> Kind:
    if of == "VARCHAR":
        return "text"
    if of == "BOOLEAN":
        return "truth"
    if of.startswith(("DECIMAL", "FLOAT", "DOUBLE", "HUGEINT")) or of.endswith("INT") or of.endswith("INTEGER"):
        return "number"
    return "unknown"


class _Part(NamedTuple):
    sql: str
    kind: Kind


class _Parser:
    """Walks through the words of a condition, from what binds least (or) to what binds most (a value)."""

    def __init__(self, text: str, columns: Mapping[str, Kind], makers: Mapping[str, str]) -> None:
        self.text, self.columns, self.makers = text, columns, makers
        self.used: list[str] = []
        self.words: list[tuple[str, str, int]] = []
        self.at = self.depth = 0
        place = 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                rest = text[place:].strip()
                hint = "The text has no closing quote." if rest[0] in "'\"" else f"{rest[0]!r} means nothing here."
                raise InputError(f"In the condition {text!r}: {hint}")
            self.words.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
            place = found.end()

    def wrong(self, why: str) -> InputError:
        return InputError(f"The condition {self.text!r} {why}. Such as: snr > 15 and emotion = 'anger'.")

    def end(self) -> None:
        if self.at < len(self.words):
            raise self.wrong(f"goes on with {self.words[self.at][1]!r} where it should end")

    def either(self) -> _Part:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.wrong("has too many brackets")
        parts = [self.both()]
        while self._take("or"):
            parts.append(self.both())
        self.depth -= 1
        return self._joined(parts, "OR")

    def both(self) -> _Part:
        parts = [self.negated()]
        while self._take("and"):
            parts.append(self.negated())
        return self._joined(parts, "AND")

    def negated(self) -> _Part:
        count = 0
        while self._take("not"):
            count += 1
        found = self.predicate()
        if not count:
            return found
        self._truth(found)
        return _Part(f"(NOT {found.sql})", "truth") if count % 2 else found

    def predicate(self) -> _Part:
        left = self.total()
        group, word, _ = self._next()
        if group == "sign" and word in _COMPARISONS:
            self.at += 1
            right = self.total()
            self._alike(left, right)
            return _Part(f"({left.sql} {_COMPARISONS[word]} {right.sql})", "truth")
        if self._take("is"):
            no = "NOT " if self._take("not") else ""
            self._demand("null")
            return _Part(f"({left.sql} IS {no}NULL)", "truth")
        no = "NOT " if self._take("not") else ""
        if self._take("between"):
            low = self.total()
            self._demand("and")
            high = self.total()
            self._alike(left, low)
            self._alike(left, high)
            return _Part(f"({left.sql} {no}BETWEEN {low.sql} AND {high.sql})", "truth")
        if self._take("in"):
            self._demand("(")
            values = [self.total()]
            while self._take(","):
                values.append(self.total())
            self._demand(")")
            for value in values:
                self._alike(left, value)
            return _Part(f"({left.sql} {no}IN ({', '.join(value.sql for value in values)}))", "truth")
        for name in ("like", "has"):
            if self._take(name):
                right = self.total()
                for side in (left, right):
                    if side.kind not in ("text", "unknown"):
                        raise self.wrong(f"has {name} beside {side.sql}, which is {side.kind}, not text")
                if name == "like":
                    return _Part(f"({left.sql} {no}LIKE {right.sql})", "truth")
                return _Part(f"({no}list_contains(string_split({left.sql}, '|'), {right.sql}))", "truth")
        if no:
            raise self.wrong("has not where a comparison should be")
        return left

    def total(self) -> _Part:
        found = self.product()
        while sign := self._take("+", "-"):
            right = self.product()
            found = self._number(found, sign, right)
        return found

    def product(self) -> _Part:
        found = self.value()
        while sign := self._take("*", "/"):
            right = self.value()
            found = self._number(found, sign, right)
        return found

    def value(self) -> _Part:
        if self._take("-"):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.wrong("has too many signs")
            found = self.value()
            self.depth -= 1
            if found.kind not in ("number", "unknown"):
                raise self.wrong(f"has a minus before {found.sql}, which is {found.kind}")
            return _Part(f"(-{found.sql})", "number")
        if self._take("("):
            found = self.either()
            self._demand(")")
            return found
        group, word, _ = self._next()
        self.at += 1
        low = word.lower()
        if group == "number":
            return _Part(word, "number")
        if group == "text":
            return _Part(word, "text")
        if group == "name" and low in ("true", "false"):
            return _Part(low.upper(), "truth")
        if group == "quoted" or (group == "name" and low not in _WORDS):
            return self._column(word, group == "quoted")
        said = f"has {word!r}" if word else "ends"
        raise self.wrong(f"{said} where a column or a value should be")

    def _column(self, word: str, in_quotes: bool) -> _Part:
        name = word[1:-1].replace('""', '"') if in_quotes else word
        if name in self.makers and name not in self.columns:
            raise self.wrong(f"asks for {name}, which {self.makers[name]} makes: add it with --add {self.makers[name]}")
        hint = f" Text stands in single quotes: '{name}'." if in_quotes or not self._is_compared() else ""
        check_column(name, tuple(self.columns), "the table", hint)
        self.used.append(name)
        return _Part(quoted(name), self.columns[name])

    def _is_compared(self) -> bool:
        """Return whether the word just taken stands before a comparison, as columns do."""
        return self._next()[1].lower() in {*_COMPARISONS, "is", "in", "between", "like", "has", "not"}

    def _next(self) -> tuple[str, str, int]:
        return self.words[self.at] if self.at < len(self.words) else ("end", "", len(self.text))

    def _take(self, *wanted: str) -> str:
        group, word, _ = self._next()
        if group in ("name", "sign") and word.lower() in wanted:
            self.at += 1
            return word.lower()
        return ""

    def _demand(self, wanted: str) -> None:
        if not self._take(wanted):
            found = self._next()[1]
            raise self.wrong(f"lacks {wanted!r} {f'before {found!r}' if found else 'at its end'}")

    def _truth(self, part: _Part) -> None:
        if part.kind not in ("truth", "unknown"):
            raise self.wrong(f"takes {part.sql}, which is {part.kind}, for a condition")

    def _joined(self, parts: list[_Part], word: str) -> _Part:
        if len(parts) == 1:
            return parts[0]
        for part in parts:
            self._truth(part)
        return _Part(f"({f' {word} '.join(part.sql for part in parts)})", "truth")

    def _alike(self, left: _Part, right: _Part) -> None:
        kinds = {left.kind, right.kind} - {"unknown"}
        if len(kinds) > 1:
            raise self.wrong(f"compares {left.sql}, which is {left.kind}, with {right.sql}, which is {right.kind}")

    def _number(self, left: _Part, sign: str, right: _Part) -> _Part:
        for side in (left, right):
            if side.kind not in ("number", "unknown"):
                raise self.wrong(f"reckons with {side.sql}, which is {side.kind}")
        return _Part(f"({left.sql} {sign} {right.sql})", "number")
