"""Errors beyond the covariance, added to a fit on demand."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from xps.alternatives import alternatives
from xps.bootstrap import bootstrap, significance, weak_components
from xps.error_budget import ERROR_METHODS, ErrorBudget, ErrorMethod
from xps.errors import CancelledError, RecipeError, XpsError
from xps.fitted import RegionFit
from xps.profile import profile_all
from xps.project import ChargeReference
from xps.spectrum import Spectrum
from xps.systematic import systematic


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
    found: list[ErrorMethod] = ["covariance"]
    if errors.profiles:
        found.append("profile")
    if errors.bootstrap is not None:
        found.append("bootstrap")
    if errors.systematic is not None:
        found.append("systematic")
    return tuple(found)


def with_errors(
    fit: RegionFit,
    spectrum: Spectrum,
    methods: Collection[ErrorMethod],
    *,
    charge: ChargeReference | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RegionFit:
    """Return the fit with its errors found by each of some methods.

    A fit without success gets none. What cannot be found is told by a warning of the fit. With
    a charge reference its error is one of the systematic ones.

    Raises
    ------
    CancelledError
    """
    if not fit.success:
        return fit
    for method, title in _TITLES.items():
        if method not in methods:
            continue
        try:
            found = _found(fit, spectrum, method, charge, cancelled)
        except CancelledError:
            raise
        except XpsError as error:
            fit = replace(fit, warnings=(*fit.warnings, f"no {title}: {error}"))
        else:
            fit = replace(fit, errors=found)
    return fit


_TITLES: dict[ErrorMethod, str] = {
    "profile": "profile likelihood",
    "bootstrap": "bootstrap",
    "systematic": "systematic errors",
}


def _found(
    fit: RegionFit,
    spectrum: Spectrum,
    method: ErrorMethod,
    charge: ChargeReference | None,
    cancelled: Callable[[], bool] | None,
) -> ErrorBudget:
    if method == "profile":
        return replace(
            fit.errors,
            profiles=profile_all(fit, spectrum, cancelled=cancelled),
            alternatives=alternatives(fit, spectrum, cancelled=cancelled),
        )
    if method == "systematic":
        moved = systematic(
            fit,
            spectrum,
            reference_error_ev=None if charge is None else charge.total_error_ev,
            cancelled=cancelled,
        )
        return replace(fit.errors, systematic=moved)
    repeated = bootstrap(fit, spectrum, cancelled=cancelled)
    tests = {
        id_: significance(fit, spectrum, id_, cancelled=cancelled) for id_ in weak_components(fit)
    }
    return replace(fit.errors, bootstrap=repeated.errors(), significance=tests)
