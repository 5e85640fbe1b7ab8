"""The one QApplication, with its look and its window."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from app.crash import CrashReporter
from app.session.saving import recovery_folder
from app.settings import APPLICATION, ORGANIZATION, Settings
from app.widgets.icons import app_icon
from app.widgets.theme import Theme
from app.window import MainWindow
from xps import __version__


def make_application() -> QApplication:
    """Return the application, made at the first call."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setOrganizationName(ORGANIZATION)
    application.setApplicationName(APPLICATION)
    application.setApplicationVersion(__version__)
    application.setWindowIcon(app_icon())
    pg.setConfigOptions(antialias=True)
    return application


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
    settings = Settings()
    theme = Theme(application)
    theme.use(settings.color_scheme)
    window = MainWindow(settings, theme)
    CrashReporter(window.messages).install()
    window.show()
    window.restorer.offer(recovery_folder())
    if example:
        window.open_example()
    elif files:
        window.files.open_paths(files)
    return application.exec()
