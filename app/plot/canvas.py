"""Room for plots inside of a widget."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.plot.plain_axis import plain_axes


class Canvas(pg.GraphicsLayoutWidget):
    """Plots side by side; keys and dropped files are for the widget that holds them."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(False)  # a scene takes any drag for its own
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def fill(self, widget: QWidget) -> None:
        """Take all of the room in a widget."""
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self)

    def add_plain_plot(self, row: int | None = None, column: int | None = None) -> pg.PlotItem:
        """Add a plot with plain axes, without menu and buttons; in a new column by default."""
        plot = self.addPlot(row=row, col=column, axisItems=plain_axes(), enableMenu=False)
        plot.hideButtons()
        return plot
