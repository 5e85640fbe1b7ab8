"""What is written for CasaXPS reads back as the same model; what it does not have is told."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import xps
from tests.xps.commands import Run
from tests.xps.projects import fitted
from xps.analysis import apply_recipe
from xps.casaxps import stored_fit
from xps.casaxps.export import casaxps_bytes, write_casaxps
from xps.casaxps.grammar import DIGITS, parse_comment
from xps.casaxps.shapes import shape_of, shape_text
from xps.errors import RecipeError
from xps.levels import levels
from xps.lineshapes import SHAPES
from xps.losses import LossFunction
from xps.model import Background, Component, Doublet, Link, Param, Prior, Ref, Region, Singlet
from xps.project import ChargeReference, Project
from xps.readers.content import Content
from xps.readers.vamas import read as read_vamas
from xps.spectrum import Spectrum

PHOTONS_EV = 1486.69
LEVELS = ("S 2p", "O 1s", "Mo 3d", "W 4f")
REPRESENTABLE = ("gl", "sgl", "lorentzian", "la", "la-symmetric")

words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
areas = st.floats(1e-3, 1e6)


def bounds(value: float, low: float, high: float) -> st.SearchStrategy[Param]:
    """A free number with bounds on either, both or no side, or a fixed one."""
    ends = st.tuples(st.sampled_from([-math.inf, low]), st.sampled_from([math.inf, high]))
    return ends.map(lambda pair: Param(value, min=pair[0], max=pair[1])) | st.just(
        Param(value, vary=False)
    )


@st.composite
def components(draw: st.DrawFn, number: int, others: list[str], level: str) -> Component:
    kind = draw(st.sampled_from(REPRESENTABLE))
    shape = tuple(
        Param(
            draw(st.floats(p.low, min(p.high, 0.99 if p.name == "mixing" else p.high))), vary=False
        )
        for p in SHAPES[kind].parameters
    )
    area, width = draw(areas), draw(st.floats(0.2, 5.0))
    center = draw(st.floats(20.0, 1200.0))
    params = {
        "area": draw(bounds(area, 0.0, 2e6)),
        "center": draw(bounds(center, 10.0, 1300.0)),
        "fwhm": draw(st.just(Param(width, min=0.1, max=9.0)) | st.just(Param(width, vary=False))),
    }
    for name in params:
        if others and draw(st.booleans()):
            target = Ref(draw(st.sampled_from(others)), name)
            distances = st.floats(-20.0, 20.0).filter(bool)
            ratios = st.floats(0.01, 10.0).filter(lambda k: k != 1.0)
            other = (
                distances.map(lambda by, to=target: Link("offset", to, by))
                if name == "center"
                else ratios.map(lambda by, to=target: Link("ratio", to, by))
            )
            link = draw(st.just(Link("same", target)) | other)
            params[name] = Param(1.0, link=link)
    lines: Singlet | Doublet = Singlet()
    if level in levels() and draw(st.booleans()):
        known = levels()[level]
        labels = {"p": ("2p3/2", "2p1/2"), "d": ("3d5/2", "3d3/2"), "f": ("4f7/2", "4f5/2")}
        splitting, ratio_ = draw(
            st.tuples(st.floats(0.3, 20.0), st.floats(0.1, 2.0))
            | st.just((known.splitting_ev, known.ratio))
        )
        lines = Doublet(labels[level[-1]], splitting, ratio_, "as stored in CasaXPS")
    return Component(f"c{number}", draw(names), lines, kind, **params, shape_params=shape)


@st.composite
def regions(draw: st.DrawFn) -> Region:
    level = draw(st.sampled_from(LEVELS))
    low = draw(st.floats(0.0, 1200.0))
    width = draw(st.integers(1, 20))
    c = draw(st.floats(10.0, 5000.0))
    two = LossFunction("own", "U 2 Tougaard", draw(areas), c, None, "stored by CasaXPS")
    three = LossFunction(
        "own", "U 3 Tougaard", draw(areas), 551.0, draw(st.floats(1.0, 2000.0)),
        "stored by CasaXPS", draw(st.floats(0.0, 9.0)),
    )  # fmt: skip
    kind, loss = draw(
        st.sampled_from(
            [
                ("shirley-casaxps", None),
                ("linear", None),
                ("tougaard-u2", two),
                ("tougaard-u3-polymer", three),
            ]
        )
    )
    made: list[Component] = []
    for number in range(draw(st.integers(0, 4))):
        made.append(draw(components(number, [c.id for c in made], level)))
    order = draw(st.permutations(made))  # ties also lead to components that come later
    region = Region(
        "r",
        "s0",
        level,
        (low, low + draw(st.floats(0.5, 60.0))),
        Background(kind, average_points=2 * width - 1, average_around=True, own_loss=loss),
        tuple(order),
        "equal",
        True,
    )
    try:
        return region.settled()
    except RecipeError as error:
        if "fwhm" not in error.reason:
            raise
        reject()  # a tie to a tie to a tie made a width that no line has


def spectrum(level: str | None = "S 2p", **changes: object) -> Spectrum:
    return Spectrum(
        PHOTONS_EV - np.arange(150.0, 180.0, 0.1),
        np.arange(300.0),
        axis="kinetic",
        name="measured",
        sample="a sample",
        core_level=level,
        photon_energy_ev=PHOTONS_EV,
        dwell_s=0.5,
        sweeps=3.0,
    ).with_(**changes)


def project(region: Region, charge: ChargeReference, **changes: object) -> Project:
    one = Project().with_spectra((spectrum(region.core_level, **changes),))
    return one.with_sample(replace(one.samples[0], charge=charge)).with_region(region)


def reread(data: bytes) -> list[Spectrum]:
    return read_vamas(Content("x.vms", data))[0]


def assert_close(found: float, expected: float) -> None:
    """Equal to the digits that are printed, of a kinetic energy where it is one."""
    scale = max(abs(expected), PHOTONS_EV)
    assert found == expected or abs(found - expected) < 10.0 ** (1 - DIGITS) * scale


def assert_same(found: Region, expected: Region) -> None:
    assert found.core_level == expected.core_level
    assert (found.weights, found.stored) == (expected.weights, expected.stored)
    for one, other in zip(found.window_ev, expected.window_ev, strict=True):
        assert_close(one, other)
    ours, theirs = found.background, expected.background
    assert (ours.kind, ours.average_points) == (theirs.kind, theirs.average_points)
    assert ours.average_around == theirs.average_around
    assert (ours.own_loss is None) == (theirs.own_loss is None)
    if ours.own_loss is not None and theirs.own_loss is not None:
        for name in ("b", "c", "d", "gap_ev"):
            a, b = getattr(ours.own_loss, name), getattr(theirs.own_loss, name)
            assert a == b or math.isclose(a, b, rel_tol=1e-9)
    id_of = {c.id: d.id for c, d in zip(expected.components, found.components, strict=True)}
    for one, other in zip(found.components, expected.components, strict=True):
        assert (one.name, one.shape) == (other.name, other.shape)
        assert len(one.lines.lines) == len(other.lines.lines)
        for a, b in zip(one.lines.lines, other.lines.lines, strict=True):
            assert a.offset_ev == pytest.approx(b.offset_ev, rel=1e-9)
            assert a.fraction == pytest.approx(b.fraction, rel=1e-9)
        for name, param in other.params.items():
            again = one.params[name]
            assert_close(again.value, param.value)
            if param.link is not None:
                assert again.link is not None
                target = param.link.target
                assert again.link.target == Ref(id_of[target.component], target.parameter)
                assert again.link.kind == param.link.kind
                assert again.link.amount == pytest.approx(param.link.amount, rel=1e-8)
                continue
            assert again.link is None
            assert again.vary == param.vary
            if param.vary:
                assert_close(again.min, param.min)
                assert_close(again.max, param.max)


charges = st.just(ChargeReference()) | st.floats(-20.0, 20.0).filter(lambda x: abs(x) > 1e-3).map(
    lambda shift: ChargeReference("manual", shift)
)


@given(regions(), charges)
def test_a_model_reads_back_to_the_printed_digits(region: Region, charge: ChargeReference) -> None:
    data, notes = casaxps_bytes(project(region, charge))
    assert not [note for note in notes if "left out" in note]
    (again,) = reread(data)
    found = stored_fit(again)
    assert found.notes == ()
    assert found.region is not None
    assert found.calibration.shift_ev == pytest.approx(charge.shift_ev, abs=1e-8)
    assert_same(found.region, region)


@given(regions(), charges)
def test_what_was_read_back_is_written_again_as_it_was(
    region: Region, charge: ChargeReference
) -> None:
    once, _ = casaxps_bytes(project(region, charge))
    (again,) = reread(once)
    found = stored_fit(again, "r", "s0")
    assert found.region is not None
    (twice,) = reread(casaxps_bytes(project(found.region, charge, notes=again.notes))[0])
    assert_same(found.region, stored_fit(twice).region or region)


def test_real_fits_read_back_to_the_last_digit(shared_data: Path, tmp_path: Path) -> None:
    recipe = xps.load_recipe("stored")
    spectra = tuple(xps.read(shared_data / "casa_vms" / "MoS2_WS2_assigned_A.vms"))
    before, _ = apply_recipe(Project().with_spectra(spectra), recipe)
    path = tmp_path / "again.vms"
    assert write_casaxps(path, before) == ()
    read = tuple(xps.read(path))
    after, _ = apply_recipe(Project().with_spectra(read), recipe)
    assert len(after.regions) == 7
    for one, other in zip(after.regions, before.regions, strict=True):
        assert_same(one, other)
        assert [c.id for c in one.components] == [c.id for c in other.components]
    for old, new in zip(spectra, read, strict=True):
        first, second = parse_comment(old.notes), parse_comment(new.notes)
        assert first is not None
        assert second is not None
        assert second.processing == first.processing
        assert second.after == first.after
        assert second.components == () or len(second.components) == len(first.components)
        np.testing.assert_array_equal(new.intensity, old.intensity)


# --- what CasaXPS does not have --------------------------------------------------------------


LF = tuple(Param(value, vary=False) for value in (1.0, 1.0, 0.1, 9.0))
WIDTH = Param(1.0, min=0.2, max=5.0)


def line(**changes: object) -> Component:
    shape = Param(0.3, vary=False)
    plain = Component("a", "a", Singlet(), "gl", Param(9.0), Param(162.0), WIDTH, (shape,))
    return replace(plain, **changes)


def told(*lines: Component, background: Background | None = None, **changes: object) -> str:
    background = background or Background("shirley-casaxps", average_points=3, average_around=True)
    region = Region("r", "s0", "S 2p", (157.0, 171.0), background, lines, "equal")
    data, notes = casaxps_bytes(project(replace(region, **changes), ChargeReference()))
    head = data.decode().partition("CasaRowLabel")[0]
    assert all(note in head for note in notes)
    return "\n".join(notes)


def test_a_fit_that_casaxps_can_hold_needs_no_word() -> None:
    assert told(line()) == ""


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (line(shape="lf", shape_params=LF), "left out"),
        (line(center=Param(162.0, prior=Prior(162.0, 0.1))), "expectations"),
        (line(shape_params=(Param(0.3, min=0.1, max=0.5),)), "are fixed in CasaXPS"),
        (line(species="ps4"), "names stay"),
        (line(shape="voigt", shape_params=(Param(0.5, vary=False),)), "written as LA"),
        (line(shape="pseudo-voigt", shape_params=(Param(0.5, vary=False),)), "written as SGL"),
    ],
)
def test_what_a_component_loses_is_told(component: Component, said: str) -> None:
    assert said in told(component)


def test_a_tie_that_casaxps_does_not_have_is_told_and_left_free() -> None:
    wider = line(id="b", fwhm=Param(1.5, link=Link("offset", Ref("a", "fwhm"), 0.5)))
    assert "the tie of its width has no form in CasaXPS" in told(line(), wider)


@pytest.mark.parametrize(
    ("background", "said"),
    [
        (Background("peak-shirley"), "fitted with the peaks"),
        (Background("peak-tougaard"), "fitted with the peaks"),
        (Background("smart"), "written as Shirley"),
        (Background("linear"), "not inside them"),
    ],
)
def test_what_a_background_loses_is_told(background: Background, said: str) -> None:
    assert said in told(line(), background=background)


def test_weights_of_counts_are_told() -> None:
    assert "weighs all points alike" in told(line(), weights="noise")


def test_masked_points_are_told() -> None:
    masked = project(
        Region("r", "s0", "S 2p", (157.0, 171.0), Background("linear"), ()),
        ChargeReference(),
        masked_ev=((1320.0, 1320.5),),
    )
    assert any("masked points" in note for note in casaxps_bytes(masked)[1])


def test_a_spectrum_without_photon_energy_keeps_its_data_and_loses_its_fit() -> None:
    binding = {"photon_energy_ev": None, "axis": "binding", "energy_ev": np.arange(150.0, 180, 0.1)}
    region = Region("r", "s0", "S 2p", (157.0, 171.0), Background("linear"), (line(),))
    data, notes = casaxps_bytes(project(region, ChargeReference(), **binding))
    assert "the photon energy is unknown" in notes[0]
    assert reread(data)[0].n_points == 300


@pytest.mark.parametrize("kind", [kind for kind in SHAPES if kind not in ("lf", "doniach-sunjic")])
def test_shapes_are_written_as_the_same_curve(kind: str) -> None:
    values = tuple(p.default if p.name != "mixing" else 0.4 for p in SHAPES[kind].parameters)
    if kind == "exponential-tail":
        with pytest.raises(RecipeError, match="no such curve"):
            shape_text(kind, values)
        return
    text, _ = shape_text(kind, values)
    again, params = shape_of(text)
    energy = np.linspace(150.0, 175.0, 501)
    ours = SHAPES[kind](energy, 162.0, 1.2, *values)
    theirs = SHAPES[again](energy, 162.0, 1.2, *(param.value for param in params))
    np.testing.assert_allclose(theirs, ours, atol=1e-6 * ours.max())


def test_hostile_names_stay_in_their_place() -> None:
    nasty = "x*) (*GL(99)*) Area 1\r\nCASA comp (*y\u2028z"
    (again,) = reread(
        casaxps_bytes(
            project(
                Region("r", "s0", "S 2p", (157.0, 171.0), Background("linear"),
                       (line(name=nasty),)),
                ChargeReference(),
            )
        )[0]
    )  # fmt: skip
    found = stored_fit(again).region
    assert found is not None
    assert found.components[0].name == "x* ) (*GL(99)* ) Area 1 CASA comp (*y z"
    assert found.components[0].shape == "gl"


# --- where it is asked for -------------------------------------------------------------------


def test_export_of_a_session_by_its_ending(run: Run, example_session: Path, tmp_path: Path) -> None:
    path = tmp_path / "for casa.vms"
    ended = run("export", str(example_session), "--to", str(path))
    assert ended.code == 0
    assert "note: " in ended.out
    original = fitted()
    spectra = xps.read(path)
    assert len(spectra) == len(original.entries)
    counted = [
        len(found.components) for s in spectra if (found := parse_comment(s.notes)) is not None
    ]
    lines = {r.spectrum: sum(len(c.lines.lines) for c in r.components) for r in original.regions}
    assert counted == [lines.get(entry.id, 0) for entry in original.entries]


def test_fit_writes_for_casaxps(run: Run, tmp_path: Path) -> None:
    source, path = tmp_path / "in.vms", tmp_path / "out.vms"
    region = Region("r", "s0", "S 2p", (157.0, 171.0), Background("linear"), (line(),))
    x = np.arange(150.0, 180.0, 0.1)
    peak = np.rint(100.0 + 500.0 * np.exp(-2.77 * (x - 162.0) ** 2))
    write_casaxps(source, project(region, ChargeReference(), intensity=peak))
    ended = run("fit", str(source), "--recipe", "stored", "--casaxps", str(path))
    assert ended.code == 0
    (again,) = xps.read(path)
    found = stored_fit(again).region
    assert found is not None
    assert found.components[0].center.value == pytest.approx(162.0, abs=0.01)
