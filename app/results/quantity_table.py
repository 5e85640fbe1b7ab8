"""The table of the quantification; of many samples, only the cells in sight cost anything."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView, QWidget

from app.results.quantities import CELL_TIPS, Quantities, Row
from app.widgets.fonts import bold
from app.widgets.plain import tooltip
from xps.escaping import tab_separated

_HEADER_WIDTH = 94
_PADDING, _MARGIN = 6, 8  # px, above and beside a text
_LEAST_WIDTH = 99
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


class QuantityTable(QTableView):
    """Elements and species in rows; share and atomic percent of each sample in columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = QuantityModel(self.font(), self)
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        # Rows and columns that follow their contents would be measured cell by cell.
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _PADDING)
        self.horizontalHeader().setDefaultSectionSize(_LEAST_WIDTH)
        self.horizontalHeader().setMinimumSectionSize(_LEAST_WIDTH)
        self.setAccessibleName("Quantification")
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(lambda: QApplication.clipboard().setText(self.as_tsv()))

    def show_quantities(self, quantities: Quantities) -> None:
        """Show other numbers."""
        self._model.show(quantities)
        for column, width in enumerate(self._model.widths()):
            if width > _LEAST_WIDTH:
                self.setColumnWidth(column, width)

    def as_tsv(self) -> str:
        """Return the table as text, columns parted by tabs."""
        return tab_separated([self._model.headers, *self._model.rows])


class QuantityModel(QAbstractTableModel):
    """What the table asks for, cell by cell."""

    def __init__(self, font: QFont, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = Quantities()
        self._headers: list[str] = []
        self._wrapped_titles: dict[str, str] = {}  # the header asks for each many times
        self._bold = bold(font)
        self._metrics, self._bold_metrics = QFontMetrics(font), QFontMetrics(self._bold)

    @property
    def headers(self) -> list[str]:
        """What each column is."""
        return self._headers

    @property
    def rows(self) -> list[list[str]]:
        """The texts of all cells."""
        return [[row.label, *(t for pair in row.cells for t in pair)] for row in self._shown.rows]

    def show(self, quantities: Quantities) -> None:
        """Take other numbers."""
        self.beginResetModel()
        self._shown = quantities
        self._headers = ["Component"]
        for title in quantities.columns:
            self._headers += [f"{title}: share / %", f"{title}: atomic %"]
        self.endResetModel()

    def widths(self) -> list[int]:
        """How wide each column must be for its texts."""
        widest = [0] * len(self._headers)
        for row, texts in zip(self._shown.rows, self.rows, strict=True):
            metrics = self._bold_metrics if row.look is None else self._metrics
            for column, text in enumerate([_label(row), *texts[1:]]):
                widest[column] = max(widest[column], metrics.horizontalAdvance(text))
        return [width + _MARGIN for width in widest]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._shown.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[(column - 1) // 2][(column - 1) % 2] if column else _label(row)
        if role == Qt.ItemDataRole.ToolTipRole and column:
            return CELL_TIPS.get(row.cells[(column - 1) // 2][(column - 1) % 2])
        if role == Qt.ItemDataRole.FontRole and row.look is None:
            return self._bold
        if role == Qt.ItemDataRole.TextAlignmentRole and column:
            return _RIGHT
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._headers):
            return None
        text = self._headers[section]
        if role == Qt.ItemDataRole.DisplayRole:
            title, _, quantity = text.rpartition(": ")
            return f"{self._wrapped(title)}\n{quantity}" if section else text
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(text)
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return _RIGHT
        return None

    def _wrapped(self, title: str) -> str:
        """Return a sample's name in at most two lines of a column's width."""
        known = self._wrapped_titles.get(title)
        if known is None:
            known = self._wrapped_titles[title] = self._wrap(title)
        return known

    def _wrap(self, title: str) -> str:
        words = title.split()
        first = ""
        while words and self._metrics.horizontalAdvance(f"{first} {words[0]}") <= _HEADER_WIDTH:
            first = f"{first} {words.pop(0)}".strip()
        rest = self._metrics.elidedText(
            " ".join(words), Qt.TextElideMode.ElideMiddle, _HEADER_WIDTH
        )
        return f"{first}\n{rest}".strip()


def _label(row: Row) -> str:
    return row.label if row.look is None else f"   {row.look.letter}  {row.label}"
