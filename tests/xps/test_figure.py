from __future__ import annotations

import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from tests.xps.example import HOSTILE, hostile, mixed, pair, stale
from tests.xps.projects import BARE
from xps.errors import WriteError, XpsError
from xps.figure import figure_bytes, save_figure, share_figure, stacked_figure
from xps.figure_text import printable, text_width, wrapped
from xps.palette import component_colors, tint
from xps.panels import letter
from xps.project import Project

MM = 25.4


def texts(figure: Figure) -> list[str]:
    inside = [text for axes in figure.axes for text in axes.texts]
    return [text.get_text() for text in (*figure.texts, *inside)]


def panels(figure: Figure) -> list[Axes]:
    """The panels with spectra, in the order of their letters."""
    found = {}
    for axes in figure.axes:
        for text in axes.texts:
            if text.get_fontweight() == "bold":
                found[text.get_text()] = axes
    return [found[name] for name in sorted(found)]


def fills(axes: Axes) -> list[FillBetweenPolyCollection]:
    return [c for c in axes.collections if isinstance(c, FillBetweenPolyCollection)]


def residual_strips(figure: Figure) -> list[Axes]:
    return [a for a in figure.axes if any("σ" in t.get_text() for t in a.get_yticklabels())]


def svg_texts(document: bytes) -> list[str]:
    root = ElementTree.fromstring(document)  # noqa: S314 - we wrote it ourselves
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture(scope="module")
def figure() -> Figure:
    return stacked_figure(pair().project)


@pytest.mark.parametrize("width", [85.0, 89.0, 120.0, 178.0, 183.0])
def test_figure_has_the_width_asked_for(width: float) -> None:
    assert stacked_figure(pair().project, width_mm=width).get_figwidth() * MM == pytest.approx(
        width
    )


def test_columns_are_core_levels_and_rows_are_samples(figure: Figure) -> None:
    a, b, c, d = (axes.get_position() for axes in panels(figure))
    assert a.x0 == c.x0 < b.x0 == d.x0
    assert a.y0 == b.y0 > c.y0 == d.y0


def test_narrow_figure_puts_core_levels_below_each_other() -> None:
    places = [p.get_position() for p in panels(stacked_figure(pair().project, width_mm=85.0))]
    assert len({place.x0 for place in places}) == 1
    assert [place.y0 for place in places] == sorted((p.y0 for p in places), reverse=True)


def test_nothing_overlaps_and_all_is_on_the_page() -> None:
    for width in (85.0, 178.0):
        figure = stacked_figure(pair().project, width_mm=width)
        boxes = [axes.get_position() for axes in figure.axes]
        for i, box in enumerate(boxes):
            assert 0.0 <= box.x0 < box.x1 <= 1.0
            assert 0.0 <= box.y0 < box.y1 <= 1.0
            for other in boxes[i + 1 :]:
                apart = box.x1 <= other.x0 or other.x1 <= box.x0
                assert apart or box.y1 <= other.y0 + 1e-9 or other.y1 <= box.y0 + 1e-9


def test_text_is_inside_the_figure_and_its_panel(figure: Figure) -> None:
    renderer = FigureCanvasAgg(figure).get_renderer()
    page = figure.bbox
    for axes in panels(figure):
        for text in axes.texts:
            box = text.get_window_extent(renderer)
            assert axes.bbox.x0 < box.x0 < box.x1 < axes.bbox.x1
    for text in (*figure.texts, *(t for axes in figure.axes for t in axes.texts)):
        box = text.get_window_extent(renderer)
        assert page.x0 <= box.x0 < box.x1 <= page.x1
        assert page.y0 <= box.y0 < box.y1 <= page.y1


def test_binding_energy_falls_to_the_right_on_one_axis_per_core_level(figure: Figure) -> None:
    a, b, c, d = panels(figure)
    assert a.get_xlim() == c.get_xlim() == (173.0, 157.0)
    assert b.get_xlim() == d.get_xlim() == (538.5, 524.0)


