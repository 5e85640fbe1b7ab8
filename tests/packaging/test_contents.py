import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from bundle.contents import Item, differences, gone, list_contents, read_list, write_list
from bundle.parts import PartsError, load_parts

PARTS = load_parts()
AGREED = Path(__file__).parents[2] / "packaging" / "bundle" / "contents-linux.csv"
ITEM = Item("shared object", "libfoo.so.1", "Foo", "MIT", 1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle of a few files."""
    for name, size in (
        ("doublet", 10),
        ("_internal/libglib-2.0.so.0", 2500),
        ("_internal/PySide6/QtCore.abi3.so", 100),
        ("_internal/xps/_resources/guide/a/index.html", 1500),
        ("_internal/xps/_resources/guide/style.css", 600),
        ("licenses/glib/LGPL-2.1.txt", 300),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF".ljust(size, b"\0") if "." not in path.name else b"\0" * size)
    (tmp_path / "_internal" / "libQt6Core.so.6").symlink_to("PySide6/Qt/lib/libQt6Core.so.6")
    return tmp_path


def test_everything_in_a_bundle_is_listed_once_with_part_and_license(folder: Path) -> None:
    items = list_contents(folder, Counter({"xps": 4000, "json": 1}), PARTS)
    assert [(item.kind, item.name, item.part, item.kb) for item in items] == [
        ("data", "licenses", "", 1),
        ("data", "xps/_resources/guide", "", 3),
        ("modules", "json", "Python", 1),
        ("modules", "xps", "Doublet", 4),
        ("shared object", "PySide6/QtCore.so", "Qt for Python", 1),
        ("shared object", "doublet", "PyInstaller bootloader and run-time hooks", 1),
        ("shared object", "libglib-2.0.so.0", "GLib", 3),
    ]


def test_a_shared_object_that_slipped_in_is_refused(folder: Path) -> None:
    (folder / "_internal" / "libreadline.so.8").write_bytes(b"\x7fELF")
    with pytest.raises(PartsError, match=r"libreadline\.so\.8"):
        list_contents(folder, Counter(), PARTS)


def test_code_without_an_ending_is_found_by_its_first_bytes(folder: Path) -> None:
    (folder / "_internal" / "helper").write_bytes(b"\x7fELF")
    with pytest.raises(PartsError, match="helper"):
        list_contents(folder, Counter(), PARTS)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ITEM, []),
        (replace(ITEM, kb=1199), []),
        (replace(ITEM, kb=500), []),
        (replace(ITEM, kb=1201), ["grown: shared object libfoo.so.1 from 1000 to 1201 kB"]),
        (replace(ITEM, name="libbar.so.1"), ["new: shared object libbar.so.1 (Foo, 1000 kB)"]),
        (
            replace(ITEM, license="LGPL-2.1-only"),
            ["license: libfoo.so.1 from MIT to LGPL-2.1-only"],
        ),
    ],
)
def test_what_is_new_larger_or_under_another_license_is_told(found: Item, said: list[str]) -> None:
    assert list(differences([ITEM], [found])) == said


def test_a_large_item_may_grow_by_a_tenth() -> None:
    large = replace(ITEM, kb=30_000)
    assert list(differences([large], [replace(large, kb=32_900)])) == []
    assert len(list(differences([large], [replace(large, kb=33_100)]))) == 1


def test_doublet_itself_may_grow_by_half() -> None:
    own = Item("modules", "xps", "Doublet", "BSD-3-Clause", 4000)
    guide = Item("data", "xps/_resources/guide", "", "", 4000)
    for item in (own, guide):
        assert list(differences([item], [replace(item, kb=5900)])) == []
        assert len(list(differences([item], [replace(item, kb=6100)]))) == 1


def test_what_left_is_named() -> None:
    assert gone([ITEM], []) == ["libfoo.so.1"]


def test_a_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    items = [ITEM, Item("data", "a, b", "", "", 0)]
    write_list(tmp_path / "list.csv", items)
    assert read_list(tmp_path / "list.csv") == items


def test_the_list_agreed_to_names_the_parts_and_licenses_of_the_table() -> None:
    items = [item for item in read_list(AGREED) if item.kind == "shared object"]
    assert len(items) > 100
    for item in items:
        part = PARTS.of_file(item.name)
        assert (item.part, item.license) == (part.name, part.license), item.name


def test_the_list_agreed_to_is_sorted_so_that_changes_show() -> None:
    with AGREED.open(encoding="utf-8", newline="") as file:
        names = [(row["kind"], row["name"]) for row in csv.DictReader(file)]
    assert names == sorted(set(names))
