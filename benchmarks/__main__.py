"""Print timings side by side and write them to benchmarks/results.json."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks.fits import COMPOSITE, Row, rows
from benchmarks.fityk import program
from benchmarks.many import jobs
from benchmarks.problems import P1, P2
from benchmarks.tasks import in_fit, subtracted
from benchmarks.timing import median_ms

RESULTS = Path(__file__).with_name("results.json")


def import_ms() -> float:
    """Time that ``import xps`` adds to the start of Python."""

    def start(code: str) -> float:
        return median_ms(lambda: subprocess.run([sys.executable, "-c", code], check=True), 5)

    return start("import xps") - start("pass")


def print_fits(group: list[Row]) -> None:
    """Print the ways of fitting one problem, with their speed beside that of the slowest."""
    first, slowest = group[0], max(row.milliseconds for row in group)
    print(f"\n{first.problem}, background {first.background}: one fit, processor time, median")
    print(f"{'way':39s} {'ms':>9s} {'speed':>7s} {'χ²':>12s}")
    for row in group:
        speed = f"{slowest / row.milliseconds:.0f}×"
        print(f"{row.way:39s} {row.milliseconds:9.2f} {speed:>7s} {row.chi2:12.5f}")


def main() -> None:
    groups = [rows(task(problem)) for problem in (P1, P2) for task in (in_fit, subtracted)]
    composite = next(row for row in groups[0] if row.way == COMPOSITE)
    done = jobs(composite.milliseconds)
    imported = import_ms()
    for group in groups:
        print_fits(group)
    if program() is None:
        print("\ncfityk: not installed")
    print(f"\n{'many fits':38s} {'ms each':>9s} {'speed':>8s} {'all / s':>9s} {'MB':>6s}")
    for job in done:
        speed = "" if job.speed is None else f"{job.speed:.0f}×"
        memory = "" if job.megabytes is None else f"{job.megabytes:.0f}"
        seconds = 1e-3 * job.milliseconds
        print(f"{job.name:38s} {job.per_fit:9.3f} {speed:>8s} {seconds:9.2f} {memory:>6s}")
    print(f"\nimport xps: {imported:.0f} ms")
    packages = ("numpy", "scipy", "lmfit")
    document = {
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "fits": [asdict(row) for group in groups for row in group],
        "jobs": [asdict(job) for job in done],
        "import_ms": imported,
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULTS.parent.name}/{RESULTS.name}")


if __name__ == "__main__":
    main()
