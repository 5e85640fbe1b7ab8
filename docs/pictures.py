"""Take the pictures of the documentation: the app at work on simulated spectra."""

from __future__ import annotations

import contextlib
import math
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from PySide6.QtCore import Qt
from stage import LARGE, SMALL, Stage, keep, keep_figure, stage
from tutorial import FILES, walk

from xps import fit
from xps.figure import save_figure
from xps.readers import read
from xps.resources import resource
from xps.sample_table import read_sample_table
from xps.simulation import simulate
from xps.truth import read_truth
from xps.writers import write_vamas

MAP = (10, 14)  # rows and columns


def main() -> None:
    """Take all pictures."""
    for album in (views, model, details, question, weak, series, places, batch, walk):
        with stage() as opened:
            album(opened)


def views(opened: Stage) -> None:
    """The example after its fit, in all that the window shows of it."""
    window = opened.window
    opened.take("welcome")
    opened.wait_for(window.analysis.fitted, window.open_example)
    opened.take("app-1366x768-light")
    opened.theme.use(Qt.ColorScheme.Dark)
    opened.take("app-1366x768-dark")
    opened.theme.use(Qt.ColorScheme.Light)
    window.resize(*LARGE)
    opened.take("app-1920x1080-light")
    window.results_dock.show_comparison()
    opened.take("compare-1920x1080-light")
    window.results_dock.show_checks()
    opened.take("checks-1920x1080-light")


def model(opened: Stage) -> None:
    """A model that is suggested, and one that is changed."""
    window = opened.window
    opened.wait_for(window.analysis.fitted, window.open_example)
    opened.wait_for(window.suggesting.opened, window.suggesting.suggest)
    opened.take("suggestion-1366x768-light")
    window.suggesting.leave()
    opened.wait_for(window.analysis.fitted, lambda: _change(opened))
    opened.take("model-1366x768-light")


def _change(opened: Stage) -> None:
    """Choose another shape and one more term of the background, and fit."""
    inspector, region = opened.window.inspector, opened.window.selection.region
    assert region is not None
    inspector.region.termToggled.emit("curvature", True)
    inspector.region.numbers_button.click()
    inspector.shape.shapeChosen.emit("voigt", tuple(c.id for c in region.components))
    inspector.fitWanted.emit()


def details(opened: Stage) -> None:
    """The list of species, the settings of amounts, and the window of recipes."""
    window = opened.window
    opened.wait_for(window.analysis.fitted, window.open_example)
    window.inspector.add_button.click()
    picker = window.inspector.picker
    picker.search.setText("sulf")
    opened.settle()
    keep(picker.grab(), "species")
    picker.close()
    window.results_dock.show_settings()
    window.resizeDocks([window.results_dock], [340], Qt.Orientation.Vertical)
    opened.take("amounts", window.results_dock)
    window.recipes.show("cathode")
    opened.settle()
    keep(window.recipes.window.grab(), "recipes")
    window.recipes.window.close()


def question(opened: Stage) -> None:
    """What is asked of columns that do not say what they are."""
    spectrum = read(resource("samples", FILES[0]))[0]
    rows = zip(spectrum.energy_ev, spectrum.intensity, strict=True)
    path = opened.folder / "spot 3.txt"
    path.write_text("\n".join(f"{energy:.2f}\t{counts:g}" for energy, counts in rows), "utf-8")

    opened.wait_for(opened.window.files.opened, lambda: opened.window.files.open_paths([path]))


