"""Fits as plain data and back, without the covariance of their free parameters."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.environment import Environment
from xps.error_budget_format import errors_of, plain_errors
from xps.fitted import FittedTie, RegionFit
from xps.model import Region
from xps.plain_fields import Fields, MalformedError
from xps.plain_region import plain_region, ref_of, region_of

Floats = NDArray[np.float64]
Plain = dict[str, Any]


def plain_fit(fit: RegionFit) -> Plain:
    """Return a fit as JSON data."""
    names = (
        *("fingerprint", "success", "message", "n_points", "n_free", "chi2", "durbin_watson"),
        *("noise_model", "area_unit", "background_physical", "charge_shift_ev"),
        *("charge_shift_stderr",),
    )
    return (
        {"region": plain_region(fit.region)}
        | {name: getattr(fit, name) for name in names}
        | {
            "free": [ref._asdict() for ref in fit.free],
            "held": [ref._asdict() for ref in fit.held],
            "at_bound": [ref._asdict() for ref in fit.at_bound],
            "insignificant": dict(fit.insignificant),
            "warnings": list(fit.warnings),
            "ties": [asdict(tie) for tie in fit.ties],
            "errors": plain_errors(fit.errors),
            "made_with": None if fit.made_with is None else asdict(fit.made_with),
            "covariance_with": {
                fingerprint: np.asarray(block).tolist()
                for fingerprint, block in fit.covariance_with.items()
            },
        }
    )


def _tie(table: Fields) -> FittedTie:
    return FittedTie(
        table.text("component"),
        table.text("name"),
        table.number("expected_ratio"),
        table.maybe_number("ratio"),
        table.number("sigma"),
        table.number("discrepancy"),
        table.number("stderr"),
        table.maybe_number("tension"),
        table.text("leader_region", ""),
        table.text("leader", ""),
    )


def _blocks(table: Fields | None, region: Region) -> dict[str, Floats]:
    """Covariances of a fit's areas with those of others, by the fingerprints of these."""
    found: dict[str, Floats] = {}
    if table is None:
        return found
    for fingerprint in table.names:
        rows = table.rows(fingerprint)
        if len(rows) != len(region.components) or len({len(row) for row in rows}) > 1:
            raise MalformedError(f"{table.where}.{fingerprint} has not one row for each area")
        found[fingerprint] = np.array(rows, dtype=np.float64)
    return found


def _environment(table: Fields | None) -> Environment | None:
    if table is None:
        return None
    names = ("doublet", "python", "numpy", "scipy", "lmfit")
    return Environment(*(table.text(name) for name in names))


def fit_of(table: Fields, covariance: Floats) -> RegionFit:
    """Build a fit from JSON data.

    Parameters
    ----------
    table : Fields
    covariance : ndarray, shape (free, free)
        Of the free parameters.

    Raises
    ------
    MalformedError
        Naming the field that is missing or wrong.
    XpsError
        If the values contradict each other.
    """
    free = tuple(ref_of(ref) for ref in table.tables("free"))
    if covariance.shape != (len(free), len(free)):
        raise MalformedError(f"the covariance of {table.where} has the shape {covariance.shape}")
    region = region_of(table.table("region"))
    fit = RegionFit(
        region=region,
        fingerprint=table.text("fingerprint"),
        success=table.flag("success"),
        message=table.text("message"),
        n_points=table.whole("n_points"),
        n_free=table.whole("n_free"),
        chi2=table.number("chi2"),
        durbin_watson=table.number("durbin_watson"),
        noise_model=table.text("noise_model"),
        area_unit=table.text("area_unit"),
        free=free,
        covariance=covariance,
        held=tuple(ref_of(ref) for ref in table.tables("held")),
        at_bound=tuple(ref_of(ref) for ref in table.tables("at_bound")),
        insignificant=table.numbers("insignificant"),
        background_physical=table.flag("background_physical"),
        charge_shift_ev=table.number("charge_shift_ev"),
        charge_shift_stderr=table.maybe_number("charge_shift_stderr"),
        warnings=table.texts("warnings"),
        ties=tuple(_tie(tie) for tie in (table.tables("ties") if "ties" in table.names else [])),
        errors=errors_of(table.maybe_table("errors")),
        made_with=_environment(table.maybe_table("made_with")),
        covariance_with=_blocks(table.maybe_table("covariance_with"), region),
    )
    if fit.table.free != free:
        raise MalformedError(f"the free parameters of {table.where} are not those of its region")
    return fit
