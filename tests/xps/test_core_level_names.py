"""Core levels as laboratories write them in labels, file names and comments."""

from __future__ import annotations

import numpy as np
import pytest

from xps.levels import element, line_labels, parse_core_level
from xps.readers.core_level import guess_core_level, judge_axis


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("S2p", "S 2p"),
        ("S 2p", "S 2p"),
        ("S_2p", "S 2p"),
        ("S 2p3/2", "S 2p"),
        ("S2p Scan", "S 2p"),
        ("1: S 2p", "S 2p"),
        ("XPS_Ni2p", "Ni 2p"),
        ("O1s/6", "O 1s"),
        ("0-150W_NiWO1s_O1s", "O 1s"),
        ("20240220_Au_MPPipTFSI4AMSIol3_S_2p", "S 2p"),
        ("Highres_Au4f_hv_180", "Au 4f"),
        ("양극재 S2p", "S 2p"),
        ("C1s, C1s scan 2", "C 1s"),
    ],
)
def test_one_level_is_found_in_a_name(text: str, level: str) -> None:
    assert parse_core_level(text) == level


@pytest.mark.parametrize(
    "text",
    ["", "Survey", "wide", "Wide None", "valence band", "Ni 2p-Co 2p-Fe 2p", "Xx 2p", "S 9p"],
)
def test_no_level_is_invented(text: str) -> None:
    assert parse_core_level(text) is None


@pytest.mark.parametrize(
    ("level", "symbol", "lines"),
    [
        ("S 2p", "S", ("2p3/2", "2p1/2")),
        ("O 1s", "O", ("1s",)),
        ("Au 4f", "Au", ("4f7/2", "4f5/2")),
    ],
)
def test_a_level_names_its_element_and_lines(
    level: str, symbol: str, lines: tuple[str, ...]
) -> None:
    assert element(level) == symbol
    assert line_labels(level) == lines


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [(275, 292, "C 1s"), (522, 540, "O 1s"), (155, 178, "S 2p"), (0, 1200, None), (0, 20, None)],
)
def test_an_unlabeled_narrow_scan_is_named_after_its_energies(
    low: float, high: float, level: str | None
) -> None:
    assert guess_core_level(np.linspace(high, low, 50)) == level


@pytest.mark.parametrize(
    ("low", "high", "level", "photon", "axis"),
    [
        (155, 178, "S 2p", None, "binding"),
        (1309, 1332, "S 2p", None, "kinetic"),
        (1076, 1099, "S 2p", 1253.6, "kinetic"),
        (2232, 2255, "S 2p", 2410.0, "kinetic"),
        (0, 1350, None, None, "binding"),
        (200, 1486, None, None, "kinetic"),
    ],
)
def test_the_kind_of_axis_follows_from_magnitude(
    low: float, high: float, level: str | None, photon: float | None, axis: str
) -> None:
    assert judge_axis(np.linspace(low, high, 50), level, photon) == axis
