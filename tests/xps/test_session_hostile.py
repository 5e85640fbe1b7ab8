"""Sessions that are damaged, newer, or made to do harm: one clear error, nothing else."""

from __future__ import annotations

import copy
import io
import json
import math
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xps.projects import fitted, one_fit
from xps import session
from xps.errors import SessionError
from xps.project import Project
from xps.session import load, to_bytes
from xps.verify import verify

Plain = dict[str, Any]
Place = tuple[str | int, ...]


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[bytes], Project]:
    def open_bytes(data: bytes) -> Project:
        path = tmp_path / "hostile.doublet"
        path.write_bytes(data)
        return load(path)

    return open_bytes


def members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(to_bytes(one_fit()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


DOCUMENT: Plain = json.loads(members()["session.json"])


def packed(
    document: Plain | bytes | None = None, arrays: dict[str, bytes] | None = None, **options: Any
) -> bytes:
    """Return the session of one fit, with its JSON or some arrays replaced."""
    content = members() | (arrays or {})
    if document is not None:
        # Python writes and reads NaN, 1e999 and lone surrogates, like any hostile writer.
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        content["session.json"] = text
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def changed(place: Place, value: object) -> Plain:
    """Return the document with one field replaced."""
    document = copy.deepcopy(DOCUMENT)
    node: Any = document
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return document


def places(node: object, here: Place = ()) -> Iterator[Place]:
    """Every field of a document, inner ones included."""
    if here:
        yield here
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, (*here, key))
    elif isinstance(node, list):
        for i, value in enumerate(node[:2]):
            yield from places(value, (*here, i))


PLACES = list(places({key: DOCUMENT[key] for key in DOCUMENT if key != "program"}))
NUMBERS = [p for p in PLACES if isinstance(reduce(lambda n, k: n[k], p, DOCUMENT), float)]


def test_the_unchanged_document_opens(opened) -> None:
    assert to_bytes(opened(packed(DOCUMENT))) == to_bytes(one_fit())


# --- not a session at all --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a session file"),
        (b"VAMAS Surface Chemical Analysis", "not a session file"),
        (b"PK\x05\x06" + bytes(18), "session.json"),
        (bytes(4096), "not a session file"),
    ],
    ids=["empty", "text", "empty zip", "zeros"],
)
def test_another_file_is_no_session(opened, data: bytes, reason: str) -> None:
    with pytest.raises(SessionError, match=reason) as caught:
        opened(data)
    assert caught.value.remedy
    assert str(caught.value.path).endswith("hostile.doublet")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.doublet", "there is no such file"),
        (".", "not a session file"),
        ("a" * 300, "not a session file"),
        ("nul\0.doublet", "not a session file"),
        ("missing folder/a.doublet", "there is no such file"),
    ],
)
def test_a_path_without_a_file_is_named(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(SessionError, match=reason):
        load(tmp_path / name)


def test_a_session_cut_off_anywhere_is_damaged(opened) -> None:
    data = to_bytes(one_fit())
    for length in (*range(80), *range(80, len(data), 397), len(data) - 1):
        with pytest.raises(SessionError):
            opened(data[:length])


@given(st.data())
@settings(max_examples=150)
def test_a_session_with_flipped_bytes_opens_or_is_damaged(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(to_bytes(one_fit()))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "flipped.doublet"
    path.write_bytes(content)
    opens_or_says_why(path)


def test_a_newer_format_names_both_versions(opened) -> None:
    document = DOCUMENT | {"format": 7, "program": {"doublet": "3.2.1"}}
    with pytest.raises(
        SessionError, match=r"newer version \(format 7, Doublet 3\.2\.1\)"
    ) as caught:
        opened(packed(document))
    assert f"reads format {session.FORMAT}" in caught.value.reason
    assert caught.value.remedy == "update Doublet"


@pytest.mark.parametrize("version", [0, -1, True, "1", 1.0, None, [1]])
def test_a_format_that_is_no_number_is_damaged(opened, version: object) -> None:
    with pytest.raises(SessionError, match="it has no format number"):
        opened(packed(DOCUMENT | {"format": version}))


# --- hostile JSON ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", NUMBERS, ids=lambda place: ".".join(map(str, place)))
def test_no_number_may_be_nan_or_infinite(opened, place: Place, number: float) -> None:
    with pytest.raises(SessionError, match=r"NaN|Infinity"):
        opened(packed(changed(place, number)))


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400, "9" * 5000])
@pytest.mark.parametrize("place", NUMBERS[::5], ids=lambda place: ".".join(map(str, place)))
def test_no_number_may_be_too_large_for_a_float(opened, place: Place, number: str) -> None:
    text = json.dumps(changed(place, 123.0625)).replace("123.0625", number)
    with pytest.raises(SessionError, match="damaged"):
        opened(packed(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"format": 1}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"format": "\xff"}',
        b'\xff\xfe{"format": 1}',
        b'{"format": 1, "samples": {}, "spectra": [], "recipe": ""}',
    ],
    ids=["empty", "null", "list", "open", "bare", "deep", "deep 2", "latin", "BOM", "object"],
)
def test_json_that_is_no_session_is_damaged(opened, text: bytes) -> None:
    with pytest.raises(SessionError, match="damaged"):
        opened(packed(text))


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5) | st.sampled_from(["c0", "area", "ps4", "sgl", "s0", "\ud800", "a\0b"]),
    st.just([]),
    st.just({}),
    st.lists(st.integers(-3, 3) | st.floats(), max_size=3),
    st.dictionaries(st.sampled_from(["value", "kind", "component"]), st.integers(), max_size=2),
    st.sampled_from([1e300, -1e300, 1e-320, 0.0, -1.0, 1e15]),
)


