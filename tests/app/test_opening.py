from pathlib import Path

import pytest

from app.importing.opening import open_all
from tests.app.projects import opened
from xps.errors import ReadError
from xps.readers import SpectrumFile
from xps.session import save


def test_good_files_are_read_and_broken_ones_named(
    sample_files: list[Path], tmp_path: Path
) -> None:
    empty = tmp_path / "empty.vms"
    empty.write_bytes(b"")
    result = open_all([empty, *sample_files])
    assert result.files == tuple(sample_files)
    assert [error.path for error in result.failures] == [str(empty)]
    assert {spectrum.sample for spectrum in result.spectra} == {
        sample.name for sample in opened().samples
    }


def test_hidden_files_and_folders_inside_a_folder_are_left_alone(
    sample_files: list[Path],
) -> None:
    folder = sample_files[0].parent
    (folder / ".DS_Store").write_bytes(b"\0\0")
    (folder / "more").mkdir()
    result = open_all([folder])
    assert result.failures == ()
    assert result.files == tuple(sorted(sample_files))


def test_only_one_session_is_opened_and_the_other_is_named(tmp_path: Path) -> None:
    first, second = tmp_path / "first.doublet", tmp_path / "second.DOUBLET"
    save(first, opened())
    save(second, opened())
    result = open_all([first, second])
    assert result.session_path == first
    assert result.session is not None
    assert [error.path for error in result.failures] == [str(second)]


def test_a_damaged_session_does_not_hide_the_next_one(tmp_path: Path) -> None:
    broken, good = tmp_path / "a.doublet", tmp_path / "b.doublet"
    broken.write_bytes(b"PK")
    save(good, opened())
    result = open_all([broken, good])
    assert result.session_path == good
    assert len(result.failures) == 1


def test_a_mistake_in_a_reader_costs_one_file_only(
    sample_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from xps.readers import read_file

    def clumsy(path: Path) -> SpectrumFile:
        if path == sample_files[0]:
            raise IndexError("list index out of range")
        return read_file(path)

    monkeypatch.setattr("xps.readers.read_file", clumsy)
    result = open_all(sample_files)
    assert result.files == (sample_files[1],)
    (error,) = result.failures
    assert isinstance(error, ReadError)
    assert "IndexError" in error.reason


def test_cancelling_stops_between_files(sample_files: list[Path]) -> None:
    told: list[tuple[int, int]] = []
    result = open_all(sample_files, lambda: bool(told), lambda *part: told.append(part))
    assert told == [(0, 2)]
    assert len(result.files) == 1


def test_a_warning_names_its_file_once(tmp_path: Path) -> None:
    path = tmp_path / "S 2p.csv"
    rows = "\n".join(f"{160 + i},{100 + i}" for i in range(30))
    path.write_text(f"Binding energy / eV,cps\n{rows}\n", "utf-8")
    warnings = open_all([path]).warnings
    assert warnings
    assert all(warning.count("S 2p") == 1 for warning in warnings)
