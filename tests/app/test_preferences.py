"""Preferences act at once, and are there at the next start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from app.preferences.preferences import FIGURE_WIDTHS_MM, Preferences, read_preferences
from app.preferences.preferences_window import PreferencesWindow
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import fitted as fitted_project
from tests.app.user import choose, click, open_files
from xps.project import Project


@pytest.fixture
def form(window: MainWindow) -> PreferencesWindow:
    choose(window, "preferences")
    (opened,) = window.findChildren(PreferencesWindow)
    assert opened.isVisible()
    return opened


def pick(box: QComboBox, text: str) -> None:
    """Choose an item with the keyboard."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.findText(text)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text
    box.activated.emit(box.currentIndex())


def is_dark() -> bool:
    return QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def test_colors_are_switched_live_and_marked_in_the_menu(
    window: MainWindow, form: PreferencesWindow
) -> None:
    pick(form.colors, "Dark")
    assert is_dark()
    dark = window.findChild(QAction, "colors Dark")
    assert dark is not None
    assert dark.isChecked()
    choose(window, "colors Light")
    assert not is_dark()
    assert form.colors.currentText() == "Light"
    form.close()


def test_axes_begin_as_they_are_preferred(
    plotted: MainWindow, form: PreferencesWindow, settings: Settings
) -> None:
    def label(side: str) -> str:
        return plotted.panel.plot.main.getAxis(side).label.toPlainText()

    assert "counts/s" in label("left")
    pick(form.intensities, "Counts")
    pick(form.energies, "Kinetic energy")
    assert "counts/s" not in label("left")
    assert "Kinetic" in label("bottom")
    assert plotted.commands.actions["kinetic"].isChecked()
    assert plotted.commands.actions["counts"].isChecked()
    assert settings.preferences == Preferences(
        settings.preferences.colors, kinetic=True, counts=True
    )
    form.close()


def test_a_choice_of_the_menu_outlives_other_preferences(
    plotted: MainWindow, form: PreferencesWindow
) -> None:
    choose(plotted, "kinetic")
    pick(form.width_mm, "85 mm")
    assert plotted.panel.plot.scales.kinetic
    form.close()


def test_refitting_while_dragging_is_switched_off(
    window: MainWindow, form: PreferencesWindow
) -> None:
    click(form.live_refit)
    assert not window.plot_tools.drag.refits
    assert not window.commands.actions["live_refit"].isChecked()
    form.close()


def test_figures_get_the_preferred_width_and_format(
    window: MainWindow, form: PreferencesWindow, dialogs: ScriptedDialogs
) -> None:
    window.document.replace(fitted_project())
    pick(form.width_mm, "89 mm")
    pick(form.ending, "SVG")
    assert window.results.compare.figure.width_mm == 89
    dialogs.to_save = [None]
    choose(window, "export_figure")
    assert dialogs.asked[-1].endswith(".svg")
    form.close()


def test_opened_spectra_get_the_preferred_recipe(
    qtbot: QtBot, window: MainWindow, form: PreferencesWindow, sample_files: list[Path]
) -> None:
    index = form.recipe.findData("argyrodite-s2p")
    pick(form.recipe, form.recipe.itemText(index))
    form.close()
    open_files(qtbot, window, sample_files[:1])
    regions = window.document.project.regions
    assert [region.core_level for region in regions] == ["S 2p"]
    assert window.document.stack.undoText().startswith("Apply recipe")
    before = regions[0]
    open_files(qtbot, window, sample_files[1:])
    assert len(window.document.project.regions) == 2
    assert window.document.project.regions[0] is before


def test_a_recipe_that_is_gone_is_said_and_nothing_is_applied(
    qtbot: QtBot, window: MainWindow, settings: Settings, sample_files: list[Path], tmp_path: Path
) -> None:
    settings.preferences = Preferences(recipe=str(tmp_path / "gone.toml"))
    open_files(qtbot, window, sample_files[:1])
    assert window.document.project.regions == ()
    assert "recipe for opened spectra" in window.messages.text
    choose(window, "preferences")
    (form,) = window.findChildren(PreferencesWindow)
    assert form.recipe.currentText().endswith("gone.toml (missing)")
    form.close()


def test_defaults_are_restored(
    window: MainWindow, form: PreferencesWindow, settings: Settings
) -> None:
    pick(form.intensities, "Counts")
    pick(form.ending, "PNG")
    click(form.defaults_button)
    assert settings.preferences == Preferences()
    assert form.ending.currentText() == "PDF"
    assert not window.panel.plot.scales.counts
    form.close()


def test_a_window_begins_with_what_was_preferred(
    qapp: QApplication, settings: Settings, recovery: Path, own_recipes: Path
) -> None:
    settings.preferences = Preferences(counts=True, live_refit=False, figure_width_mm=120)
    settings.save()
    theme = Theme(qapp)
    again = MainWindow(settings, theme, ScriptedDialogs(), lambda url: True)
    try:
        assert again.panel.plot.scales.counts
        assert not again.plot_tools.drag.refits
        assert again.results.compare.figure.width_mm == 120
        assert again.document.project == Project()
    finally:
        again.close()
        again.deleteLater()
        theme.setParent(None)
        theme.deleteLater()


def test_preferences_survive_the_store(tmp_path: Path) -> None:
    def stored(read: Callable[[Settings], object]) -> object:
        store = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
        return read(Settings(store))

    chosen = Preferences(Qt.ColorScheme.Dark, True, True, False, "측정 레시피", 85, ".png")

    def write(settings: Settings) -> None:
        settings.preferences = chosen
        settings.save()

    stored(write)
    assert stored(lambda settings: settings.preferences) == chosen


@pytest.mark.parametrize("nonsense", ["", "77", "wide", "True", "85 mm"])
def test_nonsense_in_the_store_is_as_at_first(nonsense: str) -> None:
    texts = dict.fromkeys(("colors", "figure_width_mm", "figure_ending"), nonsense)
    assert read_preferences(texts) == Preferences()
    assert Preferences().figure_width_mm in FIGURE_WIDTHS_MM
