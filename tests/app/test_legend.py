"""The legend leaves the data free, whatever the height of the plot."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QApplication

from app.plot.legend import Legend
from app.plot.plot_view import PlotView
from app.window import MainWindow
from tests.app.mouse import drag, pixel_of


def legend_of(plot: PlotView) -> Legend:
    (legend,) = [item for item in plot.canvas.scene().items() if isinstance(item, Legend)]
    return legend


def covered(plot: PlotView) -> int:
    """How many points of the data the legend lies on."""
    shown, box = plot.shown, plot.main.getViewBox()
    assert shown is not None
    legend = legend_of(plot)
    if not legend.isVisible():
        return 0
    corner = legend.mapToScene(QPointF(0.0, 0.0))
    area = QRectF(corner, legend.size())
    points = [
        box.mapViewToScene(QPointF(energy, intensity))
        for energy, intensity in zip(shown.energy_ev, shown.intensity, strict=True)
    ]
    return sum(area.contains(point) for point in points)


@pytest.mark.parametrize("height", [520, 600, 700, 900])
def test_no_point_lies_under_the_legend(plotted: MainWindow, height: int) -> None:
    plot = plotted.panel.plot
    plotted.resize(1366, height)
    QApplication.processEvents()
    assert covered(plot) == 0


def test_it_stays_off_the_data_when_the_plot_shrinks(plotted: MainWindow) -> None:
    plotted.results_dock.show_comparison()
    QApplication.processEvents()
    assert legend_of(plotted.panel.plot).isVisible()
    assert covered(plotted.panel.plot) == 0


def test_a_zoomed_view_stays_as_it_is_when_the_plot_shrinks(plotted: MainWindow) -> None:
    plot = plotted.panel.plot
    drag(plotted, pixel_of(plot, 166.0, 3600.0), QPoint(60, 60))
    before = np.array(plot.main.viewRange()[0])
    plotted.results_dock.show_comparison()
    QApplication.processEvents()
    assert np.array(plot.main.viewRange()[0]) == pytest.approx(before)
