"""The report of a project: one HTML page that needs nothing else and can be printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from xps import __version__
from xps.charts import MOST_BARS, charts
from xps.checks import check
from xps.errors import XpsError
from xps.figure import figure_bytes, series_figure, share_figure, stacked_figure
from xps.film_series import FilmSeries
from xps.film_text import thickness_section
from xps.markup import Html, element, escaped, items, joined, table
from xps.methods_text import methods
from xps.oxygen_table import oxygen_table
from xps.palette import component_colors
from xps.project import Project
from xps.report_tables import (
    charge_table,
    checks_table,
    component_notes,
    quantification_tables,
    region_section,
    spectra_table,
)
from xps.resources import resource
from xps.series import series_names, with_places
from xps.stored_table import stored_tables
from xps.tables import RegionTable, region_tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SAMPLES_PER_FIGURE = 5
_BARS = (
    "Error bars are one standard deviation; a line ends at the upper 95 % limit of what is not "
    "significant."
)
_POINTS = (
    "Error bars are one standard deviation; open symbols are not significant. Lines are weighted "
    "least squares, with a band of one standard deviation."
)
_MASKED = " Crosses are masked points, which no fit took; some may lie beyond the axis."
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_SVG_TAG = re.compile(r"<svg\b[^>]*>")
_VIEW_BOX = re.compile(r'viewBox="[\d .]+"')


def report_html(
    project: Project,
    notes: Sequence[str] = (),
    failures: Mapping[str, XpsError] | None = None,
    films: FilmSeries | None = None,
) -> str:
    """Return the report of a project as a self-contained HTML page.

    Parameters
    ----------
    project : Project
    notes : sequence of str
        What the recipe left out or narrowed.
    failures : mapping of str to XpsError, optional
        Why regions could not be fitted, by region id.
    films : FilmSeries, optional
        Thicknesses of a film, for a section of their own.
    """
    tables = region_tables(project, failures)
    described = methods(project, tables)
    colors = component_colors(project.regions)
    quantification, basis = quantification_tables(project, tables)
    sections: list[tuple[str, list[Html]]] = [
        ("Samples", [spectra_table(project), *_remarks("Left out or narrowed", notes)]),
        ("Spectra and fits", list(_figures(project, failures))),
        ("Components", _components(tables, colors)),
        ("Stored and refitted", list(stored_tables(tables))),
        (
            "Quantification",
            [
                *quantification,
                element("p", basis, class_="facts"),
                *_charts(project),
                *oxygen_table(project),
            ],
        ),
        ("Thickness of the film", [] if films is None else thickness_section(films)),
        ("Charge reference", [charge_table(project)]),
        ("Checks", [checks_table(check(project))]),
        (
            "Methods",
            [
                element("p", " ".join(described.sentences)),
                *(
                    joined((element("h3", f"Constraints, {where}"), items(phrases)))
                    for where, phrases in described.constraints
                ),
            ],
        ),
        (
            "Missing for a complete record",
            [
                element("p", "ISO 19830 and ISO 16243 ask for more than the files told:"),
                items(described.missing),
            ],
        ),
    ]
    if project.history:
        steps = table(
            ("Time (UTC)", "Step", "Version"),
            [(step.time, step.text, step.version) for step in project.history],
        )
        sections.append(("History", [steps]))
    body = [
        element("h1", _title(project)),
        element("p", _subtitle(project), class_="soft"),
        *(
            element("section", element("h2", heading), joined(content))
            for heading, content in sections
            if content
        ),
    ]
    return _page(_title(project), joined(body))


def _components(tables: Sequence[RegionTable], colors: Mapping[tuple[str, str], str]) -> list[Html]:
    sections = [region_section(part, colors) for part in tables]
    fitted = any(part.fit is not None for part in tables)
    return [component_notes(), *sections] if fitted else sections


def _page(title: str, body: Html) -> str:
    style = resource("report.css").read_text(encoding="utf-8")
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="generator" content="Doublet {escaped(__version__)}">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body.source}\n</body>\n</html>\n"
    )


def _title(project: Project) -> str:
    levels = dict.fromkeys(region.core_level for region in project.regions)
    what = ", ".join(levels) or "spectra"
    return f"XPS analysis: {what} of {_count(len(project.samples), 'sample')}"


def _subtitle(project: Project) -> str:
    parts = [f"Recipe {project.recipe}" if project.recipe else "No recipe"]
    parts.append(f"Doublet {__version__}")
    if project.history:
        parts.append(f"last step {project.history[-1].time}")
    return " · ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _remarks(heading: str, texts: Sequence[str]) -> Iterator[Html]:
    if texts:
        yield element("h3", heading)
        yield items(texts)


def _figures(project: Project, failures: Mapping[str, XpsError] | None) -> Iterator[Html]:
    analyzed = {project.entry(region.spectrum).sample for region in project.regions}
    names = [s.name for s in project.samples if s.name in analyzed or not analyzed]
    for start in range(0, len(names), _SAMPLES_PER_FIGURE):
        chosen = names[start : start + _SAMPLES_PER_FIGURE]
        try:
            figure = stacked_figure(project, samples=chosen, failures=failures)
        except XpsError as error:
            yield element("p", f"No figure: {error}", class_="soft")
            continue
        caption = (
            "Data (points), fit (line), components and background (dashed). Above each panel "
            "the residual in standard deviations of the expected noise; the gray band is ±2σ. "
            "Letters mark the components; n.s.: not significant."
        ) + _MASKED * any(entry.spectrum.masked_ev for entry in project.entries)
        yield _figure(figure, "Spectra and fits", caption)


def _charts(project: Project) -> Iterator[Html]:
    """Shares along each series, or as bars where there is none."""
    placed = with_places(project)
    series = [name for name in series_names(placed.samples) if _is_drawn(placed, name)]
    for name in series:
        yield _figure(
            series_figure(project, name), f"Shares along {name}", f"Shares along {name}. {_POINTS}"
        )
    names = list(dict.fromkeys(sample.group or sample.name for sample in placed.samples))
    for start in range(0, 0 if series else len(names), MOST_BARS):
        try:
            figure = share_figure(project, samples=names[start : start + MOST_BARS])
        except XpsError:
            continue  # none of them is fitted, which stands in the tables
        yield _figure(figure, "Shares", f"Shares of the area of each core level. {_BARS}")


def _is_drawn(placed: Project, series: str) -> bool:
    """Whether fitted samples stand at two or more places of a series."""
    try:
        found = charts(placed, series=series)
    except XpsError:
        return False
    return any(len(set(chart.places)) > 1 for chart in found)


def _figure(figure: Figure, label: str, caption: str) -> Html:
    svg = _inline_svg(figure_bytes(figure, "svg").decode("utf-8"), label)
    return element("figure", svg, element("figcaption", caption))


def _inline_svg(document: str, label: str) -> Html:
    """Return the drawing alone, without the prolog and the fixed size of a file of its own."""
    tag = _SVG_TAG.search(document)
    box = _VIEW_BOX.search(tag.group()) if tag else None
    if tag is None or box is None:
        raise XpsError("the figure is not an SVG drawing")
    opening = (
        f'<svg {box.group()} xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" role="img" '
        f'aria-label="{escaped(label)}">'
    )
    return Html(opening + document[tag.end() :].strip())
