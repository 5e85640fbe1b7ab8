"""What the figure of a comparison shows, how wide it is, and where it goes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from app.preferences.preferences import FIGURE_WIDTHS_MM, Preferences

_ALONG = "along "
_WIDEST = 170  # px; a longer name of a series is cut off
_KINDS = 2  # spectra and bars, before those along series


class FigureBar(QWidget):
    """Choices and buttons side by side.

    Signals
    -------
    wanted(), copyWanted()
        The figure, in a file or on the clipboard.
    """

    wanted = Signal()
    copyWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        self.kind.addItem("Spectra", "spectra")
        self.kind.addItem("Bars", "amounts")
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.kind.setMaximumWidth(_WIDEST)
        self.kind.setAccessibleName("What the figure shows")
        self.kind.setToolTip(
            "The panels of the spectra, or what is compared as bars with their errors"
        )
        self.width_choice = QComboBox()
        for width in FIGURE_WIDTHS_MM:
            self.width_choice.addItem(f"{width} mm", width)
        self.choose_width(Preferences().figure_width_mm)
        self.width_choice.setAccessibleName("Width of the figure in mm")
        self.width_choice.setToolTip(
            "Width of the figure in mm: journals ask for 85 to 89 (one column), 120, or 178 to 183 "
            "(two columns)"
        )
        self.button = QPushButton("Figure…")
        self.button.setToolTip(
            "Save them as a figure for print: PDF, SVG or PNG of 600 dpi (Ctrl+Shift+E)"
        )
        self.button.clicked.connect(self.wanted)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setToolTip("Put the figure onto the clipboard, as PNG, SVG and PDF")
        self.copy_button.setAccessibleName("Copy the figure")
        self.copy_button.clicked.connect(self.copyWanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.kind, self.width_choice, self.button, self.copy_button):
            row.addWidget(widget)

    @property
    def width_mm(self) -> float:
        """How wide the figure shall be."""
        return float(self.width_choice.currentData())

    @property
    def is_of_spectra(self) -> bool:
        """Whether it shall show spectra, not amounts."""
        return bool(self.kind.currentData() == "spectra")

    @property
    def series(self) -> str | None:
        """The series that it shall show amounts along; None for bars, or spectra."""
        what: str = self.kind.currentData()
        return what.removeprefix(_ALONG) if what.startswith(_ALONG) else None

    def choose_width(self, width_mm: int) -> None:
        """Choose another of the widths that are offered."""
        self.width_choice.setCurrentIndex(FIGURE_WIDTHS_MM.index(width_mm))

    def choose_series(self, series: str) -> None:
        """Choose amounts along a series, or spectra where it is not offered."""
        self.kind.setCurrentIndex(max(self.kind.findData(_ALONG + series), 0))

    def offer_series(self, names: tuple[str, ...], chosen: str) -> None:
        """Offer figures along series; where these are other ones than before, choose one."""
        wanted = [_ALONG + name for name in names]
        if [self.kind.itemData(i) for i in range(_KINDS, self.kind.count())] == wanted:
            return
        while self.kind.count() > _KINDS:
            self.kind.removeItem(self.kind.count() - 1)
        for name, data in zip(names, wanted, strict=True):
            self.kind.addItem(f"Along {name}", data)
        if chosen in names:
            self.choose_series(chosen)

    def enable(self, *, there: bool) -> None:
        """Let the buttons be pressed where there is something to draw."""
        self.button.setEnabled(there)
        self.copy_button.setEnabled(there)
