from app.fitting.fit_merge import merge_fits
from app.gestures.gestures import (
    remove_entry,
    remove_region,
    rename_sample,
    set_manual_shift,
    set_value,
    set_vary,
)
from tests.app.projects import fitted, region_id, started
from xps.analysis import fit_project
from xps.model import Ref


def test_fits_of_an_unchanged_project_are_all_taken() -> None:
    before, after = started(), fitted()
    merged = merge_fits(before, before, after)
    assert set(merged.taken) == {region.id for region in before.regions}
    assert merged.dropped == ()
    assert merged.project.regions == after.regions
    assert merged.project.samples == after.samples
    assert all(merged.project.is_fresh(region.id) for region in before.regions)


def test_a_region_that_changed_while_it_was_fitted_keeps_the_change() -> None:
    before, after = started(), fitted()
    changed = region_id(before, "O 1s", sample=1)
    present = set_value(before, changed, Ref("lattice_o", "center"), 529.5).project
    merged = merge_fits(present, before, after)
    assert merged.dropped == (changed,)
    assert merged.project.region(changed) == present.region(changed)
    assert merged.project.fit_of(changed) is None
    assert len(merged.taken) == len(before.regions) - 1


def test_fits_on_the_shift_of_a_dropped_reference_are_dropped_as_well() -> None:
    before, after = started(), fitted()
    reference = region_id(before, "S 2p")
    present = set_vary(before, reference, Ref("ps4", "mixing"), False).project
    merged = merge_fits(present, before, after)
    assert set(merged.dropped) == {reference, region_id(before, "O 1s")}
    first = present.samples[0]
    assert merged.project.sample(first.name) == first


def test_a_shift_typed_while_the_fit_ran_is_not_overwritten() -> None:
    before, after = started(), fitted()
    name = before.samples[0].name
    present = set_manual_shift(before, name, 0.25).project
    merged = merge_fits(present, before, after)
    assert merged.project.sample(name).charge.shift_ev == 0.25
    assert set(merged.taken) == {
        region_id(before, "S 2p", sample=1),
        region_id(before, "O 1s", sample=1),
    }


def test_what_was_removed_while_it_was_fitted_stays_removed() -> None:
    before, after = started(), fitted()
    gone = region_id(before, "O 1s")
    present = remove_region(before, gone).project
    present = remove_entry(present, before.region(region_id(before, "S 2p", 1)).spectrum).project
    merged = merge_fits(present, before, after)
    assert {region.id for region in merged.project.regions} == {r.id for r in present.regions}
    assert gone in merged.dropped


def test_a_sample_renamed_while_it_was_fitted_gets_its_fits() -> None:
    before, after = started(), fitted()
    present = rename_sample(before, before.samples[0].name, "bare").project
    merged = merge_fits(present, before, after)
    assert merged.dropped == ()
    assert merged.project.sample("bare").charge == after.samples[0].charge
    assert all(merged.project.is_fresh(region.id) for region in present.regions)


def test_only_the_regions_that_were_fitted_are_touched() -> None:
    before = fitted()
    one = region_id(before, "O 1s")
    edited = set_value(before, one, Ref("lattice_o", "center"), 529.4).project
    after = fit_project(edited, [one]).project
    merged = merge_fits(edited, edited, after)
    assert merged.taken == (one,)
    for region in before.regions:
        if region.id != one:
            assert merged.project.fit_of(region.id) is before.fit_of(region.id)
