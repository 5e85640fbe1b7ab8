"""Whether a fit came to an end that its numbers can be read from."""

from __future__ import annotations

from xps.casaxps.recovery import recovery
from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.checks.ties import scale_error
from xps.lineshapes import SHAPES
from xps.model import BACKGROUND_ID, Ref


def _not_converged(fitted: FittedRegion) -> Sightings:
    if not fitted.fit.success:
        yield fitted.sighting(f"the fit did not succeed: {fitted.fit.message}")


def _stale(fitted: FittedRegion) -> Sightings:
    if not fitted.project.is_fresh(fitted.fit.region.id):
        yield fitted.sighting("data, settings or charge shift changed after this fit")


def _stored(fitted: FittedRegion) -> Sightings:
    found = recovery(fitted.fit, fitted.entry)
    if found is not None and found.at_minimum is False:
        yield fitted.sighting(found.verdict)


def _at_bound(fitted: FittedRegion) -> Sightings:
    for ref in fitted.fit.at_bound:
        if not _matters(fitted, ref):
            continue
        yield fitted.sighting(
            "the parameter is held back by its bound, so that its error is unknown",
            _parameter_text(fitted, ref),
            str(ref),
        )


def _parameter_text(fitted: FittedRegion, ref: Ref) -> str:
    """What people call a parameter: its component and its quantity."""
    region = fitted.fit.region
    if ref.component == BACKGROUND_ID:
        return f"background, {ref.parameter}"
    component = region.component(ref.component)
    titles = {"fwhm": "FWHM"} | {p.name: p.title for p in SHAPES[component.shape].parameters}
    return f"{component.name}, {titles.get(ref.parameter, ref.parameter)}"


def _matters(fitted: FittedRegion, ref: Ref) -> bool:
    """Whether a free parameter is of the background, or any significant component follows it."""
    if ref.component == BACKGROUND_ID:
        return True
    resolve = fitted.fit.region.resolve
    return any(
        resolve(Ref(component.id, name))[0] == ref
        for component in fitted.significant
        for name in component.params
    )


def _negative(fitted: FittedRegion) -> Sightings:
    for component in fitted.fit.negative_components():
        yield fitted.of(component, "the area is below zero by more than noise can explain")


def _insignificant(fitted: FittedRegion) -> Sightings:
    for component in fitted.components:
        if not fitted.fit.is_significant(component):
            yield fitted.of(component, "the data do not demand this component (below 2σ)")


def _correlated(fitted: FittedRegion) -> Sightings:
    for first, second, r in fitted.fit.strong_correlations(scale_ev=scale_error(fitted)):
        yield fitted.sighting(
            f"the data hardly tell them apart (correlation {r:+.2f})", f"{first} and {second}"
        )


RULES = (
    Rule(
        "not-converged",
        "error",
        "A fit that did not succeed",
        "",
        "fix or link parameters, or start closer",
        in_each_fit(_not_converged),
    ),
    Rule(
        "stale",
        "warning",
        "A fit that is older than its data or settings",
        "",
        "fit the region again",
        in_each_fit(_stale),
    ),
    Rule(
        "stored-not-minimum",
        "warning",
        "A fit stored in a file that is not at its own minimum",
        "",
        "quote the refit: the stored numbers depend on where the fitting was stopped",
        in_each_fit(_stored),
    ),
    Rule(
        "at-bound",
        "warning",
        "A parameter that its bound holds back",
        "Major 2020, 10.1116/6.0000377",
        "ask why the data pull there before you widen the bound",
        in_each_fit(_at_bound),
    ),
    Rule(
        "negative-area",
        "error",
        "An area below zero by more than 3σ",
        "Major 2020, 10.1116/6.0000377",
        "remove the component, or mend what it compensates: shape, background, charge shift",
        in_each_fit(_negative),
    ),
    Rule(
        "not-significant",
        "note",
        "A component that the data do not demand",
        "ISO 19668",
        "quote its upper limit instead of its area",
        in_each_fit(_insignificant),
    ),
    Rule(
        "correlated",
        "warning",
        "Parameters of two components that correlate by more than 0.95",
        "Cumpson and Seah 1992, 10.1002/sia.740180508",
        "link one to the other, or quote their sum",
        in_each_fit(_correlated),
    ),
)
