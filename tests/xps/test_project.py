"""The project: edits make new ones, ids stay unique, and every edit of substance shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xps.projects import fitted, one_fit, projects
from xps.errors import RecipeError
from xps.model import Component, Doublet, Link, Param, Prior, Ref, Region, Singlet
from xps.project import ChargeReference, Project, Sample, Step, fingerprint
from xps.spectrum import Source, Spectrum


def spectrum(sample: str = "bare", **changes: Any) -> Spectrum:
    return Spectrum(np.arange(5.0), np.arange(5.0), sample=sample, **changes)


def region_of(project: Project) -> Region:
    return project.regions[0]


# --- frozen ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "thing",
    [
        lambda p: p,
        lambda p: p.samples[0],
        lambda p: p.samples[0].charge,
        lambda p: p.entries[0],
        lambda p: p.entries[0].spectrum,
        lambda p: p.regions[0],
        lambda p: p.regions[0].background,
        lambda p: p.regions[0].components[0],
        lambda p: p.regions[0].components[0].area,
        lambda p: p.fits[0],
    ],
)
def test_nothing_can_be_changed_in_place(thing: Callable[[Project], Any]) -> None:
    frozen = thing(one_fit())
    for field in fields(frozen):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, field.name, None)


def test_arrays_are_read_only() -> None:
    (entry,), (fit,) = one_fit().entries, one_fit().fits
    for array in (entry.spectrum.energy_ev, entry.spectrum.intensity, fit.covariance):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_the_arrays_that_were_given_stay_the_callers_own() -> None:
    counts = np.arange(5.0)
    kept = Spectrum(np.arange(5.0), counts)
    counts[0] = 99.0
    assert kept.intensity[0] == 0.0


def test_an_edit_shares_what_did_not_change() -> None:
    edited = fitted().with_region(replace(region_of(fitted()), window_ev=(158.0, 173.0)))
    assert edited.regions[1] is fitted().regions[1]
    assert edited.entries is fitted().entries
    assert fitted().regions[0].window_ev != (158.0, 173.0)


# --- spectra and samples ---------------------------------------------------------------------


@given(
    st.lists(
        st.one_of(
            st.lists(st.sampled_from(["bare", "시료", "ald", ""]), min_size=1, max_size=3),
            st.integers(0, 9),
        ),
        max_size=12,
    )
)
def test_ids_stay_unique_however_spectra_come_and_go(steps: list[list[str] | int]) -> None:
    project = Project()
    for step in steps:
        if isinstance(step, list):
            project = project.with_spectra(tuple(spectrum(name) for name in step))
        elif project.entries:
            project = project.without_entry(project.entries[step % len(project.entries)].id)
        ids = [entry.id for entry in project.entries]
        assert len(set(ids)) == len(ids)
        names = [sample.name for sample in project.samples]
        assert len(set(names)) == len(names)
        assert set(names) == {entry.sample for entry in project.entries}
        assert all(names)
        assert all(project.entry(entry.id) is entry for entry in project.entries)


def test_samples_stand_in_the_order_of_their_first_spectrum() -> None:
    project = Project().with_spectra(tuple(map(spectrum, ["c", "a", "c", "b"])))
    assert [sample.name for sample in project.samples] == ["c", "a", "b"]
    later = project.with_spectra((spectrum("a"), spectrum("d")))
    assert [sample.name for sample in later.samples] == ["c", "a", "b", "d"]
    without = later.without_entry(later.entries[1].id)
    assert [sample.name for sample in without.samples] == ["c", "a", "b", "d"]
    assert without.without_entry("s0").samples[0].name == "c"


def test_more_spectra_keep_charge_regions_and_fits() -> None:
    more = fitted().with_spectra((spectrum(fitted().samples[0].name), spectrum("new")))
    assert more.samples[:2] == fitted().samples
    assert more.samples[2] == Sample("new", ChargeReference())
    assert more.regions == fitted().regions
    assert all(more.is_fresh(region.id) for region in more.regions)


def test_a_spectrum_without_sample_is_named_after_its_file() -> None:
    origin = Source("2024 시료.vms", "0", "vamas", 0)
    project = Project().with_spectra((spectrum("", origin=origin), spectrum("")))
    assert [sample.name for sample in project.samples] == ["2024 시료.vms", "unnamed sample"]


def test_removing_a_spectrum_removes_its_region_and_fit() -> None:
    region = region_of(fitted())
    less = fitted().without_entry(region.spectrum)
    assert region.spectrum not in [entry.id for entry in less.entries]
    assert [r.id for r in less.regions] == [r.id for r in fitted().regions[1:]]
    assert less.fit_of(region.id) is None
    assert len(less.fits) == len(fitted().fits) - 1
    assert less.samples == fitted().samples


def test_removing_the_last_spectrum_of_a_sample_removes_the_sample() -> None:
    project = one_fit().without_entry(one_fit().entries[0].id)
    assert (project.samples, project.entries, project.regions, project.fits) == ((), (), (), ())


def test_removing_a_region_removes_its_fit_alone() -> None:
    region = region_of(fitted())
    less = fitted().without_region(region.id)
    assert less.entries == fitted().entries
    assert region.id not in [r.id for r in less.regions]
    assert region.id not in [f.region.id for f in less.fits]
    assert less.region_of(region.spectrum) is None


def test_a_fit_replaces_the_one_before_and_sets_the_region() -> None:
    fit = one_fit().fits[0]
    moved = replace(fit, region=replace(fit.region, window_ev=(150.0, 180.0)))
    project = one_fit().with_fit(moved)
    assert project.fits == (moved,)
    assert project.region(fit.region.id).window_ev == (150.0, 180.0)


def test_what_is_not_there_is_a_key_error() -> None:
    for ask in (Project().entry, Project().sample, Project().region):
        with pytest.raises(KeyError):
            ask("?")
    assert Project().fit_of("?") is None
    assert Project().region_of("?") is None


def test_history_grows_at_its_end() -> None:
    first, second = (Step("2024-05-01T00:00:00Z", text, "0.1.0") for text in ("opened", "fitted"))
    assert Project().with_step(first).with_step(second).history == (first, second)


@pytest.mark.parametrize("wrong", [{"shift_ev": np.inf}, {"shift_ev": np.nan}])
def test_a_charge_shift_is_a_finite_number(wrong: dict[str, float]) -> None:
    with pytest.raises(RecipeError, match="a charge shift of"):
        ChargeReference("manual", **wrong)


@pytest.mark.parametrize("search_ev", [0.0, -1.0, np.inf, np.nan, 1e12])
def test_the_search_for_a_shift_has_an_end(search_ev: float) -> None:
    with pytest.raises(RecipeError, match="a search for the charge shift"):
        ChargeReference("component", search_ev=search_ev)


# --- fingerprints ----------------------------------------------------------------------------


def prints(project: Project) -> str:
    return project.fingerprint(region_of(project).id)


def with_component(project: Project, change: Callable[[Component], Component]) -> Project:
    region = region_of(project)
    return project.with_region(region.with_component(change(region.components[1])))


def with_param(name: str, **changes: Any) -> Callable[[Project], Project]:
    def edit(project: Project) -> Project:
        return with_component(
            project, lambda c: c.with_param(name, replace(c.params[name], **changes))
        )

    return edit


def with_spectrum(**changes: Any) -> Callable[[Project], Project]:
    def edit(project: Project) -> Project:
        (entry,) = project.entries
        return replace(project, entries=(replace(entry, spectrum=entry.spectrum.with_(**changes)),))

    return edit


def one_more_count(project: Project) -> Project:
    counts = np.array(project.entries[0].spectrum.intensity)
    counts[17] += 1.0
    return with_spectrum(intensity=counts)(project)


def reversed_in_file(project: Project) -> Project:
    s = project.entries[0].spectrum
    return with_spectrum(energy_ev=s.energy_ev[::-1], intensity=s.intensity[::-1])(project)


EDITS: dict[str, Callable[[Project], Project]] = {
    "value": with_param("area", value=4321.0),
    "vary": with_param("fwhm", vary=False),
    "min": with_param("fwhm", min=0.71),
    "max": with_param("fwhm", max=1.79),
    "link": with_param("fwhm", link=Link("ratio", Ref("li2s", "area"), 1.5)),
    "prior": with_param("area", prior=Prior(4000.0, 10.0)),
    "relative prior": with_param("area", prior=Prior(4000.0, 10.0, Ref("li2s", "area"))),
    "shape": lambda p: with_component(p, lambda c: replace(c, shape="gl")),
    "name": lambda p: with_component(p, lambda c: replace(c, name="?")),
    "singlet": lambda p: with_component(p, lambda c: replace(c, lines=Singlet("2p"))),
    "splitting": lambda p: with_component(
        p, lambda c: replace(c, lines=Doublet(("2p3/2", "2p1/2"), 1.2, 0.5, "why not"))
    ),
    "window": lambda p: p.with_region(replace(region_of(p), window_ev=(157.0, 172.5))),
    "background": lambda p: p.with_region(
        replace(region_of(p), background=replace(region_of(p).background, kind="linear"))
    ),
    "averaging": lambda p: p.with_region(
        replace(region_of(p), background=replace(region_of(p).background, average_points=7))
    ),
    "k": lambda p: p.with_region(
        region_of(p).with_param(Ref("background", "k"), Param(0.05, min=-0.05, max=0.3))
    ),
    "component removed": lambda p: p.with_region(region_of(p).without_component("sulfate")),
    "order": lambda p: p.with_region(
        replace(region_of(p), components=region_of(p).components[::-1])
    ),
    "count": one_more_count,
    "reversed": reversed_in_file,
    "dwell": with_spectrum(dwell_s=0.123),
    "sweeps": with_spectrum(sweeps=99.0),
    "unit": with_spectrum(unit="counts/s"),
    "photon energy": with_spectrum(photon_energy_ev=1486.7),
    "transmission": lambda p: with_spectrum(transmission=np.ones(p.entries[0].spectrum.n_points))(
        p
    ),
    "charge": lambda p: p.with_sample(
        replace(p.samples[0], charge=replace(p.samples[0].charge, shift_ev=0.4))
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_substance_makes_the_fit_stale(name: str) -> None:
    (region,) = one_fit().regions
    assert one_fit().is_fresh(region.id)
    edited = EDITS[name](one_fit())
    assert not edited.is_fresh(region.id)
    assert prints(edited) != prints(one_fit())


LABELS: dict[str, Callable[[Project], Project]] = {
    "notes": with_spectrum(notes="read again"),
    "instrument": with_spectrum(instrument="another"),
    "history": lambda p: p.with_step(Step("", "looked at it", "0.1.0")),
    "recipe": lambda p: replace(p, recipe="other"),
    "uncertainty of the reference": lambda p: p.with_sample(
        replace(p.samples[0], charge=replace(p.samples[0].charge, uncertainty_ev=0.3))
    ),
    "another spectrum": lambda p: p.with_spectra((spectrum("another"),)),
}


@pytest.mark.parametrize("name", LABELS)
def test_a_label_leaves_the_fit_fresh(name: str) -> None:
    edited = LABELS[name](one_fit())
    assert edited.is_fresh(region_of(edited).id)


@given(projects().filter(lambda project: bool(project.regions)), st.data())
@settings(max_examples=60)
def test_any_other_setting_is_another_fingerprint(project: Project, data: st.DataObject) -> None:
    region = project.regions[0]
    ref, param = data.draw(st.sampled_from([*region.params(), (None, None)]))
    before = project.fingerprint(region.id)
    if ref is None or param is None:
        low, high = region.window_ev
        edited = replace(region, window_ev=(low, high + 1.0))
    else:
        edited = region.with_param(ref, replace(param, vary=not param.vary))
    assert project.with_region(edited).fingerprint(region.id) != before
    assert project.with_region(region).fingerprint(region.id) == before


def test_a_fingerprint_does_not_depend_on_the_kind_of_number() -> None:
    (region,), (entry,) = one_fit().regions, one_fit().entries
    whole = replace(region, window_ev=(157, 173))
    numpy = replace(region, window_ev=(np.float64(157.0), np.float64(173.0)))
    plain = replace(region, window_ev=(157.0, 173.0))
    expected = fingerprint(plain, entry.spectrum, 1.0)
    assert fingerprint(whole, entry.spectrum, 1) == expected
    assert fingerprint(numpy, entry.spectrum, np.float64(1.0)) == expected


def test_a_name_that_looks_like_a_field_is_no_other_field() -> None:
    (region,), (entry,) = one_fit().regions, one_fit().entries
    first = region.components[0]
    one = region.with_component(replace(first, name="a', 'b", group="c"))
    two = region.with_component(replace(first, name="a", group="b', 'c"))
    assert fingerprint(one, entry.spectrum, 0.0) != fingerprint(two, entry.spectrum, 0.0)


def test_a_step_changes_the_history_alone() -> None:
    project = fitted()
    known = {region.id: project.fingerprint(region.id) for region in project.regions}
    stepped = project.with_step(Step.now("looked at"))
    assert stepped == replace(project, history=stepped.history)
    assert [step.text for step in stepped.history[len(project.history) :]] == ["looked at"]
    assert {region.id: stepped.fingerprint(region.id) for region in stepped.regions} == known
    moved = stepped.with_sample(replace(stepped.samples[0], charge=ChargeReference("manual", 0.5)))
    changed = {id_ for id_, old in known.items() if moved.fingerprint(id_) != old}
    own = {
        r.id for r in project.regions if project.entry(r.spectrum).sample == moved.samples[0].name
    }
    assert changed == own
