"""What follows from the present state, worked out off the user interface's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app.fitting.jobs import Job, Jobs
from xps.errors import XpsError


class Latest(QObject):
    """Answers the last question that was asked; answers to older ones are dropped.

    Parameters
    ----------
    jobs : Jobs
    parent : QObject, optional
    """

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._next: tuple[Callable[[], Any], Callable[[Any], None]] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._job is not None

    def ask(self, work: Callable[[], Any], show: Callable[[Any], None]) -> None:
        """Work something out, and show it unless something else was asked meanwhile.

        Parameters
        ----------
        work : callable
            Called on another thread; must not touch any widget.
        show : callable
            Called on this thread with what the work returned.
        """
        self._next = work, show
        if self._job is None:
            self._begin()

    def _begin(self) -> None:
        if self._next is None:
            return
        (work, show), self._next = self._next, None
        self._job = self._jobs.run_unseen(
            lambda _: work(),
            lambda answer: show(answer) if self._next is None else None,
            _raise,
        )
        self._job.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        was_cancelled = self._job is not None and self._job.is_cancelled()
        self._job = None
        if not was_cancelled:  # else the window closes
            self._begin()


def _raise(error: XpsError) -> None:
    raise error
