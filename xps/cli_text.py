"""The command line's tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xps.casaxps.recovery import Recovery, recovery
from xps.checks import SEVERITIES, Finding, check
from xps.comparison import Comparison, Difference
from xps.composition import TO_PERCENT, Quantity
from xps.fitted import RegionFit
from xps.model import Ref
from xps.model_text import tie_sentence
from xps.numbers_text import interval, with_error
from xps.oxygen_budget import OxygenBudget, oxygen_budgets
from xps.project import Project
from xps.quantification import quantify
from xps.result import FitResult, flags
from xps.sample_models import SampleSuggestion
from xps.trend import Trend
from xps.uncertainty import shares

_LEAST_CHANCE = 1e-15


def info_text(
    file: str, reader: str, rows: Sequence[Mapping[str, Any]], warnings: Sequence[str]
) -> str:
    """Return the table of ``doublet info``."""
    lines = [f"{file}: {len(rows)} spectra, read as {reader}"]
    for row in rows:
        low_high = row["energy_ev"]
        energies = (
            "no binding energy" if low_high is None else "{:.2f} to {:.2f} eV".format(*low_high)
        )
        stored = ""
        if row["stored_regions"] or row["stored_components"]:
            stored = (
                f"  stored: {row['stored_regions']} regions, {row['stored_components']} components"
            )
        lines.append(
            f"{row['index']:4d}  {row['sample']}  {row['core_level'] or row['name']}  "
            f"{row['n_points']} points  {energies}  {row['unit']}{stored}"
        )
    lines += [f"warning: {warning}" for warning in warnings]
    return "\n".join(lines)


def finding_text(finding: Finding) -> str:
    """Return the line of ``doublet check`` for what a rule found."""
    head = f"{finding.severity} ({finding.rule}): {finding.where}: {finding.message}."
    if finding.waived is not None:
        return f"{head} Waived: {finding.waived}."
    return f"{head} What to do: {finding.remedy}."


def suggest_text(found: Sequence[SampleSuggestion]) -> str:
    """Return the models of ``doublet suggest`` with the way to them."""
    lines: list[str] = []
    for one in found:
        lines.append(f"{one.sample}, {one.spectrum} (shift {one.charge.shift_ev:+.2f} eV)")
        if one.suggestion is None:
            lines.append(f"  no model: {one.failure}")
            continue
        suggestion = one.suggestion
        for model in suggestion.models:
            doubt = "" if model.confirmed else ", not confirmed by the test"
            lines.append(f"  BIC {model.above_best:+.1f}{doubt}, χ²ᵣ {model.reduced_chi2:.2f}")
            for component in model.region.components:
                center = model.errors[Ref(component.id, "center")]
                area = model.errors[Ref(component.id, "area")]
                lines.append(
                    f"    {component.name}: {with_error(component.center.value, center)} eV, "
                    f"area {with_error(component.area.value, area)} {one.area_unit}"
                )
        for heading, texts in (
            ("steps", [step.text for step in suggestion.steps]),
            ("cannot be told apart", suggestion.merged),
            ("left out", [refusal.reason for refusal in suggestion.refused]),
            ("notes", suggestion.notes),
        ):
            lines += [f"  {heading}:", *(f"    {text}" for text in texts)] if texts else []
    return "\n".join(lines)


def fit_text(result: FitResult, notes: Sequence[str]) -> str:
    """Return the tables of ``doublet fit``."""
    lines: list[str] = []
    project = result.project
    for region in project.regions:
        entry = project.entry(region.spectrum)
        fit = project.fit_of(region.id)
        lines.append(f"{entry.sample}, {region.core_level}")
        if fit is None:
            lines.append(f"  not fitted: {result.failures.get(region.id, 'no reason given')}")
        else:
            lines += _fit_lines(fit, project.charge_of(region.spectrum).total_error_ev)
            lines += _stored_lines(recovery(fit, entry))
        lines.append("")
    quantification = quantify(project)
    if quantification.amounts:
        lines.append(f"Atomic percent ({quantification.basis})")
        for amount in quantification.amounts:
            name = amount.element if amount.is_element else f"  {amount.element}: {amount.name}"
            percent = _percent(amount.atomic_percent, amount.stderr)
            if amount.is_only_element:
                percent = "100 % (the only element counted)"
            if amount.systematic is not None:
                parts = ", ".join(f"{k} {v:.2g}" for k, v in amount.systematic_parts.items())
                percent += f" ± {amount.systematic:.2g} % (systematic: {parts})"
            lines.append(f"  {amount.sample}: {name}  {percent}")
    for budget in oxygen_budgets(project):
        if budget.area > 0.0:
            lines += _budget_lines(budget)
    lines += _check_lines(project)
    lines += [f"note: {note}" for note in (*notes, *quantification.notes)]
    return "\n".join(lines)


def _check_lines(project: Project) -> Iterator[str]:
    """How much the checks found, and what of it is waived."""
    findings = check(project)
    waived = [finding for finding in findings if finding.waived is not None]
    counts = [
        f"{number} {severity}{'' if number == 1 else 's'}"
        for severity in SEVERITIES
        if (number := sum(f.severity == severity and f.waived is None for f in findings))
    ]
    if counts:
        yield f"checks: {', '.join(counts)}; doublet check says what and where"
    yield from map(finding_text, waived)


def _fit_lines(fit: RegionFit, total_error_ev: float | None) -> Iterator[str]:
    reduced = fit.reduced_chi2
    quality = "unknown" if reduced is None else f"{reduced:.2f}"
    shift = with_error(fit.charge_shift_ev, fit.charge_shift_stderr)
    total = "" if total_error_ev is None else f" (± {total_error_ev:.2g} with its reference)"
    yield (
        f"  {'fitted' if fit.success else 'FIT FAILED'}: {fit.message}; χ²ᵣ {quality}, "
        f"Durbin-Watson {fit.durbin_watson:.2f}; charge shift "
        f"{shift} eV{total}"
    )
    split = shares(fit)
    for index, component in enumerate(fit.region.components):
        center = with_error(component.center.value, fit.stderr(Ref(component.id, "center")))
        width = with_error(component.fwhm.value, fit.stderr(Ref(component.id, "fwhm")))
        if fit.is_significant(component):
            area = with_error(component.area.value, fit.stderr(Ref(component.id, "area")))
        else:
            area = f"< {fit.insignificant[component.id]:.3g}"
        area += f" {fit.area_unit}"
        if not fit.is_significant(component):
            area += " (95 %)"
        if fit.errors.systematic is not None:
            area += f", ± {fit.errors.systematic.areas[component.id]:.3g} (systematic)"
        intervals = fit.area_intervals(component)
        if intervals is not None:
            wide = intervals.confidence_95
            area += f" (95 %: {interval(wide.low, wide.high)})"
        share = "share unknown"
        if split is not None:
            share = _percent(100.0 * float(split.values[index]), _times(100.0, split.stderr(index)))
        test = fit.errors.significance.get(component.id)
        if test is not None:
            share += f", p = {with_error(test.p_value, test.p_value_error)}"
        marks = "; ".join(flags(fit, component))
        yield (
            f"  {component.name}: {center} eV, FWHM {width} eV, area {area}, {share}"
            + (f"  [{marks}]" if marks else "")
        )
    for other in fit.errors.alternatives:
        split_there = ", ".join(f"{id_} {share:.1%}" for id_, share in other.shares.items())
        yield f"  fits as well (Δχ² {other.delta_chi2:.2f}): {split_there}"
    yield from (f"  {sentence}" for sentence in map(tie_sentence, fit.ties))
    for warning in fit.warnings:
        yield f"  warning: {warning}"


def _stored_lines(found: Recovery | None) -> Iterator[str]:
    """Stored against refitted, value by value."""
    if found is None:
        return
    yield f"  stored against refitted: {found.verdict}"
    for number in found.numbers:
        digits, unit = (".6g", "of itself") if number.parameter == "area" else (".4f", "eV")
        yield (
            f"    {number.name} ({number.component}), {number.parameter}: "
            f"{number.stored:{digits}} stored, {number.refitted:{digits}} refitted "
            f"({number.difference:+.1e} {unit})"
        )


def _budget_lines(budget: OxygenBudget) -> Iterator[str]:
    """What each compound claims of O 1s, in percent of its area."""
    scale = 100.0 / budget.area
    yield f"O 1s of {budget.sample}, in percent of its area (statistical, systematic error)"
    rows = [
        (f"{claim.name} ({claim.core_level})", claim.area, claim.stderr, claim.systematic)
        for claim in budget.claims
    ]
    rows.append(("left", budget.left, budget.left_stderr, budget.left_systematic))
    for name, area, stderr, systematic in rows:
        share = _percent(scale * area, _times(scale, stderr))
        yield f"  {name}: {share} ± {scale * systematic:.2g} % (systematic)"
    if budget.overdrawn:
        yield "  more oxygen is claimed than there is: check the assignments"


def _percent(value: float, stderr: float | None) -> str:
    return f"{with_error(value, stderr)} %"


def _times(factor: float, value: float | None) -> float | None:
    return None if value is None else factor * value


def comparison_text(comparison: Comparison) -> str:
    """Return the differences between samples, and the trends, as lines of text."""
    lines = []
    for kind, differences in (
        ("", comparison.differences),
        ("atomic percent, ", comparison.atomic_differences),
    ):
        place = None
        for difference in differences:
            level = f", {difference.core_level}" if not kind else ""
            if place != (difference.sample, level):
                place = (difference.sample, level)
                lines.append(f"{kind}{difference.sample} against {comparison.base}{level}")
            scale = TO_PERCENT[difference.kind]
            # displays clip at zero what inference keeps signed
            first, last = (
                with_error(max(scale * value, 0.0), _times(scale, stderr))
                for value, stderr in (
                    (difference.base_value, difference.base_stderr),
                    (difference.value, difference.value_stderr),
                )
            )
            change = with_error(scale * difference.difference, _times(scale, difference.stderr))
            lines.append(
                f"  {_quantity(difference.quantity)}: {first} % to {last} %, "
                f"{change} points; {_chances(difference)}{_remark(difference.note)}"
            )
    along = None
    for trend in comparison.trends:
        if along != trend.kind:
            along = trend.kind
            words = "atomic percent" if trend.kind == "atomic_percent" else "shares"
            lines.append(f"{words} along {trend.series}")
        scale = TO_PERCENT[trend.kind]
        slope = with_error(scale * trend.slope, _times(scale, trend.stderr))
        lines.append(
            f"  {_quantity(trend.quantity)}: {slope} points per unit, {trend.samples} samples; "
            f"{_chances(trend)}{_remark(trend.note)}"
        )
    return "\n".join([*lines, *(f"note: {note}" for note in comparison.notes)])


def _quantity(quantity: Quantity) -> str:
    if not quantity.species:
        return quantity.element
    return f"{quantity.core_level} {quantity.name}"


def _chances(test: Difference | Trend) -> str:
    if test.p_value is None or test.p_value_adjusted is None:
        return "p unknown"
    return f"p {_chance(test.p_value)}, adjusted {_chance(test.p_value_adjusted)}"


def _remark(note: str) -> str:
    return f" ({note})" if note else ""


def _chance(p_value: float) -> str:
    """A p-value; one far below what any normal distribution is known to is only called so."""
    return f"= {p_value:.2g}" if p_value >= _LEAST_CHANCE else f"< {_LEAST_CHANCE:g}"
