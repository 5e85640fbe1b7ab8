"""What the component table says in each cell: number, error, and what holds the number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from app.gestures.gestures import PARAMETER_NAMES, bound_text
from app.plot.curve_items import letter_of
from app.widgets.numerals import plain_number
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.model import BACKGROUND_ID, Component, Param, Ref, Region
from xps.model_text import background_term
from xps.numbers_text import UNKNOWN, upper_limit, with_error
from xps.tables import why_no_error
from xps.uncertainty import Shares, shares

Mark = Literal["", "stale", "bound", "limit"]

_DECIMALS = {"center": 2, "fwhm": 2, "mixing": 2}
_PLUS_MINUS = " ± "


@dataclass(frozen=True)
class Cell:
    """One number as it is shown.

    Attributes
    ----------
    value : str
        The number.
    note : str
        Below it: error, bound, or that it is fixed.
    tie : str
        Before it: what it is tied to.
    tip : str
        The same in a sentence, with what is not obvious.
    mark : str
        What is special about it.
    """

    value: str
    note: str = ""
    tie: str = ""
    tip: str = ""
    mark: Mark = ""

    @property
    def text(self) -> str:
        """All in one line."""
        return " ".join(part for part in (self.value, self.note, self.tie) if part)


def parameter_cell(region: Region, fit: RegionFit | None, ref: Ref, *, stale: bool) -> Cell:
    """Return how a parameter of a component is shown.

    Parameters
    ----------
    region : Region
        With its present values.
    fit : RegionFit or None
        Its last fit.
    ref : Ref
    stale : bool
        Whether the fit is older than the region's settings.
    """
    param = region.param(ref)
    stderr = None if fit is None or stale else _stderr(fit, ref)
    text = with_error(param.value, stderr, decimals=_DECIMALS.get(ref.parameter))
    value, _, error = text.partition(_PLUS_MINUS)
    meaning = _meaning(region, ref, fit)
    tie = tie_text(region, param)
    fixed = "" if param.vary or tie else "fixed"
    if stale:
        return Cell(value, fixed, tie, f"{meaning} Stale: fit again (F5).", "stale")
    if fit is None:
        return Cell(value, fixed, tie, f"{meaning} Start value, not fitted yet.")
    limit = fit.insignificant.get(ref.component) if ref.parameter == "area" else None
    if limit is not None:
        shown, _, confidence = upper_limit(limit).partition(" (")
        tip = f"{meaning} Not significant: {text}, shown as its upper limit at 95 %."
        return Cell(shown, f"({confidence}", tie, tip, "limit")
    if ref in fit.at_bound:
        end = "min" if param.value == param.min else "max"
        tip = f"{meaning} Its {end} holds it back, so that no error is known: widen the bound."
        return Cell(value, f"at {end}", tie, tip, "bound")
    if stderr is None:
        tip = f"{meaning} No error: {why_no_error(fit, ref)}."
        return Cell(value, fixed or f"± {UNKNOWN}", tie, tip)
    rests = ""
    if ref in fit.held:
        rests = " The component is too weak to place itself: this rests on its expectation."
    return Cell(value, f"± {error}", tie, f"{meaning} {text} (one standard deviation).{rests}")


def share_cell(fit: RegionFit | None, split: Shares | None, index: int, *, stale: bool) -> Cell:
    """Return how the share of a component in the region's area is shown, in percent."""
    meaning = "Share in the area of all components of the region, in %."
    if fit is None or split is None:
        return Cell(UNKNOWN, tip=f"{meaning} Known after the fit.")
    if stale:
        return Cell(UNKNOWN, tip=f"{meaning} Stale: fit again (F5).", mark="stale")
    text = share_text(fit, split, index)
    if fit.region.components[index].id in fit.insignificant:
        shown, _, confidence = text.partition(" (")
        unclipped = _percent(split, index)
        tip = f"{meaning} Not significant: {unclipped}, shown as its upper limit at 95 %."
        return Cell(shown, f"({confidence}", tip=tip, mark="limit")
    value, _, error = text.partition(_PLUS_MINUS)
    return Cell(value, f"± {error}", tip=f"{meaning} {text} (one standard deviation).")


def share_text(fit: RegionFit, split: Shares, index: int) -> str:
    """Return a share in percent with its error, or its upper limit if it is not significant."""
    limit = fit.insignificant.get(fit.region.components[index].id)
    if limit is not None:
        return upper_limit(100.0 * limit / float(fit.areas.sum()))
    return _percent(split, index)


def shares_or_none(fit: RegionFit | None) -> Shares | None:
    """Return the shares of a fit, if there is one."""
    return None if fit is None else shares(fit)


def tie_text(region: Region, param: Param) -> str:
    """Return a tie with the letters of the table, e.g. "= A", "A + 1.18" or "A × 0.5"."""
    link = param.link
    if link is None:
        return ""
    letter = letter_of([c.id for c in region.components].index(link.target.component))
    if link.kind == "same":
        return f"= {letter}"
    if link.kind == "offset":
        sign = "−" if link.amount < 0.0 else "+"
        return f"= {letter} {sign} {plain_number(abs(link.amount))}"
    return f"= {letter} × {plain_number(link.amount)}"


def _stderr(fit: RegionFit, ref: Ref) -> float | None:
    return fit.stderr(ref) if ref in fit.table.index else None


def _percent(split: Shares, index: int) -> str:
    stderr = split.stderr(index)
    percent_error = None if stderr is None else 100.0 * stderr
    return with_error(100.0 * float(split.values[index]), percent_error, decimals=1)


def _meaning(region: Region, ref: Ref, fit: RegionFit | None) -> str:
    param = region.param(ref)
    bounds = ""
    if math.isfinite(param.min) or math.isfinite(param.max):
        bounds = f" Bounds: {bound_text(param.min) or '−∞'} to {bound_text(param.max) or '∞'}."
    if ref.component == BACKGROUND_ID:
        term = background_term(region, ref.parameter)
        unit = f" In 1{term.unit}." if term.title.startswith("k") else ""
        return f"{term.meaning}{unit}{bounds}{_expectation(region, param)}"
    tie = tie_text(region, param)
    tied = f" Tied: {PARAMETER_NAMES[ref.parameter]} {tie}." if tie else ""
    texts = _meanings(region.component(ref.component), fit)
    return texts[ref.parameter] + (tied or bounds) + _expectation(region, param)


def _meanings(component: Component, fit: RegionFit | None) -> dict[str, str]:
    lines = component.lines.lines
    unit = fit.area_unit if fit is not None else "the plot's unit times eV"
    return {
        "center": f"Binding energy of {lines[0].label or 'the line'} in eV, charge corrected.",
        "fwhm": "Full width at half maximum of each line in eV.",
        "area": f"Whole area{' of both lines' if len(lines) > 1 else ''} in {unit}.",
    } | {
        parameter.name: f"{parameter.title}. {parameter.meaning}"
        for parameter in SHAPES[component.shape].parameters
    }


def _expectation(region: Region, param: Param) -> str:
    prior = param.prior
    if prior is None or param.link is not None:
        return ""
    spread = f"{plain_number(prior.mean)} ± {plain_number(prior.sigma)}"
    if prior.relative_to is None:
        return f" Expected: {spread}."
    letter = letter_of([c.id for c in region.components].index(prior.relative_to.component))
    return f" Expected: {spread} from {letter}."