def test_axes_are_labeled_with_quantity_and_unit(figure: Figure) -> None:
    assert [axes.get_xlabel() for axes in panels(figure)] == ["", "", *["Binding energy / eV"] * 2]
    assert "Intensity / (10³ counts/s)" in texts(figure)


def test_sample_name_stands_in_each_panel(figure: Figure) -> None:
    for axes, sample in zip(panels(figure), np.repeat(_samples(pair().project), 2), strict=True):
        assert sample in [text.get_text() for text in axes.texts]


def _samples(project: Project) -> list[str]:
    return [sample.name for sample in project.samples]


def test_all_data_are_inside_their_panels() -> None:
    case = mixed()
    for axes in panels(stacked_figure(case.project, failures=case.failures)):
        low, high = axes.get_ylim()
        points = np.concatenate(
            [line.get_ydata() for line in axes.lines if line.get_marker() == "o"]
        )
        assert low < points.min() < points.max() < high


def test_masked_points_are_crosses_named_in_the_legend_and_set_no_scale() -> None:
    project = pair().project
    entry = next(e for e in project.entries if e.spectrum.core_level == "S 2p")
    spectrum = entry.spectrum
    spiked = spectrum.intensity.copy()
    spiked[60] *= 50.0
    ends = sorted((float(spectrum.energy_ev[59]), float(spectrum.energy_ev[60])))
    masked = spectrum.with_(intensity=spiked, masked_ev=((ends[0], ends[1]),))
    entries = tuple(replace(e, spectrum=masked) if e is entry else e for e in project.entries)
    drawn = stacked_figure(replace(project, entries=entries), core_levels=["S 2p"])
    first, second = panels(drawn)
    (crosses,) = (
        line for line in first.lines if line.get_marker() == "x" and len(line.get_xdata())
    )
    shift = project.charge_of(entry.id).shift_ev
    binding = spectrum.binding_energy_ev
    assert binding is not None
    assert sorted(crosses.get_xdata()) == pytest.approx(sorted(binding[59:61] + shift))
    points = np.concatenate([line.get_ydata() for line in first.lines if line.get_marker() == "o"])
    assert points.size == spectrum.n_points - 2
    assert min(crosses.get_ydata()) == pytest.approx(np.median(points), rel=1.0)
    assert max(crosses.get_ydata()) > 10.0 * first.get_ylim()[1]
    assert not any(len(line.get_xdata()) for line in second.lines if line.get_marker() == "x")
    assert "masked, not fitted" in texts(drawn)
    assert "masked, not fitted" not in texts(stacked_figure(project, core_levels=["S 2p"]))


def test_curves_keep_clear_of_the_name(figure: Figure) -> None:
    renderer = FigureCanvasAgg(figure).get_renderer()
    for axes in panels(figure):
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
        for line in axes.lines:
            points = axes.transData.transform(np.column_stack(line.get_data()))
            for box in boxes:
                assert not any(box.contains(x, y) for x, y in points if np.isfinite(y))


def test_curves_keep_clear_of_all_text_in_the_lowest_panels() -> None:
    project = pair().project
    first = next(region for region in project.regions if region.core_level == "S 2p")
    entry, fit = project.entry(first.spectrum), project.fit_of(first.id)
    assert fit is not None
    many = Project()
    for number in range(9):
        id_ = f"s{number}"
        spectrum = entry.spectrum.with_(sample=f"{number} ALD cycles, after ten hours at 60 °C")
        many = many.with_spectra((spectrum,))
        region = replace(fit.region, id=id_, spectrum=id_)
        many = many.with_fit(replace(fit, region=region, fingerprint="stale"))
    drawn = stacked_figure(many, width_mm=85.0)
    assert len(panels(drawn)) == 9
    renderer = FigureCanvasAgg(drawn).get_renderer()
    for axes in panels(drawn):
        assert axes.get_position().height * drawn.get_figheight() * MM < 17.0
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
        assert len(boxes) > 3
        for line in axes.lines:
            points = axes.transData.transform(np.column_stack(line.get_data()))
            if len(points) > 2:  # others lead from a mark to its component
                assert not any(box.contains(*p) for p in points for box in boxes)


