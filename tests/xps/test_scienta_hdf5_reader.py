"""HDF5 files of Scienta's analyzers, made as they are described."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.hdf5 import Branch, Leaf, file_bytes
from xps.readers import read_file, scienta_hdf5
from xps.readers.content import Content

ENERGY = 1310 + 0.1 * np.arange(30)
IMAGE = np.arange(150.0).reshape(5, 30) + 50


def file(values: np.ndarray = IMAGE, *, loops: bool = False, **changed: Any) -> bytes:
    definition = {"energy_mode": Leaf("Kinetic"), "element_set_name": Leaf("S 2p"),
                  "pass_energy": Leaf(50.0), "dwell_time": Leaf(0.1)}  # fmt: skip
    described = {
        "acquisition": Branch(
            {
                "spectrum_definition": Branch(definition | changed),
                "spectrum_log": Branch({"start_time": Leaf("2026-03-04T10:11:12")}),
            }
        ),
        "instrument": Branch(
            {
                "analyser": Branch(
                    {
                        "excitation_source": Branch({"energy": Leaf(1486.6)}),
                        "model": Leaf("DA30"),
                    }
                )
            }
        ),
    }
    data = {
        "data": Leaf(values),
        "x_axis": Leaf(ENERGY),
        "y_axis": Leaf(np.linspace(-1, 1, 5), {"label": "Y", "units": "mm"}),
    }
    spectrum: dict[str, Any] = {"spectrum": Branch({"name": Leaf("map1"), "data": Branch(data)})}
    if loops:
        loop = Branch({"spectrum_log_loop_0000": Branch(described)})
        return file_bytes(Branch({"acquisition": Branch({**spectrum, "spectrum_logs": loop})}))
    acquisition = Branch({**described["acquisition"].members, **spectrum})
    return file_bytes(Branch({**described, "acquisition": acquisition}))


@pytest.mark.parametrize("loops", [False, True])
def test_the_slices_of_an_image_are_a_series(tmp_path: Path, loops: bool) -> None:
    path = tmp_path / "map.h5"
    path.write_bytes(file(loops=loops))
    found = read_file(path)
    assert found.reader == "scienta-hdf5"
    assert [s.series for s in found.spectra] == [(("Y / mm", y),) for y in (-1, -0.5, 0, 0.5, 1)]
    spectrum = found.spectra[3]
    np.testing.assert_array_equal(spectrum.intensity, IMAGE[3])
    np.testing.assert_array_equal(spectrum.energy_ev, ENERGY)
    assert (spectrum.axis, spectrum.photon_energy_ev, spectrum.dwell_s) == ("kinetic", 1486.6, 0.1)
    assert (spectrum.pass_energy_ev, spectrum.core_level, spectrum.unit) == (50, "S 2p", "counts")
    assert (spectrum.instrument, spectrum.acquired) == (
        "Scienta Omicron DA30", "2026-03-04T10:11:12",
    )  # fmt: skip
    assert any("not tested on real ones" in warning for warning in found.warnings)


def test_a_single_spectrum_has_no_place() -> None:
    ((spectrum,), _) = scienta_hdf5.read(
        Content("x.h5", file(IMAGE[0] + 0.5, energy_mode=Leaf("Binding")))
    )
    assert (spectrum.series, spectrum.axis, spectrum.unit) == ((), "binding", "arbitrary")


@pytest.mark.parametrize(
    ("values", "reason"),
    [(IMAGE[:, 1:], "30 energies do not fit data of 5 × 29"),
     (np.full((5, 30), np.nan), "not a finite number")],
)  # fmt: skip
def test_contradictions_are_refused(values: np.ndarray, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        scienta_hdf5.read(Content("x.h5", file(values)))


def test_mutants_are_read_or_refused() -> None:
    outcomes = [read_or_refuse(scienta_hdf5, data) for data in mutants(file(), 500)]
    assert any(outcomes)
    assert not all(outcomes)
