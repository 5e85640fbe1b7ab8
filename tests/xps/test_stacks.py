"""Stacks: what a reader finds spectrum by spectrum, read from disk piece by piece."""

from __future__ import annotations

import pickle
import tracemalloc
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.mutants import mutants
from tests.xps.test_hdf5 import by_library
from tests.xps.test_nexus_reader import COUNTS as SIX_COUNTS
from tests.xps.test_nexus_reader import entry, nexus_bytes
from tests.xps.test_phi_reader import HEADER, RATES, spe, spectrum_block
from tests.xps.test_vamas_reader import block, vamas
from xps.errors import ReadError, SpectrumError
from xps.file_bytes import PAGE_BYTES, FileBytes
from xps.hdf5 import Dataset, boxes, open_file
from xps.readers import read_file
from xps.stacks import Stack, open_stacks
from xps.stacks.vamas import LinesOnDisk

Opening = Callable[..., tuple[Stack, ...]]


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    def open_(data: bytes, name: str = "map.vms") -> tuple[Stack, ...]:
        path = tmp_path / name
        path.write_bytes(data)
        return open_stacks(path)

    return open_


def pixel(x: int, y: int, **changes: Sequence[object]) -> dict[str, Sequence[object]]:
    counts = [100 * y + 10 * x + i for i in range(6)]
    changes = {"data": counts, "position": [x, y], **changes}
    return block(field_of_view=[100, 100], **changes)


def vamas_map(*pixels: dict[str, Sequence[object]], nx: int = 3, ny: int = 2) -> bytes:
    pixels = pixels or tuple(pixel(x, y) for y in range(1, ny + 1) for x in range(1, nx + 1))
    return vamas(*pixels, mode=["MAP"], positions=[nx * ny, nx, ny])


def cycles(count: int) -> bytes:
    region = [line for line in HEADER if not line.startswith("SpectralRegDef: 2")]
    times = (0, np.array([np.arange(count) * 30.0]), b"cyc", b"s", b"f4")
    return spe([spectrum_block(1, *(RATES + i for i in range(count))), times], header=region)


def assert_as_read(stack: Stack, path: Path) -> None:
    spectra = read_file(path).spectra
    for index in range(stack.count):
        own = stack.spectrum(index)
        assert own.origin is not None
        whole = spectra[own.origin.index]
        assert own.digest == whole.digest
        assert (own.origin, own.name, own.sample) == (whole.origin, whole.name, whole.sample)
        assert (own.series, own.core_level) == (whole.series, whole.core_level)


def test_a_map_is_an_image_of_rows_and_columns(opening: Opening) -> None:
    (stack,) = opening(vamas_map())
    assert (stack.shape, stack.count, stack.title) == ((2, 3), 6, "S 2p")
    assert [axis.label for axis in stack.layout.axes] == ["Map y", "Map x"]
    np.testing.assert_array_equal(
        stack.image(stack.read(0, 6)[:, 0]), [[110, 120, 130], [210, 220, 230]]
    )


def test_pixels_that_a_stopped_map_lacks_are_not_a_number(opening: Opening) -> None:
    (stack,) = opening(vamas_map(*(pixel(x, y) for x, y in ((1, 1), (2, 1), (3, 1), (1, 2)))))
    np.testing.assert_array_equal(
        stack.image(stack.read(0, 4)[:, 0]), [[110, 120, 130], [210, np.nan, np.nan]]
    )


def test_places_on_no_grid_are_a_row_of_spectra(opening: Opening) -> None:
    scattered = vamas_map(*(pixel(i, i * i) for i in range(1, 7)))
    (stack,) = opening(scattered)
    assert stack.shape == (6,)
    assert [axis.label for axis in stack.layout.axes] == ["Spectrum"]
    assert [c.label for c in stack.coordinates] == ["Map x", "Map y"]


def test_core_levels_of_a_file_are_stacks_of_their_own(opening: Opening) -> None:
    both = [
        pixel(x, 1, species=[species], transition=[line, -1])
        for x in (1, 2)
        for species, line in (("S", "2p"), ("O", "1s"))
    ]
    stacks = opening(vamas_map(*both))
    assert [(s.title, s.count) for s in stacks] == [("S 2p", 2), ("O 1s", 2)]
    assert stacks[0].identity != stacks[1].identity


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (vamas_map(), "map.vms"),
        (cycles(4), "profile.pro"),
        (nexus_bytes(x=entry(np.stack([SIX_COUNTS + i for i in range(5)]),
                             axes=("z", "energy"))), "stack.nxs"),
    ],
)  # fmt: skip
def test_spectra_of_a_stack_are_those_of_the_reader(
    opening: Opening, tmp_path: Path, data: bytes, name: str
) -> None:
    (stack,) = opening(data, name)
    assert stack.count > 2
    assert_as_read(stack, tmp_path / name)


