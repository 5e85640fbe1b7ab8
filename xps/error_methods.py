"""Errors beyond the covariance, added to a fit on demand."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from xps.error_budget import ERROR_METHODS, ErrorBudget, ErrorMethod
from xps.errors import FitError, RecipeError
from xps.fitted import RegionFit
from xps.profile import profile_all
from xps.spectrum import Spectrum


def error_methods(names: Collection[str]) -> tuple[ErrorMethod, ...]:
    """Return the known methods among names, in their order; the covariance is always one.

    Raises
    ------
    RecipeError
        If a name is not known.
    """
    unknown = [name for name in names if name not in ERROR_METHODS]
    if unknown:
        raise RecipeError(f"errors by {unknown[0]!r}", f"choose from {', '.join(ERROR_METHODS)}")
    wanted = {"covariance", *names}
    return tuple(method for method in ERROR_METHODS if method in wanted)


def methods_of(errors: ErrorBudget) -> tuple[ErrorMethod, ...]:
    """Return the methods by which these errors were found."""
    return ("covariance", "profile") if errors.profiles else ("covariance",)


def with_errors(
    fit: RegionFit,
    spectrum: Spectrum,
    methods: Collection[ErrorMethod],
    *,
    cancelled: Callable[[], bool] | None = None,
) -> RegionFit:
    """Return the fit with its errors found by each of some methods.

    A fit without success gets none. What cannot be found is told by a warning of the fit.

    Raises
    ------
    FitError
        If it was cancelled.
    """
    if not fit.success or "profile" not in methods:
        return fit
    try:
        profiles = profile_all(fit, spectrum, cancelled=cancelled)
    except FitError as error:
        if cancelled is not None and cancelled():
            raise
        return replace(fit, warnings=(*fit.warnings, f"no profile likelihood: {error}"))
    return replace(fit, errors=replace(fit.errors, profiles=profiles))
