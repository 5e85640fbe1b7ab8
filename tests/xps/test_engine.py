"""The solver against lmfit and scipy on the standard problems, and where it must not pretend."""

from __future__ import annotations

from dataclasses import replace

import lmfit
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lmfit.minimizer import MinimizerResult
from numpy.typing import NDArray

from benchmarks.problems import P1, P2, Problem
from tests.truth import argyrodite
from xps.backgrounds import STATIC
from xps.engine import Problem as Compiled
from xps.engine import Solution, solve
from xps.fitting import fit_region
from xps.kernel import Kernel
from xps.lineshapes import SHAPES
from xps.losses import LOSSES
from xps.minimizer import RegionMinimizer, from_parameters, to_parameters
from xps.model import (
    IN_FIT_KINDS,
    Background,
    Component,
    Link,
    Param,
    Prior,
    Ref,
    Region,
    Singlet,
)
from xps.problem import compile_problem, with_guess
from xps.recipe import load_recipe
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

CASES = [
    pytest.param(problem, slope, id=f"{problem.name}{'-slope' if slope else ''}")
    for problem in (P1, P2)
    for slope in (False, True)
]


def compiled(problem: Problem, slope: bool) -> tuple[Region, Compiled]:
    region = problem.region(slope=slope)
    return region, compile_problem(region, problem.spectrum(), 0.0)


@pytest.mark.parametrize(("problem", "slope"), CASES)
def test_truth_is_within_its_errors(problem: Problem, slope: bool) -> None:
    region, work = compiled(problem, slope)
    record = RegionMinimizer(work, region).minimize()
    for i, line in enumerate(problem.truth):
        for name, true in (("center", line.center), ("fwhm", line.fwhm)):
            found = record.params[f"c{i}_{name}"]
            assert abs(found.value - true) < 4.0 * found.stderr


@settings(max_examples=15)
@given(st.lists(st.floats(-1.0, 1.0), min_size=16, max_size=16))
def test_start_does_not_matter(unit: list[float]) -> None:
    _, work = compiled(P1, True)
    best = solve(work)
    # Farther off, by 0.15 eV and 0.3 eV at once, there is another minimum, of χ² 574.
    reach = {"area": 3000.0, "center": 0.1, "fwhm": 0.2, "mixing": 0.2, "offset": 300.0}
    steps = [u * reach.get(r.parameter, 0.01) for u, r in zip(unit, work.table.free, strict=True)]
    other = solve(work, best.free + np.array(steps))
    assert other.converged
    assert other.deviance == pytest.approx(best.deviance, rel=1e-9)


# Derivatives --------------------------------------------------------------------------------------


def _numeric_jacobian(work: Compiled, free: Floats) -> Floats:
    columns = []
    for j, ref in enumerate(work.table.free):
        step = 1e-2 if ref.parameter in ("area", "offset", "slope") else 1e-5
        up, down = free.copy(), free.copy()
        up[j] += step
        down[j] -= step
        columns.append((work.expected(up) - work.expected(down)) / (2.0 * step))
    return np.column_stack(columns)


EVERY_TERM = Background(
    "peak-shirley-tougaard",
    k=Param(0.02),
    curvature=Param(0.3),
    cubic=Param(-0.02),
    own_k=(("ps4", Param(0.05)), ("sulfate", Param(0.01))),
    t=Param(0.4),
)
IN_FIT = {
    **{kind: Background(kind) for kind in IN_FIT_KINDS},
    "curvature": Background(curvature=Param(0.3)),
    "cubic": Background(cubic=Param(-0.02)),
    "own-k": Background(own_k=(("ps4", Param(0.05)),)),
    "own-k-of-all": Background(
        own_k=tuple((id_, Param(0.05)) for id_ in ("li2s", "ps4", "p_s_p", "sulfite", "sulfate"))
    ),
    **{loss: Background("peak-tougaard", loss=loss) for loss in LOSSES},
    "every-term": EVERY_TERM,
}


