"""The Methods paragraph: what was really done, in words, and what a complete record lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from xps import __version__
from xps.constraints_text import constraints
from xps.error_budget import BootstrapErrors
from xps.levels import levels
from xps.model import Doublet, Region
from xps.model_text import (
    background_sentence,
    listed,
    shape_phrase,
    shape_sentences,
    tie_sentence,
)
from xps.numbers_text import with_error
from xps.project import Project, Sample
from xps.quantification import quantify
from xps.spectrum import Spectrum
from xps.tables import RegionTable, masked_points

_NOISE = {
    "poisson": "The likelihood of Poisson counts was maximized with weights from the model; "
    "errors are not rescaled by χ²ᵣ",
    "estimated-proportional": "As the counts are unknown, variances were taken as proportional "
    "to the expected intensity, and errors rescaled by χ²ᵣ",
    "estimated-uniform": "As the counts are unknown, all points were weighted alike, and errors "
    "rescaled by χ²ᵣ",
    "unweighted": "All points were weighted alike (plain least squares), and errors rescaled by "
    "χ²ᵣ",
}
_NEVER_IN_FILES = (
    "charge neutralizer, analysis area, emission angle, base pressure, X-ray exposure and a test "
    "for damage by it, calibration of the energy scale: files do not say; state them yourself"
)


@dataclass(frozen=True)
class Methods:
    """What a Methods section needs.

    Attributes
    ----------
    sentences : tuple of str
        The paragraph.
    constraints : tuple of (str, tuple of str)
        Regions, and what held their parameters.
    missing : tuple of str
        What ISO 19830 and ISO 16243 ask for and the spectra do not tell.
    """

    sentences: tuple[str, ...]
    constraints: tuple[tuple[str, tuple[str, ...]], ...]
    missing: tuple[str, ...]


def methods(project: Project, tables: Sequence[RegionTable]) -> Methods:
    """Describe how a project was analyzed.

    Parameters
    ----------
    project : Project
    tables : sequence of RegionTable
        Of `xps.tables.region_tables`.
    """
    fitted = [table for table in tables if table.fit is not None]
    sentences: list[str] = []
    sentences += _shared(tables, _instrument)
    sentences += _shared(tables, _counting)
    sentences += _shared([table for table in tables if table.entry.spectrum.summed], _summed)
    sentences += [_charge(project, sample) for sample in project.samples]
    for _, group in _by_level(fitted):
        sentences += _shared(group, lambda table: _model(table.region))
    sentences += shape_sentences(c.shape for table in fitted for c in table.region.components)
    sentences += _shared(fitted, lambda table: background_sentence(table.region))
    sentences += _shared(fitted, _masked)
    sentences += _shared(fitted, _weights)
    sentences += _shared(fitted, _held)
    sentences += _tied(fitted)
    if fitted:
        sentences += [
            "Errors are one standard deviation, from the covariance of all free parameters; "
            "errors of shares and percents follow from it by propagation.",
            *_intervals(fitted),
            "Areas may come out negative, as noise demands. A component whose removal raises "
            "the deviance by less than 4 is called not significant, and its upper 95 % limit is "
            "given (profile likelihood, rise of 2.71).",
            *_amounts(project),
        ]
    sentences.append(_software(project))
    return Methods(tuple(sentences), tuple(_constraints(fitted)), tuple(_missing(tables)))


def _amounts(project: Project) -> Iterator[str]:
    quantification = quantify(project)
    parts = dict.fromkeys(
        part for amount in quantification.amounts for part in amount.systematic_parts
    )
    rest = f"Amounts rest on {quantification.basis}"
    if parts:
        yield f"{rest}; their systematic errors are those of {', '.join(parts)}."
    else:
        yield f"{rest}."


def _intervals(fitted: Sequence[RegionTable]) -> Iterator[str]:
    if any(table.fit is not None and table.fit.errors.profiles for table in fitted):
        yield (
            "Intervals are those of the profile likelihood: the deviance, minimized over all "
            "other parameters, lies no more than 3.84 above its minimum (95 %)."
        )
    if any(table.fit is not None and table.fit.errors.systematic for table in fitted):
        yield (
            "Systematic errors are root mean square deviations of fits with other window ends, "
            "other backgrounds in the fit (without slope, with inelastic losses), other line "
            "shapes, the calculated area ratio and the charge reference moved by its error, added "
            "in quadrature."
        )
    draws = sorted({str(errors.draws) for errors in _bootstraps(fitted)})
    if draws:
        yield (
            f"Shares, and areas without a profile, have intervals between percentiles of "
            f"{' or '.join(draws)} simulated repetitions drawn from the best model, background "
            "included (parametric bootstrap)."
        )


def _bootstraps(fitted: Sequence[RegionTable]) -> Iterator[BootstrapErrors]:
    for table in fitted:
        if table.fit is not None and table.fit.errors.bootstrap is not None:
            yield table.fit.errors.bootstrap


def _constraints(fitted: Sequence[RegionTable]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for level, group in _by_level(fitted):
        held_by: dict[tuple[str, ...], list[str]] = {}
        for table in group:
            held_by.setdefault(constraints(table.region), []).append(table.entry.sample)
        for phrases, samples in held_by.items():
            if phrases:
                yield (level if len(held_by) == 1 else f"{level} of {listed(samples)}"), phrases


def _by_level(tables: Iterable[RegionTable]) -> list[tuple[str, list[RegionTable]]]:
    groups: dict[str, list[RegionTable]] = {}
    for table in tables:
        groups.setdefault(table.region.core_level, []).append(table)
    return list(groups.items())


def _shared(tables: Sequence[RegionTable], describe: Callable[[RegionTable], str]) -> Iterator[str]:
    """Describe each region, saying once what holds for several."""
    said: dict[str, list[RegionTable]] = {}
    for table in tables:
        said.setdefault(describe(table), []).append(table)
    for text, places in said.items():
        if not text:
            continue
        if len(places) == len(tables):
            yield text
            continue
        by_level = {
            level: listed([place.entry.sample for place in group])
            for level, group in _by_level(places)
        }
        where = "; ".join(f"{level} of {samples}" for level, samples in by_level.items())
        yield f"{where}: {text}"


def _instrument(table: RegionTable) -> str:
    spectrum = table.entry.spectrum
    parts = []
    if spectrum.instrument:
        parts.append(f"on {spectrum.instrument}")
    if spectrum.source_label or spectrum.photon_energy_ev is not None:
        energy = spectrum.photon_energy_ev
        photons = "" if energy is None else f"hν = {energy:g} eV"
        label = spectrum.source_label
        parts.append(
            f"with {label} ({photons})" if label and photons else f"with {label or photons}"
        )
    if spectrum.pass_energy_ev is not None:
        parts.append(f"pass energy {spectrum.pass_energy_ev:g} eV")
    return f"Recorded {', '.join(parts)}." if parts else ""


def _counting(table: RegionTable) -> str:
    spectrum = table.entry.spectrum
    energies = spectrum.energy_ev
    step = abs(float(energies[-1] - energies[0])) / (energies.size - 1)
    parts = [f"steps of {step:.3g} eV"]
    if spectrum.dwell_s is not None:
        parts.append(f"{spectrum.dwell_s:g} s per channel")
    if spectrum.sweeps is not None:
        parts.append(f"{spectrum.sweeps:g} sweep{'' if spectrum.sweeps == 1 else 's'}")
    return f"{', '.join(parts)}."


def _masked(table: RegionTable) -> str:
    found = masked_points(table)
    return "" if found is None else f"Left out of the fit: {found}."


def _summed(table: RegionTable) -> str:
    spectrum = table.entry.spectrum
    return f"Sum of {len(spectrum.summed)} sweeps{shifts_text(spectrum)}."


def shifts_text(spectrum: Spectrum) -> str:
    """Return how the sweeps of a sum were aligned, as a clause; "" where they were not."""
    found = [s for s in spectrum.summed[1:] if s.shift_ev is not None]
    if not found:
        return ""
    shifts = [with_error(sweep.shift_ev, sweep.stderr_ev, decimals=3) for sweep in found]
    return (
        f", aligned to the first by whole channels, for shifts of {listed(shifts)} eV (least "
        "squares)"
    )


def _charge(project: Project, sample: Sample) -> str:
    charge = sample.charge
    if charge.method == "none":
        return f"Binding energies of {sample.name} are as measured, without charge correction."
    shift = with_error(charge.shift_ev, charge.stderr_ev, decimals=3)
    if charge.method == "manual":
        shift = f"{charge.shift_ev:+g}".replace("-", "−")
        return f"Binding energies of {sample.name} were shifted by {shift} eV, given by hand."
    name = charge.component
    for region in project.regions:
        entry = project.entry(region.spectrum)
        if entry.sample == sample.name and region.core_level == charge.core_level:
            name = next((c.name for c in region.components if c.id == charge.component), name)
    known = "" if charge.uncertainty_ev is None else f", known to ± {charge.uncertainty_ev:g} eV"
    energy = "an unknown energy" if charge.energy_ev is None else f"{charge.energy_ev:g} eV"
    total = charge.total_error_ev
    whole = "" if total is None else f"; the whole error of the shift is {total:.2g} eV"
    return (
        f"Binding energies of {sample.name} were shifted by {shift} eV, which puts {name} "
        f"({charge.core_level}) at {energy} (assumed{known}{whole})."
    )


def _model(region: Region) -> str:
    low, high = region.window_ev
    shapes: dict[str, list[str]] = {}
    for component in region.components:
        shapes.setdefault(component.shape, []).append(component.name)
    kinds = listed(f"{shape_phrase(shape)} ({listed(names)})" for shape, names in shapes.items())
    return (
        f"{region.core_level} was fitted from {low:g} to {high:g} eV with {kinds}"
        f"{_doublets(region)}."
    )


def _doublets(region: Region) -> str:
    doublets = [c.lines for c in region.components if isinstance(c.lines, Doublet)]
    if not doublets:
        return ""
    texts = []
    for lines in dict.fromkeys(doublets):
        text = f"{lines.splitting_ev:g} eV apart with an area ratio of {lines.ratio:.3g}"
        level = levels().get(region.core_level)
        if lines.unlocked_because:
            text += f" ({lines.unlocked_because})"
        elif level is not None:
            text += f" ({level.source})"
        texts.append(text)
    return f", each a spin-orbit doublet {listed(texts)}"


def _tied(fitted: Sequence[RegionTable]) -> Iterator[str]:
    ties = [tie for table in fitted if table.fit is not None for tie in table.fit.ties]
    if ties:
        yield (
            "The regions of a sample were fitted together, and the lines of a compound tied "
            "across core levels by stoichiometry, sensitivity and escape depth of a homogeneous "
            f"solid, log-normally: {'; '.join(map(tie_sentence, ties))}."
        )


def _weights(table: RegionTable) -> str:
    if table.fit is None:
        return ""
    kind = table.fit.noise_model
    return f"{_NOISE.get(kind, f'Noise model: {kind}')}."


def _held(table: RegionTable) -> str:
    if table.fit is None or not table.fit.held:
        return ""
    names = listed(table.region.component(ref.component).name for ref in table.fit.held)
    return f"Too weak to place themselves, so that expectations do it: {names}."


def _software(project: Project) -> str:
    used = dict.fromkeys(step.version for step in project.history if step.version)
    steps = listed(f"Doublet {number}" for number in used if number != __version__)
    earlier = f"; earlier steps with {steps}" if steps else ""
    recipe = f", recipe {project.recipe}" if project.recipe else ""
    libraries = listed(f"{name} {_version(name)}" for name in ("lmfit", "scipy", "numpy"))
    return f"Software: Doublet {__version__}{recipe}, with {libraries}{earlier}."


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"


def _missing(tables: Sequence[RegionTable]) -> Iterator[str]:
    for what, is_missing in _WANTED:
        places = [table for table in tables if is_missing(table.entry.spectrum)]
        if len(places) == len(tables) and places:
            yield f"{what}: all spectra"
        elif places:
            yield f"{what}: " + "; ".join(f"{t.entry.sample}, {t.entry.label}" for t in places)
    yield _NEVER_IN_FILES


_WANTED: tuple[tuple[str, Callable[[Spectrum], bool]], ...] = (
    ("instrument", lambda s: not s.instrument),
    ("date of acquisition", lambda s: not s.acquired),
    ("X-ray source", lambda s: not s.source_label),
    ("whether the source is monochromatic", lambda s: s.monochromatic is None),
    ("photon energy", lambda s: s.photon_energy_ev is None),
    ("pass energy", lambda s: s.pass_energy_ev is None),
    ("dwell time", lambda s: s.dwell_s is None),
    ("number of sweeps", lambda s: s.sweeps is None),
    ("transmission function", lambda s: s.transmission is None),
    ("file of the raw data", lambda s: s.origin is None and not s.summed),
)
