"""Workbooks (.xlsx): sheets of text and numbers, written whole (ECMA-376, Office Open XML).

Text goes in as text, so that no cell is ever a formula, whatever a file called its sample.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from xps.escaping import spreadsheet_text

Cell = str | float | int | None

_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OLDEST = (1980, 1, 1, 0, 0, 0)  # the same results give the same bytes
_MOST_LETTERS = 32_767  # of a cell
_WIDTHS = 8, 44  # of columns, in letters
_PLAIN, _BOLD, _QUOTED = 0, 1, 2
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # what Excel reads as one character

_STYLES = (
    f'{_DECLARATION}<styleSheet xmlns="{_NAMESPACE}"><fonts count="2"><font><sz val="10"/>'
    '<name val="Arial"/></font><font><b/><sz val="10"/><name val="Arial"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf fontId="1" applyFont="1"/><xf quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    name : str
        Up to 31 letters, of the alphabet.
    rows : sequence of sequence
        Cells; None and numbers that are not finite are left empty. The first row is the head,
        which stays in view.
    headings : frozenset of int
        Further rows in bold, counted from 0.
    notes : frozenset of int
        Rows of text that runs over the cells to its right.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    headings: frozenset[int] = frozenset()
    notes: frozenset[int] = frozenset()


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return the content of an .xlsx file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets):
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode("utf-8"))
    return content.getvalue()


def _parts(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    paths = [f"worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    kinds = {"workbook.xml": "sheet.main", "styles.xml": "styles"}
    kinds |= dict.fromkeys(paths, "worksheet")
    yield (
        "[Content_Types].xml",
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/xl/{path}" ContentType="{_TYPE}.{kind}+xml"/>'
            for path, kind in kinds.items()
        )
        + "</Types>",
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    yield (
        "xl/workbook.xml",
        f'{_DECLARATION}<workbook xmlns="{_NAMESPACE}" xmlns:r="{_RELATIONS}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="r{number}"/>'
            for number, sheet in enumerate(sheets, 1)
        )
        + "</sheets></workbook>",
    )
    targets = [*(("worksheet", path) for path in paths), ("styles", "styles.xml")]
    yield "xl/_rels/workbook.xml.rels", _relations(targets)
    yield "xl/styles.xml", _STYLES
    for path, sheet in zip(paths, sheets, strict=True):
        yield f"xl/{path}", _sheet(sheet)


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    return (
        f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
            for number, (kind, target) in enumerate(targets, 1)
        )
        + "</Relationships>"
    )


def _sheet(sheet: Sheet) -> str:
    rows = (_row(number, row, sheet) for number, row in enumerate(sheet.rows))
    return (
        f'{_DECLARATION}<worksheet xmlns="{_NAMESPACE}"><sheetViews><sheetView '
        'workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
        f'state="frozen"/></sheetView></sheetViews><cols>{"".join(_columns(sheet))}</cols>'
        f"<sheetData>{''.join(rows)}</sheetData></worksheet>"
    )


def _columns(sheet: Sheet) -> Iterator[str]:
    least, most = _WIDTHS
    for place in range(max((len(row) for row in sheet.rows), default=1)):
        texts = [
            str(row[place])
            for number, row in enumerate(sheet.rows)
            if len(row) > place and number not in sheet.headings | sheet.notes
        ]
        width = min(max(map(len, texts), default=0) + 2, most)
        number = place + 1
        yield f'<col min="{number}" max="{number}" width="{max(width, least)}" customWidth="1"/>'


def _row(number: int, row: Sequence[Cell], sheet: Sheet) -> str:
    bold = number == 0 or number in sheet.headings
    cells = "".join(
        _cell(f"{_letters(place)}{number + 1}", cell, bold=bold) for place, cell in enumerate(row)
    )
    return f'<row r="{number + 1}">{cells}</row>'


def _cell(place: str, cell: Cell, *, bold: bool) -> str:
    if cell is None or cell == "" or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if not isinstance(cell, str):
        return f'<c r="{place}" s="{_BOLD if bold else _PLAIN}"><v>{cell!r}</v></c>'
    style = _BOLD if bold else _QUOTED if spreadsheet_text(cell) != cell else _PLAIN
    text = _CODED.sub("_x005F_", _NOT_IN_XML.sub(" ", cell[:_MOST_LETTERS]))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(text, {chr(13): '&#13;'})}</t></is></c>"
    )


def _letters(column: int) -> str:
    """Return A, B, ... Z, AA, ... for 0, 1, ..."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
