"""The result of `xps.fit`, and the ``doublet.fit/1`` object of the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xps.error_budget import BootstrapErrors, Intervals
from xps.errors import XpsError
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.model import BACKGROUND_ID, Component, Param, Ref
from xps.oxygen_budget import OxygenBudget, oxygen_budgets
from xps.project import Project
from xps.quantification import quantify
from xps.species import library
from xps.uncertainty import Shares, shares

if TYPE_CHECKING:
    from xps.casaxps.recovery import Recovery

FORMAT = "doublet.fit/1"
_TITLES = {"center": "center", "fwhm": "FWHM", "area": "area"}


@dataclass(frozen=True)
class FitResult:
    """Fits of one or more regions.

    Attributes
    ----------
    project : Project
        Spectra, regions and fits together; `xps.save` writes it.
    failures : dict of str to XpsError
        Why a region could not be fitted, by region id.
    notes : tuple of str
        What the recipe left out or narrowed.
    """

    project: Project
    failures: Mapping[str, XpsError] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[RegionFit, ...]:
        """The fits that were made, in the order of the regions."""
        fits = (self.project.fit_of(region.id) for region in self.project.regions)
        return tuple(fit for fit in fits if fit is not None)

    @property
    def success(self) -> bool:
        """Whether every region was fitted and every fit converged."""
        return not self.failures and all(fit.success for fit in self.regions)

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Covariance of the free parameters of all fits, block by block."""
        sizes = [len(fit.free) for fit in self.regions]
        whole = np.zeros((sum(sizes), sum(sizes)))
        start = 0
        for fit, size in zip(self.regions, sizes, strict=True):
            whole[start : start + size, start : start + size] = fit.covariance
            start += size
        return whole

    def to_dict(self) -> dict[str, Any]:
        """Return the ``doublet.fit/1`` object: plain dicts, lists, numbers and None."""
        from xps.checks import check  # its many rules, only where they are asked for

        return {
            "format": FORMAT,
            "recipe": self.project.recipe,
            "regions": [self._region(region.id) for region in self.project.regions],
            "quantification": _quantification(self.project),
            "quantification_basis": quantify(self.project).basis,
            "oxygen_budgets": [_budget(budget) for budget in oxygen_budgets(self.project)],
            "checks": [finding.to_dict() for finding in check(self.project)],
            "notes": list(self.notes),
        }

    def _region(self, region_id: str) -> dict[str, Any]:
        project = self.project
        region = project.region(region_id)
        entry = project.entry(region.spectrum)
        head = {
            "sample": entry.sample,
            "spectrum": entry.spectrum.name or entry.label,
            "core_level": region.core_level,
            "window_ev": list(region.window_ev),
        }
        fit = project.fit_of(region_id)
        if fit is None:
            error = self.failures.get(region_id)
            return head | _not_fitted(region.background.kind, error)
        from xps.casaxps.recovery import recovery

        total = project.charge_of(region.spectrum).total_error_ev
        stored = _recovered(recovery(fit, entry))
        return head | region_dict(fit) | {"stored": stored, "charge_shift_total_stderr": total}


def region_dict(fit: RegionFit) -> dict[str, Any]:
    """Return what ``doublet.fit/1`` says of one fit, without the names of its spectrum."""
    region = fit.region
    split = shares(fit)
    return {
        "charge_shift_ev": fit.charge_shift_ev,
        "charge_shift_stderr": fit.charge_shift_stderr,
        "success": fit.success,
        "message": fit.message,
        "n_points": fit.n_points,
        "n_free": fit.n_free,
        "chi2": fit.chi2,
        "reduced_chi2": fit.reduced_chi2,
        "durbin_watson": fit.durbin_watson,
        "noise_model": fit.noise_model,
        "area_unit": fit.area_unit,
        "background": {
            "kind": region.background.kind,
            "parameters": {
                name: _number(fit, Ref(BACKGROUND_ID, name), param)
                for name, param in region.background.params.items()
            },
            "physical": fit.background_physical,
        },
        "components": [
            _component(fit, component, index, split)
            for index, component in enumerate(region.components)
        ],
        "intervals": [
            {"parameter": str(ref), "method": "profile"} | _interval_pairs(intervals)
            for ref, intervals in fit.errors.profiles.items()
        ],
        "bootstrap": _bootstrap(fit.errors.bootstrap),
        "systematic": None
        if fit.errors.systematic is None
        else {"members": [asdict(member) for member in fit.errors.systematic.members]},
        "alternatives": [
            {"delta_chi2": other.delta_chi2, "shares": dict(other.shares)}
            for other in fit.errors.alternatives
        ],
        "ties": [asdict(tie) for tie in fit.ties],
        "warnings": list(fit.warnings),
    }


def _recovered(found: Recovery | None) -> dict[str, Any] | None:
    """Stored against refitted, for the fits that a file carries."""
    if found is None:
        return None
    return {
        "at_minimum": found.at_minimum,
        "excess": found.excess if math.isfinite(found.excess) else None,
        "verdict": found.verdict,
        "values": [
            {
                "component": number.component,
                "name": number.name,
                "parameter": number.parameter,
                "stored": number.stored,
                "refitted": number.refitted,
            }
            for number in found.numbers
        ],
    }


