"""What a batch costs for each spectrum and each byte, and how it speeds up with workers.

Run it by itself, on a machine that does nothing else, with the number of files:

    python -m benchmarks.scale 4000

It writes benchmarks/scale.json, from which docs/scale.md takes its numbers.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from xps.batch import Parts, Plan, plan_batch, run_batch, write_table
from xps.batch.cluster import LocalDask
from xps.batch.processes import LocalProcesses
from xps.batch.run import Workers
from xps.recipe import Recipe, load_recipe
from xps.simulation import simulate
from xps.spectrum import Spectrum
from xps.writers import write_vamas

RESULTS = Path(__file__).with_name("scale.json")
RECIPE = "argyrodite-s2p"
FILES = 4000
ROUNDS = 2


@dataclass(frozen=True)
class Planned:
    """Reading all files once; the processor time is that of the one process that plans."""

    files: int
    bytes_read: int
    cpu_seconds: float


@dataclass(frozen=True)
class Ran:
    """A run; the best of several, as other work of the machine only adds."""

    way: str
    workers: int
    spectra: int
    seconds: float
    worker_cpu_seconds: float
    coordinator_cpu_seconds: float
    load_average: float


@dataclass(frozen=True)
class Tabled:
    """Writing the table from the finished parts."""

    rows: int
    bytes_of_parts: int
    bytes_of_table: int
    cpu_seconds: float


def main(files: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipe = load_recipe(RECIPE)
        write_series(folder / "files", recipe, files)
        plan, planned = _timed_plan(folder, recipe)
        print(planned)
        ways: dict[str, Workers] = {
            "processes 1": LocalProcesses(1),
            "processes 2": LocalProcesses(2),
            "Dask 1": LocalDask(1),
            "Dask 2": LocalDask(2),
        }
        rounds = [
            [_run(folder, plan, way, workers) for way, workers in ways.items()]
            for _ in range(ROUNDS)
        ]
        best = [min(runs, key=lambda run: run.seconds) for runs in zip(*rounds, strict=True)]
        tables = {(folder / f"{way}.csv").read_bytes() for way in ways}
        if len(tables) != 1:
            raise AssertionError("the tables differ")
        tabled = _tabled(folder, plan, "Dask 2")
    document = {
        "format": "doublet.scale/1",
        "machine": _machine(),
        "recipe": RECIPE,
        "points": simulate(recipe)[0].n_points,
        "planned": asdict(planned),
        "runs": [asdict(run) for run in best],
        "tabled": asdict(tabled),
        "worker_megabytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0,
    }
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    print(f"speed-up with processes {best[0].seconds / best[1].seconds:.2f}, ", end="")
    print(f"with Dask {best[2].seconds / best[3].seconds:.2f}")


def write_series(folder: Path, recipe: Recipe, files: int) -> None:
    """Write a file for each of so many spectra; their charge shift drifts."""
    folder.mkdir()
    expected = simulate(recipe)[0]
    random = np.random.default_rng(20240501)
    for number in range(files):
        write_vamas(folder / f"scan {number}.vms", [_measured(expected, number, random)])


def _measured(spectrum: Spectrum, number: int, random: np.random.Generator) -> Spectrum:
    assert spectrum.counts is not None
    smooth = np.maximum(spectrum.counts, 1.0)
    shift = 0.3 * np.sin(number / 50.0)
    return Spectrum(
        spectrum.energy_ev + shift,
        random.poisson(smooth).astype(np.float64),
        axis=spectrum.axis,
        name=spectrum.name,
        sample=f"spot {number}",
        core_level=spectrum.core_level,
        photon_energy_ev=spectrum.photon_energy_ev,
        dwell_s=spectrum.dwell_s,
        sweeps=spectrum.sweeps,
    )


def _timed_plan(folder: Path, recipe: Recipe) -> tuple[Plan, Planned]:
    began = process_time()
    plan = plan_batch([folder / "files"], recipe)
    spent = process_time() - began
    size = sum(Path(file.path).stat().st_size for file in plan.files)
    return plan, Planned(len(plan.files), size, spent)


def _run(folder: Path, plan: Plan, way: str, workers: Workers) -> Ran:
    parts = Parts(folder / f"{way} {perf_counter()}")
    began, cpu = perf_counter(), process_time()
    counts = run_batch(plan, parts, workers)
    seconds, coordinator = perf_counter() - began, process_time() - cpu
    write_table(folder / f"{way}.csv", plan, parts)
    number = int(way.rpartition(" ")[2])
    load = os.getloadavg()[0]
    run = Ran(way, number, plan.size, seconds, counts.cpu_seconds, coordinator, load)
    print(run, flush=True)
    parts.folder.rename(folder / f"{way}.parts") if not (folder / f"{way}.parts").exists() else None
    return run


def _tabled(folder: Path, plan: Plan, way: str) -> Tabled:
    parts = Parts(folder / f"{way}.parts")
    began = process_time()
    written = write_table(folder / "again.csv", plan, parts)
    spent = process_time() - began
    kept = sum(path.stat().st_size for path in parts.folder.iterdir())
    return Tabled(written.rows, kept, (folder / "again.csv").stat().st_size, spent)


def _machine() -> dict[str, str | int]:
    model = "unknown"
    with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    model = names[0] if names else platform.processor()
    packages = {name: version(name) for name in ("numpy", "scipy", "distributed")}
    cores = len(os.sched_getaffinity(0))
    return {"processor": model, "cores": cores, "python": platform.python_version(), **packages}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FILES)
