"""doublet thickness: from spectra of known films to text, JSON and report."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.truth import Peak, Truth
from tests.xps.commands import Run, check_schema
from tests.xps.made_fits import line
from xps.analysis import fit_project
from xps.errors import FitError, RecipeError
from xps.film import film_thickness
from xps.film_series import film_series
from xps.film_text import parse_layer, parse_method, parse_particles, parse_under
from xps.model import Background, Param, Region
from xps.project import Project
from xps.quantification_settings import QuantificationSettings
from xps.sensitivity import SensitivitySet
from xps.session import save
from xps.systematic import changes_of

HV = 1486.6
SCALE = 3e-20  # of what atoms give, to counts/s
NI_2P = Peak("ni_main", 1.0, 855.2, 2.6, splitting=17.4)
NI_3P = (
    Peak("ni3p", 20_000.0, 67.5, 2.5, splitting=0.0),
    Peak("ni3p_sat", 6_000.0, 72.5, 4.0, splitting=0.0),
)
ALUMINA = Peak("al2o3", 1.0, 74.3, 1.6, splitting=0.41)
F_KLL = (
    Peak("f_kll", 30_000.0, 860.0, 3.5, splitting=0.0),
    Peak("f_kll_b", 12_000.0, 866.5, 5.0, splitting=0.0),
)
# Mean free paths by TPP-2M in Al2O3 and NCM811, recalculated from the published formula.
DENSITIES = {"al": (3.1, 101.961, 24.0, 7.0), "ncm": (4.75, 97.28, 22.6, 0.5)}


def depth(solid: str, kinetic: float) -> float:
    rho, mass, electrons, gap = DENSITIES[solid]
    u = electrons * rho / mass
    plasmon = 28.8 * math.sqrt(u)
    beta = -0.1 + 0.944 / math.sqrt(plasmon**2 + gap**2) + 0.069 * rho**0.1
    bracket = beta * math.log(0.191 * rho**-0.5 * kinetic) - (1.97 - 0.91 * u) / kinetic
    bracket += (53.4 - 20.8 * u) / kinetic**2
    return 0.1 * kinetic / (plasmon**2 * bracket)


def areas(nm: float) -> tuple[float, float]:
    """Al 2p and Ni 2p of a film of this thickness."""
    al, ni = HV - ALUMINA.center, HV - NI_2P.center
    film = 0.5371 * 3.662e22 * depth("al", al) * (1.0 - math.exp(-nm / depth("al", al)))
    below = depth("ncm", ni) * math.exp(-nm / depth("al", ni))
    return SCALE * film, SCALE * 22.18 * 2.352e22 * below


def truths(nm: float, ptfe: float) -> dict[str, Truth]:
    """The spectra of a sample, with Ni 3p under Al 2p and some PTFE under Ni 2p."""
    al, ni = areas(nm)
    fading = math.exp(-nm / 2.8)
    nickel = tuple(replace(peak, area=fading * peak.area) for peak in NI_3P)
    auger = tuple(replace(peak, area=ptfe * peak.area) for peak in F_KLL) if ptfe else ()
    film = (replace(ALUMINA, area=al),) if nm else ()
    return {
        "Al 2p": Truth((*film, *nickel), 60.0, 84.0, 0.1, 800.0, 0.0, 0.0, "Al 2p"),
        "Ni 2p": Truth(
            (replace(NI_2P, area=ni), *auger), 845.0, 890.0, 0.1, 3_000.0, 0.0, 0.0, "Ni 2p"
        ),
    }


def region(id_: str, truth: Truth, peaks: tuple[Peak, ...]) -> Region:
    components = tuple(
        replace(
            line(
                *(peak.name, peak.center),
                level=truth.core_level,
                area=peak.area,
                single=peak.splitting == 0.0,
            ),
            center=Param(peak.center, min=peak.center - 1.0, max=peak.center + 1.0),
            fwhm=Param(peak.fwhm, min=1.0, max=6.0),
            shape_params=(Param(0.3, vary=False),),
        )
        for peak in peaks
    )
    window = (truth.low + 0.2, truth.high - 0.2)
    return Region(id_, id_, truth.core_level, window, Background(), components)


def with_spectrum(project: Project, sample: str, truth: Truth, *peaks: Peak) -> Project:
    spectrum = truth.spectrum(len(project.entries), sample=sample)
    project = project.with_spectra((spectrum,))
    return project.with_region(region(project.entries[-1].id, truth, peaks))


@pytest.fixture(scope="module")
def fitted() -> Project:
    """A bare powder, a binder, and two films on the powder with the binder."""
    bare = truths(0.0, 0.0)
    project = with_spectrum(Project(), "bare", bare["Al 2p"], *NI_3P)
    project = with_spectrum(project, "bare", bare["Ni 2p"], NI_2P)
    binder = replace(truths(1.0, 0.0)["Ni 2p"], peaks=F_KLL)
    project = with_spectrum(project, "PTFE", binder, *F_KLL)
    for sample, nm in (("thin", 0.5), ("thick", 1.5)):
        coated = truths(nm, 0.5)
        project = with_spectrum(project, sample, coated["Al 2p"], ALUMINA)
        project = with_spectrum(project, sample, coated["Ni 2p"], NI_2P)
    outcome = fit_project(project)
    assert not outcome.failures
    return outcome.project


UNDER = ("Al 2p=bare", "Ni 2p=PTFE")
LINES = (("Al 2p", "al2o3"), ("Ni 2p", "ncm811"))


def test_films_are_found_with_what_lies_under_both_lines(fitted: Project) -> None:
    series = film_series(fitted, parse_method(*LINES, under=UNDER))
    assert [one.sample for one in series.samples] == ["thin", "thick"]
    for one, nm in zip(series.samples, (0.5, 1.5), strict=True):
        assert one.thickness is not None
        assert one.thickness.nm is not None
        assert one.thickness.stderr is not None
        assert abs(one.thickness.nm - nm) < 4.0 * one.thickness.stderr + 0.02 * nm
        assert one.thickness.warnings == ()


def test_films_are_wrong_without_what_lies_under_the_lines(fitted: Project) -> None:
    series = film_series(fitted, parse_method(*LINES), ["thin"])
    found = series.samples[0].thickness
    assert found is not None
    assert found.nm is not None
    assert found.nm > 2.0 * 0.5
    assert {warning.split()[0] for warning in found.warnings} == {"Al", "fluorine"}


def test_components_of_a_line_are_chosen_by_id(fitted: Project) -> None:
    """As with a recipe that fits Ni 3p and Al 2p in every sample."""
    by_id = parse_method(("Al 2p:al2o3", "al2o3"), LINES[1], ["Al 2p=bare:ni3p,ni3p_sat"])
    all_of_it = parse_method(*LINES, under=["Al 2p=bare"])
    one, other = (film_series(fitted, method, ["thick"]) for method in (by_id, all_of_it))
    assert one.samples[0].thickness == other.samples[0].thickness


def test_errors_are_named_part_by_part(fitted: Project) -> None:
    method = parse_method(*LINES, under=UNDER, particles="round")
    found = film_series(fitted, method, ["thick"]).samples[0].thickness
    assert found is not None
    assert found.nm is not None
    assert set(found.systematic_parts) == {
        *("sensitivity", "escape depth", "transmission", "particle shape")
    }
    assert found.systematic_parts["particle shape"] == pytest.approx(0.1 * found.nm)
    flat = film_series(fitted, replace(method, shape_factor=1.0), ["thick"]).samples[0].thickness
    assert flat is not None
    assert flat.nm is not None
    assert found.nm == pytest.approx(0.67 * flat.nm)
    # The transmission errs as ∝ E^0.7 does, which changes the ratio of the areas.
    ratio = flat.systematic_parts["transmission"] / flat.systematic_parts["sensitivity"]
    energies = math.log((HV - ALUMINA.center) / (HV - NI_2P.center))
    assert ratio == pytest.approx(0.7 * energies / (0.1 * math.sqrt(2.0)), rel=0.01)


def test_other_choices_in_the_fits_are_part_of_the_error(fitted: Project) -> None:
    """Also where the region is fitted again with another sample's lines under its own."""
    regions = [r for r in fitted.regions if fitted.entry(r.spectrum).sample == "thick"]
    again = fit_project(fitted, [r.id for r in regions], errors=("systematic",)).project
    aluminum, nickel = (again.fit_of(r.id) for r in regions)
    assert aluminum is not None
    assert nickel is not None
    for under in ((), UNDER):
        method = parse_method(*LINES, under=under)
        found = film_series(again, method, ["thick"]).samples[0].thickness
        assert found is not None
        assert {"window", "shape"} < set(found.systematic_parts)
    film, substrate = (parse_layer(*words) for words in LINES)
    found = film_thickness(again, "thick", film, substrate)
    relative = [
        changes_of(fit, np.ones(1))["window"] / fit.areas.sum() for fit in (aluminum, nickel)
    ]
    ratio = found.systematic_parts["window"] / found.systematic_parts["sensitivity"]
    assert ratio == pytest.approx(math.hypot(*relative) / (0.1 * math.sqrt(2.0)), rel=0.01)