def _asymmetric(region: Region) -> Region:
    """With numbers of the shapes that are neither defaults nor ends."""
    for component in region.components:
        for parameter in SHAPES[component.shape].parameters:
            ref = Ref(component.id, parameter.name)
            param = region.param(ref)
            low, high = parameter.typical
            region = region.with_param(ref, param.at(low + 0.3 * (high - low)))
    return region.settled()


@pytest.mark.parametrize(
    ("kind", "background"),
    [
        *((kind, background) for kind in SHAPES for background in ("every-term", "linear")),
        *(("sgl", background) for background in (*IN_FIT, *STATIC)),
    ],
)
def test_jacobian_is_that_of_the_model(kind: str, background: str) -> None:
    region = load_recipe("argyrodite-s2p").regions[0]
    region = replace(region, background=IN_FIT.get(background) or Background(background))
    region = _asymmetric(region.with_shape([c.id for c in region.components], kind))
    truth = argyrodite(2000.0, step=0.2)
    spectrum = truth.spectrum(None, dwell_s=0.5, sweeps=7.0)
    shift = 0.037  # the second derivatives of some shapes jump at the center: no point lies there
    region = with_guess(region, spectrum, shift)
    work = compile_problem(region, spectrum, shift)
    expected, jacobian = work.expected_and_jacobian(work.start)
    np.testing.assert_allclose(expected, work.expected(work.start), rtol=1e-12)
    numeric = _numeric_jacobian(work, work.start)
    scale = np.max(np.abs(jacobian), axis=1, keepdims=True)
    scale[scale == 0.0] = 1.0  # a common step that no component has
    assert np.max(np.abs(jacobian - numeric.T) / scale) < 1e-6


def _drawn_from(region: Region, background: Background, kind: str) -> tuple[Region, Spectrum]:
    """A region of two separate peaks, and the counts that it expects without noise."""
    peaks = tuple(
        Component(
            id_,
            id_,
            Singlet(),
            "sgl",
            area=Param(area),
            center=Param(center, min=center - 1.0, max=center + 1.0),
            fwhm=Param(1.4, min=0.5, max=4.0),
            shape_params=(Param(0.3, min=0.0, max=0.8),),
        )
        for id_, area, center in (("a", 20000.0, 528.0), ("b", 12000.0, 533.0))
    )
    region = replace(region, background=background, components=peaks)
    region = _asymmetric(region.with_shape(["a", "b"], kind))
    family = {
        name: replace(param, link=Link("same", Ref("a", name)))
        for name, param in region.component("b").params.items()
        if name not in ("area", "center", "fwhm")
    }
    region = region.with_component(region.component("b").with_params(family)).settled()
    low, high = region.window_ev
    energy = np.arange(low, high, 0.1)
    kernel = Kernel(region, energy)
    counts = kernel.model(np.array([region.param(ref).value for ref in kernel.table.free]))
    spectrum = Spectrum(
        energy, counts, axis="binding", unit="counts", core_level="O 1s", dwell_s=1.0, sweeps=1.0
    )
    return region, spectrum


@pytest.mark.parametrize(
    ("kind", "background"),
    [
        *((kind, Background(offset=Param(3000.0), k=Param(0.03))) for kind in SHAPES),
        *(
            (
                "sgl",
                Background(
                    kind, offset=Param(3000.0), slope=Param(5.0), k=Param(0.02), t=Param(0.8)
                ),
            )
            for kind in IN_FIT_KINDS
        ),
        ("sgl", Background(offset=Param(3000.0), curvature=Param(0.5), cubic=Param(-0.03))),
        ("sgl", Background(offset=Param(3000.0), own_k=(("a", Param(0.05)),))),
    ],
)
def test_a_fit_finds_what_its_data_were_made_from(kind: str, background: Background) -> None:
    """Data without noise, started elsewhere: every shape and every background is found again."""
    empty = Region("r", "", "O 1s", (518.0, 558.0), Background(), ())
    truth, spectrum = _drawn_from(empty, background, kind)
    start = {Ref("a", "center"): 528.2, Ref("a", "fwhm"): 1.6, Ref("b", "fwhm"): 1.2}
    start |= {
        ref: 0.7 * truth.param(ref).value
        for ref, param in truth.params()
        if ref.parameter in ("k", "k_a", "t", "mixing") and param.is_free
    }
    fit = fit_region(with_guess(truth.with_values(start), spectrum, 0.0), spectrum)
    assert fit.success
    for ref in fit.free:
        found, stderr = fit.region.param(ref).value, fit.stderr(ref)
        if stderr is not None:
            assert abs(found - truth.param(ref).value) < 0.02 * stderr, ref


