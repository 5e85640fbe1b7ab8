"""Samples whose lines belong together across core levels, and what could be known of them.

The amounts of S 2p, P 2p and C 1s are drawn, and those of O 1s follow from them as the links
say that nature varies: by the ratio of a homogeneous solid times a log-normal factor. The
best error that any fit could reach is the bound of Cramér and Rao, from derivatives of
the closed forms by differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.truth.figure import Floats
from xps.independent import TrueDoublet, TrueSpectrum
from xps.spectrum import Spectrum

PHOTON_EV = 1486.6
STEP_EV = 0.1
BEYOND_EV = 2.0  # by which the data are wider than the recipe's window

Line = tuple[str, str]
"""Core level and species."""

# Scofield 1976, Al Kα
FACTORS = {"S 2p": 1.677, "P 2p": 1.192, "O 1s": 2.93, "C 1s": 1.0}


@dataclass(frozen=True)
class Link:
    """Two lines of one compound: atoms of each in a formula unit, and where the lines lie."""

    follower: Line
    leader: Line
    atoms: tuple[int, int]
    energies_ev: tuple[float, float]

    @property
    def ratio(self) -> float:
        """Of the areas in a homogeneous solid, with an escape depth ∝ E^0.75."""
        intensity = [
            n * FACTORS[level] * (PHOTON_EV - energy) ** 0.75
            for n, (level, _), energy in zip(
                self.atoms, (self.follower, self.leader), self.energies_ev, strict=True
            )
        ]
        return intensity[0] / intensity[1]


LINKS = {
    "sulfate": Link(("O 1s", "o_sulfate"), ("S 2p", "sulfate"), (4, 1), (532.0, 168.8)),
    "sulfite": Link(("O 1s", "o_sulfite"), ("S 2p", "sulfite"), (3, 1), (531.0, 166.7)),
    "phosphate": Link(("O 1s", "o_phosphate"), ("P 2p", "phosphate"), (4, 1), (531.6, 133.7)),
    "carbonate": Link(("O 1s", "o_carbonate"), ("C 1s", "carbonate_c"), (3, 1), (531.6, 290.0)),
    "ps4": Link(("P 2p", "ps4_p"), ("S 2p", "ps4"), (1, 4), (131.9, 161.6)),
}


@dataclass(frozen=True)
class _Region:
    """What all samples have in common in a core level.

    Places are distances from the first species, with their spread; that lies where it is said
    to, and is expected there with `anchor_expected_ev`. Widths go by family.
    """

    window_ev: tuple[float, float]
    anchor_ev: float
    anchor_spread_ev: float
    anchor_expected_ev: float | None
    splitting_ev: float
    widths_ev: tuple[float, float]
    width_spreads_ev: tuple[float, float]
    species: Mapping[str, tuple[float, float, int]]  # distance, spread, family of width


REGIONS = {
    "S 2p": _Region(
        (157.0, 173.0),
        161.6,
        0.0,
        None,
        1.18,
        (1.15, 1.5),
        (0.0, 0.0),
        {
            "ps4": (0.0, 0.0, 0),
            "li2s": (-1.5, 0.15, 0),
            "p_s_p": (1.3, 0.15, 0),
            "sulfite": (5.1, 0.25, 1),
            "sulfate": (7.2, 0.25, 1),
        },
    ),
    "P 2p": _Region(
        (127.5, 139.5),
        132.1,
        0.1,
        0.3,
        0.86,
        (1.15, 1.5),
        (0.15, 0.15),
        {
            "ps4_p": (0.0, 0.0, 0),
            "p_s_p_p": (0.7, 0.15, 0),
            "phosphate": (1.8, 0.2, 1),
        },
    ),
    "O 1s": _Region(
        (524.0, 538.5),
        529.3,
        0.1,
        None,
        0.0,
        (1.1, 1.6),
        (0.0, 0.15),
        {
            "lattice_o": (0.0, 0.0, 0),
            "o_al2o3": (1.9, 0.2, 1),
            "o_sulfite": (1.7, 0.2, 1),
            "o_carbonate": (2.3, 0.2, 1),
            "o_phosphate": (2.3, 0.2, 1),
            "o_sulfate": (2.7, 0.2, 1),
            "c_o": (3.8, 0.2, 1),
        },
    ),
    "C 1s": _Region(
        (280.0, 295.0),
        284.8,
        0.1,
        None,
        0.0,
        (1.2, 1.4),
        (0.0, 0.15),
        {
            "hydrocarbon": (0.0, 0.0, 0),
            "c_o_c": (1.6, 0.2, 1),
            "carboxyl_c": (4.0, 0.2, 1),
            "carbonate_c": (5.2, 0.2, 1),
        },
    ),
}
_MIXING, _MIXING_SPREAD = 0.3, 0.1
_ROUNDS = 6


@dataclass(frozen=True)
class LinkedSample:
    """Spectra by core level, as nature expects them on the corrected scale, and their charge.

    Attributes
    ----------
    spectra : mapping of str to TrueSpectrum
    charge_shift_ev : float
        Corrected minus measured.
    sigma : float
        Spread of the logarithms of linked ratios in the population that it was drawn from.
    """

    spectra: Mapping[str, TrueSpectrum]
    charge_shift_ev: float
    sigma: float

    def area(self, line: Line) -> float:
        """True area in counts·eV."""
        level, species = line
        return next(d.area for d in self.spectra[level].doublets if d.name == species)

    def with_area(self, line: Line, area: float) -> LinkedSample:
        """The same with another amount."""
        level, species = line
        spectrum = self.spectra[level]
        doublets = tuple(
            replace(d, area=area) if d.name == species else d for d in spectrum.doublets
        )
        changed = replace(spectrum, doublets=doublets)
        return replace(self, spectra={**self.spectra, level: changed})

    def measured(self, name: str, random: np.random.Generator | None) -> list[Spectrum]:
        """One measurement of all core levels, or what nature expects, without noise.

        The transmission is known where σ is 0.20.
        """
        found = []
        for level, truth in self.spectra.items():
            spectrum = truth.measured(random or np.random.default_rng(0))
            if random is None:
                spectrum = spectrum.with_(intensity=truth.expected())
            spectrum = spectrum.with_(
                energy_ev=spectrum.energy_ev - self.charge_shift_ev,
                core_level=level,
                name=level,
                sample=name,
            )
            if self.sigma == 0.2:
                spectrum = spectrum.with_(transmission=np.ones(spectrum.n_points))
            found.append(spectrum)
        return found


def drawn_pair(random: np.random.Generator, sigma: float) -> tuple[LinkedSample, LinkedSample]:
    """A cathode with hydroxide, and one with Al₂O₃ in its place and half of what is oxidized."""
    bare = _drawn(random, sigma, oxidized=1.0, al2o3=0.5)
    return bare, _drawn(random, sigma, oxidized=0.5, al2o3=1.0)


def _drawn(
    random: np.random.Generator, sigma: float, *, oxidized: float, al2o3: float
) -> LinkedSample:
    def about(typical: float) -> float:
        return typical * math.exp(random.normal(0.0, 0.2))

    areas: dict[Line, float] = {
        ("S 2p", "ps4"): about(10400.0),
        ("S 2p", "li2s"): about(1700.0),
        ("S 2p", "p_s_p"): about(2200.0),
        ("S 2p", "sulfite"): oxidized * about(840.0),
        ("S 2p", "sulfate"): oxidized * about(1700.0),
        ("P 2p", "p_s_p_p"): about(600.0),
        ("P 2p", "phosphate"): oxidized * about(640.0),
        ("C 1s", "hydrocarbon"): about(12000.0),
        ("C 1s", "c_o_c"): about(3000.0),
        ("C 1s", "carboxyl_c"): about(1400.0),
        ("C 1s", "carbonate_c"): oxidized * about(1400.0),
        ("O 1s", "lattice_o"): about(16000.0),
        ("O 1s", "o_al2o3"): al2o3 * about(12000.0),
        ("O 1s", "c_o"): about(6000.0),
    }
    for link in LINKS.values():
        factor = math.exp(random.normal(0.0, sigma))
        areas[link.follower] = link.ratio * areas[link.leader] * factor
    spectra = {level: _spectrum(level, areas, random) for level in REGIONS}
    return LinkedSample(spectra, random.uniform(-0.8, 0.8), sigma)


def _within(random: np.random.Generator, mean: float, spread: float) -> float:
    """Drawn from a normal distribution, within the two σ that the library's ranges allow."""
    while True:
        distance = random.normal(0.0, spread)
        if abs(distance) <= 2.0 * spread:
            return mean + distance


