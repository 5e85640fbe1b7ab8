"""Sessions: what is saved comes back, and saving replaces the file whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.xps.projects import fitted, one_fit, projects, with_center
from xps.atomic import write_atomically
from xps.errors import SessionError
from xps.model import Ref
from xps.plain_fields import Fields
from xps.project import ChargeReference, Project, Sample
from xps.session import load, save, to_bytes
from xps.session_arrays import RowPool, energies_of
from xps.spectrum import Spectrum
from xps.tables import why_no_error


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("세션 with spaces") / "any.doublet"


@given(projects())
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_any_project_comes_back_bit_for_bit(anywhere: Path, project: Project) -> None:
    data = to_bytes(project)
    anywhere.write_bytes(data)
    again = load(anywhere)
    assert to_bytes(again) == data
    assert again.samples == project.samples
    assert again.regions == project.regions
    assert again.history == project.history
    assert again.unknown == ()
    assert [fit.region for fit in again.fits] == [fit.region for fit in project.fits]
    for old, new in zip(project.entries, again.entries, strict=True):
        assert old.spectrum.digest == new.spectrum.digest
        assert old.spectrum.series == new.spectrum.series
        assert old.spectrum.origin == new.spectrum.origin


def test_the_fitted_example_comes_back_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "example.doublet"
    save(path, fitted())
    again = load(path)
    assert to_bytes(again) == path.read_bytes() == to_bytes(fitted())
    for old, new in zip(fitted().fits, again.fits, strict=True):
        assert new.region == old.region
        assert new.free == old.free
        np.testing.assert_array_equal(new.covariance, old.covariance)
        assert new.insignificant == old.insignificant


def test_a_fresh_fit_is_fresh_after_opening(tmp_path: Path) -> None:
    save(tmp_path / "a.doublet", fitted())
    again = load(tmp_path / "a.doublet")
    assert [again.is_fresh(region.id) for region in again.regions] == [True] * 4


def test_a_stale_fit_is_stale_after_opening(tmp_path: Path) -> None:
    stale = with_center(fitted(), 0.01)
    save(tmp_path / "a.doublet", stale)
    again = load(tmp_path / "a.doublet")
    assert [again.is_fresh(region.id) for region in again.regions] == [False, True, True, True]


def test_a_shift_given_as_a_whole_number_leaves_fits_fresh(tmp_path: Path) -> None:
    from xps.fitting import fit_region

    (region,), (entry,) = one_fit().regions, one_fit().entries
    charge = ChargeReference("manual", 0)
    project = one_fit().with_sample(Sample(entry.sample, charge))
    project = project.with_fit(fit_region(region, entry.spectrum, charge))
    save(tmp_path / "a.doublet", project)
    assert load(tmp_path / "a.doublet").is_fresh(region.id)


def test_arrays_of_an_opened_session_are_read_only(tmp_path: Path) -> None:
    save(tmp_path / "a.doublet", one_fit())
    again = load(tmp_path / "a.doublet")
    assert not again.entries[0].spectrum.intensity.flags.writeable
    assert not again.fits[0].covariance.flags.writeable


def test_a_hundred_spectra_come_back(tmp_path: Path) -> None:
    energy = np.linspace(174.0, 154.05, 400)
    random = np.random.default_rng(7)
    spectra = tuple(
        Spectrum(energy, random.poisson(900.0, 400).astype(float), sample=f"시료 {i % 10}")
        for i in range(100)
    )
    project = Project().with_spectra(spectra)
    save(tmp_path / "map.doublet", project)
    again = load(tmp_path / "map.doublet")
    assert [entry.id for entry in again.entries] == [entry.id for entry in project.entries]
    for old, new in zip(project.entries, again.entries, strict=True):
        np.testing.assert_array_equal(old.spectrum.intensity, new.spectrum.intensity)


def test_the_file_says_what_wrote_it_and_holds_plain_data_only(tmp_path: Path) -> None:
    save(tmp_path / "a.doublet", one_fit())
    with zipfile.ZipFile(tmp_path / "a.doublet") as archive:
        document = json.loads(archive.read("session.json"))
        others = [name for name in archive.namelist() if name != "session.json"]
        for name in others:
            with archive.open(name) as member:
                np.lib.format.read_magic(member)
    assert document["format"] == 2
    assert set(document["program"]) == {"doublet", "python", "numpy", "scipy", "lmfit"}
    assert document["fits"][0]["made_with"] == document["program"]
    assert others == ["tables/0.npy", "fits/0.npy"]


def test_no_path_of_this_machine_is_in_the_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(_saved(tmp_path)) as archive:
        text = archive.read("session.json").decode()
    assert str(Path.home()) not in text
    assert str(Path(__file__).parents[2]) not in text


def test_the_version_before_stays_as_a_backup(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    before = path.read_bytes()
    save(path, with_center(one_fit(), 0.01))
    assert (tmp_path / "a.doublet.bak").read_bytes() == before
    save(path, with_center(one_fit(), 0.02))
    assert to_bytes(load(tmp_path / "a.doublet.bak")) == to_bytes(with_center(one_fit(), 0.01))


def test_saving_leaves_no_other_file(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    save(path, one_fit())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.doublet", "a.doublet.bak"]


_KILLED_WHILE_WRITING = """
import os, sys
from xps.atomic import write_atomically
os.fsync = lambda _: os._exit(9)
write_atomically(sys.argv[1], b"half")
"""


@pytest.mark.parametrize("written", ["a.doublet", "a.doublet.bak", "other.doublet"])
@pytest.mark.parametrize("then", [load, lambda path: save(path, one_fit())], ids=["open", "save"])
def test_what_a_killed_process_left_of_a_session_is_removed(
    tmp_path: Path, written: str, then: Callable[[Path], object]
) -> None:
    path = _saved(tmp_path)
    save(path, one_fit())  # so that there is a backup
    call = [sys.executable, "-c", _KILLED_WHILE_WRITING, str(tmp_path / written)]
    assert subprocess.run(call, check=False).returncode == 9
    assert len(list(tmp_path.glob("*.tmp"))) == 1
    then(path)
    assert len(list(tmp_path.glob("*.tmp"))) == (written == "other.doublet")


def test_what_a_running_process_writes_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _saved(tmp_path)
    seen = []

    def open_meanwhile(_: int) -> None:
        load(path)
        seen.append(len(list(tmp_path.glob(".doublet-*.tmp"))))

    monkeypatch.setattr(os, "fsync", open_meanwhile)
    write_atomically(path, path.read_bytes())
    assert seen[0] == 1


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    link = tmp_path / "link.doublet"
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("this system does not let us make a symbolic link")
    save(link, with_center(one_fit(), 0.01))
    assert link.is_symlink()
    assert load(path).regions == with_center(one_fit(), 0.01).regions


@pytest.mark.parametrize("failing", ["replace", "fsync"])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EIO, "cannot be written"),
    ],
)
def test_a_failure_while_saving_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, code: int, reason: str
) -> None:
    path = _saved(tmp_path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    if failing == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    else:
        monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SessionError, match=reason) as caught:
        save(path, fitted())
    assert caught.value.path == str(path)
    assert caught.value.remedy
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.doublet"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    folder = tmp_path / "small disk"
    folder.mkdir()
    if mount is None or umount is None or getattr(os, "geteuid", lambda: 1)() != 0:
        pytest.skip("only root can mount a small file system")
    options = ("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder))
    if subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let root mount a file system")
    yield folder
    subprocess.run([umount, str(folder)], check=True)


def test_a_full_disk_leaves_session_and_backup_whole(small_disk: Path) -> None:
    path = small_disk / "a.doublet"
    save(path, one_fit())
    save(path, with_center(one_fit(), 0.01))
    before, backup = path.read_bytes(), (small_disk / "a.doublet.bak").read_bytes()
    with pytest.raises(SessionError, match=r"the disk is full.*free some space"):
        save(path, _large())
    assert path.read_bytes() == before
    assert (small_disk / "a.doublet.bak").read_bytes() in (before, backup)
    assert sorted(p.name for p in small_disk.iterdir()) == ["a.doublet", "a.doublet.bak"]


def test_no_room_for_the_backup_leaves_everything(small_disk: Path) -> None:
    path = small_disk / "a.doublet"
    save(path, one_fit())
    before = path.read_bytes()
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "other").write_bytes(bytes(free - 4096))
    with pytest.raises(SessionError, match="backup cannot be written: the disk is full"):
        save(path, fitted())
    assert path.read_bytes() == before
    assert sorted(p.name for p in small_disk.iterdir()) == ["a.doublet", "other"]


def test_a_read_only_disk_is_named_and_the_session_stays(small_disk: Path) -> None:
    path = small_disk / "a.doublet"
    save(path, one_fit())
    before = path.read_bytes()
    remounted = [shutil.which("mount") or "mount", "-o", "remount,ro", str(small_disk)]
    if subprocess.run(remounted, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let root change a mounted file system")
    with pytest.raises(SessionError, match=r"the disk is read-only.*another folder"):
        save(path, fitted())
    assert path.read_bytes() == before
    assert load(path).regions == one_fit().regions


def test_a_read_only_place_is_named(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    before = path.read_bytes()
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write into read-only folders (root may)")
        with pytest.raises(SessionError, match=r"no permission.*another folder"):
            save(path, fitted())
    finally:
        tmp_path.chmod(0o700)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no such folder/a.doublet", "there is no such folder"),
        ("a" * 300 + ".doublet", "the name is too long"),
        ("nul\0.doublet", "not allowed"),
        (".", "a folder has this name"),
    ],
)
def test_a_place_that_cannot_be_is_named(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(SessionError, match=reason) as caught:
        save(tmp_path / name, one_fit())
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.doublet"
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(pipe)
    with pytest.raises(SessionError, match="a device, not a file"):
        save(pipe, one_fit())
    assert pipe.is_fifo()


def test_a_number_that_would_not_open_again_is_not_saved(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    before = path.read_bytes()
    endless = Spectrum(np.arange(3.0), np.ones(3), series=(("Etch Time / s", np.inf),))
    with pytest.raises(SessionError, match="not finite"):
        save(path, one_fit().with_spectra((endless,)))
    assert path.read_bytes() == before


def _saved(folder: Path) -> Path:
    path = folder / "a.doublet"
    save(path, one_fit())
    return path


def _large() -> Project:
    """A project that does not fit on the small disk, however well it is packed."""
    noise = np.random.default_rng(3).uniform(0.0, 1e6, 20_000)
    return one_fit().with_spectra((Spectrum(np.arange(20_000.0), noise),))


def test_a_fit_that_held_a_weak_center_throughout_comes_back(tmp_path: Path) -> None:
    """Fits by earlier versions left such a center out of the free parameters."""
    fit = one_fit().fits[0]
    center = Ref("sulfite", "center")
    row = fit.free.index(center)
    covariance = np.delete(np.delete(fit.covariance, row, axis=0), row, axis=1)
    free = tuple(ref for ref in fit.free if ref != center)
    old = replace(fit, free=free, covariance=covariance, held=(center,))
    save(tmp_path / "old.doublet", one_fit().with_fit(old))
    again = load(tmp_path / "old.doublet").fits[0]
    assert again.held == (center,)
    assert again.stderr(center) == again.stderr(Ref("ps4", "center"))
    assert again.stderr(Ref("sulfite", "area")) == old.stderr(Ref("sulfite", "area"))
    assert "tied where it is expected" in why_no_error(again, center)


# --- size -------------------------------------------------------------------------------------


def packed_counts(project: Project) -> int:
    """Bytes of the intensities alone, packed as well as zlib can."""
    return len(zlib.compress(b"".join(e.spectrum.intensity.tobytes() for e in project.entries), 9))


def test_a_fitted_session_is_small(tmp_path: Path) -> None:
    save(tmp_path / "a.doublet", fitted())
    allowed = 1.5 * packed_counts(fitted()) + 8_000 * len(fitted().fits)
    assert (tmp_path / "a.doublet").stat().st_size <= allowed


@pytest.mark.parametrize("axis", ["calculated", "decimal", "linspace"])
def test_a_map_takes_little_more_than_its_counts(tmp_path: Path, axis: str) -> None:
    points = np.arange(400)
    energy = {
        "calculated": 174.0 - 0.05 * points,
        "decimal": np.array([float(f"{174.0 - 0.05 * i:.2f}") for i in points]),
        "linspace": np.linspace(174.0, 154.05, 400),
    }[axis]
    random = np.random.default_rng(7)
    counts = random.poisson(900.0, (200, 400)).astype(float)
    spectra = tuple(Spectrum(energy, row, sample=f"{i}") for i, row in enumerate(counts))
    project = Project().with_spectra(spectra)
    save(tmp_path / "map.doublet", project)
    assert (tmp_path / "map.doublet").stat().st_size <= 1.5 * packed_counts(project)


@pytest.mark.parametrize(
    ("start", "step"), [(174.0, -0.05), (1312.02, 0.1), (-0.0, 0.025), (526.3, 0.03333)]
)
@pytest.mark.parametrize("rounded", [True, False])
def test_even_energies_are_three_numbers_and_come_back_bit_for_bit(
    start: float, step: float, rounded: bool
) -> None:
    energy = start + step * np.arange(300)
    if rounded:
        energy = np.array([float(f"{value:.5f}") for value in energy])
    rows = RowPool()
    plain = rows.energies(energy)
    assert isinstance(plain, dict)
    assert rows.tables == {}
    fields = Fields({"energy": plain}, "spectrum")
    again = energies_of(fields, "energy", 300, lambda name: rows.tables[name])
    assert again.tobytes() == energy.tobytes()


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_any_energies_come_back_bit_for_bit(values: list[float]) -> None:
    energy, rows = np.array(values), RowPool()
    fields = Fields({"energy": rows.energies(energy)}, "spectrum")
    again = energies_of(fields, "energy", energy.size, lambda name: rows.tables[name])
    assert again.tobytes() == energy.tobytes()
