"""Thickness of a film on a sample of a project, from fitted lines and named materials."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xps.errors import FitError
from xps.escape_depth import Material
from xps.fitted import RegionFit, standard_error
from xps.intensity import emission_factor, transmission_is_known
from xps.levels import element
from xps.overlayer import EscapeDepths, Intensity, Thickness, thickness
from xps.percent_errors import transmission_error
from xps.project import Entry, HoldsProject, Project, project_in
from xps.systematic import changes_of

_SURE = 2.0
_ONE_SIDED_95 = 1.645
_AL_KA_EV = (1486.0, 1487.5)
_CF2_EV = (290.5, 293.5)  # C 1s of PTFE


@dataclass(frozen=True)
class Layer:
    """The film, or what lies under it, and the line that it is measured by.

    Attributes
    ----------
    material : Material
    core_level : str
    components : tuple of str
        Ids of the components that are this line; empty for all of the region.
    """

    material: Material
    core_level: str
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Line:
    entry: Entry
    fit: RegionFit
    components: tuple[int, ...]

    @property
    def weights(self) -> NDArray[np.float64]:
        """One for each component of the line, zero for the others."""
        return np.isin(np.arange(self.fit.areas.size), self.components).astype(np.float64)

    @property
    def kinetic_ev(self) -> float:
        """Kinetic energy of its strongest component."""
        strongest = max(self.components, key=lambda i: float(self.fit.areas[i]))
        energy = self.entry.spectrum.photon_energy_ev
        assert energy is not None  # emission_factor asked before
        return energy - self.fit.region.components[strongest].center.value


def film_thickness(
    result: Project | HoldsProject,
    sample: str,
    film: Layer,
    substrate: Layer,
    *,
    emission_angle_deg: float = 0.0,
    shape_factor: float = 1.0,
    fitted_under: Collection[str] = (),
) -> Thickness:
    """Return the thickness of a film on a sample.

    Sensitivity, transmission and angle are those of the project's `quantification`; escape
    depths are mean free paths by TPP-2M in the two materials, in which elastic scattering is
    not contained (about 10 % at 1.5 keV).

    Parameters
    ----------
    result : Project or FitResult
    sample : str
    film, substrate : Layer
        E.g. Al 2p of Al₂O₃ on Ni 2p, or on the lattice component of O 1s, of NCM811.
    emission_angle_deg : float
        Of the analyzer from the surface normal.
    shape_factor : float
        As `xps.overlayer.thickness`.
    fitted_under : collection of str
        Core levels in which the shape of another element's lines was fitted beside.

    Raises
    ------
    FitError
        If a line is not fitted or has no factor, or the material no such atoms.
    """
    project = project_in(result)
    lines = [_line(project, sample, layer) for layer in (film, substrate)]
    transmitted = all(
        transmission_is_known(line.entry, line.fit, project.quantification) for line in lines
    )
    over, under = (
        _intensity(project, line, layer, transmitted)
        for line, layer in zip(lines, (film, substrate), strict=True)
    )
    own, through = (film.material.mean_free_path_nm(line.kinetic_ev) for line in lines)
    depths = EscapeDepths(own, through, substrate.material.mean_free_path_nm(lines[1].kinetic_ev))
    found = thickness(
        over,
        under,
        depths,
        emission_angle_deg=emission_angle_deg,
        shape_factor=shape_factor,
        ratio_errors=_ratio_errors(project, lines, transmitted),
    )
    warnings = _warnings(project, sample, film, substrate, lines[0], lines[1], fitted_under)
    return replace(found, warnings=warnings)


def _ratio_errors(
    project: Project, lines: Sequence[_Line], transmitted: bool
) -> Mapping[str, float]:
    """Relative errors of the ratio of both areas, beside those of factors and depths."""
    over, under = lines
    exponent = transmission_error(project.quantification, from_file=transmitted)
    found = {"transmission": exponent * math.log(over.kinetic_ev / under.kinetic_ev)}
    for line in lines:
        for group, change in changes_of(line.fit, line.weights).items():
            whole = float(line.weights @ line.fit.areas)
            if whole > 0.0:
                found[group] = math.hypot(found.get(group, 0.0), change / whole)
    return found


def _line(project: Project, sample: str, layer: Layer) -> _Line:
    where = f"{sample}, {layer.core_level}"
    for region in project.regions:
        entry, fit = project.entry(region.spectrum), project.fit_of(region.id)
        if entry.sample != sample or region.core_level != layer.core_level or fit is None:
            continue
        if not fit.success or not project.is_fresh(region.id):
            raise FitError("its fit failed or is stale", "fit it again", where=where)
        if not fit.area_unit.startswith("counts/s"):
            raise FitError(
                f"its area is in {fit.area_unit}", "the live time must be known", where=where
            )
        ids = [component.id for component in fit.region.components]
        wanted = layer.components or tuple(ids)
        missing = [id_ for id_ in wanted if id_ not in ids]
        if missing or not wanted:
            raise FitError(
                f"no component {', '.join(missing)}", f"there are {', '.join(ids)}", where=where
            )
        return _Line(entry, fit, tuple(ids.index(id_) for id_ in wanted))
    raise FitError("there is no fit", "fit this core level of the sample", where=where)


def _intensity(project: Project, line: _Line, layer: Layer, transmitted: bool) -> Intensity:
    where = f"{line.entry.sample}, {layer.core_level}"
    emission = emission_factor(
        line.entry, line.fit, project.quantification, transmitted=transmitted
    )
    if emission is None:
        raise FitError("what its atoms emit is not known", "see the quantification", where=where)
    atoms = layer.material.atom_density(element(layer.core_level))
    if not atoms > 0.0:
        raise FitError(
            f"{layer.material.formula} has no {element(layer.core_level)}",
            "choose the material that the line comes from",
            where=where,
        )
    rows = list(line.components)
    area = float(line.fit.areas[rows].sum())
    stderr = standard_error(float(line.fit.area_covariance[np.ix_(rows, rows)].sum()))
    limit = None
    if len(rows) == 1:
        limit = line.fit.insignificant.get(line.fit.region.components[rows[0]].id)
    elif stderr is not None and area < _SURE * stderr:
        limit = max(area, 0.0) + _ONE_SIDED_95 * stderr
    return Intensity(area, stderr, emission, atoms, limit)


def _warnings(
    project: Project,
    sample: str,
    film: Layer,
    substrate: Layer,
    over: _Line,
    under: _Line,
    fitted_under: Collection[str],
) -> tuple[str, ...]:
    found = []
    if film.core_level == "Al 2p" and substrate.material.atom_density("Ni") > 0.0:
        names = [component.name for component in over.fit.region.components]
        if film.core_level not in fitted_under and not any("Ni 3p" in name for name in names):
            found.append(
                "Al 2p lies on the tail and the satellites of Ni 3p, and no component is called "
                "Ni 3p: fit its shape from the bare sample with it"
            )
    low, high = _AL_KA_EV
    energy = under.entry.spectrum.photon_energy_ev
    names = [component.name for component in under.fit.region.components]
    covered = "Ni 2p" in fitted_under or any("KLL" in name for name in names)
    exposed = substrate.core_level == "Ni 2p" and energy is not None and low <= energy <= high
    if exposed and not covered:
        fluorine = _has_fluorine(project, sample)
        if fluorine is not False:
            seen = "is in the sample" if fluorine else "may be in the sample (no F 1s or C 1s)"
            found.append(
                f"fluorine {seen}: with Al Kα the F KLL line of PTFE at 860 eV lies under Ni 2p, "
                "and the film seems thinner than it is"
            )
    return tuple(found)


def _has_fluorine(project: Project, sample: str) -> bool | None:
    """Whether F 1s or the C 1s of CF₂ was found; None where neither was looked for."""
    looked = False
    for entry in project.entries:
        if entry.sample != sample or entry.spectrum.core_level not in ("F 1s", "C 1s"):
            continue
        region = project.region_of(entry.id)
        fit = None if region is None else project.fit_of(region.id)
        low, high = (0.0, math.inf) if entry.spectrum.core_level == "F 1s" else _CF2_EV
        if fit is None or fit.region.window_ev[1] < low:
            continue
        looked = True
        for component in fit.region.components:
            if low <= component.center.value <= high and fit.is_significant(component):
                return True
    return False if looked else None
