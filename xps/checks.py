"""Checks of fits against what physics and practice allow. Each says what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Literal

from xps.errors import SpectrumError
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.project import Entry, HoldsProject, Project, project_in
from xps.replicates import dispersion, repeated
from xps.species import library

Severity = Literal["error", "warning", "note"]

_TAIL_FWHM = 1.5  # from the outermost line to the end of the window, background in the fit
_STATIC_TAIL_FWHM = 3.0  # the same for a background that is anchored at the ends
_CLOSE_FWHM = 0.5
_HOPELESS_CHI2 = 10.0
_DISPERSION = "Fisher, Thornton and Mackenzie 1922, 10.1111/j.1744-7348.1922.tb05962.x"
_SHAPE_SOURCES = {"doniach-sunjic": "Doniach and Šunjić, J. Phys. C 3 (1970) 285"}


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    rule : str
        Id of the rule.
    severity : {"error", "warning", "note"}
    where : str
        Sample, core level and component.
    message, remedy, citation : str
        What is wrong, what to do, and who says so.
    """

    rule: str
    severity: Severity
    where: str
    message: str
    remedy: str
    citation: str

    def to_dict(self) -> dict[str, str]:
        """Return it as the command line prints it."""
        return asdict(self)


def check(result: Project | HoldsProject) -> tuple[Finding, ...]:
    """Apply every rule to the fits and repeated measurements of a project, or of `xps.fit`."""
    project = project_in(result)
    findings: list[Finding] = []
    for region in project.regions:
        fit = project.fit_of(region.id)
        if fit is None:
            continue
        entry = project.entry(region.spectrum)
        for rule in RULES:
            findings += rule(project, entry, fit)
    findings += _replicates(project)
    return tuple(findings)


def _place(entry: Entry, what: str = "") -> str:
    return ", ".join(part for part in (entry.sample, entry.label, what) if part)


