"""The committed results: tables of figures as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.truth.figure import Figure, Row
from benchmarks.truth.run import ROOT

FORMAT = "doublet.truth/1"
PATH = ROOT / "benchmarks" / "truth.json"

Record = dict[str, list[Row]]


def load(path: Path = PATH) -> Record:
    """Read the tables by name."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if document.get("format") != FORMAT:
        raise ValueError(f"{path.name} is no {FORMAT}")
    return {name: [_row(row) for row in rows] for name, rows in document["tables"].items()}


def save(record: Record, path: Path = PATH) -> None:
    """Write the tables, numbers to six digits."""
    tables = {name: [_plain(row) for row in rows] for name, rows in record.items()}
    text = json.dumps({"format": FORMAT, "tables": tables}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _row(row: dict[str, Any]) -> Row:
    figures = {key: Figure(**figure) for key, figure in row["figures"].items()}
    return Row(tuple(row["labels"]), figures)


def _plain(row: Row) -> dict[str, Any]:
    figures = {}
    for key, figure in row.figures.items():
        plain = asdict(figure)
        plain["value"], plain["error"] = float(f"{figure.value:.6g}"), float(f"{figure.error:.3g}")
        figures[key] = plain
    return {"labels": list(row.labels), "figures": figures}
