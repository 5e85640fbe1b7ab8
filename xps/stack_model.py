"""The model that all spectra of a stack are fitted with, from the fit of their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from xps.batch_solver import Batch, solve_batch
from xps.errors import FitError, XpsError
from xps.fitted import RegionFit
from xps.likelihood import Problem
from xps.measured import channels_between
from xps.model import Region
from xps.problem import compile_problem, free_values, with_guess
from xps.spectrum import Spectrum
from xps.stacks.stack import Stack

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_AVERAGED = 4096  # spectra of a stack at most, spread over it
_RUN = 16  # neighbors that are averaged together, which lie together on disk
_PROBES = 8  # spectra that are fitted beside the mean
_ROUGHLY = 1e-2  # gain left where fits are only compared
_LINEAR = ("area", "offset", "slope", "curvature", "cubic")


@dataclass(frozen=True, eq=False)
class StackModel:
    """A region compiled for the spectra of a stack. May be pickled.

    Attributes
    ----------
    region : Region
        With values to start from, in the unit of the single spectra.
    shift_ev : float
        Charge shift, that of the mean.
    template : Spectrum
    channels : ndarray of int, shape (points,)
        The channels in the window, in ascending binding energy.
    problem : Problem
        For one spectrum. Its data are those of the template.
    """

    region: Region
    shift_ev: float
    template: Spectrum = field(repr=False)
    channels: Ints = field(repr=False)
    problem: Problem = field(repr=False)

    @property
    def start(self) -> Floats:
        """Values to start from; shape (free,)."""
        return self.problem.start

    @property
    def is_alike(self) -> bool:
        """Whether noise and background are known of all spectra before any is seen."""
        return self.problem.noise.known and self.region.background.in_fit

    def counts(self, intensities: Floats) -> Floats:
        """Return the points that are fitted, of intensities as a stack gives them.

        Shapes (spectra, points) and (spectra, channels).
        """
        counts: Floats = intensities[:, self.channels]
        live = self.template.live_time_s
        if self.template.unit == "counts/s" and live is not None:
            counts = counts * live
        return counts

    def spectrum(self, intensity: Floats) -> Spectrum:
        """Return the spectrum of intensities in the order of the file, shape (channels,)."""
        return self.template.with_(intensity=intensity)


def stack_model(
    stack: Stack, fit: RegionFit, *, scale: float = 1.0, first: Region | None = None
) -> StackModel:
    """Compile the model of a stack.

    Where spectra differ much, their mean is like none of them, and its fit may be far from all.
    Some spectra, spread over the stack, are therefore fitted too, and the values that lead the
    others to the best fits are those that the stack starts from.

    Parameters
    ----------
    stack : Stack
    fit : RegionFit
        Of its mean spectrum.
    scale : float
        Intensity of the single spectra over that of the mean, in the unit of the fit.
    first : Region, optional
        With values as they were before any fit, to start from as well.

    Raises
    ------
    FitError
        If the window holds too few points.
    ReadError
        As `Stack.read`.
    """
    region = fit.region
    values = {
        ref: param.value * scale
        for ref, param in region.params()
        if param.is_free and ref.parameter in _LINEAR
    }
    region = region.with_values(values)
    template, shift = stack.template, fit.charge_shift_ev
    problem = compile_problem(region, template, shift)
    problem = replace(problem, start=free_values(region, problem.table))
    channels = channels_between(template, shift, *region.window_ev)
    model = StackModel(region, shift, template, channels, problem)
    if not model.is_alike:
        return model
    places = np.unique(np.linspace(0, stack.count - 1, _PROBES).astype(int)).tolist()
    probes = np.concatenate([stack.read(place, place + 1) for place in places])
    probes = probes[np.isfinite(probes).all(axis=1) & (probes >= 0.0).all(axis=1)]
    regions = [region] if first is None else [region, first]
    start = _best_start(model, probes, regions) if len(probes) else model.start
    found = dict(zip(problem.table.free, start.tolist(), strict=True))
    settled = region.with_values(found)
    problem = replace(problem, start=free_values(settled, problem.table))
    return replace(model, region=settled, problem=problem)


def cold_start(model: StackModel, intensity: Floats, region: Region | None = None) -> Floats:
    """Return areas and background by linear least squares, with the shapes of a region.

    Parameters
    ----------
    model : StackModel
    intensity : ndarray, shape (channels,)
        Of one spectrum, as a stack gives it.
    region : Region, optional
        Instead of that of the model.

    Returns
    -------
    ndarray, shape (free,)
    """
    try:
        guessed = with_guess(region or model.region, model.spectrum(intensity), model.shift_ev)
    except XpsError:
        return model.start
    return free_values(guessed, model.problem.table)


def _best_start(model: StackModel, probes: Floats, regions: Sequence[Region]) -> Floats:
    """Of the fits of some spectra, the one from which all of them are fitted best."""
    counts = model.counts(probes)
    cold = ([cold_start(model, probe, region) for probe in probes] for region in regions)
    starts = [np.tile(model.start, (len(probes), 1)), *map(np.array, cold)]
    fits = [solve_batch(model.problem, Batch(counts, start)) for start in starts]
    deviances = np.array([np.where(f.converged, f.deviance, np.inf) for f in fits])
    chosen = deviances.argmin(axis=0)
    candidates = np.array([fits[k].free[i] for i, k in enumerate(chosen)])
    candidates = np.vstack((model.start, candidates[np.isfinite(candidates).all(axis=1)]))
    totals = []
    for candidate in candidates:
        batch = Batch(counts, np.tile(candidate, (len(probes), 1)))
        tried = solve_batch(model.problem, batch, tolerance=_ROUGHLY)
        totals.append(np.where(tried.converged, tried.deviance, np.inf).sum())
    best: Floats = candidates[int(np.argmin(totals))]
    return best


def mean_spectrum(stack: Stack) -> tuple[Spectrum, float]:
    """Return the mean of a stack, with the noise of a mean, and the scale of single spectra.

    Of a large stack 4,096 spectra are averaged, in runs spread evenly. Those with points that
    were not measured are left out.

    Returns
    -------
    spectrum : Spectrum
        As if all had been one measurement: counts are summed, and so are sweeps.
    scale : float
        For `stack_model`: one, but where counts of unknown time are summed.

    Raises
    ------
    ReadError
        As `Stack.read`.
    FitError
        If no spectrum was measured at every point.
    """
    total, number = np.zeros(stack.n_points), 0
    for start, stop in _runs(stack.count):
        read = stack.read(start, stop)
        whole = np.isfinite(read).all(axis=1)
        total += read[whole].sum(axis=0)
        number += int(whole.sum())
    if not number:
        raise FitError(
            "none of its spectra was measured at every point",
            "export the stack again, or fewer channels",
            where=stack.title,
        )
    template = stack.template
    summed = template.unit == "counts"
    return (
        template.with_(
            intensity=total if summed else total / number,
            sweeps=None if template.sweeps is None else template.sweeps * number,
            series=(),
            notes="",
        ),
        1.0 / number if summed and template.live_time_s is None else 1.0,
    )


def _runs(count: int) -> list[tuple[int, int]]:
    if count <= _AVERAGED:
        return [(first, min(first + 256, count)) for first in range(0, count, 256)]
    starts = np.linspace(0, count - _RUN, _AVERAGED // _RUN).astype(int).tolist()
    return [(start, start + _RUN) for start in starts]
