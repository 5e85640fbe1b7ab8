"""The rows of a table of parameters: those of a component, or of a background."""

from __future__ import annotations

from dataclasses import dataclass

from app.gestures.gestures import short_name
from app.inspector.component_cells import Cell, parameter_cell
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.model import BACKGROUND_ID, Component, Ref, Region

_COMPONENT_TITLES = {"center": "Center / eV", "fwhm": "FWHM / eV"}
_SHORT_TITLES = {"mixing": "G–L mixing", "gauss": "Broadening m"}
_BACKGROUND_TITLES = {
    "offset": "Offset",
    "slope": "Slope",
    "curvature": "Curvature",
    "cubic": "Cubic term",
    "k": "Step k",
    "t": "Losses t",
}


@dataclass(frozen=True)
class ParameterRow:
    """One parameter as a table shows it.

    Attributes
    ----------
    ref : Ref
    title : str
    cell : Cell
        Its value and error, and what they mean.
    """

    ref: Ref
    title: str
    cell: Cell


def component_rows(
    region: Region, component: Component, fit: RegionFit | None, area_unit: str, *, stale: bool
) -> tuple[ParameterRow, ...]:
    """Return the parameters of a component, those of its shape last."""
    titles = _COMPONENT_TITLES | {"area": f"Area / {area_unit}" if area_unit else "Area"}
    of_shape = {
        parameter.name: _SHORT_TITLES.get(parameter.name, parameter.title)
        for parameter in SHAPES[component.shape].parameters
    }
    refs = {Ref(component.id, name): title for name, title in (titles | of_shape).items()}
    return _rows(region, refs, fit, stale=stale)


def background_rows(
    region: Region, fit: RegionFit | None, *, stale: bool
) -> tuple[ParameterRow, ...]:
    """Return the parameters of a background; none for one that is not in the fit."""
    refs = {Ref(BACKGROUND_ID, name): _title(region, name) for name in region.background.params}
    return _rows(region, refs, fit, stale=stale)


def _rows(
    region: Region, refs: dict[Ref, str], fit: RegionFit | None, *, stale: bool
) -> tuple[ParameterRow, ...]:
    return tuple(
        ParameterRow(ref, title, parameter_cell(region, fit, ref, stale=stale))
        for ref, title in refs.items()
    )


def _title(region: Region, name: str) -> str:
    if name in _BACKGROUND_TITLES:
        return _BACKGROUND_TITLES[name]
    return f"Step k of {short_name(region.component(name.removeprefix('k_')).name)}"
