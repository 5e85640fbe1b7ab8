"""Scales, masks and overlays of the plot."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.plot.overlays import Arrangement
from app.plot.shown import Shown
from app.samples.sample_model import ENTRY_ROLE
from app.window import MainWindow
from tests.app.mouse import drag, hover, pixel_of, press, release
from tests.app.test_plot import labels_of
from tests.app.user import choose, fit_all
from xps.spectrum import Spectrum


def shown(window: MainWindow) -> Shown:
    drawn = window.panel.plot.shown
    assert drawn is not None
    return drawn


def point_at(window: MainWindow, energy_ev: float) -> str:
    """Point at the data at an energy; return what the status bar says."""
    plot = window.panel.plot
    energy, intensity = shown(window).nearest(energy_ev)
    hover(window, pixel_of(plot, energy, intensity))
    return window.status.pointer_text


def test_kinetic_energies_are_those_that_were_measured(plotted: MainWindow) -> None:
    binding = float(point_at(plotted, 161.6).split(" eV")[0])
    choose(plotted, "kinetic")
    axis = plotted.panel.plot.main.getAxis("bottom")
    assert "Kinetic energy / eV" in axis.label.toPlainText()
    kinetic = float(point_at(plotted, 161.6).split(" eV")[0])
    entry = plotted.selection.entry
    assert entry is not None
    shift = plotted.document.project.charge_of(entry.id).shift_ev
    assert kinetic == pytest.approx(entry.spectrum.photon_energy_ev - (binding - shift), abs=0.02)


def test_ticks_of_kinetic_energies_are_round_and_rise_to_the_right(plotted: MainWindow) -> None:
    choose(plotted, "kinetic")
    plotted.grab()
    labels = [float(text) for text in labels_of(plotted.panel.plot.main.getAxis("bottom"))]
    assert len(labels) > 1
    assert all(label == round(label, 1) for label in labels)
    assert all(1300.0 < label < 1340.0 for label in labels)


def test_the_curves_stay_where_they_are_on_another_scale(plotted: MainWindow) -> None:
    plot = plotted.panel.plot
    before = pixel_of(plot, 161.6, 3000.0)
    choose(plotted, "kinetic")
    choose(plotted, "counts")
    assert pixel_of(plot, 161.6, 3000.0) == before


def test_counts_are_those_of_the_whole_live_time(plotted: MainWindow) -> None:
    rate = float(point_at(plotted, 161.6).split()[2])
    choose(plotted, "counts")
    assert "counts" in plotted.panel.plot.main.getAxis("left").label.toPlainText()
    text = point_at(plotted, 161.6)
    assert text.endswith(" counts")
    entry = plotted.selection.entry
    assert entry is not None
    assert float(text.split()[2]) == pytest.approx(rate * entry.spectrum.live_time_s, rel=1e-3)


def test_a_second_time_brings_the_first_scale_back(plotted: MainWindow) -> None:
    before = point_at(plotted, 161.6)
    for _ in range(2):
        choose(plotted, "counts")
        choose(plotted, "kinetic")
    assert point_at(plotted, 161.6) == before


# Masks


def click_point(window: MainWindow, energy_ev: float) -> float:
    """Click on the point next to an energy; return its energy."""
    energy, intensity = shown(window).nearest(energy_ev)
    at = pixel_of(window.panel.plot, energy, intensity)
    press(window, at)
    release(window, at)
    return energy


def test_a_clicked_point_is_left_out_and_still_shown(plotted: MainWindow) -> None:
    before = shown(plotted).energy_ev.size
    QTest.keyClick(plotted, Qt.Key.Key_M)
    energy = click_point(plotted, 165.0)
    assert shown(plotted).energy_ev.size == before - 1
    assert shown(plotted).masked_ev == pytest.approx([energy])
    assert plotted.document.stack.undoText() == "Mask 1 point of S 2p of Bare NCM (simulated)"
    assert "stale" in plotted.panel.state_text


def test_a_click_on_a_masked_point_takes_it_back(plotted: MainWindow) -> None:
    entry = plotted.selection.entry
    assert entry is not None
    choose(plotted, "mode_mask")
    energy = click_point(plotted, 165.0)
    height = float(shown(plotted).masked_intensity[0])
    at = pixel_of(plotted.panel.plot, energy, height)
    press(plotted, at)
    release(plotted, at)
    assert not shown(plotted).masked_ev.size
    assert plotted.document.stack.undoText().startswith("Unmask 1 point")
    assert plotted.document.project.entry(entry.id).spectrum.digest == entry.spectrum.digest


def test_a_stroke_masks_all_points_that_it_passes(plotted: MainWindow) -> None:
    choose(plotted, "mode_mask")
    plot = plotted.panel.plot
    start = pixel_of(plot, 166.0, 4000.0)
    end = pixel_of(plot, 165.0, 4000.0)
    drag(plotted, start, end - start)
    masked = shown(plotted).masked_ev
    assert masked.min() == pytest.approx(165.0, abs=0.15)
    assert masked.max() == pytest.approx(166.0, abs=0.15)
    assert masked.size >= 9


def test_a_masked_fit_counts_fewer_points(qtbot: QtBot, plotted: MainWindow) -> None:
    region = plotted.selection.region
    assert region is not None
    before = plotted.document.project.fit_of(region.id)
    choose(plotted, "mode_mask")
    click_point(plotted, 165.0)
    fit_all(qtbot, plotted)
    after = plotted.document.project.fit_of(region.id)
    assert before is not None
    assert after is not None
    assert after.n_points == before.n_points - 1


def test_all_masks_are_taken_back_at_once(plotted: MainWindow) -> None:
    choose(plotted, "mode_mask")
    for energy in (164.0, 165.0, 168.0):
        click_point(plotted, energy)
    assert shown(plotted).masked_ev.size == 3
    choose(plotted, "unmask")
    assert not shown(plotted).masked_ev.size
    assert not plotted.commands.actions["unmask"].isEnabled()


def test_a_click_beside_the_points_masks_nothing_and_says_so(plotted: MainWindow) -> None:
    before = plotted.document.project
    choose(plotted, "mode_mask")
    at = pixel_of(plotted.panel.plot, 170.0, 4500.0)
    press(plotted, at)
    release(plotted, at)
    assert plotted.document.project is before
    assert "no point here" in plotted.messages.text


@pytest.mark.parametrize("descending", [False, True])
def test_ranges_hold_the_masked_points_and_no_others(descending: bool) -> None:
    energy = np.arange(10.0)[::-1] if descending else np.arange(10.0)
    spectrum = Spectrum(energy, np.ones(10))
    masked = np.isin(energy, [1.0, 2.0, 5.0, 9.0])
    ranges = spectrum.masks_of(masked)
    assert ranges == ((1.0, 2.0), (5.0, 5.0), (9.0, 9.0))
    assert (~spectrum.with_(masked_ev=ranges).is_kept == masked).all()


# Overlays


def check(window: MainWindow, entry_id: str) -> None:
    """Click the check box of a spectrum in the tree."""
    tree = window.tree
    model = tree.model()
    found = model.match(model.index(0, 0), ENTRY_ROLE, entry_id, flags=Qt.MatchFlag.MatchRecursive)
    assert found
    rect = tree.visualRect(found[0])
    QTest.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 8, rect.center().y())
    )
    QApplication.processEvents()


def other_s2p(window: MainWindow) -> str:
    entry = window.selection.entry
    assert entry is not None
    entries = window.document.project.entries
    return next(e.id for e in entries if e.label == "S 2p" and e.id != entry.id)


def test_a_checked_spectrum_is_drawn_behind_the_selected_one(plotted: MainWindow) -> None:
    selected, other = plotted.selection.entry, other_s2p(plotted)
    check(plotted, other)
    assert plotted.panel.overlays.ids == (other,)
    assert plotted.selection.entry == selected
    assert "S 2p · ALD5 NCM (simulated)" in plotted.panel.plot.legend_texts
    check(plotted, other)
    assert plotted.panel.overlays.ids == ()
    assert "S 2p · ALD5 NCM (simulated)" not in plotted.panel.plot.legend_texts


def overlay(window: MainWindow) -> np.ndarray:
    (drawn,) = window.panel.plot.overlays.overlays
    low, high = shown(window).focus
    return drawn.intensity[(drawn.energy_ev >= low) & (drawn.energy_ev <= high)]


def test_normalized_spectra_have_the_range_of_the_selected_one(plotted: MainWindow) -> None:
    check(plotted, other_s2p(plotted))
    choose(plotted, "overlays normalized")
    low, high = shown(plotted).focus
    drawn = shown(plotted)
    inside = (drawn.energy_ev >= low) & (drawn.energy_ev <= high)
    own = drawn.intensity[inside]
    assert overlay(plotted).min() == pytest.approx(own.min())
    assert overlay(plotted).max() == pytest.approx(own.max())


def test_offset_spectra_keep_their_form(plotted: MainWindow) -> None:
    check(plotted, other_s2p(plotted))
    measured = overlay(plotted)
    choose(plotted, "overlays offset")
    moved = overlay(plotted) - measured
    assert moved == pytest.approx(moved[0])
    assert moved[0] > 0.0
    assert plotted.panel.overlays.arrangement is Arrangement.OFFSET


def test_an_overlay_goes_with_its_spectrum(plotted: MainWindow) -> None:
    other = other_s2p(plotted)
    check(plotted, other)
    project = plotted.document.project.without_entry(other)
    plotted.document.push(project, "Remove")
    assert plotted.panel.overlays.ids == ()


def test_a_selected_spectrum_goes_together_with_the_one_behind_it(plotted: MainWindow) -> None:
    selected, other = plotted.selection.entry, other_s2p(plotted)
    check(plotted, other)
    project = plotted.document.project.without_entry(other).without_entry(selected.id)
    plotted.document.push(project, "Remove both")
    assert plotted.selection.entry not in (None, selected)
    assert plotted.panel.overlays.ids == ()
