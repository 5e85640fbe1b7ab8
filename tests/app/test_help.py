"""The menu Help: guide, shortcuts, self-check, diagnostics, log, licenses."""

from __future__ import annotations

import logging
import re
import tomllib
from operator import attrgetter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

import xps.selfcheck
from app.actions import ACTIONS
from app.help import help_actions, licenses
from app.help.about_window import AboutWindow, qt_sources
from app.help.check_window import CheckWindow
from app.help.diagnostics_window import DiagnosticsWindow
from app.help.guide import FIRST, page_for, pages
from app.help.shortcuts import native, shortcuts, shortcuts_text
from app.help.shortcuts_window import ShortcutsWindow
from app.log import NAME, start_log
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import LONG, choose, click

ROOT = Path(__file__).parents[2]


def shown(window: MainWindow, action: str, kind: type[QDialog]) -> QDialog:
    """Choose an action of the menu, and return the window that it opened."""
    choose(window, action)
    (opened,) = window.findChildren(kind)
    assert opened.isVisible()
    return opened


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


# --- guide ------------------------------------------------------------------------------------


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guide with a page for every view."""
    for name in {FIRST, *pages().values()}:
        page = tmp_path / "guide" / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(name)

    def page_of(name: str) -> Path | None:
        page = tmp_path / "guide" / f"{name}.html"
        return page if page.is_file() else None

    monkeypatch.setattr(help_actions, "guide_page", page_of)
    return tmp_path / "guide"


def test_help_opens_the_guide(window: MainWindow, visited: list[QUrl], guide: Path) -> None:
    choose(window, "guide")
    assert visited == [QUrl.fromLocalFile(str(guide / "index.html"))]


@pytest.mark.parametrize(
    ("view", "page"),
    [
        ("tree", "how-to/open-files"),
        ("inspector.fit_button", "how-to/model"),
        ("inspector.charge.shift", "how-to/charge-reference"),
        ("panel.plot", "reference/window"),
        ("results.history", "reference/window"),
        ("results.checks.list", "how-to/doubts"),
    ],
)
def test_f1_opens_the_page_for_what_has_the_keyboard(
    plotted: MainWindow, visited: list[QUrl], guide: Path, view: str, page: str
) -> None:
    widget: QWidget = attrgetter(view)(plotted)
    views = [plotted.results.widget(i) for i in range(plotted.results.count())]
    tab = next((tab for tab in views if tab.isAncestorOf(widget)), widget)
    if tab in views:
        plotted.results.open_tab(tab)
    widget.setFocus()
    QTest.keyClick(plotted, Qt.Key.Key_F1)
    assert visited == [QUrl.fromLocalFile(str(guide / f"{page}.html"))]


def test_f1_helps_in_the_other_windows_too(
    qtbot: QtBot, window: MainWindow, visited: list[QUrl], guide: Path
) -> None:
    choose(window, "recipes")
    recipes = window.recipes.window
    recipes.activateWindow()
    recipes.list.setFocus()
    qtbot.waitUntil(recipes.list.hasFocus)
    QTest.keyClick(recipes.list, Qt.Key.Key_F1)
    recipes.close()
    assert visited == [QUrl.fromLocalFile(str(guide / "how-to/recipes.html"))]


def test_every_page_that_help_names_is_in_the_guide() -> None:
    for name in {FIRST, *pages().values()}:
        places = (ROOT / "docs" / "guide" / f"{name}.md", ROOT / "docs" / f"{name}.md")
        assert any(place.is_file() for place in places), name


def test_without_a_view_the_first_page_helps() -> None:
    assert page_for(None) == FIRST


def test_an_installation_without_a_guide_says_so(
    window: MainWindow, visited: list[QUrl], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(help_actions, "guide_page", lambda name: None)
    choose(window, "guide")
    assert visited == []
    assert "not part of this installation" in window.messages.text


def test_a_desktop_that_opens_nothing_is_told_with_the_place(
    window: MainWindow, guide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.help, "_opener", lambda url: False)
    choose(window, "guide")
    assert str(guide / "index.html") in window.messages.text


def test_the_first_page_leads_to_the_guide(
    window: MainWindow, visited: list[QUrl], guide: Path
) -> None:
    click(window.welcome.guide_button)
    assert len(visited) == 1


# --- shortcuts --------------------------------------------------------------------------------


def test_every_action_and_its_keys_are_listed() -> None:
    listed = {(one.place, one.text): one.keys for one in shortcuts()}
    for spec in ACTIONS:
        keys = listed[spec.menu, spec.text.replace("&", "").rstrip("…")]
        wanted = "" if spec.keys is None else native(QKeySequence(spec.keys))
        assert keys == wanted


def test_no_keys_do_two_things() -> None:
    actions = [native(QKeySequence(spec.keys)) for spec in ACTIONS if spec.keys is not None]
    used = [keys for keys in actions if keys]
    assert len(used) == len(set(used))


def test_shortcuts_hold_modes_and_arrow_keys() -> None:
    text = shortcuts_text(shortcuts())
    for keys, what in (("R", "Region"), ("A", "Add component"), ("← →", "Move the center")):
        assert re.search(rf"^  {keys} +{what}", text, re.MULTILINE), what
    assert "0.01 eV" in text


def test_shortcuts_are_searched_and_copied(window: MainWindow) -> None:
    page = shown(window, "shortcuts", ShortcutsWindow)
    assert isinstance(page, ShortcutsWindow)
    QTest.keyClicks(page.search, "f5 all")
    assert [one.text for one in page.listed] == ["Fit all"]
    click(page.copy_button)
    assert clipboard().splitlines()[2:] == [
        "Analysis",
        "  Shift+F5  Fit all: Fit the regions of all samples",
    ]
    page.close()


def test_shortcuts_are_saved_as_text(
    window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    page = shown(window, "shortcuts", ShortcutsWindow)
    assert isinstance(page, ShortcutsWindow)
    path = tmp_path / "keys.txt"
    dialogs.to_save = [path, tmp_path / "none" / "keys.txt"]
    click(page.save_button)
    assert path.read_text("utf-8") == shortcuts_text(shortcuts())
    click(page.save_button)
    assert "keys.txt" in window.messages.text
    page.close()


# --- check this installation ------------------------------------------------------------------


@pytest.fixture
def few_spectra(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = xps.selfcheck.selfcheck

    def small(**more: object) -> xps.selfcheck.Selfcheck:
        return whole(12, 4, 2, **more)

    monkeypatch.setattr(xps.selfcheck, "selfcheck", small)


@pytest.mark.usefixtures("few_spectra")
def test_the_installation_is_checked_and_the_result_copied(
    qtbot: QtBot, window: MainWindow
) -> None:
    with qtbot.waitSignal(window.jobs.idle, timeout=LONG):
        page = shown(window, "selfcheck", CheckWindow)
        assert isinstance(page, CheckWindow)
        assert page.cancel_button.isEnabled()
        assert not page.copy_button.isEnabled()
    assert page.progress.value() == page.progress.maximum() == 18
    assert page.state.text() == "Done."
    click(page.copy_button)
    assert clipboard().startswith("Doublet self-check, 20")
    assert "selfcheck PASSED" in clipboard()
    assert "numpy" in clipboard()
    page.close()
    choose(window, "selfcheck")
    assert window.jobs.running == ()
    page.close()


def test_a_check_is_cancelled(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.jobs.idle, timeout=LONG):
        page = shown(window, "selfcheck", CheckWindow)
        assert isinstance(page, CheckWindow)
        click(page.cancel_button)
    assert page.state.text() == "Cancelled."
    assert not page.has_result
    assert page.start_button.isEnabled()
    page.close()


# --- diagnostics and log ----------------------------------------------------------------------


@pytest.fixture
def log(window: MainWindow, tmp_path: Path) -> Path:
    path = tmp_path / "own" / "logs" / NAME
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(f"line {number} secret.vms" for number in range(300)))
    return path


def test_diagnostics_leave_the_log_out_until_it_is_wanted(window: MainWindow, log: Path) -> None:
    page = shown(window, "diagnostics", DiagnosticsWindow)
    assert isinstance(page, DiagnosticsWindow)
    click(page.copy_button)
    assert "secret.vms" not in clipboard()
    for name in ("Doublet ", "Python ", "Qt ", "numpy ", "Screen "):
        assert name in clipboard()
    assert str(log.parents[1]) in clipboard()
    click(page.with_log)
    click(page.copy_button)
    assert "line 299 secret.vms" in clipboard()
    assert "line 99 secret.vms" not in clipboard()
    assert clipboard() == page.text.toPlainText()
    page.close()


def test_diagnostics_do_not_name_the_user(
    window: MainWindow, log: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    log.write_text(f"cannot read {tmp_path}/data/a.vms")
    page = shown(window, "diagnostics", DiagnosticsWindow)
    assert isinstance(page, DiagnosticsWindow)
    click(page.with_log)
    assert str(tmp_path) not in page.text.toPlainText()
    assert "cannot read ~/data/a.vms" in page.text.toPlainText()
    page.close()


def test_the_folder_of_the_log_is_shown(
    window: MainWindow, visited: list[QUrl], tmp_path: Path
) -> None:
    choose(window, "log_folder")
    assert visited == [QUrl.fromLocalFile(str(tmp_path / "own" / "logs"))]
    assert (tmp_path / "own" / "logs").is_dir()


def test_a_crash_is_written_into_the_log(window: MainWindow, tmp_path: Path) -> None:
    from tests.app.test_crash import crash

    before = list(logging.getLogger().handlers)
    start_log(tmp_path / "logs")
    (handler,) = [h for h in logging.getLogger().handlers if h not in before]
    try:
        crash(window, ZeroDivisionError("of a kind"))
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "ZeroDivisionError: of a kind" in (tmp_path / "logs" / NAME).read_text("utf-8")


# --- about and licenses -----------------------------------------------------------------------


def test_about_tells_versions_and_licenses(window: MainWindow, visited: list[QUrl]) -> None:
    page = shown(window, "about", AboutWindow)
    assert isinstance(page, AboutWindow)
    click(page.copy_button)
    assert re.search(r"^Qt \d+\.\d+\.\d+$", clipboard(), re.MULTILINE)
    names = [page.list.item(row).text().split()[0] for row in range(page.list.count())]
    assert {"numpy", "scipy", "lmfit", "matplotlib", "PySide6-Essentials"} <= set(names)
    page.list.setCurrentRow(names.index("numpy"))
    assert "Redistribution and use in source and binary forms" in page.words.toPlainText()
    page.tabs.setCurrentIndex(1)
    click(page.source_buttons[0])
    assert visited == [QUrl(qt_sources()[0])]
    page.close()


def test_the_libraries_are_those_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}
    assert set(licenses.DIRECT) == asked


def test_what_libraries_need_is_listed_too() -> None:
    names = {library.name for library in licenses.libraries()}
    assert {"asteval", "pillow", "kiwisolver"} <= names
    assert not names & {"pytest", "mypy", "ruff"}


def test_a_bundle_lists_what_came_with_it(tmp_path: Path) -> None:
    parts = (("numpy", "2.4.0", "BSD-3-Clause"), ("Qt and PySide", "6.10.3", "LGPL-3.0-only"))
    lines = []
    for name, version, license_ in parts:
        folder = name.lower().replace(" ", "-")
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "LICENSE.txt").write_text(f"words of {license_}")
        lines.append(f"| {name} | {version} | {license_} | [{folder}]({folder}) | https://there |")
    table = "\n".join(
        ("| part | version | license | texts | source |", "|---|---|---|---|---|", *lines)
    )
    (tmp_path / "README.md").write_text(f"# Parts\n\n{table}\n")
    found = licenses.libraries(tmp_path)
    assert [(one.name, one.version, one.license) for one in found] == list(parts)
    assert [one.words for one in found] == ["words of BSD-3-Clause", "words of LGPL-3.0-only"]


def test_every_row_of_help_is_an_action(window: MainWindow) -> None:
    for name in ("guide", "guide_here", "shortcuts", "selfcheck", "diagnostics", "log_folder"):
        action = window.findChild(QAction, name)
        assert action is not None
        assert action.isEnabled()