def test_residual_and_its_jacobian_hold_the_priors() -> None:
    region = load_recipe("argyrodite-s2p").regions[0]
    spectrum = argyrodite(2000.0, step=0.2).spectrum(0)
    work = compile_problem(with_guess(region, spectrum, 0.0), spectrum, 0.0)
    jacobian = work.jacobian(work.start)
    assert jacobian.shape[0] == work.observed.size + 5  # four centers and the mixing
    step = 1e-6
    for j in range(work.start.size):
        moved = work.start.copy()
        moved[j] += step
        numeric = (work.residual(moved) - work.residual(work.start)) / step
        np.testing.assert_allclose(jacobian[-5:, j], numeric[-5:], atol=1e-4)


# Bounds, and what the data cannot tell ------------------------------------------------------------


def _two_of_a_kind() -> Region:
    """Two components that no data can tell apart."""
    twin = Component(
        id="a",
        name="a",
        lines=Singlet(),
        shape="sgl",
        area=Param(100.0),
        center=Param(5.0, vary=False),
        fwhm=Param(1.0, vary=False),
        shape_params=(Param(0.3, vary=False),),
    )
    return Region("r", "", "O 1s", (0.0, 10.0), Background(), (twin, replace(twin, id="b")))


def _peak_counts() -> Floats:
    energy = np.linspace(0.0, 10.0, 101)
    return np.random.default_rng(0).poisson(50.0 + 400.0 * np.exp(-((energy - 5.0) ** 2)))


def _peak(core_level: str = "O 1s") -> Spectrum:
    return Spectrum(np.linspace(0.0, 10.0, 101), _peak_counts(), core_level=core_level)


def test_what_the_data_cannot_tell_apart_has_no_errors() -> None:
    fit = fit_region(_two_of_a_kind(), _peak())
    assert not fit.success
    assert "do not determine" in fit.message
    assert fit.stderr(Ref("a", "area")) is None
    assert fit.stderr(Ref("b", "area")) is None
    assert fit.lmfit is not None
    assert not fit.lmfit.errorbars
    assert all(p.stderr is None for p in fit.lmfit.params.values())


def test_nothing_free_but_the_background_is_a_fit() -> None:
    region = _two_of_a_kind()
    fixed = replace(region.components[0], area=Param(700.0, vary=False))
    fit = fit_region(replace(region, components=(fixed,)), _peak())
    assert fit.success
    assert [ref.parameter for ref in fit.free] == ["offset", "slope", "k"]


def test_nothing_free_at_all_is_an_evaluation() -> None:
    region = _two_of_a_kind()
    fixed = replace(region.components[0], area=Param(700.0, vary=False))
    background = Background(
        offset=Param(50.0, vary=False), slope=Param(0.0, vary=False), k=Param(0.0, vary=False)
    )
    fit = fit_region(replace(region, components=(fixed,), background=background), _peak())
    assert fit.success
    assert fit.n_free == 0
    assert fit.stderr(Ref("a", "area")) is None


