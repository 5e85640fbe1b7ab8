from pathlib import Path

import pytest
from bundle.parts import Lent, Part, Parts, PartsError, load_parts, plain_name

PARTS = load_parts()


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("_internal/libpython3.11.so.1.0", "libpython3.11.so.1"),
        ("_internal/PySide6/QtCore.abi3.so", "PySide6/QtCore.so"),
        ("numpy/_core/_x.cpython-311-x86_64-linux-gnu.so", "numpy/_core/_x.so"),
        ("numpy\\_core\\_x.cp313-win_amd64.pyd", "numpy/_core/_x.pyd"),
        ("numpy.libs/libgfortran-040039e1-0352e75f.so.5.0.0", "numpy.libs/libgfortran.so.5"),
        ("_internal/libxcb-render.so.0", "libxcb-render.so.0"),
        ("numpy.libs/msvcp140-a4c2229bdc2a2a630acdc095b4d86008.dll", "numpy.libs/msvcp140.dll"),
    ],
)
def test_a_plain_name_has_nothing_that_changes_with_versions(path: str, plain: str) -> None:
    assert plain_name(path) == plain


@pytest.mark.parametrize(
    ("path", "license_"),
    [
        ("_internal/PySide6/Qt/lib/libQt6Gui.so.6", "LGPL-3.0-only"),
        ("_internal/PySide6/Qt/plugins/platforms/libqxcb.so", "LGPL-3.0-only"),
        ("_internal/numpy/_core/_multiarray_umath.cp311-win_amd64.pyd", PARTS.parts[9].license),
        ("_internal/numpy.libs/libgfortran-0abcdef9.so.5.0.0",
         "GPL-3.0-or-later WITH GCC-exception-3.1"),
        ("_internal/libglib-2.0.so.0", "LGPL-2.1-or-later"),
        ("_internal/_socket.pyd", "PSF-2.0"),
    ],
)  # fmt: skip
def test_a_shared_object_is_known_by_its_place(path: str, license_: str) -> None:
    assert PARTS.of_file(path).license == license_


@pytest.mark.parametrize(
    "path",
    [
        "_internal/libreadline.so.8",
        "_internal/libgdbm.so.6",
        "_internal/PySide6/Qt/lib/libQt6VirtualKeyboard.so.6",
        "_internal/PySide6/Qt/lib/libQt6Charts.so.6",
        "_internal/PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "_internal/libsomething.so.1",
    ],
)
def test_what_is_under_the_gpl_or_unknown_is_refused_by_name(path: str) -> None:
    with pytest.raises(PartsError, match=Path(path).name):
        PARTS.of_file(path)


def test_the_parts_of_the_bundle_are_free_to_bundle() -> None:
    PARTS.refuse_gpl()


@pytest.mark.parametrize(
    ("license_", "free"),
    [
        ("LGPL-2.1-or-later", True),
        ("MIT AND LGPL-3.0-only", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-2.0-or-later", False),
        ("AGPL-3.0-only", False),
    ],
)
def test_the_gpl_is_refused_unless_an_exception_comes_with_it(license_: str, *, free: bool) -> None:
    parts = Parts((Part("readline", license_, (), ()),), ())
    if free:
        parts.refuse_gpl()
    else:
        with pytest.raises(PartsError, match="readline"):
            parts.refuse_gpl()


def test_packages_of_python_are_known_and_others_refused() -> None:
    assert PARTS.of_module("json").name == "Python"
    assert PARTS.of_module("xps").name == "Doublet"
    with pytest.raises(PartsError, match="leftpad"):
        PARTS.of_module("leftpad")


def test_the_system_lends_the_c_library_but_not_glib() -> None:
    lender = PARTS.lender("libc.so.6")
    assert lender is not None
    assert lender.package == "libc6"
    assert PARTS.lender("libglib-2.0.so.0") is None


def test_a_pattern_goes_across_folders_only_where_it_says_so() -> None:
    near, far = Part("near", "MIT", ("a/*",), ()), Part("far", "MIT", ("a/**",), ())
    parts = Parts((near, far), (Lent("x", ()),))
    assert parts.of_file("a/b.so") is near
    assert parts.of_file("a/b/c.so") is far
