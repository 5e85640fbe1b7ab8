"""Maps as NeXus: an entry for each stack, with an NXdata for each map."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from xps.atomic import write_atomically
from xps.hdf5 import Leaf
from xps.maps.result_map import ResultMap
from xps.stack_result import Flag, StackFit
from xps.stacks import Coordinate, Stack
from xps.version import __version__
from xps.writers.nexus import Node, group, root_bytes

MARK = "doublet.map/1"
_TAKEN = ("values", "values_errors", "title")
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")

Fitted = tuple[Stack, StackFit, Sequence[ResultMap]]


def write_maps(path: str | Path, fitted: Sequence[Fitted], recipe: str) -> None:
    """Write the maps of stacks into one NeXus file, atomically.

    Parameters
    ----------
    path : str or Path
    fitted : sequence of (Stack, StackFit, sequence of ResultMap)
    recipe : str
        Its name.

    Raises
    ------
    WriteError
        If the place refuses it.
    """
    write_atomically(path, map_bytes(fitted, recipe))


def map_bytes(fitted: Sequence[Fitted], recipe: str) -> bytes:
    """Return the NeXus file of maps."""
    members = {
        f"entry_{number:03d}_{_plain(stack.title)}": _entry(stack, fit, maps, recipe)
        for number, (stack, fit, maps) in enumerate(fitted, 1)
    }
    return root_bytes(members)


def _entry(stack: Stack, fit: StackFit, maps: Sequence[ResultMap], recipe: str) -> Node:
    names: list[str] = []
    for number, axis in enumerate(stack.layout.axes):
        name = _plain(axis.name)
        is_free = name and name not in (*names, *_TAKEN)
        names.append(name if is_free else f"{name}_axis{number}".lstrip("_"))
    axes = dict(zip(names, map(_axis, stack.layout.axes), strict=True))
    members: dict[str, Node] = {
        "title": Leaf(f"{stack.title}: fits of {stack.count} spectra"),
        "format": Leaf(MARK),
        "program_name": Leaf("Doublet", {"version": __version__}),
        "recipe": Leaf(recipe),
        "measured_file": Leaf(stack.file),
        "measured_identity": Leaf(stack.identity),
        "charge_shift": Leaf(float(fit.charge_shift_ev), {"units": "eV"}),
        "flag_meaning": Leaf([f"{flag.value}: {flag.words}" for flag in Flag]),
    }
    members |= {map_.name: _data(map_, names, axes) for map_ in maps}
    default = next((m.name for m in maps if m.kind == "share"), maps[0].name)
    return group("NXentry", members, default=default)


def _data(map_: ResultMap, names: Sequence[str], axes: dict[str, Leaf]) -> Node:
    units = {"units": map_.unit} if map_.unit else {}
    members: dict[str, Node] = {"values": Leaf(map_.values, units), "title": Leaf(map_.title)}
    if map_.errors is not None:
        members["values_errors"] = Leaf(map_.errors, units)
    indices = {f"{name}_indices": i for i, name in enumerate(names)}
    return group("NXdata", members | axes, signal="values", axes=list(names), **indices)


def _axis(axis: Coordinate) -> Leaf:
    units = {"units": axis.unit} if axis.unit else {}
    return Leaf(np.asarray(axis.values, dtype=np.float64), {"long_name": axis.label, **units})


def _plain(name: str) -> str:
    """A name in the letters that NeXus allows."""
    return _NO_NAME.sub("_", name).strip("_").lower()
