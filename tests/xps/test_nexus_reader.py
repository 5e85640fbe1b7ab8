"""NeXus entries: axes, units, series, and what other programs leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.hdf5 import Branch, Leaf, file_bytes
from xps.readers import nexus, read_file
from xps.readers.content import Content
from xps.spectrum import Spectrum

ENERGY = np.arange(170.0, 160, -0.5)
COUNTS = np.round(50 + 400 * np.exp(-((ENERGY - 164) ** 2)))


def group(kind: str, attributes: dict[str, Any] | None = None, **members: Any) -> Branch:
    return Branch(members, {"NX_class": kind, **(attributes or {})})


def entry(
    values: np.ndarray = COUNTS,
    *,
    axes: Any = ("energy",),
    units: str = "counts",
    energy: dict[str, Any] | None = None,
    **columns: Any,
) -> Branch:
    axis = Leaf(ENERGY, {"units": "eV", "type": "binding", **(energy or {})})
    data = {"energy": axis, "data": Leaf(values, {"units": units}), **columns}
    detector = group("NXelectron_detector", count_time=Leaf(0.1, {"units": "s"}))
    dispersion = group("NXenergydispersion", pass_energy=Leaf(20.0, {"units": "eV"}))
    return group(
        "NXentry",
        definition=Leaf("NXxps"),
        start_time=Leaf("2024-01-22T13:05:09+09:00"),
        sample=group("NXsample", name=Leaf("Li6PS5Cl")),
        instrument=group(
            "NXinstrument",
            beam_probe=group("NXbeam", incident_energy=Leaf(1486.6, {"units": "eV"})),
            electronanalyzer=group(
                "NXelectronanalyzer", detector=detector, energydispersion=dispersion
            ),
        ),
        data=group("NXdata", {"signal": "data", "axes": axes}, **data),
    )


def nexus_bytes(**entries: Branch) -> bytes:
    return file_bytes(group("NXroot", **entries))


def spectra(**entries: Branch) -> list[Spectrum]:
    return nexus.read(Content("file.nxs", nexus_bytes(**entries)))[0]


def test_an_entry_is_a_spectrum_with_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "file.nxs"
    path.write_bytes(nexus_bytes(**{"S 2p": entry()}))
    file = read_file(path)
    assert file.reader == "nexus"
    (spectrum,) = file.spectra
    np.testing.assert_array_equal(spectrum.energy_ev, ENERGY)
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    assert (spectrum.axis, spectrum.unit, spectrum.core_level) == ("binding", "counts", "S 2p")
    assert (spectrum.photon_energy_ev, spectrum.pass_energy_ev) == (1486.6, 20)
    assert (spectrum.dwell_s, spectrum.sweeps, spectrum.sample) == (0.1, None, "Li6PS5Cl")
    assert spectrum.acquired == "2024-01-22T13:05:09+09:00"


def test_further_axes_are_a_series_wherever_energy_stands() -> None:
    image = np.stack([COUNTS, COUNTS + 1, COUNTS + 2])
    angle = Leaf(np.array([10.0, 20, 30]), {"units": "deg"})
    for values, axes in ((image, ("angle", "energy")), (image.T, ("energy", "angle"))):
        slices = spectra(x=entry(values, axes=axes, angle=angle))
        assert [s.series for s in slices] == [(("angle / deg", a),) for a in (10.0, 20.0, 30.0)]
        np.testing.assert_array_equal(slices[2].intensity, COUNTS + 2)


def test_energies_in_kiloelectronvolts_are_scaled() -> None:
    (spectrum,) = spectra(x=entry(energy={"units": "keV"}))
    np.testing.assert_allclose(spectrum.energy_ev, ENERGY * 1000)


@pytest.mark.parametrize(
    ("units", "unit", "warning"),
    [
        ("counts", "counts", ""),
        ("counts_per_second", "counts/s", "live time is not given"),
        ("", "counts", "whole numbers are taken for counts"),
        ("degree", "arbitrary", "'degree' is none of intensities"),
    ],
)
def test_the_unit_is_what_the_file_says(units: str, unit: str, warning: str) -> None:
    (spectrum,) = spectra(x=entry(units=units))
    assert spectrum.unit == unit
    assert any(warning in text for text in (*spectrum.warnings, ""))


def test_the_kind_of_energy_is_found_in_any_word() -> None:
    (spectrum,) = spectra(x=entry(energy={"type": "", "long_name": "kinetic energy"}))
    assert spectrum.axis == "kinetic"
    (guessed,) = spectra(x=entry(energy={"type": ""}))
    assert guessed.axis == "binding"
    assert "taken for binding energy" in guessed.warnings[0]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (entry(COUNTS[:-1]), "20 energies do not fit data of 19"),
        (entry(axes="time", time=Leaf(ENERGY)), "no axis of energies"),
        (entry(energy={"units": "nm"}), "not in eV"),
        (entry(np.full(20, np.nan)), "not a finite number"),
        (group("NXentry"), "no data"),
        (group("NXprocess"), "no spectrum"),
    ],
)
def test_what_is_no_spectrum_is_refused(changed: Branch, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(x=changed)


def test_other_hdf5_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(file_bytes(Branch({"x": Leaf(ENERGY)})))
    with pytest.raises(ReadError, match="neither NeXus nor of Scienta"):
        read_file(path)


def test_mutants_are_read_or_refused() -> None:
    outcomes = [read_or_refuse(nexus, data) for data in mutants(nexus_bytes(x=entry()), 500)]
    assert any(outcomes)
    assert not all(outcomes)
