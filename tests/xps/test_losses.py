"""Loss functions against quadrature, and the loss matrix against dense integrals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad

from tests.truth import LOSS_FUNCTIONS
from xps.errors import BackgroundError
from xps.losses import LOSSES, LossFunction, loss_matrix

Floats = NDArray[np.float64]

# Where K is greatest, eV, and its integral.
LANDMARKS = {
    "u2": (23.4, 0.8722),
    "u3-polymer": (21.2, 1.10),
    "u3-sio2": (21.8, 1.09),
    "u3-si": (17.4, 1.01),
    "u3-ge": (15.6, 0.79),
    "u3-al": (15.1, 0.77),
}


def test_every_published_loss_function_is_there_once_under_its_name() -> None:
    assert list(LOSSES) == list(LOSS_FUNCTIONS)
    assert all(name == loss.name and loss.source for name, loss in LOSSES.items())
    assert len({loss.title for loss in LOSSES.values()}) == len(LOSSES)


@pytest.mark.parametrize("name", LOSS_FUNCTIONS)
def test_density_is_the_published_formula_and_nothing_is_gained(name: str) -> None:
    losses = np.linspace(-20.0, 80.0, 101)
    expected = [LOSS_FUNCTIONS[name](t) if t > 0.0 else 0.0 for t in losses]
    np.testing.assert_allclose(LOSSES[name].density(losses), expected, rtol=1e-13)


@pytest.mark.parametrize("name", LOSS_FUNCTIONS)
def test_integral_is_that_of_the_density(name: str) -> None:
    losses = [-3.0, 0.0, 0.01, 1.0, 10.0, 15.16, 30.0, 200.0]
    expected = [
        quad(LOSS_FUNCTIONS[name], 0.0, max(t, 0.0), epsabs=1e-13, limit=200)[0] for t in losses
    ]
    np.testing.assert_allclose(LOSSES[name].integral(losses), expected, rtol=1e-9, atol=1e-14)
    assert LOSSES[name].integral(1e9) == pytest.approx(LOSSES[name].total, rel=1e-9)


@pytest.mark.parametrize("name", LANDMARKS)
def test_plasmon_and_total_lie_where_they_are_known_to_lie(name: str) -> None:
    losses = np.arange(0.0, 60.0, 0.01)
    maximum, total = LANDMARKS[name]
    assert losses[np.argmax(LOSSES[name].density(losses))] == pytest.approx(maximum, abs=0.06)
    assert LOSSES[name].total == pytest.approx(total, abs=0.006)


@pytest.mark.parametrize(
    ("b", "c", "d"),
    [(0.0, 1643.0, None), (2866.0, -450.0, None), (434.0, 551.0, 0.0), (434.0, 551.0, 2204.0)],
)
def test_parameters_of_no_loss_function_are_refused(b: float, c: float, d: float | None) -> None:
    with pytest.raises(BackgroundError, match="own: no loss function"):
        LossFunction("own", "own", b, c, d, "measured")


def gauss(energy: Floats, center: float, fwhm: float) -> Floats:
    return np.exp2(-((2.0 * (energy - center) / fwhm) ** 2))


def lost(kernel: Callable[[float], float], energies: Floats, center: float, fwhm: float) -> Floats:
    """The loss integral of a Gaussian of unit height by adaptive quadrature."""
    return np.array(
        [
            quad(
                lambda t, at=at: kernel(t) * np.exp2(-((2.0 * (at - t - center) / fwhm) ** 2)),
                max(0.0, at - center - 4.0 * fwhm),
                max(0.0, at - center + 4.0 * fwhm),
                epsabs=1e-13,
                epsrel=1e-11,
            )[0]
            for at in energies
        ]
    )


@pytest.mark.parametrize("name", LOSS_FUNCTIONS)
@pytest.mark.parametrize(("step", "bound"), [(0.05, 1e-8), (0.25, 5e-6)])
def test_loss_matrix_integrates_smooth_peaks(name: str, step: float, bound: float) -> None:
    energy = np.arange(0.0, 40.0 + step / 2, step)
    found = loss_matrix(energy, LOSSES[name]) @ gauss(energy, 6.0, 1.1)
    some = slice(0, None, round(1.25 / step))
    expected = lost(LOSS_FUNCTIONS[name], energy[some], 6.0, 1.1)
    np.testing.assert_allclose(found[some], expected, rtol=0.0, atol=bound * expected.max())


def test_loss_matrix_converges_with_the_square_of_uneven_steps() -> None:
    errors = []
    for step in (0.4, 0.2, 0.1):
        energy = np.concatenate(
            [np.arange(0.0, 6.0 - step / 4, step), np.arange(6.0, 40.0, 2.5 * step)]
        )
        found = loss_matrix(energy, LOSSES["u3-al"]) @ gauss(energy, 6.2, 2.0)
        expected = lost(LOSS_FUNCTIONS["u3-al"], energy, 6.2, 2.0)
        errors.append(np.abs(found - expected).max() / expected.max())
    assert errors[1] < errors[0] / 2.5
    assert errors[2] < errors[1] / 2.5
    assert errors[2] < 3e-3


def test_loss_matrix_puts_nothing_below_a_peak_and_is_remembered_read_only() -> None:
    energy = np.arange(100.0, 110.0, 0.5)
    matrix = loss_matrix(energy, LOSSES["u2"])
    assert (np.triu(matrix, 1) == 0.0).all()
    assert loss_matrix(list(energy), LOSSES["u2"]) is matrix
    assert loss_matrix(energy + 1e-9, LOSSES["u2"]) is not matrix
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1.0


@pytest.mark.parametrize("energy", [[3.0, 2.0, 1.0], [1.0, 1.0, 2.0], [1.0], [1.0, np.nan, 2.0]])
def test_energies_that_do_not_ascend_are_refused(energy: list[float]) -> None:
    with pytest.raises(BackgroundError, match="ascend"):
        loss_matrix(energy, LOSSES["u2"])


def test_losses_begin_above_the_band_gap() -> None:
    open_, gapped = LOSSES["u3-polymer"], replace(LOSSES["u3-polymer"], gap_ev=3.0)
    assert (gapped.density([-1.0, 1.0, 3.0]) == 0.0).all()
    assert gapped.density(3.001) == open_.density(3.001)
    assert gapped.integral(2.0) == 0.0
    assert gapped.integral(20.0) == pytest.approx(open_.integral(20.0) - open_.integral(3.0))
    assert gapped.total == pytest.approx(open_.total - float(open_.integral(3.0)))
    with pytest.raises(BackgroundError, match="gap"):
        replace(open_, gap_ev=-1.0)


@pytest.mark.parametrize("step", [0.05, 0.07, 0.25])
def test_loss_matrix_cuts_the_step_in_which_the_gap_ends(step: float) -> None:
    energy = np.arange(0.0, 40.0, step)
    gapped = replace(LOSSES["u3-polymer"], gap_ev=3.0)
    found = loss_matrix(energy, gapped) @ gauss(energy, 6.0, 1.1)
    dense = np.arange(0.0, 40.0, 0.001)
    above_gap = np.where(dense > 3.0, [LOSS_FUNCTIONS["u3-polymer"](t) for t in dense], 0.0)
    expected = [
        np.trapezoid(above_gap * gauss(at - dense, 6.0, 1.1), dense)
        for at in energy[:: round(5.0 / step)]
    ]
    some = found[:: round(5.0 / step)]
    np.testing.assert_allclose(some, expected, rtol=0.0, atol=2e-3 * max(expected))
