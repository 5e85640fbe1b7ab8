"""When memory is tidied up: a full look for garbage stops all threads until all was seen."""

from __future__ import annotations

import ctypes
import gc
import sys
from threading import Lock

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.fitting.jobs import Jobs
from app.session.document import Document

_FULL_LOOK_AFTER = 100  # looks at middle-aged objects; Python's own choice is 10
_QUIET_MS = 5000

_lock = Lock()
_is_kept = False


def keep_loaded() -> None:
    """Leave modules and the window, which stay, out of all further looks; only once."""
    global _is_kept
    with _lock:
        if not _is_kept:
            gc.freeze()
            _is_kept = True


def give_memory_back() -> None:
    """Let the system have the pages that are free: Linux's allocator keeps them by itself."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not in every C library
        if trim is not None:
            trim(0)


class QuietCollection(QObject):
    """Looks through all objects when nothing has happened for a while.

    What a project took is given back once it is closed.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    parent : QObject, optional
    """

    def __init__(self, document: Document, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        young, middle_aged, _ = gc.get_threshold()
        gc.set_threshold(young, middle_aged, _FULL_LOOK_AFTER)
        self._jobs = jobs
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self._collect)
        document.projectChanged.connect(self._quiet.start)
        document.replaced.connect(lambda: QTimer.singleShot(0, self, give_memory_back))
        jobs.changed.connect(self._quiet.start)

    def _collect(self) -> None:
        is_dragging = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if self._jobs.running or is_dragging:
            self._quiet.start()
        else:
            gc.collect()
            give_memory_back()
