"""Backgrounds and line shapes in words, with their sources, for people and their papers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xps.backgrounds import STATIC
from xps.fitted import FittedTie, RegionFit
from xps.lineshapes import SHAPES
from xps.losses import LOSSES, LossFunction
from xps.model import BACKGROUND_ID, Background, Component, Param, Ref, Region
from xps.numbers_text import number, with_error

IN_FIT_TITLES = {
    "peak-shirley": "peak Shirley",
    "peak-tougaard": "peak Tougaard",
    "peak-shirley-tougaard": "peak Shirley and Tougaard",
}
"""The backgrounds in the fit, by kind, as people call them."""

_SHAPE_PHRASES = {
    "pseudo-voigt": "pseudo-Voigt lines",
    "la": "asymmetric Lorentzian LA(α, β, m) lines",
    "la-symmetric": "Lorentzian power LA(α, m) lines",
    "lf": "damped asymmetric Lorentzian LF lines",
    "exponential-tail": "Gaussian-Lorentzian sums with an exponential tail",
}
SHAPE_SENTENCES = {
    "sgl": "Gaussian-Lorentzian sums are mixed by height (SGL of CasaXPS; Jain, Biesinger and "
    "Linford 2018, 10.1016/j.apsusc.2018.03.190)",
    "gl": "Gaussian-Lorentzian products are those that CasaXPS calls GL (Jain, Biesinger and "
    "Linford 2018, 10.1016/j.apsusc.2018.03.190)",
    "voigt": "Voigt lines are Gaussians convolved with Lorentzians (Jain, Biesinger and Linford "
    "2018, 10.1016/j.apsusc.2018.03.190)",
    "pseudo-voigt": "Pseudo-Voigt lines are sums of a Gaussian and a Lorentzian of the same "
    "width, mixed by area",
    "gaussian": "Gaussian lines have no natural width",
    "lorentzian": "Lorentzian lines have no broadening by the instrument",
    "la": "LA(α, β, m) lines are Lorentzians raised to the power α at high and β at low binding "
    "energy, convolved with a Gaussian, as in CasaXPS",
    "la-symmetric": "LA(α, m) lines are Lorentzians raised to the power α and convolved with a "
    "Gaussian, as in CasaXPS",
    "lf": "LF lines are Lorentzians raised to a power of their own on either side and convolved "
    "with a Gaussian; their tails are damped by a rule of Doublet's own, which is not that of "
    "CasaXPS",
    "doniach-sunjic": "Doniach-Šunjić lines (Doniach and Šunjić, J. Phys. C 3 (1970) 285) are "
    "convolved with a Gaussian; their integral is infinite, so that their areas are those within "
    "25 Lorentzian widths of the center and do not compare with areas of other shapes",
    "exponential-tail": "The tail of the Gaussian-Lorentzian sums falls exponentially towards "
    "high binding energy (after T(k) of CasaXPS)",
}
"""What each line shape is and who says so, by kind."""

_STATIC_SENTENCES = {
    "shirley": "an iterated Shirley curve (Proctor and Sherwood 1982, 10.1021/ac00238a008)",
    "shirley-casaxps": "an iterated Shirley curve as CasaXPS computes it (Proctor and Sherwood "
    "1982, 10.1021/ac00238a008; a plain sum over the points)",
    "linear": "a straight line",
    "smart": "an iterated Shirley curve that is held at or below the data (a rule of Doublet's "
    "own, after Proctor and Sherwood 1982, 10.1021/ac00238a008)",
}
_TOUGAARD = "tougaard-"
_HERRERA_GOMEZ = "peak Shirley; Herrera-Gomez 2014, 10.1002/sia.5453"
_TERM_WORDS = {
    "offset": "an offset",
    "slope": "a slope",
    "curvature": "a curvature",
    "cubic": "a cubic term",
}


@dataclass(frozen=True)
class BackgroundTerm:
    """A fitted number of a background, for people.

    Attributes
    ----------
    title : str
    unit : str
        Behind its value; without the unit of the intensity, which is that of the spectrum.
    meaning : str
        What it does, in one sentence.
    """

    title: str
    unit: str
    meaning: str


_TERMS = {
    "offset": BackgroundTerm(
        "offset", "", "Level of the background at the low binding energy end of the window."
    ),
    "slope": BackgroundTerm("slope", "/eV", "Change of the level per eV of binding energy."),
    "curvature": BackgroundTerm(
        "curvature", "/eV²", "Factor of the squared distance from the low binding energy end."
    ),
    "cubic": BackgroundTerm(
        "cubic", "/eV³", "Factor of the cubed distance from the low binding energy end."
    ),
    "k": BackgroundTerm(
        "k", "/eV", "Step of the background under each peak, per area of the peak (peak Shirley)."
    ),
    "t": BackgroundTerm(
        "t",
        "",
        "Strength of the inelastic losses (Tougaard): 1 for a homogeneous solid, less for atoms "
        "near the surface, more for atoms below a layer.",
    ),
}


def background_term(region: Region, name: str) -> BackgroundTerm:
    """Return how a fitted number of a region's background is called and what it means."""
    if name in _TERMS:
        return _TERMS[name]
    component = region.component(name.removeprefix("k_"))
    meaning = f"Step under {component.name} alone, per area of its peak, in place of the common k."
    return BackgroundTerm(f"k of {component.name}", "/eV", meaning)