def _not_converged(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    if not fit.success:
        yield Finding(
            "not-converged",
            "error",
            _place(entry),
            f"the fit did not succeed: {fit.message}",
            "fix or link parameters, or start closer",
            "",
        )


def _at_bound(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    for ref in fit.at_bound:
        yield Finding(
            "at-bound",
            "warning",
            _place(entry, str(ref)),
            "the parameter is held back by its bound, so that its error is unknown",
            "ask why the data pull there before you widen the bound",
            "Major 2020, 10.1116/6.0000377",
        )


def _misfit(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    reduced, spread = fit.reduced_chi2, fit.chi2_spread
    if reduced is None or fit.noise_model != "poisson":
        return
    if fit.misfit:
        yield Finding(
            "misfit",
            "error" if reduced > _HOPELESS_CHI2 else "warning",
            _place(entry),
            f"χ²ᵣ is {reduced:.2f} where counting noise allows {1.0 + 2.0 * spread:.2f}: the "
            "model misses something, and the errors do not know it",
            "look at the residual: a missing component, a wrong shape or background",
            "ISO 19830",
        )
    elif reduced < 1.0 - 4.0 * spread:
        yield Finding(
            "too-smooth",
            "warning",
            _place(entry),
            f"χ²ᵣ is {reduced:.2f}: the data scatter less than counts can",
            "fit raw counts: the data were smoothed, averaged or scaled before",
            "ISO 19830",
        )


def _negative(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    for component in fit.negative_components():
        yield Finding(
            "negative-area",
            "error",
            _place(entry, component.name),
            "the area is below zero by more than noise can explain",
            "remove the component, or mend what it compensates: shape, background, charge shift",
            "Major 2020, 10.1116/6.0000377",
        )


def _memory(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    if fit.durbin_watson < 2.0 - 4.0 * 2.0 / fit.n_points**0.5:
        yield Finding(
            "residual-structure",
            "warning",
            _place(entry),
            f"neighboring residuals agree (Durbin-Watson {fit.durbin_watson:.2f}, expected 2)",
            "look at the residual: it shows what the model misses",
            "Durbin and Watson 1951, 10.1093/biomet/38.1-2.159",
        )


def _background(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    if not fit.background_physical:
        yield Finding(
            "background-unphysical",
            "warning",
            _place(entry),
            next((w for w in fit.warnings if "background" in w), "the background is unphysical"),
            "widen the window, or choose another background",
            "Proctor and Sherwood 1982, 10.1021/ac00238a008",
        )
    if not fit.region.background.in_fit:
        yield Finding(
            "background-static",
            "warning",
            _place(entry),
            "the background was subtracted before the fit: the errors are too small",
            "use the peak-shirley background",
            "Herrera-Gomez 2014, 10.1002/sia.5453",
        )


def _shape(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    for component in fit.region.components:
        shape = SHAPES[component.shape]
        if shape.caution:
            yield Finding(
                "shape-caution",
                "warning",
                _place(entry, component.name),
                f"{shape.title}: {shape.caution}",
                "take a shape of finite area that is established, unless this one is needed",
                _SHAPE_SOURCES.get(shape.kind, ""),
            )


def _insignificant(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    for component in fit.region.components:
        if not fit.is_significant(component):
            yield Finding(
                "not-significant",
                "note",
                _place(entry, component.name),
                "the data do not demand this component (below 2σ)",
                "quote its upper limit instead of its area",
                "ISO 19668",
            )


def _correlated(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    for first, second, r in fit.strong_correlations():
        yield Finding(
            "correlated",
            "warning",
            _place(entry, f"{first} and {second}"),
            f"the data hardly tell them apart (correlation {r:+.2f})",
            "link one to the other, or quote their sum",
            "Cumpson and Seah 1992, 10.1002/sia.740180508",
        )


def _window(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    low, high = fit.region.window_ev
    needed = _TAIL_FWHM if fit.region.background.in_fit else _STATIC_TAIL_FWHM
    for component in fit.region.components:
        lines = [component.center.value + line.offset_ev for line in component.lines.lines]
        margin = min(min(lines) - low, high - max(lines)) / component.fwhm.value
        if fit.is_significant(component) and margin < needed:
            yield Finding(
                "window-tight",
                "warning",
                _place(entry, component.name),
                f"the window ends {margin:.1f} FWHM from the peak: tails and background are "
                "hard to tell apart",
                f"measure and fit at least {needed:g} FWHM beyond the outermost peaks",
                "Herrera-Gomez 2014, 10.1002/sia.5453",
            )


def _overlap(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    components = sorted(fit.region.components, key=lambda c: c.center.value)
    for first, second in pairwise(components):
        width = min(first.fwhm.value, second.fwhm.value)
        distance = second.center.value - first.center.value
        if distance < _CLOSE_FWHM * width:
            yield Finding(
                "not-separable",
                "warning",
                _place(entry, f"{first.name} and {second.name}"),
                f"they lie {distance:.2f} eV apart, less than half a width",
                "merge them, or link them through another core level",
                "",
            )


def _species_range(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    for component in fit.region.components:
        species = library().get(component.species)
        if species is None or not fit.is_significant(component):
            continue
        low, high = species.allowed_ev
        if not low <= component.center.value <= high:
            yield Finding(
                "species-range",
                "warning",
                _place(entry, component.name),
                f"{component.center.value:.2f} eV lies outside {low:g} to {high:g} eV",
                "check the charge reference and the assignment",
                "; ".join(species.sources),
            )


def _charge(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    if not project.charge_of(entry.id).is_set:
        yield Finding(
            "no-charge-reference",
            "warning",
            _place(entry),
            "the binding energies are as measured",
            "choose a reference line, or state the shift",
            "Greczynski and Hultman 2020, 10.1016/j.pmatsci.2019.100591",
        )


def _noise(project: Project, entry: Entry, fit: RegionFit) -> Iterator[Finding]:
    if fit.noise_model != "poisson":
        yield Finding(
            "noise-unknown",
            "note",
            _place(entry),
            "the counts are unknown: the errors rest on the residuals and cannot reveal a misfit",
            "load raw counts, or give dwell time and sweeps",
            "",
        )


def _replicates(project: Project) -> Iterator[Finding]:
    """Whether repeated measurements scatter as counts do, and stay the same."""
    for spectra in repeated(entry.spectrum for entry in project.entries):
        try:
            found = dispersion(spectra)
        except SpectrumError:
            continue  # too few counts to tell
        level = spectra[0].core_level or ""
        where = ", ".join(part for part in (spectra[0].sample, level) if part)
        low, high = found.interval_95
        scatter = (
            f"{found.spectra} repeated measurements scatter {found.factor:.2f} ({low:.2f} to "
            f"{high:.2f}) times as much as counts do"
        )
        if found.verdict == "over-dispersed":
            yield Finding(
                "replicates-over-dispersed",
                "warning",
                where,
                scatter,
                "check dwell time and sweeps, and whether the file holds counts: they were scaled, "
                f"or the detector adds noise; errors are too small by √{found.factor:.2f}",
                _DISPERSION,
            )
        elif found.verdict == "under-dispersed":
            yield Finding(
                "replicates-under-dispersed",
                "warning",
                where,
                scatter,
                "fit raw counts: these were smoothed, averaged or interpolated between detector "
                "channels, and χ²ᵣ and errors cannot be taken at their word",
                _DISPERSION,
            )
        if found.changed:
            yield Finding(
                "replicates-change",
                "warning",
                where,
                f"the spectrum changes over {found.spectra} repeated measurements by more than "
                "noise",
                "fit them one by one: look for damage by X-rays and for drifts of the charge",
                "ISO 18554",
            )


Rule = Callable[[Project, Entry, RegionFit], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    _not_converged,
    _at_bound,
    _misfit,
    _negative,
    _memory,
    _background,
    _shape,
    _insignificant,
    _correlated,
    _window,
    _overlap,
    _species_range,
    _charge,
    _noise,
)
