import math
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.plot.plain_axis import PlainAxis
from app.plot.plot_view import PlotView
from app.window import MainWindow
from tests.app.mouse import hover, pixel_of
from tests.app.projects import region_id
from tests.app.user import choose, open_files
from xps.species import library


def view_range(plot: PlotView) -> tuple[float, ...]:
    (left, right), (bottom, top) = plot.main.getViewBox().viewRange()
    return left, right, bottom, top


def test_binding_energy_falls_to_the_right_in_both_plots(fitted: MainWindow) -> None:
    for part in (fitted.panel.plot.main, fitted.panel.plot.residual):
        box = part.getViewBox()
        high, low = (box.mapViewToScene(QPointF(e, 0.0)).x() for e in (170.0, 160.0))
        assert high < low


def test_residual_and_spectrum_share_the_axis_pixel_by_pixel(fitted: MainWindow) -> None:
    plot = fitted.panel.plot
    for energy in (158.0, 161.6, 171.0):
        above, below = (
            part.getViewBox().mapViewToScene(QPointF(energy, 0.0)).x()
            for part in (plot.residual, plot.main)
        )
        assert above == pytest.approx(below, abs=0.6)


def test_the_axes_name_quantity_and_unit(fitted: MainWindow) -> None:
    plot = fitted.panel.plot
    assert "Binding energy / eV" in plot.main.getAxis("bottom").label.toPlainText()
    assert "counts/s" in plot.main.getAxis("left").label.toPlainText()
    assert "σ" in plot.residual.getAxis("left").label.toPlainText()


def test_every_component_has_letter_name_line_and_the_color_of_its_species(
    fitted: MainWindow,
) -> None:
    plot = fitted.panel.plot
    region = fitted.selection.region
    assert region is not None
    looks = plot.looks
    assert [look.letter for look in looks] == ["A", "B", "C", "D", "E"]
    assert len({look.dash for look in looks}) == 5
    for look, component in zip(looks, region.components, strict=True):
        assert look.color.name().lower() == library()[component.species].color.lower()
        assert any(text.startswith(f"{look.letter}  ") for text in plot.legend_texts)


def test_the_residual_is_near_one_sigma(fitted: MainWindow) -> None:
    shown = fitted.panel.plot.shown
    assert shown is not None
    assert shown.curves is not None
    residual = shown.curves.residual
    assert 0.7 < math.sqrt(float((residual**2).mean())) < 1.3


def test_without_a_region_only_the_data_are_drawn(fitted: MainWindow) -> None:
    entry = next(e for e in fitted.document.project.entries if e.label == "C 1s")
    fitted.selection.select_entry(entry.id)
    plot = fitted.panel.plot
    assert plot.shown is not None
    assert plot.shown.curves is None
    assert not plot.residual.isVisible()
    assert plot.legend_texts == []


def test_a_component_without_area_has_no_letter_in_the_plot(fitted: MainWindow) -> None:
    region = fitted.selection.region
    assert region is not None
    plot = fitted.panel.plot
    assert plot.letters == ["A", "B", "C", "D", "E"]
    component = region.component("sulfite")
    without = region.with_component(component.with_param("area", component.area.at(0.0)))
    fitted.document.push(fitted.document.project.with_region(without), "Empty it")
    assert plot.letters == ["A", "B", "C", "E"]


@pytest.mark.parametrize(("points", "line"), [(200, False), (1200, True)])
def test_a_survey_is_a_line_and_a_narrow_scan_its_points(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, points: int, line: bool
) -> None:
    path = tmp_path / "scan.csv"
    rows = "\n".join(f"{i},{1000 + i % 7}" for i in range(points))
    path.write_text(f"Binding Energy (eV),Counts\n{rows}\n", "utf-8")
    open_files(qtbot, window, [path])
    drawn = [item for item in window.panel.plot.main.listDataItems() if item.xData is not None]
    assert len(drawn) == 1
    assert (drawn[0].opts["symbol"] is None) == line


def test_the_pointer_tells_energy_and_intensity(fitted: MainWindow) -> None:
    plot = fitted.panel.plot
    shown = plot.shown
    assert shown is not None
    energy, intensity = shown.nearest(161.6)
    hover(fitted, pixel_of(plot, energy, intensity))
    text = fitted.status.pointer_text
    assert "eV" in text
    assert "counts/s" in text
    assert float(text.split(" eV")[0]) == pytest.approx(energy, abs=0.05)


