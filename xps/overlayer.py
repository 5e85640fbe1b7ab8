"""How thick a film is, from a line of the film against a line of what lies under it.

For a closed, even film of thickness d, with the emission angle θ from the surface normal,
``I_o/I_s = [F_o N_o λ_oo (1 − exp(−d/(λ_oo cos θ)))] / [F_s N_s λ_ss exp(−d/(λ_so cos θ))]``:
F is what one atom emits into the analyzer (sensitivity, transmission, angular distribution), N
the density of the atoms, λ_oo and λ_so the escape depths of both lines in the film, and λ_ss
that of the substrate's line in the substrate (Briggs and Seah, Practical Surface Analysis,
2nd ed., 1990, ch. 5). The ratio rises with d without a turn, so that there is one solution. The
short form ``d = λ cos θ ln(1 + R)`` with the ratio R of corrected areas leaves densities and the
difference of the depths out; for Al 2p on Ni 2p it is wrong by a factor of 1.7 to 3.1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from xps.errors import FitError
from xps.escape_depth import RELATIVE_ERROR

FARTHEST = 3.0
"""Escape depths of the substrate's line beyond which a film has only a lower limit."""

ROUND_PARTICLE_FACTOR = 0.67
"""For films on round particles that are large against the escape depth (not on nanoparticles):
the average topofactor of Shard, Wang and Spencer, Surf. Interface Anal. 41 (2009) 541; 0.79
for fibers. Both hold within 10 %.
"""

_FACTOR_ERROR = 0.1
_SHAPE_ERROR = 0.1  # relative, of any shape factor but that of flat surfaces
_PRECISION = 1e-10  # of the thickness, relative to the search's upper end
_STEP = 1e-4  # of the logarithm of the ratio, for its derivative


@dataclass(frozen=True)
class Intensity:
    """The area of a line and what one atom contributes to it.

    Attributes
    ----------
    area : float
    stderr : float or None
        Its statistical error.
    emission : float
        F, what one atom emits into the analyzer, up to a constant of the sample.
    atoms_cm3 : float
        N, density of its atoms in the layer that it comes from.
    upper_limit : float or None
        Of the area (95 %); None where the line is significant.
    """

    area: float
    stderr: float | None
    emission: float
    atoms_cm3: float
    upper_limit: float | None = None

    @property
    def amount(self) -> float:
        """Area over emission and density: what a layer of depth λ gives in units of λ."""
        return self.area / (self.emission * self.atoms_cm3)


@dataclass(frozen=True)
class EscapeDepths:
    """Escape depths in nm: of both lines in the film, and of the substrate's in its own."""

    film_in_film_nm: float
    substrate_in_film_nm: float
    substrate_in_substrate_nm: float
    relative_error: float = RELATIVE_ERROR

    def scaled(self, film: float, substrate: float) -> EscapeDepths:
        """Return all depths in the film, and that in the substrate, times factors."""
        return replace(
            self,
            film_in_film_nm=film * self.film_in_film_nm,
            substrate_in_film_nm=film * self.substrate_in_film_nm,
            substrate_in_substrate_nm=substrate * self.substrate_in_substrate_nm,
        )


@dataclass(frozen=True)
class Thickness:
    """Thickness of a film.

    Attributes
    ----------
    nm : float or None
        None where only a limit is known.
    stderr : float or None
        From the errors of both areas.
    systematic_parts : mapping of str to float
        From those of the sensitivity factors (10 % each), of the escape depths (those in the
        film err together, that in the substrate on its own), of the particle shape (10 % where
        its factor is not 1), and of what else makes the ratio of the areas err.
    upper_limit_nm, lower_limit_nm : float or None
        95 % upper limit where the film's line is not significant; lower limit where the film
        is too thick for the substrate's line, or that line is not significant.
    reason : str
        Why there is only a limit; "" where there is a value.
    warnings : tuple of str
    """

    nm: float | None = None
    stderr: float | None = None
    systematic_parts: Mapping[str, float] = field(default_factory=dict)
    upper_limit_nm: float | None = None
    lower_limit_nm: float | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def systematic(self) -> float | None:
        """Root of the sum of the squares of the parts; None where there is no value."""
        return math.hypot(*self.systematic_parts.values()) if self.systematic_parts else None


