"""A thousand damaged or forged sessions: each is refused with the reason, or opens whole.

What happens meanwhile is watched from inside the interpreter: nothing is run, unpickled, or
written.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xps.projects import fitted
from xps.errors import SessionError
from xps.project import Project
from xps.session import load, to_bytes

SAVED = Path(__file__).parents[1] / "data" / "sessions"
SAMPLES = [
    path.read_bytes() for path in sorted(SAVED.glob("*.doublet")) if "example" not in path.name
]
MUTATIONS = 1000

_FORBIDDEN = ("pickle.find_class", "os.system", "os.exec", "subprocess.Popen", "ctypes.dlopen")
_WRITING = ("os.remove", "os.rename", "os.mkdir", "shutil.rmtree", "socket.connect")
_watch: dict[str, list[str] | None] = {"seen": None}


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    seen = _watch["seen"]
    if seen is None:
        return
    if event in _FORBIDDEN or event in _WRITING:
        seen.append(event)
    elif event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        seen.append(f"{event} {arguments[0]}")


sys.addaudithook(_audit)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Note everything that opening a file must not do."""
    seen: list[str] = []
    _watch["seen"] = seen
    try:
        yield seen
    finally:
        _watch["seen"] = None


STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 1, 10**30, -0.5, 1e300, 1e-320, "", "x" * 3000, "__import__('os')",
    "=cmd|' /C calc'!A0", "../../../etc/passwd", "\ud800", "\x00", "<b>", [], {}, [[]], [1, 2],
    {"component": "ps4", "parameter": "area"}, ["tables/0", 0], ["../x", 0], {"kind": "same"},
)  # fmt: skip


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """Return a session with a few things changed in its bytes, its JSON, or its members."""
    if random.random() < 0.25:
        content = bytearray(data)
        for place in random.integers(0, len(content), random.integers(1, 6)):
            content[place] = random.integers(0, 256)
        cut = random.integers(1, len(content)) if random.random() < 0.3 else len(content)
        return bytes(content[:cut])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(members["session.json"])
    for _ in range(random.integers(1, 4)):
        _mutate(document, random)
    members["session.json"] = json.dumps(document).encode()
    if random.random() < 0.2:
        first, second = random.choice(sorted(members), 2)
        members[first], members[second] = members[second], members[first]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _mutate(document: Any, random: np.random.Generator) -> None:
    """Change one place of a document, at any depth."""
    node = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = keys[random.integers(len(keys))]
        if isinstance(node[key], dict | list) and node[key] and random.random() < 0.85:
            node = node[key]
            continue
        kind = random.integers(4)
        if kind == 0:
            del node[key]
        elif kind == 1 and isinstance(node, list):
            node.append(node[key])
        elif kind == 2 and isinstance(node[key], int | float):
            node[key] = node[key] * random.choice([-1.0, 0.0, 1e12, 1.000001])
        else:
            node[key] = STRANGE[random.integers(len(STRANGE))]
        return


def opened(path: Path) -> Project | SessionError:
    """Open a session under the watch; return the project, or why it was refused."""
    with watched() as seen, np.errstate(all="ignore"):
        try:
            result: Project | SessionError = load(path)
        except SessionError as error:
            result = error
    assert seen == []
    return result


@pytest.mark.parametrize("part", range(10))
def test_mutated_sessions_are_refused_or_open_whole(part: int, tmp_path: Path) -> None:
    random = np.random.default_rng([20, part])
    path, copy = tmp_path / "mutated.doublet", tmp_path / "copy.doublet"
    refused = 0
    for _ in range(MUTATIONS // 10):
        path.write_bytes(mutated(SAMPLES[random.integers(len(SAMPLES))], random))
        found = opened(path)
        if isinstance(found, SessionError):
            refused += 1
            assert all((found.reason, found.remedy, found.path == str(path)))
            continue
        copy.write_bytes(to_bytes(found))
        again = opened(copy)
        assert isinstance(again, Project)
        assert to_bytes(again) == to_bytes(found)
    assert 0 < refused < MUTATIONS // 10


def test_the_watch_sees_what_it_is_there_for(tmp_path: Path) -> None:
    with watched() as seen:
        (tmp_path / "a").write_text("x")
        (tmp_path / "a").unlink()
    assert any("open" in event for event in seen)
    assert "os.remove" in seen


# --- zip bombs --------------------------------------------------------------------------------


def _packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["session.json", "tables/0.npy", "other.bin"])
def test_a_zip_bomb_is_refused_unopened(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(to_bytes(fitted()))) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    path = tmp_path / "bomb.doublet"
    path.write_bytes(_packed(members | {name: bytes(120_000_000)}))
    assert path.stat().st_size < 200_000
    with pytest.raises(SessionError, match=r"too large to be opened safely: 12\d,\d+,\d+ bytes"):
        load(path)


def test_members_that_overlap_are_counted_each(tmp_path: Path) -> None:
    """As in a bomb that packs one block of data under many names."""
    data = _packed({"session.json": bytes(5_000_000)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.getinfo("session.json")
    directory = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = bytearray(data[directory:end])
    entries = b""
    for number in range(300):
        entry[46 : 46 + len(member.filename)] = f"s{number:011d}".encode()
        entries += bytes(entry)
    tail = bytearray(data[end:])
    tail[8:12] = (300).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    path = tmp_path / "overlapping.doublet"
    path.write_bytes(data[:directory] + entries + bytes(tail))
    with pytest.raises(SessionError, match="1,500,000,000 bytes in 300 parts"):
        load(path)
