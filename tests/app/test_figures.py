"""Figures on the clipboard, and along a series."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.figures.figure_choice import PDF, PNG, SVG
from app.preferences.preferences import Preferences
from app.settings import Settings
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.desktop import run_on
from tests.app.projects import fitted as fitted_project
from tests.app.user import LONG, choose, click
from xps.project import Project

DOTS_PER_MM = 600 / 25.4


@pytest.fixture
def copied(
    qtbot: QtBot, plotted: MainWindow, settings: Settings, request: pytest.FixtureRequest
) -> QMimeData:
    """What the clipboard holds after a figure was copied."""
    settings.preferences = Preferences(figure_width_mm=85)
    plotted.results.compare.figure.choose_width(85)
    if request.param == "button":
        choose(plotted, "show_comparison")
    with qtbot.waitSignal(plotted.figures.copied, timeout=LONG):
        if request.param == "button":
            click(plotted.results.compare.figure.copy_button)
        else:
            choose(plotted, request.param)
    return QGuiApplication.clipboard().mimeData()


@pytest.mark.parametrize("copied", ["copy_spectrum", "copy_figure", "button"], indirect=True)
def test_a_copied_figure_is_a_picture_and_a_drawing(plotted: MainWindow, copied: QMimeData) -> None:
    picture = QImage.fromData(copied.data(PNG))
    assert picture.width() == pytest.approx(85 * DOTS_PER_MM, abs=1)
    assert QImage(copied.imageData()).size() == picture.size()
    assert picture.dotsPerMeterX() == pytest.approx(600 / 0.0254, rel=1e-3)
    assert copied.data(SVG).data().startswith(b"<?xml")
    assert copied.data(PDF).data().startswith(b"%PDF")
    assert "on the clipboard" in plotted.messages.text


@pytest.mark.parametrize("copied", ["copy_spectrum"], indirect=True)
def test_a_copied_spectrum_is_the_selected_one_alone(
    plotted: MainWindow, copied: QMimeData
) -> None:
    drawing = copied.data(SVG).data().decode("utf-8")
    entry = plotted.selection.entry
    assert entry is not None
    others = [s.name for s in plotted.document.project.samples if s.name != entry.sample]
    assert entry.sample in drawing
    assert "S 2p" in drawing
    assert "O 1s" not in drawing
    assert not any(name in drawing for name in others)


def in_series() -> Project:
    project = fitted_project()
    samples = tuple(
        replace(sample, series=(("ALD cycles", float(5 * place)),))
        for place, sample in enumerate(project.samples)
    )
    return replace(project, samples=samples)


def test_the_figure_is_drawn_along_a_series(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    window.document.replace(in_series())
    choose(window, "show_comparison")
    view = window.results.compare
    view.figure.kind.setCurrentIndex(view.figure.kind.findText("Along ALD cycles"))
    path = tmp_path / "series.svg"
    dialogs.to_save = [path]
    with qtbot.waitSignal(window.files.exported, timeout=LONG):
        click(view.figure.button)
    drawing = path.read_text("utf-8")
    assert ">ALD cycles<" in drawing
    assert "Share of the area / %" in drawing


def test_series_are_offered_only_where_there_are_some(window: MainWindow) -> None:
    box = window.results.compare.figure.kind

    def offered() -> list[str]:
        return [box.itemText(i) for i in range(box.count())]

    window.document.replace(in_series())
    choose(window, "show_comparison")
    assert offered() == ["Spectra", "Bars", "Along ALD cycles"]
    box.setCurrentIndex(2)
    window.document.replace(fitted_project())
    assert offered() == ["Spectra", "Bars"]
    assert window.results.compare.figure_choice.series is None


def test_another_program_of_the_desktop_pastes_figure_and_table(
    display: int, tmp_path: Path
) -> None:
    pasted = json.loads(run_on(display, tmp_path, "tests.app.copying", tmp_path))
    figure, table = pasted["figure"], pasted["table"]
    assert {PNG, SVG, PDF} <= set(figure["formats"])
    assert bytes.fromhex(figure[PNG]["begins"]).startswith(b"\x89PNG")
    assert bytes.fromhex(figure[SVG]["begins"]).startswith(b"<?xml")
    assert bytes.fromhex(figure[PDF]["begins"]).startswith(b"%PDF")
    assert all(figure[media]["size"] > 5000 for media in (PNG, SVG, PDF))
    header, *rows = table["text"].splitlines()
    assert header.count("\t") == 3
    assert len(rows) >= 5
    assert all(row.count("\t") == header.count("\t") for row in rows)
