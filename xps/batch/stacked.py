"""Files whose spectra are fitted as a map or profile: the model once, the spectra in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from xps.batch.inputs import InputFile
from xps.batch.rows import Row, head_cells, row_of
from xps.batch.settings import Settings
from xps.csv_table import Cell
from xps.errors import ReadError
from xps.recipe import Recipe
from xps.stack_fit import fit_part
from xps.stack_model import StackModel
from xps.stack_recipe import models_of
from xps.stack_result import Flag, StackFit
from xps.stacks import Stack, open_stacks

_UNFITTED = Flag.NOT_MEASURED | Flag.NOT_CONVERGED


@dataclass(frozen=True, eq=False)
class StackOfFile:
    """One of the stacks of a file, with the model for its spectra.

    Attributes
    ----------
    number : int
        Which of the stacks.
    identity : str
        What its content must be.
    count : int
        Number of spectra.
    start : str
        Hash of the values that all fits start from: they decide upon last digits.
    model : StackModel
    """

    number: int
    identity: str
    count: int
    start: str
    model: StackModel = field(repr=False)


def stacks_of_file(
    file: InputFile, recipe: Recipe, cancelled: Callable[[], bool] | None = None
) -> list[StackOfFile]:
    """Return the stacks of a file that a recipe analyzes; none where no two spectra are alike.

    Raises
    ------
    XpsError
        If the recipe analyzes none of them, or their mean cannot be fitted.
    """
    try:
        stacks = open_stacks(file.path, cancelled=cancelled)
    except ReadError:
        return []  # what can be read of it is read spectrum by spectrum
    found = models_of(stacks, recipe, cancelled=cancelled)
    return [
        StackOfFile(
            next(number for number, one in enumerate(stacks) if one is stack),
            stack.identity,
            stack.count,
            hashlib.sha256(model.start.tobytes()).hexdigest(),
            model,
        )
        for stack, model in found
    ]


def stack_rows(
    file: InputFile,
    source: StackOfFile,
    start: int,
    stop: int,
    settings: Settings,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> list[Row]:
    """Fit some spectra of a stack, and return their rows.

    Raises
    ------
    ReadError
        If the file has changed.
    CancelledError
    """
    stack = _opened(file.path, file.sha256)[source.number]
    if stack.identity != source.identity:
        raise ReadError(
            "the file has changed since the batch began", "run the batch again", path=file.path
        )
    fitted = fit_part(source.model, stack.read(start, stop), start, cancelled=cancelled)
    return list(_rows(fitted, stack, source.model, head_cells(file, settings)))


@lru_cache(maxsize=1)
def _opened(path: str, sha256: str) -> tuple[Stack, ...]:
    """The stacks of a file; those of the last one are remembered."""
    return open_stacks(path)


def _rows(
    fitted: StackFit, stack: Stack, model: StackModel, head: dict[str, Cell]
) -> Iterator[Row]:
    low, high = fitted.region.window_ev
    freedom = max(model.channels.size - model.start.size, 1)
    common = head | {
        "core_level": stack.template.core_level,
        "area_unit": fitted.area_unit,
        "background": fitted.region.background.kind,
        "window_low_ev": low,
        "window_high_ev": high,
        "charge_shift_ev": fitted.charge_shift_ev,
        "n_points": int(model.channels.size),
        "n_free": int(model.start.size),
        "noise_model": model.problem.noise.kind,
    }
    components = [_ComponentCells(fitted, number) for number in range(len(fitted.components))]
    reduced = fitted.reduced_chi2.tolist()
    for place, flags in enumerate(map(Flag, fitted.flags.tolist())):
        index = fitted.first + place
        cells = common | {
            "spectrum_index": index,
            "place": "; ".join(f"{name} = {value:g}" for name, value in stack.place(index)) or None,
            "sample": stack.sample(index),
            "spectrum": stack.name(index),
            "flags": flags.words or None,
        }
        if flags & _UNFITTED:
            yield row_of(cells | {"message": flags.words})
            continue
        better = Flag.OTHER_MINIMUM in flags
        cells |= {
            "success": "yes",
            "state": "fresh",
            "start": "cold, better than from the stack" if better else "stack",
            "reduced_chi2": reduced[place],
            "chi2": reduced[place] * freedom,
        }
        for component in components:
            yield row_of(cells | component.of(place))


class _ComponentCells:
    """The numbers of one component, spectrum by spectrum."""

    def __init__(self, fitted: StackFit, number: int) -> None:
        component = fitted.components[number]
        self._common: dict[str, Cell] = {
            "component": component.name,
            "species": component.species,
            "group": component.group,
            "shape": component.shape,
        }
        columns = {
            "share": fitted.shares[:, number],
            "share_stderr": fitted.share_stderr[:, number],
        }
        for name, column in (("center", "center_ev"), ("fwhm", "fwhm_ev"), ("area", "area")):
            values, errors = fitted.of(component.id, name)
            columns[column], columns[f"{name}_stderr"] = values, errors
        self._columns = {name: column.tolist() for name, column in columns.items()}

    def of(self, place: int) -> dict[str, Cell]:
        return self._common | {name: column[place] for name, column in self._columns.items()}