def test_components_have_the_color_of_their_species_in_all_panels(figure: Figure) -> None:
    project = pair().project
    colors = component_colors(project.regions)
    for axes, region in zip(panels(figure), project.regions, strict=True):
        wanted = {tint(colors[region.core_level, c.species], weak=False) for c in region.components}
        shown = {to_hex(fill.get_facecolor()[0]) for fill in fills(axes)}
        assert shown == {to_hex(color) for color in wanted}


def test_fills_stand_on_the_background_and_reach_the_component() -> None:
    project = pair().project
    fit = project.fits[0]
    axes = panels(stacked_figure(project, core_levels=["S 2p"]))[0]
    heights = [np.ptp(fill.get_paths()[0].vertices[:, 1]) for fill in fills(axes)]
    assert len(heights) == len(fit.region.components)
    assert all(height > 0.0 for height in heights)


def test_residuals_of_a_good_fit_lie_mostly_within_the_band(figure: Figure) -> None:
    strips = residual_strips(figure)
    assert len(strips) == 4
    for axes in strips:
        residual = np.asarray(max(axes.lines, key=lambda line: len(line.get_xdata())).get_ydata())
        assert np.mean(np.abs(residual) <= 2.0) > 0.9
        assert np.std(residual) == pytest.approx(1.0, abs=0.2)


def test_weak_components_are_marked_and_drawn_lighter() -> None:
    case = mixed()
    figure = stacked_figure(case.project, core_levels=["S 2p"], failures=case.failures)
    assert "Li₂S / free S²⁻ (n.s. in b)" in texts(figure)
    assert "PS₄³⁻" in texts(figure)
    color = component_colors(case.project.regions)["S 2p", "li2s"]
    weak = to_hex(tint(color, weak=True))
    shown = [{to_hex(f.get_facecolor()[0]) for f in fills(axes)} for axes in panels(figure)]
    assert [weak in colors for colors in shown] == [False, True]


def test_component_that_is_weak_everywhere_is_marked_without_letters() -> None:
    figure = stacked_figure(mixed().project, core_levels=["S 2p"], samples=["weak (simulated)"])
    assert "Li₂S / free S²⁻ (n.s.)" in texts(figure)


def test_negative_area_is_not_drawn_below_the_background() -> None:
    project = pair().project
    fit = project.fits[0]
    component = fit.region.components[-1]
    negative = component.with_param("area", component.area.at(-abs(component.area.value)))
    region = fit.region.with_component(negative)
    changed = project.with_fit(replace(fit, region=region))
    axes = panels(stacked_figure(changed, core_levels=["S 2p"], samples=_samples(project)[:1]))[0]
    background = next(line for line in axes.lines if line.get_linestyle() == "--")
    energies, level = (np.asarray(values) for values in background.get_data())
    for fill in fills(axes):
        x, y = fill.get_paths()[0].vertices.T
        assert (y >= np.interp(x, energies, level) - 1e-9).all()


def test_failed_region_shows_data_and_reason() -> None:
    case = mixed()
    figure = stacked_figure(case.project, samples=["flat (simulated)"], failures=case.failures)
    (axes,) = panels(figure)
    assert "no peak between 524 and 538.5 eV" in " ".join(texts(figure))
    assert not fills(axes)
    assert sum(len(line.get_xdata()) for line in axes.lines) > 100


def test_stale_fit_is_marked_in_panel_and_legend() -> None:
    shown = texts(stacked_figure(stale().project))
    assert "fit (stale in b)" in shown
    assert any(text.startswith("stale:") for text in shown)


def test_spectra_without_regions_are_drawn_as_data() -> None:
    project = Project().with_spectra(tuple(e.spectrum for e in pair().project.entries))
    figure = stacked_figure(project)
    assert texts(figure).count("not fitted") == 4
    assert not residual_strips(figure)


