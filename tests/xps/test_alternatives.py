"""Other minima: found where there are any, told once each, and not where there are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.truth import Peak, Truth, argyrodite
from tests.xps.commands import check_schema
from tests.xps.test_profile import fitted, one_peak_region
from xps.alternatives import alternatives
from xps.error_methods import with_errors
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.model import Param, Region
from xps.project import Project
from xps.report import report_html
from xps.result import FitResult, region_dict
from xps.spectrum import Spectrum

TWO_PEAKS = Truth(
    (
        Peak("a", 3000.0, 3.5, 1.2, splitting=0.0),
        Peak("b", 1000.0, 6.5, 1.2, splitting=0.0),
    ),
    *(0.0, 10.0, 0.1, 50.0, 0.0, 0.0, "O 1s"),
)


def twins() -> Region:
    """Two components that may each be either peak."""
    region = one_peak_region()
    (peak,) = region.components
    anywhere = {"min": 1.0, "max": 9.0}
    return replace(
        region,
        components=(
            replace(peak, id="a", name="a").with_param("center", Param(3.5, **anywhere)),
            replace(peak, id="b", name="b").with_param("center", Param(6.5, **anywhere)),
        ),
    )


@pytest.fixture(scope="module")
def spectrum() -> Spectrum:
    return TWO_PEAKS.spectrum(0)


@pytest.fixture(scope="module")
def fit(spectrum: Spectrum) -> RegionFit:
    return fitted(spectrum, twins())


def test_components_that_may_change_places_are_told_once(
    fit: RegionFit, spectrum: Spectrum
) -> None:
    (other,) = alternatives(fit, spectrum)
    assert other.delta_chi2 == pytest.approx(0.0, abs=1e-6)
    assert other.shares["a"] == pytest.approx(fit.areas[1] / fit.areas.sum(), abs=1e-6)
    assert sum(other.shares.values()) == pytest.approx(1.0)


def test_a_better_minimum_has_a_negative_difference(fit: RegionFit, spectrum: Spectrum) -> None:
    worse = fit.region.with_param
    area = fit.region.component("a").area
    ref = next(ref for ref in fit.free if str(ref) == "a.area")
    error = fit.stderr(ref)
    assert error is not None
    off = replace(fit, region=worse(ref, area.at(area.value + 5.0 * error)))
    assert alternatives(off, spectrum)[0].delta_chi2 < -10.0


def test_minima_that_fit_worse_are_left_out(spectrum: Spectrum) -> None:
    """Where the weaker peak alone is within reach of one of them, changing places costs."""
    region = twins()
    bound = region.with_component(
        region.component("b").with_param("center", Param(6.5, min=5.5, max=9.0))
    )
    assert alternatives(fitted(spectrum, bound), spectrum) == ()


def test_argyrodite_has_one_minimum() -> None:
    spectrum = argyrodite(10_000.0, step=0.1).spectrum(0)
    assert alternatives(fitted(spectrum), spectrum, starts=8) == ()


def test_same_seed_finds_the_same(fit: RegionFit, spectrum: Spectrum) -> None:
    assert alternatives(fit, spectrum) == alternatives(fit, spectrum)


def test_cancelled_search_raises(fit: RegionFit, spectrum: Spectrum) -> None:
    with pytest.raises(FitError, match="cancelled"):
        alternatives(fit, spectrum, cancelled=lambda: True)


def test_result_and_report_list_what_comes_with_the_profiles(
    fit: RegionFit, spectrum: Spectrum
) -> None:
    project = Project().with_spectra((spectrum,))
    region = replace(fit.region, spectrum=project.entries[0].id)
    full = with_errors(replace(fit, region=region), spectrum, ("profile",))
    document = FitResult(project.with_fit(full)).to_dict()
    check_schema(document)
    ((other,),) = [part["alternatives"] for part in document["regions"]]
    assert set(other["shares"]) == {"a", "b"}
    assert region_dict(fit)["alternatives"] == []
    html = report_html(project.with_fit(full))
    assert "Fits as well (Δχ² 0.00): a 2" in html
