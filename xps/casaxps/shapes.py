"""Line shapes as CasaXPS writes them, such as ``GL(30)``, and those of Doublet."""

from __future__ import annotations

import re

from xps.component import default_shape_params
from xps.errors import RecipeError
from xps.lineshapes import SHAPES
from xps.parameters import Param

_CALL = re.compile(r"\s*([A-Za-z]+)\s*\(([^()]*)\)\s*")
_PERCENT = 100.0

ShapeAndNumbers = tuple[str, tuple[float, ...]]


def shape_of(text: str) -> tuple[str, tuple[Param, ...]]:
    """Return kind and parameters of a line shape; the parameters are fixed, as in CasaXPS.

    Raises
    ------
    RecipeError
        If Doublet has no such shape.
    """
    match = _CALL.fullmatch(text)
    try:
        numbers = tuple(float(part) for part in match[2].split(",")) if match else ()
    except ValueError:
        numbers = ()
    found = _found(match[1].upper(), numbers) if match and numbers else None
    if found is None:
        raise RecipeError(
            f"the line shape {text!r}", "Doublet reads GL, SGL, LA and, as an experiment, LF"
        )
    kind, values = found
    for known, value in zip(SHAPES[kind].parameters, values, strict=True):
        if not known.low <= value <= known.high:
            raise RecipeError(
                f"the line shape {text!r}",
                f"Doublet takes {known.title} from {known.low:g} to {known.high:g}",
            )
    return kind, tuple(Param(value, vary=False) for value in values)


def _found(name: str, numbers: tuple[float, ...]) -> ShapeAndNumbers | None:
    match name, numbers:
        case (("GL" | "SGL"), (percent,)):
            mixing = percent / _PERCENT
            if mixing == 1.0:
                return "lorentzian", ()
            return ("gl" if name == "GL" else "sgl"), (mixing,)
        case "LA", (gauss,):
            return "la-symmetric", (1.0, gauss)
        case "LA", (power, gauss):
            return "la-symmetric", (power, gauss)
        case "LA", (_, _, _):
            return "la", numbers
        case "LF", (alpha, beta, _, _, gauss):
            damping = default_shape_params("lf")[2].value  # that of CasaXPS is not published
            return "lf", (alpha, beta, damping, gauss)
    return None
