"""The bridge to lmfit: Parameters in, MinimizerResult out, with Doublet's solver as a method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from lmfit import Minimizer, Parameters
from lmfit.minimizer import MinimizerResult
from lmfit.parameter import Parameter
from numpy.typing import NDArray

from xps.engine import Problem, Solution, solve
from xps.model import Ref, Region

Floats = NDArray[np.float64]


def parameter_name(ref: Ref) -> str:
    """Return the lmfit name of a parameter, e.g. "ps4_center"."""
    return f"{ref.component}_{ref.parameter}"


def to_parameters(region: Region) -> Parameters:
    """Return the parameters of a region as lmfit's record.

    Linked parameters do not vary here: their links are data, not expressions, and are kept in
    ``user_data``.
    """
    parameters = Parameters()
    for ref, param in region.params():
        record = Parameter(
            parameter_name(ref),
            value=param.value,
            vary=param.is_free,
            min=-np.inf if param.link else param.min,
            max=np.inf if param.link else param.max,
            user_data=param.link,
        )
        # past Parameters.__setitem__, which would register each name as a symbol of an
        # expression interpreter that is never used: 90 % of the time of a fit
        dict.__setitem__(parameters, record.name, record)
    return parameters


def from_parameters(region: Region, parameters: Parameters) -> Region:
    """Return the region with the values of an lmfit record."""
    values = {
        ref: float(parameters[parameter_name(ref)].value)
        for ref, param in region.params()
        if param.link is None
    }
    return region.with_values(values)


class RegionMinimizer(Minimizer):  # type: ignore[misc]  # lmfit has no types
    """An lmfit Minimizer whose default method is the solver of `xps.engine`.

    Every other method of lmfit works on the same residual and Jacobian, with the variances of
    the points held at those of the problem.

    Parameters
    ----------
    problem : Problem
    region : Region
        The region that `problem` was compiled from.
    """

    def __init__(self, problem: Problem, region: Region) -> None:
        self.problem = problem
        self.region = region
        self._free_names = [parameter_name(ref) for ref in problem.table.free]
        super().__init__(
            self._weighted_residual,
            to_parameters(region),
            scale_covar=not problem.noise.known,
        )

    def minimize(
        self, method: str = "doublet", params: Parameters | None = None, **kws: Any
    ) -> MinimizerResult:
        """Fit by `method`: "doublet" or any of lmfit's names."""
        if method == "doublet":
            return self.doublet(params, **kws)
        if method == "leastsq":
            kws.setdefault("Dfun", self._weighted_jacobian)
            kws.setdefault("col_deriv", 0)
        return super().minimize(method, params, **kws)

    def doublet(
        self,
        params: Parameters | None = None,
        *,
        start: Floats | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> MinimizerResult:
        """Fit with bounded Levenberg-Marquardt and analytic derivatives."""
        if start is None and params is not None:
            start = self._free_values(params)
        solution = solve(self.problem, start, cancelled=cancelled)
        return self._record(solution)

    def _free_values(self, params: Parameters) -> Floats:
        return np.array([params[name].value for name in self._free_names], dtype=np.float64)

    def _weighted_residual(self, params: Parameters) -> Floats:
        return self.problem.residual(self._free_values(params))

    def _weighted_jacobian(self, params: Parameters) -> Floats:
        return self.problem.jacobian(self._free_values(params))

    def _record(self, solution: Solution) -> MinimizerResult:
        problem = self.problem
        residual = problem.residual(solution.free)
        n_data, n_free = residual.size, solution.free.size
        chi2 = float(residual @ residual)
        freedom = n_data - n_free
        reduced = chi2 / max(freedom, 1)
        covariance = solution.covariance
        if not problem.noise.known:
            covariance = covariance * reduced
        determined = bool(np.isfinite(covariance).all())
        values = problem.table.values(solution.free)
        matrix = problem.table.matrix
        errors = np.sqrt(np.einsum("ij,jk,ik->i", matrix, covariance, matrix))
        parameters = to_parameters(self.region)
        for ref, value, error in zip(problem.table.refs, values, errors, strict=True):
            record = parameters[parameter_name(ref)]
            record._val = float(value)
            record.stderr = float(error) if np.isfinite(error) and error > 0.0 else None
        _set_correlations(parameters, self._free_names, covariance)
        log_likelihood = n_data * np.log(max(chi2, 1e-250 * n_data) / n_data)
        return MinimizerResult(
            params=parameters,
            method="doublet",
            success=solution.converged and determined,
            message=solution.message,
            aborted=solution.message == "cancelled",
            nfev=solution.evaluations,
            ndata=n_data,
            nvarys=n_free,
            nfree=freedom,
            var_names=list(self._free_names),
            init_vals=problem.start.tolist(),
            init_values=dict(zip(self._free_names, problem.start.tolist(), strict=True)),
            residual=residual,
            chisqr=chi2,
            redchi=reduced,
            aic=log_likelihood + 2.0 * n_free,
            bic=log_likelihood + np.log(n_data) * n_free,
            covar=covariance,
            errorbars=determined,
            scale_covar=self.scale_covar,
            call_kws={},
        )


def _set_correlations(parameters: Parameters, names: list[str], covariance: Floats) -> None:
    sigma = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = covariance / np.outer(sigma, sigma)
    for i, name in enumerate(names):
        if parameters[name].stderr is None:
            continue
        parameters[name].correl = {
            other: float(correlation[i, j])
            for j, other in enumerate(names)
            if j != i and parameters[other].stderr is not None
        }