def test_measured_files_give_what_their_readers_give(shared_data: Path) -> None:
    for name in ("phi/SnO2_10nm_1.pro", "vms/ARXPS.vms", "vms/Fe_references.vms"):
        for stack in open_stacks(shared_data / name):
            assert_as_read(stack, shared_data / name)


def test_a_stack_goes_to_another_process_as_its_index(opening: Opening) -> None:
    for data, name in ((vamas_map(), "map.vms"), (cycles(4), "profile.pro")):
        (stack,) = opening(data, name)
        there = pickle.loads(pickle.dumps(stack))  # noqa: S301 - written one line above
        np.testing.assert_array_equal(there.read(1, 3), stack.read(1, 3))


def test_a_point_that_was_not_measured_is_not_a_number(opening: Opening) -> None:
    missing = pixel(2, 1, data=[1, 2, "1E+37", 4, 5, 6])
    (stack,) = opening(vamas_map(pixel(1, 1), missing, pixel(3, 1), ny=1))
    assert np.flatnonzero(np.isnan(stack.read(0, 3)).any(axis=1)).tolist() == [1]
    with pytest.raises(SpectrumError, match="spectrum 2 of 3"):
        stack.spectrum(1)


def test_comments_of_other_spectra_are_no_comment_of_one(opening: Opening) -> None:
    pair = [pixel(x, 1, comment=[1, f"fit of {x}"]) for x in (1, 2)]
    (stack,) = opening(vamas_map(*pair, nx=2, ny=1))
    assert stack.spectrum(1).notes == ""


def test_each_spectrum_has_its_own_transmission(opening: Opening, tmp_path: Path) -> None:
    def with_transmission(x: int) -> dict[str, Sequence[object]]:
        numbers = [n for i in range(6) for n in (100 * x + i, x + i)]
        columns = [2, "counts", "d", "transmission", "d"]
        range_ = [0, 1, 0, 1]
        return pixel(x, 1, columns=columns, count=[12], range=range_, data=numbers)

    (stack,) = opening(vamas_map(*map(with_transmission, (1, 2, 3)), ny=1))
    assert_as_read(stack, tmp_path / "map.vms")


def test_the_identity_tells_another_content(opening: Opening) -> None:
    (first,) = opening(vamas_map())
    (again,) = opening(vamas_map(), "copy.vms")
    (other,) = opening(vamas_map().replace(b"115", b"116"), "other.vms")
    assert first.identity == again.identity != other.identity


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(
    "storage", [{}, {"chunks": True}, {"chunks": (2, 3, 2), "compression": "gzip"}]
)
def test_boxes_of_hdf5_are_read_however_they_are_stored(
    opening: Opening, at: int, storage: dict[str, object]
) -> None:
    cube = np.arange(4 * 5 * 7.0).reshape(4, 5, 7) ** 2
    names = ["y", "x"]
    names.insert(at, "energy")

    def fill(file: object) -> None:
        e = file.create_group("entry")
        e.attrs["NX_class"] = "NXentry"
        data = e.create_group("data")
        data.attrs.update(NX_class="NXdata", signal="data", axes=names)
        data["energy"] = 160.0 + np.arange(7)
        data["energy"].attrs.update(units="eV", type="binding")
        data["x"], data["y"] = np.arange(5.0), np.arange(4.0)
        values = np.moveaxis(cube, -1, at)
        data.create_dataset("data", data=values, **storage).attrs["units"] = "counts"

    (stack,) = opening(by_library(fill), "cube.nxs")
    assert (stack.shape, stack.n_points) == ((4, 5), 7)
    flat = cube.reshape(20, 7)
    for start, stop in ((0, 20), (3, 4), (3, 17), (19, 20), (5, 10)):
        np.testing.assert_array_equal(stack.read(start, stop), flat[start:stop])
    assert stack.place(7) == (("y", 1.0), ("x", 2.0))


def test_chunks_that_were_never_written_are_not_a_number() -> None:
    def fill(file: object) -> None:
        values = file.create_dataset("v", (6, 4), "f8", chunks=(2, 4))
        values[2:4] = 1.0

    node = open_file(by_library(fill), "a test").get("v")
    assert isinstance(node, Dataset)
    missing = np.isnan(node.part((0, 0), (6, 4)))
    assert missing[[0, 1, 4, 5]].all()
    assert not missing[2:4].any()


@given(st.data())
def test_boxes_cover_a_range_in_order(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    numbers = np.arange(np.prod(shape)).reshape(shape)
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, numbers.size)] * 2)))
    found = [numbers[tuple(map(slice, *box))].ravel() for box in boxes(shape, start, stop)]
    assert np.concatenate([[], *found]).tolist() == list(range(start, stop))


