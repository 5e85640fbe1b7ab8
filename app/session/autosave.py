"""Edits are on the disk within seconds, in a recovery file that outlives a crash."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from app.importing.opening import SESSION_ENDING
from app.session.document import Document
from xps.errors import XpsError
from xps.file_lock import FileLock
from xps.project import Project

DELAY_MS = 2000
"""From an edit to its writing; with the writing itself it stays below five seconds."""


class Autosave(QObject):
    """Writes the project to a recovery file while it has changes that no session holds.

    Its lock says whose it is, and notes the session that it belongs to. It goes when the
    changes are saved or discarded.

    Signals
    -------
    written(Path)
    failed(str)
        It cannot be written, and why; said once.
    """

    written = Signal(object)
    failed = Signal(str)

    def __init__(self, document: Document, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._folder = folder
        self._path: Path | None = None
        self._lock: FileLock | None = None
        self._has_complained = False
        self._pool = QThreadPool(self)  # of its own: fits must not hold it up
        self._pool.setMaxThreadCount(1)
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self.write)
        document.projectChanged.connect(self._on_change)
        document.titleChanged.connect(self._on_change)
        document.replaced.connect(self.drop)

    @property
    def path(self) -> Path | None:
        """The recovery file; None where there is none."""
        return self._path

    def write(self) -> None:
        """Write what is not saved, on a thread of its own."""
        self._timer.stop()
        if not self._document.is_modified:
            return
        path, project = self._path or self._begin(), self._document.project
        self._pool.start(lambda: self._write(path, project))

    def write_now(self) -> None:
        """Write what is not saved, and wait until it is on the disk."""
        self.write()
        self._pool.waitForDone()

    def drop(self) -> None:
        """Take the recovery file away: nothing would be recovered."""
        self._timer.stop()
        self._pool.waitForDone()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
        if self._lock is not None:
            self._lock.release()
        self._path, self._lock = None, None

    def _on_change(self) -> None:
        if not self._document.is_modified:
            self.drop()
        elif not self._timer.isActive():
            self._timer.start()

    def _begin(self) -> Path:
        stem = Path(self._document.name).stem[:60]
        safe = "".join(c if c.isalnum() or c in " -_." else "_" for c in stem)
        path = self._folder / f"{safe} {uuid.uuid4().hex[:8]}{SESSION_ENDING}"
        session = self._document.path
        self._lock = FileLock(path, "" if session is None else str(session.absolute()))
        with contextlib.suppress(OSError):  # writing will say why
            self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        self._path = path
        return path

    def _write(self, path: Path, project: Project) -> None:
        from xps.atomic import write_atomically
        from xps.session import to_bytes

        try:
            write_atomically(path, to_bytes(project))
        except (XpsError, ValueError, OSError) as error:
            if not self._has_complained:
                self._has_complained = True
                self.failed.emit(f"Changes are not kept for recovery: {error}. Save often.")
            return
        self.written.emit(path)
