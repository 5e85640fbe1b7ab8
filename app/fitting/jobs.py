"""Work off the user interface's thread, with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal, Slot

from xps.errors import XpsError

Work = Callable[["Job"], Any]

_SLICE_S = 0.005  # of work, before the window has its turn
_PATIENCE_S = 0.1  # of work with a window that does not come to an end


class Job(QObject):
    """One piece of work; its signals arrive on the user interface's thread.

    The work shall ask often whether it `must_stop`: then the window never waits for it, neither
    when it is cancelled nor when both want to run Python, which serves one thread at a time.

    Signals
    -------
    progressed(int, int)
        Parts done and to do.
    ended()
        Done, failed or cancelled; whatever was cancelled is over for everyone but its thread.
    stopped()
        Its thread is done with it; comes last.
    """

    progressed = Signal(int, int)
    ended = Signal()
    stopped = Signal()
    _returned = Signal(object)
    _raised = Signal(object)
    _turnOffered = Signal()

    def __init__(
        self,
        title: str,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[XpsError], None],
    ) -> None:
        super().__init__()
        self.title = title
        self._work = work
        self._done = done
        self._failed = failed
        self._cancel = threading.Event()
        self._turn_is_over = threading.Event()
        self._slice_began = perf_counter()
        self._has_ended = False
        self._returned.connect(self._on_returned, Qt.ConnectionType.QueuedConnection)
        self._raised.connect(self._on_raised, Qt.ConnectionType.QueuedConnection)
        self._turnOffered.connect(self._end_turn, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the work to stop, and be over at once; what it returns is dropped."""
        self._cancel.set()
        self._turn_is_over.set()
        self._end()

    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancel.is_set()

    def must_stop(self) -> bool:
        """Whether the work should stop; asked by the work itself, on its thread.

        Now and then it waits here until the window has dealt with all that came before.
        """
        if perf_counter() - self._slice_began > _SLICE_S:
            self._turn_is_over.clear()
            if not self.is_cancelled():
                self._turnOffered.emit()
                self._turn_is_over.wait(_PATIENCE_S)
            self._slice_began = perf_counter()
        return self.is_cancelled()

    def report(self, done: int, total: int) -> None:
        """Tell how far the work is; called by the work itself."""
        if not self.is_cancelled():
            self.progressed.emit(done, total)

    def run(self) -> None:
        """Do the work; called on a thread of the pool."""
        try:
            result = self._work(self)
        except Exception as error:  # noqa: BLE001  raised again on the user interface's thread
            self._raised.emit(error)
        else:
            self._returned.emit(result)

    @Slot()
    def _end_turn(self) -> None:
        self._turn_is_over.set()

    def _end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self.ended.emit()

    @Slot(object)
    def _on_returned(self, result: object) -> None:
        try:
            if not self.is_cancelled():
                self._done(result)
        finally:
            self._end()
            self.stopped.emit()

    @Slot(object)
    def _on_raised(self, error: Exception) -> None:
        try:
            if not isinstance(error, XpsError):
                raise error
            if not self.is_cancelled():
                self._failed(error)
        finally:
            self._end()
            self.stopped.emit()


class Jobs(QObject):
    """The jobs that are under way.

    Signals
    -------
    changed()
        A job began or ended.
    progressed(int, int)
        Of the job that began last.
    idle()
        The last job ended.
    """

    changed = Signal()
    progressed = Signal(int, int)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._unseen_pool = QThreadPool(self)  # of its own: fits must not hold it up
        self._on_threads: list[Job] = []  # cancelled ones too, until their threads let go
        self._running: list[Job] = []
        self._unseen: list[Job] = []
        self._is_shut_down = False

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs that have not ended."""
        return tuple(self._running)

    def run(
        self,
        title: str,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[XpsError], None],
    ) -> Job:
        """Begin a job.

        Parameters
        ----------
        title : str
            What is being done, for the status bar.
        work : callable
            Called with the job on another thread; must not touch any widget.
        done, failed : callable
            Called on this thread with what the work returned, or the error that it raised.
        """
        job = Job(title, work, done, failed)
        job.progressed.connect(self.progressed, Qt.ConnectionType.QueuedConnection)
        job.ended.connect(self._forget)
        self._running.append(job)
        self.changed.emit()
        self._start(self._pool, job)
        return job

    def run_unseen(
        self, work: Work, done: Callable[[Any], None], failed: Callable[[XpsError], None]
    ) -> Job:
        """Begin a job that is over in no time, or that nobody waits for; no view lists it."""
        job = Job("", work, done, failed)
        self._unseen.append(job)
        job.ended.connect(self._forget_unseen)
        self._start(self._unseen_pool, job)
        return job

    def warm_up(self, work: Callable[[], object]) -> None:
        """Do something in the background that nobody waits for."""
        self._unseen_pool.start(work)

    def cancel(self) -> None:
        """Cancel all jobs."""
        for job in self._running:
            job.cancel()

    def shut_down(self) -> None:
        """Cancel all jobs and wait until their threads are done; no other will begin."""
        self._is_shut_down = True
        self.cancel()
        for job in self._unseen:
            job.cancel()
        for pool in (self._pool, self._unseen_pool):
            pool.waitForDone()

    def _start(self, pool: QThreadPool, job: Job) -> None:
        if self._is_shut_down:
            job.cancel()
            return
        self._on_threads.append(job)
        job.stopped.connect(self._let_go)
        pool.start(job.run)

    @Slot()
    def _let_go(self) -> None:
        job = self.sender()
        self._on_threads = [other for other in self._on_threads if other is not job]

    @Slot()
    def _forget(self) -> None:
        job = self.sender()
        self._running = [other for other in self._running if other is not job]
        self.changed.emit()
        if not self._running:
            self.idle.emit()

    @Slot()
    def _forget_unseen(self) -> None:
        job = self.sender()
        self._unseen = [other for other in self._unseen if other is not job]