def test_what_cannot_be_measured_is_named_and_the_rest_goes_on(fitted: Project) -> None:
    series = film_series(fitted, parse_method(*LINES, under=UNDER), ["PTFE", "thick"])
    failed, found = series.samples
    assert failed.thickness is None
    assert "no fit" in str(failed.failure)
    assert found.thickness is not None
    with pytest.raises(FitError, match="no sample has fits of Al 2p and Mn 2p"):
        film_series(fitted, parse_method(LINES[0], ("Mn 2p", "ncm811")))
    whole = parse_method(*LINES, under=["Al 2p=thin"])
    assert "all of its components" in str(film_series(fitted, whole, ["thick"]).samples[0].failure)


@pytest.mark.parametrize(
    ("parse", "text", "reason"),
    [
        (parse_under, "Al 2p", "of no sample"),
        (parse_under, "tin=bare", "no core level"),
        (parse_particles, "square", "particles"),
        (parse_particles, "0", "particles"),
        (parse_particles, "nan", "particles"),
        (lambda text: parse_layer("Al 2p", text), "alumina", "the material 'alumina'"),
    ],
)
def test_words_that_mean_nothing_are_refused(parse: Any, text: str, reason: str) -> None:
    with pytest.raises(RecipeError, match=reason):
        parse(text)


