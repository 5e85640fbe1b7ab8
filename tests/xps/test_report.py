from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest

from tests.xps.example import Case, hostile, mixed, pair, stale
from xps.constraints_text import constraints
from xps.fitting import fit_region
from xps.markup import Cell, Html, element, escaped, table
from xps.methods_text import methods
from xps.model import Background, Link, Param, Ref
from xps.model_text import listed
from xps.numbers_text import error, with_error
from xps.project import ChargeReference, Project, Step
from xps.report import report_html
from xps.tables import region_tables, why_no_error

VOID = frozenset(("meta", "br", "hr", "img", "link", "input"))


class Page(HTMLParser):
    """What a browser would see: visible text, cells with their titles, tags and attributes."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.cells: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self._cell: tuple[str, list[str]] | None = None
        self.feed(source)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, key, value or "") for key, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag in ("td", "th"):
            self._cell = (dict(attrs).get("title") or "", [])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, key, value or "") for key, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag in ("td", "th") and self._cell is not None:
            self.cells.append(("".join(self._cell[1]), self._cell[0]))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)
        if self._cell is not None:
            self._cell[1].append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@cache
def page_of(name: str) -> Page:
    case: Case = {"pair": pair, "mixed": mixed, "hostile": hostile, "stale": stale}[name]()
    return Page(report_html(case.project, ("the window was narrowed",), case.failures))


@pytest.mark.parametrize("name", ["pair", "mixed", "hostile", "stale"])
def test_report_needs_nothing_from_outside(name: str) -> None:
    page = page_of(name)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    for _, key, value in page.attributes:
        assert not key.startswith("on")
        if key in ("href", "src", "xlink:href"):
            assert value.startswith("#")


def test_report_has_its_sections_in_order() -> None:
    headings = re.findall(r"<h2>(.*?)</h2>", report_html(pair().project))
    assert headings == [
        "Samples",
        "Spectra and fits",
        "Components",
        "Quantification",
        "Charge reference",
        "Checks",
        "Methods",
        "Missing for a complete record",
    ]


def test_figures_are_inline() -> None:
    page = page_of("pair")
    assert page.tags.count("svg") == 2
    assert "Binding energy / eV" in page.text
    assert "Share of the area / %" in page.text


def test_systematic_errors_have_two_digits() -> None:
    found = re.findall(r"± ([\d.]+) \(syst\.\)", page_of("pair").text)
    assert found
    assert all(len(digits.replace(".", "").lstrip("0")) == 2 for digits in found)


def test_samples_of_a_series_are_drawn_along_it() -> None:
    project = pair().project
    cycles = (0.0, 5.0)
    placed = replace(
        project,
        samples=tuple(
            replace(sample, series=(("ALD cycles", n),))
            for sample, n in zip(project.samples, cycles, strict=True)
        ),
    )
    assert "Shares along ALD cycles." in Page(report_html(placed)).text


def test_every_component_is_listed_with_its_errors() -> None:
    shown = [text for text, _ in page_of("pair").cells]
    for fit in pair().result.regions:
        for component in fit.region.components:
            assert component.name in shown
            for name in ("center", "fwhm", "area"):
                stderr = fit.stderr(Ref(component.id, name))
                assert with_error(component.params[name].value, stderr) in shown


def test_numbers_of_components_are_explained_above_them() -> None:
    page = report_html(pair().project)
    assert page.index("those of the line of higher j") < page.index("Significance")
    assert "those of the line of higher j" not in report_html(Project())


def test_fit_quality_is_told() -> None:
    text = page_of("pair").text
    for fit in pair().result.regions:
        assert fit.reduced_chi2 is not None
        assert f"χ²ᵣ {fit.reduced_chi2:.2f}" in text
        assert f"Durbin-Watson {fit.durbin_watson:.2f}" in text
        assert f"{fit.n_points} points · {fit.n_free} free parameters" in text


def test_weak_component_shows_its_limit_and_keeps_its_area_in_the_title() -> None:
    (row,) = [
        row
        for part in region_tables(mixed().project)
        for row in part.rows
        if row.component.id == "li2s" and not row.significant
    ]
    fitted = with_error(row.area.value, row.area.stderr)
    cells = {title: text for text, title in page_of("mixed").cells}
    assert re.fullmatch(r"< \S+ \(95 %\)", cells[f"fitted: {fitted}"])


def test_unknown_numbers_are_a_dash_with_the_reason() -> None:
    dashes = [
        title
        for name in ("pair", "mixed")
        for text, title in page_of(name).cells
        if text == "—" or text.endswith("± —")
    ]
    assert dashes
    assert all(dashes)


def test_failed_region_says_why() -> None:
    assert "no peak between 524 and 538.5 eV" in page_of("mixed").text


def test_stale_fit_is_marked() -> None:
    text = page_of("stale").text
    assert "stale: data or settings changed after this fit." in text
    assert "its fit is older than its settings" in text


def test_notes_are_shown() -> None:
    assert "the window was narrowed" in page_of("pair").text


def test_checks_are_shown_with_severity_and_remedy() -> None:
    shown = [text for text, _ in page_of("mixed").cells]
    found = mixed().result.to_dict()["checks"]
    assert found
    for finding in found:
        for key in ("severity", "where", "message", "remedy"):
            assert finding[key] in shown


def test_charge_reference_is_shown_with_error_and_assumed_energy() -> None:
    shown = [text for text, _ in page_of("pair").cells]
    for sample in pair().project.samples:
        assert with_error(sample.charge.shift_ev, sample.charge.stderr_ev) in shown
    assert "161.60 ± 0.10" in shown
    assert "PS₄³⁻, S 2p" in shown


def test_amounts_are_shown_with_their_basis() -> None:
    page = page_of("pair")
    shown = [text for text, _ in page.cells]
    for amount in pair().result.to_dict()["quantification"]:
        statistical = with_error(amount["atomic_percent"], amount["stderr"])
        assert f"{statistical} ± {error(amount['systematic'])} (syst.)" in shown
    assert "Scofield 1976 sensitivity factors" in page.text


def test_hostile_names_are_shown_and_do_nothing() -> None:
    page = page_of("hostile")
    assert "=$\\frac{a}{b}$ <script>alert(1)</script> & \"q\" 'r'" in page.text
    assert "\u202e" not in page.text
    assert "\x00" not in page.text


def test_report_is_the_same_each_time() -> None:
    assert report_html(pair().project) == report_html(pair().project)


def test_report_of_an_empty_project_says_that_there_is_nothing() -> None:
    page = Page(report_html(Project()))
    assert "No amounts: nothing was fitted" in page.text
    assert "svg" not in page.tags


def test_many_samples_get_several_figures() -> None:
    spectrum = pair().project.entries[0].spectrum
    spectra = tuple(spectrum.with_(sample=f"sample {i}") for i in range(7))
    page = Page(report_html(Project().with_spectra(spectra)))
    assert page.tags.count("svg") == 2


def test_history_is_shown() -> None:
    project = pair().project.with_step(Step("2026-01-02T03:04:05Z", "fitted all", "0.0.9"))
    page = Page(report_html(project))
    assert "2026-01-02T03:04:05Z" in page.text
    assert "Doublet 0.0.9" in page.text


def test_text_is_escaped_in_content_and_attributes() -> None:
    cell = element("td", '<b a="1">', title="\"' onclick=")
    assert escaped(cell) == ('<td title="&quot;&#x27; onclick=">&lt;b a=&quot;1&quot;&gt;</td>')


def test_table_has_row_and_column_headers() -> None:
    page = Page(table(("a", "b"), [("1", Cell("2", "why"))]).source)
    assert [value for _, key, value in page.attributes if key == "scope"] == ["col", "col", "row"]
    assert ("2", "why") in page.cells


def test_markup_is_not_escaped_twice() -> None:
    assert escaped(Html("<i>x</i>")) == "<i>x</i>"


def _methods(project: Project) -> str:
    return " ".join(methods(project, region_tables(project)).sentences)


def test_methods_tell_what_was_done() -> None:
    text = _methods(pair().project)
    for part in (
        "Al Ka monochromatic (hν = 1486.6 eV)",
        "pass energy 20 eV",
        "S 2p was fitted from 157 to 173 eV with Gaussian-Lorentzian sum lines",
        "1.18 eV apart with an area ratio of 0.5",
        "peak Shirley",
        "Poisson counts",
        "puts PS₄³⁻ (S 2p) at 161.6 eV (assumed, known to ± 0.1 eV;",
        "the whole error of the shift is 0.1 eV)",
        "recipe cathode",
        "lmfit 1.",
    ):
        assert part in text


def test_methods_change_with_what_was_done() -> None:
    project = pair().project
    fit = project.fits[0]
    spectrum, charge = project.entry(fit.region.spectrum).spectrum, project.samples[0].charge
    linear = replace(fit.region, background=Background("linear"))
    text = _methods(project.with_fit(fit_region(linear, spectrum, charge)))
    assert f"S 2p of {spectrum.sample}: The background is a straight line" in text
    assert "peak Shirley" in text
    estimated = replace(fit, noise_model="estimated-proportional")
    assert "errors rescaled by χ²ᵣ" in _methods(project.with_fit(estimated))


@pytest.mark.parametrize(
    ("charge", "text"),
    [
        (ChargeReference(), "as measured, without charge correction"),
        (ChargeReference("manual", -0.25), "shifted by −0.25 eV, given by hand"),
    ],
)
def test_methods_tell_the_charge_reference(charge: ChargeReference, text: str) -> None:
    project = pair().project
    assert text in _methods(project.with_sample(replace(project.samples[0], charge=charge)))


def test_weak_centers_that_rest_on_expectations_are_told() -> None:
    (weak,) = [fit for fit in mixed().result.regions if fit.held and "s2p" in fit.region.id]
    names = listed(weak.region.component(ref.component).name for ref in weak.held)
    assert f"so that expectations do it: {names}." in _methods(mixed().project)


def test_missing_metadata_are_listed() -> None:
    project = pair().project
    bare = project.entries[0].spectrum.with_(pass_energy_ev=None, dwell_s=None, instrument="")
    changed = replace(
        project, entries=(replace(project.entries[0], spectrum=bare), *project.entries[1:])
    )
    missing = " | ".join(methods(changed, region_tables(changed)).missing)
    where = f"{bare.sample}, S 2p"
    assert f"pass energy: {where}" in missing
    assert f"dwell time: {where}" in missing
    assert f"instrument: {where}" in missing
    assert "transmission function: all spectra" in missing
    assert "photon energy" not in missing


def test_constraints_are_told_in_words() -> None:
    region = pair().project.fits[0].region
    phrases = constraints(region)
    assert "FWHM of Li₂S / free S²⁻, P–S–P equal to that of PS₄³⁻" in phrases
    assert (
        "center of Li₂S / free S²⁻ expected −1.5 ± 0.15 eV (Gaussian expectation) from that of "
        "PS₄³⁻"
    ) in phrases
    assert "FWHM of PS₄³⁻ bound to 0.7 … 1.8 eV" in phrases
    fixed = region.with_param(Ref("ps4", "fwhm"), Param(1.25, vary=False))
    assert "FWHM of PS₄³⁻ fixed at 1.25 eV" in constraints(fixed)


@pytest.mark.parametrize(
    ("parameter", "link", "phrase"),
    [
        ("center", Link("offset", Ref("ps4", "center"), -1.5), "center of Li₂S / free S²⁻ −1.5"),
        (
            "area",
            Link("ratio", Ref("ps4", "area"), 0.25),
            "area of Li₂S / free S²⁻ 0.25 times",
        ),
    ],
)
def test_links_are_told_in_words(parameter: str, link: Link, phrase: str) -> None:
    region = pair().project.fits[0].region
    linked = region.with_param(Ref("li2s", parameter), Param(1.0, link=link)).settled()
    assert any(text.startswith(phrase) for text in constraints(linked))


@pytest.mark.parametrize(
    ("bounds", "phrase"),
    [({"min": 161.0}, "not below 161 eV"), ({"max": 162.5}, "not above 162.5 eV")],
)
def test_one_sided_bounds_are_told(bounds: dict[str, float], phrase: str) -> None:
    region = pair().project.fits[0].region.with_param(Ref("ps4", "center"), Param(161.6, **bounds))
    assert f"center of PS₄³⁻ {phrase}" in constraints(region)


def test_reason_of_a_missing_error_is_told() -> None:
    fit = pair().project.fits[0]
    width, follower = Ref("ps4", "fwhm"), Ref("li2s", "fwhm")
    at_bound = replace(fit, at_bound=(width,))
    assert why_no_error(at_bound, width) == "held back by its bound"
    assert why_no_error(at_bound, follower) == "tied to ps4.fwhm, which is held back by its bound"
    fixed = replace(fit, region=fit.region.with_param(width, Param(1.1, vary=False)))
    assert why_no_error(fixed, width) == "fixed"
    assert why_no_error(fit, width) == "not determined by the data"


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b", "a"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists_read_as_prose(names: list[str], text: str) -> None:
    assert listed(names) == text
