"""Numbers of a fit beside its parameters and their covariance, by name, for comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xps.error_budget import Interval
from xps.fitted import RegionFit
from xps.uncertainty import shares

Found = tuple[str, float | None, float | None]
"""Name of a number, stored and refitted."""

_OF_INTERVAL = 1e-2  # ends of intervals by this share of their distance from the best value
_OF_RESULT = 1e-2  # results of simulations and of other fits, by this share of themselves
_LEAST = 1e-3  # and by this at least: discrepancies are in units of sigma


def differing_intervals(stored: RegionFit, refitted: RegionFit) -> Iterator[Found]:
    """Ends of intervals that do not come back."""
    before, after = _intervals(stored), _intervals(refitted)
    best = _best(refitted)
    for name in sorted({*before, *after}):
        of = name.partition(" % ")[2]
        for end in ("low", "high"):
            a, b = (getattr(found.get(name), end, None) for found in (before, after))
            close = a is b or (
                a is not None
                and b is not None
                and abs(a - b) <= _OF_INTERVAL * abs(b - best.get(of, 0.0))
            )
            if not close:
                yield f"{end} end of the {name}", a, b


def differing_results(stored: RegionFit, refitted: RegionFit) -> Iterator[Found]:
    """Results of bootstrap, tests, other minima, other choices, and ties that differ."""
    before, after = dict(_results(stored)), dict(_results(refitted))
    for name in {**before, **after}:
        a, b = before.get(name), after.get(name)
        close = a is b or (a is not None and b is not None and abs(a - b) <= _allowed(name, a, b))
        if not close:
            yield name, a, b


def _allowed(name: str, first: float, second: float) -> float:
    if isinstance(first, int):  # counted, not computed
        return 0.0
    share = _OF_RESULT * max(abs(first), abs(second))
    return max(share, _LEAST) if name.startswith("tie ") else share


def _results(fit: RegionFit) -> Iterator[tuple[str, float | None]]:
    errors = fit.errors
    if errors.bootstrap is not None:
        for name in ("draws", "failed", "seed"):
            yield f"{name} of the bootstrap", getattr(errors.bootstrap, name)
    for id_, test in errors.significance.items():
        for name, value in vars(test).items():
            yield f"{name} of the test of {id_}", value
    for place, alternative in enumerate(errors.alternatives, 1):
        yield f"delta_chi2 of alternative {place}", alternative.delta_chi2
        yield from _by_component(f"in alternative {place}", "share", alternative.shares)
    if errors.systematic is not None:
        yield from _by_component("systematic", "error of the area", errors.systematic.areas)
        yield from _by_component("systematic", "error of the share", errors.systematic.shares)
        for member in errors.systematic.members:
            yield from _by_component(f"with {member.group} {member.name}", "area", member.areas)
    for tie in fit.ties:
        for name in ("expected_ratio", "ratio", "sigma", "discrepancy", "stderr", "tension"):
            yield f"tie of {tie.component}: {name}", getattr(tie, name)


def _by_component(
    where: str, what: str, values: Mapping[str, float]
) -> Iterator[tuple[str, float | None]]:
    for id_, value in values.items():
        yield f"{what} of {id_}, {where}", value


def _intervals(fit: RegionFit) -> dict[str, Interval]:
    """All intervals that a fit has, as ``95 % interval of ps4.area``."""
    found: dict[str, Interval] = {}
    for ref, intervals in fit.errors.profiles.items():
        found[f"95 % interval of {ref}"] = intervals.confidence_95
        found[f"68 % interval of {ref}"] = intervals.confidence_68
    repeated = fit.errors.bootstrap
    if repeated is not None:
        for what, by_component in (("area", repeated.areas), ("share", repeated.shares)):
            for id_, intervals in by_component.items():
                name = f"bootstrap interval of {id_}.{what}"
                found[f"95 % {name}"] = intervals.confidence_95
                found[f"68 % {name}"] = intervals.confidence_68
    return found


def _best(fit: RegionFit) -> dict[str, float]:
    """Best values of what `_intervals` names, without the confidence."""
    best = {f"interval of {ref}": param.value for ref, param in fit.region.params()}
    split = shares(fit)
    for i, component in enumerate(fit.region.components):
        best[f"bootstrap interval of {component.id}.area"] = component.area.value
        if split is not None:
            best[f"bootstrap interval of {component.id}.share"] = float(split.values[i])
    return best
