"""Whether a session may be written: nobody else works on it, and it is as it was opened."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from app.session.document import Document
from xps.file_lock import FileLock, Holder, file_digest


class SessionGuard(QObject):
    """Holds the lock of the document's file, and knows its content when it was last ours.

    Parameters
    ----------
    document : Document
    """

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._path: Path | None = None
        self._digest: str | None = None
        self._lock: FileLock | None = None
        document.titleChanged.connect(self._release_other)

    def watch(self, path: Path, digest: str | None) -> Holder | None:
        """Take care of a file from now on.

        Parameters
        ----------
        path : Path
        digest : str or None
            Of its content when it was opened or saved.

        Returns
        -------
        Holder or None
            Who else works on it.
        """
        if path != self._path or self._lock is None:
            self.release()
            self._lock = FileLock(path)
        self._path, self._digest = path, digest
        return self._lock.take()

    def objection(self, path: Path) -> str:
        """Return why a file should not just be replaced; "" if nothing is against it."""
        ours = path == self._path
        lock = self._lock if ours and self._lock is not None else FileLock(path)
        holder = lock.take()
        if not ours:
            lock.release()
        if holder is not None:
            return f"It is open in another window ({described(holder)})."
        if ours and self._digest is not None:
            present = file_digest(path)
            if present is not None and present != self._digest:
                return "The file was changed by another program since it was opened here."
        return ""

    def release(self) -> None:
        """Let go of the file."""
        if self._lock is not None:
            self._lock.release()
        self._path, self._digest, self._lock = None, None, None

    def _release_other(self) -> None:
        if self._document.path != self._path:
            self.release()


def described(holder: Holder) -> str:
    """Say who holds a lock: the process, its computer, since when."""
    try:
        when = datetime.fromisoformat(holder.since).astimezone()
        since = f", since {when:%Y-%m-%d %H:%M}"
    except ValueError:
        since = ""
    return f"process {holder.pid} on {holder.host}{since}"
