"""Text files of Scienta analyzers: sections of facts, then sections of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import read_file, scienta
from xps.readers.content import Content
from xps.spectrum import Spectrum

ROWS = ["170.0 100", "169.5 140", "169.0 320", "168.5 120"]


def region(number: int = 1, *, rows: list[str] = ROWS, axis: str = "Binding", size: int = 4) -> str:
    return "\n".join(
        [
            f"[Region {number}]", "Region Name=S2p", f"Dimension 1 name={axis} Energy [eV]",
            f"Dimension 1 size={size}", "Dimension 2 name=Angle [deg]",
            "Dimension 2 scale=-5 5", "", f"[Info {number}]", "Pass Energy=50",
            "Number of Sweeps=10", "Excitation Energy=650", "Step Time=203", "Sample=film",
            "Date=2023-03-08", "Time=11:29:33", f"[Run Mode Information {number}]", "x=1", "",
            f"[Data {number}]", *rows, "",
        ]
    )  # fmt: skip


def file(*regions: str, announced: int | None = None) -> bytes:
    n_regions = len(regions) if announced is None else announced
    return "\n".join(["[Info]", f"Number of Regions={n_regions:04}", "", *regions]).encode()


def spectra(data: bytes) -> list[Spectrum]:
    return scienta.read(Content("film.txt", data))[0]


def test_all_regions_are_read_with_their_facts(tmp_path: Path) -> None:
    path = tmp_path / "film.txt"
    path.write_bytes(file(region(1), region(2, axis="Kinetic")))
    read = read_file(path)
    assert read.reader == "scienta"
    sulfur, kinetic = read.spectra
    np.testing.assert_array_equal(sulfur.intensity, [100, 140, 320, 120])
    assert (sulfur.axis, kinetic.axis, sulfur.core_level) == ("binding", "kinetic", "S 2p")
    assert (sulfur.sample, sulfur.unit, sulfur.pass_energy_ev) == ("film", "counts", 50)
    assert sulfur.live_time_s == pytest.approx(2.03)
    assert sulfur.acquired == "2023-03-08T11:29:33"
    assert not read.warnings


def test_slices_are_a_series_over_the_second_axis() -> None:
    rows = [f"{row} {i}" for i, row in enumerate(ROWS, 5)]
    first, second = spectra(file(region(rows=rows)))
    assert (first.series, second.series) == ((("Angle / deg", -5.0),), (("Angle / deg", 5.0),))
    np.testing.assert_array_equal(second.intensity, [5, 6, 7, 8])


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (file(region(size=5)), "5 points are announced, but 4 stored"),
        (file(region(), announced=2), "0002 regions are announced, but 1 found"),
    ],
)
def test_what_does_not_agree_with_the_header_is_said(
    tmp_path: Path, data: bytes, warning: str
) -> None:
    path = tmp_path / "film.txt"
    path.write_bytes(data)
    assert any(warning in said for said in read_file(path).warnings)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "do not all hold"),
        (["170 1", "169"], "do not all hold"),
        (["170 1", "169 x"], "not all numbers"),
        (["170 1", "169 inf"], "not a finite number"),
        (["170 1", "170 2"], "repeat"),
    ],
)
def test_broken_data_are_refused(rows: list[str], reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(file(region(rows=rows)))


def test_a_damaged_file_is_read_or_refused() -> None:
    accepted = [read_or_refuse(scienta, mutant) for mutant in mutants(file(region()), 100)]
    assert not all(accepted)


def test_a_damaged_real_file_is_read_or_refused(shared_data: Path) -> None:
    data = (shared_data / "scienta" / "Cu-HHTP_0002.txt").read_bytes()
    accepted = [read_or_refuse(scienta, mutant) for mutant in mutants(data)]
    assert not all(accepted)
