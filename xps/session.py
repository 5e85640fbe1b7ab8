"""Session files (``.doublet``): a zip of JSON and plain arrays, written atomically.

Nothing in a session is ever executed: no pickle, no expressions. Sizes are bounded before
anything is unpacked, and no member is unpacked beyond the size that it states.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.atomic import write_atomically
from xps.environment import present_environment
from xps.errors import SessionError, WriteError, XpsError
from xps.hdf5 import MAGIC, open_file
from xps.leftovers import remove_leftovers
from xps.plain_fields import MalformedError, refuse_constant
from xps.project import HoldsProject, Project, project_in
from xps.readers.nexus_terms import SESSION_GROUP, SESSION_MARK
from xps.session_format import plain_project, project_of
from xps.session_migrations import FORMAT, MIGRATIONS, migrated

Floats = NDArray[np.float64]

SUFFIX = ".doublet"
_MAX_MEMBERS = 200_000
_MAX_BYTES = 4_000_000_000
_MAX_JSON_BYTES = 500_000_000
_MAX_RATIO = 100  # of unpacked to packed bytes; deflate itself reaches 1000 on purpose only
_HARMLESS_BYTES = 100_000_000  # whatever the ratio
_CHUNK_BYTES = 1 << 20
_HEADER_BYTES = 256
_ENCRYPTED = 0x1  # flag bit of a zip member
_DAMAGE = (ValueError, KeyError, EOFError, RecursionError, zlib.error, zipfile.BadZipFile)
_LEVEL = 4  # of deflate: five times faster than the default, for 8 % more bytes of counts
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a limit
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '<f8', 'fortran_order': False, "
    rb"'shape': \((\d{1,9}), (\d{1,9})\), \} *\n",
    re.DOTALL,
)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same project gives the same file, bit for bit


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
        "program": asdict(present_environment()),
        **document,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # A file name that is no UTF-8 reaches Python as lone surrogates; JSON escapes them.
        _add(archive, "session.json", _json(document).encode("utf-8", "backslashreplace"))
        for name, array in arrays.items():
            _add(archive, f"{name}.npy", _npy(array))
    return buffer.getvalue()


def _json(document: Mapping[str, Any]) -> str:
    """Return a document as JSON, item by item: within one nothing else of the program runs."""
    dumps = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    fields = []
    for name, value in document.items():
        is_list = isinstance(value, list)
        text = f"[{','.join(map(dumps, value))}]" if is_list else dumps(value)
        fields.append(f"{dumps(name)}:{text}")
    return f"{{{','.join(fields)}}}"


def load(path: str | Path) -> Project:
    """Open a session.

    Parameters
    ----------
    path : str or Path
        A session file, or a NeXus file that a session was exported to.

    Returns
    -------
    Project

    Raises
    ------
    SessionError
        If the file is no session, is damaged, too large, or of a newer version.
    """
    for written in (Path(path), Path(f"{path}.bak")):
        remove_leftovers(written)
    try:
        source, size = _container(path)
        with zipfile.ZipFile(source) as archive:
            _refuse_unsafe(archive, size)
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


def _container(path: str | Path) -> tuple[str | Path | io.BytesIO, int]:
    """Return a session file, or the session inside a NeXus file of Doublet, and its size."""
    with Path(path).open("rb") as file:
        start, size = file.read(len(MAGIC)), file.seek(0, os.SEEK_END)
        if start != MAGIC:
            return path, size
        if size > _MAX_BYTES:
            raise SessionError("the file is too large to be opened safely")
        file.seek(0)
        root = open_file(file.read(), "this NeXus file")
    session = root.numbers(f"{SESSION_GROUP}/session")
    if root.text(f"{SESSION_GROUP}/format") != SESSION_MARK or session is None:
        raise SessionError(
            "this NeXus file holds no session",
            "open it for its spectra, or choose one that Doublet exported from a session",
        )
    data = session.astype(np.uint8).tobytes()
    return io.BytesIO(data), len(data)


def _project(archive: zipfile.ZipFile) -> Project:
    try:
        return project_of(_document(archive), cache(partial(_array, archive)))
    except _DAMAGE as error:
        raise SessionError(
            f"the session is damaged: {error}", "open its backup, or an older version"
        ) from error


def _document(archive: zipfile.ZipFile) -> dict[str, Any]:
    raw = _unpacked(archive, "session.json")
    document: Any = json.loads(raw, parse_constant=refuse_constant)
    if not isinstance(document, dict):
        raise MalformedError("it holds no object")
    if document.get("format") == 1:
        document["arrays"] = _rows_of_arrays(archive)
    return migrated(document, MIGRATIONS)


def _rows_of_arrays(archive: zipfile.ZipFile) -> dict[str, int]:
    """How many rows each array has, which format 1 tells nowhere else."""
    rows = {}
    for name in archive.namelist():
        with archive.open(name) as member:
            header = _NPY.match(member.read(_HEADER_BYTES))
        if header is not None:
            rows[name.removesuffix(".npy")] = int(header[1])
    return rows


def _refuse_unsafe(archive: zipfile.ZipFile, packed: int) -> None:
    members = archive.infolist()
    sizes = {member.filename: member.file_size for member in members}
    unpacked = sum(member.file_size for member in members)
    if (
        len(members) > _MAX_MEMBERS
        or unpacked > min(_MAX_BYTES, max(_HARMLESS_BYTES, _MAX_RATIO * packed))
        or sizes.get("session.json", 0) > _MAX_JSON_BYTES
    ):
        raise SessionError(
            f"the session is too large to be opened safely: {unpacked:,} bytes in "
            f"{len(members):,} parts, packed into {packed:,} bytes",
            "open it only if you know who made it, and ask them for a smaller one",
        )
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
    archive.writestr(info, data, compresslevel=_LEVEL)


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
