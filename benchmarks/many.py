"""Many spectra at once, and honest errors: what they cost beside single fits and lmfit."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from benchmarks.problems import P1, Problem
from benchmarks.timing import in_turns, median_ms
from xps.batch_solver import Batch, BatchSolution, solve_batch
from xps.bootstrap import bootstrap
from xps.engine import Problem as Likelihood
from xps.engine import solve
from xps.fitting import fit_region
from xps.minimizer import RegionMinimizer
from xps.model import BACKGROUND_ID, Ref, Region
from xps.problem import compile_problem
from xps.profile import profile_all
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

AGREEMENT = 1e-8  # relative, of values and deviance with those of single fits
SERIES, MAP = 200, 4096
DRAWS = 500
NEAREST_MIXING = 0.376  # of a Voigt curve, to the half Lorentzian lines that P1 starts from
_COMPARED = 25  # spectra of a batch that are fitted alone, too


@dataclass(frozen=True)
class Job:
    """How long a job of many fits takes, and what lmfit's composite models would take for it."""

    name: str
    fits: int
    milliseconds: float
    speed: float | None = None
    disagreement: float | None = None
    megabytes: float | None = None

    @property
    def per_fit(self) -> float:
        """Milliseconds for one fit."""
        return self.milliseconds / self.fits


def jobs(composite_ms: float) -> list[Job]:
    """Time series, map, bootstrap and profiles of P1.

    Parameters
    ----------
    composite_ms : float
        What one fit of P1 takes with lmfit's composite models, in the same run.

    Raises
    ------
    AssertionError
        If a batch ends elsewhere than single fits.
    """
    found = [
        _batch("P3, a series", SERIES, 1, 5),
        _batch("map", MAP, 1, 1),
        _batch("map, two threads", MAP, 2, 1),
    ]
    region, spectrum = P1.region(slope=True), P1.spectrum()
    fit = fit_region(region, spectrum)
    refs = [ref for ref in fit.free if ref.component != BACKGROUND_ID]
    draws = median_ms(lambda: bootstrap(fit, spectrum, draws=DRAWS), 3, process_time)
    found.append(Job("bootstrap of P1", DRAWS, draws))
    profiles = median_ms(lambda: profile_all(fit, spectrum, refs), 3, process_time)
    found.append(Job("profiles of P1, 68 % and 95 %", len(refs), profiles))
    found += _voigt(region, spectrum)
    return [
        replace(job, speed=composite_ms * job.fits / job.milliseconds)
        if "profile" not in job.name
        else job
        for job in found
    ]


def _voigt(region: Region, spectrum: Spectrum) -> list[Job]:
    near, far = (_as_voigt(region, mixing) for mixing in (NEAREST_MIXING, 0.5))

    def record() -> None:
        RegionMinimizer(compile_problem(near, spectrum, 0.0), near).minimize()

    ways: dict[str, Callable[[], object]] = {
        "Voigt P1, solver and lmfit record": record,
        "Voigt P1, whole fit": partial(fit_region, near, spectrum),
        "Voigt P1, from a mixing of 0.5": partial(fit_region, far, spectrum),
    }
    return [Job(name, 1, milliseconds) for name, milliseconds in in_turns(ways).items()]


def _as_voigt(region: Region, mixing: float) -> Region:
    components = tuple(component.with_shape("voigt") for component in region.components)
    voigt = replace(region, components=components)
    ref = Ref(components[0].id, "mixing")
    return voigt.with_param(ref, voigt.param(ref).at(mixing)).settled()


def drifting(problem: Problem, spectra: int) -> list[Problem]:
    """The problem, over and over, while areas and a common shift drift."""
    drift = []
    for number in range(spectra):
        place = number / spectra
        shift = 0.15 * np.sin(2.0 * np.pi * place)
        factors = 1.0 + 0.3 * np.sin(2.0 * np.pi * (place + np.arange(len(problem.truth)) / 4.0))
        truth = tuple(
            replace(line, area=line.area * factor, center=line.center + shift)
            for line, factor in zip(problem.truth, factors.tolist(), strict=True)
        )
        drift.append(replace(problem, truth=truth))
    return drift


def _batch(name: str, spectra: int, threads: int, repeats: int) -> Job:
    work = compile_problem(P1.region(slope=True), P1.spectrum(), 0.0)
    batch = _measured(work, spectra)
    before = _resident_megabytes()
    with _Peak() as peak:
        found = solve_batch(work, batch, threads=threads)
    disagreement = _disagreement(work, batch, found)
    if not (found.converged.all() and disagreement < AGREEMENT):
        raise AssertionError(f"{name}: single fits differ by {disagreement:.1e}")
    clock = process_time if threads == 1 else perf_counter
    milliseconds = median_ms(lambda: solve_batch(work, batch, threads=threads), repeats, clock)
    return Job(
        name, spectra, milliseconds, disagreement=disagreement, megabytes=peak.megabytes - before
    )


def _measured(work: Likelihood, spectra: int) -> Batch:
    """Counts of a drifting P1; all fits start where that of the first ended."""
    random = np.random.default_rng(7)
    expected = [problem.expected_counts() for problem in drifting(P1, spectra)]
    counts = random.poisson(np.array(expected)).astype(np.float64)
    start = solve(replace(work, observed=counts[0])).free
    return Batch(counts, np.tile(start, (spectra, 1)))


def _disagreement(work: Likelihood, batch: Batch, found: BatchSolution) -> float:
    """Largest relative difference of values and deviance from single fits."""
    worst = 0.0
    for spectrum in range(0, len(batch.starts), max(1, len(batch.starts) // _COMPARED)):
        alone = solve(batch.problem(work, spectrum))
        off = np.abs(found.free[spectrum] / alone.free - 1.0)
        worst = max(worst, float(off.max()), abs(found.deviance[spectrum] / alone.deviance - 1.0))
    return worst


class _Peak:
    """Watches the memory of this process while something runs."""

    megabytes = 0.0

    def __enter__(self) -> _Peak:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.005):
            self.megabytes = max(self.megabytes, _resident_megabytes())


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
