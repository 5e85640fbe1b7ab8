"""All that the window can show, one after the other: views, tabs, menus, dialogs, messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QEventLoop, QPoint, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from app.importing.import_dialog import ImportDialog
from app.importing.opening import open_all
from app.samples.propagate_dialog import PropagateDialog
from app.widgets.message_bar import Button
from app.window import MainWindow
from tests.app import projects
from tests.app.user import LONG, choose, click
from tests.truth import argyrodite
from xps.project import Project
from xps.writers.formats import write_spectra

_ROWS = "\n".join(f"{170 - 0.1 * i:.1f},{100 + i % 7},{80 + i % 5}" for i in range(60))
_EVENTS = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
_PATIENCE_MS = 20


class View(NamedTuple):
    """Something to look at."""

    name: str
    widget: QWidget


def every_view(window: MainWindow, folder: Path) -> Iterator[View]:
    """Bring one thing after the other before the eyes, and yield it while it is there.

    Parameters
    ----------
    window : MainWindow
        Empty; its questions about columns are not asked here.
    folder : Path
        For a file that leaves questions.
    """
    settle(window)
    yield View("welcome", window)
    window.welcome.show_recent([folder, folder / "a file that is gone.vms"])
    settle(window)
    yield View("welcome-again", window)
    yield from _in_the_window(window)
    yield from _menus(window)
    yield from _dialogs(window, folder)
    yield from _windows(window, folder)
    yield from _messages(window)


def settle(window: MainWindow) -> None:
    """Let everything find its place, the findings of the checks too."""
    QApplication.processEvents()
    while window.checking.is_waiting or window.results.is_waiting or window.jobs.running:
        QApplication.processEvents(_EVENTS, _PATIENCE_MS)
    for _ in range(3):
        QApplication.processEvents()


def _in_the_window(window: MainWindow) -> Iterator[View]:
    project = projects.fitted()
    window.document.replace(project)
    inspector = window.inspector

    def shown(name: str) -> View:
        settle(window)
        return View(name, window)

    _select(window, "S 2p")
    yield shown("fitted")
    region = window.selection.region
    assert region is not None
    window.selection.select_component(region.components[0].id)
    yield shown("doublet")
    _select(window, "O 1s")
    window.selection.select_component("o_manifold")
    yield shown("component")
    inspector.region.numbers_button.click()
    inspector.verticalScrollBar().setValue(0)
    yield shown("region-numbers")
    inspector.region.numbers_button.click()
    _select(window, "S 2p")
    for name in ("comparison", "checks", "history"):
        choose(window, f"show_{name}")
        if name == "checks":
            window.results.checks.list.setCurrentItem(window.results.checks.list.topLevelItem(0))
        yield shown(name)
    window.document.replace(_in_series(project))
    _select(window, "S 2p")
    choose(window, "show_comparison")
    window.results.compare.choose_series("ALD cycles")
    yield shown("series")
    window.results.compare.choose_series("")
    window.document.replace(project)
    _select(window, "S 2p")
    window.results_dock.show_settings()
    yield shown("quantification-settings")
    window.results.quantify.settings_button.setChecked(False)
    for mode in ("mode_mask", "mode_add", "kinetic", "counts"):
        choose(window, mode)
    yield shown("add-mode-kinetic-counts")
    for mode in ("mode_select", "kinetic", "counts"):
        choose(window, mode)
    _wait(window.suggesting.opened, lambda: choose(window, "suggest"))
    yield shown("suggestion")
    window.suggesting.leave()
    window.document.replace(projects.started())
    _select(window, "S 2p")
    yield shown("not-fitted")
    window.document.replace(projects.opened())
    _select(window, "S 2p")
    yield shown("no-region")
    window.document.replace(project)
    _select(window, "S 2p")


def _menus(window: MainWindow) -> Iterator[View]:
    # Not by the actions of the menu bar: PySide forgets what it owns when their menus are let go.
    for title, menu in window.commands.menus.items():
        yield from _popped_up(f"menu-{title.lower()}", menu)
    yield from _popped_up("menu-recipes", window.commands.recipe_menu)
    region = window.selection.region
    assert region is not None
    window.selection.select_component(region.components[0].id)
    menu = window.component_menu.menu()
    assert menu is not None
    yield from _popped_up("menu-component", menu)
    menu.deleteLater()


def _popped_up(name: str, menu: QMenu) -> Iterator[View]:
    menu.popup(QPoint(100, 100))
    QApplication.processEvents()
    yield View(name, menu)
    menu.close()


def _dialogs(window: MainWindow, folder: Path) -> Iterator[View]:
    click(window.inspector.add_button)
    yield _seen("species-picker", window.inspector.picker)
    window.inspector.picker.close()
    choose(window, "propagate")
    yield from _dialog(window, "propagate", PropagateDialog)
    window.recipes.show()
    yield _seen("recipes", window.recipes.window)
    window.recipes.window.close()
    for name in ("preferences", "shortcuts", "about", "diagnostics", "selfcheck"):
        before = set(window.findChildren(QDialog))
        choose(window, name)
        (dialog,) = [d for d in window.findChildren(QDialog) if d not in before and d.isVisible()]
        yield _seen(name, dialog)
        if name == "about":
            dialog.findChild(QWidget, "qt_tabwidget_stackedwidget").parent().setCurrentIndex(1)
            yield _seen("licenses", dialog)
        if name == "selfcheck":
            dialog.cancel()
            settle(window)
        dialog.close()
    yield from _import(folder)


def _windows(window: MainWindow, folder: Path) -> Iterator[View]:
    path = folder / "map.vms"
    spectra = [
        argyrodite(500.0, step=0.2).spectrum(
            (row, column), series=(("Map y / mm", 0.5 * row), ("Map x / mm", 0.5 * column))
        )
        for row in range(2)
        for column in range(3)
    ]
    write_spectra(path, spectra)
    maps, batches = window.maps, window.batches
    _wait(maps.opened, lambda: maps.open_path(path))
    yield _seen("map", maps.window)
    _wait(maps.fitted, maps.window.fit_button.click)
    yield _seen("map-fitted", maps.window)
    maps.window.close()
    batches.show()
    batches.window.add([folder])
    batches.window.show_work("128 of 400 measurements, 1 min 3 s left", 128, 400)
    yield _seen("batch", batches.window)
    batches.window.show_work("")
    batches.window.close()


def _import(folder: Path) -> Iterator[View]:
    path = folder / "NCM S2p.csv"
    path.write_text(f"Energy,left,right\n{_ROWS}\n", "utf-8")
    (unclear,) = open_all([path], lambda: False, lambda done, total: None).unclear
    dialog = ImportDialog(unclear, 2)
    dialog.show()
    yield _seen("import", dialog)
    dialog.close()
    dialog.deleteLater()


def _messages(window: MainWindow) -> Iterator[View]:
    bar = window.messages
    bar.clear()
    bar.warn("Recipe cathode: the window of S 2p is narrower than the recipe wants.")
    bar.error(
        "3 of 20 files could not be opened:\nnotes.txt: no spectrum is in it\nempty.vms: the file "
        "is empty\nhalf.vgd: it ends in the middle of a table (copy it anew)"
    )
    bar.info("Removed PS4.", Button("Undo", bar.clear))
    settle(window)
    yield View("messages", window)
    bar.clear()


def _dialog(window: MainWindow, name: str, kind: type[QDialog]) -> Iterator[View]:
    (dialog,) = [d for d in window.findChildren(kind) if d.isVisible()]
    yield _seen(name, dialog)
    dialog.reject()


def _seen(name: str, widget: QWidget) -> View:
    for _ in range(3):
        QApplication.processEvents()
    assert widget.isVisible(), name
    return View(name, widget)


def _select(window: MainWindow, core_level: str) -> None:
    project = window.document.project
    entry = next(e for e in project.entries if e.label == core_level)
    window.selection.select_entry(entry.id)


def _in_series(project: Project) -> Project:
    """The samples at places of a series."""
    samples = tuple(
        replace(sample, series=(("ALD cycles", 5.0 * number),))
        for number, sample in enumerate(project.samples)
    )
    return replace(project, samples=samples)


def _wait(signal: SignalInstance, begin: Callable[[], object]) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(LONG, loop.quit)
    begin()
    loop.exec()
