"""Igor's binary waves: a header with a checksum, values, and the note of the analyzer."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import igor, read_file
from xps.readers.content import Content
from xps.spectrum import Spectrum

COUNTS = np.array([100.0, 140, 320, 120])
NOTE = "[SES]\rRegion Name=S2p\rPass Energy=50\rExcitation Energy=650\rEnergy Scale=Binding\r"


def wave(
    values: np.ndarray = COUNTS,
    *,
    order: str = "<",
    kind: int = 4,
    note: str = NOTE,
    step: float = -0.5,
    axes: tuple[bytes, bytes] = (b"Binding Energy [eV]", b"Angle [deg]"),
) -> bytes:
    types = {2: "f4", 4: "f8", 32: "i4", 80: "u2"}
    data = values.astype(order + types.get(kind, "f8")).tobytes(order="F")
    shape = (*values.shape, 0, 0, 0)[:4]
    texts = [note.encode(), b"Counts", axes[0], axes[1] if values.ndim == 2 else b""]
    sizes = [320 + len(data), 0, *map(len, texts), 0, 0]
    header = struct.pack(f"{order}hh8i", 5, 0, *sizes).ljust(76, b"\0")
    header += struct.pack(f"{order}ih10x", values.size, kind).ljust(16, b"\0")
    header += b"Cu__001".ljust(40, b"\0") + struct.pack(f"{order}4i", *shape)
    header += struct.pack(f"{order}8d", step, 2.5, 1, 1, 170.0, -5, 0, 0)
    header = header.ljust(384, b"\0")
    total = -sum(struct.unpack(f"{order}192h", header))
    header = header[:2] + struct.pack(f"{order}H", total & 0xFFFF) + header[4:]
    return header + data + b"".join(texts)


def spectra(data: bytes) -> list[Spectrum]:
    return igor.read(Content("Cu__001.ibw", data))[0]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [2, 4, 32, 80])
def test_a_wave_of_any_type_and_byte_order_is_read(tmp_path: Path, order: str, kind: int) -> None:
    path = tmp_path / "Cu__001.ibw"
    path.write_bytes(wave(order=order, kind=kind))
    file = read_file(path)
    assert file.reader == "igor"
    (spectrum,) = file.spectra
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    np.testing.assert_array_equal(spectrum.energy_ev, [170, 169.5, 169, 168.5])
    assert (spectrum.axis, spectrum.core_level, spectrum.unit) == ("binding", "S 2p", "counts")
    assert (spectrum.photon_energy_ev, spectrum.pass_energy_ev) == (650, 50)


def test_an_image_is_a_series_over_its_second_axis() -> None:
    first, second = spectra(wave(np.column_stack([COUNTS, 2 * COUNTS])))
    assert (first.series, second.series) == ((("Angle / deg", -5.0),), (("Angle / deg", -2.5),))
    np.testing.assert_array_equal(second.intensity, 2 * COUNTS)


def test_a_wave_without_note_says_what_it_does_not_know() -> None:
    (spectrum,) = spectra(wave(note="", axes=(b"eV", b"")))
    assert (spectrum.name, spectrum.axis) == ("Cu__001", "kinetic")
    assert len(spectrum.warnings) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (wave()[:-20], "cut short"),
        (wave()[:40] + b"\1" + wave()[41:], "header of this Igor wave is damaged"),
        (wave(kind=3), "values of type 3"),
        (wave(np.zeros((2, 2, 2))), "3 dimensions"),
        (wave(step=0.0), "repeat"),
        (wave(step=float("nan")), "no energies"),
        (wave(np.array([1.0, np.nan, 2])), "not a finite number"),
    ],
)
def test_what_is_no_spectrum_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(data)


def test_a_damaged_wave_is_read_or_refused() -> None:
    accepted = [read_or_refuse(igor, mutant) for mutant in mutants(wave(), 100)]
    assert not all(accepted)


def test_a_damaged_real_wave_is_read_or_refused(shared_data: Path) -> None:
    data = (shared_data / "scienta" / "Cu-HHTP_0002Cu-HHTP__002.ibw").read_bytes()
    accepted = [read_or_refuse(igor, mutant) for mutant in mutants(data)]
    assert not all(accepted)
