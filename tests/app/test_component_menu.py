"""The menu of a component in plot and table, typed ties, and doublets unlocked for a reason."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu
from pytestqt.qtbot import QtBot

from app.gestures import component_gestures as edits
from app.gestures.ties import typed_link
from app.inspector.component_table import COLUMNS
from app.inspector.parameter_model import TIED
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.mouse import pixel_of
from tests.app.projects import fitted as fitted_project
from tests.app.projects import region_id
from tests.app.user import choose, click, component, fit_all, region_of, type_into
from xps.errors import XpsError
from xps.model import Doublet, Link, Ref
from xps.report import report_html

CENTER, FWHM, AREA = range(3)
PS4 = Ref("ps4", "center")


def open_menu(window: MainWindow) -> QMenu:
    """The menu that is open on the screen."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu), "no menu is open"
    return menu


def menu_of(window: MainWindow, id_: str) -> QMenu:
    """Right-click the row of a component."""
    view, model = window.inspector.components, window.inspector.component_model
    index = model.index(model.row_of(id_), COLUMNS.index("center"))
    middle = view.visualRect(index).center()
    place = view.viewport().mapToGlobal(middle)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, place)
    QApplication.sendEvent(view.viewport(), event)
    return open_menu(window)


def pick(menu: QMenu, name: str) -> None:
    """Choose an entry of a menu or of one of its submenus, and close it."""
    action = menu.findChild(QAction, name)
    assert action is not None, f"no {name!r}"
    assert action.isEnabled(), f"{name!r} is disabled"
    menu.close()
    action.trigger()
    QApplication.processEvents()


def names_in(menu: QMenu) -> list[str]:
    return [action.text().replace("&", "") for action in menu.actions() if action.text()]


def test_a_right_click_on_a_row_selects_it_and_offers_everything(plotted: MainWindow) -> None:
    menu = menu_of(plotted, "sulfate")
    assert plotted.selection.component == component(plotted, "sulfate")
    assert names_in(menu) == [
        "E  sulfate SO₄²⁻", "Fix", "Link center to", "Link FWHM to", "Link area to", "Duplicate",
        "Change species", "Copy to other spectra…", "Unlock doublet…", "Delete",
    ]  # fmt: skip
    menu.close()


def test_a_right_click_on_a_component_in_the_plot_opens_the_same_menu(
    plotted: MainWindow,
) -> None:
    plot = plotted.panel.plot
    assert plot.shown is not None
    assert plot.shown.curves is not None
    model = plot.shown.curves.model
    apex = int(model.components[4].argmax())
    height = float(model.background[apex] + 0.5 * model.components[4][apex])
    at = pixel_of(plot, float(model.energy_ev[apex]), height)
    QTest.mouseClick(plot.canvas.viewport(), Qt.MouseButton.RightButton, pos=at)
    menu = open_menu(plotted)
    assert names_in(menu)[0] == "E  sulfate SO₄²⁻"
    menu.close()


def test_the_menu_key_opens_the_menu_of_the_selected_component(plotted: MainWindow) -> None:
    plotted.selection.select_component("ps4")
    plot = plotted.panel.plot
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(plot, event)
    menu = open_menu(plotted)
    assert names_in(menu)[0] == "B  PS₄³⁻"
    menu.close()


def test_fixing_a_component_holds_all_its_own_numbers(plotted: MainWindow) -> None:
    pick(menu_of(plotted, "sulfite"), "fix all")
    own = [p for p in component(plotted, "sulfite").params.values() if p.link is None]
    assert own
    assert not any(param.vary for param in own)
    assert plotted.document.stack.undoText() == "Fix sulfite SO₃²⁻"
    pick(menu_of(plotted, "sulfite"), "fix all")
    assert component(plotted, "sulfite").center.vary
    assert plotted.document.stack.undoText() == "Release sulfite SO₃²⁻"


def test_fixing_a_center_leaves_the_rest_free(plotted: MainWindow) -> None:
    pick(menu_of(plotted, "ps4"), "fix center")
    assert not component(plotted, "ps4").center.vary
    assert component(plotted, "ps4").area.vary


