"""The settings of the quantification as plain data and back, for the session file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from xps.escape_depth import Material
from xps.plain_fields import Fields, MalformedError
from xps.quantification_settings import (
    TRANSMISSION_SOURCES,
    QuantificationSettings,
    TransmissionSource,
)
from xps.sensitivity import SensitivitySet
from xps.transmission import TransmissionTable

Plain = dict[str, Any]

_BY_DEFAULT = QuantificationSettings()


def plain_quantification(settings: QuantificationSettings) -> Plain:
    """Return the field ``quantification`` of a session; empty where all is as by default."""
    if settings == _BY_DEFAULT:
        return {}
    own, known, escape = settings.sensitivity, settings.transmission, settings.escape
    transmission: Plain
    if isinstance(known, TransmissionTable):
        points = [list(point) for point in zip(known.kinetic_ev, known.transmission, strict=True)]
        transmission = {"kind": "table", "name": known.name, "points": points}
    elif isinstance(known, str):
        transmission = {"kind": known}
    else:
        transmission = {"kind": "power", "exponent": known}
    return {
        "quantification": {
            "sensitivity": None
            if own is None
            else {
                "name": own.name,
                "factors": dict(own.factors),
                "anisotropies": dict(own.anisotropies),
            },
            "transmission": transmission,
            "escape": {"kind": "material", **asdict(escape)}
            if isinstance(escape, Material)
            else {"kind": "power", "exponent": escape},
            "angle_deg": settings.angle_deg,
        }
    }


def quantification_of(table: Fields | None) -> QuantificationSettings:
    """Build the settings; those by default where there is no field.

    Raises
    ------
    MalformedError
        Naming the field that is missing or wrong.
    RecipeError
        If the values contradict each other.
    """
    if table is None:
        return _BY_DEFAULT
    own = table.maybe_table("sensitivity")
    return QuantificationSettings(
        None
        if own is None
        else SensitivitySet(
            own.text("name"),
            tuple(own.numbers("factors").items()),
            tuple(own.numbers("anisotropies").items()),
        ),
        _transmission(table.table("transmission")),
        _escape(table.table("escape")),
        table.maybe_number("angle_deg"),
    )


def _transmission(table: Fields) -> TransmissionSource | float | TransmissionTable:
    kind = table.choice("kind", (*TRANSMISSION_SOURCES, "power", "table"))
    if kind == "power":
        return table.number("exponent")
    if kind != "table":
        return cast(TransmissionSource, kind)
    points = []
    for i, point in enumerate(table.items("points")):
        where = f"{table.where}.points"
        if not isinstance(point, list):
            raise MalformedError(f"{where} holds something that is not a pair")
        points.append(Fields({str(i): point}, where).pair(str(i)))
    return TransmissionTable(
        table.text("name"), tuple(e for e, _ in points), tuple(t for _, t in points)
    )


def _escape(table: Fields) -> float | Material:
    if table.choice("kind", ("power", "material")) == "power":
        return table.number("exponent")
    names = ("density_g_cm3", "molar_mass_g", "valence_electrons", "gap_ev")
    return Material(table.text("formula"), *(table.number(name) for name in names))
