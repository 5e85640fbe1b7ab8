"""Databases of SpecsLab Prodigy, made as they are described: regions, loops, channels."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import read_file, specs_sle
from xps.readers.content import Content

SIZE, HEAD, TAIL, CHANNELS = 21, 6, 6, 3
STEP, PASS_ENERGY, DWELL, START = 0.5, 20.0, 0.2, 945.0
SHIFTS = (-0.1, 0.0, 0.1)
SCHEDULE = f"""<!DOCTYPE SpecsLabSchedule><Experiment Version="1.1"><Schedule><XPS ID="1">
<SpectrumGroup ID="2" Name="Li6PS5Cl, #3"><Spectrum ID="3" Name="O 1s"><Comment>첫째</Comment>
<FixedAnalyzerTransmissionSettings NumValues="{SIZE}" Ebin="541.61" End="531.61" Eexc="1486.61"
 DwellTime="{DWELL}" Epass="{PASS_ENERGY}" NumScans="2"/></Spectrum>
<Spectrum ID="5" Name="Fermi"><FixedEnergiesSettings/></Spectrum></SpectrumGroup></XPS></Schedule>
</Experiment>"""
PARAMETERS = f"""<NodeData><AnalyzerSpectrumParameters ScanMode="FixedAnalyzerTransmission"
 KineticEnergy="{START}" ScanDelta="{STEP}" ValuesPerCurve="{SIZE}" ExcitationEnergy="1486.61"
 PassEnergy="{PASS_ENERGY}" DwellTime="{DWELL}"/></NodeData>"""


def peak() -> np.ndarray:
    energy = START + STEP * np.arange(-HEAD, SIZE + TAIL)
    return np.round(40 + 300 * np.exp(-(((energy - 950.5) / 1.5) ** 2)))


def scan(rates: bool = False) -> np.ndarray:
    """Interlace the channels: each saw the peak earlier or later by its shift."""
    steps = len(peak())
    columns = [np.roll(peak(), round(-s * PASS_ENERGY / STEP)) for s in SHIFTS]
    values = np.column_stack(columns).reshape(steps * CHANNELS)
    return values / DWELL if rates else values


def database(path: Path, *, planned: bool = False, traces: tuple[str, ...] = ("", ""),
             data: bytes | None = None) -> bytes:  # fmt: skip
    with sqlite3.connect(path) as connection:
        for table in (
            "Configuration (Key, Value)",
            "NodeMapping (Node, InternalID)",
            "NodeData (Node, Data)",
            "Spectrum (Node, EnergyChns, NonEnergyChns, Samples, McdHead, McdTail, "
            "TransmissionDim, TransmissionLen, TransmissionData)",
            "RawData (RawID, Node, ScanDate, Trace)",
            "CountRateData (RawID, Offset, NextOffset, ChunkSize, Data)",
        ):
            connection.execute(f"CREATE TABLE {table}")

        def insert(table: str, *values: object) -> None:
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - own names

        insert("Configuration", "Schedule", SCHEDULE)
        insert("NodeMapping", 30, "3")
        detectors = "".join(f'<Detector Gain="1" Position="0" Shift="{s}"/>' for s in SHIFTS)
        calibration = f"<NodeData><DetectorCalibration>{detectors}</DetectorCalibration></NodeData>"
        insert("NodeData", 2, calibration)
        if not planned:
            insert("NodeData", 30, PARAMETERS)
        transmission = np.linspace(1, 2, SIZE).tobytes()
        insert("Spectrum", 30, CHANNELS, 0, len(peak()), HEAD, TAIL, 1, SIZE, transmission)
        for number, trace in enumerate(traces):
            insert("RawData", number, 30, "2018-Mar-06 10:16:55.000000", trace)
            values = data if data is not None else scan().tobytes()
            insert("CountRateData", number, 0, 0, scan().size, values)
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("planned", [False, True])
def test_channels_and_scans_are_summed_where_they_belong(tmp_path: Path, planned: bool) -> None:
    database(tmp_path / "x.sle", planned=planned)
    file = read_file(tmp_path / "x.sle")
    assert file.reader == "specs-sle"
    (spectrum,) = file.spectra
    np.testing.assert_allclose(spectrum.energy_ev, START + STEP * np.arange(SIZE))
    np.testing.assert_array_equal(spectrum.intensity, 6 * peak()[HEAD : HEAD + SIZE])
    assert (spectrum.axis, spectrum.unit, spectrum.core_level) == ("kinetic", "counts", "O 1s")
    assert (spectrum.sample, spectrum.notes) == ("Li6PS5Cl", "첫째")
    assert (spectrum.photon_energy_ev, spectrum.pass_energy_ev) == (1486.61, 20)
    assert (spectrum.dwell_s, spectrum.sweeps, spectrum.transmission[-1]) == (0.2, 2, 2)
    assert spectrum.acquired == "2018-03-06T10:16:55"
    assert any("Fermi is left out" in warning for warning in file.warnings)
    assert any("not tested on real ones" in warning for warning in file.warnings)


@pytest.mark.parametrize("kind", ["float64", "float32", "compressed"])
def test_values_are_known_by_their_width(tmp_path: Path, kind: str) -> None:
    rates = scan(rates=True)
    stored = {
        "float64": rates.tobytes(),
        "float32": rates.astype("<f4").tobytes(),
        "compressed": zlib.compress(rates.tobytes()),
    }
    data = database(tmp_path / "x.sle", data=stored[kind])
    ((spectrum,), _) = specs_sle.read(Content("x.sle", data))
    assert spectrum.unit == "counts"
    np.testing.assert_array_equal(spectrum.intensity, 6 * peak()[HEAD : HEAD + SIZE])
    assert any("counts per second" in warning for warning in spectrum.warnings)


def test_loops_are_a_series(tmp_path: Path) -> None:
    traces = ("Loop=0u; Scan [Idx] =0u", "Loop=0u; Scan [Idx] =1u", "Loop=1u; Scan [Idx] =0u")
    spectra, _ = specs_sle.read(Content("x.sle", database(tmp_path / "x.sle", traces=traces)))
    assert [(s.series, s.sweeps) for s in spectra] == [
        ((("Loop", 1.0),), 2), ((("Loop", 2.0),), 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "but 0 bytes stored"), (bytes(100), "values are announced"),
     (np.full(scan().size, np.nan).tobytes(), "not a finite number")],
)  # fmt: skip
def test_scans_of_another_size_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        specs_sle.read(Content("x.sle", database(tmp_path / "x.sle", data=data)))


def test_a_view_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "x.sle"
    database(path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE RawData")
        connection.execute(
            "CREATE VIEW RawData AS WITH RECURSIVE n(Node) AS (SELECT 1 UNION ALL SELECT Node + 1 "
            "FROM n) SELECT Node FROM n"
        )
    connection.close()
    with pytest.raises(ReadError, match="damaged"):
        specs_sle.read(Content("x.sle", path.read_bytes()))


def test_other_databases_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.sle"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(ReadError, match="not of SpecsLab Prodigy"):
        read_file(path)


def test_mutants_are_read_or_refused(tmp_path: Path) -> None:
    data = database(tmp_path / "x.sle")
    outcomes = [read_or_refuse(specs_sle, mutant) for mutant in mutants(data, 300)]
    assert any(outcomes)
    assert not all(outcomes)
