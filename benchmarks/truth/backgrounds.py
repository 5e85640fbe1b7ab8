"""Backgrounds in the fit, side by side on truths that suit the one or the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.truth.cell import Measurement, Table
from benchmarks.truth.figure import Row, jackknifed, mean, median
from benchmarks.truth.spectra import (
    NORMAL,
    REGION,
    TITLES,
    fitted,
    random_of,
    recipe_for,
)
from benchmarks.truth.tougaard import LOSSES, lossy
from xps.independent import TrueSpectrum
from xps.model import Background, Param, Prior

_WEAK = ("sulfite", "sulfate")

BACKGROUNDS: dict[str, Background] = {
    "offset, slope, k": Background("peak-shirley", k=Param(0.03, min=-0.05, max=0.3)),
    "offset, k, t": Background(
        "peak-shirley-tougaard",
        slope=Param(0.0, vary=False),
        k=Param(0.03, min=0.0, max=0.3),
        t=Param(0.5, min=0.0, max=5.0),
    ),
    "offset, slope, k, t": Background(
        "peak-shirley-tougaard",
        k=Param(0.03, min=-0.05, max=0.3),
        t=Param(0.5, min=-1.0, max=5.0),
    ),
    "offset, slope, k, t = 0.5 ± 0.5": Background(
        "peak-shirley-tougaard",
        k=Param(0.03, min=-0.05, max=0.3),
        t=Param(0.5, min=-1.0, max=5.0, prior=Prior(0.5, 0.5)),
    ),
}

TRUTHS: dict[str, TrueSpectrum] = {
    "Shirley": lossy("u2", t=0.0, k=0.03),
    "Shirley, falling by 1 %/eV": lossy("u2", t=0.0, k=0.03, slope=-0.01),
    **{title: lossy(loss) for loss, title in LOSSES.items()},
    "U2, falling by 1 %/eV": lossy("u2", slope=-0.01),
}


@dataclass(frozen=True)
class BackgroundCell:
    """Spectra of one truth fitted with one background."""

    truth: str
    background: str
    spectra: int = 200

    @property
    def name(self) -> str:
        return f"{self.truth} by {self.background}"

    def measure(self, number: int) -> Measurement:
        truth = TRUTHS[self.truth]
        # The same spectra for every background.
        spectrum = truth.measured(random_of(f"backgrounds {self.truth}", number))
        region = replace(REGION, background=BACKGROUNDS[self.background])
        fit = fitted(spectrum, recipe_for(NORMAL, region))
        if fit is None:
            return {}
        return {"off": (100.0 * (fit.areas / truth.areas - 1.0)).tolist(), "chi2": fit.chi2}

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        good = [one for one in found if one]
        off = np.array([one["off"] for one in good])
        figures = {id_: median(off[:, i]) for i, id_ in enumerate(TITLES)}
        for i, id_ in enumerate(TITLES):
            if id_ in _WEAK:
                figures[f"scatter {id_}"] = jackknifed(lambda x: float(x.std(ddof=1)), off[:, i])
        figures["chi2"] = mean(np.array([one["chi2"] for one in good]))
        return [Row((self.truth, self.background, f"{len(good)} of {len(found)}"), figures)]


TABLE = Table(
    "backgrounds",
    "the better one for default; bias and scatter of the areas",
    ("truth", "background in the fit", "spectra"),
    {
        **{id_: (f"{title} / %", "+.1f") for id_, title in TITLES.items()},
        **{f"scatter {id_}": (f"scatter of {TITLES[id_]} / %", ".1f") for id_ in _WEAK},
        "chi2": ("χ²", ".1f"),
    },
    tuple(BackgroundCell(truth, background) for truth in TRUTHS for background in BACKGROUNDS),
)
