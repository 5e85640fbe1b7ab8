"""Names from files in the window: shown as they stand, never taken for markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from tests.app.projects import fitted as fitted_project
from tests.app.user import amounts
from xps.project import Project, Step
from xps.session import save
from xps.waiver import Scope, Waiver

MARKUP = "<img src=x><b>PS</b>"
NAME = f"{MARKUP} &copy; =1+1"


def hostile() -> Project:
    """The fitted example with hostile names everywhere that a file can put one."""
    project = fitted_project()
    renamed = {sample.name: f"{NAME} {i}" for i, sample in enumerate(project.samples)}
    entries = tuple(
        replace(
            entry,
            spectrum=entry.spectrum.with_(
                sample=renamed[entry.sample],
                name=NAME,
                instrument=NAME,
                notes=NAME,
                warnings=(NAME,),
            ),
        )
        for entry in project.entries
    )
    samples = tuple(replace(sample, name=renamed[sample.name]) for sample in project.samples)
    project = replace(project, samples=samples, entries=entries, recipe=NAME)
    for fit in project.fits:
        components = tuple(replace(c, name=f"{NAME} {c.id}") for c in fit.region.components)
        region = replace(fit.region, components=components)
        fit = replace(fit, region=region, message=NAME, warnings=(NAME,))
        project = project.with_fit(fit)
        fingerprint = project.fingerprint(region.id)
        project = project.with_fit(replace(fit, fingerprint=fingerprint))
    project = project.with_step(Step(NAME, NAME, NAME))
    return project.with_waiver(Waiver("fwhm-range", Scope(samples[0].name), NAME, NAME, NAME))


@pytest.fixture
def shown(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> MainWindow:
    path = tmp_path / "hostile.doublet"
    save(path, hostile())
    with qtbot.waitSignal(window.files.opened, timeout=30_000):
        window.files.open_paths([path])
    QApplication.processEvents()
    return window


def item_tooltips(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        for column in range(model.columnCount(parent)):
            index = model.index(row, column, parent)
            yield str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
            if column == 0:
                yield from item_tooltips(model, index)


def tooltips(widget: QWidget) -> Iterator[str]:
    yield widget.toolTip()
    if isinstance(widget, QAbstractItemView):
        yield from item_tooltips(widget.model(), QModelIndex())
    if isinstance(widget, QComboBox):
        yield from item_tooltips(widget.model(), QModelIndex())


def test_no_name_is_markup_anywhere_in_the_window(shown: MainWindow) -> None:
    names = 0
    for entry in shown.document.project.entries:
        shown.selection.select_entry(entry.id)
        QApplication.processEvents()
        for widget in (shown, *shown.findChildren(QWidget)):
            for tip in tooltips(widget):
                # what Qt takes for rich text must hold the name escaped
                assert MARKUP not in tip or not Qt.mightBeRichText(tip), widget.objectName()
                names += "&lt;img" in tip or MARKUP in tip
            if isinstance(widget, QLabel) and MARKUP in widget.text():
                names += 1
                plain = widget.textFormat() == Qt.TextFormat.PlainText
                assert plain or not Qt.mightBeRichText(widget.text()), widget.text()
    assert names > 20


def test_copied_tables_hold_no_formula(shown: MainWindow) -> None:
    for line in amounts(shown).as_tsv().splitlines():
        assert not any(cell.startswith(("=", "+", "@")) for cell in line.split("\t"))
    assert MARKUP in amounts(shown).as_tsv()
