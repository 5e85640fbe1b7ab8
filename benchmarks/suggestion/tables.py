"""The table: how often the true species are suggested, and how often others are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.suggestion.design import Measurement

Row = dict[str, Any]

LEAST_TRUE = 0.90  # asked: the true set among at most three ties
MOST_SPURIOUS = 0.05  # asked: spectra with a spurious species in the best model


def document_of(
    separable: Sequence[Measurement], inseparable: Sequence[Measurement]
) -> dict[str, Any]:
    """All rows as plain data."""
    sizes = sorted({len(one["species"]) for one in separable})
    told_apart = [not one["merged"] and one["true in best"] for one in inseparable]
    return {
        "separable": row(separable),
        "thiosulfate": row([one for one in separable if "thiosulfate_s" in one["species"]]),
        "by number": [
            {"species": size} | row([one for one in separable if len(one["species"]) == size])
            for size in sizes
        ],
        "inseparable": row(inseparable)
        | {
            "merged": float(np.mean([one["merged"] for one in inseparable])),
            "told apart": float(np.mean(told_apart)),
        },
    }


def row(spectra: Sequence[Measurement]) -> Row:
    """What was found in some spectra."""
    if not spectra:
        return {}
    components = sum(len(one["species"]) for one in spectra)
    return {
        "spectra": len(spectra),
        "true in ties": _share(spectra, "true in ties"),
        "true in best": _share(spectra, "true in best"),
        "spurious": _share(spectra, "spurious"),
        "missed": sum(len(one["missed"]) for one in spectra) / components,
        "ties": float(np.mean([min(one["ties"], 3) for one in spectra])),
        "seconds": float(np.median([one["seconds"] for one in spectra])),
        "longest": max(one["seconds"] for one in spectra),
    }


def misses(document: Row) -> list[str]:
    """What was asked for and not reached."""
    found = document["separable"]
    missed = []
    if found["true in ties"] < LEAST_TRUE:
        missed.append(f"the true set in {100 * found['true in ties']:.1f} %")
    if found["spurious"] > MOST_SPURIOUS:
        missed.append(f"spurious species in {100 * found['spurious']:.1f} %")
    return missed


def markdown(document: Row) -> str:
    """The table for docs/reference/methods.md."""
    lines = [
        "| species | spectra | true set among ≤ 3 ties | true set is the best | spectra with a "
        "spurious species in the best | species missed in the best | mean number of ties | "
        "median time / s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(str(one["species"]), one) for one in document["by number"]]
    if document["thiosulfate"]:
        lines.append(_line("with thiosulfate", document["thiosulfate"]))
    lines.append(_line("all", document["separable"]))
    apart = document["inseparable"]
    lines += [
        "",
        f"Two of the species closer than half a width: in {100 * apart['merged']:.1f} % of "
        f"{apart['spectra']} spectra both are reported as merged in one component, in "
        f"{100 * apart['told apart']:.1f} % the fit happens to tell them apart, and rightly; a "
        f"spurious species in {100 * apart['spurious']:.1f} %.",
    ]
    return "\n".join(lines)


def _line(name: str, one: Row) -> str:
    cells = [name, str(one["spectra"])]
    cells += [f"{100 * one[key]:.1f} %" for key in ("true in ties", "true in best")]
    cells += [f"{100 * one[key]:.1f} %" for key in ("spurious", "missed")]
    cells += [f"{one['ties']:.2f}", f"{one['seconds']:.2f}"]
    return f"| {' | '.join(cells)} |"


def _share(spectra: Sequence[Measurement], key: str) -> float:
    return float(np.mean([bool(one[key]) for one in spectra]))