def test_own_material_and_own_factor_are_read() -> None:
    layer = parse_layer("Nb 3d:linbo3", "LiNbO3,4.65,147.85,24,4")
    assert (layer.core_level, layer.components) == ("Nb 3d", ("linbo3",))
    assert layer.material.formula == "LiNbO3"
    assert parse_particles("0.8") == 0.8


# The command --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def session(fitted: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "films.doublet"
    save(path, fitted)
    return path


def test_command_prints_text_and_json_and_writes_a_report(
    run: Run, session: Path, tmp_path: Path
) -> None:
    report = tmp_path / "films.html"
    command = ("thickness", session, "--under", UNDER[0], "--under", UNDER[1], "--report", report)
    ended = run(*command)
    assert (ended.code, ended.err) == (0, "")
    assert "Al 2p of Al2O3 against Ni 2p of LiNi0.8Co0.1Mn0.1O2" in ended.out
    assert "Scofield 1976 sensitivity factors" in ended.out
    document = run(*command, "--json").document
    check_schema(document)
    page = report.read_text(encoding="utf-8")
    assert "Thickness of the film" in page
    for one in document["samples"]:
        line = next(text for text in ended.out.splitlines() if f"  {one['sample']}: " in text)
        assert f"± {one['systematic']:.2g} (systematic: sensitivity" in line
        assert line.split(": ")[1].split(" ±")[0] in page


def test_own_tables_are_named(run: Run, fitted: Project, tmp_path: Path) -> None:
    factors = SensitivitySet("kratos", (("Al 2p", 0.193), ("Ni 2p", 4.044)))
    settings = QuantificationSettings(sensitivity=factors, transmission=0.5)
    path = tmp_path / "own.doublet"
    save(path, replace(fitted, quantification=settings))
    basis = run("thickness", path, "--json").document["basis"]
    assert "kratos (own table) sensitivity factors, transmission ∝ E^-0.5" in basis


def test_command_fails_with_a_reason(run: Run, session: Path) -> None:
    ended = run("thickness", session, "--sample", "PTFE")
    assert ended.code == 1
    assert "PTFE: no thickness: PTFE, Al 2p: there is no fit" in ended.out
    document = run("thickness", session, "--sample", "PTFE", "--json").document
    check_schema(document)
    assert document["samples"][0]["nm"] is None
    assert run("thickness", session, "--particles", "square").code == 2
    assert run("thickness", session, "--emission", "85").code == 1
