"""A line to type a number into; decimal point and comma are both understood."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.gestures.gestures import typed_number
from app.widgets.numerals import plain_number
from xps.errors import XpsError


class NumberField(QLineEdit):
    """A number.

    Signals
    -------
    typed(float)
        Another number was typed and confirmed.
    refused(str)
        What was typed is no number; the field shows the old one again.
    """

    typed = Signal(float)
    refused = Signal(str)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = 0.0
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaximumWidth(self.fontMetrics().horizontalAdvance("−0000.0000") + 16)
        self.setAcceptDrops(False)
        self.editingFinished.connect(self._on_finished)

    @property
    def value(self) -> float:
        """The number."""
        return self._value

    def show_value(self, value: float) -> None:
        """Show another number."""
        self._value = value
        self.setText(plain_number(value))

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()  # takes back what was typed here, and leaves no mode of the plot
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.show_value(self._value)
            return
        super().keyPressEvent(event)

    def _on_finished(self) -> None:
        if self.text() == plain_number(self._value):
            return
        try:
            number = typed_number(self.text())
        except XpsError as error:
            self.show_value(self._value)
            self.refused.emit(str(error))
            return
        self.show_value(self._value)
        self.typed.emit(number)
