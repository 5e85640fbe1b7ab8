"""Avantage's raw spectra: a compound file with counts, axis and a property set."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from tests.xps.ole_files import compound_file, property_set
from xps.errors import ReadError
from xps.readers import avantage, read_file
from xps.readers.content import Content
from xps.spectrum import Spectrum

COUNTS = np.array([120.0, 130, 480, 170, 110, 90])
FACTS = {
    105: 1486.68, 305: 0.05, 306: 10.0, 404: 50.0, 6: "K-Alpha",
    16: "D:\\group\\cathode 3\\S2p Scan.VGD", 303: 134176619600000000,
}  # fmt: skip


def axis(size: int, start: float, step: float, kind: int = 1, linear: bool = True) -> bytes:
    return struct.pack("<18xIdd?I", size, start, step, linear, kind)


def vgd(
    counts: np.ndarray = COUNTS,
    *,
    start: float = 1316.68,
    step: float = 0.5,
    n_points: int | None = None,
    n_axes: int = 1,
    further: bytes = b"",
    facts: dict[int, float | str | int] | None = None,
) -> bytes:
    announced = len(counts) if n_points is None else n_points
    axes = struct.pack("<II", 0x20000, n_axes) + axis(announced, start, step) + further
    return compound_file(
        {
            "VGData": counts.astype("<f8").tobytes(),
            "VGSpaceAxes": axes,
            "\x05Q5nw4m3lIjudbfwyAayojlptCa": property_set(FACTS if facts is None else facts),
            "\x05SummaryInformation": property_set({2: "S2p Scan"}),
        }
    )


def only(data: bytes) -> Spectrum:
    (spectrum,), _ = avantage.read(Content("file.vgd", data))
    return spectrum


def test_a_spectrum_has_the_facts_of_its_property_sets() -> None:
    spectrum = only(vgd())
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    np.testing.assert_allclose(spectrum.binding_energy_ev, 170 - 0.5 * np.arange(6), atol=1e-9)
    assert (spectrum.unit, spectrum.axis, spectrum.core_level) == ("counts", "kinetic", "S 2p")
    assert (spectrum.dwell_s, spectrum.sweeps, spectrum.pass_energy_ev) == (0.05, 10, 50)
    assert (spectrum.name, spectrum.sample) == ("S2p Scan", "cathode 3")
    assert (spectrum.photon_energy_ev, spectrum.instrument) == (1486.68, "K-Alpha")
    assert spectrum.acquired == "2026-03-11T00:19:20+00:00"
    assert not spectrum.warnings


def test_what_the_property_set_does_not_tell_is_unknown_and_said(tmp_path: Path) -> None:
    path = tmp_path / "S2p Scan.vgd"
    path.write_bytes(vgd(facts={}))
    file = read_file(path)
    assert file.reader == "avantage"
    assert file.spectra[0].binding_energy_ev is None
    assert file.spectra[0].live_time_s is None
    assert len(file.warnings) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (vgd(n_points=7), "7 energies are announced, but 6 intensities stored"),
        (vgd(n_axes=2), "2 axes"),
        (vgd(n_axes=2, further=axis(5, 0, 1, 6)), "1 spectra do not fill axes of 5"),
        (vgd(step=0.0), "energies repeat"),
        (vgd(start=float("nan")), "energies start at nan"),
        (vgd(np.array([1.0, np.inf, 2, 3, 4, 5])), "not a finite number"),
        (compound_file({"VGData": bytes(48)}), "energies or intensities are missing"),
    ],
)
def test_contradictions_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        avantage.read(Content("file.vgd", data))


def test_a_depth_profile_is_a_series_of_levels() -> None:
    levels = axis(3, 0.0, 30.0, 8) + axis(3, 0.0, 1.0, 6, linear=False)
    counts = np.concatenate([COUNTS, COUNTS + 1, COUNTS + 2])
    spectra, _ = avantage.read(
        Content("file.vgd", vgd(counts, n_points=6, n_axes=3, further=levels))
    )
    assert [s.series for s in spectra] == [
        (("Etch Time / s", 30.0 * k), ("Etch Level", k + 1.0)) for k in range(3)
    ]
    np.testing.assert_array_equal(spectra[2].intensity, COUNTS + 2)
    assert all("not tested on real ones" in s.warnings[0] for s in spectra)


def test_the_x_axis_of_a_map_is_faster_than_its_y_axis() -> None:
    places = axis(2, -10.0, 20.0, 3) + axis(3, -20.0, 20.0, 4)
    counts = np.concatenate([COUNTS + 10 * y + x for y in range(3) for x in range(2)])
    spectra, _ = avantage.read(
        Content("file.vgd", vgd(counts, n_points=6, n_axes=3, further=places))
    )
    assert spectra[5].series == (("X / µm", 10.0), ("Y / µm", 20.0))
    np.testing.assert_array_equal(spectra[5].intensity, COUNTS + 21)


def test_fractional_counts_are_pointed_out() -> None:
    assert "not whole numbers" in only(vgd(COUNTS + 0.5)).warnings[0]


def test_a_damaged_file_is_read_or_refused() -> None:
    accepted = [read_or_refuse(avantage, mutant) for mutant in mutants(vgd())]
    assert not all(accepted)


@pytest.mark.parametrize("name", ["C1s Scan", "XPS Survey"])
def test_a_damaged_real_file_is_read_or_refused(shared_data: Path, name: str) -> None:
    data = (shared_data / "avantage" / f"PDI-OMe-COOH {name}.VGD").read_bytes()
    accepted = [read_or_refuse(avantage, mutant) for mutant in mutants(data)]
    assert not all(accepted)
