"""Every table is copied as text, with its heads, by the keys for copying."""

from __future__ import annotations

from operator import attrgetter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from app.widgets.copied_table import table_text
from app.window import MainWindow
from tests.app.every_view import settle
from tests.app.user import choose


def copied(window: MainWindow, name: str) -> list[list[str]]:
    """Give a view the keyboard, copy, and return the cells of the clipboard."""
    view = attrgetter(name)(window)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    return [line.split("\t") for line in lines]


def test_the_components_are_copied_with_their_errors(plotted: MainWindow) -> None:
    head, *rows = copied(plotted, "inspector.components")
    assert [cell.split(" / ")[0] for cell in head] == [
        "Component",
        "Center",
        "FWHM",
        "Area",
        "Share",
    ]
    region = plotted.selection.region
    assert region is not None
    assert len(rows) == len(region.components)
    assert "±" in rows[0][1]
    assert rows[0][1].startswith(f"{region.components[0].center.value:.2f}"[:5])


def test_the_numbers_of_a_component_are_copied_with_their_names(plotted: MainWindow) -> None:
    region = plotted.selection.region
    assert region is not None
    plotted.selection.select_component(region.components[0].id)
    head, *rows = copied(plotted, "inspector.parameters")
    assert head[:2] == ["", "Value"]
    assert rows[0][0].startswith("Center")
    assert all(len(row) == len(head) for row in rows)


@pytest.mark.parametrize(("tab", "view"), [("checks", "checks.list"), ("history", "history")])
def test_findings_and_steps_are_copied(plotted: MainWindow, tab: str, view: str) -> None:
    choose(plotted, f"show_{tab}")
    settle(plotted)
    head, *rows = copied(plotted, f"results.{view}")
    assert head[-1] in {"Finding", "Step"}
    assert rows
    assert all(len(row) == len(head) for row in rows)


def test_no_cell_becomes_a_formula_or_two_cells(qtbot: QtBot) -> None:
    model = QStandardItemModel()
    model.setHorizontalHeaderLabels(["name", "value"])
    model.appendRow([QStandardItem("=cmd()\tmore\nlines"), QStandardItem("-1.5 ± 0.2")])
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    head, row = table_text(view).split("\n")
    assert head == "name\tvalue"
    assert row.count("\t") == 1
    assert not row.startswith("=")
    assert row.endswith("-1.5 ± 0.2")
