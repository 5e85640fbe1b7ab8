from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.message_bar import Button, MessageBar
from tests.app.user import click


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


def test_a_button_acts_and_dismisses(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    done: list[str] = []
    bar.error("not saved", Button("Save as…", lambda: done.append("saved")))
    (button,) = bar.messages[0].findChildren(QPushButton)
    click(button)
    assert done == ["saved"]
    assert bar.messages == []
