"""The errors of a fit as plain data and back: what stands in a session beside its covariance."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from xps.error_budget import (
    Alternative,
    BootstrapErrors,
    ErrorBudget,
    Interval,
    Intervals,
    Significance,
    SystematicErrors,
    SystematicMember,
)
from xps.plain_fields import Fields
from xps.plain_region import ref_of

Plain = dict[str, Any]


def plain_errors(errors: ErrorBudget) -> Plain:
    """Return the errors of a fit as JSON data."""
    return {
        "profiles": [
            {"parameter": ref._asdict()} | asdict(intervals)
            for ref, intervals in errors.profiles.items()
        ],
        "alternatives": [asdict(alternative) for alternative in errors.alternatives],
        "systematic": None if errors.systematic is None else asdict(errors.systematic),
        "bootstrap": None if errors.bootstrap is None else asdict(errors.bootstrap),
        "significance": {id_: asdict(test) for id_, test in errors.significance.items()},
    }


def errors_of(table: Fields | None) -> ErrorBudget:
    """Build the errors of a fit from JSON data; nothing is known where there is no table.

    Raises
    ------
    MalformedError
        Naming the field that is missing or wrong.
    """
    if table is None:
        return ErrorBudget()
    return ErrorBudget(
        {ref_of(entry.table("parameter")): _intervals(entry) for entry in table.tables("profiles")},
        _bootstrap(table.maybe_table("bootstrap")),
        tuple(
            Alternative(entry.number("delta_chi2"), entry.numbers("shares"))
            for entry in table.tables("alternatives")
        ),
        _systematic(table.maybe_table("systematic")),
        _significance(table.maybe_table("significance")),
    )


def _systematic(table: Fields | None) -> SystematicErrors | None:
    if table is None:
        return None
    members = tuple(
        SystematicMember(
            member.text("group"),
            member.text("name"),
            member.numbers("areas"),
            member.text("why_left_out"),
        )
        for member in table.tables("members")
    )
    return SystematicErrors(table.numbers("areas"), table.numbers("shares"), members)


def _bootstrap(table: Fields | None) -> BootstrapErrors | None:
    if table is None:
        return None
    areas, shares = (
        {key: _intervals(inner.table(key)) for key in inner.names}
        for inner in (table.table("areas"), table.table("shares"))
    )
    return BootstrapErrors(
        table.whole("draws"), table.whole("failed"), table.whole("seed"), areas, shares
    )


def _significance(table: Fields | None) -> dict[str, Significance]:
    if table is None:
        return {}
    tests = {id_: table.table(id_) for id_ in table.names}
    return {
        id_: Significance(
            test.number("gain"),
            test.number("p_value"),
            test.number("p_value_error"),
            test.whole("draws"),
        )
        for id_, test in tests.items()
    }


def _intervals(table: Fields) -> Intervals:
    return Intervals(
        _interval(table.table("confidence_68")), _interval(table.table("confidence_95"))
    )


def _interval(table: Fields) -> Interval:
    return Interval(table.maybe_number("low"), table.maybe_number("high"), table.text("why_open"))
