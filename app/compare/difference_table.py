"""The table of differences between samples, or of trends along a series."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.compare.along import Along, TrendRow
from app.compare.compared import Compared, DifferenceRow
from app.plot.curve_items import ComponentLook
from app.widgets.fonts import bold
from app.widgets.plain import tooltip

_SWATCH, _PADDING = 10, 6  # px
_HEADER_WIDTH = 88
_TIPS = (
    "In the base: share in the area of all components of the region, or in the atoms counted, in "
    "%, ± one standard deviation",
    "In the sample minus in the base, in % of the same whole, ± one standard deviation",
    "Chance of a difference at least as large where there is none, after Holm's correction for "
    "all rows; ✓ significant at 5 %",
)
_SLOPE_TIP = (
    "Change in % for a step of 1 in the series, ± one standard deviation: weighted least squares, "
    "one straight line a species"
)
_STRAIGHT_TIP = (
    "Chance that points scatter about a straight line so much; ⚠ below 0.01: a curve, or samples "
    "that differ by more than their errors"
)


class DifferenceTable(QTableWidget):
    """Species in rows; the base and what differs from it in columns, or trends along a series.

    Copied as text by Ctrl+C.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Compared | Along = Compared()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        # Rows that follow their contents would be measured anew for each cell.
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _PADDING)
        self.setAccessibleName("Differences between samples")
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(lambda: QApplication.clipboard().setText(self._shown.as_tsv()))

    def show_compared(self, compared: Compared) -> None:
        """Show another comparison."""
        self._shown = compared
        self.setAccessibleName("Differences between samples")
        self._empty(len(compared.rows), 2 + 2 * len(compared.names))
        if not compared.rows:
            return
        self._head(0, "Species", "", "")
        self._head(1, compared.base, compared.unit, _TIPS[0])
        for place, name in enumerate(compared.names):
            self._head(2 + 2 * place, name, "difference", _TIPS[1])
            self._head(3 + 2 * place, "", "p", _TIPS[2])
        for number, row in enumerate(compared.rows):
            self._fill(number, row)
        self.resizeColumnsToContents()

    def show_along(self, along: Along) -> None:
        """Show the trends along a series."""
        self._shown = along
        self.setAccessibleName(f"Trends along {along.series}")
        self._empty(len(along.rows), 4)
        if not along.rows:
            return
        self._head(0, "Species", "", "")
        self._head(1, "Slope", along.unit, f"Along {along.series}. {_SLOPE_TIP}")
        self._head(2, "", "p", _TIPS[2])
        self._head(3, "straight", "p", _STRAIGHT_TIP)
        for number, row in enumerate(along.rows):
            self.setItem(number, 0, self._first(row))
            if row.slope is None:
                continue
            for column, text in enumerate(
                (row.slope.difference, row.slope.p_value, row.straight), start=1
            ):
                item = _right(text)
                item.setToolTip(tooltip(row.slope.tip))
                if row.slope.significant and column < 3:
                    item.setFont(bold(self.font()))
                self.setItem(number, column, item)
        self.resizeColumnsToContents()

    def _empty(self, rows: int, columns: int) -> None:
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.clear()
        self.setRowCount(rows)
        self.setColumnCount(columns if rows else 0)

    def _head(self, column: int, name: str, quantity: str, tip: str) -> None:
        short = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _HEADER_WIDTH)
        item = QTableWidgetItem(f"{short}\n{quantity}" if column else name)
        item.setToolTip(tooltip(f"{name}\n{tip}".strip()))
        side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setHorizontalHeaderItem(column, item)

    def _fill(self, number: int, row: DifferenceRow) -> None:
        font = bold(self.font())
        self.setItem(number, 0, self._first(row))
        self.setItem(number, 1, _right(row.base_share))
        for place, cell in enumerate(row.cells):
            if cell is None:
                continue
            for column, text in enumerate((cell.difference, cell.p_value), start=2 + 2 * place):
                item = _right(text)
                item.setToolTip(tooltip(cell.tip))
                if cell.significant or row.look is None:
                    item.setFont(font)
                self.setItem(number, column, item)

    def _first(self, row: DifferenceRow | TrendRow) -> QTableWidgetItem:
        if row.look is None:
            item = QTableWidgetItem(row.label)
            item.setFont(bold(self.font()))
            return item
        item = QTableWidgetItem(f"{row.look.letter}  {row.label}")
        item.setData(Qt.ItemDataRole.DecorationRole, self._swatch(row.look))
        item.setToolTip(tooltip(row.look.name))
        return item

    def _swatch(self, look: ComponentLook) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self.palette().base().color())
        painter = QPainter(pixmap)
        painter.setPen(look.pen)
        painter.setBrush(look.brush)
        painter.drawRect(0, 0, _SWATCH - 1, _SWATCH - 1)
        painter.end()
        return pixmap


def _right(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
