"""The results as a workbook: the table as printed, all numbers, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xps.checks import check
from xps.csv_table import number_rows
from xps.errors import XpsError
from xps.methods_text import methods
from xps.printed_table import PrintedTable, printed_table
from xps.project import Project
from xps.spreadsheet import Cell, Sheet, workbook_bytes
from xps.tables import region_tables


def xlsx_bytes(project: Project, failures: Mapping[str, XpsError] | None = None) -> bytes:
    """Return a workbook with the sheets Table, Numbers, Methods and Checks.

    Table is what `printed_table` returns, Numbers what the CSV holds, as numbers with all
    their digits.
    """
    described = methods(project, region_tables(project, failures))
    done: list[list[Cell]] = [["Methods"]]
    done += [[sentence] for sentence in described.sentences]
    headings = []
    for title, texts in (
        *((f"Constraints, {where}", phrases) for where, phrases in described.constraints),
        ("Missing for a complete record (ISO 19830, ISO 16243)", described.missing),
    ):
        headings.append(len(done))
        done.append([title])
        done += [[text] for text in texts]
    return workbook_bytes(
        [
            _printed(printed_table(project, failures)),
            Sheet("Numbers", number_rows(project, failures)),
            Sheet("Methods", done, frozenset(headings)),
            Sheet("Checks", list(_checks(project))),
        ]
    )


def _printed(table: PrintedTable) -> Sheet:
    rows: list[tuple[str, ...]] = [table.head]
    headings = []
    for section in table.sections:
        headings.append(len(rows))
        rows += [(section.title,), *section.rows]
    notes = range(len(rows), len(rows) + len(table.notes))
    rows += [(note,) for note in table.notes]
    return Sheet("Table", rows, frozenset(headings), frozenset(notes))


def _checks(project: Project) -> Iterator[tuple[str, ...]]:
    yield "Severity", "Where", "Finding", "What to do", "Source", "Waived because"
    for finding in check(project):
        yield (
            finding.severity,
            finding.where,
            finding.message,
            finding.remedy,
            finding.citation,
            finding.waived or "",
        )
