"""What a person does with mouse and keyboard, for the tests of the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.compare.compare_view import CompareView
from app.results.quantify_view import QuantifyView
from app.results.results import Results
from app.widgets.message_bar import Severity
from app.window import MainWindow
from xps.model import Component, Region

LONG = 30_000


def choose(window: MainWindow, name: str) -> None:
    """Choose an enabled action of the menus by its name."""
    action = window.findChild(QAction, name)
    assert action is not None, f"there is no action {name!r}"
    assert action.isEnabled(), f"{name!r} is disabled"
    action.trigger()


def open_files(qtbot: QtBot, window: MainWindow, paths: Sequence[Path]) -> None:
    """Open files and wait until they are there."""
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        window.files.open_paths(paths)


def fit_all(qtbot: QtBot, window: MainWindow) -> None:
    """Fit all regions and wait for the result."""
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        choose(window, "fit_all")


def drop(window: QWidget, paths: Sequence[Path], onto: QWidget | None = None) -> None:
    """Drag files onto the middle of the window, or of a widget in it, and let them go."""
    target = onto or window
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = target.rect().center()
    how = (
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    entering = QDragEnterEvent(middle, *how)
    QApplication.sendEvent(target, entering)
    assert entering.isAccepted(), "the window does not take these"
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), *how))


def click(widget: QWidget) -> None:
    """Click the middle of a widget."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def region_of(window: MainWindow) -> Region:
    """The region of the selected spectrum."""
    region = window.selection.region
    assert region is not None
    return region


def component(window: MainWindow, id_: str) -> Component:
    """A component of the region of the selected spectrum."""
    return region_of(window).component(id_)


def told(window: MainWindow, severity: Severity) -> list[str]:
    """What the message bar says of one severity."""
    return [m.text for m in window.messages.messages if m.severity is severity]


def pick_species(window: MainWindow, search: str) -> None:
    """Open the list of species, search, and add the first that is found."""
    click(window.inspector.add_button)
    picker = window.inspector.picker
    assert picker.isVisible()
    QTest.keyClicks(picker.search, search)
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert not picker.isVisible()


def type_into_cell(view: QAbstractItemView, index: QModelIndex, text: str) -> None:
    """Double-click a cell, replace what it says, and confirm."""
    view.scrollTo(index)
    middle = view.visualRect(index).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    editor = view.viewport().findChild(QLineEdit)
    assert editor is not None, "the cell cannot be edited"
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # Qt takes what was typed after the key event
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def type_into(field: QLineEdit, text: str) -> None:
    """Replace what a field says, and confirm."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def amounts(window: MainWindow) -> QuantifyView:
    """The quantification, once it is worked out."""
    worked_out(window.results)
    return window.results.quantify


def worked_out(view: Results | CompareView) -> None:
    """Wait until a view has worked out what it shows, and drawn it."""
    for _ in range(LONG):
        if not view.is_waiting:
            return
        QTest.qWait(1)
    raise AssertionError("it is never there")
