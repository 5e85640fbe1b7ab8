"""HDF5 without its library: what the library writes is read, and the other way round."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xps.mutants import mutants
from xps.errors import ReadError
from xps.hdf5 import Branch, Dataset, Group, Leaf, file_bytes, open_file
from xps.hdf5.checksum import lookup3

VALUES = np.arange(60.0).reshape(3, 20) / 7
NAMES = st.text(st.characters(exclude_categories=["C"], exclude_characters="/."), min_size=1)


def library() -> Any:
    return pytest.importorskip("h5py")


def by_library(fill: Any, **options: Any) -> bytes:
    with library().File("image", "w", driver="core", backing_store=False, **options) as h:
        fill(h)
        h.flush()
        image: bytes = h.id.get_file_image()
        return image


def tree(group: Group, depth: int = 8) -> dict[str, Any]:
    """Return what is below a group, down to a depth: damaged groups may hold themselves."""
    found: dict[str, Any] = {}
    for name in group.names() if depth else ():
        node = group.get(name)
        if isinstance(node, Group):
            found[name] = tree(node, depth - 1)
        elif isinstance(node, Dataset):
            found[name] = node.texts() if node.is_text else node.numbers().tolist()
    return found


@pytest.mark.parametrize("data", [b"", b"a", b"123456789abc", b"Four score and seven years ago"])
def test_the_checksum_is_that_of_its_author(data: bytes) -> None:
    # "Four score and seven years ago" is the example in the source of lookup3.
    known = {b"": 0xDEADBEEF, b"Four score and seven years ago": 0x17770551}
    assert lookup3(data) == known.get(data, lookup3(data))
    assert 0 <= lookup3(data) < 1 << 32


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("storage", [
    {}, {"chunks": (2, 7)}, {"chunks": (3, 20), "compression": "gzip"},
    {"chunks": (2, 7), "compression": "gzip", "shuffle": True, "fletcher32": True},
])  # fmt: skip
@pytest.mark.parametrize("dtype", ["f8", "f4", ">f8", "i4", "u2"])
def test_numbers_of_the_library_are_read(libver: str, storage: Any, dtype: str) -> None:
    values = (VALUES * 100).astype(dtype)
    data = by_library(lambda h: h.create_dataset("a/b/x", data=values, **storage), libver=libver)
    np.testing.assert_array_equal(open_file(data, "it").numbers("a/b/x"), values)


ENDLESS = None


@pytest.mark.parametrize("packing", [{}, {"compression": "gzip", "shuffle": True}])
@pytest.mark.parametrize(("shape", "chunks", "largest"), [
    ((5000,), (1,), (5000,)),  # a fixed array in pages
    ((40, 50), (1, 1), (60, 70)),  # numbered by what it can grow to
    ((7,), (2,), (ENDLESS,)),  # an extensible array: the index block alone
    ((90,), (2,), (ENDLESS,)),  # and data blocks
    ((9000,), (2,), (ENDLESS,)),  # and super blocks
    ((6, 50), (2, 7), (9, ENDLESS)),  # the axis without end is not the first
    ((3, 50, 4), (2, 7, 3), (3, ENDLESS, 8)),
    ((30, 40), (2, 3), (ENDLESS, ENDLESS)),  # a tree
    ((60, 70), (1, 1), (ENDLESS, ENDLESS)),  # of several levels
])  # fmt: skip
def test_chunks_of_every_index_are_read(
    shape: tuple[int, ...], chunks: tuple[int, ...], largest: tuple[int | None, ...], packing: Any
) -> None:
    values = np.random.default_rng(1).integers(0, 1 << 30, shape).astype("i4")
    data = by_library(
        lambda h: h.create_dataset("x", data=values, chunks=chunks, maxshape=largest, **packing),
        libver="latest",
    )
    node = open_file(data, "it").get("x")
    assert isinstance(node, Dataset)
    np.testing.assert_array_equal(node.numbers(), values)
    begins, ends = tuple(n // 3 for n in shape), tuple(n - n // 4 for n in shape)
    np.testing.assert_array_equal(node.part(begins, ends), values[tuple(map(slice, begins, ends))])


def test_pages_of_an_index_that_grew_long_are_read() -> None:
    values = np.arange(140_000, dtype="i4")
    data = by_library(
        lambda h: h.create_dataset("x", data=values, chunks=(1,), maxshape=(ENDLESS,)),
        libver="latest",
    )
    np.testing.assert_array_equal(open_file(data, "it").numbers("x"), values)


@pytest.mark.parametrize("largest", [(20_000, 3), (ENDLESS, 3), (ENDLESS, ENDLESS)])
def test_chunks_that_were_never_written_are_no_values(largest: tuple[int | None, ...]) -> None:
    def fill(h: Any) -> None:
        x = h.create_dataset("x", (20_000, 3), "f8", chunks=(10, 3), maxshape=largest)
        h["else"] = np.zeros(1000)
        x[4320:4330] = np.ones((10, 3))

    node = open_file(by_library(fill, libver="latest"), "it").get("x")
    assert isinstance(node, Dataset)
    with pytest.raises(ReadError, match="2000 chunks are announced, but 1 stored"):
        node.numbers()
    np.testing.assert_array_equal(node.part((4328, 0), (4332, 3))[:, 0], [1, 1, np.nan, np.nan])


@pytest.mark.parametrize("largest", [(1100, 4), (ENDLESS, 4), (ENDLESS, ENDLESS)])
def test_damaged_indices_are_read_or_refused(largest: tuple[int | None, ...]) -> None:
    def fill(h: Any) -> None:
        h.create_dataset("x", data=np.arange(4400.0).reshape(1100, 4), chunks=(1, 4),
                         maxshape=largest)  # fmt: skip

    data = by_library(fill, libver="latest")
    start = min(at for sign in (b"FAHD", b"EAHD", b"BTHD") if (at := data.find(sign)) >= 0)
    refused = 0
    for i in range(100):
        broken = bytearray(data)
        broken[start + i] ^= 1 << i % 8
        try:
            tree(open_file(bytes(broken), "it"))
        except ReadError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("count", [1, 30, 700])
def test_groups_and_attributes_of_any_number_are_read(libver: str, count: int) -> None:
    def fill(h: Any) -> None:
        for i in range(count):
            h[f"entry {i}"] = float(i)
        for i in range(min(count, 100)):
            h.attrs[f"fact {i}"] = f"값 {i}"

    root = open_file(by_library(fill, libver=libver), "it")
    assert sorted(root.names()) == sorted(f"entry {i}" for i in range(count))
    assert root.number(f"entry {count - 1}") == count - 1
    assert root.attributes == {f"fact {i}": f"값 {i}" for i in range(min(count, 100))}


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_text_links_and_odd_values_of_the_library_are_read(libver: str) -> None:
    def fill(h: Any) -> None:
        h["text"] = "결합 에너지"
        h["texts"] = ["a", "bb", ""]
        h["fixed"] = np.bytes_("S 2p")
        h["flag"] = True
        h["hard"] = h["text"]
        h["soft"] = library().SoftLink("/group/x")
        h["broken"] = library().SoftLink("/nowhere")
        h["group/x"] = 4.5
        h["nothing"] = library().Empty("f8")
        h["group"].attrs["axes"] = ["energy", "angle"]
        h["group"].attrs["indices"] = np.array([0, 1])
        h["complex"] = 1j

    root = open_file(by_library(fill, libver=libver), "it")
    assert (root.text("text"), root.text("hard"), root.text("fixed")) == (
        "결합 에너지", "결합 에너지", "S 2p",
    )  # fmt: skip
    texts = root.get("texts")
    assert isinstance(texts, Dataset)
    assert texts.texts() == ["a", "bb", ""]
    assert (root.number("flag"), root.number("soft"), root.number("/group/x")) == (1, 4.5, 4.5)
    assert (root.get("broken"), root.get("text/x"), root.get("none")) == (None, None, None)
    group = root.get("group")
    assert isinstance(group, Group)
    assert group.attributes == {"axes": ("energy", "angle"), "indices": (0, 1)}
    with pytest.raises(ReadError, match="does not hold numbers"):
        root.numbers("complex")


@given(st.dictionaries(NAMES, st.one_of(st.text(st.characters(exclude_categories=["C"])),
       st.floats(allow_nan=False), st.lists(st.floats(allow_nan=False)).map(np.array)),
       max_size=5))  # fmt: skip
def test_what_is_written_is_read_again(values: dict[str, Any]) -> None:
    root = Branch({"deep": Branch({k: Leaf(v, {"units": "eV"}) for k, v in values.items()})})
    again = open_file(file_bytes(root), "it").get("deep")
    assert isinstance(again, Group)
    assert set(again.names()) == set(values)
    for name, value in values.items():
        node = again.get(name)
        assert isinstance(node, Dataset)
        assert node.attributes == {"units": "eV"}
        if isinstance(value, str):
            assert node.texts() == [value]
        else:
            np.testing.assert_array_equal(node.numbers(), value)


def test_the_library_reads_what_is_written() -> None:
    shared = Leaf(VALUES, {"units": "eV", "offset": 2.5, "first": 1, "axes": ["energy", "y"]})
    long = "긴 " * 5000
    members = {f"m{i:04}": Leaf(f"text {i}") for i in range(1000)}
    root = Branch({"x": shared, "same": shared, "long": Leaf(long), "many": Branch(members),
                   "list": Leaf(["α", ""]), "number": Leaf(7)}, {"NX_class": "NXroot"})  # fmt: skip
    with library().File(io.BytesIO(file_bytes(root)), "r") as h:
        np.testing.assert_array_equal(h["x"][()], VALUES)
        assert h["x"] == h["same"]
        assert h["long"].asstr()[()] == long
        assert h["list"].asstr()[()].tolist() == ["α", ""]
        assert (h["number"][()], h.attrs["NX_class"]) == (7, "NXroot")
        attributes = dict(h["x"].attrs)
        assert attributes.pop("axes").tolist() == ["energy", "y"]
        assert attributes == {"units": "eV", "offset": 2.5, "first": 1}
        assert [h["many"][name].asstr()[()] for name in h["many"]] == [
            f"text {i}" for i in range(1000)
        ]


@pytest.mark.parametrize("name", ["Cu-HHTP.txt.nxs", "vms_data_analysis.nxs"])
def test_measured_files_hold_what_the_library_finds(shared_data: Path, name: str) -> None:
    path = shared_data / "nexus" / name
    root = open_file(path.read_bytes(), "it")
    seen = 0

    def compare(where: str, node: Any) -> None:
        nonlocal seen
        ours = root.get(where)
        if isinstance(node, library().Group):
            assert isinstance(ours, Group)
            assert ours.names() == list(node)
        else:
            assert isinstance(ours, Dataset)
            if node.dtype.kind in "OS":
                assert ours.texts() == [node.asstr()[()]]
            else:
                np.testing.assert_array_equal(ours.numbers(), node[()])
        theirs = {k: v if isinstance(v, str) else np.asarray(v).tolist()
                  for k, v in node.attrs.items()}  # fmt: skip
        assert {
            k: list(v) if isinstance(v, tuple) else v for k, v in ours.attributes.items()
        } == theirs
        seen += 1

    with library().File(path, "r") as h:
        h.visititems(compare)
    assert seen > 100


def damaged(data: bytes, count: int) -> tuple[int, int]:
    """Read mutants whole; return how many were read, and how many refused."""
    read = 0
    for mutant in mutants(data, count):
        try:
            tree(open_file(mutant, "it"))
        except ReadError:
            continue
        read += 1
    return read, count - read


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_damaged_files_are_read_or_refused(libver: str) -> None:
    def fill(h: Any) -> None:
        h.create_dataset("a", data=VALUES, chunks=(2, 7), compression="gzip", shuffle=True)
        h["text"] = "text"
        for i in range(20):
            h[f"group/{i}"] = i
            h["group"].attrs[f"{i}"] = "x"

    assert min(damaged(by_library(fill, libver=libver), 1000)) > 10


def test_damaged_files_of_our_own_are_read_or_refused() -> None:
    members = {f"{i}": Leaf(VALUES, {"units": "eV"}) for i in range(5)}
    assert min(damaged(file_bytes(Branch({"g": Branch(members)})), 1000)) > 10


def test_a_group_that_holds_itself_is_no_trap() -> None:
    data = by_library(lambda h: h.__setitem__("a/b", h["/"]))
    assert open_file(data, "it").get("a/b/a/b/a/b") is not None


def test_a_dataset_of_announced_size_only_is_refused() -> None:
    data = by_library(lambda h: h.create_dataset("x", (1 << 40,), "f8", chunks=(1024,)))
    with pytest.raises(ReadError, match="too large"):
        open_file(data, "it").numbers("x")


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_random_bytes_after_the_signature_are_refused(chance: random.Random) -> None:
    with pytest.raises(ReadError):
        tree(open_file(b"\x89HDF\r\n\x1a\n" + chance.randbytes(300), "it"))
