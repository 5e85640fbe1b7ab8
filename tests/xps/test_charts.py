from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure

from tests.xps.drawn_texts import off_page, overlaps
from tests.xps.example import hostile, mixed, pair
from tests.xps.test_figure import svg_texts
from xps.charts import charts
from xps.errors import XpsError
from xps.figure import figure_bytes, series_figure, share_figure
from xps.palette import component_colors, lighter
from xps.project import Project
from xps.result import FitResult
from xps.tables import region_tables

MM = 25.4
CYCLES = (0.0, 5.0)


def placed(project: Project) -> Project:
    return replace(
        project,
        samples=tuple(
            replace(sample, series=(("ALD cycles", place),))
            for sample, place in zip(project.samples, CYCLES, strict=True)
        ),
    )


def axes_of(figure: Figure, label: str) -> list[Axes]:
    return [axes for axes in figure.axes if label in (axes.get_xlabel(), axes.get_ylabel())]


def test_amounts_are_those_of_the_result() -> None:
    document = FitResult(pair().project, {}).to_dict()
    wanted = {
        (region["sample"], region["core_level"], component["name"]): component
        for region in document["regions"]
        for component in region["components"]
    }
    for chart in charts(pair().project):
        for species in chart.species:
            for sample, amount in zip(chart.samples, species.amounts, strict=True):
                component = wanted.pop((sample, chart.title, species.name))
                assert amount is not None
                assert amount.value == pytest.approx(100.0 * component["share"])
                assert amount.stderr == pytest.approx(100.0 * component["share_stderr"])
    assert not wanted


def test_atomic_percents_of_elements_add_up() -> None:
    (chart,) = charts(pair().project, "atomic_percent")
    elements = [species for species in chart.species if species.name in ("S", "O")]
    assert len(elements) == 2
    for number in range(len(chart.samples)):
        assert sum(s.amounts[number].value for s in elements if s.amounts[number]) == (
            pytest.approx(100.0)
        )


def test_weak_species_has_the_limit_of_the_table() -> None:
    project = mixed().project
    limits = [
        100.0 * row.share.limit_95
        for part in region_tables(project)
        for row in part.rows
        if row.share.limit_95 is not None
    ]
    shown = [
        amount.limit_95
        for chart in charts(project)
        for species in chart.species
        for amount in species.amounts
        if amount is not None and amount.limit_95 is not None
    ]
    assert limits
    assert sorted(shown) == pytest.approx(sorted(limits))


def test_replicates_are_one_with_the_error_of_their_mean() -> None:
    project = pair().project
    grouped = replace(
        project, samples=tuple(replace(sample, group="both") for sample in project.samples)
    )
    chart = charts(grouped)[0]
    assert chart.samples == ("both",)
    for one, apart in zip(chart.species, charts(project)[0].species, strict=True):
        values = [amount.value for amount in apart.amounts if amount is not None]
        (mean,) = one.amounts
        assert mean is not None
        assert mean.stderr is not None
        assert mean.value == pytest.approx(np.mean(values))
        assert mean.stderr >= 0.99 * abs(values[0] - values[1]) / 2.0


def test_samples_are_chosen_by_their_own_name_or_that_of_their_group() -> None:
    project = pair().project
    first, second = project.samples
    grouped = replace(project, samples=(replace(first, group="bare"), second))
    for name in (first.name, "bare"):
        assert {chart.samples for chart in charts(grouped, samples=[name])} == {("bare",)}


@pytest.mark.parametrize("width", [85.0, 89.0, 120.0, 178.0, 183.0])
@pytest.mark.parametrize("kind", ["share", "series"])
def test_chart_has_its_width_and_no_text_on_another(width: float, kind: str) -> None:
    project = placed(pair().project)
    figure = (
        share_figure(project, width_mm=width)
        if kind == "share"
        else series_figure(project, "ALD cycles", width_mm=width)
    )
    assert figure.get_figwidth() * MM == pytest.approx(width)
    assert not overlaps(figure)
    assert not off_page(figure)


