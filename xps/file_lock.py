"""Who else works on a file: a small file beside it that names the process.

A lock stops nobody. It lets a second window say that there is a first one; one that a killed
process left behind is recognized and replaced.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from xps.plain_fields import Fields, MalformedError
from xps.process import Process

_MOST_BYTES = 10_000


@dataclass(frozen=True)
class Holder:
    """The process that holds a lock.

    Attributes
    ----------
    pid : int
    host : str
    since : str
        ISO 8601, UTC.
    born : str
        When the process began, as its system counts; "" where that is not known. A number
        that a system gave to another process since is told apart by it.
    token : str
        Of this lock alone.
    note : str
        Whatever the holder wrote down.
    """

    pid: int
    host: str
    since: str
    born: str
    token: str
    note: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether the process is known to have ended; never known of another computer."""
        return Process(self.pid, self.host, self.born).is_gone


class FileLock:
    """The lock beside a file, ``.NAME.lock``; taken by `take`, and given back by `release`.

    Parameters
    ----------
    path : Path
        The file that is locked.
    note : str
        For whoever finds the lock.
    """

    def __init__(self, path: Path, note: str = "") -> None:
        self.path = lock_path(path)
        own = Process.own()
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self._own = Holder(own.pid, own.host, since, own.born, uuid.uuid4().hex, note)

    def take(self) -> Holder | None:
        """Take the lock; return who holds it instead, if somebody does.

        Where no lock can be written, as in a read-only folder, nobody is there to be told.
        """
        for _ in range(2):
            if _created(self.path, self._own):
                return None
            other = holder_in(self.path)
            if other is not None and not other.is_gone:
                return None if other.token == self._own.token else other
            with contextlib.suppress(OSError):
                self.path.unlink()
        return None

    def release(self) -> None:
        """Give the lock back, if it is still this one."""
        holder = holder_in(self.path)
        if holder is not None and holder.token == self._own.token:
            with contextlib.suppress(OSError):
                self.path.unlink()


def lock_path(path: Path) -> Path:
    """Return where the lock of a file stands."""
    return path.with_name(f".{path.name}.lock")


def holder_in(lock: Path) -> Holder | None:
    """Return who wrote a lock; None where there is none, or none that can be read."""
    try:
        with lock.open("rb") as file:
            fields = Fields(json.loads(file.read(_MOST_BYTES)), "lock")
        names = ("host", "since", "born", "token", "note")
        return Holder(fields.whole("pid"), *(fields.text(name) for name in names))
    except (OSError, MalformedError, ValueError, RecursionError):
        return None


def file_digest(path: Path) -> str | None:
    """Return the SHA-256 of a file's content; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _created(path: Path, holder: Holder) -> bool:
    """Write a lock where there is none; True also where none can be written."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    except FileExistsError:
        return False
    except OSError:
        return True
    with contextlib.suppress(OSError), os.fdopen(handle, "wb") as file:
        file.write(json.dumps(vars(holder)).encode("ascii"))
    return True
