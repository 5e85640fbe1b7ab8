"""What a batch costs for each spectrum and each byte, and how it speeds up with workers.

Run it by itself, on a machine that does nothing else, with the numbers of files, of spectra in a
map, and of rounds:

    python -m benchmarks.scale 4000 65536 2

It writes benchmarks/scale.json, from which docs/scale.md takes its numbers.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from xps.batch import Parts, Plan, plan_batch, run_batch, write_table
from xps.batch.cluster import LocalDask
from xps.batch.plan import STACK_PARTITION_SIZE
from xps.batch.processes import LocalProcesses
from xps.batch.run import Workers
from xps.batch.worker import Task, fit_partition
from xps.environment import present_environment
from xps.recipe import Recipe, load_recipe
from xps.simulation import simulate
from xps.spectrum import Spectrum
from xps.writers import write_vamas

RESULTS = Path(__file__).with_name("scale.json")
RECIPE = "argyrodite-s2p"
FILES, SPECTRA, ROUNDS = 4000, 65536, 2
PARTS = 1000
WAYS: dict[str, Workers] = {
    "1 process": LocalProcesses(1),
    "2 processes": LocalProcesses(2),
    "Dask, 1 worker": LocalDask(1),
    "Dask, 2 workers": LocalDask(2),
}


@dataclass(frozen=True)
class Ran:
    """A run, start of its workers included; the best of several, as other work only adds."""

    seconds: float
    worker_cpu_seconds: float
    coordinator_cpu_seconds: float
    load_average: float


@dataclass(frozen=True)
class Job:
    """A batch: planning is done by one process, and so is the table."""

    name: str
    spectra: int
    rows: int
    bytes_read: int
    bytes_written: int
    plan_cpu_seconds: float
    table_cpu_seconds: float
    runs: dict[str, Ran]


@dataclass(frozen=True)
class Dispatch:
    """What a part costs the process that hands it out and keeps it, where there is no work in it.

    Without Dask, and with two workers of Dask.
    """

    parts: int
    processes_cpu_seconds: float
    dask_cpu_seconds: float
    dask_seconds: float


def main(files: int, spectra: int, rounds: int) -> None:
    recipe = load_recipe(RECIPE)
    jobs = [_job("files", recipe, files, rounds), _job("map", recipe, spectra, rounds)]
    document = {
        "format": "doublet.scale/1",
        "machine": _machine(),
        "recipe": RECIPE,
        "points": simulate(recipe)[0].n_points,
        "jobs": [asdict(job) for job in jobs],
        "dispatch": asdict(_dispatch(recipe)),
        "worker_megabytes": _worker_megabytes(recipe),
    }
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    for job in jobs:
        one, two = job.runs["Dask, 1 worker"], job.runs["Dask, 2 workers"]
        by_cpu = 2.0 * one.worker_cpu_seconds / two.worker_cpu_seconds
        print(f"{job.name}: speed-up with 2 Dask workers {one.seconds / two.seconds:.2f}", end="")
        print(f", by the processor time of workers {by_cpu:.2f}")


def _job(name: str, recipe: Recipe, count: int, rounds: int) -> Job:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "files").mkdir()
        if name == "map":
            write_vamas(folder / "files" / "map.vms", list(_series(recipe, count)))
        else:
            for number, spectrum in enumerate(_series(recipe, count)):
                write_vamas(folder / "files" / f"scan {number}.vms", [spectrum])
        began = process_time()
        plan = plan_batch([folder / "files"], recipe, as_stacks=name == "map")
        planned = process_time() - began
        runs = {way: _best(folder, plan, way, rounds) for way in WAYS}
        parts = Parts(folder / f"{next(iter(WAYS))} 0")
        tables = {(folder / f"{way}.csv").read_bytes() for way in WAYS}
        if len(tables) != 1:
            raise AssertionError("the tables differ")
        began = process_time()
        written = write_table(folder / "again.csv", plan, parts)
        tabled = process_time() - began
        read = sum(path.stat().st_size for path in (folder / "files").iterdir())
        size = (folder / "again.csv").stat().st_size
    return Job(name, written.fitted, written.rows, read, size, planned, tabled, runs)


def _dispatch(recipe: Recipe) -> Dispatch:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        missing = [folder / f"missing {number}.vms" for number in range(PARTS)]
        plan = plan_batch(missing, recipe, size=1)
        runs = [_best(folder, plan, way, 1) for way in ("2 processes", "Dask, 2 workers")]
    processes, dask = runs
    return Dispatch(
        PARTS, processes.coordinator_cpu_seconds, dask.coordinator_cpu_seconds, dask.seconds
    )


def _worker_megabytes(recipe: Recipe) -> float:
    """What a worker holds at most while it fits a part of a map."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "map.vms")
        write_vamas(file, list(_series(recipe, STACK_PARTITION_SIZE)))
        plan = plan_batch([file], recipe, as_stacks=True)
        task = Task(plan.settings, plan.partitions[0], present_environment())
        with get_context("spawn").Pool(1) as pool:
            return pool.apply(_peak_megabytes, (task,))


def _peak_megabytes(task: Task) -> float:
    fit_partition(task)
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024.0


def _best(folder: Path, plan: Plan, way: str, rounds: int) -> Ran:
    found = []
    for number in range(rounds):
        parts = Parts(folder / f"{way} {number}")
        began, cpu = perf_counter(), process_time()
        counts = run_batch(plan, parts, WAYS[way])
        seconds, coordinator = perf_counter() - began, process_time() - cpu
        found.append(Ran(seconds, counts.cpu_seconds, coordinator, os.getloadavg()[0]))
        print(f"{way}: {found[-1]}", flush=True)
    write_table(folder / f"{way}.csv", plan, parts)
    return min(found, key=lambda run: run.seconds)


def _series(recipe: Recipe, count: int) -> Iterator[Spectrum]:
    """Yield so many measurements of one sample, with noise of their own."""
    expected = simulate(recipe)[0]
    random = np.random.default_rng(20240501)
    return (_measured(expected, number, random) for number in range(count))


def _measured(spectrum: Spectrum, number: int, random: np.random.Generator) -> Spectrum:
    assert spectrum.counts is not None
    smooth = np.maximum(spectrum.counts, 1.0)
    return Spectrum(
        spectrum.energy_ev,
        random.poisson(smooth).astype(np.float64),
        axis=spectrum.axis,
        name=spectrum.name,
        sample="sample",
        core_level=spectrum.core_level,
        photon_energy_ev=spectrum.photon_energy_ev,
        dwell_s=spectrum.dwell_s,
        sweeps=spectrum.sweeps,
        series=(("Scan", float(number)),),
    )


def _machine() -> dict[str, str | int]:
    model = "unknown"
    with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    model = names[0] if names else platform.processor()
    packages = {name: version(name) for name in ("numpy", "scipy", "distributed")}
    cores = len(os.sched_getaffinity(0))
    return {"processor": model, "cores": cores, "python": platform.python_version(), **packages}


if __name__ == "__main__":
    main(*(map(int, sys.argv[1:4]) if len(sys.argv) > 3 else (FILES, SPECTRA, ROUNDS)))
