"""Bytes of a file, read as they are asked for, so that no file need be in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Protocol

from xps.errors import ReadError

PAGE_BYTES = 1 << 18
_REMEDY = "let nothing write to it while it is read, and open it again"


class Bytes(Protocol):
    """What readers need of a file: its length, and pieces of it. `bytes` are such."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: slice, /) -> bytes: ...


class FileBytes:
    """A file on disk that is used like `bytes`.

    The file is read, not mapped into memory: a file that is cut short, or a share that goes
    away, is then an error and not the end of the program. May be pickled, to be opened anew in
    another process, and used by several threads.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    ReadError
        If it is missing, a folder, unreadable or empty.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            if self.path.exists() and not self.path.is_file():
                raise ReadError("this is not a file", "choose a file", path=path)
            self._file = self.path.open("rb", buffering=PAGE_BYTES)
            self._size = self._file.seek(0, 2)
        except FileNotFoundError:
            raise ReadError("there is no such file", "check the name", path=path) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ReadError(f"cannot be read: {reason}", "check the path", path=path) from error
        if not self._size:
            raise ReadError("the file is empty", "export it again", path=path)
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[FileBytes], tuple[Path]]:
        return type(self), (self.path,)

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            file.close()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, key: slice, /) -> bytes:
        start, stop, _ = key.indices(self._size)
        count = max(stop - start, 0)
        try:
            with self._lock:
                self._file.seek(start)
                data = self._file.read(count)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ReadError(f"cannot be read: {reason}", _REMEDY, path=self.path) from error
        if len(data) != count:
            raise ReadError("the file became shorter while it was read", _REMEDY, path=self.path)
        return data

    def pages(self) -> Iterator[bytes]:
        """Yield the file from its beginning, in pieces of `PAGE_BYTES`."""
        for start in range(0, self._size, PAGE_BYTES):
            yield self[start : start + PAGE_BYTES]

    def sha256(self) -> str:
        """Return the hash of the whole file."""
        state = hashlib.sha256()
        for page in self.pages():
            state.update(page)
        return state.hexdigest()
