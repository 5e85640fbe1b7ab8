"""Export fits as a script that needs numpy and lmfit, and nothing of Doublet.

Names from files enter as Python literals only; every other word is this module's own.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from xps.component import Component
from xps.losses import LOSSES
from xps.model import BACKGROUND_ID, Ref
from xps.project import Project
from xps.script_fit import ScriptFit, ScriptRegion, script_fits
from xps.script_parts import functions_source
from xps.version import __version__

Floats = NDArray[np.float64]

_WIDTH = 100
_POWERS = {"offset": 0, "slope": 1, "curvature": 2, "cubic": 3}

_HEAD = '''"""Fits of photoelectron spectra, as exported by Doublet {version}.

It needs Python 3.9 or newer, numpy and lmfit (python -m pip install numpy lmfit), and repeats the
fits from rounded start values: python {name}

Energies are binding energies after charge correction, in eV; areas are integrals over all
energies. The weights are those of the final model, 1 / sigma^2, so that the minimum of the squares
is that of the likelihood. `FITS` below has the data, the numbers and what ties them:

  free          start value and bounds of each number that the fit decides
  fixed         numbers that it does not
  links         number = factor * target + distance
  ties          areas of one compound: ratio * leader * exp(sigma * discrepancy)
  expectations  number (or its distance from another), expected at mean +- sigma
