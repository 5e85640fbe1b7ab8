"""The quantification tab: shares and atomic percent of every sample, and stacked bars."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.results.quantification_form import QuantificationForm
from app.results.quantities import Quantities
from app.results.quantity_table import QuantityTable
from app.results.share_bars import ShareBars
from app.widgets.plain import tooltip

_SPLIT = (560, 380, 290)
_BAR = 20  # of scrolling
_EMPTY = "Shares and atomic percent appear here after a fit."


class QuantifyView(QWidget):
    """Table and bars, and how the amounts follow from the areas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = QuantityTable()
        self.bars = ShareBars()
        scroll = QScrollArea()
        scroll.setWidget(self.bars)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setAccessibleName("Shares as bars")
        self.table.setTabKeyNavigation(False)
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
        form_scroll.setAccessibleName("Settings of the quantification")
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

    def show_quantities(self, quantities: Quantities) -> None:
        """Show another quantification."""
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
        self.table.show_quantities(quantities)

    @property
    def small_print(self) -> str:
        """What the numbers rest on, and what was not counted."""
        return self._small_print.text()

    def as_tsv(self) -> str:
        """Return the table as text, columns parted by tabs."""
        return self.table.as_tsv()
