"""A project as NeXus: spectra as NXxps, their fits as NXfit, and the session beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from xps.errors import WriteError
from xps.fitted import RegionFit
from xps.hdf5 import Branch, Leaf
from xps.lineshapes import SHAPES
from xps.model import Component, Param, Ref, Region
from xps.model_text import background_title
from xps.parameters import BACKGROUND_ID
from xps.problem import RegionCurves, evaluate
from xps.project import Project
from xps.readers.nexus_terms import SESSION_GROUP, SESSION_MARK
from xps.session import to_bytes
from xps.writers.nexus import Node, entry_of, group, named_entries, root_bytes

# The words that NXxps allows for the line shapes of Doublet; others have none.
_FUNCTION_TYPES: Final[Mapping[str, str]] = {
    "gaussian": "Gaussian",
    "lorentzian": "Lorentzian",
    "voigt": "Voigt",
    "pseudo-voigt": "Gaussian-Lorentzian Sum",
    "sgl": "Gaussian-Lorentzian Sum",
    "gl": "Gaussian-Lorentzian Product",
    "la": "Asymmetric Lorentzian",
    "la-symmetric": "Lorentzian",
    "lf": "Asymmetric Finite",
    "ds": "Doniach-Sunjic",
    "doniach-sunjic": "Doniach-Sunjic",
}
_NAMES: Final = {"center": "position", "fwhm": "width"}
_CURVE_UNITS: Final = {"counts/s": "counts_per_second", "counts": "counts"}


def project_bytes(project: Project) -> bytes:
    """Return the NeXus file of a project, with the session itself inside.

    Raises
    ------
    WriteError
        If there are no spectra.
    """
    if not project.entries:
        raise WriteError("there are no spectra to write", "load spectra first")
    members: dict[str, Node] = {}
    named = named_entries([entry.spectrum for entry in project.entries])
    for entry, (name, spectrum) in zip(project.entries, named, strict=True):
        region = project.region_of(entry.id)
        fit = None if region is None else project.fit_of(region.id)
        further = {} if fit is None else _fit_members(project, fit, entry.id)
        members[name] = entry_of(spectrum, further)
    session = {"format": Leaf(SESSION_MARK), "session": Leaf(to_bytes(project))}
    members[SESSION_GROUP] = group("NXcollection", session)
    return root_bytes(members)


def _fit_members(project: Project, fit: RegionFit, entry: str) -> dict[str, Node]:
    shift = fit.charge_shift_ev
    spectrum = project.entry(entry).spectrum
    curves = evaluate(fit.region, spectrum, shift)
    referencing: dict[str, Node] = {
        "physical_quantity": Leaf("energy"),
        "offset": Leaf(shift, {"units": "eV"}),
    }
    return {
        "fit": _fit(fit, curves),
        "energy_referencing": group("NXcalibration", referencing),
    }


def _fit(fit: RegionFit, curves: RegionCurves) -> Branch:
    region = fit.region
    energy = Leaf(curves.energy_ev, {"units": "eV"})
    members: dict[str, Node] = {
        "label": Leaf(region.core_level),
        "data": group(
            "NXdata",
            {
                "input_independent": energy,
                "input_dependent": _curve(curves, curves.data),
                "fit_sum": _curve(curves, curves.model.total),
                "residual": _curve(curves, curves.data - curves.model.total),
            },
            signal="input_dependent",
            axes=["input_independent"],
        ),
        "background0": _background(fit, curves, energy),
        "error_function": _function(fit.noise_model, "what the residuals are weighted by"),
        "global_fit_function": _function("sum", "background0 and all peaks"),
        "figure_of_merit_chi2": Leaf(float(fit.chi2), {"metric": "chi squared"}),
        "doublet": _covariance(fit),
    }
    if fit.reduced_chi2 is not None:
        metric = {"metric": "reduced chi squared"}
        members["figure_of_merit_reduced_chi2"] = Leaf(float(fit.reduced_chi2), metric)
    for number, component in enumerate(region.components):
        intensity = curves.model.components[number]
        members[f"peak{number}"] = _peak(fit, component, curves, energy, intensity)
    return group("NXfit", members, default="data")


def _peak(
    fit: RegionFit, component: Component, curves: RegionCurves, energy: Leaf, intensity: Any
) -> Branch:
    area = Leaf(component.area.value, {"units": fit.area_unit})
    function: dict[str, Node] = {
        "function_type": Leaf(_FUNCTION_TYPES.get(component.shape, component.shape)),
        "description": Leaf(SHAPES[component.shape].title),
        "fit_parameters": _parameters(fit, component.id, component.params),
    }
    return group(
        "NXpeak",
        {
            "label": Leaf(component.name),
            "data": _drawn(curves, energy, intensity),
            "function": group("NXfit_function", function),
            "total_area": area,
        },
    )


def _background(fit: RegionFit, curves: RegionCurves, energy: Leaf) -> Branch:
    background = fit.region.background
    kind = next((k for k in ("tougaard", "shirley") if k in background.kind), "linear")
    function: dict[str, Node] = {
        "function_type": Leaf(kind.capitalize()),
        "description": Leaf(background_title(background)),
    }
    if background.params:
        function["fit_parameters"] = _parameters(fit, BACKGROUND_ID, background.params)
    return group(
        "NXpeak",
        {
            "label": Leaf(background_title(background)),
            "data": _drawn(curves, energy, curves.model.background),
            "function": group("NXfit_function", function),
        },
    )


def _drawn(curves: RegionCurves, energy: Leaf, intensity: Any) -> Branch:
    members = {"position": energy, "intensity": _curve(curves, intensity)}
    return group("NXdata", members, signal="intensity", axes=["position"])


def _curve(curves: RegionCurves, values: Any) -> Leaf:
    units = _CURVE_UNITS.get(curves.intensity_unit, "any")
    return Leaf(np.asarray(values, dtype=np.float64), {"units": units})


def _function(kind: str, description: str) -> Branch:
    members = {"function_type": Leaf(kind), "description": Leaf(description)}
    return group("NXfit_function", members)


def _parameters(fit: RegionFit, owner: str, params: Mapping[str, Param]) -> Branch:
    """Return parameters with errors, bounds and links as attributes of NXparameters."""
    members = {
        _NAMES.get(name, name): Leaf(
            float(param.value), dict(_attributes(fit, Ref(owner, name), param))
        )
        for name, param in params.items()
    }
    return group("NXparameters", members)


def _attributes(fit: RegionFit, ref: Ref, param: Param) -> Iterator[tuple[str, Any]]:
    if ref.parameter in ("center", "fwhm"):
        yield "units", "eV"
    elif ref.parameter == "area":
        yield "units", fit.area_unit
    yield "vary", param.is_free
    error = fit.stderr(ref)
    if error is not None:
        yield "error", float(error)
    for name, bound in (("min", param.min), ("max", param.max)):
        if param.is_free and math.isfinite(bound):
            yield name, float(bound)
    if param.link is not None:
        yield "expression", _expression(fit.region, param)


def _expression(region: Region, param: Param) -> str:
    """Return the tie in words of the file: "peak0.area * 0.5"."""
    link = param.link
    assert link is not None
    numbers = {c.id: f"peak{i}" for i, c in enumerate(region.components)}
    owner = numbers.get(link.target.component, "background0")
    target = f"{owner}.{_NAMES.get(link.target.parameter, link.target.parameter)}"
    if link.kind == "ratio":
        return f"{target} * {link.amount!r}"
    return f"{target} + {link.amount!r}" if link.kind == "offset" else target


def _covariance(fit: RegionFit) -> Branch:
    """Return the covariance of the free parameters, which NXfit has no place for."""
    numbers = {c.id: f"peak{i}" for i, c in enumerate(fit.region.components)}
    names = [
        f"{numbers.get(ref.component, 'background0')}.{_NAMES.get(ref.parameter, ref.parameter)}"
        for ref in fit.free
    ]
    members: dict[str, Node] = {"noise_model": Leaf(fit.noise_model)}
    if names:
        members["covariance"] = Leaf(np.asarray(fit.covariance, dtype=np.float64))
        members["covariance_parameters"] = Leaf(names)
    return group("NXcollection", members)
