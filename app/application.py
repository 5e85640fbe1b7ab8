"""The one QApplication, with its look and its window."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from app.crash import CrashReporter
from app.log import start_log
from app.places import own_folder
from app.session.saving import recovery_folder
from app.settings import APPLICATION, ORGANIZATION, Settings
from app.widgets.fonts import provide_font
from app.widgets.icons import app_icon
from app.widgets.theme import Theme
from app.window import MainWindow
from xps import __version__

DESKTOP_FILE = "doublet"  # by which Linux knows the icon of the window


class Application(QApplication):
    """The application, which hears of files to open.

    Signals
    -------
    fileOpened(Path)
        macOS names the files that a program is to open in events, not in its arguments.
    """

    fileOpened = Signal(object)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.fileOpened.emit(Path(event.file()))
            return True
        return super().event(event)


_TURN_S = 0.0002  # of a thread, before another that waits goes on; Python's own choice is 0.005


def make_application() -> QApplication:
    """Return the application, made at the first call."""
    sys.setswitchinterval(_TURN_S)  # the window waits that often while it is drawn beside a fit
    application = QApplication.instance() or Application(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setOrganizationName(ORGANIZATION)
    application.setApplicationName(APPLICATION)
    application.setApplicationVersion(__version__)
    application.setWindowIcon(app_icon())
    application.setDesktopFileName(DESKTOP_FILE)
    provide_font(application)
    pg.setConfigOptions(antialias=True)
    return application


def make_window(application: QApplication) -> MainWindow:
    """Return the window as the settings want it, not yet shown."""
    settings = Settings()
    theme = Theme(application)
    theme.use(settings.preferences.colors)
    window = MainWindow(settings, theme)
    CrashReporter(window.messages).install()
    if isinstance(application, Application):
        application.fileOpened.connect(lambda path: window.files.open_paths([path]))
    return window


def run(files: Sequence[Path], *, example: bool = False) -> int:
    """Open the window, with some files or the example in it, and stay until it is closed.

    Parameters
    ----------
    files : sequence of Path
        Spectra and sessions.
    example : bool
        Open the bundled example.

    Returns
    -------
    int
        Exit code.
    """
    application = make_application()
    start_log(own_folder("logs"))
    window = make_window(application)
    window.show()
    window.restorer.offer(recovery_folder())
    if example:
        window.open_example()
    elif files:
        window.files.open_paths(files)
    return application.exec()