def _bootstrap(errors: BootstrapErrors | None) -> dict[str, int] | None:
    if errors is None:
        return None
    return {"draws": errors.draws, "failed": errors.failed, "seed": errors.seed}


def _interval_95(intervals: Intervals | None) -> list[float | None] | None:
    if intervals is None:
        return None
    return [intervals.confidence_95.low, intervals.confidence_95.high]


def _interval_pairs(intervals: Intervals) -> dict[str, Any]:
    narrow, wide = intervals.confidence_68, intervals.confidence_95
    return {
        "interval_68": [narrow.low, narrow.high],
        "interval_95": [wide.low, wide.high],
        "why_open": wide.why_open or narrow.why_open,
    }


def _not_fitted(background: str, error: XpsError | None) -> dict[str, Any]:
    numbers = ("charge_shift_ev", "charge_shift_stderr", "n_points", "n_free", "chi2")
    return {
        **dict.fromkeys(numbers),
        "charge_shift_total_stderr": None,
        "success": False,
        "message": "not fitted" if error is None else str(error),
        "reduced_chi2": None,
        "durbin_watson": None,
        "noise_model": None,
        "area_unit": None,
        "background": {"kind": background, "parameters": {}, "physical": None},
        "components": [],
        "intervals": [],
        "bootstrap": None,
        "systematic": None,
        "alternatives": [],
        "ties": [],
        "warnings": [],
        "stored": None,
    }


def _number(fit: RegionFit, ref: Ref, param: Param) -> dict[str, float | None]:
    return {"value": param.value, "stderr": fit.stderr(ref)}


def _component(
    fit: RegionFit, component: Component, index: int, split: Shares | None
) -> dict[str, Any]:
    area = component.area.value
    repeated, moved = fit.errors.bootstrap, fit.errors.systematic
    test = fit.errors.significance.get(component.id)
    return {
        "id": component.id,
        "name": component.name,
        "species": component.species or None,
        "group": component.group or None,
        "center_ev": component.center.value,
        "center_stderr": fit.stderr(Ref(component.id, "center")),
        "fwhm_ev": component.fwhm.value,
        "fwhm_stderr": fit.stderr(Ref(component.id, "fwhm")),
        "area": area,
        "area_stderr": fit.stderr(Ref(component.id, "area")),
        "area_interval_95": _interval_95(fit.area_intervals(component)),
        "area_systematic": None if moved is None else moved.areas.get(component.id),
        "share": None if split is None else float(split.values[index]),
        "share_stderr": None if split is None else split.stderr(index),
        "share_systematic": None if moved is None else moved.shares.get(component.id),
        "share_interval_95": _interval_95(
            None if repeated is None else repeated.shares.get(component.id)
        ),
        "significant": fit.is_significant(component),
        "p_value": None if test is None else test.p_value,
        "p_value_error": None if test is None else test.p_value_error,
        "upper_limit_95": fit.insignificant.get(component.id),
        "shape": {
            "kind": component.shape,
            "parameters": {
                parameter.name: _number(fit, Ref(component.id, parameter.name), param)
                for parameter, param in zip(
                    SHAPES[component.shape].parameters, component.shape_params, strict=True
                )
            },
        },
        "lines": [
            {
                "label": line.label,
                "center_ev": component.center.value + line.offset_ev,
                "area": area * line.fraction,
            }
            for line in component.lines.lines
        ],
        "flags": flags(fit, component),
    }


def flags(fit: RegionFit, component: Component) -> list[str]:
    """Return what a reader of a component's numbers must know, in a few words each."""
    titles = _TITLES | {p.name: p.title for p in SHAPES[component.shape].parameters}
    found = [
        f"{titles[ref.parameter]} at bound" for ref in fit.at_bound if ref.component == component.id
    ]
    if not fit.is_significant(component):
        found.append("not significant")
    if component.area.value < 0.0:
        found.append("negative area")
    if any(ref.component == component.id for ref in fit.held):
        found.append("center rests on its expectation: too weak to place itself")
    species = library().get(component.species)
    if species is not None:
        low, high = species.allowed_ev
        if not low <= component.center.value <= high:
            found.append(f"center outside the species' range {low:g}-{high:g} eV")
    return found


def _quantification(project: Project) -> list[dict[str, Any]]:
    return [
        {
            "sample": amount.sample,
            ("element" if amount.is_element else "species"): amount.component or amount.element,
            "name": amount.name,
            "core_level": amount.core_level,
            "group": amount.group or None,
            "atomic_percent": amount.atomic_percent,
            "stderr": amount.stderr,
            "systematic": amount.systematic,
            "systematic_parts": dict(amount.systematic_parts),
        }
        for amount in quantify(project).amounts
    ]


def _budget(budget: OxygenBudget) -> dict[str, Any]:
    return {
        "sample": budget.sample,
        "area": budget.area,
        "stderr": budget.stderr,
        "area_unit": budget.area_unit,
        "claims": [asdict(claim) for claim in budget.claims],
        "left": budget.left,
        "left_stderr": budget.left_stderr,
        "left_systematic": budget.left_systematic,
        "overdrawn": budget.overdrawn,
    }
