"""Write the tables of the documentation that stand in the program's own files.

A page marks the place of a table with a pair of comments; what stands between them is replaced.
Another table is one more function in `TABLES`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from xps.batch.plan import STACK_PARTITION_SIZE
from xps.checks import RULES
from xps.checks.overlaps import overlaps
from xps.lineshapes import SHAPES
from xps.lineshapes.shape import ShapeParameter
from xps.losses import LOSSES, LossFunction
from xps.species import Compound, Species, compounds, shipped

FOLDER = Path(__file__).parent
SCALE: dict[str, Any] = json.loads((FOLDER.parent / "benchmarks" / "scale.json").read_text("utf-8"))
MANY = 10_000_000
PRICE = 0.05  # $ for a core hour: the order of what clouds ask
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def main() -> None:
    """Fill every page that has a place for a table."""
    for page in sorted(FOLDER.rglob("*.md")):
        text = page.read_text("utf-8")
        if (new := filled(text)) != text:
            page.write_text(new, "utf-8", newline="\n")
            print(f"wrote {page.relative_to(FOLDER)}")


def filled(text: str) -> str:
    """Return a page with its tables as they are now."""
    return _PLACE.sub(lambda place: f"{place[1]}{TABLES[place[2]]()}\n{place[3]}", text)


def species_tables() -> str:
    """The library, one table for each core level."""
    entries = shipped().values()
    levels = dict.fromkeys(species.core_level for species in entries)
    return "\n\n".join(_species_of(level, entries) for level in levels)


def compounds_table() -> str:
    """What shows in several core levels, with its atoms in each."""
    rows = [
        (f"`{compound.key}`", compound.formula, _lines_of(compound), _atoms_of(compound))
        for compound in compounds(shipped().values()).values()
    ]
    return table(("compound", "formula", "lines", "atoms"), rows)


def rules_table() -> str:
    """What fits are held against."""
    rows = [
        (f"`{rule.id}`", rule.severity, rule.title, rule.remedy, rule.citation or "good practice")
        for rule in RULES
    ]
    return table(("rule", "severity", "looks for", "what to do", "source"), rows)


def overlaps_table() -> str:
    """Lines of other elements in the windows of core levels."""
    rows = [
        (
            overlap.core_level,
            overlap.line,
            f"{overlap.low_ev:g}–{overlap.high_ev:g}{' kinetic' if overlap.kinetic else ''}",
            overlap.source,
        )
        for overlap in overlaps()
    ]
    return table(("window", "line", "energy (eV)", "source"), rows)


def shapes_table() -> str:
    """The parameters of line shapes, with their bounds."""
    rows = [
        (f"`{shape.kind}`", "; ".join(map(_parameter, shape.parameters)) or "none")
        for shape in SHAPES.values()
    ]
    return table(("shape", "parameters (default; bounds of a new component; limits)"), rows)


def losses_table() -> str:
    """The loss functions of Tougaard's backgrounds."""
    rows = [
        (
            f"`{loss.name}`",
            f"{loss.b:g}",
            f"{loss.c:g}",
            "–" if loss.d is None else f"{loss.d:g}",
            f"{_most_likely_loss(loss):.1f}",
            f"{loss.total:.3f}",
            loss.source,
        )
        for loss in LOSSES.values()
    ]
    return table(("name", "B, eV²", "C, eV²", "D, eV²", "maximum, eV", "∫K dT", "source"), rows)


def scale_costs_table() -> str:
    """What a spectrum costs in a batch, as benchmarks/scale.json has it."""
    head = (
        "job", "spectra", "worker", "planning", "coordinator, a part", "table", "read", "written",
        "worker, for a byte read",
    )  # fmt: skip
    rows = []
    for job in SCALE["jobs"]:
        cost = _Cost(job)
        rows.append(
            (
                job["name"],
                f"{job['spectra']:,}",
                *(f"{1e3 * c:.2g} ms" for c in (cost.worker, cost.plan, cost.part, cost.table)),
                *(f"{1e-3 * size:.1f} kB" for size in (cost.bytes_read, cost.bytes_written)),
                f"{1e6 * cost.worker / cost.bytes_read:.2g} µs",
            )
        )
    return table(head, rows)


def scale_up_table() -> str:
    """What ten million spectra of a map take, from the costs of one."""
    (cost,) = (_Cost(job) for job in SCALE["jobs"] if job["name"] == "map")
    rows = []
    for cores in (2, 16, 64, 256, 1024):
        fits, serves = MANY * cost.worker / cores, MANY * cost.part / STACK_PARTITION_SIZE
        alone = MANY * (cost.plan + cost.table)
        hours = (max(fits, serves) + alone) / 3600.0
        longest = max((fits, "fits"), (serves, "the coordinator"), (alone, "planning and table"))
        rows.append(
            (
                f"{cores}",
                *(f"{part / 3600.0:.2g} h" for part in (fits, serves, alone)),
                f"**{hours:.2g} h**",
                f"{cores * max(fits, serves) / 3600.0:.2g}",
                f"{PRICE * cores * max(fits, serves) / 3600.0:.2g} $",
                longest[1],
            )
        )
    head = (
        "cores", "fits", "coordinator", "planning and table", "all", "core hours", "money",
        "longest",
    )  # fmt: skip
    return table(head, rows)


