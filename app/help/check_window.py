"""Check this installation: the self-check with progress, and its result for a lab notebook."""

from __future__ import annotations

import platform
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.fitting.jobs import Job, Jobs
from app.fitting.solver_import import load_solver
from app.help.versions import versions_text
from xps.errors import XpsError

if TYPE_CHECKING:
    from xps.selfcheck import Selfcheck

_SIZE = (680, 460)
_HEAD = (
    "Simulates spectra of known truth, fits them on this computer, and holds results and error "
    "bars against the truth. It takes about half a minute; you can go on working."
)


class CheckWindow(QDialog):
    """Runs the self-check beside everything else.

    Parameters
    ----------
    jobs : Jobs
    parent : QWidget
    """

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self.setWindowTitle("Check this installation")
        self.state = QLabel()
        self.state.setAccessibleName("State of the check")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the check")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Result of the check")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.start_button = QPushButton("Start")
        self.cancel_button = QPushButton("Cancel")
        self.copy_button = QPushButton("Copy for a lab notebook")
        self.close_button = QPushButton("Close")
        self._build()
        self._show_state("")

    @property
    def has_result(self) -> bool:
        """Whether a check was done, well or not."""
        return bool(self.text.toPlainText())

    def start(self) -> None:
        """Begin, unless it runs already."""
        if self._job is not None:
            return
        self.text.clear()
        self.progress.setRange(0, 0)
        self._job = self._jobs.run(
            "Check this installation", _check, self._take, self._show_failure
        )
        self._job.progressed.connect(self._show_progress)
        self._job.ended.connect(self._on_ended)
        self._show_state("Running…")

    def cancel(self) -> None:
        """Stop it."""
        if self._job is not None:
            self._job.cancel()

    def _build(self) -> None:
        head = QLabel(_HEAD)
        head.setWordWrap(True)
        row = QHBoxLayout()
        for button in (self.start_button, self.cancel_button, self.copy_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        for widget in (head, self.state, self.progress):
            column.addWidget(widget)
        column.addWidget(self.text, 1)
        column.addLayout(row)
        self.start_button.clicked.connect(self.start)
        self.cancel_button.clicked.connect(self.cancel)
        self.copy_button.clicked.connect(
            lambda: QApplication.clipboard().setText(self.text.toPlainText())
        )
        self.close_button.clicked.connect(self.close)
        self.resize(*_SIZE)

    def _show_state(self, text: str) -> None:
        runs = self._job is not None
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.progress.setVisible(runs)
        self.start_button.setEnabled(not runs)
        self.cancel_button.setEnabled(runs)
        self.copy_button.setEnabled(self.has_result)

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _take(self, outcome: Selfcheck) -> None:
        self.text.setPlainText(notebook_text(outcome))

    def _show_failure(self, error: XpsError) -> None:
        self.text.setPlainText(str(error))

    def _on_ended(self) -> None:
        cancelled = self._job is not None and self._job.is_cancelled()
        self._job = None
        self._show_state("Cancelled." if cancelled else "Done.")


def notebook_text(outcome: Selfcheck) -> str:
    """Return the result with time, computer and versions, as a notebook wants it."""
    now = datetime.now().astimezone()
    return "\n".join(
        (
            f"Doublet self-check, {now:%Y-%m-%d %H:%M}, on {platform.node()}",
            versions_text(),
            "",
            outcome.to_text(),
        )
    )


def _check(job: Job) -> Selfcheck:
    load_solver()
    from xps.selfcheck import selfcheck

    return selfcheck(cancelled=job.must_stop, progress=job.report)
