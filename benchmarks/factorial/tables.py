"""The tables: how peaks were counted, and how far places and ratios are off."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.factorial.design import (
    FAR,
    NOISES,
    SINGLET_WIDTHS,
    Measurement,
    Setting,
    information,
    setting_of,
)

Floats = NDArray[np.float64]
Row = dict[str, Any]

INFORMED = 25.0  # expected Δχ² from which the data hold the information
_CLASSES = ((100.0, math.inf), (50.0, 100.0), (25.0, 50.0), (10.0, 25.0), (0.0, 10.0))
_BOUNDS = np.array([0.01, 0.01, 0.02])  # eV, eV, ratio
_CHANCE = 3.0  # standard errors
_MISCALLED = 0.02

Cells = dict[Setting, list[Measurement]]


def cells_of(found: Mapping[int, Measurement]) -> Cells:
    """Sort measurements by their setting."""
    cells: Cells = {}
    for number in sorted(found):
        cells.setdefault(setting_of(number)[0], []).append(found[number])
    return cells


def counted(cells: Cells) -> list[Row]:
    """How pairs were counted, by what they hold."""
    rows = []
    for low, high in _CLASSES:
        members = _members(cells, low, high)
        spectra = [one for setting in members for one in cells[setting]]
        if spectra:
            rows.append({"expected": [low, high], "cells": len(members)} | _verdicts(spectra))
    return rows


def singlets(cells: Cells) -> list[Row]:
    """How single peaks were counted, by width and noise."""
    rows = []
    for fwhm in SINGLET_WIDTHS:
        settings = [Setting(0.0, 0.0, noise, fwhm) for noise in NOISES]
        spectra = [one for setting in settings for one in cells.get(setting, [])]
        if not spectra:
            continue
        row = {"fwhm": fwhm} | _verdicts(spectra)
        for setting in settings:
            asked = [one for one in cells.get(setting, []) if "farthest" in one]
            if asked:
                seen = [one["farthest"] is not None and one["farthest"] <= FAR for one in asked]
                row[f"one beyond {FAR:g} eV at noise {setting.noise:g}"] = float(np.mean(seen))
        rows.append(row)
    return rows


def biases(cells: Cells) -> list[Row]:
    """How far centers and ratio are off, with the number of peaks known and not known."""
    rows = []
    for low, high in _CLASSES:
        members = _members(cells, low, high)
        for known in (True, False):
            off = {
                setting: np.array(
                    [one["off"] for one in cells[setting] if known or one["verdict"] == "two"]
                ).reshape(-1, 3)
                for setting in members
            }
            off = {setting: errors for setting, errors in off.items() if len(errors) > 4}
            if off and low >= INFORMED:
                rows.append({"expected": [low, high], "known": known} | _bias(off))
    return rows


def limits(cells: Cells) -> Row:
    """How often the truth lies within the shares and separations that are said to be allowed."""
    inside = [
        (
            one["most"] >= setting.share - 1e-9,
            one["farthest"] is None or one["farthest"] >= setting.separation,
        )
        for setting, ones in cells.items()
        if setting.separation > 0.0
        for one in ones
        if "most" in one
    ]
    if not inside:
        return {"spectra": 0}
    share, separation = np.mean(inside, axis=0).tolist()
    return {"spectra": len(inside), "share": share, "separation": separation}


def _members(cells: Cells, low: float, high: float) -> list[Setting]:
    return [
        setting
        for setting in cells
        if setting.separation > 0.0 and low <= information(setting).gain < high
    ]


def _verdicts(spectra: Sequence[Measurement]) -> Row:
    verdicts = [one["verdict"] for one in spectra]
    shares = {word: verdicts.count(word) / len(verdicts) for word in ("two", "one", "cannot tell")}
    return {"spectra": len(verdicts)} | shares


def _bias(off: Mapping[Setting, Floats]) -> Row:
    every = np.concatenate(list(off.values()))
    bounds = np.concatenate(
        [np.tile(information(setting).bounds, (len(errors), 1)) for setting, errors in off.items()]
    )
    means = np.array([errors.mean(axis=0) for errors in off.values()])
    chances = np.array(
        [errors.std(axis=0, ddof=1) / math.sqrt(len(errors)) for errors in off.values()]
    )
    excess = (np.abs(means) - _BOUNDS) / chances
    worst = excess.argmax(axis=0)
    return {
        "spectra": len(every),
        "mean": every.mean(axis=0).tolist(),
        "error": (every.std(axis=0, ddof=1) / math.sqrt(len(every))).tolist(),
        "median": np.median(every, axis=0).tolist(),
        "scatter over bound": np.sqrt(np.mean((every / bounds) ** 2, axis=0)).tolist(),
        "worst mean": means[worst, range(3)].tolist(),
        "worst error": chances[worst, range(3)].tolist(),
        "cells": len(off),
        "beyond": int((excess > _CHANCE).any(axis=1).sum()),
    }


def misses(document: Mapping[str, Any]) -> list[str]:
    """What was asked for and not reached, beyond three standard errors; see `document_of`."""
    called = [
        f"{_range(row)}: {100 * row['one']:.1f} % of the pairs called one"
        for row in document["counted"]
        if row["expected"][0] >= INFORMED and row["one"] > _MISCALLED
    ]
    off = [
        f"{_range(row)}: bias"
        for row in document["biases"]
        if row["beyond"] or (np.abs(row["mean"]) > _BOUNDS + _CHANCE * np.array(row["error"])).any()
    ]
    return called + off


def document_of(found: Mapping[int, Measurement]) -> dict[str, Any]:
    """All tables as plain data."""
    cells = cells_of(found)
    return {
        "counted": counted(cells),
        "biases": biases(cells),
        "singlets": singlets(cells),
        "limits": limits(cells),
    }


def markdown(document: Mapping[str, Any]) -> str:
    """The tables for docs/reference/methods.md."""
    percent = "{:.1f} %".format
    lines = [
        _line(["expected Δχ²", "cells", "spectra", "called two", "cannot tell", "called one"]),
        "|---|---|---|---|---|---|",
    ]
    lines += [
        _line(
            [
                _range(row),
                str(row["cells"]),
                str(row["spectra"]),
                *(percent(100.0 * row[word]) for word in ("two", "cannot tell", "one")),
            ]
        )
        for row in document["counted"]
    ]
    lines += [
        _line(
            [
                f"single peak, FWHM {row['fwhm']:g} eV",
                str(len(NOISES)),
                str(row["spectra"]),
                *(percent(100.0 * row[word]) for word in ("two", "cannot tell", "one")),
            ]
        )
        for row in document["singlets"]
    ]
    heads = ["expected Δχ²", "number", "greater center / eV", "lesser center / eV", "ratio"]
    heads += ["scatter / Cramér-Rao bound", "worst cells", "beyond"]
    lines += ["", _line(heads), "|" + "---|" * len(heads)]
    for row in document["biases"]:
        pairs = zip(row["mean"], row["error"], row["median"], strict=True)
        worst = zip(row["worst mean"], row["worst error"], strict=True)
        lines.append(
            _line(
                [
                    _range(row),
                    "known" if row["known"] else "not known",
                    *(f"{mean:+.4f} ± {error:.4f} ({mid:+.4f})" for mean, error, mid in pairs),
                    " · ".join(f"{ratio:.2f}" for ratio in row["scatter over bound"]),
                    " · ".join(f"{mean:+.3f} ± {error:.3f}" for mean, error in worst),
                    f"{row['beyond']} of {row['cells']}",
                ]
            )
        )
    return "\n".join(lines).replace("-0.", "−0.")


def _range(row: Mapping[str, Any]) -> str:
    low, high = row["expected"]
    return f"≥ {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"


def _line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"
