"""Text dumps of Kratos' Vision, made as they are described."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import kratos, read_file
from xps.readers.content import Content

SULFUR = """Dataset filename          = argyrodite.dset
Object name               = Counter/1
  12 Ordinate values           = {1, 2}
Stage Position Name         = Li6PS5Cl
Object name               = S 2p/2
   1 Technique                 = F_XPS
   2 Scan type                 = F_SPECTRUM
   3 Spectrum scan start       = 1310 eV
   4 Spectrum scan step size   = 2 eV
   5 Abscissa label            = Kinetic Energy
   7 Dwell time                = 0.25 seconds
   9 Ordinate units            = Counts
  12 Ordinate values           = {10, 11,
12, 13}
  42 Pass energy               = 20 eV
  99 # Sweeps completed        = 4
 151 Date Acquired             = 98/07/07 19:11:35
3080 Xray Reference Energy     = F_REFER_TO_XRAY_MONO_AL
3113 Chemical symbol or formula = S
3114 Transition or charge state = 2p
5587 Transmission Function Object (ke,t) = {
    5615 Transmission Function Kinetic Energy = {1300, 1320}
    5616 Transmission Function Value = {1.0, 0.5}
}
"""
MAP = """Object name               = S 2p map/3
   2 Scan type                 = F_MAPPING
  12 Ordinate values           = {1, 2, 3, 4}
"""


def test_objects_become_spectra_with_their_facts(tmp_path: Path) -> None:
    path = tmp_path / "argyrodite.kal"
    path.write_text(SULFUR + MAP)
    file = read_file(path)
    assert file.reader == "kratos"
    (spectrum,) = file.spectra
    np.testing.assert_array_equal(spectrum.intensity, [10, 11, 12, 13])
    np.testing.assert_array_equal(spectrum.energy_ev, [1310, 1312, 1314, 1316])
    assert (spectrum.axis, spectrum.unit, spectrum.core_level) == ("kinetic", "counts", "S 2p")
    assert (spectrum.name, spectrum.sample) == ("S 2p", "Li6PS5Cl")
    assert (spectrum.photon_energy_ev, spectrum.pass_energy_ev) == (1486.69, 20)
    assert (spectrum.dwell_s, spectrum.sweeps) == (0.25, 4)
    assert spectrum.acquired == "1998-07-07T19:11:35"
    np.testing.assert_allclose(spectrum.transmission, [0.75, 0.7, 0.65, 0.6])
    assert any("F_MAPPING" in warning for warning in file.warnings)
    assert any("not tested on real ones" in warning for warning in file.warnings)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("12, 13}", "12, 13", "does not end"),
        ("10, 11,", "10, x,", "not all numbers"),
        ("F_SPECTRUM", "F_MAPPING", "not a spectrum"),
        ("F_XPS", "F_ISS", "wrong technique"),
        ("   3 Spectrum scan start", "   3 Something", "start or step"),
    ],
)
def test_a_damaged_file_is_refused(old: str, new: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        kratos.read(Content("x.kal", SULFUR.replace(old, new).encode()))


def test_mutants_are_read_or_refused() -> None:
    outcomes = [read_or_refuse(kratos, data) for data in mutants(SULFUR.encode(), 300)]
    assert any(outcomes)
    assert not all(outcomes)
