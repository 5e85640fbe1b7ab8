"""The table of a report that says who claims the oxygen of O 1s."""

from __future__ import annotations

from collections.abc import Sequence

from xps.markup import Cell, Content, Html, element, table
from xps.numbers_text import with_error
from xps.oxygen_budget import OxygenBudget, oxygen_budgets
from xps.project import Project


def oxygen_table(project: Project) -> list[Html]:
    """Return what each compound claims of O 1s in each sample; empty where nothing does."""
    budgets = [budget for budget in oxygen_budgets(project) if budget.area > 0.0]
    if not budgets:
        return []
    rows: list[Sequence[Cell | Content]] = [row for budget in budgets for row in _rows(budget)]
    head = ("Sample", "O 1s claimed by", "% of its area", "Systematic error / %")
    note = (
        "Claims follow from the other core levels by stoichiometry, for a homogeneous solid; the "
        "systematic error is that of this assumption, of sensitivity and transmission."
    )
    return [table(head, rows), element("p", note, class_="facts")]


def _rows(budget: OxygenBudget) -> list[Sequence[Cell | Content]]:
    percent = 100.0 / budget.area
    parts = [
        (f"{claim.name} ({claim.core_level})", claim.area, claim.stderr, claim.systematic)
        for claim in budget.claims
    ]
    left = "not claimed" if not budget.overdrawn else "not claimed: more is claimed than there is"
    parts.append((left, budget.left, budget.left_stderr, budget.left_systematic))
    return [
        (
            budget.sample,
            name,
            Cell(
                with_error(
                    percent * area, None if stderr is None else percent * stderr, decimals=1
                ),
                "" if stderr is not None else "its error is not known",
                "number",
            ),
            Cell(f"{percent * systematic:.2g}", style="number"),
        )
        for name, area, stderr, systematic in parts
    ]
