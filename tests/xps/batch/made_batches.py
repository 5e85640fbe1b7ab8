"""Folders of files for the tests of batches: a doublet that drifts, in a formula of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.truth import Peak, Truth
from xps.batch import Counts, Parts, Plan, Progress, plan_batch, run_batch, write_table
from xps.batch.parts import FinishedPartition
from xps.batch.run import Workers
from xps.batch.worker import Task, fit_partition
from xps.recipe import Recipe, load_recipe
from xps.spectrum import Spectrum
from xps.writers import write_vamas

RECIPE = """
format = 1
name = "one-doublet"
title = "One doublet"
description = "A doublet on a step."

[[region]]
core_level = "S 2p"
window_ev = [156.0, 172.0]
[region.background]
kind = "peak-shirley"

[[region.component]]
id = "main"
name = "main"
shape = "sgl"
center = { value = 163.0, min = 158.0, max = 170.0 }
fwhm = { value = 1.3, min = 0.5, max = 3.0 }
mixing = { value = 0.3, vary = false }
"""

TRUTH = Truth((Peak("main", 4000.0, 163.0, 1.3),), 155.0, 173.0, 0.1, 300.0, 0.0, 0.01)


def moved(center: float, area: float = 4000.0) -> Truth:
    return replace(TRUTH, peaks=(replace(TRUTH.peaks[0], center=center, area=area),))


def spectrum(number: int, center: float, **changes: object) -> Spectrum:
    fields = {"name": f"S 2p {number}", "sample": f"spot {number}"} | changes
    return moved(center).spectrum(number, **fields)


def drifting(count: int) -> list[Spectrum]:
    return [spectrum(number, 163.0 + 0.01 * number) for number in range(count)]


def write_files(folder: Path, spectra: Sequence[Spectrum]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(spectra):
        write_vamas(folder / f"scan {number}.vms", [one])
    return folder


def recipe_at(path: Path, text: str = RECIPE) -> Recipe:
    path.write_text(text, "utf-8")
    return load_recipe(path)


@dataclass
class Here:
    """Workers in this process that remember what they were given."""

    given: list[str] = field(default_factory=list)

    def run(
        self, tasks: Sequence[Task], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[FinishedPartition]:
        for task in tasks:
            self.given.append(task.partition.key)
            yield fit_partition(task, cancelled)


@dataclass
class Batch:
    """A plan with a place for its table."""

    plan: Plan
    out: Path

    @property
    def parts(self) -> Parts:
        return Parts(self.out.with_name(f"{self.out.name}.parts"))

    def run(
        self,
        workers: Workers,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Counts:
        return run_batch(self.plan, self.parts, workers, progress=progress, cancelled=cancelled)

    def table(self) -> bytes:
        write_table(self.out, self.plan, self.parts)
        return self.out.read_bytes()


def batch_of(folder: Path, spectra: Sequence[Spectrum], size: int = 2) -> Batch:
    recipe = recipe_at(folder / "recipe.toml")
    files = write_files(folder / "files", spectra)
    return Batch(plan_batch([files], recipe, size=size), folder / "table.csv")


def killing(pids: Callable[[], Sequence[int]], signal: int, at: int = 2) -> Callable[..., None]:
    """A progress that kills the first of some processes once so much is done."""
    killed: list[int] = []

    def progress(now: Progress) -> None:
        if now.done >= at and not killed:
            killed.append(pids()[0])
            os.kill(killed[0], signal)

    return progress
