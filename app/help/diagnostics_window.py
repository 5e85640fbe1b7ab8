"""Copy diagnostics: all that is copied can be read first, and the log is asked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.help.diagnostics import diagnostics_text, log_tail
from app.widgets.check_box import CheckBox

_SIZE = (720, 460)
_HEAD = (
    "This is all that is copied, and nothing is sent anywhere: paste it where you report a "
    "problem. It holds no spectra and no results."
)


class DiagnosticsWindow(QDialog):
    """The text that is copied, as it is.

    Parameters
    ----------
    log : Path
        The log file, two levels below the folder of all that is the program's own.
    parent : QWidget
    """

    def __init__(self, log: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self.setWindowTitle("Copy diagnostics")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Diagnostics")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.with_log = CheckBox("With the end of the log, which may name your files")
        self.with_log.setAccessibleName(self.with_log.text())
        self.with_log.toggled.connect(lambda _: self.refresh())
        self.copy_button = QPushButton("Copy")
        self.copy_button.setDefault(True)
        self.copy_button.clicked.connect(
            lambda: QApplication.clipboard().setText(self.text.toPlainText())
        )
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close)
        head = QLabel(_HEAD)
        head.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.with_log)
        row.addStretch(1)
        row.addWidget(self.copy_button)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(head)
        column.addWidget(self.text, 1)
        column.addLayout(row)
        self.resize(*_SIZE)

    def refresh(self) -> None:
        """Write the text anew; the log has gone on."""
        log = log_tail(self._log) if self.with_log.isChecked() else ""
        self.text.setPlainText(diagnostics_text(self._log.parents[1], log))
