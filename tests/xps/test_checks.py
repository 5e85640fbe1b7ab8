"""Every rule speaks where it must, and is silent where all is well."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xps
from tests.truth import argyrodite
from xps.checks import RULES, SEVERITIES, Finding, Rule, check
from xps.fitted import RegionFit
from xps.model import Background, Component
from xps.parameters import Param, Ref
from xps.project import ChargeReference, Project
from xps.result import FitResult
from xps.waiver import Scope


@pytest.fixture(scope="module")
def good() -> Project:
    result = xps.fit([argyrodite(10_000.0, step=0.1).spectrum(8)], "argyrodite-s2p")
    assert result.success
    return result.project


def _fit(project: Project) -> RegionFit:
    return project.fits[0]


def _with_fit(project: Project, **changes: Any) -> Project:
    """The project with a fit that is fresh, but differs."""
    changed = project.with_fit(replace(_fit(project), **changes))
    fit = _fit(changed)
    return changed.with_fit(replace(fit, fingerprint=changed.fingerprint(fit.region.id)))


def _with_component(project: Project, component: Component) -> Project:
    return _with_fit(project, region=_fit(project).region.with_component(component))


def _component(project: Project, id_: str) -> Component:
    return _fit(project).region.component(id_)


def rules(project: Project) -> list[str]:
    return [finding.rule for finding in check(project)]


def test_good_fit_has_no_findings(good: Project) -> None:
    assert check(good) == ()


def test_project_without_fits_has_no_findings() -> None:
    assert check(Project()) == ()


def test_result_of_a_fit_can_be_checked(good: Project) -> None:
    assert xps.check(FitResult(good)) == check(good)


# Each rule ----------------------------------------------------------------------------------------


def _not_converged(project: Project) -> Project:
    return _with_fit(project, success=False, message="no convergence after 300 iterations")


def _at_bound(project: Project) -> Project:
    return _with_fit(project, at_bound=(Ref("ps4", "fwhm"),))


def _misfit(project: Project) -> Project:
    return _with_fit(project, chi2=2.0 * _fit(project).n_points)


def _too_smooth(project: Project) -> Project:
    return _with_fit(project, chi2=0.3 * _fit(project).n_points)


def _negative(project: Project) -> Project:
    sulfite = _component(project, "sulfite")
    error = _fit(project).stderr(Ref("sulfite", "area"))
    assert error is not None
    return _with_component(project, sulfite.with_param("area", Param(-6.0 * error)))


def _memory(project: Project) -> Project:
    return _with_fit(project, durbin_watson=0.9)


def _background_unphysical(project: Project) -> Project:
    return _with_fit(project, background_physical=False)


def _background_static(project: Project) -> Project:
    fit = _fit(project)
    region = replace(fit.region, background=Background("shirley"))
    free = tuple(ref for ref in fit.free if ref.component != "background")
    keep = [i for i, ref in enumerate(fit.free) if ref.component != "background"]
    covariance = fit.covariance[np.ix_(keep, keep)]
    return _with_fit(project, region=region, free=free, covariance=covariance)


def _insignificant(project: Project) -> Project:
    return _with_fit(project, insignificant={"sulfite": 100.0})


def _correlated(project: Project) -> Project:
    fit = _fit(project)
    i, j = fit.free.index(Ref("ps4", "area")), fit.free.index(Ref("p_s_p", "area"))
    covariance = fit.covariance.copy()
    covariance[i, j] = covariance[j, i] = -0.97 * np.sqrt(covariance[i, i] * covariance[j, j])
    return _with_fit(project, covariance=covariance)


def _window_tight(project: Project) -> Project:
    region = replace(_fit(project).region, window_ev=(157.0, 171.0))
    return _with_fit(project, region=region)


def _overlap(project: Project) -> Project:
    p_s_p = _component(project, "p_s_p")
    return _with_component(project, p_s_p.with_param("center", replace(p_s_p.center, value=162.0)))


def _species_range(project: Project) -> Project:
    sulfite = _component(project, "sulfite")
    moved = replace(sulfite.center, value=165.5)
    return _with_component(project, sulfite.with_param("center", moved))


def _no_charge(project: Project) -> Project:
    bare = project.with_sample(replace(project.samples[0], charge=ChargeReference()))
    return _with_fit(bare, charge_shift_ev=0.0, charge_shift_stderr=None)


def _stale(project: Project) -> Project:
    return project.with_fit(replace(_fit(project), fingerprint="of other data"))


def _alternation(project: Project) -> Project:
    return _with_fit(project, durbin_watson=3.1)


def _noise(project: Project) -> Project:
    return _with_fit(project, noise_model="estimated-proportional")


CASES: dict[str, tuple[Callable[[Project], Project], str, str]] = {
    # rule: how it is broken, severity, and what the place names
    "not-converged": (_not_converged, "error", "S 2p"),
    "stale": (_stale, "warning", "S 2p"),
    "at-bound": (_at_bound, "warning", "PS₄³⁻, FWHM"),
    "misfit": (_misfit, "warning", "S 2p"),
    "too-smooth": (_too_smooth, "warning", "S 2p"),
    "negative-area": (_negative, "error", "sulfite"),
    "residual-structure": (_memory, "warning", "S 2p"),
    "residual-alternation": (_alternation, "warning", "S 2p"),
    "background-unphysical": (_background_unphysical, "warning", "S 2p"),
    "background-static": (_background_static, "warning", "S 2p"),
    "not-significant": (_insignificant, "note", "sulfite"),
    "correlated": (_correlated, "warning", "ps4.area and p_s_p.area"),
    "window-tight": (_window_tight, "warning", "sulfate"),
    "not-separable": (_overlap, "warning", "PS₄³⁻ and P–S–P"),
    "species-range": (_species_range, "warning", "sulfite"),
    "no-charge-reference": (_no_charge, "warning", "S 2p"),
    "noise-unknown": (_noise, "note", "S 2p"),
}


@pytest.mark.parametrize("rule", CASES)
def test_rule_speaks_where_it_is_broken(good: Project, rule: str) -> None:
    breaking, severity, place = CASES[rule]
    findings = [finding for finding in check(breaking(good)) if finding.rule == rule]
    assert findings
    for finding in findings:
        assert finding.severity == severity
        assert finding.message
        assert finding.remedy
    assert any(place in finding.where for finding in findings)
    assert all("simulated" in finding.where for finding in findings)


@pytest.mark.parametrize("rule", CASES)
def test_rule_speaks_alone(good: Project, rule: str) -> None:
    """One mistake does not set off the others, but for what follows from it."""
    follows = {"not-separable": {"species-range"}, "background-static": {"window-tight"}}
    found = set(rules(CASES[rule][0](good)))
    assert found - {rule} <= follows.get(rule, set())


def test_every_rule_is_named_in_a_test() -> None:
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    for rule in RULES:
        assert any(f'"{rule.id}"' in text for text in texts), rule.id


def test_there_are_many_rules_each_with_its_own_id() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids)) >= 30


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_says_all_that_a_reader_needs(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert rule.severity in SEVERITIES
    assert rule.title
    assert rule.title[0].isupper() or rule.title.startswith("χ²ᵣ")
    assert rule.remedy
    assert not rule.remedy.endswith(".")


def test_ids_of_before_stay() -> None:
    """Waivers in sessions, and scripts, name them."""
    before = """not-converged at-bound misfit too-smooth negative-area residual-structure
    background-unphysical background-static shape-caution not-significant correlated window-tight
    not-separable species-range no-charge-reference noise-unknown replicates-over-dispersed
    replicates-under-dispersed replicates-change"""
    assert set(before.split()) <= {rule.id for rule in RULES}


def test_hopeless_misfit_is_an_error(good: Project) -> None:
    hopeless = _with_fit(good, chi2=50.0 * _fit(good).n_points)
    (finding,) = [f for f in check(hopeless) if f.rule == "misfit"]
    assert finding.severity == "error"


def test_unknown_noise_cannot_be_a_misfit(good: Project) -> None:
    unknown = _with_fit(_misfit(good), noise_model="estimated-proportional")
    assert "misfit" not in rules(unknown)


def test_bound_of_a_component_that_is_not_significant_does_not_matter(good: Project) -> None:
    """Sulfate has the width of sulfite: it matters until neither is significant."""
    bound = _with_fit(good, at_bound=(Ref("sulfite", "fwhm"), Ref("background", "k")))

    def told(*absent: str) -> list[str]:
        project = _with_fit(bound, insignificant=dict.fromkeys(absent, 10.0))
        return [f.scope.subject for f in check(project) if f.rule == "at-bound"]

    assert told() == told("sulfite") == ["sulfite.fwhm", "background.k"]
    assert told("sulfite", "sulfate") == ["background.k"]


def test_component_that_is_not_significant_may_lie_anywhere(good: Project) -> None:
    moved = _with_fit(_species_range(good), insignificant={"sulfite": 10.0})
    assert "species-range" not in rules(moved)


def test_finding_is_written_as_plain_text(good: Project) -> None:
    (finding,) = [f for f in check(_at_bound(good)) if f.rule == "at-bound"]
    document = finding.to_dict()
    scope = Scope(**document.pop("scope"))
    assert scope == Scope("simulated", "s0_s2p", "ps4.fwhm")
    assert Finding(scope=scope, **document) == finding
    told = {"rule", "severity", "where", "message", "remedy", "citation", "waived"}
    assert set(document) == told
