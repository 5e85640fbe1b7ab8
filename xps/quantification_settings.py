"""How areas are turned into amounts: what the user chose, as one frozen value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from xps.errors import RecipeError
from xps.escape_depth import MATERIALS, Material
from xps.sensitivity import SET_NAME, SensitivitySet
from xps.transmission import TransmissionTable, read_transmission

TransmissionSource = Literal["file", "none"]
TRANSMISSION_SOURCES: tuple[TransmissionSource, ...] = get_args(TransmissionSource)

ESCAPE_EXPONENT = 0.75
_MAX_EXPONENT = 3.0
_MATERIALS = f"{', '.join(MATERIALS)}, or FORMULA,DENSITY,MOLAR_MASS,VALENCE_ELECTRONS,GAP"


@dataclass(frozen=True)
class QuantificationSettings:
    """How areas are turned into amounts.

    Attributes
    ----------
    sensitivity : SensitivitySet or None
        A set of one's own; None for Scofield's.
    transmission : "file", "none", float or TransmissionTable
        From the files where all regions of a sample have one; none (intensities are corrected
        already); ∝ E^−n with this n; or a table of one's own.
    escape : float or Material
        Exponent of the kinetic energy, 0 for a set that contains the escape depth already; or
        a material whose mean free path by TPP-2M is used.
    angle_deg : float or None
        Angle between X-rays and analyzer; None leaves the angular distribution out, as it is
        right at the magic angle.

    Raises
    ------
    RecipeError
        If an exponent or the angle is out of range.
    """

    sensitivity: SensitivitySet | None = None
    transmission: TransmissionSource | float | TransmissionTable = "file"
    escape: float | Material = ESCAPE_EXPONENT
    angle_deg: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.transmission, str) and self.transmission not in TRANSMISSION_SOURCES:
            known = ", ".join(TRANSMISSION_SOURCES)
            raise RecipeError(f"the transmission {self.transmission!r}", f"use one of {known}")
        for name, value in (("transmission", self.transmission), ("escape depth", self.escape)):
            if isinstance(value, int | float) and not abs(value) <= _MAX_EXPONENT:
                raise RecipeError(
                    f"an exponent of {value} for the {name}",
                    f"give one within ±{_MAX_EXPONENT:g}",
                )
        if self.angle_deg is not None and not 0.0 <= self.angle_deg <= 180.0:
            raise RecipeError(
                f"an angle of {self.angle_deg}° between X-rays and analyzer", "give 0 to 180"
            )

    @property
    def set_name(self) -> str:
        """Name of the sensitivity factors, as it stands in every output."""
        return SET_NAME if self.sensitivity is None else f"{self.sensitivity.name} (own table)"

    def basis(self, *, from_file: bool) -> str:
        """Return all this in words.

        Parameters
        ----------
        from_file : bool
            Whether the files gave the transmission of all that was counted.
        """
        if isinstance(self.escape, Material):
            escape = f"escape depth by TPP-2M in {self.escape.formula}"
        elif self.escape == 0.0:
            escape = "no escape depth (taken as part of the factors)"
        else:
            escape = f"escape depth ∝ E^{self.escape:g}"
        factors, transmission, *angle = self._emission(from_file)
        return ", ".join((factors, transmission, escape, *angle))

    def emission_basis(self, *, from_file: bool) -> str:
        """Return in words what an atom emits into the analyzer; see `basis`."""
        return ", ".join(self._emission(from_file))

    def _emission(self, from_file: bool) -> list[str]:
        known = self.transmission
        if isinstance(known, str):
            transmission = (
                "no transmission (intensities taken as corrected)"
                if known == "none"
                else "transmission from the files"
                if from_file
                else "transmission taken as constant"
            )
        elif isinstance(known, TransmissionTable):
            transmission = f"transmission from the table {known.name}"
        else:
            transmission = f"transmission ∝ E^{-known:g}"
        words = [f"{self.set_name} sensitivity factors", transmission]
        if self.angle_deg is not None:
            words.append(f"angular distribution at {self.angle_deg:g}°")
        return words


def parse_transmission(text: str) -> TransmissionSource | float | TransmissionTable:
    """Return what the command line says of the transmission: file, none, n, or a table.

    Raises
    ------
    RecipeError
        If it is none of them, or the table cannot be read.
    """
    for source in TRANSMISSION_SOURCES:
        if text == source:
            return source
    number = _number(text)
    return read_transmission(Path(text)) if number is None else number


def parse_escape(text: str) -> float | Material:
    """Return what the command line says of the escape depth.

    An exponent of the kinetic energy; ``none``; or a material.

    Raises
    ------
    RecipeError
        If it is none of them.
    """
    if text == "none":
        return 0.0
    number = _number(text)
    if number is not None:
        return number
    try:
        return parse_material(text)
    except RecipeError as error:
        if error.reason.startswith("the material"):
            raise RecipeError(
                f"the escape depth {text!r}", f"give an exponent, none, or a material: {_MATERIALS}"
            ) from error
        raise


def parse_material(text: str) -> Material:
    """Return a shipped material by name, or one of the user's own.

    Its own are written ``FORMULA,DENSITY,MOLAR_MASS,VALENCE_ELECTRONS,GAP``.

    Raises
    ------
    RecipeError
        If it is neither.
    """
    if text.casefold() in MATERIALS:
        return MATERIALS[text.casefold()]
    formula, *rest = text.split(",")
    numbers = [_number(word) for word in rest]
    density, mass, electrons, gap = (*numbers, *[None] * 4)[:4]
    if len(rest) != 4 or density is None or mass is None or electrons is None or gap is None:
        raise RecipeError(f"the material {text!r}", f"give one of {_MATERIALS}")
    return Material(formula, density, mass, electrons, gap)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
