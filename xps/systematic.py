"""Systematic errors: how far areas move under other choices that could have been made as well.

An ensemble of fits differs from the fit in one choice each: window, background, line shape, or
branching ratio. The systematic error is the root mean square deviation of a group of choices
from the fit, and groups are added in quadrature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xps.cancel import Cancelled, raising
from xps.engine import solve
from xps.error_budget import SystematicErrors, SystematicMember
from xps.errors import CancelledError, FitError, XpsError
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.measured import measured
from xps.model import Background, Doublet, Param, Region
from xps.problem import compile_problem
from xps.profile import compiled, noise_scale
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

REFERENCE = "reference"
"""Group of the fits on other energy scales: one scale holds for all regions of a sample."""

_GAUSSIAN_LORENTZIAN = ("sgl", "gl", "voigt", "pseudo-voigt")  # take the region's mixing
_LOSSES = ("u2", "u3-sio2", "u3-polymer")
_STEP = Param(0.02, min=0.0, max=0.3)  # of the background, where losses may explain it too
_LOSS = Param(0.3, min=0.0, max=5.0)
_END_EV = 0.5  # by which either end of the window is moved
_REJECTED = 25.0  # rise in deviance at which the data rule a choice out: five sigma
_CALCULATED_RATIOS = {"S 2p": 0.567 / 1.11}  # Scofield, J. Electron Spectrosc. 8 (1976) 129


def systematic(
    fit: RegionFit,
    spectrum: Spectrum,
    *,
    reference_error_ev: float | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SystematicErrors:
    """Fit under other choices and return how far areas and shares move.

    Each end of the window moves by 0.5 eV either way, the charge shift by its error; the slope
    of the background is left out, alone or for losses (Tougaard's U2, SiO2 and polymers); every
    other Gaussian-Lorentzian shape is taken, under the same expectations; the ratio of S 2p is
    the calculated one. Subtracted backgrounds are no members: their bias is known and is no
    uncertainty. A choice that cannot be fitted, or on the same points raises the deviance by
    more than 25, does not count; it is named with the reason.

    Parameters
    ----------
    fit : RegionFit
    spectrum : Spectrum
        That it was fitted to.
    reference_error_ev : float, optional
        One standard deviation of the charge shift, that of the reference line's energy in it.
    cancelled : callable, optional

    Raises
    ------
    FitError
        If no choice can be fitted.
    """
    problem = compiled(fit, spectrum)
    least, scale = problem.deviance(problem.start), noise_scale(problem)
    ids = [component.id for component in fit.region.components]
    members = []
    ask = raising(cancelled, "the ensemble", fit.region.core_level)

    def add(group: str, name: str, region: Region | str, limit: float | None, moved: float) -> None:
        shift = fit.charge_shift_ev + moved
        areas, why = _areas(region, spectrum, shift, fit, limit, scale, ask)
        by_id = {} if areas is None else dict(zip(ids, areas.tolist(), strict=True))
        members.append(SystematicMember(group, name, by_id, why))

    for group, name, region in _choices(fit.solved, spectrum, fit):
        add(group, name, region, None if group == "window" else least, 0.0)
    for moved in (-reference_error_ev, reference_error_ev) if reference_error_ev else ():
        sign = "−" if moved < 0.0 else "+"
        add(REFERENCE, f"charge shift {sign}1σ", fit.solved, None, moved)
    if all(member.why_left_out for member in members):
        raise FitError("no other choice can be fitted", where=fit.region.core_level)
    return SystematicErrors(
        dict(zip(ids, _spread(members, fit.areas, ids, lambda areas: areas), strict=True)),
        dict(
            zip(
                ids,
                _spread(members, fit.areas, ids, lambda areas: areas / areas.sum()),
                strict=True,
            )
        ),
        tuple(members),
    )


def changes_of(fit: RegionFit, weights: Floats) -> dict[str, float]:
    """Root mean square changes of a weighted sum of areas under other choices, by group.

    Parameters
    ----------
    fit : RegionFit
    weights : ndarray, shape (components,)
    """
    ensemble = fit.errors.systematic
    if ensemble is None:
        return {}
    best = float(weights @ fit.areas)
    groups: dict[str, list[float]] = {}
    for member in ensemble.members:
        if not member.why_left_out:
            areas = np.array([member.areas[c.id] for c in fit.region.components])
            groups.setdefault(member.group, []).append(float(weights @ areas) - best)
    return {name: float(np.sqrt(np.mean(np.square(moved)))) for name, moved in groups.items()}


def _choices(
    region: Region, spectrum: Spectrum, fit: RegionFit
) -> Iterator[tuple[str, str, Region | str]]:
    """Group, name and region of each choice; the reason instead of a region that cannot be."""
    low, high = region.window_ev
    energies = measured(spectrum, fit.charge_shift_ev).energy_ev
    for name, window in (
        ("low end −0.5 eV", (low - _END_EV, high)),
        ("low end +0.5 eV", (low + _END_EV, high)),
        ("high end −0.5 eV", (low, high - _END_EV)),
        ("high end +0.5 eV", (low, high + _END_EV)),
    ):
        beyond = (window[0] < low and energies[0] > low - 0.5 * _END_EV) or (
            window[1] > high and energies[-1] < high + 0.5 * _END_EV
        )
        moved: Region | str = "the data end there"
        if not beyond and window[0] < window[1]:
            moved = replace(region, window_ev=window)
        yield "window", name, moved
    for name, background in _backgrounds(region.background):
        yield "background", name, replace(region, background=background)
    used = {component.shape for component in region.components}
    for kind in _GAUSSIAN_LORENTZIAN:
        if used != {kind}:
            yield "shape", SHAPES[kind].title, _of_shape(region, kind)
    ratio = _CALCULATED_RATIOS.get(region.core_level)
    if ratio is not None:
        yield "ratio", f"area ratio {ratio:.3f}", _of_ratio(region, ratio)


def _backgrounds(background: Background) -> Iterator[tuple[str, Background]]:
    """Backgrounds in the fit that could have been chosen as well.

    A slope takes the place of the losses, and they of it: together they are not told apart.
    """
    if not background.in_fit:
        return
    level = replace(background, slope=Param(0.0, vary=False))
    if background.slope.is_free:
        yield "the same without slope", level
    if background.has_losses:
        sloped = replace(background, kind="peak-shirley", slope=Background().slope)
        yield "peak Shirley with slope", sloped
    for loss in _LOSSES:
        if not (background.has_losses and background.loss == loss):
            lossy = replace(level, kind="peak-shirley-tougaard", loss=loss, k=_STEP, t=_LOSS)
            yield f"peak Shirley and Tougaard {loss.upper()}", lossy


def _of_shape(region: Region, kind: str) -> Region | str:
    try:
        return region.with_shape([c.id for c in region.components], kind)
    except XpsError as error:  # e.g. a ratio of mixings that this shape does not have
        return str(error)


def _of_ratio(region: Region, ratio: float) -> Region:
    components = tuple(
        replace(c, lines=replace(c.lines, ratio=ratio, unlocked_because="a member of the ensemble"))
        if isinstance(c.lines, Doublet)
        else c
        for c in region.components
    )
    return replace(region, components=components)


def _areas(
    region: Region | str,
    spectrum: Spectrum,
    shift_ev: float,
    fit: RegionFit,
    least: float | None,
    scale: float,
    ask: Cancelled,
) -> tuple[Floats | None, str]:
    """Areas under a choice, or why it does not count."""
    if isinstance(region, str):
        return None, region
    try:
        problem = compile_problem(region, spectrum, shift_ev)
        solution = solve(problem, cancelled=ask)
    except CancelledError:
        raise
    except XpsError as error:
        return None, str(error)
    if not solution.converged:
        return None, solution.message
    areas: Floats = problem.table.values(solution.free)[fit.area_rows]
    if not areas.sum() > 0.0:
        return None, "the areas do not add up to a positive area"
    rise = 0.0 if least is None else (solution.deviance - least) / scale
    if rise > _REJECTED:
        return areas, f"the data rule it out (χ² rises by {rise:.0f})"
    return areas, ""


def _spread(
    members: list[SystematicMember],
    areas: Floats,
    ids: list[str],
    quantity: Callable[[Floats], Floats],
) -> list[float]:
    """Root of the sum over groups of the mean squared deviation from the fit."""
    squares = np.zeros(len(ids))
    for group in dict.fromkeys(member.group for member in members):
        deviations = [
            quantity(np.array([member.areas[id_] for id_ in ids])) - quantity(areas)
            for member in members
            if member.group == group and not member.why_left_out
        ]
        if deviations:
            squares += np.mean(np.square(deviations), axis=0)
    return [float(root) for root in np.sqrt(squares)]
