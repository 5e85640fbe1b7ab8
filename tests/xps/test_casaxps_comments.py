"""What CasaXPS stores in comments becomes a region; what cannot be one is told."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import xps
from tests.xps.casa_comments import PHOTONS_EV, comment, component, region, spectrum, tied
from xps.casaxps import stored_fit
from xps.casaxps.grammar import comment_lines, parse_comment
from xps.errors import ReadError
from xps.model import Link, Ref, Region

FREE = (tied(1000, 0, 9e5), tied(1.1, 0.5, 3.0), tied(PHOTONS_EV - 162.0, 1320, 1330))


def only_region(notes: str) -> Region:
    found = stored_fit(spectrum(notes))
    assert found.region is not None, found.notes
    return found.region


def told(notes: str, **changes: object) -> str:
    return "\n".join(stored_fit(spectrum(notes, **changes)).notes)


def test_a_free_component_has_its_values_and_bounds_on_the_scale_of_binding_energies() -> None:
    (found,) = only_region(comment([component(*FREE)])).components
    assert (found.id, found.name, found.shape) == ("s_2p", "S 2p", "gl")
    assert found.area.value == 1000.0
    assert (found.fwhm.value, found.fwhm.min, found.fwhm.max) == (1.1, 0.5, 3.0)
    assert found.center.value == pytest.approx(162.0)
    assert (found.center.min, found.center.max) == pytest.approx((156.6, 166.6))
    assert found.shape_params[0].value == 0.3
    assert not found.shape_params[0].vary


def test_ties_are_counted_from_zero_and_may_point_forward() -> None:
    tied_lines = component(
        tied(500, ref=1, k=0.5), tied(1.1, ref=1), tied(PHOTONS_EV - 163.18, ref=1, k=-1.18)
    )
    first, second = only_region(comment([tied_lines, component(*FREE)])).components
    target = second.id
    assert first.area.link == Link("ratio", Ref(target, "area"), 0.5)
    assert first.fwhm.link == Link("same", Ref(target, "fwhm"))
    assert first.center.link == Link("offset", Ref(target, "center"), 1.18)
    assert first.area.value == 500.0
    assert first.center.value == pytest.approx(163.18)


def test_stale_factors_of_free_numbers_are_ignored() -> None:
    stale = (tied(1000, 0, 9e5, k=0.5), tied(1.1, 0.5, 3, k=7), tied(1324.6, 1320, 1330, k=-13))
    (found,) = only_region(comment([component(*stale)])).components
    assert all(param.link is None for param in found.params.values())
    assert found.center.value == pytest.approx(162.0)


def test_equal_bounds_fix_a_number() -> None:
    (found,) = only_region(comment([component(FREE[0], tied(1, 1, 1), FREE[2])])).components
    assert not found.fwhm.vary
    assert found.area.vary


def test_region_takes_window_weights_and_the_levels_of_casaxps() -> None:
    found = only_region(comment([component(*FREE)]))
    assert found.window_ev == pytest.approx((157.0, 171.0))
    assert found.weights == "equal"
    assert found.stored
    background = found.background
    assert (background.kind, background.average_points) == ("shirley-casaxps", 3)
    assert background.average_around


@pytest.mark.parametrize(
    ("background", "numbers", "kind", "loss"),
    [
        ("U 2 Tougaard", "1 2 0 0 2684 -450 0 0", "tougaard-u2", (2684.0, 450.0, None, 0.0)),
        ("U 3 Tougaard", "1 2 0 0 335 551 436 3", "tougaard-u3-polymer", (335.0, 551.0, 436.0, 3)),
    ],
)
def test_tougaard_backgrounds_keep_their_own_loss_function(
    background: str, numbers: str, kind: str, loss: tuple[float, ...]
) -> None:
    notes = comment([component(*FREE)], regions=[region(background=background, numbers=numbers)])
    found = only_region(notes).background
    assert found.kind == kind
    assert found.own_loss is not None
    own = found.own_loss
    assert (own.b, own.c, own.d, own.gap_ev) == loss


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("GL(30)", "gl", (0.3,)),
        ("SGL(70)", "sgl", (0.7,)),
        ("GL(100)", "lorentzian", ()),
        ("LA(243)", "la-symmetric", (1.0, 243.0)),
        ("LA(1.53,243)", "la-symmetric", (1.53, 243.0)),
        ("LA(2.5,2.8,70)", "la", (2.5, 2.8, 70.0)),
    ],
)
def test_shapes_are_those_of_casaxps(text: str, kind: str, values: tuple[float, ...]) -> None:
    (found,) = only_region(comment([component(*FREE, shape=text)])).components
    assert found.shape == kind
    assert tuple(param.value for param in found.shape_params) == values


@pytest.mark.parametrize(
    "text", ["&TIO", "%&<>CO", "DS(0.1,20)", "GL(30)T(2)", "GL()", "GL(x)", "LA(0.4,0.4,9)", ""]
)
def test_a_shape_that_doublet_does_not_have_is_told_with_its_component(text: str) -> None:
    notes = comment([component(*FREE, shape=text, name="odd one")])
    assert stored_fit(spectrum(notes)).region is None
    said = told(notes)
    assert "the stored fit is left out" in said
    assert repr(text) in said
    assert "odd one" in said


def test_lf_is_read_as_an_experiment_and_said_to_be() -> None:
    found = stored_fit(spectrum(comment([component(*FREE, shape="LF(0.54,10,80,100,6)")])))
    assert found.region is not None
    assert found.region.components[0].shape == "lf"
    assert any("experimental" in text for text in found.inexact)
    assert set(found.inexact) <= set(found.notes)


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        (comment([component(*FREE)], regions=[region(background="Min Limits")]), "'Min Limits'"),
        (comment([component(*FREE)], regions=[]), "components but no region"),
        (comment([component(tied(1, ref=5), *FREE[1:])]), "component 5, which is not there"),
        (comment([component(tied(1, ref=0), *FREE[1:])]), "component 0, which is not there"),
        (comment([component(tied(1, ref=1), *FREE[1:]), component(tied(1, ref=0), *FREE[1:])]),
         "run in a circle"),
        (comment([component(tied(1, ref=1, k=-1), *FREE[1:]), component(*FREE)]), "a ratio"),
        (comment([component(*FREE)]).replace("MFWHM", "WIDTH"), "cannot be read"),
        (comment([component(*FREE)]).replace("1.1 0.5", "nan 0.5"), "is not a number"),
        ("Casa Info Follows\n0\n0\n9\nCASA region (*x*)", "fewer regions than it announces"),
        ("Casa Info Follows\nCreation", "instead of the number of its processing"),
    ],
)  # fmt: skip
def test_what_is_no_fit_is_left_out_with_its_reason(notes: str, said: str) -> None:
    assert stored_fit(spectrum(notes)).region is None
    assert said in told(notes)


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        (comment([component(*FREE)], processing=["Sm SG D(2) P(5)"]), "'Sm SG D(2) P(5)' is not"),
        (comment([component(*FREE)], processing=["KECalib 10"]), "'KECalib 10' is not applied"),
        (comment([component(*FREE, expression="A*2")]), "constraint 'A*2' is not applied"),
        (comment([component(*FREE)], regions=[region(numbers="1 4 2 1 1 -450 0 0")]),
         "offsets of 2 and 1 %"),
        (comment([component(*FREE)], regions=[region(), region(20, 40, name="other")]),
         "the region other (Shirley) is left out"),
        (comment([component(*FREE)], regions=[region(background="Tougaard")]), "within a few"),
    ],
)  # fmt: skip
def test_what_is_only_in_part_as_in_casaxps_is_told(notes: str, said: str) -> None:
    assert stored_fit(spectrum(notes)).region is not None
    assert said in told(notes)


def test_a_spectrum_without_a_photon_energy_has_no_stored_fit() -> None:
    binding = spectrum("").binding_energy_ev
    changes = {"photon_energy_ev": None, "axis": "binding", "energy_ev": binding}
    assert "the photon energy is unknown" in told(comment([component(*FREE)]), **changes)


@pytest.mark.parametrize("notes", ["", "Creation\nCASA comp (*x*)"])
def test_a_comment_of_others_holds_nothing(notes: str) -> None:
    found = stored_fit(spectrum(notes))
    assert (found.region, found.notes) == (None, ())


# --- calibration ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "shift"),
    [
        ([], 0.0),
        (["Calib M = 281.1700 A = 284.8 BE ADD"], 3.63),
        (["Calib M = 281.1700 A = 284.8 BE ADD", "Calib M = 284.7999 A = 284.8 BE ADD"], 3.6301),
        (["Calib M = 1200 A = 1201.5 KE ADD"], -1.5),
        (["Calib M = 155,170 A = 161 BE ADD"], -1.0),
        (["Calib M = 160 A = 161 BE ADD", "Calib M = 162,165 A = 162 BE ADD"], 0.0),
    ],
)
def test_calibrations_add_up(lines: list[str], shift: float) -> None:
    found = stored_fit(spectrum(comment([component(*FREE)], processing=lines)))
    assert found.calibration.shift_ev == pytest.approx(shift, abs=1e-9)
    assert found.calibration.is_set == bool(lines)
    assert found.region is not None
    assert found.region.components[0].center.value == pytest.approx(162.0)


def test_a_range_that_the_spectrum_does_not_cover_is_told_and_not_applied() -> None:
    notes = comment([component(*FREE)], processing=["Calib M = 280,290 A = 284 BE ADD"])
    found = stored_fit(spectrum(notes))
    assert found.calibration.shift_ev == 0.0
    assert "another spectrum" in told(notes)


def test_regions_and_components_that_were_not_moved_are_moved_now() -> None:
    line = "Calib M = 160 A = 161 Regions Comps BE ADD"
    found = stored_fit(spectrum(comment([component(*FREE)], processing=[line])))
    assert found.region is not None
    assert found.region.components[0].center.value == pytest.approx(163.0)
    assert found.region.window_ev == pytest.approx((158.0, 172.0))
    assert any("check their energies" in note for note in found.notes)


# --- the grammar, against real files and an independent parse of them ----------------------------


def test_a_comment_is_written_as_it_was_read() -> None:
    notes = comment(
        [component(*FREE), component(tied(1, ref=0, k=0.5), *FREE[1:])],
        processing=["Calib M = 160 A = 161 BE ADD"],
    )
    found = parse_comment(notes)
    assert found is not None
    assert parse_comment("\n".join(comment_lines(found))) == found


def test_a_count_that_is_too_small_is_an_error() -> None:
    notes = comment([component(*FREE), component(*FREE)]).replace(
        "\n2\nCASA comp", "\n1\nCASA comp"
    )
    with pytest.raises(ReadError, match="more regions or components"):
        parse_comment(notes)


def test_every_stored_fit_reads_as_an_independent_parse_does(shared_data: Path) -> None:
    fits = json.loads((shared_data / "casa_reference.json").read_text(encoding="utf-8"))
    assert len(fits) == 30
    files = {fit["file"]: xps.read(shared_data / fit["file"]) for fit in fits}
    for fit in fits:
        block = files[fit["file"]][fit["block"]]
        found = parse_comment(block.notes)
        assert found is not None
        assert block.photon_energy_ev == fit["hv"]
        shift = stored_fit(block).calibration.shift_ev
        assert shift == pytest.approx(fit["calib_shift_eV"], abs=1e-9)
        for ours, theirs in zip(found.regions, fit["regions"], strict=True):
            window = sorted(fit["hv"] - energy for energy in ours.kinetic_ev)
            assert window == pytest.approx(theirs["be_window"], abs=1e-4)
            assert ours.background == theirs["background"]
            assert list(ours.cross_section) == theirs["cross_section"]
            assert ours.average_width == theirs["avg_width"]
        for one, other in zip(found.components, fit["components"], strict=True):
            assert (one.name, one.shape) == (other["name"], other["shape"])
            assert fit["hv"] - one.position.value == pytest.approx(other["be_eV"], abs=1e-4)
            assert math.isclose(one.area.value, other["area_cps_eV"])
            assert math.isclose(one.fwhm.value, other["fwhm_eV"])
            for number, key in (
                (one.area, "area_link"), (one.fwhm, "fwhm_link"), (one.position, "position_link_KE")
            ):  # fmt: skip
                assert [number.target, number.amount] == other[key]
