"""Whatever is done, in whatever order: nothing breaks, and all of it can be undone.

``make monkey`` does 10,000 things; the tests of every day only a few hundred.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from tests.app.monkey import Monkey, MonkeyDialogs
from tests.app.projects import fitted
from tests.app.user import LONG
from xps.project import Project
from xps.session import to_bytes

ACTS = int(os.environ.get("DOUBLET_MONKEY", "300"))
ROUND = 100
SEEDS = range(max(ACTS // ROUND, 1))


@pytest.fixture(params=SEEDS)
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def dialogs(chance: random.Random, sample_files: list[Path], tmp_path: Path) -> MonkeyDialogs:
    return MonkeyDialogs(chance, sample_files, tmp_path)


class Beginning:
    """The project that undoing everything leads back to."""

    def __init__(self, window: MainWindow) -> None:
        self._document = window.document
        self._document.replaced.connect(self._begin_anew)
        self._document.projectChanged.connect(self._take)
        self._is_new = True
        self._take(Project(), self._document.project)

    def _begin_anew(self) -> None:
        self._is_new = True

    def _take(self, _: Project, project: Project) -> None:
        if self._is_new:
            self.project, self.bytes, self._is_new = project, to_bytes(project), False


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Leave what was begun, and wait until nothing runs."""
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and widget is not window:
            widget.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.setFocus()
    QTest.keyClick(window.panel.plot, Qt.Key.Key_Escape)
    window.jobs.cancel()
    qtbot.waitUntil(
        lambda: (
            not window.jobs.running
            and not window.checking.is_waiting
            and not window.results.is_waiting
        ),
        timeout=LONG,
    )


def press(window: MainWindow, times: int, name: str) -> None:
    """Press the keys of an action so many times."""
    for _ in range(times):
        QTest.keySequence(window, window.commands.actions[name].shortcut())
        QApplication.processEvents()


def test_nothing_breaks_and_everything_can_be_undone_and_done_again(
    qtbot: QtBot, window: MainWindow, chance: random.Random
) -> None:
    window.document.replace(fitted())
    beginning = Beginning(window)
    monkey = Monkey(window, chance)
    with qtbot.capture_exceptions() as raised:
        for _ in range(ROUND):
            monkey.act()
            assert not raised, (raised, *monkey.done)
        settle(qtbot, window)
        document = window.document
        last, steps = document.project, document.stack.count()
        at, kept = document.stack.index(), to_bytes(last)
        press(window, at, "undo")
        assert document.stack.index() == 0
        assert document.project is beginning.project
        assert to_bytes(document.project) == beginning.bytes
        press(window, at, "redo")
        assert document.stack.index() == at
        assert document.stack.count() == steps
        assert document.project is last
        assert to_bytes(document.project) == kept
        settle(qtbot, window)
    assert not raised, (raised, *monkey.done)