def _spectrum(level: str, areas: Mapping[Line, float], random: np.random.Generator) -> TrueSpectrum:
    region = REGIONS[level]
    anchor = _within(random, region.anchor_ev, region.anchor_spread_ev)
    mixing = _within(random, _MIXING, _MIXING_SPREAD)
    widths = [
        _within(random, width, spread)
        for width, spread in zip(region.widths_ev, region.width_spreads_ev, strict=True)
    ]
    doublets = tuple(
        TrueDoublet(
            species,
            areas[level, species],
            anchor + _within(random, distance, spread),
            widths[family],
            mixing,
            region.splitting_ev,
            1.0 / 3.0 if region.splitting_ev else 0.0,
        )
        for species, (distance, spread, family) in region.species.items()
    )
    low, high = region.window_ev
    return TrueSpectrum(doublets, low - BEYOND_EV, high + BEYOND_EV, STEP_EV, 3400.0, -8.0, 0.03)


class Bound:
    """What could be known of a sample at best: the bound of Cramér and Rao.

    Parameters
    ----------
    sample : LinkedSample
    without : Link, optional
        One that is not made.
    """

    def __init__(self, sample: LinkedSample, without: Link | None = None) -> None:
        names: list[tuple[str, str, str]] = []
        blocks = []
        for level, spectrum in sample.spectra.items():
            derivatives = dict(_derivatives(level, spectrum))
            names += [(level, *name) for name in derivatives]
            low, high = REGIONS[level].window_ev
            inside = (spectrum.energy >= low) & (spectrum.energy <= high)
            weighted = np.stack(list(derivatives.values()))[:, inside]
            blocks.append((weighted / spectrum.expected()[inside]) @ weighted.T)
        self._row = {name: row for row, name in enumerate(names)}
        information = np.zeros((len(names), len(names)))
        start = 0
        for block in blocks:
            end = start + len(block)
            information[start:end, start:end] = block
            start = end
        for weights, sigma in self._expectations(sample, without):
            direction = np.zeros(len(names))
            for name, weight in weights.items():
                direction[self._row[name]] = weight / sigma
            information += np.outer(direction, direction)
        self._covariance = np.linalg.inv(information)

    def error(self, line: Line) -> float:
        """Of an area."""
        row = self._row[line[0], line[1], "area"]
        return math.sqrt(self._covariance[row, row])

    def log_ratio_error(self, sample: LinkedSample, link: Link) -> float:
        """Of the logarithm of the ratio of two areas."""
        rows = [self._row[level, name, "area"] for level, name in (link.follower, link.leader)]
        weights = np.array([1.0, -1.0]) / [sample.area(link.follower), sample.area(link.leader)]
        return math.sqrt(weights @ self._covariance[np.ix_(rows, rows)] @ weights)

    def _expectations(
        self, sample: LinkedSample, without: Link | None
    ) -> Iterator[tuple[dict[tuple[str, str, str], float], float]]:
        """Sums of parameters that are known beforehand, with their spreads."""
        for level, region in REGIONS.items():
            anchor, *_ = region.species
            yield {(level, "", "mixing"): 1.0}, _MIXING_SPREAD
            for family, spread in enumerate(region.width_spreads_ev):
                if spread > 0.0:
                    yield {(level, str(family), "fwhm"): 1.0}, spread
            for species, (_, spread, _) in region.species.items():
                if spread > 0.0:
                    places = {(level, species, "center"): 1.0, (level, anchor, "center"): -1.0}
                    yield places, spread
            if region.anchor_expected_ev is not None:
                yield {(level, anchor, "center"): 1.0}, region.anchor_expected_ev
        for link in LINKS.values():
            if link is not without:
                amounts = {
                    (*line, "area"): sign / sample.area(line)
                    for line, sign in ((link.follower, 1.0), (link.leader, -1.0))
                }
                yield amounts, sample.sigma


