"""Whether the amounts that were tied across core levels agree with the data."""

from __future__ import annotations

from collections.abc import Iterator

from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.fitted import FittedTie
from xps.model import Component

_PLAIN_SIGMA = 3.0  # tension that one tie in 400 has by chance


def is_tied(fitted: FittedRegion, component: Component) -> bool:
    """Whether the area of a component is tied to one in another region, or the other way round."""
    if any(tie.component == component.id for tie in fitted.fit.ties):
        return True
    own = (fitted.fit.region.id, component.id)
    return any((tie.leader_region, tie.leader) == own for tie in _ties(fitted))


def scale_error(fitted: FittedRegion) -> float:
    """What the errors of all centers have in common, eV: they move alike in a joint fit."""
    if not any(_ties(fitted)):
        return 0.0
    return fitted.project.charge_of(fitted.entry.id).uncertainty_ev or 0.0


def _ties(fitted: FittedRegion) -> Iterator[FittedTie]:
    """All ties of the sample of a region."""
    for region in fitted.project.regions_of(fitted.entry.sample):
        fit = fitted.project.fit_of(region.id)
        if fit is not None:
            yield from fit.ties


def _contradicted(fitted: FittedRegion) -> Sightings:
    for tie in fitted.fit.ties:
        if tie.tension is None or not tie.is_contradicted:
            continue
        found = "no ratio" if tie.ratio is None else f"a ratio of areas of {tie.ratio:.3g}"
        yield fitted.of(
            fitted.fit.region.component(tie.component),
            f"{tie.name}: the data contradict the tie by {tie.tension:.1f}σ; the fit compromises "
            f"at {found}, expected {tie.expected_ratio:.3g}",
            severity="warning" if tie.tension > _PLAIN_SIGMA else None,
        )


RULES = (
    Rule(
        "tie-contradicted",
        "note",
        "Tied amounts that the data contradict by more than 1.96σ (a warning beyond 3σ)",
        "ISO 18118",
        "look for a missing component beside either line, for a thin layer of the compound, or "
        "for an unknown transmission; give the tie a larger spread, or leave it out",
        in_each_fit(_contradicted),
    ),
)
