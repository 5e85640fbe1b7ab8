"""Light, dark, or as the system has it, switched while the app runs."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

_ROLES = (
    QPalette.ColorRole.Window,
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Base,
    QPalette.ColorRole.AlternateBase,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.Button,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.ToolTipBase,
    QPalette.ColorRole.ToolTipText,
    QPalette.ColorRole.Highlight,
    QPalette.ColorRole.HighlightedText,
    QPalette.ColorRole.PlaceholderText,
    QPalette.ColorRole.Link,
)
# Only for platforms that do not follow QStyleHints.setColorScheme.
_LIGHT = (
    *("#f3f3f3", "#1b1b1b", "#ffffff", "#f6f7f9", "#1b1b1b", "#ececec", "#1b1b1b"),
    *("#ffffff", "#1b1b1b", "#1f6fb5", "#ffffff", "#6b6b6b", "#0f5fa6"),
)
_DARK = (
    *("#262626", "#ececec", "#1b1b1b", "#222426", "#ececec", "#333333", "#ececec"),
    *("#333333", "#ececec", "#2a76ba", "#ffffff", "#a0a0a0", "#7ab8f0"),
)
_DISABLED = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
)

# Okabe and Ito's colors: told apart by people with any color vision.
ORANGE = QColor("#E69F00")
SKY_BLUE = QColor("#56B4E9")
VERMILLION = QColor("#D55E00")
GREEN = QColor("#009E73")
BLUE = QColor("#0072B2")
PURPLE = QColor("#CC79A7")
OVERLAY_COLORS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY_BLUE)


class Theme(QObject):
    """The color scheme of the application.

    Parameters
    ----------
    application : QApplication
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._wanted = Qt.ColorScheme.Unknown
        application.styleHints().colorSchemeChanged.connect(self._apply)

    def use(self, scheme: Qt.ColorScheme) -> None:
        """Switch to light, to dark, or with Unknown to what the system has."""
        self._wanted = scheme
        self._application.styleHints().setColorScheme(scheme)
        self._apply()

    def _apply(self) -> None:
        given = self._application.styleHints().colorScheme()
        if self._wanted in (given, Qt.ColorScheme.Unknown) and given != Qt.ColorScheme.Unknown:
            self._application.setPalette(QPalette())
            return
        self._application.setStyle("Fusion")
        dark = self._wanted == Qt.ColorScheme.Dark
        self._application.setPalette(_palette(_DARK if dark else _LIGHT))


def mix(first: QColor, second: QColor, part: float) -> QColor:
    """Return `first` with a part of `second` in it."""
    return QColor.fromRgbF(
        first.redF() * (1.0 - part) + second.redF() * part,
        first.greenF() * (1.0 - part) + second.greenF() * part,
        first.blueF() * (1.0 - part) + second.blueF() * part,
    )


def muted(palette: QPalette) -> QColor:
    """Return the color of text that stands back, still of a contrast of 4.5:1."""
    return mix(palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base), 0.35)


def _palette(colors: tuple[str, ...]) -> QPalette:
    palette = QPalette(QColor(colors[5]), QColor(colors[0]))
    for role, color in zip(_ROLES, colors, strict=True):
        palette.setColor(role, QColor(color))
    for role in _DISABLED:
        faded = mix(palette.color(role), palette.color(QPalette.ColorRole.Window), 0.5)
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return palette
