"""The tables of the report: numbers with errors, limits instead of weak areas, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xps.checks import SEVERITIES, Finding
from xps.error_budget import Alternative
from xps.fitted import RegionFit
from xps.markup import Cell, Content, Html, element, joined, table
from xps.model_text import background_numbers, background_title, shape_numbers
from xps.numbers_text import UNKNOWN, interval, number, with_error
from xps.palette import color_key
from xps.project import ChargeReference, Project
from xps.quantification import Amount, quantify
from xps.spectrum import Spectrum
from xps.tables import ComponentRow, Quantity, RegionTable, masked_points

_SAMPLES_PER_TABLE = 4
_WHOLE = "no error: the only element that is counted, or errors of areas unknown"
_NOISE = {
    "poisson": "Poisson counts",
    "estimated-proportional": "estimated from residuals, proportional to intensity",
    "estimated-uniform": "estimated from residuals, uniform",
    "unweighted": "all points weigh alike, estimated from residuals",
}
_METHODS = {"none": "none, as measured", "manual": "by hand", "component": "fitted line"}


def spectra_table(project: Project) -> Html:
    """Return what was measured, one row for each spectrum that is analyzed."""
    analyzed = {region.spectrum for region in project.regions}
    entries = [entry for entry in project.entries if not analyzed or entry.id in analyzed]
    return table(
        ("Sample", "Core level", "File", "Acquired", "Photons / eV", "Pass / eV", "Dwell × sweeps"),
        [
            (
                entry.sample,
                entry.label,
                _file(entry.spectrum),
                entry.spectrum.acquired or _unknown("the file does not say"),
                _energy(entry.spectrum.photon_energy_ev),
                _energy(entry.spectrum.pass_energy_ev),
                _live_time(entry.spectrum),
            )
            for entry in entries
        ],
    )


def _unknown(reason: str) -> Cell:
    return Cell(UNKNOWN, reason)


def _file(spectrum: Spectrum) -> Cell:
    origins = [sweep.origin for sweep in spectrum.summed if sweep.origin is not None]
    if spectrum.summed:
        files = dict.fromkeys(origin.file for origin in origins)
        of = f" of {', '.join(files)}" if files else ""
        hashes = dict.fromkeys(f"SHA-256 {origin.sha256}" for origin in origins)
        return Cell(f"sum of {len(spectrum.summed)} sweeps{of}", ", ".join(hashes))
    if spectrum.origin is None:
        return _unknown("the spectrum was not read from a file")
    return Cell(spectrum.origin.file, f"SHA-256 {spectrum.origin.sha256}")


def _energy(energy: float | None) -> Cell:
    return _unknown("the file does not say") if energy is None else Cell(f"{energy:g}")


def _live_time(spectrum: Spectrum) -> Cell:
    if spectrum.dwell_s is None or spectrum.sweeps is None:
        return _unknown("the file does not say: counts per second cannot be told from counts")
    return Cell(f"{spectrum.dwell_s:g} s × {spectrum.sweeps:g}", style="number")


def component_notes() -> Html:
    """Say what the numbers of the component tables are."""
    return element(
        "p",
        "Centers are charge corrected and, for doublets, those of the line of higher j; FWHM is "
        "that of one line, and areas are those of both. Errors are one standard deviation, with "
        "counting statistics and the background in the fit. Significance is the area in units of "
        "its error.",
        class_="facts",
    )


def region_section(part: RegionTable, colors: Mapping[tuple[str, str], str]) -> Html:
    """Return heading, component table and fit quality of one region."""
    content: list[Content] = [
        element("h3", f"{part.entry.sample} — {part.region.core_level}"),
    ]
    if part.message:
        style = "banner failed" if part.state == "failed" else "banner"
        content.append(element("p", f"{part.message}.", class_=style))
    if part.fit is not None:
        unit = part.fit.area_unit
        head = ["Component", "Center / eV", "FWHM / eV", f"Area / ({unit})", "Share / %"]
        ranged = any(row.area.interval_95 is not None for row in part.rows)
        intervals = ["95 % interval of the area"] if ranged else []
        remarks = ["Remarks"] if any(row.flags for row in part.rows) else []
        content += [
            table(
                (*head, *intervals, "Significance", *remarks),
                [
                    _component_row(part, row, colors, [_interval(row.area)] * ranged, remarks)
                    for row in part.rows
                ],
            ),
            *(element("p", _alternative(part, other)) for other in part.fit.errors.alternatives),
            element("p", *_quality(part), class_="facts"),
            element("p", _model_numbers(part.fit), class_="facts"),
        ]
    return element("div", joined(content), class_="region")


def _alternative(part: RegionTable, other: Alternative) -> str:
    names = {component.id: component.name for component in part.region.components}
    shares = (f"{names.get(id_, id_)} {number(100.0 * s, 1)} %" for id_, s in other.shares.items())
    return f"Fits as well (Δχ² {number(other.delta_chi2, 2)}): {', '.join(shares)}."


def _component_row(
    part: RegionTable,
    row: ComponentRow,
    colors: Mapping[tuple[str, str], str],
    intervals: Sequence[Cell],
    remarks: Sequence[str],
) -> tuple[Cell, ...]:
    color = colors[part.region.core_level, color_key(row.component)]
    swatch = element("span", class_="swatch", style=f"background:{color}")
    return (
        Cell(element("span", swatch, row.component.name)),
        quantity_cell(row.center, 2),
        quantity_cell(row.fwhm, 2),
        quantity_cell(row.area, 0),
        quantity_cell(row.share, 1, factor=100.0),
        *intervals,
        _significance(row),
        *(Cell("; ".join(row.flags)) for _ in remarks),
    )


def quantity_cell(quantity: Quantity, decimals: int, *, factor: float = 1.0) -> Cell:
    """Return a number with its error; its limit where there is one; else why there is none.

    Parameters
    ----------
    quantity : Quantity
    decimals : int
        Of a value whose error is unknown.
    factor : float
        100 turns a share into percent.
    """
    if quantity.value is None:
        return Cell(UNKNOWN, quantity.why_unknown, "number")
    text = quantity.text(decimals, factor=factor)
    if quantity.limit_95 is not None:
        fitted = quantity.fitted_text(decimals, factor=factor)
        return Cell(text, f"fitted: {fitted}", "number weak")
    return Cell(text, quantity.why_unknown, "number")


def _interval(quantity: Quantity) -> Cell:
    found = quantity.interval_95
    if found is None:
        return _unknown("not found for this component")
    return Cell(interval(found.low, found.high), found.why_open, "number")


def _significance(row: ComponentRow) -> Cell:
    if not row.significant:
        return Cell("n.s.", "not significant: the data do not demand it", "weak")
    if row.area.value is None or row.area.stderr is None:
        return Cell(UNKNOWN, row.area.why_unknown)
    return Cell(f"{number(row.area.value / row.area.stderr, 0)}σ", style="number")


def _quality(part: RegionTable) -> list[Content]:
    fit = part.fit
    if fit is None:
        return []
    low, high = fit.region.window_ev
    reduced = (
        element("span", UNKNOWN, title="not more points than free parameters")
        if fit.reduced_chi2 is None
        else number(fit.reduced_chi2, 2)
    )
    physical = "" if fit.background_physical else ", not physical"
    background = f"{background_title(fit.region.background)}{physical}"
    found = masked_points(part)
    masked = "" if found is None else f", of which {found} left out"
    return [
        "χ²ᵣ ",
        reduced,
        f" · Durbin-Watson {number(fit.durbin_watson, 2)} · {fit.n_points} points · "
        f"{fit.n_free} free parameters · noise: {_NOISE.get(fit.noise_model, fit.noise_model)}"
        f" · background {background} · window {low:g} to {high:g} eV{masked}"
        f" · {'converged' if fit.success else 'NOT converged: ' + fit.message}"
        + "".join(f" · {warning}" for warning in fit.warnings),
    ]


def _model_numbers(fit: RegionFit) -> str:
    """What the component table has no room for: line shapes and background."""
    background = background_numbers(fit.region, fit)
    shapes = f"Line shape: {shape_numbers(fit.region, fit)}."
    return f"{shapes} Background: {background}." if background else shapes


def quantification_tables(project: Project, parts: Sequence[RegionTable]) -> tuple[list[Html], str]:
    """Return atomic percents, samples side by side, and the sentence they rest on."""
    result = quantify(project)
    if not result.amounts:
        reasons = result.notes or ("nothing was fitted",)
        return [element("p", f"No amounts: {'; '.join(reasons)}.")], ""
    weak = {
        (part.entry.sample, part.region.core_level, row.component.id): row
        for part in parts
        for row in part.rows
    }
    names = list(dict.fromkeys(amount.sample for amount in result.amounts))
    tables = [
        _amounts(result.amounts, names[start : start + _SAMPLES_PER_TABLE], weak)
        for start in range(0, len(names), _SAMPLES_PER_TABLE)
    ]
    notes = "".join(f" {note}." for note in result.notes)
    basis = f"Atomic percent of what is listed, from {result.basis}."
    kinds = dict.fromkeys(kind for amount in result.amounts for kind in amount.systematic_parts)
    errors = "Errors hold counting statistics and the background in the fit"
    if kinds:
        errors += f"; systematic errors (syst.) those of {', '.join(kinds)}"
    return tables, f"{basis} {errors}.{notes}"


def _amounts(
    amounts: Sequence[Amount],
    samples: Sequence[str],
    rows: Mapping[tuple[str, str, str], ComponentRow],
) -> Html:
    known = {(a.sample, a.core_level, a.component): a for a in amounts}
    levels = list(dict.fromkeys(a.core_level for a in amounts if a.sample in samples))
    body: list[Sequence[Cell | Content]] = []
    for level in levels:
        here = [a for a in amounts if a.core_level == level and a.sample in samples]
        for key, name in dict.fromkeys((a.component, a.name) for a in sorted(here, key=_order)):
            cells: list[Cell | Content] = [
                Cell(f"{name} ({level})" if not key else name, style="" if key else "strong")
            ]
            for sample in samples:
                amount = known.get((sample, level, key))
                if amount is None:
                    cells.append(_unknown("not measured, or not counted"))
                elif (row := rows.get((sample, level, key))) is not None:
                    cells.append(quantity_cell(row.atomic_percent, 1))
                else:
                    why = "" if amount.stderr is not None else _WHOLE
                    whole = Quantity(
                        amount.atomic_percent, amount.stderr, why, systematic=amount.systematic
                    )
                    cells.append(replace(quantity_cell(whole, 1), style="number strong"))
            body.append(cells)
    return table(("Atomic percent", *samples), body, style="wide")


def _order(amount: Amount) -> bool:
    return not amount.is_element


def charge_table(project: Project) -> Html:
    """Return how each sample's energy scale was set."""
    rows = []
    for sample in project.samples:
        charge = sample.charge
        rows.append(
            (
                sample.name,
                _METHODS[charge.method],
                _reference(project, sample.name, charge),
                _assumed(charge),
                _shift(charge),
            )
        )
    head = ("Sample", "Method", "Reference", "Assumed energy / eV")
    return table((*head, "Shift (corrected − measured) / eV"), rows)


