"""Backgrounds of inelastic losses, fitted by the recipe's peak Shirley with a slope."""

from __future__ import annotations

from benchmarks.truth.cell import Table
from benchmarks.truth.misfit import COLUMNS, DOSE, HEADS, MisfitCell
from benchmarks.truth.spectra import NORMAL, truth_in
from xps.independent import TrueSpectrum

LOSSES = {"u2": "U2", "u3-sio2": "U3 of SiO₂", "u3-polymer": "U3 of polymers"}


def lossy(loss: str, *, t: float = 1.0, k: float = 0.0, slope: float = 0.0) -> TrueSpectrum:
    """Argyrodite with t times the losses of a homogeneous solid.

    The slope is relative to the level, 1/eV.
    """
    plain = truth_in(NORMAL, DOSE)
    truth = TrueSpectrum(
        plain.doublets, *NORMAL, plain.step, plain.offset, slope * plain.offset, k, t, loss
    )
    return truth.with_tallest(DOSE)


TABLE = Table(
    "tougaard",
    "a bias of no more than 5 % for U2, and for U3 of no more than 10 % and inside stat ⊕ syst, "
    "widened by three Monte-Carlo errors",
    HEADS,
    COLUMNS,
    tuple(
        MisfitCell(title, lossy(loss), 5.0 if loss == "u2" else 10.0, owned=loss != "u2")
        for loss, title in LOSSES.items()
    ),
)
