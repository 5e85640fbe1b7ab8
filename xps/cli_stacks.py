"""The commands for stacks: maps of what their fits say, and a look before any fit."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from xps.cli_options import UsageError
from xps.cli_output import EXIT_FAILED, EXIT_OK, complain, print_json, print_text
from xps.errors import FitError
from xps.levels import parse_core_level

if TYPE_CHECKING:
    from xps.series_fit import SeriesFit
    from xps.stack_model import StackModel
    from xps.stack_result import StackFit
    from xps.stacks import Stack

MAP_FORMAT = "doublet.map/1"
COMPONENTS_FORMAT = "doublet.components/1"
_DRAWN = ("share", "shift", "reduced_chi2", "flags")
_FIGURES = (".png", ".pdf", ".svg")
_TENSE = 3.0


def map_(options: argparse.Namespace) -> int:
    """Fit every spectrum of a map, profile or series; write what they say over their places."""
    from xps.maps import maps_of
    from xps.stack_recipe import models_of
    from xps.stacks import open_stacks

    ending = Path(options.out).suffix.lower()
    if ending not in (".nxs", *_FIGURES):
        raise UsageError(f"--out FILE ends with .nxs, {', '.join(_FIGURES)}, not {ending or '?'}")
    stacks = _of_level(open_stacks(options.file), options.level)
    models = models_of(stacks, options.recipe)
    if ending in _FIGURES:
        _refuse_panels(models)
    fitted = []
    for stack, model in models:
        began = perf_counter()
        fit, series = _fitted(stack, model, options)
        fitted.append(_Fitted(stack, model, fit, series, perf_counter() - began))
    maps = [maps_of(one.stack, one.fit) for one in fitted]
    if ending == ".nxs":
        from xps.maps.nexus_map import write_maps

        triples = [(one.stack, one.fit, m) for one, m in zip(fitted, maps, strict=True)]
        write_maps(options.out, triples, options.recipe)
    else:
        from xps.maps.drawing import save_maps

        save_maps(options.out, [m for all_ in maps for m in all_ if m.kind in _DRAWN])
    for warning in dict.fromkeys(w for one in fitted for w in one.stack.warnings):
        complain(f"{Path(options.file).name}: {warning}")
    if options.json:
        print_json(
            {
                "format": MAP_FORMAT,
                "file": str(options.file),
                "recipe": options.recipe,
                "out": str(options.out),
                "stacks": [one.to_dict() for one in fitted],
            }
        )
    else:
        for one in fitted:
            print_text("\n".join(one.lines()))
        print_text(f"written to {options.out}")
    return (
        EXIT_OK if all(np.isfinite(one.fit.reduced_chi2).any() for one in fitted) else EXIT_FAILED
    )


def _refuse_panels(models: Sequence[tuple[Stack, StackModel]]) -> None:
    """Before the fits, which may take long: two maps of each component and two of all."""
    from xps.maps.drawing import refuse_panels

    refuse_panels(
        sum(
            math.prod(stack.shape[:-2]) * (2 * len(model.region.components) + 2)
            for stack, model in models
        )
    )


def components(options: argparse.Namespace) -> int:
    """Tell how many distinct spectra a map, profile or series holds, before any fit."""
    from xps.principal_components import principal_components
    from xps.stacks import open_stacks

    found = [
        principal_components(stack) for stack in _of_level(open_stacks(options.file), options.level)
    ]
    if options.json:
        print_json(
            {
                "format": COMPONENTS_FORMAT,
                "file": str(options.file),
                "stacks": [
                    {
                        "title": one.title,
                        "spectra": one.spectra,
                        "left_out": one.left_out,
                        "number": one.number,
                        "strengths": one.strengths.tolist(),
                        "explained": one.explained.tolist(),
                        "noise_known": one.noise_known,
                        "meaning": one.lines(),
                    }
                    for one in found
                ],
            }
        )
        return EXIT_OK
    for one in found:
        first, *rest = one.lines()
        strengths = ", ".join(f"{s:.3g}" for s in one.strengths.tolist())
        table = f"  strengths over the limit of noise: {strengths}"
        print_text("\n".join([first, table, *(f"  {line}" for line in rest)]))
    return EXIT_OK


def _of_level(stacks: Sequence[Stack], level: str | None) -> Sequence[Stack]:
    if level is None:
        return stacks
    wanted = parse_core_level(level) or level
    found = [stack for stack in stacks if stack.title == wanted]
    if not found:
        there = ", ".join(dict.fromkeys(stack.title for stack in stacks))
        raise UsageError(f"no stack is of {wanted}; there are {there}")
    return found


def _fitted(
    stack: Stack, model: StackModel, options: argparse.Namespace
) -> tuple[StackFit, SeriesFit | None]:
    from xps.series_fit import fit_series, shared_parameters
    from xps.stack_fit import fit_stack

    shared = shared_parameters(model, options.shared) if options.shared else ()
    smoothed = shared_parameters(model, options.smooth) if options.smooth else ()
    if smoothed and len(stack.shape) > 1:
        raise FitError(
            "a map has no neighbors one after the other",
            "use --smooth for profiles and series",
            where=stack.title,
        )
    if smoothed:
        _refuse_disorder(stack)
    alone = fit_stack(stack, model, progress=_progress(stack))
    if not shared and not smoothed:
        return alone, None
    from xps.smoothness import expected_step

    steps = {}
    for ref in smoothed:
        try:
            steps[ref] = expected_step(*alone.of(ref.component, ref.parameter))
        except ValueError as error:
            raise FitError(
                f"too few spectra tell how {ref} changes: {error}", "leave --smooth out"
            ) from error
    series = fit_series(stack, model, shared, smooth=steps, alone=alone)
    return series.fit, series


def _refuse_disorder(stack: Stack) -> None:
    """Smoothness is from one spectrum to the next: these must be neighbors."""
    (axis,) = stack.layout.axes
    steps = np.diff(axis.values)
    if not ((steps > 0.0).all() or (steps < 0.0).all()):
        raise FitError(
            f"its spectra are not in the order of {axis.name}",
            "export them in that order, or leave --smooth out",
            where=stack.title,
        )


def _progress(stack: Stack) -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, all_: int) -> None:
        end = "\n" if done == all_ else ""
        sys.stderr.write(f"\r{stack.title}: {done} of {all_}{end}")
        sys.stderr.flush()

    return show


@dataclass(frozen=True)
class _Fitted:
    """A stack with its fits."""

    stack: Stack
    model: StackModel
    fit: StackFit
    series: SeriesFit | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of ``doublet.map/1``."""
        fit, stack = self.fit, self.stack
        found: dict[str, Any] = {
            "core_level": stack.template.core_level,
            "shape": list(stack.shape),
            "axes": [{"name": a.name, "unit": a.unit} for a in stack.layout.axes],
            "spectra": stack.count,
            "area_unit": fit.area_unit,
            "charge_shift_ev": fit.charge_shift_ev,
            "reduced_chi2": _middle(fit.reduced_chi2),
            "flags": self._flags(),
            "seconds": self.seconds,
            "components": [
                {
                    "id": component.id,
                    "name": component.name,
                    "share": _middle(fit.shares[:, number]),
                    "share_stderr": _middle(fit.share_stderr[:, number]),
                    "share_range_90": _range(fit.shares[:, number]),
                    "center_ev": _middle(fit.of(component.id, "center")[0]),
                    "center_range_90_ev": _range(fit.of(component.id, "center")[0]),
                    "fwhm_ev": _middle(fit.of(component.id, "fwhm")[0]),
                }
                for number, component in enumerate(fit.components)
            ],
            "shared": [],
            "smooth": [],
        }
        if self.series is not None:
            series = self.series
            found["shared"] = [
                {"parameter": str(ref), "value": float(value), "stderr": _known(error)}
                for ref, value, error in zip(
                    series.shared, series.values, series.stderr.tolist(), strict=True
                )
            ]
            found["smooth"] = [
                {
                    "parameter": str(ref),
                    "step": step,
                    "contradicted": int(np.sum(np.abs(series.tension[ref]) > _TENSE)),
                }
                for ref, step in series.smooth.items()
            ]
            found["deviance_alone"], found["deviance_together"] = series.alone, series.together
        return found

    def _flags(self) -> dict[str, int]:
        from xps.stack_result import Flag

        return {
            flag.words.replace(" ", "_"): int(self.fit.flagged(flag).sum())
            for flag in Flag
            if self.fit.flagged(flag).any()
        }

    def lines(self) -> list[str]:
        """Return the text for people."""
        fit, facts = self.fit, self.to_dict()
        shape = " × ".join(map(str, facts["shape"]))
        chi2 = facts["reduced_chi2"]
        flags = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in facts["flags"].items())
        found = [
            f"{self.stack.title}: {shape} spectra, median χ²ᵣ "
            + ("unknown" if chi2 is None else f"{chi2:.2f}")
            + f"; flagged: {flags or 'none'}"
        ]
        for component, entry in zip(fit.components, facts["components"], strict=True):
            if entry["share"] is None:
                found.append(f"  {component.name}: its share is known nowhere")
                continue
            low, high = entry["share_range_90"]
            error = entry["share_stderr"]
            plus = "" if error is None else f" ± {100 * error:.1f}"
            found.append(
                f"  {component.name}: median share {100 * entry['share']:.1f}{plus} %, 90 % of the "
                f"places {100 * low:.1f} to {100 * high:.1f} %"
            )
        shared = (
            f"  {one['parameter']} of all: {one['value']:.4f} "
            + ("(no error)" if one["stderr"] is None else f"± {one['stderr']:.4f}")
            for one in facts["shared"]
        )
        smooth = (
            f"  {one['parameter']} changes by {one['step']:.3g} from one to the next; the data "
            f"contradict that at {one['contradicted']} places"
            for one in facts["smooth"]
        )
        return [*found, *shared, *smooth]


def _known(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _middle(values: Any) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else None


def _range(values: Any) -> list[float] | None:
    known = values[np.isfinite(values)]
    return np.percentile(known, (5.0, 95.0)).tolist() if known.size else None
