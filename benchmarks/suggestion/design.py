"""The spectra: what they hold, and how the suggestion for one is judged."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.candidates import Candidates
from xps.independent import TrueDoublet, TrueSpectrum
from xps.model import Ref, Region
from xps.problem import compile_problem
from xps.recipe import load_recipe
from xps.species import Species, library
from xps.spectrum import Spectrum
from xps.suggested import SuggestedModel
from xps.suggestion import suggest

Floats = NDArray[np.float64]
Measurement = Mapping[str, Any]

LEVEL = "S 2p"
KEYS = ("li2s", "ps4", "metal_sulfide", "p_s_p", "s0", "sulfite", "sulfate", "thiosulfate_s")
FOLLOWERS = {"thiosulfate_s": ("thiosulfate_so3", 6.0)}  # of an equal area, so many eV higher
MOST_TIES = 3
LEAST_SIGMA = 5.0
LEAST_SEPARATION = 0.5  # of the FWHM

SEED = 20240501
_OXIDES = ("sulfite", "sulfate")
_MERGERS = (("ps4", "metal_sulfide"), ("p_s_p", "s0"))
_NEAR = 0.5  # of the FWHM: what is farther from a species is not it
_TRIES = 10_000


@dataclass(frozen=True)
class Case:
    """A simulated spectrum.

    `inseparable` names two of its species that lie closer than half a width.
    """

    truth: TrueSpectrum
    inseparable: tuple[str, ...] = ()

    @property
    def species(self) -> tuple[str, ...]:
        """Keys of the doublets that it holds."""
        return tuple(doublet.name for doublet in self.truth.doublets)

    @property
    def amounts(self) -> tuple[str, ...]:
        """Keys of the species: two doublets of one species count once."""
        followers = {key for key, _ in FOLLOWERS.values()}
        return tuple(key for key in self.species if key not in followers)

    def spectrum(self, random: np.random.Generator) -> Spectrum:
        """One measurement."""
        return self.truth.measured(random)


def candidates() -> list[Species]:
    """The species that are offered, whatever else the library may hold."""
    return [library()[key] for key in (*KEYS, *(key for key, _ in FOLLOWERS.values()))]


def template() -> Region:
    """The analyst's window, background and shape."""
    region = load_recipe("argyrodite-s2p").region_for(LEVEL)
    assert region is not None
    return region


def separable_case(random: np.random.Generator) -> Case:
    """Three to six species, each of 5σ or more and half a width or more from the next."""
    for _ in range(_TRIES):
        chosen = random.choice(KEYS, size=int(random.integers(3, 7)), replace=False)
        truth = _truth([str(key) for key in chosen], random)
        if _closest(truth.doublets) >= LEAST_SEPARATION and _least_sigma(truth) >= LEAST_SIGMA:
            return Case(truth)
    raise RuntimeError("no case found")


def inseparable_case(random: np.random.Generator) -> Case:
    """The same with two species closer than half a width, of which the data show one doublet."""
    for _ in range(_TRIES):
        pair = _MERGERS[int(random.integers(len(_MERGERS)))]
        rest = [key for key in KEYS if key not in (*_MERGERS[0], *_MERGERS[1])]
        more = random.choice(rest, size=int(random.integers(1, 3)), replace=False)
        truth = _truth([*pair, *(str(key) for key in more)], random)
        a, b = (next(d for d in truth.doublets if d.name == key) for key in pair)
        apart = [_closest([d for d in truth.doublets if d is not one]) for one in (a, b)]
        if _closest([a, b]) < LEAST_SEPARATION <= min(apart):
            return Case(truth, pair)
    raise RuntimeError("no case found")


def measure(number: int, *, inseparable: bool = False) -> Measurement:
    """Simulate one spectrum, ask for models, and judge them."""
    random = np.random.default_rng((SEED, number, int(inseparable)))
    case = (inseparable_case if inseparable else separable_case)(random)
    spectrum = case.spectrum(random)
    began = time.perf_counter()
    found = suggest(spectrum, LEVEL, template=template(), candidates=candidates())
    seconds = time.perf_counter() - began
    ties = found.ties[:MOST_TIES]
    best = matched(case, found.best)
    return {
        "species": sorted(case.amounts),
        "ties": len(found.ties),
        "true in best": bool(ties) and is_true(case, ties[0]),
        "true in ties": any(is_true(case, model) for model in ties),
        "spurious": [] if found.best is None else _left_over(found.best, best.values()),
        "missed": sorted(set(case.species) - set(best)),
        "merged": is_merged(case, found.best) if inseparable else None,
        "seconds": seconds,
    }


