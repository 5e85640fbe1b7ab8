"""The bridge to lmfit: Parameters in, MinimizerResult out, with Doublet's solver as a method."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from importlib.util import find_spec
from typing import Any

import numpy as np
from lmfit import Minimizer, Parameters
from lmfit.minimizer import MinimizerResult
from numpy.typing import NDArray

from xps.engine import CANCELLED, Problem, Solution, solve
from xps.errors import FitError
from xps.lmfit_parameters import (
    fill,
    from_parameters,
    parameter_name,
    set_bounds,
    to_parameters,
)
from xps.model import Region
from xps.normal_equations import NormalEquations

__all__ = ["RegionMinimizer", "from_parameters", "parameter_name", "to_parameters"]

Floats = NDArray[np.float64]

_METHODS_WITHIN_BOUNDS = ("differential_evolution", "brute", "dual_annealing", "shgo")


class RegionMinimizer(Minimizer):  # type: ignore[misc]  # lmfit has no types
    """An lmfit Minimizer whose default method is the solver of `xps.engine`.

    Every other method of lmfit works on the same residual and Jacobian, with the variances of
    the points held at those of the problem: the solver leaves those of the best model there.

    Parameters
    ----------
    problem : Problem
    region : Region
        The region that `problem` was compiled from.
    iter_cb : callable, optional
        ``iter_cb(params, iteration, residual)`` as in lmfit; when it says True the fit stops.
    max_nfev : int, optional
        Evaluations of the model after which the fit stops.
    """

    def __init__(
        self,
        problem: Problem,
        region: Region,
        *,
        iter_cb: Callable[[Parameters, int, Floats], bool | None] | None = None,
        max_nfev: int | None = None,
    ) -> None:
        self.problem = problem
        self.region = region
        self._params: Parameters | None = None
        self._free_names = [parameter_name(ref) for ref in problem.table.free]
        super().__init__(
            self._weighted_residual,
            None,
            scale_covar=not problem.noise.known,
            iter_cb=iter_cb,
            max_nfev=max_nfev,
        )

    @property
    def params(self) -> Parameters:
        """The parameters that lmfit's methods start from."""
        if self._params is None:
            self._params = to_parameters(self.region)
        return self._params

    @params.setter
    def params(self, params: Parameters | None) -> None:
        self._params = params

    def minimize(
        self, method: str = "doublet", params: Parameters | None = None, **kws: Any
    ) -> MinimizerResult:
        """Fit by `method`: "doublet" or any of lmfit's names.

        Raises
        ------
        FitError
            If the method needs what is not there: bounds, or a package.
        """
        if method == "doublet":
            return self.doublet(params, **kws)
        self._refuse(method, self.params if params is None else params)
        return self._completed(super().minimize(method, params, **kws))

    def leastsq(
        self, params: Parameters | None = None, max_nfev: int | None = None, **kws: Any
    ) -> MinimizerResult:
        """Fit with MINPACK's Levenberg-Marquardt and the analytic Jacobian."""
        kws = {"Dfun": self._weighted_jacobian, "col_deriv": 0, **kws}
        return super().leastsq(params, max_nfev, **kws)

    def least_squares(
        self, params: Parameters | None = None, max_nfev: int | None = None, **kws: Any
    ) -> MinimizerResult:
        """Fit with scipy's least_squares and the analytic Jacobian."""
        kws = {"jac": self._weighted_jacobian, "x_scale": "jac", **kws}
        return super().least_squares(params, max_nfev, **kws)

    def conf_interval(
        self, result: MinimizerResult, p_names: list[str] | None = None, **kws: Any
    ) -> dict[str, list[tuple[float, float]]]:
        """Confidence intervals by `lmfit.conf_interval`, on the scale of the noise.

        Where the noise is known nothing is rescaled: the rise of χ² is compared with the χ²
        distribution itself. Otherwise lmfit's F test is right.
        """
        from lmfit import conf_interval

        if self.problem.noise.known:
            kws.setdefault("prob_func", _chance_of_rise)
        intervals: dict[str, list[tuple[float, float]]] = conf_interval(
            self, result, p_names, **kws
        )
        return intervals

    def doublet(
        self,
        params: Parameters | None = None,
        *,
        start: Floats | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> MinimizerResult:
        """Fit with bounded Levenberg-Marquardt and analytic derivatives.

        Parameters
        ----------
        params : Parameters, optional
            Values, bounds and what may vary, instead of those of the region.
        start : ndarray, shape (free,), optional
            Values of the free parameters, instead of those.
        cancelled : callable, optional
            Asked before each iteration; when it says True the fit stops.
        """
        problem = self.problem if params is None else self._within(params)
        watch = _Watch(self, cancelled)
        solution = solve(problem, start, watch=watch if watch.is_needed else None)
        self.problem.variance = problem.variance
        return self._record(problem, solution, problem.start if start is None else start)

    def _within(self, params: Parameters) -> Problem:
        """The problem with start, bounds and fixed parameters of an lmfit record."""
        records = [params[name] for name in self._free_names]
        problem = copy(self.problem)
        problem.lower = np.array([r.min if r.vary else r.value for r in records])
        problem.upper = np.array([r.max if r.vary else r.value for r in records])
        problem.first_lower = np.clip(problem.first_lower, problem.lower, problem.upper)
        problem.start = np.clip(self._free_values(params), problem.lower, problem.upper)
        return problem

    def _refuse(self, method: str, params: Parameters) -> None:
        if method == "emcee" and find_spec("emcee") is None:
            raise FitError("emcee is not installed", "install the package emcee")
        if method not in _METHODS_WITHIN_BOUNDS:
            return
        for name in self._free_names:
            record = params[name]
            if record.vary and not (np.isfinite(record.min) and np.isfinite(record.max)):
                raise FitError(
                    f"{method} searches between bounds, and {name} has none on "
                    + ("either side" if record.min == -record.max else "one side"),
                    "give it finite bounds, or take another method",
                    where=self.region.core_level,
                )

    def _completed(self, result: MinimizerResult) -> MinimizerResult:
        """Add what lmfit leaves out: errors of methods without derivatives, and of links."""
        table = self.problem.table
        free = self._free_values(result.params)
        varied = np.array([result.params[name].vary for name in self._free_names], dtype=np.bool_)
        if not result.aborted and getattr(result, "covar", None) is None:
            inside = varied & (free > self.problem.lower) & (free < self.problem.upper)
            rows = self.problem.jacobian(free)[:, inside].T
            inverse = NormalEquations(rows, self.problem.residual(free)).covariance()
            covariance = np.zeros((free.size, free.size))
            covariance[np.ix_(inside, inside)] = inverse
            if self.scale_covar:
                covariance *= result.redchi
            result.covar = covariance[np.ix_(varied, varied)]
            result.errorbars = bool(np.isfinite(covariance).all())
        covariance = np.zeros((free.size, free.size))
        if getattr(result, "covar", None) is not None:
            covariance[np.ix_(varied, varied)] = result.covar
        fill(result.params, table, free, covariance)
        return result

    def _free_values(self, params: Parameters) -> Floats:
        return np.array([params[name].value for name in self._free_names], dtype=np.float64)

    def _weighted_residual(self, params: Parameters) -> Floats:
        return self.problem.residual(self._free_values(params))

    def _weighted_jacobian(self, params: Parameters) -> Floats:
        varied = [params[name].vary for name in self._free_names]
        return self.problem.jacobian(self._free_values(params))[:, varied]

    def recorded(self, solution: Solution) -> MinimizerResult:
        """Return the record of a solution that was found elsewhere."""
        return self._record(self.problem, solution, self.problem.start)

    def _record(self, problem: Problem, solution: Solution, start: Floats) -> MinimizerResult:
        varied = problem.lower < problem.upper
        residual = problem.residual(solution.free, solution.expected)
        n_data, n_free = residual.size, int(np.count_nonzero(varied))
        chi2 = float(residual @ residual)
        freedom = n_data - n_free
        reduced = chi2 / max(freedom, 1)
        covariance = solution.covariance * (1.0 if problem.noise.known else reduced)
        determined = bool(np.isfinite(covariance).all())
        parameters = to_parameters(self.region)
        fill(parameters, problem.table, solution.free, covariance)
        if problem is not self.problem:
            set_bounds(parameters, self._free_names, problem.lower, problem.upper)
        names = [name for name in self._free_names if parameters[name].vary]
        initial = start[varied].tolist()
        log_likelihood = n_data * np.log(max(chi2, 1e-250 * n_data) / n_data)
        return MinimizerResult(
            params=parameters,
            method="doublet",
            success=solution.converged and determined,
            message=solution.message,
            aborted=solution.message == CANCELLED,
            nfev=solution.evaluations,
            ndata=n_data,
            nvarys=n_free,
            nfree=freedom,
            var_names=names,
            init_vals=initial,
            init_values=dict(zip(names, initial, strict=True)),
            residual=residual,
            chisqr=chi2,
            redchi=reduced,
            aic=log_likelihood + 2.0 * n_free,
            bic=log_likelihood + np.log(n_data) * n_free,
            covar=covariance[np.ix_(varied, varied)],
            errorbars=determined,
            scale_covar=self.scale_covar,
            call_kws={},
        )


class _Watch:
    """Stops the solver when it is cancelled, a callback says so, or it has had its share."""

    def __init__(self, minimizer: RegionMinimizer, cancelled: Callable[[], bool] | None) -> None:
        self._minimizer, self._cancelled, self._iteration = minimizer, cancelled, 0

    @property
    def is_needed(self) -> bool:
        minimizer = self._minimizer
        return any((self._cancelled, minimizer.iter_cb, minimizer.max_nfev))

    def __call__(self, free: Floats) -> bool:
        self._iteration += 1
        minimizer = self._minimizer
        if self._cancelled is not None and self._cancelled():
            return True
        if minimizer.iter_cb is not None:
            parameters = to_parameters(minimizer.region)
            table = minimizer.problem.table
            fill(parameters, table, free, np.zeros((free.size, free.size)))
            if minimizer.iter_cb(parameters, self._iteration, minimizer.problem.residual(free)):
                return True
        return minimizer.max_nfev is not None and self._iteration >= minimizer.max_nfev


def _chance_of_rise(best: MinimizerResult, other: MinimizerResult) -> float:
    """Probability of a smaller rise of χ² than that from the best fit to another."""
    from scipy.special import chdtr

    fixed = best.nvarys - other.nvarys
    return float(chdtr(fixed, max(other.chisqr - best.chisqr, 0.0)))
