"""Why a background may not be physical."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FALSE_ALARMS = 5e-4
"""How often, at most, a sound background is called too high, and as often negative."""
FALLING_SIGMA = 2.0
END_SHARE = 0.1
END_SIGMA = 3.0


@dataclass(frozen=True)
class LossTerm:
    """A fitted strength of inelastic losses, which are never below zero.

    Attributes
    ----------
    name : str
        E.g. "k", "k of sulfate", "t".
    value : float
    stderr : float or None
        One standard deviation; None where it is unknown, and then nothing is said.
    """

    name: str
    value: float
    stderr: float | None


@dataclass(frozen=True)
class BackgroundScene:
    """A background with the data and the peaks around it, in one unit.

    Attributes
    ----------
    energy_ev : ndarray, shape (points,)
        Ascending.
    data, background : ndarray, shape (points,)
    sigma : ndarray, shape (points,)
        Standard deviation of each point, as the model expects it.
    components : sequence of (str, ndarray of shape (points,))
        Name of each component and its curve without background.
    fwhm_ev : float
        Width of a typical peak, over which the points are averaged.
    terms : sequence of LossTerm
    level_sigma : float
        Standard deviation of the level of a background that was computed from the data;
        zero for one that was fitted, which follows all points.
    may_be_negative : bool
        Whether the zero of the intensity has no meaning.
    """

    energy_ev: Floats
    data: Floats
    background: Floats
    sigma: Floats
    components: Sequence[tuple[str, Floats]]
    fwhm_ev: float
    terms: Sequence[LossTerm] = ()
    level_sigma: float = 0.0
    may_be_negative: bool = False

    @cached_property
    def averaged(self) -> int:
        """Number of points in one width."""
        step = float(np.mean(np.diff(self.energy_ev)))
        return int(np.clip(round(self.fwhm_ev / step), 1, self.energy_ev.size))

    def local_mean(self, curve: Floats) -> Floats:
        """Mean over each stretch of one width inside the window; shape (stretches,)."""
        below = np.concatenate(([0.0], np.cumsum(curve)))
        mean: Floats = (below[self.averaged :] - below[: -self.averaged]) / self.averaged
        return mean

    def noise_of_mean(self, sigma: Floats) -> Floats:
        """Standard deviation of the local means of the data, with that of the level."""
        variance = self.local_mean(sigma**2) / self.averaged + self.level_sigma**2
        return np.sqrt(np.maximum(variance, np.finfo(np.float64).tiny))

    @property
    def alarm_sigma(self) -> float:
        """Deviation that the highest of all local means exceeds by chance too rarely."""
        stretches = self.energy_ev.size - self.averaged + 1
        return NormalDist().inv_cdf(1.0 - FALSE_ALARMS / stretches)


def background_doubts(scene: BackgroundScene) -> tuple[str, ...]:
    """Reasons why a background is not physical, each with its remedy; empty where it is sound.

    - A strength of losses (k, t) is below zero by more than 2σ.
    - The background lies above the data: not at single points, of which one in 700 exceeds 3σ
      by chance, but in the mean over one peak width, beyond the deviation that a sound
      background reaches anywhere in the window in 1 of 2000 spectra (Bonferroni; about 4.5σ
      of the mean).
    - It is negative, in the mean over one width, by more than the noise of the faintest
      points allows, at the same rate.
    - An end of the window lies on a peak: in the outermost peak width a component still has a
      tenth of its own height, and more than 3σ of the mean.
    """
    return (*_falling(scene), *_above_data(scene), *_negative(scene), *_ends_on_peaks(scene))


def _falling(scene: BackgroundScene) -> Iterator[str]:
    for term in scene.terms:
        if term.stderr is not None and term.value < -FALLING_SIGMA * term.stderr:
            yield (
                f"the background falls under the peaks ({term.name} below zero by more than "
                f"{FALLING_SIGMA:g}σ): leave its slope free, or widen the window"
            )


def _above_data(scene: BackgroundScene) -> Iterator[str]:
    excess = scene.local_mean(scene.background - scene.data) / scene.noise_of_mean(scene.sigma)
    worst = int(np.argmax(excess))
    if excess[worst] > scene.alarm_sigma:
        yield (
            f"the background lies above the data around {_middle(scene, worst):.1f} eV "
            f"({excess[worst]:.1f}σ of their mean): move the ends of the window, or choose "
            "another background"
        )


def _negative(scene: BackgroundScene) -> Iterator[str]:
    if scene.may_be_negative:
        return
    faintest = np.full_like(scene.sigma, scene.sigma.min())
    depth = -scene.local_mean(scene.background) / scene.noise_of_mean(faintest)
    worst = int(np.argmax(depth))
    if depth[worst] > scene.alarm_sigma:
        yield (
            f"the background is negative around {_middle(scene, worst):.1f} eV: fix its slope "
            "or its higher terms at zero, or choose another background"
        )


def _ends_on_peaks(scene: BackgroundScene) -> Iterator[str]:
    outermost = (0, slice(None, scene.averaged)), (-1, slice(-scene.averaged, None))
    for end, points in outermost:
        noise = float(np.sqrt(np.mean(scene.sigma[points] ** 2) / scene.averaged))
        cut = [
            (mean, share, name)
            for name, curve in scene.components
            if (mean := float(curve[points].mean())) > END_SIGMA * noise
            and (share := mean / float(curve.max())) > END_SHARE
        ]
        if cut:
            _, share, name = max(cut)
            yield (
                f"the background is not seen at {scene.energy_ev[end]:.1f} eV, where the window "
                f"ends on {name} ({share:.0%} of its height): widen the window"
            )


def _middle(scene: BackgroundScene, stretch: int) -> float:
    last = stretch + scene.averaged - 1
    return float(0.5 * (scene.energy_ev[stretch] + scene.energy_ev[last]))
