from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.models.species_picker import SpeciesPicker
from app.models.species_search import found_species
from app.window import MainWindow
from tests.app.projects import fitted, region_id
from tests.app.user import choose, click
from xps.species import library


@pytest.fixture
def picker(window: MainWindow) -> SpeciesPicker:
    """The list of species of S 2p, opened by a click."""
    project = fitted()
    window.document.replace(project)
    window.selection.select_entry(project.region(region_id(project, "S 2p")).spectrum)
    click(window.inspector.add_button)
    return window.inspector.picker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SO4", "sulfate"),
        ("so₄", "sulfate"),
        ("sulf so3", "sulfite"),
        ("PS4", "ps4"),
        ("168,8", "sulfate"),
    ],
)
def test_species_are_found_by_what_people_type(text: str, expected: str) -> None:
    found = found_species("S 2p", text)
    assert expected in [species.key for species in found]
    assert len(found) < len(found_species("S 2p", ""))


def test_all_species_of_a_core_level_are_listed_by_energy() -> None:
    found = found_species("O 1s", " ")
    assert {s.key for s in found} == {s.key for s in library().values() if s.core_level == "O 1s"}
    energies = [species.center_ev for species in found]
    assert energies == sorted(energies)


def test_the_range_is_drawn_on_the_plot_while_one_looks(
    window: MainWindow, picker: SpeciesPicker
) -> None:
    QTest.keyClicks(picker.search, "sulfate")
    species = library()["sulfate"]
    assert picker.species == species
    assert window.marks.range_ev == species.allowed_ev
    picker.search.clear()
    first = window.marks.range_ev
    QTest.keyClick(picker.search, Qt.Key.Key_Down)
    assert picker.species is not None
    assert window.marks.range_ev == picker.species.allowed_ev != first
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    assert not picker.isVisible()
    assert window.marks.range_ev is None


def test_enter_adds_the_species_as_one_undo_step(window: MainWindow, picker: SpeciesPicker) -> None:
    QTest.keyClicks(picker.search, "polythionate")
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert not picker.isVisible()
    assert window.selection.component is not None
    assert window.selection.component.species == "polythionate"
    assert window.document.stack.undoText().startswith("Add polythionate")
    assert window.marks.range_ev is None
    choose(window, "undo")
    assert window.document.project is fitted()


def test_a_double_click_adds_it_too(window: MainWindow, picker: SpeciesPicker) -> None:
    rect = picker.list.visualItemRect(picker.item_of("s0"))
    viewport = picker.list.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=rect.center())
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=rect.center())
    QApplication.processEvents()
    assert window.selection.component is not None
    assert window.selection.component.species == "s0"


def test_the_list_says_what_is_known(picker: SpeciesPicker) -> None:
    QTest.keyClicks(picker.search, "li2s free")
    species = library()["li2s"]
    assert species.evidence in picker.detail
    assert species.sources[0] in picker.detail
    assert "FWHM 0.8 to 1.4 eV" in picker.detail


def test_a_search_without_a_result_says_so_and_adds_nothing(
    window: MainWindow, picker: SpeciesPicker
) -> None:
    QTest.keyClicks(picker.search, "unobtainium")
    assert picker.keys == []
    assert picker.detail.startswith("No species of the library fits")
    assert window.marks.range_ev is None
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert picker.isVisible()
    picker.close()
    assert window.document.project is fitted()


def test_a_button_adds_the_species(window: MainWindow, picker: SpeciesPicker) -> None:
    QTest.keyClicks(picker.search, "polythionate")
    assert picker.add_button.text() == "Add polythionate, end S"
    click(picker.add_button)
    assert not picker.isVisible()
    assert window.selection.component is not None
    assert window.selection.component.species == "polythionate"


def test_species_that_the_region_has_stand_last_and_say_so(picker: SpeciesPicker) -> None:
    present = {c.species for c in fitted().region(region_id(fitted(), "S 2p")).components}
    assert set(picker.keys[-len(present) :]) == present
    assert picker.species is not None
    assert picker.species.key not in present
    QTest.keyClicks(picker.search, "sulfate so4")
    assert picker.item_of("sulfate").text(0).startswith("✓ ")
    assert "the region has it already" in picker.item_of("sulfate").toolTip(0)
    assert picker.add_button.text().startswith("Add another sulfate")


def test_nothing_found_cannot_be_added(picker: SpeciesPicker) -> None:
    QTest.keyClicks(picker.search, "unobtainium")
    assert not picker.add_button.isEnabled()
