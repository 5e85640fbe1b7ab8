"""Spectra go from format to format and back, and lose nothing on the way."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from tests.xps.commands import Run
from xps.readers import read
from xps.spectrum import Spectrum
from xps.writers import ENDINGS, write_spectra

FACTS = """axis name sample core_level photon_energy_ev pass_energy_ev dwell_s sweeps
monochromatic source_label acquired notes series""".split()


def made() -> list[Spectrum]:
    energy = 170 - 0.1 * np.arange(40)
    counts = np.round(200 + 900 * np.exp(-((energy - 167) ** 2)))
    first = Spectrum(
        energy_ev=energy,
        intensity=counts,
        name="S 2p 스캔",
        sample="Li₆PS₅Cl, “aged” at 60 °C",
        core_level="S 2p",
        photon_energy_ev=1486.6,
        pass_energy_ev=20.0,
        dwell_s=0.1,
        sweeps=7.0,
        transmission=np.linspace(1, 1.2, 40),
        monochromatic=True,
        source_label="Al K-alpha",
        instrument="Kratos Axis",
        acquired="2024-01-22T13:05:09",
        notes="측정 1\n두 번째 줄",
        series=(("Etch Time / s", 30.0),),
    )
    second = first.with_(
        name="O 1s", core_level="O 1s", energy_ev=948 + 0.1 * np.arange(40), axis="kinetic",
        intensity=counts / 3, unit="arbitrary", transmission=None, sweeps=None,
        series=(("Etch Time / s", 60.0),),
    )  # fmt: skip
    return [first, second]


def assert_same(old: list[Spectrum], new: list[Spectrum]) -> None:
    assert len(old) == len(new)
    for a, b in zip(old, new, strict=True):
        assert {f: getattr(b, f) for f in FACTS} == {f: getattr(a, f) for f in FACTS}
        np.testing.assert_allclose(b.energy_ev, a.energy_ev, rtol=0, atol=1.01e-9)
        np.testing.assert_array_equal(b.intensity, a.intensity)
        assert b.unit == a.unit
        if a.transmission is None:
            assert b.transmission is None
        else:
            np.testing.assert_array_equal(b.transmission, a.transmission)


@pytest.mark.parametrize("way", list(permutations(ENDINGS, 2)))
def test_spectra_survive_the_way_through_two_formats(
    tmp_path: Path, run: Run, way: tuple[str, str]
) -> None:
    write_spectra(tmp_path / f"0{way[0]}", made())
    assert run("convert", tmp_path / f"0{way[0]}", "--to", tmp_path / f"1{way[1]}").code == 0
    assert run("convert", tmp_path / f"1{way[1]}", "--to", tmp_path / f"2{way[0]}").code == 0
    assert_same(made(), read(tmp_path / f"1{way[1]}"))
    assert_same(made(), read(tmp_path / f"2{way[0]}"))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", [
    "casa_vms/MoS2_WS2_assigned_A.vms", "vms/ARXPS.vms", "phi_old/BN-BS-1 multiplex.spe",
    "avantage/PDI-OMe-COOH O1s Scan.VGD", "specs/MgFe2O4_small.xy", "vms/xps_eis.vms",
])  # fmt: skip
def test_measured_spectra_keep_their_counts(
    shared_data: Path, tmp_path: Path, run: Run, name: str, ending: str
) -> None:
    ended = run("convert", shared_data / name, "--to", tmp_path / f"x{ending}")
    assert ended.code == 0
    old, new = read(shared_data / name), read(tmp_path / f"x{ending}")
    assert f"{len(old)} spectr" in ended.out
    assert [(s.name, s.sample, s.core_level, s.axis, s.series) for s in new] == [
        (s.name, s.sample, s.core_level, s.axis, s.series) for s in old
    ]
    for a, b in zip(old, new, strict=True):
        np.testing.assert_allclose(b.energy_ev, a.energy_ev, rtol=0, atol=1.01e-9)
        assert b.live_time_s == a.live_time_s
        # Rates of a known live time become counts in VAMAS, whole where they were.
        np.testing.assert_allclose(b.counts, a.counts, rtol=1e-6, atol=1e-6)


def test_chosen_spectra_alone_are_written(tmp_path: Path, run: Run) -> None:
    write_spectra(tmp_path / "all.vms", made())
    ended = run("convert", tmp_path / "all.vms", "--to", tmp_path / "one.csv", "--spectrum", "O 1s")
    assert (ended.code, ended.err) == (0, "")
    assert [s.name for s in read(tmp_path / "one.csv")] == ["O 1s"]


def test_a_session_gives_its_spectra(tmp_path: Path, run: Run, example_session: Path) -> None:
    assert run("convert", example_session, "--to", tmp_path / "x.vms").code == 0
    assert read(tmp_path / "x.vms")


def test_what_the_reader_doubted_is_said(tmp_path: Path, run: Run) -> None:
    (tmp_path / "x.txt").write_text("".join(f"{e}\t{e % 7}\n" for e in range(160, 180)))
    ended = run("convert", tmp_path / "x.txt", "--to", tmp_path / "x.vms")
    assert ended.code == 0
    assert "the kind of energy is not given" in ended.err


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("x.docx", "spectra cannot be written as .docx"),
        ("x", "the file has no ending"),
        ("missing/x.vms", "no such folder"),
        ("all.vms", "cannot be converted into itself"),
    ],
)
def test_bad_targets_are_refused_and_nothing_is_written(
    tmp_path: Path, run: Run, to: str, reason: str
) -> None:
    write_spectra(tmp_path / "all.vms", made())
    before = (tmp_path / "all.vms").read_bytes()
    ended = run("convert", tmp_path / "all.vms", "--to", tmp_path / to)
    assert ended.code == 2
    assert reason in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["all.vms"]
    assert (tmp_path / "all.vms").read_bytes() == before


def test_10000_spectra_survive(tmp_path: Path, run: Run) -> None:
    first = made()[0].with_(transmission=None)
    pixels = [first.with_(name=f"{i}", series=(("Map x", float(i)),)) for i in range(10_000)]
    write_spectra(tmp_path / "map.vms", pixels)
    assert_same(pixels, read(tmp_path / "map.vms"))
