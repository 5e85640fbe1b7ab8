"""The standard problems as they are fitted with lmfit alone."""

from __future__ import annotations

import numpy as np
from lmfit import Minimizer, Model, Parameters
from lmfit.lineshapes import pvoigt
from lmfit.minimizer import MinimizerResult
from lmfit.model import ModelResult
from lmfit.models import PseudoVoigtModel
from numpy.typing import NDArray

from benchmarks.problems import Problem

Floats = NDArray[np.float64]


def composite_fit(problem: Problem, counts: Floats, expected: Floats) -> ModelResult:
    """Fit with a sum of lmfit's models tied by expressions, background included.

    Parameters
    ----------
    problem : Problem
    counts : ndarray, shape (n,)
    expected : ndarray, shape (n,)
        What the weights are made of.
    """
    prefixes = [f"p{i}_" for i in range(len(problem.start))]
    models = [PseudoVoigtModel(prefix=prefix) for prefix in prefixes]
    if problem.splitting:
        models += [PseudoVoigtModel(prefix=f"{prefix}minor_") for prefix in prefixes]
    peaks = models[0]
    for model in models[1:]:
        peaks = peaks + model
    parameters = peaks.make_params()
    for i, (prefix, line) in enumerate(zip(prefixes, problem.start, strict=True)):
        parameters[f"{prefix}amplitude"].set(line.area, min=0.0)
        parameters[f"{prefix}center"].set(line.center, min=line.center - 1, max=line.center + 1)
        parameters[f"{prefix}sigma"].set(0.5 * line.fwhm, min=0.15, max=2.0)
        if i > problem.shared_from:
            parameters[f"{prefix}sigma"].set(expr=f"p{problem.shared_from}_sigma")
        parameters[f"{prefix}fraction"].set(0.5, min=0.0, max=1.0)
        if i > 0:
            parameters[f"{prefix}fraction"].set(expr="p0_fraction")
        if problem.splitting:
            for name in ("sigma", "fraction"):
                parameters[f"{prefix}minor_{name}"].set(expr=f"{prefix}{name}")
            parameters[f"{prefix}minor_amplitude"].set(expr=f"0.5 * {prefix}amplitude")
            center = f"{prefix}center + {problem.splitting}"
            parameters[f"{prefix}minor_center"].set(expr=center)
    parameters.add("offset", 3000.0)
    parameters.add("slope", 0.0)
    parameters.add("k", 0.03, min=-0.05, max=0.3)

    class WithBackground(Model):  # type: ignore[misc]  # lmfit has no types
        """The sum of the peaks on the background that they make."""

        def eval(self, params: Parameters | None = None, **kwargs: object) -> Floats:
            curve = peaks.eval(params, **kwargs)
            return curve + _background(problem.energy, curve, (params or parameters).valuesdict())

    model = WithBackground(lambda x: x, independent_vars=["x"])
    return model.fit(
        counts,
        parameters,
        x=problem.energy,
        weights=1.0 / np.sqrt(expected),
        scale_covar=False,
    )


def plain_fit(problem: Problem, counts: Floats, expected: Floats) -> MinimizerResult:
    """Fit with one vectorized residual and no expressions, derivatives by differences."""
    parameters = Parameters()
    for i, line in enumerate(problem.start):
        parameters.add(f"A{i}", line.area, min=0.0)
        parameters.add(f"c{i}", line.center, min=line.center - 1.0, max=line.center + 1.0)
        if i <= problem.shared_from:
            parameters.add(f"w{i}", line.fwhm, min=0.3, max=4.0)
    parameters.add("f", 0.5, min=0.0, max=1.0)
    parameters.add("offset", 3000.0)
    parameters.add("slope", 0.0)
    parameters.add("k", 0.03, min=-0.05, max=0.3)
    weights = 1.0 / np.sqrt(expected)

    def residual(current: Parameters) -> Floats:
        values = current.valuesdict()
        peaks = np.zeros_like(problem.energy)
        for i in range(len(problem.start)):
            area, half = values[f"A{i}"], 0.5 * values[f"w{min(i, problem.shared_from)}"]
            peaks += pvoigt(problem.energy, area, values[f"c{i}"], half, values["f"])
            if problem.splitting:
                center = values[f"c{i}"] + problem.splitting
                peaks += pvoigt(problem.energy, 0.5 * area, center, half, values["f"])
        weighted: Floats = (peaks + _background(problem.energy, peaks, values) - counts) * weights
        return weighted

    return Minimizer(residual, parameters, scale_covar=False).minimize("leastsq")


def _background(energy: Floats, peaks: Floats, values: dict[str, float]) -> Floats:
    steps = 0.5 * np.diff(energy) * (peaks[1:] + peaks[:-1])
    below = np.concatenate(([0.0], np.cumsum(steps)))
    background: Floats = values["offset"] + values["slope"] * (energy - energy[0])
    return background + values["k"] * below
