import math

import pytest

from app.gestures import background_gestures, gestures
from app.gestures.component_gestures import set_link
from tests.app.projects import fitted, opened, region_id, started
from tests.xps.casa_comments import PHOTONS_EV, comment, component, region, spectrum, tied
from xps.analysis import apply_recipe
from xps.errors import XpsError
from xps.model import Link, Ref
from xps.project import Project
from xps.recipe import load_recipe


def test_a_value_is_set_and_what_is_tied_to_it_follows() -> None:
    project = started()
    id_ = region_id(project, "S 2p")
    changed, text = gestures.set_value(project, id_, Ref("ps4", "fwhm"), 1.3)
    region = changed.region(id_)
    assert region.component("ps4").fwhm.value == 1.3
    assert region.component("li2s").fwhm.value == 1.3
    assert text == "Set FWHM of PS₄³⁻ to 1.3 eV"


def test_a_value_outside_its_bounds_is_refused_with_the_bounds() -> None:
    project = started()
    id_ = region_id(project, "S 2p")
    with pytest.raises(XpsError, match=r"between 161 and 162\.2"):
        gestures.set_value(project, id_, Ref("ps4", "center"), 165.0)


def test_a_tied_value_cannot_be_set() -> None:
    project = started()
    with pytest.raises(XpsError, match="untie"):
        gestures.set_value(project, region_id(project, "S 2p"), Ref("li2s", "fwhm"), 1.3)


@pytest.mark.parametrize("vary", [True, False])
@pytest.mark.parametrize("width", [0.0, -1.0])
def test_a_width_must_be_above_zero(width: float, vary: bool) -> None:
    id_, ref = region_id(started(), "S 2p"), Ref("ps4", "fwhm")
    project = gestures.set_bounds(started(), id_, ref, -math.inf, math.inf).project
    project = gestures.set_vary(project, id_, ref, vary).project
    with pytest.raises(XpsError):
        gestures.set_value(project, id_, ref, width)


@pytest.mark.parametrize(("name", "low", "high"), [("fwhm", 0.01, math.inf), ("mixing", 0, 1)])
def test_emptied_bounds_of_a_shape_go_as_far_as_it_makes_sense(
    name: str, low: float, high: float
) -> None:
    id_ = region_id(started(), "S 2p")
    changed = gestures.set_bounds(started(), id_, Ref("ps4", name), -math.inf, math.inf).project
    param = changed.region(id_).param(Ref("ps4", name))
    assert (param.min, param.max) == (low, high)


def test_new_bounds_take_the_value_with_them() -> None:
    project = started()
    id_ = region_id(project, "S 2p")
    changed, text = gestures.set_bounds(project, id_, Ref("ps4", "center"), 161.8, 162.5)
    assert changed.region(id_).component("ps4").center.value == 161.8
    assert text == "Bound center of PS₄³⁻ to 161.8 … 162.5"


def test_bounds_in_the_wrong_order_are_refused() -> None:
    project = started()
    with pytest.raises(XpsError, match="lower bound"):
        gestures.set_bounds(project, region_id(project, "S 2p"), Ref("ps4", "center"), 163, 160)


def test_tying_and_untying_keeps_the_value() -> None:
    project = started()
    id_ = region_id(project, "S 2p")
    tied = set_link(project, id_, Ref("sulfite", "fwhm"), Link("same", Ref("ps4", "fwhm"))).project
    assert tied.region(id_).component("sulfite").fwhm.value == (
        tied.region(id_).component("ps4").fwhm.value
    )
    free, text = set_link(tied, id_, Ref("sulfite", "fwhm"), None)
    assert free.region(id_).component("sulfite").fwhm.is_free
    assert text == "Untie FWHM of sulfite SO₃²⁻"


def test_ties_in_a_circle_are_refused() -> None:
    project = started()
    with pytest.raises(XpsError, match="circle"):
        set_link(
            project,
            region_id(project, "S 2p"),
            Ref("ps4", "fwhm"),
            Link("same", Ref("li2s", "fwhm")),
        )


def test_an_added_component_starts_with_an_area_from_the_data_and_its_own_id() -> None:
    project = fitted()
    id_ = region_id(project, "S 2p")
    once = gestures.add_component(project, id_, "s0").project
    twice, text = gestures.add_component(once, id_, "s0")
    ids = [component.id for component in twice.region(id_).components]
    assert ids[-2:] == ["s0", "s0_2"]
    assert text.startswith("Add S⁰")
    assert not twice.is_fresh(id_)


