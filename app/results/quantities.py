"""The quantification as it is shown: components by samples, shares and atomic percent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.gestures.gestures import short_name
from app.inspector.component_cells import share_text
from app.plot.curve_items import ComponentLook
from app.plot.looks import looks_of
from app.results.share_bars import Bar
from xps.cancel import Cancelled, raising
from xps.fitted import RegionFit
from xps.levels import element
from xps.model import Region
from xps.numbers_text import UNKNOWN, upper_limit, with_error
from xps.project import Project
from xps.quantification import Amount, quantify
from xps.series import with_places
from xps.uncertainty import shares

STALE, ONLY_ELEMENT = "stale", "100"
CELL_TIPS = {
    STALE: "Something changed after the fit: press F5 to fit again",
    ONLY_ELEMENT: "The only element counted in this sample: 100 % whatever was measured, so that "
    "it has no error. Fit core levels of other elements too.",
    UNKNOWN: "Not counted: the line below the table says why",
}
"""What texts of cells mean."""


@dataclass(frozen=True)
class Row:
    """One line of the table: an element, or one of its species.

    Attributes
    ----------
    label : str
    look : ComponentLook or None
        None for an element.
    cells : tuple of (str, str)
        Share in % and atomic %, one pair for each column of samples.
    """

    label: str
    look: ComponentLook | None
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Quantities:
    """All that the quantification tab shows."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    bars: tuple[Bar, ...] = ()
    basis: str = ""
    notes: tuple[str, ...] = ()


def quantities(project: Project, cancelled: Cancelled | None = None) -> Quantities:
    """Return the quantification of a project's fresh fits, place by place of a series.

    Parameters
    ----------
    project : Project
    cancelled : callable, optional
        Asked often; all ends with a `CancelledError` once it says True.
    """
    ask = raising(cancelled, "the quantification")
    project = with_places(project)
    columns = _columns(project)
    if not any(columns.values()):
        return Quantities()
    result = quantify(project, cancelled=cancelled)
    amounts = {(a.sample, a.core_level, a.component): a for a in result.amounts}
    rows: list[Row] = []
    bars: list[Bar] = []
    for level in _levels(columns):
        regions = {title: by_level.get(level) for title, by_level in columns.items()}
        rows += _level_rows(project, level, regions, amounts, ask)
        bars += _level_bars(project, level, regions, ask)
    basis = result.basis if result.amounts else ""
    return Quantities(tuple(columns), tuple(rows), tuple(bars), basis, result.notes)


Columns = dict[str, dict[str, Region]]
Amounts = dict[tuple[str, str, str], Amount]


def _columns(project: Project) -> Columns:
    """Return regions by column and core level; a sample's second region opens a column."""
    columns: Columns = {}
    for sample in project.samples:
        titles = [sample.name]
        for region in project.regions_of(sample.name):
            if project.fit_of(region.id) is None:
                continue
            title = next((t for t in titles if region.core_level not in columns.get(t, {})), "")
            if not title:
                title = f"{sample.name} ({len(titles) + 1})"
                titles.append(title)
            columns.setdefault(title, {})[region.core_level] = region
    return columns


def _levels(columns: Columns) -> list[str]:
    return list(dict.fromkeys(level for by_level in columns.values() for level in by_level))


def _level_rows(
    project: Project,
    level: str,
    regions: dict[str, Region | None],
    amounts: Amounts,
    ask: Cancelled,
) -> list[Row]:
    element_cells = []
    for region in regions.values():
        amount = None if region is None else amounts.get((_sample(project, region), level, ""))
        element_cells.append(("", _percent(amount, None)))
    rows = [Row(f"{element(level)}  ({level})", None, tuple(element_cells))]
    for look, id_ in _components(project, regions.values()):
        cells = []
        for region in regions.values():
            ask()
            cells.append(_cells(project, region, id_, amounts))
        rows.append(Row(short_name(look.name), look, tuple(cells)))
    return rows


def _components(
    project: Project, regions: Iterable[Region | None]
) -> list[tuple[ComponentLook, str]]:
    found: dict[str, ComponentLook] = {}
    for region in regions:
        if region is not None:
            for look, component in zip(looks_of(project, region), region.components, strict=True):
                found.setdefault(component.id, look)
    return [(look, id_) for id_, look in found.items()]


def _cells(project: Project, region: Region | None, id_: str, amounts: Amounts) -> tuple[str, str]:
    if region is None or id_ not in [c.id for c in region.components]:
        return "", ""
    fit = project.fit_of(region.id)
    if fit is None:
        return UNKNOWN, UNKNOWN
    if not project.is_fresh(region.id):
        return STALE, STALE
    amount = amounts.get((_sample(project, region), region.core_level, id_))
    split = shares(fit)
    share = UNKNOWN if split is None else share_text(fit, split, _index(fit, id_))
    return share, _percent(amount, _atomic_limit(fit, id_, amounts, project))


def _atomic_limit(fit: RegionFit, id_: str, amounts: Amounts, project: Project) -> float | None:
    """Return the upper limit in atomic percent of a component that is not significant."""
    limit = fit.insignificant.get(id_)
    if limit is None:
        return None
    whole = amounts.get((_sample(project, fit.region), fit.region.core_level, ""))
    total = float(fit.areas.sum())
    return None if whole is None or total <= 0.0 else whole.atomic_percent * limit / total


def _percent(amount: Amount | None, limit: float | None) -> str:
    if amount is None:
        return UNKNOWN
    if limit is not None:
        return upper_limit(limit)
    if amount.is_only_element:
        return ONLY_ELEMENT
    return with_error(amount.atomic_percent, amount.stderr, decimals=1)


def _level_bars(
    project: Project, level: str, regions: dict[str, Region | None], ask: Cancelled
) -> list[Bar]:
    bars = []
    for title, region in regions.items():
        ask()
        if region is None or not project.is_fresh(region.id):
            continue
        fit = project.fit_of(region.id)
        split = None if fit is None else shares(fit)
        if fit is None or split is None:
            continue
        parts = tuple(
            (look, max(share, 0.0), f"{look.letter} {look.name}: {share_text(fit, split, i)} %")
            for i, (look, share) in enumerate(
                zip(looks_of(project, region), split.values.tolist(), strict=True)
            )
        )
        bars.append(Bar(f"{level}  {title}", parts))
    return bars


def _index(fit: RegionFit, id_: str) -> int:
    return [component.id for component in fit.region.components].index(id_)


def _sample(project: Project, region: Region) -> str:
    return project.entry(region.spectrum).sample
