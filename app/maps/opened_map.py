"""What is known of a map or profile: its stacks, and the fits of those that were fitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from app.maps.quantity import Quantity
from xps.maps import ResultMap, maps_of
from xps.numbers_text import number as number_text
from xps.numbers_text import with_error
from xps.project import ChargeReference, Entry, Project, Sample
from xps.series_fit import SeriesFit
from xps.stack_model import StackModel
from xps.stack_result import Flag, StackFit
from xps.stacks import Stack, open_stacks

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_CHUNK = 1024  # spectra that are in memory at a time
_SAMPLE = "map"
_ENTRY = "place"

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The fits of all spectra of a stack.

    Attributes
    ----------
    recipe : str
        Its name.
    model : StackModel
    fit : StackFit
    together : SeriesFit or None
        What the spectra share, where they were fitted together.
    """

    recipe: str
    model: StackModel
    fit: StackFit
    together: SeriesFit | None = None


@dataclass(frozen=True, eq=False)
class OpenedMap:
    """A file or folder with its stacks.

    Attributes
    ----------
    path : Path
    stacks : tuple of Stack
    sums : tuple of ndarray, shape (spectra,)
        The mean intensity of each spectrum.
    fits : mapping of int to Fitted
        By the number of the stack.
    """

    path: Path
    stacks: tuple[Stack, ...]
    sums: tuple[Floats, ...]
    fits: Mapping[int, Fitted] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the readers doubted, each once."""
        return tuple(dict.fromkeys(text for stack in self.stacks for text in stack.warnings))

    def with_fits(self, fits: Mapping[int, Fitted]) -> OpenedMap:
        """Return the map with other fits."""
        return replace(self, fits=MappingProxyType(dict(fits)))

    def quantities(self, number: int) -> tuple[Quantity, ...]:
        """Return what can be shown of a stack: its intensity, and what its fits say."""
        stack = self.stacks[number]
        unit = stack.template.unit
        mean = Quantity(
            "mean", "mean intensity", "" if unit == "arbitrary" else unit,
            stack.image(self.sums[number]),
        )  # fmt: skip
        fitted = self.fits.get(number)
        return (mean,) if fitted is None else (*_of_fit(stack, fitted.fit), mean)

    def doubtful(self, number: int) -> Bools | None:
        """Return, in the shape of the places, which fits failed or carry a warning."""
        fitted = self.fits.get(number)
        if fitted is None:
            return None
        doubted: Floats = self.stacks[number].image((fitted.fit.flags != 0).astype(np.float64))
        return np.nan_to_num(doubted) > 0.0

    def spectrum_at(self, number: int, place: tuple[int, ...]) -> int | None:
        """Return which spectrum of a stack was taken at a place; None where there is none."""
        layout = self.stacks[number].layout
        cell = int(np.ravel_multi_index(place, layout.shape))
        found = np.flatnonzero(layout.cells == cell)
        return int(found[0]) if found.size else None

    def project_at(self, number: int, index: int) -> Project:
        """Return one spectrum with its model, as a project of its own.

        Raises
        ------
        ReadError, SpectrumError
            As `Stack.spectrum`.
        """
        stack, fitted = self.stacks[number], self.fits.get(number)
        name = f"{self.path.stem}, {place_text(stack, index)}"
        spectrum = stack.spectrum(index).with_(sample=name)
        shift = 0.0 if fitted is None else fitted.model.shift_ev
        charge = ChargeReference("manual", shift) if shift else ChargeReference()
        project = Project(
            samples=(Sample(name, charge, series=spectrum.series),),
            entries=(Entry(_ENTRY, spectrum),),
        )
        if fitted is None:
            return project
        fit, row = fitted.fit, index - fitted.fit.first
        if not np.isfinite(fit.values[row]).all():
            return project
        values = dict(zip(fit.refs, fit.values[row].tolist(), strict=True))
        free = {ref: values[ref] for ref, param in fit.region.params() if param.is_free}
        region = replace(fit.region.with_values(free), id="region", spectrum=_ENTRY)
        return project.with_region(region)

    @property
    def summary(self) -> str:
        """What came of the fits, in words."""
        parts = []
        for number, fitted in sorted(self.fits.items()):
            fit, stack = fitted.fit, self.stacks[number]
            doubted = Counter(
                flag.words for flag in Flag for _ in range(int(fit.flagged(flag).sum()))
            )
            details = ", ".join(f"{count:,} {words}" for words, count in doubted.most_common())
            quality = number_text(float(np.nanmedian(fit.reduced_chi2)), 2)
            parts.append(
                f"{stack.title}: {fit.count:,} spectra fitted, median χ²ᵣ {quality}"
                + (f"; {details}" if details else "")
            )
            if fitted.together is not None:
                parts.append(_shared_text(fitted.together))
        return ". ".join(parts) + "."

    def verdict(self, number: int, index: int) -> str:
        """Return what is to be known of the fit of one spectrum; "" where all is well."""
        fitted = self.fits.get(number)
        if fitted is None:
            return ""
        return Flag(int(fitted.fit.flags[index - fitted.fit.first])).words


def open_map(path: Path, cancelled: Cancelled, progress: Progress) -> OpenedMap:
    """Open the stacks of a file or folder, and look once at every spectrum.

    Raises
    ------
    ReadError
        If nothing in it is a stack, or it is damaged.
    CancelledError
    """
    from xps.cancel import raising

    stacks = open_stacks(path, cancelled=cancelled)
    ask = raising(cancelled, "the map")
    total, done, sums = sum(stack.count for stack in stacks), 0, []
    for stack in stacks:
        means = np.empty(stack.count)
        for first in range(0, stack.count, _CHUNK):
            ask()
            last = min(first + _CHUNK, stack.count)
            means[first:last] = stack.read(first, last).mean(axis=1)
            progress(done + last, total)
        done += stack.count
        sums.append(means)
    return OpenedMap(path, stacks, tuple(sums))


def fit_map(
    opened: OpenedMap,
    recipe: str | Path,
    cancelled: Cancelled,
    progress: Progress,
    *,
    shared: Collection[str] = (),
) -> OpenedMap:
    """Fit all stacks that a recipe analyzes.

    Parameters
    ----------
    opened : OpenedMap
    recipe : str or Path
    cancelled, progress : callable
    shared : collection of str
        Kinds of parameters that are the same at all places, such as "fwhm".

    Raises
    ------
    XpsError
        As `models_of`, `fit_stack` and `fit_series`.
    """
    from xps.recipe import load_recipe
    from xps.series_fit import fit_series, shared_parameters
    from xps.stack_fit import fit_stack
    from xps.stack_recipe import models_of

    loaded = load_recipe(recipe)
    models = models_of(opened.stacks, loaded, cancelled=cancelled)
    total, before = sum(stack.count for stack, _ in models), 0
    fits: dict[int, Fitted] = {}
    for stack, model in models:

        def report(done: int, _: int, before: int = before) -> None:
            progress(before + done, total)

        fit = fit_stack(stack, model, progress=report, cancelled=cancelled)
        together = None
        if shared:
            common = shared_parameters(model, shared)
            together = fit_series(stack, model, common, alone=fit, cancelled=cancelled)
            fit = together.fit
        fits[opened.stacks.index(stack)] = Fitted(loaded.name, model, fit, together)
        before += stack.count
    return opened.with_fits(fits)


def _shared_text(together: SeriesFit) -> str:
    names = {c.id: c.name for c in together.fit.components}
    values = ", ".join(
        f"{names[ref.component]} {with_error(value, stderr)} eV"
        for ref, value, stderr in zip(
            together.shared, together.values.tolist(), together.stderr.tolist(), strict=True
        )
    )
    return f"The same FWHM at all places: {values}"


def place_text(stack: Stack, index: int) -> str:
    """Return where a spectrum was taken, in words, e.g. "Map y = 0.4 mm, Map x = 0.5 mm"."""
    known = [c for c in stack.coordinates if np.isfinite(c.values[index])]
    if not known:
        return f"spectrum {index + 1}"
    return ", ".join(f"{c.name} = {c.values[index]:g} {c.unit}".rstrip() for c in known)


def _of_fit(stack: Stack, fit: StackFit) -> list[Quantity]:
    return [
        _quantity(found)
        for found in maps_of(stack, fit)
        if found.kind != "flags" and (found.kind == "share" or not _is_constant(found))
    ]


def _quantity(found: ResultMap) -> Quantity:
    """A result as people read it: shares in percent."""
    factor, unit = (100.0, "%") if found.kind == "share" else (1.0, found.unit)
    errors = None if found.errors is None else factor * found.errors
    return Quantity(found.name, found.title, unit, factor * found.values, errors)


def _is_constant(found: ResultMap) -> bool:
    """Whether a quantity was held fixed: an image of it says nothing."""
    known = found.values[np.isfinite(found.values)]
    return known.size == 0 or float(np.ptp(known)) == 0.0
