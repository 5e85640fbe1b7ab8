from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.checks.checks_view import ChecksView
from app.checks.finding_place import Place, place_of
from app.checks.remedies import Remedy, remedy_of
from app.gestures import gestures, result_gestures
from app.gestures.background_gestures import set_background
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import fitted as fitted_project
from tests.app.projects import region_id, started
from tests.app.user import LONG, choose, click
from xps.analysis import fit_project
from xps.cancel import Cancelled
from xps.checks import RULES, Finding, check
from xps.errors import XpsError
from xps.model import Doublet, Link, Ref, Singlet
from xps.multiplet import Line
from xps.project import Project
from xps.report import report_html
from xps.waiver import Scope

BARE = "Bare NCM (simulated)"


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the present project is checked."""
    qtbot.waitUntil(lambda: window.checking.is_current, timeout=LONG)


def opened(qtbot: QtBot, window: MainWindow, project: Project, rule: str) -> ChecksView:
    """Open the checks of a project, with the first finding of a rule chosen."""
    window.document.replace(project)
    settle(qtbot, window)
    choose(window, "show_checks")
    view = window.results.checks
    view.choose_rule(rule)
    assert view.finding is not None
    assert view.finding.rule == rule
    return view


@pytest.fixture(scope="module")
def static() -> Project:
    """The example with a background subtracted before the fit, in one region."""
    project = fitted_project()
    id_ = region_id(project, "S 2p", sample=1)
    changed = set_background(project, id_, "linear", "u2").project
    return fit_project(changed, [id_]).project


def finding_of(project: Project, rule: str) -> Finding:
    return next(finding for finding in check(project) if finding.rule == rule)


def test_each_finding_says_what_why_and_who_says_so(
    qtbot: QtBot, window: MainWindow, static: Project
) -> None:
    view = opened(qtbot, window, static, "background-static")
    severity, where, message = next(row for row in view.rows if "subtracted" in row[2])
    assert severity == "▲ warning"
    assert where == "ALD5 NCM (simulated), S 2p"
    assert "subtracted before the fit" in message
    rule = next(rule for rule in RULES if rule.id == "background-static")
    for part in (rule.title, message, rule.remedy, rule.citation):
        assert part in view.detail
    count = len(check(static))
    assert window.results.tabText(window.results.indexOf(view)) == f"Checks ({count})"


def test_show_selects_what_a_finding_is_about(
    qtbot: QtBot, window: MainWindow, static: Project
) -> None:
    view = opened(qtbot, window, static, "background-static")
    click(view.show_button)
    assert window.selection.entry is not None
    assert window.selection.entry.sample == "ALD5 NCM (simulated)"
    assert window.focusWidget() is window.inspector.region.kind


def test_enter_goes_there_from_the_list(qtbot: QtBot, window: MainWindow, static: Project) -> None:
    view = opened(qtbot, window, static, "background-static")
    view.list.setFocus()
    QTest.keyClick(view.list, Qt.Key.Key_Return)
    assert window.focusWidget() is window.inspector.region.kind


def test_the_remedy_changes_the_region_and_fits_it(
    qtbot: QtBot, window: MainWindow, static: Project
) -> None:
    view = opened(qtbot, window, static, "background-static")
    assert view.remedy_button.text() == "Fit the background too"
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        click(view.remedy_button)
    settle(qtbot, window)
    assert "background-static" not in [f.rule for f in window.checking.findings]
    id_ = region_id(window.document.project, "S 2p", sample=1)
    assert window.document.project.region(id_).background.kind == "peak-shirley"
    assert window.document.project.is_fresh(id_)
    choose(window, "undo")
    choose(window, "undo")
    assert window.document.project is static


def test_a_finding_is_waived_with_a_reason_that_the_report_prints(
    qtbot: QtBot, window: MainWindow, static: Project, dialogs: ScriptedDialogs
) -> None:
    view = opened(qtbot, window, static, "background-static")
    dialogs.texts = ["repeats the fit of <2019>"]
    click(view.waive_button)
    settle(qtbot, window)
    assert window.document.stack.undoText().startswith("Waive “A background that was subtracted")
    row = next(row for row in view.rows if "subtracted" in row[2])
    assert row[0] == "⚑ waived"
    assert view.rows[-1] == row
    view.choose_rule("background-static")
    assert "Waived: repeats the fit of <2019>" in view.detail
    assert "repeats the fit of &lt;2019&gt;" in report_html(window.document.project)
    assert not view.waive_button.isVisible()
    assert not view.remedy_button.isVisible()


def test_a_waiver_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, static: Project, dialogs: ScriptedDialogs
) -> None:
    view = opened(qtbot, window, static, "background-static")
    dialogs.texts = ["because"]
    click(view.waive_button)
    settle(qtbot, window)
    view.choose_rule("background-static")
    click(view.take_back_button)
    settle(qtbot, window)
    assert window.document.project.waivers == ()
    assert "⚑ waived" not in [row[0] for row in view.rows]
    choose(window, "undo")
    assert [w.reason for w in window.document.project.waivers] == ["because"]


@pytest.mark.parametrize("reason", [None, "  "])
def test_without_a_reason_nothing_is_waived(
    qtbot: QtBot,
    window: MainWindow,
    static: Project,
    dialogs: ScriptedDialogs,
    reason: str | None,
) -> None:
    view = opened(qtbot, window, static, "background-static")
    dialogs.texts = [reason]
    click(view.waive_button)
    assert window.document.project is static
    assert ("without a reason" in window.messages.text) is (reason is not None)


def test_a_waived_component_is_marked_in_the_table(qtbot: QtBot, window: MainWindow) -> None:
    project = fitted_project()
    region = project.region(region_id(project, "S 2p"))
    finding = Finding("width-range", "warning", "", "", "", "", Scope(BARE, region.id, "ps4.fwhm"))
    window.document.replace(project)
    window.selection.select_entry(region.spectrum)
    model = window.inspector.component_model
    row = model.row_of("ps4")
    assert "⚑" not in model.index(row, 0).data()
    window.document.push(*result_gestures.waive(project, finding, "a known phase"))
    assert model.index(row, 0).data().endswith("⚑")
    assert "Waived: a known phase" in model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "⚑" not in model.index(row + 1, 0).data()
    choose(window, "undo")
    assert "⚑" not in model.index(row, 0).data()


def test_a_waiver_follows_its_sample_to_another_name(static: Project) -> None:
    finding = finding_of(static, "background-static")
    waived = result_gestures.waive(static, finding, "because").project
    renamed = gestures.rename_sample(waived, "ALD5 NCM (simulated)", "coated").project
    assert finding_of(renamed, "background-static").waived == "because"


def test_findings_of_all_samples_lead_to_the_replicates(qtbot: QtBot, window: MainWindow) -> None:
    view = opened(qtbot, window, fitted_project(), "one-spot")
    click(view.show_button)
    assert window.results.currentWidget() is window.results.compare


def test_a_parameter_is_shown_in_the_table_of_its_numbers(qtbot: QtBot, window: MainWindow) -> None:
    project = fitted_project()
    id_ = region_id(project, "S 2p")
    held = gestures.set_bounds(project, id_, Ref("ps4", "fwhm"), 0.5, 1.0).project
    outcome = fit_project(held, [id_])
    view = opened(qtbot, window, outcome.project, "at-bound")
    click(view.show_button)
    component = window.selection.component
    assert component is not None
    assert component.id == "ps4"
    table = window.inspector.parameters
    assert window.focusWidget() is table
    assert window.inspector.parameter_model.row_of(Ref("ps4", "fwhm")) == table.currentIndex().row()


def test_without_a_finding_the_tab_says_so(window: MainWindow) -> None:
    window.document.push(started(), "Open")
    choose(window, "show_checks")
    assert window.results.checks.empty_text.startswith("The checks hold every fit")


def test_edits_in_a_row_are_checked_once_they_end(
    qtbot: QtBot, window: MainWindow, static: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Project] = []

    def remember(project: Project, *, cancelled: Cancelled) -> tuple[Finding, ...]:
        checked.append(project)
        return ()

    monkeypatch.setattr("xps.checks.check", remember)
    for number in range(5):
        window.document.push(replace(static, recipe=str(number)), f"Edit {number}")
    settle(qtbot, window)
    assert checked == [window.document.project]


def test_a_mistake_in_a_rule_is_told_once(
    qtbot: QtBot, window: MainWindow, static: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(project: Project, *, cancelled: Cancelled) -> tuple[Finding, ...]:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("xps.checks.check", fail)
    with qtbot.captureExceptions() as caught:
        window.document.replace(static)
        settle(qtbot, window)
    assert not window.checking.is_waiting
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_a_lone_line_becomes_the_doublet_of_its_level() -> None:
    project = fitted_project()
    region = project.region(region_id(project, "S 2p"))
    single = replace(region.component("sulfate"), lines=Singlet("2p"))
    changed = project.with_region(region.with_component(single))
    finding = Finding(
        "doublet-missing", "warning", "", "", "", "", Scope(BARE, region.id, "sulfate")
    )
    remedy = remedy_of(changed, finding)
    assert remedy is not None
    assert remedy.gesture is not None
    mended = remedy.gesture(changed).project.region(region.id).component("sulfate")
    assert isinstance(mended.lines, Doublet)
    assert mended.lines.lines == region.component("sulfate").lines.lines
    assert all(isinstance(line, Line) for line in mended.lines.lines)


def test_two_lines_become_one_doublet_of_their_whole_area() -> None:
    project = fitted_project()
    region = project.region(region_id(project, "S 2p"))
    for id_ in ("sulfite", "sulfate"):
        line = replace(region.component(id_), lines=Singlet("2p"))
        region = region.with_component(line)
    areas = [region.component(id_).area.value for id_ in ("sulfite", "sulfate")]
    changed = project.with_region(region)
    finding = Finding(
        "doublet-free", "warning", "", "", "", "", Scope(BARE, region.id, "sulfite and sulfate")
    )
    remedy = remedy_of(changed, finding)
    assert remedy is not None
    assert remedy.gesture is not None
    mended = remedy.gesture(changed).project.region(region.id)
    assert "sulfate" not in [c.id for c in mended.components]
    assert mended.component("sulfite").area.value == pytest.approx(sum(areas))


def test_unequal_widths_are_tied_at_the_end_of_their_ties() -> None:
    project = fitted_project()
    region = project.region(region_id(project, "S 2p"))
    assert region.component("li2s").fwhm.link == Link("same", Ref("ps4", "fwhm"))
    finding = Finding(
        "width-unequal", "warning", "", "", "", "", Scope(BARE, region.id, "li2s and sulfite")
    )
    remedy = remedy_of(project, finding)
    assert remedy is not None
    assert remedy.gesture is not None
    mended = remedy.gesture(project).project.region(region.id)
    root, _, _ = mended.resolve(Ref("sulfite", "fwhm"))
    assert root == Ref("ps4", "fwhm")


def test_points_that_weighed_alike_are_weighed_by_their_noise() -> None:
    project = fitted_project()
    region = replace(project.region(region_id(project, "S 2p")), weights="equal")
    changed = project.with_region(region)
    remedy = remedy_of(
        changed, Finding("unweighted", "note", "", "", "", "", Scope(BARE, region.id))
    )
    assert remedy is not None
    assert remedy.gesture is not None
    mended = remedy.gesture(changed).project.region(region.id)
    assert mended == replace(region, weights="noise")


def test_the_charge_reference_is_searched_farther() -> None:
    project = fitted_project()
    finding = Finding("charge-shift-far", "warning", "", "", "", "", Scope(BARE))
    remedy = remedy_of(project, finding)
    assert remedy is not None
    assert remedy.gesture is not None
    charge = remedy.gesture(project).project.sample(BARE).charge
    assert charge.search_ev == 2.0 * project.sample(BARE).charge.search_ev
    assert charge.stderr_ev is None


def test_what_somebody_has_to_decide_has_no_button() -> None:
    project = fitted_project()
    region = project.regions[0]
    finding = Finding("correlated", "warning", "", "", "", "", Scope(BARE, region.id, "a and b"))
    assert remedy_of(project, finding) is None


def test_places_of_samples_and_of_what_is_gone() -> None:
    project = fitted_project()
    region = project.region(region_id(project, "O 1s"))
    of_level = Finding("oxygen-budget", "warning", "", "", "", "", Scope(BARE, "", "O 1s"))
    assert place_of(project, of_level) == Place(region.spectrum)
    gone = Finding("stale", "warning", "", "", "", "", Scope("gone", "gone", "gone"))
    assert place_of(project, gone) == Place()


def test_every_remedy_is_of_a_rule_that_there_is() -> None:
    from app.checks import finding_place, remedies

    known = {rule.id for rule in RULES}
    assert set(remedies._REMEDIES) | set(remedies._OF_SAMPLES) <= known
    assert set(finding_place._TOPICS) <= known


def test_a_remedy_that_cannot_be_carried_out_is_refused(static: Project) -> None:
    finding = finding_of(static, "background-static")
    with pytest.raises(XpsError, match="without a reason"):
        result_gestures.waive(static, finding, " ")


def test_waiving_stands_where_it_stands_for_every_finding(
    qtbot: QtBot, window: MainWindow, static: Project
) -> None:
    view = opened(qtbot, window, static, "background-static")
    places = set()
    for remedy in (None, Remedy("Widen the bounds of the full width at half maximum", "")):
        view.show_remedy(remedy)
        assert view.remedy_button.isVisible() is (remedy is not None)
        QApplication.processEvents()
        places.add(view.waive_button.x())
    assert len(places) == 1