def weak(opened: Stage) -> None:
    """A coated sample with so little sulfite, counted so short, that it is not there for sure."""
    truth = read_truth("cathode")
    coated = truth.samples[1]
    (spectrum,) = (each for each in coated.spectra if each.core_level == "S 2p")
    components = tuple(
        replace(each, area=40.0) if each.species == "sulfite" else each
        for each in spectrum.components
    )
    short = replace(spectrum, components=components, sweeps=6.0)
    simulated = replace(truth, samples=(replace(coated, spectra=(short,)),))
    path = opened.folder / "short.vms"
    write_vamas(path, simulate("argyrodite-s2p", simulated, seed=2))
    window = opened.window
    opened.wait_for(window.files.opened, lambda: window.files.open_paths([path]))
    window.recipes.apply("argyrodite-s2p")
    opened.wait_for(window.analysis.fitted, window.analysis.fit_all)
    opened.select("S 2p", "sulfite")
    opened.take("weak-1366x768-light")


def series(opened: Stage) -> None:
    """Amounts along ALD cycles, of samples that a table puts in their places."""
    truth = read_truth("cathode")
    bare, coated = truth.samples
    half = replace(
        bare,
        spectra=tuple(
            replace(
                one,
                components=tuple(
                    replace(a, area=0.5 * (a.area + b.area))
                    for a, b in zip(one.components, other.components, strict=True)
                ),
            )
            for one, other in zip(bare.spectra[:2], coated.spectra[:2], strict=True)
        ),
    )
    named = {"bare 1": bare, "bare 2": bare, "ALD5": half, "ALD10": coated}
    samples = tuple(replace(sample, name=name) for name, sample in named.items())
    table = opened.folder / "table.csv"
    rows = "bare 1,bare,0\nbare 2,bare,0\nALD5,,5\nALD10,,10\n"
    table.write_text(f"sample,group,ALD cycles\n{rows}", "utf-8")
    fitted = fit(simulate("cathode", replace(truth, samples=samples), seed=3), "cathode")
    project = read_sample_table(table).applied_to(fitted.project)
    path = opened.folder / "series.png"
    save_figure(project, path, "share", series="ALD cycles")
    keep_figure(path, "series")


def places(opened: Stage) -> None:
    """A map with a spot of sulfate, and the spectrum in the middle of the spot."""
    truth = read_truth("cathode")
    bare = truth.samples[0]
    (whole,) = (each for each in bare.spectra if each.core_level == "S 2p")
    spot = (4, 6)
    spectra = []
    for row, column in np.ndindex(*MAP):
        more = 4.0 * math.exp(-((row - spot[0]) ** 2 + (column - spot[1]) ** 2) / 8.0)
        components = tuple(
            replace(each, area=each.area * (0.3 + more)) if each.species == "sulfate" else each
            for each in whole.components
        )
        there = replace(bare, spectra=(replace(whole, components=components, sweeps=20.0),))
        (spectrum,) = simulate("cathode", replace(truth, samples=(there,)), seed=100 * row + column)
        place = (("Map y / mm", 0.1 * row), ("Map x / mm", 0.1 * column))
        spectra.append(spectrum.with_(series=place))
    path = opened.folder / "cathode map.vms"
    write_vamas(path, spectra)
    maps = opened.window.maps
    opened.wait_for(maps.opened, lambda: maps.open_path(path))
    opened.wait_for(maps.fitted, maps.window.fit_button.click)
    shares = maps.window.quantity_choice
    shares.setCurrentIndex(shares.findText("sulfate SO₄²⁻, share", Qt.MatchFlag.MatchContains))
    maps.window.choose_place(spot)
    maps.window.resize(*SMALL)
    opened.settle()
    keep(maps.window.grab(), "map-1366x768-light")
    maps.window.close()


def batch(opened: Stage) -> None:
    """A folder of files that is being fitted."""
    opened.window.batches.show()
    window = opened.window.batches.window
    with contextlib.chdir(opened.folder):  # a picture shall show no temporary path
        Path("pellets").mkdir()
        window.add([Path("pellets")])
    window.table.setText("results.csv")
    window.sessions.click()
    window.show_work("128 of 400 measurements, 1 min 3 s left", 128, 400)
    opened.settle()
    keep(window.grab(), "batch")
    window.close()


if __name__ == "__main__":
    main()