def test_replicates_of_a_sample_have_rows_of_their_own() -> None:
    spectrum = pair().project.entries[0].spectrum
    figure = stacked_figure(Project().with_spectra((spectrum, spectrum)))
    assert len(panels(figure)) == 2


def test_data_that_no_fit_takes_are_still_drawn() -> None:
    spectrum = pair().project.entries[0].spectrum
    negative = spectrum.with_(intensity=spectrum.intensity - 1e6)
    (axes,) = panels(stacked_figure(Project().with_spectra((negative,))))
    (points,) = [line for line in axes.lines if len(line.get_xdata()) == spectrum.n_points]
    assert np.max(points.get_ydata()) < 0.0


def test_spectrum_without_binding_energies_has_an_empty_panel() -> None:
    unknown = pair().project.entries[0].spectrum.with_(photon_energy_ev=None)
    assert unknown.axis == "kinetic"
    (axes,) = panels(stacked_figure(Project().with_spectra((unknown,))))
    assert not any(len(line.get_xdata()) for line in axes.lines)


def test_fit_that_its_data_left_shows_the_reason() -> None:
    project = pair().project
    entry = project.entries[0]
    moved = entry.spectrum.with_(energy_ev=entry.spectrum.energy_ev + 200.0)
    changed = replace(project, entries=(replace(entry, spectrum=moved), *project.entries[1:]))
    figure = stacked_figure(changed, core_levels=["S 2p"], samples=[entry.sample])
    assert "the spectrum has no points between" in " ".join(texts(figure))


