"""P-values, and what becomes of them where there are many."""

from __future__ import annotations

import math
from collections.abc import Sequence

COUNTING_ONLY = "counting statistics only, n = 1"


def two_sided(value: float, stderr: float | None, degrees: float = math.inf) -> float | None:
    """Chance of a value at least as far from zero where zero is true.

    Parameters
    ----------
    value : float
    stderr : float or None
        None where it is unknown: then the chance is.
    degrees : float
        Of freedom of the error, Student's; infinite for a normal distribution.
    """
    if stderr is None:
        return None
    from scipy.special import ndtr, stdtr

    far = -abs(value) / stderr
    return 2.0 * float(stdtr(degrees, far) if math.isfinite(degrees) else ndtr(far))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down correction (Scand. J. Stat. 6 (1979) 65); what is unknown stays so."""
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p_value, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p_value))
        adjusted[place] = largest
    return adjusted
