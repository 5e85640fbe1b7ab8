from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from app.crash import CrashReporter
from app.widgets.message_bar import Severity
from app.window import MainWindow
from tests.app.user import click
from xps.errors import FitError


def crash(window: MainWindow, error: Exception) -> None:
    """Let an exception reach the handler as an uncaught one would."""
    try:
        raise error
    except type(error):
        CrashReporter(window.messages).report(type(error), error, error.__traceback__)


def test_a_mistake_is_shown_with_details_to_copy_and_the_app_stays_up(window: MainWindow) -> None:
    crash(window, ZeroDivisionError("a mistake <b>here</b>"))
    (message,) = window.messages.messages
    assert message.severity is Severity.ERROR
    assert "a mistake <b>here</b>" in message.text
    (button,) = message.findChildren(QPushButton)
    click(button)
    details = QGuiApplication.clipboard().text()
    assert "ZeroDivisionError: a mistake" in details
    assert "test_crash.py" in details
    assert window.messages.messages == []
    assert window.isVisible()


def test_an_expected_error_that_nothing_caught_is_shown_as_what_it_says(
    window: MainWindow,
) -> None:
    crash(window, FitError("no peak", "move the window", where="S 2p"))
    assert window.messages.text == "S 2p: no peak (move the window)"
