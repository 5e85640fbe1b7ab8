"""What systems are told of the program: menu entries, packages, versions, files that it opens."""

import configparser
import plistlib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from bundle import icons, linux, macos, qt, windows
from bundle.parts import load_parts
from PIL import Image

from xps.version import __version__

ROOT = Path(__file__).parents[2]
SESSION_TYPE = "application/x-doublet-session"


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("0.1.0", (0, 1, 0, 0)), ("2.10.3.4", (2, 10, 3, 4)), ("1.2.0rc1", (1, 2, 0, 0))],
)
def test_a_version_is_counted_in_four_numbers(version: str, numbers: tuple[int, ...]) -> None:
    assert windows.four_numbers(version) == numbers


class CaseKeepingParser(configparser.ConfigParser):
    """Keys of menu entries differ in their capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_menu_entry_opens_sessions_and_claims_no_spectra() -> None:
    entry = CaseKeepingParser(interpolation=None)
    entry.read(linux.FILES / "doublet.desktop", encoding="utf-8")
    desktop = entry["Desktop Entry"]
    assert desktop["MimeType"] == f"{SESSION_TYPE};"
    assert desktop["Exec"].split() == ["doublet", "%F"]


def test_the_session_type_is_that_of_the_ending() -> None:
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    root = ET.fromstring((linux.FILES / "doublet.xml").read_bytes())  # noqa: S314  our own
    (kind,) = root.findall("m:mime-type", space)
    assert kind.get("type") == SESSION_TYPE
    assert [glob.get("pattern") for glob in kind.findall("m:glob", space)] == ["*.doublet"]


def test_the_software_catalog_is_told_the_version_and_the_menu_entry() -> None:
    root = ET.fromstring(linux.metainfo_text())  # noqa: S314  our own
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
    assert root.findtext("launchable") == "doublet.desktop"
    assert root.findtext("provides/mediatype") == SESSION_TYPE


def test_the_package_names_the_c_library_and_recommends_what_is_optional() -> None:
    lent = [one for one in load_parts().lent if one.package in ("libc6", "libgl1")]
    lent += [one for one in load_parts().lent if one.optional]
    text = linux.control_text("amd64", 1234, lent, (2, 35))
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    assert fields["Depends"] == "libc6 (>= 2.35), libgl1"
    assert fields["Recommends"] == "libwayland-client0, libwayland-cursor0"
    assert fields["Version"] == __version__


def test_on_macos_sessions_are_owned_and_spectra_only_offered() -> None:
    information = plistlib.loads(plistlib.dumps(macos.INFORMATION))
    ranks = {
        kind["LSItemContentTypes"][0]: kind["LSHandlerRank"]
        for kind in information["CFBundleDocumentTypes"]
    }
    assert ranks == {macos.SESSION_TYPE: "Owner", macos.VAMAS_TYPE: "Alternate"}


def test_the_windows_installer_makes_no_spectrum_its_own() -> None:
    script = (ROOT / "packaging" / "windows" / "doublet.iss").read_text("utf-8")
    assert r'Subkey: "Software\Classes\.doublet"; ValueType: string; ValueData' in script
    assert r"Software\Classes\.vms\OpenWithProgids" in script
    assert r'Software\Classes\.vms"' not in script


def test_an_icon_is_drawn_in_the_sizes_of_windows(tmp_path: Path) -> None:
    icons.write_icon(tmp_path / "doublet.ico")
    with Image.open(tmp_path / "doublet.ico") as icon:
        sizes = icon.info["sizes"]
    assert {(16, 16), (48, 48), (256, 256)} <= sizes
    assert list(tmp_path.iterdir()) == [tmp_path / "doublet.ico"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("PySide6/Qt/plugins/imageformats/libqpdf.so", False),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt/translations/qt_de.qm", False),
        ("PySide6/QtCore.abi3.so", True),
        ("numpy/_core/_multiarray_umath.so", True),
    ],
)
def test_of_qt_only_what_the_window_needs_stays(name: str, *, wanted: bool) -> None:
    assert qt.is_wanted(name) is wanted


def test_modules_of_qt_that_nothing_uses_are_left_out() -> None:
    names = ["QtCore.abi3.so", "QtNetwork.abi3.so", "QtQml.pyi", "__init__.py"]
    assert qt.unused_modules(names) == ["PySide6.QtNetwork", "PySide6.QtQml"]
