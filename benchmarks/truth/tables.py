"""All tables, by name."""

from __future__ import annotations

from benchmarks.truth import (
    backgrounds,
    bias,
    compare,
    coverage,
    links,
    noise,
    sigma,
    tougaard,
    voigt,
)
from benchmarks.truth.cell import Table

TABLES: dict[str, Table] = {
    module.TABLE.name: module.TABLE
    for module in (sigma, coverage, bias, voigt, tougaard, backgrounds, links, noise, compare)
}
