"""What spectra are called in the tree."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from app.gestures.gestures import place
from app.samples.spectrum_names import spectrum_names
from app.window import MainWindow
from xps.project import Project
from xps.spectrum import Spectrum

ANGLE = "Angle / degree"


def measured(core_level: str, sample: str = "foil", **series: float) -> Spectrum:
    energies = np.linspace(520.0, 540.0, 21)
    named = tuple((ANGLE if name == "angle" else name, value) for name, value in series.items())
    return Spectrum(energies, np.full(21, 9.0), sample=sample, core_level=core_level, series=named)


def names(*spectra: Spectrum) -> list[str]:
    return list(spectrum_names(Project().with_spectra(spectra)).values())


def test_core_levels_that_occur_once_are_called_by_their_names() -> None:
    assert names(measured("O 1s"), measured("C 1s"), measured("O 1s", "other")) == [
        "O 1s",
        "C 1s",
        "O 1s",
    ]


def test_spectra_of_a_series_are_told_apart_by_what_differs() -> None:
    first, second = measured("O 1s", z=1.0, angle=0.0), measured("O 1s", z=1.0, angle=62.5)
    assert names(first, second) == ["O 1s · 0", "O 1s · 62.5"]


def test_spectra_that_nothing_tells_apart_are_numbered() -> None:
    assert names(measured("O 1s", angle=4.0), measured("O 1s", angle=4.0), measured("O 1s")) == [
        "O 1s #1",
        "O 1s #2",
        "O 1s #3",
    ]


def test_the_tree_shows_the_names_and_explains_their_numbers(window: MainWindow) -> None:
    spectra = (measured("O 1s", angle=0.0), measured("O 1s", angle=40.0))
    window.document.replace(Project().with_spectra(spectra))
    model = window.tree.model()
    second = model.index(1, 0, model.index(0, 0))
    assert second.data() == "O 1s · 40"
    assert f"{ANGLE}: 40" in second.data(Qt.ItemDataRole.ToolTipRole)


def test_the_angle_stands_in_title_and_undo_text(window: MainWindow) -> None:
    spectra = tuple(measured("O 1s", angle=angle) for angle in (0.0, 45.0))
    window.document.replace(Project().with_spectra(spectra))
    window.selection.select_entry("s1")
    assert window.panel.title_text == "O 1s · 45  ·  foil"
    entry = window.document.project.entry("s1")
    assert place(window.document.project, entry) == "O 1s · 45 of foil"
