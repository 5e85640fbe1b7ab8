"""Excel workbooks: Avantage's layout in any language, plain columns, and hostile files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import excel, read_file
from xps.readers.content import Content
from xps.readers.workbook import sheets
from xps.spectrum import Spectrum

ENERGY = [170.0, 169.5, 169.0, 168.5, 168.0, 167.5]
RATES = [101.5, 99, 150, 420, 160, 98]
Rows = Sequence[Sequence[object]]


def cell(value: object, reference: str) -> str:
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def sheet_xml(rows: Rows) -> str:
    body = "".join(
        f'<row r="{i}">'
        + "".join(cell(v, f"{chr(65 + j)}{i}") for j, v in enumerate(row) if v != "")
        + "</row>"
        for i, row in enumerate(rows, 1)
        if row
    )
    return f'<worksheet xmlns="urn:s"><sheetData>{body}</sheetData></worksheet>'


def packed(sheets: dict[str, str]) -> bytes:
    files = {"xl/workbook.xml": "", "xl/_rels/workbook.xml.rels": ""}
    entries, relations = "", ""
    for i, (name, xml) in enumerate(sheets.items(), 1):
        files[f"xl/worksheets/sheet{i}.xml"] = xml
        entries += f'<sheet name="{escape(name)}" r:id="rId{i}"/>'
        relations += f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.xml"/>'
    files["xl/workbook.xml"] = f'<workbook xmlns:r="urn:r"><sheets>{entries}</sheets></workbook>'
    files["xl/_rels/workbook.xml.rels"] = f"<Relationships>{relations}</Relationships>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def workbook(**rows: Rows) -> bytes:
    return packed({name.replace("_", " "): sheet_xml(content) for name, content in rows.items()})


def spectra(data: bytes) -> list[Spectrum]:
    return excel.read(Content("anode.xlsx", data))[0]


def avantage(unit: str = "Counts / s", energy: str = "Binding Energy (E)") -> Rows:
    return [
        ["\ufeff"],
        ["轴 ", "Energy", "Elements=", 6],
        [],
        ["D:\\lab\\anode 7\\S2p Scan.VGD"],
        [],
        [energy, "", "", "", "S2p a", "背景"],
        ["eV", "", unit, "", unit, unit],
        *([e, "", r, "", 0.0, 0.0] for e, r in zip(ENERGY, RATES, strict=True)),
    ]


def test_an_export_of_avantage_gives_the_measured_column() -> None:
    results = [
        ["峰位表 : "],
        ["", "名称", "峰位 BE"],
        *(["", f"S2p {i}", 160.0 + i] for i in range(6)),
    ]
    (spectrum,) = spectra(workbook(S2p_Scan=avantage(), 峰位表=results, Empty=[]))
    np.testing.assert_array_equal(spectrum.energy_ev, ENERGY)
    np.testing.assert_array_equal(spectrum.intensity, RATES)
    assert (spectrum.axis, spectrum.unit, spectrum.core_level) == ("binding", "counts/s", "S 2p")
    assert (spectrum.name, spectrum.sample) == ("S2p Scan", "anode 7")
    assert "'S2p a Counts / s', '背景 Counts / s'" in spectrum.warnings[-1]


@pytest.mark.parametrize(
    ("unit", "energy", "expected"),
    [
        ("计数 / s", "结合能 (E)", ("binding", "counts/s")),
        ("Counts", "Kinetic Energy (E)", ("kinetic", "counts")),
        ("cps", "Bindungsenergie", ("binding", "counts/s")),
    ],
)
def test_labels_may_be_in_other_languages(
    unit: str, energy: str, expected: tuple[str, str]
) -> None:
    (spectrum,) = spectra(workbook(S2p=avantage(unit, energy)))
    assert (spectrum.axis, spectrum.unit) == expected
    np.testing.assert_array_equal(spectrum.intensity, RATES)


def test_plain_columns_give_a_spectrum_each(tmp_path: Path) -> None:
    rows = [
        ["Binding energy / eV", "bare", "coated"],
        *zip(ENERGY, RATES, RATES[::-1], strict=True),
    ]
    path = tmp_path / "S2p.xlsx"
    path.write_bytes(workbook(Tabelle1=rows))
    file = read_file(path)
    assert file.reader == "excel"
    assert [s.name for s in file.spectra] == ["bare", "coated"]
    np.testing.assert_array_equal(file.spectra[1].intensity, RATES[::-1])


def test_numbers_stored_as_text_are_numbers() -> None:
    rows = [[str(e).replace(".", ","), str(r)] for e, r in zip(ENERGY, RATES, strict=True)]
    (spectrum,) = spectra(workbook(O1s=rows))
    np.testing.assert_array_equal(spectrum.energy_ev, ENERGY)
    np.testing.assert_array_equal(spectrum.intensity, RATES)


def test_a_workbook_without_spectra_is_refused() -> None:
    with pytest.raises(ReadError, match="no sheet holds columns"):
        spectra(workbook(Notes=[["nothing", "here"]]))


def test_a_cell_at_the_far_corner_costs_no_memory() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = packed({"S2p": sheet_xml(avantage()).replace("</sheetData>", far)})
    (sheet,) = sheets(data)
    assert len(sheet.rows) < 20
    assert spectra(data)


def test_a_workbook_that_unpacks_to_very_much_is_refused() -> None:
    with pytest.raises(ReadError, match="unpacks to 140 MB"):
        spectra(packed({"S2p": "<worksheet>" + " " * (140 << 20) + "</worksheet>"}))


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet_xml(avantage())
    with pytest.raises(ReadError, match="declares entities"):
        spectra(packed({"S2p": bomb}))


def test_a_damaged_workbook_is_read_or_refused() -> None:
    data = workbook(S2p_Scan=avantage())
    accepted = [read_or_refuse(excel, mutant) for mutant in mutants(data)]
    assert not all(accepted)


@pytest.mark.parametrize("name", ["avantage/PDI-OMe-COOH 3.xls", "excel/Hard_carbon_Thermo.xlsx"])
def test_a_damaged_real_workbook_is_read_or_refused(shared_data: Path, name: str) -> None:
    data = (shared_data / name).read_bytes()
    accepted = [read_or_refuse(excel, mutant) for mutant in mutants(data, 20)]
    assert not all(accepted)