def test_linking_a_center_keeps_the_distance_that_it_has(plotted: MainWindow) -> None:
    before = component(plotted, "sulfate").center.value
    distance = before - component(plotted, "ps4").center.value
    pick(menu_of(plotted, "sulfate"), f"link center PS₄³⁻ + {round(distance, 3):g}")
    link = component(plotted, "sulfate").center.link
    assert link is not None
    assert (link.kind, link.target) == ("offset", PS4)
    assert link.amount == pytest.approx(distance, abs=1e-3)
    assert component(plotted, "sulfate").center.value == pytest.approx(before, abs=1e-3)
    pick(menu_of(plotted, "sulfate"), "link center nothing")
    assert component(plotted, "sulfate").center.link is None


def test_a_duplicate_shares_the_area_and_lies_beside(plotted: MainWindow) -> None:
    before = component(plotted, "ps4")
    pick(menu_of(plotted, "ps4"), "duplicate")
    first, copy = component(plotted, "ps4"), component(plotted, "ps4_2")
    assert first.area.value + copy.area.value == pytest.approx(before.area.value)
    assert copy.center.value != first.center.value
    assert copy.center.min <= copy.center.value <= copy.center.max
    assert plotted.document.stack.undoText() == "Duplicate PS₄³⁻"


def test_another_species_brings_its_name_and_its_place(plotted: MainWindow) -> None:
    pick(menu_of(plotted, "sulfite"), "species s0")
    changed = component(plotted, "sulfite")
    assert changed.species == "s0"
    assert changed.name.startswith("S⁰")
    assert changed.center.min <= changed.center.value <= changed.center.max < 166.0


def test_delete_offers_to_undo(plotted: MainWindow) -> None:
    pick(menu_of(plotted, "sulfite"), "delete")
    assert "sulfite" not in [c.id for c in region_of(plotted).components]
    assert "Remove sulfite" in plotted.messages.text


# Ties that are typed


def type_tie(window: MainWindow, row: int, text: str) -> None:
    """Open the cell of a tie, replace what it says, and confirm."""
    view = window.inspector.parameters
    index = window.inspector.parameter_model.index(row, TIED)
    view.setCurrentIndex(index)
    view.edit(index)
    box = view.viewport().findChild(QComboBox)
    assert box is not None
    box.hidePopup()
    line = box.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("row", "typed", "link"),
    [
        (CENTER, "B + 7,2", Link("offset", Ref("ps4", "center"), 7.2)),
        (CENTER, "b-1.5", Link("offset", Ref("ps4", "center"), -1.5)),
        (AREA, "A × 0.5", Link("ratio", Ref("li2s", "area"), 0.5)),
        (FWHM, "= C", Link("same", Ref("p_s_p", "fwhm"))),
    ],
)
def test_a_tie_can_be_typed(plotted: MainWindow, row: int, typed: str, link: Link) -> None:
    plotted.selection.select_component("sulfite")
    type_tie(plotted, row, typed)
    assert region_of(plotted).param(Ref("sulfite", link.target.parameter)).link == link


def test_what_is_no_tie_is_refused_with_examples(plotted: MainWindow) -> None:
    before = plotted.document.project
    plotted.selection.select_component("sulfite")
    type_tie(plotted, CENTER, "left of B")
    assert plotted.document.project is before
    assert "A + 1.18" in plotted.messages.text


@pytest.mark.parametrize("text", ["Z", "B +", "B × -1", "B ÷ 2", "1.18"])
def test_ties_that_lead_nowhere_are_refused(text: str) -> None:
    region = fitted_project().region(region_id(fitted_project(), "S 2p"))
    with pytest.raises(XpsError):
        typed_link(region, "center", text)


@pytest.mark.parametrize("text", ["–", "-", "", "  "])
def test_a_dash_unties(text: str) -> None:
    region = fitted_project().region(region_id(fitted_project(), "S 2p"))
    assert typed_link(region, "fwhm", text) is None


