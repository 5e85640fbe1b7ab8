"""A monkey at mouse and keyboard: it does anything that a person could, in no order at all."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMenu,
    QMenuBar,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid

from app.dialogs import OverwriteAnswer, SaveAnswer
from app.importing.import_dialog import ImportDialog
from app.importing.importing import ImportAnswer
from app.importing.opening import Unclear
from app.window import MainWindow
from tests.app.mouse import drag, place_of

LEFT_ALONE = {"quit", "suggest"}  # one ends it all, the other takes seconds
TEXTS = (
    *("161.6", "161,6", "162.3", "1.2", "0.5", "500", "0", "-3", "1e9", "nan", "inf", "", " "),
    *("abc", "A", "B + 1.18", "A × 0.5", "–", "시료 2", "<b>bold</b>", "n" * 200, "SO4", "=1+1"),
)
KEYS = (
    *(Qt.Key.Key_F5, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Tab),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space),
    *(Qt.Key.Key_R, Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_M, Qt.Key.Key_K, Qt.Key.Key_I),
)
SHORTCUTS = "ZZZZYYL01234.C"  # with Control
_REMEMBERED = 20
_LEVELS = 6  # of menus and dialogs in each other


class MonkeyDialogs:
    """Answers questions at random, with files that are there and places that can be written."""

    def __init__(self, chance: random.Random, files: Sequence[Path], folder: Path) -> None:
        self._chance, self._files, self._folder = chance, list(files), folder

    def open_files(self, title: str, folder: Path, filters: str) -> list[Path]:
        return self._chance.choice([[], self._files[:1], self._files, [self._folder / "gone.csv"]])

    def save_file(self, title: str, suggested: Path, filters: str) -> Path | None:
        name = self._chance.choice(["a.csv", "b.json", "c.svg", "d.py", "e.doublet", "f.vms"])
        return self._chance.choice([None, None, self._folder / name])

    def choose_folder(self, title: str, folder: Path) -> Path | None:
        return self._chance.choice([None, self._files[0].parent, self._folder / "gone"])

    def ask_to_save(self, name: str) -> SaveAnswer:
        return self._chance.choice(["cancel", "cancel", "cancel", "discard"])

    def ask_to_overwrite(self, name: str, why: str) -> OverwriteAnswer:
        return self._chance.choice(["overwrite", "cancel"])

    def ask_text(self, title: str, label: str, text: str) -> str | None:
        return self._chance.choice([None, text, *TEXTS])

    def ask_columns(self, file: Unclear, alike: int) -> ImportAnswer | None:
        dialog = ImportDialog(file, alike)
        dialog.show()
        (dialog.accept if self._chance.random() < 0.7 else dialog.reject)()
        try:
            return dialog.answer if dialog.result() else None
        finally:
            dialog.hide()
            dialog.deleteLater()


class Monkey:
    """Acts on a window, one thing after the other.

    Parameters
    ----------
    window : MainWindow
    chance : random.Random
        Decides what it does.

    Attributes
    ----------
    done : deque of str
        What it did last.
    """

    def __init__(self, window: MainWindow, chance: random.Random) -> None:
        self._window, self._chance = window, chance
        self.done: deque[str] = deque(maxlen=_REMEMBERED)
        self._acts: dict[Callable[[], str], int] = {
            self._use_menu: 4,
            self._press_key: 4,
            self._press_shortcut: 5,
            self._drag_in_plot: 5,
            self._drag_handle: 5,
            self._turn_wheel: 1,
            self._double_click_plot: 1,
            self._ask_for_menu: 3,
            self._click_button: 4,
            self._click_cell: 3,
            self._type_into_cell: 4,
            self._type_into_field: 3,
            self._choose_in_box: 3,
            self._choose_tab: 2,
            self._wait: 2,
        }

    def act(self) -> None:
        """Do one thing, and whatever it leads to."""
        act = self._chance.choices(list(self._acts), list(self._acts.values()))[0]
        self.done.append(act.__name__)
        # Some buttons return only when the menu that they open is left.
        QTimer.singleShot(0, self._leave_menus_and_dialogs)
        self.done[-1] = f"{act.__name__}: {act()}"
        self._leave_menus_and_dialogs()
        QApplication.processEvents()

    def _use_menu(self) -> str:
        bar = self._window.findChild(QMenuBar)
        assert bar is not None
        title = self._chance.choice(bar.actions())
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(title).center())
        return title.text()

    def _press_key(self) -> str:
        key = self._chance.choice(KEYS)
        shift = self._chance.choice(
            [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier]
        )
        target = self._chance.choice(
            [QApplication.focusWidget(), self._window.panel.plot, self._window.tree]
        )
        return self._key(target or self._window, key, shift)

    def _press_shortcut(self) -> str:
        key = Qt.Key(ord(self._chance.choice(SHORTCUTS)))
        return self._key(self._window, key, Qt.KeyboardModifier.ControlModifier)

    def _key(self, target: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier) -> str:
        name = f"{key.name} {modifier.name} in {type(target).__name__}"
        QTest.keyClick(target, key, modifier)
        return name

    def _drag_in_plot(self) -> str:
        start, by = self._point_in_plot(), self._way()
        drag(self._window, start, by, steps=2)
        return f"{start.toTuple()} by {by.toTuple()}"

    def _drag_handle(self) -> str:
        if not self._window.panel.isVisible() or not self._window.panel.plot.handles.handles:
            return "there is none"
        grabbed = self._chance.choice(self._window.panel.plot.handles.handles)
        drag(self._window, place_of(self._window, grabbed), self._way(), steps=3)
        return f"{grabbed.kind} {grabbed.component}"

    def _turn_wheel(self) -> str:
        viewport, point = self._window.panel.plot.canvas.viewport(), self._point_in_plot()
        turned = QWheelEvent(
            QPointF(point),
            QPointF(viewport.mapToGlobal(point)),
            QPoint(),
            QPoint(0, self._chance.choice([-240, -120, 120, 240])),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(viewport, turned)
        return str(point.toTuple())

    def _double_click_plot(self) -> str:
        viewport = self._window.panel.plot.canvas.viewport()
        QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=self._point_in_plot())
        return ""

    def _ask_for_menu(self) -> str:
        plot = self._window.panel.plot.canvas.viewport()
        views = [view.viewport() for view in self._seen(QAbstractItemView)]
        target = self._chance.choice([plot, *views])
        point = self._inside(target.rect())
        if target is plot:
            QTest.mouseClick(plot, Qt.MouseButton.RightButton, pos=point)
        reason = QContextMenuEvent.Reason.Mouse
        QApplication.sendEvent(target, QContextMenuEvent(reason, point, target.mapToGlobal(point)))
        return f"{type(target.parent()).__name__} {point.toTuple()}"

    def _click_button(self) -> str:
        found = [b for b in self._seen(QAbstractButton) if b.isEnabled()]
        if not found:
            return "there is none"
        return self._click(self._chance.choice(found))

    def _click_cell(self) -> str:
        view, index = self._cell()
        if view is None:
            return "there is none"
        button = Qt.MouseButton.LeftButton
        QTest.mouseClick(view.viewport(), button, pos=view.visualRect(index).center())
        return self._named(view, index)

    def _type_into_cell(self) -> str:
        view, index = self._cell()
        if view is None:
            return "there is none"
        place, name = view.visualRect(index).center(), self._named(view, index)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        editor = view.viewport().findChild(QLineEdit)
        if editor is None:
            return f"{name}, no editor"
        return f"{name} {self._type(editor)}"

    def _type_into_field(self) -> str:
        found = [f for f in self._seen(QLineEdit) if f.isEnabled() and not f.isReadOnly()]
        if not found:
            return "there is none"
        field = self._chance.choice(found)
        field.setFocus()
        return f"{field.accessibleName()} {self._type(field)}"

    def _type(self, field: QLineEdit) -> str:
        text = self._chance.choice(TEXTS)
        end = self._chance.choice([Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Escape])
        field.selectAll()
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(field, letter)
            else:  # no key has it; an input method sends it
                written = QInputMethodEvent()
                written.setCommitString(letter)
                QApplication.sendEvent(field, written)
            if not isValid(field):
                return f"{text[:20]!r}, until the field was gone"
        QTest.keyClick(field, end)
        return f"{text[:20]!r} {end.name}"

    def _choose_in_box(self) -> str:
        found = [box for box in self._seen(QComboBox) if box.isEnabled()]
        if not found:
            return "there is none"
        box = self._chance.choice(found)
        name = box.accessibleName()
        box.setFocus()
        QTest.keyClick(box, self._chance.choice([Qt.Key.Key_Down, Qt.Key.Key_Up]))
        return name

    def _choose_tab(self) -> str:
        bar = self._window.results.tabBar()
        if not bar.isVisible():
            return "there is none"
        number = self._chance.randrange(bar.count())
        self._click_tab(bar, number)
        return str(number)

    def _click_tab(self, bar: QTabBar, number: int) -> None:
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(number).center())

    def _wait(self) -> str:
        for _ in range(20):
            QTest.qWait(5)
            if not self._window.jobs.running:
                break
        return ""

    def _leave_menus_and_dialogs(self) -> None:
        """Choose in menus and dialogs that came up, or close them."""
        for level in range(_LEVELS):
            QApplication.processEvents()
            popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
            last = level >= _LEVELS - 2
            if isinstance(popup, QMenu) and not last:
                self.done.append(f"    {self._choose_in(popup)}")
            elif popup is not None:
                popup.close()
            elif isinstance(dialog, QDialog) and not last:
                found = [b for b in dialog.findChildren(QAbstractButton) if _usable(b)]
                self.done.append(f"    {self._click(self._chance.choice(found))}")
            elif dialog is not None:
                dialog.close()
            else:
                return

    def _choose_in(self, menu: QMenu) -> str:
        found = [
            action
            for action in menu.actions()
            if action.isEnabled()
            and action.isVisible()
            and not action.isSeparator()
            and action.objectName() not in LEFT_ALONE
        ]
        if not found or self._chance.random() < 0.1:
            QTest.keyClick(menu, Qt.Key.Key_Escape)
            return "Escape"
        action = self._chance.choice(found)
        name = action.text()
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
        return name

    def _click(self, button: QAbstractButton) -> str:
        name = button.text() or button.accessibleName() or button.toolTip()
        if not _is_left_alone(button):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        return name

    def _seen(self, kind: type) -> list:
        windows = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        return [w for window in windows for w in window.findChildren(kind) if _usable(w)]

    def _cell(self) -> tuple[QAbstractItemView | None, QModelIndex]:
        filled = [v for v in self._seen(QAbstractItemView) if _cells(v)]
        if not filled:
            return None, QModelIndex()
        view = self._chance.choice(filled)
        index = self._chance.choice(_cells(view))
        view.scrollTo(index)
        return view, index

    def _named(self, view: QAbstractItemView, index: QModelIndex) -> str:
        return f"{view.accessibleName()} row {index.row()} column {index.column()}"

    def _point_in_plot(self) -> QPoint:
        return self._inside(self._window.panel.plot.canvas.viewport().rect())

    def _inside(self, place: QRect) -> QPoint:
        x = self._chance.randint(0, max(place.width() - 1, 0))
        return QPoint(x, self._chance.randint(0, max(place.height() - 1, 0)))

    def _way(self) -> QPoint:
        return QPoint(self._chance.randint(-120, 120), self._chance.randint(-80, 80))


def _usable(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def _is_left_alone(button: QAbstractButton) -> bool:
    action = getattr(button, "defaultAction", lambda: None)()
    name = button.text() if action is None else action.objectName()
    return name in LEFT_ALONE or name == "Suggest"


def _cells(view: QAbstractItemView) -> list[QModelIndex]:
    """The cells of the first two levels, of some rows."""
    model = view.model()
    if model is None:
        return []
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    rows = [model.index(row, 0, view.rootIndex()) for row in range(min(model.rowCount(), 40))]
    below = [model.index(r, 0, top) for top in rows for r in range(min(model.rowCount(top), 10))]
    return [
        cell
        for row in (*rows, *below)
        for cell in (row.siblingAtColumn(c) for c in range(columns))
        if not view.visualRect(cell).isEmpty()
    ]