def test_bars_have_value_error_and_color() -> None:
    project = pair().project
    colors = component_colors(project.regions)
    for axes, chart in zip(
        axes_of(share_figure(project), "Share of the area / %"), charts(project), strict=True
    ):
        amounts = [amount for species in chart.species for amount in species.amounts]
        bars = [c for c in axes.containers if isinstance(c, BarContainer)]
        errors = [c for c in axes.containers if isinstance(c, ErrorbarContainer)]
        assert [bar.patches[0].get_width() for bar in bars] == [a.value for a in amounts if a]
        for amount, error in zip(amounts, errors, strict=True):
            assert amount is not None
            assert amount.stderr is not None
            ends = error.lines[2][0].get_segments()[0][:, 0]
            assert np.ptp(ends) == pytest.approx(2.0 * amount.stderr)
        first = next(c for (level, _), c in colors.items() if level == chart.title)
        assert bars[0].patches[0].get_facecolor()[:3] == pytest.approx(lighter(first, 0.95))


def test_all_bars_share_a_scale() -> None:
    found = axes_of(share_figure(pair().project), "Share of the area / %")
    assert len({axes.get_xlim() for axes in found}) == 1


def test_samples_differ_in_lightness_on_gray_paper() -> None:
    project = pair().project
    bars = [
        c.patches[0].get_facecolor()[:3]
        for c in axes_of(share_figure(project), "Share of the area / %")[0].containers
        if isinstance(c, BarContainer)
    ]
    gray = [float(np.dot(color, (0.299, 0.587, 0.114))) for color in bars]
    assert all(second - first > 0.1 for first, second in zip(gray[::2], gray[1::2], strict=True))


def test_weak_species_is_a_limit_and_no_bar() -> None:
    figure = share_figure(mixed().project, core_levels=["S 2p"], samples=["weak (simulated)"])
    (axes,) = axes_of(figure, "Share of the area / %")
    (chart,) = charts(mixed().project, core_levels=["S 2p"], samples=["weak (simulated)"])
    limits = [a.limit_95 for s in chart.species for a in s.amounts if a and a.limit_95 is not None]
    bars = [c for c in axes.containers if isinstance(c, BarContainer)]
    assert len(bars) == len(chart.species) - len(limits)
    assert sum(t.get_text().startswith("< ") for t in axes.texts) == len(limits) > 0


def test_series_points_stand_at_their_places() -> None:
    project = placed(pair().project)
    figure = series_figure(project, "ald CYCLES", core_levels=["S 2p"])
    (axes,) = axes_of(figure, "Share of the area / %")
    (chart,) = charts(project, core_levels=["S 2p"], series="ALD cycles")
    points = [c.lines[0] for c in axes.containers if isinstance(c, ErrorbarContainer)]
    assert len(points) == len(CYCLES) * len(chart.species)
    for number, line in enumerate(points):
        species = chart.species[number // 2]
        amount = species.amounts[number % 2]
        assert amount is not None
        assert line.get_ydata()[0] == amount.value
        assert abs(line.get_xdata()[0] - CYCLES[number % 2]) < 0.5
    assert len({line.get_marker() for line in points}) == len(chart.species)


def test_samples_stand_in_the_order_of_the_series() -> None:
    project = pair().project
    turned = replace(placed(project), samples=placed(project).samples[::-1])
    assert charts(turned, series="ALD cycles")[0].places == CYCLES


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"samples": ["nobody"]}, "no amounts of that choice"),
        ({"width_mm": 40.0}, "leaves no room"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: dict, reason: str) -> None:
    with pytest.raises(XpsError, match=reason):
        share_figure(pair().project, **arguments)


def test_nothing_fitted_is_refused() -> None:
    with pytest.raises(XpsError, match="no shares to draw"):
        share_figure(Project())


def test_unknown_series_is_refused() -> None:
    with pytest.raises(XpsError, match="no sample stands in a series 'depth'"):
        series_figure(placed(pair().project), "depth")


def test_hostile_names_are_drawn_as_they_are() -> None:
    document = figure_bytes(share_figure(hostile().project), "svg")
    assert "$\\frac{a}{b}$ <script>" in " ".join(svg_texts(document))
    assert b"<script" not in document


@pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
def test_chart_is_written_the_same_each_time(kind: str) -> None:
    first, second = (figure_bytes(share_figure(pair().project), kind) for _ in range(2))
    assert first == second
