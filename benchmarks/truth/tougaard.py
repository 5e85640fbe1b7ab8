"""Backgrounds of inelastic losses, fitted by the recipe's peak Shirley with a slope."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from benchmarks.truth.cell import Table
from benchmarks.truth.figure import Floats
from benchmarks.truth.misfit import COLUMNS, DOSE, HEADS, MisfitCell, raised_to
from benchmarks.truth.spectra import NORMAL, scaled, truth_in
from xps.independent import TrueSpectrum

LOSSES: dict[str, tuple[float, float, float | None]] = {
    # B, C, D in eV² (Tougaard, Surf. Interface Anal. 25 (1997) 137)
    "U2": (2866.0, 1643.0, None),
    "U3 of SiO₂": (325.0, 542.0, 275.0),
    "U3 of polymers": (434.0, 551.0, 436.0),
}
_LOSS_EV = np.linspace(0.0, 60.0, 1201)


@dataclass(frozen=True)
class LossySpectrum(TrueSpectrum):
    """With t times the losses of the peaks in a homogeneous solid."""

    t: float = 1.0
    loss: str = "U2"

    def expected(self) -> Floats:
        return super().expected() + self.t * _losses(replace(self, t=1.0))


@lru_cache(maxsize=32)
def _losses(truth: LossySpectrum) -> Floats:
    b, c, d = LOSSES[truth.loss]
    squared = _LOSS_EV**2
    below = (c + squared) ** 2 if d is None else (c - squared) ** 2 + d * squared
    probability = b * _LOSS_EV / below * (_LOSS_EV[1] - _LOSS_EV[0])
    source = truth.energy[:, None] - _LOSS_EV
    peaks = sum(doublet.density(source) for doublet in truth.doublets)
    arriving: Floats = peaks @ probability
    return arriving


def lossy(loss: str, *, t: float = 1.0, k: float = 0.0, slope: float = 0.0) -> LossySpectrum:
    """Argyrodite on a level, with losses; the slope is relative to the level, 1/eV."""
    plain = truth_in(NORMAL, DOSE)
    truth = LossySpectrum(
        plain.doublets,
        *NORMAL,
        plain.step,
        plain.offset,
        slope * plain.offset,
        k,
        t,
        loss,
    )
    raised = scaled(truth, raised_to(truth, DOSE))
    assert isinstance(raised, LossySpectrum)
    return raised


TABLE = Table(
    "tougaard",
    "a bias of no more than 5 % for U2, and for U3 of no more than 10 % and inside stat ⊕ syst, "
    "widened by three Monte-Carlo errors",
    HEADS,
    COLUMNS,
    (
        MisfitCell("U2", lossy("U2"), 5.0),
        MisfitCell("U3 of SiO₂", lossy("U3 of SiO₂"), 10.0, owned=True),
        MisfitCell("U3 of polymers", lossy("U3 of polymers"), 10.0, owned=True),
    ),
)
