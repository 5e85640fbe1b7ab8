"""What is written as VAMAS or CSV reads back as it was, or is not written at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.atomic import write_atomically
from xps.errors import WriteError
from xps.readers import read
from xps.readers.content import Content
from xps.readers.text import read as read_text
from xps.readers.vamas import read as read_vamas
from xps.spectrum import Spectrum
from xps.writers import write_csv, write_vamas
from xps.writers.text import csv_bytes
from xps.writers.vamas import vamas_bytes

RESERVED = {"-", "not specified", "unknown", "n/a", "none"}
labels = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).filter(
    lambda text: text.lower() not in RESERVED and "mono" not in text.lower()
)
names = st.lists(labels, min_size=1, max_size=3).map(" ".join)
notes = st.lists(st.one_of(st.just(""), names), max_size=4).map("\n".join)
positive = st.floats(1e-3, 1e4)


@st.composite
def energies(draw: st.DrawFn) -> np.ndarray:
    n = draw(st.integers(2, 30))
    start = draw(st.integers(60_000, 1_400_000)) / 1000
    if draw(st.booleans()):
        step = draw(st.integers(1, 2000)) / 1000 * draw(st.sampled_from([-1, 1]))
        return start + step * np.arange(n)
    steps = draw(st.lists(st.floats(0.01, 3), min_size=n - 1, max_size=n - 1))
    return start + np.concatenate(([0.0], np.cumsum(steps))) * draw(st.sampled_from([-1, 1]))


@st.composite
def spectra(draw: st.DrawFn, unit: str | None = None) -> Spectrum:
    energy = draw(energies())
    unit = unit or draw(st.sampled_from(["counts", "arbitrary"]))
    values = st.integers(0, 10**9) if unit == "counts" else st.floats(-1e9, 1e9)
    many = st.lists(values, min_size=energy.size, max_size=energy.size).map(np.array)
    transmissions = st.lists(positive, min_size=energy.size, max_size=energy.size).map(np.array)
    return Spectrum(
        energy_ev=energy,
        intensity=draw(many).astype(float),
        axis=draw(st.sampled_from(["binding", "kinetic"])),
        unit=unit,  # type: ignore[arg-type]  # one of the units by construction
        name=draw(names),
        sample=draw(st.one_of(st.just(""), names)),
        core_level=draw(st.sampled_from([None, "S 2p", "O 1s", "Ni 2p"])),
        photon_energy_ev=draw(st.one_of(st.none(), st.floats(50, 10_000))),
        pass_energy_ev=draw(st.one_of(st.none(), positive)),
        dwell_s=draw(st.one_of(st.none(), positive)),
        sweeps=draw(st.one_of(st.none(), st.integers(1, 1000).map(float))),
        transmission=draw(st.one_of(st.none(), transmissions)),
        monochromatic=draw(st.sampled_from([None, True, False])),
        source_label=draw(st.one_of(st.just(""), names)),
        instrument="Kratos Axis",
        acquired=draw(
            st.sampled_from(["", "2024-01-22", "2024-01-22T13:05:09", "2024-01-22T13:05:09+09:00"])
        ),
        notes=draw(notes),
        series=draw(st.sampled_from([(), (("Etch Time / s", 30.0),), (("Cycle", 2.0),)])),
    )


KEPT = """axis unit name sample core_level photon_energy_ev pass_energy_ev dwell_s sweeps
monochromatic source_label instrument acquired notes series""".split()


def simple(**changes: object) -> Spectrum:
    return Spectrum(
        energy_ev=np.array([160.0, 161, 162, 163, 164, 165]),
        intensity=np.array([10.0, 12, 30, 80, 31, 13]),
        name="S 2p",
        core_level="S 2p",
        photon_energy_ev=1486.6,
        dwell_s=0.1,
        sweeps=5,
    ).with_(**changes)


def reread(*written: Spectrum) -> list[Spectrum]:
    return read_vamas(Content("x.vms", vamas_bytes(written)))[0]


@given(st.lists(spectra(), min_size=1, max_size=3))
def test_spectra_read_back_as_they_were_written(written: list[Spectrum]) -> None:
    again = reread(*written)
    assert len(again) == len(written)
    for old, new in zip(written, again, strict=True):
        assert {key: getattr(new, key) for key in KEPT} == {key: getattr(old, key) for key in KEPT}
        np.testing.assert_array_equal(new.intensity, old.intensity)
        np.testing.assert_allclose(new.energy_ev, old.energy_ev, rtol=0, atol=1.01e-9)
        if old.transmission is None:
            assert new.transmission is None
        else:
            np.testing.assert_array_equal(new.transmission, old.transmission)


@given(spectra())
def test_writing_again_what_was_read_changes_nothing(written: Spectrum) -> None:
    (once,) = reread(written)
    (twice,) = reread(once)
    assert twice.digest == once.digest


@given(counts=st.lists(st.integers(0, 10**6), min_size=6, max_size=6), dwell=positive)
def test_rates_with_a_live_time_become_whole_counts_again(counts: list[int], dwell: float) -> None:
    live = dwell * 3
    (new,) = reread(
        simple(unit="counts/s", intensity=np.array(counts) / live, dwell_s=dwell, sweeps=3)
    )
    assert new.unit == "counts"
    np.testing.assert_array_equal(new.intensity, counts)
    assert new.live_time_s == live


@given(st.lists(st.floats(0, 1e9), min_size=6, max_size=6))
def test_rates_without_a_live_time_stay_rates(rates: list[float]) -> None:
    (new,) = reread(simple(unit="counts/s", intensity=np.array(rates), dwell_s=None))
    assert (new.unit, new.dwell_s, new.sweeps) == ("counts/s", None, 5)
    np.testing.assert_array_equal(new.intensity, rates)


def test_equal_steps_are_written_as_start_and_step() -> None:
    lines = vamas_bytes([simple()]).decode().split("\r\n")
    assert "REGULAR" in lines
    at = lines.index("binding energy")
    assert lines[at : at + 4] == ["binding energy", "eV", "160", "1"]


def test_one_uneven_spectrum_makes_the_file_irregular() -> None:
    uneven = simple(energy_ev=np.array([160, 161, 162.5, 163, 164, 165]))
    assert b"\r\nIRREGULAR\r\n" in vamas_bytes([simple(), uneven])
    first, second = reread(simple(), uneven)
    np.testing.assert_array_equal(first.energy_ev, simple().energy_ev)
    np.testing.assert_array_equal(second.energy_ev, uneven.energy_ev)


def test_line_breaks_in_names_do_not_shift_the_file() -> None:
    (new,) = reread(simple(name="S 2p\nscan", sample="a\r\nb", source_label="Al\0K"))
    assert (new.name, new.sample, new.source_label) == ("S 2p scan", "a b", "Al K")


def test_series_of_different_variables_keep_their_own() -> None:
    etched, tilted = (
        simple(series=(("Etch Time / s", 30.0),)),
        simple(series=(("Angle / d", 45.0),)),
    )
    first, second = reread(etched, tilted)
    assert first.series == (("Etch Time / s", 30.0),)
    assert second.series == (("Angle / d", 45.0),)


def test_a_measured_file_survives_writing(shared_data: Path, tmp_path: Path) -> None:
    original = read(shared_data / "casa_vms" / "MoS2_WS2_assigned_A.vms")
    write_vamas(tmp_path / "copy.vms", original)
    copy = read(tmp_path / "copy.vms")
    assert [s.notes for s in copy] == [s.notes for s in original]
    assert [s.series for s in copy] == [s.series for s in original]
    for old, new in zip(original, copy, strict=True):
        np.testing.assert_array_equal(new.intensity, old.intensity)
        np.testing.assert_allclose(new.energy_ev, old.energy_ev, atol=1e-9)
        np.testing.assert_array_equal(new.transmission, old.transmission)


def test_no_spectra_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no spectra"):
        write_vamas(tmp_path / "none.vms", [])
    assert not (tmp_path / "none.vms").exists()


def test_an_intensity_that_means_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="means 'missing'"):
        write_vamas(tmp_path / "x.vms", [simple(intensity=np.full(6, 1e37))])


@given(spectra().filter(lambda s: s.n_points >= 5))
def test_a_csv_reads_back_with_what_its_header_says(written: Spectrum) -> None:
    spectrum = written.with_(dwell_s=0.1, sweeps=3.0, photon_energy_ev=1486.6, core_level="S 2p")
    ((new,), _) = read_text(Content("x.csv", csv_bytes(spectrum)))
    np.testing.assert_array_equal(new.energy_ev, spectrum.energy_ev)
    np.testing.assert_array_equal(new.intensity, spectrum.intensity)
    kept = ("axis", "unit", "core_level", "photon_energy_ev", "dwell_s", "sweeps")
    assert {key: getattr(new, key) for key in kept} == {key: getattr(spectrum, key) for key in kept}


def test_names_that_are_formulas_do_not_start_a_cell_of_a_csv() -> None:
    text = csv_bytes(simple(sample="=cmd()", name="@x")).decode("utf-8-sig")
    assert not [line for line in text.splitlines() if line.startswith(("=", "+", "-", "@"))]


def test_files_go_to_folders_with_blanks_and_hangul(tmp_path: Path) -> None:
    folder = tmp_path / "양극재 시료"
    folder.mkdir()
    write_vamas(folder / "S 2p 결과.vms", [simple(sample="코팅 5회")])
    write_csv(folder / "S 2p 결과.csv", simple(sample="코팅 5회"))
    assert read(folder / "S 2p 결과.vms")[0].sample == "코팅 5회"
    assert read(folder / "S 2p 결과.csv")[0].sample == "코팅 5회"


# --- atomic writing -----------------------------------------------------------------------


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("code", "reason"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "permission")],
)
@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: str, failing: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(WriteError, match=reason) as caught:
        write_atomically(path, b"new")
    assert caught.value.remedy
    assert caught.value.path == str(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_folders_and_folders_as_files_are_write_errors(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no such folder"):
        write_atomically(tmp_path / "missing" / "file", b"")
    with pytest.raises(WriteError, match="a folder has this name"):
        write_atomically(tmp_path, b"")
    with pytest.raises(WriteError):
        write_atomically(tmp_path / "nul\0byte", b"")
