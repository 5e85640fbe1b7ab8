"""The standard problems as they are fitted with lmfit alone."""

from __future__ import annotations

import numpy as np
from lmfit import Minimizer, Model, Parameters
from lmfit.lineshapes import pvoigt
from lmfit.minimizer import MinimizerResult
from lmfit.model import ModelResult
from lmfit.models import PseudoVoigtModel
from numpy.typing import NDArray

from benchmarks.problems import OFFSET
from benchmarks.tasks import Task

Floats = NDArray[np.float64]


def composite_fit(task: Task) -> ModelResult:
    """Fit with a sum of lmfit's models tied by expressions, and the background if it is free."""
    problem = task.problem
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
    model = peaks
    if task.is_in_fit:
        _add_background(parameters)
        model = _on_its_background(peaks, task, parameters)
    return model.fit(
        task.counts,
        parameters,
        x=problem.energy,
        weights=1.0 / task.sigma,
        scale_covar=False,
    )


def _on_its_background(peaks: Model, task: Task, parameters: Parameters) -> Model:
    class WithBackground(Model):  # type: ignore[misc]  # lmfit has no types
        """The sum of the peaks on the background that they make."""

        def eval(self, params: Parameters | None = None, **kwargs: object) -> Floats:
            curve = peaks.eval(params, **kwargs)
            return curve + _background(task, curve, (params or parameters).valuesdict())

    return WithBackground(lambda x: x, independent_vars=["x"])


def plain_fit(task: Task) -> MinimizerResult:
    """Fit with one vectorized residual and no expressions, derivatives by differences."""
    problem, parameters = task.problem, Parameters()
    for i, line in enumerate(problem.start):
        parameters.add(f"A{i}", line.area, min=0.0)
        parameters.add(f"c{i}", line.center, min=line.center - 1.0, max=line.center + 1.0)
        if i <= problem.shared_from:
            parameters.add(f"w{i}", line.fwhm, min=0.3, max=4.0)
    parameters.add("f", 0.5, min=0.0, max=1.0)
    if task.is_in_fit:
        _add_background(parameters)

    def residual(current: Parameters) -> Floats:
        values = current.valuesdict()
        peaks = np.zeros_like(problem.energy)
        for i in range(len(problem.start)):
            area, half = values[f"A{i}"], 0.5 * values[f"w{min(i, problem.shared_from)}"]
            peaks += pvoigt(problem.energy, area, values[f"c{i}"], half, values["f"])
            if problem.splitting:
                center = values[f"c{i}"] + problem.splitting
                peaks += pvoigt(problem.energy, 0.5 * area, center, half, values["f"])
        if task.is_in_fit:
            peaks += _background(task, peaks, values)
        weighted: Floats = (peaks - task.counts) / task.sigma
        return weighted

    return Minimizer(residual, parameters, scale_covar=False).minimize("leastsq")


def _add_background(parameters: Parameters) -> None:
    parameters.add("offset", OFFSET)
    parameters.add("slope", 0.0)
    parameters.add("k", 0.03, min=-0.05, max=0.3)


def _background(task: Task, peaks: Floats, values: dict[str, float]) -> Floats:
    energy = task.problem.energy
    steps = 0.5 * np.diff(energy) * (peaks[1:] + peaks[:-1])
    below = np.concatenate(([0.0], np.cumsum(steps)))
    background: Floats = values["offset"] + values["slope"] * (energy - energy[0])
    return background + values["k"] * below
