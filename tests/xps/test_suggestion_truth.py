"""A small fixed part of the simulated spectra of `benchmarks.suggestion`."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.suggestion.design import (
    KEYS,
    LEAST_SEPARATION,
    Measurement,
    inseparable_case,
    measure,
    separable_case,
)
from benchmarks.suggestion.tables import document_of, markdown, misses


@pytest.fixture(scope="module")
def found() -> list[Measurement]:
    return [measure(number) for number in range(10)]


@pytest.fixture(scope="module")
def merged() -> list[Measurement]:
    return [measure(number, inseparable=True) for number in range(4)]


def test_cases_are_what_they_claim() -> None:
    random = np.random.default_rng(7)
    for _ in range(5):
        separable = separable_case(random)
        assert 3 <= len(separable.amounts) <= 6
        assert set(separable.amounts) <= set(KEYS)
        case = inseparable_case(random)
        a, b = (d for d in case.truth.doublets if d.name in case.inseparable)
        assert abs(a.center - b.center) < LEAST_SEPARATION * a.fwhm


def test_true_species_are_among_the_ties(found: list[Measurement]) -> None:
    assert sum(one["true in ties"] for one in found) >= 9


def test_best_models_hold_hardly_anything_else(found: list[Measurement]) -> None:
    assert sum(bool(one["spurious"]) for one in found) <= 1


def test_what_cannot_be_told_apart_is_merged(merged: list[Measurement]) -> None:
    assert all(one["merged"] or one["true in best"] for one in merged)
    assert sum(one["merged"] for one in merged) >= 3


def test_table_shows_what_was_found(found: list[Measurement], merged: list[Measurement]) -> None:
    document = document_of(found, merged)
    found_all = document["separable"] | {"true in ties": 0.9, "spurious": 0.05}
    assert misses(document | {"separable": found_all}) == []
    table = markdown(document)
    assert f"| all | {len(found)} |" in table
    worse = document | {"separable": document["separable"] | {"true in ties": 0.5, "spurious": 0.2}}
    assert misses(worse) == ["the true set in 50.0 %", "spurious species in 20.0 %"]
