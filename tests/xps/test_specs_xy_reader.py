"""Text exports of SpecsLab Prodigy: facts behind comment signs, and curves between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import read_file, specs_xy
from xps.readers.content import Content
from xps.spectrum import Spectrum

ROWS = ["170  100.5  2.5", "169.5  140  2.4", "169  320  2.3", "168.5  120  2.2"]
LABELS = "energy counts/s transmission"


def head(axis: str = "Binding Energy", sign: str = "#") -> list[str]:
    return [
        f"{sign} Created by:        SpecsLab Prodigy, Version 4.100.1-r111001",
        f"{sign}   Comment Prefix:           {sign}",
        f"{sign}   Energy Axis:              {axis}",
        f"{sign} Group:                      film 180°",
    ]


def region(*, method: str = "XPS", points: int = 4, identifier: int = 3) -> list[str]:
    return [
        "# Region:                       S2p", f"# Spectrum ID:                  {identifier}",
        f"# Analysis Method:              {method}", f"# Values/Curve:   {points}",
        "# Dwell Time:                   0.2", "# Excitation Energy:            1486.61",
        "# Pass Energy:                  20", "",
    ]  # fmt: skip


def cycle(
    number: int = 0, *, scan: str = "", labels: str = LABELS, rows: list[str] = ROWS
) -> list[str]:
    return [
        f"# Cycle: {number}", f'# Parameter: "Etch" [s] = {10 * number}', "# Number of Scans: 5",
        "", f"# Cycle: {number}, Curve: 0{scan}",
        "# Acquisition Date:             08/24/23 14:19:47 UTC",
        f"# ColumnLabels:                 {labels}", "#", *rows, "",
    ]  # fmt: skip


def file(*parts: list[str], encoding: str = "latin-1") -> bytes:
    return "\n".join(line for part in parts for line in part).encode(encoding)


def spectra(data: bytes) -> list[Spectrum]:
    return specs_xy.read(Content("film.xy", data))[0]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_a_region_has_the_facts_above_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "film.xy"
    path.write_bytes(file(head(), region(), cycle(), encoding=encoding))
    read = read_file(path)
    assert read.reader == "specs-xy"
    (spectrum,) = read.spectra
    np.testing.assert_array_equal(spectrum.energy_ev, [170, 169.5, 169, 168.5])
    np.testing.assert_array_equal(spectrum.transmission, [2.5, 2.4, 2.3, 2.2])
    assert (spectrum.axis, spectrum.unit, spectrum.core_level) == ("binding", "counts/s", "S 2p")
    assert (spectrum.live_time_s, spectrum.pass_energy_ev) == (1.0, 20)
    assert (spectrum.sample, spectrum.acquired) == ("film 180°", "2023-08-24T14:19:47+00:00")
    assert spectrum.series == ()
    assert not read.warnings


def test_cycles_are_a_series_and_the_next_region_begins_anew() -> None:
    data = file(head(), region(), cycle(), cycle(1), region(identifier=4), cycle())
    assert [s.series for s in spectra(data)] == [
        (("Etch / s", 0.0),),
        (("Etch / s", 10.0),),
        (),
    ]


def test_separate_scans_have_one_sweep_each() -> None:
    data = file(head(), region(), cycle(scan=", Scan: 0"), cycle(scan=", Scan: 1")[4:])
    first, second = spectra(data)
    assert (first.series, second.series) == ((("Scan", 1.0),), (("Scan", 2.0),))
    assert first.live_time_s == second.live_time_s == 0.2


def test_counts_on_a_kinetic_axis_are_read() -> None:
    rows = ["1316  100", "1316.5  120", "1317  100"]
    data = file(head("Kinetic Energy"), region(points=3), cycle(labels="energy counts", rows=rows))
    (spectrum,) = spectra(data)
    assert (spectrum.axis, spectrum.unit) == ("kinetic", "counts")
    assert spectrum.binding_energy_ev[0] == pytest.approx(170.61)


def test_another_number_of_points_than_announced_is_a_warning() -> None:
    (spectrum,) = spectra(file(head(), region(points=5), cycle()))
    assert spectrum.warnings == ("5 points are announced, but 4 stored",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (file(head()), "no spectrum"),
        (file(head(), region(method="UPS"), cycle()), "wrong technique: UPS"),
        (file(head("Wavelength"), region(), cycle()), "kind of energy"),
        (file(head(), region(), cycle(labels="index counts/s transmission")), "'index'"),
        (file(head(), region(), cycle(labels="energy counts/s")), "2 columns are announced"),
        (file(head(), region(), cycle(rows=["170 1 1", "169"])), "differ in length"),
        (file(head(), region(), cycle(rows=["170 1 1", "169 nan 1"])), "not a finite"),
    ],
)
def test_what_is_no_spectrum_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(data)


def test_a_damaged_file_is_read_or_refused() -> None:
    data = file(head(), region(), cycle(), cycle(1))
    accepted = [read_or_refuse(specs_xy, mutant) for mutant in mutants(data, 100)]
    assert not all(accepted)


def test_a_damaged_real_file_is_read_or_refused(shared_data: Path) -> None:
    data = (shared_data / "specs" / "MgFe2O4_small.xy").read_bytes()
    accepted = [read_or_refuse(specs_xy, mutant) for mutant in mutants(data)]
    assert not all(accepted)
