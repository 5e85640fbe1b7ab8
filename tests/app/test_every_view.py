"""Every view, dialog and menu: its controls have names, its words have room; pictures on request.

``make views`` takes them in light and dark, on a small and a large screen, and at scale 2.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSlider,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.plot.plot_view import PlotView
from app.window import MainWindow
from tests.app.every_view import every_view, settle

CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit),
    *(QTextEdit, QProgressBar, QSlider, PlotView),
)
SIZES = {"1366x768": (1366, 768), "1920x1080": (1920, 1080)}
_ARROW = 24  # px, of a list that drops down
FOLDER = os.environ.get("DOUBLET_VIEWS")


def controls(view: QWidget) -> Iterator[QWidget]:
    """All that a person can use in a view, without what Qt builds its own controls from."""
    for widget in view.findChildren(QWidget):
        by_tab = widget.focusProxy() is None and bool(
            widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        )
        if not (isinstance(widget, CONTROLS) or by_tab) or not widget.isVisibleTo(view):
            continue
        parent = widget.parentWidget()
        own = widget.objectName().startswith("qt_") or isinstance(widget, QHeaderView)
        part = isinstance(parent, (QAbstractSpinBox, QComboBox, QTabBar, QDockWidget, QMenu))
        popup = any(type(up).__name__ == "QComboBoxPrivateContainer" for up in _above(widget))
        corner = isinstance(parent, QAbstractItemView) and isinstance(widget, QAbstractButton)
        if not (own or part or popup or corner):
            yield widget


def _above(widget: QWidget) -> Iterator[QWidget]:
    up = widget.parentWidget()
    while up is not None:
        yield up
        up = up.parentWidget()


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it, without what Qt would make up from its contents."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text()
    labels = widget.window().findChildren(QLabel)
    return next((label.text() for label in labels if label.buddy() is widget), "")


def test_every_control_of_every_view_has_a_name(window: MainWindow, tmp_path: Path) -> None:
    nameless, seen = set(), 0
    for view in every_view(window, tmp_path):
        for widget in controls(view.widget):
            seen += 1
            if not name_of(widget).strip():
                nameless.add(f"{view.name}: {type(widget).__name__} {_path(widget)}")
    assert seen > 300
    assert not nameless, "\n".join(sorted(nameless))


def _path(widget: QWidget) -> str:
    return " in ".join(type(up).__name__ for up in list(_above(widget))[:3])


@pytest.mark.parametrize("size", SIZES)
def test_no_words_are_cut_off(window: MainWindow, tmp_path: Path, size: str) -> None:
    window.resize(*SIZES[size])
    cut = set()
    for view in every_view(window, tmp_path):
        for widget in view.widget.findChildren(QWidget):
            if widget.isVisibleTo(view.widget) and _is_cut_off(widget):
                cut.add(f"{view.name}: {type(widget).__name__} {_text(widget)!r}")
    assert not cut, "\n".join(sorted(cut))


def _text(widget: QWidget) -> str:
    return widget.currentText() if isinstance(widget, QComboBox) else widget.text()


def _is_cut_off(widget: QWidget) -> bool:
    """Whether a text is wider or taller than its widget; lists with a tooltip may be narrow."""
    if isinstance(widget, QPushButton):
        return widget.width() < widget.minimumSizeHint().width()
    if isinstance(widget, QComboBox):
        needed = widget.fontMetrics().horizontalAdvance(widget.currentText())
        return not widget.toolTip() and widget.width() < needed + _ARROW
    if isinstance(widget, QLabel) and widget.text() and widget.pixmap().isNull():
        if widget.wordWrap():
            return widget.height() < widget.heightForWidth(widget.width())
        needed = widget.sizeHint()
        return widget.width() < needed.width() or widget.height() < needed.height()
    return False


@pytest.mark.skipif(FOLDER is None, reason="pictures are taken by make views")
@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_every_view(
    window: MainWindow, tmp_path: Path, size: str, scheme: Qt.ColorScheme
) -> None:
    assert FOLDER is not None
    scale = QApplication.primaryScreen().devicePixelRatio()
    folder = Path(FOLDER) / f"{size}-{scheme.name.lower()}{f'-scale-{scale:g}' * (scale != 1)}"
    folder.mkdir(parents=True, exist_ok=True)
    window.preferences.use_colors(scheme)
    window.resize(*SIZES[size])
    settle(window)
    for number, view in enumerate(every_view(window, tmp_path)):
        path = folder / f"{number:02d}-{view.name}.png"
        assert view.widget.grab().save(str(path))


def test_a_control_without_a_name_would_be_found(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    field, label = QLineEdit(page), QLabel("&Window", page)
    assert list(controls(page)) == [field]
    assert name_of(field) == ""
    label.setBuddy(field)
    assert name_of(field) == "&Window"


def test_words_that_are_cut_off_would_be_found(qtbot: QtBot) -> None:
    label, button, box = QLabel("many words"), QPushButton("many words"), QComboBox()
    box.addItem("many words")
    for widget in (label, button, box):
        qtbot.addWidget(widget)
        widget.adjustSize()
        assert not _is_cut_off(widget)
        widget.resize(30, widget.height())
        assert _is_cut_off(widget)