@pytest.mark.parametrize(
    ("parameter", "bounds", "end"),
    [
        ("fwhm", (0.3, 1.0), 1.0),
        ("fwhm", (2.2, 4.0), 2.2),
        ("center", (5.2, 6.0), 5.2),
        ("area", (900.0, 2000.0), 900.0),
        ("area", (0.0, 300.0), 300.0),
    ],
)
def test_bound_holds_and_is_the_constrained_optimum(
    parameter: str, bounds: tuple[float, float], end: float
) -> None:
    free = {
        "area": Param(500.0),
        "center": Param(5.05, min=4.0, max=6.0),
        "fwhm": Param(1.5, min=0.3, max=4.0),
    }
    low, high = bounds
    start = free[parameter].value
    free[parameter] = Param(min(max(start, low), high), min=low, max=high)
    component = Component(
        "a", "a", Singlet(), "sgl", **free, shape_params=(Param(0.1, vary=False),)
    )
    flat = Background(slope=Param(0.0, vary=False), k=Param(0.0, vary=False))
    region = Region("r", "", "O 1s", (0.0, 10.0), flat, (component,))
    fit = fit_region(region, _peak())
    ref = Ref("a", parameter)
    assert fit.success
    assert fit.region.param(ref).value == end
    assert fit.at_bound == (ref,)
    assert fit.stderr(ref) is None
    fixed = fit_region(region.with_param(ref, Param(end, vary=False)), _peak())
    assert fit.chi2 == pytest.approx(fixed.chi2, rel=1e-7)
    for other in fixed.free:
        assert fit.stderr(other) == pytest.approx(fixed.stderr(other), rel=1e-4)


def test_start_beyond_a_bound_is_brought_inside() -> None:
    component = Component(
        "a",
        "a",
        Singlet(),
        "sgl",
        area=Param(500.0),
        center=Param(5.0),
        fwhm=Param(9.0, min=0.5, max=4.0),
        shape_params=(Param(0.1, vary=False),),
    )
    region = Region("r", "", "O 1s", (0.0, 10.0), Background(), (component,))
    fit = fit_region(region, _peak())
    assert fit.success
    assert fit.region.component("a").fwhm.value == pytest.approx(1.7, abs=0.2)


def test_all_parameters_at_bounds_is_an_end() -> None:
    component = Component(
        "a",
        "a",
        Singlet(),
        "sgl",
        area=Param(100.0, min=0.0, max=100.0),
        center=Param(5.0, vary=False),
        fwhm=Param(1.7, vary=False),
        shape_params=(Param(0.1, vary=False),),
    )
    background = Background(
        offset=Param(50.0, vary=False), slope=Param(0.0, vary=False), k=Param(0.0, vary=False)
    )
    region = Region("r", "", "O 1s", (0.0, 10.0), background, (component,))
    solution: Solution = solve(compile_problem(region, _peak(), 0.0))
    assert solution.converged
    assert solution.at_bound.all()
    assert not solution.covariance.any()


def test_cancelled_fit_does_not_pretend_to_have_converged() -> None:
    _, work = compiled(P1, True)
    solution = solve(work, cancelled=lambda: True)
    assert not solution.converged
    assert solution.message == "cancelled"


def test_linked_parameters_carry_the_error_of_their_target() -> None:
    region = P2.region(slope=True)
    ratio = replace(region.component("c4").area, link=Link("ratio", Ref("c0", "area"), 0.2))
    offset = replace(region.component("c4").center, link=Link("offset", Ref("c0", "center"), 5.3))
    region = region.with_param(Ref("c4", "area"), ratio).with_param(Ref("c4", "center"), offset)
    fit = fit_region(region.settled(), P2.spectrum())
    area, center = fit.region.component("c0").area, fit.region.component("c0").center
    assert fit.region.component("c4").area.value == pytest.approx(0.2 * area.value)
    assert fit.region.component("c4").center.value == pytest.approx(center.value + 5.3)
    error = fit.stderr(Ref("c0", "area"))
    assert error is not None
    assert fit.stderr(Ref("c4", "area")) == pytest.approx(0.2 * error)
    assert fit.stderr(Ref("c4", "center")) == fit.stderr(Ref("c0", "center"))
    assert fit.correlation(Ref("c4", "area"), Ref("c0", "area")) == pytest.approx(1.0)


