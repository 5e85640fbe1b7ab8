"""A map as an image: one color a place, and the place that is looked at."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QPalette
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from app.maps.place_plot import PlacePlot
from app.maps.quantity import Quantity, levels
from app.plot.plain_axis import color_axes
from app.widgets.theme import VERMILLION
from xps.stacks import Coordinate

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_COLORS = "viridis"  # even to the eye, also in gray and to people with any color vision
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_BAR_AXIS = 68  # px, for numbers and a name
_EVEN = 0.02  # of a step: places that are nearer to an even grid are on it


class MapImage(PlacePlot):
    """One quantity of a map of rows and columns.

    Signals
    -------
    placeChosen(int, int)
        Row and column of the place that was clicked on, or reached with the arrow keys.
    """

    placeChosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Map", parent)
        self.clickedAt.connect(self._choose_at)
        self.doubleClicked.connect(self.fit_view)
        self._place: tuple[int, int] | None = None
        self._edges = (np.array([-0.5, 0.5]), np.array([-0.5, 0.5]))
        self.plot.setAspectLocked(True)
        self.plot.invertY(True)  # rows from the top, as in images and in print
        self.image = pg.ImageItem(axisOrder="row-major")
        self.plot.addItem(self.image)
        self._doubtful = pg.ScatterPlotItem(symbol="x", size=6)
        self.plot.addItem(self._doubtful)
        self._frame, self._halo = QGraphicsRectItem(), QGraphicsRectItem()
        for item in (self._halo, self._frame):
            item.setBrush(QBrush(Qt.BrushStyle.NoBrush))
            item.hide()
            self.plot.addItem(item)
        self.bar = pg.ColorBarItem(colorMap=pg.colormap.get(_COLORS), interactive=True)
        self.bar.getAxis("right").setWidth(_BAR_AXIS)
        self.bar.setImageItem(self.image, insert_in=self.plot)
        self._restyle()

    @property
    def place(self) -> tuple[int, int] | None:
        """Row and column of the marked place."""
        return self._place

    def show_axes(self, rows: Coordinate, columns: Coordinate) -> None:
        """Say where rows and columns lie; uneven places are numbered from 1 instead."""
        edges = []
        for side, coordinate in (("left", rows), ("bottom", columns)):
            even = _edges(coordinate.values)
            label = coordinate.label if even is not None else f"{coordinate.name}, number"
            if even is None:
                even = 0.5 + np.arange(coordinate.values.size + 1.0)
            self.plot.getAxis(side).setLabel(label)
            edges.append(even)
        self._edges = (edges[0], edges[1])
        self.fit_view()

    def show_quantity(self, quantity: Quantity, doubtful: Bools | None = None) -> None:
        """Draw one quantity.

        Parameters
        ----------
        quantity : Quantity
            Of shape (rows, columns); places without a value stay empty.
        doubtful : ndarray of bool, shape (rows, columns), optional
            Places whose fit failed or carries a warning; they get a cross.
        """
        self._quantity = quantity
        rows, columns = self._edges
        self.image.setImage(quantity.values, autoLevels=False)
        self.image.setRect(
            QRectF(columns[0], rows[0], columns[-1] - columns[0], rows[-1] - rows[0])
        )
        self.bar.setLevels(levels(quantity.values))
        self.bar.setLabel("right", quantity.label)
        if doubtful is None or not doubtful.any():
            self._doubtful.clear()
        else:
            row, column = np.nonzero(doubtful)
            self._doubtful.setData(_middles(columns)[column], _middles(rows)[row])
        self.setAccessibleDescription(_description(quantity))

    def mark(self, place: tuple[int, int]) -> None:
        """Put the frame around a place."""
        self._place = place
        rows, columns = self._edges
        row, column = place
        rect = QRectF(
            columns[column],
            rows[row],
            columns[column + 1] - columns[column],
            rows[row + 1] - rows[row],
        )
        for item in (self._halo, self._frame):
            item.setRect(rect.normalized())
            item.show()

    def fit_view(self) -> None:
        """Show the whole map."""
        rows, columns = self._edges
        self.plot.setRange(
            xRange=(columns[0], columns[-1]), yRange=(rows[0], rows[-1]), padding=0.02
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self._quantity is None:
            super().keyPressEvent(event)
            return
        at = self._place or (0, 0)
        shape = self._quantity.values.shape
        row, column = (
            min(max(now + by, 0), size - 1) for now, by, size in zip(at, step, shape, strict=True)
        )
        self.placeChosen.emit(row, column)

    def _choose_at(self, x: float, y: float) -> None:
        row, column = _cell(self._edges[0], y), _cell(self._edges[1], x)
        if row is not None and column is not None:
            self.placeChosen.emit(row, column)

    def _restyle(self) -> None:
        super()._restyle()
        palette = self.palette()
        color_axes(self.bar, palette)
        self._halo.setPen(pg.mkPen(palette.color(QPalette.ColorRole.Base), width=5))
        self._frame.setPen(pg.mkPen(VERMILLION, width=2))
        self._doubtful.setPen(pg.mkPen(VERMILLION, width=1))


def _edges(values: Floats) -> Floats | None:
    """The edges of cells around even places; None where they are not even."""
    if values.size < 2:
        return values[0] + np.array([-0.5, 0.5])
    steps = np.diff(values)
    step = float(steps.mean())
    if not np.all(np.abs(steps - step) <= _EVEN * abs(step)):
        return None
    return values[0] + step * (np.arange(values.size + 1.0) - 0.5)


def _middles(edges: Floats) -> Floats:
    return 0.5 * (edges[1:] + edges[:-1])


def _cell(edges: Floats, at: float) -> int | None:
    place = int(np.floor((at - edges[0]) / (edges[1] - edges[0])))
    return place if 0 <= place < edges.size - 1 else None


def _description(quantity: Quantity) -> str:
    found = quantity.values[np.isfinite(quantity.values)]
    rows, columns = quantity.values.shape
    if not found.size:
        return f"{quantity.label}: no place of {rows} × {columns} has a value"
    return (
        f"{quantity.label}: {found.size} places of {rows} × {columns}, "
        f"from {found.min():.4g} to {found.max():.4g}, median {np.median(found):.4g}"
    )
