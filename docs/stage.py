"""A window of the app without a desktop, for the pictures of the documentation."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The pictures are the same on every machine only where no desktop has a say.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).parents[1]))

from PySide6.QtCore import QEventLoop, QPoint, QRect, QSettings, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.application import make_application
from app.dialogs import NativeDialogs
from app.importing.import_dialog import ImportDialog
from app.importing.importing import ImportAnswer
from app.importing.opening import Unclear
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow

FOLDER = Path(__file__).parent / "pictures"
SMALL, LARGE = (1366, 768), (1920, 1080)
_FIGURE_WIDTH = 1100
_LONGEST_MS = 60_000
_PATIENCE_MS = 20
_EVENTS = QEventLoop.ProcessEventsFlag.WaitForMoreEvents


class Answers(NativeDialogs):
    """Answers questions as they were told to be; what is asked of columns is a picture."""

    path: Path | None = None

    def __init__(self) -> None:
        super().__init__(QWidget())

    def save_file(self, title: str, suggested: Path, filters: str) -> Path | None:
        return self.path

    def ask_columns(self, file: Unclear, alike: int) -> ImportAnswer | None:
        dialog = ImportDialog(file, alike)
        dialog.show()
        QApplication.processEvents()
        keep(dialog.grab(), "import")
        return None


class Stage:
    """The window, and a camera.

    Parameters
    ----------
    application : QApplication
    folder : Path
        For settings and exports, away from those of the user.
    """

    def __init__(self, application: QApplication, folder: Path) -> None:
        self.folder = folder
        self.application = application
        application.setCursorFlashTime(0)  # a cursor that blinks makes two pictures of one
        self.theme = Theme(application)
        self.theme.use(Qt.ColorScheme.Light)
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.dialogs = Answers()
        self.window = MainWindow(Settings(store), self.theme, self.dialogs)
        self.window.resize(*SMALL)
        self.window.show()

    def settle(self) -> None:
        """Let everything find its place, the findings of the checks too."""
        self.application.processEvents()
        while self.window.checking.is_waiting or self.window.results.is_waiting:
            self.application.processEvents(_EVENTS, _PATIENCE_MS)
        for _ in range(3):
            self.application.processEvents()

    def wait_for(self, signal: Any, begin: Callable[[], object]) -> None:
        """Begin something and wait for its signal."""
        loop = QEventLoop()
        signal.connect(loop.quit)
        guard = QTimer()
        guard.setSingleShot(True)
        guard.timeout.connect(lambda: sys.exit("a picture was waited for too long"))
        guard.start(_LONGEST_MS)
        begin()
        loop.exec()
        guard.stop()
        signal.disconnect(loop.quit)

    def select(self, core_level: str, component: str | None = None, sample: int = 0) -> None:
        """Select a spectrum of a sample, and a component of it."""
        project = self.window.document.project
        name = project.samples[sample].name
        entry = next(e for e in project.entries if (e.sample, e.label) == (name, core_level))
        self.window.selection.select_entry(entry.id)
        self.window.selection.select_component(component)

    def take(self, name: str, *widgets: QWidget) -> None:
        """Take the window, or only the part of it that holds these widgets."""
        self.settle()
        picture = self.window.grab()
        if widgets:
            picture = picture.copy(self._around(widgets))
        keep(picture, name)

    def take_with_menu(self, name: str, menu: QMenu, under: QWidget) -> None:
        """Take the window with a menu pulled down from something in it."""
        self.settle()
        place = under.mapTo(self.window, QPoint(0, under.height()))
        menu.popup(self.window.mapToGlobal(place))
        self.settle()
        picture = self.window.grab()
        painter = QPainter(picture)
        painter.drawPixmap(place, menu.grab())
        painter.end()
        menu.close()
        keep(picture, name)

    def _around(self, widgets: tuple[QWidget, ...]) -> QRect:
        whole = QRect()
        for widget in widgets:
            whole = whole.united(QRect(widget.mapTo(self.window, QPoint(0, 0)), widget.size()))
        return whole


@contextmanager
def stage() -> Iterator[Stage]:
    """Yield a window that forgets everything."""
    FOLDER.mkdir(exist_ok=True)
    QStandardPaths.setTestModeEnabled(True)
    application = QApplication.instance() or make_application()
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory() as folder:
        opened = Stage(application, Path(folder))
        yield opened
        opened.window.document.stack.setClean()
        opened.window.close()
        opened.settle()


def keep(picture: QPixmap | QImage, name: str) -> None:
    """Write a picture of the documentation."""
    path = FOLDER / f"{name}.png"
    if not picture.save(str(path)):
        sys.exit(f"cannot write {path}")
    print(path.relative_to(FOLDER.parent.parent))


def keep_figure(path: Path, name: str) -> None:
    """Write a figure for print as a picture of the documentation, at the size of a screen."""
    smooth = Qt.TransformationMode.SmoothTransformation
    keep(QImage(str(path)).scaledToWidth(_FIGURE_WIDTH, smooth), name)
