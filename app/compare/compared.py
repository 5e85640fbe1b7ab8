"""What the comparison tab shows: panels of some samples, and how their shares differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from app.gestures.gestures import short_name
from app.plot.curve_items import ComponentLook, dash_of, letter_of
from xps.cancel import Cancelled, raising
from xps.composition import TO_PERCENT, Kind
from xps.errors import XpsError
from xps.escaping import tab_separated
from xps.model import Region
from xps.multiple_tests import COUNTING_ONLY
from xps.numbers_text import UNKNOWN, with_error
from xps.palette import color_key, component_colors
from xps.panels import Column, columns
from xps.project import Project
from xps.series import with_places

if TYPE_CHECKING:
    from xps.comparison import Difference

SIGNIFICANT = 0.05
UNITS: Mapping[Kind, str] = {"share": "share / %", "atomic_percent": "atomic %"}
_WHOLE = ""  # in place of a species: the element
_SIGN = "✓ "
_LEAST_P = 0.001


@dataclass(frozen=True)
class DifferenceCell:
    """One species of one sample against the base.

    Attributes
    ----------
    difference, p_value : str
        In percent of the region's area, with its error; after Holm's correction.
    tip : str
    significant : bool
    """

    difference: str
    p_value: str
    tip: str
    significant: bool


@dataclass(frozen=True)
class DifferenceRow:
    """One line of the table: a core level, or one of its species.

    Attributes
    ----------
    label : str
    look : ComponentLook or None
        None for a core level.
    base_share : str
        In percent.
    cells : tuple of DifferenceCell or None
        One for each sample that is compared; None where it has no such species.
    """

    label: str
    look: ComponentLook | None
    base_share: str = ""
    cells: tuple[DifferenceCell | None, ...] = ()


@dataclass(frozen=True)
class Compared:
    """All that the comparison tab shows.

    Attributes
    ----------
    columns : tuple of Column
        Panels by core level.
    looks : mapping of str to tuple of ComponentLook
        How the components of each region are drawn, by region id.
    base : str
    names : tuple of str
        What is compared with the base: samples, and groups of replicates.
    rows : tuple of DifferenceRow
    notes : tuple of str
        What the numbers leave out.
    problem : str
        Why there is nothing to compare; "" where there is.
    unit : str
        What the numbers are.
    """

    columns: tuple[Column, ...] = ()
    looks: Mapping[str, tuple[ComponentLook, ...]] = field(default_factory=dict)
    base: str = ""
    names: tuple[str, ...] = ()
    rows: tuple[DifferenceRow, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    unit: str = "share / %"

    def as_tsv(self) -> str:
        """Return the table as text, columns parted by tabs."""
        headers = ["Species", f"{self.base}: {self.unit}"]
        for name in self.names:
            headers += [f"{name}: difference", f"{name}: p (Holm)"]
        lines = [headers]
        for row in self.rows:
            cells = [(c.difference, c.p_value) if c else ("", "") for c in row.cells]
            cells = cells or [("", "")] * len(self.names)
            lines.append([row.label, row.base_share, *(text for pair in cells for text in pair)])
        return tab_separated(lines)


def comparable(project: Project) -> tuple[str, ...]:
    """Return the names of the samples that have a fit."""
    fitted = {project.entry(fit.region.spectrum).sample for fit in project.fits}
    return tuple(sample.name for sample in project.samples if sample.name in fitted)


def bases(project: Project, samples: Collection[str]) -> tuple[str, ...]:
    """Return what samples can be compared with: groups of replicates, samples, and their places."""
    levels = {region.core_level for region in project.regions}
    part = with_places(part_of(project, tuple(samples), tuple(levels)))
    return tuple(dict.fromkeys(sample.group or sample.name for sample in part.samples))


def compared(
    project: Project,
    samples: Sequence[str],
    levels: Sequence[str],
    base: str,
    failures: Mapping[str, XpsError],
    kind: Kind = "share",
    cancelled: Cancelled | None = None,
) -> Compared:
    """Compare samples of a project.

    Parameters
    ----------
    project : Project
    samples, levels : sequence of str
        Names of the samples, and the core levels, that are drawn and compared.
    base : str
        A sample, or a group of replicates.
    failures : mapping of str to XpsError
        Why regions could not be fitted, by region id.
    kind : {"share", "atomic_percent"}
        What is compared.
    cancelled : callable, optional
        Asked between the steps; all ends with a `CancelledError` once it says True.
    """
    ask = raising(cancelled, "the comparison")
    part = with_places(part_of(project, samples, levels))
    if not part.regions:
        return Compared(problem="Choose samples and core levels to compare.")
    ask()
    drawn = columns(part, None, None, failures)
    ask()
    regions = _drawn_regions(drawn)
    looks = _looks(project, regions)
    from xps.comparison import compare

    try:
        comparison = compare(part, base)
    except XpsError as error:
        return Compared(drawn, looks, problem=sentence(error))
    ask()
    is_share = kind == "share"
    differences = comparison.differences if is_share else comparison.atomic_differences
    names = tuple(dict.fromkeys(d.sample for d in differences))
    rows = _rows(regions, differences, names, looks)
    notes = _notes(part, differences, comparison.notes)
    return Compared(drawn, looks, base, names, rows, notes, unit=UNITS[kind])


def part_of(project: Project, samples: Sequence[str], levels: Sequence[str]) -> Project:
    """Return a project of these samples and regions alone."""
    kept = [entry for entry in project.entries if entry.sample in samples]
    ids = {entry.id for entry in kept}
    regions = tuple(r for r in project.regions if r.spectrum in ids and r.core_level in levels)
    chosen = {region.id for region in regions}
    analyzed = {region.spectrum for region in regions}
    return replace(
        project,
        samples=tuple(sample for sample in project.samples if sample.name in samples),
        entries=tuple(entry for entry in kept if entry.id in analyzed),
        regions=regions,
        fits=tuple(fit for fit in project.fits if fit.region.id in chosen),
        history=(),
    )


def _drawn_regions(drawn: Sequence[Column]) -> list[Region]:
    """The regions of the panels, as they were fitted."""
    return [p.table.region for column in drawn for p in column.drawn if p.table is not None]


def _looks(project: Project, regions: Sequence[Region]) -> dict[str, tuple[ComponentLook, ...]]:
    """Looks by region: the same species has the same letter, color and line in a core level."""
    colors = component_colors((*project.regions, *regions))
    places: dict[str, list[str]] = {}
    looks = {}
    for region in regions:
        keys = places.setdefault(region.core_level, [])
        found = []
        for component in region.components:
            key = color_key(component)
            if key not in keys:
                keys.append(key)
            place = keys.index(key)
            color = QColor(colors[region.core_level, key])
            look = ComponentLook(letter_of(place), component.name, color, dash_of(place))
            found.append(look)
        looks[region.id] = tuple(found)
    return looks


def _rows(
    regions: Sequence[Region],
    differences: Sequence[Difference],
    names: Sequence[str],
    looks: Mapping[str, tuple[ComponentLook, ...]],
) -> tuple[DifferenceRow, ...]:
    """Core levels, or their elements where these are compared too, each with its species."""
    rows: list[DifferenceRow] = []
    by_level: dict[str, dict[str, dict[str, Difference]]] = {}
    for d in differences:
        by_level.setdefault(d.core_level, {}).setdefault(d.species, {})[d.sample] = d
    for level, species in by_level.items():
        if _WHOLE not in species:
            rows.append(DifferenceRow(level, None))
        for key, by_sample in sorted(species.items(), key=lambda pair: pair[0] != _WHOLE):
            first = next(iter(by_sample.values()))
            is_whole = key == _WHOLE
            rows.append(
                DifferenceRow(
                    f"{first.name}  ({level})" if is_whole else short_name(first.name),
                    None if is_whole else _look_of(regions, level, key, looks),
                    _alone(first, first.base_value, first.base_stderr),
                    tuple(_cell(by_sample.get(name)) for name in names),
                )
            )
    return tuple(rows)


def _look_of(
    regions: Sequence[Region],
    level: str,
    key: str,
    looks: Mapping[str, tuple[ComponentLook, ...]],
) -> ComponentLook | None:
    for region in regions:
        for component, look in zip(region.components, looks[region.id], strict=True):
            if region.core_level == level and (component.species or component.id) == key:
                return look
    return None


def _alone(difference: Difference, value: float, stderr: float | None) -> str:
    """A value in percent with its error; displays clip at zero what inference keeps signed."""
    error = None if stderr is None else _in_percent(difference, stderr)
    return with_error(_in_percent(difference, max(value, 0.0)), error, decimals=1)


def _cell(difference: Difference | None) -> DifferenceCell | None:
    if difference is None:
        return None
    d = difference
    error = None if d.stderr is None else _in_percent(d, d.stderr)
    text = with_error(_in_percent(d, d.difference), error, decimals=1)
    adjusted = d.p_value_adjusted
    significant = adjusted is not None and adjusted < SIGNIFICANT
    share = _alone(d, d.value, d.value_stderr)
    base = _alone(d, d.base_value, d.base_stderr)
    whole = f"the area of {d.core_level}" if d.kind == "share" else "the atoms counted"
    verdict = "significant" if significant else "not significant"
    tip = (
        f"{d.name}: {share} % in {d.sample}, {base} % in the base; difference {text} % of "
        f"{whole} (one standard deviation).\n"
        f"p = {p_text(adjusted)} after Holm's correction, {verdict} at 5 %.\n"
        f"{d.replicates[0]} spectra of the base, {d.replicates[1]} of the sample"
        + (f": {d.note}." if d.note else ".")
    )
    sign = _SIGN if significant else ""
    return DifferenceCell(text, f"{sign}{p_text(adjusted)}", tip, significant)


def _in_percent(difference: Difference, value: float) -> float:
    return TO_PERCENT[difference.kind] * value


def p_text(p_value: float | None) -> str:
    """Return a chance as people read it."""
    if p_value is None:
        return UNKNOWN
    return f"< {_LEAST_P:g}" if p_value < _LEAST_P else f"{p_value:.2g}"


def _notes(
    part: Project, differences: Sequence[Difference], others: Sequence[str]
) -> tuple[str, ...]:
    notes = []
    if any(d.note == COUNTING_ONLY for d in differences):
        notes.append(f"{COUNTING_ONLY}: errors do not hold the scatter between spots and pieces")
    notes += stale_notes(part)
    if not differences:
        notes.append("the same core levels of both samples must count: see Quantification")
    return (*notes, *others)


def stale_notes(part: Project) -> list[str]:
    """Name the regions that changed after their fit."""
    stale = [r for r in part.regions if part.fit_of(r.id) is not None and not part.is_fresh(r.id)]
    return [f"{part.entry(r.spectrum).sample}, {r.core_level}: stale, fit again" for r in stale]


def sentence(error: XpsError) -> str:
    """Return reason and remedy of an error as a sentence."""
    text = f"{error.reason}; {error.remedy}." if error.remedy else f"{error.reason}."
    return text[0].upper() + text[1:]
