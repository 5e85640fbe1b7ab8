"""What follows from the present state, worked out off the user interface's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from app.fitting.jobs import Job, Jobs
from xps.cancel import Cancelled
from xps.errors import XpsError


class Latest(QObject):
    """Answers the last question that was asked; work on older ones is cancelled.

    Parameters
    ----------
    jobs : Jobs
    parent : QObject, optional
    """

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._job is not None

    def ask(self, work: Callable[[Cancelled], Any], show: Callable[[Any], None]) -> None:
        """Work something out, and show it unless something else was asked meanwhile.

        Parameters
        ----------
        work : callable
            Called on another thread with what it shall ask often whether to stop; must not touch
            any widget.
        show : callable
            Called on this thread with what the work returned.
        """
        if self._job is not None:
            self._job.cancel()
        self._job = self._jobs.run_unseen(lambda job: work(job.must_stop), show, _raise)
        self._job.ended.connect(self._on_ended)

    @Slot()
    def _on_ended(self) -> None:
        if self.sender() is self._job:
            self._job = None


def _raise(error: XpsError) -> None:
    raise error
