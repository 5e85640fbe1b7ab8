"""Session files (``.doublet``): a zip of JSON and plain arrays, written atomically.

Nothing in a session is ever executed: no pickle, no expressions. Sizes are bounded before
anything is unpacked, and no member is unpacked beyond the size that it states.
"""

from __future__ import annotations

import io
import json
import os
import platform
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps import __version__
from xps.atomic import write_atomically
from xps.errors import SessionError, WriteError, XpsError
from xps.plain_fields import MalformedError
from xps.project import HoldsProject, Project, project_in
from xps.session_format import plain_project, project_of

Floats = NDArray[np.float64]

FORMAT = 1
SUFFIX = ".doublet"
_MAX_MEMBERS = 200_000
_MAX_BYTES = 4_000_000_000
_MAX_JSON_BYTES = 500_000_000
_CHUNK_BYTES = 1 << 20
_ENCRYPTED = 0x1  # flag bit of a zip member
_DAMAGE = (ValueError, KeyError, EOFError, RecursionError, zlib.error, zipfile.BadZipFile)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a limit
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '<f8', 'fortran_order': False, "
    rb"'shape': \((\d{1,9}), (\d{1,9})\), \} *\n",
    re.DOTALL,
)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same project gives the same file, bit for bit

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: dict[int, Migration] = {}
"""For each older format, the function that turns its plain data into the next one's."""


def save(path: str | Path, project: Project | HoldsProject) -> None:
    """Write a session; the previous version stays beside it as ``.bak``.

    Parameters
    ----------
    path : str or Path
    project : Project or FitResult

    Raises
    ------
    SessionError
        If the file cannot be written; what stood there before is untouched.
    """
    try:
        data = to_bytes(project_in(project))
    except ValueError as error:
        raise SessionError(
            f"it holds a number that is not finite: {error}",
            "undo the last change, or leave out the spectrum that was added last",
            path=path,
        ) from error
    try:
        _keep_backup(Path(path))
        write_atomically(path, data)
    except WriteError as error:
        raise SessionError(error.reason, error.remedy, path=path) from error


def to_bytes(project: Project) -> bytes:
    """Return a session file's content."""
    document, arrays = plain_project(project)
    document = {
        "format": FORMAT,
        "program": {
            "doublet": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        **document,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
        # A file name that is no UTF-8 reaches Python as lone surrogates; JSON escapes them.
        _add(archive, "session.json", text.encode("utf-8", "backslashreplace"))
        for name, array in arrays.items():
            _add(archive, f"{name}.npy", _npy(array))
    return buffer.getvalue()


def load(path: str | Path) -> Project:
    """Open a session.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Project

    Raises
    ------
    SessionError
        If the file is no session, is damaged, too large, or of a newer version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_unsafe(archive)
            return _project(archive)
    except XpsError as error:
        raise SessionError(error.reason, error.remedy, path=path, where=error.where) from error
    except FileNotFoundError as error:
        raise SessionError("there is no such file", "check the path", path=path) from error
    except MemoryError as error:
        raise SessionError(
            "the session does not fit into memory", "open it on a larger computer", path=path
        ) from error
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SessionError(
            f"not a session file: {reason}",
            f"choose a {SUFFIX} file; a backup may stand beside it, its name ending in .bak",
            path=path,
        ) from error


def _project(archive: zipfile.ZipFile) -> Project:
    try:
        return project_of(_document(archive), lambda name: _array(archive, name))
    except _DAMAGE as error:
        raise SessionError(
            f"the session is damaged: {error}", "open its backup, or an older version"
        ) from error


def _document(archive: zipfile.ZipFile) -> dict[str, Any]:
    raw = _unpacked(archive, "session.json")
    document: Any = json.loads(raw, parse_constant=_refuse_constant)
    if not isinstance(document, dict):
        raise MalformedError("it holds no object")
    version = document.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise MalformedError("it has no format number")
    if version > FORMAT:
        writer = document.get("program", {})
        by = writer.get("doublet", "?") if isinstance(writer, dict) else "?"
        raise SessionError(
            f"written by a newer version (format {version}, Doublet {by}); this is Doublet "
            f"{__version__}, which reads format {FORMAT}",
            "update Doublet",
        )
    migrated: dict[str, Any] = document
    for older in range(version, FORMAT):
        migrated = MIGRATIONS[older](migrated)
    return migrated


def _refuse_constant(name: str) -> float:
    raise MalformedError(f"it holds the number {name}")


def _refuse_unsafe(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    sizes = {member.filename: member.file_size for member in members}
    if (
        len(members) > _MAX_MEMBERS
        or sum(member.file_size for member in members) > _MAX_BYTES
        or sizes.get("session.json", 0) > _MAX_JSON_BYTES
    ):
        raise SessionError("the session is too large to be opened safely")
    if len(sizes) < len(members):
        raise MalformedError("two of its members have the same name")
    if any(m.compress_type not in _METHODS or m.flag_bits & _ENCRYPTED for m in members):
        raise MalformedError("it is encrypted, or packed in a way that no session is")


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack a member in steps: what is inside may be larger than the size that it states."""
    with archive.open(name) as member:
        return b"".join(iter(lambda: member.read(_CHUNK_BYTES), b""))


def _array(archive: zipfile.ZipFile, name: str) -> Floats:
    """Read a table of float64, as `numpy.save` writes one; its header is data, never parsed."""
    data = _unpacked(archive, f"{name}.npy")
    header = _NPY.match(data)
    if header is None:
        raise MalformedError(f"{name} is not a table of numbers")
    rows, columns = int(header[1]), int(header[2])
    if len(data) - header.end() != 8 * rows * columns:
        raise MalformedError(f"{name} does not hold {rows} × {columns} numbers")
    table = np.frombuffer(data, "<f8", offset=header.end()).reshape(rows, columns)
    return table.astype(np.float64, copy=False)


def _npy(array: Floats) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _ZIP_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)


def _keep_backup(path: Path) -> None:
    if not os.path.isfile(path):  # noqa: PTH113  # which, unlike Path.is_file, never raises
        return
    try:
        write_atomically(path.with_name(path.name + ".bak"), path.read_bytes())
    except WriteError as error:
        raise WriteError(f"its backup cannot be written: {error.reason}", error.remedy) from error
    except OSError as error:
        raise WriteError(
            f"the present file cannot be kept as a backup: {error.strerror}", "choose another name"
        ) from error