def test_a_folder_is_a_series_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    for number in (10, 9, 100):
        path = tmp_path / f"scan {number}.vms"
        path.write_bytes(vamas(block(sample=[f"at {number}"], data=[number + i for i in range(6)])))
    (tmp_path / "notes.txt").write_text("no numbers here")
    (stack,) = open_stacks(tmp_path)
    assert [stack.sample(i) for i in range(3)] == ["at 9", "at 10", "at 100"]
    assert stack.read(0, 3)[:, 0].tolist() == [9, 10, 100]
    assert any("notes.txt is left out" in warning for warning in stack.warnings)


def test_a_file_that_changed_after_its_folder_was_opened_is_refused(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.vms").write_bytes(vamas(block()))
    (stack,) = open_stacks(tmp_path)
    (tmp_path / "2.vms").write_bytes(vamas(block(name=["another"])))
    with pytest.raises(ReadError, match="changed"):
        stack.read(0, 2)


def test_a_file_cut_short_after_it_was_opened_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "map.vms"
    big = [pixel(x, 1, count=[6000], data=range(6000)) for x in range(1, 60)]
    path.write_bytes(vamas_map(*big, nx=59, ny=1))
    (stack,) = open_stacks(path)
    with path.open("r+b") as file:
        file.truncate(PAGE_BYTES)
    with pytest.raises(ReadError, match="shorter"):
        stack.read(50, 59)


def test_single_spectra_are_no_stack(opening: Opening) -> None:
    with pytest.raises(ReadError, match="no series or map"):
        opening(vamas(block()))


def stored_in_chunks() -> bytes:
    """A NeXus file of other makers: compressed chunks of an image."""

    def fill(file: object) -> None:
        e = file.create_group("entry")
        e.attrs["NX_class"] = "NXentry"
        data = e.create_group("data")
        data.attrs.update(NX_class="NXdata", signal="data", axes=["y", "x", "energy"])
        data["energy"] = 160.0 + np.arange(9)
        data["energy"].attrs.update(units="eV", type="binding")
        counts = np.random.default_rng(0).poisson(50.0, (6, 5, 9))
        data.create_dataset("data", data=counts, chunks=(2, 3, 9), compression="gzip")

    return by_library(fill)


def of_nothing(count: int) -> bytes:
    """A file without data that announces so many spectra."""

    def fill(h: Any) -> None:
        h.attrs["NX_class"] = "NXroot"
        data = h.create_group("x")
        data.attrs["NX_class"] = "NXentry"
        data = data.create_group("data")
        data.attrs.update(NX_class="NXdata", signal="data", axes=["z", "energy"])
        data["energy"] = 160.0 + np.arange(9)
        data["energy"].attrs.update(units="eV", type="binding")
        data.create_dataset("data", (count, 9), "u1", chunks=(count, 9), compression="gzip")

    return by_library(fill)


def test_a_small_file_that_announces_millions_of_spectra_is_refused(opening: Opening) -> None:
    with pytest.raises(ReadError, match="too small for the 20000000 spectra"):
        opening(of_nothing(20_000_000), "empty.nxs")


def stored_in_one_piece() -> bytes:
    return nexus_bytes(x=entry(np.stack([SIX_COUNTS] * 40), axes=("z", "energy")))


@pytest.mark.parametrize(
    "made", [vamas_map, lambda: cycles(4), stored_in_one_piece, stored_in_chunks]
)
def test_damaged_files_are_opened_or_refused(opening: Opening, made: Callable[[], bytes]) -> None:
    opened = 0
    for number, mutant in enumerate(mutants(made(), 150)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                for stack in opening(mutant, f"{number}.dat"):
                    stack.read(0, stack.count)
                    opened += 1
        except ReadError:
            pass
    assert opened > 0


def test_only_what_is_asked_for_is_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "profile.pro"
    values = np.ones((4000, 1000))
    path.write_bytes(spe([(1, values, b"pnt", b"c/s", b"f8")], header=HEADER))
    (stack,) = open_stacks(path)
    tracemalloc.start()
    stack.read(2000, 2064)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 64 * 1000 * 8


@given(st.lists(st.sampled_from([b"\n", b"x", b"\r\n", b"abc" * 50_000]), max_size=12))
def test_lines_are_found_page_by_page(tmp_path_factory: pytest.TempPathFactory, parts) -> None:
    path = tmp_path_factory.getbasetemp() / "lines"
    text = b"".join(parts) or b"\n"
    path.write_bytes(text)
    lines = LinesOnDisk(FileBytes(path))
    ends = [i for i, character in enumerate(text) if character == ord("\n")]
    ends += [] if text.endswith(b"\n") else [len(text)]
    assert [lines[i] for i in range(len(lines))] == ends
