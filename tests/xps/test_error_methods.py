"""Errors beyond the covariance: asked for, stored, verified and shown wherever results are."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import xps
from tests.truth import argyrodite
from tests.xps.commands import Run, check_schema
from tests.xps.projects import BARE, one_fit
from xps.bootstrap import significance
from xps.csv_table import csv_bytes
from xps.error_budget import ErrorBudget, Interval, Intervals
from xps.error_methods import with_errors
from xps.errors import FitError, RecipeError
from xps.model import Ref
from xps.project import Project
from xps.report import report_html
from xps.result import FitResult
from xps.session import load, save
from xps.verify import verify

PS4 = Ref("ps4", "area")


@cache
def profiled() -> FitResult:
    """One S 2p spectrum of the example, fitted with profiles."""
    spectra = [s for s in xps.read(BARE) if s.core_level == "S 2p"]
    result = xps.fit(spectra, "argyrodite-s2p", errors=("covariance", "profile"))
    assert result.success
    return result


def components(result: FitResult) -> list[dict[str, Any]]:
    document = result.to_dict()
    check_schema(document)
    found: list[dict[str, Any]] = document["regions"][0]["components"]
    return found


def test_covariance_alone_gives_no_interval() -> None:
    assert all(c["area_interval_95"] is None for c in components(FitResult(one_fit())))


def test_profile_gives_every_area_an_interval_around_it() -> None:
    for component in components(profiled()):
        low, high = component["area_interval_95"]
        assert low < component["area"] < high
        assert high - low == pytest.approx(3.92 * component["area_stderr"], rel=0.15)


def test_profile_changes_no_other_number() -> None:
    asked, without = components(profiled()), components(FitResult(one_fit()))
    for component in asked:
        component["area_interval_95"] = None
    assert asked == without


@cache
def repeated() -> FitResult:
    """The same with the bootstrap alone."""
    (fit,) = one_fit().fits
    entry = one_fit().entries[0]
    return FitResult(one_fit().with_fit(with_errors(fit, entry.spectrum, ("bootstrap",))))


def test_bootstrap_gives_intervals_of_areas_and_shares() -> None:
    for component in components(repeated()):
        for name in ("area", "share"):
            low, high = component[f"{name}_interval_95"]
            assert low < component[name] < high
            assert high - low == pytest.approx(3.92 * component[f"{name}_stderr"], rel=0.25)


def test_interval_of_an_area_is_that_of_the_profile_where_there_are_both() -> None:
    (fit,) = profiled().regions
    (other,) = repeated().regions
    both = replace(fit, errors=replace(fit.errors, bootstrap=other.errors.bootstrap))
    component = fit.region.component("ps4")
    assert both.area_intervals(component) == fit.area_intervals(component)
    assert other.area_intervals(component) != fit.area_intervals(component)


def test_session_keeps_the_bootstrap_and_verify_repeats_it(tmp_path: Path) -> None:
    path = tmp_path / "repeated.doublet"
    save(path, repeated().project)
    stored = load(path)
    assert stored.fits[0].errors == repeated().regions[0].errors
    assert verify(stored).passed


def test_region_lists_the_intervals_of_its_free_parameters() -> None:
    (fit,) = profiled().regions
    (region,) = profiled().to_dict()["regions"]
    assert [entry["parameter"] for entry in region["intervals"]] == [str(ref) for ref in fit.free]


def test_unknown_method_is_refused() -> None:
    with pytest.raises(RecipeError, match="'guess'"):
        xps.fit(xps.read(BARE), "argyrodite-s2p", errors=("guess",))


def test_cancelled_errors_fail_the_region_as_cancelled() -> None:
    asked = 0

    def late() -> bool:
        nonlocal asked
        asked += 1
        return asked > 400  # the fit itself asks less often

    spectra = [s for s in xps.read(BARE) if s.core_level == "S 2p"]
    result = xps.fit(spectra, "argyrodite-s2p", errors=("profile",), cancelled=late)
    (failure,) = result.failures.values()
    assert isinstance(failure, FitError)
    assert "cancelled" in str(failure)


def test_session_keeps_the_intervals(tmp_path: Path) -> None:
    path = tmp_path / "profiled.doublet"
    save(path, profiled().project)
    (stored,) = load(path).fits
    assert stored.errors == profiled().regions[0].errors


def test_verify_repeats_the_intervals() -> None:
    assert verify(profiled().project).passed


def _with_area_interval(interval: Interval) -> Project:
    project = profiled().project
    (fit,) = project.fits
    profiles = dict(fit.errors.profiles)
    profiles[PS4] = Intervals(profiles[PS4].confidence_68, interval)
    return project.with_fit(replace(fit, errors=ErrorBudget(profiles)))


def test_verify_names_an_interval_that_does_not_come_back() -> None:
    true = profiled().regions[0].errors.profiles[PS4].confidence_95
    assert true.high is not None
    outcome = verify(_with_area_interval(replace(true, high=1.1 * true.high)))
    assert [d.what for d in outcome.differences] == ["high end of the 95 % interval of ps4.area"]


def test_table_for_spreadsheets_holds_both_ends() -> None:
    text = csv_bytes(profiled().project).decode("utf-8-sig")
    for row, component in zip(
        csv.DictReader(io.StringIO(text, newline="")), components(profiled()), strict=True
    ):
        ends = [float(row["area_interval_95_low"]), float(row["area_interval_95_high"])]
        assert ends == component["area_interval_95"]


def test_report_shows_intervals_only_where_they_were_asked_for() -> None:
    assert "95 % interval of the area" in report_html(profiled().project)
    assert "95 % interval of the area" not in report_html(one_fit())


def test_report_says_what_an_open_interval_is_bounded_by_and_why() -> None:
    html = report_html(_with_area_interval(Interval(4321.0, None, "a bound is in the way")))
    assert "above 4321" in html
    assert "a bound is in the way" in html


def test_command_prints_and_stores_what_was_asked_for(run: Run, tmp_path: Path) -> None:
    ended = run(
        *("fit", BARE, "--recipe", "argyrodite-s2p", "--errors", "covariance,profile", "--json"),
        *("--session", tmp_path / "a.doublet"),
    )
    assert ended.code == 0
    check_schema(ended.document)
    (region,) = ended.document["regions"]
    assert all(len(c["area_interval_95"]) == 2 for c in region["components"])
    assert run("verify", tmp_path / "a.doublet").code == 0


def test_text_of_the_command_holds_the_interval(run: Run) -> None:
    ended = run("fit", BARE, "--recipe", "argyrodite-s2p", "--errors", "profile")
    assert ended.code == 0
    assert "(95 %: " in ended.out


def test_unknown_method_of_the_command_is_bad_usage(run: Run) -> None:
    ended = run("fit", BARE, "--recipe", "argyrodite-s2p", "--errors", "covariance,guess")
    assert (ended.code, ended.out) == (2, "")
    assert "'guess': choose from covariance, profile, bootstrap, systematic" in ended.err


# Tests of weak components -------------------------------------------------------------------------


@cache
def with_a_weak_component() -> FitResult:
    """Without sulfite; the bootstrap tests what is weak."""
    spectrum = argyrodite(1000.0, step=0.2).with_area("sulfite", 8.0).spectrum(5)
    return xps.fit([spectrum], "argyrodite-s2p", errors=("bootstrap",))


def test_bootstrap_tests_the_weak_components_with_free_centers_and_no_others() -> None:
    (fit,) = with_a_weak_component().regions
    by_id = {c["id"]: c for c in components(with_a_weak_component())}
    assert by_id["sulfite"]["p_value"] is not None
    for id_, component in by_id.items():
        error = component["area_stderr"]
        weak = not component["significant"] or component["area"] < 3.0 * error
        assert (component["p_value"] is not None) == weak
        assert (component["p_value_error"] is not None) == weak
        assert (id_ in fit.errors.significance) == weak


def test_p_value_is_that_of_the_test_alone() -> None:
    (fit,) = with_a_weak_component().regions
    spectrum = with_a_weak_component().project.entries[0].spectrum
    test = significance(fit, spectrum, "sulfite")
    assert fit.errors.significance["sulfite"] == test
    assert 0.0 < test.p_value <= 1.0


def test_p_values_are_null_without_the_bootstrap() -> None:
    assert all(c["p_value"] is None for c in components(FitResult(one_fit())))


def test_p_values_survive_a_session(tmp_path: Path) -> None:
    path = tmp_path / "weak.doublet"
    save(path, with_a_weak_component().project)
    (before,), (after,) = with_a_weak_component().regions, load(path).fits
    assert after.errors.significance == before.errors.significance
