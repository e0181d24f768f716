"""The cells of a spreadsheet (.xlsx), read with the standard library: enough for corpora published that way.

An .xlsx file is a zip of XML parts (ECMA-376, Office Open XML): the workbook names its sheets and the
relation under which each lies, text is kept once in a table of shared strings.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree

from affekt.errors import CorpusError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# A part larger than this when unpacked is no annotation table.
_MAX_BYTES = 512 * 1024 * 1024


class SheetRow(NamedTuple):
    """One row that is not empty: its sheet, its number from 1, its cells as text by column letter."""

    sheet: str
    number: int
    cells: dict[str, str]


def read_sheets(path: Path) -> Iterator[SheetRow]:
    """Yield the rows of every sheet in the workbook's order; a formula gives the value it was saved with.

    Cells without content are left out; a workbook may be gzipped. Raises `CorpusError` where the file is
    no workbook or broken.
    """
    try:
        packed = path.suffix == ".gz"
        with zipfile.ZipFile(io.BytesIO(gzip.decompress(path.read_bytes())) if packed else path) as archive:
            shared = _shared_strings(archive)
            for sheet, part in _sheets(archive):
                with _open(archive, part) as stream:
                    yield from _rows(stream, sheet, shared)
    except (
        OSError,
        EOFError,
        LookupError,
        ValueError,
        zlib.error,
        zipfile.BadZipFile,
        ElementTree.ParseError,
    ) as error:
        raise CorpusError(
            f"{path} cannot be read ({error}); an .xlsx workbook is expected. Fetch it again from the corpus's home."
        ) from error


def _open(archive: zipfile.ZipFile, part: str) -> IO[bytes]:
    if archive.getinfo(part).file_size > _MAX_BYTES:
        raise ValueError(f"{part} is larger than {_MAX_BYTES} bytes")
    return archive.open(part)


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The name of each sheet and the part it lies in."""
    with _open(archive, "xl/_rels/workbook.xml.rels") as stream:
        parts = {relation.attrib["Id"]: relation.attrib["Target"] for relation in ElementTree.parse(stream).getroot()}
    with _open(archive, "xl/workbook.xml") as stream:
        sheets = [
            (sheet.attrib["name"], parts[sheet.attrib[_RELATION]])
            for sheet in ElementTree.parse(stream).getroot().iter(f"{_MAIN}sheet")
        ]
    return [(name, part.lstrip("/") if part.startswith("/") else f"xl/{part}") for name, part in sheets]


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return []
    with _open(archive, name) as stream:
        items = ElementTree.parse(stream).getroot().iter(f"{_MAIN}si")
        return ["".join(_text(item)) for item in items]


def _text(item: ElementTree.Element) -> Iterator[str]:
    """The runs of a string; `rPh` holds how to pronounce it, which is no part of it."""
    for child in item:
        if child.tag == f"{_MAIN}t":
            yield child.text or ""
        elif child.tag == f"{_MAIN}r":
            yield from _text(child)


def _rows(stream: IO[bytes], sheet: str, shared: list[str]) -> Iterator[SheetRow]:
    for _, row in ElementTree.iterparse(stream):
        if row.tag != f"{_MAIN}row":
            continue
        cells = {}
        for cell in row.iter(f"{_MAIN}c"):
            text = _value(cell, shared)
            if text:
                cells[cell.attrib["r"].rstrip("0123456789")] = text
        if cells:
            yield SheetRow(sheet, int(row.attrib["r"]), cells)
        row.clear()


def _value(cell: ElementTree.Element, shared: list[str]) -> str:
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{_MAIN}is")
        return "" if inline is None else "".join(_text(inline))
    value = cell.findtext(f"{_MAIN}v") or ""
    return shared[int(value)] if kind == "s" and value else value
