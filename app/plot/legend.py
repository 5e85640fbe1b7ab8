"""The legend of the plot: rows in as many columns as leave the data free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPalette, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

LegendRow = tuple[str, QPen, QBrush | None]

_INSET = 6  # px from the corner
_MOST_COLUMNS = 3
_MOST_GROWTH = 0.9  # of the height of the data, that room for the legend may take
_MOST_PART = 0.8  # of the height of the plot
_COLUMN_COST = 0.1  # growth that one column less is worth
_SWATCH = 26.0
_GAP = 6.0
_MARGIN = 6.0


class Legend(pg.GraphicsWidgetAnchor, pg.GraphicsWidget):
    """Names of the curves in a corner of the plot; texts are drawn as they stand."""

    def __init__(self, palette: QPalette) -> None:
        # In this order: the anchor connects to a signal of the widget.
        pg.GraphicsWidget.__init__(self)
        pg.GraphicsWidgetAnchor.__init__(self)
        self._rows: list[LegendRow] = []
        self._columns = 1
        self._palette = palette
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def show_rows(self, rows: Sequence[LegendRow], palette: QPalette) -> None:
        """Set text, line and fill of each row."""
        self._rows = list(rows)
        self._palette = palette
        self._arrange(self._columns)
        self.setVisible(bool(rows))
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.show_rows([], self._palette)

    @property
    def texts(self) -> list[str]:
        """What the rows say."""
        return [text for text, _, _ in self._rows]

    def settle(self, box: QRectF, top: Callable[[bool, float], float]) -> float:
        """Stand where the data leave room, in one column or more; hide where there is none.

        Parameters
        ----------
        box : QRectF
            Of the plot, px.
        top : callable
            Tells how high the data reach, as a part of the height of all data, under the left
            part of the plot (else the right one) of a width given as a part of the whole.

        Returns
        -------
        float
            How high the plot must reach, in heights of the data; 1 or more.
        """
        if not self._rows or box.width() <= 0.0 or box.height() <= 0.0:
            return 1.0
        found = []
        for columns, at_left in product(range(1, _MOST_COLUMNS + 1), (True, False)):
            size = self._size(columns)
            wide = (size.width() + 2 * _INSET) / box.width()
            tall = (size.height() + 2 * _INSET) / box.height()
            if wide > 1.0 or tall > _MOST_PART:
                continue
            needed = max(1.0, top(at_left, wide) / (1.0 - tall))
            if needed <= 1.0 + _MOST_GROWTH:
                found.append((needed + _COLUMN_COST * columns, columns, not at_left, needed))
        self.setVisible(bool(found))
        if not found:
            return 1.0
        _, columns, at_right, needed = min(found)
        self._arrange(columns)
        corner = (1, 0) if at_right else (0, 0)
        self.anchor(corner, corner, offset=(-_INSET if at_right else _INSET, _INSET))
        return needed

    def _size(self, columns: int) -> QSizeF:
        height = QFontMetricsF(self.font()).height() * self._rows_of(columns)
        return QSizeF(columns * self._column_width() + _MARGIN, height + 2 * _MARGIN)

    def _rows_of(self, columns: int) -> int:
        return -(-len(self._rows) // columns)

    def _column_width(self) -> float:
        metrics = QFontMetricsF(self.font())
        width = max((metrics.horizontalAdvance(text) for text in self.texts), default=0.0)
        return _MARGIN + _SWATCH + _GAP + width

    def _arrange(self, columns: int) -> None:
        self._columns = columns
        self.resize(self._size(columns))
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0.0, 0.0, self.width(), self.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        background = QColor(self._palette.color(QPalette.ColorRole.Base))
        background.setAlphaF(0.8)
        painter.fillRect(self.boundingRect(), background)
        metrics = QFontMetricsF(self.font())
        painter.setFont(self.font())
        rows, width = self._rows_of(self._columns), self._column_width()
        for number, (text, pen, brush) in enumerate(self._rows):
            column, row = divmod(number, rows)
            top = _MARGIN + row * metrics.height()
            left = _MARGIN + column * width
            swatch = QRectF(left, top + 3.0, _SWATCH, metrics.height() - 6.0)
            middle = swatch.center().y()
            if brush is not None:
                painter.fillRect(swatch, brush)
                middle = swatch.top()
            painter.setPen(pen)
            if pen.style() == Qt.PenStyle.NoPen:
                painter.setPen(QPen(pen.color(), 1.0))
                painter.drawEllipse(swatch.center(), 2.0, 2.0)
            else:
                painter.drawLine(QPointF(swatch.left(), middle), QPointF(swatch.right(), middle))
            painter.setPen(self._palette.color(QPalette.ColorRole.Text))
            painter.drawText(QPointF(swatch.right() + _GAP, top + metrics.ascent()), text)
