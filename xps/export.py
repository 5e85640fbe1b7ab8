"""Write the results of a project as a file whose ending says what it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xps.atomic import write_atomically
from xps.errors import XpsError
from xps.project import Project
from xps.result import FitResult


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    text : str
        What people call it.
    content : callable
        Makes its bytes from a result, and says what of it the format cannot hold.
    """

    text: str
    content: Callable[[FitResult], tuple[bytes, Sequence[str]]]


def export(
    project: Project,
    path: str | Path,
    *,
    failures: Mapping[str, XpsError] | None = None,
    notes: Sequence[str] = (),
    figure: Mapping[str, Any] | None = None,
) -> tuple[str, ...]:
    """Write a project's results, atomically.

    Parameters
    ----------
    project : Project
    path : str or Path
        Its ending, one of `ENDINGS`, says what is written.
    failures : mapping of str to XpsError, optional
        Why regions could not be fitted, by region id.
    notes : sequence of str
        What the recipe left out or narrowed.
    figure : mapping, optional
        Arguments of `xps.figure.save_figure`, where a figure of one's own choice is wanted.

    Returns
    -------
    tuple of str
        What of the project the format cannot hold.

    Raises
    ------
    XpsError
        If the ending is unknown, or there is nothing to draw.
    WriteError
        If the place refuses the file; whatever stood there before is untouched.
    """
    if figure:
        from xps.figure import save_figure

        save_figure(project, path, failures=failures, **figure)
        return ()
    kind = KINDS.get(Path(path).suffix.lower())
    if kind is None:
        ending = Path(path).suffix
        raise XpsError(
            f"cannot export as {ending}" if ending else "the file has no ending",
            f"use one of {', '.join(KINDS)}",
            path=path,
        )
    data, lost = kind.content(FitResult(project, failures or {}, tuple(notes)))
    write_atomically(path, data)
    return tuple(lost)


def _whole(content: Callable[[FitResult], bytes]) -> Callable[[FitResult], tuple[bytes, list[str]]]:
    """Mark what makes the bytes of a format that holds everything."""
    return lambda result: (content(result), [])


def _casaxps(result: FitResult) -> tuple[bytes, Sequence[str]]:
    from xps.casaxps.export import casaxps_bytes

    return casaxps_bytes(result.project)


def _report(result: FitResult) -> bytes:
    from xps.report import report_html

    text = report_html(result.project, result.notes, result.failures)
    return text.encode("utf-8", "xmlcharrefreplace")


def _table(result: FitResult) -> bytes:
    from xps.csv_table import csv_bytes

    return csv_bytes(result.project, result.failures)


def _workbook(result: FitResult) -> bytes:
    from xps.xlsx_table import xlsx_bytes

    return xlsx_bytes(result.project, result.failures)


def _latex(result: FitResult) -> bytes:
    from xps.latex_table import latex_bytes

    return latex_bytes(result.project, result.failures)


def _json(result: FitResult) -> bytes:
    text = json.dumps(result.to_dict(), allow_nan=False, ensure_ascii=False, indent=1)
    return f"{text}\n".encode("utf-8", "replace")


def _figure(kind: str) -> Callable[[FitResult], bytes]:
    def content(result: FitResult) -> bytes:
        from xps.figure import figure_bytes, stacked_figure

        return figure_bytes(stacked_figure(result.project, failures=result.failures), kind)

    return content


def _script(result: FitResult) -> tuple[bytes, Sequence[str]]:
    from xps.script import script_text

    text, notes = script_text(result.project)
    return text.encode("utf-8", "backslashreplace"), notes


def _nexus(result: FitResult) -> bytes:
    from xps.nexus_fit import project_bytes

    return project_bytes(result.project)


KINDS: dict[str, Kind] = {
    ".html": Kind("Report", _whole(_report)),
    ".pdf": Kind("Figure, PDF", _whole(_figure("pdf"))),
    ".svg": Kind("Figure, SVG", _whole(_figure("svg"))),
    ".png": Kind("Figure, PNG", _whole(_figure("png"))),
    ".csv": Kind("Table, CSV", _whole(_table)),
    ".xlsx": Kind("Tables, Excel", _whole(_workbook)),
    ".tex": Kind("Table, LaTeX", _whole(_latex)),
    ".json": Kind("Results, JSON", _whole(_json)),
    ".vms": Kind("Spectra and fits for CasaXPS", _casaxps),
    ".py": Kind("Script, for lmfit alone", _script),
    ".nxs": Kind("Spectra and fits, NeXus", _whole(_nexus)),
}

ENDINGS: Mapping[str, str] = {ending: kind.text for ending, kind in KINDS.items()}
"""What each ending stands for, for file choosers."""
