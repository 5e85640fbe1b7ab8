"""The two generators of truth agree with one another, and the fit's own curves with both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import brentq

from tests import truth as tests_truth
from xps import independent
from xps.independent import TrueDoublet, TrueSpectrum
from xps.lineshapes import SHAPES
from xps.losses import LOSSES, loss_matrix

Floats = NDArray[np.float64]

ENERGY = np.arange(157.0, 173.01, 0.1)


def doublet(*, voigt: bool) -> TrueDoublet:
    widths = {"gauss": 0.9, "lorentz": 0.4} if voigt else {}
    return TrueDoublet("ps4", 1000.0, 161.6, 1.15, **widths)


def peak(*, voigt: bool) -> tests_truth.Peak:
    widths = {"gauss": 0.9, "lorentz": 0.4} if voigt else {}
    return tests_truth.Peak("ps4", 1000.0, 161.6, 1.15, **widths)


@pytest.mark.parametrize("voigt", [False, True])
def test_the_twins_draw_the_same_lines_and_integrals(voigt: bool) -> None:
    one, other = doublet(voigt=voigt), peak(voigt=voigt)
    np.testing.assert_allclose(one.density(ENERGY), other.density(ENERGY), rtol=1e-12)
    cumulative = other.cumulative(ENERGY)
    np.testing.assert_allclose(
        one.integral(ENERGY[0], ENERGY), cumulative - cumulative[0], rtol=0.0, atol=1e-7
    )


def test_voigt_lines_hold_their_area_and_are_those_of_the_definition() -> None:
    line = peak(voigt=True)
    reach = 10.0 ** np.arange(6)
    far = line.cumulative(161.6 + np.concatenate((-reach[::-1], reach)))
    assert far[0] == pytest.approx(0.0, abs=1e-2)
    assert far[-1] == pytest.approx(1000.0, abs=1e-2)
    sigma = 0.9 / 2.3548200450309493
    for at in (161.0, 161.6, 163.5):
        folded = sum(
            area
            * quad(
                lambda x, d=at - center: (
                    np.exp(-0.5 * (x / sigma) ** 2)
                    / (sigma * np.sqrt(2.0 * np.pi))
                    * (0.2 / np.pi)
                    / ((d - x) ** 2 + 0.04)
                ),
                -6.0,
                6.0,
                points=[at - center],
                epsabs=1e-12,
                limit=200,
            )[0]
            for area, center in line.lines()
        )
        assert line.density(np.array([at]))[0] == pytest.approx(folded, rel=1e-9)


def test_a_voigt_doublet_needs_both_widths() -> None:
    with pytest.raises(ValueError, match="both"):
        TrueDoublet("ps4", 1000.0, 161.6, 1.15, gauss=1.0)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("step", [0.05, 0.25])
def test_losses_of_both_twins_are_those_of_the_loss_matrix(name: str, step: float) -> None:
    # narrow Gaussians well inside the window: nothing lies below the first point
    spectrum = TrueSpectrum(
        (TrueDoublet("ps4", 1000.0, 161.6, 1.15, mixing=0.0),),
        *(157.0, 197.0, step, 0.0, 0.0, 0.0),
        t=1.0,
        loss=name,
    )
    energy, peaks = spectrum.energy, spectrum.doublets[0].density(spectrum.energy)
    tail = spectrum.expected() - peaks
    matrix = loss_matrix(energy, LOSSES[name]) @ peaks
    np.testing.assert_allclose(matrix, tail, rtol=0.0, atol=1e-5 * tail.max())
    twin = tests_truth.Truth(
        (tests_truth.Peak("ps4", 1000.0, 161.6, 1.15, mixing=0.0),),
        *(157.0, 197.0, step, 0.0, 0.0, 0.0),
        loss=name,
    )
    np.testing.assert_allclose(twin.lost(), tail, rtol=0.0, atol=1e-6 * tail.max())


def test_all_that_is_lost_arrives_in_a_wide_window() -> None:
    truth = replace(tests_truth.argyrodite(step=0.1), high=1500.0, step=0.5)
    whole = float(truth.lost().sum() * truth.step)
    assert whole == pytest.approx(0.872 * truth.areas.sum(), rel=5e-3)


@pytest.mark.parametrize("module", [independent, tests_truth])
def test_the_tallest_channel_holds_what_is_asked_with_losses(module: object) -> None:
    truth = replace(module.argyrodite(500.0), t=1.0, loss="u3-al").with_tallest(2000.0)
    assert truth.expected().max() == pytest.approx(2000.0)
    assert truth.t == 1.0


def test_expected_counts_belong_to_the_caller() -> None:
    for truth in (independent.argyrodite(500.0), tests_truth.argyrodite(500.0)):
        first = truth.expected()
        first[:] = 0.0
        assert truth.expected().max() == pytest.approx(500.0)


def test_voigt_of_the_library_is_the_true_one() -> None:
    line = tests_truth.Peak("o", 1.0, 530.0, 0.0, splitting=0.0, gauss=0.9, lorentz=0.4)
    energy = np.arange(520.0, 540.0, 0.05)

    def above_half(energy_ev: float) -> float:
        there, top = line.density(np.array([energy_ev, 530.0]))
        return float(there - 0.5 * top)

    fwhm = 2.0 * (brentq(above_half, 530.0, 532.0, xtol=1e-13) - 530.0)
    np.testing.assert_allclose(
        SHAPES["voigt"](energy, 530.0, fwhm, 0.4 / 1.3), line.density(energy), rtol=1e-6
    )
