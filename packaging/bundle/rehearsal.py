"""A user's way through the window, walked by the bundled program itself.

``doublet --rehearse FOLDER`` opens the window, takes the example from spectra to figure, report
and session, and leaves these, pictures of the window and ``told.json`` in the folder. With
``start`` after the folder it ends at the first paint.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAction, QFontInfo, QGuiApplication
from PySide6.QtWidgets import QApplication

from app import application
from app.help.versions import versions
from app.window import MainWindow
from xps.resources import guide_page

SIZE = (1366, 768)
_TICK_MS = 20
_PATIENCE_S = 120.0
_SETTLED_S = 1.0  # by then the views have drawn what is new
Condition = Callable[[], object]


def rehearse(folder: Path, *, only_start: bool) -> int:
    """Walk the whole way, or only start; return the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    qt = application.make_application()
    window = application.make_window(qt)
    rehearsal = Rehearsal(window, folder, only_start=only_start)
    window.resize(*SIZE)
    window.show()
    rehearsal.begin()
    return qt.exec()


class Rehearsal(QObject):
    """Goes on as soon as what it waits for is there.

    Parameters
    ----------
    window : MainWindow
    folder : Path
    only_start : bool
    """

    def __init__(self, window: MainWindow, folder: Path, *, only_start: bool) -> None:
        super().__init__()
        self._window, self._folder, self._only_start = window, folder, only_start
        self._told: dict[str, object] = {}
        self._steps = self._walk()
        self._condition: Condition = lambda: True
        self._since = time.monotonic()
        self._fits = 0
        window.analysis.fitted.connect(self._count_fit)
        window.welcome.installEventFilter(self)
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Set out."""
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and "first_paint_at" not in self._told:
            self._told["first_paint_at"] = time.time()
            self._told["processor_s"] = time.process_time()
        return False

    def _count_fit(self, *_: object) -> None:
        self._fits += 1

    def _tick(self) -> None:
        try:
            if self._condition():
                self._condition = next(self._steps)
                self._since = time.monotonic()
            elif time.monotonic() - self._since > _PATIENCE_S:
                raise TimeoutError("waited too long; see stuck.png")
        except StopIteration:
            self._leave(0)
        except Exception:  # noqa: BLE001  whatever it is, the program ends with it
            self._picture("stuck")
            sys.stderr.write(traceback.format_exc())
            self._leave(1)

    def _leave(self, code: int) -> None:
        self._timer.stop()
        told = json.dumps(self._told, indent=2)
        (self._folder / "told.json").write_text(told + "\n", encoding="utf-8")
        self._window.document.stack.setClean()
        self._window.close()
        QApplication.exit(code)

    def _walk(self) -> Iterator[Condition]:
        window, folder = self._window, self._folder
        yield lambda: "first_paint_at" in self._told
        if self._only_start:
            return
        self._picture("welcome")
        self._tell_about_surroundings()
        self._choose("example")
        yield lambda: self._fits and not window.jobs.running
        yield _in(_SETTLED_S)
        self._picture("fitted")
        from xps.export import export
        from xps.session import load, save

        project = window.document.project
        self._told["fits"] = len(project.fits)
        self._told["converged"] = sum(fit.success for fit in project.fits)
        for name in ("figure.pdf", "figure.svg", "figure.png", "report.html", "results.xlsx"):
            export(project, folder / name)
        save(folder / "example.doublet", project)
        self._told["fits_saved"] = len(load(folder / "example.doublet").fits)
        self._choose("show_comparison")
        yield _in(_SETTLED_S)
        self._picture("compared")

    def _choose(self, name: str) -> None:
        action = self._window.findChild(QAction, name)
        assert action is not None
        assert action.isEnabled(), name
        action.trigger()

    def _picture(self, name: str) -> None:
        if not self._window.grab().save(str(self._folder / f"{name}.png")):
            raise OSError(f"cannot write a picture into {self._folder}")

    def _tell_about_surroundings(self) -> None:
        self._told["guide"] = guide_page() is not None
        self._told["unknown_versions"] = [
            name for name, found in versions().items() if found == "?"
        ]
        self._told["font"] = QFontInfo(QApplication.font()).family()
        self._told["platform"] = QGuiApplication.platformName()


def _in(seconds: float) -> Condition:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until
