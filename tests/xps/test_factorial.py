"""A small fixed part of the factorial design: counts, places and ratios of overlapping peaks."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.factorial.design import (
    DESIGN,
    NOISES,
    RATIOS,
    SEPARATIONS,
    SINGLET_WIDTHS,
    Measurement,
    Setting,
    information,
    measure,
    setting_of,
)
from benchmarks.factorial.tables import INFORMED, document_of, markdown, misses

_NUMBERS = range(44, 66)  # one set of the design, at a noise of 2 %


@pytest.fixture(scope="module")
def found() -> dict[int, Measurement]:
    return {number: measure(number) for number in _NUMBERS}


def test_design_is_a_replicated_factorial() -> None:
    settings = [setting_of(number) for number in range(DESIGN)]
    assert len(set(settings)) == DESIGN
    cells = {setting for setting, _ in settings}
    assert len(cells) == len(NOISES) * (len(SEPARATIONS) * len(RATIOS) + len(SINGLET_WIDTHS))
    assert {replicate for _, replicate in settings} == {0, 1}
    assert {replicate for _, replicate in map(setting_of, range(DESIGN, 2 * DESIGN))} == {2, 3}


def test_truth_has_the_factors_of_its_setting() -> None:
    setting = Setting(0.7, 0.25, 0.02)
    for side in (-1.0, 1.0):
        truth = setting.truth(side=side)
        greater, lesser = truth.doublets
        assert lesser.center - greater.center == pytest.approx(0.7 * side)
        assert lesser.area / greater.area == pytest.approx(0.25)
        assert 1.0 / np.sqrt(truth.expected().max()) == pytest.approx(0.02)


def test_information_grows_with_the_counts() -> None:
    """Four times the counts bring four times the gain and halve the bounds."""
    few, many = (information(Setting(0.9, 0.5, noise)) for noise in (0.01, 0.005))
    assert many.gain == pytest.approx(4.0 * few.gain, rel=0.01)
    assert few.bounds[0] == pytest.approx(2.0 * many.bounds[0], rel=0.05)


def test_pairs_are_not_called_single_peaks_nor_single_peaks_pairs(
    found: dict[int, Measurement],
) -> None:
    for number, one in found.items():
        setting, _ = setting_of(number)
        if setting.separation == 0.0:
            assert one["verdict"] != "two"
        elif information(setting).gain >= 2.0 * INFORMED:
            assert one["verdict"] == "two"
        else:
            assert one["verdict"] != "one"


def test_errors_are_those_of_the_cramer_rao_bound(found: dict[int, Measurement]) -> None:
    pulls = np.array(
        [
            np.array(one["off"]) / information(setting_of(number)[0]).bounds
            for number, one in found.items()
            if "off" in one and information(setting_of(number)[0]).gain >= INFORMED
        ]
    )
    assert len(pulls) > 10
    chance = 4.0 / np.sqrt(2.0 * len(pulls))
    assert (np.abs(np.sqrt(np.mean(pulls**2, axis=0)) - 1.0) < chance).all()
    assert (np.abs(pulls.mean(axis=0)) < 4.0 / np.sqrt(len(pulls))).all()


def test_tables_count_and_average_what_was_found() -> None:
    setting = Setting(0.9, 0.5, 0.01)
    numbers = [n for n in range(5 * DESIGN) if setting_of(n)[0] == setting]
    off = ([0.03, 0.0, 0.0], [0.031, 0.001, -0.01])
    found: dict[int, Measurement] = {
        number: {"verdict": "one" if i == 0 else "two", "off": off[i % 2]}
        for i, number in enumerate(numbers)
    }
    document = document_of(found)
    (counted,) = document["counted"]
    assert (counted["spectra"], counted["one"], counted["two"]) == (10, 0.1, 0.9)
    known, unknown = document["biases"]
    assert (known["spectra"], unknown["spectra"]) == (10, 9)
    assert known["mean"] == pytest.approx([0.0305, 0.0005, -0.005])
    assert misses(document) == ["≥ 100: 10.0 % of the pairs called one", *["≥ 100: bias"] * 2]
    assert "| ≥ 100 | 1 | 10 | 90.0 % | 0.0 % | 10.0 % |" in markdown(document)
