"""The standard problems as they are fitted with fityk's command line, where it is installed."""

from __future__ import annotations

import re
import resource
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.tasks import Task

FITS = 200  # in one process: what one takes less is the start of the process
REPEATS = 5
TIMEOUT_S = 60.0

_CHI2 = re.compile(r"WSSR\s*=\s*(\S+)")


def program() -> str | None:
    """Where ``cfityk`` is; None where it is not installed."""
    return shutil.which("cfityk")


def fityk_fit(cfityk: str, task: Task, *, errors: bool) -> tuple[float, float]:
    """Fit with fityk's Levenberg-Marquardt, stopping where it stops by default.

    Parameters
    ----------
    cfityk : str
        The program.
    task : Task
        With its background subtracted: fityk has none that follows from the peaks.
    errors : bool
        Whether it computes and prints standard errors, too.

    Returns
    -------
    milliseconds : float
        For one fit, without the start of the process.
    chi2 : float

    Raises
    ------
    RuntimeError
        If fityk says no χ².
    """
    with tempfile.TemporaryDirectory() as folder:
        columns = np.column_stack((task.problem.energy, task.counts, task.sigma))
        np.savetxt(Path(folder) / "data.txt", columns, fmt="%.17g")
        for fits in (1, FITS):
            _script(task, fits, errors, Path(folder))
        times = []
        for _ in range(REPEATS):
            alone, _ = _run(cfityk, 1, folder)
            many, said = _run(cfityk, FITS, folder)
            times.append((many - alone) / (FITS - 1))
    found = _CHI2.search(said)
    if found is None:
        raise RuntimeError(f"fityk did not fit {task.problem.name}: {said}")
    return 1e3 * statistics.median(times), float(found[1])


def _script(task: Task, fits: int, errors: bool, folder: Path) -> None:
    head = [
        "set verbosity = -1",
        "set numeric_format = '%.15g'",
        "@0 < data.txt:1:2:3:",
    ]
    fit = [*_start(task), "fit", *(["info errors"] if errors else [])]
    lines = [*head, *_start(task), *_model(task), *(fit * fits), "info fit"]
    (folder / f"{fits}.fit").write_text("\n".join(lines) + "\n", encoding="ascii")


def _start(task: Task) -> list[str]:
    """Free parameters with their bounds; half widths, as fityk has them."""
    problem = task.problem
    lines = ["$f = ~0.5 [0:1]"]
    for i, line in enumerate(problem.start):
        lines.append(f"$a{i} = ~{line.area} [0:]")
        lines.append(f"$c{i} = ~{line.center} [{line.center - 1.0:.6g}:{line.center + 1.0:.6g}]")
        if i <= problem.shared_from:
            lines.append(f"$h{i} = ~{0.5 * line.fwhm} [0.15:2]")
    return lines


def _model(task: Task) -> list[str]:
    """The lines, tied by formulas; fityk's pseudo-Voigt has a height, ours an area."""
    problem = task.problem
    area_of_unit_height = "((1-$f)*sqrt(pi/ln(2)) + $f*pi)"
    lines, names = [], []
    for i in range(len(problem.start)):
        half = f"$h{min(i, problem.shared_from)}"
        lines.append(f"$top{i} = $a{i} / ({half} * {area_of_unit_height})")
        lines.append(f"%p{i} = PseudoVoigt($top{i}, $c{i}, {half}, $f)")
        names.append(f"%p{i}")
        if problem.splitting:
            shifted = f"$c{i} + {problem.splitting}"
            lines.append(f"%q{i} = PseudoVoigt(0.5*$top{i}, {shifted}, {half}, $f)")
            names.append(f"%q{i}")
    return [*lines, f"F = {' + '.join(names)}"]


def _run(cfityk: str, fits: int, folder: str) -> tuple[float, str]:
    """Seconds of the processor that a process takes, and what it says."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [cfityk, "-I", "-n", "-q", f"{fits}.fit"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, done.stdout + done.stderr
