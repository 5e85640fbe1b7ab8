"""Take the pictures of the documentation: the app after the example's fit."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# The pictures are the same on every machine only where no desktop has a say.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).parents[1]))

from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication

from app.application import make_application
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow

FOLDER = Path(__file__).parent / "pictures"
SMALL, LARGE = (1366, 768), (1920, 1080)
_LONGEST_MS = 60_000


def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    application = make_application()
    theme = Theme(application)
    theme.use(Qt.ColorScheme.Light)
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = MainWindow(Settings(store), theme)
        window.resize(*SMALL)
        window.show()
        take(application, window, "welcome")
        wait_for(window.analysis.fitted, window.open_example)
        take(application, window, "app-1366x768-light")
        select(window, "O 1s", "o_manifold")
        take(application, window, "component-1366x768-light")
        theme.use(Qt.ColorScheme.Dark)
        window.resize(*LARGE)
        take(application, window, "app-1920x1080-dark")
        theme.use(Qt.ColorScheme.Light)
        select(window, "S 2p", None)
        take(application, window, "app-1920x1080-light")
        window.results_dock.show_comparison()
        take(application, window, "compare-1920x1080-light")
        window.results_dock.show_checks()
        take(application, window, "checks-1920x1080-light")
        window.results_dock.show_quantities()
        window.resize(*SMALL)
        wait_for(window.suggesting.opened, window.suggesting.suggest)
        take(application, window, "suggestion-1366x768-light")
        window.suggesting.leave()
        wait_for(window.analysis.fitted, lambda: change_model(window))
        take(application, window, "model-1366x768-light")
        window.document.stack.setClean()
        window.close()


def select(window: MainWindow, core_level: str, component: str | None) -> None:
    """Select a spectrum of the first sample, and a component of it."""
    entry = next(e for e in window.document.project.entries if e.label == core_level)
    window.selection.select_entry(entry.id)
    window.selection.select_component(component)


def change_model(window: MainWindow) -> None:
    """Choose another shape and one more term of the background, and fit."""
    inspector = window.inspector
    inspector.region.termToggled.emit("curvature", True)
    inspector.region.numbers_button.click()
    region = window.selection.region
    assert region is not None
    ids = tuple(component.id for component in region.components)
    inspector.shape.shapeChosen.emit("voigt", ids)
    inspector.fitWanted.emit()


def take(application: QApplication, window: MainWindow, name: str) -> None:
    """Write one picture once everything has found its place."""
    for _ in range(3):
        application.processEvents()
    path = FOLDER / f"{name}.png"
    if not window.grab().save(str(path)):
        sys.exit(f"cannot write {path}")
    print(path.relative_to(FOLDER.parent.parent))


def wait_for(signal: SignalInstance, begin: Callable[[], object]) -> None:
    """Begin something and wait for its signal."""
    loop = QEventLoop()
    signal.connect(loop.quit)
    guard = QTimer()
    guard.setSingleShot(True)
    guard.timeout.connect(lambda: sys.exit("the example was not fitted in time"))
    guard.start(_LONGEST_MS)
    begin()
    loop.exec()
    guard.stop()


if __name__ == "__main__":
    main()