def _reference(project: Project, sample: str, charge: ChargeReference) -> Content | Cell:
    if charge.method != "component":
        return _unknown("no reference line")
    for region in project.regions:
        if (
            project.entry(region.spectrum).sample == sample
            and region.core_level == charge.core_level
        ):
            for component in region.components:
                if component.id == charge.component:
                    return f"{component.name}, {charge.core_level}"
    return f"{charge.component}, {charge.core_level}"


def _assumed(charge: ChargeReference) -> Cell:
    if charge.energy_ev is None:
        return _unknown("no reference line")
    return Cell(with_error(charge.energy_ev, charge.uncertainty_ev, decimals=2), style="number")


def _shift(charge: ChargeReference) -> Cell:
    if charge.method == "none":
        return _unknown("not corrected")
    why = "" if charge.stderr_ev is not None else "given by hand, or not fitted yet"
    return Cell(with_error(charge.shift_ev, charge.stderr_ev, decimals=3), why, "number")


def checks_table(findings: Sequence[Finding]) -> Html:
    """Return what the checks found, worst first; what is waived comes last, with its reason."""
    if not findings:
        return element("p", "No check found anything.")
    ordered = sorted(findings, key=lambda f: (f.waived is not None, SEVERITIES.index(f.severity)))
    return table(
        ("Severity", "Where", "Finding", "What to do", "Source"),
        [
            (
                Cell(finding.severity, style=finding.severity)
                if finding.waived is None
                else Cell(f"{finding.severity}, waived", style="soft"),
                finding.where,
                finding.message,
                finding.remedy if finding.waived is None else f"Waived: {finding.waived}",
                finding.citation or Cell(UNKNOWN, "good practice"),
            )
            for finding in ordered
        ],
    )
