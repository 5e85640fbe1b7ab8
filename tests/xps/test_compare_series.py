"""`doublet compare` on a series of coatings whose truth is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from matplotlib.collections import FillBetweenPolyCollection

from tests.truth import Truth, argyrodite
from xps.analysis import apply_recipe, fit_project
from xps.charts import charts
from xps.cli import main
from xps.comparison import compare, joint_comparison_fit
from xps.errors import XpsError
from xps.figure import series_figure
from xps.multiple_tests import COUNTING_ONLY
from xps.project import Project
from xps.recipe import load_recipe
from xps.resources import resource
from xps.session import load, save
from xps.trend import NOT_STRAIGHT, Trend

BARE = argyrodite(3_000.0, step=0.1)
CYCLES = (0, 5, 10, 20)
SERIES = "ALD cycles"
PER_CYCLE = -0.004  # of the share of sulfate, which starts at 10 %


def with_share(share: float) -> Truth:
    """Bare with another share of sulfate."""
    others = sum(peak.area for peak in BARE.peaks if peak.name != "sulfate")
    return BARE.with_area("sulfate", others * share / (1.0 - share)).with_tallest(3_000.0)


def fitted(shares: dict[str, float], seed: int) -> Project:
    spectra = tuple(
        with_share(share).spectrum((seed, number), sample=name)
        for number, (name, share) in enumerate(shares.items())
    )
    project, _ = apply_recipe(Project().with_spectra(spectra), load_recipe("argyrodite-s2p"))
    return fit_project(project).project


def placed(project: Project) -> Project:
    """Samples are named by their number of cycles."""
    return replace(
        project,
        samples=tuple(
            replace(sample, series=((SERIES, float(sample.name.split()[0])),))
            for sample in project.samples
        ),
    )


def sulfate(trends: tuple[Trend, ...]) -> Trend:
    return next(trend for trend in trends if trend.quantity.species == "sulfate")


@pytest.fixture(scope="module")
def project() -> Project:
    return placed(fitted({f"{n} cycles": 0.1 + PER_CYCLE * n for n in CYCLES}, 7))


@pytest.mark.parametrize("together", [False, True])
def test_trends_are_the_true_ones(project: Project, together: bool) -> None:
    joint = joint_comparison_fit(project) if together else None
    comparison = compare(project, "0 cycles", joint, series="ald CYCLES")
    assert len(comparison.differences) == 15
    others = {peak.name: peak.area for peak in BARE.peaks if peak.name != "sulfate"}
    rising = {name: -PER_CYCLE * area / sum(others.values()) for name, area in others.items()}
    truth = rising | {"sulfate": PER_CYCLE}
    assert {trend.quantity.species for trend in comparison.trends} == set(truth)
    for trend in comparison.trends:
        assert trend.stderr is not None
        assert abs(trend.slope - truth[trend.quantity.species]) < 3.0 * trend.stderr
        assert (trend.samples, trend.note) == (4, COUNTING_ONLY)
    found = sulfate(comparison.trends)
    assert found.p_value_adjusted is not None
    assert found.p_value_adjusted < 1e-3


def test_samples_that_leave_the_line_are_told() -> None:
    shares = {"0 cycles": 0.10, "5 cycles": 0.02, "10 cycles": 0.11, "20 cycles": 0.03}
    trends = compare(placed(fitted(shares, 8)), "0 cycles", series=SERIES).trends
    assert sulfate(trends).note == f"{COUNTING_ONLY}; {NOT_STRAIGHT}"


def test_scatter_between_pieces_enters_the_trend() -> None:
    """Two pieces at each place, alike in one series and apart in the other."""

    def found(apart: float) -> Trend:
        shares = {
            f"{n} cycles, piece {side}": 0.1 + PER_CYCLE * n + side * apart
            for n in (0, 5, 10)
            for side in (-1, 1)
        }
        plain = placed(fitted(shares, 9))
        samples = tuple(replace(s, group=s.name.partition(",")[0]) for s in plain.samples)
        grouped = replace(plain, samples=samples)
        return sulfate(compare(grouped, "0 cycles", series=SERIES).trends)

    alike, apart = found(0.0), found(0.03)
    assert alike.note == apart.note == ""
    assert alike.samples == 3
    assert alike.stderr is not None
    assert apart.stderr is not None
    # 2 · 0.03² of each pair, over two, on the lever of three places
    assert apart.stderr == pytest.approx(0.03 / 50.0**0.5, rel=0.25)
    assert apart.stderr > 2.0 * alike.stderr


def test_unknown_series_is_named_with_those_there_are(project: Project) -> None:
    with pytest.raises(XpsError, match=f"series: {SERIES}"):
        compare(project, "0 cycles", series="depth")


def test_replicates_at_different_places_are_refused(project: Project) -> None:
    samples = tuple(replace(sample, group="all") for sample in project.samples[1:])
    with pytest.raises(XpsError, match="different places"):
        compare(replace(project, samples=(project.samples[0], *samples)), "0 cycles", series=SERIES)


def test_depths_of_one_sample_are_a_series() -> None:
    truths = {depth: with_share(0.02 + 0.01 * depth) for depth in (0.0, 4.0, 8.0)}
    spectra = tuple(
        truth.spectrum((11, int(depth)), sample="pellet", series=(("Depth / nm", depth),))
        for depth, truth in truths.items()
    )
    recipe = load_recipe("argyrodite-s2p")
    project = fit_project(apply_recipe(Project().with_spectra(spectra), recipe)[0]).project
    comparison = compare(
        project, "pellet, Depth / nm = 0", joint_comparison_fit(project), series="Depth / nm"
    )
    found = sulfate(comparison.trends)
    assert found.stderr is not None
    assert abs(found.slope - 0.01) < 3.0 * found.stderr
    assert {d.sample for d in comparison.differences} == {
        "pellet, Depth / nm = 4",
        "pellet, Depth / nm = 8",
    }


def test_figure_of_a_series_has_the_line_of_least_squares_and_its_band(project: Project) -> None:
    (chart,) = charts(project, series=SERIES)
    (axes,) = (axes for axes in series_figure(project, SERIES).axes if axes.get_xlabel() == SERIES)
    lines = [line for line in axes.lines if line.get_label() == "trend"]
    bands = [c for c in axes.collections if isinstance(c, FillBetweenPolyCollection)]
    assert len(lines) == len(bands) == len(chart.species) == 5
    for species, line, band in zip(chart.species, lines, bands, strict=True):
        amounts = [(a.value, a.stderr) for a in species.amounts if a is not None and a.stderr]
        values, errors = np.array(amounts).T
        straight, covariance = np.polyfit(CYCLES, values, 1, w=1.0 / errors, cov="unscaled")
        x, y = line.get_data()
        assert (x[0], x[-1]) == (CYCLES[0], CYCLES[-1])
        np.testing.assert_allclose(y, np.polyval(straight, x), rtol=1e-6)
        at = np.column_stack((x, np.ones_like(x)))
        error = np.sqrt(np.einsum("ij,jk,ik->i", at, covariance, at))
        inside = band.get_paths()[0].vertices
        assert inside[:, 1].max() == pytest.approx((y + error).max())
        assert inside[:, 1].min() == pytest.approx((y - error).min())


def test_series_of_two_places_has_no_line(project: Project) -> None:
    two = ["0 cycles", "5 cycles"]
    assert all(s.trend is None for s in charts(project, samples=two, series=SERIES)[0].species)


# The command -----------------------------------------------------------------------------------


def printed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_command_takes_series_from_a_table(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = replace(project, samples=tuple(replace(s, series=()) for s in project.samples))
    session, table = tmp_path / "series.doublet", tmp_path / "samples.csv"
    save(session, bare)
    rows = "".join(f"{n} cycles,{0.1 * n}\n" for n in CYCLES)
    table.write_text(f"sample,thickness / nm\n{rows}", encoding="utf-8")
    call = ["compare", str(session), "--base", "0 cycles", "--samples", str(table)]
    call += ["--series", "thickness / nm"]
    document = printed(call, capsys)
    schema = resource("schemas", "compare.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(schema)).validate(document)
    assert len(document["trends"]) == 5
    (shares,) = document["tables"]
    assert len(shares["rows"]) == len(shares["covariance"]) == 20
    for row, line in zip(shares["rows"], enumerate(shares["covariance"]), strict=True):
        assert row["stderr"] == pytest.approx(line[1][line[0]] ** 0.5)
    assert main(call) == 0
    text = capsys.readouterr().out
    assert "shares along thickness / nm" in text
    assert COUNTING_ONLY in text
    assert main([*call[:-2], "--series", "depth"]) == 2
    assert "thickness / nm" in capsys.readouterr().err


def test_places_travel_in_the_session(project: Project, tmp_path: Path) -> None:
    save(tmp_path / "series.doublet", project)
    assert load(tmp_path / "series.doublet").samples == project.samples


def test_charts_hold_the_trends_of_the_comparison(project: Project) -> None:
    known = {t.quantity: t for t in compare(project, "0 cycles", series=SERIES).trends}
    (chart,) = charts(project, series=SERIES)
    assert {s.trend.quantity for s in chart.species if s.trend is not None} == known.keys()
    assert all(s.trend == known[s.trend.quantity] for s in chart.species if s.trend is not None)


def test_negative_shares_are_clipped_for_people_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = fitted({"bare": 0.1, "clean": 0.0}, 12)
    session = tmp_path / "clean.doublet"
    (region,) = (r for r in project.regions if project.entry(r.spectrum).sample == "clean")
    fit = project.fit_of(region.id)
    assert fit is not None
    below = fit.region.component("sulfate").with_param(
        "area", replace(fit.region.component("sulfate").area, value=-20.0)
    )
    changed = replace(fit, region=fit.region.with_component(below))
    save(session, project.with_fit(changed))
    document = printed(["compare", str(session), "--base", "bare"], capsys)
    (sulfate_row,) = (d for d in document["differences"] if d["species"] == "sulfate")
    assert sulfate_row["share"] < 0.0
    assert main(["compare", str(session), "--base", "bare"]) == 0
    (line,) = (
        one for one in capsys.readouterr().out.splitlines() if "SO4" in one or "ulfate" in one
    )
    assert " to 0.00 ± " in line
