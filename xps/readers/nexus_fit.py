"""The fits that NeXus entries carry (NXfit), as a line of text in the notes of a spectrum.

Notes stay with a spectrum, in sessions as in other files; what the line means is judged when
it is asked for (`xps.casaxps.nexus_fit`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from xps.hdf5 import Dataset, Group

HEADING: Final = "NXfit: "
_LONGEST_TEXT: Final = 200
_MOST_PEAKS: Final = 200
_MOST_PARAMETERS: Final = 50
_BOUNDS: Final = {"_min": "min", "_max": "max"}

Plain = dict[str, Any]


def fit_text(entry: Group) -> str:
    """Return the first fit of an entry in one line, after `HEADING`; "" where there is none.

    Raises
    ------
    ReadError
        If the file is damaged.
    """
    fits = list(_of_class(entry, "NXfit"))
    if not fits:
        return ""
    name, fit = fits[0]
    peaks = list(_of_class(fit, "NXpeak"))[:_MOST_PEAKS]
    energies = fit.numbers("data/input_independent")
    document = {
        "name": fit.text("label")[:_LONGEST_TEXT] or name,
        "energies": None
        if energies is None or not energies.size or not np.isfinite(energies).all()
        else [float(energies.min()), float(energies.max())],
        "units": _units(fit, "data/input_dependent") or _units(fit, "data/fit_sum"),
        "shift": entry.number("energy_referencing/offset"),
        "peaks": [_peak(n, p) for n, p in peaks if not n.startswith("background")],
        "backgrounds": [_peak(n, p) for n, p in peaks if n.startswith("background")],
        "others": [other for other, _ in fits[1:]][:_MOST_PEAKS],
    }
    return HEADING + json.dumps(document, ensure_ascii=False, allow_nan=False)


def fit_line(notes: str) -> str:
    """Return the line of `fit_text` in the notes of a spectrum, without its heading; or ""."""
    lines = (line for line in notes.splitlines() if line.startswith(HEADING))
    return next(lines, "").removeprefix(HEADING)


def _of_class(group: Group, kind: str) -> Iterator[tuple[str, Group]]:
    for name, member in group.groups():
        if member.attributes.get("NX_class") == kind:
            yield name, member


def _units(group: Group, path: str) -> str:
    node = group.get(path)
    return str(node.attributes.get("units", "")) if isinstance(node, Dataset) else ""


def _peak(name: str, peak: Group) -> Plain:
    found: Plain = {
        "name": name[:_LONGEST_TEXT],
        "label": peak.text("label")[:_LONGEST_TEXT],
        "function": peak.text("function/function_type")[:_LONGEST_TEXT],
        "description": peak.text("function/description")[:_LONGEST_TEXT],
        "total_area": peak.number("total_area"),
        "parameters": {},
    }
    parameters = peak.get("function/fit_parameters")
    if isinstance(parameters, Group):
        found["parameters"] = _parameters(parameters)
    return found


def _parameters(group: Group) -> dict[str, Plain]:
    """Numbers by name, with bounds whether they are attributes or numbers beside them."""
    found: dict[str, Plain] = {}
    bounds: list[tuple[str, str, float]] = []
    for name in group.names()[:_MOST_PARAMETERS]:
        node, value = group.get(name), group.number(name)
        if not isinstance(node, Dataset) or value is None:
            continue
        end = next((end for end in _BOUNDS if name.endswith(end)), None)
        if end is not None:
            bounds.append((name.removesuffix(end), _BOUNDS[end], value))
            continue
        said = {k: node.attributes[k] for k in ("min", "max", "vary") if k in node.attributes}
        found[name] = {"value": value} | {
            key: number
            for key, number in said.items()
            if isinstance(number, float) and math.isfinite(number)
        }
        tie = node.attributes.get("expression")
        if isinstance(tie, str) and tie:
            found[name]["expression"] = tie[:_LONGEST_TEXT]
    for name, end, value in bounds:
        if name in found:
            found[name].setdefault(end, value)
    return found
