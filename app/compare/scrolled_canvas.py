"""Plots that are scrolled where there is no room for all of them."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget

from app.plot.canvas import Canvas


class ScrolledCanvas(QScrollArea):
    """A canvas that keeps a least size.

    Parameters
    ----------
    name : str
        For screen readers.
    parent : QWidget, optional
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.canvas = Canvas()
        self._page = QWidget()
        self.canvas.fill(self._page)
        self.setWidget(self._page)
        self.setAccessibleName(name)

    def keep(self, least_width: int, least_height: int) -> None:
        """Give the canvas so many pixels at least, and scroll where there are fewer."""
        self._page.setMinimumSize(least_width, least_height)