def background_title(background: Background) -> str:
    """Return the name of a background, with its loss function if it has one."""
    if background.own_loss is not None:
        return f"Tougaard, {_own_numbers(background.own_loss)}"
    if not background.in_fit:
        return STATIC[background.kind].title
    title = IN_FIT_TITLES[background.kind]
    return f"{title} ({LOSSES[background.loss].title})" if background.has_losses else title


def background_sentence(region: Region) -> str:
    """Return what the background of a region is, with its sources."""
    background = region.background
    if not background.in_fit:
        points = f"{background.average_points} points are averaged"
        where = "around the outermost point of" if background.average_around else "at"
        return (
            f"The background is {_phrase(background)}, subtracted before the fit, so that the "
            f"errors lack its uncertainty; {points} {where} each end."
        )
    terms = [_TERM_WORDS[name] for name in background.params if name in _TERM_WORDS]
    if background.has_step:
        own = listed(region.component(id_).name for id_, _ in background.own_k)
        apart = f"; with a step of its own for {own}" if own else ""
        terms.append(f"a step k·∫P(E′)dE′ under the fitted peaks P ({_HERRERA_GOMEZ}{apart})")
    if background.has_losses:
        loss = LOSSES[background.loss]
        terms.append(
            "the inelastic losses of the fitted peaks, t·∫K(E − E′)P(E′)dE′ with Tougaard's loss "
            f"function K for {_material(loss)}"
        )
    return (
        f"The background is {listed(terms)}, fitted together with the peaks, so that its "
        "uncertainty is part of every error."
    )


def shape_phrase(kind: str) -> str:
    """Return what lines of a shape are called within a sentence."""
    return _SHAPE_PHRASES.get(kind, f"{SHAPES[kind].title} lines")


def shape_sentences(kinds: Iterable[str]) -> Iterator[str]:
    """Return what each line shape is, once for each kind, with its source."""
    used = set(kinds)
    return (f"{SHAPE_SENTENCES[kind]}." for kind in SHAPES if kind in used)


def background_numbers(region: Region, fit: RegionFit | None) -> str:
    """Return the fitted numbers of a background with their errors; "" for a static one."""
    parts = []
    for name, param in region.background.params.items():
        ref, term = Ref(BACKGROUND_ID, name), background_term(region, name)
        known = fit is not None and ref in fit.table.index
        stderr = fit.stderr(ref) if fit is not None and known else None
        text = number(param.value) if stderr is None else with_error(param.value, stderr)
        unit = f" {term.unit}" if term.unit else ""
        note = "" if param.vary else " fixed"
        if fit is not None and ref in fit.at_bound:
            note = _at_bound(param)
        parts.append(f"{term.title} {text}{unit}{note}")
    return " · ".join(parts)


