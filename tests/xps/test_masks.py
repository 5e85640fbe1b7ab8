"""Masked points: shown nowhere in a fit, kept in the file, and said in the report."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from xps.analysis import apply_recipe, fit_project
from xps.errors import SpectrumError
from xps.measured import measured
from xps.project import Project
from xps.readers import read
from xps.recipe import load_recipe
from xps.report import report_html
from xps.resources import resource
from xps.session import load, save
from xps.spectrum import Spectrum

SPIKE_COUNTS = 50_000.0


@cache
def clean() -> Spectrum:
    spectra = read(resource("samples", "bare-ncm-simulated.vms"))
    return next(s for s in spectra if s.core_level == "S 2p")


@cache
def spiked() -> Spectrum:
    """The same with a spike of one channel in the middle of a peak."""
    intensity = clean().intensity.copy()
    intensity[spike()] += SPIKE_COUNTS
    return clean().with_(intensity=intensity)


def spike() -> int:
    return int(np.argmax(clean().intensity)) + 6


def masked() -> Spectrum:
    energy = float(spiked().energy_ev[spike()])
    return spiked().with_(masked_ev=((energy, energy),))


def started(spectrum: Spectrum) -> Project:
    return apply_recipe(Project().with_spectra((spectrum,)), load_recipe("argyrodite-s2p"))[0]


def area(project: Project) -> float:
    outcome = fit_project(project)
    assert not outcome.failures
    return outcome.project.regions[0].component("ps4").area.value


def test_a_masked_point_is_not_among_those_that_are_fitted() -> None:
    points = measured(masked())
    assert points.observed.size == spiked().n_points - 1
    assert points.observed.max() < measured(spiked()).observed.max()


def test_a_fit_with_a_masked_spike_is_that_without_the_channel() -> None:
    kept = np.arange(clean().n_points) != spike()
    without = clean().with_(energy_ev=clean().energy_ev[kept], intensity=clean().intensity[kept])
    assert area(started(masked())) == pytest.approx(area(started(without)), rel=1e-9)


def test_a_mask_makes_a_fit_stale() -> None:
    fitted = fit_project(started(clean())).project
    entry, region = fitted.entries[0], fitted.regions[0]
    hidden = replace(entry, spectrum=entry.spectrum.with_(masked_ev=((160.0, 160.5),)))
    assert fitted.is_fresh(region.id)
    assert not replace(fitted, entries=(hidden,)).is_fresh(region.id)


def test_without_masks_the_hash_of_a_spectrum_is_as_before() -> None:
    assert clean().with_(masked_ev=()).digest == clean().digest
    assert masked().digest != spiked().digest


@pytest.mark.parametrize("ends", [(1.0, 2.0), (3.0, 3.0), (0.0, 1.0)])
def test_ends_of_a_range_belong_to_it(ends: tuple[float, float]) -> None:
    spectrum = Spectrum([0.0, 1.0, 2.0, 3.0, 4.0], [1.0] * 5, masked_ev=(ends,))
    hidden = spectrum.energy_ev[~spectrum.is_kept]
    assert (hidden.min(), hidden.max()) == ends


def test_masking_all_points_is_refused() -> None:
    with pytest.raises(SpectrumError, match="fewer than two points are not masked"):
        clean().with_(masked_ev=((0.0, 5000.0),))


def test_a_range_from_high_to_low_is_refused() -> None:
    with pytest.raises(SpectrumError, match="ends before it begins"):
        clean().with_(masked_ev=((162.0, 161.0),))


def test_masks_survive_the_session_file(tmp_path: Path) -> None:
    project = started(masked())
    path = tmp_path / "masked.doublet"
    save(path, project)
    assert load(path).entries[0].spectrum.masked_ev == masked().masked_ev


def test_the_report_says_what_was_left_out() -> None:
    project = fit_project(started(masked())).project
    page = report_html(project)
    energy = clean().binding_energy_ev[spike()] + project.samples[0].charge.shift_ev
    assert f"of which 1 masked point ({energy:.2f} eV) left out" in page
    assert f"Left out of the fit: 1 masked point ({energy:.2f} eV)." in page
    assert "Crosses are masked points" in page
    assert "masked" not in report_html(fit_project(started(clean())).project)
