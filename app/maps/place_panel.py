"""The spectrum of one place of a map, with its fit and what it says."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.plot.looks import looks_of
from app.plot.plot_view import PlotView
from app.plot.shown import show
from xps.project import Project


class PlacePanel(QWidget):
    """Plot and numbers of one place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = PlotView()
        self._title = QLabel()
        self._numbers = QLabel()
        for label in (self._title, self._numbers):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
        self._numbers.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._numbers.setAccessibleName("Numbers of this place")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._title)
        column.addWidget(self.plot, 1)
        column.addWidget(self._numbers)
        column.addStretch()
        self.clear("")

    @property
    def title(self) -> str:
        """Where the spectrum was taken."""
        return self._title.text()

    @property
    def numbers(self) -> str:
        """What the fit says."""
        return self._numbers.text()

    def clear(self, why: str) -> None:
        """Show no spectrum."""
        self._title.setText(why)
        self._numbers.clear()
        self.plot.show_spectrum(None)
        self.plot.setVisible(False)

    def show_place(self, title: str, project: Project, numbers: Sequence[str]) -> None:
        """Show the only spectrum of a project, and lines of numbers below it."""
        (entry,) = project.entries
        region = project.region_of(entry.id)
        shown = show(project, entry)
        self._title.setText(title)
        self._numbers.setText("\n".join(numbers))
        self.plot.setVisible(True)
        self.plot.show_spectrum(shown, looks_of(project, region))
        self.plot.setAccessibleDescription(f"{title}: {'; '.join(numbers)}")
        self.plot.fit_view()
