"""Every color that something is read by stands out from what is behind it.

The bounds are those of WCAG 2.1: 4.5 for text (1.4.3), 3 for graphics that carry meaning (1.4.11).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.widgets.message_bar import Severity
from app.widgets.theme import Theme, muted
from app.window import MainWindow
from tests.app.user import choose

TEXT, GRAPHICS = 4.5, 3.0
ROLES = QPalette.ColorRole
PAIRS = [
    *product([ROLES.WindowText], [ROLES.Window]),
    *product([ROLES.Text], [ROLES.Base, ROLES.AlternateBase]),
    (ROLES.ButtonText, ROLES.Button),
    (ROLES.ToolTipText, ROLES.ToolTipBase),
    (ROLES.HighlightedText, ROLES.Highlight),
    *product([ROLES.PlaceholderText, ROLES.Link], [ROLES.Base, ROLES.Window]),
]


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two opaque colors, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=[Qt.ColorScheme.Light, Qt.ColorScheme.Dark], ids=["light", "dark"])
def palette(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[QPalette]:
    theme = Theme(qapp)
    theme.use(request.param)
    yield qapp.palette()
    theme.use(Qt.ColorScheme.Light)
    theme.setParent(None)
    theme.deleteLater()


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0].name} on {pair[1].name}")
def test_text_stands_out(palette: QPalette, pair: tuple[ROLES, ROLES]) -> None:
    assert contrast(*(palette.color(role) for role in pair)) >= TEXT


def test_text_that_stands_back_can_still_be_read(palette: QPalette) -> None:
    assert contrast(muted(palette), palette.color(ROLES.Base)) >= TEXT


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_messages_can_be_read_on_their_tint(window: MainWindow, dark: bool) -> None:
    choose(window, "colors Dark" if dark else "colors Light")
    for severity in Severity:
        window.messages._show(severity.name, severity, (), severity.name)
    QApplication.processEvents()
    assert len(window.messages.messages) == len(Severity)
    for message in window.messages.messages:
        back = message.palette().color(ROLES.Window)
        assert contrast(message.label.palette().color(ROLES.WindowText), back) >= TEXT
