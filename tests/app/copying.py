"""Copies a figure and a table by keys of an X server, and lets another program paste them.

Runs as a program: ``copying.py DISPLAY FOLDER``; prints what the other program got.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.application import make_application
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow
from tests.app import projects
from tests.app.x_hand import Hand

_PATIENCE_MS = 60_000
_MOMENT_MS = 300


class Copying:
    """One copy after the other, each pasted elsewhere."""

    def __init__(self, window: MainWindow, hand: Hand) -> None:
        self._window, self._hand = window, hand
        self._pasted: dict[str, object] = {}

    def begin(self) -> None:
        """Copy the selected spectrum as a figure."""
        window = self._window
        project = projects.fitted()
        window.document.replace(project)
        region = projects.region_id(project, "S 2p")
        window.selection.select_entry(project.region(region).spectrum)
        window.figures.copied.connect(lambda: self._paste("figure", self._copy_table))
        window.panel.plot.setFocus()
        QTimer.singleShot(_MOMENT_MS, lambda: self._hand.key("C", ["Control"]))

    def _copy_table(self) -> None:
        self._window.results_dock.show_comparison()
        self._window.results.compare.table.setFocus()
        clipboard = QApplication.clipboard()
        clipboard.dataChanged.connect(lambda: self._paste("table", self._end))
        QTimer.singleShot(_MOMENT_MS, lambda: self._hand.key("c", ["Control"]))

    def _paste(self, name: str, then: object) -> None:
        """Let another program look; this one must go on, for it serves the clipboard."""
        assert callable(then)
        process = QProcess(self._window)

        def done() -> None:
            self._pasted[name] = json.loads(process.readAllStandardOutput().data())
            then()

        process.finished.connect(done)
        process.start(sys.executable, ["-m", "tests.app.pasting"])

    def _end(self) -> None:
        sys.stdout.write(json.dumps(self._pasted))
        QApplication.exit(0)


def main(display: int, folder: Path) -> int:
    application = make_application()
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    theme = Theme(application)
    theme.use(Qt.ColorScheme.Light)
    window = MainWindow(settings, theme)
    window.setGeometry(0, 0, 1366, 768)
    window.show()
    window.activateWindow()
    copying = Copying(window, Hand(display))
    QTimer.singleShot(_MOMENT_MS, copying.begin)
    QTimer.singleShot(_PATIENCE_MS, lambda: QApplication.exit(1))
    code = application.exec()
    window.document.stack.setClean()
    window.close()
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