def _derivatives(level: str, truth: TrueSpectrum) -> Iterator[tuple[tuple[str, str], Floats]]:
    """Expected counts by each parameter: central differences of the closed forms."""

    def by(change: Callable[[float], TrueSpectrum], step: float) -> Floats:
        return (change(step).expected() - change(-step).expected()) / (2.0 * step)

    def altered(fields: Collection[str], of: Collection[str]) -> Callable[[float], TrueSpectrum]:
        def change(step: float) -> TrueSpectrum:
            doublets = (
                replace(d, **{name: getattr(d, name) + step for name in fields})
                if d.name in of
                else d
                for d in truth.doublets
            )
            return replace(truth, doublets=tuple(doublets))

        return change

    species = REGIONS[level].species
    for name in species:
        yield (name, "area"), by(altered(["area"], [name]), 10.0)
        yield (name, "center"), by(altered(["center"], [name]), 1e-3)
    for family in (0, 1):
        members = [name for name, (_, _, own) in species.items() if own == family]
        yield (str(family), "fwhm"), by(altered(["fwhm"], members), 1e-3)
    yield ("", "mixing"), by(altered(["mixing"], list(species)), 1e-3)
    for name, step in (("offset", 1.0), ("slope", 0.1), ("k", 1e-3)):
        yield (
            ("", name),
            by(lambda d, name=name: replace(truth, **{name: getattr(truth, name) + d}), step),
        )


def contradicted(sample: LinkedSample, link: Link, side: int, off: float) -> LinkedSample:
    """The sample with a ratio that is off by so much in its logarithm.

    Side 1 gives the follower more than the link says, side −1 the leader.
    """
    times = math.exp(off)
    if side > 0:
        return sample.with_area(link.follower, link.ratio * sample.area(link.leader) * times)
    return sample.with_area(link.leader, sample.area(link.follower) / link.ratio * times)


def linear_distance(
    sample: LinkedSample, link: Link, side: int, sigmas: float, most: float
) -> float | None:
    """By how much a ratio is off at so many combined standard deviations, were all linear.

    These are the link's own spread and the error of the logarithm of the ratio by the data and
    the other links. None where it takes more than `most`.
    """
    off = sigmas * sample.sigma
    for _ in range(_ROUNDS):
        changed = contradicted(sample, link, side, off)
        by_data = Bound(changed, without=link).log_ratio_error(changed, link)
        off = 0.5 * (off + sigmas * math.hypot(sample.sigma, by_data))
        if off > most:
            return None
    return off
