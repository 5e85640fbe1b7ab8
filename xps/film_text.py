"""The thickness of a film in words: from the command line, and for it, its JSON and reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xps.errors import RecipeError
from xps.film import Layer
from xps.film_series import PARTICLES, FilmMethod, FilmOnSample, FilmSeries, ShapeUnder
from xps.levels import parse_core_level
from xps.markup import Cell, Content, Html, element, items, table
from xps.numbers_text import UNKNOWN, number, upper_limit, with_error
from xps.overlayer import Thickness
from xps.quantification_settings import parse_material

FORMAT = "doublet.thickness/1"


def parse_method(
    film: tuple[str, str],
    substrate: tuple[str, str],
    under: Sequence[str] = (),
    particles: str = "flat",
    emission_angle_deg: float = 0.0,
) -> FilmMethod:
    """Return the method that the words of the command line mean.

    Parameters
    ----------
    film, substrate : (str, str)
        Line and material, see `parse_layer`.
    under : sequence of str
        See `parse_under`.
    particles : str
        See `parse_particles`.
    emission_angle_deg : float

    Raises
    ------
    RecipeError
        Naming what cannot be read.
    """
    return FilmMethod(
        parse_layer(*film),
        parse_layer(*substrate),
        tuple(map(parse_under, under)),
        emission_angle_deg,
        parse_particles(particles),
    )


def parse_layer(line: str, material: str) -> Layer:
    """Return the layer of a line, ``LEVEL`` or ``LEVEL:ID,ID``, and a material.

    Raises
    ------
    RecipeError
        If the level is no core level, or the material cannot be read.
    """
    level, _, ids = line.partition(":")
    return Layer(parse_material(material), _core_level(level), _ids(ids))


def parse_under(text: str) -> ShapeUnder:
    """Return the shape that ``LEVEL=SAMPLE`` or ``LEVEL=SAMPLE:ID,ID`` names.

    Raises
    ------
    RecipeError
        If it names no core level or no sample.
    """
    level, _, lender = text.partition("=")
    sample, _, ids = lender.partition(":")
    if not sample.strip():
        raise RecipeError(f"the shape {text!r} of no sample", 'write it as "Al 2p=SAMPLE"')
    return ShapeUnder(_core_level(level), sample.strip(), _ids(ids))


def parse_particles(text: str) -> float:
    """Return the shape factor of a form of particles by name, or a number above zero.

    Raises
    ------
    RecipeError
        If it is neither.
    """
    if text in PARTICLES:
        return PARTICLES[text]
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0.0 < factor <= 1.0:
        known = ", ".join(PARTICLES)
        raise RecipeError(f"the particles {text!r}", f"give {known}, or a factor of 0 to 1")
    return factor


def thickness_dict(series: FilmSeries) -> dict[str, Any]:
    """Return the ``doublet.thickness/1`` object."""
    method = series.method
    return {
        "format": FORMAT,
        "basis": series.basis,
        "film": _layer(method.film),
        "substrate": _layer(method.substrate),
        "emission_angle_deg": method.emission_angle_deg,
        "shape_factor": method.shape_factor,
        "samples": [_sample(one) for one in series.samples],
    }


def thickness_text(series: FilmSeries) -> str:
    """Return the lines of ``doublet thickness``."""
    lines = [f"Thickness in nm: {series.basis}"]
    for one in series.samples:
        found = one.thickness
        if found is None:
            lines.append(f"  {one.sample}: no thickness: {one.failure}")
            continue
        systematic = "" if found.systematic is None else f" ± {_systematic(found)}"
        lines.append(f"  {one.sample}: {_value(found)}{systematic}")
        lines += [f"    {text}" for text in (found.reason, *found.warnings) if text]
    return "\n".join(lines)


def thickness_section(series: FilmSeries) -> list[Html]:
    """Return the section of a report."""
    rows: list[Sequence[Cell | Content]] = []
    remarks: list[str] = []
    for one in series.samples:
        found = one.thickness
        if found is None:
            rows.append((one.sample, Cell(UNKNOWN, str(one.failure), "number"), UNKNOWN))
            remarks.append(f"{one.sample}: {one.failure}")
            continue
        value = Cell(_value(found), found.reason, "number")
        rows.append((one.sample, value, _systematic(found)))
        remarks += [f"{one.sample}: {text}" for text in (found.reason, *found.warnings) if text]
    head = ("Sample", "Thickness / nm", "Systematic error / nm")
    notes = [items(remarks)] if remarks else []
    return [table(head, rows), *notes, element("p", f"{series.basis}.", class_="facts")]


def _value(found: Thickness) -> str:
    if found.nm is not None:
        return with_error(found.nm, found.stderr, decimals=2)
    if found.upper_limit_nm is not None:
        return upper_limit(found.upper_limit_nm)
    return f"> {number(found.lower_limit_nm)}"


def _systematic(found: Thickness) -> str:
    if found.systematic is None:
        return UNKNOWN
    parts = ", ".join(f"{name} {value:.2g}" for name, value in found.systematic_parts.items())
    return f"{found.systematic:.2g} (systematic: {parts})"


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "core_level": layer.core_level,
        "components": list(layer.components),
        "material": layer.material.formula,
    }


def _sample(one: FilmOnSample) -> dict[str, Any]:
    found = one.thickness or Thickness()
    return {
        "sample": one.sample,
        "nm": found.nm,
        "stderr": found.stderr,
        "systematic": found.systematic,
        "systematic_parts": dict(found.systematic_parts),
        "upper_limit_95_nm": found.upper_limit_nm,
        "lower_limit_nm": found.lower_limit_nm,
        "reason": found.reason if one.failure is None else str(one.failure),
        "warnings": list(found.warnings),
    }


def _core_level(text: str) -> str:
    level = parse_core_level(text.strip())
    if level is None:
        raise RecipeError(f"{text.strip()!r} is no core level", 'write it as "Al 2p"')
    return level


def _ids(text: str) -> tuple[str, ...]:
    return tuple(id_.strip() for id_ in text.split(",") if id_.strip())
