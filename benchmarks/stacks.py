"""Maps on disk, from 1,000 to 100,000 spectra: time, memory, and how they agree with single fits.

``python -m benchmarks.stacks`` prints a table and writes benchmarks/stacks.json. Each size runs in
a process of its own, whose largest memory is told; so do the joint fits of a series.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.many import drifting
from benchmarks.problems import P1
from xps.engine import solve
from xps.fitting import fit_region
from xps.model import Ref
from xps.problem import compile_problem
from xps.series_fit import fit_series
from xps.stack_fit import fit_part, fitted_chunks
from xps.stack_model import StackModel, mean_spectrum, stack_model
from xps.stack_result import StackFit
from xps.stacks import Layout, Stack

Floats = NDArray[np.float64]

RESULTS = Path(__file__).with_name("stacks.json")
SIZES = (1_000, 4_096, 16_384, 65_536, 100_000)
SERIES = (250, 500, 1_000, 2_000)
_PERIOD = 1_000
_ALONE = 100  # spectra of a map that are fitted by themselves, too
_EXACT = 1e-22  # gain left: single fits end (1e-6 σ)² from the best, and these at it
_SAME = 1e-6  # in deviance
_WIDTHS = tuple(Ref(f"c{number}", "fwhm") for number in range(len(P1.truth)))


@dataclass(frozen=True, eq=False)
class RawStack(Stack):
    """Counts of two bytes one after the other in a file."""

    path: Path = field(repr=False)

    def _read(self, start: int, stop: int) -> Floats:
        row = self.n_points
        counts = np.fromfile(self.path, "<u2", (stop - start) * row, offset=2 * start * row)
        return counts.reshape(-1, row).astype(np.float64)


def written(folder: Path, spectra: int) -> RawStack:
    """Write a map of P1 whose areas and common shift drift, in every thousand spectra alike."""
    random, path = np.random.default_rng(7), folder / f"{spectra}.raw"
    expected = np.array([problem.expected_counts() for problem in drifting(P1, _PERIOD)])
    with path.open("wb") as file:
        for first in range(0, spectra, _PERIOD):
            counts = random.poisson(expected[: spectra - first])
            file.write(counts.astype("<u2").tobytes())
    layout = Layout((spectra,), np.arange(spectra), ())
    return RawStack(P1.spectrum(), spectra, layout, (), path.name, path.name, (), path)


def model_of(stack: Stack) -> StackModel:
    mean, scale = mean_spectrum(stack)
    region = P1.region(slope=True)
    return stack_model(stack, fit_region(region, mean), scale=scale, first=region)


def map_of(spectra: int) -> dict[str, Any]:
    """Fit a map, and some of its spectra by themselves."""
    with tempfile.TemporaryDirectory() as folder:
        stack = written(Path(folder), spectra)
        fit_part(model_of(stack), stack.read(0, 64))  # what is imported and compiled once
        before, wall, processor = _megabytes(), perf_counter(), process_time()
        model = model_of(stack)
        modeled = process_time() - processor
        fit = StackFit.joined(list(fitted_chunks(stack, model)))
        processor, wall = process_time() - processor, perf_counter() - wall
        memory = _megabytes()
        alone = _alone(stack, model, fit)
    return {
        "spectra": spectra,
        "wall_s": wall,
        "processor_s": processor,
        "model_s": modeled,
        "per_spectrum_ms": 1e3 * (processor - modeled) / spectra,
        "megabytes": memory,
        "megabytes_before": before,
        "flagged": int(np.count_nonzero(fit.flags)),
        "iterations": float(fit.iterations.mean()),
        **alone,
    }


def _alone(stack: Stack, model: StackModel, fit: StackFit) -> dict[str, float]:
    """What single fits take, how often they end higher or lower, and the largest difference.

    Differences are those of values over themselves, or ten of their errors where these are more:
    a slope may be nothing but error. Where a single fit from the values of the model ends higher,
    in another minimum, it starts again from the values found.
    """
    worst, spent, higher, lower = 0.0, 0.0, 0, 0
    places = np.linspace(0, stack.count - 1, _ALONE).astype(int).tolist()
    columns = [fit.refs.index(ref) for ref in model.problem.table.free]
    for place in places:
        problem = compile_problem(model.region, stack.spectrum(place), model.shift_ev)
        began = process_time()
        one = solve(problem)
        spent += process_time() - began
        higher += int(one.deviance > fit.deviance[place] + _SAME)
        lower += int(one.deviance < fit.deviance[place] - _SAME)
        start = fit.values[place, columns] if one.deviance > fit.deviance[place] else one.free
        values = problem.table.values(solve(problem, start, tolerance=_EXACT).free)
        scale = np.fmax(np.abs(values), 10.0 * fit.stderr[place])
        off = np.abs(fit.values[place] - values)[scale > 0.0] / scale[scale > 0.0]
        worst = max(worst, float(off.max()))
    return {
        "alone_ms": 1e3 * spent / len(places),
        "alone_higher": higher,
        "alone_lower": lower,
        "disagreement": worst,
    }


def series_of(spectra: int) -> dict[str, Any]:
    """Fit a series with the four widths in common."""
    with tempfile.TemporaryDirectory() as folder:
        stack = written(Path(folder), spectra)
        model = model_of(stack)
        alone = StackFit.joined(list(fitted_chunks(stack, model)))
        before, wall, processor = _megabytes(), perf_counter(), process_time()
        found = fit_series(stack, model, _WIDTHS, alone=alone)
    pulls = (found.values - [line.fwhm for line in P1.truth]) / found.stderr
    return {
        "spectra": spectra,
        "wall_s": perf_counter() - wall,
        "processor_s": process_time() - processor,
        "iterations": found.iterations,
        "megabytes": _megabytes(),
        "megabytes_before": before,
        "largest_pull": float(np.abs(pulls).max()),
    }


def _megabytes() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


_JOBS = {"map": map_of, "series": series_of}


def _in_a_process(job: str, spectra: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.stacks", job, str(spectra)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> None:
    if arguments:
        job, spectra = arguments
        print(json.dumps(_JOBS[job](int(spectra))))
        return
    print(f"{'map':>8s} {'wall s':>8s} {'processor s':>12s} {'ms each':>8s} {'alone ms':>9s} "
          f"{'ratio':>6s} {'MB':>6s} {'differs':>9s}")  # fmt: skip
    maps = []
    for spectra in SIZES:
        row = _in_a_process("map", spectra)
        maps.append(row)
        ratio = row["alone_ms"] / row["per_spectrum_ms"]
        print(f"{spectra:8d} {row['wall_s']:8.2f} {row['processor_s']:12.2f} "
              f"{row['per_spectrum_ms']:8.3f} {row['alone_ms']:9.2f} {ratio:6.1f} "
              f"{row['megabytes']:6.0f} {row['disagreement']:9.1e}")  # fmt: skip
    print(f"\n{'series':>8s} {'wall s':>8s} {'processor s':>12s} {'ms each':>8s} "
          f"{'MB':>6s} {'pull':>6s}")  # fmt: skip
    series = []
    for spectra in SERIES:
        row = _in_a_process("series", spectra)
        series.append(row)
        print(f"{spectra:8d} {row['wall_s']:8.2f} {row['processor_s']:12.2f} "
              f"{1e3 * row['processor_s'] / spectra:8.3f} {row['megabytes']:6.0f} "
              f"{row['largest_pull']:6.2f}")  # fmt: skip
    RESULTS.write_text(json.dumps({"maps": maps, "series": series}, indent=2) + "\n", "utf-8")
    print(f"written to {RESULTS.parent.name}/{RESULTS.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