def test_sharp_prior_is_as_good_as_fixed() -> None:
    region = P2.region(slope=True)
    ref = Ref("c0", "fwhm")
    soft = region.with_param(ref, replace(region.param(ref), prior=Prior(1.2, 1e-6)))
    hard = region.with_param(ref, Param(1.2, vary=False))
    first, second = (fit_region(r.settled(), P2.spectrum()) for r in (soft, hard))
    np.testing.assert_allclose(first.areas, second.areas, rtol=1e-5)
    np.testing.assert_allclose(
        np.diag(first.area_covariance), np.diag(second.area_covariance), rtol=1e-4
    )


# The record that lmfit's own tools take -----------------------------------------------------------


@pytest.fixture(scope="module")
def record() -> tuple[RegionMinimizer, MinimizerResult]:
    region, work = compiled(P2, True)
    minimizer = RegionMinimizer(work, region)
    return minimizer, minimizer.minimize()


def test_record_is_complete(record: tuple[RegionMinimizer, MinimizerResult]) -> None:
    minimizer, result = record
    reference = minimizer.minimize("leastsq", params=result.params)
    for name in ("ndata", "nvarys", "nfree", "var_names", "errorbars", "success"):
        assert getattr(result, name) == getattr(reference, name), name
    for name in ("chisqr", "redchi", "aic", "bic"):
        assert getattr(result, name) == pytest.approx(getattr(reference, name), rel=1e-8), name
    np.testing.assert_allclose(result.residual, reference.residual, atol=1e-6)
    for name, parameter in reference.params.items():
        found = result.params[name]
        if not parameter.vary:
            continue
        assert found.stderr == pytest.approx(parameter.stderr, rel=1e-5)
        for other, r in parameter.correl.items():
            assert found.correl[other] == pytest.approx(r, abs=1e-5)


def test_fit_report_prints(record: tuple[RegionMinimizer, MinimizerResult]) -> None:
    report = lmfit.fit_report(record[1])
    assert "c0_center" in report
    assert "chi-square" in report


def test_conf_interval_agrees_with_the_errors(
    record: tuple[RegionMinimizer, MinimizerResult],
) -> None:
    minimizer, result = record
    interval = lmfit.conf_interval(minimizer, result, p_names=["c2_area"], sigmas=[1])
    low, best, high = (value for _, value in interval["c2_area"])
    parameter = result.params["c2_area"]
    assert best == pytest.approx(parameter.value)
    # its F-test counts in units of redchi, which is 0.9 here
    assert 0.5 * (high - low) == pytest.approx(parameter.stderr, rel=0.15)


@pytest.mark.parametrize("method", ["nelder", "least_squares", "lbfgsb"])
def test_other_methods_of_lmfit_stay_at_the_best(
    record: tuple[RegionMinimizer, MinimizerResult], method: str
) -> None:
    minimizer, best = record
    again = minimizer.minimize(method, params=best.params)
    assert again.chisqr == pytest.approx(best.chisqr, rel=1e-6)


def test_parameters_go_to_lmfit_and_back() -> None:
    region = load_recipe("argyrodite-s2p").regions[0]
    parameters = to_parameters(region)
    assert len(parameters) == 4 * 5 + 3
    assert parameters["ps4_center"].min == 161.0
    assert not parameters["li2s_fwhm"].vary
    assert parameters["li2s_fwhm"].user_data == Link("same", Ref("ps4", "fwhm"))
    parameters["ps4_fwhm"].value = 1.31
    back = from_parameters(region, parameters)
    assert back.component("li2s").fwhm.value == 1.31
    assert from_parameters(region, to_parameters(region)) == region
