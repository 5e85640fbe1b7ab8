"""Maps and profiles: opened from a file, fitted, looked at place by place, exported, taken over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.maps.map_image import MapImage
from app.maps.map_window import MapWindow
from app.maps.place_plot import PlacePlot
from app.maps.profile_plot import ProfilePlot
from app.maps.quantity import Quantity, levels
from app.session.files import MANY
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import LONG, choose, click, drop, open_files
from tests.truth import argyrodite
from xps.readers import read_file
from xps.spectrum import Spectrum
from xps.stacks import Coordinate
from xps.writers.formats import write_spectra

ROWS, COLUMNS = 3, 4
SULFATE = 4


def _measured(sulfate: float, seed: int, **changes: object) -> Spectrum:
    base = argyrodite(2000.0, step=0.1)
    truth = base.with_area("sulfate", sulfate * base.areas[SULFATE])
    return truth.spectrum(seed, sample="cathode", name="S 2p", **changes)


@pytest.fixture(scope="session")
def map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map in which sulfate grows from left to right."""
    path = tmp_path_factory.mktemp("maps") / "map.vms"
    spectra = [
        _measured(
            0.5 + column,
            row * COLUMNS + column,
            series=(("Map y / mm", 0.5 * row), ("Map x / mm", 0.1 * column)),
        )
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    write_spectra(path, spectra)
    return path


@pytest.fixture(scope="session")
def profile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile in which sulfate grows with depth."""
    path = tmp_path_factory.mktemp("profiles") / "profile.vms"
    spectra = [_measured(1.0 + n, n, series=(("Etch time / s", 30.0 * n),)) for n in range(4)]
    write_spectra(path, spectra)
    return path


def _open(qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, path: Path) -> MapWindow:
    dialogs.to_open.append([path])
    with qtbot.waitSignal(window.maps.opened, timeout=LONG):
        choose(window, "map")
    return window.maps.window


def _fit(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.maps.fitted, timeout=LONG):
        click(window.maps.window.fit_button)


def _show(maps: MapWindow, text: str) -> Quantity:
    place = maps.quantity_choice.findText(text, Qt.MatchFlag.MatchContains)
    assert place >= 0, [
        maps.quantity_choice.itemText(i) for i in range(maps.quantity_choice.count())
    ]
    maps.quantity_choice.setCurrentIndex(place)
    assert maps.quantity is not None
    return maps.quantity


def test_a_map_shows_its_mean_intensity_before_any_fit(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, map_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, map_file)
    spectra = read_file(map_file).spectra
    drawn = maps.image.quantity
    assert drawn is not None
    means = np.array([s.intensity.mean() for s in spectra]).reshape(ROWS, COLUMNS)
    np.testing.assert_allclose(drawn.values, means, rtol=1e-12)
    assert drawn.label.startswith("mean intensity / ")


def test_the_fit_of_a_map_finds_what_is_in_it(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, map_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, map_file)
    _fit(qtbot, window)
    sulfate = _show(maps, "sulfate SO₄²⁻, share")
    base = argyrodite(2000.0, step=0.1).areas
    areas = (0.5 + np.arange(COLUMNS)) * base[SULFATE]
    expected = 100.0 * areas / (base.sum() - base[SULFATE] + areas)
    assert sulfate.errors is not None
    pulls = (sulfate.values - expected) / sulfate.errors
    assert np.abs(pulls).max() < 4.5
    assert "12 spectra fitted" in maps.messages.messages[-1].text


def test_widths_that_all_places_share_have_one_value_with_its_error(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, profile_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, profile_file)
    maps.widths.setCurrentIndex(maps.widths.findText("same", Qt.MatchFlag.MatchContains))
    _fit(qtbot, window)
    opened = maps.opened
    assert opened is not None
    together = opened.fits[0].together
    assert together is not None
    assert together.shared
    widths = opened.fits[0].fit.of(together.shared[0].component, "fwhm")[0]
    assert np.ptp(widths) == 0.0
    assert "The same FWHM at all places" in maps.messages.messages[-1].text
    assert " ± " in maps.messages.messages[-1].text


def test_distinct_spectra_are_counted_before_any_fit(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, map_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, map_file)
    with qtbot.waitSignal(window.maps.told, timeout=LONG):
        click(maps.components_button)
    assert "2 components stand out of the noise" in maps.messages.messages[-1].text
    assert maps.opened is not None
    assert not maps.opened.fits


def test_a_click_shows_the_spectrum_of_the_place(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, map_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, map_file)
    qtbot.waitExposed(maps)
    view = maps.image.plot.vb
    at = maps.image.canvas.mapFromScene(view.mapViewToScene(QPointF(0.3, 1.0)))
    QTest.mouseClick(maps.image.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert maps.spectrum_index == 2 * COLUMNS + 3
    shown = maps.place.plot.shown
    assert shown is not None
    spectrum = read_file(map_file).spectra[2 * COLUMNS + 3]
    np.testing.assert_array_equal(np.sort(shown.intensity), np.sort(spectrum.intensity))
    assert "Map x = 0.3 mm" in maps.place.title


def test_arrow_keys_go_from_place_to_place(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, map_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, map_file)
    assert maps.spectrum_index == 0
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(maps.image, key)
    assert maps.image.place == (1, 2)
    assert maps.spectrum_index == COLUMNS + 2
    for _ in range(COLUMNS):
        QTest.keyClick(maps.image, Qt.Key.Key_Right)
    assert maps.image.place == (1, COLUMNS - 1)


def _image_of_numbers() -> MapImage:
    image = MapImage()
    image.show_axes(Coordinate("y", "mm", np.arange(3.0)), Coordinate("x", "mm", np.arange(4.0)))
    image.show_quantity(Quantity("n", "number", "", np.arange(12.0).reshape(3, 4)))
    return image


def _line_of_numbers() -> ProfilePlot:
    line = ProfilePlot()
    line.show_axis(Coordinate("depth", "nm", np.arange(4.0)))
    line.show_quantity(Quantity("n", "number", "", np.arange(4.0)))
    return line


@pytest.mark.parametrize("make", [_image_of_numbers, _line_of_numbers])
def test_a_double_click_shows_all_places_again(qtbot: QtBot, make: Callable[[], PlacePlot]) -> None:
    drawn = make()
    qtbot.addWidget(drawn)
    with qtbot.waitExposed(drawn):
        drawn.show()
    drawn.fit_view()
    whole = drawn.plot.viewRange()
    drawn.plot.setXRange(1.0, 2.0, padding=0.0)
    assert drawn.plot.viewRange() != whole
    viewport = drawn.canvas.viewport()
    middle = viewport.rect().center()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=middle)
    np.testing.assert_allclose(drawn.plot.viewRange(), whole)


def test_a_profile_is_a_line_with_errors(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, profile_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, profile_file)
    assert maps.body.currentWidget() is maps.line
    _fit(qtbot, window)
    _show(maps, "sulfate SO₄²⁻, share")
    drawn = maps.line.quantity
    assert drawn is not None
    assert drawn.errors is not None
    assert np.all(np.diff(drawn.values) > 0.0)
    assert np.all(drawn.errors > 0.0)
    QTest.keyClick(maps.line, Qt.Key.Key_Right)
    assert "Etch time = 30 s" in maps.place.title


def test_the_numbers_of_a_place_have_errors_and_units(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, profile_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, profile_file)
    _fit(qtbot, window)
    lines = maps.place.numbers.splitlines()
    shares = [line for line in lines if ", share" in line]
    assert len(shares) == 5
    assert all(" ± " in line and line.endswith("%") for line in shares)


def test_a_place_is_taken_into_the_session_and_can_be_undone(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, profile_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, profile_file)
    _fit(qtbot, window)
    click(maps.take_button)
    project = window.document.project
    (entry,) = project.entries
    region = project.region_of(entry.id)
    assert region is not None
    assert len(region.components) == 5
    assert project.charge_of(entry.id).method == "manual"
    choose(window, "undo")
    assert not window.document.project.entries


def test_all_numbers_are_exported_as_nexus_and_what_is_shown_as_a_picture(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, profile_file: Path, tmp_path: Path
) -> None:
    maps = _open(qtbot, window, dialogs, profile_file)
    _fit(qtbot, window)
    _show(maps, "sulfate SO₄²⁻, share")
    for name, begins in (("maps.nxs", b"\x89HDF"), ("maps.png", b"\x89PNG")):
        dialogs.to_save.append(tmp_path / name)
        with qtbot.waitSignal(window.maps.exported, timeout=LONG):
            click(maps.export_button)
        assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_file_of_one_spectrum_is_no_map_and_the_window_says_why(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = tmp_path / "one.vms"
    write_spectra(path, [_measured(1.0, 1)])
    dialogs.to_open.append([path])
    choose(window, "map")
    maps = window.maps.window
    qtbot.waitUntil(lambda: bool(maps.messages.messages), timeout=LONG)
    assert "one.vms" in maps.messages.messages[0].text
    assert maps.opened is None
    assert not maps.fit_button.isEnabled()


def test_a_recipe_for_another_core_level_is_refused_and_the_map_stays(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, profile_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, profile_file)
    assert maps.recipe.choose("ncm-o1s")
    click(maps.fit_button)
    qtbot.waitUntil(lambda: bool(maps.messages.messages), timeout=LONG)
    assert "O 1s" in maps.messages.messages[-1].text
    assert maps.opened is not None
    assert not maps.opened.fits


def test_a_dropped_file_is_opened(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, profile_file: Path, map_file: Path
) -> None:
    maps = _open(qtbot, window, dialogs, profile_file)
    with qtbot.waitSignal(window.maps.opened, timeout=LONG):
        drop(maps, [map_file])
    assert maps.opened is not None
    assert maps.opened.path == map_file


def test_a_file_of_many_spectra_is_offered_as_a_map(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "long.vms"
    spectrum = _measured(1.0, 1)
    series = (spectrum.with_(series=(("Etch time / s", 1.0 * n),)) for n in range(MANY))
    write_spectra(path, list(series))
    open_files(qtbot, window, [path])
    (offer,) = window.messages.messages[-1].findChildren(QPushButton)
    with qtbot.waitSignal(window.maps.opened, timeout=LONG):
        click(offer)
    opened = window.maps.window.opened
    assert opened is not None
    assert opened.stacks[0].count == MANY


def test_places_without_a_spectrum_stay_empty(qtbot: QtBot) -> None:
    maps = MapWindow()
    qtbot.addWidget(maps)
    values = np.array([[1.0, np.nan], [3.0, 4.0]])
    quantity = Quantity("share_a", "A, share", "%", values)
    axis = Coordinate("Map x", "mm", np.array([0.0, 1.0]))
    maps.image.show_axes(axis, axis)
    maps.image.show_quantity(quantity)
    assert "3 places of 2 × 2" in maps.image.accessibleDescription()
    assert quantity.text((0, 1)) == "A, share: none here"


def test_a_few_wild_places_do_not_take_the_whole_range_of_colors() -> None:
    values = np.append(np.linspace(1.0, 2.0, 1000), [1e6, -1e6, np.nan])
    low, high = levels(values)
    assert 0.9 < low < 1.1
    assert 1.9 < high < 2.1
