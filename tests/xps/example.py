"""Fitted projects for the tests of figures, tables and reports: good, weak, failed, stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from tests.xps.projects import BARE, COATED
from xps.analysis import fit
from xps.errors import XpsError
from xps.project import Project
from xps.readers import read
from xps.result import FitResult
from xps.spectrum import Spectrum

HOSTILE = "=$\\frac{a}{b}$ <script>alert(1)</script> & \"q\" 'r' \u202e\x00 시료 (simulated)"


def spectra(path: object, *levels: str) -> list[Spectrum]:
    """Spectra of a file of the example, of some core levels."""
    return [s for s in read(str(path)) if s.core_level in levels]


def scaled_down(spectrum: Spectrum, factor: float, sample: str) -> Spectrum:
    """The same spectrum, measured for a shorter time: fewer counts, the same rates."""
    random = np.random.default_rng(7)
    counts = random.poisson(spectrum.intensity / factor).astype(float)
    assert spectrum.dwell_s is not None
    return spectrum.with_(sample=sample, intensity=counts, dwell_s=spectrum.dwell_s / factor)


@dataclass(frozen=True)
class Case:
    """A project and why some of its regions have no fit."""

    project: Project
    failures: Mapping[str, XpsError]

    @property
    def result(self) -> FitResult:
        """As `xps.fit` returns it."""
        return FitResult(self.project, self.failures)


@cache
def pair() -> Case:
    """Bare and coated, S 2p and O 1s, all fitted well."""
    result = fit([*spectra(BARE, "S 2p", "O 1s"), *spectra(COATED, "S 2p", "O 1s")], "cathode")
    assert result.success
    return Case(result.project, result.failures)


@cache
def mixed() -> Case:
    """A good sample, one of few counts (weak components), and one whose O 1s shows no peak."""
    good = spectra(BARE, "S 2p", "O 1s")
    weak = [scaled_down(s, 400.0, "weak (simulated)") for s in good]
    flat = good[1].with_(
        sample="flat (simulated)",
        intensity=np.random.default_rng(3).poisson(900.0, good[1].n_points).astype(float),
    )
    result = fit([*good, *weak, flat], "cathode")
    assert len(result.failures) == 1
    assert any(fit.insignificant for fit in result.regions)
    return Case(result.project, result.failures)


@cache
def hostile() -> Case:
    """One S 2p spectrum whose sample, name, instrument and components have hostile names."""
    spectrum = spectra(BARE, "S 2p")[0].with_(
        sample=HOSTILE, name=HOSTILE, instrument=HOSTILE, source_label=HOSTILE
    )
    project = fit([spectrum], "argyrodite-s2p").project
    region_fit = project.fits[0]
    components = tuple(
        replace(component, name=f"@{HOSTILE} {i}")
        for i, component in enumerate(region_fit.region.components)
    )
    region = replace(region_fit.region, components=components)
    project = project.with_fit(replace(region_fit, region=region))
    renamed = project.fits[0]
    return Case(project.with_fit(replace(renamed, fingerprint=project.fingerprint(region.id))), {})


@cache
def stale() -> Case:
    """The pair after the window of its second region was moved."""
    project = pair().project
    region = project.regions[1]
    low, high = region.window_ev
    return Case(project.with_region(replace(region, window_ev=(low, high - 0.5))), {})
