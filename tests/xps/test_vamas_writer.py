"""What is written as VAMAS reads back as it was, or is not written at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.made_spectra import KEPT, positive, simple, spectra
from xps.atomic import write_atomically
from xps.errors import WriteError
from xps.readers import read
from xps.readers.content import Content
from xps.readers.vamas import read as read_vamas
from xps.spectrum import Spectrum
from xps.writers import write_text, write_vamas
from xps.writers.vamas import vamas_bytes


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


def test_files_go_to_folders_with_blanks_and_hangul(tmp_path: Path) -> None:
    folder = tmp_path / "양극재 시료"
    folder.mkdir()
    write_vamas(folder / "S 2p 결과.vms", [simple(sample="코팅 5회")])
    write_text(folder / "S 2p 결과.csv", [simple(sample="코팅 5회")])
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