def test_clicking_into_a_component_selects_it(fitted: MainWindow) -> None:
    plot = fitted.panel.plot
    assert plot.shown is not None
    assert plot.shown.curves is not None
    model = plot.shown.curves.model
    apex = int(model.components[4].argmax())
    height = float(model.background[apex] + 0.5 * model.components[4][apex])
    point = pixel_of(plot, float(model.energy_ev[apex]), height)
    QTest.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=point)
    selected = fitted.selection.component
    assert selected is not None
    assert selected.id == "sulfate"


def test_a_double_click_shows_the_whole_region_again(fitted: MainWindow) -> None:
    plot = fitted.panel.plot
    whole = view_range(plot)
    plot.main.setXRange(161.0, 162.0, padding=0.0)
    assert view_range(plot) != whole
    middle = plot.canvas.viewport().rect().center()
    QTest.mouseDClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert view_range(plot) == pytest.approx(whole)


def test_the_zoom_stays_while_values_change_and_goes_with_another_spectrum(
    fitted: MainWindow,
) -> None:
    plot = fitted.panel.plot
    plot.main.setXRange(161.0, 162.0, padding=0.0)
    region = fitted.selection.region
    assert region is not None
    component = region.component("ps4")
    wider = component.with_param("fwhm", component.fwhm.at(1.3))
    project = fitted.document.project.with_region(region.with_component(wider))
    fitted.document.push(project, "Widen")
    assert view_range(plot)[:2] == pytest.approx((161.0, 162.0))
    o1s = region_id(fitted.document.project, "O 1s")
    fitted.selection.select_entry(fitted.document.project.region(o1s).spectrum)
    assert view_range(plot)[0] > 500


def test_the_description_for_screen_readers_follows_the_fit(fitted: MainWindow) -> None:
    text = fitted.panel.plot.accessibleDescription()
    assert "5 components" in text
    assert "χ²ᵣ" in text
    choose(fitted, "undo")
    assert "not fitted" in fitted.panel.plot.accessibleDescription()


@pytest.mark.parametrize("highest", [6.0, 8.3, 43.0, 610.0, 61_000.0, 610_000.0])
def test_the_labels_of_an_axis_have_the_same_decimals(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, highest: float
) -> None:
    path = tmp_path / "survey.csv"
    rows = "\n".join(f"{i},{highest * i / 1000:.3f}" for i in range(0, 1001, 5))
    path.write_text(f"Binding Energy (eV),Intensity\n{rows}\n", "utf-8")
    open_files(qtbot, window, [path])
    plot = window.panel.plot.main
    for low, high in ((0.0, 1000.0), (3.0, 4.1)):
        plot.setXRange(low, high, padding=0.0)
        window.grab()
        for side in ("left", "bottom"):
            labels = labels_of(plot.getAxis(side))
            assert len(labels) > 1
            assert len({len(text.partition(".")[2]) for text in labels}) == 1


def labels_of(axis: PlainAxis) -> list[str]:
    """What is written beside the ticks of an axis."""
    page = QPixmap(10, 10)
    painter = QPainter(page)
    _, _, labels = axis.generateDrawSpecs(painter)
    painter.end()
    return [text for _, _, text in labels]


@pytest.mark.parametrize(("height", "shown"), [(500, True), (120, False)])
def test_a_label_longer_than_its_axis_is_left_out(
    fitted: MainWindow, height: int, *, shown: bool
) -> None:
    canvas = fitted.panel.plot.canvas
    canvas.setFixedHeight(height)
    QApplication.processEvents()
    label = fitted.panel.plot.residual.getAxis("left").label
    assert (label.opacity() == 1.0) is shown


@pytest.mark.parametrize("scheme", ["Dark", "Light"])
def test_colors_follow_the_scheme_while_the_app_runs(
    qapp: QApplication, fitted: MainWindow, scheme: str
) -> None:
    choose(fitted, f"colors {scheme}")
    qapp.processEvents()
    picture = fitted.panel.plot.grab().toImage()
    background = picture.pixelColor(picture.width() - 3, picture.height() // 2)
    assert (background.lightness() < 80) == (scheme == "Dark")


def test_kinetic_energies_without_photon_energy_are_drawn_as_such(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "kinetic.csv"
    rows = "\n".join(f"{1300 + 0.1 * i:.1f},{1000 + i}" for i in range(50))
    path.write_text(f"Kinetic Energy (eV),Counts\n{rows}\n", "utf-8")
    open_files(qtbot, window, [path])
    plot = window.panel.plot
    assert "Kinetic energy / eV" in plot.main.getAxis("bottom").label.toPlainText()
    box = plot.main.getViewBox()
    assert box.mapViewToScene(QPointF(1300, 0)).x() < box.mapViewToScene(QPointF(1304, 0)).x()
