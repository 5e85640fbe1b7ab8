"""The cells of Excel workbooks, old (.xls) and new (.xlsx), within bounds."""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from xml.etree import ElementTree as ET

from xps.errors import ReadError
from xps.readers import ole
from xps.readers.xml_text import elements, name_of

Cell = float | str
Row = list[Cell]

ZIP_MAGIC: Final = b"PK\x03\x04"
_MAX_BYTES = 64 << 20
_MAX_UNPACKED = 128 << 20
_MAX_COLUMNS = 1024
_REMEDY = "save it again in Excel, or export the spectra as columns of text"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_WORKBOOK = "xl/workbook.xml"
_STRINGS = "xl/sharedStrings.xml"
_BIFF_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows from the first on, "" where a cell is empty."""

    name: str
    rows: list[Row]


def is_workbook(data: bytes) -> bool:
    """Tell whether the bytes are those of an Excel workbook."""
    if data.startswith(ole.MAGIC):
        return any(name in data for name in _BIFF_STREAMS)
    return data.startswith(ZIP_MAGIC) and _WORKBOOK.encode() in data


def sheets(data: bytes) -> list[Sheet]:
    """Return the sheets of a workbook in their order.

    Raises
    ------
    ReadError
        If the workbook is damaged, encrypted or too large.
    """
    if len(data) > _MAX_BYTES:
        raise ReadError(f"this Excel workbook is too large: {len(data) >> 20} MB", _REMEDY)
    return _old_sheets(data) if data.startswith(ole.MAGIC) else _new_sheets(data)


def _old_sheets(data: bytes) -> list[Sheet]:
    import xlrd

    log = io.StringIO()
    try:
        book: Any = xlrd.open_workbook(
            file_contents=data, ragged_rows=True, on_demand=True, logfile=log
        )
        found = []
        for name in book.sheet_names():
            sheet = book.sheet_by_name(name)
            rows = [[_old_cell(cell) for cell in sheet.row(i)] for i in range(sheet.nrows)]
            found.append(Sheet(name, rows))
            book.unload_sheet(name)
    # Damaged records make xlrd raise whatever their bytes lead to.
    except Exception as error:
        raise ReadError(f"this Excel workbook (.xls) is damaged: {error}", _REMEDY) from error
    return found


def _old_cell(cell: Any) -> Cell:
    # Only texts (1) and numbers (2) are of use; dates, truths and errors are no data.
    if cell.ctype == 2 and math.isfinite(cell.value):
        return float(cell.value)
    return str(cell.value) if cell.ctype == 1 else ""


def _new_sheets(data: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = _unpack(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise ReadError(f"this Excel workbook (.xlsx) is damaged: {error}", _REMEDY) from error
    # No compression but deflate is in use.
    except NotImplementedError as error:
        raise ReadError(
            f"this Excel workbook (.xlsx) cannot be unpacked: {error}", _REMEDY
        ) from error
    texts = _texts(files.get(_STRINGS, b""))
    return [
        Sheet(name, _rows(files[path], texts, name))
        for name, path in _sheet_paths(files)
        if path in files
    ]


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Unpack the XML, and of each file no more than its entry announces."""
    entries = [e for e in archive.infolist() if e.filename.endswith((".xml", ".rels"))]
    size = sum(entry.file_size for entry in entries)
    if size > _MAX_UNPACKED:
        raise ReadError(f"this Excel workbook (.xlsx) unpacks to {size >> 20} MB", _REMEDY)
    files = {}
    for entry in entries:
        with archive.open(entry) as file:
            files[entry.filename] = file.read(entry.file_size)
    return files


def _sheet_paths(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    relations = files.get("xl/_rels/workbook.xml.rels", b"<r/>")
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in elements(relations, "the workbook", frozenset({"Relationship"}))
    }
    book = files.get(_WORKBOOK, b"<workbook/>")
    for sheet in elements(book, "the workbook", frozenset({"sheet"})):
        identifier = next((v for k, v in sheet.items() if k.endswith("}id")), "")
        target = targets.get(identifier, "")
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
        yield sheet.get("name", ""), path


def _texts(data: bytes) -> list[str]:
    if not data:
        return []
    return [_text(item) for item in elements(data, "the workbook", frozenset({"si"}))]


def _text(item: ET.Element) -> str:
    """Join the runs of a text, without the phonetic signs of Japanese."""
    parts = [child for child in item if name_of(child) in ("t", "r")]
    return "".join(
        node.text or "" for part in parts for node in part.iter() if name_of(node) == "t"
    )


def _rows(data: bytes, texts: list[str], name: str) -> list[Row]:
    rows: list[Row] = []
    for row in elements(data, f"the sheet {name!r}", frozenset({"row"})):
        number = _whole(row.get("r", ""))
        at = len(rows) if number is None else number - 1
        # Cells far below hold nothing that was measured, and blank rows would fill the memory.
        if not len(rows) <= at <= len(rows) + _MAX_COLUMNS:
            continue
        rows.extend([] for _ in range(at - len(rows)))
        rows.append(_cells(row, texts))
    return rows


def _cells(row: ET.Element, texts: list[str]) -> Row:
    cells: Row = []
    for cell in row:
        column = _column(cell.get("r", ""), len(cells))
        if len(cells) <= column < _MAX_COLUMNS:
            cells += [""] * (column - len(cells))
            cells.append(_new_cell(cell, texts))
    return cells


def _column(reference: str, otherwise: int) -> int:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return otherwise
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column - 1


def _new_cell(cell: ET.Element, texts: list[str]) -> Cell:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_text(child) for child in cell if name_of(child) == "is")
    value = next((child.text or "" for child in cell if name_of(child) == "v"), "")
    if kind == "s":
        index = _whole(value)
        return texts[index] if index is not None and index < len(texts) else ""
    if kind == "str":
        return value
    try:
        number = float(value) if kind == "n" else math.nan
    except ValueError:
        return ""
    return number if math.isfinite(number) else ""


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 9 else None
