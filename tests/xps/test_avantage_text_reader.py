"""Text dumps of Avantage: single spectra, depth profiles and maps, made as they are described."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError
from xps.readers import avantage_text, read_file
from xps.readers.content import Content
from xps.spectrum import Spectrum

HEAD = r"""
;================
;Dump of DataSpace 'E:\data\NCM 811\O1s Scan.VGD'
; on 12/5/2008 at 14:26:48
;================
$FORMAT=4
$PROPERTIES=SUM
DS_EXT_SUPROPID_TITLE       : VT_BSTR = 'O1s Scan'
$PROPERTIES=STD
DS_GEPROPID_INSTRUMENT                      : VT_BSTR = 'K-Alpha+'
DS_GEPROPID_VALUE_LABEL                     : VT_BSTR = 'Counts'
DS_SOPROPID_MONO                            : VT_BOOL = True
DS_SOPROPID_ENERGY                          : VT_R4   = 1486.680054
DS_ACPROPID_START_TIME                      : VT_DATE = 13/5/2008   17:34:00
DS_ACPROPID_ACQ_TIME                        : VT_R4   = 0.050000
DS_ACPROPID_PERIODS                         : VT_I4   = 3
DS_ACPROPID_EV_SCALE                        : VT_I2   = 1
DS_ANPROPID_PASS                            : VT_R4   = 50.000000
""".lstrip()
ENERGY = "0=  948.600000,  0.100000,  5,  ENERGY,  LINEAR, 'E', 'eV', 'Energy'"
COUNTS = [412.0, 433, 520, 611, 502]


def lists(values: list[float]) -> str:
    rows = [
        f"LIST@ {k:3d}=  " + ",  ".join(f"{v:.6f}" for v in values[k : k + 4])
        for k in range(0, len(values), 4)
    ]
    return "\n".join(rows)


def single(values: str = "", energy: str = ENERGY) -> str:
    return (
        f"{HEAD}$DATAAXES=1,#empty#\n  0= 0, 4, 1\n$SPACEAXES=1\n  {energy}\n$DATA=*\n"
        f"{values or lists(COUNTS)}\n"
    )


def profile(times: list[float]) -> str:
    blocks = "".join(
        f"$AXISVALUE= DATAXIS=1 SPACEAXIS=1 LABEL='Etch Time' POINT={k} VALUE={time:f};\n"
        f"$AXISVALUE= DATAXIS=1 SPACEAXIS=2 LABEL='Etch Level' POINT={k} VALUE={k:f};\n"
        f"$DATA=*,{k}\n{lists([c + k for c in COUNTS])}\n"
        for k, time in enumerate(times)
    )
    return (
        f"{HEAD}$DATAAXES=2,#empty#\n 0= 0, 4, 1\n 1= 0, {len(times) - 1}, 2\n$SPACEAXES=3\n"
        f" {ENERGY}\n 1= 0, 5, {len(times)}, ETCHTIME, NON-LINEAR, 'EtchTime', 's', 'Etch Time'\n"
        f" 2= 0, 1, {len(times)}, ETCHLEVEL, LINEAR, 'EtchLevel', '', 'Etch Level'\n{blocks}"
    )


def spectra(text: str) -> list[Spectrum]:
    return avantage_text.read(Content("dump.avg", text.encode()))[0]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_dump_gives_counts_over_kinetic_energies(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "O1s.avg"
    path.write_bytes(single().replace("\n", newline).encode())
    file = read_file(path)
    assert file.reader == "avantage-text"
    (spectrum,) = file.spectra
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    np.testing.assert_allclose(spectrum.energy_ev, 948.6 + 0.1 * np.arange(5))
    np.testing.assert_allclose(spectrum.binding_energy_ev[0], 538.08)
    facts = (spectrum.unit, spectrum.core_level, spectrum.pass_energy_ev, spectrum.live_time_s)
    assert facts == ("counts", "O 1s", 50, pytest.approx(0.15))
    assert (spectrum.sample, spectrum.acquired) == ("NCM 811", "2008-05-13T17:34:00")
    assert spectrum.monochromatic is True
    assert "not tested on real ones" in file.warnings[-1]


def test_a_depth_profile_is_a_series_of_etch_times() -> None:
    levels = spectra(profile([0.0, 5.0, 12.5]))
    assert [dict(s.series) for s in levels] == [
        {"Etch Time / s": t, "Etch Level": float(k)} for k, t in enumerate([0.0, 5.0, 12.5])
    ]
    np.testing.assert_array_equal(levels[2].intensity, np.array(COUNTS) + 2)


def test_a_map_is_a_series_of_places() -> None:
    blocks = "".join(
        f"$DATA=*,{x},{y}\n{lists([c + 10 * x + 100 * y for c in COUNTS])}\n"
        for y in range(2)
        for x in range(3)
    )
    text = (
        f"{HEAD}$DATAAXES=3,#empty#\n 0= 0, 4, 1\n 1= 0, 2, 1\n 2= 0, 1, 1\n$SPACEAXES=3\n"
        f" {ENERGY}\n 1= -20.0, 20.0, 3, X, LINEAR, 'X', 'µm', 'X'\n"
        f" 2= -10.0, 20.0, 2, Y, LINEAR, 'Y', 'µm', 'Y'\n{blocks}"
    )
    pixels = spectra(text)
    assert pixels[5].series == (("X / µm", 20.0), ("Y / µm", 10.0))
    assert pixels[5].intensity[0] == COUNTS[0] + 120


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (single(lists(COUNTS[:4])), "5 energies are announced, but 4 values stored"),
        (single(lists(COUNTS).replace("433.0", "4x3")), "not all numbers"),
        (single("LIST@ 0= " + ", ".join(["#empty#"] * 5)), "not measured"),
        (single(energy=ENERGY.replace("ENERGY", "POSITION")), "not an energy"),
        (single(energy=ENERGY.replace("5,", "900000000,", 1)), "energies start at"),
        (HEAD, "no axes or no data"),
    ],
)
def test_a_damaged_dump_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        spectra(text)


@pytest.mark.parametrize("text", [single(), profile([0.0, 5.0])])
def test_mutants_are_read_or_refused(text: str) -> None:
    outcomes = [read_or_refuse(avantage_text, data) for data in mutants(text.encode(), 300)]
    assert any(outcomes)
    assert not all(outcomes)
