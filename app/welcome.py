"""The first page: open something, go on with something, or try the example."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCommandLinkButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.fonts import bold
from app.widgets.icons import icon
from app.widgets.plain import menu_text, tooltip

EXAMPLE_TEXT = "Try the example: bare and Al₂O₃-coated cathode (simulated)"
STEPS = (
    "Open the spectra of your samples: VAMAS or text files, or drop them anywhere.",
    "Apply a recipe: it sets the charge reference, the regions and their components.",
    "Fit (F5), and look at the residual: it should fill the ±2σ band evenly.",
    "Read shares and atomic percent with their errors, save the session, export the figure.",
)
_MOST_RECENT = 5
_WIDTH = 620


class WelcomePage(QWidget):
    """What is shown while no spectrum is open.

    Signals
    -------
    openWanted(), exampleWanted(), guideWanted()
    recentWanted(Path)
    """

    openWanted = Signal()
    exampleWanted = Signal()
    guideWanted = Signal()
    recentWanted = Signal(object)

    def __init__(self, icon: QIcon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QFrame()
        column.setMaximumWidth(_WIDTH)
        self._layout = QVBoxLayout(column)
        self._layout.setSpacing(8)
        self._layout.addLayout(self._head(icon))
        self.open_button = QPushButton("Open spectra or a session…")
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self.openWanted)
        self.example_button = QPushButton(EXAMPLE_TEXT)
        self.example_button.clicked.connect(self.exampleWanted)
        self.guide_button = QPushButton("Read the guide: five minutes to the first fit")
        self.guide_button.clicked.connect(self.guideWanted)
        for button in (self.open_button, self.example_button, self.guide_button):
            button.setMinimumHeight(36)
            self._layout.addWidget(button)
        self._recent_title = _heading("Recent files")
        self._layout.addWidget(self._recent_title)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._layout.addLayout(self._recent)
        self._layout.addWidget(_heading("Four steps"))
        for number, text in enumerate(STEPS, start=1):
            label = QLabel(f"{number}.  {text}")
            label.setWordWrap(True)
            self._layout.addWidget(label)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        center = QHBoxLayout()
        center.addStretch(1)
        center.addWidget(column, 8)
        center.addStretch(1)
        outer.addLayout(center)
        outer.addStretch(3)
        self.show_recent([])

    @property
    def recent_buttons(self) -> list[QCommandLinkButton]:
        """The buttons of the recent files."""
        return self.findChildren(QCommandLinkButton)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List recent files; those that are gone are greyed."""
        for button in self.recent_buttons:
            button.setParent(None)
            button.deleteLater()
        self._recent_title.setVisible(bool(paths))
        for path in paths[:_MOST_RECENT]:
            there = path.exists()
            folder = str(path.parent) if there else f"{path.parent}  (missing)"
            button = QCommandLinkButton(
                menu_text(path.name),
                self.fontMetrics().elidedText(folder, Qt.TextElideMode.ElideMiddle, _WIDTH - 80),
            )
            button.setIcon(icon("open"))  # the arrow of the style is black in the dark too
            button.setEnabled(there)
            button.setToolTip(tooltip(str(path)))
            button.setAccessibleName(f"Open {path.name}")
            button.clicked.connect(lambda _=False, p=path: self.recentWanted.emit(p))
            self._recent.addWidget(button)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for button in self.recent_buttons:
                button.setIcon(icon("open"))

    def _head(self, icon: QIcon) -> QHBoxLayout:
        row = QHBoxLayout()
        picture = QLabel()
        picture.setPixmap(icon.pixmap(48, 48))
        row.addWidget(picture)
        texts = QVBoxLayout()
        title = QLabel("Doublet")
        title.setFont(bold(self.font(), 1.8))
        texts.addWidget(title)
        texts.addWidget(QLabel("Amounts of chemical species from XPS, with honest errors"))
        row.addLayout(texts, 1)
        return row


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(bold(label.font()))
    label.setContentsMargins(0, 12, 0, 0)
    return label
