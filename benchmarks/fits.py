"""One fit with errors: Doublet beside lmfit and fityk, on the same data with the same weights."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import fityk
from benchmarks.peers import composite_fit, plain_fit
from benchmarks.tasks import Task
from benchmarks.timing import in_turns
from xps.fitting import fit_region
from xps.minimizer import RegionMinimizer

AGREEMENT = 1e-8  # relative, of χ² by every way
AGREEMENT_OF_FITYK = 1e-6  # which decides by itself when it is near enough

ROUNDS = 7
COMPOSITE = "lmfit composite models, expressions"


@dataclass(frozen=True)
class Row:
    """How long one way of fitting takes, and the χ² that it reaches."""

    problem: str
    background: str
    way: str
    milliseconds: float
    chi2: float


def rows(task: Task) -> list[Row]:
    """Time every way of fitting a problem.

    Raises
    ------
    AssertionError
        If another way ends elsewhere.
    """
    work = task.compiled()
    best = RegionMinimizer(work, task.region).minimize()

    def record() -> float:
        return float(RegionMinimizer(task.compiled(), task.region).minimize().chisqr)

    def complete() -> float:
        return fit_region(task.region, task.spectrum).chi2

    def in_lmfit() -> float:
        return float(RegionMinimizer(work, task.region).minimize("leastsq").chisqr)

    def in_scipy() -> float:
        minimizer = RegionMinimizer(work, task.region)
        return float(minimizer.minimize("least_squares", xtol=1e-14, ftol=1e-14).chisqr)

    def plain() -> float:
        return float(plain_fit(task).chisqr)

    def composite() -> float:
        return float(composite_fit(task).chisqr)

    ways = {
        "Doublet, solver and lmfit record": record,
        "lmfit leastsq, Doublet's Jacobian": in_lmfit,
        "scipy least_squares, Doublet's Jacobian": in_scipy,
        "lmfit.minimize, plain Parameters": plain,
        COMPOSITE: composite,
    }
    if task.is_in_fit:  # the weights of a whole fit are always those of the best model
        ways["Doublet, whole fit of a region"] = complete
    timed = {way: (ms, ways[way]()) for way, ms in in_turns(ways, ROUNDS).items()}
    cfityk = fityk.program()
    if cfityk and not task.is_in_fit:
        timed["cfityk"] = fityk.fityk_fit(cfityk, task, errors=True)
        timed["cfityk, no errors"] = fityk.fityk_fit(cfityk, task, errors=False)
    for way, (_, chi2) in timed.items():
        allowed = AGREEMENT_OF_FITYK if "fityk" in way else AGREEMENT
        if abs(chi2 / best.chisqr - 1.0) > allowed:
            name = f"{task.problem.name}, background {task.background}"
            raise AssertionError(f"{name}: χ² is {best.chisqr}, but {chi2} by {way}")
    return [Row(task.problem.name, task.background, way, *timing) for way, timing in timed.items()]