def is_true(case: Case, model: SuggestedModel) -> bool:
    """Whether a model holds the true species and nothing else."""
    return len(matched(case, model)) == len(case.species) == len(model.components)


def matched(case: Case, model: SuggestedModel | None) -> dict[str, int]:
    """Which component is which true species: as many as can be, by number of the component."""
    if model is None:
        return {}
    options = {
        doublet.name: [
            number
            for number, (component, identity) in enumerate(
                zip(model.region.components, model.components, strict=True)
            )
            if doublet.name in identity.species
            and abs(component.center.value - doublet.center) <= _NEAR * doublet.fwhm
        ]
        for doublet in case.truth.doublets
    }
    return _largest_matching(list(options.items()))


def is_merged(case: Case, model: SuggestedModel | None) -> bool:
    """Whether the two inseparable species are reported as one component."""
    if model is None:
        return False
    return any(
        set(case.inseparable) <= {*identity.species, *identity.hidden}
        for identity in model.components
    )


def _largest_matching(options: Sequence[tuple[str, Sequence[int]]]) -> dict[str, int]:
    if not options:
        return {}
    (name, numbers), rest = options[0], options[1:]
    best = _largest_matching(rest)
    for number in numbers:
        others = [(key, [n for n in free if n != number]) for key, free in rest]
        found = {name: number} | _largest_matching(others)
        if len(found) > len(best):
            best = found
    return best


def _left_over(model: SuggestedModel, taken: Any) -> list[str]:
    used = set(taken)
    return [key for number, key in enumerate(model.keys) if number not in used]


def _truth(keys: Sequence[str], random: np.random.Generator) -> TrueSpectrum:
    """Species anywhere in their ranges, on a background as high as a tenth to twice the peak."""
    sulfide, oxide = random.uniform(0.9, 1.35), random.uniform(1.2, 1.8)
    mixing = float(np.clip(random.normal(0.3, 0.1), 0.05, 0.75))
    doublets = []
    for key in keys:
        species = library()[key]
        center = random.triangular(species.allowed_ev[0], species.center_ev, species.allowed_ev[1])
        area = 1000.0 * 10.0 ** random.uniform(-1.3, 0.0)
        width = oxide if key in _OXIDES else sulfide
        if key in FOLLOWERS:
            follower, above = FOLLOWERS[key]
            width = random.uniform(1.1, 1.7)
            doublets.append(TrueDoublet(follower, area, center + above, width, mixing))
        doublets.append(TrueDoublet(key, area, center, width, mixing))
    level = 500.0 * 10.0 ** random.uniform(-1.0, 0.3)
    truth = TrueSpectrum(
        tuple(doublets),
        157.0,
        173.0,
        float(random.choice((0.05, 0.1))),
        level,
        random.uniform(-0.005, 0.005) * level,
        random.uniform(0.01, 0.06),
    )
    return truth.with_tallest(1000.0 * 10.0 ** random.uniform(0.0, 1.5))


def _closest(doublets: Sequence[TrueDoublet]) -> float:
    """Least distance of two species in mean widths."""
    distances = [
        abs(a.center - b.center) / (0.5 * (a.fwhm + b.fwhm)) for a, b in combinations(doublets, 2)
    ]
    return min(distances, default=math.inf)


def _least_sigma(truth: TrueSpectrum) -> float:
    """Least area over its Cramér-Rao bound, all that an analyst fits being free."""
    region = Candidates.of(candidates(), template()).region([d.name for d in truth.doublets])
    values = {Ref("background", "offset"): truth.offset, Ref("background", "slope"): truth.slope}
    values[Ref("background", "k")] = truth.k
    for doublet in truth.doublets:
        for name in ("area", "center", "fwhm", "mixing"):
            ref = Ref(doublet.name, name)
            if region.param(ref).is_free:
                values[ref] = getattr(doublet, name)
    spectrum = Spectrum(
        truth.energy,
        truth.expected(),
        core_level=LEVEL,
        photon_energy_ev=1486.6,
        dwell_s=1.0,
        sweeps=1.0,
    )
    problem = compile_problem(region.with_values(values), spectrum, 0.0)
    jacobian = problem.jacobian(problem.start)
    length = np.linalg.norm(jacobian, axis=0)
    normal = jacobian / length
    sigma = np.sqrt(np.diag(np.linalg.inv(normal.T @ normal))) / length
    free = problem.table.free
    return min(
        doublet.area / sigma[free.index(ref)]
        for doublet in truth.doublets
        if (ref := Ref(doublet.name, "area")) in free
    )
