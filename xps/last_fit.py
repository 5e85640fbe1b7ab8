"""The last fit of a region as a second start, for when its values were moved too far."""

from __future__ import annotations

import numpy as np

from xps.fitted import MISFIT_SIGMA, RegionFit
from xps.model import Region


def from_last(region: Region, last: RegionFit) -> Region:
    """Return a region with the values of its last fit.

    What is fixed or tied in it by now stays so, and bounds hold.
    """
    fitted = dict(last.region.params())
    return region.with_values(
        {
            ref: float(np.clip(fitted[ref].value, param.min, param.max))
            for ref, param in region.params()
            if param.is_free and ref in fitted
        }
    )


def is_worse(fit: RegionFit, last: RegionFit) -> bool:
    """Tell whether a fit misses the data by more than the one before, beyond their noise."""
    present, before = fit.reduced_chi2, last.reduced_chi2
    if present is None or before is None:
        return False
    return present - before > MISFIT_SIGMA * fit.chi2_spread