def scale_machine_table() -> str:
    """Where the costs were measured, and how two workers did beside one."""
    machine = SCALE["machine"]
    rows = [
        ("processor", f"{machine['processor']}, {machine['cores']} cores"),
        ("packages", ", ".join(f"{k} {machine[k]}" for k in ("python", "numpy", "distributed"))),
        ("spectra", f"{SCALE['points']} points, recipe `{SCALE['recipe']}`"),
        ("memory of a worker at most", f"{SCALE['worker_megabytes']:.0f} MB"),
    ]
    for job in SCALE["jobs"]:
        one, two = (job["runs"][f"Dask, {way}"] for way in ("1 worker", "2 workers"))
        by_cpu = 2.0 * one["worker_cpu_seconds"] / two["worker_cpu_seconds"]
        rows.append(
            (
                f"two Dask workers beside one, {job['name']}",
                f"{one['seconds']:.0f} s and {two['seconds']:.0f} s: "
                f"{one['seconds'] / two['seconds']:.2f} times as fast, with "
                f"{one['load_average']:.1f} and {two['load_average']:.1f} programs at work on the "
                f"machine; by the processor time of the workers {by_cpu:.2f}",
            )
        )
    return table(("", ""), rows)


class _Cost:
    """Seconds of processors and bytes for one spectrum of a job."""

    def __init__(self, job: dict[str, Any]) -> None:
        count, runs = job["spectra"], job["runs"]
        self.worker = min(run["worker_cpu_seconds"] for run in runs.values()) / count
        self.part = SCALE["dispatch"]["dask_cpu_seconds"] / SCALE["dispatch"]["parts"]
        self.plan = job["plan_cpu_seconds"] / count
        self.table = job["table_cpu_seconds"] / count
        self.bytes_read = job["bytes_read"] / count
        self.bytes_written = job["bytes_written"] / count


def _parameter(parameter: ShapeParameter) -> str:
    low, high = parameter.typical
    return (
        f"`{parameter.name}` ({parameter.default:g}; {low:g} to {high:g}; "
        f"{parameter.low:g} to {parameter.high:g})"
    )


def _most_likely_loss(loss: LossFunction) -> float:
    losses = np.linspace(0.0, 60.0, 60_001)
    return float(losses[np.argmax(loss.density(losses))])


def _species_of(level: str, entries: Iterable[Species]) -> str:
    members = [species for species in entries if species.core_level == level]
    doublet = members[0].level
    about = "One line."
    if doublet is not None:
        about = (
            f"Doublet: splitting {doublet.splitting_ev:g} eV, area ratio {doublet.ratio:.3g} "
            f"({doublet.source})."
        )
    head = ("key", "species", "group", "energy (eV)", "FWHM (eV)", "notes", "sources")
    return f"### {level}\n\n{about}\n\n{table(head, map(_row, members))}"


def _row(species: Species) -> tuple[str, ...]:
    return (
        f"`{species.key}`",
        species.name,
        species.group,
        f"{species.center_ev:.1f} ({_range(species.allowed_ev)})",
        _range(species.fwhm_ev),
        " ".join(_notes(species)),
        "; ".join(species.sources),
    )


def _notes(species: Species) -> Iterable[str]:
    if species.anchor:
        yield "Charge reference."
    if species.compound:
        yield f"{species.atoms:g} in each {species.formula} (`{species.compound}`)."
    if species.needs:
        yield f"Needs {', '.join(f'`{key}`' for key in species.needs)}."
    if species.evidence:
        yield species.evidence
    if species.unverified:
        yield f"**Unverified:** {'; '.join(species.unverified)}."


def _lines_of(compound: Compound) -> str:
    return ", ".join(f"`{line.key}`" for line in compound.lines)


def _atoms_of(compound: Compound) -> str:
    return ", ".join(f"{compound.atoms(level):g} in {level}" for level in compound.core_levels)


def _range(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.1f}–{ends[1]:.1f}"  # the dash of ranges


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


TABLES: dict[str, Callable[[], str]] = {
    "species": species_tables,
    "compounds": compounds_table,
    "rules": rules_table,
    "overlaps": overlaps_table,
    "shapes": shapes_table,
    "losses": losses_table,
    "scale_machine": scale_machine_table,
    "scale_costs": scale_costs_table,
    "scale_up": scale_up_table,
}


if __name__ == "__main__":
    main()
