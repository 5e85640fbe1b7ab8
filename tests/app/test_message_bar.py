from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.message_bar import Button, MessageBar
from app.window import MainWindow
from tests.app.user import choose, click


def test_a_message_is_plain_text_and_wholly_visible(qtbot: QtBot) -> None:
    page = QWidget()
    bar = MessageBar()
    column = QVBoxLayout(page)
    column.addWidget(bar)
    column.addStretch(1)
    qtbot.addWidget(page)
    page.resize(400, 300)
    page.show()
    bar.error("<b>one</b>\n" + "a long line that has to be wrapped several times " * 5)
    qtbot.waitUntil(lambda: bar.messages[0].label.height() > 40)
    label = bar.messages[0].label
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.height() >= label.heightForWidth(label.width())
    assert bar.messages[0].height() < 200


def test_a_dismissed_message_leaves_no_room_behind(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.warn("look here")
    (message,) = bar.messages
    (close,) = message.findChildren(QToolButton)
    click(close)
    assert bar.messages == []
    assert bar.isHidden()


def test_the_same_message_is_not_shown_twice_and_old_ones_make_room(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.error("same")
    bar.error("same")
    assert bar.text == "same"
    for number in range(5):
        bar.error(f"error {number}")
    assert bar.text == "error 2\nerror 3\nerror 4"


def test_a_new_success_replaces_the_last_one_but_no_error(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.error("broken")
    bar.info("saved once")
    bar.info("saved twice")
    assert bar.text == "broken\nsaved twice"


def test_of_one_topic_only_the_latest_is_told_until_it_is_settled(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.error("no", topic="saving")
    bar.error("other")
    bar.error("still no", topic="saving")
    assert bar.text == "other\nstill no"
    bar.settle("saving")
    assert bar.text == "other"


def test_the_tint_of_a_message_follows_the_scheme(qtbot: QtBot, window: MainWindow) -> None:
    window.messages.error("broken")
    (message,) = window.messages.messages

    def lightness() -> tuple[int, int]:
        roles = QPalette.ColorRole
        palette = message.label.palette()
        return (
            message.palette().color(roles.Window).lightness(),
            palette.color(roles.WindowText).lightness(),
        )

    for scheme, dark in (("Dark", True), ("Light", False), ("Dark", True)):
        choose(window, f"colors {scheme}")
        qtbot.waitUntil(lambda dark=dark: (lightness()[0] < 100) == dark)
        assert (lightness()[1] > 150) == dark


def test_a_button_acts_and_dismisses(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    done: list[str] = []
    bar.error("not saved", Button("Save as…", lambda: done.append("saved")))
    (button,) = bar.messages[0].findChildren(QPushButton)
    click(button)
    assert done == ["saved"]
    assert bar.messages == []
