"""How many distinct spectra a stack holds, before any model is fitted.

Counts are first scaled so that noise is alike everywhere: by the root of the mean of each
channel and of each spectrum, which is best for Poisson counts (Keenan and Kotula, Surf. Interface
Anal. 36 (2004) 203). The singular values of noise alone then end at a known edge, and its largest
one scatters as Tracy and Widom say (Johnstone, Ann. Statist. 29 (2001) 295); those beyond are
signal, tested one after the other (Kritchman and Nadler, IEEE Trans. Signal Process. 57 (2009)
3930).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.errors import FitError
from xps.noise import noise_of
from xps.stacks import Stack

Floats = NDArray[np.float64]

SIGNIFICANCE = 0.01
_TRACY_WIDOM = 2.0234  # its 99 % quantile for real matrices
_CHUNK = 1024
_MOST = 12  # components of which spectra and scores are kept
_FEWEST_COUNTS = 1.0  # of a channel on average; below, counts are not nearly normal
_DARKEST = 0.2  # counts of a spectrum, likewise: below, single counts look like components


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """The principal components of a stack.

    Attributes
    ----------
    title : str
    spectra : int
        How many were taken.
    left_out : int
        How many were not, since points were not measured, or they are next to empty.
    number : int
        Significant components: so many spectra, mixed in different amounts, describe all.
    strengths : ndarray, shape (components,)
        Eigenvalues over the largest one that noise reaches in one of a hundred cases.
    explained : ndarray, shape (components,)
        Shares of the scaled sum of squares that is not noise.
    energy_ev : ndarray, shape (points,)
        Binding energies in the order of the file; as in the file without a photon energy.
    loadings : ndarray, shape (components, points)
        In the unit of the spectra, for a score of one.
    scores : ndarray, shape (spectra of the stack, components)
        Not a number for those left out.
    noise_known : bool
        Whether the counts are known; else the noise is judged from what components leave.
    """

    title: str
    spectra: int
    left_out: int
    number: int
    strengths: Floats = field(repr=False)
    explained: Floats = field(repr=False)
    energy_ev: Floats = field(repr=False)
    loadings: Floats = field(repr=False)
    scores: Floats = field(repr=False)
    noise_known: bool

    def lines(self) -> list[str]:
        """Return what this means, in plain words."""
        many = f"{self.number} components stand" if self.number != 1 else "one component stands"
        found = [
            f"{self.title}: {self.spectra} spectra of {self.energy_ev.size} channels; {many} out "
            f"of the noise ({100 * (1 - SIGNIFICANCE):.0f} % level)."
        ]
        if self.number == 0:
            found.append("Noise hides everything: measure longer, or average neighbors.")
        elif self.number == 1:
            found.append(
                "All spectra have the same shape, and differ in intensity alone as far as the "
                "noise lets see: one fit of their mean tells all, and maps of shares show noise."
            )
        else:
            ways = f"{self.number - 1} ways" if self.number > 2 else "one way"
            found.append(
                f"No fewer than {self.number} spectra, mixed in different amounts, describe this "
                f"stack: {ways} to differ from the mean beside its intensity."
            )
            found.append(
                "That many species need not be there: a line that moves or broadens from place "
                "to place, and a background of another form, make components of their own; two "
                "species that always come together make one."
            )
            found.append(
                "Components are no spectra of species: they may be negative. They tell how many "
                "amounts, shifts and widths a model must leave free; the fit tells which."
            )
        if self.left_out:
            found.append(f"{self.left_out} spectra were left out: not measured, or next to empty.")
        if not self.noise_known:
            found.append(
                "Counts are not known: the size of the noise is judged from what is left, and "
                "taken to rise with the root of the intensity."
            )
        return found


def principal_components(
    stack: Stack, *, cancelled: Callable[[], bool] | None = None
) -> PrincipalComponents:
    """Find how many components of a stack stand out of the noise.

    The stack is read three times, some spectra at a time.

    Parameters
    ----------
    stack : Stack
    cancelled : callable, optional

    Raises
    ------
    FitError
        If there are fewer than three usable spectra or channels, or counts below zero.
    ReadError
        As `Stack.read`.
    CancelledError
    """
    counting = _Counting(stack, raising(cancelled, "the principal components", stack.title))
    by_channel, by_spectrum = counting.means()
    used = by_spectrum >= _DARKEST
    number = int(used.sum())
    channels = by_channel >= _FEWEST_COUNTS
    if number < 3 or np.count_nonzero(channels) < 3:
        raise FitError(
            f"{number} usable spectra with {np.count_nonzero(channels)} channels of at least one "
            "count on average are too few",
            "choose a stack of more spectra, or measured longer",
            where=stack.title,
        )
    overall = float(by_channel[channels].mean())
    columns = 1.0 / np.sqrt(by_channel[channels])
    size = columns.size
    products = np.zeros((size, size))
    for first, counts in counting.chunks():
        taken = counts[used[first : first + len(counts)]][:, channels]
        means = taken.mean(axis=1, keepdims=True)  # of these channels alone: others have less
        scaled = taken * columns * np.sqrt(overall / np.where(means > 0.0, means, np.inf))
        products += scaled.T @ scaled
    values, vectors = np.linalg.eigh(products)
    values, vectors = values[::-1], vectors[:, ::-1]
    noise = np.ones(size) if counting.noise_known else _noise(values, number)
    strengths = values / (noise * _edges(number, size, size))
    beyond = strengths <= 1.0
    significant = int(np.argmax(beyond)) if beyond.any() else values.size
    kept = min(max(significant, 1), _MOST)
    scores = np.full((stack.count, kept), np.nan)
    for first, counts in counting.chunks():
        part = slice(first, first + len(counts))
        scores[part] = (counts[:, channels] * columns) @ vectors[:, :kept]
    scores[~used] = np.nan
    loadings = np.full((kept, stack.n_points), np.nan)
    loadings[:, channels] = (vectors[:, :kept] / columns[:, None]).T / counting.counts_per_unit
    signs = np.where(np.nanmean(scores, axis=0) < 0.0, -1.0, 1.0)
    signal = np.maximum(values[:kept] - number * noise[kept - 1], 0.0)
    energies = stack.binding_energy_ev
    return PrincipalComponents(
        title=stack.title,
        spectra=number,
        left_out=stack.count - number,
        number=significant,
        strengths=strengths[: max(kept, min(_MOST, values.size))],
        explained=signal / max(float(signal.sum()), 1e-300),
        energy_ev=stack.template.energy_ev if energies is None else energies,
        loadings=signs[:, None] * loadings,
        scores=signs * scores,
        noise_known=counting.noise_known,
    )


def _noise(values: Floats, spectra: int) -> Floats:
    """The variance of noise if so many components are none of it; shape (channels,)."""
    taken = np.arange(values.size)
    left = np.cumsum(values[::-1])[::-1]
    noise: Floats = left / (np.maximum(spectra - taken, 1.0) * (values.size - taken))
    return np.maximum(noise, np.finfo(np.float64).tiny)


def _edges(spectra: int, channels: int, count: int) -> Floats:
    """The largest eigenvalue of noise after so many components; shape (count,)."""
    taken = np.arange(count)
    long = np.sqrt(np.maximum(spectra - taken - 1.0, 1.0))
    wide = np.sqrt(np.maximum(channels - taken, 1.0))
    spread = (long + wide) * np.cbrt(1.0 / long + 1.0 / wide)
    edges: Floats = (long + wide) ** 2 + _TRACY_WIDOM * spread
    return edges


class _Counting:
    """A stack read as counts, some spectra at a time."""

    def __init__(self, stack: Stack, ask: Callable[[], bool]) -> None:
        self._stack, self._ask = stack, ask
        template = stack.template
        live = template.live_time_s
        self.noise_known = template.counts is not None
        self.counts_per_unit = 1.0
        if template.unit == "counts/s" and live is not None:
            self.counts_per_unit = live
        elif not self.noise_known:
            self.counts_per_unit = noise_of(template, template.intensity).counts_per_unit

    def chunks(self) -> Iterator[tuple[int, Floats]]:
        for first in range(0, self._stack.count, _CHUNK):
            self._ask()
            last = min(first + _CHUNK, self._stack.count)
            yield first, self._stack.read(first, last) * self.counts_per_unit

    def means(self) -> tuple[Floats, Floats]:
        """Mean of each channel over the spectra, and of each spectrum over its channels."""
        total, number = np.zeros(self._stack.n_points), 0
        by_spectrum = np.full(self._stack.count, np.nan)
        for first, counts in self.chunks():
            if (counts < 0.0).any():
                raise FitError(
                    "counts below zero",
                    "load the raw data: something was subtracted from these",
                    where=self._stack.title,
                )
            by_spectrum[first : first + len(counts)] = counts.mean(axis=1)
            whole = np.isfinite(counts).all(axis=1)
            total += counts[whole].sum(axis=0)
            number += int(whole.sum())
        return total / max(number, 1), by_spectrum
