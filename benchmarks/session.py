"""How long a session of many spectra takes to save and to open."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.timing import median_ms
from xps.analysis import apply_recipe, fit_project
from xps.project import Project
from xps.recipe import load_recipe
from xps.session import load, save
from xps.simulation import simulate
from xps.truth import Truth, truth_of

SPECTRA, POINTS = 100, 400


def run() -> dict[str, float]:
    """Median milliseconds to save and to load, before and after each spectrum was fitted."""
    spectra = _project()
    applied, _ = apply_recipe(spectra, load_recipe("argyrodite-s2p"))
    fitted = fit_project(applied).project
    times: dict[str, float] = {"spectra": SPECTRA, "points": POINTS, "fits": len(fitted.fits)}
    with tempfile.TemporaryDirectory() as folder:
        for name, project in (("spectra", spectra), ("fitted", fitted)):
            path = Path(folder) / f"{name}.doublet"
            times[f"save_{name}_ms"] = median_ms(partial(save, path, project))
            times[f"load_{name}_ms"] = median_ms(partial(load, path))
            times[f"{name}_kilobytes"] = path.stat().st_size / 1e3
    return times


def _project() -> Project:
    recipe = load_recipe("argyrodite-s2p")
    (sample,), (spectrum,) = truth_of(recipe).samples, truth_of(recipe).samples[0].spectra
    low, _ = spectrum.window_ev
    measured = replace(
        spectrum, window_ev=(low, low + (POINTS - 1) * spectrum.step_ev), dwell_s=0.2
    )
    samples = tuple(
        replace(sample, name=f"sample {number} (simulated)", spectra=(measured,))
        for number in range(SPECTRA)
    )
    return Project().with_spectra(tuple(simulate(recipe, Truth(samples), seed=1)))
