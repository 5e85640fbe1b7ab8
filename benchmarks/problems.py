"""The standard problems: simulated data, the model, and the start that is some way off.

Lines are pseudo-Voigts mixed by area. The data rest on 3000 counts that rise by 0.06/eV of the
area of the peaks at lower binding energy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xps.model import Background, Component, Doublet, Link, Param, Ref, Region, Singlet
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

SEED = 20240501
OFFSET, STEP = 3000.0, 0.06


@dataclass(frozen=True)
class Line:
    """A component: area of its (first) line, center and width, in truth or at the start."""

    area: float
    center: float
    fwhm: float


@dataclass(frozen=True)
class Problem:
    """Energies, the true lines, where a fit starts, and what is common to the lines.

    `splitting` is zero for singlets. Width `shared_from` and all after it are one parameter.
    """

    name: str
    energy: Floats
    truth: tuple[Line, ...]
    start: tuple[Line, ...]
    fraction: float
    splitting: float
    shared_from: int

    def counts(self) -> Floats:
        """The measurement, always the same."""
        return np.random.default_rng(SEED).poisson(self.expected_counts()).astype(np.float64)

    def expected_counts(self) -> Floats:
        """What the measurement scatters about."""
        lines = [(1.0, 0.0), (0.5, self.splitting)] if self.splitting else [(1.0, 0.0)]
        expected = np.full_like(self.energy, OFFSET)
        for line in self.truth:
            for share, offset in lines:
                curve, below = _pseudo_voigt(
                    self.energy, line.center + offset, line.fwhm, self.fraction
                )
                expected += share * line.area * (curve + STEP * below)
        return expected

    def spectrum(self) -> Spectrum:
        """The measurement as Doublet takes it."""
        return Spectrum(self.energy, self.counts(), name=self.name, sample=self.name)

    def region(self, *, slope: bool) -> Region:
        """The model at its start, with offset, step and, if wanted, slope in the fit."""
        pair = Doublet(("2p3/2", "2p1/2"), self.splitting, 0.5) if self.splitting else Singlet()
        whole = 1.5 if self.splitting else 1.0
        components = []
        for number, line in enumerate(self.start):
            fwhm = Param(1.4, min=0.3, max=4.0)
            mixing = Param(0.5, min=0.0, max=1.0)
            if number > self.shared_from:
                fwhm = replace(fwhm, link=Link("same", Ref(f"c{self.shared_from}", "fwhm")))
            if number > 0:
                mixing = replace(mixing, link=Link("same", Ref("c0", "mixing")))
            components.append(
                Component(
                    id=f"c{number}",
                    name=f"component {number}",
                    lines=pair,
                    shape="pseudo-voigt",
                    area=Param(whole * line.area, min=0.0),
                    center=Param(line.center, min=line.center - 1.0, max=line.center + 1.0),
                    fwhm=fwhm,
                    shape_params=(mixing,),
                )
            )
        background = Background(
            offset=Param(OFFSET), slope=Param(0.0, vary=slope), k=Param(0.03, min=-0.05, max=0.3)
        )
        low, high = float(self.energy[0]), float(self.energy[-1])
        return Region(
            self.name, "", self.name, (low, high), background, tuple(components)
        ).settled()


def _pseudo_voigt(
    energy: Floats, center: float, fwhm: float, fraction: float
) -> tuple[Floats, Floats]:
    """A line of unit area and its area at lower energies."""
    from scipy.special import ndtr

    half = 0.5 * fwhm
    sigma = half / np.sqrt(2.0 * np.log(2.0))
    off = energy - center
    gauss = np.exp(-0.5 * (off / sigma) ** 2) / (sigma * np.sqrt(2.0 * np.pi))
    lorentz = half / np.pi / (off**2 + half**2)
    below_lorentz = 0.5 + np.arctan(off / half) / np.pi
    return (
        (1.0 - fraction) * gauss + fraction * lorentz,
        (1.0 - fraction) * ndtr(off / sigma) + fraction * below_lorentz,
    )


def _lines(areas: str, centers: str, widths: str) -> tuple[Line, ...]:
    columns = (map(float, column.split()) for column in (areas, centers, widths))
    return tuple(Line(*row) for row in zip(*columns, strict=True))


P1 = Problem(
    "P1",
    155.0 + 0.05 * np.arange(401),
    _lines("26000 5200 3000 6500", "161.70 163.10 167.00 168.90", "1.10 1.30 1.40 1.50"),
    _lines("18000 8000 2000 9000", "161.55 163.30 167.20 168.75", "1.4 1.4 1.4 1.4"),
    fraction=0.30,
    splitting=1.18,
    shared_from=4,
)
"""Four doublets as in S 2p, every width its own."""

P2 = Problem(
    "P2",
    525.0 + 0.05 * np.arange(301),
    _lines(
        "30000 16000 24000 14000 6000",
        "529.30 530.65 531.85 533.10 534.60",
        "1.10 1.35 1.35 1.35 1.35",
    ),
    _lines(
        "22000 22000 16000 18000 9000",
        "529.45 530.50 532.00 533.00 534.50",
        "1.4 1.4 1.4 1.4 1.4",
    ),
    fraction=0.25,
    splitting=0.0,
    shared_from=1,
)
"""Five singlets as in O 1s, of which four share their width."""
