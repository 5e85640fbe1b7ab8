from pathlib import Path

import pytest
from bundle.licenses import collect, python_license
from bundle.parts import Part, Parts, PartsError, load_parts

PARTS = load_parts()


def test_the_texts_of_all_parts_are_collected_and_named_in_one_page(tmp_path: Path) -> None:
    sources = {
        "PySide6/Qt/lib/libQt6Core.so.6": tmp_path / "libQt6Core.so.6",
        "numpy.libs/libgfortran-040039e1.so.5.0.0": tmp_path / "libgfortran.so",
        "libpython3.11.so.1.0": tmp_path / "libpython3.11.so.1.0",
    }
    to = tmp_path / "licenses"
    collect(sources, {"xps", "json", "lmfit", "numpy"}, PARTS, to)
    assert (to / "doublet" / "LICENSE").read_text("utf-8").startswith("BSD 3-Clause")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (to / "qt" / "LGPL-3.0.txt").read_text("utf-8")
    assert "GCC RUNTIME LIBRARY EXCEPTION" in (
        to / "gcc-runtime-fortran" / "LICENSE.txt"
    ).read_text("utf-8")
    page = (to / "README.md").read_text("utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    names = {row[0].removeprefix("| ") for row in rows}
    assert names == {"Doublet", "Python", "Qt", "GCC runtime: Fortran", "NumPy", "lmfit"}
    assert {path.name for path in to.iterdir() if path.is_dir()} == {
        row[3].partition("]")[0].removeprefix("[") for row in rows
    }
    assert "https://download.qt.io/official_releases/qt/6." in page
    assert "{" not in page
    assert "You may replace Qt" in page


def test_texts_of_an_earlier_build_do_not_stay(tmp_path: Path) -> None:
    stale = tmp_path / "licenses" / "stale"
    stale.mkdir(parents=True)
    collect({}, {"xps"}, PARTS, tmp_path / "licenses")
    assert not stale.exists()


def test_a_part_without_a_license_text_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "libfoo.so").touch()
    parts = Parts((Part("Foo", "MIT", ("libfoo.so",), ()),), ())
    with pytest.raises(PartsError, match="no license text was found for Foo"):
        collect({"libfoo.so": tmp_path / "libfoo.so"}, (), parts, tmp_path / "licenses")


def test_a_package_whose_metadata_name_the_gpl_ends_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "gplfoo-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: gplfoo\nVersion: 1.0\nLicense-Expression: GPL-3.0-only\n"
    )
    (information / "LICENSE").write_text("...")
    (information / "RECORD").write_text("gplfoo-1.0.dist-info/LICENSE,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    parts = Parts((Part("Foo", "MIT", (), ("foo",), "gplfoo"),), ())
    with pytest.raises(PartsError, match=r"gplfoo 1\.0 names the GPL"):
        collect({}, {"foo"}, parts, tmp_path / "licenses")


def test_the_license_of_python_is_found() -> None:
    assert "PYTHON SOFTWARE FOUNDATION" in python_license().read_text("utf-8").upper()