def test_no_link_is_offered_that_would_run_in_a_circle() -> None:
    region = fitted_project().region(region_id(fitted_project(), "S 2p"))
    targets = {link.target for link in edits.possible_links(region, Ref("ps4", "fwhm"))}
    assert Ref("li2s", "fwhm") not in targets  # which is tied to it
    assert Ref("sulfite", "fwhm") in targets


# Doublets


def lines(window: MainWindow, id_: str) -> Doublet:
    found = component(window, id_).lines
    assert isinstance(found, Doublet)
    return found


def test_a_doublet_is_unlocked_only_for_a_reason(
    plotted: MainWindow, dialogs: ScriptedDialogs
) -> None:
    plotted.selection.select_component("sulfate")
    before = plotted.document.project
    section = plotted.inspector.doublet
    assert section.text == "Doublet locked: 1.18 eV apart, area ratio 0.5"
    assert not section.splitting.isVisible()
    for answer in (None, "   "):
        dialogs.texts.append(answer)
        click(section.button)
        assert plotted.document.project is before
    assert "for a reason" in plotted.messages.text
    dialogs.texts.append("differential charging")
    click(section.button)
    assert lines(plotted, "sulfate").unlocked_because == "differential charging"
    assert section.splitting.isVisible()
    assert "differential charging" in section.text


def test_an_unlocked_doublet_takes_other_numbers_and_the_report_says_why(
    qtbot: QtBot, plotted: MainWindow, dialogs: ScriptedDialogs
) -> None:
    plotted.selection.select_component("sulfate")
    dialogs.texts.append("differential charging")
    click(plotted.inspector.doublet.button)
    type_into(plotted.inspector.doublet.splitting, "1,22")
    type_into(plotted.inspector.doublet.ratio, "0.48")
    assert (lines(plotted, "sulfate").splitting_ev, lines(plotted, "sulfate").ratio) == (1.22, 0.48)
    assert lines(plotted, "ps4").splitting_ev == 1.18
    fit_all(qtbot, plotted)
    assert "differential charging" in report_html(plotted.document.project)
    click(plotted.inspector.doublet.button)
    assert lines(plotted, "sulfate") == lines(plotted, "ps4")
    choose(plotted, "undo")
    assert lines(plotted, "sulfate").ratio == 0.48


@pytest.mark.parametrize("typed", ["0", "-1"])
def test_impossible_splittings_are_refused(
    plotted: MainWindow, dialogs: ScriptedDialogs, typed: str
) -> None:
    plotted.selection.select_component("sulfate")
    dialogs.texts.append("a trial")
    click(plotted.inspector.doublet.button)
    type_into(plotted.inspector.doublet.splitting, typed)
    assert lines(plotted, "sulfate").splitting_ev == 1.18
    assert "above zero" in plotted.messages.text


def test_a_locked_doublet_keeps_its_splitting() -> None:
    project = fitted_project()
    with pytest.raises(XpsError, match="locked"):
        edits.set_splitting(project, region_id(project, "S 2p"), "ps4", 1.3)


def test_a_single_line_has_no_doublet_to_unlock(plotted: MainWindow) -> None:
    o1s = plotted.document.project.region(region_id(plotted.document.project, "O 1s"))
    plotted.selection.select_entry(o1s.spectrum)
    plotted.selection.select_component(o1s.components[0].id)
    assert not plotted.inspector.doublet.isVisible()
    menu = menu_of(plotted, o1s.components[0].id)
    assert "Unlock doublet…" not in names_in(menu)
    menu.close()


# Copies in other regions


def test_a_copied_component_starts_with_an_area_from_its_new_data() -> None:
    project = fitted_project()
    source, target = (region_id(project, "S 2p", sample) for sample in (0, 1))
    changed, text = edits.copy_component(project, source, "sulfate", [target])
    copies = [c for c in changed.region(target).components if c.species == "sulfate"]
    assert len(copies) == 2
    assert text == "Copy sulfate SO₄²⁻ to S 2p of ALD5 NCM (simulated)"
    assert changed.region(source) is project.region(source)
