"""What is true of simulated spectra: samples, species and their amounts."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xps.errors import RecipeError
from xps.lineshapes import SHAPES
from xps.plain_fields import Fields, MalformedError
from xps.recipe import Recipe
from xps.resources import resource

FORMAT = "doublet.truth/1"
_MAX_BYTES = 10_000_000


@dataclass(frozen=True)
class ComponentTruth:
    """One component of a simulated spectrum; areas in counts/s·eV, both lines of a doublet."""

    species: str
    center_ev: float
    fwhm_ev: float
    area: float
    shape_parameters: Mapping[str, float]


@dataclass(frozen=True)
class SpectrumTruth:
    """One simulated spectrum.

    Attributes
    ----------
    core_level : str
    window_ev : (float, float)
        Corrected binding energies of its ends.
    step_ev, dwell_s, sweeps : float
        Distance of the points, counting time per point and sweep, and number of sweeps.
    level : float
        Background at the low binding energy end, counts/s.
    slope : float
        Change of the background, counts/s per eV.
    k : float
        Step of the background per peak area, 1/eV.
    components : tuple of ComponentTruth
    """

    core_level: str
    window_ev: tuple[float, float]
    step_ev: float
    dwell_s: float
    sweeps: float
    level: float
    slope: float
    k: float
    components: tuple[ComponentTruth, ...]


@dataclass(frozen=True)
class SampleTruth:
    """One simulated sample; its measured energies are the true ones minus the shift."""

    name: str
    charge_shift_ev: float
    spectra: tuple[SpectrumTruth, ...]


@dataclass(frozen=True)
class Truth:
    """All simulated samples."""

    samples: tuple[SampleTruth, ...]
    photon_energy_ev: float = 1486.6
    pass_energy_ev: float = 20.0

    def to_json(self) -> str:
        """Return it as the text of a truth file."""
        return json.dumps({"format": FORMAT} | asdict(self), indent=1, ensure_ascii=False) + "\n"


def truth_of(recipe: Recipe) -> Truth:
    """Return a truth with the start values of a recipe and equal areas.

    The first component is five times as strong as the others, and the background is as high
    as its peak.
    """
    spectra = []
    for region in recipe.regions:
        low, high = region.window_ev
        components = tuple(
            ComponentTruth(
                component.species or component.id,
                component.center.value,
                component.fwhm.value,
                5000.0 if component.id == recipe.charge.component else 1000.0,
                {
                    parameter.name: param.value
                    for parameter, param in zip(
                        SHAPES[component.shape].parameters, component.shape_params, strict=True
                    )
                },
            )
            for component in region.components
        )
        spectra.append(
            SpectrumTruth(
                region.core_level, (low, high), 0.05, 0.1, 20.0, 2500.0, 0.0, 0.03, components
            )
        )
    return Truth((SampleTruth(f"{recipe.name} (simulated)", 0.0, tuple(spectra)),))


def read_truth(path: str | Path) -> Truth:
    """Read a truth file, JSON or TOML, or a shipped truth by its name.

    Raises
    ------
    RecipeError
        Naming the field that is missing or wrong.
    """
    source = Path(path)
    if not source.exists():
        source = shipped_truth(path) or source
    try:
        if source.stat().st_size > _MAX_BYTES:
            raise RecipeError("larger than 10 MB: not a truth file", path=path)
        if not source.is_file():
            raise RecipeError("cannot read the truth: this is no file", path=path)
        text = source.read_text(encoding="utf-8")
        document = json.loads(text) if text.lstrip()[:1] == "{" else tomllib.loads(text)
        return _truth(Fields(document, "truth"))
    except OSError as error:
        raise RecipeError(f"cannot read the truth: {error.strerror}", path=path) from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"not a truth file: {error}", path=path) from error


def shipped_truth(name: str | Path) -> Path | None:
    """Return the file of a truth that ships with Doublet, such as "cathode", or None."""
    if Path(name).name != str(name):
        return None
    path = resource("samples", f"{name}.truth.json")
    return path if path.is_file() else None


def _truth(table: Fields) -> Truth:
    if table.text("format") != FORMAT:
        raise MalformedError(f"format = {table.text('format')!r}, expected {FORMAT!r}")
    samples = tuple(
        SampleTruth(
            sample.text("name"),
            sample.number("charge_shift_ev", 0.0),
            tuple(_spectrum(spectrum) for spectrum in sample.tables("spectra")),
        )
        for sample in table.tables("samples")
    )
    if not samples or not all(sample.spectra for sample in samples):
        raise MalformedError("a truth needs at least one sample with one spectrum")
    return Truth(
        samples, table.number("photon_energy_ev", 1486.6), table.number("pass_energy_ev", 20.0)
    )


def _spectrum(table: Fields) -> SpectrumTruth:
    low, high = table.pair("window_ev")
    step = table.number("step_ev")
    if not (step > 0.0 and low + step < high and (high - low) / step < 1e6):
        raise MalformedError(f"{table.where}: {low} to {high} eV by {step} eV is no energy axis")
    return SpectrumTruth(
        table.text("core_level"),
        (low, high),
        step,
        table.number("dwell_s"),
        table.number("sweeps"),
        table.number("level"),
        table.number("slope", 0.0),
        table.number("k", 0.0),
        tuple(_component(component) for component in table.tables("components")),
    )


def _component(table: Fields) -> ComponentTruth:
    shape = table.maybe_table("shape_parameters")
    return ComponentTruth(
        table.text("species"),
        table.number("center_ev"),
        table.number("fwhm_ev"),
        table.number("area"),
        {"mixing": table.number("mixing", 0.3)}
        | ({} if shape is None else table.numbers("shape_parameters")),
    )


def as_truth(truth: Truth | Mapping[str, Any] | str | Path | None, recipe: Recipe) -> Truth:
    """Return a truth from whatever describes it; None stands for the recipe's own values."""
    if isinstance(truth, Truth):
        return truth
    if truth is None:
        return truth_of(recipe)
    if isinstance(truth, Mapping):
        try:
            return _truth(Fields(truth, "truth"))
        except MalformedError as error:
            raise RecipeError(f"not a truth: {error}") from error
    return read_truth(truth)
