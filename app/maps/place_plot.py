"""A plot of one quantity in which a place is chosen: what an image and a line have in common."""

from __future__ import annotations

from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from app.maps.quantity import Quantity
from app.plot.canvas import Canvas
from app.plot.plain_axis import color_axes


class PlacePlot(QWidget):
    """A plot that takes clicks for places.

    Parameters
    ----------
    name : str
        For screen readers.
    parent : QWidget, optional

    Signals
    -------
    clickedAt(float, float)
        In the coordinates of the plot, once something is drawn.
    doubleClicked()
    """

    clickedAt = Signal(float, float)
    doubleClicked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quantity: Quantity | None = None
        self.canvas = Canvas()
        self.plot = self.canvas.add_plain_plot()
        self.canvas.scene().sigMouseClicked.connect(self._on_click)
        self.canvas.fill(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)

    @property
    def quantity(self) -> Quantity | None:
        """What is drawn."""
        return self._quantity

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()

    def _on_click(self, event: MouseClickEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton or self._quantity is None:
            return
        if event.double():
            self.doubleClicked.emit()
            return
        at = self.plot.vb.mapSceneToView(event.scenePos())
        self.clickedAt.emit(at.x(), at.y())

    def _restyle(self) -> None:
        """Take the colors of the present theme."""
        self.canvas.setBackground(self.palette().color(QPalette.ColorRole.Base))
        color_axes(self.plot, self.palette())
