from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from app.samples.sparkline import polyline
from app.window import MainWindow
from xps.spectrum import Spectrum

BINDING = np.linspace(160.0, 170.0, 301)


def peak(at_ev: float, *, kinetic: bool = False, reverse: bool = False) -> Spectrum:
    energy = 1486.6 - BINDING if kinetic else BINDING
    intensity = 100.0 + 1000.0 * np.exp(-(((BINDING - at_ev) / 0.5) ** 2))
    order = slice(None, None, -1) if reverse else slice(None)
    return Spectrum(energy[order], intensity[order], axis="kinetic" if kinetic else "binding")


def lightness_in(window: MainWindow, row: int) -> list[int]:
    """Of the pixels that the line of a spectrum of the first sample is drawn on."""
    model = window.tree.model()
    cell = window.tree.visualRect(model.index(row, 3, model.index(0, 0)))
    image = window.tree.viewport().grab(cell).toImage()
    return [
        image.pixelColor(x, y).lightness()
        for x in range(image.width())
        for y in range(image.height())
    ]


@pytest.mark.parametrize("kinetic", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_high_binding_energies_lie_left(kinetic: bool, reverse: bool) -> None:
    line = polyline(peak(167.5, kinetic=kinetic, reverse=reverse))
    top = min(line, key=lambda point: point.y())
    assert top.x() == pytest.approx(0.25, abs=0.02)
    assert (top.y(), max(point.y() for point in line)) == (0.0, 1.0)


def test_a_line_has_no_more_points_than_can_be_seen() -> None:
    assert len(polyline(peak(165.0))) <= 50


def test_constant_intensity_is_a_line_in_the_middle() -> None:
    line = polyline(Spectrum(BINDING, np.full(BINDING.shape, 7.0)))
    assert {point.y() for point in line} == {0.5}


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_the_tree_draws_each_spectrum_in_the_color_of_its_text(
    plotted: MainWindow, scheme: Qt.ColorScheme
) -> None:
    plotted._theme.use(scheme)
    QApplication.processEvents()
    drawn = lightness_in(plotted, 1)
    roles = QPalette.ColorRole
    ink, ground = (plotted.tree.palette().color(r).lightness() for r in (roles.Text, roles.Base))
    assert min(abs(lightness - ink) for lightness in drawn) < 0.3 * abs(ink - ground)
    assert sum(abs(lightness - ground) < 3 for lightness in drawn) > 0.5 * len(drawn)


def test_names_come_before_shapes_where_there_is_little_room(plotted: MainWindow) -> None:
    tree = plotted.tree
    assert not tree.isColumnHidden(3)
    plotted.resizeDocks([plotted.docks.samples], [180], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    assert tree.isColumnHidden(3)
    plotted.resizeDocks([plotted.docks.samples], [290], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    assert not tree.isColumnHidden(3)


def test_a_narrow_line_of_a_survey_is_seen() -> None:
    energy = np.linspace(0.0, 1100.0, 1101)
    noise = np.random.default_rng(1).normal(1000.0, 30.0, energy.size)
    line = polyline(Spectrum(energy, noise + 1000.0 * (np.abs(energy - 285.0) < 1.5)))
    heights = sorted(1.0 - point.y() for point in line)
    assert heights[-1] == 1.0
    assert heights[-2] < 0.3
