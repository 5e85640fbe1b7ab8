"""The quantification tab: shares and atomic percent of every sample, and stacked bars."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.results.quantification_form import QuantificationForm
from app.results.quantities import Quantities, Row, quantities
from app.results.share_bars import ShareBars
from app.widgets.plain import tooltip
from xps.escaping import tab_separated
from xps.project import Project

_HEADER_WIDTH = 96
_PADDING = 6  # px
_LEAST_WIDTH = 100
_SPLIT = (560, 380, 290)
_BAR = 20  # of scrolling
_EMPTY = "Shares and atomic percent appear here after a fit."


class QuantifyView(QWidget):
    """Table and bars, and how the amounts follow from the areas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Quantities()
        self.table = QTableWidget()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        # Rows that follow their contents would be measured anew for each cell.
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _PADDING)
        self.table.setAccessibleName("Quantification")
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_table)
        self.bars = ShareBars()
        scroll = QScrollArea()
        scroll.setWidget(self.bars)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self.form = QuantificationForm()
        form_scroll = QScrollArea()
        form_scroll.setWidget(self.form)
        form_scroll.setWidgetResizable(True)
        form_scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        form_scroll.setMinimumWidth(self.form.minimumSizeHint().width() + _BAR)
        self.settings_button = QToolButton()
        self.settings_button.setText("Settings")
        self.settings_button.setCheckable(True)
        self.settings_button.setToolTip(
            "How amounts follow from areas: sensitivity factors, transmission, escape depth, angle"
        )
        self.settings_button.toggled.connect(form_scroll.setVisible)
        form_scroll.hide()
        self._splitter = QSplitter()
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(scroll)
        self._splitter.addWidget(form_scroll)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes(list(_SPLIT))
        self._small_print = QLabel(_EMPTY)
        self._small_print.setTextFormat(Qt.TextFormat.PlainText)
        self._small_print.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 2)
        column.setSpacing(2)
        column.addWidget(self._splitter, 1)
        self._small_print.setAlignment(Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.addWidget(self._small_print, 1)
        foot.addWidget(self.settings_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(foot)
        self.show_quantities(Quantities())

    def show_project(self, project: Project) -> None:
        """Show the quantification of a project, and the settings that it rests on."""
        self.form.show_settings(project.quantification)
        self.show_quantities(quantities(project))

    def show_quantities(self, quantities: Quantities) -> None:
        """Show another quantification."""
        self._shown = quantities
        self._splitter.setVisible(bool(quantities.rows))
        self.settings_button.setVisible(bool(quantities.rows))
        self.bars.show_bars(quantities.bars)
        text = quantities.basis or _EMPTY
        if quantities.notes:
            text += f"  ·  {quantities.notes[0]}"
        if len(quantities.notes) > 1:
            text += f"  (and {len(quantities.notes) - 1} more)"
        self._small_print.setText(text)
        self._small_print.setToolTip(tooltip("\n".join(quantities.notes)))
        self._fill()

    @property
    def small_print(self) -> str:
        """What the numbers rest on, and what was not counted."""
        return self._small_print.text()

    def copy_table(self) -> None:
        """Put the table on the clipboard, columns parted by tabs."""
        QApplication.clipboard().setText(self.as_tsv())

    def as_tsv(self) -> str:
        """Return the table as text, columns parted by tabs."""
        rows = [self._headers()]
        rows += [[row.label, *(t for pair in row.cells for t in pair)] for row in self._shown.rows]
        return tab_separated(rows)

    def _headers(self) -> list[str]:
        headers = ["Component"]
        for title in self._shown.columns:
            headers += [f"{title}: share / %", f"{title}: atomic %"]
        return headers

    def _fill(self) -> None:
        rows, headers = self._shown.rows, self._headers()
        header = self.table.horizontalHeader()
        # Sizes are found once at the end, not after every cell.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.clear()
        self.table.setRowCount(len(rows))
        self.table.setColumnCount(len(headers))
        for column, text in enumerate(headers):
            title, _, quantity = text.rpartition(": ")
            short = self._wrapped(title)
            item = QTableWidgetItem(f"{short}\n{quantity}" if column else text)
            item.setToolTip(tooltip(text))
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setHorizontalHeaderItem(column, item)
        for number, row in enumerate(rows):
            self._fill_row(number, row)
        header.setMinimumSectionSize(_LEAST_WIDTH)
        self.table.resizeColumnsToContents()

    def _wrapped(self, title: str) -> str:
        """Return a sample's name in at most two lines of a column's width."""
        metrics = self.fontMetrics()
        words = title.split()
        first = ""
        while words and metrics.horizontalAdvance(f"{first} {words[0]}") <= _HEADER_WIDTH:
            first = f"{first} {words.pop(0)}".strip()
        rest = metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideMiddle, _HEADER_WIDTH)
        return f"{first}\n{rest}".strip()

    def _fill_row(self, number: int, row: Row) -> None:
        label = row.label if row.look is None else f"   {row.look.letter}  {row.label}"
        first = QTableWidgetItem(label)
        font = QFont(self.font())
        font.setBold(row.look is None)
        first.setFont(font)
        self.table.setItem(number, 0, first)
        for column, text in enumerate((t for pair in row.cells for t in pair), start=1):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setFont(font)
            self.table.setItem(number, column, item)
