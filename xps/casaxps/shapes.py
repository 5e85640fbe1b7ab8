"""Line shapes as CasaXPS writes them, such as ``GL(30)``, and those of Doublet."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from xps.component import default_shape_params
from xps.errors import RecipeError
from xps.lineshapes import SHAPES
from xps.lineshapes.sums import GAUSS_AREA, LORENTZ_AREA
from xps.lineshapes.tabulated import SIGMA_PER_GAUSS
from xps.parameters import Param

_CALL = re.compile(r"\s*([A-Za-z]+)\s*\(([^()]*)\)\s*")
_PERCENT = 100.0
_FWHM_PER_SIGMA = 2.0 * math.sqrt(2.0 * math.log(2.0))
_MOST_GAUSS = SHAPES["la"].parameters[-1].high

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


def shape_text(kind: str, values: Sequence[float]) -> tuple[str, str]:
    """Return a line shape as CasaXPS writes it, and what must be said of it.

    Parameters
    ----------
    kind : str
        A key of `xps.lineshapes.SHAPES`.
    values : sequence of float
        Its parameters.

    Raises
    ------
    RecipeError
        If CasaXPS has no such shape.
    """
    match kind, values:
        case "gl", (mixing,):
            return _call("GL", _PERCENT * mixing), ""
        case "sgl", (mixing,):
            return _call("SGL", _PERCENT * mixing), ""
        case "gaussian", ():
            return _call("GL", 0.0), ""
        case "lorentzian", ():
            return _call("GL", _PERCENT), ""
        case "la", (alpha, beta, gauss):
            return _call("LA", alpha, beta, gauss), ""
        case "la-symmetric", (power, gauss):
            return _call("LA", power, gauss), ""
        case "pseudo-voigt", (mixing,):
            of_height = mixing * GAUSS_AREA
            of_height /= of_height + (1.0 - mixing) * LORENTZ_AREA
            return _call("SGL", _PERCENT * of_height), "is written as SGL, which is the same curve"
        case "voigt", (mixing,) if mixing > 0.0:
            gauss = (1.0 - mixing) / mixing / _FWHM_PER_SIGMA / SIGMA_PER_GAUSS
            if gauss <= _MOST_GAUSS:
                return _call("LA", 1.0, gauss), "is written as LA, which is the same curve"
    raise RecipeError(
        f"the line shape {SHAPES[kind].title}",
        "CasaXPS has no such curve: choose GL, SGL or LA",
    )


def _call(name: str, *numbers: float) -> str:
    return f"{name}({','.join(f'{number:.10g}' for number in numbers)})"


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
