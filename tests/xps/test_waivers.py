"""Waivers: with a reason, as far as they reach, saved and printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.xps.commands import Run
from tests.xps.made_fits import Level, line, made
from tests.xps.projects import BARE, COATED
from xps import __version__
from xps.checks import Finding, check
from xps.errors import SessionError, XpsError
from xps.project import Project
from xps.report import report_html
from xps.session import load, save
from xps.waiver import Scope, Waiver
from xps.waiving import waiver_of

NOW = "2026-11-22T18:00:00+00:00"
REASON = "the reference compound shows the same <shoulder>"
RULE = "doublet-missing"


@pytest.fixture
def project() -> Project:
    """Two components that break the same rule, and one of them another one."""
    wide = line("sulfate", 168.8, level="S 2p", single=True, fwhm=2.6)
    other = line("ps4", 161.6, level="S 2p", single=True)
    return made(Level("S 2p", (155.0, 175.0), (other, wide)))


def waiver(scope: Scope, rule: str = RULE) -> Waiver:
    return Waiver(rule, scope, REASON, NOW, "0.1.0")


def waived(project: Project) -> list[tuple[str, str]]:
    return [(f.rule, f.scope.subject) for f in check(project) if f.waived is not None]


def of(project: Project, rule: str, subject: str) -> Finding:
    (finding,) = [f for f in check(project) if (f.rule, f.scope.subject) == (rule, subject)]
    return finding


def test_finding_is_waived_with_its_reason(project: Project) -> None:
    scope = of(project, RULE, "sulfate").scope
    after = project.with_waiver(waiver(scope))
    assert waived(project) == []
    assert waived(after) == [(RULE, "sulfate")]
    assert of(after, RULE, "sulfate").waived == REASON
    assert len(check(after)) == len(check(project))


@pytest.mark.parametrize("scope", [Scope("sample", "r0"), Scope("sample")], ids=str)
def test_waiver_of_a_region_or_a_sample_covers_its_components(
    project: Project, scope: Scope
) -> None:
    assert waived(project.with_waiver(waiver(scope))) == [(RULE, "ps4"), (RULE, "sulfate")]


@pytest.mark.parametrize(
    "scope", [Scope("another"), Scope("sample", "r1"), Scope("sample", "r0", "li2s")], ids=str
)
def test_waiver_of_another_place_covers_nothing(project: Project, scope: Scope) -> None:
    assert waived(project.with_waiver(waiver(scope))) == []


def test_waiver_is_replaced_and_removed(project: Project) -> None:
    scope = Scope("sample", "r0", "sulfate")
    twice = project.with_waiver(waiver(scope)).with_waiver(
        replace(waiver(scope), reason="a better one")
    )
    assert [w.reason for w in twice.waivers] == ["a better one"]
    assert twice.without_waiver("width-range", scope) == twice
    assert twice.without_waiver(RULE, scope).waivers == ()


def test_waivers_go_with_their_region_and_sample(project: Project) -> None:
    kept = waiver(Scope(), "one-spot")
    several = (
        project.with_waiver(waiver(Scope("sample", "r0")))
        .with_waiver(waiver(Scope("sample")))
        .with_waiver(kept)
    )
    assert len(several.without_region("r0").waivers) == 2
    assert several.without_entry("s0").waivers == (kept,)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_waiver_needs_a_reason(reason: str) -> None:
    with pytest.raises(XpsError, match="without a reason"):
        Waiver(RULE, Scope("sample"), reason, NOW, "0.1.0")


def test_waivers_are_saved(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "waived.doublet"
    after = project.with_waiver(waiver(Scope("sample", "r0", "sulfate")))
    save(path, after)
    assert load(path).waivers == after.waivers
    assert waived(load(path)) == [(RULE, "sulfate")]


def test_session_without_waivers_opens(project: Project) -> None:
    from xps.session_format import plain_project, project_of

    document, arrays = plain_project(project)
    del document["waivers"]
    assert project_of(document, arrays.__getitem__).waivers == ()


def test_saved_waiver_without_a_reason_is_refused(project: Project) -> None:
    from xps.session_format import plain_project, project_of

    document, arrays = plain_project(project.with_waiver(waiver(Scope("sample"))))
    document["waivers"][0]["reason"] = ""
    with pytest.raises(XpsError, match="without a reason"):
        project_of(document, arrays.__getitem__)
    del document["waivers"][0]["scope"]
    with pytest.raises((ValueError, SessionError), match="scope"):
        project_of(document, arrays.__getitem__)


def test_report_prints_waived_findings_last_with_their_reason(project: Project) -> None:
    page = report_html(project.with_waiver(waiver(Scope("sample", "r0", "sulfate"))))
    assert "note, waived" in page
    assert "Waived: the reference compound shows the same &lt;shoulder&gt;" in page
    assert page.index("note, waived") > page.index("a width of 2.60 eV")


def _with_error(project: Project) -> Project:
    failed = replace(project.fits[0], success=False, message="no convergence")
    return project.with_fit(failed)


def test_waived_errors_do_not_fail_the_check(run: Run, project: Project, tmp_path: Path) -> None:
    path = tmp_path / "failed.doublet"
    save(path, _with_error(project))
    assert run("check", path).code == 1
    save(path, _with_error(project).with_waiver(waiver(Scope("sample"), "not-converged")))
    ended = run("check", path)
    assert ended.code == 0
    assert f"Waived: {REASON}." in ended.out
    document = run("check", path, "--json").document
    reasons = {f["rule"]: f["waived"] for f in document["checks"]}
    assert reasons["not-converged"] == REASON
    assert reasons["width-range"] is None


def test_command_waives_what_it_names_and_keeps_it_in_the_session(
    run: Run, project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "two.doublet"
    save(path, project)
    ended = run("check", path, "--waive", f"{RULE}@SULFATE={REASON}", "--json")
    assert [f["waived"] for f in ended.document["checks"] if f["rule"] == RULE] == [None, REASON]
    opened = load(path)
    assert waived(opened) == [(RULE, "sulfate")]
    (kept,) = opened.waivers
    assert kept.scope == Scope("sample", "r0", "sulfate")
    assert (kept.version, kept.time[:2]) == (__version__, "20")
    run("check", path, "--waive", f"{RULE}=both are standards")
    assert waived(load(path)) == [(RULE, "ps4"), (RULE, "sulfate")]
    assert {w.reason for w in load(path).waivers} == {"both are standards"}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("doublet-mising=why", "no rule"),
        (RULE, "without a reason"),
        (f"{RULE}= ", "without a reason"),
        ("stale=why", "nothing to waive"),
        (f"{RULE}@carbonate=why", "nothing to waive"),
    ],
)
def test_waiver_that_means_nothing_is_refused_and_the_session_left_alone(
    run: Run, project: Project, tmp_path: Path, asked: str, reason: str
) -> None:
    path = tmp_path / "two.doublet"
    save(path, project)
    before = path.read_bytes()
    ended = run("check", path, "--waive", asked)
    assert (ended.code, ended.out) == (2, "")
    assert reason in ended.err
    assert path.read_bytes() == before


def test_waiver_of_a_fit_is_in_session_text_and_report(run: Run, tmp_path: Path) -> None:
    session, report = tmp_path / "waived.doublet", tmp_path / "waived.html"
    command = ("fit", BARE, COATED, "--recipe", "ncm-o1s", "--session", session)
    command = (*command, "--report", report)
    assert run(*command, "--waive", "no-such-thing=x").code == 2
    assert not session.exists()
    ended = run(*command, "--waive", f"one-spot={REASON}", "--waive", "not-converged=never")
    assert f"Waived: {REASON}." in ended.out
    assert "note: nothing to waive: not-converged" in ended.out
    assert [w.rule for w in load(session).waivers] == ["one-spot"]
    assert "Waived: the reference compound" in report.read_text(encoding="utf-8")


def test_waiver_that_does_not_reach_its_finding_is_refused(project: Project) -> None:
    finding = of(project, RULE, "sulfate")
    assert waiver_of(finding, REASON, Scope("sample")).scope == Scope("sample")
    with pytest.raises(XpsError, match="does not reach"):
        waiver_of(finding, REASON, Scope("another sample"))
