"""Whether background and window leave the peaks their areas."""

from __future__ import annotations

import numpy as np

from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.errors import XpsError
from xps.problem import points_of

_TAIL_FWHM = 1.5  # from the outermost line to the end of the window, background in the fit
_STATIC_TAIL_FWHM = 3.0  # the same for a background that is anchored at the ends
_FALLING_SIGMA = 3.0
_SURE = 2.0
_POINTS_PER_FWHM = 4.0
_HERRERA = "Herrera-Gomez 2014, 10.1002/sia.5453"
_PROCTOR = "Proctor and Sherwood 1982, 10.1021/ac00238a008"


def _unphysical(fitted: FittedRegion) -> Sightings:
    if not fitted.fit.background_physical:
        doubts = (warning for warning in fitted.fit.warnings if "background" in warning)
        yield fitted.sighting(next(doubts, "the background is unphysical"))


def _static(fitted: FittedRegion) -> Sightings:
    if not fitted.fit.region.background.in_fit:
        yield fitted.sighting(
            "the background was subtracted before the fit: the errors are too small"
        )


def _falling(fitted: FittedRegion) -> Sightings:
    fit = fitted.fit
    background = fit.region.background
    if background.in_fit or "shirley" not in background.kind:
        return
    try:
        points = points_of(fit.region, fitted.entry.spectrum, fit.charge_shift_ev)
    except XpsError:
        return  # the data changed after the fit
    n = min(background.average_points, points.observed.size // 2)
    low, high = points.observed[:n].mean(), points.observed[-n:].mean()
    scale = 1.0 if points.noise.known else fit.reduced_chi2 or 1.0
    noise = float(np.sqrt(scale * points.noise.variance(np.array([low, high])).sum() / n))
    if low - high > _FALLING_SIGMA * noise:
        yield fitted.sighting(
            f"the data fall by {1.0 - high / low:.1%} towards high binding energy, where a "
            "Shirley background can only rise: it is upside down"
        )


def _window(fitted: FittedRegion) -> Sightings:
    region = fitted.fit.region
    low, high = region.window_ev
    needed = _TAIL_FWHM if region.background.in_fit else _STATIC_TAIL_FWHM
    for component in fitted.significant:
        lines = [component.center.value + line.offset_ev for line in component.lines.lines]
        width, error = fitted.value(component, "fwhm")
        distance = min(min(lines) - low, high - max(lines))
        margin = distance / width
        sure = distance < needed * (width - _SURE * error)
        if sure and not fitted.is_held_back(component, "fwhm"):
            yield fitted.of(
                component,
                f"the window ends {margin:.1f} FWHM from the peak: tails and background are "
                "hard to tell apart",
                remedy=f"measure and fit at least {needed:g} FWHM beyond the outermost peaks",
            )


def _coarse(fitted: FittedRegion) -> Sightings:
    energy = fitted.entry.spectrum.energy_ev
    step = float(np.median(np.abs(np.diff(energy))))
    for component in fitted.significant:
        width, error = fitted.value(component, "fwhm")
        points = width / step
        if width + _SURE * error < _POINTS_PER_FWHM * step:
            yield fitted.of(
                component,
                f"only {points:.1f} channels of {step:.2g} eV lie within its width: shape and "
                "width cannot be told",
            )


RULES = (
    Rule(
        "background-unphysical",
        "warning",
        "A background above the data, negative, falling under the peaks, or hidden by them",
        _PROCTOR,
        "widen the window, or choose another background",
        in_each_fit(_unphysical),
    ),
    Rule(
        "background-static",
        "warning",
        "A background that was subtracted before the fit",
        _HERRERA,
        "use the peak-shirley background",
        in_each_fit(_static),
    ),
    Rule(
        "background-falling",
        "warning",
        "A Shirley background on data that fall towards high binding energy",
        _PROCTOR,
        "use the peak-shirley background with its slope, or a linear one",
        in_each_fit(_falling),
    ),
    Rule(
        "window-tight",
        "warning",
        "A window that ends too close to a peak",
        _HERRERA,
        f"measure and fit at least {_TAIL_FWHM:g} FWHM beyond the outermost peaks, "
        f"{_STATIC_TAIL_FWHM:g} with a background that is subtracted before the fit",
        in_each_fit(_window),
    ),
    Rule(
        "step-coarse",
        "warning",
        "Fewer than four channels within the width of a peak",
        "",
        "measure with a step of at most a quarter of the narrowest width",
        in_each_fit(_coarse),
    ),
)
