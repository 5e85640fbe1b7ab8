"""The window of preferences: what is chosen acts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.preferences.preferences import FIGURE_ENDINGS, FIGURE_WIDTHS_MM, Preferences
from app.recipes.own_recipes import Listed
from app.widgets.check_box import CheckBox

_WIDTH = 520
_LETTERS = 26  # a longer title of a recipe is cut off in its field
_SCHEMES = (
    ("As the system has them", Qt.ColorScheme.Unknown),
    ("Light", Qt.ColorScheme.Light),
    ("Dark", Qt.ColorScheme.Dark),
)
_NO_RECIPE = "None: choose one each time"
_GONE = "{} (missing)"


class PreferencesWindow(QDialog):
    """A form of all preferences.

    Signals
    -------
    chosen(Preferences)
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Preferences()
        self.setWindowTitle("Preferences")
        self.colors = _choice("Colors", _SCHEMES)
        self.energies = _choice(
            "Energy axis", (("Binding energy", False), ("Kinetic energy", True))
        )
        self.intensities = _choice(
            "Intensity axis", (("Counts per second", False), ("Counts", True))
        )
        self.live_refit = CheckBox("Let the model follow the data while dragging")
        self.live_refit.setAccessibleName(self.live_refit.text())
        self.recipe = _choice("Recipe for opened spectra", ((_NO_RECIPE, ""),))
        self.width_mm = _choice(
            "Width of figures", [(f"{width} mm", width) for width in FIGURE_WIDTHS_MM]
        )
        self.ending = _choice(
            "Format of figures", [(ending[1:].upper(), ending) for ending in FIGURE_ENDINGS]
        )
        self.defaults_button = QPushButton("Restore defaults")
        self.close_button = QPushButton("Close")
        self._boxes: dict[str, QComboBox] = {
            "colors": self.colors,
            "kinetic": self.energies,
            "counts": self.intensities,
            "recipe": self.recipe,
            "figure_width_mm": self.width_mm,
            "figure_ending": self.ending,
        }
        self._build()

    def show_preferences(self, preferences: Preferences, recipes: Sequence[Listed]) -> None:
        """Show what is chosen now, and which recipes there are."""
        self._shown = preferences
        self.recipe.clear()
        self.recipe.addItem(_NO_RECIPE, "")
        for recipe in recipes:
            if not recipe.problem:
                self.recipe.addItem(recipe.title, str(recipe.source))
        if self.recipe.findData(preferences.recipe) < 0:
            self.recipe.addItem(_GONE.format(preferences.recipe), preferences.recipe)
        for name, box in self._boxes.items():
            box.setCurrentIndex(box.findData(getattr(preferences, name)))
        self.live_refit.setChecked(preferences.live_refit)

    def _build(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, box in self._boxes.items():
            form.addRow(box.accessibleName(), box)
            box.activated.connect(
                lambda _, name=name, box=box: self._choose(name, box.currentData())
            )
            if name == "counts":
                form.addRow("", self.live_refit)
        self.recipe.setToolTip("Spectra get its regions and start values when they are opened")
        self.live_refit.clicked.connect(lambda on: self._choose("live_refit", on))
        note = QLabel("What you choose acts at once, and is kept.")
        row = QHBoxLayout()
        row.addWidget(self.defaults_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        self.defaults_button.setAutoDefault(False)
        self.defaults_button.clicked.connect(lambda: self.chosen.emit(Preferences()))
        self.close_button.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(note)
        column.addStretch(1)
        column.addLayout(row)
        self.setMinimumWidth(_WIDTH)

    def _choose(self, name: str, value: object) -> None:
        # Qt hands back a plain number where an item was given an enumeration.
        chosen = Qt.ColorScheme(value) if name == "colors" else value
        change: dict[str, Any] = {name: chosen}
        self._shown = replace(self._shown, **change)
        self.chosen.emit(self._shown)


def _choice(name: str, items: Sequence[tuple[str, object]]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(_LETTERS)
    for text, data in items:
        box.addItem(text, data)
    return box
