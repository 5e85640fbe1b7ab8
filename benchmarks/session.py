"""How long sessions take to save and to open: a paper's, a fitted series, and a map."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.timing import median_ms
from xps.analysis import apply_recipe, fit_project
from xps.project import Project
from xps.recipe import load_recipe
from xps.session import load, save
from xps.simulation import simulate
from xps.spectrum import Spectrum
from xps.truth import Truth, truth_of

SPECTRA, POINTS, MAP = 100, 400, 1000


def run() -> dict[str, float]:
    """Median milliseconds to save and to load, before and after each spectrum was fitted."""
    spectra = _project()
    applied, _ = apply_recipe(spectra, load_recipe("argyrodite-s2p"))
    fitted = fit_project(applied).project
    times: dict[str, float] = {"spectra": SPECTRA, "points": POINTS, "fits": len(fitted.fits)}
    paper = fitted.entries[:12], fitted.regions[:12], fitted.fits[:12]  # 2 samples × 6 regions
    projects = {
        "spectra": spectra,
        "fitted": fitted,
        "paper": replace(fitted, entries=paper[0], regions=paper[1], fits=paper[2]),
        "map": _map(spectra.entries[0].spectrum),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, project in projects.items():
            path = Path(folder) / f"{name}.doublet"
            times[f"save_{name}_ms"] = median_ms(partial(save, path, project))
            times[f"load_{name}_ms"] = median_ms(partial(load, path))
            times[f"{name}_kilobytes"] = path.stat().st_size / 1e3
    return times


def _map(spectrum: Spectrum) -> Project:
    """As many spectra as a small map has, each with noise of its own."""
    random = np.random.default_rng(1)
    counts = random.poisson(spectrum.intensity, (MAP, spectrum.n_points)).astype(float)
    return Project().with_spectra(tuple(spectrum.with_(intensity=row) for row in counts))


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