def test_samples_and_core_levels_can_be_chosen() -> None:
    project = pair().project
    last = _samples(project)[-1]
    figure = stacked_figure(project, core_levels=["O 1s"], samples=[last])
    (axes,) = panels(figure)
    assert last in [text.get_text() for text in axes.texts]
    assert axes.get_xlim() == (538.5, 524.0)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"core_levels": ["N 1s"]}, "no core level 'N 1s'.*S 2p, O 1s"),
        ({"samples": ["nobody"]}, "no sample 'nobody'"),
        ({"core_levels": []}, "no spectrum to draw"),
        ({"samples": []}, "no spectrum to draw"),
        ({"width_mm": 30.0}, "leaves no room"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_way_out(arguments: dict, reason: str) -> None:
    with pytest.raises(XpsError, match=reason):
        stacked_figure(pair().project, **arguments)


def test_empty_project_is_refused() -> None:
    with pytest.raises(XpsError, match="no spectrum to draw"):
        stacked_figure(Project())


def test_hostile_names_are_drawn_as_they_are_and_the_svg_stays_whole() -> None:
    document = figure_bytes(stacked_figure(hostile().project), "svg")
    shown = " ".join(svg_texts(document))
    assert "=$\\frac{a}{b}$ <script>alert(1)</script> & \"q\" 'r'" in shown
    assert "\u202e" not in shown
    assert b"<script" not in document


def test_component_whose_name_starts_with_an_underscore_stays_in_the_legend() -> None:
    project = pair().project
    fit = project.fits[0]
    renamed = replace(fit.region.components[0], name="_hidden")
    changed = project.with_fit(replace(fit, region=fit.region.with_component(renamed)))
    assert "_hidden" in texts(stacked_figure(changed, core_levels=["S 2p"]))


@pytest.mark.parametrize("unit", ["counts", "arbitrary"])
def test_unit_is_named_when_it_is_not_counts_per_second(unit: str) -> None:
    spectrum = pair().project.entries[0].spectrum.with_(unit=unit, dwell_s=None, sweeps=None)
    shown = " ".join(texts(stacked_figure(Project().with_spectra((spectrum,)))))
    assert ("arb. units" if unit == "arbitrary" else "10³ counts)") in shown


@pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
def test_same_project_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.{kind}" for name in "ab"]
    for path in paths:
        save_figure(pair().project, path, core_levels=["S 2p"])
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_svg_holds_text_as_text_and_no_date(figure: Figure) -> None:
    document = figure_bytes(figure, "svg")
    assert "Binding energy / eV" in svg_texts(document)
    assert b"DejaVu Sans" in document
    assert b"date>" not in document


def test_pdf_embeds_truetype_fonts(figure: Figure) -> None:
    document = figure_bytes(figure, "pdf")
    assert b"/FontFile2" in document
    assert b"/CIDFontType2" in document
    assert b"/Type3" not in document
    assert b"CreationDate" not in document


@pytest.mark.parametrize("draw", [stacked_figure, share_figure])
def test_pdf_holds_text_as_text_that_can_be_searched(draw: Callable[[Project], Figure]) -> None:
    document = figure_bytes(draw(pair().project), "pdf")
    streams = [
        zlib.decompress(found)
        for found in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
        if found[:1] == b"\x78"
    ]
    written = b"".join(re.findall(rb"\(((?:[^()\\]|\\.)*)\)", b"\n".join(streams)))
    assert document.count(b"/ToUnicode") >= 1
    assert b"Bare NCM" in written.replace(b"\x00", b"")


def test_png_has_600_dots_per_inch(figure: Figure) -> None:
    document = figure_bytes(figure, "png")
    width = int.from_bytes(document[16:20])
    assert width == pytest.approx(178.0 / MM * 600.0, abs=1.5)
    start = document.index(b"pHYs")
    assert zlib.crc32(document[start : start + 13]) == int.from_bytes(
        document[start + 13 : start + 17]
    )
    assert int.from_bytes(document[start + 4 : start + 8]) == pytest.approx(600 / 0.0254, abs=1)


def test_unknown_ending_is_refused_and_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(XpsError, match=r"\.bmp.*\.pdf, \.svg, \.png"):
        save_figure(pair().project, tmp_path / "figure.bmp")


def test_old_figure_stays_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no such folder"):
        save_figure(pair().project, tmp_path / "gone" / "figure.svg", core_levels=["S 2p"])


def test_settings_of_matplotlib_are_left_alone_and_do_not_matter() -> None:
    before = figure_bytes(stacked_figure(pair().project), "svg")
    with_own = {"font.size": 30.0, "axes.grid": True, "svg.fonttype": "path"}
    saved = {key: rcParams[key] for key in with_own}
    rcParams.update(with_own)
    try:
        assert figure_bytes(stacked_figure(pair().project), "svg") == before
        assert {key: rcParams[key] for key in with_own} == with_own
    finally:
        rcParams.update(saved)


def test_neither_pyplot_nor_a_display_is_needed() -> None:
    program = (
        "import sys; from xps.figure import figure_bytes, stacked_figure; "
        "from xps.project import Project; from xps.readers import read; "
        "assert 'matplotlib' not in sys.modules; "
        "p = Project().with_spectra(tuple(read(sys.argv[1]))); "
        "figure_bytes(stacked_figure(p), 'svg'); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(BARE)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_panels_are_lettered_beyond_z() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 52)] == ["a", "z", "aa", "az", "ba"]


@pytest.mark.parametrize("room", [8.0, 20.0, 60.0])
def test_broken_lines_fit_and_lose_nothing(room: float) -> None:
    text = "NCM coated with Al2O3, aVeryLongWordWithoutAnySpaceInIt, cycled"
    lines = wrapped(text, room, 7.0, most=100)
    assert _letters(lines) == _letters([text])
    assert all(text_width(line, 7.0) <= room for line in lines)


def _letters(lines: Iterable[str]) -> str:
    return re.sub(r"\s", "", "".join(lines))


def test_long_name_keeps_beginning_and_end() -> None:
    lines = wrapped("beginning " * 30 + "(simulated)", 40.0, 7.0, most=2)
    assert len(lines) == 2
    assert lines[0].startswith("beginning")
    assert lines[1].startswith("…")
    assert lines[1].endswith("(simulated)")
    assert all(text_width(line, 7.0) <= 40.0 for line in lines)


def test_unprintable_letters_become_spaces() -> None:
    assert printable("a\x00b\u202ec\nd\ud800e 시료") == "a b c d e 시료"
    assert "\x00" in HOSTILE
