"""The core levels that are compared: a check box for each."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.widgets.check_box import CheckBox

_ABREAST = 4


class LevelBoxes(QWidget):
    """Check boxes in rows; a level is chosen until its box is cleared.

    Parameters
    ----------
    before : QWidget
        Where Tab comes from.
    parent : QWidget, optional

    Signals
    -------
    chosen()
        Other levels are.
    """

    chosen = Signal()

    def __init__(self, before: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = before
        self._boxes: dict[str, CheckBox] = {}
        self._hidden: set[str] = set()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)

    @property
    def boxes(self) -> dict[str, CheckBox]:
        """The boxes by core level."""
        return dict(self._boxes)

    @property
    def levels(self) -> tuple[str, ...]:
        """The core levels that are chosen."""
        return tuple(level for level in self._boxes if level not in self._hidden)

    def show_levels(self, levels: tuple[str, ...]) -> None:
        """Offer core levels; those whose boxes were cleared before stay so."""
        if tuple(self._boxes) == levels:
            return
        for box in self._boxes.values():
            box.setParent(None)
            box.deleteLater()
        self._boxes = {}
        for place, level in enumerate(levels):
            box = CheckBox(level)
            box.setChecked(level not in self._hidden)
            box.setAccessibleName(f"Compare {level}")
            box.setToolTip(f"Draw and compare {level}")
            box.toggled.connect(lambda on, level=level: self._toggle(level, on=on))
            self._grid.addWidget(box, *divmod(place, _ABREAST))
            QWidget.setTabOrder([self._before, *self._boxes.values()][-1], box)
            self._boxes[level] = box

    def _toggle(self, level: str, *, on: bool) -> None:
        (self._hidden.discard if on else self._hidden.add)(level)
        self.chosen.emit()
