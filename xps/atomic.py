"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from xps.errors import WriteError
from xps.leftovers import SUFFIX, remove_leftovers, temporary_prefix

_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some space or choose another folder"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or choose another folder"),
    errno.EROFS: ("the disk is read-only", "choose another folder"),
    errno.EACCES: ("no permission to write there", "choose another folder"),
    errno.EPERM: ("no permission to write there", "choose another folder"),
    errno.ENOENT: ("there is no such folder", "create it or choose another"),
    errno.ENOTDIR: ("there is no such folder", "create it or choose another"),
    errno.EISDIR: ("a folder has this name", "choose another name"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name"),
    errno.EINVAL: ("the name is not allowed here", "choose another name"),
    errno.ENODEV: ("this is a device, not a file", "choose another name"),
}


def write_atomically(path: str | Path, data: bytes) -> None:
    """Replace a file by new content, so that a reader sees the old or the new, never half.

    Raises
    ------
    WriteError
        As `written_atomically`.
    """
    with written_atomically(path) as file:
        file.write(data)


@contextlib.contextmanager
def written_atomically(path: str | Path) -> Iterator[BinaryIO]:
    """Give a file to write into that takes the place of another at the end of the block.

    The data go to a temporary file in the same folder, are forced to the disk, and take the
    place of the old file in one step. A symbolic link stays one; its target is replaced. Where
    the block raises, the old file stays. What killed processes left of earlier tries is removed.

    Raises
    ------
    WriteError
        If the folder is missing, full or read-only; the old file is then untouched.
    """
    try:
        with _replacing(Path(os.path.realpath(path))) as file:
            yield file
    except (OSError, ValueError) as error:
        code = error.errno if isinstance(error, OSError) else errno.EINVAL
        reason, remedy = _REASONS.get(
            code or 0, (f"cannot be written: {error}", "choose another folder")
        )
        raise WriteError(reason, remedy, path=path) from error


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if target.exists() and not target.is_file():
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
    remove_leftovers(target)
    handle, temporary = tempfile.mkstemp(SUFFIX, temporary_prefix(target), target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(target.parent)


def _mode(target: Path) -> int:
    """Return the permissions of the old file, or those that a new one would get."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    """Force the new name to the disk, where the system can do that for a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
