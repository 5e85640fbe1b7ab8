"""The table of differences between samples."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.compare.compared import Compared, DifferenceRow
from app.plot.curve_items import ComponentLook
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


class DifferenceTable(QTableWidget):
    """Species in rows; the base and what differs from it in columns. Copied as text by Ctrl+C."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Compared()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
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
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.clear()
        self.setRowCount(len(compared.rows))
        self.setColumnCount(2 + 2 * len(compared.names) if compared.rows else 0)
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

    def _head(self, column: int, name: str, quantity: str, tip: str) -> None:
        short = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _HEADER_WIDTH)
        item = QTableWidgetItem(f"{short}\n{quantity}" if column else name)
        item.setToolTip(tooltip(f"{name}\n{tip}".strip()))
        side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setHorizontalHeaderItem(column, item)

    def _fill(self, number: int, row: DifferenceRow) -> None:
        bold = QFont(self.font())
        bold.setBold(True)
        first = QTableWidgetItem(
            row.label if row.look is None else f"{row.look.letter}  {row.label}"
        )
        if row.look is None:
            first.setFont(bold)
        else:
            first.setData(Qt.ItemDataRole.DecorationRole, self._swatch(row.look))
            first.setToolTip(tooltip(row.look.name))
        self.setItem(number, 0, first)
        self.setItem(number, 1, _right(row.base_share))
        for place, cell in enumerate(row.cells):
            if cell is None:
                continue
            for column, text in enumerate((cell.difference, cell.p_value), start=2 + 2 * place):
                item = _right(text)
                item.setToolTip(tooltip(cell.tip))
                if cell.significant or row.look is None:
                    item.setFont(bold)
                self.setItem(number, column, item)

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