def shape_numbers(region: Region, fit: RegionFit | None) -> str:
    """Return the line shapes of a region with their numbers; what is tied is told once."""
    groups: dict[tuple[object, ...], list[Component]] = {}
    for component in region.components:
        shape = SHAPES[component.shape]
        origins = (_origin(region, Ref(component.id, known.name)) for known in shape.parameters)
        groups.setdefault((shape.kind, *origins), []).append(component)
    texts = []
    for members in groups.values():
        first = members[0]
        shape = SHAPES[first.shape]
        numbers = ", ".join(
            _shape_number(region, Ref(first.id, known.name), known.title, fit)
            for known in shape.parameters
        )
        who = "" if len(groups) == 1 else f" of {listed(member.name for member in members)}"
        texts.append(f"{shape.title}{who}" + (f": {numbers}" if numbers else ""))
    return "; ".join(texts)


def listed(names: Iterable[str]) -> str:
    """Return names as a list in words: "a, b and c"; each name once."""
    once = list(dict.fromkeys(names))
    if len(once) < 2:
        return "".join(once)
    return f"{', '.join(once[:-1])} and {once[-1]}"


def _origin(region: Region, ref: Ref) -> object:
    """What is the same for parameters that cannot differ."""
    root, factor, shift = region.resolve(ref)
    return (root, factor, shift) if region.param(root).vary else region.param(ref).value


def _shape_number(region: Region, ref: Ref, title: str, fit: RegionFit | None) -> str:
    stderr = fit.stderr(ref) if fit is not None and ref in fit.table.index else None
    value = region.param(ref).value
    text = number(value) if stderr is None else with_error(value, stderr)
    root, _, _ = region.resolve(ref)
    note = "" if region.param(root).vary else " fixed"
    if fit is not None and root in fit.at_bound:
        note = _at_bound(region.param(root))
    return f"{title} {text}{note}"


def _at_bound(param: Param) -> str:
    return " at min" if param.value == param.min else " at max"


def _phrase(background: Background) -> str:
    if background.own_loss is None:
        return _static_phrase(background.kind)
    return (
        "that of inelastic losses of the measured electrons (Tougaard, Surf. "
        f"Interface Anal. 11 (1988) 453) with {_own_numbers(background.own_loss)} "
        f"({background.own_loss.source})"
    )


def _own_numbers(loss: LossFunction) -> str:
    d = "" if loss.d is None else f", D = {loss.d:g} eV²"
    gap = "" if loss.gap_ev == 0.0 else f", no losses up to {loss.gap_ev:g} eV"
    return f"C = {loss.c:g} eV²{d}{gap}"


def _static_phrase(kind: str) -> str:
    if not kind.startswith(_TOUGAARD):
        return _STATIC_SENTENCES[kind]
    loss = LOSSES[kind.removeprefix(_TOUGAARD)]
    return (
        "Tougaard's curve (Tougaard, Surf. Interface Anal. 11 (1988) 453) with the loss function "
        f"for {_material(loss)}"
    )


def _material(loss: LossFunction) -> str:
    """What a loss function is for, within a sentence, and who says so."""
    material, _, form = loss.title.partition(", ")
    if material == "universal":
        material, form = "most solids", f"universal, {form}"
    return f"{material} ({form}; {loss.source})"


def tie_sentence(tie: FittedTie) -> str:
    """Say what a fit found of a tie of amounts, and what it cost."""
    found = "unknown" if tie.ratio is None else f"{tie.ratio:.3g}"
    if tie.sigma == 0.0:
        text = f"{tie.name}: ratio of areas held at {tie.expected_ratio:.3g}"
    else:
        text = (
            f"{tie.name}: ratio of areas {found}, expected {tie.expected_ratio:.3g} within a "
            f"factor of {math.exp(tie.sigma):.2f}; costs {tie.discrepancy**2:.2g} in deviance"
        )
    if tie.tension is None:
        return f"{text}; tension unknown, the data alone do not determine the area"
    return f"{text}; tension {tie.tension:.1f}σ"
