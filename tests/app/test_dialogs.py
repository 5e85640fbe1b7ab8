from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs import SESSIONS, NativeDialogs, with_ending

FILTERS = "Report (*.html);;Figure, PDF (*.pdf);;Table, CSV (*.csv)"


@pytest.mark.parametrize(
    ("typed", "chosen", "written"),
    [
        ("fit", "Figure, PDF (*.pdf)", "fit.pdf"),
        ("fit.csv", "Figure, PDF (*.pdf)", "fit.csv"),
        ("fit.PDF", "Report (*.html)", "fit.PDF"),
        ("NCM 4.3 V", "Figure, PDF (*.pdf)", "NCM 4.3 V.pdf"),
        ("결과", "", "결과.html"),
    ],
)
def test_a_typed_name_gets_the_ending_of_the_chosen_filter(
    typed: str, chosen: str, written: str
) -> None:
    assert with_ending(Path(typed), chosen, FILTERS).name == written


def test_a_session_needs_no_chosen_filter() -> None:
    assert with_ending(Path("work"), "", SESSIONS) == Path("work.doublet")


def test_without_endings_the_name_stays() -> None:
    assert with_ending(Path("work"), "", "All files (*)") == Path("work")


@pytest.mark.parametrize("active", ["main", "batch"])
def test_the_window_that_asks_for_a_folder_is_the_one_that_comes_back(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, active: str
) -> None:
    """Desktops bring the parent of a dialog to the front once it is closed."""
    windows = {"main": QWidget(), "batch": QWidget()}
    for window in windows.values():
        qtbot.addWidget(window)
        window.show()
    windows[active].activateWindow()
    qtbot.waitUntil(windows[active].isActiveWindow)
    parents: list[QWidget] = []
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda parent, *_: parents.append(parent) or ""
    )
    assert NativeDialogs(windows["main"]).choose_folder("Folder", Path()) is None
    assert parents == [windows[active]]
