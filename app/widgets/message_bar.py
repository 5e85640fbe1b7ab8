"""Messages in place, above the plot, instead of boxes that stop the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.theme import ORANGE, SKY_BLUE, VERMILLION, mix

_MOST = 3
_LONGEST = 600
_PADDING = 10


class Severity(Enum):
    """How much a message matters: its icon and tint."""

    INFO = (QStyle.StandardPixmap.SP_MessageBoxInformation, SKY_BLUE)
    WARNING = (QStyle.StandardPixmap.SP_MessageBoxWarning, ORANGE)
    ERROR = (QStyle.StandardPixmap.SP_MessageBoxCritical, VERMILLION)


@dataclass(frozen=True)
class Button:
    """Something to do about a message; doing it dismisses the message."""

    text: str
    run: Callable[[], object]


class Message(QFrame):
    """One message with its buttons."""

    def __init__(
        self,
        text: str,
        severity: Severity,
        buttons: tuple[Button, ...],
        topic: str,
        icons: Callable[[QStyle.StandardPixmap], QIcon],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.severity = severity
        self.topic = topic
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        icon = QLabel()
        icon.setPixmap(icons(severity.value[0]).pixmap(QSize(18, 18)))
        self.label = QLabel(_shortened(text))
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # Its height follows from its width in resizeEvent; a layout would ask for too much.
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, _PADDING // 2, 4, _PADDING // 2)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1)
        for button in buttons:
            widget = QPushButton(button.text)
            widget.clicked.connect(button.run)
            widget.clicked.connect(self.dismiss)
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        close = QToolButton()
        close.setAutoRaise(True)
        close.setIcon(icons(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        close.setToolTip("Dismiss")
        close.setAccessibleName("Dismiss message")
        close.clicked.connect(self.dismiss)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(f"{severity.name.capitalize()}: {_shortened(text)}")
        self._tint()

    @property
    def text(self) -> str:
        """What it says."""
        return self.label.text()

    def dismiss(self) -> None:
        """Take the message away."""
        bar = self.parentWidget()
        self.setParent(None)
        self.deleteLater()
        if isinstance(bar, MessageBar):
            bar.fit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.label.setFixedHeight(self.label.heightForWidth(self.label.width()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "severity"):
            self._tint()

    def _tint(self) -> None:
        tint: QColor = self.severity.value[1]
        background = mix(self.palette().color(QPalette.ColorRole.Base), tint, 0.2)
        if background == self.palette().color(QPalette.ColorRole.Window):
            return
        # All but the background is left to the window, whose colors may change at any time.
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, background)
        self.setPalette(palette)


class MessageBar(QWidget):
    """The latest messages, one below the other; empty it takes no room.

    A message about a topic takes the place of the last one about it, so that what is said of
    a thing is always how it stands now.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons: dict[QStyle.StandardPixmap, QIcon] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icons"):
            self._icons.clear()

    @property
    def messages(self) -> list[Message]:
        """The messages that are shown, the oldest first."""
        return [child for child in self.children() if isinstance(child, Message)]

    @property
    def text(self) -> str:
        """All that is shown, line by line."""
        return "\n".join(message.text for message in self.messages)

    def info(self, text: str, *buttons: Button, topic: str = "") -> None:
        """Say that something went well."""
        self.clear_info()
        self._show(text, Severity.INFO, buttons, topic)

    def warn(self, text: str, *buttons: Button, topic: str = "") -> None:
        """Say that something deserves a look."""
        self._show(text, Severity.WARNING, buttons, topic)

    def error(self, text: str, *buttons: Button, topic: str = "") -> None:
        """Say that something did not work, why, and what to do."""
        self._show(text, Severity.ERROR, buttons, topic)

    def settle(self, topic: str) -> None:
        """Take away what was said about a topic: it is no longer so."""
        for message in self.messages:
            if message.topic == topic:
                message.dismiss()

    def clear_info(self) -> None:
        """Take away what went well: by now everybody knows."""
        for message in self.messages:
            if message.severity is Severity.INFO:
                message.dismiss()

    def clear(self) -> None:
        """Take all messages away."""
        for message in self.messages:
            message.dismiss()

    def fit_height(self) -> None:
        """Take as much room as the messages need, and none without messages."""
        self.setVisible(bool(self.messages))
        self.updateGeometry()

    def _show(self, text: str, severity: Severity, buttons: tuple[Button, ...], topic: str) -> None:
        for message in self.messages:
            if message.text == _shortened(text) or (topic and message.topic == topic):
                message.dismiss()
        for message in self.messages[: max(len(self.messages) - _MOST + 1, 0)]:
            message.dismiss()
        self._column.addWidget(Message(text, severity, buttons, topic, self._icon, self))
        self.fit_height()

    def _icon(self, which: QStyle.StandardPixmap) -> QIcon:
        """Return an icon of the style; each that it makes stays in Qt's cache of pictures."""
        if which not in self._icons:
            self._icons[which] = self.style().standardIcon(which)
        return self._icons[which]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
