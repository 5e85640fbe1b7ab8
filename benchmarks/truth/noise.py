"""Spectra without any peak: refused, and no component found in them.

A component is tested by the parametric bootstrap with all that is free in the recipe free, as
its gain in deviance follows no table there. Whether Holm finds any component depends on the
least p-value alone, so that a test ends at the first draw that gains as much as the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.truth.cell import Measurement, Table
from benchmarks.truth.figure import Row, fraction
from benchmarks.truth.spectra import RECIPE, REGION, random_of, truth_in
from xps.analysis import fit
from xps.bootstrap import significance
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.independent import background_only
from xps.problem import with_guess

_FAMILY = 0.01  # chance that any component is found
_DRAWS = round(len(REGION.components) / _FAMILY) - 1  # the least p-value is what Holm asks first


@dataclass(frozen=True)
class NoiseCell:
    """Falling backgrounds of one level, without a peak."""

    level: float
    spectra: int = 334

    @property
    def name(self) -> str:
        return f"{self.level:g} counts"

    def measure(self, number: int) -> Measurement:
        spectrum = background_only(self.level).measured(random_of(f"noise {self.name}", number))
        result = fit([spectrum], RECIPE)
        (failure,) = result.failures.values() if result.failures else (None,)
        template = _template(self.level)
        p_values = [
            significance(
                template, spectrum, component.id, draws=_DRAWS, enough_hits=1, seed=number
            ).p_value
            for component in REGION.components
        ]
        return {
            "refused": isinstance(failure, FitError) and bool(failure.reason and failure.remedy),
            "p_values": p_values,
        }

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        refused = fraction(np.array([one["refused"] for one in found]))
        least = np.array([min(one["p_values"]) for one in found])
        detected = fraction(least * len(REGION.components) <= _FAMILY * (1.0 + 1e-9))
        figures = {
            "refused": refused.asked(100.0, None, 0.0),
            "found": detected.asked(None, 100.0 * _FAMILY),
        }
        return [Row((self.name, str(len(found))), figures)]


def _template(level: float) -> RegionFit:
    """A fit of a spectrum with peaks: a forced one, as there is none without."""
    spectrum = truth_in(REGION.window_ev, 3.0 * level).measured(random_of("template", 0))
    return fit_region(with_guess(REGION, spectrum, 0.0), spectrum)


TABLE = Table(
    "noise",
    "all refused with a FitError that names reason and remedy; where the recipe is forced on them, "
    "any component found at a family-wise p < 0.01 (Holm) in no more than 18 of 1,000",
    ("background", "spectra"),
    {"refused": ("refused / %", ".1f"), "found": ("any component found / %", ".2f")},
    tuple(NoiseCell(level) for level in (100.0, 1000.0, 10_000.0)),
)