def test_an_added_component_has_the_shape_that_all_others_share() -> None:
    project = started()
    id_ = region_id(project, "S 2p")
    ids = [component.id for component in project.region(id_).components]
    project = gestures.set_shape(project, id_, ids, "la").project
    added = gestures.add_component(project, id_, "s0").project.region(id_).component("s0")
    assert added.shape == "la"
    assert [param.link for param in added.shape_params] == [
        Link("same", Ref("ps4", name)) for name in ("alpha", "beta", "gauss")
    ]


def test_an_added_component_has_its_own_shape_where_others_do() -> None:
    project = started()
    id_ = region_id(project, "S 2p")
    project = set_link(project, id_, Ref("sulfate", "mixing"), None).project
    added = gestures.add_component(project, id_, "s0").project.region(id_).component("s0")
    assert added.params["mixing"].is_free


def test_a_removed_component_frees_what_was_tied_to_it() -> None:
    project = fitted()
    id_ = region_id(project, "S 2p")
    changed, text = gestures.remove_component(project, id_, "ps4")
    assert [c.id for c in changed.region(id_).components] == [
        "li2s", "p_s_p", "sulfite", "sulfate",
    ]  # fmt: skip
    assert text == f"Remove PS₄³⁻ from S 2p of {project.samples[0].name}"


def test_a_renamed_sample_keeps_spectra_regions_and_fresh_fits() -> None:
    project = fitted()
    old = project.samples[0].name
    changed, text = gestures.rename_sample(project, old, "  시료   1 ")
    assert changed.samples[0].name == "시료 1"
    assert text == f"Rename sample {old} to 시료 1"
    assert all(changed.is_fresh(region.id) for region in changed.regions)


@pytest.mark.parametrize("name", ["", "   "])
def test_a_sample_needs_a_name(name: str) -> None:
    with pytest.raises(XpsError, match="name"):
        gestures.rename_sample(opened(), opened().samples[0].name, name)


def test_two_samples_cannot_have_one_name() -> None:
    first, second = (sample.name for sample in opened().samples)
    with pytest.raises(XpsError, match="already"):
        gestures.rename_sample(opened(), first, second)


def test_a_removed_sample_takes_its_spectra_with_it() -> None:
    first, second = (sample.name for sample in opened().samples)
    changed, text = gestures.remove_sample(opened(), first)
    assert [sample.name for sample in changed.samples] == [second]
    assert {entry.sample for entry in changed.entries} == {second}
    assert text == f"Remove sample {first}"


def test_a_manual_shift_makes_the_fits_of_its_sample_stale_and_no_others() -> None:
    project = fitted()
    changed, _ = gestures.set_manual_shift(project, project.samples[0].name, 0.5)
    stale = {region.id for region in changed.regions if not changed.is_fresh(region.id)}
    assert stale == {region_id(project, "S 2p"), region_id(project, "O 1s")}


def test_the_reference_line_can_be_chosen_again_after_a_manual_shift() -> None:
    project = fitted()
    name = project.samples[0].name
    manual = gestures.set_manual_shift(project, name, 0.5).project
    again = gestures.set_charge_method(manual, name, "component").project
    assert again.sample(name).charge.method == "component"
    assert again.sample(name).charge.component == "ps4"


def test_as_measured_means_no_shift() -> None:
    project = fitted()
    name = project.samples[0].name
    charge = gestures.set_charge_method(project, name, "none").project.sample(name).charge
    assert (charge.method, charge.shift_ev, charge.stderr_ev) == ("none", 0.0, None)


def test_a_window_needs_its_lower_end_first() -> None:
    project = started()
    with pytest.raises(XpsError, match="lower"):
        gestures.set_window(project, region_id(project, "S 2p"), 173.0, 157.0)


def test_another_background_gives_up_the_loss_function_of_the_file() -> None:
    lines = [component(tied(900, 0, 9e5), tied(1.2, 0.5, 3), tied(PHOTONS_EV - 162.0, 1320, 1330))]
    notes = comment(lines, regions=[region(background="U 2 Tougaard")])
    project, _ = apply_recipe(Project().with_spectra((spectrum(notes),)), load_recipe("stored"))
    (stored,) = project.regions
    assert stored.background.own_loss is not None
    change = background_gestures.set_background(project, stored.id, "linear", "u2")
    (changed,) = change.project.regions
    assert (changed.background.kind, changed.background.own_loss) == ("linear", None)
    assert changed.background.average_around
