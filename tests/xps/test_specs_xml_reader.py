"""XML of SpecsLab 2: raw counts of detector channels that see shifted energies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import read_file, specs_xml
from xps.readers.content import Content
from xps.spectrum import Spectrum

COUNTS = np.array([10, 20, 50, 90, 40, 20, 10])
SIZE, STEP = 3, 0.5
# One step up, none, one step down, of a pass energy of 20 eV.
SHIFTS = (-0.025, 0.0, 0.025)
HEAD = 1


def numbers(name: str, values: np.ndarray | list[float], length: int | None = None) -> str:
    text = "\n".join(f"{value:g}" for value in values)
    announced = len(values) if length is None else length
    return f'<sequence name="{name}" length="{announced}"><double>{text}</double></sequence>'


def scan(counts: np.ndarray = COUNTS, *, length: int | None = None, factors: str = "") -> str:
    """Give the channels of the detector what each sees of the same spectrum, a line of 7."""
    first = 1  # of the seven, the energy at which the region begins is the third
    raw = [
        [counts[first + j + round(shift * 20 / STEP) + 1 - HEAD] for shift in SHIFTS]
        for j in range(HEAD + SIZE + 1)
    ]
    return f"<struct>{numbers('counts', np.ravel(raw).astype(float), length)}{factors}</struct>"


def document(
    scans: str,
    *,
    method: str = "XPS",
    n_scans: int = 1,
    mode: str = "FixedAnalyzerTransmission",
    cycles: int = 1,
) -> bytes:
    facts = {
        "num_scans": n_scans, "values_per_curve": SIZE, "dwell_time": 0.2, "scan_delta": STEP,
        "excitation_energy": 1253.6, "kinetic_energy": 1083.6, "pass_energy": 20,
    }  # fmt: skip
    definition = "".join(f'<double name="{key}">{value}</double>' for key, value in facts.items())
    detectors = "".join(f'<struct><double name="shift">{s}</double></struct>' for s in SHIFTS)
    cycle = (
        '<struct><ulong name="time">1643416185</ulong>'
        f'<sequence name="scans">{scans}</sequence></struct>'
    )
    return f"""<?xml version="1.0"?>
<!-- CORBA XML document created by XMLSerializer2 1.6 from SL 2.81 -->
<!DOCTYPE any [<!ELEMENT any (any)?>]>
<any><sequence><struct type_name="RegionGroup"><string name="name">film</string>
<sequence name="regions"><struct><string name="name">3 S 2p</string>
<struct name="region"><string name="analysis_method">{method}</string>
<struct name="scan_mode"><string name="name">{mode}</string></struct>{definition}</struct>
<ulong name="mcd_head">{HEAD}</ulong><ulong name="mcd_tail">1</ulong>
<struct name="analyzer_info"><string name="name">PHOIBOS</string>
<sequence name="detectors">{detectors}</sequence></struct>
<sequence name="cycles">{cycle * cycles}</sequence>
{numbers("transmission", [2.0, 2.5, 3.0])}
</struct></sequence></struct></sequence></any>""".encode()


def spectra(data: bytes) -> list[Spectrum]:
    return specs_xml.read(Content("film.xml", data))[0]


def test_channels_and_scans_are_summed_at_the_energies_that_they_saw(tmp_path: Path) -> None:
    path = tmp_path / "film.xml"
    path.write_bytes(document(scan() + scan(2 * COUNTS), n_scans=2))
    read = read_file(path)
    assert read.reader == "specs-xml"
    (spectrum,) = read.spectra
    # The middle channel tells where the region begins.
    expected = COUNTS[2:5]
    np.testing.assert_array_equal(spectrum.intensity, 3 * 3 * expected)
    np.testing.assert_allclose(spectrum.binding_energy_ev, [170, 169.5, 169], atol=1e-9)
    assert (spectrum.unit, spectrum.core_level, spectrum.sample) == ("counts", "S 2p", "film")
    assert (spectrum.dwell_s, spectrum.sweeps, spectrum.pass_energy_ev) == (0.2, 2, 20)
    np.testing.assert_array_equal(spectrum.transmission, [2, 2.5, 3])
    assert spectrum.acquired == "2022-01-29T00:29:45+00:00"
    assert not read.warnings


def test_cycles_are_a_series_and_missing_scans_a_warning() -> None:
    first, second = spectra(document(scan(), n_scans=4, cycles=2))
    assert (first.series, second.series) == ((("Cycle", 1.0),), (("Cycle", 2.0),))
    assert first.warnings == ("4 scans are announced, but 1 stored",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document(scan(), method="UPS"), "wrong technique: UPS"),
        (document(scan(), mode="FixedEnergies"), "scan mode"),
        (document(""), "no scans"),
        (document(scan(length=14)), "14 counts are announced, 15 read"),
        (document(f"<struct>{numbers('counts', [1.0, 2, 3])}</struct>"), "too few"),
        (document(scan(factors=numbers("scaling_factors", [2.0]))), "scaled"),
        (document(scan())[:-200], "damaged"),
        (document(scan()).replace(b"detectors", b"nothing"), "'detectors' is missing"),
        (document(scan()).replace(b"<!ELEMENT any (any)?>", b'<!ENTITY a "b">'), "entities"),
    ],
)
def test_what_is_no_spectrum_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(data)


def test_a_damaged_file_is_read_or_refused() -> None:
    accepted = [read_or_refuse(specs_xml, mutant) for mutant in mutants(document(scan()), 100)]
    assert not all(accepted)


def test_a_damaged_real_file_is_read_or_refused(shared_data: Path) -> None:
    data = (shared_data / "specs" / "In-situ_PBTTT_XPS_SPECS.xml").read_bytes()
    accepted = [read_or_refuse(specs_xml, mutant) for mutant in mutants(data, 30)]
    assert not all(accepted)
