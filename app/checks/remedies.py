"""What the app can do about a finding of the checks by itself, where one thing is to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.checks.finding_place import parts_of
from app.gestures import background_gestures, gestures
from app.gestures.component_gestures import set_link
from app.gestures.gestures import Change, region_place, short_name
from xps.levels import levels
from xps.model import Component, Doublet, Link, Ref, Region, multiplet_of
from xps.project import Project

if TYPE_CHECKING:
    from xps.checks import Finding

_SYMMETRIC = "sgl"
_WIDER = 2.0
_WIDEST_SEARCH_EV = 100.0
_GRAPHITIC_EV = 284.4  # Biesinger 2022: carbon additives


@dataclass(frozen=True)
class Remedy:
    """What a button offers to do.

    Attributes
    ----------
    text : str
        What the button says.
    tip : str
    gesture : callable or None
        Changes a project; None where fitting again is all.
    """

    text: str
    tip: str
    gesture: Callable[[Project], Change] | None = None


def remedy_of(project: Project, finding: Finding) -> Remedy | None:
    """Return what can be done at once; None where somebody has to decide."""
    make = _REMEDIES.get(finding.rule)
    region = next((r for r in project.regions if r.id == finding.scope.region), None)
    if make is not None and region is not None:
        return make(region, finding)
    of_sample = _OF_SAMPLES.get(finding.rule)
    if of_sample is not None and any(s.name == finding.scope.sample for s in project.samples):
        return of_sample(finding.scope.sample)
    return None


def _fit_again(region: Region, finding: Finding) -> Remedy | None:
    return Remedy("Fit again", "Fit this region as it stands now (F5)")


def _step_background(region: Region, finding: Finding) -> Remedy | None:
    return Remedy(
        "Fit the background too",
        "Take the peak Shirley background, fitted together with the peaks, and fit again",
        lambda project: background_gestures.set_background(
            project, region.id, "peak-shirley", region.background.loss
        ),
    )


def _noise_weights(region: Region, finding: Finding) -> Remedy | None:
    def gesture(project: Project) -> Change:
        where = region_place(project, region)
        weighed = project.with_region(replace(project.region(region.id), weights="noise"))
        return Change(weighed, f"Weigh the points of {where} by their noise")

    return Remedy(
        "Weigh by the noise",
        "Let points count as much as their noise allows, and fit again",
        gesture,
    )


def _one_doublet(region: Region, finding: Finding) -> Remedy | None:
    """Make a component, or two lines that stand for one, the doublet of the level."""
    components = _components(region, finding)
    if not components or region.core_level not in levels():
        return None
    return Remedy(
        f"Make it the doublet of {region.core_level}",
        "Splitting and ratio from the table of levels: one area, one center, one width",
        lambda project: _with_doublet(project, region.id, [c.id for c in components]),
    )


def _with_doublet(project: Project, region_id: str, ids: list[str]) -> Change:
    region = project.region(region_id)
    main, *others = [region.component(id_) for id_ in ids]
    lines = multiplet_of(region.core_level)
    area = main.area
    if others and not isinstance(main.lines, Doublet):
        area = area.at(area.value + sum(other.area.value for other in others))
    doublet = replace(main, lines=lines).with_param("area", area)
    for other in others:
        region = region.without_component(other.id)
    where = region_place(project, region)
    return Change(
        project.with_region(region.with_component(doublet).settled()),
        f"Make {short_name(main.name)} in {where} a doublet of {region.core_level}",
    )


def _one_width(region: Region, finding: Finding) -> Remedy | None:
    components = _components(region, finding)
    if len(components) != 2:
        return None
    first, second = components
    if second.fwhm.link is not None:
        first, second = second, first
    if second.fwhm.link is not None:
        return None
    root, _, _ = region.resolve(Ref(first.id, "fwhm"))
    if root.component == second.id:
        return None
    return Remedy(
        "Share one width",
        f"Tie the width of {short_name(second.name)} to that of {short_name(first.name)}, "
        "and fit again",
        lambda project: set_link(project, region.id, Ref(second.id, "fwhm"), Link("same", root)),
    )


def _without_it(region: Region, finding: Finding) -> Remedy | None:
    components = _components(region, finding)
    if len(components) != 1 or len(region.components) < 2:
        return None
    component = components[0]
    return Remedy(
        "Remove the component",
        f"Remove {short_name(component.name)}, and fit again",
        lambda project: gestures.remove_component(project, region.id, component.id),
    )


def _plain_shape(region: Region, finding: Finding) -> Remedy | None:
    ids = tuple(component.id for component in _components(region, finding))
    if not ids or all(region.component(id_).shape == _SYMMETRIC for id_ in ids):
        return None
    return Remedy(
        "Take a symmetric shape",
        "Take the Gaussian-Lorentzian sum of finite area, and fit again",
        lambda project: gestures.set_shape(project, region.id, ids, _SYMMETRIC),
    )


def _wider_search(sample: str) -> Remedy:
    def gesture(project: Project) -> Change:
        old = project.sample(sample)
        reach = min(_WIDER * old.charge.search_ev, _WIDEST_SEARCH_EV)
        charge = replace(old.charge, search_ev=reach, shift_ev=0.0, stderr_ev=None)
        return Change(
            project.with_sample(replace(old, charge=charge)),
            f"Search the charge shift of {sample} within ± {reach:g} eV",
        )

    return Remedy("Widen the search", "Search the reference line twice as far, and fit", gesture)


def _graphitic_energy(sample: str) -> Remedy:
    def gesture(project: Project) -> Change:
        old = project.sample(sample)
        charge = replace(old.charge, energy_ev=_GRAPHITIC_EV, stderr_ev=None)
        return Change(
            project.with_sample(replace(old, charge=charge)),
            f"Set the reference energy of {sample} to {_GRAPHITIC_EV:g} eV",
        )

    return Remedy(
        f"Set it to {_GRAPHITIC_EV:g} eV", "The energy of graphitic carbon, and fit", gesture
    )


def _components(region: Region, finding: Finding) -> list[Component]:
    """The components that a finding names, as they are now."""
    known = {component.id: component for component in region.components}
    return [known[part] for part in parts_of(finding.scope.subject) if part in known]


_REMEDIES: dict[str, Callable[[Region, Finding], Remedy | None]] = {
    "stale": _fit_again,
    "not-converged": _fit_again,
    "negative-area": _without_it,
    "background-static": _step_background,
    "background-falling": _step_background,
    "doublet-missing": _one_doublet,
    "doublet-free": _one_doublet,
    "doublet-splitting": _one_doublet,
    "doublet-ratio": _one_doublet,
    "width-unequal": _one_width,
    "shape-caution": _plain_shape,
    "asymmetric-insulator": _plain_shape,
    "unweighted": _noise_weights,
}
_OF_SAMPLES: dict[str, Callable[[str], Remedy]] = {
    "charge-shift-far": _wider_search,
    "graphitic-reference": _graphitic_energy,
}
