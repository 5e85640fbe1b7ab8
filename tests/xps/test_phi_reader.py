"""Files of PHI: a header of text, a table of blocks, and their numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import phi, read_file
from xps.readers.content import Content
from xps.spectrum import Spectrum

RATES = np.array([100.0, 125, 400, 150, 75, 50])
HEADER = [
    "SOFH", "Platform: PC", "Technique: XPS", "FileDesc: (1, cathode)", "AcqFileDate: 24 01 26",
    "InstrumentModel: VersaProbe 4", "XraySource: Al 1486.6 mono", "NoSpectralReg: 2",
    "SpectralRegDef: 1 1 S2p 16 6 -0.5 170 167.5 170 167.5 0.8 55.00 AREA",
    "SpectralRegDef: 2 2 Sn3d5 50 3 -0.2 490 489.6 490 489.6 0.2 55.00 AREA",
]  # fmt: skip
Array = tuple[int, np.ndarray, bytes, bytes, bytes]


def spe(
    arrays: Sequence[Array] | None = None,
    *,
    header: Sequence[str] = HEADER,
    newline: str = "\r\n",
) -> bytes:
    """Write a file with arrays of shape (cycles, points): region, values, axis, unit, type."""
    if arrays is None:
        arrays = [spectrum_block(1, RATES), spectrum_block(2, RATES[:3])]
    offset = 16 + 96 * len(arrays)
    table, body = b"", b""
    for region, values, axis, unit, kind in arrays:
        data = values.astype("<f4" if kind == b"f4" else "<f8").tobytes()
        entry = [0] * 24
        entry[3], entry[5], entry[6] = region, values.shape[1], values.shape[0]
        for place, word in ((8, axis), (14, unit), (18, kind)):
            entry[place] = int.from_bytes(word, "little")
        entry[19], entry[20] = len(data), offset + len(body)
        table += struct.pack("<24I", *entry)
        body += data
    text = newline.join([*header, "EOFH", ""]).encode()
    return text + struct.pack("<4I", 1, len(arrays), 96 * len(arrays), 16) + table + body


def spectrum_block(region: int, *cycles: np.ndarray, kind: bytes = b"f4") -> Array:
    return region, np.array(cycles), b"pnt", b"c/s", kind


def spectra(data: bytes) -> list[Spectrum]:
    return phi.read(Content("file.spe", data))[0]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("kind", [b"f4", b"f8", b"u8"])
def test_regions_come_in_order_with_the_facts_of_the_header(newline: str, kind: bytes) -> None:
    arrays = [spectrum_block(1, RATES, kind=kind), spectrum_block(2, RATES[:3], kind=kind)]
    sulfur, tin = spectra(spe(arrays, newline=newline))
    np.testing.assert_array_equal(sulfur.intensity, RATES)
    np.testing.assert_array_equal(sulfur.energy_ev, [170, 169.5, 169, 168.5, 168, 167.5])
    assert (sulfur.unit, sulfur.axis, sulfur.live_time_s) == ("counts/s", "binding", 0.8)
    assert (sulfur.photon_energy_ev, sulfur.monochromatic) == (1486.6, True)
    assert (sulfur.sample, sulfur.acquired) == ("cathode", "2024-01-26")
    assert (sulfur.core_level, tin.core_level) == ("S 2p", "Sn 3d")


def test_a_magnesium_anode_without_monochromator_is_known() -> None:
    header = [line.replace("Al 1486.6 mono", "Mg 1253.6 std") for line in HEADER]
    sulfur, _ = spectra(spe(header=header))
    assert (sulfur.photon_energy_ev, sulfur.monochromatic) == (1253.6, False)


def test_a_depth_profile_is_a_series_of_sputter_times() -> None:
    times = (0, np.array([[0.0, 30, 60], [1, 31, 61]]), b"cyc", b"s", b"f4")
    cycles = spectrum_block(2, RATES[:3], RATES[3:], RATES[:3])
    series = [s.series for s in spectra(spe([cycles, times]))]
    assert series == [(("Sputter time / s", t),) for t in (1.0, 31.0, 61.0)]
    assert [s.series for s in spectra(spe([cycles]))] == [(("Cycle", c),) for c in (1.0, 2.0, 3.0)]


def test_another_number_of_points_than_announced_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "file.spe"
    path.write_bytes(spe([spectrum_block(1, RATES[:5])]))
    file = read_file(path)
    assert file.reader == "phi"
    assert "announces 6 points, but 5 are stored" in file.warnings[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (spe()[:100], "cut short"),
        (spe()[:-30], "cut short|ends before"),
        (spe(header=[line.replace("XPS", "AES") for line in HEADER]), "wrong technique"),
        (spe(header=HEADER[:-2]), "the header has no such"),
        (spe(header=[*HEADER, "SpectralRegDef: 3 what"]), "not defined as PHI does"),
        (spe([spectrum_block(1, RATES, kind=b"x9")]), "unknown type"),
    ],
)
def test_what_is_no_spectrum_of_phi_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(data)


def test_a_damaged_file_is_read_or_refused() -> None:
    accepted = [read_or_refuse(phi, mutant) for mutant in mutants(spe(), 100)]
    assert not all(accepted)


@pytest.mark.parametrize("name", ["phi/test1.spe", "phi/SnO2_10nm_1.pro"])
def test_a_damaged_real_file_is_read_or_refused(shared_data: Path, name: str) -> None:
    data = (shared_data / name).read_bytes()
    accepted = [read_or_refuse(phi, mutant) for mutant in mutants(data)]
    assert not all(accepted)
