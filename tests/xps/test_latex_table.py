from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.example import hostile, mixed, pair, stale
from xps.latex_table import LABEL, latex_bytes, typeset
from xps.numbers_text import with_error
from xps.printed_table import printed_table
from xps.project import Project, Sample


def latex(case: object) -> str:
    return latex_bytes(case.project, case.failures).decode("utf-8")


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("{")]


def test_every_component_has_a_row_of_as_many_cells_as_the_head() -> None:
    text = latex(pair())
    head, again, *found = rows(text)
    assert again == head  # of the pages after the first
    components = [c for region in pair().project.regions for c in region.components]
    assert len(found) == len(components)
    assert {len(re.findall(r"(?<!\\)&", row)) for row in found} == {head.count("&")} == {5}


def test_numbers_stand_with_their_errors() -> None:
    text = latex(pair())
    for fit in pair().result.regions:
        for index, component in enumerate(fit.region.components):
            error = fit.area_covariance[index, index] ** 0.5
            assert typeset(with_error(component.area.value, error)) in text


def test_limits_replace_what_is_not_significant_and_are_explained() -> None:
    text = latex(mixed())
    assert re.search(r"\{\\textless\{\} [\d.]+ \(95 \\%\)\}", text)
    assert r"\textless{} marks upper 95 \% limits" in text


def test_failed_and_stale_regions_say_so() -> None:
    assert "no peak between 524 and 538.5 eV" in latex(mixed())
    assert "changed after this fit" in latex(stale())


def test_environment_is_opened_and_closed() -> None:
    text = latex(pair())
    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") == 1
    assert text.index(r"\toprule") < text.index(r"\midrule") < text.index(r"\bottomrule")


def test_caption_names_core_levels_and_samples_and_the_label_can_be_referred_to() -> None:
    text = latex(pair())
    (caption,) = (line for line in text.splitlines() if line.startswith(r"\caption{"))
    samples = dict.fromkeys(entry.sample for entry in pair().project.entries)
    assert all(typeset(name) in caption for name in (*samples, "S 2p", "O 1s"))
    assert caption.endswith(rf"\label{{{LABEL}}}\\")
    assert text.index(r"\caption{") < text.index(r"\endfirsthead") < text.index(r"\endhead")


def test_caption_counts_samples_that_are_too_many_to_name() -> None:
    project = pair().project
    entry, region = project.entries[0], project.regions[0]
    entries = tuple(
        replace(entry, id=f"{n}", spectrum=entry.spectrum.with_(sample=f"piece {n}"))
        for n in range(5)
    )
    many = Project(
        samples=tuple(Sample(each.sample) for each in entries),
        entries=entries,
        regions=tuple(replace(region, id=e.id, spectrum=e.id) for e in entries),
    )
    assert printed_table(many).caption.endswith("of 5 samples.")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("∝ E^0.75", r"\ensuremath{\propto} E\textasciicircum{}0.75"),
        ("PS₄³⁻", r"PS\textsubscript{4}\textsuperscript{3\ensuremath{-}}"),
        ("160.07 ± 0.03", r"160.07 \ensuremath{\pm} 0.03"),
        ("P–S–P", r"P\textendash{}S\textendash{}P"),
        ("50 % of a_b", r"50 \% of a\_b"),
    ],
)
def test_signs_of_chemistry_are_typeset(text: str, wanted: str) -> None:
    assert typeset(text) == wanted


def test_power_of_ten_is_raised() -> None:
    project = pair().project
    fit = project.fits[0]
    component = fit.region.components[0]
    large = component.with_param("area", component.area.at(1.2e9))
    region = fit.region.with_component(large)
    text = latex_bytes(project.with_fit(replace(fit, region=region))).decode()
    assert r"\ensuremath{\times}10\textsuperscript{9}" in text


@given(st.text(st.characters(), max_size=30))
def test_no_text_opens_a_command_a_comment_or_a_group(text: str) -> None:
    written = typeset(text)
    for command in re.findall(r"\\([a-zA-Z]+|.)", written):
        assert command in KNOWN, command
    bare = re.sub(r"\\[{}$&#%_]", "", written)
    assert not re.search(r"[$&#%_^~]", bare)
    assert bare.count("{") == bare.count("}")


KNOWN = {
    *"{}$&#%_",
    *"textbackslash textasciicircum textasciitilde textless textgreater textbar".split(),
    *"textquotedbl textasciigrave textsubscript textsuperscript ensuremath".split(),
    *"textperiodcentered textendash textemdash dots textdegree textmu".split(),
    *"pm times Delta alpha beta delta eta theta lambda nu pi sigma chi".split(),
    *"le ge approx propto infty rightarrow".split(),
}


def test_hostile_names_hold_no_command() -> None:
    text = latex(hostile())
    assert r"\frac" not in text
    assert r"\textbackslash{}frac" in text


def test_letters_beyond_latin_are_announced() -> None:
    assert "LuaLaTeX" in latex(hostile())
    assert "LuaLaTeX" not in latex(pair())


def test_units_are_in_the_head_where_they_are_the_same() -> None:
    assert printed_table(pair().project).head[3] == "Area / (counts/s·eV)"
