"""Every method of lmfit on the residual and Jacobian of a region, and lmfit's own tools on them."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import lmfit
import numpy as np
import pytest
from lmfit.minimizer import MinimizerResult

from xps.errors import FitError
from xps.minimizer import RegionMinimizer, to_parameters
from xps.model import Background, Component, Link, Param, Ref, Region, Singlet
from xps.problem import compile_problem
from xps.spectrum import Spectrum

ENERGY = np.linspace(526.0, 536.0, 101)


def region() -> Region:
    """Two peaks of one width, the second half as large as the first: five free parameters."""
    first = Component(
        "a",
        "a",
        Singlet(),
        "sgl",
        area=Param(900.0, min=100.0, max=5000.0),
        center=Param(530.2, min=529.0, max=531.0),
        fwhm=Param(1.6, min=0.5, max=3.0),
        shape_params=(Param(0.2, vary=False),),
    )
    second = replace(
        first,
        id="b",
        name="b",
        area=Param(0.0, link=Link("ratio", Ref("a", "area"), 0.5)),
        center=Param(532.2, min=531.0, max=533.0),
        fwhm=Param(1.0, link=Link("same", Ref("a", "fwhm"))),
    )
    flat = Background(
        offset=Param(80.0, min=10.0, max=500.0),
        slope=Param(0.0, vary=False),
        k=Param(0.0, vary=False),
    )
    return Region("r", "", "O 1s", (526.0, 536.0), flat, (first, second)).settled()


def spectrum(*, known: bool = True) -> Spectrum:
    peaks = [a * np.exp(-0.5 * ((ENERGY - c) / 0.6) ** 2) for a, c in ((700, 530.0), (350, 532.0))]
    counts = np.random.default_rng(3).poisson(100.0 + sum(peaks)).astype(float)
    unit = "counts" if known else "arbitrary"
    return Spectrum(ENERGY, counts, core_level="O 1s", unit=unit)


def minimizer(model: Region | None = None, *, known: bool = True) -> RegionMinimizer:
    model = model or region()
    return RegionMinimizer(compile_problem(model, spectrum(known=known), 0.0), model)


@pytest.fixture(scope="module")
def best() -> tuple[RegionMinimizer, MinimizerResult]:
    fitted = minimizer()
    return fitted, fitted.minimize()


COMPLETE = """params success message aborted nfev ndata nvarys nfree var_names init_vals init_values
    residual chisqr redchi aic bic covar errorbars""".split()

METHODS = {
    "leastsq": {},
    "least_squares": {},
    "nelder": {"tol": 1e-10, "max_nfev": 20000},
    "powell": {"tol": 1e-10},
    "lbfgsb": {},
    "differential_evolution": {"seed": 1, "popsize": 6, "max_nfev": 20000},
}


@pytest.mark.parametrize("method", METHODS)
def test_method_finds_the_same(best: tuple[RegionMinimizer, MinimizerResult], method: str) -> None:
    fitted, ours = best
    theirs = fitted.minimize(method, to_parameters(region()), **METHODS[method])
    assert theirs.chisqr == pytest.approx(ours.chisqr, rel=1e-6)
    for name, parameter in ours.params.items():
        found = theirs.params[name]
        if parameter.stderr is None:
            assert found.stderr is None
            continue
        assert found.value == pytest.approx(parameter.value, abs=0.02 * parameter.stderr)
        assert found.stderr == pytest.approx(parameter.stderr, rel=1e-2)
    assert [a for a in COMPLETE if not hasattr(theirs, a)] == []
    assert theirs.params["b_area"].value == pytest.approx(0.5 * theirs.params["a_area"].value)
    correlation = ours.params["a_area"].correl["background_offset"]
    assert theirs.params["a_area"].correl["background_offset"] == pytest.approx(
        correlation, abs=0.01
    )
    assert "a_center" in lmfit.fit_report(theirs)


@pytest.mark.parametrize("method", ["leastsq", "least_squares"])
def test_derivatives_are_ours(best: tuple[RegionMinimizer, MinimizerResult], method: str) -> None:
    fitted, _ = best
    theirs = fitted.minimize(method, to_parameters(region()))
    assert theirs.nfev < 15  # by differences each step takes six evaluations


@pytest.mark.parametrize("attribute", COMPLETE)
def test_record_of_ours_is_complete(
    best: tuple[RegionMinimizer, MinimizerResult], attribute: str
) -> None:
    assert hasattr(best[1], attribute)


def test_ours_copies_nothing_deeply(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("deepcopy")

    for module in ("copy", "lmfit.minimizer", "lmfit.parameter"):
        monkeypatch.setattr(f"{module}.deepcopy", refuse)
    assert minimizer().minimize().success


def test_search_between_bounds_needs_bounds() -> None:
    unbounded = region().with_param(Ref("a", "area"), Param(900.0, min=0.0)).settled()
    with pytest.raises(FitError, match=r"a_area has none on one side.*finite bounds"):
        minimizer(unbounded).minimize("differential_evolution")


@pytest.mark.skipif(find_spec("emcee") is not None, reason="emcee is installed")
def test_missing_sampler_is_named() -> None:
    with pytest.raises(FitError, match="install the package emcee"):
        minimizer().minimize("emcee")


@pytest.mark.skipif(find_spec("emcee") is None, reason="emcee is not installed")
def test_sampler_finds_the_same_errors(best: tuple[RegionMinimizer, MinimizerResult]) -> None:
    fitted, ours = best
    sampled = fitted.minimize(
        "emcee", ours.params, steps=600, burn=200, thin=5, seed=1, progress=False
    )
    for name in ours.var_names:
        assert sampled.params[name].stderr == pytest.approx(ours.params[name].stderr, rel=0.25)


# lmfit's confidence intervals ---------------------------------------------------------------------


def test_interval_is_where_the_deviance_rises_by_one(
    best: tuple[RegionMinimizer, MinimizerResult],
) -> None:
    fitted, ours = best
    interval = fitted.conf_interval(ours, ["a_area"], sigmas=[1])
    (low_probability, low), (_, middle), (_, high) = interval["a_area"]
    assert low_probability == pytest.approx(0.6827, abs=1e-3)
    assert middle == pytest.approx(ours.params["a_area"].value)
    for end in (low, high):
        held = {**{n: p.value for n, p in ours.params.items()}, "a_area": end}
        parameters = to_parameters(region())
        for name, value in held.items():
            parameters[name].value = value
        parameters["a_area"].vary = False
        assert fitted.leastsq(parameters).chisqr - ours.chisqr == pytest.approx(1.0, abs=1e-2)


def test_interval_of_unknown_noise_is_rescaled() -> None:
    fitted = minimizer(known=False)
    ours = fitted.minimize()
    interval = fitted.conf_interval(ours, ["a_center"], sigmas=[1])
    low, high = interval["a_center"][0][1], interval["a_center"][2][1]
    assert 0.5 * (high - low) == pytest.approx(ours.params["a_center"].stderr, rel=0.03)


# Parameters that are given, and fits that are stopped ---------------------------------------------


def test_what_is_fixed_in_the_parameters_stays() -> None:
    fitted = minimizer()
    parameters = to_parameters(region())
    parameters["a_center"].set(value=530.05, vary=False)
    parameters["a_fwhm"].set(value=1.0, max=1.2)
    ours = fitted.minimize(params=parameters)
    reference = fitted.minimize("least_squares", parameters)
    assert ours.params["a_center"].value == 530.05
    assert ours.params["a_center"].stderr is None
    assert ours.params["a_fwhm"].value == 1.2
    assert ours.params["a_fwhm"].max == 1.2
    assert ours.var_names == reference.var_names
    assert ours.nvarys == 4
    assert ours.covar.shape == (4, 4)
    assert ours.chisqr == pytest.approx(reference.chisqr, rel=1e-5)


def test_callback_sees_every_step_and_may_stop() -> None:
    seen: list[float] = []

    def watch(params: lmfit.Parameters, iteration: int, residual: object) -> bool:
        assert isinstance(residual, np.ndarray)
        assert params["b_area"].value == pytest.approx(0.5 * params["a_area"].value)
        seen.append(float(residual @ residual))
        return iteration == 3

    model = region()
    problem = compile_problem(model, spectrum(), 0.0)
    stopped = RegionMinimizer(problem, model, iter_cb=watch).minimize()
    assert len(seen) == 3
    assert stopped.aborted
    assert not stopped.success
    assert seen[-1] < seen[0]


@pytest.mark.parametrize("method", ["doublet", "leastsq", "nelder"])
def test_evaluations_are_bounded(method: str) -> None:
    model = region()
    problem = compile_problem(model, spectrum(), 0.0)
    stopped = RegionMinimizer(problem, model, max_nfev=3).minimize(method)
    assert stopped.aborted
    assert not stopped.success
    assert stopped.nfev <= 4


def test_start_that_was_given_is_recorded() -> None:
    fitted = minimizer()
    start = fitted.problem.start * 1.001
    assert fitted.doublet(start=start).init_vals == pytest.approx(start.tolist())
