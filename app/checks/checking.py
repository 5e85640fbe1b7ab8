"""Hold the present project against the rules of the checks, while nobody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.fitting.jobs import Job, Jobs
from app.session.document import Document
from xps.project import Project

if TYPE_CHECKING:
    from xps.checks import Finding

_QUIET_MS = 150  # without an edit, so that a drag is not slowed down


class Checking(QObject):
    """What the checks find, soon after each edit.

    Signals
    -------
    changed()
        Other findings.
    """

    changed = Signal()

    def __init__(self, document: Document, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._job: Job | None = None
        self._checked = document.project
        self._findings: tuple[Finding, ...] = ()
        self._problem = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_QUIET_MS)
        self._pause.timeout.connect(self._check)
        document.projectChanged.connect(self._pause.start)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, worst first; what is waived comes last."""
        return self._findings

    @property
    def open_count(self) -> int:
        """How many findings are not waived."""
        return sum(finding.waived is None for finding in self._findings)

    @property
    def problem(self) -> str:
        """Why the checks could not be made; "" where they could."""
        return self._problem

    @property
    def is_current(self) -> bool:
        """Whether the findings are those of the present project."""
        return self._checked is self._document.project

    @property
    def is_waiting(self) -> bool:
        """Whether a check is still to come, or under way."""
        return self._pause.isActive() or self._job is not None

    def _check(self) -> None:
        if self._job is not None or self.is_current:
            return
        project = self._document.project

        def work(job: Job) -> tuple[Finding, ...]:
            from xps.checks import check

            return check(project, cancelled=job.must_stop)

        self._job = self._jobs.run_unseen(
            work,
            lambda findings: self._show(_ordered(findings), ""),
            lambda error: self._show((), str(error)),
        )
        self._job.ended.connect(lambda: self._on_ended(project))

    def _show(self, findings: tuple[Finding, ...], problem: str) -> None:
        if (findings, problem) != (self._findings, self._problem):
            self._findings, self._problem = findings, problem
            self.changed.emit()

    def _on_ended(self, project: Project) -> None:
        self._job = None
        self._checked = project  # also where a mistake ended it: it would again
        if not self.is_current:
            self._pause.start()


def _ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    from xps.checks import SEVERITIES

    return tuple(
        sorted(findings, key=lambda f: (f.waived is not None, SEVERITIES.index(f.severity)))
    )
