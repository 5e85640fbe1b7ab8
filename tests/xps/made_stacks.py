"""Stacks of known truth: two doublets whose areas and place vary, all else is common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tests.truth import Peak, Truth
from xps.fitting import fit_region
from xps.model import Background, Component, Doublet, Link, Param, Ref, Region
from xps.stack_model import StackModel, mean_spectrum, stack_model
from xps.stacks import Coordinate, Layout, Stack
from xps.stacks.loaded import LoadedStack

PAIR = Doublet(("2p3/2", "2p1/2"), 1.18, 0.5)


def truth(first: float = 6000.0, second: float = 3000.0, shift: float = 0.0) -> Truth:
    """Two doublets on a step."""
    peaks = (
        Peak("sulfide", first, 161.5 + shift, 1.1),
        Peak("sulfate", second, 166.0 + shift, 1.4),
    )
    return Truth(peaks, 156.0, 172.0, 0.1, 400.0, -2.0, 0.05)


def drifting(count: int, **changes: Any) -> list[Truth]:
    """Truths whose first area falls, and whose energies drift by 0.2 eV."""
    places = np.linspace(0.0, 1.0, count)
    return [truth(8000.0 - 4000.0 * p, 2000.0 + 2000.0 * p, 0.2 * p) for p in places]


def region(**params: Param) -> Region:
    """The model of `truth`, from values that are off, with one mixing for both."""

    def component(id_: str, center: float) -> Component:
        return Component(
            id=id_,
            name=id_,
            lines=PAIR,
            shape="sgl",
            area=Param(4000.0),
            center=Param(center, min=center - 1.0, max=center + 1.0),
            fwhm=Param(1.3, min=0.4, max=3.0),
            shape_params=(Param(0.4, min=0.0, max=1.0),),
        )

    components = (component("sulfide", 161.6), component("sulfate", 165.9))
    made = Region("r", "", "S 2p", (156.0, 172.0), Background(), components)
    mixing = replace(components[1].shape_params[0], link=Link("same", Ref("sulfide", "mixing")))
    made = made.with_param(Ref("sulfate", "mixing"), mixing)
    for name, param in params.items():
        id_, _, parameter = name.partition("_")
        made = made.with_param(Ref(id_, parameter), param)
    return made.settled()


def stack_of(
    truths: Sequence[Truth], shape: tuple[int, ...] = (), seed: int = 5, **changes: Any
) -> Stack:
    """Measurements of truths, one a place."""
    spectra = tuple(t.spectrum((seed, i), **changes) for i, t in enumerate(truths))
    shape = shape or (len(spectra),)
    assert math.prod(shape) == len(spectra)
    axes = tuple(
        Coordinate(name, "mm", np.arange(1.0, n + 1))
        for name, n in zip(("Map y", "Map x")[-len(shape) :], shape, strict=True)
    )
    return LoadedStack(
        spectra[0], len(spectra), Layout(shape, np.arange(len(spectra)), axes), (), "made",
        f"made {seed}", (), ("simulated",), ("simulated",), spectra,
    )  # fmt: skip


def model_of(stack: Stack, start: Region | None = None) -> StackModel:
    """The model of a stack, from the fit of its mean."""
    mean, scale = mean_spectrum(stack)
    start = start or region()
    return stack_model(stack, fit_region(start, mean), scale=scale, first=start)
