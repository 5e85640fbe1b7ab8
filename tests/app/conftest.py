"""A window on the offscreen platform, with questions answered beforehand and nothing left over."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QSettings,
    QStandardPaths,
    Qt,
    QThreadPool,
    QUrl,
)
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.application import make_application
from app.dialogs import OverwriteAnswer, SaveAnswer
from app.importing.import_dialog import ImportDialog
from app.importing.importing import ImportAnswer
from app.importing.opening import Unclear
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow
from tests.app import projects
from tests.app.projects import region_id
from tests.app.user import choose, fit_all, open_files
from xps.resources import resource

SCREEN = (1366, 768)


@dataclass
class ScriptedDialogs:
    """Answers the app's questions from lists, and remembers what was asked."""

    to_open: list[list[Path]] = field(default_factory=list)
    to_save: list[Path | None] = field(default_factory=list)
    folders: list[Path | None] = field(default_factory=list)
    save_answers: list[SaveAnswer] = field(default_factory=list)
    overwrite_answers: list[OverwriteAnswer] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    imports: list[Callable[[ImportDialog], None]] = field(default_factory=list)

    def open_files(self, title: str, folder: Path, filters: str) -> list[Path]:
        self.asked.append(title)
        return self.to_open.pop(0)

    def save_file(self, title: str, suggested: Path, filters: str) -> Path | None:
        self.asked.append(f"{title}: {suggested.name}")
        return self.to_save.pop(0)

    def choose_folder(self, title: str, folder: Path) -> Path | None:
        self.asked.append(title)
        return self.folders.pop(0)

    def ask_to_save(self, name: str) -> SaveAnswer:
        self.asked.append(f"save {name}?")
        return self.save_answers.pop(0)

    def ask_to_overwrite(self, name: str, why: str) -> OverwriteAnswer:
        self.asked.append(f"replace {name}? {why}")
        return self.overwrite_answers.pop(0)

    def ask_text(self, title: str, label: str, text: str) -> str | None:
        self.asked.append(f"{title}: {text}")
        return self.texts.pop(0)

    def ask_columns(self, file: Unclear, alike: int) -> ImportAnswer | None:
        """Show the dialog, and do with it what the next of `imports` does; else agree."""
        self.asked.append(f"columns of {file.path.name}, {alike} alike")
        dialog = ImportDialog(file, alike)
        dialog.show()
        use = self.imports.pop(0) if self.imports else ImportDialog.accept
        try:
            use(dialog)
            assert not dialog.isVisible(), "neither agreed nor cancelled"
            return dialog.answer if dialog.result() else None
        finally:
            dialog.hide()
            dialog.deleteLater()


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    QStandardPaths.setTestModeEnabled(True)
    return QApplication


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    stored = Settings(store)
    stored.folder = tmp_path
    return stored


@pytest.fixture
def dialogs() -> ScriptedDialogs:
    return ScriptedDialogs()


@pytest.fixture
def recovery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of recovery copies, away from the user's own."""
    folder = tmp_path / "recovery"
    for module in ("app.session.files", "app.window"):
        monkeypatch.setattr(f"{module}.recovery_folder", lambda: folder)
    return folder


@pytest.fixture
def own_recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of recipes, away from the user's own."""
    folder = tmp_path / "recipes"
    monkeypatch.setattr("app.window.recipe_folder", lambda: folder)
    return folder


@pytest.fixture
def visited() -> list[QUrl]:
    """What was opened outside of the window."""
    return []


@pytest.fixture
def window(
    qtbot: QtBot,
    qapp: QApplication,
    settings: Settings,
    dialogs: ScriptedDialogs,
    recovery: Path,
    own_recipes: Path,
    visited: list[QUrl],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    monkeypatch.setattr("app.window.own_folder", lambda name: tmp_path / "own" / name)
    make_application()
    theme = Theme(qapp)
    theme.use(Qt.ColorScheme.Light)
    main_window = MainWindow(settings, theme, dialogs, lambda url: visited.append(url) or True)
    main_window.resize(1366, 768)
    with qtbot.waitExposed(main_window):
        main_window.show()
    main_window.activateWindow()
    yield main_window
    main_window.document.stack.setClean()
    main_window.close()
    main_window.deleteLater()
    theme.setParent(None)
    theme.deleteLater()


@pytest.fixture(autouse=True)
def _nothing_dangles(qapp: QApplication) -> Iterator[None]:
    threads = set(threading.enumerate())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    left = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    assert not left, f"widgets still shown: {left}"
    assert QThreadPool.globalInstance().activeThreadCount() == 0
    started = [t for t in threading.enumerate() if t not in threads and t.is_alive()]
    assert all(t.daemon and t.name.startswith("Dummy") for t in started), started


@pytest.fixture
def sample_files(tmp_path: Path) -> list[Path]:
    """Copies of the bundled spectra of two samples, in a folder of a Korean user."""
    folder = tmp_path / "사용자 이름" / "측정 데이터"
    folder.mkdir(parents=True)
    names = ("bare-ncm-simulated.vms", "ald5-ncm-simulated.vms")
    return [
        Path(shutil.copy(resource("samples", name), folder / f"시료 {number} {name}"))
        for number, name in enumerate(names)
    ]


@pytest.fixture
def fitted(qtbot: QtBot, window: MainWindow, sample_files: list[Path]) -> MainWindow:
    """A window with one fitted sample, its S 2p shown."""
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe cathode")
    fit_all(qtbot, window)
    id_ = region_id(window.document.project, "S 2p")
    window.selection.select_entry(window.document.project.region(id_).spectrum)
    return window


@pytest.fixture
def plotted(window: MainWindow) -> MainWindow:
    """A window with two fitted samples, S 2p of the first shown; made once, not from files."""
    project = projects.fitted()
    window.document.replace(project)
    window.selection.select_entry(project.region(region_id(project, "S 2p")).spectrum)
    QCoreApplication.processEvents()
    return window


@pytest.fixture
def display() -> Iterator[int]:
    """An X server of its own, without a window manager."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed: sudo bash packaging/environment/system.sh xvfb")
    read, write = os.pipe()
    options = ["-screen", "0", "{}x{}x24".format(*SCREEN), "-ac", "-nolisten", "tcp"]
    process = subprocess.Popen(
        [server, "-displayfd", str(write), *options], pass_fds=(write,), stderr=subprocess.DEVNULL
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline()
    if not number:
        process.wait()
        pytest.fail(f"Xvfb ended with {process.returncode} before it had a display")
    yield int(number)
    process.terminate()
    process.wait()
