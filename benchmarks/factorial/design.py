"""The spectra of the design: their factors, what they hold, and how one is analysed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.independent import TrueDoublet, TrueSpectrum
from xps.model import Background, Component, Param, Prior, Ref, Region, Singlet
from xps.peak_count import PeakCount, count_peaks
from xps.peak_pair import SECOND, Rivals
from xps.problem import compile_problem, with_guess
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]
Measurement = Mapping[str, Any]

SEPARATIONS = (0.3, 0.5, 0.7, 0.9, 1.2)  # eV
RATIOS = (0.1, 0.25, 0.5, 1.0)  # lesser over greater area
NOISES = (0.005, 0.01, 0.02, 0.03, 0.05)  # of the tallest point, background included
SINGLET_WIDTHS = (1.2, 1.6)  # eV: one like the lines of the doublets, one that looks like two
SETS, SPECTRA = 10, len(SEPARATIONS) * len(RATIOS) + len(SINGLET_WIDTHS)
DESIGN = SETS * SPECTRA

LEAST_SHARE = 0.05
FAR = 0.9  # eV: for a second question, whether any second peak lies so far away

SEED = 20240501
_WINDOW = (279.0, 291.0)
_CENTER, _FWHM, _STEP = 285.0, 1.2, 0.1
_MIXING = Prior(0.3, 0.1)


@dataclass(frozen=True)
class Setting:
    """The factors of one spectrum; a separation of zero makes a singlet."""

    separation: float
    ratio: float
    noise: float
    fwhm: float = _FWHM

    @property
    def share(self) -> float:
        """Of the lesser peak."""
        return self.ratio / (1.0 + self.ratio)

    def truth(self, mixing: float = _MIXING.mean, side: float = 1.0) -> TrueSpectrum:
        """Peaks about one center, the lesser one on one side, on a sloping Shirley step."""
        places = [(1.0 - self.share, -side * self.share * self.separation)]
        if self.separation > 0.0:
            places.append((self.share, side * (1.0 - self.share) * self.separation))
        peaks = tuple(
            TrueDoublet(f"peak{i}", area, _CENTER + offset, self.fwhm, mixing, second_line=0.0)
            for i, (area, offset) in enumerate(places)
        )
        truth = TrueSpectrum(peaks, *_WINDOW, _STEP, 0.05, 0.0005, 0.02)
        by = 1.0 / (self.noise**2 * float(truth.expected().max()))
        return replace(
            truth,
            doublets=tuple(replace(peak, area=by * peak.area) for peak in peaks),
            offset=by * truth.offset,
            slope=by * truth.slope,
        )


@dataclass(frozen=True)
class Information:
    """What the expected counts of a setting hold.

    Attributes
    ----------
    gain : float
        Expected Δχ² of one peak against two, without the part of the noise.
    bounds : tuple of float
        Cramér-Rao bounds: standard deviations of the greater peak's center, of the lesser's, of
        the ratio of their areas.
    """

    gain: float
    bounds: tuple[float, float, float]


@cache
def information(setting: Setting) -> Information:
    """Compute it without noise."""
    truth = setting.truth()
    spectrum = _spectrum(truth, truth.expected())
    rivals = Rivals.of(_region(spectrum), spectrum, _PEAK, 0.0)
    best = rivals.best_pair()
    pair = rivals.pair_region.with_values(
        dict(zip(rivals.two.table.free, best.free.tolist(), strict=True))
    )
    problem = compile_problem(pair, spectrum, 0.0)
    derivatives = problem.jacobian(problem.start)
    lengths = np.linalg.norm(derivatives, axis=0)
    normal = derivatives / lengths
    covariance = np.linalg.inv(normal.T @ normal) / np.outer(lengths, lengths)
    free, order = problem.table.free, np.argsort([-area for area in best.areas])
    ids = [(_PEAK, _PEAK + SECOND)[i] for i in order]
    areas = [free.index(Ref(id_, "area")) for id_ in ids]
    centers = [free.index(Ref(id_, "center")) for id_ in ids]
    slope = np.zeros(len(free))
    greater, lesser = (best.areas[i] for i in order)
    slope[areas[0]], slope[areas[1]] = -lesser / greater**2, 1.0 / greater
    variances = [covariance[i, i] for i in centers] + [slope @ covariance @ slope]
    a, b, c = np.sqrt(variances).tolist()
    return Information(rivals.gain(best), (a, b, c))


def setting_of(number: int) -> tuple[Setting, int]:
    """The factors of a spectrum of the design, and which replicate it is."""
    replicate, place = divmod(number, DESIGN)
    set_, spectrum = divmod(place, SPECTRA)
    noise = NOISES[set_ % len(NOISES)]
    replicate = replicate * (SETS // len(NOISES)) + set_ // len(NOISES)
    doublets = len(SEPARATIONS) * len(RATIOS)
    if spectrum >= doublets:
        return Setting(0.0, 0.0, noise, SINGLET_WIDTHS[spectrum - doublets]), replicate
    separation, ratio = divmod(spectrum, len(RATIOS))
    return Setting(SEPARATIONS[separation], RATIOS[ratio], noise), replicate


def measure(number: int, *, intervals: bool = False) -> Measurement:
    """Simulate and analyse one spectrum.

    The mixing of its lines is drawn from what the analyst expects; the lesser peak lies at
    higher and at lower binding energy in turn.
    """
    setting, replicate = setting_of(number)
    random = np.random.default_rng((SEED, number))
    side = 1.0 if replicate % 2 == 0 else -1.0
    mixing = float(np.clip(random.normal(_MIXING.mean, _MIXING.sigma), 0.05, 0.75))
    truth = setting.truth(mixing, side)
    spectrum = _spectrum(truth, random.poisson(truth.expected()).astype(np.float64))
    count = count_peaks(
        _region(spectrum),
        spectrum,
        _PEAK,
        least_share=LEAST_SHARE,
        least_separation_ev=SEPARATIONS[0],
        seed=number,
        intervals=intervals,
    )
    found: dict[str, Any] = {"verdict": count.verdict, "p_value": count.p_value}
    if count.separation_ev is not None and count.share is not None:
        found["farthest"], found["most"] = count.separation_ev.high, count.share.high
    if setting.separation > 0.0:
        found["off"] = _errors(count, truth, side)
    return found


def _errors(count: PeakCount, truth: TrueSpectrum, side: float) -> list[float]:
    """Greater and lesser center, outward from each other, and the ratio of their areas."""
    peaks = [count.two.component(id_) for id_ in (_PEAK, _PEAK + SECOND)]
    peaks.sort(key=lambda peak: side * peak.center.value)  # the greater one first, by its place
    greater, lesser = peaks
    true_greater, true_lesser = truth.doublets
    ratio = lesser.area.value / greater.area.value if greater.area.value > 0.0 else math.inf
    return [
        -side * (greater.center.value - true_greater.center),
        side * (lesser.center.value - true_lesser.center),
        ratio - true_lesser.area / true_greater.area,
    ]


_PEAK = "peak"


def _region(spectrum: Spectrum) -> Region:
    """What the analyst knows: the family of shapes, about which mixing; neither width nor place."""
    component = Component(
        id=_PEAK,
        name="C 1s",
        lines=Singlet("1s"),
        shape="sgl",
        area=Param(1.0),
        center=Param(_CENTER, min=_WINDOW[0], max=_WINDOW[1]),
        fwhm=Param(1.4, min=0.4, max=4.0),
        shape_params=(Param(_MIXING.mean, min=0.0, max=0.8, prior=_MIXING),),
    )
    region = Region("c1s", "", "C 1s", _WINDOW, Background(), (component,))
    return with_guess(region, spectrum, 0.0)


def _spectrum(truth: TrueSpectrum, counts: Floats) -> Spectrum:
    return Spectrum(
        truth.energy,
        counts,
        name="C 1s",
        sample="simulated",
        core_level="C 1s",
        photon_energy_ev=1486.6,
        dwell_s=1.0,
        sweeps=1.0,
    )
