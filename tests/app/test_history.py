from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from app.session.history_view import HistoryView
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import choose


def history_of(window: MainWindow) -> HistoryView:
    choose(window, "show_history")
    assert window.results.history.isVisible()
    return window.results.history


def click_on(view: HistoryView, item: QTreeWidgetItem) -> None:
    middle = view.visualItemRect(item).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_every_step_is_listed_by_its_undo_text(
    fitted: MainWindow, dialogs: ScriptedDialogs
) -> None:
    dialogs.texts = ["Cathode 7"]
    choose(fitted, "rename_sample")
    stack = fitted.document.stack
    texts = [stack.text(index) for index in range(stack.count())]
    view = history_of(fitted)
    assert view.texts == ["Nothing open", *texts]
    assert view.present == stack.undoText() == "Rename sample Bare NCM (simulated) to Cathode 7"


def test_a_click_goes_to_a_step_and_back(fitted: MainWindow) -> None:
    view = history_of(fitted)
    last = fitted.document.project
    click_on(view, view.item_of("Apply recipe cathode"))
    assert fitted.document.project.fits == ()
    assert fitted.document.project.regions
    assert view.present == "Apply recipe cathode"
    click_on(view, view.item_of("Nothing open"))
    assert fitted.document.project.entries == ()
    fitted.document.stack.setIndex(fitted.document.stack.count())
    assert fitted.document.project is last


def test_the_keyboard_goes_to_a_step_too(fitted: MainWindow) -> None:
    view = history_of(fitted)
    assert fitted.focusWidget() is view
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert fitted.document.project.fits, "moving in the list alone changes nothing"
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert fitted.document.project.fits == ()
    assert view.item_of("Fit 2 regions").font(1).italic()


def test_steps_before_the_file_was_opened_are_listed_but_not_to_be_undone(
    fitted: MainWindow,
) -> None:
    project = fitted.document.project
    fitted.document.replace(project, name="loaded")
    view = history_of(fitted)
    assert view.texts == [step.text for step in project.history]
    click_on(view, view.item_of("Apply recipe cathode"))
    assert fitted.document.project is project
    assert view.present == project.history[-1].text


def test_the_present_step_stays_in_view_where_less_room_is_left(
    fitted: MainWindow, dialogs: ScriptedDialogs
) -> None:
    names = [f"Cathode {number}" for number in range(30)]
    dialogs.texts = list(names)
    for _ in names:
        choose(fitted, "rename_sample")
    view = history_of(fitted)
    view.setFixedHeight(view.height() // 2)
    QApplication.processEvents()
    last = view.visualItemRect(view.item_of(view.present))
    assert view.viewport().rect().contains(last.center())