"""
'''


def script_text(project: Project, name: str = "fit.py") -> tuple[str, tuple[str, ...]]:
    """Return a script that repeats the fits of a project with lmfit alone.

    Parameters
    ----------
    project : Project
    name : str
        Under which it will be called.

    Returns
    -------
    text : str
    notes : tuple of str
        Fits that were left out, and why.

    Raises
    ------
    XpsError
        If there is no fit that belongs to data and settings as they are.
    """
    fits, notes = script_fits(project)
    components = [c for fit in fits for part in fit.regions for c in part.region.components]
    needed = {"run", *(_shape(component) for component in components)}
    if any(part.region.background.has_losses for fit in fits for part in fit.regions):
        needed.add("losses")
    safe = name if name.isidentifier() or name.replace(".py", "").isidentifier() else "fit.py"
    parts = [
        _HEAD.format(version=__version__, name=safe),
        functions_source(needed),
        f"# The data and the numbers {'-' * 72}\n",
        "FITS = []\n",
        *(_fit_source(fit) for fit in fits),
        '\nif __name__ == "__main__":\n    run(FITS)\n',
    ]
    return "\n".join(parts), tuple(notes)


def _shape(component: Component) -> str:
    return component.shape.replace("-", "_")


def _fit_source(fit: ScriptFit) -> str:
    free = {
        name: (rough_start(name, *number), *(_bound(bound) for bound in number[1:]))
        for name, number in fit.free.items()
    }
    fields = [
        _table("free", (f"{name!r}: {start}" for name, start in free.items())),
        _table(
            "fixed",
            (
                f"{name!r}: {value!r}" + ("  # held by its bound" if name in fit.at_bound else "")
                for name, value in fit.fixed.items()
            ),
            comments=True,
        ),
        _table("links", (f"{name!r}: {link!r}" for name, link in fit.links.items())),
        _table("ties", map(repr, fit.ties), "[]"),
        _table("expectations", map(repr, fit.expectations), "[]"),
        _table("scale", map(repr, fit.scale), "[]"),
        _table("regions", (_region_source(part) for part in fit.regions), "[]"),
    ]
    return f"FITS.append(\n    {{\n{_indented(fields, 8)}\n    }}\n)\n"


def rough_start(name: str, value: float, low: float, high: float) -> float:
    """Return a start value that is not the answer: a few digits of it, within its bounds."""
    digits = 1 if name.endswith("_center") else 1 - _magnitude(value)
    rough = round(value, digits)
    return rough if low < rough < high else value


def _magnitude(value: float) -> int:
    return int(np.floor(np.log10(abs(value)))) if value else 0


def _bound(bound: float) -> float | _Infinite:
    return bound if np.isfinite(bound) else _Infinite(bound)


class _Infinite(float):
    """A missing bound, as Python source."""

    def __repr__(self) -> str:
        return "math.inf" if self > 0.0 else "-math.inf"


def _region_source(part: ScriptRegion) -> str:
    points, region = part.problem, part.region
    shift = part.fit.charge_shift_ev
    measured = points.kernel.energy - shift
    per_unit = points.noise.counts_per_unit
    origin = part.entry.spectrum.origin
    stored = {
        part.number(ref): (param.value, part.fit.stderr(ref))
        for ref, param in part.fit.region.params()
    }
    fields = [
        f"'title': {f'{part.entry.sample}, {part.entry.label}'!r},",
        f"'source': {None if origin is None else (origin.file, origin.sha256)!r},",
        f"'unit': {part.fit.area_unit!r},",
        f"'energy': {_array(_shortest(measured, points.kernel.energy, shift))} + {shift!r},",
        f"'data': {_array(points.observed)} / {per_unit!r},",
        f"'sigma': {_array(part.sigma, digits=12)},",
        f"'start': {region.window_ev[0]!r},",
        f"'shift': {part.shift!r},",
        f"'freedom': {part.freedom!r},",
        _table("background", _background_source(part)),
        _table("components", (_component_source(part, c) for c in region.components), "[]"),
        f"'numbers': {_names(stored)},",
        _table("stored", (f"{name!r}: {number!r}" for name, number in stored.items())),
    ]
    return f"{{\n{_indented(fields, 4)}\n}}"


def _component_source(part: ScriptRegion, component: Component) -> str:
    lines = [(line.offset_ev, line.fraction) for line in component.lines.lines]
    numbers = [part.number(Ref(component.id, name)) for name in component.params]
    return (
        f"{{'name': {component.id!r}, 'title': {component.name!r}, 'shape': {_shape(component)},\n"
        f" 'lines': {lines!r},\n 'numbers': {_names(numbers)}}}"
    )


def _background_source(part: ScriptRegion) -> Iterable[str]:
    background = part.region.background
    numbers = {name: part.number(Ref(BACKGROUND_ID, name)) for name in background.params}
    if part.problem.kernel.static_background is not None:
        yield f"'computed': {_array(part.problem.kernel.static_background, digits=15)}"
        return
    polynomial = {_POWERS[name]: number for name, number in numbers.items() if name in _POWERS}
    yield f"'polynomial': {polynomial!r}"
    if background.has_step:
        own = {id_ for id_, _ in background.own_k}
        steps = {
            component.id: numbers[f"k_{component.id}" if component.id in own else "k"]
            for component in part.region.components
        }
        yield f"'steps': {steps!r}"
    if background.has_losses:
        loss = LOSSES[background.loss]
        numbers_of_loss = f"{loss.b!r}, {loss.c!r}, {loss.d!r}, {loss.gap_ev!r}"
        yield f"'t': {numbers['t']!r}"
        yield f"'losses': lambda energy: losses(energy, {numbers_of_loss})"


def _shortest(measured: Floats, corrected: Floats, shift: float) -> Floats:
    """Measured energies with few digits that still give every bit of the corrected ones."""
    rounded = np.round(measured, 6)
    return rounded if np.array_equal(rounded + shift, corrected) else measured


def _array(values: Floats, digits: int = 17) -> str:
    whole = bool((values == np.round(values)).all()) and float(np.abs(values).max()) < 1e15
    texts = [f"{value:.0f}" if whole else f"{value:.{digits}g}" for value in values.tolist()]
    if not whole and digits == 17:
        texts = [repr(value) for value in values.tolist()]
    body = textwrap.fill(", ".join(texts), _WIDTH - 20)
    return f"np.array([\n{textwrap.indent(body, '    ')}\n])"


def _names(numbers: Iterable[str]) -> str:
    body = textwrap.fill(", ".join(map(repr, numbers)), _WIDTH - 28, break_long_words=False)
    return f"[{body}]" if "\n" not in body else f"[\n{textwrap.indent(body, '    ')}\n]"


def _table(name: str, items: Iterable[str], brackets: str = "{}", comments: bool = False) -> str:
    rows = list(items)
    if not rows:
        return f"{name!r}: {brackets},"
    if comments:
        rows = [row.replace("  #", ",  #") if "  #" in row else f"{row}," for row in rows]
    else:
        rows = [f"{row}," for row in rows]
    return f"{name!r}: {brackets[0]}\n{_indented(rows, 4)}\n{brackets[1]},"


def _indented(rows: Iterable[str], by: int) -> str:
    return "\n".join(textwrap.indent(row, " " * by) for row in rows)
