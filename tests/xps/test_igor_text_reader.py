"""Igor's text files: waves with scaled axes, and waves side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import igor_text, read_file
from xps.readers.content import Content
from xps.spectrum import Spectrum

COUNTS = [100, 140, 320, 120, 90, 80]
ENERGY = [170, 169.5, 169, 168.5, 168, 167.5]
SCALED = [
    "IGOR", "WAVES/D/N=(6)\t'S2p counts'", "BEGIN", *(f"\t{c}" for c in COUNTS), "END",
    "X SetScale/P x 170,-0.5,\"Binding Energy [eV]\", 'S2p counts'; "
    "SetScale y 0,0,\"\", 'S2p counts'",
]  # fmt: skip


def spectra(lines: list[str], newline: str = "\r") -> list[Spectrum]:
    return igor_text.read(Content("S2p.itx", newline.join(lines).encode()))[0]


@pytest.mark.parametrize("newline", ["\r", "\n", "\r\n"])
def test_the_scale_of_a_wave_gives_its_energies(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "S2p.itx"
    path.write_bytes(newline.join(SCALED).encode())
    file = read_file(path)
    assert file.reader == "igor-text"
    (spectrum,) = file.spectra
    np.testing.assert_array_equal(spectrum.energy_ev, ENERGY)
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    assert (spectrum.axis, spectrum.unit, spectrum.core_level) == ("binding", "counts", "S 2p")
    assert "not tested on real ones" in file.warnings[-1]


def test_waves_of_one_length_are_columns() -> None:
    together = ["IGOR", "WAVES/D BE, cps", "BEGIN"]
    together += [f"{e} {c}" for e, c in zip(ENERGY, COUNTS, strict=True)] + ["END"]
    apart = ["IGOR", "WAVES BE", "BEGIN", *map(str, ENERGY), "END", "WAVES cps", "BEGIN"]
    apart += [*map(str, COUNTS), "END"]
    for lines in (together, apart):
        (spectrum,) = spectra(lines)
        np.testing.assert_array_equal(spectrum.energy_ev, ENERGY)
        np.testing.assert_array_equal(spectrum.intensity, COUNTS)
        assert (spectrum.axis, spectrum.unit) == ("binding", "counts/s")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["IGOR", "X Display"], "no wave over energies"),
        (SCALED[:6], "cut short"),
        ([*SCALED[:4], "abc", *SCALED[5:]], "rows of numbers only"),
        (SCALED[:-1], "no wave over energies"),
    ],
)
def test_what_is_no_spectrum_is_refused(lines: list[str], reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(lines)


def test_more_lines_than_any_export_has_are_refused() -> None:
    with pytest.raises(ReadError, match="too large: 2000002 lines"):
        spectra(["IGOR", *["1"] * 2_000_000, ""])


def test_a_damaged_file_is_read_or_refused() -> None:
    data = "\n".join(SCALED).encode()
    accepted = [read_or_refuse(igor_text, mutant) for mutant in mutants(data, 200)]
    assert not all(accepted)