def thickness(
    film: Intensity,
    substrate: Intensity,
    depths: EscapeDepths,
    *,
    emission_angle_deg: float = 0.0,
    shape_factor: float = 1.0,
    ratio_errors: Mapping[str, float] = MappingProxyType({}),
) -> Thickness:
    """Return the thickness of a film.

    Parameters
    ----------
    film, substrate : Intensity
        The lines, measured in the same units.
    depths : EscapeDepths
    emission_angle_deg : float
        θ, from the surface normal.
    shape_factor : float
        Times which a thickness on a flat surface is one on these particles; 1 for flat
        surfaces, `ROUND_PARTICLE_FACTOR` for coarse round particles.
    ratio_errors : mapping of str to float
        Further relative errors of the ratio of the areas, by what they come from.

    Raises
    ------
    FitError
        If neither line is significant, an area, emission, density or depth is not above zero
        where it must be, or the angle is not below 80°, where elastic scattering rules.
    """
    _refuse_nonsense(film, substrate, depths, emission_angle_deg, shape_factor)
    cosine = math.cos(math.radians(emission_angle_deg))
    farthest = FARTHEST * depths.substrate_in_film_nm * cosine

    def nm(ratio: float, used: EscapeDepths) -> float:
        return shape_factor * cosine * _solved(ratio, used)

    if substrate.upper_limit is not None:
        least = film.amount / replace(substrate, area=substrate.upper_limit).amount
        return Thickness(
            lower_limit_nm=min(nm(least, depths), shape_factor * farthest),
            reason="the substrate's line is not significant",
        )
    if film.upper_limit is not None:
        most = replace(film, area=film.upper_limit).amount / substrate.amount
        return Thickness(
            upper_limit_nm=nm(most, depths), reason="the film's line is not significant"
        )
    ratio = film.amount / substrate.amount
    best = nm(ratio, depths)
    if best > shape_factor * farthest:
        return Thickness(
            lower_limit_nm=shape_factor * farthest,
            reason=f"thicker than {FARTHEST:g} escape depths of the substrate's line, from where "
            "its area says nothing of the thickness",
        )
    rise = (nm(ratio * (1.0 + _STEP), depths) - nm(ratio * (1.0 - _STEP), depths)) / (2.0 * _STEP)
    stderr = None
    if film.stderr is not None and substrate.stderr is not None:
        stderr = rise * math.hypot(film.stderr / film.area, substrate.stderr / substrate.area)
    e = depths.relative_error
    in_film = 0.5 * (nm(ratio, depths.scaled(1 + e, 1)) - nm(ratio, depths.scaled(1 - e, 1)))
    below = 0.5 * (nm(ratio, depths.scaled(1, 1 + e)) - nm(ratio, depths.scaled(1, 1 - e)))
    parts = {
        "sensitivity": math.sqrt(2.0) * rise * _FACTOR_ERROR,
        "escape depth": math.hypot(in_film, below),
        **{name: abs(rise * error) for name, error in ratio_errors.items()},
    }
    if shape_factor != 1.0:
        parts["particle shape"] = _SHAPE_ERROR * best
    return Thickness(best, stderr, parts)


def _solved(ratio: float, depths: EscapeDepths) -> float:
    """Thickness along the direction of emission at which the amounts have this ratio."""
    from scipy.optimize import brentq

    own, through = depths.film_in_film_nm, depths.substrate_in_film_nm
    scale = own / depths.substrate_in_substrate_nm

    # Of logarithms, so that neither exponential overflows.
    def misfit(d: float) -> float:
        return math.log(scale) + math.log(-math.expm1(-d / own)) + d / through - math.log(ratio)

    # 1 − exp(−x) > x/(1 + x) bounds the solution from above, and the exponentials from below.
    high = through * math.log1p(ratio / scale) + own * ratio / scale + own
    while misfit(high) < 0.0:
        high *= 2.0
    low = high
    while misfit(low) > 0.0:
        low /= 4.0
    return float(brentq(misfit, low, high, xtol=_PRECISION * low, rtol=1e-12))


def _refuse_nonsense(
    film: Intensity,
    substrate: Intensity,
    depths: EscapeDepths,
    emission_angle_deg: float,
    shape_factor: float,
) -> None:
    if film.upper_limit is not None and substrate.upper_limit is not None:
        raise FitError(
            "neither the film's line nor the substrate's is significant",
            "measure longer, or choose other lines",
        )
    if not 0.0 <= emission_angle_deg < 80.0:
        raise FitError(f"an emission angle of {emission_angle_deg:g}°", "give 0 to below 80")
    positive = {
        "escape depth": min(
            depths.film_in_film_nm,
            depths.substrate_in_film_nm,
            depths.substrate_in_substrate_nm,
        ),
        "shape factor": shape_factor,
    }
    for name, line in (("film", film), ("substrate", substrate)):
        positive[f"area of the {name}'s line"] = (
            line.area if line.upper_limit is None else line.upper_limit
        )
        positive[f"emission of the {name}'s atoms"] = line.emission
        positive[f"density of the {name}'s atoms"] = line.atoms_cm3
    if substrate.upper_limit is not None:
        positive["area of the film's line"] = film.area
    for name, value in positive.items():
        if not 0.0 < value < math.inf:
            raise FitError(f"the {name} is {value:g}", "it must be above zero")
    if not 0.0 < depths.relative_error < 1.0:
        raise FitError("a relative error of the escape depths outside 0 to 1")
