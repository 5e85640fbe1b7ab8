from __future__ import annotations

import io
import math
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.example import HOSTILE, hostile, mixed, pair
from xps.csv_table import number_rows
from xps.readers.workbook import is_workbook, sheets
from xps.spreadsheet import Sheet, workbook_bytes
from xps.xlsx_table import xlsx_bytes

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

texts = st.text(st.characters(), max_size=20)
cells = st.none() | texts | st.integers(-(10**12), 10**12) | st.floats()


def parts(data: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: ElementTree.fromstring(archive.read(name))  # noqa: S314 - we wrote it ourselves
            for name in archive.namelist()
        }


@given(st.lists(st.lists(cells, max_size=4), min_size=1, max_size=4))
def test_every_cell_is_a_number_or_text_and_never_a_formula(rows: list[list[object]]) -> None:
    sheet = parts(workbook_bytes([Sheet("Results", rows)]))["xl/worksheets/sheet1.xml"]
    assert not list(sheet.iter(f"{NAMESPACE}f"))
    for cell in sheet.iter(f"{NAMESPACE}c"):
        (content,) = cell
        if cell.get("t") == "inlineStr":
            assert content.tag == f"{NAMESPACE}is"
        else:
            assert math.isfinite(float(content.text or ""))


numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.lists(numbers, min_size=1, max_size=3), min_size=1, max_size=5))
def test_numbers_come_back_to_the_last_digit(rows: list[list[float]]) -> None:
    (sheet,) = sheets(workbook_bytes([Sheet("Numbers", rows)]))
    assert sheet.rows == rows


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40))
def test_printable_text_comes_back_as_it_was(text: str) -> None:
    (sheet,) = sheets(workbook_bytes([Sheet("Text", [[text]])]))
    assert sheet.rows == [[text]]


def test_code_of_a_letter_stays_text() -> None:
    data = workbook_bytes([Sheet("Text", [["_x0041_"]])])
    texts = [t.text for t in parts(data)["xl/worksheets/sheet1.xml"].iter(f"{NAMESPACE}t")]
    assert texts == ["_x005F_x0041_"]


def test_columns_beyond_z_are_named_with_two_letters() -> None:
    data = workbook_bytes([Sheet("Wide", [list(range(703))])])
    places = [c.get("r") for c in parts(data)["xl/worksheets/sheet1.xml"].iter(f"{NAMESPACE}c")]
    assert [places[n] for n in (0, 25, 26, 701, 702)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1"]


def test_every_part_is_declared_and_found() -> None:
    found = parts(xlsx_bytes(pair().project))
    declared = {
        part.get("PartName", "").lstrip("/")
        for part in found["[Content_Types].xml"]
        if part.get("PartName")
    }
    assert declared == {name for name in found if name.startswith("xl/") and "_rels" not in name}


def test_numbers_are_those_of_the_csv() -> None:
    data = xlsx_bytes(mixed().project, mixed().failures)
    assert is_workbook(data)
    sheet = next(sheet for sheet in sheets(data) if sheet.name == "Numbers")
    wanted = number_rows(mixed().project, mixed().failures)
    assert len(sheet.rows) == len(wanted) > 8
    for found, row in zip(sheet.rows, wanted, strict=True):
        row = ["" if cell is None else cell for cell in row]
        assert found == row[: len(found)]
        assert not any(row[len(found) :])


def test_methods_and_checks_have_sheets() -> None:
    found = {sheet.name: sheet.rows for sheet in sheets(xlsx_bytes(pair().project))}
    assert list(found) == ["Table", "Numbers", "Methods", "Checks"]
    told = " ".join(str(cell) for row in found["Methods"] for cell in row)
    assert "pass energy 20 eV" in told
    assert "transmission function: all spectra" in told
    assert found["Checks"][0][-1] == "Waived because"
    assert len(found["Checks"]) > 1


def test_hostile_names_are_text() -> None:
    cells = [
        cell
        for row in sheets(xlsx_bytes(hostile().project))[1].rows
        for cell in row
        if isinstance(cell, str)
    ]
    visible = HOSTILE.replace("\x00", " ")
    assert visible in cells
    assert any(cell.startswith("@=") for cell in cells)


def test_same_results_give_the_same_bytes() -> None:
    assert xlsx_bytes(pair().project) == xlsx_bytes(pair().project)


@pytest.mark.parametrize("length", [32_767, 40_000])
def test_text_is_no_longer_than_a_cell_may_be(length: int) -> None:
    (sheet,) = sheets(workbook_bytes([Sheet("Long", [["x" * length]])]))
    assert sheet.rows == [["x" * 32_767]]
