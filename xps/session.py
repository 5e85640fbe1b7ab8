"""Session files (``.doublet``): a zip of JSON and plain arrays, written atomically.

Nothing in a session is ever executed: no pickle, no expressions. Sizes are bounded before
anything is unpacked.
"""

from __future__ import annotations

import io
import json
import platform
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps import __version__
from xps.atomic import write_atomically
from xps.errors import SessionError, WriteError, XpsError
from xps.plain_fields import MalformedError
from xps.project import Project
from xps.session_format import plain_project, project_of

Floats = NDArray[np.float64]

FORMAT = 1
SUFFIX = ".doublet"
_MAX_MEMBERS = 200_000
_MAX_BYTES = 4_000_000_000
_MAX_JSON_BYTES = 500_000_000
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same project gives the same file, bit for bit

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: dict[int, Migration] = {}
"""For each older format, the function that turns its plain data into the next one's."""


def save(path: str | Path, project: Project) -> None:
    """Write a session; the previous version stays beside it as ``.bak``.

    Parameters
    ----------
    path : str or Path
    project : Project

    Raises
    ------
    SessionError
        If the file cannot be written; what stood there before is untouched.
    """
    try:
        data = to_bytes(project)
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
        _add(archive, "session.json", text.encode())
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
            _refuse_too_large(archive)
            return _project(archive)
    except XpsError as error:
        raise SessionError(error.reason, error.remedy, path=path, where=error.where) from error
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        missing = isinstance(error, FileNotFoundError)
        raise SessionError(
            "there is no such file" if missing else f"not a session file: {error}",
            "check the path" if missing else f"a backup may stand beside it as {SUFFIX}.bak",
            path=path,
        ) from error


def _project(archive: zipfile.ZipFile) -> Project:
    try:
        document = _document(archive)
        return project_of(document, lambda name: _array(archive, name))
    except (MalformedError, ValueError, KeyError, RecursionError, zipfile.BadZipFile) as error:
        raise SessionError(
            f"the session is damaged: {error}", "open its backup, or an older version"
        ) from error


def _document(archive: zipfile.ZipFile) -> dict[str, Any]:
    raw = archive.read("session.json")
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
            f"written by a newer version (format {version}, Doublet {by}); this one reads "
            f"format {FORMAT}",
            "update Doublet",
        )
    migrated: dict[str, Any] = document
    for older in range(version, FORMAT):
        migrated = MIGRATIONS[older](migrated)
    return migrated


def _refuse_constant(name: str) -> float:
    raise MalformedError(f"it holds the number {name}")


def _refuse_too_large(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS or sum(m.file_size for m in members) > _MAX_BYTES:
        raise SessionError("the session is too large to be opened safely")
    for member in members:
        if member.filename == "session.json" and member.file_size > _MAX_JSON_BYTES:
            raise SessionError("the session is too large to be opened safely")


def _array(archive: zipfile.ZipFile, name: str) -> Floats:
    data = archive.read(f"{name}.npy")
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise MalformedError(f"{name} is not an array of numbers")
    return array


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
    if not path.is_file():
        return
    backup = path.with_name(path.name + ".bak")
    try:
        shutil.copy2(path, backup)
    except OSError as error:
        raise WriteError(
            f"its backup cannot be written: {error.strerror}",
            "free some space or choose another folder",
        ) from error