@given(place=st.sampled_from(PLACES), value=values)
@settings(max_examples=400)
def test_a_session_with_any_field_changed_opens_or_is_damaged(
    tmp_path_factory: pytest.TempPathFactory, place: Place, value: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.doublet"
    path.write_bytes(packed(changed(place, value)))
    opens_or_says_why(path)


@given(place=st.sampled_from(PLACES))
@settings(max_examples=150)
def test_a_session_with_any_field_missing_opens_or_is_damaged(
    tmp_path_factory: pytest.TempPathFactory, place: Place
) -> None:
    document = copy.deepcopy(DOCUMENT)
    node: Any = document
    for key in place[:-1]:
        node = node[key]
    del node[place[-1]]
    path = tmp_path_factory.getbasetemp() / "missing.doublet"
    path.write_bytes(packed(document))
    opens_or_says_why(path)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda d: d["spectra"].append(d["spectra"][0]), "two spectra have the same id"),
        (lambda d: d["regions"].append(d["regions"][0]), "two regions have the same id"),
        (lambda d: d["samples"].append(d["samples"][0]), "two samples have the same name"),
        (lambda d: d["regions"][0].update(spectrum="s7"), "spectrum that is not there"),
        (lambda d: d["spectra"][0].update(sample="?"), "sample that is not there"),
        (lambda d: d["regions"][0].update(id="r7"), "region that is not there"),
        (lambda d: d["spectra"][0].update(id="s7"), "spectrum that is not there"),
        (lambda d: d["spectra"][0].update(intensity=["tables/7", 0]), r"tables/7\.npy"),
        (lambda d: d["spectra"][0].update(intensity=["session.json", 0]), r"session\.json\.npy"),
        (lambda d: d["spectra"][0].update(intensity=["tables/0", 9]), "tables/0 has 1 rows"),
        (lambda d: d["spectra"][0].update(intensity=["tables/0", -1]), "not a table and a row"),
        (lambda d: d["spectra"][0].update(intensity=["tables/0", True]), "not a table and a row"),
        (lambda d: d["spectra"][0].update(transmission=["fits/0", 0]), "another length"),
        (lambda d: d["spectra"][0]["energy"].update(decimals=400), "decimals = 400"),
        (lambda d: d["spectra"][0]["energy"].update(step_ev=0.0), "repeat or change direction"),
        (lambda d: d["spectra"][0]["energy"].update(step_ev=1e308), "not a finite number"),
        (lambda d: d["spectra"][0].update(notes="n" * 1_000_001), "a text of 1000001 letters"),
        (lambda d: d["fits"][0]["free"].pop(), "covariance .* has the shape"),
        (lambda d: d["fits"][0]["free"].reverse(), "free parameters .* are not those"),
        (lambda d: d["fits"][0]["held"].append({"component": "?", "parameter": "area"}), "'\\?'"),
        (lambda d: d["fits"][0].update(n_points=10**400), r"fits\[0\]\.n_points"),
        (lambda d: d["spectra"][0].update(photon_energy_ev=-1), "photon_energy_ev = -1"),
        (lambda d: d["spectra"][0].update(unit="furlongs"), "unit = 'furlongs'"),
        (lambda d: d["samples"][0]["charge"].update(search_ev=1e12), "a search .* within"),
        (lambda d: component(d)["center"].update(min=9.0, max=1.0), "bounds of 9.0 to 1.0"),
        (lambda d: component(d)["lines"].update(splitting_ev=0.0), "a doublet of splitting 0.0"),
        (lambda d: component(d).update(id="background"), "component id 'background'"),
        (lambda d: component(d).update(shape="exec"), "unknown shape 'exec'"),
        (
            lambda d: component(d)["area"].update(
                link={
                    "kind": "same",
                    "amount": 0.0,
                    "target": {"component": component(d)["id"], "parameter": "area"},
                }
            ),
            "run in a circle",
        ),
    ],
)
def test_contradictions_are_named(opened, edit: Callable[[Plain], object], reason: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    edit(document)
    with pytest.raises(SessionError, match=reason):
        opened(packed(document))


def component(document: Plain) -> Plain:
    return document["regions"][0]["components"][0]


# --- hostile arrays --------------------------------------------------------------------------


def npy(shape: str, data: bytes = b"", kind: str = "<f8") -> bytes:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    padded = header + " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode() + data


def array_bytes(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


class Harmful:
    """Unpickled, it would leave a mark."""

    unpickled: ClassVar[list[str]] = []

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return Harmful.unpickled.append, ("harm",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY",
        array_bytes(np.zeros((2, 9)))[:-1],
        array_bytes(np.zeros((2, 9))) + b"\0",
        array_bytes(np.zeros((2, 9), dtype=np.float32)),
        array_bytes(np.zeros((2, 9), dtype=np.complex128)),
        array_bytes(np.zeros((2, 9), dtype="U4")),
        array_bytes(np.zeros(9)),
        array_bytes(np.zeros((2, 2, 9))),
        array_bytes(np.zeros((0, 9))),
        array_bytes(np.zeros((2, 1))),
        npy("(2, 10000000000)", bytes(64)),
        npy("(2, 999999999)", bytes(64)),
        npy("(2, 10000000000000000000000000)", bytes(64)),
        npy("(2, -4)", bytes(64)),
        npy("(" * 900 + ")" * 900, bytes(64)),
        npy("(__import__('os'), 1)", bytes(64)),
        b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535,
        to_bytes(one_fit()),
    ],
)
def test_an_array_of_another_shape_or_kind_is_refused(opened, data: bytes) -> None:
    with pytest.raises(SessionError):
        opened(packed(arrays={"tables/0.npy": data}))


def test_a_pickled_array_is_never_unpickled(opened) -> None:
    data = array_bytes(np.array([[Harmful()] * 2] * 2, dtype=object), allow_pickle=True)
    with pytest.raises(SessionError, match="not a table of numbers"):
        opened(packed(arrays={"tables/0.npy": data}))
    assert Harmful.unpickled == []


@pytest.mark.parametrize("points", [[math.nan] * 3, [1.0, 1.0, 2.0], [1.0, math.inf, 2.0]])
def test_energies_that_are_no_axis_are_refused(opened, points: list[float]) -> None:
    document = changed(("spectra", 0, "energy"), ["tables/0", 0])
    document["spectra"][0]["intensity"] = ["tables/0", 1]
    table = array_bytes(np.array([points, [1.0] * 3]))
    with pytest.raises(SessionError, match=r"not a finite number|repeat or change"):
        opened(packed(document, {"tables/0.npy": table}))


@pytest.mark.parametrize("shape", [(1, 1), (0, 0), (3, 4), (400, 400)])
def test_a_covariance_of_another_shape_is_refused(opened, shape: tuple[int, int]) -> None:
    with pytest.raises(SessionError, match=r"covariance of session\.fits\[0\] has the shape"):
        opened(packed(arrays={"fits/0.npy": array_bytes(np.zeros(shape))}))


# --- hostile archives ------------------------------------------------------------------------


def stating(data: bytes, name: str, *, size: int, method: int = 8, flags: int = 0) -> bytes:
    """Return an archive whose headers state another size, method or flags for a member."""
    patched = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        local = archive.getinfo(name).header_offset
    central = data.index(b"PK\x01\x02")
    while data[central + 46 : central + 46 + len(name)] != name.encode():
        central = data.index(b"PK\x01\x02", central + 1)
    for start in (local + 6, central + 8):
        struct.pack_into("<HH", patched, start, flags, method)
    for start in (local + 22, central + 24):
        struct.pack_into("<I", patched, start, size)
    return bytes(patched)


def test_a_member_is_unpacked_no_further_than_it_states(opened) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("session.json", bomb)
    tracemalloc.start()
    try:
        with pytest.raises(SessionError):
            opened(stating(buffer.getvalue(), "session.json", size=1000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("name", ["session.json", "tables/0.npy"])
def test_a_member_beyond_the_bounds_is_not_unpacked(opened, name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SessionError, match="too large to be opened safely"):
            opened(stating(packed(), name, size=2**32 - 2))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_member_that_really_goes_beyond_the_bounds_is_refused(
    opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_MAX_JSON_BYTES", 1_000_000)
    with pytest.raises(SessionError, match="too large to be opened safely"):
        opened(packed(json.dumps(DOCUMENT).encode() + b" " * 1_000_000))


def test_too_many_members_are_refused(opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_MAX_MEMBERS", 3)
    with pytest.raises(SessionError, match="too large to be opened safely"):
        opened(packed(arrays={"a": b"", "b": b""}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_the_same_name_are_refused(opened) -> None:
    buffer = io.BytesIO(packed())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("session.json", b"{}")
    with pytest.raises(SessionError, match="the same name"):
        opened(buffer.getvalue())


@pytest.mark.parametrize("method", [12, 14, 93, 99])
def test_packings_without_a_bound_are_refused(opened, method: int) -> None:
    data = packed()
    with pytest.raises(SessionError, match="packed in a way that no session is"):
        opened(stating(data, "session.json", size=50_000, method=method))


def test_an_encrypted_session_is_refused(opened) -> None:
    with pytest.raises(SessionError, match="encrypted"):
        opened(stating(packed(), "session.json", size=50_000, flags=1))


def test_names_that_climb_out_of_the_archive_write_nothing(opened, tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["spectra"][0]["id"] = document["regions"][0]["spectrum"] = "../../outside"
    document["fits"][0]["region"]["spectrum"] = "../../outside"
    document["spectra"][0]["intensity"][0] = "../../outside"
    before = set(tmp_path.parent.rglob("*"))
    arrays = {"../../outside.npy": members()["tables/0.npy"]}
    project = opened(packed(document, arrays))
    assert project.entries[0].id == "../../outside"
    assert set(tmp_path.parent.rglob("*")) - before == {tmp_path / "hostile.doublet"}


def test_other_members_do_no_harm(opened) -> None:
    project = opened(packed(arrays={"notes.txt": b"mine", "../x": b"", "code.pkl": b"cos\n"}))
    assert to_bytes(project) == to_bytes(one_fit())


def opens_or_says_why(path: Path) -> None:
    """Assert that a session either opens, and can be used and saved, or is refused."""
    try:
        project = load(path)
    except SessionError:
        return
    to_bytes(project)
    with np.errstate(all="ignore"):
        for difference in verify(project).differences:
            assert str(difference)


def test_the_whole_example_survives_the_same_packing(opened) -> None:
    assert to_bytes(opened(to_bytes(fitted()))) == to_bytes(fitted())
