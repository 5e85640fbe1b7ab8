"""Who claims the oxygen of O 1s: amounts, errors, and what is told of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.xps.commands import check_schema
from tests.xps.made_fits import Level, line, made
from xps.cli_text import fit_text
from xps.error_budget import ErrorBudget, SystematicErrors, SystematicMember
from xps.oxygen_budget import OxygenBudget, oxygen_budgets
from xps.project import Project
from xps.report import report_html
from xps.result import FitResult

HV = 1486.6
O_1S = (524.0, 538.0)
S_2P = (157.0, 173.0)
P_2P = (126.0, 140.0)
C_1S = (280.0, 296.0)


def per_atom(factor: float, window: tuple[float, float]) -> float:
    return factor * (HV - 0.5 * sum(window)) ** 0.75


OXYGEN = per_atom(2.93, O_1S)
PER_SULFATE = 4.0 * OXYGEN / per_atom(1.677, S_2P)
PER_SULFITE = 3.0 * OXYGEN / per_atom(1.677, S_2P)
PER_PHOSPHATE = 4.0 * OXYGEN / per_atom(1.192, P_2P)
PER_CARBONATE = 3.0 * OXYGEN / per_atom(1.0, C_1S)


def oxygen(area: float = 10_000.0) -> Level:
    return Level(
        "O 1s",
        O_1S,
        (line("lattice_o", 529.3, area=0.4 * area), line("o_manifold", 531.6, area=0.6 * area)),
    )


def sulfur(**areas: float) -> Level:
    centers = {"ps4": 161.6, "sulfite": 166.7, "sulfate": 168.8, "thiosulfate_s": 162.1}
    components = (line(id_, centers[id_], level="S 2p", area=a) for id_, a in areas.items())
    return Level("S 2p", S_2P, tuple(components))


def budget(*levels: Level) -> OxygenBudget:
    (found,) = oxygen_budgets(made(*levels))
    return found


def test_ratios_are_those_of_the_literature() -> None:
    assert pytest.approx((5.5, 4.1), rel=0.02) == (PER_SULFATE, PER_SULFITE)
    assert pytest.approx((7.6, 7.4), rel=0.02) == (PER_PHOSPHATE, PER_CARBONATE)


def test_each_core_level_claims_its_oxygen_and_the_rest_is_left() -> None:
    found = budget(
        oxygen(),
        sulfur(ps4=5_000.0, sulfite=100.0, sulfate=300.0),
        Level(
            "P 2p",
            P_2P,
            (line("ps4_p", 131.9, level="P 2p"), line("phosphate", 133.6, level="P 2p", area=50.0)),
        ),
        Level("C 1s", C_1S, (line("carbonate_c", 290.0, level="C 1s", area=200.0),)),
    )
    claims = {claim.compound: claim.area for claim in found.claims}
    expected = {
        "sulfate": 300.0 * PER_SULFATE,
        "carbonate": 200.0 * PER_CARBONATE,
        "sulfite": 100.0 * PER_SULFITE,
        "phosphate": 50.0 * PER_PHOSPHATE,
    }
    assert claims == pytest.approx(expected, rel=1e-6)
    assert list(claims) == list(expected)
    assert found.left == pytest.approx(10_000.0 - sum(expected.values()))
    assert not found.overdrawn


def test_statistical_errors_follow_from_the_covariance() -> None:
    """Every area of these fits has an error of 2; sulfite and sulfate may go together."""
    levels = oxygen(), sulfur(sulfite=100.0, sulfate=300.0)
    found = budget(*levels)
    assert [claim.stderr for claim in found.claims] == pytest.approx(
        [2.0 * PER_SULFATE, 2.0 * PER_SULFITE]
    )
    assert found.stderr == pytest.approx(math.sqrt(8.0))
    assert found.left_stderr == pytest.approx(
        math.sqrt(8.0 + 4.0 * PER_SULFATE**2 + 4.0 * PER_SULFITE**2)
    )
    project = made(*levels)
    fit = project.fits[1]
    together = np.array(fit.covariance)
    i, j = (k for k, ref in enumerate(fit.free) if ref.parameter == "area")
    together[i, j] = together[j, i] = 3.0
    changed = replace(project, fits=(project.fits[0], replace(fit, covariance=together)))
    assert oxygen_budgets(changed)[0].left_stderr == pytest.approx(
        math.sqrt(
            8.0 + 4.0 * PER_SULFATE**2 + 4.0 * PER_SULFITE**2 + 6.0 * PER_SULFATE * PER_SULFITE
        )
    )


def test_systematic_error_of_a_level_is_common_to_its_claims() -> None:
    found = budget(
        oxygen(),
        sulfur(sulfite=100.0, sulfate=300.0),
        Level("C 1s", C_1S, (line("carbonate_c", 290.0, level="C 1s", area=200.0),)),
    )
    for claim in found.claims:
        assert claim.systematic == pytest.approx(0.3 * claim.area)
    by_sulfur = 0.3 * (300.0 * PER_SULFATE + 100.0 * PER_SULFITE)
    assert found.left_systematic == pytest.approx(
        math.hypot(by_sulfur, 0.3 * 200.0 * PER_CARBONATE)
    )


def test_known_transmission_makes_the_ratios_better() -> None:
    def known(level: Level) -> Level:
        low, high = level.window
        points = np.arange(low, high + 0.05, 0.1).size
        return replace(level, spectrum={"transmission": np.ones(points)})

    found = budget(known(oxygen()), known(sulfur(sulfate=300.0)))
    assert found.claims[0].systematic == pytest.approx(0.2 * found.claims[0].area)


def test_other_choices_in_the_fits_count() -> None:
    project = made(oxygen(), sulfur(sulfate=300.0))
    members = (
        SystematicMember("windows", "narrow", {"sulfate": 330.0}, ""),
        SystematicMember("windows", "wide", {"sulfate": 270.0}, ""),
        SystematicMember("shapes", "failed", {"sulfate": 9_000.0}, "it failed"),
    )
    errors = ErrorBudget(systematic=SystematicErrors({"sulfate": 30.0}, {"sulfate": 0.0}, members))
    fits = project.fits[0], replace(project.fits[1], errors=errors)
    (found,) = oxygen_budgets(replace(project, fits=fits))
    assert found.claims[0].systematic == pytest.approx(PER_SULFATE * math.hypot(0.3 * 300.0, 30.0))


def test_more_than_there_is_is_told() -> None:
    project = made(oxygen(1_000.0), sulfur(sulfate=900.0))
    (found,) = oxygen_budgets(project)
    assert found.left < 0.0
    assert found.overdrawn
    assert "more oxygen is claimed" in fit_text(FitResult(project), ())


def test_claims_without_an_area_of_oxygen_are_no_table() -> None:
    project = made(oxygen(-100.0), sulfur(sulfate=900.0))
    assert oxygen_budgets(project)[0].area < 0.0
    assert "claimed" not in fit_text(FitResult(project), ())


def test_samples_without_oxygen_or_claims_have_no_budget() -> None:
    assert oxygen_budgets(Project()) == ()
    assert oxygen_budgets(made(sulfur(sulfate=300.0))) == ()
    assert oxygen_budgets(made(oxygen(), sulfur(ps4=300.0))) == ()


def test_budget_stands_in_json_and_text() -> None:
    project = made(oxygen(), sulfur(ps4=5_000.0, sulfate=300.0))
    fits = tuple(replace(fit, message="converged") for fit in project.fits)
    result = FitResult(replace(project, fits=fits))
    document = result.to_dict()
    check_schema(document)
    (found,) = document["oxygen_budgets"]
    assert found["claims"][0]["compound"] == "sulfate"
    assert found["left"] == pytest.approx(10_000.0 - 300.0 * PER_SULFATE)
    text = fit_text(result, ())
    assert "O 1s of sample, in percent of its area" in text
    assert "left: 83." in text


def test_budget_stands_in_the_report_and_hostile_names_are_escaped() -> None:
    level = sulfur(ps4=5_000.0, sulfate=300.0)
    named = tuple(replace(c, name=f"<b>{c.id}</b>") for c in level.components)
    page = report_html(made(oxygen(), replace(level, components=named)))
    assert "O 1s claimed by" in page
    assert "&lt;b&gt;sulfate&lt;/b&gt; (S 2p)" in page
    assert "O 1s claimed by" not in report_html(made(oxygen()))
