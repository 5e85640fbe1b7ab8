"""Joint fits of projects: against single fits, and against simulated truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.truth import Truth, argyrodite
from xps.analysis import apply_recipe, fit_project
from xps.errors import FitError
from xps.joint_fit import fit_together
from xps.joint_problem import AmountTie, Place
from xps.model import Ref
from xps.project import Project
from xps.recipe import load_recipe

RECIPE = load_recipe("argyrodite-s2p")


def fitted(*truths: Truth, seeds: tuple[int, ...] = (1, 2), shift: float = 0.0) -> Project:
    spectra = tuple(
        truth.spectrum(seed, sample=f"sample {number}").with_(
            energy_ev=truth.spectrum(seed).energy_ev - shift * number
        )
        for number, (truth, seed) in enumerate(zip(truths, seeds, strict=True))
    )
    project, _ = apply_recipe(Project().with_spectra(spectra), RECIPE)
    return fit_project(project).project


def ids(project: Project) -> list[str]:
    return [region.id for region in project.regions]


@pytest.fixture(scope="module")
def pair() -> Project:
    return fitted(argyrodite(2_000.0, step=0.1), argyrodite(2_000.0, step=0.1))


def test_fits_that_share_nothing_stay_as_they_are(pair: Project) -> None:
    joint = fit_together(pair, ids(pair))
    for fit in joint.fits:
        alone = pair.fit_of(fit.region.id)
        assert alone is not None
        sigma = np.sqrt(np.diag(alone.area_covariance))
        assert (np.abs(fit.areas - alone.areas) < 0.02 * sigma).all()
        np.testing.assert_allclose(np.sqrt(np.diag(fit.area_covariance)), sigma, rtol=0.03)


def test_shared_shapes_are_equal_and_make_areas_more_certain(pair: Project) -> None:
    joint = fit_together(pair, ids(pair), share_shapes=True)
    first, second = joint.fits
    for one, other in zip(first.region.components, second.region.components, strict=True):
        for name in ("center", "fwhm", "mixing"):
            assert one.params[name].value == pytest.approx(other.params[name].value, rel=1e-9)
    for fit in joint.fits:
        alone = pair.fit_of(fit.region.id)
        assert alone is not None
        ratio = np.diag(fit.area_covariance) / np.diag(alone.area_covariance)
        assert (ratio < 1.05).all()
        assert ratio.min() < 0.8
        assert fit.lmfit is not None
        assert fit.lmfit.params["ps4_area"].value == fit.region.component("ps4").area.value


def test_covariance_of_areas_holds_that_of_each_region(pair: Project) -> None:
    joint = fit_together(pair, ids(pair), share_shapes=True)
    for fit in joint.fits:
        rows = joint.rows(fit.region.id)
        block = joint.covariance[np.ix_(rows, rows)]
        np.testing.assert_allclose(block, fit.area_covariance, rtol=1e-9)
        np.testing.assert_allclose(joint.areas[rows], fit.areas)
    across = joint.covariance[np.ix_(*(joint.rows(fit.region.id) for fit in joint.fits))]
    assert np.abs(across).max() > 0.0


def test_charge_shifts_of_samples_are_found_apart() -> None:
    truth = argyrodite(5_000.0, step=0.1)
    project = fitted(truth, truth, shift=0.4)
    joint = fit_together(project, ids(project), share_shapes=True)
    first, second = (joint.charges[f"sample {number}"] for number in (0, 1))
    assert second.shift_ev - first.shift_ev == pytest.approx(0.4, abs=0.02)
    assert first.stderr_ev is not None
    assert 0.0 < first.stderr_ev < 0.02


def test_right_tie_costs_little_and_sharpens_a_wrong_one_is_in_tension(pair: Project) -> None:
    def tied(ratio: float) -> AmountTie:
        leader, follower = (Place(id_, Ref("sulfate", "area")) for id_ in ids(pair))
        return AmountTie("sulfate", leader, follower, ratio, 0.05)

    right = fit_together(pair, ids(pair), ties=[tied(1.0)], tensions=True)
    wrong = fit_together(pair, ids(pair), ties=[tied(2.5)], tensions=True)
    alone = fit_together(pair, ids(pair))
    row = [place.ref.component for place in right.places].index("sulfate")
    assert right.covariance[row, row] < alone.covariance[row, row]
    (fits,), (contradicts,) = right.ties, wrong.ties
    assert fits.tension is not None
    assert contradicts.tension is not None
    assert fits.tension < 3.0 < contradicts.tension
    assert fits.cost < contradicts.cost
    assert fits.ratio == pytest.approx(1.0, rel=0.2)


def test_exact_tie_has_no_discrepancy_of_its_own(pair: Project) -> None:
    leader, follower = (Place(id_, Ref("ps4", "area")) for id_ in ids(pair))
    tie = AmountTie("ps4", leader, follower, 1.0, 0.0)
    joint = fit_together(pair, ids(pair), ties=[tie])
    areas = [fit.region.component("ps4").area.value for fit in joint.fits]
    assert areas[0] == pytest.approx(areas[1], rel=1e-9)
    (outcome,) = joint.ties
    assert (outcome.discrepancy, outcome.cost, outcome.ratio) == (0.0, 0.0, 1.0)


def test_region_without_a_fit_is_named(pair: Project) -> None:
    unfitted = replace(pair, fits=pair.fits[:1])
    with pytest.raises(FitError, match="no fit to start") as caught:
        fit_together(unfitted, ids(unfitted))
    assert "sample 1" in str(caught.value)


def test_joint_fit_can_be_cancelled(pair: Project) -> None:
    with pytest.raises(FitError, match="cancelled"):
        fit_together(pair, ids(pair), cancelled=lambda: True)
